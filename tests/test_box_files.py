"""Boxes in the files of other programs: by hand, there and back, found by their pictures, and never over somebody else's."""

import json
import unicodedata

import pytest
from PIL import Image

from animelib import AnimelibError, box_files
from animelib.box_files import find_pictures, size_of, write_coco, write_yolo
from animelib.boxes import read_boxes, write_boxes
from animelib.faces import Face
from animelib.samples import draw_scenes

BOXES = {"b.png": [Face(50, 20, 40, 30), Face(0, 0, 10, 10, 0.5)], "sub/レム.png": [], "a.jpg": [Face(10, 5, 20, 20)]}
CERTAIN = {name: [Face(face.x, face.y, face.w, face.h) for face in faces] for name, faces in BOXES.items()}


@pytest.fixture
def pictures(tmp_path):
    """Three pictures of 100x50 in a folder of images."""
    for name in BOXES:
        path = tmp_path / "set" / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (100, 50)).save(path)
    return tmp_path / "set"


def text(path):
    return path.read_text(encoding="utf-8")


def everything(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# ---- pictures


def test_pictures_are_found_by_name_whoever_wrote_it(pictures):
    assert find_pictures(BOXES, pictures) == {name: pictures / "images" / name for name in BOXES}
    apart = unicodedata.normalize("NFD", "sub/レベル.png")
    Image.new("RGB", (9, 9)).save(pictures / "images" / apart)
    found = find_pictures(["sub\\レベル.png", "images/b.png"], pictures)
    assert list(found.values()) == [pictures / "images" / apart, pictures / "images" / "b.png"]
    with pytest.raises(AnimelibError, match="no picture c.png in"):
        find_pictures(["b.png", "c.png"], pictures)
    with pytest.raises(AnimelibError, match="no folder"):
        find_pictures([], pictures / "nowhere")


def test_the_size_is_that_of_the_upright_picture(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (30, 20)).save(tmp_path / "turned.jpg", exif=exif)
    Image.new("RGB", (30, 20)).save(tmp_path / "plain.jpg")
    assert (size_of(tmp_path / "turned.jpg"), size_of(tmp_path / "plain.jpg")) == ((20, 30), (30, 20))
    (tmp_path / "page.jpg").write_text("<html>")
    with pytest.raises(AnimelibError, match="page.jpg is not a picture"):
        size_of(tmp_path / "page.jpg")


# ---- YOLO


def test_yolo_holds_shares_of_the_picture_worked_out_by_hand(pictures):
    assert write_yolo(pictures / "labels", BOXES, pictures) == pictures / "labels"
    assert text(pictures / "labels" / "b.txt") == "0 0.700000 0.700000 0.400000 0.600000\n0 0.050000 0.100000 0.100000 0.200000\n"
    assert text(pictures / "labels" / "sub" / "レム.txt") == ""
    assert text(pictures / "labels" / "classes.txt") == "face\n"


def test_yolo_comes_back_wherever_it_is_read_from(pictures):
    write_yolo(pictures / "labels", BOXES, pictures)
    assert read_boxes(pictures) == CERTAIN
    assert read_boxes(pictures / "labels") == CERTAIN
    assert read_boxes(pictures / "labels" / "b.txt") == {"b.png": CERTAIN["b.png"]}
    assert read_boxes(pictures / "labels" / "sub" / "レム.txt", pictures / "images" / "sub") == {"レム.png": []}
    moved = (pictures / "labels").rename(pictures.parent / "elsewhere")
    assert read_boxes(moved, pictures) == CERTAIN
    assert read_boxes(moved, pictures / "images") == CERTAIN
    with pytest.raises(AnimelibError, match="a.txt holds boxes, and its picture is not in .*give pictures=FOLDER"):
        read_boxes(moved)


def test_drawn_scenes_come_back_from_yolo_to_the_pixel(tmp_path):
    boxes = read_boxes(draw_scenes(tmp_path / "scenes", 5, size=(333, 251)))
    write_yolo(tmp_path / "labels", boxes, tmp_path / "scenes")
    assert read_boxes(tmp_path / "labels", tmp_path / "scenes") == boxes


def test_label_files_may_lie_beside_their_pictures_among_other_texts(pictures):
    images = pictures / "images"
    write_yolo(images, BOXES, pictures)
    (images / "README.txt").write_text("Thank you\n")
    (images / "train.txt").write_text("images/a.jpg\n")
    assert read_boxes(images) == CERTAIN
    (images / "b.png").unlink()
    with pytest.raises(AnimelibError, match="b.txt holds boxes, and its picture is not in"):
        read_boxes(images)


def test_a_box_over_the_edge_is_cut_for_yolo_and_one_outside_refused(pictures):
    write_yolo(pictures / "labels", {"b.png": [Face(-10, 40, 30, 30)]}, pictures)
    assert read_boxes(pictures / "labels") == {"b.png": [Face(0, 40, 20, 10)]}
    with pytest.raises(AnimelibError, match="A box of a.jpg lies outside the picture of 100x50"):
        write_yolo(pictures / "labels", {"a.jpg": [Face(100, 0, 10, 10)]}, pictures)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("0 0.5 0.5 0.1", "line 3, is no box of YOLO"),
        ("0 50 20 10 10", "line 3, is no box of YOLO"),
        ("0 0.5 0.5 0.1 wide", "line 3, is no box of YOLO"),
        ("0 0.1 0.1 0.2 0.1 0.2 0.2 0.1 0.2", "line 3, is no box of YOLO"),
        ("0 0.5 0.5 0 0.1", "line 3, is no box"),
        ("1 0.5 0.5 0.1 0.1", "line 3, is of class 1 and others of class 0"),
    ],
)
def test_a_wrong_line_of_yolo_is_named(pictures, line, told):
    (pictures / "labels").mkdir()
    (pictures / "labels" / "b.txt").write_text(f"0 0.5 0.5 0.1 0.1\n\n{line}\n")
    with pytest.raises(AnimelibError, match=f"b.txt, {told}"):
        read_boxes(pictures)


def test_scores_that_a_detector_wrote_are_read(pictures):
    (pictures / "labels").mkdir()
    (pictures / "labels" / "b.txt").write_text("7 0.5 0.5 0.2 0.4 0.875\n")
    assert read_boxes(pictures) == {"b.png": [Face(40, 15, 20, 20, 0.875)]}


def test_a_label_that_may_be_of_two_pictures_is_refused(pictures):
    Image.new("RGB", (100, 50)).save(pictures / "images" / "b.jpg")
    with pytest.raises(AnimelibError, match="b.png cannot have a label file of its own"):
        write_yolo(pictures / "labels", {"b.jpg": [], "b.png": []}, pictures)
    (pictures / "labels").mkdir()
    (pictures / "labels" / "b.txt").write_text("")
    with pytest.raises(AnimelibError, match="b.txt may belong to b.jpg and b.png"):
        read_boxes(pictures)


def test_yolo_never_writes_out_of_its_folder(pictures):
    Image.new("RGB", (9, 9)).save(pictures / "out.png")
    before = everything(pictures.parent)
    with pytest.raises(AnimelibError, match="cannot have a label file"):
        write_yolo(pictures / "images" / "labels", {"../out.png": []}, pictures / "images")
    assert everything(pictures.parent) == before


def test_yolo_is_written_again_after_a_correction_but_not_over_what_others_wrote_or_changed(pictures):
    labels = pictures / "labels"
    write_yolo(labels, BOXES, pictures)
    corrected = {**CERTAIN, "a.jpg": [Face(11, 5, 20, 20)]}
    write_yolo(labels, corrected, pictures)
    assert read_boxes(labels) == corrected
    (labels / "a.txt").write_text("0 0.5 0.5 0.1 0.1\n")  # somebody else's correction
    before = everything(labels)
    with pytest.raises(AnimelibError, match="a.txt was not written by animelib, or has been changed since"):
        write_yolo(labels, {"b.png": [], "a.jpg": []}, pictures)
    assert everything(labels) == before


@pytest.mark.parametrize("earlier", [False, True])
def test_yolo_that_was_stopped_goes_on(pictures, monkeypatch, earlier):
    labels, whole, written = pictures / "labels", box_files.write_text, []
    if earlier:
        write_yolo(labels, {name: [Face(9, 9, 9, 9)] for name in BOXES}, pictures)

    def stopping(path, content):
        if len(written) == 3:
            raise KeyboardInterrupt
        written.append(path)
        return whole(path, content)

    monkeypatch.setattr(box_files, "write_text", stopping)
    with pytest.raises(KeyboardInterrupt):
        write_yolo(labels, BOXES, pictures)
    monkeypatch.undo()
    corrected = {**CERTAIN, "b.png": []}
    write_yolo(labels, corrected, pictures)
    assert read_boxes(labels) == corrected


# ---- COCO


def test_coco_is_the_form_that_others_read_and_comes_back_whole(pictures):
    assert write_coco(pictures / "faces.json", BOXES, pictures) == pictures / "faces.json"
    held = json.loads(text(pictures / "faces.json"))
    assert held["images"][0] == {"id": 1, "file_name": "b.png", "width": 100, "height": 50}
    assert held["categories"] == [{"id": 1, "name": "face"}]
    first, second, third = held["annotations"]
    assert first == {"id": 1, "image_id": 1, "category_id": 1, "bbox": [50, 20, 40, 30], "area": 1200, "iscrowd": 0}
    assert second["score"] == 0.5
    assert third["image_id"] == 3
    assert read_boxes(pictures / "faces.json") == BOXES
    assert list(read_boxes(pictures)) == list(BOXES)


def test_coco_is_written_again_after_a_correction_but_not_over_what_others_wrote_or_changed(pictures):
    path = pictures / "faces.json"
    write_coco(path, BOXES, pictures)
    write_coco(path, {"a.jpg": []}, pictures)
    assert read_boxes(path) == {"a.jpg": []}
    held = json.loads(text(path))
    held["annotations"].append({"id": 9, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]})
    for content in (json.dumps(held), "{}", "[]", "my notes"):
        path.write_text(content)
        with pytest.raises(AnimelibError, match="faces.json was not written by animelib, or has been changed since"):
            write_coco(path, BOXES, pictures)
        assert path.read_text() == content


def coco(annotations, categories=()):
    images = [{"id": "x", "file_name": "sub\\a.jpg"}, {"id": 2, "file_name": "b.jpg"}]
    return json.dumps({"images": images, "annotations": annotations, "categories": list(categories)})


def test_of_several_categories_that_of_faces_is_read(tmp_path):
    kinds = [{"id": 1, "name": "person"}, {"id": 2, "name": "Anime_Face"}, {"id": 3, "name": "unused"}]
    both = [{"image_id": "x", "category_id": kind, "bbox": [1, 2, 3, 4 + kind]} for kind in (1, 2)]
    (tmp_path / "a.json").write_text(coco(both, kinds))
    assert read_boxes(tmp_path / "a.json") == {"sub/a.jpg": [Face(1, 2, 3, 6)], "b.jpg": []}
    (tmp_path / "a.json").write_text(coco(both[:1], kinds))  # one alone is taken, whatever it is called
    assert read_boxes(tmp_path / "a.json") == {"sub/a.jpg": [Face(1, 2, 3, 5)], "b.jpg": []}
    kinds[1]["name"] = "head"
    (tmp_path / "a.json").write_text(coco(both, kinds))
    with pytest.raises(AnimelibError, match=r"several categories \(head, person\)"):
        read_boxes(tmp_path / "a.json")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"images": [],\n oops}', "a.json, line 2, is no JSON"),
        ("[1, 2]", "is not in COCO's form"),
        ('{"images": [{"id": 1}], "annotations": []}', "is not in COCO's form"),
        (coco([{"image_id": 7, "bbox": [1, 2, 3, 4]}]), "annotation 1, is of no picture"),
        (coco([{"image_id": 2, "bbox": [1, 2, 3, 4]}, {"image_id": 2, "bbox": [1, 2, 3]}]), "annotation 2, is no box"),
        (coco([{"image_id": 2}]), "annotation 1, is no box"),
        (coco([{"image_id": 2, "bbox": [1, 2, 3, 0]}]), "annotation 1, is no box"),
    ],
)
def test_what_is_wrong_in_coco_is_named(tmp_path, content, told):
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(AnimelibError, match=told):
        read_boxes(tmp_path / "a.json")


def test_a_folder_with_boxes_in_two_forms_asks_which(pictures):
    write_boxes(pictures / "boxes.csv", BOXES)
    (pictures / "settings.json").write_text("{}")
    (pictures / "notes.txt").write_text("1 2 3")
    assert read_boxes(pictures) == BOXES
    write_yolo(pictures / "labels", BOXES, pictures)
    with pytest.raises(AnimelibError, match="more than once: name those to read, .*boxes.csv or .*labels"):
        read_boxes(pictures)
