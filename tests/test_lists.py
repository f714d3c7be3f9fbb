"""Lists are made once and followed, survive every editor and every name, and say which line is wrong."""

import re
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from conftest import fill

from animelib.data import load_images, make_lists
from animelib.errors import AnimelibError
from animelib.folders import index_folder, to_array
from animelib.lists import follow_lists, read_list, read_parts, write_list, write_parts


@pytest.fixture
def lists(two_folders, tmp_path, capsys) -> Path:
    """Lists of twenty pictures a class, sixteen of each to learn from."""
    folder = make_lists(two_folders, tmp_path / "list")
    capsys.readouterr()
    return folder


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def wrong(two_folders, lists) -> str:
    """Load with lists that are wrong; return the sentence, after checking that it is one and that nothing was changed."""
    before = {path: path.read_bytes() for path in lists.iterdir()}
    with pytest.raises(AnimelibError) as error:
        load_images(two_folders, size=16, lists=lists)
    assert {path: path.read_bytes() for path in lists.iterdir()} == before
    assert len(str(error.value).splitlines()) == 1
    return str(error.value)


def test_lists_hold_every_picture_once_in_the_article_s_form(two_folders, lists):
    assert (lists / "class.lst").read_bytes() == b"mizuki\nrem\n"
    train, test = (lines_of(lists / f"{part}.lst") for part in ("train", "test"))
    assert sorted(train + test) == sorted(f"{name}/{name}_{i}.png" for name in ("mizuki", "rem") for i in range(20))
    assert [sum(line.startswith(name) for line in test) for name in ("mizuki", "rem")] == [4, 4]


def test_lists_are_made_once_by_the_seed_and_then_used_again(two_folders, lists, tmp_path, capsys):
    before = {path.name: path.read_bytes() for path in lists.iterdir()}
    assert make_lists(two_folders, lists, seed=1) == lists
    assert "used again" in capsys.readouterr().out
    assert {path.name: path.read_bytes() for path in lists.iterdir()} == before
    same, other = make_lists(two_folders, tmp_path / "b"), make_lists(two_folders, tmp_path / "c", test=5, seed=1)
    assert (same / "test.lst").read_bytes() == before["test.lst"]
    assert len(lines_of(other / "test.lst")) == 10
    assert set(lines_of(other / "test.lst")) - set(lines_of(lists / "test.lst"))


def test_near_duplicates_are_on_one_side(two_folders, tmp_path):
    for number in range(8):
        (two_folders / "rem" / f"z{number}.png").write_bytes((two_folders / "rem" / "rem_0.png").read_bytes())
    for seed in range(4):
        test = lines_of(make_lists(two_folders, tmp_path / f"list{seed}", seed=seed) / "test.lst")
        assert sum(line.startswith(("rem/z", "rem/rem_0.png")) for line in test) in (0, 9)


def test_lists_are_followed_with_pixels_labels_and_the_order_of_classes(two_folders, lists):
    write_list(lists / "class.lst", ["rem", "mizuki"])
    data = load_images(two_folders, size=16, lists=lists, val=0)
    assert data.classes == ("rem", "mizuki")
    assert sorted(data.test.files) == sorted(lines_of(lists / "test.lst"))
    assert (len(data.train), len(data.val), len(data.test)) == (32, 0, 8)
    for split in (data.train, data.test):
        for image, label, file in zip(split.images, split.labels, split.files, strict=True):
            assert file.startswith(data.classes[label])
            assert np.array_equal(image, to_array(two_folders / file, 16))


@pytest.mark.parametrize("val", [0.25, 4])
def test_validation_comes_from_the_training_list(two_folders, lists, val):
    data = load_images(two_folders, size=16, lists=lists, val=val)
    assert sorted(data.train.files + data.val.files) == sorted(lines_of(lists / "train.lst"))
    assert np.bincount(data.val.labels).tolist() == [4, 4]
    assert sorted(data.test.files) == sorted(lines_of(lists / "test.lst"))
    assert load_images(two_folders, size=16, lists=lists, val=val).val.files == data.val.files


def test_a_tab_and_a_class_name_relabel_a_picture_also_into_a_new_class(two_folders, lists):
    lines = lines_of(lists / "train.lst")
    write_list(lists / "class.lst", ["mizuki", "rem", "both"])
    (lists / "train.lst").write_text("\n".join([f"{lines[0]}\trem", f"{lines[1]} \t both ", *lines[2:]]))
    data = load_images(two_folders, size=16, lists=lists, val=0)
    label_of = dict(zip(data.train.files, data.train.labels, strict=True))
    assert (label_of[lines[0]], label_of[lines[1]], label_of[lines[2]]) == (1, 2, 0)


EDITORS = {
    "as it is": lambda text: text.encode(),
    "BOM and CRLF": lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
    "cp932": lambda text: text.replace("\n", "\r\n").encode("cp932"),
    "utf-16": lambda text: text.replace("\n", "\r\n").encode("utf-16"),
    "NFD": lambda text: unicodedata.normalize("NFD", text).encode(),
    "old Mac": lambda text: text.replace("\n", "\r").encode(),
    "no end of line": lambda text: text.rstrip("\n").encode(),
    "blank lines and remarks": lambda text: ("# 見直した\n\n" + text.replace("\n", "  \n\n   # x\n")).encode(),
    "the article's paths": lambda text: re.sub("(?m)^(?=.*/)", "./データ/", text).encode(),
    "Windows paths": lambda text: re.sub("(?m)^(?=.*/)", "C:/x/データ/", text).replace("/", "\\").encode(),
}


@pytest.mark.parametrize("editor", EDITORS)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_lists_saved_by_any_editor_find_names_in_either_form(tmp_path, editor, form):
    for name, of in (("レム", "rem"), ("ガガ 2", "mizuki")):
        fill(tmp_path / unicodedata.normalize(form, f"データ/{name}"), of, 6)
    pictures = next(path for path in tmp_path.iterdir() if path.name.startswith(unicodedata.normalize(form, "デ")))
    lists = make_lists(pictures, tmp_path / "list")
    expected = load_images(pictures, size=16, lists=lists)
    for path in lists.iterdir():
        path.write_bytes(EDITORS[editor](unicodedata.normalize("NFC", path.read_text(encoding="utf-8"))))
    data = load_images(pictures, size=16, lists=lists)
    assert data.classes == expected.classes == ("ガガ 2", "レム")
    assert (data.train.files, data.val.files, data.test.files) == tuple(
        split.files for split in (expected.train, expected.val, expected.test)
    )


NAMES = ["yasuna&sonya", "a b", " blank ", "[x]", "#1", '"quoted"', "tab\there", "line\nbreak", "broken\udc83", "日本", "a\\b"]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_survives_the_lists(tmp_path, name):
    paths = fill(tmp_path / "p" / name, "rem", 6)
    paths[0].rename(paths[0].with_name(f"{name}.png"))
    fill(tmp_path / "p" / "zz", "mizuki", 6)
    data = load_images(tmp_path / "p", size=16, lists=make_lists(tmp_path / "p", tmp_path / "list"))
    assert data.classes == index_folder(tmp_path / "p").classes
    assert f"{name}/{name}.png" in data.train.files + data.val.files + data.test.files
    write_parts(tmp_path / "parts", {f"{name}/{name}.png": "val"})
    assert read_parts(tmp_path / "parts") == {f"{name}/{name}.png": "val"}


NASTY = {  # case: (the list, what is done to its lines, words in the sentence)
    "a picture that is not there": ("test", lambda its: [*its[:2], "rem/99.png"], "test.lst, line 3, names 'rem/99.png'"),
    "after a remark and a blank line": ("train", lambda its: ["# x", "", "rem/99.png", *its], "train.lst, line 3, names"),
    "a file that is no picture": ("train", lambda its: [*its, "rem/notes.txt"], "train.lst, line 33, names 'rem/notes.txt'"),
    "another folder's path": ("train", lambda its: [f"other/{its[0]}", *its[1:]], "train.lst, line 1, names 'other/"),
    "a picture twice": ("train", lambda its: [*its, its[4]], "train.lst, line 33, names 'mizuki/"),
    "twice, written otherwise": ("train", lambda its: [*its, f"./pictures/{its[4]}"], "as line 5 does"),
    "in both lists": ("test", lambda its: [*its, "rem/rem_0.png"], "as train.lst, line"),
    "an unknown class": ("class", lambda its: [*its, "ram"], "class.lst, line 3, names the class 'ram', for which"),
    "a class twice": ("class", lambda its: [its[1], *its], "class.lst, line 3, names the class 'rem', as line 1 does"),
    "one class": ("class", lambda its: its[:1], "names 1 classes"),
    "a class that class.lst has not": ("class", lambda its: ["mizuki", "x"], "class.lst, line 2, names the class 'x'"),
    "a label that class.lst has not": ("train", lambda its: [f"{its[0]}\tram"], "train.lst, line 1, names a picture of"),
    "a class that nobody teaches": ("train", lambda its: [f"{line}\trem" for line in its], "no picture of the class 'mizuki'"),
    "nothing to learn from": ("train", lambda its: [], "train.lst names no picture"),
    "a list of broken letters": ("train", lambda its: ["\udcff\udcfe/\udc81.png"], "train.lst, line 1, names"),
}


@pytest.mark.parametrize("case", NASTY)
def test_a_list_that_is_wrong_says_which_line(two_folders, lists, case):
    name, spoil, told = NASTY[case]
    (two_folders / "rem" / "notes.txt").write_text("x")
    path = lists / f"{name}.lst"
    path.write_text("\n".join(spoil(lines_of(path))), encoding="utf-8", errors="surrogateescape")
    if case == "in both lists" and "rem/rem_0.png" in lines_of(lists / "test.lst")[:-1]:
        pytest.fail("the drawn picture is expected to be one to learn from")
    sentence = wrong(two_folders, lists)
    assert told in sentence
    assert str(lists) in sentence


def test_a_class_left_out_of_class_lst_but_in_the_lists(tmp_path, two_folders, lists):
    fill(two_folders / "stranger", "stranger", 6)
    with (lists / "train.lst").open("a") as file:
        file.write("stranger/stranger_0.png\n")
    assert "line 33, names a picture of the class 'stranger', which class.lst does not have" in wrong(two_folders, lists)


def test_pictures_in_no_list_are_told_with_their_number(two_folders, lists, capsys):
    fill(two_folders / "rem", "rem", 3, first=50)
    fill(two_folders / "stranger", "stranger", 4)
    data = load_images(two_folders, size=16, lists=lists)
    assert data.classes == ("mizuki", "rem")
    (note,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Note:")]
    assert f"7 pictures of {two_folders}" in note
    assert "rem/rem_50.png" in note


def test_missing_lists(two_folders, lists, tmp_path):
    with pytest.raises(AnimelibError, match="no lists in .*make_lists"):
        load_images(two_folders, lists=tmp_path / "nowhere")
    (lists / "test.lst").unlink()
    assert "has no test.lst" in wrong(two_folders, lists)
    with pytest.raises(AnimelibError, match=r"has no test\.lst"):
        make_lists(two_folders, lists)
    (lists / "test.lst").mkdir()
    with pytest.raises(AnimelibError, match=r"test\.lst cannot be read"):
        load_images(two_folders, lists=lists)


def test_lists_go_nowhere_where_they_would_do_harm(two_folders, tmp_path):
    with pytest.raises(AnimelibError, match="taken for a class"):
        make_lists(two_folders, two_folders / "list")
    assert not (two_folders / "list").exists()
    (tmp_path / "file").write_text("x")
    with pytest.raises(AnimelibError, match="No lists can be written"):
        make_lists(two_folders, tmp_path / "file")
    beside = make_lists(two_folders, two_folders)  # as files beside the classes they are in nobody's way
    assert len(load_images(two_folders, size=16, lists=beside).test) == 8


def test_lists_stand_alone(tmp_path, two_folders, lists):
    for also in ({"train": 3}, {"classes": ["rem", "mizuki"]}):
        with pytest.raises(AnimelibError, match="leave train and classes out"):
            load_images(two_folders, lists=lists, **also)
    for part in ("train", "test"):
        for name in ("rem", "mizuki"):
            fill(tmp_path / "divided" / part / name, name, 3)
    for use in (lambda: make_lists(tmp_path / "divided", tmp_path / "l"), lambda: load_images(tmp_path / "divided", lists=lists)):
        with pytest.raises(AnimelibError, match="divided already"):
            use()


def test_ten_thousand_lines_take_no_time(two_folders, lists):
    index = index_folder(two_folders)
    many = [f"rem/{number}.png" for number in range(10_000)]
    index = type(index)(two_folders, index.classes, (*index.files, *many), (*index.labels, *[1] * len(many)), None)
    write_list(lists / "train.lst", [line.name for line in read_list(lists / "train.lst")] + many)
    assert len(follow_lists(index, lists).files) == 10_040
