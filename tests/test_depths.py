"""Figures of a network's depths: what they frame, cut out and choose is what the network really looks at."""

import keras
import numpy as np
import pytest
from conftest import face
from figures import check_every_letter, heads, texts
from keras import layers

from animelib import AnimelibError, depths, words
from animelib.backbones import load_backbone
from animelib.folders import to_array
from animelib.models import cifar10_cnn, vgg16_transfer
from animelib.unfolding import unfold

PICTURE = face("rem", 0, 96)


@pytest.fixture(scope="module")
def vgg16():
    keras.utils.set_random_seed(0)
    return load_backbone("vgg16", 64, weights=None)


def faces(count, size=64):
    return np.stack([to_array(face("rem", number, 96), size) for number in range(count)])


def shown(sheet):
    return [image.get_array() for image in sheet.axes[0].images]


def network(*inside, size=24):
    return keras.Sequential([keras.Input((size, size, 3)), *inside], name="own")


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_both_figures_are_drawn_without_a_complaint_and_with_every_letter(language, vgg16, caplog):
    words.use_language(language)
    own = network(layers.Conv2D(2, 3, name="a_layer_with_a_very_long_name_indeed", activation="relu"))
    sheets = [depths.show_depths(vgg16, PICTURE), depths.show_what_excites(vgg16, faces(6))]
    sheets += [depths.show_depths(own, PICTURE, count=9), depths.show_what_excites(own, faces(1, 24), filters=1, patches=1)]
    check_every_letter(sheets, caplog)


def test_a_row_for_each_depth_with_its_name_and_sizes_and_the_models_own_maps(vgg16):
    sheet = depths.show_depths(vgg16, PICTURE, count=4)
    told = texts(sheet)
    names = ["block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3", "block5_conv3"]
    assert [text for text in told if "conv" in text] == names
    assert "256 maps of 16 × 16; a point sees 40 × 40 pixels" in told
    assert "512 maps of 4 × 4; a point sees the whole picture" in told
    pixels, *maps = shown(sheet)[:5]
    assert np.array_equal(pixels, to_array(PICTURE, 64))
    inside = keras.Model(vgg16.inputs[0], vgg16.get_layer("block1_conv2").output)
    prepared = keras.applications.vgg16.preprocess_input(pixels[None].astype(np.float32))
    made = np.asarray(inside(prepared))[0]
    found = [np.abs(made - one[..., None]).max(axis=(0, 1)).argmin() for one in maps]
    assert all(np.allclose(made[..., index], one, atol=1e-3) for index, one in zip(found, maps, strict=True))
    assert len(set(found)) == 4


def blocks():
    """Return networks with each kind of step that a receptive field goes through, and one point of each is checked."""
    pictures = keras.Input((24, 24, 3))
    x = first = layers.Conv2D(2, 3, padding="same")(pictures)
    x = layers.Conv2D(2, 5, padding="same")(x)
    around = keras.Model(pictures, layers.Conv2D(2, 3, strides=2)(layers.Add()([x, first])))
    two = (layers.Conv2D(2, 3, padding="same"), layers.Conv2D(2, 3, padding="same"))
    asymmetric = (layers.ZeroPadding2D(((0, 1), (0, 1))), layers.DepthwiseConv2D(3, strides=2), layers.BatchNormalization())
    return {
        "two convolutions and a pooling": network(*two, layers.MaxPooling2D()),
        "strides": network(layers.Conv2D(2, 3, strides=2, padding="same"), layers.Conv2D(2, 3, padding="same"), layers.ReLU()),
        "even and dilated": network(layers.AveragePooling2D(4, strides=1, padding="same"), layers.Conv2D(2, 3, dilation_rate=2)),
        "padding on one side": network(*asymmetric, layers.SeparableConv2D(2, 3)),
        "not square": network(layers.Conv2D(2, (1, 5)), layers.MaxPooling2D((3, 1))),
        "around": around,
    }


@pytest.mark.parametrize("name", blocks())
def test_a_receptive_field_is_what_moves_a_point_and_nothing_else(name):
    model = blocks()[name]
    model.set_weights([np.ones_like(weights) for weights in model.get_weights()])
    steps = unfold(model)
    point = [size // 2 for size in model.output_shape[1:3]]
    for axis in (0, 1):
        field = depths.receptive_fields(steps, axis)[id(steps.steps[-1].out)]
        pictures = np.zeros((24, 24, 24, 3), np.float32)
        for place in range(24):
            pictures[(place, *((place, slice(None)) if axis == 0 else (slice(None), place)))] = 1  # one row or column is lit
        answers = np.asarray(model(np.concatenate([pictures[:1] * 0, pictures])))[:, point[0], point[1], 0]
        moved = np.flatnonzero(answers[1:] != answers[0])
        first = field.low + point[axis] * field.step
        assert moved.tolist() == list(range(first, first + field.size))


def test_receptive_fields_are_those_that_were_published():
    published = {
        "vgg16": {"block1_conv2": 5, "block3_conv3": 40, "block5_conv3": 196, "block5_pool": 212},
        "mobilenet_v2": {"out_relu": 491},
    }
    for name, sizes in published.items():
        steps = unfold(load_backbone(name, 224, weights=None))
        fields = depths.receptive_fields(steps, 0)
        found = {step.layer.name: fields[id(step.out)].size for step in steps.steps if step.layer.name in sizes}
        assert found == sizes


def prepared_inside():
    pictures = keras.Input((64, 64, 3))
    x = keras.applications.vgg16.preprocess_input(pictures)
    return keras.Model(pictures, layers.Flatten()(load_backbone("vgg16", 64, weights=None)(x)), name="prepared_inside")


@pytest.mark.parametrize("build", [lambda: vgg16_transfer(size=64, weights=None), prepared_inside])
def test_a_preparation_inside_is_seen_through_and_nothing_is_prepared_twice(build):
    network = unfold(build())
    fields = depths.receptive_fields(network, 0)
    assert [fields[id(step.out)].size for step in network.steps if step.layer.name == "block5_conv3"] == [196]
    raw = np.ones((1, 64, 64, 3), np.float32)
    assert depths._preparation(network)(raw) is raw


def gated():
    """A network whose maps are weighed by what stands in the whole picture (squeeze and excite)."""
    pictures = keras.Input((24, 24, 3))
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(pictures)
    gate = layers.Reshape((1, 1, 4))(layers.GlobalAveragePooling2D()(x))
    x = layers.Conv2D(4, 3, padding="same", activation="relu", name="after")(layers.Multiply()([x, gate]))
    return keras.Model(pictures, x, name="gated")


def test_where_it_cannot_be_told_what_a_point_sees_nothing_is_told():
    assert not any("sees" in text for text in texts(depths.show_depths(gated(), PICTURE)) if "framed" not in text)
    pieces = shown(depths.show_what_excites(gated(), faces(3, 24), layers=["after"], filters=1))
    assert [piece.shape for piece in pieces] == [(12, 12, 3)] * 3


@pytest.mark.parametrize(
    ("build", "names"),
    [
        (lambda: load_backbone("mobilenet_v2", 64, weights=None), ["block_1_expand_relu", "block_13_expand_relu", "out_relu"]),
        (lambda: vgg16_transfer(size=64, weights=None), ["block1_conv2", "block5_conv3"]),
        (cifar10_cnn, ["conv2d"]),
    ],
)
def test_any_network_of_layers_is_looked_into(build, names):
    told = texts(depths.show_depths(build(), PICTURE, count=2))
    for name in names:
        assert any(text.startswith(name) for text in told)


def colours():
    """Filters for red, green, blue and for everything bright; the fourth answers everywhere, and so to nothing in particular."""
    model = network(layers.Rescaling(1 / 255), layers.Conv2D(4, 3, padding="same", activation="relu", name="colours"))
    kernel, bias = np.full((3, 3, 3, 4), -1, np.float32) / 9, np.zeros(4, np.float32)
    for channel in range(3):
        kernel[:, :, channel, channel] = 1 / 9
    kernel[..., 3] = 0.01
    bias[3] = 0.5
    model.set_weights([kernel, bias])
    return model


def spotted(seed=0, count=12):
    """Grey pictures, each with a spot of one colour, by turns, somewhere."""
    rng = np.random.default_rng(seed)
    images, places = np.full((count, 24, 24, 3), 120, np.uint8), rng.integers(4, 16, (count, 2))
    for number, (top, left) in enumerate(places):
        images[number, top : top + 4, left : left + 4] = np.eye(3, dtype=np.uint8)[number % 3] * (255 - number)
    return images, places


def test_the_pieces_that_excite_a_filter_for_red_are_red():
    images, _ = spotted()
    sheet = depths.show_what_excites(colours(), images, filters=3, patches=4)
    pieces = shown(sheet)
    numbers = [int(text.split()[-1]) for text in texts(sheet) if text.startswith("no.")]
    assert len(pieces) == 4 * len(numbers) == 8  # green, which is darker, is not strong for this layer
    for place, index in enumerate(numbers):
        mine = np.stack(pieces[4 * place : 4 * place + 4])
        assert mine.shape == (4, 3, 3, 3)
        assert (mine.argmax(axis=-1) == index).all()
        assert mine.max(axis=(1, 2, 3)).tolist() == [255 - number for number in range(index, 12, 3)]  # from strong to weak
    assert "a point sees 3 × 3 pixels" in " ".join(texts(sheet))


def test_of_each_picture_there_is_one_piece_and_few_pictures_are_enough():
    images, _ = spotted(count=1)
    assert len(shown(depths.show_what_excites(colours(), images, filters=1))) == 1


def test_the_rim_where_the_zeros_around_the_picture_look_like_an_edge_does_not_count():
    model = network(layers.Conv2D(1, 3, padding="same", activation="relu", name="edges"))
    model.set_weights([np.tile(np.array([-1, 0, 1], np.float32)[None, :, None, None], (3, 1, 3, 1)), np.zeros(1, np.float32)])
    images = np.full((2, 24, 24, 3), 250, np.uint8)
    images[:, :, 9:] -= 30
    images[:, :, 15:] += 20
    for piece in shown(depths.show_what_excites(model, images)):
        assert piece[0, :, 0].tolist() in ([220, 240, 240], [220, 220, 240])


def test_memory_stays_flat_because_few_pictures_are_looked_at_and_four_at_once(monkeypatch):
    given = []
    make = depths._look_into

    def counting(*what):
        look = make(*what)
        return lambda pictures: given.append(pictures) or look(pictures)

    monkeypatch.setattr(depths, "_look_into", counting)
    images = np.zeros((200, 24, 24, 3), np.uint8)
    images += np.arange(200, dtype=np.uint8)[:, None, None, None]
    depths.show_what_excites(colours(), images, filters=1, patches=2)
    assert {len(pictures) for pictures in given} == {4}
    seen = np.concatenate(given)[:, 0, 0, 0].astype(int)
    assert (len(seen), seen[0], seen[-1]) == (64, 0, 199)
    assert set(np.diff(seen)) == {3, 4}


def test_chosen_columns_are_worth_most_differ_and_are_not_silent():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(50, 5))
    values[:, 1] = 2 * values[:, 0]
    worth = np.array([3.0, 2.9, 1.0, 2.0, 0.0])
    assert depths.differing(values, worth, 5) == [0, 3, 2]
    assert depths.differing(values, worth * 0, 5) == [0]


def test_prepare_is_what_the_network_gets_to_see(vgg16):
    given = []
    depths.show_depths(vgg16, PICTURE, layers=["block1_conv1"], prepare=lambda pictures: given.append(pictures) or pictures / 255)
    assert np.array_equal(given[0], to_array(PICTURE, 64)[None].astype(np.float32))


def test_a_picture_without_anything_and_a_network_that_is_silent_break_nothing(vgg16):
    plain = np.full((64, 64, 3), 200, np.uint8)
    assert depths.show_depths(vgg16, plain).png()
    silent = colours()
    silent.set_weights([np.zeros((3, 3, 3, 4)), np.zeros(4)])
    assert len(shown(depths.show_depths(silent, plain))) == 2
    assert depths.show_what_excites(silent, faces(2, 24)).png()


def test_what_cannot_be_shown_is_said_in_a_sentence(vgg16):
    flat = network(layers.Flatten(), layers.Dense(3))
    one_colour = keras.Sequential([keras.Input((24, 24, 1)), layers.Conv2D(2, 3)], name="grey")
    any_size = keras.applications.VGG16(include_top=False, weights=None)
    for figure, what in ((depths.show_depths, PICTURE), (depths.show_what_excites, faces(2, 24))):
        with pytest.raises(AnimelibError, match="'own' has no convolution"):
            figure(flat, what)
        with pytest.raises(AnimelibError, match="'grey' takes .* not square pictures in colour"):
            figure(one_colour, what)
    with pytest.raises(AnimelibError, match="not square pictures"):
        depths.show_depths(any_size, PICTURE)
    for name in ("block9_conv1", "dense"):
        with pytest.raises(AnimelibError, match="no layer .* take such as block1_conv2"):
            depths.show_depths(vgg16, PICTURE, layers=[name])
    with pytest.raises(AnimelibError, match="knows pictures of 64x64, and these have 24x24"):
        depths.show_what_excites(vgg16, faces(2, 24))
    for images in (faces(2) / 255, faces(1)[0], faces(1)[:0], [PICTURE]):
        with pytest.raises(AnimelibError, match="should be uint8"):
            depths.show_what_excites(vgg16, images)
    with pytest.raises(AnimelibError, match="count is 0"):
        depths.show_depths(vgg16, PICTURE, count=0)
    with pytest.raises(AnimelibError, match="patches is -1"):
        depths.show_what_excites(vgg16, faces(1), patches=-1)


def test_the_sentences_above_say_what_to_look_for(vgg16):
    assert "edges and colours" in heads(depths.show_depths(vgg16, PICTURE, layers="block1_conv1"))[0]
    assert "what do they share" in heads(depths.show_what_excites(vgg16, faces(2), layers=["block1_conv1"]))[0]
