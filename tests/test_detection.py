"""Judging a detector: matches, average precision and intervals worked out by hand, and detectors whose faults are known."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from animelib import AnimelibError, words
from animelib.boxes import read_boxes, write_boxes
from animelib.detection import DetectionReport, average_precision, judge_faces, match
from animelib.faces import Face
from animelib.folders import open_image
from animelib.intervals import wilson
from animelib.samples import draw_scenes


def square(x, score=1.0, side=10):
    return Face(x, 0, side, side, score)


def report(found, truth, **how):
    files = tuple(f"{place}.png" for place in range(len(found)))
    return DetectionReport(files, tuple(map(tuple, found)), tuple(map(tuple, truth)), **how)


@pytest.fixture
def scenes(tmp_path):
    return draw_scenes(tmp_path / "scenes", 8, size=(160, 120), seed=0)


def knowing(folder, change=lambda faces: faces):
    """Return a detector that knows the answers, and changes them."""
    boxes = read_boxes(folder)
    answers = {open_image(folder / "images" / name).tobytes(): faces for name, faces in boxes.items()}
    return lambda pixels: change(answers[pixels.tobytes()])


# ---- match


def test_a_box_takes_the_face_that_it_overlaps_most():
    assert match([square(0)], [square(4), square(1), square(50)], 0.4).tolist() == [1]
    assert match([square(0)], [square(4), square(50)], 0.4).tolist() == [0]  # 6 / 14
    assert match([square(0)], [square(5)], 0.4).tolist() == [-1]  # 5 / 15
    assert match([square(0)], [square(5)], 1 / 3).tolist() == [0]


def test_a_face_is_found_once_and_by_the_surest():
    assert match([square(0, 0.5), square(1, 0.9)], [square(0)]).tolist() == [-1, 0]
    assert match([square(1, 0.5), square(1, 0.5)], [square(0)]).tolist() == [0, -1]


def test_a_box_whose_face_is_taken_may_have_the_next():
    """The second overlaps the taken one more (8 / 12), and the free one enough (6 / 14)."""
    assert match([square(1, 0.9), square(2, 0.8)], [square(0), square(6)], 0.4).tolist() == [0, 1]


def test_with_nothing_on_one_side_nothing_matches():
    assert match([], [square(0)]).tolist() == []
    assert match([square(0)], []).tolist() == [-1]
    assert match([square(0)], [square(50)], iou=0.0).tolist() == [-1]


# ---- average precision


@pytest.mark.parametrize(
    ("scores", "right", "faces", "area"),
    [
        ([0.9, 0.8, 0.7], [1, 0, 1], 2, 0.5 * 1 + 0.5 * 2 / 3),
        ([0.7, 0.9, 0.8], [1, 1, 0], 2, 0.5 * 1 + 0.5 * 2 / 3),  # the order given decides nothing
        ([0.9, 0.8, 0.7, 0.6], [0, 1, 1, 1], 4, 0.75 * 3 / 4),  # precision only falls from right to left
        ([0.9, 0.8], [1, 1], 4, 0.5),
        ([0.9], [0], 3, 0),
        ([], [], 3, 0),
        ([1, 1, 1, 1], [1, 1, 0, 0], 2, 0.5),  # of equal score all count together, in any order
        ([1, 1, 1, 1], [0, 0, 1, 1], 2, 0.5),
    ],
)
def test_the_area_is_that_worked_out_by_hand(scores, right, faces, area):
    assert average_precision(np.array(scores, float), np.array(right, bool), faces) == pytest.approx(area)


def test_without_a_face_there_is_no_area():
    assert np.isnan(average_precision(np.array([0.9]), np.array([False]), 0))


def test_where_all_scores_differ_it_is_what_others_say():
    """scikit-learn does not level the curve: on one that only falls both are the same."""
    metrics = pytest.importorskip("sklearn.metrics")
    scores, right = np.linspace(1, 0.1, 10), np.array([1, 1, 1, 1, 0, 1, 0, 0, 0, 0], bool)
    theirs = metrics.average_precision_score(right, scores)
    assert average_precision(scores, right, right.sum()) == pytest.approx(theirs)


# ---- report


def test_a_report_counts_what_can_be_counted_by_hand():
    """Three faces; five boxes, of which two are right, one is a double, one is nowhere, and one has no face to find."""
    found = [[square(0, 0.9), square(1, 0.8)], [square(0, 0.7), square(50, 0.6)], [square(0, 0.5)], []]
    judged = report(found, [[square(0)], [square(0), square(80)], [], []])
    assert (judged.right, judged.boxes, judged.faces, judged.empty) == (2, 5, 3, 2)
    assert judged.precision == pytest.approx(2 / 5)
    assert judged.recall == pytest.approx(2 / 3)
    assert judged.precision_interval == wilson(2, 5)
    assert judged.recall_interval == wilson(2, 3)
    assert judged.ap == pytest.approx(1 / 3 * 1 + 1 / 3 * 2 / 3)
    assert judged.false_per_100 == 50
    assert judged.mistakes == ("1.png", "0.png", "2.png")


def test_faint_boxes_count_for_the_average_precision_alone():
    found = [[square(0, 0.9), square(80, 0.2)], [square(0, 0.1)]]
    judged = report(found, [[square(0), square(80)], []], min_score=0.5)
    assert (judged.right, judged.boxes, judged.precision, judged.recall) == (1, 1, 1, 0.5)
    assert judged.false_per_100 == 0
    assert judged.ap == 1
    assert judged.mistakes == ("0.png",)
    assert replace(judged, min_score=0.0).false_per_100 == 100


def test_how_far_a_box_must_overlap_can_be_changed_afterwards():
    judged = report([[square(4)]], [[square(0)]])
    assert (judged.iou, judged.recall) == (0.5, 0)
    assert replace(judged, iou=0.4).recall == 1


def test_where_there_is_nothing_to_count_it_says_so():
    judged = report([[], []], [[], []])
    assert np.isnan(judged.precision)
    assert np.isnan(judged.recall)
    assert judged.precision_interval == judged.recall_interval == (0, 1)
    assert "nan" not in str(judged)
    assert np.isnan(report([[]], [[square(0)]]).false_per_100)
    assert report([[]], [[square(0)]]).recall == 0


def test_the_report_reads_in_both_languages():
    judged = report([[square(0)], [square(0)]], [[square(0)], []], source="drawn")
    assert str(judged).splitlines()[0] == "Found 1 of 1 faces: 100.0% (recall, 95% interval 21% to 100%)."
    assert "Right 1 of 2 boxes: 50.0%" in str(judged)
    assert "100.0 on 100 pictures (1 such pictures)" in str(judged)
    assert str(judged).endswith("Pictures: 2 (drawn).")
    assert "Every picture has a face" in str(report([[]], [[square(0)]]))
    words.use_language("ja")
    assert str(judged).splitlines()[0] == "1個の顔のうち1個を見つけました：100.0%（再現率、95%信頼区間21%～100%）。"
    assert repr(judged) == str(judged)


# ---- judging


def test_who_knows_all_is_perfect_and_who_sees_nothing_finds_nothing(scenes):
    all_right = judge_faces(knowing(scenes), scenes)
    faces = sum(map(len, read_boxes(scenes).values()))
    assert (all_right.faces, all_right.boxes, all_right.ap, all_right.false_per_100) == (faces, faces, 1, 0)
    assert all_right.source == "scenes"
    assert all_right.mistakes == ()
    nothing = judge_faces(lambda pixels: [], scenes, source="drawn")
    assert (nothing.recall, nothing.ap, nothing.source) == (0, 0, "drawn")


def test_half_as_large_boxes_pass_at_a_quarter_only(scenes):
    halved = knowing(scenes, lambda faces: [Face(f.x + f.w / 4, f.y + f.h / 4, f.w / 2, f.h / 2) for f in faces])
    assert judge_faces(halved, scenes, iou=0.24).recall == 1
    assert judge_faces(halved, scenes, iou=0.26).recall == 0


def test_boxes_may_come_from_anywhere_and_only_their_pictures_are_judged(scenes, tmp_path, capsys):
    boxes = read_boxes(scenes)
    half = dict(list(boxes.items())[:3])
    assert judge_faces(knowing(scenes), scenes, half).files == tuple(half)
    assert "5 pictures in" in capsys.readouterr().out
    write_boxes(tmp_path / "elsewhere.csv", boxes)
    judged = judge_faces(knowing(scenes), scenes / "images", tmp_path / "elsewhere.csv")
    assert judged.files == tuple(boxes)
    assert capsys.readouterr().out == ""
    with pytest.raises(AnimelibError, match="no picture nobody.jpg"):
        judge_faces(knowing(scenes), scenes, {"nobody.jpg": []})


def test_pictures_themselves_are_judged_by_the_faces_of_each():
    pictures = [np.zeros((20, 30, 3), np.uint8), Image.new("L", (30, 20), 255)]
    judged = judge_faces(lambda pixels: [square(0)] if pixels.max() else [], pictures, [[], [square(1)]])
    assert (judged.files, judged.recall, judged.precision, judged.source) == (("1", "2"), 1, 1, "")
    for boxes in (None, [[]], {"1": [], "2": []}):
        with pytest.raises(AnimelibError, match="as many lists of faces as pictures"):
            judge_faces(lambda pixels: [], pictures, boxes)
    with pytest.raises(AnimelibError, match="no pictures to judge by"):
        judge_faces(lambda pixels: [], [], [])
