"""What is moved away comes back exactly, whatever happens on the way."""

import errno
import json
import os
import shutil
from pathlib import Path

import pytest
from conftest import face

from animelib import isolation
from animelib.checkup import UNREADABLE, doctor
from animelib.data import load_images
from animelib.errors import AnimelibError
from animelib.isolation import quarantine, restore

BAD = {"rem/deep/empty.png", "rem/page.jpg", "mizuki/cut [1].png", "mizuki/new\nline.png"}


class Stop(BaseException):
    """Somebody pulls the plug."""


def stop(*_, **__):
    raise Stop


def contents(folder: Path) -> dict[str, tuple]:
    files = {path: path.stat() for path in folder.rglob("*") if path.is_file()}
    return {path.relative_to(folder).as_posix(): (path.read_bytes(), s.st_mtime_ns, s.st_mode) for path, s in files.items()}


@pytest.fixture
def ill(two_folders) -> Path:
    """A folder with four files that cannot be read and one copy."""
    (two_folders / "rem" / "deep").mkdir()
    (two_folders / "rem" / "deep" / "empty.png").write_bytes(b"")
    (two_folders / "rem" / "page.jpg").write_text("<html>404</html>")
    (two_folders / "mizuki" / "cut [1].png").write_bytes((two_folders / "rem" / "rem_1.png").read_bytes()[:300])
    (two_folders / "mizuki" / "new\nline.png").write_bytes(b"x")
    shutil.copy(two_folders / "rem" / "rem_1.png", two_folders / "rem" / "rem_copy.png")
    os.utime(two_folders / "rem" / "page.jpg", (1e9, 1e9))
    (two_folders / "rem" / "page.jpg").chmod(0o640)
    return two_folders


def test_unreadable_files_go_and_come_back_exactly(ill, capsys):
    before = contents(ill)
    moved = quarantine(doctor(ill))
    assert set(moved.moved) == BAD
    assert moved.folder == ill.with_name("pictures-quarantine")
    assert f"Moved to {moved.folder}: 4." in str(moved)
    assert set(contents(ill)) == set(before) - BAD
    manifest = json.loads((moved.folder / "manifest.json").read_text())
    assert {entry["from"]: entry["why"] for entry in manifest["files"]}["rem/page.jpg"] == "web_page"
    assert not [finding for finding in doctor(ill).findings if finding.kind in UNREADABLE]
    assert set(restore(ill)) == BAD
    assert contents(ill) == before
    assert not moved.folder.exists()
    assert "Back in" in capsys.readouterr().out


def test_chosen_kinds_and_chosen_files(ill):
    before = contents(ill)
    assert quarantine(doctor(ill), ["copies"]).moved == ("rem/rem_copy.png",)  # of two the first stays
    assert quarantine(ill, files=["rem/rem_2.png", str(ill / "rem" / "rem_3.png")]).moved == ("rem/rem_2.png", "rem/rem_3.png")
    assert len(restore(ill)) == 3
    assert contents(ill) == before


def test_twice_in_a_row_and_a_new_file_of_the_same_name(ill, capsys):
    first = doctor(ill)
    assert len(quarantine(first).moved) == 4
    assert quarantine(first).moved == ()  # the checkup is older than the folder
    (ill / "rem" / "page.jpg").write_text("<html>500</html>")
    assert quarantine(ill).moved == ("rem/page.jpg",)
    assert (ill.with_name("pictures-quarantine") / "rem" / "page-2.jpg").read_text() == "<html>500</html>"
    assert len(restore(ill)) == 4  # both of one name cannot go back
    assert (ill / "rem" / "page.jpg").read_text() == "<html>404</html>"
    assert "places are taken: 1 (rem/page.jpg)" in capsys.readouterr().out
    (ill / "rem" / "page.jpg").unlink()
    assert restore(ill) == ("rem/page.jpg",)


def test_a_place_that_is_taken_is_left_alone(ill, capsys):
    quarantine(ill)
    face("rem", 90).save(ill / "rem" / "page.jpg")
    fresh = (ill / "rem" / "page.jpg").read_bytes()
    assert set(restore(ill)) == BAD - {"rem/page.jpg"}
    assert (ill / "rem" / "page.jpg").read_bytes() == fresh
    assert (ill.with_name("pictures-quarantine") / "rem" / "page.jpg").read_text() == "<html>404</html>"
    assert len([line for line in capsys.readouterr().out.splitlines() if line.startswith("Left in")]) == 1


@pytest.mark.parametrize("after", range(5))
@pytest.mark.parametrize("disks", [1, 2])
def test_an_interruption_loses_nothing(ill, monkeypatch, after, disks):
    before, done = contents(ill), []
    two_disks(monkeypatch, disks)
    plain = isolation._move

    def move(source, target):
        if len(done) == after:
            raise Stop
        done.append(plain(source, target))

    monkeypatch.setattr(isolation, "_move", move)
    if after < 4:
        with pytest.raises(Stop):
            quarantine(ill)
    else:
        quarantine(ill)
    done.clear()
    if after < 3:
        with pytest.raises(Stop):  # the way back is interrupted too
            restore(ill), quarantine(ill), restore(ill)
    monkeypatch.setattr(isolation, "_move", plain)
    quarantine(ill)
    restore(ill)
    assert contents(ill) == before
    assert not ill.with_name("pictures-quarantine").exists()


def two_disks(monkeypatch, disks: int) -> None:
    def refuse(source, target):
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    if disks == 2:
        monkeypatch.setattr(Path, "rename", refuse)


def test_to_another_disk_and_back(ill, monkeypatch):
    two_disks(monkeypatch, 2)
    (ill / "rem" / "dead.png").symlink_to("gone.png")
    before = contents(ill)
    assert len(quarantine(ill).moved) == 5
    assert not (ill / "rem" / "dead.png").is_symlink()
    restore(ill)
    assert contents(ill) == before
    assert os.readlink(ill / "rem" / "dead.png") == "gone.png"


def test_stopped_between_copy_and_removal(ill, monkeypatch):
    before = contents(ill)
    two_disks(monkeypatch, 2)
    plain = Path.unlink
    monkeypatch.setattr(Path, "unlink", lambda path, **k: plain(path, **k) if path.name.startswith(".") else stop())
    with pytest.raises(Stop):
        quarantine(ill)
    monkeypatch.undo()
    quarantine(ill)
    restore(ill)
    assert contents(ill) == before
    assert not ill.with_name("pictures-quarantine").exists()


def test_what_is_wrong_is_one_sentence(ill, tmp_path):
    cases = [
        (lambda: quarantine(ill, ["nonsense"]), "list of these"),
        (lambda: quarantine(ill, "copies"), "list of these"),
        (lambda: quarantine(ill, files=["gone.png"]), "There is no file"),
        (lambda: quarantine(ill, files=["../other.png"]), "outside"),
        (lambda: quarantine(ill, files=["rem"]), "There is no file"),
        (lambda: quarantine(ill / "rem" / "deep", files=["empty.png"]), "no class folders"),
        (lambda: restore(ill), "There is no quarantine"),
        (lambda: quarantine(tmp_path / "gone"), "There is no folder"),
    ]
    for act, words_in_it in cases:
        with pytest.raises(AnimelibError, match=words_in_it) as error:
            act()
        assert "\n" not in str(error.value)
    assert not ill.with_name("pictures-quarantine").exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"files": [{"from": "../../x", "to": "a", "why": ""}]}', '{"files": [{}]}'])
def test_a_broken_manifest_is_one_sentence_and_nothing_moves(ill, text):
    aside = quarantine(ill).folder
    before = contents(aside)
    (aside / "manifest.json").write_text(text)
    for act in (lambda: restore(ill), lambda: quarantine(ill, files=["rem/rem_1.png"])):
        with pytest.raises(AnimelibError, match="is broken"):
            act()
    assert len(contents(aside)) == len(before)
    assert (ill / "rem" / "rem_1.png").exists()


def test_loading_goes_on_without_what_was_moved(ill, capsys):
    quarantine(ill)
    data = load_images(ill, size=16)
    assert len(data.train) + len(data.val) + len(data.test) == 41
    assert "Left out" not in capsys.readouterr().out
