"""The table of words: whole in both languages, and nothing in it that nobody says."""

import re
from pathlib import Path
from string import Formatter

import pytest

from animelib import AnimelibError, words

PACKAGE = Path(words.__file__).parent


def places(sentence):
    return sorted(name for _, name, _, _ in Formatter().parse(sentence) if name is not None)


@pytest.mark.parametrize("key", words.WORDS)
def test_each_row_has_both_languages_with_the_same_places(key):
    english, japanese = words.WORDS[key]
    assert places(english) == places(japanese)
    assert english.strip() == english != ""
    assert japanese.strip() == japanese != ""


def test_what_is_said_is_in_the_table_and_what_is_in_the_table_is_said():
    source = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.glob("*.py") if path.name != "words.py")
    said = set(re.findall(r"""\bsay\(\s*["']([a-z_]+)["']""", source))
    assert said <= set(words.WORDS)
    built = ("knob_", "part_", "cifar_")  # the name of a control, of a part and of a class complete these
    unsaid = {key for key in words.WORDS if f'"{key}"' not in source and f"'{key}'" not in source and not key.startswith(built)}
    assert unsaid == set()


def test_use_language_changes_what_is_said():
    assert words.say("class_pictures", name="rem", count=3) == "rem: 3"
    words.use_language("ja")
    assert (words.language(), words.say("class_pictures", name="レム", count=3)) == ("ja", "レム：3枚")
    with pytest.raises(AnimelibError, match="no language 'de'"):
        words.use_language("de")
    assert words.language() == "ja"


@pytest.mark.parametrize(
    ("share", "told"),
    [(0, "0%"), (0.0001, "<1%"), (0.01, "1%"), (0.125, "12%"), (0.5, "50%"), (0.99, "99%"), (0.9999, ">99%"), (1, "100%")],
)
def test_percent_calls_nothing_certain_that_is_only_nearly_so(share, told):
    assert words.percent(share) == told
