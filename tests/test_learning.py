"""Figures of learning: the targets, costs, steps and dropped numbers on them are the true ones, and they can be read."""

from types import SimpleNamespace

import numpy as np
import pytest
from conftest import face
from figures import check_every_letter, heads, printed, texts

from animelib import AnimelibError, concepts, learning, words
from animelib.folders import to_array

CLASSES = ("レム", "みずき")
PICTURE = face("rem", 0, 96)


def a_report(count=40):
    random = np.random.default_rng(0)
    probs = random.dirichlet((1, 1), count)
    return SimpleNamespace(
        classes=CLASSES, truth=random.integers(0, 2, count), probs=probs, guesses=probs.argmax(axis=1),
        images=random.integers(0, 256, (count, 16, 16, 3), dtype=np.uint8), source="drawn samples (pair)",
    )  # fmt: skip


def some_data(classes):
    labels = np.arange(len(classes)).repeat(3)
    images = np.random.default_rng(0).integers(0, 256, (len(labels), 16, 16, 3), dtype=np.uint8)
    return SimpleNamespace(train=SimpleNamespace(images=images, labels=labels), classes=classes, source="drawn samples (ten)")


def every_figure():
    yield learning.explain_one_hot(some_data(CLASSES))
    yield learning.explain_one_hot(some_data(tuple(f"class {number}" for number in range(9)) + ("とても長い名前のキャラクター",)))
    yield learning.explain_dropout(PICTURE)
    yield learning.explain_cross_entropy(a_report())
    yield learning.explain_cross_entropy(0.84)
    yield learning.explain_gradient_descent()


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_figure_is_drawn_without_a_complaint_and_with_every_letter(language, caplog):
    words.use_language(language)
    check_every_letter(every_figure(), caplog)


def test_one_hot_has_a_one_where_the_class_is():
    data = some_data(tuple("abcdefg"))
    axes = learning.explain_one_hot(data).axes
    for number, picture, label, row in zip((0, 2, 4, 6), axes[::3], axes[1::3], axes[2::3], strict=True):
        assert np.array_equal(picture.images[0].get_array(), data.train.images[3 * number])
        assert texts(label) == [f"{number} →"]
        assert printed(row) == [float(place == number) for place in range(7)]
    assert [name.get_text() for name in axes[2].get_xticklabels()] == list(data.classes)


def test_dropout_drops_what_it_says_and_divides_the_rest():
    sheet = learning.explain_dropout(PICTURE, rate=0.4)
    before, *steps, answering = sheet.axes[:4]
    whole = before.images[0].get_array()
    edges = concepts.convolve(concepts.brightness(to_array(PICTURE, 32)), concepts.FILTERS["edges_upright"])
    assert np.array_equal(whole, concepts.pool(np.maximum(edges, 0)))
    assert np.array_equal(answering.images[0].get_array(), whole)
    for step in steps:
        after, dropped = step.images[0].get_array(), ~np.ma.getmaskarray(step.images[1].get_array())
        assert np.allclose(after, np.where(dropped, 0, whole / 0.6))
        assert words.percent(dropped.mean()) in heads(sheet)[0]
    assert f"{steps[0].images[0].get_array().mean():.2f}." in heads(sheet)[1]
    left, right = (np.array(printed(sheet.axes[place])) for place in (4, 6))
    assert set(right[right > 0]) <= set(np.round(left / 0.6))


def test_a_rate_that_leaves_nothing_is_refused():
    for rate in (1, -0.1, 25):
        with pytest.raises(AnimelibError, match="not a share of the numbers"):
            learning.explain_dropout(PICTURE, rate=rate)
    assert "0% and 0%" in heads(learning.explain_dropout(PICTURE, rate=0))[0]


def test_cross_entropy_points_at_the_cheapest_and_the_dearest():
    report = a_report()
    right = report.probs[np.arange(40), report.truth]
    costs = concepts.cross_entropy(right)
    sheet = learning.explain_cross_entropy(report)
    assert f"40 pictures cost {costs.mean():.2f} on average" in heads(sheet)[0]
    curve, dear, cheap = sheet.axes
    assert np.array_equal(dear.images[0].get_array(), report.images[costs.argmax()])
    assert np.array_equal(cheap.images[0].get_array(), report.images[costs.argmin()])
    assert f"most expensive: {costs.max():.2f}" in dear.get_title()
    dots = np.concatenate([crowd.get_offsets() for crowd in curve.collections])
    assert np.allclose(dots[dots[:, 0].argsort()], np.stack([right, costs], axis=1)[right.argsort()], atol=1e-5)
    assert "blind guessing: 0.69" in texts(sheet)


def test_cross_entropy_of_probabilities():
    assert heads(learning.explain_cross_entropy(0.84)) == ["−log(0.84) = 0.17"]
    assert "2 pictures cost 0.35 on average" in heads(learning.explain_cross_entropy([0.5, 1]))[0]
    assert learning.explain_cross_entropy(0).png()  # a cost without end, which Keras cuts off as well
    for wrong in (1.2, -0.1, float("nan"), []):
        with pytest.raises(AnimelibError, match="from 0 to 1"):
            learning.explain_cross_entropy(wrong)


def test_the_walks_do_what_their_titles_say():
    sheet = learning.explain_gradient_descent()
    small, good, large, stuck, plain, adam = (axes.lines[1].get_xdata() for axes in sheet.axes)
    deep, shallow = concepts.loss_at(-0.98), concepts.loss_at(1.08)
    assert deep < shallow - 0.3
    assert concepts.loss_at(small[-1]) > 1
    assert concepts.loss_at(good[-1]) == pytest.approx(deep, abs=0.01)
    assert concepts.loss_at(large[-1]) > shallow
    assert concepts.loss_at(stuck[-1]) == pytest.approx(shallow, abs=0.01)
    assert plain[0] == adam[0]
    assert concepts.loss_at(plain[-1]) > 1
    assert concepts.loss_at(adam[-1]) < deep + 0.1
    for axes, walk in zip(sheet.axes, (small, good, large, stuck, plain, adam), strict=True):
        assert f"{len(walk) - 1} steps, loss {concepts.loss_at(walk[-1]):.2f}" in texts(axes)
