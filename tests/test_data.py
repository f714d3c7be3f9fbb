"""Pictures become arrays once, parts keep duplicates together, and whatever changes on disk is noticed."""

import numpy as np
import pytest
from conftest import face, fill

from animelib import data as data_module
from animelib import words
from animelib.data import Split, decode, load_images, pooled, some_of_each
from animelib.errors import AnimelibError
from animelib.folders import to_array
from animelib.lab import open_lab
from animelib.lists import read_parts


def all_files(data) -> tuple[str, ...]:
    return data.train.files + data.val.files + data.test.files


def test_every_picture_is_in_one_part_with_its_label_and_pixels(two_folders):
    data = load_images(two_folders, size=32)
    assert sorted(all_files(data)) == sorted(f"{n}/{n}_{i}.png" for n in ("mizuki", "rem") for i in range(20))
    for split in (data.train, data.val, data.test):
        assert np.bincount(split.labels).tolist() == [len(split) // 2] * 2  # each class in the same proportion
        for image, label, file in zip(split.images, split.labels, split.files, strict=True):
            assert file.startswith(data.classes[label])
            assert np.array_equal(image, to_array(two_folders / file, 32))
    assert (len(data.train), len(data.val), len(data.test)) == (28, 6, 6)
    assert isinstance(data.train.images.base, np.memmap)


def test_division_is_saved_reused_and_made_anew_when_the_folder_changes(two_folders, capsys):
    first = load_images(two_folders, size=16)
    assert load_images(two_folders, size=32).test.files == first.test.files
    assert load_images(two_folders, size=16, seed=1).test.files != first.test.files
    lists = sorted((open_lab(two_folders.name, "folder", folder=two_folders).runs / "lists").iterdir())
    assert set(read_parts(lists[0])) == set(all_files(first))
    fill(two_folders / "rem", "rem", 1, first=20)
    assert len(all_files(load_images(two_folders, size=16))) == 41
    assert "divided anew" in capsys.readouterr().out
    assert any("old1" in path.name for path in lists[0].parent.iterdir())


def test_a_list_edited_by_hand_and_saved_by_notepad_is_followed(two_folders):
    data = load_images(two_folders, size=16)
    folder = next((open_lab(two_folders.name, "folder", folder=two_folders).runs / "lists").iterdir())
    moved = data.test.files[0]
    for part in ("train", "test"):
        lines = (folder / f"{part}.txt").read_text().splitlines()
        lines = [*lines, moved] if part == "train" else [line for line in lines if line != moved]
        (folder / f"{part}.txt").write_text("\r\n".join(lines), encoding="utf-8-sig")
    assert moved in load_images(two_folders, size=16).train.files


def test_divided_folders_stay_as_they_are(tmp_path):
    for part, count in (("train", 5), ("validation", 2)):
        for name in ("rem", "mizuki"):
            fill(tmp_path / "p" / part / name, name, count, first=count * 10)
    data = load_images(tmp_path / "p", size=16)
    assert (len(data.train), len(data.val), len(data.test)) == (10, 4, 0)
    assert all(file.startswith("validation/") for file in data.val.files)


def test_unreadable_pictures_are_left_out_and_named(two_folders, capsys):
    (two_folders / "rem" / "rem_3.png").write_bytes(b"<html>")
    (two_folders / "rem" / "rem_4.png").write_bytes((two_folders / "rem" / "rem_5.png").read_bytes()[:300])
    for _ in range(2):  # told each time, also when the cache knows
        data = load_images(two_folders, size=16)
        told = capsys.readouterr().out
        assert "rem_3.png" in told
        assert "rem_4.png" in told
        assert len(all_files(data)) == 38
        assert len(data.train.images) == len(data.train.files)
    assert (two_folders / "rem" / "rem_3.png").exists()


def test_a_class_of_broken_pictures_only_is_one_sentence(two_folders):
    for path in (two_folders / "rem").iterdir():
        path.write_bytes(b"")
    with pytest.raises(AnimelibError, match="'rem' .* no readable picture"):
        load_images(two_folders, size=16)


def test_only_what_changed_is_decoded_again(two_folders, monkeypatch):
    opened = []
    plain = data_module.folders.to_array
    monkeypatch.setattr(data_module.folders, "to_array", lambda path, size: opened.append(path.name) or plain(path, size))
    files = sorted(path.relative_to(two_folders).as_posix() for path in two_folders.rglob("*.png"))
    decode(two_folders, files, 16)
    assert len(opened) == 40
    opened.clear()
    face("mizuki", 77).save(two_folders / "rem" / "rem_3.png")
    images, kept = decode(two_folders, files[::-1], 16)
    assert opened == ["rem_3.png"]
    for image, file in zip(images, kept, strict=True):
        assert np.array_equal(image, plain(two_folders / file, 16))


@pytest.mark.parametrize("harm", ["cut", "junk", "gone", "index"])
def test_a_broken_cache_is_built_again(two_folders, home, harm):
    before = load_images(two_folders, size=16)
    expected = before.train.images.copy()
    (array,) = (home / "cache").rglob("*.npy")
    if harm == "cut":
        array.write_bytes(array.read_bytes()[:500])
    elif harm == "junk":
        array.write_bytes(b"junk")
    elif harm == "gone":
        array.unlink()
    else:
        (array.parent / "index.json").write_text('{"rows": 3')
    assert np.array_equal(load_images(two_folders, size=16).train.images, expected)


def test_parts_that_lie_one_behind_the_other_are_pooled_without_a_copy():
    whole = np.random.default_rng(0).integers(0, 256, (10, 4, 4, 3), dtype=np.uint8)
    parts = [Split(whole[a:b], np.arange(a, b), tuple(map(str, range(a, b)))) for a, b in ((0, 6), (6, 10), (7, 10))]
    pool = pooled(parts[0], parts[1])
    assert np.shares_memory(pool.images, whole)
    assert np.array_equal(pool.images, whole)
    assert np.array_equal(pooled(parts[0], parts[2]).images, whole[[0, 1, 2, 3, 4, 5, 7, 8, 9]])
    assert np.array_equal(pooled(parts[1], parts[0]).images, whole[[6, 7, 8, 9, 0, 1, 2, 3, 4, 5]])


def test_so_many_of_each_class_others_by_seed_and_the_larger_choice_holds_the_smaller():
    labels = np.tile([0, 1, 2], 20)
    split = Split(np.zeros((60, 4, 4, 3), np.uint8), labels, tuple(map(str, range(60))))
    first, other, more = some_of_each(split, 10, 0), some_of_each(split, 10, 1), some_of_each(split, 15, 0)
    assert np.bincount(first.labels).tolist() == [10, 10, 10]
    assert set(first.files) != set(other.files)
    assert set(first.files) < set(more.files)
    assert len(some_of_each(split, 100, 0)) == 60


def test_notes_are_in_the_language_of_the_notebook(two_folders, capsys):
    (two_folders / "rem" / "phone.heic").write_bytes(b"x")
    (two_folders / "rem" / "broken.png").write_bytes(b"x")
    face("rem", 9).save(two_folders / "loose.png")
    words.use_language("ja")
    load_images(two_folders, size=16)
    fill(two_folders / "rem", "rem", 1, first=90)
    load_images(two_folders, size=16)  # divided anew
    told = capsys.readouterr().out
    assert "Note" not in told
    assert "Left out" not in told
    assert told.count("お知らせ：") == 5
    assert told.count("使わない画像：") == 2
