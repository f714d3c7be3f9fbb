"""Figures of faces: where the boxes are, what they say, and that every letter of both languages fits."""

import numpy as np
import pytest
from figures import check_every_letter, heads, texts
from matplotlib.patches import Rectangle
from PIL import Image

from animelib import AnimelibError, words
from animelib.crops import crop_folder
from animelib.detection import DetectionReport
from animelib.detector import FaceDetector, face_network
from animelib.face_sheets import plot_rounds, show_crops, show_face_map, show_faces
from animelib.faces import Face
from animelib.intervals import wilson
from animelib.sheets import BLUE, ORANGE, RIGHT, WRONG

LONG = "とても長い名前のフォルダー/a_very_long_name_that_a_picture_was_downloaded_with_0123456789.png"


def boxes(axes):
    """Return (left, top, width, height, colour) of the boxes on axes; the white rim below each is passed over."""
    patches = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    assert len(patches) % 2 == 0
    for rim, line in zip(patches[::2], patches[1::2], strict=True):
        assert rim.get_bbox().bounds == line.get_bbox().bounds
        assert rim.get_linewidth() > line.get_linewidth()
    return [(*np.round(patch.get_bbox().bounds, 1), patch.get_edgecolor()) for patch in patches[1::2]]


def colour(name):
    return tuple(int(name[place : place + 2], 16) / 255 for place in (1, 3, 5)) + (1,)


@pytest.fixture
def cropped(tmp_path):
    """Pictures with one face, many, none, and a name too long."""
    faces = {1: [Face(10, 20, 30, 30)], 2: [], 3: [Face(5 * i, 2, 20, 20, 0.9) for i in range(12)], 4: [Face(0, 0, 9, 9, 0.51)]}
    names = ["one.png", "none.png", "many.png", LONG]
    for red, name in enumerate(names, 1):
        (tmp_path / "pictures" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (120, 80), (red, 99, 150)).save(tmp_path / "pictures" / name)
    return crop_folder(tmp_path / "pictures", tmp_path / "out", lambda pixels: faces[int(pixels[0, 0, 0])])


def test_boxes_lie_on_the_pixels_also_of_a_picture_made_smaller():
    (axes,) = show_faces(np.zeros((80, 120, 3), np.uint8), [Face(10, 20, 30, 40)]).axes
    assert boxes(axes) == [(9.5, 19.5, 30, 40, colour(BLUE))]
    (axes,) = show_faces(np.zeros((800, 1280, 3), np.uint8), [Face(10, 20, 30, 40)]).axes
    assert boxes(axes) == [(4.5, 9.5, 15, 20, colour(BLUE))]


def test_what_is_sure_needs_no_number():
    sheet = show_faces(np.zeros((80, 120, 3), np.uint8), [Face(10, 20, 30, 40), Face(50, 20, 30, 40, 0.756)])
    assert texts(sheet.axes[0]) == ["76%"]
    assert heads(sheet) == ["Faces found: 2."]
    assert heads(show_faces(np.zeros((80, 120, 3), np.uint8), [])) == ["Faces found: 0."]


def test_against_the_truth_right_wrong_and_missed_differ_in_colour_and_word():
    found = [Face(0, 0, 20, 20, 0.9), Face(60, 40, 20, 20, 0.8)]
    sheet = show_faces(np.zeros((80, 120, 3), np.uint8), found, [Face(90, 0, 20, 20), Face(1, 0, 20, 20)])
    assert [box[4] for box in boxes(sheet.axes[0])] == [colour(RIGHT), colour(WRONG), colour(ORANGE)]
    assert boxes(sheet.axes[0])[2][:2] == (89.5, -0.5)
    assert texts(sheet.axes[0]) == ["✓ 90%", "✗ 80%", "missed"]
    assert heads(sheet) == ["Found rightly: 1, wrong boxes: 1, missed: 1."]
    strict = show_faces(np.zeros((80, 120, 3), np.uint8), found[:1], [Face(1, 0, 20, 20)], iou=0.95)
    assert heads(strict) == ["Found rightly: 0, wrong boxes: 1, missed: 1."]
    assert heads(show_faces(np.zeros((80, 120, 3), np.uint8), found, []))[0].startswith("Found rightly: 0, wrong boxes: 2")


def test_each_picture_stands_beside_its_crops(cropped):
    sheet = show_crops(cropped)
    assert heads(sheet) == ["4 of 4 pictures, each beside what was cut out of it (14 faces in all)."]
    lefts, rights = sheet.axes[::2], sheet.axes[1::2]
    titles = [axes.get_title(loc="left") for axes in lefts]
    assert titles[:3] == ["many.png", "none.png", "one.png"]
    assert titles[3].startswith("a_very_long")
    assert titles[3].endswith("…")
    assert [len(boxes(axes)) for axes in lefts] == [12, 0, 1, 1]
    assert boxes(lefts[2])[0][:4] == (9.5, 19.5, 30, 30)
    assert [axes.get_title() or axes.get_title(loc="left") for axes in rights] == [
        "90%, 90%, 90% ...",
        "no face: whole picture",
        "",
        "51%",
    ]
    reds = [int(axes.images[0].get_array()[5, 5, 0]) for axes in rights]
    assert reds == [3, 2, 1, 4]


def test_the_folder_will_do_and_fewer_pictures(cropped):
    assert heads(show_crops(cropped.output, 1)) == ["1 of 4 pictures, each beside what was cut out of it (14 faces in all)."]
    assert len(show_crops(cropped.output, 1).axes) == 2
    assert len(show_crops(str(cropped.output), 3).axes) == 8


def test_a_crop_that_was_taken_out_is_told_and_a_picture_that_is_gone_is_an_error(cropped):
    (cropped.output / "one_face1.png").unlink()
    assert "taken out" in texts(show_crops(cropped))
    (cropped.folder / "one.png").unlink()
    with pytest.raises(AnimelibError, match="no picture at .*one.png"):
        show_crops(cropped)


def test_without_crops_there_is_nothing_to_show(tmp_path):
    Image.new("RGB", (9, 9)).save(tmp_path / "home.png")
    with pytest.raises(AnimelibError, match="There are no crops"):
        show_crops(tmp_path)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_letter_fits(cropped, caplog, language):
    words.use_language(language)
    (cropped.output / "one_face1.png").unlink()
    edge = [Face(-5, -5, 30, 30, 0.7), Face(100, 60, 40, 40, 0.6)]
    tall = np.zeros((800, 200, 3), np.uint8)
    sheets = [show_faces(np.zeros((80, 120, 3), np.uint8), edge, [Face(0, 0, 20, 20), Face(90, 0, 20, 20)])]
    check_every_letter([*sheets, show_faces(tall, edge[:1]), show_crops(cropped), show_crops(cropped, 1)], caplog)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_map_shows_every_box_that_a_sure_cell_wants_and_then_those_kept(caplog, language):
    words.use_language(language)
    detector = FaceDetector(face_network(8), 128)
    detector.model.get_layer("score").set_weights([np.zeros((1, 1, 16, 1)), np.full(1, 3.0)])  # every cell is sure
    sheet = show_face_map(detector, np.zeros((96, 128, 3), np.uint8))
    sure, wanted, kept = sheet.axes
    assert len(boxes(sure)) == 0
    assert len(boxes(wanted)) == 12 * 16
    assert 0 < len(boxes(kept)) < 12 * 16
    assert "192" in heads(sheet)[0]
    check_every_letter([sheet], caplog)


def round_of(right, wrong, missed, source="drawn scenes"):
    """Return a report of one picture with so many faces found, boxes beside them and faces missed."""
    there = [Face(20 * place, 0, 10, 10) for place in range(right + missed)]
    return DetectionReport(("a.png",), ((*there[:right], *[Face(0, 50, 10, 10)] * wrong),), (tuple(there),), source=source)


def test_rounds_show_recall_and_precision_with_their_intervals_by_labelled_pictures():
    sheet = plot_rounds({40: round_of(9, 1, 1), 20: round_of(6, 2, 4)})
    assert heads(sheet) == ["After 40 labelled pictures 90% of the faces are found,\nand 90% of the boxes are right."]
    (axes,) = sheet.axes
    lines = {container.get_label(): container for container in axes.containers}
    assert lines["faces found (recall)"][0].get_ydata().tolist() == pytest.approx([0.6, 0.9])
    assert lines["boxes that are right (precision)"][0].get_ydata().tolist() == pytest.approx([0.75, 0.9])
    for (_, _, (bars,)), interval in zip(lines.values(), (wilson(6, 10), wilson(6, 8)), strict=True):
        assert bars.get_segments()[0][:, 1].tolist() == pytest.approx(list(interval))
    assert axes.get_xticks().tolist() == [20, 40]


def test_a_round_that_finds_nothing_has_no_precision():
    sheet = plot_rounds({20: round_of(0, 0, 3)})
    assert heads(sheet) == ["After 20 labelled pictures 0% of the faces are found,\nand – of the boxes are right."]
    with pytest.raises(AnimelibError, match="no round"):
        plot_rounds({})


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_letter_of_rounds_fits(language, caplog):
    words.use_language(language)
    many = {20 * place: round_of(10 * place, 3, 5, LONG) for place in range(1, 7)}
    check_every_letter([plot_rounds(many), plot_rounds({1: round_of(1, 0, 0)}), plot_rounds({20: round_of(0, 0, 3, "")})], caplog)
