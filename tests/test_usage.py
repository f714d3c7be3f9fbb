"""The help is one that a beginner can go by: every example in it can be called as it stands."""

import re
import shlex

import pytest

from animelib import commands
from animelib.__main__ import main
from animelib.usage import parser

VERBS = ("demo", "check", "train", "predict", "who", "score")


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help_has_examples_that_are_understood_and_the_exit_codes(capsys, verb):
    with pytest.raises(SystemExit) as end:
        main([*verb.split(), "--help"])
    told = capsys.readouterr().out
    assert end.value.code == 0
    assert "exit codes: 0" in told
    examples = re.findall(r"^  animelib (.*?)(?:  .*)?$", told, re.MULTILINE)
    assert len(examples) == (1 if verb else 5)
    for example in examples:
        words = shlex.split(example.split(" > ")[0])
        assert parser().parse_args(words).run is getattr(commands, words[0])
        assert words[0] == (verb or words[0])


WRONG = ["", "dance", "check", "predict who.keras", "train p --epochs 0", "train p --epochs x", "predict m p --format xls"]


@pytest.mark.parametrize("arguments", WRONG)
def test_wrong_usage_is_told_and_is_two(capsys, arguments):
    with pytest.raises(SystemExit) as end:
        main(arguments.split())
    assert end.value.code == 2
    assert "usage: animelib" in capsys.readouterr().err
