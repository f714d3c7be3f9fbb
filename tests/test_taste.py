"""A taste is learned from some clicks: it scores, asks, recommends, and is the same again after it was saved."""

import numpy as np
import pytest
from conftest import fill
from PIL import Image

from animelib import taste as taste_module
from animelib import views
from animelib.errors import AnimelibError
from animelib.faces import Face
from animelib.ratings import rate, read_ratings, skip_picture
from animelib.taste import Taste

LIKED = {"rem": 5, "mizuki": 3, "stranger": 1}
PLAIN = {"backbone": None, "faces": False}


@pytest.fixture
def folder(tmp_path):
    for name in LIKED:
        fill(tmp_path / "p", name, 14)
    return tmp_path / "p"


def liking(path):
    return LIKED[path.name.split("_")[0]]


def halves(taste):
    return {path: liking(path) for path in taste.seen.paths if path.stem[-1] in "02468"}


def left(scores, name):
    return scores.score[[row for row, path in enumerate(scores.paths) if path.name.startswith(name)]]


def test_it_scores_what_was_not_rated(folder):
    taste = Taste(folder, **PLAIN)
    scores = taste.fit(halves(taste)).score()
    others = [row for row, path in enumerate(scores.paths) if path not in halves(taste)]
    truth = np.array([liking(scores.paths[row]) for row in others])
    assert np.corrcoef(scores.score[others], truth)[0, 1] > 0.9
    assert ((scores.low <= scores.score) & (scores.score <= scores.high)).all()
    assert scores.low.min() >= 1
    assert scores.high.max() <= 5
    best = scores.best(10)
    assert [row.score for row in best] == sorted((row.score for row in best), reverse=True)
    assert {path.name.split("_")[0] for path in best.paths} == {"rem"}
    assert str(best).count("\n") == 10
    assert set(taste.weights) == {"light", "colours"}
    assert sum(taste.weights.values()) == pytest.approx(1)
    assert repr(taste) == "Taste: 21 rated pictures, looked at through None"


def test_one_picture_a_list_and_a_folder_get_the_same_score(folder, monkeypatch):
    monkeypatch.setattr(taste_module, "TOGETHER", 5)
    taste = Taste(folder, **PLAIN)
    whole = taste.fit(halves(taste)).score()
    np.testing.assert_allclose(taste.score(folder).score, whole.score, atol=1e-4)
    some = list(whole.paths[3:5])
    np.testing.assert_allclose(taste.score(some).score, whole.score[3:5], atol=1e-4)
    with Image.open(some[0]) as picture:
        assert taste.score(picture)[0].score == pytest.approx(whole.score[3], abs=0.02)
    assert taste.score(some[0])[0].path == some[0]


def test_it_asks_about_all_kinds_and_never_twice(folder, tmp_path):
    taste, table = Taste(folder, **PLAIN), tmp_path / "ratings.csv"
    first = taste.next_to_rate(6)
    assert {path.name.split("_")[0] for path in first} == set(LIKED)
    rate(table, first[0], 5, folder)
    skip_picture(table, first[1], folder)
    asked = taste.fit(table).next_to_rate(100)
    assert len(set(asked)) == len(asked) == 40
    assert not set(asked) & set(first[:2])
    assert taste.next_to_ask_again() == [first[0]]
    rate(table, first[0], 4, folder)
    assert taste.fit(read_ratings(table, folder)).next_to_ask_again() == []


def test_asking_cleverly_needs_fewer_clicks(tmp_path):
    fill(tmp_path / "p", "rem", 60)
    for name in ("mizuki", "stranger"):
        fill(tmp_path / "p", name, 4)
    taste = Taste(tmp_path / "p", **PLAIN)
    assert len({path.name.split("_")[0] for path in taste.next_to_rate(12)}) == 3  # at random it would be one time in three


def test_it_recommends_what_is_new_each_picture_once(folder, tmp_path):
    taste = Taste(folder, **PLAIN)
    rated = halves(taste)
    copy = folder / "copy.jpg"
    liked = next(path for path in taste.seen.paths if liking(path) == 5 and path not in rated)
    Image.open(liked).save(copy, quality=90)
    also = folder / "rated copy.jpg"
    Image.open(next(path for path in rated if liking(path) == 5)).save(also, quality=90)
    taste = Taste(folder, **PLAIN).fit(rated)
    found = taste.recommend(6)
    assert not set(found.paths) & set(rated)
    assert {path.name[:3] for path in found.paths} <= {"rem", "cop"}
    assert len({copy, liked} & set(found.paths)) <= 1
    assert also not in found.paths
    others = taste.recommend(6, leave_out=found.paths[:2])
    assert not set(others.paths) & set(found.paths[:2])
    assert len(taste.recommend(1000)) <= 24


def test_saved_it_is_the_same_again(folder, tmp_path):
    taste = Taste(folder, **PLAIN)
    taste.fit(halves(taste))
    path = taste.save(tmp_path / "mine.npz")
    again = Taste.load(path)
    np.testing.assert_allclose(again.score(folder).score, taste.score().score, atol=1e-4)
    assert again.ratings.latest == taste.ratings.latest
    assert again.noise == taste.noise
    assert Taste.load(path, folder).recommend(3).paths == taste.recommend(3).paths


def test_ratings_from_elsewhere_count_and_lost_ones_are_told(folder, tmp_path, capsys):
    elsewhere = fill(tmp_path / "elsewhere", "rem", 3, first=50) + fill(tmp_path / "elsewhere", "stranger", 3, first=50)
    ratings = {path: liking(path) for path in elsewhere}
    taste = Taste(folder, **PLAIN).fit(ratings | {tmp_path / "gone.png": 3})
    assert "gone.png" in capsys.readouterr().out
    scores = taste.score()
    assert left(scores, "rem").mean() > left(scores, "stranger").mean() + 0.5
    alone = Taste(**PLAIN).fit(ratings).score(folder)  # without any pictures of its own
    assert left(alone, "rem").mean() > left(alone, "stranger").mean() + 0.5


def faces_of(picture):
    """Two halves of a picture, where it is a wide one."""
    height, width = picture.shape[:2]
    return [Face(0, 0, height, height, 0.9), Face(width - height, 0, height - 2, height - 2, 0.9)] if width > height else []


@pytest.mark.parametrize("several", views.SEVERAL)
def test_several_faces_count_by_the_rule(tmp_path, several):
    single = {name: fill(tmp_path / "p", name, 8) for name in LIKED}
    wide = tmp_path / "p" / "wide.png"
    sides = [np.asarray(Image.open(single[name][0])) for name in ("stranger", "rem")]
    Image.fromarray(np.concatenate(sides, axis=1)).save(wide)

    def detect(picture):
        return faces_of(picture) or [Face(0, 0, picture.shape[1], picture.shape[0])]

    taste = Taste(tmp_path / "p", backbone=None, detect=detect, several=several)
    taste.fit({path: liking(path) for paths in single.values() for path in paths})
    assert set(taste.weights) == {"light", "colours"}  # without a network the face has colours alone
    counts = np.bincount(taste.seen.owner)
    assert sorted(counts) == [1] * 24 + [2]
    assert 1 <= taste.score(wide)[0].score <= 5
    again = Taste.load(taste.save(tmp_path / "t.npz"), detect=detect)
    assert again.score(wide)[0].score == pytest.approx(taste.score(wide)[0].score, abs=1e-3)
    with pytest.raises(AnimelibError, match="detector of your own"):
        Taste.load(tmp_path / "t.npz")


def test_the_best_face_counts_where_that_is_the_rule():
    from animelib.gaussian_process import learn
    from animelib.impressions import Looking, look_at_one

    two = np.zeros((40, 80, 3), np.uint8)
    two[:, 40:] = (255, 40, 40)
    seen = look_at_one(two, Looking(None, detect=faces_of))
    scaling = views.Scaling.of(seen)
    rows, owner = scaling.views(seen, "best")
    assert owner.tolist() == [0, 0]
    process = learn(rows, np.array([1.0, 5.0]))
    mean, _ = taste_module.expected(process, scaling, seen, "best")
    assert mean.shape == (1,)
    assert mean[0] == pytest.approx(process.predict(rows)[0].max())


def test_what_is_wrong_is_told(folder, tmp_path, monkeypatch):
    taste = Taste(folder, **PLAIN)
    for ask in (taste.score, taste.recommend, lambda: taste.save(tmp_path / "x.npz")):
        with pytest.raises(AnimelibError, match="Nothing was rated yet"):
            ask()
    with pytest.raises(AnimelibError, match="no rating of any picture"):
        taste.fit({})
    with pytest.raises(AnimelibError, match="ends in .npz"):
        taste.save("x.keras")
    with pytest.raises(AnimelibError, match="not one of mean"):
        Taste(folder, several="most", **PLAIN)
    with pytest.raises(AnimelibError, match="no taste at"):
        Taste.load(tmp_path / "gone.npz")
    (tmp_path / "broken.npz").write_bytes(b"PK")
    with pytest.raises(AnimelibError, match="no whole taste"):
        Taste.load(tmp_path / "broken.npz")
    monkeypatch.setattr(taste_module, "SHIPPED", tmp_path / "gone.npz")
    with pytest.raises(AnimelibError, match="faces=False"):
        Taste(folder)
