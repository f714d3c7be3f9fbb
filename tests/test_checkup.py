"""The doctor finds what was put there and nothing else, says it in sentences, and changes nothing."""

import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import face, fill
from PIL import Image, ImageEnhance

from animelib import words
from animelib.checkup import KINDS, Finding, doctor
from animelib.errors import AnimelibError
from animelib.lab import open_lab


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


def stamps(folder: Path) -> dict[Path, tuple[int, int]]:
    return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in [folder, *folder.rglob("*")]}


def test_a_healthy_folder_is_one_friendly_sentence(healthy):
    checkup = doctor(healthy)
    assert str(checkup) == "All well: 40 pictures in 2 classes, and nothing to complain about."
    assert checkup.counts == {("mizuki", "train"): 20, ("rem", "train"): 20}
    lab = open_lab("x", "folder", folder=healthy)
    assert str(doctor(lab)) == str(checkup)


def test_copies_in_a_class_in_two_classes_and_in_two_parts(tmp_path):
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


def test_a_sentence_names_some_of_many_and_counts_the_rest():
    groups = tuple(tuple(f"rem/group{group}_{number}.png" for number in range(20)) for group in range(12))
    finding = Finding("alike", groups)
    assert finding.sentence.endswith("group2_0.png = rem/group2_1.png = rem/group2_2.png = ..., and 9 more).")
    assert len(finding.sentence) < 350
    assert len(finding.files) == 12 * 20  # and the whole list is there
    words.use_language("ja")
    assert "ほか9件" in finding.sentence
    assert Finding("alike", (("a.png", "b.png"),)).sentence.count("a.png = b.png）") == 1  # of few all are named


def test_imbalance_and_too_few(healthy):
    fill(healthy / "ram", "stranger", 6)
    checkup = doctor(healthy)
    assert "ram 6" in checkup.of("few").sentence
    assert "mizuki has 3.3 times as many pictures as ram" in checkup.of("imbalance").sentence


def test_tiny_stretched_and_mixed_sizes(healthy):
    face("rem", 50, 300).resize((30, 30)).save(healthy / "rem" / "tiny.png")
    face("rem", 51, 300).resize((700, 200)).save(healthy / "rem" / "wide.png")
    checkup = doctor(healthy)
    assert checkup.of("tiny").files == ("rem/tiny.png",)
    assert checkup.of("stretched").files == ("rem/wide.png",)
    assert checkup.of("sizes") is None
    for number in range(10):
        face("rem", 60 + number, 500).save(healthy / "rem" / f"large{number}.png")
    assert "from 30 to 500" in doctor(healthy).of("sizes").sentence


def test_findings_stand_the_worst_first_and_each_says_what_to_do(healthy):
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


def test_every_kind_speaks_both_languages():
    values = dict.fromkeys(("reason", "most", "table", "least", "limit", "largest", "smallest", "ratio"), "7")
    for kind in KINDS:
        finding = Finding(kind, (("a\n.png", "b.png"),), values)
        for language in words.LANGUAGES:
            words.use_language(language)
            assert finding.sentence
            assert finding.advice
            assert "\n" not in finding.sentence + finding.advice


def test_page_shows_few_pictures_and_escapes_names(tmp_path):
    for name, drawn in (("yasuna&<sonya>", "rem"), ("mizuki", "mizuki")):
        fill(tmp_path / "p" / name, drawn, 25)
    page = doctor(tmp_path / "p")._repr_html_()  # 48 pixels are tiny
    assert page.count("<img") == 8
    assert "and 42 more" in page
    assert "yasuna&amp;&lt;sonya&gt;" in page
    assert "<sonya>" not in page


def test_nothing_is_changed_and_each_picture_is_read_once(healthy, monkeypatch):
    before, read = stamps(healthy), []
    plain = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path.name) or plain(path))
    doctor(healthy)
    monkeypatch.undo()
    assert len(read) == 40
    assert stamps(healthy) == before


def test_no_folder_is_one_sentence(tmp_path):
    with pytest.raises(AnimelibError, match="There is no folder"):
        doctor(tmp_path / "gone")


def test_a_thousand_pictures_take_seconds(tmp_path):
    noise = np.random.default_rng(0)
    for number in range(1000):
        picture = Image.fromarray(noise.integers(0, 256, (9, 9, 3), dtype=np.uint8)).resize((128, 128))
        (tmp_path / "p" / str(number % 2)).mkdir(parents=True, exist_ok=True)
        picture.save(tmp_path / "p" / str(number % 2) / f"{number}.jpg")
    start = time.perf_counter()
    assert kinds(tmp_path / "p") == []
    assert time.perf_counter() - start < 10
