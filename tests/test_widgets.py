"""Widgets at kernel level, in either generation of ipywidgets; no Keras."""

import datetime
import html
import io
import subprocess
import sys
from types import SimpleNamespace

import ipywidgets
import numpy as np
import pytest
from PIL import Image

from animelib import AnimelibError, widgets, words
from animelib.widgets import panel, try_picture


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.setattr(widgets, "_controls_of", {})
    words.use_language("en")
    yield
    words.use_language("en")


@pytest.fixture
def shown(monkeypatch):
    """Collect what is displayed."""
    seen = []
    monkeypatch.setattr(widgets, "display", seen.append)
    return seen


FORMS = {
    "epochs": (20, 1, 100),
    "batch_size": (16, [8, 16, 32]),
    "augment": True,
    "learning_rate": (1e-3, 1e-5, 1e-1, "log"),
    "dropout": (0.5, 0, 1),
}


def test_a_panel_gives_the_values_of_the_form_without_a_click(shown):
    knobs = panel("training", **FORMS)
    assert (knobs.epochs, knobs.batch_size, knobs.augment, knobs.learning_rate, knobs.dropout) == (20, 16, True, 0.001, 0.5)
    assert isinstance(knobs.epochs, int)
    assert repr(knobs) == "epochs=20, batch_size=16, augment=True, learning_rate=0.001, dropout=0.5"
    assert dir(knobs) == sorted(FORMS)
    with pytest.raises(AttributeError, match="no 'epoch', only epochs, batch_size"):
        _ = knobs.epoch


def test_a_panel_shows_a_control_of_each_kind_with_its_label(shown):
    panel(**FORMS)
    (box,) = shown
    kinds = [ipywidgets.IntSlider, ipywidgets.Dropdown, ipywidgets.Checkbox, ipywidgets.FloatLogSlider, ipywidgets.FloatSlider]
    assert [type(control) for control in box.children[1:]] == kinds
    assert [control.description for control in box.children[1:3]] == ["epochs", "batch size"]
    words.use_language("ja")
    panel(**FORMS, my_own=(1, 0, 3))
    assert [control.description for control in shown[1].children[1:]][::5] == ["エポック数", "my own"]


def move(box, place, value):
    box.children[place + 1].value = value


def test_what_is_moved_is_read_at_once(shown):
    knobs = panel(**FORMS)
    move(shown[0], 0, 33)
    move(shown[0], 3, 10**-2.5)
    assert (knobs.epochs, knobs.learning_rate) == (33, 0.00316228)


def test_running_the_cell_again_keeps_what_was_moved_unless_the_form_was_changed(shown):
    panel("training", **FORMS)
    move(shown[0], 0, 33)
    move(shown[0], 1, 32)
    move(shown[0], 2, False)
    again = panel("training", **FORMS | {"batch_size": (8, [8, 16, 32])})
    assert (again.epochs, again.batch_size, again.augment) == (33, 8, False)
    third = panel("training", **FORMS | {"batch_size": (8, [8, 16, 32])})
    assert (third.epochs, third.batch_size) == (33, 8)
    assert panel("training", **FORMS | {"epochs": (21, 1, 100)}).epochs == 21
    assert panel("another", **FORMS).epochs == 20


def test_a_moved_value_gives_way_to_a_form_that_allows_less(shown):
    panel(epochs=(20, 1, 100), batch_size=(8, [8, 16, 32]))
    move(shown[0], 0, 90)
    move(shown[0], 1, 32)
    knobs = panel(epochs=(20, 1, 50), batch_size=(8, [8, 16]))
    assert (knobs.epochs, knobs.batch_size) == (20, 8)


@pytest.mark.parametrize("value", [1e-5, 1e-1, 3e-4, 7e-3])
def test_a_log_slider_gives_back_exactly_what_the_form_says(shown, value):
    assert panel(learning_rate=(value, 1e-5, 1e-1, "log")).learning_rate == value


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ((500, 1, 100), "knob is 500, which is not between 1 and 100: change it in the form."),
        ((1.0, 1e-5, 1e-1, "log"), "knob is 1, which is not between 1e-05 and 0.1"),
        ((float("nan"), 0.0, 1.0), "knob is nan, which is not between 0 and 1"),
        ((7, [8, 16]), "knob is 7, which is not one of 8, 16: change it in the form."),
        ((1, 100, 1), "cannot make a control of knob="),
        ((1, 0, 10, "log"), "cannot make a control of knob="),
        (("20", 1, 100), "cannot make a control of knob="),
        ((8, []), "cannot make a control of knob="),
        ([8, 16, 32], "cannot make a control of knob="),
        (20, "cannot make a control of knob="),
        ("adam", "cannot make a control of knob="),
    ],
)
def test_a_wrong_form_is_one_sentence_and_is_not_remembered(shown, form, sentence):
    with pytest.raises(AnimelibError) as caught:
        panel(knob=form)
    assert sentence in str(caught.value)
    assert not shown
    assert panel(knob=(2, 1, 3)).knob == 2


class Answer(list):
    known, name = True, "rem"


def a_recognizer(seen):
    def recognizer(picture):
        seen.append(np.asarray(picture))
        return Answer([SimpleNamespace(name="rem", probability=0.9), SimpleNamespace(name="mizuki", probability=0.1)])

    return recognizer


def a_png(grey):
    file = io.BytesIO()
    Image.new("RGB", (12, 9), (grey,) * 3).save(file, "PNG")
    return file.getvalue()


def upload(button, files):
    """Do what the browser does: 7 sends metadata and contents and counts up, 8 sends the whole value."""
    if ipywidgets.__version__.startswith("7."):
        button.metadata = [{"name": name} for name, _ in files]
        button.data = [content for _, content in files]
        button._counter += len(files)
        return
    now = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    button.value = tuple(
        {"name": name, "type": "image/png", "size": len(content), "content": memoryview(content), "last_modified": now}
        for name, content in files
    )


def lines(box):
    """Return the words and the pictures of a widget, from top to bottom."""
    for child in getattr(box, "children", [box]):
        if isinstance(child, ipywidgets.HTML):
            yield html.unescape(child.value)
        elif isinstance(child, ipywidgets.Image):
            yield Image.open(io.BytesIO(child.value)).format
        elif child is not box:
            yield from lines(child)


def test_try_picture_shows_only_the_button_until_something_is_chosen():
    question, button, answers = try_picture(a_recognizer([])).children
    assert "who is it?" in question.value
    assert (button.multiple, button.accept) == (True, "image/*")
    assert answers.children == ()


def test_try_picture_answers_several_files_one_below_another_the_latest_on_top():
    seen = []
    _, button, answers = try_picture(a_recognizer(seen)).children
    upload(button, [("a.png", a_png(10)), ("b.png", a_png(20))])
    upload(button, [("c.png", a_png(30))])
    assert list(lines(answers)) == ["c.png", "PNG", "b.png", "PNG", "a.png", "PNG"]
    assert [picture[0, 0, 0] for picture in seen] == [10, 20, 30]


def test_try_picture_says_one_sentence_for_a_broken_file_and_goes_on():
    _, button, answers = try_picture(a_recognizer([])).children
    upload(button, [("<b>.png", b"<html>not found</html>"), ("good.png", a_png(10))])
    good, _, broken = lines(answers)
    assert good == "good.png"
    assert broken.startswith("<b>.png: the picture is not a picture of any kind")
    assert "<b>" not in answers.children[1].value


def test_both_forms_of_an_upload_are_understood():
    seven = {"a.png": {"metadata": {"name": "a.png"}, "content": b"1"}, "b.png": {"metadata": {}, "content": memoryview(b"2")}}
    eight = ({"name": "a.png", "content": memoryview(b"1")}, {"name": "b.png", "content": memoryview(b"2")})
    assert widgets._uploaded(seven) == widgets._uploaded(eight) == [("a.png", b"1"), ("b.png", b"2")]
    assert widgets._uploaded({}) == widgets._uploaded(()) == []


def test_widgets_load_no_keras():
    script = "import sys, animelib; animelib.panel; print([name for name in ('keras', 'tensorflow') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"
