"""Accessories, clothes and bodies: every word draws something of its own, where it belongs."""

import numpy as np
import pytest
from PIL import Image

from animelib import outfits
from animelib.heads import HAIR, TAIL_SIDES, Character
from animelib.outfits import ACCESSORIES, CLOTHES, KNOTS
from animelib.pen import WHITE, Pen


def pen_on_white(scale=24, size=(96, 160), y=40):
    return Pen(Image.new("RGB", size, WHITE), scale, (size[0] / 2, y))


def drawn(pen):
    """Give where the canvas is no longer white: bool (H, W)."""
    return (np.asarray(pen.canvas) != WHITE).any(2)


def accessory(word, **more):
    pen = pen_on_white()
    ACCESSORIES[word](pen, Character("x", accessory=word, **more))
    return pen


def body(**more):
    pen = pen_on_white()
    outfits.draw_body(pen, Character("x", **more))
    return np.asarray(pen.canvas)


@pytest.mark.parametrize("word", ACCESSORIES)
def test_every_accessory_draws_on_the_head_in_its_colour(word):
    rows, columns = np.nonzero(drawn(accessory(word)))
    assert len(rows) > 40
    assert rows.max() < 40 + 1.2 * 24
    if word != "mask":  # always white
        assert not np.array_equal(accessory(word).canvas, accessory(word, accessory_colour="#00ff00").canvas)


@pytest.mark.parametrize("word", ["clip", "flower", "star", "ribbon", "beret"])
def test_an_accessory_keeps_to_its_side(word):
    left, right = (drawn(accessory(word, accessory_side=side)) for side in (-1, 1))
    assert left[:, :48].sum() > left[:, 48:].sum()
    assert right[:, :48].sum() < right[:, 48:].sum()


def test_tails_are_tied_once_and_wear_the_ribbon_at_their_knots():
    assert set(KNOTS) == set(TAIL_SIDES)
    for hair, (_, tails, _) in HAIR.items():
        knots, bows = pen_on_white(), pen_on_white()
        outfits.draw_knots(knots, Character("x", hair=hair))
        outfits.draw_knots(bows, Character("x", hair=hair, accessory="ribbon"))
        assert drawn(knots).any() == (tails in KNOTS)
        assert drawn(accessory("ribbon", hair=hair)).any() == (tails not in KNOTS)
        if tails in KNOTS:
            assert drawn(bows).sum() > 2 * drawn(knots).sum()


def test_braids_hang_over_both_shoulders_and_sway():
    still, windy = pen_on_white(), pen_on_white()
    outfits.draw_braids(still, Character("x", hair="braids"), 0)
    outfits.draw_braids(windy, Character("x", hair="braids"), 0.1)
    painted = drawn(still)
    assert painted[:, :48].sum() == pytest.approx(painted[:, 48:].sum(), rel=0.1)
    assert np.nonzero(drawn(windy))[1].mean() > np.nonzero(painted)[1].mean() + 1


@pytest.mark.parametrize("word", CLOTHES)
def test_clothes_show_both_colours_of_their_own(word):
    plain = body(clothes=word, clothes_colour="#2040a0", trim_colour="#a02020")
    assert (plain == (0x20, 0x40, 0xA0)).all(2).sum() > 500
    assert not np.array_equal(plain, body(clothes=word, clothes_colour="#2040a0", trim_colour="#20a020"))


def test_all_clothes_differ():
    assert len({body(clothes=word).tobytes() for word in CLOTHES}) == len(CLOTHES)


def test_legs_are_drawn_only_where_the_picture_reaches_down(monkeypatch):
    called = []
    monkeypatch.setattr(outfits, "draw_legs", lambda pen, who: called.append(pen.canvas.height))
    for height in (90, 160):
        outfits.draw_body(pen_on_white(size=(96, height)), Character("x"))
    assert called == [160]


@pytest.mark.parametrize("x", [24, 72])
def test_a_hand_is_on_the_roomy_side_and_can_be_a_v(x):
    hands = set()
    for seed in range(8):
        pen = Pen(Image.new("RGB", (96, 96), WHITE), 20, (x, 40))
        outfits.draw_hand(pen, Character("x"), np.random.default_rng(seed))
        columns = np.nonzero(drawn(pen))[1]
        assert (columns.mean() > x) == (x < 48)
        hands.add(pen.canvas.tobytes())
    assert len(hands) == 2  # waving, V
