import errno
import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys
import threading
import time
import unicodedata
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from animelib import staging
from animelib.errors import AnimelibError
from animelib.staging import MARKER, stage, walk


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(staging, "PAUSES", (0.0, 0.0))


@pytest.fixture
def to(tmp_path):
    return tmp_path / "local"


def make(root: Path, *names: str) -> Path:
    """Files below ``root`` whose content is their own name."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name, encoding="utf-8")
    return root


def zipped(path: Path, *names: str) -> Path:
    """A zip whose members' content is their own name."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, name)
    return path


def zipped_raw(path: Path, *names: bytes, flags: int = 0, method: int = 0) -> Path:
    """A stored zip built by hand, its names any bytes with the UTF-8 flag off; the content is the name."""
    body, directory = b"", b""
    for name in names:
        crc, size = zipfile.crc32(name), len(name)
        fields = struct.pack("<HHHHHIIIHH", 20, flags, method, 0, 0x21, crc, size, size, len(name), 0)
        directory += b"PK\1\2" + struct.pack("<H", 20) + fields + struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name
        body += b"PK\3\4" + fields + name + name
    end = struct.pack("<HHHHIIH", 0, 0, len(names), len(names), len(directory), len(body), 0)
    path.write_bytes(body + directory + b"PK\5\6" + end)
    return path


def staged(to: Path) -> list[str]:
    return sorted(path.relative_to(to).as_posix() for path in to.rglob("*") if path.is_file() and path.name != MARKER)


def fingerprint(root: Path) -> dict[str, str]:
    """Every file below ``root``: its content's hash and its time."""
    files = [root] if root.is_file() else [file for file in root.rglob("*") if file.is_file()]
    return {str(file): f"{hashlib.sha256(file.read_bytes()).hexdigest()} {file.stat().st_mtime_ns}" for file in files}


def refused(source: Path, to: Path) -> str:
    """The sentence stage() refuses with; the source is as it was before."""
    before = fingerprint(source) if source.exists() else None
    with pytest.raises(AnimelibError) as error:
        stage(source, to)
    assert (fingerprint(source) if source.exists() else None) == before
    assert "\n" not in str(error.value)
    assert str(error.value).endswith(".")
    return str(error.value)


# ---- folders


def test_a_folder_is_copied_and_the_source_stays_as_it_was(tmp_path, to):
    source = make(tmp_path / "slow", "train/rem/1.png", "train/mizuki/2.png", "test/rem/[3].png")
    before = fingerprint(source)
    assert stage(source, to) == to
    assert staged(to) == ["test/rem/[3].png", "train/mizuki/2.png", "train/rem/1.png"]
    assert (to / "train/rem/1.png").read_text() == "train/rem/1.png"
    assert fingerprint(source) == before


def test_hidden_and_system_entries_stay_behind(tmp_path, to):
    junk = ["a/.ipynb_checkpoints/1.png", "a/._1.png", "__MACOSX/a/1.png", "a/@eaDir/1.png", "a/Thumbs.db", "desktop.ini"]
    stage(make(tmp_path / "slow", "a/1.png", "b/1.png", ".DS_Store", *junk), to)
    assert staged(to) == ["a/1.png", "b/1.png"]


def test_a_second_call_copies_nothing_and_says_so(tmp_path, to, capsys):
    source = make(tmp_path / "slow", "a/1.png", "b/1.png")
    stage(source, to)
    assert capsys.readouterr().out.startswith("2 of 2 files copied")
    inodes = [(to / name).stat().st_ino for name in staged(to)]
    stage(source, to)
    assert capsys.readouterr().out.startswith(f"0 of 2 files copied to {to}; 2 were there already, 0 removed")
    assert inodes == [(to / name).stat().st_ino for name in staged(to)]


def test_new_changed_and_removed_files_follow_the_source(tmp_path, to, capsys):
    source = make(tmp_path / "slow", "a/1.png", "a/2.png", "a/5.png", "gone/3.png", "gone/6.png")
    stage(source, to)
    untouched = (to / "a/1.png").stat().st_ino
    make(source, "b/4.png")
    when = (source / "a/5.png").stat().st_mtime_ns
    (source / "a/2.png").write_text("A/2.PNG")  # the same size: only the time tells
    os.utime(source / "a/2.png", ns=(10**18, 10**18))
    (source / "a/5.png").write_text("longer than it was")  # the same time: only the size tells
    os.utime(source / "a/5.png", ns=(when, when))
    shutil.rmtree(source / "gone")
    (to / "gone/6.png").unlink()
    capsys.readouterr()
    stage(source, to)
    assert staged(to) == ["a/1.png", "a/2.png", "a/5.png", "b/4.png"]
    assert not (to / "gone").exists()
    assert (to / "a/2.png").read_text() == "A/2.PNG"
    assert (to / "a/5.png").read_text() == "longer than it was"
    assert (to / "a/1.png").stat().st_ino == untouched
    assert capsys.readouterr().out.startswith(f"3 of 4 files copied to {to}; 1 were there already, 2 removed")


def test_a_file_that_vanished_from_the_copy_is_brought_again(tmp_path, to):
    source = make(tmp_path / "slow", "a/1.png", "b/2.png")
    stage(source, to)
    (to / "a/1.png").unlink()
    stage(source, to)
    assert staged(to) == ["a/1.png", "b/2.png"]


def test_another_source_replaces_the_first_even_where_size_and_time_agree(tmp_path, to):
    first, second = make(tmp_path / "one", "a/1.png", "b/2.png"), make(tmp_path / "two", "a/1.png")
    (second / "a/1.png").write_text("other!!")
    for file in (first / "a/1.png", second / "a/1.png"):
        os.utime(file, ns=(10**18, 10**18))
    stage(first, to)
    stage(second, to)
    assert staged(to) == ["a/1.png"]
    assert (to / "a/1.png").read_text() == "other!!"


def test_links_are_followed_and_loops_do_not_hang(tmp_path, to):
    outside = make(tmp_path / "shared", "rem/1.png")
    source = make(tmp_path / "slow", "a/2.png")
    (source / "b").symlink_to(outside / "rem")
    (source / "a/up").symlink_to(source)
    (source / "a/far_up").symlink_to(tmp_path)
    (source / "a/me").symlink_to(source / "a/me")
    (source / "a/nowhere").symlink_to(tmp_path / "nothing")
    (outside / "rem/back").symlink_to(source)
    (source / "a/staged").symlink_to(to)
    os.mkfifo(source / "a/pipe.png")
    stage(source, to)
    assert staged(to) == ["a/2.png", "b/1.png"]
    stage(source, to)
    assert staged(to) == ["a/2.png", "b/1.png"]


def test_mac_names_become_nfc_and_none_is_lost_when_two_fall_together(tmp_path, to):
    name = "レポーター/が.png"
    source = make(tmp_path / "slow", unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name), "A.png", "a.png")
    stage(source, to)
    assert len(staged(to)) == 4
    assert all(unicodedata.is_normalized("NFC", file) for file in staged(to))
    assert {file for file in staged(to) if file[0] == "レ"} == {name, "レポーター/が-2.png"}
    assert len({file.casefold() for file in staged(to)}) == 4  # on a disk that does not tell A from a, too


# ---- what is never touched


def test_a_folder_that_stage_did_not_make_is_refused(tmp_path, to):
    source = make(tmp_path / "slow", "a/1.png")
    make(to, "mine.png")
    before = fingerprint(to)
    assert "mine" not in staged(source)
    assert "did not put there" in refused(source, to)
    assert fingerprint(to) == before


def test_an_empty_folder_or_one_with_system_files_only_is_taken(tmp_path, to):
    make(to, ".DS_Store")
    stage(make(tmp_path / "slow", "a/1.png"), to)
    assert (to / "a/1.png").is_file()


def test_a_file_in_the_place_of_the_folder_is_one_sentence(tmp_path, to):
    to.write_text("mine")
    assert "local" in refused(make(tmp_path / "slow", "a/1.png"), to)
    assert to.read_text() == "mine"


def test_strangers_in_the_staged_copy_survive(tmp_path, to):
    source = make(tmp_path / "slow", "a/1.png", "b/2.png")
    stage(source, to)
    make(to, "b/mine.png", "a/3.png")
    shutil.rmtree(source / "b")
    stage(source, to)
    assert staged(to) == ["a/1.png", "a/3.png", "b/mine.png"]
    (source / "a/3.png").write_text("from the source")
    assert "in the way" in refused(source, to)
    assert (to / "a/3.png").read_text() == "a/3.png"


def test_links_in_the_staged_copy_lead_to_no_writing_and_no_removal_outside(tmp_path, to):
    source, mine = make(tmp_path / "slow", "a/1.png", "b/2.png"), make(tmp_path / "mine", "1.png")
    stage(source, to)
    shutil.rmtree(to / "a")
    (to / "a").symlink_to(mine)
    before = fingerprint(mine)
    assert "leads out of" in refused(source, to)
    shutil.rmtree(source / "a")
    assert "leads out of" in refused(source, to)
    assert fingerprint(mine) == before


def test_a_forged_marker_removes_nothing_outside(tmp_path, to):
    source, mine = make(tmp_path / "slow", "a/1.png"), make(tmp_path / "mine", "1.png")
    stage(source, to)
    marker = json.loads((to / MARKER).read_text())
    for name in ("../mine/1.png", str(mine / "1.png"), "a/../../mine/1.png"):
        (to / MARKER).write_text(json.dumps({**marker, "files": [name]}))
        assert "leads out of" in refused(source, to)
    assert (mine / "1.png").exists()


@pytest.mark.parametrize(("source", "to"), [("a", "a"), ("a", "a/b"), ("a/b", "a"), ("link", "a")])
def test_source_and_target_may_not_lie_in_one_another(tmp_path, source, to):
    make(tmp_path, "a/b/1.png")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert "one lies in the other" in refused(tmp_path / source, tmp_path / to)


def test_missing_and_empty_sources_are_one_sentence_and_cost_no_staged_picture(tmp_path, to):
    assert "is not there" in refused(tmp_path / "nothing", to)
    source = make(tmp_path / "slow", "a/1.png")
    stage(source, to)
    (source / "a/1.png").unlink()
    assert "holds no files" in refused(source, to)
    assert staged(to) == ["a/1.png"]


# ---- trouble on the way


def test_flaky_reads_are_tried_again(tmp_path, to, monkeypatch):
    source, failed, real = make(tmp_path / "slow", "a/1.png", "b/2.png"), set(), Path.open

    def flaky(self, mode="r", *args, **kwargs):
        if "slow" in self.parts and self not in failed:
            failed.add(self)
            raise OSError(errno.EIO, "Input/output error")
        return real(self, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", flaky)
    stage(source, to)
    assert staged(to) == ["a/1.png", "b/2.png"]
    assert len(failed) == 2


def test_a_file_that_stays_unreadable_is_named_and_the_rest_is_kept_for_the_next_call(tmp_path, to, monkeypatch, capsys):
    source = make(tmp_path / "slow", "a/1.png", "b/2.png", "c/3.png")
    real = shutil.copyfileobj

    def broken(file, *arguments):
        if str(file.name).endswith("2.png"):
            time.sleep(0.1)  # the others are through by then
            raise OSError(errno.EIO, "Input/output error")
        real(file, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfileobj", broken)
        assert "b/2.png could not be read" in refused(source, to)
    assert staged(to) == ["a/1.png", "c/3.png"]
    stage(source, to)
    assert "1 of 3 files copied" in capsys.readouterr().out


def test_a_listing_that_fails_is_one_sentence_and_removes_nothing(tmp_path, to, monkeypatch):
    source = make(tmp_path / "slow", "a/1.png")
    stage(source, to)
    real = staging._entries

    def timed_out(folder):
        if folder == source / "a":
            raise OSError(errno.EIO, "Input/output error")
        return real(folder)

    monkeypatch.setattr(staging, "_entries", timed_out)
    assert f"{source / 'a'} could not be read" in refused(source, to)
    assert staged(to) == ["a/1.png"]


def test_a_short_read_does_not_pass_for_a_picture(tmp_path, to, monkeypatch):
    source = make(tmp_path / "slow", "a/1.png")
    monkeypatch.setattr(shutil, "copyfileobj", lambda source, copy, size: copy.write(source.read(3)))
    assert "another size" in refused(source, to)
    assert staged(to) == []


def test_too_little_space_is_told_before_anything_is_written(tmp_path, to, monkeypatch):
    archive = zipped(tmp_path / "bomb.zip", "a/1.png", "a/2.png")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(100, 87, 13))  # each needs 7 bytes
    assert "MB left" in refused(archive, to)
    assert staged(to) == []


def test_a_disk_that_runs_full_is_one_sentence(tmp_path, to, monkeypatch):
    tries = []

    def full(*_):
        tries.append(1)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    assert "no space left" in refused(make(tmp_path / "slow", "a/1.png"), to)
    assert len(tries) == 1  # nobody waits for a disk to become empty


def test_a_drive_that_has_gone_is_one_sentence(tmp_path, to, monkeypatch):
    def gone(path, **_):
        raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")

    monkeypatch.setattr(Path, "exists", gone)
    with pytest.raises(AnimelibError, match="Transport endpoint"):
        stage(tmp_path / "slow", to)


def test_a_stop_in_the_middle_cancels_the_queue_and_the_next_call_goes_on(tmp_path, to, monkeypatch, capsys):
    source = make(tmp_path / "slow", *(f"a/{n}.png" for n in range(400)))
    real, lock, calls = staging._fetch, threading.Lock(), []

    def stopped(*arguments):
        with lock:
            calls.append(arguments)
            if len(calls) == 20:
                raise KeyboardInterrupt
        time.sleep(0.02)
        real(*arguments)

    monkeypatch.setattr(staging, "_fetch", stopped)
    with pytest.raises(KeyboardInterrupt):
        stage(source, to)
    done = len(staged(to))
    assert 0 < done < 350
    monkeypatch.setattr(staging, "_fetch", real)
    stage(source, to)
    assert f"{400 - done} of 400 files copied to {to}; {done} were there already" in capsys.readouterr().out
    assert all((to / name).read_text() == name for name in staged(to))


def test_a_killed_session_is_continued_and_leaves_nothing_behind(tmp_path, to):
    source = make(tmp_path / "slow", *(f"a/{n}.png" for n in range(40)))
    script = (
        "import os, shutil, sys; from animelib import staging; real = shutil.copyfileobj; staging.THREADS = 1; seen = []\n"
        "def copy(*a):\n    seen.append(1)\n    len(seen) == 20 and os._exit(9)\n    real(*a)\n"
        "shutil.copyfileobj = copy; staging.stage(*sys.argv[1:])"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(source), str(to)], capture_output=True)
    assert killed.returncode == 9, killed.stderr
    assert len(list((to / staging.PARTS).iterdir())) == 1
    assert len([name for name in staged(to) if name.startswith("a/")]) == 19
    stage(source, to)
    assert staged(to) == sorted(f"a/{n}.png" for n in range(40))
    assert not (to / staging.PARTS).exists()


# ---- the folder that holds the pictures

LAYOUTS = [
    (["pair/train/rem/1.png", "pair/test/rem/2.png"], "pair"),
    (["pair/train/rem/1.png"], "pair"),
    (["train/rem/1.png", "train/mizuki/1.png"], "."),
    (["Train/rem/1.png"], "."),
    (["rem/1.png"], "."),
    (["rem/1.heic"], "."),
    (["rem/1.png", "rem/dress/2.png"], "."),
    (["pair/rem/1.png", "pair/mizuki/1.png"], "pair"),
    (["pair/README.txt", "pair/rem/1.png"], "pair"),
    (["README.txt", "pair/rem/1.png"], "."),
    (["download/pair/rem/1.png", "download/pair/mizuki/1.png"], "download/pair"),
    (["faces/boxes.csv", "faces/images/1.png"], "faces"),
    (["rem/1.png", "mizuki/1.png"], "."),
    (["1.png"], "."),
    (["__MACOSX/pair/rem/._1.png", "pair/rem/1.png", "pair/.DS_Store"], "pair"),
]


@pytest.mark.parametrize(("names", "inner"), LAYOUTS)
def test_only_a_folder_that_merely_wraps_is_unwrapped(tmp_path, names, inner):
    assert stage(make(tmp_path / "slow", *names), tmp_path / "a") == tmp_path / "a" / inner
    assert stage(zipped(tmp_path / "x.zip", *names), tmp_path / "b") == tmp_path / "b" / inner


# ---- zip files


def test_a_zip_is_unpacked_once_and_again_when_it_changes(tmp_path, to, capsys):
    archive = zipped(tmp_path / "x.zip", "rem/1.png", "mizuki/2.png")
    before = fingerprint(archive)
    stage(archive, to)
    assert (to / "rem/1.png").read_text() == "rem/1.png"
    inode = (to / "rem/1.png").stat().st_ino
    stage(archive, to)
    assert "0 of 2 files copied" in capsys.readouterr().out
    assert (to / "rem/1.png").stat().st_ino == inode
    assert fingerprint(archive) == before
    when = archive.stat().st_mtime_ns
    zipped(archive, "rem/1.png", "new/3.png")
    os.utime(archive, ns=(when + 10**9, when + 10**9))
    stage(archive, to)
    assert staged(to) == ["new/3.png", "rem/1.png"]


def test_a_changed_zip_of_the_same_time_is_unpacked_anew(tmp_path, to):
    archive = zipped(tmp_path / "x.zip", "rem/1.png")
    os.utime(archive, ns=(10**18, 10**18))
    stage(archive, to)
    with zipfile.ZipFile(archive, "w") as changed:
        changed.writestr("rem/1.png", "REM/1.PNG")
        changed.writestr("rem/2.png", "rem/2.png")
    os.utime(archive, ns=(10**18, 10**18))
    stage(archive, to)
    assert (to / "rem/1.png").read_text() == "REM/1.PNG"


def test_an_interrupted_unpacking_is_continued(tmp_path, to, monkeypatch, capsys):
    archive, real, calls = zipped(tmp_path / "x.zip", *(f"a/{n}.png" for n in range(10))), staging._fetch, []

    def stopped(*arguments):
        calls.append(arguments)
        if len(calls) == 6:
            raise KeyboardInterrupt
        real(*arguments)

    monkeypatch.setattr(staging, "_fetch", stopped)
    with pytest.raises(KeyboardInterrupt):
        stage(archive, to)
    monkeypatch.setattr(staging, "_fetch", real)
    done = len(staged(to))
    assert 5 <= done < 10
    stage(archive, to)
    assert f"{10 - done} of 10 files copied" in capsys.readouterr().out
    assert len(staged(to)) == 10


NAMES = ["表情/ソ連.png", "能登/レム ちゃん.png", "ﾚﾑ/1.png", "雪/1.png"]


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_japanese_names_without_the_flag_are_read_as_they_were_meant(tmp_path, to, encoding):
    stage(zipped_raw(tmp_path / "x.zip", *(name.encode(encoding) for name in NAMES)), to)
    assert staged(to) == sorted(NAMES)
    assert (to / "表情/ソ連.png").read_bytes() == "表情/ソ連.png".encode(encoding)


def test_utf8_names_that_could_be_read_as_cp932_too_are_utf8(tmp_path, to):
    assert "綾波".encode().decode("cp932") == "邯ｾ豕｢"
    stage(zipped_raw(tmp_path / "x.zip", "綾波/1.png".encode()), to)
    assert staged(to) == ["綾波/1.png"]


def test_japanese_names_with_the_flag_are_read_too(tmp_path, to):
    stage(zipped(tmp_path / "x.zip", *NAMES), to)
    assert staged(to) == sorted(NAMES)


@pytest.mark.parametrize("name", ["Pokémon/1.png", "a/schön.png", "Müller/1.png", "España/1.png"])
def test_european_names_do_not_turn_japanese(tmp_path, to, name):
    stage(zipped_raw(tmp_path / "x.zip", name.encode("cp437"), b"b/2.png"), to)
    assert staged(to) == sorted([name, "b/2.png"])


def test_mac_names_in_a_zip_become_nfc_and_none_is_lost(tmp_path, to):
    name = "が/ぱ.png"
    stage(zipped(tmp_path / "x.zip", unicodedata.normalize("NFD", name), name, "が/ぱ-2.png", "a.png", "A.png"), to)
    assert len({file.casefold() for file in staged(to)}) == 5
    assert name in staged(to)
    contents = {(to / file).read_text() for file in staged(to)}
    assert contents == {unicodedata.normalize("NFD", name), name, "が/ぱ-2.png", "a.png", "A.png"}


def test_a_name_ends_at_its_nul_byte(tmp_path, to):
    stage(zipped_raw(tmp_path / "x.zip", b"a/1.png\0.exe", b"b/2.png"), to)
    assert staged(to) == ["a/1.png", "b/2.png"]


def test_backslashes_of_windows_are_folders(tmp_path, to):
    stage(zipped_raw(tmp_path / "x.zip", b"train\\", b"train\\rem\\1.png", "train\\表\\1.png".encode("cp932")), to)
    assert staged(to) == ["train/rem/1.png", "train/表/1.png"]


def test_system_entries_and_links_in_a_zip_stay_behind(tmp_path, to):
    archive = zipped(tmp_path / "x.zip", "a/1.png", "b/1.png", "__MACOSX/a/._1.png", "a/.DS_Store", "b/Thumbs.db")
    link = zipfile.ZipInfo("a/link.png")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(archive, "a") as opened:
        opened.writestr(link, "/etc/passwd")
    stage(archive, to)
    assert staged(to) == ["a/1.png", "b/1.png"]


OUTSIDE = [b"../x.png", b"a/../../x.png", b"/tmp/x.png", b"..\\x.png", b"C:\\x.png", b"c:/x.png", b"\\x.png"]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_zip_that_reaches_outside_is_refused_before_anything_is_unpacked(tmp_path, to, name):
    archive = zipped_raw(tmp_path / "x.zip", b"a/1.png", name)
    assert "outside its folder" in refused(archive, to)
    assert not to.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.zip"]


def test_a_locked_zip_is_one_sentence(tmp_path, to):
    assert "password" in refused(zipped_raw(tmp_path / "x.zip", b"a/1.png", flags=1), to)


def test_a_zip_packed_in_an_unknown_way_is_one_sentence(tmp_path, to):
    assert "cannot unpack" in refused(zipped_raw(tmp_path / "x.zip", b"a/1.png", method=9), to)  # Deflate64, of Windows


NO_ZIPS = [
    (b"\n<!DOCTYPE html><html><title>Google Drive - Virus scan warning", "web page"),
    (b"\xef\xbb\xbf<HTML>", "web page"),
    (b"Rar!\x1a\x07\x01\x00", "rar archive"),
    (b"7z\xbc\xaf\x27\x1c", "7z archive"),
    (b"\x89PNG\r\n\x1a\n", "not a zip"),
    (b"", "not a zip"),
]


@pytest.mark.parametrize(("content", "sentence"), NO_ZIPS)
def test_what_is_no_zip_is_called_what_it_is(tmp_path, to, content, sentence):
    (tmp_path / "x.zip").write_bytes(content)
    assert sentence in refused(tmp_path / "x.zip", to)
    assert not to.exists()


def test_a_truncated_zip_is_one_sentence(tmp_path, to):
    archive = zipped(tmp_path / "x.zip", "a/1.png", "b/2.png")
    archive.write_bytes(archive.read_bytes()[:-30])
    assert "not loaded to its end" in refused(archive, to)


def test_a_zip_with_a_damaged_picture_is_one_sentence_and_gives_no_damaged_picture(tmp_path, to):
    archive = zipped(tmp_path / "x.zip", "a/1.png")
    archive.write_bytes(archive.read_bytes().replace(b"a/1.png", b"a/1.png", 1).replace(b"a/1.pnga/1.png", b"a/1.pngA/1.png", 1))
    assert "broken" in refused(archive, to)
    assert staged(to) == []


def test_any_flipped_byte_of_a_zip_gives_a_sentence_at_most(tmp_path, monkeypatch):
    monkeypatch.setattr(staging, "tqdm", lambda jobs, **_: jobs)
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("雪/1.png", "abc" * 20)
        archive.writestr("b/2.png", "abc" * 20, zipfile.ZIP_LZMA)
    data = (tmp_path / "x.zip").read_bytes()
    for place in range(len(data)):
        (tmp_path / "x.zip").write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        with suppress(AnimelibError):
            stage(tmp_path / "x.zip", tmp_path / "copies" / str(place))
    assert {path.read_text() for path in tmp_path.rglob("*.png") if path.is_file()} <= {"abc" * 20}


def test_walking_gives_files_in_order(tmp_path):
    make(tmp_path, "b/2.png", "a/1.png", "c.png")
    assert [path.name for path, _ in walk(tmp_path)] == ["1.png", "2.png", "c.png"]
