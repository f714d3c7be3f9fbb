"""The learning curve learns from what it says, is judged by the same pictures, and tells whether to collect more."""

import numpy as np
import pytest

from animelib.curve import LearningCurve, _steps, learning_curve
from animelib.data import ImageData, Split, load_images
from animelib.errors import AnimelibError
from animelib.lab import open_lab
from animelib.visual_words import learn_from_few


@pytest.fixture
def data(two_folders) -> ImageData:
    return load_images(open_lab("curve", "folder", folder=two_folders), 16)


class Noted:
    """Remembers what it was given to learn from, and answers always the same."""

    def __init__(self):
        self.given = []

    def __call__(self, part: ImageData):
        import keras

        self.given.append(part)
        pictures = keras.Input((part.size, part.size, 3))
        scores = keras.layers.Dense(2, activation="softmax", kernel_initializer="zeros")
        return keras.Model(pictures, scores(keras.layers.GlobalAveragePooling2D()(pictures)))


def test_each_step_learns_from_so_many_of_each_class_and_the_smaller_choice_is_part_of_the_larger(data):
    noted = Noted()
    curve = learning_curve(noted, data, counts=(2, 4, 100), seeds=2)
    least = np.bincount(data.to_learn_from.labels).min()
    assert curve.counts.tolist() == [2, 4, least]  # no class has a hundred
    assert [np.bincount(part.train.labels).tolist() for part in noted.given[:4]] == [[2, 2], [2, 2], [4, 4], [4, 4]]
    assert set(noted.given[0].train.files) < set(noted.given[2].train.files)
    assert set(noted.given[0].train.files) != set(noted.given[1].train.files)
    assert curve.accuracies.shape == (3, 2)
    assert curve.judged == len(data.test)


@pytest.mark.parametrize(
    ("counts", "steps"), [((2, 15, 100), [2, 17]), ((2, 10, 100), [2, 10, 17]), ((2, 15, 17), [2, 15, 17]), ((5, 2), [2, 5])]
)
def test_a_last_step_that_would_hardly_be_one_is_left_out(counts, steps):
    assert _steps(counts, np.array([17, 40])) == steps


def test_what_judges_is_never_learned_from(data):
    noted = Noted()
    learning_curve(noted, data, counts=(3,), seeds=1)
    part = noted.given[0]
    assert not set(part.to_learn_from.files) & set(data.test.files)
    assert len(part.to_learn_from) == 6  # the validation pictures are among those that were chosen from, and not added
    nothing = Split(data.test.images[:0], data.test.labels[:0], ())
    learning_curve(noted, ImageData(data.train, data.val, nothing, data.classes, data.size, ""), counts=(3,), seeds=1)
    assert not set(noted.given[1].to_learn_from.files) & set(data.val.files)


def test_more_pictures_teach_more(data):
    curve = learning_curve(learn_from_few, data, counts=(2, 12), seeds=2)
    assert curve.accuracies[1].mean() >= curve.accuracies[0].mean()
    assert curve.accuracies[1].mean() > 0.8


@pytest.mark.parametrize(
    ("accuracies", "told"),
    [
        ([[0.7, 0.72], [0.9, 0.92]], "likely to help"),
        ([[0.9, 0.9], [0.905, 0.905]], "hardly help"),
        ([[0.7, 0.9], [0.75, 0.9]], "hardly help"),  # a gain no larger than what the choice of pictures does
    ],
)
def test_the_verdict_weighs_the_gain_against_the_noise(accuracies, told):
    curve = LearningCurve(np.array([10, 20]), np.array(accuracies), 40, "drawn")
    assert told in str(curve)
    assert "drawn" in str(curve)


def test_one_step_says_nothing_about_more():
    assert "One count alone" in LearningCurve(np.array([10]), np.array([[0.7]]), 40, "drawn").verdict


@pytest.mark.parametrize("counts", [(50, 100), ()])
def test_too_few_pictures_are_told(data, counts):
    with pytest.raises(AnimelibError, match="smallest class has"):
        learning_curve(Noted(), data, counts=counts)
