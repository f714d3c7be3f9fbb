"""The command line goes the whole way, on drawn pictures and on one's own, and says plainly what is wrong."""

import builtins
import os
import subprocess
import sys

import pytest

from animelib import AnimelibError, checkup, words
from animelib.__main__ import main
from animelib.recognizer import Recognizer


def test_demo_ends_with_a_report_and_a_plain_sentence_and_who_answers(capsys, home):
    assert main(["demo"]) == 0
    lines = capsys.readouterr().out.splitlines()
    report = home / "runs" / "demo" / "pair_cnn-001" / "report.html"
    assert lines[-2] == f"Report: {report}"
    assert "drawn samples" in lines[-1]
    assert report.stat().st_size > 1000
    saved = report.with_name("recognizer.keras")
    assert Recognizer.load(saved).classes == ("hana", "yuki")
    pictures = home / "pictures" / "samples-pair-quick" / "test" / "hana"
    assert main(["who", str(pictures), str(next(pictures.iterdir())), "--with", str(saved)]) == 0
    answers = capsys.readouterr().out.splitlines()
    assert len(answers) == len(list(pictures.iterdir())) + 1
    assert sum("This is hana!" in line for line in answers) > len(answers) / 2


def test_demo_on_own_pictures_overwrites_nothing(capsys, two_folders, home):
    for _ in range(2):
        assert main(["demo", str(two_folders), "--language", "ja"]) == 0
    assert "mizuki / rem" in capsys.readouterr().out
    assert len(list((home / "runs" / two_folders.name).glob("*/recognizer.keras"))) == 2
    words.use_language("en")


@pytest.mark.parametrize(("arguments", "code"), [(["demo", "/no/such"], 1)])
def test_what_is_wrong_is_one_sentence(capsys, arguments, code):
    assert main(arguments) == code
    told = capsys.readouterr().err
    assert "nothing at /no/such" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (KeyboardInterrupt(), 130, "stopped."),
        (OSError(28, "No space left on device", "report.html"), 1, "report.html: No space left on device."),
        (AnimelibError("This is wrong."), 1, "animelib: This is wrong."),
    ],
)
def test_whatever_goes_wrong_is_one_line_and_a_code(monkeypatch, capsys, error, code, told):
    def fail(chosen):
        raise error

    monkeypatch.setattr(checkup, "doctor", fail)
    assert main(["check", "p"]) == code
    out, err = capsys.readouterr()
    assert told in err
    assert len(err.strip().splitlines()) == 1
    assert not out


def test_a_reader_that_goes_away_is_no_error(two_folders):
    """The pipe is closed before a word is written, as by `head` that has seen enough."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "animelib", "check", str(two_folders)]
    ended = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (141, b"")


def test_stopping_while_it_starts_leaves_no_trace(monkeypatch, capsys):
    def importing(name, *rest):
        if "usage" in name:
            raise KeyboardInterrupt
        return plain(name, *rest)

    plain = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", importing)
    assert main(["check", "p"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_a_terminal_without_japanese_gets_escapes(two_folders):
    (two_folders / "rem").rename(two_folders / "レム")
    command = [sys.executable, "-m", "animelib", "check", str(two_folders)]
    ended = subprocess.run(command, capture_output=True, env=os.environ | {"PYTHONIOENCODING": "ascii"}, check=False)
    assert ended.returncode in (0, 1)
    assert b"Traceback" not in ended.stderr
