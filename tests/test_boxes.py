"""Tables of boxes: what is written is read again, corrections keep the rest, and a wrong line is named."""

import pytest
from PIL import Image

from animelib import AnimelibError
from animelib.boxes import read_boxes, write_boxes
from animelib.faces import Face
from animelib.samples import draw_scenes

BOXES = {
    "b.jpg": [Face(30, 4, 16, 16, 0.5), Face(1, 2, 20, 20)],  # neither pictures nor faces are in any order but this
    "a.jpg": [],
    "c.jpg": [Face(-2.25, 0, 12.5, 12.5, 0.1234)],
}
SIZED = """file,width,height,x,y,w,h,box_source
a.jpg,64,48,1,2,20,20,"cascade, seen"
a.jpg,64,48,30,4,16,16,by eye
b.jpg,32,32,,,,,none
"""


def text(path):
    return path.read_text(encoding="utf-8")


def test_what_is_written_is_read_again_in_its_order(tmp_path):
    assert write_boxes(tmp_path / "new" / "boxes.csv", BOXES) == tmp_path / "new" / "boxes.csv"
    again = read_boxes(tmp_path / "new" / "boxes.csv")
    assert again == BOXES
    assert list(again) == list(BOXES)
    assert read_boxes(tmp_path / "new") == BOXES


def test_the_plain_form_is_that_of_the_drawn_scenes(tmp_path):
    write_boxes(tmp_path / "mine.csv", {"a.jpg": [Face(1.0, 2, 20.004, 20)], "b.jpg": []})
    assert text(tmp_path / "mine.csv") == "filename,x,y,w,h\na.jpg,1,2,20,20\nb.jpg,,,,\n"
    boxes = read_boxes(draw_scenes(tmp_path / "scenes", 6, size=(160, 120)))
    assert len(boxes) == 6
    assert 0 < sum(map(len, boxes.values())) <= 24
    before = text(tmp_path / "scenes" / "boxes.csv")
    write_boxes(tmp_path / "scenes" / "boxes.csv", boxes)
    assert text(tmp_path / "scenes" / "boxes.csv") == before


def test_pixels_have_two_decimals_and_scores_four(tmp_path):
    write_boxes(tmp_path / "boxes.csv", {"a.jpg": [Face(0.126, -0.001, 1 / 3, 100.5, 2 / 3)]})
    assert text(tmp_path / "boxes.csv").splitlines() == ["filename,x,y,w,h,score", "a.jpg,0.13,0,0.33,100.5,0.6667"]


def test_sizes_are_told_where_the_pictures_are_named(tmp_path):
    for name, size in (("a.jpg", (64, 48)), ("b.jpg", (32, 32))):
        Image.new("RGB", size).save(tmp_path / name)
    write_boxes(tmp_path / "boxes.csv", {"a.jpg": [Face(1, 2, 20, 20)], "b.jpg": []}, tmp_path, source="by eye")
    assert text(tmp_path / "boxes.csv") == (
        "file,width,height,x,y,w,h,box_source\na.jpg,64,48,1,2,20,20,by eye\nb.jpg,32,32,,,,,by eye\n"
    )
    assert read_boxes(tmp_path) == {"a.jpg": [Face(1, 2, 20, 20)], "b.jpg": []}


def test_a_correction_keeps_the_form_the_other_pictures_and_what_is_told_of_faces_that_stay(tmp_path):
    path = tmp_path / "boxes.csv"
    path.write_text(SIZED, encoding="utf-8")
    boxes = read_boxes(path)
    write_boxes(path, boxes)
    assert text(path) == SIZED
    boxes["a.jpg"][1] = Face(31, 4, 16, 16)
    write_boxes(path, {"a.jpg": boxes["a.jpg"], "c.jpg": []}, source="corrected")
    assert text(path) == SIZED.replace("30,4,16,16,by eye", "31,4,16,16,corrected") + "c.jpg,,,,,,,corrected\n"
    write_boxes(path, {"b.jpg": [Face(0, 0, 9, 9, 0.75)]})
    assert "b.jpg,32,32,0,0,9,9,,0.75" in text(path).splitlines()
    assert text(path).startswith("file,width,height,x,y,w,h,box_source,score\n")
    assert read_boxes(path)["a.jpg"] == boxes["a.jpg"]


def test_the_second_half_does_not_lose_the_first(tmp_path):
    write_boxes(tmp_path / "boxes.csv", {"a.jpg": [Face(1, 2, 3, 4)]})
    write_boxes(tmp_path / "boxes.csv", {"b.jpg": []})
    assert read_boxes(tmp_path / "boxes.csv") == {"a.jpg": [Face(1, 2, 3, 4)], "b.jpg": []}


@pytest.mark.parametrize("content", ["my diary", "file,x,y\na.jpg,1,2\n", "filename,x,y,w,h\na.jpg,1,2,three,4\n", ""])
def test_what_is_no_table_or_a_broken_one_is_not_overwritten(tmp_path, content):
    path = tmp_path / "boxes.csv"
    path.write_text(content)
    with pytest.raises(AnimelibError, match=r"left as it is, so save under another name or correct it first\.$"):
        write_boxes(path, BOXES)
    assert path.read_text() == content
    assert [p.name for p in tmp_path.iterdir() if p.name != "home"] == ["boxes.csv"]


def test_a_box_that_is_none_is_not_written(tmp_path):
    with pytest.raises(AnimelibError, match="A box of a.jpg"):
        write_boxes(tmp_path / "boxes.csv", {"a.jpg": [Face(1, 2, 0, 4)]})
    assert not (tmp_path / "boxes.csv").exists()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("a.jpg,1,2,three,4", "line 3, is no box"),
        ("a.jpg,1,2,,4", "line 3, is no box"),
        ("a.jpg,1,2,3", "line 3, is no box"),
        ("a.jpg,1,2,-3,4", "line 3, is no box"),
        (",1,2,3,4", "line 3, names no picture"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, line, told):
    (tmp_path / "mine.csv").write_text(f"filename,x,y,w,h\nb.jpg,1,2,3,4\n{line}\n")
    with pytest.raises(AnimelibError, match=f"mine.csv, {told}"):
        read_boxes(tmp_path / "mine.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize(("between", "end"), [(",", "\n"), (";", "\r\n"), ("\t", "\r\n")])
def test_a_table_that_another_program_saved_is_read(tmp_path, encoding, between, end):
    lines = ["File,X,Y,W,H,note", "レム.jpg,1,2,3,4.5,?", "", "ミズキ.jpg,,,,", ""]
    (tmp_path / "boxes.csv").write_bytes(end.join(lines).replace(",", between).encode(encoding))
    assert read_boxes(tmp_path) == {"レム.jpg": [Face(1, 2, 3, 4.5)], "ミズキ.jpg": []}


@pytest.mark.parametrize("name", ["レム.jpg", 'a,"b".jpg', "#1.jpg", " a .jpg", "two\nlines.jpg", "folder/a.jpg", "b\udce9.jpg"])
def test_any_name_comes_back(tmp_path, name):
    write_boxes(tmp_path / "boxes.csv", {name: [Face(1, 2, 3, 4)]})
    assert read_boxes(tmp_path / "boxes.csv") == {name: [Face(1, 2, 3, 4)]}
    assert len(text(tmp_path / "boxes.csv").splitlines()) == 2


def test_excel_is_told_the_encoding_only_where_it_matters(tmp_path):
    write_boxes(tmp_path / "a.csv", {"a.jpg": []})
    write_boxes(tmp_path / "b.csv", {"レム.jpg": []})
    assert (tmp_path / "a.csv").read_bytes().startswith(b"filename")
    assert (tmp_path / "b.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_no_boxes_and_boxes_twice_are_told(tmp_path):
    with pytest.raises(AnimelibError, match="no boxes at .*nowhere"):
        read_boxes(tmp_path / "nowhere")
    (tmp_path / "notes.csv").write_text("name,age\nrem,17\n")
    with pytest.raises(AnimelibError, match="There are no boxes in"):
        read_boxes(tmp_path)
    write_boxes(tmp_path / "one.csv", BOXES)
    assert read_boxes(tmp_path) == BOXES
    write_boxes(tmp_path / "two.csv", BOXES)
    with pytest.raises(AnimelibError, match="more than once.*one.csv or .*two.csv"):
        read_boxes(tmp_path)
    write_boxes(tmp_path / "boxes.csv", {"a.jpg": []})
    assert read_boxes(tmp_path) == {"a.jpg": []}


def test_the_real_tables_are_read_whole(shared_data):
    for name, pictures, faces in (("face_boxes", 106, 106), ("face_scenes", 135, 150)):
        boxes = read_boxes(shared_data / name)
        assert (len(boxes), sum(map(len, boxes.values()))) == (pictures, faces)
