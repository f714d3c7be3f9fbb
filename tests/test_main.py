"""The command line goes the whole way, on drawn pictures and on one's own, and says plainly what is wrong."""

import pytest

from animelib.__main__ import main
from animelib.recognizer import Recognizer


def test_demo_ends_with_a_report_and_a_plain_sentence(capsys, home):
    assert main(["demo"]) == 0
    lines = capsys.readouterr().out.splitlines()
    report = home / "runs" / "demo" / "report.html"
    assert lines[-2] == f"Report: {report}"
    assert "drawn samples" in lines[-1]
    assert report.stat().st_size > 1000
    assert Recognizer.load(home / "runs" / "demo" / "recognizer.keras").classes == ("hana", "yuki")


def test_demo_on_own_pictures(capsys, two_folders):
    assert main(["demo", str(two_folders)]) == 0
    assert "mizuki / rem" in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "code"), [(["demo", "/no/such"], 1)])
def test_what_is_wrong_is_one_sentence(capsys, arguments, code):
    assert main(arguments) == code
    told = capsys.readouterr().err
    assert "no pictures for demo at /no/such" in told
    assert "Traceback" not in told
