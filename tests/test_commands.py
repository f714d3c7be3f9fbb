"""The verbs: results on stdout and all else on stderr, nothing written over, one bad picture does not spoil the others."""

import csv
import json
import shutil
from pathlib import Path

import pytest
from conftest import face, fill

from animelib.__main__ import main
from animelib.models import pair_cnn
from animelib.recognizer import Recognizer
from animelib.training import Watch


@pytest.fixture
def model(tmp_path) -> str:
    """A recognizer that has learned nothing, which is enough to be asked."""
    return str(Recognizer(pair_cnn(2, 16), ("mizuki", "rem"), 16).save(tmp_path / "who.keras"))


@pytest.fixture
def new(tmp_path) -> Path:
    """Five pictures to ask about, one of them in a folder of its own."""
    folder = tmp_path / "new [1] &"
    fill(folder, "rem", 3)
    face("mizuki", 0).save(folder / "レム 10.png")
    fill(folder / "deep", "mizuki", 1)
    return folder


def asked(capsys, *arguments) -> tuple[int, list[str], str]:
    """Return the exit code, the paths that were answered as CSV, and what was told beside."""
    code = main(["predict", *map(str, arguments), "--format", "csv"])
    told = capsys.readouterr()
    return code, [Path(line["path"]).name for line in csv.DictReader(told.out.splitlines())], told.err


def test_train_learns_from_few_without_epochs(two_folders, tmp_path, home, capsys):
    saved = tmp_path / "who.keras"
    assert main(["train", str(two_folders), "--network", "visual_words", "--output", str(saved)]) == 0
    told = capsys.readouterr().out
    assert "Graph" not in told
    assert (home / "runs" / two_folders.name / "visual_words-001" / "report.html").exists()
    assert Recognizer.load(saved).size == 128


def test_a_backbone_without_the_network_that_looks_through_it_is_refused(two_folders, capsys):
    assert main(["train", str(two_folders), "--network", "pair_cnn", "--backbone", "vgg16"]) == 1
    assert "--network visual_words" in capsys.readouterr().err


def test_train_judges_on_the_test_list_and_says_where_everything_is(two_folders, tmp_path, home, capsys):
    saved, lists = tmp_path / "who.keras", tmp_path / "list"
    verb = ["train", str(two_folders), "--list", str(lists), "--network", "pair_cnn", "--epochs", "2"]
    assert main([*verb, "--output", str(saved)]) == 0
    told = capsys.readouterr()
    assert "8 test pictures" in told.out
    assert "Lists made in" in told.err
    run = home / "runs" / two_folders.name / "pair_cnn-001"
    (graph,) = run.glob("graph_*.png")
    for path in (saved, graph, run / "report.html"):
        assert path.stat().st_size > 1000
        assert str(path) in told.out
    listed = (lists / "test.lst").read_text().split()
    assert sorted(line["path"] for line in csv.DictReader((run / "report.csv").open(encoding="utf-8-sig"))) == sorted(listed)
    assert (run / "report.txt").read_text().count("orrect") == 8
    assert Recognizer.load(saved).classes == ("mizuki", "rem")
    assert main([*verb, "--language", "ja"]) == 0
    told = capsys.readouterr()
    assert "認識器" in told.out
    assert "リストを使います" in told.err
    assert len(list(run.with_name("pair_cnn-002").glob("recognizer_*.keras"))) == 1


def test_train_refuses_before_the_work(two_folders, tmp_path, home, capsys):
    (tmp_path / "there.keras").write_text("x")
    fill(tmp_path / "p" / "train" / "rem", "rem", 2)
    fill(tmp_path / "p" / "train" / "mizuki", "mizuki", 2)
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "class.lst").write_text("rem")
    for arguments, told in (
        ((two_folders, "--output", tmp_path / "who.h5"), "ends in .keras"),
        ((two_folders, "--output", tmp_path / "there.keras"), "is there already"),
        ((two_folders, "--list", tmp_path / "lists"), "has no train.lst and no test.lst"),
        ((tmp_path / "p", "--network", "cifar10_cnn"), "to judge by"),
        ((tmp_path / "gone",), "nothing at"),
    ):
        assert main(["train", *map(str, arguments)]) == 1
        out, err = capsys.readouterr()
        assert told in err.splitlines()[-1]
        assert "Traceback" not in err
        assert not out
    assert (tmp_path / "there.keras").read_text() == "x"
    assert not list(home.rglob("run.json"))


@pytest.mark.parametrize("epochs", [0, 1])
def test_training_that_is_stopped_is_judged_as_far_as_it_came(two_folders, monkeypatch, capsys, epochs, home):
    plain = Watch.on_epoch_end

    def stop(self, epoch, logs=None):
        if epoch == epochs:
            raise KeyboardInterrupt
        plain(self, epoch, logs)

    monkeypatch.setattr(Watch, "on_epoch_end", stop)
    assert main(["train", str(two_folders), "--network", "cifar10_cnn"]) == 130
    out, err = capsys.readouterr()
    assert len(list(home.rglob("recognizer_*.keras"))) == epochs
    assert ("right on 6 test pictures" in out) == (epochs == 1)
    assert "stopped" in err
    assert "Traceback" not in err


def test_predict_takes_files_folders_and_patterns_each_picture_once(model, new, capsys, monkeypatch):
    monkeypatch.chdir(new)
    code, names, err = asked(capsys, model, new)
    assert (code, err, sorted(names)) == (0, "", ["mizuki_0.png", "rem_0.png", "rem_1.png", "rem_2.png", "レム 10.png"])
    assert asked(capsys, model, "*.png", "rem_0.png") == (0, ["rem_0.png", "rem_1.png", "rem_2.png", "レム 10.png"], "")
    assert sorted(asked(capsys, model, "**/*.png", "deep")[1]) == sorted(names)
    assert asked(capsys, model, "rem_?.png", new / "deep")[1] == ["rem_0.png", "rem_1.png", "rem_2.png", "mizuki_0.png"]
    assert asked(capsys, model, new / "rem_1.png")[1] == ["rem_1.png"]  # the folder's brackets are no pattern


def test_predict_names_what_it_cannot_answer_and_answers_the_rest(model, new, capsys):
    (new / "empty").mkdir()
    (new / "broken.png").write_bytes(b"<html>")
    code, names, err = asked(capsys, model, new / "rem_0.png", new / "broken.png", new / "gone.png", new / "empty", new / "*.jpg")
    assert (code, names) == (1, ["rem_0.png"])
    for told in ("broken.png is not a picture", "gone.png: check the path", "There are no pictures in", "*.jpg: check the path"):
        assert told in err
    assert all(line.startswith("animelib: ") for line in err.splitlines())
    shutil.rmtree(new / "deep")
    assert asked(capsys, model, new / "deep", new / "empty")[:2] == (1, [])


def test_predict_writes_the_same_answers_in_every_form(model, new, capsys):
    picture = str(new / "レム 10.png")
    expected = {guess.name: guess.probability for guess in Recognizer.load(model)(picture)}
    told = {}
    for form in ("table", "csv", "json"):
        assert main(["predict", model, picture, "--format", form, "--language", "ja"]) == 0
        told[form] = capsys.readouterr().out
    (answer,) = json.loads(told["json"])
    assert answer["probabilities"] == pytest.approx(expected, abs=1e-4)
    assert answer["predict"] == max(expected, key=expected.get)
    assert (answer["path"], answer["known"]) == (picture, True)
    (line,) = csv.DictReader(told["csv"].splitlines())
    assert (line["path"], line["known"]) == (picture, "true")
    assert float(line["rem"]) == pytest.approx(expected["rem"], abs=1e-4)
    assert told["table"].startswith("画像")
    assert f"{expected['rem']:.2f}" in told["table"]
    assert main(["predict", model, str(new / "gone.png"), "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out) == []


def test_check_says_by_its_code_whether_all_is_in_order(two_folders, capsys):
    assert main(["check", str(two_folders)]) in (0, 1)
    healthy = capsys.readouterr().out
    (two_folders / "rem" / "rem_0.png").write_bytes(b"")
    assert main(["check", str(two_folders), "--language", "ja"]) == 1
    assert "rem_0.png" in capsys.readouterr().out
    assert "rem_0.png" not in healthy
    assert main(["check", str(two_folders / "gone")]) == 1
    assert "no folder" in capsys.readouterr().err


def test_score_writes_every_picture_best_first(new, tmp_path, capsys):
    ratings = tmp_path / "ratings.csv"
    ratings.write_text("picture,score\nrem_0.png,5\nrem_1.png,4\ndeep/mizuki_0.png,1\n", encoding="utf-8-sig")
    verb = ["score", str(new), "--ratings", str(ratings), "--backbone", "none", "--no-faces"]
    assert main(verb) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert {Path(row["picture"]).name for row in rows} == {"rem_0.png", "rem_1.png", "rem_2.png", "レム 10.png", "mizuki_0.png"}
    scores = [float(row["score"]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert all(1 <= float(row["low"]) <= float(row["score"]) <= float(row["high"]) <= 5 for row in rows)
    (new / "broken.png").write_bytes(b"<html>")
    output = tmp_path / "scores.csv"
    assert main([*verb, "--output", str(output), "--language", "ja"]) == 1
    told = capsys.readouterr()
    assert "broken.png is not a picture" in told.err
    assert str(output) in told.out
    assert list(csv.DictReader(output.open(encoding="utf-8-sig"))) == rows
    assert main([*verb, "--output", str(output)]) == 1
    assert "is there already" in capsys.readouterr().err
    ratings.write_text("picture,score\nrem_0.png,9\n")
    assert main(verb) == 1
    assert "line 2, gives rem_0.png the score 9" in capsys.readouterr().err
