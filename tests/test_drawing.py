"""What is drawn: shapes, determinism, boxes around faces, time."""

import time

import numpy as np
import pytest

from animelib import drawing, samples
from animelib.drawing import Character, draw_other, draw_portrait, draw_scene, random_character

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


@pytest.mark.parametrize("hair", drawing.HAIR)
@pytest.mark.parametrize("bangs", drawing.BANGS)
def test_every_hair_goes_with_every_bangs(hair, bangs):
    draw_portrait(Character("x", hair=hair, bangs=bangs, ahoge=True, streak_colour="#ff0000"), rng(), 32)


@pytest.mark.parametrize(("field", "table"), [("accessory", "ACCESSORIES"), ("clothes", "CLOTHES"), ("eyes", "EYES")])
def test_every_word_of_the_tables_draws(field, table):
    for word in getattr(drawing, table):
        assert draw_portrait(Character("x", **{field: word}), rng(), 48).std() > 10


@pytest.mark.parametrize("mood", drawing.MOODS)
def test_every_mood_draws(mood, monkeypatch):
    certain = np.array([float(name == mood) for name in drawing.MOODS])
    monkeypatch.setattr(drawing, "MOOD_SHARES", certain)
    for number in range(6):
        assert draw_portrait(Character("x", mark="fang"), rng(number), 48).std() > 10


@pytest.mark.parametrize("background", drawing.BACKGROUNDS)
@pytest.mark.parametrize("light", drawing.LIGHTS)
def test_a_face_stands_out_in_every_light(background, light, monkeypatch):
    monkeypatch.setattr(drawing, "BACKGROUNDS", {background: drawing.BACKGROUNDS[background]})
    monkeypatch.setattr(drawing, "LIGHTS", {light: drawing.LIGHTS[light]})
    monkeypatch.setattr(drawing, "LIGHT_SHARES", (1.0,))
    assert draw_portrait(NAGI, rng(), 64).std() > 10


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


def test_a_box_goes_around_the_face(monkeypatch):
    """Somebody with green skin: nearly all the green of the head is in the box, and the box is not much larger."""
    alien = Character(
        "alien", skin="#00ff00", hair_colour="#800000", clothes="kimono", clothes_colour="#0000ff", trim_colour="#0000ff"
    )
    monkeypatch.setattr(drawing, "BACKGROUNDS", {"flat": lambda pen, rng: None})
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
