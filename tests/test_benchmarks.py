"""A benchmark runs from the command line and ends with one line of JSON that programs can read."""

import json
import sys

import numpy as np
import pytest
from test_cifar import write_zip

from animelib import cifar
from benchmarks import __main__, harness


def run(monkeypatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["benchmarks", *arguments])
    return __main__.main()


def test_pair_ends_with_json_of_both_recipes(monkeypatch, capsys):
    assert run(monkeypatch, "pair", "--data", "samples", "--seeds", "2", "--quick") == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["name"], result["seeds"], result["budget"]) == ("pair", 2, "quick")
    assert {"hardware", "versions", "data"} <= set(result)
    for who in ("ours", "article"):
        assert 0 <= result[who]["accuracy"]["mean"] <= 1
        assert result[who]["seconds"]["mean"] > 0
    assert 0.5 < result["ours"]["auroc"]["mean"] <= 1


def test_a_pair_by_name_takes_twenty_and_seven_and_leaves_the_rest(two_folders, home):
    from animelib.errors import AnimelibError
    from animelib.lab import open_lab
    from benchmarks.pair import load

    lab = open_lab("pair", "folder", folder=two_folders)  # twenty of each: too few for 20 + 7
    with pytest.raises(AnimelibError, match="more than 27"):
        load(lab, None, 0, 16)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [((), "Which benchmark"), (("nonsense",), "Which benchmark"), (("pair", "--data", "/no/such"), "/no/such")],
)
def test_what_is_wrong_is_told(monkeypatch, capsys, arguments, told):
    assert run(monkeypatch, *arguments) in (1, 2)
    assert told in capsys.readouterr().err


def test_figures():
    assert harness.spread([0.5, 0.7]) == {"mean": 0.6, "sd": 0.1414}
    assert harness.auroc(np.array([3.0, 2.0]), np.array([1.0, 2.0])) == 0.875
    assert harness.summary([{"a": 1.0}, {"a": 3.0}]) == {"a": {"mean": 2.0, "sd": 1.4142}}


def test_cifar10_measures_every_recipe_and_its_cost(monkeypatch, capsys, tmp_path):
    from benchmarks import cifar10

    monkeypatch.setattr(cifar, "TRAIN", 200)
    monkeypatch.setattr(cifar, "ALL", 300)
    archive = write_zip(tmp_path / "cifar.zip", {"train": 20, "test": 10})
    monkeypatch.setattr(cifar10, "WIDE", {"filters": (8, 8), "depth": 2, "patch": 2})
    arguments = ("--data", str(archive), "--seeds", "2", "--quick", "--parts", "article,ours_short,ours")
    assert run(monkeypatch, "cifar10", *arguments) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["data"] == "CIFAR-10 (JPEG copy)"
    for who in ("article", "ours_short", "ours"):
        assert 0 <= result[who]["accuracy"]["mean"] <= 1
        assert result[who]["seconds"]["mean"] > 0
    assert result["ours"]["seconds"]["mean"] < 60


def test_the_cost_of_learning_is_told_for_a_number_of_pictures(monkeypatch, tmp_path):
    from benchmarks import cifar10

    monkeypatch.setattr(cifar, "TRAIN", 200)
    monkeypatch.setattr(cifar, "ALL", 300)
    folder, _ = cifar.fetch_cifar10(tmp_path, write_zip(tmp_path / "cifar.zip", {"train": 20, "test": 10}))
    figures = cifar10.cost_of(folder, 100)
    assert figures["peak_memory_mb"] > 100
    assert set(figures) == {"milliseconds_per_picture", "peak_memory_mb", "data_mb"}


def test_killme_judges_every_picture_once_and_ends_with_json(monkeypatch, capsys):
    parts = "scratch,article,article_random_split,both,changes"
    assert run(monkeypatch, "killme", "--data", "samples", "--seeds", "1", "--folds", "3", "--quick", "--parts", parts) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    for who in ("scratch", "article", "both"):
        keys = {"accuracy", "macro_recall", "calibration_error", "gap", "seconds"}
        assert keys <= set(result[who])
        assert 0 <= result[who]["macro_recall"]["mean"] <= 1
    assert result["scratch"]["accuracy"]["mean"] > 0.5
    assert set(result["article_random_split"]) == {"accuracy"}
    assert result["changes"]["accuracy"] == result["scratch"]["accuracy"]
    assert result["changes"]["grey"]["mean"] < 0  # the drawn six are told by their colours


def test_transfer_measures_recipes_and_their_ratio(monkeypatch, capsys):
    from benchmarks import transfer

    monkeypatch.setattr(transfer, "SIZE", 64)
    monkeypatch.setattr(transfer, "ARTICLE_SIZE", 32)
    monkeypatch.setattr(transfer, "QUICK", {"train": 4, "validation": 2, "test": 2})
    parts = "ours,ours_10,article,divided,many"
    chosen = ("--parts", parts, "--backbone", "mobilenet_v2")
    assert run(monkeypatch, "transfer", "--data", "samples", "--seeds", "1", "--quick", *chosen) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert all(0 <= result[part]["accuracy"]["mean"] <= 1 for part in parts.split(",")[:4])
    assert result["many"]["peak_memory_mb"]["mean"] > result["many"]["features_mb"]["mean"] > 0
    assert result["article"]["seconds"]["mean"] == pytest.approx(200 * result["article"]["seconds_per_epoch"]["mean"], rel=0.01)
    assert result["article"]["epochs"]["mean"] == 3
    assert "time_ratio" in result
    assert result["ours"]["again_seconds"]["mean"] > 0


def test_transfer_takes_ten_of_each_class():
    from animelib.data import Split
    from benchmarks.transfer import chosen

    labels = np.repeat([0, 1, 2], 20)
    split = Split(np.zeros((60, 4, 4, 3), np.uint8), labels, tuple(map(str, range(60))))
    first, other = chosen(split, 10, 0), chosen(split, 10, 1)
    assert np.bincount(first.labels).tolist() == [10, 10, 10]
    assert set(first.files) != set(other.files)


def test_faces_says_whether_the_pictures_were_new(monkeypatch, capsys, tmp_path):
    from animelib.detector import FaceDetector, face_network
    from benchmarks import faces

    weights = FaceDetector(face_network(8), 128).save(tmp_path / "faces.npz")
    arguments = ("faces", "--data", "samples", "--quick", "--weights", str(weights))
    assert run(monkeypatch, *arguments) == 1  # nothing says what these weights saw
    assert "faces.json" in capsys.readouterr().err
    pictures = sorted((faces.drawn(quick=True) / "images").iterdir())
    seen = {picture.name: faces.digest(picture.read_bytes()) for picture in pictures[:5]}
    (tmp_path / "faces.json").write_text(json.dumps({"seen": seen}))
    assert run(monkeypatch, *arguments) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["pictures"], told["held_out"]) == (12, False)
    assert {"precision", "recall", "ap", "precision40", "recall40", "ap40", "seconds_per_picture"} <= set(told["ours"])
    assert run(monkeypatch, *arguments, "--unseen") == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["pictures"], told["held_out"]) == (7, True)
