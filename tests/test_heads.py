"""Heads: every word for hair, eyes, marks and moods draws, and draws something of its own."""

import numpy as np
import pytest
from PIL import Image

from animelib import heads
from animelib.heads import BANGS, CLOSED_MOUTHS, EYES, HAIR, MARKS, MOODS, OPEN_MOUTHS, Character
from animelib.pen import WHITE, Pen


def head(who, mood="calm", seed=0):
    """Draw a head alone on white: uint8 (96, 96, 3)."""
    pen = Pen(Image.new("RGB", (96, 96), WHITE), 32, (48, 48))
    heads.draw_back_hair(pen, who, 0.02)
    heads.draw_face(pen, who, mood, np.random.default_rng(seed))
    heads.draw_front_hair(pen, who, 0.02)
    heads.draw_brows(pen, who, mood)
    return np.asarray(pen.canvas)


def all_differ(pictures):
    prints = [picture.tobytes() for picture in pictures]
    return len(prints) > 1 and len(set(prints)) == len(prints)


@pytest.mark.parametrize("hair", HAIR)
def test_every_hair_goes_with_every_bangs(hair):
    assert all_differ(head(Character("x", hair=hair, bangs=bangs)) for bangs in BANGS)


def test_every_hair_is_its_own():
    assert all_differ(head(Character("x", hair=hair)) for hair in HAIR)


@pytest.mark.parametrize("bangs", BANGS)
def test_between_every_two_roots_hangs_one_tip(bangs):
    roots, tips = BANGS[bangs]
    assert len(roots) == len(tips) + 1
    assert list(roots) == sorted(roots, reverse=True)  # right to left


def test_every_tail_has_its_sides():
    assert set(heads.TAILS) == set(heads.TAIL_SIDES)
    assert {back for back, _, _ in HAIR.values()} == set(heads.BACK_HAIR)


def test_streaks_ahoge_and_eye_colours_show():
    plain = Character("x")
    others = (
        Character("x", streak_colour="#ff0000"),
        Character("x", streak_colour="#ff0000", streak_colour_beside="#0000ff"),
        Character("x", ahoge=True),
        Character("x", eye_colour_below="#00ff00"),
    )
    assert all_differ(head(who) for who in (plain, *others))


def test_hair_sways_more_the_lower_it_hangs():
    moved = heads.sways(((0, -1), (0, 0.5), (0, 1)), 0.1)[:, 0]
    assert moved[0] == 0 < moved[1] < moved[2]


@pytest.mark.parametrize("mood", MOODS)
def test_every_mood_can_be_read_with_every_eye(mood):
    for eyes in EYES:
        other = "calm" if mood == "angry" else "angry"
        assert all_differ((head(Character("x", eyes=eyes), mood), head(Character("x", eyes=eyes), other)))


def test_moods_are_picked_by_their_shares(monkeypatch):
    assert len(heads.MOOD_SHARES) == len(MOODS)
    assert heads.MOOD_SHARES.sum() == pytest.approx(1)
    monkeypatch.setattr(heads, "MOOD_SHARES", np.array([float(name == "smug") for name in MOODS]))
    assert {heads.pick_mood(np.random.default_rng(seed)) for seed in range(5)} == {"smug"}


def test_moods_know_their_mouths_and_every_mouth_is_used():
    used = {mouth for _, _, _, mouths in MOODS.values() for mouth in mouths}
    assert used == {*CLOSED_MOUTHS, *OPEN_MOUTHS}


def test_every_mouth_is_its_own():
    pictures = []
    for kind in (*CLOSED_MOUTHS, *OPEN_MOUTHS):
        pen = Pen(Image.new("RGB", (96, 96), WHITE), 80, (48, 0))
        heads.draw_mouth(pen, kind, Character("x"))
        pictures.append(np.asarray(pen.canvas))
    assert all_differ(pictures)


def test_marks_show_and_a_fang_needs_an_open_smile():
    plain = head(Character("x"), "joy")
    for mark in (*MARKS, "fang"):
        assert not np.array_equal(plain, head(Character("x", mark=mark), "joy"))
    for mood, shows in (("joy", True), ("sad", False)):
        assert np.array_equal(head(Character("x"), mood), head(Character("x", mark="fang"), mood)) != shows


def test_a_mask_hides_the_mouth():
    """Under a mask no mouth is drawn, so that nothing of it peeps out."""
    masked, bare = (head(Character("x", accessory=word), "laughing")[70:77, 40:56] for word in ("mask", ""))
    assert masked.sum(2).min() > 500
    assert bare.sum(2).min() < 500


def test_a_wink_closes_one_eye():
    def dark(picture, columns):
        return (picture[52:66, columns].astype(int).sum(2) < 300).sum()

    picture = head(Character("x", bangs="parted", hair_colour="#ffe0a0", eye_colour="#102040"), "wink")
    left, right = dark(picture, slice(26, 44)), dark(picture, slice(52, 70))
    assert max(left, right) > 1.5 * min(left, right)
