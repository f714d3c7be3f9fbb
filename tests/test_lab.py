"""A lab is chosen once; what is not there is asked for, never swapped for something else."""

import json
import re
import zipfile

import pytest
from conftest import fill

from animelib import samples, words
from animelib.boxes import read_boxes
from animelib.data import load_images
from animelib.errors import AnimelibError
from animelib.folders import pictures_in
from animelib.lab import DRAWN, dated, open_lab


def test_samples_are_drawn_once_and_say_so(home):
    lab = open_lab("rem_vs_mizuki")
    assert lab.source == "drawn samples (pair)"
    assert lab.pictures.is_relative_to(home)
    before = {path: path.stat().st_mtime_ns for path in lab.pictures.rglob("*.jpg")}
    assert len(before) >= 20
    assert {path: path.stat().st_mtime_ns for path in open_lab("rem_vs_mizuki").pictures.rglob("*.jpg")} == before
    data = load_images(lab, size=32)
    assert data.source == lab.source
    assert len(data.classes) == 2


def test_full_budget_draws_the_article_s_numbers():
    data = load_images(open_lab("rem_vs_mizuki", budget="full"), size=16)
    assert (len(data.train), len(data.val)) == (40, 14)
    assert len(data.test) >= 40


def test_a_quick_lab_has_few_pictures_where_a_borrowed_network_looks_at_each(monkeypatch):
    drawn = {}
    monkeypatch.setattr(samples, "draw_folder", lambda folder, cast, *, splits, size: drawn.update({cast: splits}) or folder)
    for cast in ("pair", "five"):
        open_lab("quick", cast=cast)
    assert 6 <= sum(drawn["five"].values()) <= 15 < sum(drawn["pair"].values())
    open_lab("full", cast="five", budget="full")
    assert drawn["five"] == DRAWN["five"]


def test_scenes_come_with_their_boxes(home):
    lab = open_lab("faces", cast="scenes")
    boxes = read_boxes(lab.pictures)
    assert len(boxes) == len(pictures_in(lab.pictures)) >= 12
    assert {len(faces) for faces in boxes.values()} >= {0, 1, 2}


def test_a_gallery_has_somebody_in_every_picture(home, monkeypatch):
    monkeypatch.setitem(DRAWN, "gallery", {"": 20})
    boxes = read_boxes(open_lab("taste", cast="gallery").pictures)
    assert {len(faces) for faces in boxes.values()} == {1, 2}


def test_folder_zip_and_drive_give_the_same_pictures(two_folders, tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        for path in two_folders.rglob("*.png"):
            archive.write(path, path.relative_to(two_folders.parent))
    monkeypatch.setenv("ANIMELIB_DRIVE", str(tmp_path / "drive"))
    for path in two_folders.rglob("*.png"):
        target = tmp_path / "drive" / "animelib" / "pictures" / "pair" / path.relative_to(two_folders)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    labs = [
        open_lab("pair", "folder", folder=two_folders),
        open_lab("pair2", "zip", folder=tmp_path / "both.zip"),
        open_lab("pair", "drive"),
    ]
    found = [load_images(lab, size=16, seed=1) for lab in labs]
    assert {data.train.files for data in found} == {found[0].train.files}
    assert len({data.source for data in found}) == 3


def test_keep_on_drive_makes_its_folder(tmp_path, monkeypatch):
    (tmp_path / "drive").mkdir()
    monkeypatch.setenv("ANIMELIB_DRIVE", str(tmp_path / "drive"))
    lab = open_lab("pair", keep="drive")
    assert lab.keep == tmp_path / "drive" / "animelib" / "runs" / "pair"
    assert lab.keep.is_dir()
    assert lab.runs != lab.keep


@pytest.mark.parametrize(
    ("asked", "words_in_it"),
    [
        ({"source": "folder"}, "FOLDER is empty"),
        ({"source": "folder", "folder": "/no/such"}, "nothing at /no/such"),
        ({"source": "zip", "folder": "/no/such.zip"}, "nothing at /no/such.zip"),
        ({"source": "drive"}, "data_links.md"),
        ({"source": "web"}, "not one of samples, cifar10, drive, zip, folder"),
        ({"keep": "there"}, "not one of here, drive"),
        ({"budget": "huge"}, "not one of full, quick"),
        ({"language": "fr"}, "no language 'fr'"),
    ],
)
def test_what_is_not_there_is_one_sentence(asked, words_in_it):
    with pytest.raises(AnimelibError) as error:
        open_lab("pair", **asked)
    assert words_in_it in str(error.value)
    assert "\n" not in str(error.value)


def test_language_is_chosen_and_stays():
    try:
        assert open_lab("pair", language="ja").language == "ja"
        assert open_lab("pair").language == "ja"
    finally:
        words.use_language("en")


def test_a_lab_on_a_folder_finds_its_two_classes(tmp_path):
    fill(tmp_path / "mine" / "a", "rem", 8)
    fill(tmp_path / "mine" / "b", "mizuki", 8)
    assert load_images(tmp_path / "mine", size=16).classes == ("a", "b")


@pytest.mark.parametrize(("text", "language"), [("# これは誰?", "ja"), ("# Who is this?", "en")])
def test_language_of_the_running_notebook(tmp_path, monkeypatch, text, language):
    cells = [{"cell_type": "markdown", "source": [text]}, {"cell_type": "code", "source": ["'らくがき'"]}]
    (tmp_path / "n.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "n.ipynb"))
    try:
        assert open_lab("pair", language="auto").language == language
        monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "gone.ipynb"))
        assert open_lab("pair", language="auto").language == "en"
    finally:
        words.use_language("en")


def test_runs_are_numbered_and_never_written_over(home):
    lab = open_lab("pair")
    folders = [lab.new_run("cnn") for _ in range(3)]
    assert [folder.name for folder in folders] == ["cnn-001", "cnn-002", "cnn-003"]
    assert all(folder.is_dir() for folder in folders)


def test_a_dated_name_is_free_and_keeps_its_ending(tmp_path):
    paths = []
    for _ in range(3):  # within one second
        paths.append(dated(tmp_path / "kml 2.keras"))
        paths[-1].write_text("x")
    assert len(set(paths)) == 3
    assert re.fullmatch(r"kml 2_\d{14}\.keras", paths[0].name)
    assert all(path.suffix == ".keras" for path in paths)
