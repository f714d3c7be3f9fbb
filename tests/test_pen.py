"""Colours, shapes and the pen: what lands where on the canvas."""

import math

import numpy as np
import pytest
from PIL import Image

from animelib import pen
from animelib.pen import SIDES, WHITE, Pen

RED = (255, 0, 0)


def white_canvas(width=64, height=64):
    return Image.new("RGB", (width, height), WHITE)


def red_of(canvas):
    """Give the rows and columns of the red pixels."""
    return np.nonzero((np.asarray(canvas) == RED).all(2))


def test_colours():
    assert pen.rgb("#ff8800") == (255, 136, 0)
    assert pen.mix((0, 0, 0), (255, 255, 255), 0.5) == (127, 127, 127)
    assert pen.mix(RED, (0, 0, 255), 0) == RED
    for colour in (WHITE, (90, 200, 140), (220, 140, 180)):
        assert sum(pen.ink(colour)) < sum(pen.shade(colour)) < sum(colour)


def test_any_colour_keeps_to_its_ranges():
    rng = np.random.default_rng(0)
    for _ in range(200):
        colour = pen.any_colour(rng, (0.2, 0.4), (0.5, 0.8))
        assert 0.5 * 255 - 1 <= max(colour) <= 0.8 * 255
        assert 0.15 < 1 - min(colour) / max(colour) < 0.45


@pytest.mark.parametrize("closed", [True, False])
def test_a_smooth_curve_goes_through_its_points(closed):
    points = ((0, 0), (1, 0), (1, 1), (0, 2))
    curve = pen.smooth(points, closed)
    assert len(curve) == (20 if closed else 16)
    for point in points:
        assert np.abs(curve - point).sum(1).min() < 1e-9


def test_bends_leaves_and_strokes_end_where_they_should():
    assert np.allclose(pen.bend((0, 0), (1, 0), (1, 1))[[0, -1]], ((0, 0), (1, 1)))
    lock = pen.leaf((0, 0), (1, 0), (0.5, 3))
    assert np.allclose(lock[[0, -1]], ((0, 0), (1, 0)))
    assert lock[:, 1].max() == 3
    stroke = pen.brush(((0, 0), (1, 0), (2, 0)), 0.5)
    assert np.ptp(stroke[:, 1]) == pytest.approx(0.5, abs=0.01)
    assert np.ptp(stroke[[0, -1]][:, 1]) < 0.2
    assert np.ptp(pen.brush(((0, 0), (1, 0), (2, 0)), 0.5, taper=False)[[0, -1]][:, 1]) == pytest.approx(0.5)


def test_shapes_are_around_their_middle():
    assert np.allclose(pen.oval(3, 4, 2, 1).mean(0), (3, 4))
    assert np.allclose(np.ptp(pen.oval(3, 4, 2, 1), 0), (4, 2))
    assert pen.star(0, 0, 1, points=4).shape == (8, 2)
    assert np.hypot(*pen.star(0, 0, 1, inner=0.3).T).min() == pytest.approx(0.3)
    assert abs(pen.heart(5, 5, 1) - 5).max() < 1.3


def test_flip_and_turning():
    assert np.array_equal(pen.flip(((1, 2),), -1), [[-1, 2]])
    assert np.array_equal(pen.flip(((1, 2),), 1), [[1, 2]])
    assert np.allclose((1, 0) @ pen.turning(math.pi / 2, 2), (0, 2))


def test_a_pen_puts_its_shape_at_the_origin_in_its_scale():
    canvas = white_canvas()
    Pen(canvas, 10, (20, 40)).fill(((-1, -1), (1, -1), (1, 1), (-1, 1)), RED)
    rows, columns = red_of(canvas)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (30, 50, 10, 30)


def test_the_front_of_a_turned_head_moves_and_its_middle_stays():
    turned = Pen(white_canvas(), 10, (0, 0), turn=0.3, nod=0.1)
    assert np.allclose(turned.at((0.0, 0.0)), 0)
    right, down = turned.at((0.0, 0.0), 1)
    assert right == pytest.approx(3 * math.sqrt(1.25))
    assert down == pytest.approx(1)
    assert turned.at((1.1, 0.0), 1)[0] - 11 < right / 2  # the rim moves less


def test_an_outline_is_as_thick_as_the_line_and_never_thinner_than_a_pixel():
    square = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    counts = []
    for line in (0.0, 0.1, 0.2):
        canvas = white_canvas()
        Pen(canvas, 20, (32, 32), line=line).outline(square, RED)
        counts.append(len(red_of(canvas)[0]))
    assert 150 <= counts[0] <= 164
    assert counts[1] > 1.7 * counts[0]
    assert counts[2] > 1.7 * counts[1]


def test_paint_has_the_ink_of_its_colour():
    canvas = white_canvas()
    Pen(canvas, 20, (32, 32), line=0.1).paint(pen.oval(0, 0, 1), RED)
    assert {colour for _, colour in canvas.getcolors()} == {WHITE, RED, pen.ink(RED)}


def test_a_limb_has_round_ends():
    canvas = white_canvas()
    Pen(canvas, 10, (32, 32), line=0.0).limb(((-1, 0), (1, 0)), 1, RED)
    rows, columns = red_of(canvas)
    assert np.ptp(columns) >= 28
    assert np.ptp(rows[columns == columns.min()]) < np.ptp(rows[columns == 32])


def test_inside_a_shape_nothing_reaches_out_of_it():
    canvas = white_canvas()
    with Pen(canvas, 10, (32, 32)).inside(pen.oval(0, 0, 1)) as clip:
        clip.fill(pen.oval(1, 0, 5), RED)
    rows, columns = red_of(canvas)
    assert 250 < len(rows) < 400
    assert np.hypot(rows - 32, columns - 32).max() < 11.5


@pytest.mark.parametrize("place", [(-500, 10), (500, 10), (10, -500), (10, 500)])
def test_inside_a_shape_off_the_canvas_nothing_happens(place):
    canvas = white_canvas()
    with Pen(canvas, 10, place).inside(pen.oval(0, 0, 1)) as clip:
        clip.fill(pen.oval(0, 0, 1), RED)
    assert len(red_of(canvas)[0]) == 0


def test_roomy_side():
    assert Pen(white_canvas(), 10, (20, 0)).roomy_side() == SIDES[1]
    assert Pen(white_canvas(), 10, (40, 0)).roomy_side() == SIDES[0]


def test_a_bow_is_as_wide_on_both_sides():
    canvas = white_canvas(81, 81)
    pen.draw_bow(Pen(canvas, 40, (40, 40)), 0, 0, 0.8, (200, 40, 60))
    painted = (np.asarray(canvas) != WHITE).any(2)
    left, right = painted[:, :40].sum(), painted[:, 41:].sum()
    assert left == pytest.approx(right, rel=0.05)
    assert painted.sum() > 1000
