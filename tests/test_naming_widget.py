"""The widget for names at kernel level: what is clicked stands in the plan at once, and can be taken back."""

import html
import io

import numpy as np
import pytest
from PIL import Image
from test_attention import SIZE, flat
from test_mistakes import some_data
from test_trials import COLOURS, plain

from animelib import AnimelibError, naming_widget, words
from animelib.crops import crop_folder
from animelib.faces import Face
from animelib.naming import NOBODY, SKIP, read_names
from animelib.naming_widget import SIDE, name_faces
from animelib.recognizer import Recognizer


@pytest.fixture
def faces(tmp_path):
    """Crops of one colour each: the bluish is the most doubtful."""
    for name, colour in {"a": (255, 0, 0), "b": (0, 250, 0), "c&d": (90, 0, 100)}.items():
        (tmp_path / "shots").mkdir(exist_ok=True)
        Image.new("RGB", (30, 20), colour).save(tmp_path / "shots" / f"{name}.png")
    return crop_folder(tmp_path / "shots", tmp_path / "faces", lambda pixels: [Face(5, 5, 10, 10)])


@pytest.fixture
def recognizer():
    return Recognizer(flat(), COLOURS, SIZE)


class Opened:
    """The widget's parts by name, and its buttons by their words."""

    def __init__(self, *what, **how):
        self.box = name_faces(*what, **how)
        _, self.done, self.where, self.face, self.choice, self.named, self.others, self.walk, self.state = self.box.children
        self.image, self.guesses = self.face.children
        self.new = self.others.children[2]

    def press(self, words):
        buttons = (*self.named.children, *self.others.children, *self.walk.children)
        next(button for button in buttons if button.description == words).click()


@pytest.fixture
def opened(faces, recognizer, tmp_path):
    return Opened(faces, recognizer, tmp_path / "names.csv")


def decided(folder):
    return {row.file.rpartition("/")[2]: row.decided for row in read_names(folder / "names.csv")}


def test_it_shows_the_most_doubtful_face_large_and_writes_no_decision(opened, tmp_path):
    assert html.unescape(opened.where.value) == "1 of 3: faces/c&d_face1.png"
    picture = Image.open(io.BytesIO(opened.image.value))
    assert max(picture.size) == SIDE
    assert np.asarray(picture)[100, 100].tolist() == [90, 0, 100]
    guesses = html.unescape(opened.guesses.value)
    assert "The recogniser says: " in guesses
    assert [name in guesses for name in COLOURS] == [True] * 3
    assert [button.description for button in opened.named.children] == list(COLOURS)
    assert opened.choice.value == "Not decided yet."
    assert set(decided(tmp_path).values()) == {""}
    assert repr(opened.box).startswith("Who is it?")


def test_each_click_is_saved_at_once_and_leads_on_to_what_is_open(opened, tmp_path):
    opened.press("blue")
    assert decided(tmp_path)["c&d_face1.png"] == "blue"
    assert opened.where.value.startswith("2 of 3")
    assert opened.done.value == 1
    opened.press("next ▶")
    opened.press("nobody I know")
    assert opened.where.value.startswith("2 of 3")  # round to the one that was passed over
    opened.press("of no use, skip")
    assert sorted(decided(tmp_path).values()) == [NOBODY, SKIP, "blue"]
    assert "Still open: 0." in opened.state.value
    line = f"al.join_classes('{tmp_path / 'names.csv'}', folder)"
    assert f"Named: 1. This line copies them into the class folders: {line}" in html.unescape(opened.state.value)
    opened.press("◀ previous")
    assert opened.choice.value == "Decided: blue."
    assert [button.button_style for button in opened.named.children] == ["", "", "success"]


def test_clicks_are_taken_back_one_after_another(opened, tmp_path):
    opened.press("blue")
    opened.press("◀ previous")
    opened.press("green")
    for before in ("blue", ""):
        opened.press("↶ undo the last click")
        assert decided(tmp_path)["c&d_face1.png"] == before
        assert opened.where.value.startswith("1 of 3")
    opened.press("↶ undo the last click")
    assert opened.state.value == "There is no click to undo."


def test_a_new_name_gets_a_button_and_a_wrong_one_a_sentence(opened, faces, recognizer, tmp_path):
    for wrong, told in (("", "cannot be the name"), ("a/b", "cannot be the name"), ("Blue", "write 'blue'")):
        opened.new.value = wrong
        opened.press("this new name")
        assert told in html.unescape(opened.state.value)
    assert set(decided(tmp_path).values()) == {""}
    opened.new.value = " yasuna&sonya "
    opened.press("this new name")
    assert decided(tmp_path)["c&d_face1.png"] == "yasuna&sonya"
    assert opened.named.children[-1].description == "yasuna&sonya"
    assert opened.new.value == ""
    opened.press("yasuna&sonya")
    again = Opened(faces, recognizer, tmp_path / "names.csv")
    assert again.named.children[-1].description == "yasuna&sonya"


def test_it_goes_on_where_it_was(opened, faces, recognizer, tmp_path):
    opened.press("blue")
    again = Opened(faces, recognizer, tmp_path / "names.csv")
    assert again.done.value == 1
    assert "c&amp;d" not in again.where.value
    again.press("◀ previous")
    assert again.choice.value == "Decided: blue."
    assert "The recogniser said: " in again.guesses.value


def test_many_names_are_a_list(faces, recognizer, tmp_path, monkeypatch):
    monkeypatch.setattr(naming_widget, "MOST", 2)
    opened = Opened(faces, recognizer, tmp_path / "names.csv")
    names, button = opened.named.children
    assert names.options == COLOURS
    assert names.value == read_names(tmp_path / "names.csv")[0].name  # the guess is at hand
    names.value = "green"
    button.click()
    assert decided(tmp_path)["c&d_face1.png"] == "green"


def test_strangers_are_said_to_be_nobody_and_the_sure_ones_are_counted(faces, recognizer, tmp_path):
    class Strict(Recognizer):
        def __call__(self, picture):
            answer = super().__call__(picture)
            answer.known = answer[0].probability > 0.7
            return answer

    opened = Opened(faces, Strict(recognizer.model, COLOURS, SIZE), tmp_path / "names.csv")
    assert "nobody I know. If it were somebody after all:" in opened.guesses.value
    assert opened.others.children[0].button_style == "info"
    sure = [row for row in read_names(tmp_path / "names.csv") if row.sure is not None and row.sure >= 0.95]
    line = f"al.accept_sure('{tmp_path / 'names.csv'}', at_least=0.95)"
    assert f"sure and open: {len(sure)}. This line accepts them all: {line}" in html.unescape(opened.state.value)


def test_the_known_pictures_most_like_a_face_are_shown_beside_it(faces, recognizer, tmp_path):
    opened = Opened(faces, recognizer, tmp_path / "names.csv", data=some_data())
    assert opened.guesses.value.count("<img src='data:image/png;base64,") == 5
    assert "look most like it" in opened.guesses.value


def test_a_face_that_has_gone_and_a_refused_write_are_one_sentence(opened, faces, tmp_path, monkeypatch):
    for path in faces.output.glob("*.png"):
        path.unlink()
    opened.press("next ▶")
    assert "There is no" in html.unescape(opened.guesses.value) or "not" in opened.guesses.value

    def refuse(*_):
        raise AnimelibError("There is no space left.")

    monkeypatch.setattr(naming_widget, "decide", refuse)
    opened.press("red")
    assert opened.state.value == "There is no space left."
    (tmp_path / "names.csv").write_text("nonsense")
    opened.press("next ▶")
    assert "is no plan of names" in opened.state.value
    opened.press("red")
    assert "is no plan of names" in opened.state.value


def test_without_a_face_there_is_one_sentence(tmp_path, recognizer):
    Image.fromarray(plain(0)[0]).save(tmp_path / "a.png")
    (tmp_path / "shots").mkdir()
    (tmp_path / "a.png").rename(tmp_path / "shots" / "a.png")
    crops = crop_folder(tmp_path / "shots", tmp_path / "faces", lambda pixels: [])
    assert "no face to name" in name_faces(crops, recognizer, tmp_path / "names.csv").children[0].value


def test_it_speaks_japanese(faces, recognizer, tmp_path):
    words.use_language("ja")
    opened = Opened(faces, recognizer, tmp_path / "names.csv")
    assert "3枚中1枚目" in opened.where.value
    opened.press("知らない人")
    assert list(decided(tmp_path).values()).count(NOBODY) == 1
