"""People from the side, for the scenes that the face detector learns from: animelib itself draws everybody from the front.

A head looks to the left, in head units as in `animelib.heads`: its middle is (0, 0), the chin is near y = 1.05, the hair ends
near y = -1.15. Who looks to the right is drawn on a mirrored canvas.
"""

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageOps

from animelib.drawing import Box, clip_box, finish, one_of, random_character
from animelib.heads import BACK_HAIR, HAIR, Character, back_shape, locks
from animelib.pen import BLACK, WHITE, Colour, Pen, bend, ink, mix, oval, rgb, shade, smooth
from animelib.scenery import draw_background

FINE = 2  # drawn so much larger and then reduced
BOX = (-0.2, 0.25, 0.95)  # the middle of a face's box, and half its side
FOREHEAD, CHIN = ((-0.5, -0.75), (-0.7, -0.4), (-0.77, -0.05), (-0.76, 0.2)), ((-0.7, 0.98), (-0.52, 1.06), (-0.25, 1.0))
JAW = ((0.1, 0.82), (0.36, 0.5), (0.4, 0.0), (0.3, -0.6))
LIPS = ((-0.79, 0.66), (-0.74, 0.74), (-0.78, 0.82), (-0.73, 0.88))
CROWN = ((0.86, 0.72), (1.06, 0.3), (1.1, -0.25), (0.92, -0.75), (0.5, -1.1), (0.0, -1.18), (-0.45, -1.02), (-0.8, -0.6),
         (-0.9, -0.2))  # fmt: skip
SHINE = (((-0.75, -0.62), (0.1, -0.9), (1.0, -0.35)), ((1.0, -0.28), (0.1, -0.75), (-0.75, -0.5)))
ROOTS = ((-0.9, -0.2), (-0.62, -0.3), (-0.32, -0.25), (-0.02, -0.1), (0.22, 0.0), (0.6, 0.4), (0.86, 0.72))  # of the locks
EAR = ((0.12, 0.1), (0.28, 0.04), (0.34, 0.22), (0.24, 0.45), (0.12, 0.4))
OPENING = ((-1, -1), (1, -0.8), (1.6, 0), (0.5, 1), (-1, 0.8))  # of the eye
OPEN_MOUTH = ((-0.77, 0.7), (-0.55, 0.68), (-0.5, 0.8), (-0.6, 0.86), (-0.76, 0.82))
NECK = ((-0.2, 0.7), (-0.15, 1.3), (-0.3, 1.6), (0.7, 1.6), (0.5, 1.2), (0.5, 0.5))
SHOULDERS = ((0.1, 1.25), (-0.45, 1.5), (-0.8, 2.1), (-0.85, 4.5), (1.3, 4.5), (1.25, 2.1), (0.85, 1.45))


def draw_profiles(rng: Generator, size: tuple[int, int]) -> tuple[np.ndarray, list[Box]]:
    """Draw one to three people from the side, some of them face to face: a picture (H, W, 3) and the boxes of the faces."""
    canvas = Image.new("RGB", (size[0] * FINE, size[1] * FINE))
    draw_background(canvas, rng)
    count, boxes = int(rng.integers(1, 4)), []
    for place in range(count):
        scale = min(canvas.width / count * 0.42, canvas.height * 0.34) * rng.uniform(0.5, 1)
        x, y = (place + rng.uniform(0.4, 0.6)) / count * canvas.width, canvas.height * rng.uniform(0.35, 0.6)
        to_the_right = bool(rng.random() < 0.5) if count == 1 else place % 2 == 0
        canvas, x = (ImageOps.mirror(canvas), canvas.width - x) if to_the_right else (canvas, x)
        pen = Pen(canvas, scale, (x, y), rng.normal(0, 0.15), line=rng.uniform(0.02, 0.045))
        left, upper, right, lower = draw_profile(pen, rng)
        if to_the_right:
            canvas, left, right = ImageOps.mirror(canvas), canvas.width - right, canvas.width - left
        boxes.append(clip_box((left, upper, right, lower), FINE, size))
    return finish(canvas, FINE, rng), boxes


def draw_profile(pen: Pen, rng: Generator) -> tuple[float, float, float, float]:
    """Draw somebody from the waist up, looking to the left; return the face's box (left, top, right, bottom) on the canvas."""
    who = random_character(rng)
    hair, skin = rgb(who.hair_colour), rgb(who.skin)
    pen.paint(back_shape(one_of(BACK_HAIR, rng)) * (0.9, 1) + (0.22, 0), shade(hair, 0.3))
    pen.paint(smooth(SHOULDERS), rgb(who.clothes_colour))
    pen.paint(NECK, shade(skin, 0.2))
    pen.paint(face_line(rng), skin)
    if rng.random() < 0.8:
        pen.paint(smooth(EAR), skin, line=0.8)
    draw_eye(pen, who, rng)
    draw_mouth(pen, skin, rng)
    draw_hair(pen, who, rng)
    middle, reach = pen.at(BOX[:2]), BOX[2] * pen.scale
    return (*(middle - reach), *(middle + reach))


def face_line(rng: Generator) -> np.ndarray:
    """Return the closed outline of the face, with a nose and lips of some size."""
    nose, lips = rng.uniform(-1.08, -0.88), rng.uniform(-0.04, 0.06)
    tip = ((-0.82, 0.36), (nose, 0.52 + rng.uniform(-0.05, 0.04)), (-0.8, 0.6))
    return smooth((*FOREHEAD, *tip, *((x + lips, y) for x, y in LIPS), *CHIN, *JAW))


def draw_eye(pen: Pen, who: Character, rng: Generator) -> None:
    """Draw the one eye that is seen: narrow and high, open or shut, under its brow."""
    lash, (x, y) = mix(ink(rgb(who.hair_colour)), BLACK, 0.6), (-0.52, 0.27)
    wide, high = rng.uniform(0.11, 0.17), rng.uniform(0.17, 0.29)
    brow = y - high - rng.uniform(0.08, 0.16)
    pen.stroke(bend((x - 0.18, brow + 0.03), (x, brow - 0.05), (x + 0.25, brow + 0.05)), 0.05, lash)
    if rng.random() < 0.2:
        pen.stroke(bend((x - wide, y + 0.1), (x, y + 0.25), (x + 1.6 * wide, y + 0.02)), 0.07, lash)
        return
    opening, iris = smooth(OPENING) * (wide, high) + (x, y), rgb(who.eye_colour)
    with pen.inside(opening) as clip:
        clip.fill(opening, WHITE)
        clip.fill(oval(x - 0.25 * wide, y, 0.75 * wide, high), iris)
        clip.fill(oval(x - 0.35 * wide, y, 0.4 * wide, 0.6 * high), mix(iris, BLACK, 0.7))
        clip.fill(oval(x - 0.1 * wide, y - 0.45 * high, 0.25 * wide, 0.2 * high), WHITE)
    pen.stroke(bend((x - 1.3 * wide, y - high), (x + 0.6 * wide, y - 1.3 * high), (x + 2 * wide, y - 0.1 * high)), 0.09, lash)


def draw_mouth(pen: Pen, skin: Colour, rng: Generator) -> None:
    """Draw a mouth that is open or shut, and now and then a blush."""
    line = mix(ink(skin), (150, 40, 60), 0.3)
    if rng.random() < 0.3:
        pen.fill(smooth(OPEN_MOUTH), (150, 52, 66), 0, line, 0.7)
    else:
        pen.stroke(bend((-0.76, 0.74), (-0.65, 0.74), (-0.55, 0.74 + rng.uniform(-0.08, 0.05))), 0.045, line)
    if rng.random() < 0.4:
        pen.fill(oval(-0.36, 0.6, 0.15, 0.08), mix(skin, (255, 120, 130), 0.4))


def draw_hair(pen: Pen, who: Character, rng: Generator) -> None:
    """Draw the crown, locks over the forehead and one before the ear."""
    hair, low = rgb(who.hair_colour), rng.uniform(-0.15, 0.2)
    before_the_ear = (0.02, HAIR[who.hair][2] * rng.uniform(0.6, 1.1))
    tips = ((-0.86, low + 0.1), (-0.56, low), (-0.22, low + 0.12), before_the_ear, (0.4, 0.7), (0.7, 0.95))
    shape = np.concatenate([smooth(CROWN, closed=False), locks(ROOTS, tips)])
    pen.paint(shape, hair)
    with pen.inside(shape) as clip:
        clip.fill(np.concatenate([bend(*arch) for arch in SHINE]), mix(hair, WHITE, 0.35))
        for x, y in ROOTS[1:-1]:
            clip.stroke(bend((x, y + 0.05), (x + 0.03, y - 0.25), (x + 0.15, y - 0.55)), 0.04, shade(hair, 0.4))
    pen.outline(shape, ink(hair))
