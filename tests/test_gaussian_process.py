"""A guess from few: right where it is known, unsure where it is not, and what is asked about teaches."""

import numpy as np
import pytest

from animelib import gaussian_process
from animelib.gaussian_process import Kernel, chosen_kernel, covering_order, learn, teaching_order


def unit(rows):
    return (rows / np.sqrt((rows**2).sum(axis=1).mean())).astype(np.float32)


@pytest.fixture
def made():
    """Two views, of which the scores follow the first."""
    random = np.random.default_rng(0)
    views = [unit(random.normal(size=(300, 5))), unit(random.normal(size=(300, 8)))]
    truth = 3 + views[0] @ np.array([1.5, -1, 0.5, 0, 0])
    return views, truth, truth + random.normal(0, 0.3, 300)


def test_it_learns_which_view_counts_and_how_noisy_ratings_are(made):
    views, truth, given = made
    process = learn([view[:150] for view in views], given[:150])
    mean, variance = process.predict([view[150:] for view in views])
    assert np.corrcoef(mean, truth[150:])[0, 1] > 0.95
    first, second = process.kernel.strengths[:2].sum(), process.kernel.strengths[2:].sum()
    assert first > 4 * second
    assert np.sqrt(process.kernel.noise) == pytest.approx(0.3, abs=0.1)
    inside = np.abs(mean - given[150:]) < 1.2816 * np.sqrt(variance + process.kernel.noise)
    assert 0.7 < inside.mean() < 0.9


def test_landmarks_stand_for_many_ratings(made, monkeypatch):
    views, _, given = made
    kernel = chosen_kernel(views, given)
    exact = learn(views, given, kernel).predict(views)
    monkeypatch.setattr(gaussian_process, "LANDMARKS", 120)
    mean, variance = learn(views, given, kernel).predict(views)
    assert np.corrcoef(mean, exact[0])[0, 1] > 0.99
    assert (variance > exact[1] - 0.05).all()


def test_strips_change_nothing(made, monkeypatch):
    views, _, given = made
    expected = learn(views, given).predict(views)
    monkeypatch.setattr(gaussian_process, "STRIP", 7)
    np.testing.assert_allclose(learn(views, given).predict(views), expected, atol=1e-5)


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_few_ratings_are_enough_to_be_asked(made, count):
    views, _, given = made
    some = [view[:count] for view in views]
    process = learn(some, given[:count]) if count else learn(some, given[:0], Kernel.usual(2))
    mean, variance = process.predict(views)
    assert np.isfinite(mean).all()
    assert (variance > 0).all()
    np.testing.assert_allclose(np.diag(process.covariance(views, views)), variance, atol=1e-4)


def test_the_same_score_every_time_is_no_trouble(made):
    views, _, given = made
    mean, _ = learn([view[:20] for view in views], np.full(20, 5.0)).predict(views)
    assert mean.min() > 3.5


def test_what_teaches_most_comes_first_and_only_once():
    apart = np.kron(np.eye(3), np.ones((4, 4))) + 0.1 * np.eye(12)  # three groups of four that are alike
    apart[:4, :4] *= 2
    order = teaching_order(apart, 0.3, np.ones(12, bool), 3)
    assert sorted(place // 4 for place in order) == [0, 1, 2]
    assert order[0] // 4 == 0  # where there is most to learn
    free = np.ones(12, bool)
    free[:4] = False
    assert {place // 4 for place in teaching_order(apart, 0.3, free, 20)} == {1, 2}
    assert len(set(teaching_order(apart, 0.3, free, 20))) == 8


def test_the_first_questions_stand_for_most_others():
    random = np.random.default_rng(0)
    middles = np.eye(3)
    views = [np.repeat(middles, (20, 10, 5), axis=0) + random.normal(0, 0.02, (35, 3))]
    free = np.ones(35, bool)
    none = [views[0][:0]]
    group = np.repeat(np.arange(3), (20, 10, 5))
    assert group[covering_order(none, views, free, 3)].tolist() == [0, 1, 2]
    assert group[covering_order([views[0][:1]], views, free, 2)].tolist() == [1, 2]
    free[group == 0] = False
    assert set(group[covering_order(none, views, free, 99)]) == {1, 2}
    assert len(covering_order(none, views, free, 99)) == 15
