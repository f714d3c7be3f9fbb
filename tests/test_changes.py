"""Each change changes what it says and leaves the rest."""

import numpy as np
import pytest
from conftest import face

from animelib.changes import CHANGES, blur_surroundings, covered_parts, grey, hide_corner, turn_hues

PICTURE = np.asarray(face("rem", 0, 48))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_gives_another_picture_of_the_same_kind_and_leaves_the_original(change):
    before = PICTURE.copy()
    changed = change(PICTURE)
    assert (changed.shape, changed.dtype) == (PICTURE.shape, np.uint8)
    assert np.abs(changed.astype(int) - PICTURE).mean() > 1
    assert (before == PICTURE).all()


def test_grey_has_no_colour_and_hues_come_back_after_a_whole_turn():
    assert np.ptp(grey(PICTURE), axis=2).max() == 0
    red = np.full((4, 4, 3), (255, 0, 0), np.uint8)
    assert np.abs(turn_hues(red, 1 / 3).astype(int) - (0, 255, 0)).max() < 8
    assert np.abs(turn_hues(red, -1 / 3).astype(int) - (0, 0, 255)).max() < 8
    assert (turn_hues(np.full((4, 4, 3), 90, np.uint8), 0.5) == 90).all()


def test_surroundings_are_blurred_and_the_middle_is_not():
    changed = blur_surroundings(PICTURE)
    assert (changed[14:34, 14:34] == PICTURE[14:34, 14:34]).all()
    corner = np.s_[:8, :8]
    assert changed[corner].std(axis=(0, 1)).max() < PICTURE[corner].std(axis=(0, 1)).max() / 2


def test_a_corner_is_hidden_and_nothing_else():
    changed = hide_corner(PICTURE, lower=True, right=True)
    hidden = np.zeros((48, 48), bool)
    hidden[36:, 18:] = True
    assert (changed[~hidden] == PICTURE[~hidden]).all()
    assert np.ptp(changed[hidden], axis=0).max() == 0


@pytest.mark.parametrize("size", [8, 33, 48])
def test_the_parts_cover_the_whole_picture(size):
    picture = np.asarray(face("mizuki", 1).resize((size, size)))
    covered, places = covered_parts(picture)
    assert covered.shape == (49, size, size, 3)
    assert places.any(axis=0).all()
    for one, place in zip(covered, places, strict=True):
        assert (one[~place] == picture[~place]).all()
        assert np.ptp(one[place], axis=0).max() == 0
