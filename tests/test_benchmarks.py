"""A benchmark runs from the command line and ends with one line of JSON that programs can read."""

import json
import sys

import numpy as np
import pytest

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
