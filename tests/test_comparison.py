"""Ways side by side: their figures are the reports', and a difference is counted in pairs."""

import numpy as np
import pytest
from test_evaluation import report_of

from animelib import words
from animelib.comparison import compare
from animelib.errors import AnimelibError
from animelib.trials import Effect

CLASSES = ("rem", "mizuki&<rem>", "others")
TRUTH = [0, 0, 1, 1, 2, 2]


def way(*guesses: int, truth=TRUTH, sure: float = 0.8):
    """A report of a way that guesses so, always as sure."""
    probs = np.full((len(guesses), 3), (1 - sure) / 2)
    probs[np.arange(len(guesses)), guesses] = sure
    return report_of(truth, probs, CLASSES)


def test_wins_and_losses_are_counted_against_the_first():
    compared = compare({"article": way(0, 1, 1, 1, 0, 0), "ours": way(0, 0, 1, 0, 2, 2)})
    assert compared.effects == {"ours": Effect("ours", lost=1, won=3, count=6)}
    assert compared.effects["ours"].difference == pytest.approx(2 / 6)


def test_pairs_are_found_in_whatever_order_the_pictures_lie():
    first, other = way(0, 1, 1, 1, 0, 0), way(0, 0, 1, 0, 2, 2)
    order = np.array([5, 2, 0, 3, 1, 4])
    files = tuple(np.array(other.files)[order].tolist())
    turned = type(other)(**{**other.__dict__, "truth": other.truth[order], "probs": other.probs[order], "files": files})
    assert compare({"a": first, "b": turned}).effects == compare({"a": first, "b": other}).effects


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_table_holds_the_reports_figures(language):
    words.use_language(language)
    ours = way(0, 0, 1, 0, 2, 2)
    compared = compare({"article": way(0, 1, 1, 1, 0, 0), "ours": ours})
    heads, article, line, told, chance = str(compared).splitlines()
    assert "—" in article
    for figure in (f"{ours.accuracy:.1%}", "+33.3", f"{ours.macro_recall:.1%}"):
        assert figure in line
        assert figure in compared._repr_html_()
    assert "folder p" in told
    assert words.say("compare_macro") in heads
    assert chance == words.say("compare_chance", first="article")
    assert chance not in str(compare({"article": ours}))  # with nothing to compare with
    columns = [words.columns_of(text[: text.index(share)]) for text, share in ((article, "50.0%"), (line, "83.3%"))]
    assert columns[0] == columns[1]


def test_names_cannot_break_out_of_the_page():
    page = compare({"a<b>": way(0, 0, 1, 1, 2, 2)})._repr_html_()
    assert "a&lt;b&gt;" in page
    assert "<b>" not in page


def test_other_pictures_or_labels_and_nothing_at_all_are_one_sentence():
    right = way(0, 0, 1, 1, 2, 2)
    for other in (way(0, 0, truth=[0, 0]), way(0, 0, 1, 1, 2, 2, truth=[0, 0, 1, 1, 2, 0])):
        with pytest.raises(AnimelibError, match="'b' is not of the same pictures and labels as 'a'"):
            compare({"a": right, "b": other})
    with pytest.raises(AnimelibError, match="no report"):
        compare({})
