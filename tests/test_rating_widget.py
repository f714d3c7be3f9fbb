"""The rating widgets at kernel level: messages as the page sends them, buttons without it, and what stands on the disk after."""

import html
import itertools
import json
import re
import subprocess
import sys
from types import SimpleNamespace

import ipywidgets
import pytest
from conftest import face, fill, found

from animelib import AnimelibError, questions, widgets, words
from animelib.pairs import read_choices
from animelib.rating_widget import rate_pairs, rate_pictures
from animelib.ratings import rate, read_ratings
from animelib.taste import Taste


@pytest.fixture
def folder(tmp_path):
    fill(tmp_path / "pictures", "rem", 4)
    return tmp_path / "pictures"


@pytest.fixture
def table(tmp_path):
    return tmp_path / "ratings.csv"


def turn(widget):
    """Return the turn as the page reads it."""
    return int(re.search('data-turn="(.*?)"', found(widget, "animelib-rating-stage").children[0].value)[1])


def on_show(widget):
    """Return the names of the pictures that are on."""
    return re.findall('<img alt="(.*?)"', found(widget, "animelib-rating-stage").children[0].value)


def send(widget, act, number=None):
    """Do what the page does: put an answer to the question that is on into the hidden text area."""
    told = {"turn": turn(widget) if number is None else number, "do": act}
    found(widget, "animelib-rating-bridge").value = json.dumps(told)


def press(widget, *acts):
    for act in acts:
        found(widget, f"animelib-do-{act}").click()


def shown(widget):
    texts = [child.value for child in widget.children if isinstance(child, ipywidgets.HTML)]
    return html.unescape(" ".join(texts))


def given(table, folder):
    return {click.path.name: click.score for click in read_ratings(table, folder).latest.values()}


def test_without_a_click_it_shows_a_picture_and_writes_nothing(folder, table):
    widget = rate_pictures(folder, table)
    assert len(on_show(widget)) == 1
    assert "0 rated today, 0 in all. Still to come: 4." in shown(widget)
    assert "About one picture in 10 comes a second time" in shown(widget)
    assert found(widget, "animelib-do-undo").disabled
    assert not table.exists()


def test_each_answer_is_on_disk_at_once_and_the_next_picture_comes(folder, table):
    widget, seen = rate_pictures(folder, table), []
    for score in (5, 1, 3):
        seen += on_show(widget)
        send(widget, str(score))
        assert given(table, folder)[seen[-1]] == score
    assert len(set(seen)) == 3
    assert "3 rated today, 3 in all. Still to come: 1." in shown(widget)
    send(widget, "skip")
    assert (on_show(widget), len(given(table, folder))) == ([], 3)
    assert "Nothing is left to rate: 3 rated today, 3 in all." in shown(widget)
    assert found(widget, "animelib-do-5").disabled
    send(widget, "5")
    press(widget, "5")
    assert len(given(table, folder)) == 3


def test_an_answer_counts_once_and_never_for_a_picture_nobody_has_seen(folder, table):
    widget = rate_pictures(folder, table)
    first = turn(widget)
    for act in ("4", "2", "undo", "skip"):
        send(widget, act, number=first)
    assert list(given(table, folder).values()) == [4]
    assert turn(widget) == first + 1


def test_undo_asks_again_and_reaches_back_to_earlier_days(folder, table):
    widget = rate_pictures(folder, table)
    (first,) = on_show(widget)
    send(widget, "5")
    (second,) = on_show(widget)
    send(widget, "skip")
    third = on_show(widget)
    widget = rate_pictures(folder, table)  # the kernel was started again
    assert on_show(widget) == third
    send(widget, "undo")
    assert (on_show(widget), given(table, folder)) == ([second], {first: 5})
    send(widget, "undo")
    assert (on_show(widget), given(table, folder)) == ([first], {})
    send(widget, "1")
    assert on_show(widget) == [second]
    send(widget, "2")
    assert on_show(widget) == third
    assert given(table, folder) == {first: 1, second: 2}


def test_it_goes_on_where_the_table_ends_also_when_pictures_were_renamed(folder, table):
    widget = rate_pictures(folder, table)
    names = []
    for score in "123":
        names += on_show(widget)
        send(widget, score)
    (folder / names[0]).rename(folder / "other.png")
    (folder / "copy.png").write_bytes((folder / names[1]).read_bytes())
    again = rate_pictures(folder, table)
    send(again, "4")
    assert on_show(again) == []
    assert given(table, folder).keys() == {path.name for path in folder.iterdir()} - {"copy.png"}


def test_a_share_of_pictures_comes_a_second_time_much_later(tmp_path, table, monkeypatch):
    monkeypatch.setattr(questions, "LATER", 3)
    fill(tmp_path / "many", "rem", 12)
    widget, asked = rate_pictures(tmp_path / "many", table, twice=0.5), []
    while on_show(widget):
        asked += on_show(widget)
        send(widget, "skip" if len(asked) == 2 else "3")
    again = [name for place, name in enumerate(asked) if name in asked[:place]]
    assert len(set(again)) == len(again) == 4  # one of the eleven that were rated, less three, in two
    assert asked.index(again[0], 4) - asked.index(again[0]) >= 3
    ratings = read_ratings(table, tmp_path / "many")
    assert (len(ratings), len(ratings.repeats), len(ratings.skipped)) == (11, 4, 1)
    assert set(asked) == {path.name for path in (tmp_path / "many").iterdir()}
    none = rate_pictures(tmp_path / "many", tmp_path / "none.csv", twice=0)
    assert "second time" not in shown(none)


WRONG = ["", "no json", "[]", "3", "null", '{"turn": 0}', '{"turn": 0, "do": "6"}', '{"turn": 0, "do": ["5"]}', "[" * 100_000]


@pytest.mark.parametrize("message", WRONG, ids=itertools.count())
def test_a_message_that_makes_no_sense_is_refused(folder, table, message):
    widget = rate_pictures(folder, table)
    bridge = found(widget, "animelib-rating-bridge")
    bridge.value = "x"
    bridge.value = message
    assert "makes no sense" in shown(widget)
    for number in ("0", None, [0], 1e999, True):
        bridge.value = json.dumps({"turn": number, "do": "5"})
    assert not table.exists()
    send(widget, "5")
    assert list(given(table, folder).values()) == [5]
    assert "makes no sense" not in shown(widget)


def test_broken_and_vanished_pictures_are_told_and_passed_over(folder, table):
    (folder / "rem_0.png").write_bytes(b"this is no picture")
    widget = rate_pictures(folder, table, pictures=["rem_0.png", folder / "rem_1.png", "rem_2.png"])
    assert on_show(widget) == ["rem_1.png"]
    assert re.search(r"Left out: .*rem_0\.png is not a picture", shown(widget))
    assert "Still to come: 2." in shown(widget)
    (folder / "rem_1.png").unlink()
    send(widget, "5")
    assert on_show(widget) == ["rem_2.png"]
    assert re.search(r"Left out: There is no picture at .*rem_1\.png", shown(widget))
    assert not table.exists()


def test_a_table_that_cannot_be_written_is_told_and_the_picture_stays(folder, table):
    widget = rate_pictures(folder, table)
    before = on_show(widget)
    table.mkdir()
    send(widget, "5")
    assert "Nothing was changed: " in shown(widget)
    assert (on_show(widget), turn(widget)) == (before, 1)
    table.rmdir()
    press(widget, "2")
    assert given(table, folder) == {before[0]: 2}


def test_what_cannot_be_is_told_at_once(folder, table):
    wrong = {"twice is 2": {"twice": 2}, "no picture at": {"pictures": ["gone.png"]}, "ends in .csv": {"ratings": "a.txt"}}
    for told, its in wrong.items():
        with pytest.raises(AnimelibError, match=told):
            rate_pictures(folder, **{"ratings": table} | its)
    with pytest.raises(AnimelibError, match="There is no folder"):
        rate_pictures(folder / "none", table)


def test_names_cannot_break_the_page(tmp_path, table):
    name = '<b>"レム"&.png'
    (tmp_path / "p").mkdir()
    face("rem", 1, 64).save(tmp_path / "p" / name)
    widget = rate_pictures(tmp_path / "p", table)
    assert not any("<b>" in child.value for child in widget.children if isinstance(child, ipywidgets.HTML))
    assert "<b>" not in found(widget, "animelib-rating-stage").children[0].value
    send(widget, "4")
    assert given(table, tmp_path / "p") == {name: 4}


# ---- with a taste


class Proposing:
    """A taste that proposes the pictures in the order of their names and learns nothing."""

    def __init__(self, folder, fault=""):
        self.paths, self.fault, self.fitted = sorted(folder.iterdir()), fault, []
        self.seen = SimpleNamespace(paths=self.paths)

    def fit(self, ratings):
        self.fitted.append(len(ratings))
        if self.fault:
            raise ValueError(self.fault)

    def next_to_rate(self, count):
        return [path.absolute() for path in self.paths[:count]]


def test_a_taste_says_what_is_asked_next_and_learns_now_and_then(tmp_path, table):
    fill(tmp_path / "many", "rem", 9)
    taste = Proposing(tmp_path / "many")
    widget = rate_pictures(tmp_path / "many", table, taste=taste)
    for number in range(7):
        assert on_show(widget) == [f"rem_{number}.png"]
        send(widget, "3")
        widget.questions.tutor.wait()
    assert taste.fitted == [1, 6]
    assert "I can tell after 3 more." in shown(widget)


def test_a_taste_that_fails_does_not_stop_the_rating(folder, table):
    widget = rate_pictures(folder, table, taste=Proposing(folder, "no idea"))
    send(widget, "3")
    widget.questions.tutor.wait()
    assert "I cannot learn from the ratings just now, they are saved all the same: no idea" in shown(widget)
    send(widget, "4")
    assert len(given(table, folder)) == 2


def test_a_taste_of_other_pictures_is_refused(folder, tmp_path, table):
    fill(tmp_path / "others", "rem", 2)
    with pytest.raises(AnimelibError, match="knows none of these pictures"):
        rate_pictures(folder, table, taste=Proposing(tmp_path / "others"))


def test_a_real_taste_tells_how_well_it_knows(tmp_path, table):
    for name, score in (("rem", 5), ("mizuki", 1)):
        for path in fill(tmp_path / "both", name, 10)[:6]:
            rate(table, path, score, tmp_path / "both")
    taste = Taste(tmp_path / "both", backbone=None, faces=False)
    widget = rate_pictures(tmp_path / "both", table, taste=taste)
    widget.questions.tutor.wait()
    assert "Rank correlation with your ratings" in shown(widget)
    assert re.search(r'<i style="width:(\d+)%">', shown(widget)).group(1) > "50"
    assert "more clicks" in shown(widget)
    assert taste.score(tmp_path / "both" / "rem_9.png")[0].score > 3


# ---- pairs


def answers(path, folder):
    return [(choice.better.path.name, choice.worse.path.name) for choice in read_choices(path, folder)]


def test_pairs_are_answered_undone_and_gone_on_with(folder, tmp_path):
    path = tmp_path / "choices.csv"
    widget = rate_pairs(folder, path)
    left, right = on_show(widget)
    assert not path.exists()
    send(widget, "left")
    assert answers(path, folder) == [(left, right)]
    second = on_show(widget)
    send(widget, "right")
    third = on_show(widget)
    send(widget, "equal")
    assert answers(path, folder)[1:] == [(second[1], second[0]), (third[0], third[1]), (third[1], third[0])]
    assert "3 pairs of 4 pictures answered." in shown(widget)
    widget = rate_pairs(folder, path)  # the kernel was started again
    send(widget, "undo")
    assert (on_show(widget), len(answers(path, folder))) == (third, 2)
    send(widget, "undo")
    assert (on_show(widget), answers(path, folder)) == (second, [(left, right)])


def test_all_pairs_come_once_and_each_picture_early(tmp_path):
    fill(tmp_path / "p", "rem", 6)
    widget, seen = rate_pairs(tmp_path / "p", tmp_path / "c.csv", count=5), []
    while on_show(widget):
        seen.append(frozenset(on_show(widget)))
        send(widget, "left", None)
    assert len(seen) == len(set(seen)) == 5 * 4 / 2
    assert len(frozenset().union(*seen[:3])) == 5
    assert "All pairs of these 5 pictures are answered: 10." in shown(widget)
    send(widget, "undo")
    assert [frozenset(on_show(widget))] == seen[-1:]


def test_a_picture_that_is_gone_is_left_out_of_the_pairs(folder, tmp_path):
    widget = rate_pairs(folder, tmp_path / "c.csv")
    gone, _ = on_show(widget)
    (folder / gone).unlink()
    send(widget, "left")
    assert gone not in on_show(widget)
    assert "Left out: There is no picture at" in shown(widget)
    assert not (tmp_path / "c.csv").exists()


# ---- the page


@pytest.mark.parametrize("make", [rate_pictures, rate_pairs])
def test_the_script_comes_in_the_same_output_and_a_page_without_a_kernel_gets_a_sentence(folder, tmp_path, monkeypatch, make):
    shows = []
    for module in (widgets, ipywidgets.widgets.widget):  # the latter shows it in ipywidgets 7
        monkeypatch.setattr(module, "display", lambda data, **_: shows.append(data), raising=False)
    make(folder, tmp_path / "t.csv")._ipython_display_()
    widget, script = shows
    assert widget["text/plain"].startswith(("How much do you like it?", "Which one do you like better?"))
    assert script["text/html"].startswith("<script>")


@pytest.mark.parametrize("make", [rate_pictures, rate_pairs])
def test_they_speak_japanese(folder, tmp_path, make):
    words.use_language("ja")
    widget = make(folder, tmp_path / "t.csv")
    assert "好き" in shown(widget)
    assert not re.search(r"[A-Za-z]{4,}", re.sub(r"<[^>]*>|\S*t\.csv|rem_\d\.png", "", shown(widget)))


def test_without_a_taste_no_keras_is_loaded():
    script = "import sys, animelib; animelib.rate_pictures; assert not {'keras', 'tensorflow'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)
