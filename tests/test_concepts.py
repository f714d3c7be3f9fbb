"""The arithmetic on the figures is the one that Keras does."""

import keras
import numpy as np
import pytest
from conftest import face
from keras import layers

from animelib import concepts
from animelib.folders import to_array

PICTURE = face("rem", 0, 96)


@pytest.mark.parametrize("name", concepts.FILTERS)
def test_convolution_is_what_keras_does(name):
    grey, kernel = concepts.brightness(to_array(PICTURE, 32)), concepts.FILTERS[name]
    layer = layers.Conv2D(1, 3, use_bias=False)
    layer.build((None, 32, 32, 1))
    layer.set_weights([kernel[..., None, None]])
    expected = keras.ops.convert_to_numpy(layer(grey[None, ..., None].astype(np.float32)))[0, ..., 0]
    assert np.array_equal(concepts.convolve(grey, kernel), expected)


def test_a_rim_of_zeros_is_what_keras_lays_around_for_same():
    grey, kernel = concepts.brightness(to_array(PICTURE, 12)), concepts.FILTERS["outlines"]
    layer = layers.Conv2D(1, 3, padding="same", use_bias=False)
    layer.build((None, 12, 12, 1))
    layer.set_weights([kernel[..., None, None]])
    expected = keras.ops.convert_to_numpy(layer(grey[None, ..., None].astype(np.float32)))[0, ..., 0]
    assert np.array_equal(concepts.convolve(concepts.pad(grey), kernel), expected)


def test_dropout_does_to_the_values_what_keras_does():
    values = np.random.default_rng(0).uniform(1, 2, (60, 60)).astype(np.float32)
    ours, dropped = concepts.drop_out(values, 0.25, np.random.default_rng(1))
    theirs = keras.ops.convert_to_numpy(layers.Dropout(0.25, seed=1)(values, training=True))
    for made, gone in ((ours, dropped), (theirs, theirs == 0)):
        assert np.allclose(made[~gone], values[~gone] / 0.75)
        assert (made[gone] == 0).all()
        assert gone.mean() == pytest.approx(0.25, abs=0.03)
        assert made.mean() == pytest.approx(values.mean(), rel=0.04)


def test_pooling_is_what_keras_does():
    values = np.random.default_rng(0).normal(size=(7, 9)).astype(np.float32)
    expected = keras.ops.convert_to_numpy(layers.MaxPooling2D(2)(values[None, ..., None]))[0, ..., 0]
    assert np.array_equal(concepts.pool(values), expected)


def test_maps_that_share_nothing_are_changed_wholly():
    assert concepts.changed(np.ones((4, 4)), np.zeros((4, 4))) == 1
    assert concepts.changed(np.zeros((4, 4)), np.zeros((4, 4))) == 0


def test_exponentials_over_their_sum_are_kerass_softmax_and_have_no_bounds():
    scores = np.array([2.5, -1, 0.3], np.float32)
    expected = keras.ops.convert_to_numpy(keras.ops.softmax(scores))
    assert np.allclose(concepts.exponentials(scores) / concepts.exponentials(scores).sum(), expected, atol=1e-6)
    assert np.isfinite(concepts.exponentials(np.array([1000, -1000], np.float32))).all()


def test_cross_entropy_is_kerass():
    probs = np.random.default_rng(0).dirichlet((1, 1), 40)
    costs = keras.ops.convert_to_numpy(keras.losses.categorical_crossentropy(np.eye(2)[[0, 1] * 20], probs))
    assert np.allclose(concepts.cross_entropy(probs[np.arange(40), [0, 1] * 20]), costs, atol=1e-5)


@pytest.mark.parametrize(
    ("walk", "optimizer", "rate"),
    [(concepts.descend, keras.optimizers.SGD, 0.3), (concepts.descend, keras.optimizers.SGD, 0.02),
     (concepts.descend_adam, keras.optimizers.Adam, 0.1)],
)  # fmt: skip
def test_every_step_is_the_step_that_keras_takes(walk, optimizer, rate):
    weight, teacher, places = keras.Variable(-2.3), optimizer(rate), [-2.3]
    for _ in range(12):
        slope = concepts.slope_at(float(keras.ops.convert_to_numpy(weight)))
        teacher.apply([keras.ops.convert_to_tensor(slope, "float32")], [weight])
        places.append(float(keras.ops.convert_to_numpy(weight)))
    assert np.allclose(walk(-2.3, rate, 12), places, atol=2e-3)


def test_the_slope_is_that_of_the_landscape():
    places = np.linspace(-3, 3, 50)
    assert np.allclose(concepts.slope_at(places), (concepts.loss_at(places + 1e-5) - concepts.loss_at(places - 1e-5)) / 2e-5)


def test_places_are_found_where_they_were_put():
    values = np.zeros((30, 30))
    values[0, 0], values[14:17, 18:21] = 100, [[1, -9, 1], [-1, 1, -1], [1, -1, 1]]
    assert concepts.strongest(values) == (0, 0)
    assert concepts.in_the_middle(concepts.strongest, values) == (14, 19)  # the rim is left out
    assert concepts.in_the_middle(concepts.mixed, values, 3) == (14, 18)
    row, column = concepts.in_the_middle(concepts.busiest, values, 5)
    assert concepts.cut(values, (row, column), 5).min() == -9
