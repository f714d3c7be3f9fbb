"""The sense for strangers is learned without any, keeps its promise on the known, and is one plain Keras model."""

import keras
import numpy as np
import pytest
from conftest import face

from animelib import strangers
from animelib.folders import to_array

COUNT = 24


@pytest.fixture(scope="module")
def known():
    pictures = [to_array(face(name, i), 32) for name in ("rem", "mizuki") for i in range(COUNT)]
    return np.stack(pictures), np.repeat([0, 1], COUNT)


@pytest.fixture(scope="module")
def sense(known):
    return strangers.learn_familiarity(*known)


def scores(model, name, first, count=60):
    pictures = np.stack([to_array(face(name, i), 32) for i in range(first, first + count)]).astype("float32")
    return model.predict(pictures, verbose=0)[:, 0]


def test_strangers_score_lower_than_unseen_pictures_of_the_known(sense):
    ours = np.concatenate([scores(sense, name, 500) for name in ("rem", "mizuki")])
    theirs = scores(sense, "stranger", 500)
    assert (ours[:, None] > theirs[None]).mean() > 0.85


def test_keeping_more_of_the_known_is_more_generous(known):
    passed = []
    for promised in (0.6, 0.9, 0.99):
        model = strangers.learn_familiarity(*known, keep_known=promised)
        passed.append(np.mean([scores(model, name, 900) >= 0.5 for name in ("rem", "mizuki")]))
    assert passed == sorted(passed)
    assert passed[1] > 0.7


def test_margins_are_of_pictures_that_the_clouds_had_not_seen(known):
    seen = np.random.default_rng(0).normal(size=(40, 6))
    labels = np.arange(40) % 2
    ours, theirs = strangers.unseen_margins(seen, labels, np.concatenate([seen + 9] * 2))
    by_themselves = strangers.fit_clouds(seen, labels, np.concatenate([seen + 9] * 2)).margin(seen)
    assert theirs.shape == (80,)
    assert ours.mean() < by_themselves.mean()  # an unseen picture fits worse than one the clouds were laid through


def test_model_file_and_margins_agree(sense, known, tmp_path):
    sense.save(tmp_path / "sense.keras")
    again = keras.models.load_model(tmp_path / "sense.keras")
    pictures = known[0].astype("float32")
    assert np.allclose(again.predict(pictures, verbose=0), sense.predict(pictures, verbose=0), atol=1e-6)
    eyes = strangers.colour_eyes(32)
    seen = eyes.predict(pictures, verbose=0)
    clouds = strangers.fit_clouds(seen, known[1], seen[::-1] * 0.9)
    model = strangers._as_model(eyes, clouds, border=0.5, width=2.0)
    by_hand = 1 / (1 + np.exp(-(clouds.margin(seen) - 0.5) / 2.0))
    assert np.allclose(model.predict(pictures, verbose=0)[:, 0], by_hand, atol=1e-3)


def test_a_mirrored_picture_is_as_familiar(sense, known):
    pictures = known[0].astype("float32")
    assert np.allclose(sense.predict(pictures, verbose=0), sense.predict(pictures[:, :, ::-1], verbose=0), atol=1e-4)


def test_painting_over_changes_colours_and_keeps_the_drawing(known):
    picture = known[0][0]
    copies = [strangers.paint_over(picture, np.random.default_rng(seed)) for seed in range(20)]
    assert all(copy.shape == picture.shape and copy.dtype == np.uint8 for copy in copies)
    assert np.mean([np.abs(copy.astype(int) - picture).mean() > 5 for copy in copies]) > 0.8
