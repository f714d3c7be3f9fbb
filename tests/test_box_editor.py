"""The box editor at kernel level, in either generation of ipywidgets: messages as the page sends them, and buttons without it."""

import html
import itertools
import json
import re
import subprocess
import sys

import ipywidgets
import pytest
from conftest import face, found

from animelib import widgets, words
from animelib.box_editor import label_faces
from animelib.boxes import read_boxes
from animelib.faces import Face

BOX = [10, 20, 40, 40]


@pytest.fixture
def folder(tmp_path):
    for name in ("a", "b", "c"):
        face("rem", ord(name), 160).save(tmp_path / f"{name}.png")
    return tmp_path


def state(editor):
    """Return what the page is told."""
    told = re.search('data-state="(.*?)"', found(editor, "animelib-boxes-overlay").value)[1]
    return json.loads(html.unescape(told))


def send(editor, *strokes, page="p1", first=1):
    """Do what the page does: number the strokes and put them into the hidden text area."""
    raw = [{"n": first + place, "picture": "a.png", **stroke} for place, stroke in enumerate(strokes)]
    found(editor, "animelib-boxes-bridge").value = json.dumps({"page": page, "strokes": raw})


def press(editor, *acts):
    for act in acts:
        found(editor, f"animelib-do-{act}").click()


def shown(editor):
    """Return all that is written, without the hidden parts."""
    texts = [child.value for child in editor.children if isinstance(child, ipywidgets.HTML)]
    return html.unescape(" ".join(texts))


def table(folder):
    return read_boxes(folder / "boxes.csv")


def test_without_a_click_it_shows_the_first_picture_and_writes_nothing(folder):
    editor = label_faces(folder, proposals={"a.png": [Face(10, 20, 40, 40, 0.7)]})
    assert "data:image/jpeg;base64," in found(editor, "animelib-boxes-picture").value
    overlay = found(editor, "animelib-boxes-overlay").value
    assert 'viewBox="0 0 160 160"' in overlay
    assert '<g class="proposed "><rect class="rim" x="10" y="20" width="40" height="40"/>' in overlay
    told = {"picture": "a.png", "size": [160, 160], "faces": [[10, 20, 40, 40, 0.7]], "selected": None, "seen": {}}
    assert state(editor) | told == state(editor)
    assert "1 of 3: a.png · proposed (dashed): 1" in shown(editor)
    assert "0 of 3 pictures labelled, faces: 0" in shown(editor)
    assert (editor.strokes, editor.boxes) == (0, {})
    assert not (folder / "boxes.csv").exists()


def test_strokes_from_the_page_are_saved_confirmed_and_shown(folder):
    editor = label_faces(folder)
    send(editor, {"do": "draw", "box": BOX})
    assert table(folder) == {"a.png": [Face(*BOX)]}
    assert (state(editor)["seen"], state(editor)["selected"]) == ({"p1": 1}, 0)
    assert 'class="grips"' in found(editor, "animelib-boxes-overlay").value
    send(editor, {"do": "change", "was": BOX, "box": [12, 22, 50, 50]}, {"do": "next"}, first=2)
    assert table(folder) == {"a.png": [Face(12, 22, 50, 50)]}
    assert (state(editor)["picture"], state(editor)["faces"]) == ("b.png", [])
    assert (editor.strokes, editor.boxes) == (3, {"a.png": [Face(12, 22, 50, 50)]})
    assert "1 of 3 pictures labelled, faces: 1" in shown(editor)


def test_what_was_not_confirmed_comes_again_and_is_done_once(folder):
    editor = label_faces(folder)
    strokes = [{"do": "draw", "box": BOX}, {"do": "draw", "box": [80, 20, 30, 30]}]
    send(editor, *strokes[:1])
    send(editor, *strokes)
    assert len(table(folder)["a.png"]) == 2
    send(editor, *strokes, page="p2")  # another page counts for itself
    assert len(table(folder)["a.png"]) == 4
    assert state(editor)["seen"] == {"p1": 2, "p2": 2}


def test_a_late_stroke_does_not_touch_the_picture_that_is_on(folder):
    editor = label_faces(folder)
    press(editor, "next")
    send(editor, {"do": "draw", "box": BOX}, {"do": "select", "was": BOX})
    assert table(folder) == {"a.png": [Face(*BOX)]}
    assert (state(editor)["picture"], state(editor)["faces"], state(editor)["selected"]) == ("b.png", [], None)


WRONG = [
    "", "no json", "[]", "3", "null", '{"page": "p", "strokes": 3}', '{"page": "p", "strokes": [{"n": "1"}]}', '{"strokes": []}',
    '{"page": "", "strokes": []}', '{"page": "p", "strokes": [7]}', "[" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("message", WRONG, ids=itertools.count())
def test_a_message_that_makes_no_sense_breaks_nothing(folder, message):
    editor = label_faces(folder)
    bridge = found(editor, "animelib-boxes-bridge")
    bridge.value = "x"
    bridge.value = message
    assert "makes no sense" in shown(editor)
    assert not (folder / "boxes.csv").exists()
    send(editor, {"do": "draw", "box": BOX})
    assert table(folder) == {"a.png": [Face(*BOX)]}
    assert "makes no sense" not in shown(editor)


@pytest.mark.parametrize(
    "stroke",
    [
        {},
        {"do": "draw"},
        {"do": "draw", "box": [1, 2, 3]},
        {"do": "draw", "box": [1, 2, "wide", 4]},
        {"do": "draw", "box": [float("nan"), 2, 30, 40]},
        {"do": "draw", "box": [1, 2, 1e999, 40]},
        {"do": "draw", "box": [1, 2, -30, 40]},
        {"do": "draw", "box": 7},
        {"do": "draw", "box": BOX, "picture": "../../other.png"},
        {"do": "draw", "box": BOX, "picture": ["a.png"]},
        {"do": "delete", "was": BOX},
        {"do": "__class__"},
    ],
    ids=str,
)
def test_a_stroke_that_makes_no_sense_is_told_and_does_not_stop_the_next(folder, stroke):
    editor = label_faces(folder)
    send(editor, stroke)
    assert "makes no sense" in shown(editor) or "Nothing was changed: " in shown(editor)
    assert not (folder / "boxes.csv").exists()
    assert state(editor)["seen"] == {"p1": 1}
    send(editor, stroke, {"do": "draw", "box": BOX})
    assert table(folder) == {"a.png": [Face(*BOX)]}


def test_buttons_do_it_all(folder):
    editor = label_faces(folder, proposals={"b.png": [Face(10, 20, 40, 40, 0.7)]})
    press(editor, "new", "left", "larger", "next")
    (first,) = table(folder)["a.png"]
    assert first.w > 53
    press(editor, "accept", "skip", "no_face", "previous")
    assert table(folder) == {"a.png": [first], "b.png": [Face(*BOX)], "c.png": []}
    assert "All 3 pictures are labelled, faces: 2." in shown(editor)
    press(editor, "other", "delete", "undo", "undo")
    assert state(editor)["picture"] == "c.png"
    assert table(folder) == {"a.png": [first], "b.png": [Face(*BOX)]}


def test_buttons_that_can_do_nothing_are_pale(folder):
    editor = label_faces(folder, proposals={"a.png": [Face(10, 20, 40, 40, 0.7)]})

    def pale():
        return {act for act in ("accept", "undo", "delete", "left", "next") if found(editor, f"animelib-do-{act}").disabled}

    assert pale() == {"undo"}
    press(editor, "next")
    assert pale() == {"accept", "delete", "left"}


def test_running_the_cell_again_goes_on(folder):
    editor = label_faces(folder)
    send(editor, {"do": "draw", "box": BOX}, {"do": "next"})
    again = label_faces(folder)
    assert (state(again)["picture"], again.boxes) == ("b.png", editor.boxes)
    assert state(again)["key"] != state(editor)["key"]  # strokes for the old one are not for this one


def test_broken_pictures_and_refused_writes_are_told(folder, monkeypatch):
    (folder / "a.png").write_bytes(b"this is no picture")
    editor = label_faces(folder)
    assert re.search(r"Left out: .*a\.png is not a picture", shown(editor))
    (folder / "boxes.csv").write_text("somebody's own")
    press(editor, "no_face")
    assert "Nothing was changed: " in shown(editor)
    assert (folder / "boxes.csv").read_text() == "somebody's own"


def test_names_cannot_break_the_page(tmp_path):
    name = '<b>"レム"&.png'
    face("rem", 1, 64).save(tmp_path / name)
    editor = label_faces(tmp_path)
    assert state(editor)["picture"] == name
    assert "<b>" not in found(editor, "animelib-boxes-overlay").value + found(editor, "animelib-boxes-picture").value
    send(editor, {"do": "draw", "box": [5, 5, 20, 20], "picture": name})
    assert table(tmp_path) == {name: [Face(5, 5, 20, 20)]}


def test_nothing_to_label_is_one_sentence(folder):
    editor = label_faces(folder, pictures=[])
    assert (repr(editor), editor.strokes, editor.boxes) == ("There is nothing to label.", 0, {})


def test_the_script_comes_in_the_same_output_and_a_page_without_a_kernel_gets_a_sentence(folder, monkeypatch):
    shows = []
    for module in (widgets, ipywidgets.widgets.widget):  # the latter shows it in ipywidgets 7
        monkeypatch.setattr(module, "display", lambda data, **_: shows.append(data), raising=False)
    label_faces(folder)._ipython_display_()
    widget, script = shows
    assert widget["text/plain"].startswith("Drag a square round each face")
    assert script["text/html"].startswith("<script>")
    assert "animelib-boxes" in script["text/html"]


def test_it_speaks_japanese(folder):
    words.use_language("ja")
    editor = label_faces(folder)
    assert "3枚中1枚目：a.png · まだ確認していません" in shown(editor)
    assert found(editor, "animelib-do-next").description == "これでOK、次へ ▶"
    assert not re.search(r"[A-Za-z]{4,}", re.sub(r"<[^>]*>|\S*boxes\.csv|Shift|Ctrl|Delete|Enter", "", shown(editor)))


def test_it_loads_no_keras():
    script = "import sys, animelib; animelib.label_faces; assert not {'keras', 'tensorflow'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)
