"""Rows read the same for people and for programs, whatever the names hold."""

import csv
import json

import numpy as np
import pytest

from animelib import words
from animelib.evaluation import Report
from animelib.tables import ENDINGS, Row, asked, csv_of, json_of, judged, lines_of, save, table_of, tsv_of

CLASSES = ("yasuna&sonya", "a, b", 'say "x"', "没キャラ")
PATHS = ("yasuna&sonya/02_018.png", "a, b/[1] x.png", 'say "x"/tab\there\nand below.png', "没キャラ/broken\udc83.png")


@pytest.fixture
def rows() -> list[Row]:
    """Four pictures, the second answered wrongly."""
    shares = [[0.7, 0.1, 0.1, 0.1], [0.6, 0.3, 0.05, 0.05], [0, 0, 1, 0], [0.25, 0.2, 0.15, 0.4]]
    probabilities = [dict(zip(CLASSES, row, strict=True)) for row in shares]
    return list(map(judged, PATHS, CLASSES, probabilities))


def test_the_article_s_lines(rows):
    assert lines_of(rows[:2]) == (
        "yasuna&sonya/02_018.png\nCorrect!!!\nanswer: yasuna&sonya\npredict: yasuna&sonya\n"
        'yasuna&sonya: 0.70  a, b: 0.10  say "x": 0.10  没キャラ: 0.10\n\n'
        "a, b/[1] x.png\nIncorrect...\nanswer: a, b\npredict: yasuna&sonya\n"
        'yasuna&sonya: 0.60  a, b: 0.30  say "x": 0.05  没キャラ: 0.05'
    )
    words.use_language("ja")
    assert "不正解" in lines_of(rows[1:2])


@pytest.mark.parametrize(("write", "between"), [(csv_of, ","), (tsv_of, "\t")])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_program_reads_the_same_in_every_language(rows, write, between, language):
    words.use_language(language)
    heads, *lines = csv.reader(write(rows).splitlines(), delimiter=between)
    assert heads == ["path", "result", "answer", "predict", *CLASSES]
    assert [line[1:4] for line in lines[:2]] == [["Correct", CLASSES[0], CLASSES[0]], ["Incorrect", "a, b", CLASSES[0]]]
    assert [float(share) for share in lines[1][4:]] == [0.6, 0.3, 0.05, 0.05]
    assert len(write(rows).splitlines()) == 5  # one line a picture, whatever its name
    write(rows).encode("utf-8")


def test_json_holds_paths_classes_and_whether_somebody_is_known(rows):
    each = json.loads(json_of([*rows[:1], asked("path", False, {"path": 0.9, "known": 0.1})]))
    assert each[0]["probabilities"] == dict(zip(CLASSES, [0.7, 0.1, 0.1, 0.1], strict=True))
    assert each[1] == {"path": "path", "predict": "path", "known": False, "probabilities": {"path": 0.9, "known": 0.1}}
    assert json_of([]) == "[]"


def test_the_table_s_columns_stand_under_each_other(rows):
    lines = table_of(rows).splitlines()
    assert len(lines) == 5
    cut = words.columns_of(lines[0][: lines[0].rindex("没")])
    for line, share in zip(lines[1:], ("0.10", "0.05", "0.00", "0.40"), strict=True):
        assert words.columns_of(line) == cut + 4
        assert line.endswith(share)
    assert table_of([]) == ""
    words.use_language("ja")
    heads, line = table_of([asked("a.png", True, {"レム": 1.0})]).splitlines()
    assert (heads.split(), line.split()) == (["画像", "予想", "知っている", "レム"], ["a.png", "レム", "はい", "1.00"])


def test_files_for_excel_and_for_programs(rows, tmp_path):
    for ending, write in ENDINGS.items():
        content = save(rows, tmp_path / f"r{ending}").read_bytes()
        assert content.startswith(b"\xef\xbb\xbf") == (ending == ".csv")
        assert content.decode("utf-8-sig") == write(rows) + "\n"


def test_a_report_is_written_line_by_line(tmp_path):
    probs = np.array([[0.9, 0.1], [0.8, 0.2]], np.float32)
    report = Report(("a", "b"), np.array([0, 1]), probs, ("1.png", "2.png"), np.zeros((2, 8, 8, 3), np.uint8), "test", "p")
    assert report.lines().count("orrect") == 2
    assert report.lines(report.mistakes) == "2.png\nIncorrect...\nanswer: b\npredict: a\na: 0.80  b: 0.20"
    assert json.loads(report.save(tmp_path / "r.json").read_text())[1]["probabilities"] == {"a": 0.8, "b": 0.2}
    assert report.save(tmp_path / "r.txt").read_text() == report.lines() + "\n"
    assert report.save(tmp_path / "r.html").read_text().startswith("<!")
