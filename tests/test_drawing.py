"""Whole pictures: size, determinism, light, signs, boxes around faces, time."""

import time

import numpy as np
import pytest
from PIL import Image

from animelib import drawing, samples, scenery
from animelib.drawing import draw_other, draw_portrait, draw_scene, random_character
from animelib.heads import MOODS, Character
from animelib.pen import WHITE, Pen

NAGI = Character("nagi", hair="bob", hair_colour="#6c8fc9")


def rng(number=0):
    return np.random.default_rng(number)


@pytest.mark.parametrize("size", [32, 64, 128, 200])
def test_a_portrait_is_a_square_of_bytes(size):
    picture = draw_portrait(NAGI, rng(), size)
    assert picture.shape == (size, size, 3)
    assert picture.dtype == np.uint8
    assert picture.std() > 10


def test_the_same_numbers_draw_the_same_picture_and_others_another():
    assert np.array_equal(draw_portrait(NAGI, rng(3)), draw_portrait(NAGI, rng(3)))
    assert not np.array_equal(draw_portrait(NAGI, rng(3)), draw_portrait(NAGI, rng(4)))


@pytest.mark.parametrize("light", drawing.LIGHTS)
def test_a_face_stands_out_in_every_light(light, monkeypatch):
    monkeypatch.setattr(drawing, "LIGHTS", {light: drawing.LIGHTS[light]})
    monkeypatch.setattr(drawing, "LIGHT_SHARES", (1.0,))
    for background, paint in scenery.BACKGROUNDS.items():
        monkeypatch.setattr(scenery, "BACKGROUNDS", {background: paint})
        assert draw_portrait(NAGI, rng(), 64).std() > 10


def test_lights_have_their_shares_and_colour_the_picture():
    assert len(drawing.LIGHT_SHARES) == len(drawing.LIGHTS)
    assert sum(drawing.LIGHT_SHARES) == pytest.approx(1)
    grey = np.full((40, 40, 3), 128, np.uint8)
    lit = [drawing.shed_light(grey, rng(number)) for number in range(40)]
    assert all(picture.shape == grey.shape and picture.dtype == np.uint8 for picture in lit)
    assert np.ptp([picture.mean() for picture in lit]) > 20


def plain_pen(x=48):
    return Pen(Image.new("RGB", (96, 96), WHITE), 30, (x, 48))


@pytest.mark.parametrize("mood", MOODS)
def test_a_third_of_the_moods_but_the_quiet_shows_a_feeling(mood):
    shown = 0
    for number in range(60):
        pen = plain_pen()
        drawing.draw_feeling(pen, mood, rng(number))
        shown += pen.canvas.getextrema() != ((255, 255),) * 3
    assert 10 < shown < 35 if mood not in ("calm", "asleep") else shown == 0


def test_feelings_are_of_moods():
    assert set(drawing.FEELINGS) < set(MOODS)


@pytest.mark.parametrize("draw", drawing.IN_FRONT, ids=lambda draw: draw.__name__)
def test_things_in_front_draw(draw):
    pictures = set()
    for number in range(12):
        pen = plain_pen(30)
        draw(pen, NAGI, rng(number))
        assert pen.canvas.getextrema() != ((255, 255),) * 3
        pictures.add(pen.canvas.tobytes())
    assert len(pictures) > 1


def test_every_sign_of_a_bubble_is_its_own():
    pictures = set()
    for write in drawing.SIGNS:
        pen = plain_pen()
        write(pen, 0, 0)
        pictures.add(pen.canvas.tobytes())
    assert len(pictures) == len(drawing.SIGNS)
    assert plain_pen().canvas.tobytes() not in pictures


def test_together_are_as_many_as_asked():
    one, two = draw_portrait(NAGI, rng(1)), draw_portrait((NAGI, Character("ren", hair_colour="#e06030")), rng(1))
    assert one.shape == two.shape
    assert not np.array_equal(one, two)


def test_made_up_people_and_things_differ():
    assert random_character(rng(1)) != random_character(rng(2))
    pictures = [draw_other(rng(number), 32).tobytes() for number in range(20)]
    assert len(set(pictures)) == 20


@pytest.mark.parametrize("count", range(5))
def test_a_scene_has_a_square_box_inside_it_for_each_face(count):
    for number in range(6):
        picture, boxes = draw_scene(samples.PEOPLE[:count], rng(number))
        assert picture.shape == (480, 640, 3)
        assert picture.dtype == np.uint8
        assert len(boxes) == count
        for x, y, w, h in boxes:
            assert x >= 0
            assert y >= 0
            assert x + w <= 640
            assert y + h <= 480
            assert w >= 24
            assert h >= 24
            assert all(isinstance(value, int) for value in (x, y, w, h))
            inside = x > 0 and x + w < 640 and y > 0 and y + h < 480
            assert abs(w - h) <= 1 or not inside


def test_a_box_is_cut_off_at_the_edges_of_the_picture():
    assert drawing.clip_box((20.4, 10, 60, 50), 2, (64, 48)) == (10, 5, 20, 20)
    assert drawing.clip_box((-20, -8, 200, 100), 2, (64, 48)) == (0, 0, 64, 48)


def test_a_head_tilts_around_the_neck():
    body = Pen(Image.new("RGB", (96, 96)), 30, (40, 48), 0.1)
    head = drawing.head_pen(body, 0.4, 0.2, 0.0)
    assert np.allclose(head.at((0.0, 1.0)), body.at((0.0, 1.0)))
    assert head.at((0.0, -1.0))[0] > body.at((0.0, -1.0))[0] + 10


def test_a_box_goes_around_the_face(monkeypatch):
    """Somebody with green skin: nearly all the green of the head is in the box, and the box is not much larger."""
    alien = Character(
        "alien", skin="#00ff00", hair_colour="#800000", clothes="kimono", clothes_colour="#0000ff", trim_colour="#0000ff"
    )
    monkeypatch.setattr(scenery, "BACKGROUNDS", {"flat": lambda pen, rng: None})
    monkeypatch.setattr(drawing, "shed_light", lambda picture, rng: picture)
    for number in range(12):
        picture, [(x, y, w, h)] = draw_scene((alien,), rng(number))
        part = picture[:, :, 1].astype(int) - picture[:, :, 0] > 120
        rows, columns = np.nonzero(part[: y + h])
        assert ((rows >= y) & (columns >= x) & (columns < x + w)).mean() > 0.97
        assert 0.6 * w < np.ptp(columns[rows < y + 0.9 * h]) < w


def test_drawing_is_quick():
    numbers = rng()
    draw_portrait(NAGI, numbers)
    start = time.process_time()
    for who in samples.PEOPLE * 4:
        draw_portrait(who, numbers)
    assert (time.process_time() - start) / (4 * len(samples.PEOPLE)) < 0.05  # about 0.005 on an idle core
