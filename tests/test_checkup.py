"""The doctor finds what was put there and nothing else; what is moved away comes back exactly, whatever happens on the way."""

import errno
import json
import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import face, fill
from PIL import Image, ImageEnhance

from animelib import checkup as module
from animelib import words
from animelib.checkup import KINDS, UNREADABLE, doctor, quarantine, restore
from animelib.data import load_images
from animelib.errors import AnimelibError
from animelib.lab import open_lab


@pytest.fixture(autouse=True)
def _english():
    yield
    words.use_language("en")


@pytest.fixture
def healthy(tmp_path) -> Path:
    """Two classes of twenty pictures of 96 pixels, with which nothing is wrong."""
    for name in ("rem", "mizuki"):
        (tmp_path / "p" / name).mkdir(parents=True)
        for number in range(20):
            face(name, number, 96).save(tmp_path / "p" / name / f"{number}.png")
    return tmp_path / "p"


def kinds(folder: Path) -> list[str]:
    return [finding.kind for finding in doctor(folder).findings]


def contents(folder: Path) -> dict[str, tuple]:
    files = {path: path.stat() for path in folder.rglob("*") if path.is_file()}
    return {path.relative_to(folder).as_posix(): (path.read_bytes(), s.st_mtime_ns, s.st_mode) for path, s in files.items()}


class TestDoctor:
    def test_a_healthy_folder_is_one_friendly_sentence(self, healthy):
        checkup = doctor(healthy)
        assert str(checkup) == "All well: 40 pictures in 2 classes, and nothing to complain about."
        assert checkup.counts == {("mizuki", "train"): 20, ("rem", "train"): 20}
        lab = open_lab("x", "folder", folder=healthy)
        assert str(doctor(lab)) == str(checkup)

    def test_copies_in_a_class_in_two_classes_and_in_two_parts(self, tmp_path):
        for part in ("train", "test"):
            for name in ("rem", "mizuki"):
                fill(tmp_path / "p" / part / name, name, 20, first=100 * (part == "test"))
        train, test = tmp_path / "p" / "train", tmp_path / "p" / "test"
        shutil.copy(train / "rem" / "rem_1.png", train / "rem" / "copy.png")
        shutil.copy(train / "rem" / "rem_2.png", test / "rem" / "a.png")
        shutil.copy(train / "rem" / "rem_3.png", train / "mizuki" / "b.png")
        Image.open(train / "rem" / "rem_4.png").save(train / "rem" / "near.jpg")
        ImageEnhance.Color(Image.open(train / "rem" / "rem_5.png")).enhance(0.2).save(test / "rem" / "near.png")
        Image.open(train / "rem" / "rem_6.png").transpose(0).save(test / "mizuki" / "near.png")
        checkup = doctor(tmp_path / "p")
        expected = {
            "copies_across_parts": ("train/rem/rem_2.png", "test/rem/a.png"),
            "copies_across_classes": ("train/mizuki/b.png", "train/rem/rem_3.png"),
            "copies": ("train/rem/copy.png", "train/rem/rem_1.png"),
            "alike": ("train/rem/near.jpg", "train/rem/rem_4.png"),
            "alike_across_parts": ("train/rem/rem_5.png", "test/rem/near.png"),
            "alike_across_classes": ("train/rem/rem_6.png", "test/mizuki/near.png"),
        }
        assert {kind: checkup.of(kind).groups for kind in expected} == {kind: (group,) for kind, group in expected.items()}
        assert checkup.of("copies_across_parts").movable == ("test/rem/a.png",)

    def test_imbalance_and_too_few(self, healthy):
        fill(healthy / "ram", "stranger", 6)
        checkup = doctor(healthy)
        assert "ram 6" in checkup.of("few").sentence
        assert "mizuki has 3.3 times as many pictures as ram" in checkup.of("imbalance").sentence

    def test_tiny_stretched_and_mixed_sizes(self, healthy):
        face("rem", 50, 300).resize((30, 30)).save(healthy / "rem" / "tiny.png")
        face("rem", 51, 300).resize((700, 200)).save(healthy / "rem" / "wide.png")
        checkup = doctor(healthy)
        assert checkup.of("tiny").files == ("rem/tiny.png",)
        assert checkup.of("stretched").files == ("rem/wide.png",)
        assert checkup.of("sizes") is None
        for number in range(10):
            face("rem", 60 + number, 500).save(healthy / "rem" / f"large{number}.png")
        assert "from 30 to 500" in doctor(healthy).of("sizes").sentence

    def test_findings_stand_the_worst_first_and_each_says_what_to_do(self, healthy):
        (healthy / "rem" / "e.png").write_bytes(b"")
        (healthy / "rem" / "notes.txt").write_text("x")
        (healthy / "ram").mkdir()
        fill(healthy / "rem" / ".ipynb_checkpoints", "rem", 1)
        assert kinds(healthy) == ["layout", "empty", "hidden", "other_kinds"]
        for language in words.LANGUAGES:
            words.use_language(language)
            checkup = doctor(healthy)
            assert len(str(checkup).splitlines()) == 5
            for finding in checkup.findings:
                assert finding.advice in str(checkup)
                assert finding.sentence != finding.advice

    def test_every_kind_speaks_both_languages(self):
        values = dict.fromkeys(("reason", "most", "table", "least", "limit", "largest", "smallest", "ratio"), "7")
        for kind in KINDS:
            finding = module.Finding(kind, (("a\n.png", "b.png"),), values)
            for language in words.LANGUAGES:
                words.use_language(language)
                assert finding.sentence
                assert finding.advice
                assert "\n" not in finding.sentence + finding.advice

    def test_page_shows_few_pictures_and_escapes_names(self, tmp_path):
        for name, drawn in (("yasuna&<sonya>", "rem"), ("mizuki", "mizuki")):
            fill(tmp_path / "p" / name, drawn, 25)
        page = doctor(tmp_path / "p")._repr_html_()  # 48 pixels are tiny
        assert page.count("<img") == 8
        assert "and 42 more" in page
        assert "yasuna&amp;&lt;sonya&gt;" in page
        assert "<sonya>" not in page

    def test_nothing_is_changed_and_each_picture_is_read_once(self, healthy, monkeypatch):
        before, read = contents(healthy), []
        plain = Path.read_bytes
        monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path.name) or plain(path))
        doctor(healthy)
        monkeypatch.undo()
        assert len(read) == 40
        assert contents(healthy) == before

    def test_no_folder_is_one_sentence(self, tmp_path):
        with pytest.raises(AnimelibError, match="There is no folder"):
            doctor(tmp_path / "gone")

    def test_a_thousand_pictures_take_seconds(self, tmp_path):
        noise = np.random.default_rng(0)
        for number in range(1000):
            picture = Image.fromarray(noise.integers(0, 256, (9, 9, 3), dtype=np.uint8)).resize((128, 128))
            (tmp_path / "p" / str(number % 2)).mkdir(parents=True, exist_ok=True)
            picture.save(tmp_path / "p" / str(number % 2) / f"{number}.jpg")
        start = time.perf_counter()
        assert kinds(tmp_path / "p") == []
        assert time.perf_counter() - start < 10


class Stop(BaseException):
    """Somebody pulls the plug."""


class TestQuarantine:
    @pytest.fixture
    def ill(self, healthy) -> Path:
        """A folder with four files that cannot be read and one copy."""
        (healthy / "rem" / "deep").mkdir()
        (healthy / "rem" / "deep" / "empty.png").write_bytes(b"")
        (healthy / "rem" / "page.jpg").write_text("<html>404</html>")
        (healthy / "mizuki" / "cut [1].png").write_bytes((healthy / "rem" / "1.png").read_bytes()[:300])
        (healthy / "mizuki" / "new\nline.png").write_bytes(b"x")
        shutil.copy(healthy / "rem" / "1.png", healthy / "rem" / "copy.png")
        os.utime(healthy / "rem" / "page.jpg", (1e9, 1e9))
        (healthy / "rem" / "page.jpg").chmod(0o640)
        return healthy

    BAD = {"rem/deep/empty.png", "rem/page.jpg", "mizuki/cut [1].png", "mizuki/new\nline.png"}

    def test_unreadable_files_go_and_come_back_exactly(self, ill, capsys):
        before = contents(ill)
        moved = quarantine(doctor(ill))
        assert set(moved.moved) == self.BAD
        assert moved.folder == ill.with_name("p-quarantine")
        assert f"Moved to {moved.folder}: 4." in str(moved)
        assert set(contents(ill)) == set(before) - self.BAD
        manifest = json.loads((moved.folder / "manifest.json").read_text())
        assert {entry["from"]: entry["why"] for entry in manifest["files"]}["rem/page.jpg"] == "web_page"
        assert not [kind for kind in kinds(ill) if kind in UNREADABLE]
        assert set(restore(ill)) == self.BAD
        assert contents(ill) == before
        assert not moved.folder.exists()
        assert "Back in" in capsys.readouterr().out

    def test_chosen_kinds_and_chosen_files(self, ill):
        before = contents(ill)
        assert quarantine(doctor(ill), ["copies"]).moved == ("rem/copy.png",)  # of two the first stays
        assert quarantine(ill, files=["rem/2.png", str(ill / "rem" / "3.png")]).moved == ("rem/2.png", "rem/3.png")
        assert len(restore(ill)) == 3
        assert contents(ill) == before

    def test_twice_in_a_row_and_a_new_file_of_the_same_name(self, ill, capsys):
        first = doctor(ill)
        assert len(quarantine(first).moved) == 4
        assert quarantine(first).moved == ()  # the checkup is older than the folder
        (ill / "rem" / "page.jpg").write_text("<html>500</html>")
        assert quarantine(ill).moved == ("rem/page.jpg",)
        assert (ill.with_name("p-quarantine") / "rem" / "page-2.jpg").read_text() == "<html>500</html>"
        assert len(restore(ill)) == 4  # both of one name cannot go back
        assert (ill / "rem" / "page.jpg").read_text() == "<html>404</html>"
        assert "places are taken: 1 (rem/page.jpg)" in capsys.readouterr().out
        (ill / "rem" / "page.jpg").unlink()
        assert restore(ill) == ("rem/page.jpg",)

    def test_a_place_that_is_taken_is_left_alone(self, ill, capsys):
        quarantine(ill)
        face("rem", 90).save(ill / "rem" / "page.jpg")
        fresh = (ill / "rem" / "page.jpg").read_bytes()
        assert set(restore(ill)) == self.BAD - {"rem/page.jpg"}
        assert (ill / "rem" / "page.jpg").read_bytes() == fresh
        assert (ill.with_name("p-quarantine") / "rem" / "page.jpg").read_text() == "<html>404</html>"
        assert len([line for line in capsys.readouterr().out.splitlines() if line.startswith("Left in")]) == 1

    @pytest.mark.parametrize("after", range(5))
    @pytest.mark.parametrize("disks", [1, 2])
    def test_an_interruption_loses_nothing(self, ill, monkeypatch, after, disks):
        before, done = contents(ill), []
        self.two_disks(monkeypatch, disks)
        plain = module._move

        def move(source, target):
            if len(done) == after:
                raise Stop
            done.append(plain(source, target))

        monkeypatch.setattr(module, "_move", move)
        if after < 4:
            with pytest.raises(Stop):
                quarantine(ill)
        else:
            quarantine(ill)
        done.clear()
        if after < 3:
            with pytest.raises(Stop):  # the way back is interrupted too
                restore(ill), quarantine(ill), restore(ill)
        monkeypatch.setattr(module, "_move", plain)
        quarantine(ill)
        restore(ill)
        assert contents(ill) == before
        assert not ill.with_name("p-quarantine").exists()

    def two_disks(self, monkeypatch, disks: int) -> None:
        def refuse(source, target):
            raise OSError(errno.EXDEV, "Invalid cross-device link")

        if disks == 2:
            monkeypatch.setattr(Path, "rename", refuse)

    def test_to_another_disk_and_back(self, ill, monkeypatch):
        self.two_disks(monkeypatch, 2)
        (ill / "rem" / "dead.png").symlink_to("gone.png")
        before = contents(ill)
        assert len(quarantine(ill).moved) == 5
        assert not (ill / "rem" / "dead.png").is_symlink()
        restore(ill)
        assert contents(ill) == before
        assert os.readlink(ill / "rem" / "dead.png") == "gone.png"

    def test_stopped_between_copy_and_removal(self, ill, monkeypatch):
        before = contents(ill)
        self.two_disks(monkeypatch, 2)
        plain = Path.unlink
        monkeypatch.setattr(Path, "unlink", lambda path, **k: plain(path, **k) if path.name.startswith(".") else stop())
        with pytest.raises(Stop):
            quarantine(ill)
        monkeypatch.undo()
        quarantine(ill)
        restore(ill)
        assert contents(ill) == before
        assert not ill.with_name("p-quarantine").exists()

    def test_what_is_wrong_is_one_sentence(self, ill, tmp_path):
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
        assert not ill.with_name("p-quarantine").exists()

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"files": [{"from": "../../x", "to": "a", "why": ""}]}', '{"files": [{}]}'])
    def test_a_broken_manifest_is_one_sentence_and_nothing_moves(self, ill, text):
        aside = quarantine(ill).folder
        before = contents(aside)
        (aside / "manifest.json").write_text(text)
        for act in (lambda: restore(ill), lambda: quarantine(ill, files=["rem/1.png"])):
            with pytest.raises(AnimelibError, match="is broken"):
                act()
        assert len(contents(aside)) == len(before)
        assert (ill / "rem" / "1.png").exists()

    def test_loading_goes_on_without_what_was_moved(self, ill, capsys):
        quarantine(ill)
        data = load_images(ill, size=16)
        assert len(data.train) + len(data.val) + len(data.test) == 41
        assert "Left out" not in capsys.readouterr().out


def stop(*_, **__):
    raise Stop
