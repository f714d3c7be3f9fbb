"""What is asked next: an order that a restart does not change, pairs that are spread, and a taste that learns beside."""

import threading
from collections import Counter
from types import SimpleNamespace

import pytest
from conftest import fill

from animelib import AnimelibError
from animelib.pairs import read_choices, scores_of_choices
from animelib.questions import EVERY, PairQuestions, RatingQuestions
from animelib.ratings import rate


@pytest.fixture
def folder(tmp_path):
    fill(tmp_path / "p", "rem", 8)
    return tmp_path / "p"


def test_the_order_is_by_chance_and_the_same_after_a_restart(folder, tmp_path):
    questions = RatingQuestions(folder, tmp_path / "r.csv")
    assert questions.order != sorted(questions.order)
    assert sorted(questions.order) == sorted(folder.iterdir())
    for path in questions.order[:3]:
        questions = RatingQuestions(folder, tmp_path / "r.csv")
        assert questions.path == path
        questions.rate(3)
    assert (questions.today, questions.left) == (3, 5)


def test_pictures_are_asked_about_in_the_order_given_however_they_are_named(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = ["rem_3.png", folder / "rem_1.png", "p/rem_2.png", "rem_3.png"]
    questions = RatingQuestions("p", "r.csv", names)
    assert [path.as_posix() for path in questions.order] == ["p/rem_3.png", "p/rem_1.png", "p/rem_2.png"]
    rate("r.csv", folder / "rem_3.png", 5, folder)
    questions = RatingQuestions("p", "r.csv", names)
    assert (questions.path.name, questions.left) == ("rem_1.png", 2)


def test_yesterday_is_not_today(folder, tmp_path):
    (tmp_path / "r.csv").write_text("picture,score,time\nrem_0.png,3,2020-01-01T10:00:00+09:00\n")
    questions = RatingQuestions(folder, tmp_path / "r.csv")
    assert (questions.today, len(questions.ratings), questions.left) == (0, 1, 7)


class Slow:
    """A taste that learns until it is told to stop."""

    def __init__(self, folder):
        self.seen, self.stop, self.fitted = SimpleNamespace(paths=sorted(folder.iterdir())), threading.Event(), []

    def fit(self, ratings):
        self.fitted.append(len(ratings))
        assert self.stop.wait(20)

    def next_to_rate(self, count):
        return list(reversed(self.seen.paths)) if self.fitted else self.seen.paths


def test_nobody_waits_for_a_taste_that_learns(folder, tmp_path):
    taste, told = Slow(folder), []
    questions = RatingQuestions(folder, tmp_path / "r.csv", taste=taste)
    for number in range(EVERY + 2):
        assert questions.path.name == f"rem_{number}.png"  # what it proposed before
        questions.rate(4)
        questions.tutor.learn(questions.ratings, lambda: told.append("learned"))
    assert (taste.fitted, told) == ([1], [])
    taste.stop.set()
    questions.tutor.wait()
    assert told == ["learned"]
    assert questions.tutor.proposed[0].name == "rem_7.png"


def test_pairs_are_spread_and_neither_side_is_favoured(folder, tmp_path):
    questions = PairQuestions(folder, tmp_path / "c.csv")
    left_first = 0
    for number in range(28):
        often = Counter(rating.key for choice in questions.choices for rating in (choice.better, choice.worse))
        assert max(often.values(), default=0) - min(often.get(key, 0) for key in questions.path_of) <= 3
        left_first += questions.pair[0].name < questions.pair[1].name
        better = max(questions.pair)
        questions.prefer(questions.pair.index(better))
        assert questions.answers == number + 1
    assert questions.pair == ()
    assert 6 < left_first < 22
    scores = scores_of_choices(read_choices(tmp_path / "c.csv", folder)).latest.values()
    best_first = [rating.path.name for rating in sorted(scores, key=lambda rating: -rating.score)]
    assert best_first == sorted(best_first, reverse=True)


def test_both_the_same_is_one_answer_that_is_undone_at_once(folder, tmp_path):
    questions = PairQuestions(folder, tmp_path / "c.csv", count=3)
    assert len(questions.path_of) == 3
    questions.prefer(0)
    pair = questions.pair
    questions.equal()
    assert (questions.answers, len(questions.choices)) == (2, 3)
    rated = {rating.path: rating.score for rating in scores_of_choices(questions.choices[1:]).latest.values()}
    assert rated[pair[0]] == pytest.approx(rated[pair[1]])
    again = PairQuestions(folder, tmp_path / "c.csv", count=2)
    assert again.path_of.keys() == questions.path_of.keys()  # what was begun is gone on with
    again.undo()
    assert (again.pair, again.answers) == (pair, 1)
    again.undo()
    again.undo()
    assert again.answers == 0


def test_what_cannot_be_is_told(folder, tmp_path):
    with pytest.raises(AnimelibError, match="ends in .csv"):
        PairQuestions(folder, tmp_path / "c.txt")
    with pytest.raises(AnimelibError, match="no picture at"):
        PairQuestions(folder, tmp_path / "c.csv", ["gone.png"])
