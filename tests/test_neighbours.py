"""The nearest pictures are those whose last features point the same way, and a picture is not its own neighbour."""

import numpy as np
import pytest
from conftest import face
from test_attention import flat, nested
from test_trials import plain

from animelib import AnimelibError
from animelib.data import Split
from animelib.neighbours import nearest, remember
from animelib.visual_words import visual_words


def a_split(images) -> Split:
    return Split(images, np.arange(len(images)) % 3, tuple(f"{row}.png" for row in range(len(images))))


def mixed(red, green, blue) -> np.ndarray:
    return np.full((16, 16, 3), (red, green, blue), np.uint8)


@pytest.mark.parametrize("build", [flat, nested])
def test_the_nearest_point_the_same_way(build):
    split = a_split(np.stack([mixed(0, 200, 0), mixed(200, 100, 0), mixed(90, 10, 0), mixed(0, 0, 255)]))
    found = nearest(build(), split, mixed(180, 20, 0), count=3)
    assert [one.row for one in found] == [2, 1, 0]  # half as bright is the same direction
    assert found[0].likeness == pytest.approx(1, abs=1e-4)
    assert found[1].likeness == pytest.approx((180 * 200 + 20 * 100) / np.hypot(180, 20) / np.hypot(200, 100), abs=1e-4)
    assert (found[0].file, found[0].label) == ("2.png", 2)


def test_a_picture_is_not_its_own_neighbour_and_black_is_like_nothing():
    split = a_split(plain(0, 1, 2, 0))
    memory = remember(flat(), split)
    assert [one.row for one in memory.nearest(split.images[1])] == [0, 2, 3]
    assert {one.likeness for one in memory.nearest(np.zeros((16, 16, 3), np.uint8))} == {0}


def test_any_model_has_features():
    split = a_split(np.stack([np.asarray(face(name, 0, 32)) for name in ("rem", "mizuki", "stranger")]))
    assert len(nearest(visual_words(2, 32), split, face("rem", 1), 2)) == 2


def test_nothing_to_compare_with_is_one_sentence():
    with pytest.raises(AnimelibError, match="knows pictures of 16x16, and these have 32x32: load them with size=16"):
        remember(flat(), a_split(np.zeros((2, 32, 32, 3), np.uint8)))
    with pytest.raises(AnimelibError, match="no pictures in this part"):
        nearest(flat(), a_split(np.zeros((0, 16, 16, 3), np.uint8)), face("rem", 0))
