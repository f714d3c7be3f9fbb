"""The browser of mistakes at kernel level: its buttons lead on, and what they decide stands in the plan."""

import html
import io

import numpy as np
import pytest
from conftest import fill
from PIL import Image
from test_attention import SIZE, flat
from test_trials import COLOURS, plain

from animelib import AnimelibError, mistakes, words
from animelib.data import ImageData, Split
from animelib.evaluation import Report
from animelib.mistakes import browse_mistakes
from animelib.models import outputs
from animelib.relabelling import SET_ASIDE, Relabel, apply_plan, read_plan, write_plan

TRUTH, SHOWN = [0, 1, 2, 1, 2], [0, 1, 2, 0, 1]  # the last two are called wrong


def a_report(files=None) -> Report:
    images = plain(*SHOWN)
    names = files or tuple(f"{COLOURS[label]}/{row}.png" for row, label in enumerate(TRUTH))
    return Report(COLOURS, np.array(TRUTH), outputs(flat(), images), names, images, "cross", "drawn samples")


def some_data() -> ImageData:
    random = np.random.default_rng(0)
    split = Split(random.integers(0, 256, (6, SIZE, SIZE, 3), dtype=np.uint8), np.arange(6) % 3, tuple("abcdef"))
    return ImageData(split, split, Split(split.images[:0], split.labels[:0], ()), COLOURS, SIZE, "drawn samples")


def opened(plan, **how):
    """Return the widget's parts by name, and a way to press a button by its words."""
    box = browse_mistakes(a_report(), flat(), some_data(), plan, **how)
    _, where, walk, image, decide, choice, state = box.children
    buttons = {button.description: button.click for button in (*walk.children, *decide.children[1:])}
    return where, image, decide.children[0], choice, state, buttons


def test_it_shows_the_first_mistake_without_a_click_and_leafs_around(tmp_path):
    where, image, classes, choice, state, buttons = opened(tmp_path / "plan.csv")
    first = html.unescape(where.value)
    assert first.startswith("1 of 2: ")
    assert Image.open(io.BytesIO(image.value)).format == "PNG"
    assert classes.value in ("red", "green")  # the guess is at hand
    before = image.value
    buttons["next ▶"]()
    assert where.value.startswith("2 of 2: ")
    assert image.value != before
    buttons["next ▶"]()
    assert html.unescape(where.value) == first
    assert image.value == before
    buttons["◀ previous"]()
    assert where.value.startswith("2 of 2: ")
    assert read_plan(tmp_path / "plan.csv") == []  # an empty plan is there, to be filled by hand too
    assert (choice.value[:10], state.value) == ("Plan: left", "")


def test_each_click_is_in_the_plan_at_once(tmp_path):
    plan = tmp_path / "plan.csv"
    where, _, classes, choice, state, buttons = opened(plan)
    classes.value = "red"
    buttons["relabel"]()
    (row,) = read_plan(plan)
    assert row.file in where.value
    assert row.new == "red"
    assert html.unescape(choice.value) == f"Plan: {row.old} → red."
    assert f"1 in the plan. This line applies it: al.apply_plan('{plan}', folder)" == html.unescape(state.value)
    buttons["next ▶"]()
    buttons["set aside"]()
    assert [one.new for one in read_plan(plan)] == ["red", SET_ASIDE]
    assert choice.value == "Plan: set aside."
    buttons["leave as it is"]()
    assert read_plan(plan) == [row]
    buttons["◀ previous"]()
    classes.value = row.old
    buttons["relabel"]()  # to what it is called already
    assert read_plan(plan) == []


def test_a_plan_goes_on_and_what_a_person_wrote_stays(tmp_path):
    plan = tmp_path / "plan.csv"
    write_plan(plan, [Relabel("red/other.png", "red", "blue")])
    *_, buttons = opened(plan)
    buttons["set aside"]()
    assert [row.file for row in read_plan(plan)][0] == "red/other.png"
    _, _, _, choice, _, _ = opened(plan)
    assert choice.value == "Plan: set aside."


def test_other_rows_can_be_leafed_through(tmp_path):
    where, *_ = opened(tmp_path / "plan.csv", rows=[0, 1, 2])
    assert html.unescape(where.value) == "1 of 3: red/0.png"


def test_the_plan_applies_to_the_folder_that_was_loaded(tmp_path):
    for name, shown in zip(COLOURS, ("rem", "mizuki", "stranger"), strict=True):
        fill(tmp_path / "p" / name, shown, 2)
    files = tuple(f"{COLOURS[label]}/{('rem', 'mizuki', 'stranger')[label]}_0.png" for label in TRUTH)
    box = browse_mistakes(a_report(files), flat(), some_data(), tmp_path / "plan.csv")
    box.children[4].children[2].click()
    done = apply_plan(tmp_path / "plan.csv", tmp_path / "p")
    assert len(done.aside) == 1


def test_a_refused_write_is_one_sentence(tmp_path, monkeypatch):
    *_, state, buttons = opened(tmp_path / "plan.csv")

    def refuse(*_):
        raise AnimelibError("There is no space left.")

    monkeypatch.setattr(mistakes, "write_plan", refuse)
    buttons["set aside"]()
    assert state.value == "There is no space left."


def test_no_mistakes_and_a_broken_plan_are_one_sentence(tmp_path):
    none = browse_mistakes(a_report(), flat(), some_data(), tmp_path / "empty.csv", rows=[])
    assert (tmp_path / "empty.csv").exists()
    assert "Not a single mistake" in none.children[0].value
    (tmp_path / "plan.csv").write_text("nonsense")
    with pytest.raises(AnimelibError, match="is not a plan"):
        opened(tmp_path / "plan.csv")


def test_it_speaks_japanese(tmp_path):
    words.use_language("ja")
    where, *_, buttons = opened(tmp_path / "plan.csv")
    assert "2枚中1枚目" in where.value
    assert "よけておく" in buttons
