"""How well a taste is known is told honestly: pure chance is called chance, and what can be known is found."""

import numpy as np
import pytest
from conftest import fill
from PIL import Image
from test_taste import LIKED, PLAIN, liking

from animelib import taste_report, words
from animelib.errors import AnimelibError
from animelib.ratings import ratings_of
from animelib.taste import Taste
from animelib.taste_report import folds_of, hold_out, how_well, quadratic_kappa, spearman


@pytest.fixture
def taste(tmp_path, monkeypatch):
    monkeypatch.setattr(taste_report, "DRAWS", 100)
    for name in LIKED:
        fill(tmp_path / "p", name, 14)
    return Taste(tmp_path / "p", **PLAIN)


def test_what_can_be_known_is_found(taste):
    report = how_well(taste.fit({path: liking(path) for path in taste.seen.paths}), folds=5)
    assert report.spearman.low <= report.spearman.value <= report.spearman.high
    assert report.spearman.value > 0.8
    assert report.kappa.value > 0.7
    assert report.mae.value < 0.5 * report.mae_of_mean
    assert report.inside > 0.7
    assert report.forecast(100) >= report.forecast(0) >= report.spearman.value
    assert report.forecast(10_000) <= 1
    for language, told in (("en", "Rank correlation"), ("ja", "順位相関")):
        words.use_language(language)
        assert told in str(report)
        assert len(str(report).splitlines()) == 6


def test_chance_is_called_chance(taste):
    random = np.random.default_rng(3)
    report = how_well(taste.fit({path: float(random.integers(1, 6)) for path in taste.seen.paths}), folds=5)
    assert report.spearman.low < 0.1
    assert ("could be chance" in report.advice) == (report.spearman.low <= 0)
    assert report.mae.value > 0.8 * report.mae_of_mean


def test_nothing_can_be_told_where_all_ratings_are_the_same(taste):
    with pytest.raises(AnimelibError, match=r"All \d+ ratings are 3: use the whole scale"):
        how_well(taste.fit(dict.fromkeys(taste.seen.paths, 3.0)))


def test_judges_are_as_many_of_each_score_and_unlike_what_is_learned_from(tmp_path, capsys):
    paths = fill(tmp_path, "rem", 30)
    copy = tmp_path / "copy.png"
    Image.open(paths[0]).resize((40, 40)).save(copy)
    scores = {path: 1.0 + number % 3 for number, path in enumerate(paths)} | {copy: 1.0, tmp_path / "gone.png": 5.0}
    ratings = ratings_of(scores)
    divisions = [hold_out(ratings, 4, seed=seed) for seed in range(6)]
    for learn, judge in divisions:
        assert sorted(judge.values()) == [1.0] * 4 + [2.0] * 4 + [3.0] * 4
        assert all(scores[path] == score for path, score in (learn | judge).items())
        assert not set(learn) & set(judge)
        assert len(learn) + len(judge) == (30 if len({paths[0], copy} & set(judge)) == 1 else 31)
    assert any(len({paths[0], copy} & set(judge)) == 1 for _, judge in divisions)
    assert "nowhere to be found, and left out: 1 (" in capsys.readouterr().out
    assert hold_out(ratings, 4, seed=3) == divisions[3]
    assert len(hold_out(ratings)[1]) == 15


def test_too_few_ratings_cannot_be_divided(tmp_path):
    few = dict.fromkeys(fill(tmp_path, "rem", 19), 3.0)
    with pytest.raises(AnimelibError, match="19 rated pictures are too few"):
        hold_out(ratings_of(few))


def test_near_duplicates_are_guessed_together():
    groups = np.repeat(np.arange(8), 4)
    fold_of = folds_of(groups, 4, 0)
    assert all(len(set(fold_of[groups == group])) == 1 for group in range(8))
    assert np.bincount(fold_of).tolist() == [8] * 4


def test_measures():
    given = np.array([1.0, 2, 3, 4, 5])
    assert spearman(given, given**2) == pytest.approx(1)
    assert spearman(given, -given) == pytest.approx(-1)
    assert np.isnan(spearman(given, np.ones(5)))
    assert quadratic_kappa(given, given) == 1
    assert quadratic_kappa(given, np.full(5, 3.0)) == 0
    sklearn = pytest.importorskip("sklearn.metrics")
    a, b = np.random.default_rng(0).integers(1, 6, (2, 60))
    assert quadratic_kappa(a, b) == pytest.approx(sklearn.cohen_kappa_score(a, b, weights="quadratic"))


def test_a_few_ratings_tell_nothing(taste):
    with pytest.raises(AnimelibError, match="too few to tell"):
        how_well(taste.fit({path: liking(path) for path in taste.seen.paths[:5]}))
