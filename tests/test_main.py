"""The command line goes the whole way, on drawn pictures and on one's own, and says plainly what is wrong."""

import pytest

from animelib import words
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
