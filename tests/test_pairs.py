"""Which one? Answers are kept, and become scores that agree with them."""

import numpy as np
import pytest
from conftest import fill

from animelib.errors import AnimelibError
from animelib.pairs import prefer, preferred, read_choices, scores_of_choices, strengths, undo_choice


def test_strengths_follow_the_answers():
    random = np.random.default_rng(0)
    true = np.linspace(-2, 2, 12)
    pairs = random.integers(0, 12, (400, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    first = random.random(len(pairs)) < 1 / (1 + np.exp(true[pairs[:, 1]] - true[pairs[:, 0]]))
    won, lost = np.where(first, *pairs.T), np.where(first, *pairs.T[::-1])
    found = strengths(won, lost, 12)
    assert np.corrcoef(found, true)[0, 1] > 0.95
    chances = preferred(found)
    assert ((chances > 0) & (chances < 1)).all()
    assert chances.mean() == pytest.approx(0.5)
    gap = strengths(np.zeros(50, int), np.ones(50, int), 2)
    assert np.isfinite(gap).all()  # one that always wins stays within bounds


def test_answers_are_kept_and_become_scores(tmp_path):
    best, good, worst = fill(tmp_path / "p", "rem", 3)
    table = tmp_path / "choices.csv"
    for better, worse in ((best, good), (best, worst), (good, worst)):
        prefer(table, better, worse, tmp_path / "p")
    prefer(table, worst, best, tmp_path / "p")
    undo_choice(table)
    choices = read_choices(table, tmp_path / "p")
    assert len(choices) == 3
    scores = {click.path: click.score for click in scores_of_choices(choices).given}
    assert 1 <= scores[worst] < scores[good] < scores[best] <= 5
    assert scores[good] == pytest.approx(3)
    assert scores_of_choices(()).given == ()


def test_what_is_wrong_is_told(tmp_path):
    (one,) = fill(tmp_path, "rem", 1)
    with pytest.raises(AnimelibError, match="the same picture"):
        prefer(tmp_path / "c.csv", one, one)
    with pytest.raises(AnimelibError, match="no picture at"):
        prefer(tmp_path / "c.csv", one, tmp_path / "gone.png")
    (tmp_path / "c.csv").write_text("better,worse\na.png,\n")
    with pytest.raises(AnimelibError, match="line 2, names one picture"):
        read_choices(tmp_path / "c.csv")
