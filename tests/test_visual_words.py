"""A few dozen pictures are enough, the solver solves, certainty is earned, and the file opens in plain Keras."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from animelib import visual_words
from animelib.data import ImageData, Split, load_images
from animelib.errors import AnimelibError
from animelib.lab import open_lab
from animelib.models import outputs


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANIMELIB_HOME", str(tmp_path_factory.mktemp("home")))
        data = load_images(open_lab("drawn", budget="full"), size=64)
        return data, visual_words.learn_from_few(data)


def test_it_learns_the_drawn_pair_from_fifty_four_pictures(learned):
    data, model = learned
    probs = outputs(model, data.test.images)
    assert (probs.argmax(axis=1) == data.test.labels).mean() > 0.75  # half is chance; pair_cnn stays near 0.6
    assert np.allclose(probs.sum(axis=1), 1, atol=1e-5)


def test_certainty_is_earned_on_held_out_pictures(learned):
    data, model = learned
    probs = outputs(model, data.test.images)
    sure = probs.max(axis=1).mean()
    assert abs(sure - (probs.argmax(axis=1) == data.test.labels).mean()) < 0.15


def test_plain_keras_opens_the_file_and_answers_alike(learned, tmp_path):
    data, model = learned
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert np.array_equal(outputs(again, data.test.images), outputs(model, data.test.images))


def test_mirrored_pictures_get_the_same_answer(learned):
    data, model = learned
    images = data.test.images[:8]
    assert np.allclose(outputs(model, images), outputs(model, images[:, :, ::-1]), atol=1e-5)


def test_the_same_seed_gives_the_same_model(learned):
    data, model = learned
    again = visual_words.learn_from_few(data)
    assert np.allclose(outputs(again, data.val.images), outputs(model, data.val.images), atol=1e-4)


def test_test_pictures_are_not_looked_at(learned):
    data, model = learned
    elsewhere = Split(255 - data.test.images[::-1], 1 - data.test.labels, data.test.files)
    other = ImageData(data.train, data.val, elsewhere, data.classes, 64, "")
    assert np.allclose(outputs(visual_words.learn_from_few(other), data.val.images), outputs(model, data.val.images), atol=1e-4)


@pytest.mark.parametrize("shape", [(2, 20, 60), (2, 60, 20)], ids=["fewer rows", "fewer columns"])
@pytest.mark.parametrize("first", [0, 5], ids=["one block", "two blocks"])
def test_ridge_is_the_weighted_least_squares_it_says(shape, first):
    rng = np.random.default_rng(0)
    spelled, labels = rng.normal(size=shape), rng.integers(0, 3, shape[1])
    blocks = [first, shape[2] - first] if first else [shape[2]]
    kernel, bias = visual_words.ridge(spelled, labels, blocks)
    rows, truth = spelled.reshape(-1, shape[2]), np.tile(labels, 2)
    counts = np.bincount(truth)
    weight = (len(truth) / 3 / counts)[truth]
    middle, spread = np.average(rows, axis=0, weights=weight), rows.std(axis=0)
    strength = visual_words.RIDGE_SEEN if first else visual_words.RIDGE
    floors = [np.full(len(part), visual_words.SHARED * part.mean()) for part in np.split(spread, np.cumsum(blocks)[:-1])]
    lengths = np.concatenate([np.full(block, np.sqrt(block * len(blocks))) for block in blocks])
    scale = (spread + np.concatenate(floors)) * lengths
    z, target = (rows - middle) / scale, np.eye(3)[truth] - 1 / 3
    w = kernel * scale[:, None]
    # the slope of the penalised squares is 0 where they are least
    slope = z.T @ (weight[:, None] * (z @ w - target)) + strength * len(z) * w
    assert np.abs(slope).max() < 1e-8
    assert np.allclose(bias, -middle @ kernel)


def test_light_changes_by_picture_and_seed_alone():
    first, other = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), dtype=np.uint8)
    lit = visual_words.change_light(first, 0)
    assert lit.shape == first.shape
    assert lit.dtype == np.uint8
    assert np.abs(lit - first.astype(float)).mean() > 3
    assert np.array_equal(lit, visual_words.change_light(first.copy(), 0))
    assert not np.array_equal(lit, visual_words.change_light(first, 1))
    assert np.corrcoef(lit.ravel(), first.ravel())[0, 1] > 0.9
    assert not np.array_equal(visual_words.change_light(other, 0), visual_words.change_light(other, 1))


def test_without_a_test_the_judges_are_not_learned_from(learned):
    """Names given at random cannot be guessed: whoever is right on them has seen the answers."""
    data, _ = learned
    random = np.random.default_rng(0)
    nothing = Split(data.test.images[:0], data.test.labels[:0], ())
    train = Split(data.test.images[:40], random.permutation(40) % 2, data.test.files[:40])
    val = Split(data.test.images[40:], random.permutation(60) % 2, data.test.files[40:])
    judged = ImageData(train, val, nothing, data.classes, 64, "names at random")
    probs = outputs(visual_words.learn_from_few(judged), val.images)
    assert 0.25 < (probs.argmax(axis=1) == val.labels).mean() < 0.75
    assert len(data.to_learn_from) == 54


def test_one_picture_of_a_class_is_too_few(learned):
    data, _ = learned
    rows = np.flatnonzero(data.train.labels == 0).tolist() + np.flatnonzero(data.train.labels == 1)[:1].tolist()
    few = Split(data.train.images[rows], data.train.labels[rows], tuple(data.train.files[row] for row in rows))
    with pytest.raises(AnimelibError, match="has 1 pictures to learn from"):
        visual_words.learn_from_few(replace(data, train=few), watch=True)
