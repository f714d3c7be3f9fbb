"""Crops: where the square lies, worked out by hand; whole trees; going on after a stop; and nothing of the user's touched."""

import numpy as np
import pytest
from PIL import Image

from animelib import AnimelibError, crops, words
from animelib.boxes import read_boxes, write_boxes
from animelib.crops import crop_face, crop_folder, read_crops
from animelib.faces import Face
from animelib.folders import index_folder


def ramp(width=100, height=80):
    """A picture whose red is x and whose green is y, so that a crop tells where it is from."""
    y, x = np.mgrid[:height, :width]
    return np.stack([x, y, np.full_like(x, 200)], axis=2).astype(np.uint8)


def place(crop):
    """Return left, top, right and bottom of a crop of the ramp, inclusive."""
    return crop[0, 0, 0], crop[0, 0, 1], crop[-1, -1, 0], crop[-1, -1, 1]


# ---- one face


@pytest.mark.parametrize(
    ("face", "margin", "expected"),
    [
        (Face(40, 30, 20, 20), 0, (40, 30, 59, 49)),
        (Face(40, 30, 20, 20), 0.25, (35, 25, 64, 54)),
        (Face(40, 30, 20, 10), 0, (40, 25, 59, 44)),  # the longer side decides
        (Face(2, 3, 20, 20), 0.25, (0, 0, 29, 29)),  # moved inside
        (Face(75, 55, 20, 20), 0.25, (70, 50, 99, 79)),
        (Face(-6, 30, 20, 20), 0, (0, 30, 19, 49)),
        (Face(20, 10, 60, 60), 0.5, (10, 0, 89, 79)),  # made smaller: the picture is 80 high
        (Face(40.4, 30.4, 20.2, 20.2), 0, (40, 30, 59, 49)),
    ],
)
def test_the_square_lies_where_it_was_worked_out(face, margin, expected):
    crop = crop_face(ramp(), face, margin)
    assert crop.dtype == np.uint8
    assert crop.shape[0] == crop.shape[1]
    assert place(crop) == expected


def test_all_that_is_seen_is_real_while_the_face_fits():
    rng = np.random.default_rng(0)
    for _ in range(200):
        x, y = rng.uniform(-10, 90), rng.uniform(-10, 70)
        side = rng.uniform(11, 80)
        crop = crop_face(ramp(), Face(x, y, side, side), rng.uniform(0, 1))
        assert crop.shape[0] == crop.shape[1] <= 80
        assert (np.diff(crop[..., 0].astype(int), axis=1) == 1).all()
        assert (np.diff(crop[..., 1].astype(int), axis=0) == 1).all()
        left, top, right, bottom = map(int, place(crop))
        assert left <= max(0, np.ceil(x))
        assert right >= min(99, np.floor(x + side) - 1)
        assert top <= max(0, np.ceil(y))
        assert bottom >= min(79, np.floor(y + side) - 1)


def test_round_a_box_longer_than_the_picture_is_high_is_the_mean_colour_of_each_edge():
    picture = np.zeros((4, 10, 3), np.uint8)
    picture[0], picture[-1] = (200, 0, 0), (0, 0, 100)
    picture[0, :5] = (100, 0, 0)
    crop = crop_face(picture, Face(0, -3, 10, 10), 0.3)
    assert crop.shape == (10, 10, 3)
    assert (crop[:3] == (150, 0, 0)).all()
    assert (crop[3:7] == picture).all()
    assert (crop[7:] == (0, 0, 100)).all()
    sideways = crop_face(picture.transpose(1, 0, 2), Face(-3, 0, 10, 10), 0.3)
    assert (sideways == crop.transpose(1, 0, 2)).all()


def test_a_box_beyond_all_measure_gives_the_whole_picture():
    assert crop_face(ramp(), Face(-1e6, -1e6, 2e6, 2e6), 0.3).shape == (100, 100, 3)


def test_any_picture_will_do_and_it_is_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (30, 20), "red").save(tmp_path / "turned.jpg", exif=exif)
    assert crop_face(tmp_path / "turned.jpg", Face(0, 20, 10, 10), 0).shape == (10, 10, 3)


@pytest.mark.parametrize(
    ("face", "margin", "told"),
    [
        (Face(100, 0, 10, 10), 0.3, "does not touch the picture of 100x80"),
        (Face(0, -10, 10, 10), 0.3, "does not touch"),
        (Face(0, 0, 0, 10), 0.3, "The face is no box"),
        (Face(0, 0, float("nan"), 10), 0.3, "The face is no box"),
        (Face(0, 0, 10, 10), -0.1, "margin is -0.1"),
    ],
)
def test_a_box_that_cannot_be_of_this_picture_is_refused(face, margin, told):
    with pytest.raises(AnimelibError, match=told):
        crop_face(ramp(), face, margin)


# ---- a folder

LIGHT, DARK = (230, 230, 230), (20, 20, 20)


class Detector:
    """Finds two faces in light pictures and none in dark ones, ``faint`` ones in both; remembers how often it was asked."""

    def __init__(self, stop=10**6, faint=()):
        self.asked, self.stop, self.faint = 0, stop, list(faint)

    def __call__(self, pixels):
        self.asked += 1
        if self.asked > self.stop:
            raise KeyboardInterrupt
        return self.faint if pixels.mean() < 99 else [Face(5, 5, 10, 10, 0.6), *self.faint, Face(20, 10, 12.5, 12.5, 0.9)]


def paint(folder, names, colour=LIGHT):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 30), colour).save(path)


@pytest.fixture
def pictures(tmp_path):
    """Two class folders, one picture that lies loose, and a dark one without a face."""
    folder = tmp_path / "pictures"
    paint(folder, ["rem/1.png", "rem/2.jpg", "mizuki/1.png", "loose.png"])
    paint(folder, ["mizuki/dark.png"], DARK)
    return folder


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and path.name[0] != ".")


def contents(folder):
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


ALL = sorted(
    ["boxes.csv", "mizuki/dark_whole.png"]
    + [f"{name}_face{place}.png" for name in ("rem/1", "rem/2", "mizuki/1", "loose") for place in (1, 2)]
)


def test_every_face_of_the_tree_is_cut_out_and_the_pictures_are_as_they_were(pictures, tmp_path, capsys):
    before = contents(pictures)
    report = crop_folder(pictures, tmp_path / "out", Detector(), margin=0)
    assert contents(pictures) == before
    assert files(tmp_path / "out") == ALL
    assert capsys.readouterr().out == "Kept whole, as _whole.png, for no face was found: 1 of 5 pictures.\n"
    assert report.whole == ("mizuki/dark.png",)
    assert str(report).startswith(f"8 faces from 5 pictures in {tmp_path / 'out'}.\nKept whole")
    table = (tmp_path / "out" / "boxes.csv").read_text().splitlines()
    assert table[0] == "picture,crop,x,y,w,h,score"
    assert table[1] == "loose.png,loose_face1.png,20,10,12.5,12.5,0.9"  # the surest first
    assert table[2] == "loose.png,loose_face2.png,5,5,10,10,0.6"
    assert "mizuki/dark.png,mizuki/dark_whole.png,,,,," in table
    sizes = {name: Image.open(tmp_path / "out" / name).size for name in ALL[1:]}
    assert sizes["mizuki/dark_whole.png"] == (40, 40)
    assert sizes["rem/1_face1.png"] == (12, 12)
    assert sizes["rem/1_face2.png"] == (10, 10)


def test_what_comes_out_can_be_learned_from_and_its_boxes_be_read(pictures, tmp_path):
    crop_folder(pictures, tmp_path / "out", Detector(), size=24)
    assert index_folder(tmp_path / "out").classes == ("mizuki", "rem")
    assert {Image.open(tmp_path / "out" / name).size for name in ALL if name.endswith(".png")} == {(24, 24)}
    boxes = read_boxes(tmp_path / "out" / "boxes.csv")
    assert boxes["rem/2.jpg"] == [Face(20, 10, 12.5, 12.5, 0.9), Face(5, 5, 10, 10, 0.6)]
    assert boxes["mizuki/dark.png"] == []


def test_how_sure_a_face_must_be_can_be_said(pictures, tmp_path):
    detect = Detector(faint=[Face(1, 1, 9, 9, 0.1)])
    for least, count in ((0.7, 5), (0.5, 9), (0.1, 13)):
        assert len(crop_folder(pictures, tmp_path / str(least), detect, min_score=least).crops) == count
    assert len(crop_folder(pictures, tmp_path / "all", detect).crops) == 13


def test_a_second_run_asks_about_new_pictures_only_and_leaves_out_what_was_taken_out(pictures, tmp_path):
    out = tmp_path / "out"
    crop_folder(pictures, out, Detector())
    (out / "rem" / "1_face2.png").unlink()
    before = contents(out)
    again = Detector()
    assert len(crop_folder(pictures, out, again).crops) == 9
    assert again.asked == 0
    assert files(out) == sorted(set(ALL) - {"rem/1_face2.png"})
    assert {path: content for path, (content, _) in before.items()} == {path: c for path, (c, _) in contents(out).items()}
    paint(pictures, ["rem/3.png"])
    assert len(crop_folder(pictures, out, again).crops) == 11
    assert again.asked == 1


@pytest.mark.parametrize("stop", [0, 1, 3])
def test_a_run_that_was_stopped_goes_on(pictures, tmp_path, stop):
    with pytest.raises(KeyboardInterrupt):
        crop_folder(pictures, tmp_path / "out", Detector(stop))
    assert len({crop.picture for crop in read_crops(tmp_path / "out").crops}) == stop
    rest = Detector()
    crop_folder(pictures, tmp_path / "out", rest)
    assert rest.asked == 5 - stop
    crop_folder(pictures, tmp_path / "whole", Detector())
    assert files(tmp_path / "out") == ALL
    assert (tmp_path / "out" / "boxes.csv").read_text() == (tmp_path / "whole" / "boxes.csv").read_text()


def test_a_run_that_was_killed_between_crops_and_table_goes_on(pictures, tmp_path, monkeypatch):
    out = tmp_path / "out"

    def killed(*_):
        raise SystemExit

    monkeypatch.setattr(crops, "_record", killed)
    with pytest.raises(SystemExit):
        crop_folder(pictures, out, Detector())
    assert files(out) == ["boxes.csv", "loose_face1.png", "loose_face2.png"]
    monkeypatch.undo()
    crop_folder(pictures, out, Detector())
    assert files(out) == ALL


def test_a_row_that_was_cut_off_does_not_count_nor_do_its_neighbours_of_the_same_picture(pictures, tmp_path):
    out = tmp_path / "out"
    crop_folder(pictures, out, Detector())
    table = (out / "boxes.csv").read_text()
    (out / "boxes.csv").write_text(table[:-20])  # in the middle of the second face of the last picture
    assert len({crop.picture for crop in read_crops(out).crops}) == 4
    rest = Detector()
    crop_folder(pictures, out, rest)
    assert rest.asked == 1
    assert (out / "boxes.csv").read_text() == table


def test_a_full_disk_leaves_no_half_picture_in_the_table(pictures, tmp_path, monkeypatch):
    out = tmp_path / "out"
    crop_folder(pictures, out, Detector())
    before = (out / "boxes.csv").read_bytes()

    class Full:
        def __init__(self, *_):
            self.file = open(out / "boxes.csv", "ab")  # noqa: SIM115

        def __enter__(self):
            return self

        def write(self, content):
            self.file.write(content[: content.index(b"\n") + 1])

        def __exit__(self, *_):
            self.file.close()
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(crops, "open", Full, raising=False)
    paint(pictures, ["rem/9.png"])
    with pytest.raises(AnimelibError, match="no space left"):
        crop_folder(pictures, out, Detector())
    assert (out / "boxes.csv").read_bytes() == before


@pytest.mark.parametrize("encoding", ["cp932", "utf-8-sig"])
def test_a_table_that_excel_saved_can_be_gone_on_with(pictures, tmp_path, encoding):
    out = tmp_path / "out"
    paint(pictures, ["レム.png"])
    crop_folder(pictures, out, Detector())
    assert (out / "boxes.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    before = (out / "boxes.csv").read_bytes()
    text = before.decode("utf-8-sig").replace(",", ";").replace("\n", "\r\n")
    (out / "boxes.csv").write_bytes(text.encode(encoding))
    again = Detector()
    crop_folder(pictures, out, again)
    assert again.asked == 0
    assert (out / "boxes.csv").read_bytes() == before


def test_boxes_that_were_corrected_by_hand_stay(pictures, tmp_path):
    table = tmp_path / "out" / "boxes.csv"
    crop_folder(pictures, tmp_path / "out", Detector())
    write_boxes(table, {"loose.png": [Face(5, 5, 10, 10, 0.6)]})
    report = crop_folder(pictures, tmp_path / "out", Detector())
    assert [crop.crop for crop in report.crops if crop.picture == "loose.png"] == ["loose_face2.png"]


@pytest.mark.parametrize("inside", ["pictures", "pictures/out", "pictures/rem/out", "."])
def test_an_output_that_lies_in_the_pictures_or_round_them_is_refused(pictures, tmp_path, inside):
    before = contents(tmp_path)
    with pytest.raises(AnimelibError, match="one lies in the other"):
        crop_folder(pictures, tmp_path / inside, Detector())
    assert contents(tmp_path) == before


def test_an_output_that_holds_something_else_is_refused(pictures, tmp_path):
    paint(tmp_path / "mine", ["holiday.png"])
    (tmp_path / "file").write_text("")
    before = contents(tmp_path)
    with pytest.raises(AnimelibError, match="holds files that crop_folder did not make"):
        crop_folder(pictures, tmp_path / "mine", Detector())
    with pytest.raises(AnimelibError, match="is a file"):
        crop_folder(pictures, tmp_path / "file", Detector())
    assert contents(tmp_path) == before


def test_a_file_in_the_way_is_not_overwritten(pictures, tmp_path):
    out = tmp_path / "out"
    crop_folder(pictures, out, Detector())
    paint(out, ["rem/new_face1.png"], DARK)
    mine = (out / "rem" / "new_face1.png").read_bytes()
    paint(pictures, ["rem/new.png"])
    with pytest.raises(AnimelibError, match="new_face1.png is in the way"):
        crop_folder(pictures, out, Detector())
    assert (out / "rem" / "new_face1.png").read_bytes() == mine


def test_crops_of_other_settings_or_other_pictures_are_not_mixed(pictures, tmp_path):
    out, others = tmp_path / "out", tmp_path / "others"
    crop_folder(pictures, out, Detector(), size=16)
    with pytest.raises(AnimelibError, match="made with size=16, not 32"):
        crop_folder(pictures, out, Detector(), size=32)
    with pytest.raises(AnimelibError, match="made with margin=0.3, not 0.5"):
        crop_folder(pictures, out, Detector(), size=16, margin=0.5)
    paint(others, ["rem/1.png"])
    with pytest.raises(AnimelibError, match="holds crops of the pictures in .*pictures, not .*others"):
        crop_folder(others, out, Detector(), size=16)
    moved = pictures.rename(tmp_path / "moved")
    again = Detector()
    assert crop_folder(moved, out, again, size=16).folder == moved
    assert again.asked == 0
    assert read_crops(out).folder == moved


def test_two_pictures_that_differ_in_their_ending_alone_have_crops_of_their_own(tmp_path):
    paint(tmp_path / "pictures", ["a.png", "A.jpg", "b.c.png", "b.png"])
    crop_folder(tmp_path / "pictures", tmp_path / "out", Detector(), min_score=0.7)
    expected = ["A.jpg_face1.png", "a.png_face1.png", "b.c_face1.png", "b_face1.png", "boxes.csv"]
    assert files(tmp_path / "out") == expected


@pytest.mark.parametrize("name", ["a,b.png", "#1.png", 'quote".png', "two\nlines.png", "レム [1].png", "b\udce9.png"])
def test_any_name_is_cropped_once(tmp_path, name):
    paint(tmp_path / "pictures", [name])
    out, detect = tmp_path / "out", Detector()
    for _ in range(2):
        report = crop_folder(tmp_path / "pictures", out, detect)
    assert detect.asked == 1
    assert [crop.picture for crop in report.crops] == [name, name]
    assert all((out / crop.crop).is_file() for crop in report.crops)


def test_what_cannot_be_read_is_left_out_and_said(pictures, tmp_path, capsys):
    (pictures / "rem" / "page.jpg").write_text("<html>")
    report = crop_folder(pictures, tmp_path / "out", Detector())
    assert files(tmp_path / "out") == ALL
    assert len(report.left_out) == 1
    assert "page.jpg is not a picture" in report.left_out[0]
    assert "left out: 1 (" in capsys.readouterr().out
    words.use_language("ja")
    assert "読めなかったので入れていない画像：1枚" in str(report)


def test_what_cannot_be_done_is_said(pictures, tmp_path):
    with pytest.raises(AnimelibError, match="no folder"):
        crop_folder(tmp_path / "nowhere", tmp_path / "out", Detector())
    with pytest.raises(AnimelibError, match="Crops of 0 pixels"):
        crop_folder(pictures, tmp_path / "out", Detector(), size=0)
    with pytest.raises(AnimelibError, match="list of al.Face"):
        crop_folder(pictures, tmp_path / "out", lambda pixels: [(1, 2, 3, 4)])
    with pytest.raises(AnimelibError, match="There are no crops in"):
        read_crops(tmp_path / "nowhere")
    (tmp_path / "out" / "boxes.csv").write_text("file,x,y,w,h\na.png,1,2,3,4\n")
    with pytest.raises(AnimelibError, match="is no table of crops"):
        crop_folder(pictures, tmp_path / "out", Detector())
    (tmp_path / "out" / crops.MARKER).write_text("{")
    with pytest.raises(AnimelibError, match="is broken: choose a new folder"):
        read_crops(tmp_path / "out")
