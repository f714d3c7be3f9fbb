"""Backgrounds cover all of the canvas, and every thing draws around its middle."""

import numpy as np
import pytest
from PIL import Image

from animelib import scenery
from animelib.pen import Pen
from animelib.scenery import BACKGROUNDS, THINGS

NOBODY = (1, 2, 3)  # a colour that nothing is painted in


def rng(number=0):
    return np.random.default_rng(number)


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("size", [(48, 48), (96, 64), (40, 90)])
def test_a_background_covers_the_canvas(background, size, monkeypatch):
    monkeypatch.setattr(scenery, "BACKGROUNDS", {background: BACKGROUNDS[background]})
    pictures = []
    for number in range(6):
        canvas = Image.new("RGB", size, NOBODY)
        scenery.draw_background(canvas, rng(number))
        assert (np.asarray(canvas) != NOBODY).any(2).all()
        pictures.append(canvas.tobytes())
    assert len(set(pictures)) == 6


def test_every_background_comes_up_and_is_its_own():
    pictures = []
    for paint in BACKGROUNDS.values():
        canvas = Image.new("RGB", (48, 48), NOBODY)
        paint(Pen(canvas, 14, (0, 0)), rng())
        pictures.append(canvas.tobytes())
    assert len(set(pictures)) == len(BACKGROUNDS)


def test_the_gradient_runs_from_top_to_bottom():
    canvas = Image.new("RGB", (10, 96))
    scenery.paint_gradient(Pen(canvas, 1, (0, 0)), (0, 0, 0), (200, 100, 50))
    column = np.asarray(canvas)[:, 0].astype(int)
    assert column[0].tolist() == [0, 0, 0]
    assert column[-1].tolist() == [200, 100, 50]
    assert (np.diff(column[:, 0]) >= 0).all()


@pytest.mark.parametrize("draw", THINGS, ids=lambda draw: draw.__name__)
def test_a_thing_is_around_the_pen_and_has_an_outline(draw):
    canvas = Image.new("RGB", (96, 96), NOBODY)
    draw(Pen(canvas, 20, (48, 40)), rng())
    rows, columns = np.nonzero((np.asarray(canvas) != NOBODY).any(2))
    assert len(rows) > 600
    assert 48 - 36 <= columns.min() < 48 < columns.max() <= 48 + 36
    assert 40 - 36 <= rows.min() < 40 < rows.max() <= 40 + 42


def test_all_things_come_up():
    pictures = set()
    for number in range(120):
        canvas = Image.new("RGB", (24, 24), NOBODY)
        scenery.draw_thing(Pen(canvas, 6, (12, 10)), rng(number))
        pictures.add(canvas.tobytes())
    assert len(pictures) > 100
    assert {THINGS[rng(number).integers(len(THINGS))] for number in range(120)} == set(THINGS)
