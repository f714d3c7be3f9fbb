"""Faces: overlaps by hand, doubles, and what a detector may give."""

import numpy as np
import pytest

from animelib import AnimelibError
from animelib.faces import Face, ask, check_boxes, edges, iou, read_face, without_doubles


def test_overlaps_are_those_worked_out_by_hand():
    a = [Face(0, 0, 10, 10), Face(5, 5, 10, 10)]
    b = [Face(0, 0, 10, 10), Face(0, 0, 10, 5), Face(10, 0, 10, 10), Face(2, 2, 4, 4), Face(-5, 0, 10, 10)]
    table = iou(a, b)
    assert table.shape == (2, 5)
    assert table == pytest.approx(np.array([[1, 1 / 2, 0, 16 / 100, 1 / 3], [25 / 175, 0, 25 / 175, 1 / 115, 0]]))
    assert iou(b, a) == pytest.approx(table.T)


def test_no_faces_overlap_nothing_and_boxes_without_size_do_not_divide_by_nothing():
    assert iou([], [Face(0, 0, 1, 1)]).shape == (0, 1)
    assert iou([Face(0, 0, 1, 1)], []).shape == (1, 0)
    with np.errstate(all="raise"):
        assert iou([Face(0, 0, 0, 0)], [Face(0, 0, 0, 0)]) == 0
    assert edges([Face(1, 2, 3, 4)]).ravel().tolist() == [1, 2, 4, 6]


def test_of_doubles_the_surest_stays_and_what_it_swallowed_swallows_nobody():
    sure, near, next_to_near = Face(0, 0, 10, 10, 0.9), Face(4, 0, 10, 10, 0.8), Face(8, 0, 10, 10, 0.7)
    assert iou([sure], [near])[0, 0] == pytest.approx(60 / 140)
    assert iou([sure], [next_to_near])[0, 0] == pytest.approx(20 / 180)
    assert without_doubles([next_to_near, near, sure]) == [sure, next_to_near]
    assert without_doubles([next_to_near, near, sure], iou=0.5) == [sure, near, next_to_near]
    assert without_doubles([]) == []


def test_as_sure_as_each_other_the_first_stays():
    first, second = Face(0, 0, 10, 10), Face(1, 0, 10, 10)
    assert without_doubles([first, second]) == [first]
    assert without_doubles([second, first]) == [second]


def test_a_detector_is_given_pixels_and_its_faces_come_surest_first():
    seen = []

    def detect(pixels):
        seen.append(pixels)
        return (Face(0, 0, 5, 5, 0.2), Face(1, 1, 5, 5, 0.8))

    assert [face.score for face in ask(detect, np.zeros((6, 8), np.uint8))] == [0.8, 0.2]
    assert seen[0].shape == (6, 8, 3)
    assert seen[0].dtype == np.uint8


@pytest.mark.parametrize("found", [None, [(0, 0, 5, 5)], 3])
def test_a_detector_that_gives_no_faces_is_told_what_to_give(found):
    with pytest.raises(AnimelibError, match="list of al.Face"):
        ask(lambda pixels: found, np.zeros((6, 8), np.uint8))


def test_a_face_from_a_file_is_whole_numbers_where_it_can_be():
    face = read_face("here", ["12", "3.50", "7.0", 8], "0.25")
    assert face == Face(12, 3.5, 7, 8, 0.25)
    assert isinstance(face.w, int)
    assert read_face("here", [1, 2, 3, 4], None).score == 1


@pytest.mark.parametrize(
    ("numbers", "score"),
    [(["1", "2", "x", "4"], ""), (["1", "2", "", "4"], ""), ([1, 2, 3], 1), ([1, 2, 0, 4], 1), ([1, 2, 3, -4], 1), (None, 1)]
    + [(["nan", 2, 3, 4], 1), ([1, 2, "inf", 4], 1), ([1, 2, 3, 4], 1.5), ([1, 2, 3, 4], "nan")],
)
def test_what_is_no_box_is_told_with_its_place(numbers, score):
    with pytest.raises(AnimelibError, match="^table, line 7, is no box"):
        read_face("table, line 7,", numbers, score)


def test_boxes_that_could_not_be_read_again_are_refused_with_their_picture():
    check_boxes({"a.png": [Face(-3, 0, 5, 5)], "b.png": []})
    with pytest.raises(AnimelibError, match="A box of b.png"):
        check_boxes({"a.png": [Face(0, 0, 5, 5)], "b.png": [Face(0, 0, 5, float("nan"))]})
