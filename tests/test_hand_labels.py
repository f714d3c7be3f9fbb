"""Boxes by hand without a page: each stroke is in the table at once, nothing is before the first, and all can be undone."""

import os

import pytest
from conftest import face

from animelib import AnimelibError, hand_labels
from animelib.boxes import SIZED, read_boxes, write_boxes
from animelib.faces import Face
from animelib.hand_labels import HandLabels, Stroke

BOX, OTHER = Face(10, 20, 40, 40), Face(60, 30, 30, 30)


@pytest.fixture
def folder(tmp_path):
    for name in ("a", "b", "c"):
        face("rem", ord(name), 160).save(tmp_path / f"{name}.png")
    return tmp_path


def do(labels, act, box=None, was=None, picture=None):
    labels.do(Stroke(act, picture or labels.name, box, was))


def table(folder):
    return read_boxes(folder / "boxes.csv")


def test_nothing_is_written_before_the_first_stroke_and_then_only_about_its_picture(folder):
    labels = HandLabels(folder)
    do(labels, "skip")
    do(labels, "select")
    do(labels, "accept")  # of nothing
    assert not (folder / "boxes.csv").exists()
    do(labels, "draw", BOX)
    assert table(folder) == {"b.png": [BOX]}
    assert (labels.strokes, labels.selected) == (1, 0)


def test_draw_move_delete_and_no_face_stand_in_the_table_at_once(folder):
    labels = HandLabels(folder)
    do(labels, "draw", BOX)
    do(labels, "draw", OTHER)
    do(labels, "change", Face(12, 20, 40, 40), was=BOX)
    assert table(folder) == {"a.png": [Face(12, 20, 40, 40), OTHER]}
    do(labels, "delete", was=OTHER)
    assert table(folder) == {"a.png": [Face(12, 20, 40, 40)]}
    do(labels, "no_face")
    assert table(folder) == {"a.png": []}
    assert labels.strokes == 5


def test_next_says_that_all_is_right_as_it_is_seen(folder):
    labels = HandLabels(folder, proposals={"a.png": [Face(10, 20, 40, 40, 0.6), OTHER]})
    assert [one.score for one in labels.faces["a.png"]] == [0.6, hand_labels.MOST_SURE]  # a proposal is never certain
    do(labels, "next")
    do(labels, "next")
    assert table(folder) == {"a.png": [BOX, OTHER], "b.png": []}
    assert (labels.name, labels.strokes, labels.done) == ("c.png", 2, ["a.png", "b.png"])
    do(labels, "previous")
    do(labels, "next")  # going on is a stroke also where nothing changes
    assert labels.strokes == 3


def test_a_proposal_stays_one_until_it_is_taken_over_also_in_the_table(folder):
    proposals = {"a.png": [Face(10, 20, 40, 40, 0.6), Face(60, 30, 30, 30, 0.5)]}
    labels = HandLabels(folder, proposals=proposals)
    do(labels, "change", Face(11, 20, 40, 40), was=BOX)
    assert [one.score for one in table(folder)["a.png"]] == [1, 0.5]
    again = HandLabels(folder, proposals={"a.png": [Face(0, 0, 9, 9, 0.9)]})  # what somebody worked on is no detector's any more
    assert again.name == "a.png"
    assert again.done == []
    do(again, "accept")
    assert table(folder)["a.png"] == [Face(11, 20, 40, 40), OTHER]
    assert again.done == ["a.png"]


def test_undo_takes_back_one_after_another_and_leads_back(folder):
    labels = HandLabels(folder)
    do(labels, "draw", BOX)
    do(labels, "next")
    do(labels, "next")  # b has no face
    assert labels.name == "c.png"
    do(labels, "undo")
    assert (labels.name, table(folder)) == ("b.png", {"a.png": [BOX]})
    do(labels, "undo")
    assert (labels.name, table(folder)) == ("a.png", {})
    assert not labels.can_undo
    do(labels, "undo")
    assert labels.in_table == set()


def test_many_small_steps_are_one_stroke_and_one_undo(folder):
    labels = HandLabels(folder)
    do(labels, "draw", BOX)
    for act in ("right", "right", "down", "larger"):
        do(labels, act)
    assert labels.strokes == 2
    (moved,) = table(folder)["a.png"]
    assert (moved.x, moved.y, moved.w) == (10 + 2 * 2 - 2, 20 + 2 - 2, 44)
    do(labels, "undo")
    assert table(folder) == {"a.png": [BOX]}


def test_a_second_run_goes_on_where_the_first_ended(folder):
    labels = HandLabels(folder)
    do(labels, "draw", BOX)
    do(labels, "next")
    again = HandLabels(folder)
    assert (again.name, again.faces["a.png"], again.strokes) == ("b.png", (BOX,), 0)
    do(again, "next")
    do(again, "next")
    assert HandLabels(folder).name == "a.png"  # all are done


def test_boxes_are_whole_pixels_inside_the_picture_and_a_slip_of_the_hand_is_none(folder):
    labels = HandLabels(folder)
    do(labels, "draw", Face(-5.4, 100.3, 40.2, 90))
    assert table(folder) == {"a.png": [Face(0, 100, 35, 60)]}
    for slip in (Face(5, 5, 2, 30), Face(200, 5, 30, 30)):
        with pytest.raises(AnimelibError, match="too small, or lies outside"):
            do(labels, "draw", slip)
    assert (labels.strokes, len(labels.faces["a.png"])) == (1, 1)


def test_buttons_do_it_all_without_a_mouse(folder):
    labels = HandLabels(folder)
    do(labels, "new")
    do(labels, "new")
    first, second = labels.faces["a.png"]
    assert first.w == second.w == 53
    assert (first.x, first.y) != (second.x, second.y)
    do(labels, "other")
    assert labels.selected == 0
    for _ in range(200):
        do(labels, "left")
    assert labels.faces["a.png"][0].x == 0
    do(labels, "delete")
    assert (labels.faces["a.png"], labels.selected) == ((second,), None)
    do(labels, "delete")  # nothing is selected: it shows what it would take
    assert (labels.faces["a.png"], labels.selected) == ((second,), 0)


def test_a_late_stroke_is_done_on_its_own_picture_and_leads_nowhere(folder):
    labels = HandLabels(folder)
    do(labels, "next")
    do(labels, "draw", BOX, picture="a.png")
    do(labels, "next", picture="a.png")
    do(labels, "skip", picture="a.png")
    assert labels.name == "b.png"
    assert table(folder) == {"a.png": [BOX]}


@pytest.mark.parametrize(
    "stroke",
    [
        Stroke("paint", "a.png"),
        Stroke("next", "../a.png"),
        Stroke("draw", "a.png"),
        Stroke("change", "a.png", BOX),
        Stroke("change", "a.png", BOX, was=OTHER),
        Stroke("delete", "a.png", was=BOX),
        Stroke("accept", "a.png", box=BOX),
    ],
)
def test_a_stroke_that_makes_no_sense_changes_nothing(folder, stroke):
    labels = HandLabels(folder)
    with pytest.raises(AnimelibError):
        labels.do(stroke)
    assert not (folder / "boxes.csv").exists()
    assert (labels.strokes, labels.can_undo) == (0, False)


def test_what_cannot_be_written_has_not_happened(folder, monkeypatch):
    labels = HandLabels(folder)
    do(labels, "draw", BOX)

    def full(*_, **__):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(hand_labels, "write_boxes", full)
    with pytest.raises(AnimelibError, match="no space left"):
        do(labels, "draw", OTHER)
    do(labels, "next")  # nothing new is to be written of the first
    with pytest.raises(AnimelibError, match="no space left"):
        do(labels, "next")
    monkeypatch.undo()
    assert (labels.name, labels.in_table) == ("b.png", {"a.png"})
    assert labels.faces["a.png"] == (BOX,)
    do(labels, "undo")
    assert table(folder) == {}


def test_broken_pictures_are_told_and_passed_over(folder):
    (folder / "a.png").write_bytes(b"this is no picture")
    labels = HandLabels(folder)
    assert labels.name == "b.png"
    assert "a.png is not a picture" in labels.broken["a.png"]
    do(labels, "previous")
    assert labels.name == "c.png"
    for name in ("b.png", "c.png"):
        (folder / name).write_bytes(b"")
    with pytest.raises(AnimelibError, match="None of these pictures can be opened"):
        HandLabels(folder)


def test_a_table_keeps_its_form_its_other_pictures_and_its_names(folder):
    (folder / "images").mkdir()
    (folder / "a.png").rename(folder / "images" / "a.png")
    (folder / "boxes.csv").write_text(f"{','.join(SIZED)}\na.png,160,160,1,2,30,30,cascade\ngone.png,9,9,1,1,4,4,cascade\n")
    labels = HandLabels(folder, pictures=["images/a.png", "b.png"])
    assert (labels.names, labels.faces["a.png"]) == (["a.png", "b.png"], (Face(1, 2, 30, 30),))
    do(labels, "draw", BOX)
    do(labels, "draw", OTHER, picture="a.png")
    lines = (folder / "boxes.csv").read_text().split()
    assert lines[1:] == [
        "a.png,160,160,1,2,30,30,cascade",
        "a.png,160,160,60,30,30,30,hand",
        "gone.png,9,9,1,1,4,4,cascade",
        "b.png,160,160,10,20,40,40,hand",
    ]
    do(labels, "undo")
    do(labels, "undo")
    assert list(table(folder)) == ["a.png", "gone.png"]


def test_japanese_names_order_and_a_table_elsewhere(folder):
    name = "レム/「笑顔」, 1.png"
    (folder / "レム").mkdir()
    face("rem", 9, 64).save(folder / name)
    labels = HandLabels(folder, folder / "私の枠.csv", pictures=[name, "b.png"], proposals={name: [Face(5, 5, 20, 20, 0.7)]})
    do(labels, "next")
    assert read_boxes(folder / "私の枠.csv") == {name: [Face(5, 5, 20, 20)]}
    assert labels.name == "b.png"
    assert not (folder / "boxes.csv").exists()


def test_names_that_are_not_there_and_files_that_are_no_table_are_one_sentence(folder):
    with pytest.raises(AnimelibError, match=r"There is no picture x\.png in "):
        HandLabels(folder, pictures=["x.png"])
    with pytest.raises(AnimelibError, match=r"There is no picture x\.png in "):
        HandLabels(folder, proposals={"x.png": []})
    with pytest.raises(AnimelibError, match="is no box"):
        HandLabels(folder, proposals={"a.png": [Face(0, 0, 0, 5)]})
    with pytest.raises(AnimelibError, match=r"a name that ends in \.csv"):
        HandLabels(folder, folder / "faces.json")
    (folder / "boxes.csv").write_text("nonsense")
    with pytest.raises(AnimelibError, match="is no table of boxes"):
        HandLabels(folder)


def test_large_pictures_are_shown_small_and_measured_whole(tmp_path):
    picture = face("rem", 1, 64).resize((2400, 1200))
    exif = picture.getexif()
    exif[0x0112] = 6  # lies on its side
    picture.save(tmp_path / "turned.jpg", exif=exif)
    labels = HandLabels(tmp_path)
    assert (labels.size, labels.image.size) == ((1200, 2400), (450, 900))
    do(labels, "draw", Face(1100, 2300, 100, 100))
    assert table(tmp_path) == {"turned.jpg": [Face(1100, 2300, 100, 100)]}


def test_a_picture_taken_out_leaves_the_others_as_they_were(folder):
    write_boxes(folder / "boxes.csv", {"b.png": [Face(1, 1, 5, 5, 0.5)], "レム.png": [BOX]})
    before = (folder / "boxes.csv").read_bytes()
    labels = HandLabels(folder)
    do(labels, "draw", BOX)
    do(labels, "undo")
    assert (folder / "boxes.csv").read_bytes() == before
