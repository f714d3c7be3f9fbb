"""Figures that explain: the numbers on them are the true ones, as Keras itself finds them, and they can be read."""

import logging
import warnings
from types import SimpleNamespace

import keras
import matplotlib
import numpy as np
import pytest
from conftest import face
from keras import layers

from animelib import AnimelibError, explain, words
from animelib.folders import to_array
from animelib.models import pair_cnn

CLASSES = ("レム", "みずき")
PICTURE = face("rem", 0, 96)


@pytest.fixture(autouse=True)
def _english():
    words.use_language("en")
    yield
    words.use_language("en")


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


def a_report(count=40):
    random = np.random.default_rng(0)
    probs = random.dirichlet((1, 1), count)
    return SimpleNamespace(
        classes=CLASSES, truth=random.integers(0, 2, count), probs=probs, guesses=probs.argmax(axis=1),
        images=random.integers(0, 256, (count, 16, 16, 3), dtype=np.uint8), source="drawn samples (pair)",
    )  # fmt: skip


def texts(sheet):
    return [text.get_text() for text in sheet.findobj(matplotlib.text.Text) if text.get_text() and text.get_visible()]


def heads(sheet):
    """Return the sentences at the top of a sheet and of its parts."""
    parts = [sheet, *getattr(sheet, "subfigs", [])]
    return [part.get_suptitle() for part in parts if part.get_suptitle()]


def printed(axes):
    """Return the numbers printed into the cells of a picture, in reading order."""
    return [float(text.get_text().replace("−", "-")) for text in axes.texts]


def raw(size=32):
    return to_array(PICTURE, size)[None].astype(np.float32)


def every_figure(model):
    yield explain.explain_picture(PICTURE)
    yield explain.explain_convolution(PICTURE)
    yield explain.explain_pooling(PICTURE)
    yield explain.explain_relu(None, PICTURE)
    yield explain.explain_relu(model, PICTURE)
    yield explain.show_filters(model, PICTURE)
    yield explain.explain_layers(model, PICTURE)
    yield explain.explain_softmax(model, PICTURE, CLASSES + ("とても長い名前のキャラクター",) * (model.output_shape[-1] - 2))
    yield explain.explain_cross_entropy(a_report())
    yield explain.explain_cross_entropy(0.84)
    yield explain.explain_gradient_descent()


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_figure_is_drawn_without_a_complaint_and_with_every_letter(language, caplog):
    words.use_language(language)
    other = spelled_out()
    with warnings.catch_warnings(), caplog.at_level(logging.WARNING, logger="matplotlib"):
        warnings.simplefilter("error", UserWarning)  # a missing letter, a layout that does not fit
        for sheet in every_figure(other):
            assert len(sheet.png()) > 5000
            sheet.draw_without_rendering()
            for text in sheet.findobj(matplotlib.text.Text):
                if text.get_text() and text.get_visible():
                    where = text.get_window_extent()
                    assert where.x0 >= -1, f"begins before the edge: {text.get_text()}"
                    assert where.x1 <= sheet.bbox.width + 1, f"runs over the edge: {text.get_text()}"
    assert not caplog.records


def test_the_wide_network_is_drawn_too(model):
    for sheet in every_figure(model):
        assert len(sheet.axes) > 0


def test_explain_picture_prints_the_true_numbers():
    sheet = explain.explain_picture(PICTURE, size=32)
    patch, numbers = sheet.axes[-3].images[0].get_array(), printed(sheet.axes[-1])
    assert numbers == patch[..., 0].ravel().tolist()
    whole = to_array(PICTURE, 32)
    windows = np.lib.stride_tricks.sliding_window_view(whole, (8, 8, 3)).reshape(-1, 8, 8, 3)
    assert (windows == patch).all(axis=(1, 2, 3)).any()
    red, green, blue = (channel.images[0].get_array() for channel in sheet.axes[3:8:2])
    assert np.array_equal(red + green + blue, whole)
    assert "32 × 32 × 3 = 3,072 numbers" in "".join(heads(sheet))
    assert "yours: 96 × 96" in texts(sheet)


def test_the_framed_pixel_is_told_with_its_three_numbers():
    picture = np.full((32, 32, 3), 128, np.uint8)
    picture[15, 17] = (250, 3, 77)
    assert "red 250, green 3, blue 77" in "".join(heads(explain.explain_picture(picture, size=32)))


def test_explain_picture_refuses_what_leaves_nothing_to_see():
    with pytest.raises(AnimelibError, match="size of 12 or more"):
        explain.explain_picture(PICTURE, size=8)


@pytest.mark.parametrize("name", explain.FILTERS)
def test_convolution_is_what_keras_does(name):
    grey, kernel = explain._brightness(to_array(PICTURE, 32)), explain.FILTERS[name]
    layer = layers.Conv2D(1, 3, use_bias=False)
    layer.build((None, 32, 32, 1))
    layer.set_weights([kernel[..., None, None]])
    expected = keras.ops.convert_to_numpy(layer(grey[None, ..., None].astype(np.float32)))[0, ..., 0]
    assert np.array_equal(explain.convolve(grey, kernel), expected)


def test_the_arithmetic_of_one_place_is_written_out_rightly():
    sheet = explain.explain_convolution(PICTURE, size=32)
    seen, _, window, _, kernel, _, products = sheet.axes[:7]
    assert np.array_equal(np.array(printed(window)) * printed(kernel), printed(products))
    sum_told = next(text for text in texts(sheet) if " = " in text)
    terms, total = sum_told.replace("−", "-").replace(" ", "").split("=")
    assert eval(terms) == int(total) == sum(printed(products))
    grey, made = seen.images[0].get_array(), sheet.axes[-3].images[0].get_array()
    assert abs(int(total)) == np.abs(made[5:-5, 5:-5]).max()  # a sixth is left out all around
    assert np.array_equal(made, explain.convolve(grey, explain.FILTERS["edges_upright"]))


def test_a_plain_picture_has_no_edges_and_no_figure_breaks():
    plain = np.full((20, 20, 3), 90, np.uint8)
    assert "−90 + 90 − 90 + 90 − 90 + 90 = 0" in texts(explain.explain_convolution(plain))
    assert "0 = 0" in texts(explain.explain_convolution(plain * 0))
    for sheet in (explain.explain_picture(plain), explain.explain_pooling(plain), explain.explain_relu(None, plain)):
        assert sheet.png()


def test_show_filters_shows_the_models_own_filters_and_maps(model):
    silenced = keras.models.clone_model(model)
    silenced.set_weights(model.get_weights())
    kernel, bias = silenced.layers[1].get_weights()
    kernel[..., :5], bias[:5] = 0, -1
    silenced.layers[1].set_weights([kernel, bias])
    sheet = explain.show_filters(silenced, PICTURE, count=8)
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
    sheet = explain.explain_relu(model, PICTURE)
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
    before = explain.explain_relu(other, PICTURE).axes[0].images[0].get_array()
    maps = keras.ops.convert_to_numpy(other.layers[2](other.layers[1](raw())))[0]
    assert np.abs(maps - before[..., None]).max(axis=(0, 1)).min() < 1e-5


def test_pooling_is_what_keras_does():
    values = np.random.default_rng(0).normal(size=(7, 9)).astype(np.float32)
    expected = keras.ops.convert_to_numpy(layers.MaxPooling2D(2)(values[None, ..., None]))[0, ..., 0]
    assert np.array_equal(explain.pool(values), expected)
    sheet = explain.explain_pooling(PICTURE)
    numbers = np.array(printed(sheet.axes[2])).reshape(3, 2, 3, 2)
    assert np.array_equal(numbers.max(axis=(1, 3)).ravel(), printed(sheet.axes[4]))


def test_the_change_that_pooling_hides_is_measured_on_the_moved_picture():
    pixels = to_array(PICTURE, 64)
    edges = [
        np.maximum(explain.convolve(explain._brightness(moved), explain.FILTERS["edges_upright"]), 0).astype(float)[:56, :56]
        for moved in (pixels, np.roll(pixels, -1, axis=1))
    ]
    expected = []
    for side in (1, 2, 4):
        here, there = (
            np.array([[one[y : y + side, x : x + side].max() for x in range(0, 56, side)] for y in range(0, 56, side)])
            for one in edges
        )
        expected.append(words.percent(sum(abs(here - there).ravel()) / (here.sum() + there.sum())))
    told = heads(explain.explain_pooling(PICTURE))[-1]
    assert "{} of the map changes; pooled once {}, pooled twice {}.".format(*expected) in told


def test_pooling_takes_a_map_and_says_nothing_moved_where_nothing_is():
    sheet = explain.explain_pooling(np.zeros((20, 20), np.float32))
    assert "0% of the map changes" in heads(sheet)[-1]
    assert explain.changed(np.ones((4, 4)), np.zeros((4, 4))) == 1


@pytest.mark.parametrize("build", [lambda: pair_cnn(size=32), spelled_out])
def test_explain_layers_tells_every_size_and_every_weight(build):
    built = build()
    told = texts(explain.explain_layers(built, PICTURE))
    for layer in built.layers:
        if layer.count_params():
            assert " × ".join(f"{side:,}" for side in layer.output.shape[1:]) in told
    sums = [text.replace(",", "").replace("×", "*").split("= ") for text in told if "= " in text]
    assert sum(int(total) for _, total in sums) == built.count_params()
    assert all(eval(arithmetic) == int(total) for arithmetic, total in sums if arithmetic)
    assert any(arithmetic for arithmetic, _ in sums)
    answer = np.asarray(built.predict(raw(), verbose=0))[0]
    assert {words.percent(float(share)) for share in answer} <= set(told)


def test_explain_layers_says_so_when_a_layer_is_a_model_itself():
    inner = keras.Sequential([keras.Input((32, 32, 3)), layers.Conv2D(2, 3)], name="inner")
    outer = keras.Sequential([keras.Input((32, 32, 3)), inner, layers.Flatten(), layers.Dense(2, activation="softmax")])
    with pytest.raises(AnimelibError, match="'inner' of .* is a whole model"):
        explain.explain_layers(outer, PICTURE)
    assert explain.explain_softmax(outer, PICTURE, CLASSES).axes


@pytest.mark.parametrize("build", [lambda: pair_cnn(size=32), spelled_out])
def test_softmax_shares_are_the_models_answer_and_follow_from_the_scores(build):
    built = build()
    pixels, scores, shares = explain._scores(built, PICTURE)
    assert np.array_equal(pixels, raw()[0])
    assert np.allclose(shares, built.predict(raw(), verbose=0)[0], atol=1e-5)
    assert np.allclose(np.exp(scores) / np.exp(scores).sum(), shares, atol=1e-5)
    sheet = explain.explain_softmax(built, PICTURE, "abc"[: len(shares)])
    bars = [[patch.get_width() for patch in axes.patches] for axes in sheet.axes[1:]]
    assert np.allclose(bars, [scores, np.exp(scores), shares], atol=1e-5)
    assert {words.percent(float(share)) for share in shares} | {"sum 100%"} <= set(texts(sheet))
    assert f"{words.percent(float(shares.max()))} of the sum" in heads(sheet)[0]


def test_softmax_wants_a_softmax_and_as_many_names(model):
    with pytest.raises(AnimelibError, match="answers with 2 classes and 3 names"):
        explain.explain_softmax(model, PICTURE, ("a", "b", "c"))
    plain = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(2)], name="plain")
    with pytest.raises(AnimelibError, match="'plain' does not end in a softmax"):
        explain.explain_softmax(plain, PICTURE, CLASSES)
    for figure in (explain.show_filters, explain.explain_relu):
        with pytest.raises(AnimelibError, match="'plain' has no Conv2D"):
            figure(plain, PICTURE)
    unbuilt = keras.Sequential([layers.Conv2D(2, 3)], name="unbuilt")
    with pytest.raises(AnimelibError, match="begin with keras.Input"):
        explain.show_filters(unbuilt, PICTURE)


def test_softmax_of_scores_beyond_all_bounds():
    wild = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(3, activation="softmax")])
    wild.layers[-1].set_weights([np.full((192, 3), [5, 4.9, -5], np.float32), np.zeros(3, np.float32)])
    told = texts(explain.explain_softmax(wild, PICTURE, "abc"))
    assert {"100%", "0%"} <= set(told)
    assert not any("inf" in text or "nan" in text for text in told)


def test_cross_entropy_is_kerass_and_points_at_the_cheapest_and_the_dearest():
    report = a_report()
    costs = keras.ops.convert_to_numpy(keras.losses.categorical_crossentropy(np.eye(2)[report.truth], report.probs))
    right = report.probs[np.arange(40), report.truth]
    assert np.allclose(explain.cross_entropy(right), costs, atol=1e-5)
    sheet = explain.explain_cross_entropy(report)
    assert f"40 pictures cost {costs.mean():.2f} on average" in heads(sheet)[0]
    curve, dear, cheap = sheet.axes
    assert np.array_equal(dear.images[0].get_array(), report.images[costs.argmax()])
    assert np.array_equal(cheap.images[0].get_array(), report.images[costs.argmin()])
    assert f"most expensive: {costs.max():.2f}" in dear.get_title()
    dots = np.concatenate([crowd.get_offsets() for crowd in curve.collections])
    assert np.allclose(dots[dots[:, 0].argsort()], np.stack([right, costs], axis=1)[right.argsort()], atol=1e-5)
    assert "blind guessing: 0.69" in texts(sheet)


def test_cross_entropy_of_probabilities():
    assert heads(explain.explain_cross_entropy(0.84)) == ["−log(0.84) = 0.17"]
    assert "2 pictures cost 0.35 on average" in heads(explain.explain_cross_entropy([0.5, 1]))[0]
    assert explain.explain_cross_entropy(0).png()  # a cost without end, which Keras cuts off as well
    for wrong in (1.2, -0.1, float("nan"), []):
        with pytest.raises(AnimelibError, match="from 0 to 1"):
            explain.explain_cross_entropy(wrong)


@pytest.mark.parametrize(
    ("walk", "optimizer", "rate"),
    [(explain.descend, keras.optimizers.SGD, 0.3), (explain.descend, keras.optimizers.SGD, 0.02),
     (explain.descend_adam, keras.optimizers.Adam, 0.1)],
)  # fmt: skip
def test_every_step_is_the_step_that_keras_takes(walk, optimizer, rate):
    weight, teacher, places = keras.Variable(-2.3), optimizer(rate), [-2.3]
    for _ in range(12):
        slope = explain.slope_at(float(keras.ops.convert_to_numpy(weight)))
        teacher.apply([keras.ops.convert_to_tensor(slope, "float32")], [weight])
        places.append(float(keras.ops.convert_to_numpy(weight)))
    assert np.allclose(walk(-2.3, rate, 12), places, atol=2e-3)


def test_the_slope_is_that_of_the_landscape():
    places = np.linspace(-3, 3, 50)
    assert np.allclose(explain.slope_at(places), (explain.loss_at(places + 1e-5) - explain.loss_at(places - 1e-5)) / 2e-5)


def test_the_walks_do_what_their_titles_say():
    sheet = explain.explain_gradient_descent()
    small, good, large, stuck, plain, adam = (axes.lines[1].get_xdata() for axes in sheet.axes)
    deep, shallow = explain.loss_at(-0.98), explain.loss_at(1.08)
    assert deep < shallow - 0.3
    assert explain.loss_at(small[-1]) > 1
    assert explain.loss_at(good[-1]) == pytest.approx(deep, abs=0.01)
    assert explain.loss_at(large[-1]) > shallow
    assert explain.loss_at(stuck[-1]) == pytest.approx(shallow, abs=0.01)
    assert plain[0] == adam[0]
    assert explain.loss_at(plain[-1]) > 1
    assert explain.loss_at(adam[-1]) < deep + 0.1
    for axes, walk in zip(sheet.axes, (small, good, large, stuck, plain, adam), strict=True):
        assert f"{len(walk) - 1} steps, loss {explain.loss_at(walk[-1]):.2f}" in texts(axes)
