"""What a change does to an answer is what a network that is known by heart would do."""

import numpy as np
import pytest
from conftest import face
from test_attention import SIZE, flat
from test_evaluation import report_of

from animelib.changes import CHANGES
from animelib.models import outputs
from animelib.trials import COVER, Effect, judge_changes, try_changes
from animelib.visual_words import visual_words

COLOURS = ("red", "green", "blue")


def plain(*colours: int) -> np.ndarray:
    """Pictures of one colour each: 0 red, 1 green, 2 blue."""
    images = np.zeros((len(colours), SIZE, SIZE, 3), np.uint8)
    for image, colour in zip(images, colours, strict=True):
        image[..., colour] = 255
    return images


def colour_report(truth, shown):
    report = report_of(truth, outputs(flat(), plain(*shown)), COLOURS)
    return type(report)(**{**report.__dict__, "images": plain(*shown)})


def test_a_model_of_colours_is_moved_by_hues_and_by_nothing_else():
    trials = try_changes(flat(), plain(0)[0])
    assert set(trials.probs) == {*CHANGES, COVER}
    assert trials.before.argmax() == 0
    assert trials.probs["change_hues"].argmax() == 1
    assert trials.probs["change_hues_back"].argmax() == 2
    assert trials.strongest in ("change_hues", "change_hues_back")
    assert trials.moved["change_hues"] == pytest.approx(np.abs(trials.probs["change_hues"] - trials.before).sum() / 2)
    assert max(trials.moved[name] for name in ("change_blur", "change_top_left", COVER)) < 1e-6


def test_the_worst_place_is_the_one_that_speaks_most():
    picture = plain(2)[0]
    picture[:5, :5] = (255, 0, 0)
    picture[5:, :] //= 4
    trials = try_changes(flat(), picture)
    guess = trials.before.argmax()
    assert trials.probs[COVER][guess] < trials.before[guess]


def test_effects_are_counted_against_the_answers_before():
    effects = {effect.change: effect for effect in judge_changes(flat(), colour_report([0, 1, 2, 1], [0, 1, 2, 0]))}
    turned = effects["change_hues"]
    assert (turned.lost, turned.won, turned.count) == (3, 1, 4)  # the red picture called green is green now
    assert turned.difference == -0.5
    assert effects["change_bottom_right"].lost == effects["change_blur"].won == 0


def test_the_interval_of_pairs_holds_the_difference_and_shrinks_with_the_count():
    for lost, won, count in ((0, 0, 10), (3, 1, 20), (30, 10, 200), (10, 0, 10)):
        effect = Effect("change_grey", lost, won, count)
        low, high = effect.interval
        assert -1 <= low <= effect.difference <= high <= 1
    few, many = Effect("change_grey", 3, 1, 20).interval, Effect("change_grey", 30, 10, 200).interval
    assert many[1] - many[0] < few[1] - few[0]
    assert many[1] < 0 < few[1]


def test_any_model_of_probabilities_can_be_tried():
    trials = try_changes(visual_words(2, 32), face("rem", 0))
    assert trials.picture.shape == (32, 32, 3)
