"""Figures of what is inside a model: the numbers on them are the model's own, as Keras finds them, and they can be read."""

import keras
import numpy as np
import pytest
from conftest import face
from figures import check_every_letter, heads, printed, texts
from keras import layers

from animelib import AnimelibError, inside, words
from animelib.folders import to_array
from animelib.models import pair_cnn

CLASSES = ("レム", "みずき")
PICTURE = face("rem", 0, 96)


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    return pair_cnn(size=32)


def spelled_out():
    """The same kind of network with every step a layer of its own: functional, a way around, normalised, three classes."""
    keras.utils.set_random_seed(1)
    inputs = keras.Input((32, 32, 3))
    x = first = layers.Conv2D(6, 3, padding="same", use_bias=False)(layers.Rescaling(1 / 255)(inputs))
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Dropout(0.5)(layers.Add()([x, first]))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Activation("softmax")(layers.Dense(3)(x)), name="spelled_out")


def raw(size=32):
    return to_array(PICTURE, size)[None].astype(np.float32)


def every_figure(model):
    yield inside.show_filters(model, PICTURE)
    yield inside.explain_relu(None, PICTURE)
    yield inside.explain_relu(model, PICTURE)
    yield inside.explain_layers(model, PICTURE)
    yield inside.explain_softmax(model, PICTURE, CLASSES + ("とても長い名前のキャラクター",) * (model.output_shape[-1] - 2))


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_figure_is_drawn_without_a_complaint_and_with_every_letter(language, caplog):
    words.use_language(language)
    check_every_letter(every_figure(spelled_out()), caplog)


def test_the_wide_network_is_drawn_too(model):
    for sheet in every_figure(model):
        assert len(sheet.axes) > 0


def test_a_plain_picture_breaks_no_figure():
    assert inside.explain_relu(None, np.full((20, 20, 3), 90, np.uint8)).png()


def test_show_filters_shows_the_models_own_filters_and_maps(model):
    silenced = keras.models.clone_model(model)
    silenced.set_weights(model.get_weights())
    kernel, bias = silenced.layers[1].get_weights()
    kernel[..., :5], bias[:5] = 0, -1
    silenced.layers[1].set_weights([kernel, bias])
    sheet = inside.show_filters(silenced, PICTURE, count=8)
    maps = keras.ops.convert_to_numpy(silenced.layers[1](silenced.layers[0](raw())))[0]
    dead = int((maps.max(axis=(0, 1)) == 0).sum())
    assert dead >= 5
    assert "8 of 64 filters" in heads(sheet)[0]
    assert f"0 everywhere: {dead}" in heads(sheet)[0]
    means = []
    for drawn, made in zip(sheet.axes[::2], sheet.axes[1::2], strict=True):
        shown = made.images[0].get_array()
        index = np.abs(maps - shown[..., None]).max(axis=(0, 1)).argmin()
        assert np.allclose(shown, maps[..., index], atol=1e-5)
        colours = drawn.images[0].get_array() - 0.5
        assert np.allclose(colours / np.abs(colours).max(), kernel[..., index] / np.abs(kernel[..., index]).max(), atol=1e-5)
        means.append(shown.mean())
    assert means == sorted(means, reverse=True)
    assert means[0] == pytest.approx(maps.mean(axis=(0, 1)).max(), abs=1e-5)


def test_relu_before_and_after_are_the_models_own(model):
    sheet = inside.explain_relu(model, PICTURE)
    before, after = (sheet.axes[place].images[0].get_array() for place in (0, 2))
    maps = keras.ops.convert_to_numpy(model.layers[1](model.layers[0](raw())))[0]
    assert np.abs(maps - after[..., None]).max(axis=(0, 1)).min() < 1e-5
    assert before.min() < 0
    assert np.array_equal(after, np.maximum(before, 0))
    assert f"here {words.percent(float((before < 0).mean()))} of the map" in heads(sheet)[0]
    into, out = (np.array(printed(sheet.axes[place])) for place in (3, 5))
    assert np.array_equal(np.maximum(into, 0), out)
    assert into.min() < 0 < into.max()


def test_a_convolution_without_activation_is_its_own_before():
    other = spelled_out()
    before = inside.explain_relu(other, PICTURE).axes[0].images[0].get_array()
    maps = keras.ops.convert_to_numpy(other.layers[2](other.layers[1](raw())))[0]
    assert np.abs(maps - before[..., None]).max(axis=(0, 1)).min() < 1e-5


@pytest.mark.parametrize("build", [lambda: pair_cnn(size=32), spelled_out])
def test_explain_layers_tells_every_size_and_every_weight(build):
    built = build()
    told = texts(inside.explain_layers(built, PICTURE))
    for layer in built.layers:
        if layer.count_params():
            assert " × ".join(f"{side:,}" for side in layer.output.shape[1:]) in told
    sums = [text.replace(",", "").replace("×", "*").split("= ") for text in told if "= " in text]
    assert sum(int(total) for _, total in sums) == built.count_params()
    assert all(eval(arithmetic) == int(total) for arithmetic, total in sums if arithmetic)
    assert any(arithmetic for arithmetic, _ in sums)
    answer = np.asarray(built.predict(raw(), verbose=0))[0]
    assert {words.percent(float(share)) for share in answer} <= set(told)


def test_explain_layers_names_padding_and_has_a_line_for_dropout():
    sheet = inside.explain_layers(spelled_out(), PICTURE)
    told = texts(sheet)
    assert "Convolution (Conv2D), same" in told
    (line,) = [text for text in told if text.startswith("Dropout 50%")]
    assert "training" in line
    maps = [image.get_array() for image in sheet.axes[0].images]
    keras_maps = {shape for shape in (made.shape for made in maps) if len(shape) == 2}
    assert keras_maps == {(32, 32), (1, 6), (1, 3)}  # nothing is drawn twice for the dropout
    assert "Convolution (Conv2D)" in texts(inside.explain_layers(pair_cnn(size=32), PICTURE))


def test_explain_layers_says_so_when_a_layer_is_a_model_itself():
    inner = keras.Sequential([keras.Input((32, 32, 3)), layers.Conv2D(2, 3)], name="inner")
    outer = keras.Sequential([keras.Input((32, 32, 3)), inner, layers.Flatten(), layers.Dense(2, activation="softmax")])
    with pytest.raises(AnimelibError, match="'inner' of .* is a whole model"):
        inside.explain_layers(outer, PICTURE)
    assert inside.explain_softmax(outer, PICTURE, CLASSES).axes


def test_a_row_of_zeros_is_white():
    dead = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(12, 3), layers.GlobalAveragePooling2D(), layers.Dense(2)])
    dead.layers[0].set_weights([np.zeros((3, 3, 3, 12), np.float32), np.zeros(12, np.float32)])
    row = inside.explain_layers(dead, PICTURE).axes[0].images[-2]
    assert row.get_array().shape == (1, 12)
    assert np.allclose(row.to_rgba(row.get_array()), 1, atol=0.05)


@pytest.mark.parametrize("build", [lambda: pair_cnn(size=32), spelled_out])
def test_softmax_shares_are_the_models_answer_and_follow_from_the_scores(build):
    built = build()
    pixels, scores, shares = inside._scores(built, PICTURE)
    assert np.array_equal(pixels, raw()[0])
    assert np.allclose(shares, built.predict(raw(), verbose=0)[0], atol=1e-5)
    assert np.allclose(np.exp(scores) / np.exp(scores).sum(), shares, atol=1e-5)
    sheet = inside.explain_softmax(built, PICTURE, "abc"[: len(shares)])
    bars = [[patch.get_width() for patch in axes.patches] for axes in sheet.axes[1:]]
    assert np.allclose(bars, [scores, np.exp(scores), shares], atol=1e-5)
    assert {words.percent(float(share)) for share in shares} | {"sum 100%"} <= set(texts(sheet))
    assert f"{words.percent(float(shares.max()))} of the sum" in heads(sheet)[0]


def test_softmax_wants_a_softmax_and_as_many_names(model):
    with pytest.raises(AnimelibError, match="answers with 2 classes and 3 names"):
        inside.explain_softmax(model, PICTURE, ("a", "b", "c"))
    plain = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(2)], name="plain")
    with pytest.raises(AnimelibError, match="'plain' does not end in a softmax"):
        inside.explain_softmax(plain, PICTURE, CLASSES)
    for figure in (inside.show_filters, inside.explain_relu):
        with pytest.raises(AnimelibError, match="'plain' has no Conv2D"):
            figure(plain, PICTURE)
    unbuilt = keras.Sequential([layers.Conv2D(2, 3)], name="unbuilt")
    with pytest.raises(AnimelibError, match="begin with keras.Input"):
        inside.show_filters(unbuilt, PICTURE)


def test_softmax_of_scores_beyond_all_bounds():
    wild = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(3, activation="softmax")])
    wild.layers[-1].set_weights([np.full((192, 3), [5, 4.9, -5], np.float32), np.zeros(3, np.float32)])
    told = texts(inside.explain_softmax(wild, PICTURE, "abc"))
    assert {"100%", "0%"} <= set(told)
    assert not any("inf" in text or "nan" in text for text in told)
