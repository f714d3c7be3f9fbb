"""A benchmark runs from the command line and ends with one line of JSON that programs can read."""

import json
import sys
from argparse import Namespace
from inspect import signature

import numpy as np
import pytest
from test_cifar import write_zip

from animelib import AnimelibError, cifar
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


def test_faces_says_whether_the_pictures_were_new(monkeypatch, capsys, tmp_path):
    from animelib.detector import FaceDetector, face_network
    from benchmarks import faces

    blind_and_missing_teachers(monkeypatch)
    weights = FaceDetector(face_network(8), 128).save(tmp_path / "faces.npz")
    arguments = ("faces", "--data", "samples", "--quick", "--weights", str(weights))
    assert run(monkeypatch, *arguments) == 1  # nothing says what these weights saw
    assert "faces.json" in capsys.readouterr().err
    pictures = sorted((faces.drawn("samples", quick=True) / "images").iterdir())
    seen = {picture.name: faces.digest(picture.read_bytes()) for picture in pictures[:5]}
    (tmp_path / "faces.json").write_text(json.dumps({"seen": seen}))
    assert run(monkeypatch, *arguments) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["pictures"], told["held_out"]) == (12, False)
    keys = {"precision", "recall", "ap", "precision40", "recall40", "ap40", "seconds_per_picture"}
    assert keys <= set(told["ours"]) & set(told["cascade"])
    assert told["cascade"]["recall"]["mean"] == 0
    assert "animeface" not in told
    assert run(monkeypatch, *arguments, "--unseen") == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["pictures"], told["held_out"]) == (7, True)


def test_faces_leaves_out_teachers_that_cannot_be_had_or_drew_the_boxes(monkeypatch, capsys, tmp_path):
    from benchmarks import faces

    blind_and_missing_teachers(monkeypatch)
    arguments = Namespace(cascade="cascade.xml")
    assert [name for name, _ in faces.teachers(arguments, [tmp_path])] == ["cascade"]
    assert capsys.readouterr().out == "animeface is not judged. The package animeface is not here.\n"
    rows = ("file,x,y,w,h,box_source", "a.jpg,1,2,9,9,lbpcascade_verified", "b.jpg,1,2,9,9,animeface2009")
    (tmp_path / "boxes.csv").write_text("\n".join(rows))
    assert list(faces.teachers(arguments, [tmp_path])) == []
    assert capsys.readouterr().out.count("some of these boxes are its own") == 2


def test_faces_trains_anew_without_what_it_judges_by(monkeypatch, capsys, tmp_path):
    from animelib.samples import draw_scenes
    from benchmarks import faces

    blind_and_missing_teachers(monkeypatch)
    roots = [draw_scenes(tmp_path / name, count, size=(160, 120)) for name, count in (("face_boxes", 2), ("face_scenes", 2))]
    trainings = []

    def trained(training, material, asked):
        trainings.append((asked.minutes, training.steps, {picture.group for picture in material.pictures}))
        training.steps += 1
        training.keep()
        return training

    judged = []
    monkeypatch.setattr(faces, "train", trained)
    monkeypatch.setattr(faces, "judged", lambda detector, cases: judged.append({path.stem for path, _ in cases}))
    monkeypatch.setattr(faces, "figures", lambda reports: {"recall": 0.5})
    how = ("--quick", "--seeds", "1", "--before", "2", "--retrain", "3", "--kept", str(tmp_path / "kept"))
    assert run(monkeypatch, "faces", "--data", ",".join(map(str, roots)), *how) == 0
    assert trainings == [(2, 0, set()), (5, 1, {"face_scenes/scene_001"}), (5, 1, {"face_boxes/scene", "face_scenes/scene_000"})]
    assert judged[:-1] == [{"scene_000", "scene_001"}, {"scene_000"}, {"scene_001"}]  # the last is the cascade's
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["data"], told["held_out"], told["minutes"]) == ("face_boxes,face_scenes", True, 5)
    assert run(monkeypatch, "faces", "--data", ",".join(map(str, roots)), *how) == 0
    assert [steps for _, steps, _ in trainings[3:]] == [1, 2, 2]  # what was kept goes on
    assert run(monkeypatch, "faces", "--data", str(roots[0]), *how) == 1
    assert "left out other pictures" in capsys.readouterr().err


def test_groups_of_all_folders_are_dealt_into_five_turns():
    from benchmarks.faces import turns

    few, many = ["boxes/a", "boxes/b"], [f"scenes/{number}" for number in range(10, 22)]
    dealt = turns([*many, *few])
    assert sorted(sum(dealt, [])) == [*few, *many]
    assert [len(turn) for turn in dealt] == [4, 4, 2, 2, 2]
    assert dealt[1][:2] == ["boxes/b", "scenes/11"]
    assert turns(few) == [["boxes/a"], ["boxes/b"]]


def blind_and_missing_teachers(monkeypatch):
    """Let the cascade find nothing, and animeface be missing."""
    from benchmarks import faces

    def missing():
        raise AnimelibError("The package animeface is not here.")

    monkeypatch.setattr(faces, "cascade", lambda xml: lambda picture: [])
    monkeypatch.setattr(faces, "animeface", missing)


def test_face_loop_labels_corrects_and_counts_strokes(monkeypatch, capsys):
    from animelib.boxes import read_boxes
    from animelib.detector import FaceDetector, face_network
    from benchmarks import face_loop

    trainings, right = [], signature(face_loop.train_detector)

    def trained(*given, **how):
        asked = right.bind(*given, **how).arguments
        trainings.append((len(read_boxes(asked["pictures"])), asked["start"]))
        return FaceDetector(face_network(8), 128)

    monkeypatch.setattr(face_loop, "train_detector", trained)
    assert run(monkeypatch, "face_loop", "--data", "samples", "--quick", "--seeds", "1", "--parts", "nothing,drawn") == 0
    assert [labels for labels, _ in trainings] == [2, 4, 6, 10, 2, 4, 6]
    assert [start is None for _, start in trainings] == [True, False, False, True, False, False, False]
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["name"], result["pictures"], result["labels"]) == ("face_loop", 14, 2)
    for its in (result["nothing"], result["drawn"]):
        assert {f"{key}_{labels}" for key in ("recall", "precision", "ap") for labels in (2, 4, 6)} <= set(its)
        assert its["strokes"]["mean"] >= 10  # one at least for each picture that does not judge
        saved = 1 - its["strokes"]["mean"] / its["strokes_by_hand"]["mean"]
        assert its["strokes_saved"]["mean"] == pytest.approx(saved, abs=1e-3)


def test_face_loop_refuses_weights_that_know_the_pictures(monkeypatch, capsys, tmp_path):
    from animelib.samples import draw_scenes
    from benchmarks.faces import digest

    scenes = draw_scenes(tmp_path / "drawn", 14, size=(160, 120))
    seen = {"scene_003.jpg": digest((scenes / "images" / "scene_003.jpg").read_bytes())}
    (tmp_path / "faces.json").write_text(json.dumps({"seen": seen}))
    chosen = ("--data", str(scenes), "--scenes", "0", "--labels", "2", "--parts", "weights", "--seeds", "1")
    assert run(monkeypatch, "face_loop", *chosen, "--weights", str(tmp_path / "faces.npz")) == 1
    assert "have learned from 1 of these pictures" in capsys.readouterr().err


def test_taste_compares_ways_of_asking_and_says_that_raters_are_simulated(monkeypatch, capsys):
    chosen = ("--ratings", "15", "--rater", "bright,mix", "--parts", "ours,random,article,several", "--epochs", "1")
    arguments = ("--seeds", "1", "--quick", "--backbone", "none", "--no-faces", *chosen)
    assert run(monkeypatch, "taste", "--data", "samples", *arguments) == 0
    out = capsys.readouterr().out
    result = json.loads(out.splitlines()[-1])
    assert "simulated" in result["raters"]
    assert "simulated rater bright" in out
    for part in ("ours", "random"):
        assert -1 <= result[part]["spearman"]["mean"] <= 1
        assert 0.5 < result[part]["ceiling"]["mean"] <= 1
        assert 5 <= result[part]["ratings_to_90"]["mean"] <= 15
    assert result["ratings_to_90_ratio"] > 0
    assert "spearman" in result["article"]
    assert "best_where_better_counts" in result["several"]


def test_the_clicks_to_a_goal_are_read_off_a_rising_curve():
    from benchmarks.taste import clicks_to

    assert clicks_to(np.array([0.1, 0.5, 0.6]), [10, 20, 40], 0.3) == 15
    assert clicks_to(np.array([0.4, 0.2, 0.6]), [10, 20, 40], 0.3) == 10
    assert clicks_to(np.array([0.1, 0.2, 0.3]), [10, 20, 40], 0.9) == 40


def test_raters_are_steady_and_follow_their_rules(two_folders):
    from animelib.folders import pictures_in
    from benchmarks import raters

    seen = raters.measure(pictures_in(two_folders))
    assert np.bincount(seen.classes).tolist() == [20, 20]
    for rater in raters.RULES:
        liking = raters.likings(rater, seen, 0)
        np.testing.assert_array_equal(raters.clicks(rater, liking, 1), raters.clicks(rater, liking, 1))
        assert liking.mean() == pytest.approx(3)
        assert set(raters.rounded(raters.clicks(rater, liking, 1))) <= {1, 2, 3, 4, 5}
    by_class = [raters.likings("character", seen, 0)[seen.classes == label] for label in (0, 1)]
    assert min(by_class[0].min(), by_class[1].min()) < max(by_class[0].max(), by_class[1].max()) - 1
    assert np.corrcoef(raters.likings("bright", seen, 0), seen.bright)[0, 1] > 0.3
    assert raters.mood("mix", 0) == -raters.mood("mix", 1) != 0
