"""The maps are those that one works out by hand, in whatever way the same network is put together, on either backend."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from animelib import AnimelibError
from animelib.attention import grad_cam, occlusion
from animelib.models import outputs, pair_cnn, with_temperature
from animelib.unfolding import features_of, scores_of, unfold
from animelib.visual_words import visual_words

SIZE = 16


def halves() -> np.ndarray:
    """A picture that is red on the left and blue on the right."""
    picture = np.zeros((SIZE, SIZE, 3), np.uint8)
    picture[:, : SIZE // 2, 0], picture[:, SIZE // 2 :, 2] = 255, 255
    return picture


def colour_layers() -> list[keras.Layer]:
    """Layers that know red (0), green (1) and blue (2) by the mean of three maps."""
    look = layers.Conv2D(3, 1, activation="relu", name="look")
    judge = layers.Dense(3, activation="softmax", name="judge")
    look.build((None, SIZE, SIZE, 3)), judge.build((None, 3))
    look.set_weights([np.eye(3)[None, None] / 255, np.zeros(3)])
    judge.set_weights([5 * np.eye(3), np.array([0.5, 0, 0])])
    return [look, layers.GlobalAveragePooling2D(), judge]


def flat() -> keras.Model:
    return keras.Sequential([keras.Input((SIZE, SIZE, 3)), *colour_layers()], name="flat")


def nested() -> keras.Model:
    """The same with its convolution two models deep, and the softmax a layer of its own."""
    look, mean, judge = colour_layers()
    deep = keras.Sequential([keras.Input((SIZE, SIZE, 3)), look], name="deep")
    picture = keras.Input((SIZE, SIZE, 3))
    base = keras.Model(picture, layers.Dropout(0.5)(deep(picture)), name="base")
    scores = layers.Dense(3)
    whole = keras.Sequential([keras.Input((SIZE, SIZE, 3)), base, mean, scores, layers.Softmax()], name="nested")
    scores.set_weights(judge.get_weights())
    return whole


def around() -> keras.Model:
    """The same with a way around a normalised convolution, as in a residual network."""
    look, mean, judge = colour_layers()
    picture = keras.Input((SIZE, SIZE, 3))
    x = look(picture)
    more = layers.Conv2D(3, 3, padding="same", kernel_initializer="zeros")(x)
    x = layers.ReLU()(layers.Add()([x, layers.BatchNormalization()(more)]))
    return keras.Model(picture, judge(mean(x)), name="around")


def by_hand(label: int) -> np.ndarray:
    """The mean slope of class c is 5 / (H W) for its own map and 0 for the others, so the map is its colour times that."""
    return halves()[..., label] / 255 * 5 / SIZE**2


@pytest.mark.parametrize("build", [flat, nested, around])
def test_grad_cam_is_that_worked_out_by_hand(build):
    model = build()
    for label in (0, 1, 2):
        assert np.allclose(grad_cam(model, halves(), label), by_hand(label), atol=1e-6), label


def test_a_temperature_leaves_the_place():
    calm = with_temperature(flat(), 2.0)
    for label in (0, 1, 2):
        assert ((grad_cam(calm, halves(), label) > 0) == (by_hand(label) > 0)).all()


def test_the_model_is_left_as_it_was(tmp_path):
    model = nested()
    answer = outputs(model, halves()[None])
    names = [layer.name for layer in model.layers]
    for _ in range(3):
        grad_cam(model, halves(), 0)
    assert [layer.name for layer in model.layers] == names
    model.save(tmp_path / "m.keras")
    assert np.allclose(outputs(keras.models.load_model(tmp_path / "m.keras"), halves()[None]), answer)


def test_scores_stand_before_the_softmax_and_features_before_the_judge():
    for model in (flat(), nested(), around()):
        network = unfold(model)
        scores = outputs(keras.Model(network.picture, scores_of(network)), halves()[None])
        assert np.allclose(scores, [[3, 0, 2.5]], atol=1e-5)
        assert np.allclose(outputs(features_of(model), halves()[None]), [[0.5, 0, 0.5]], atol=1e-6)
    assert features_of(pair_cnn(2, 32)).output_shape == (None, 256)
    assert features_of(visual_words(2, 32)).output_shape == (None, visual_words(2, 32).get_layer("words").output_shape[1])


def test_a_map_is_as_large_as_the_models_pictures_whatever_the_picture():
    keras.utils.set_random_seed(0)
    made = grad_cam(pair_cnn(3, 32), np.random.default_rng(0).integers(0, 256, (50, 70, 3), dtype=np.uint8), 2)
    assert made.shape == (32, 32)
    assert made.min() >= 0
    assert np.isfinite(made).all()


def test_half_precision_is_looked_into_too():
    keras.utils.set_random_seed(0)
    half = {"dtype": "mixed_bfloat16"}
    picture = keras.Input((SIZE, SIZE, 3))
    x = layers.Conv2D(4, 3, activation="relu", **half)(layers.Rescaling(1 / 255)(picture))
    x = layers.GlobalAveragePooling2D(**half)(x)
    model = keras.Model(picture, layers.Dense(2, activation="softmax", dtype="float32")(x))
    assert np.isfinite(grad_cam(model, halves(), 0)).all()


def test_occlusion_finds_the_half_that_speaks():
    for label, here, there in ((0, np.s_[:, :6], np.s_[:, 10:]), (2, np.s_[:, 10:], np.s_[:, :6])):
        lost = occlusion(flat(), halves(), label)
        assert lost.shape == (SIZE, SIZE)
        assert lost[here].min() > 0 > lost[there].max()


def test_what_cannot_be_asked_is_one_sentence():
    few = visual_words(2, 32)
    with pytest.raises(AnimelibError, match="'visual_words' not everything passes .* use occlusion"):
        grad_cam(few, halves(), 0)
    assert occlusion(few, halves(), 0).shape == (32, 32)
    dense = keras.Sequential([keras.Input((4, 4, 3)), layers.Flatten(), layers.Dense(2, activation="softmax")], name="dense")
    with pytest.raises(AnimelibError, match="'dense' has no convolution"):
        grad_cam(dense, halves(), 0)
    with pytest.raises(AnimelibError, match="no class number 3: .* knows 0 to 2"):
        grad_cam(flat(), halves(), 3)
    with pytest.raises(AnimelibError, match="cannot be looked into"):
        unfold(keras.Sequential([layers.Dense(2)]))
    with pytest.raises(AnimelibError, match="cannot be looked into"):
        grad_cam(twins(), halves(), 0)


def twins() -> keras.Model:
    """Two networks with the same names in one."""
    picture = keras.Input((SIZE, SIZE, 3))
    return keras.Model(picture, layers.Average()([keras.Sequential(flat().layers, name=name)(picture) for name in "ab"]))


ON_JAX = """
import sys
import numpy as np
sys.path.insert(0, "tests")
from test_attention import by_hand, flat, halves, nested
from animelib.attention import grad_cam
assert np.allclose(grad_cam(flat(), halves(), 2), by_hand(2), atol=1e-6)
assert np.allclose(grad_cam(nested(), halves(), 0), by_hand(0), atol=1e-6)
"""


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed")
def test_grad_cam_on_jax():
    root, env = Path(__file__).resolve().parent.parent, os.environ | {"KERAS_BACKEND": "jax"}
    done = subprocess.run([sys.executable, "-c", ON_JAX], env=env, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
