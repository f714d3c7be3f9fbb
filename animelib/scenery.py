"""What is around somebody: backgrounds, animals and objects, and what stands in front of them.

A background fills the canvas of the pen it is given. A thing is drawn in its own units, around (0, 0) and about -1 to 1 each
way (a sitting animal reaches down to y = 1.8), so that a pen can put it anywhere. People are in `heads` and `outfits`.
"""

import math

import numpy as np
from numpy.random import Generator
from PIL import Image

from .pen import (
    BLACK,
    SIDES,
    WHITE,
    Colour,
    Pen,
    any_colour,
    draw_bow,
    flip,
    heart,
    ink,
    leaf,
    mix,
    oval,
    shade,
    smooth,
    star,
    turning,
)

# ---------------------------------------------------------------- backgrounds

SKIES = (((74, 150, 226), (206, 236, 252)), ((108, 120, 206), (255, 190, 160)), ((238, 130, 110), (255, 226, 160)))
CLOUD = ((-1.3, 0.2, 0.7), (-0.5, -0.3, 1), (0.5, -0.1, 0.9), (1.3, 0.25, 0.6))
PETAL = ((0, -1), (0.6, -0.3), (0.5, 0.6), (0, 0.7), (-0.5, 0.6), (-0.6, -0.3))


def paint_gradient(pen: Pen, top: Colour, bottom: Colour) -> None:
    """Fill the canvas with a gradient in bands."""
    width, height = pen.canvas.size
    for band in range(48):
        y = band * height // 48
        pen.draw.rectangle((0, y, width, (band + 1) * height // 48), fill=mix(top, bottom, band / 47))


def paint_all(pen: Pen, colour: Colour) -> None:
    """Fill the canvas with one colour."""
    pen.draw.rectangle((0, 0, *pen.canvas.size), fill=colour)


def paint_disc(pen: Pen, x: float, y: float, r: float, colour: Colour) -> None:
    """Draw a disc where x, y and r are in pixels of the canvas."""
    pen.draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)


def flat_background(pen: Pen, rng: Generator) -> None:
    """Paint one colour."""
    paint_all(pen, any_colour(rng))


def gradient_background(pen: Pen, rng: Generator) -> None:
    """Paint one colour into another."""
    paint_gradient(pen, any_colour(rng), any_colour(rng, (0.05, 0.5), (0.75, 1)))


def pattern_background(pen: Pen, rng: Generator) -> None:
    """Paint dots, stars, hearts or sparkles in rows."""
    colour = any_colour(rng, (0.1, 0.45), (0.8, 1))
    paint_all(pen, colour)
    kind, step = rng.integers(4), rng.uniform(0.5, 0.9)
    mark = mix(colour, WHITE, 0.5) if rng.random() < 0.7 else any_colour(rng)
    shape = (oval(0, 0, 0.16), star(0, 0, 0.22), heart(0, 0, 0.17), star(0, 0, 0.2, 4, 0.3))[kind]
    across, down = np.array(pen.canvas.size) / pen.scale / step
    for row in range(int(down) + 2):
        for column in range(int(across) + 2):
            pen.fill(shape + ((column + row % 2 / 2) * step, row * step), mark)


def stripe_background(pen: Pen, rng: Generator) -> None:
    """Paint stripes, or rays from a point."""
    colour = any_colour(rng)
    other = mix(colour, WHITE, rng.uniform(0.25, 0.6))
    paint_all(pen, colour)
    paint = paint_stripes if rng.random() < 0.5 else paint_rays
    paint(pen, other, rng)


def paint_stripes(pen: Pen, colour: Colour, rng: Generator) -> None:
    """Paint leaning stripes from the upper to the lower edge."""
    width, height = pen.canvas.size
    step, lean = width * rng.uniform(0.06, 0.16), rng.uniform(-0.8, 0.8) * height
    for k in range(-16, 32, 2):
        x = k * step
        pen.draw.polygon((x, 0, x + step, 0, x + step + lean, height, x + lean, height), fill=colour)


def paint_rays(pen: Pen, colour: Colour, rng: Generator) -> None:
    """Paint twelve rays from any point."""
    width, height = pen.canvas.size
    x, y, reach, turn = rng.uniform(0, width), rng.uniform(0, height), 2 * max(width, height), rng.uniform(0, 1)
    for k in range(12):
        a, b = turn + k * math.pi / 6, turn + k * math.pi / 6 + 0.26
        ends = (x + reach * math.cos(a), y + reach * math.sin(a), x + reach * math.cos(b), y + reach * math.sin(b))
        pen.draw.polygon((x, y, *ends), fill=colour)


def check_background(pen: Pen, rng: Generator) -> None:
    """Paint a chequered cloth."""
    width, height = pen.canvas.size
    colour, share = any_colour(rng), rng.uniform(0.2, 0.45)
    step = width * rng.uniform(0.08, 0.18)
    paint_all(pen, colour)
    for row in range(int(height / step) + 1):
        for column in range(int(width / step) + 1):
            if (row + column) % 2:
                box = (column * step, row * step, (column + 1) * step, (row + 1) * step)
                pen.draw.rectangle(box, fill=mix(colour, WHITE, share))


def sky_background(pen: Pen, rng: Generator) -> None:
    """Paint a sky with clouds, by day or at sunset."""
    width, height = pen.canvas.size
    paint_gradient(pen, *SKIES[rng.integers(3)])
    for _ in range(rng.integers(2, 6)):
        x, y, r = rng.uniform(0, width), rng.uniform(0, height * 0.8), width * rng.uniform(0.05, 0.11)
        for dx, dy, s in CLOUD:
            paint_disc(pen, x + dx * r, y + dy * r, s * r, (255, 252, 250))


def night_background(pen: Pen, rng: Generator) -> None:
    """Paint a night sky with stars and a moon."""
    width, height = pen.canvas.size
    paint_gradient(pen, (24, 28, 74), (92, 78, 150))
    for _ in range(28):
        x, y, r = rng.uniform(0, width), rng.uniform(0, height), width * rng.uniform(0.002, 0.006)
        paint_disc(pen, x, y, r, (250, 246, 214))
    paint_disc(pen, rng.uniform(0.1, 0.9) * width, rng.uniform(0.1, 0.3) * height, width * 0.09, (255, 240, 190))


def petal_background(pen: Pen, rng: Generator) -> None:
    """Paint cherry petals in spring."""
    paint_gradient(pen, (190, 222, 250), (255, 226, 236))
    size = np.array(pen.canvas.size) / pen.scale
    for _ in range(22):
        petal = smooth(PETAL) @ turning(rng.uniform(0, 6.3), rng.uniform(0.08, 0.2))
        pen.fill(petal + rng.uniform(0, 1, 2) * size, mix((255, 176, 200), WHITE, rng.uniform(0, 0.5)))


def room_background(pen: Pen, rng: Generator) -> None:
    """Paint a room with a blackboard, or with a window, a curtain and a shelf."""
    width, height = pen.canvas.size
    wall = any_colour(rng, (0.05, 0.3), (0.75, 0.98))
    paint_all(pen, wall)
    pen.draw.rectangle((0, height * 0.8, width, height), fill=shade(wall, 0.35))
    if rng.random() < 0.3:
        paint_blackboard(pen)
        return
    x, w = rng.uniform(-0.1, 0.6) * width, width * rng.uniform(0.35, 0.5)
    paint_window(pen, x, w)
    paint_curtain(pen, x - w * 0.24, w * 0.1, any_colour(rng, (0.2, 0.5), (0.8, 1)))
    paint_shelf(pen, x + w * 1.2, rng)


def paint_blackboard(pen: Pen) -> None:
    """Paint a blackboard with a wooden frame."""
    width, height = pen.canvas.size
    box = (width * 0.06, height * 0.1, width * 0.94, height * 0.62)
    pen.draw.rectangle(box, fill=(58, 104, 84), outline=(150, 110, 76), width=max(2, width // 60))


def paint_window(pen: Pen, x: float, w: float) -> None:
    """Paint a window from x on, w pixels wide."""
    width, height = pen.canvas.size
    frame = (250, 248, 242)
    box = (x, height * 0.08, x + w, height * 0.66)
    pen.draw.rectangle(box, fill=(196, 230, 250), outline=frame, width=max(2, width // 40))
    pen.draw.line((x + w / 2, height * 0.08, x + w / 2, height * 0.66), fill=frame, width=max(2, width // 60))


def paint_curtain(pen: Pen, x: float, fold: float, cloth: Colour) -> None:
    """Paint a curtain from x on, with three folds."""
    for k in range(3):
        box = (x + k * fold, 0, x + (k + 1) * fold, pen.canvas.height * 0.74)
        pen.draw.rectangle(box, fill=mix(cloth, WHITE, 0.12 * k))


def paint_shelf(pen: Pen, x: float, rng: Generator) -> None:
    """Paint a shelf from x on, with books; those past the right edge come in again at the left."""
    width, height = pen.canvas.size
    for k in range(6):
        left = (x + k * width * 0.05) % width
        pen.draw.rectangle((left, height * (0.24 + 0.03 * (k % 3)), left + width * 0.04, height * 0.4), fill=any_colour(rng))
    pen.draw.rectangle((x, height * 0.4, x + width * 0.4, height * 0.43), fill=(160, 116, 84))


BACKGROUNDS = {
    "flat": flat_background,
    "gradient": gradient_background,
    "pattern": pattern_background,
    "stripes": stripe_background,
    "check": check_background,
    "sky": sky_background,
    "night": night_background,
    "petals": petal_background,
    "room": room_background,
}


def draw_background(canvas: Image.Image, rng: Generator) -> None:
    """Paint a random background over the whole canvas."""
    kind = str(rng.choice(tuple(BACKGROUNDS)))
    BACKGROUNDS[kind](Pen(canvas, max(canvas.size) * 0.28, (0, 0)), rng)


# ---------------------------------------------------------------- animals

DARK = (52, 40, 48)


def draw_animal_face(pen: Pen, x: float = 0.32, y: float = 0.1, r: float = 0.09) -> None:
    """Draw two round eyes, each x from the middle, and a small mouth."""
    for side in SIDES:
        pen.fill(oval(side * x, y, r, r * 1.2), DARK, 0.5)
        pen.fill(oval(side * x - r * 0.3, y - r * 0.4, r * 0.35), WHITE, 0.5)
    mouth = ((-0.12, y + 0.22), (-0.06, y + 0.28), (0.0, y + 0.22), (0.06, y + 0.28), (0.12, y + 0.22))
    pen.stroke(smooth(mouth, False), 0.045, (90, 60, 66), 0.5)


def draw_cat(pen: Pen, rng: Generator) -> None:
    """Draw a sitting cat."""
    fur = any_colour(rng, (0.05, 0.4), (0.45, 1))
    pen.limb(smooth(((0.5, 1.6), (1.1, 1.5), (1.2, 0.9), (1.0, 0.6)), False), 0.2, fur)
    pen.paint(smooth(((-0.6, 1.75), (-0.5, 0.8), (0.0, 0.5), (0.5, 0.8), (0.6, 1.75), (0.0, 1.85))), fur)
    for side in SIDES:
        pen.paint(flip(((0.15, -0.6), (0.75, -1.05), (0.85, -0.1)), side), fur)
        pen.fill(flip(((0.38, -0.55), (0.68, -0.84), (0.72, -0.3)), side), (250, 176, 186))
    pen.paint(oval(0, 0.05, 0.92, 0.74), fur)
    draw_animal_face(pen)
    for side in SIDES:
        for y in (0.25, 0.36):
            pen.stroke(((side * 0.5, y), (side * 1.05, y + (y - 0.3) * 0.8)), 0.03, ink(fur))


def draw_dog(pen: Pen, rng: Generator) -> None:
    """Draw a dog with hanging ears."""
    fur = any_colour(rng, (0.2, 0.5), (0.6, 0.98))
    ear = smooth(((0.55, -0.65), (0.95, -0.6), (1.15, 0.2), (0.9, 0.55), (0.72, 0.0)))
    tongue = smooth(((-0.09, 0.3), (0.09, 0.3), (0.07, 0.52), (0.0, 0.57), (-0.07, 0.52)))
    pen.paint(smooth(((-0.7, 1.75), (-0.55, 0.7), (0.55, 0.7), (0.7, 1.75), (0.0, 1.85))), fur)
    pen.paint(oval(0, 0.0, 0.86, 0.8), fur)
    for side in SIDES:
        pen.fill(flip(ear, side), shade(fur, 0.35), 0, ink(fur))
    pen.fill(oval(0, 0.32, 0.42, 0.34), mix(fur, WHITE, 0.7))
    draw_animal_face(pen, 0.36, -0.02)
    pen.fill(oval(0, 0.16, 0.11, 0.08), DARK)
    pen.fill(tongue, (244, 128, 136), 0, (150, 52, 66))


def draw_bear(pen: Pen, rng: Generator) -> None:
    """Draw a plush bear with a bow."""
    fur = any_colour(rng, (0.25, 0.5), (0.6, 0.95))
    for side in SIDES:
        for x, y, rx, ry in ((0.68, 1.0, 0.28, 0.2), (0.45, 1.75, 0.3, 0.22), (0.66, -0.6, 0.3, 0.3)):
            pen.paint(oval(side * x, y, rx, ry), fur)
        pen.fill(oval(side * 0.66, -0.6, 0.16), mix(fur, WHITE, 0.5))
    pen.paint(oval(0, 1.2, 0.62, 0.66), fur)
    pen.paint(oval(0, 0.0, 0.9, 0.78), fur)
    pen.fill(oval(0, 0.28, 0.36, 0.27), mix(fur, WHITE, 0.6))
    draw_animal_face(pen, 0.36, 0.02)
    pen.fill(oval(0, 0.17, 0.1, 0.07), DARK)
    draw_bow(pen, 0, 0.82, 0.32, any_colour(rng, (0.5, 0.8), (0.7, 1)))


def draw_rabbit(pen: Pen, rng: Generator) -> None:
    """Draw a rabbit."""
    fur = mix(any_colour(rng, (0.1, 0.4), (0.8, 1)), WHITE, 0.5)
    for side in SIDES:
        pen.paint(flip(smooth(((0.15, -0.5), (0.2, -1.3), (0.5, -1.6), (0.68, -1.2), (0.55, -0.45))), side), fur)
        pen.fill(flip(smooth(((0.3, -0.6), (0.34, -1.2), (0.48, -1.4), (0.54, -1.1), (0.46, -0.6))), side), (252, 190, 200))
    pen.paint(oval(0, 1.3, 0.66, 0.62), fur)
    pen.paint(oval(0, 0.1, 0.84, 0.74), fur)
    draw_animal_face(pen, 0.34, 0.1)
    for side in SIDES:
        pen.fill(oval(side * 0.55, 0.34, 0.15, 0.09), (255, 186, 192))


def draw_chick(pen: Pen, rng: Generator) -> None:
    """Draw a round bird."""
    colour = any_colour(rng, (0.3, 0.7), (0.85, 1))
    pen.paint(oval(0, 0.3, 0.95, 0.95), colour)
    for side in SIDES:
        pen.fill(flip(smooth(((0.85, 0.2), (1.25, 0.5), (0.85, 0.75))), side), shade(colour, 0.15), 0, ink(colour))
    draw_animal_face(pen, 0.4, 0.05)
    pen.paint(((-0.16, 0.26), (0.16, 0.26), (0.0, 0.48)), (246, 150, 60))
    pen.stroke(((0.0, -0.62), (-0.08, -0.85), (-0.2, -0.92)), 0.08, ink(colour))


def draw_fish(pen: Pen, rng: Generator) -> None:
    """Draw a goldfish."""
    colour = any_colour(rng, (0.4, 0.8), (0.8, 1))
    for fin in (((0.6, 0.0), (1.3, -0.6), (1.15, 0.0), (1.3, 0.6)), ((-0.2, -0.45), (0.1, -0.85), (0.4, -0.35))):
        pen.fill(smooth(fin), mix(colour, WHITE, 0.3), 0, ink(colour))
    pen.paint(oval(-0.1, 0, 0.9, 0.55), colour)
    pen.fill(oval(-0.62, -0.1, 0.13), WHITE, 0, ink(colour))
    pen.fill(oval(-0.64, -0.1, 0.07), BLACK)
    for x in (-0.1, 0.2):
        pen.stroke(smooth(((x, -0.25), (x + 0.14, 0.0), (x, 0.25)), False), 0.06, shade(colour))


# ---------------------------------------------------------------- objects

APPLE = ((0, -0.45), (0.5, -0.65), (0.95, -0.2), (0.85, 0.5), (0.4, 0.98), (0, 0.88), (-0.4, 0.98), (-0.85, 0.5),
         (-0.95, -0.2), (-0.5, -0.65))  # fmt: skip
ICING = ((-1.05, -0.3), (1.05, -0.3), (1.05, 0.12), (0.7, 0.24), (0.4, 0.05), (0.0, 0.26), (-0.4, 0.05), (-0.7, 0.24),
         (-1.05, 0.12))  # fmt: skip
ONIGIRI = ((0, -0.95), (0.35, -0.75), (1.0, 0.55), (0.8, 0.92), (-0.8, 0.92), (-1.0, 0.55), (-0.35, -0.75))
TULIP = ((-0.6, -0.75), (-0.28, -0.45), (0.0, -0.85), (0.28, -0.45), (0.6, -0.75), (0.62, 0.0), (0.0, 0.38), (-0.62, 0.0))
CUP = ((-0.8, -0.35), (0.8, -0.35), (0.68, 0.5), (0.4, 0.85), (-0.4, 0.85), (-0.68, 0.5))


def block(left: float, top: float, right: float, bottom: float) -> tuple[tuple[float, float], ...]:
    """Return the corners of a rectangle."""
    return (left, top), (right, top), (right, bottom), (left, bottom)


def draw_apple(pen: Pen, rng: Generator) -> None:
    """Draw an apple."""
    colour = ((224, 62, 58), (150, 200, 84), (240, 190, 74))[rng.integers(3)]
    pen.paint(smooth(APPLE), colour)
    pen.stroke(((0, -0.4), (0.04, -0.75), (0.16, -0.95)), 0.1, (120, 80, 56), taper=False)
    pen.fill(leaf((0.12, -0.7), (0.2, -0.62), (0.75, -0.85)), (110, 176, 84), 0, (60, 100, 60))
    pen.fill(oval(-0.5, -0.18, 0.13, 0.22), mix(colour, WHITE, 0.6))


def draw_cake(pen: Pen, rng: Generator) -> None:
    """Draw a piece of strawberry cake."""
    pen.paint(block(-1.0, -0.05, 1.0, 0.95), (246, 214, 150))
    pen.fill(block(-1.0, 0.32, 1.0, 0.52), any_colour(rng, (0.2, 0.5), (0.9, 1)))
    pen.paint(smooth(ICING), (255, 248, 238))
    pen.paint(smooth(((-0.34, -0.62), (0.0, -0.85), (0.34, -0.62), (0.0, -0.15))), (228, 60, 70))
    for x, y in ((-0.1, -0.55), (0.12, -0.5), (0.0, -0.35)):
        pen.fill(oval(x, y, 0.025, 0.04), (255, 226, 160))


def draw_onigiri(pen: Pen, rng: Generator) -> None:
    """Draw a rice ball, sometimes with a face."""
    pen.fill(smooth(ONIGIRI), (252, 251, 246), 0, (120, 110, 120))
    pen.fill(((-0.42, 0.4), (0.42, 0.4), (0.46, 0.95), (-0.46, 0.95)), (52, 64, 58), 0, BLACK)
    if rng.random() < 0.6:
        draw_animal_face(pen, 0.3, -0.05, 0.07)


def draw_mushroom(pen: Pen, rng: Generator) -> None:
    """Draw a mushroom with spots."""
    cap = any_colour(rng, (0.4, 0.8), (0.7, 0.95))
    pen.paint(smooth(((-0.3, 0.2), (-0.4, 1.0), (0.0, 1.1), (0.4, 1.0), (0.3, 0.2))), (250, 238, 220))
    pen.paint(smooth(((-1.05, 0.2), (-0.8, -0.6), (0.0, -0.95), (0.8, -0.6), (1.05, 0.2), (0.0, 0.38))), cap)
    for x, y, r in ((-0.5, -0.2, 0.18), (0.1, -0.5, 0.2), (0.6, -0.1, 0.16), (0.0, 0.08, 0.12)):
        pen.fill(oval(x, y, r), (255, 250, 244))


def draw_tulip(pen: Pen, rng: Generator) -> None:
    """Draw a tulip with two leaves."""
    colour, green = any_colour(rng, (0.4, 0.7), (0.85, 1)), (98, 164, 92)
    pen.stroke(((0, 0.1), (0.03, 1.0), (0, 1.9)), 0.12, green, taper=False)
    for side in SIDES:
        pen.paint(flip(leaf((0.0, 1.7), (0.05, 1.9), (0.8, 0.6), 0.4), side), green)
    pen.paint(smooth(TULIP), colour)


def draw_car(pen: Pen, rng: Generator) -> None:
    """Draw a small car."""
    colour = any_colour(rng, (0.35, 0.7), (0.75, 1))
    pen.fill(smooth(((-0.8, 0.1), (-0.55, -0.5), (0.5, -0.5), (0.85, 0.1))), mix(colour, WHITE, 0.3), 0, ink(colour))
    for left in (-0.52, 0.06):
        pane = ((left, -0.36), (left + 0.44, -0.36), (left + 0.48, 0.06), (left - 0.04, 0.06))
        pen.fill(pane, (196, 230, 250), 0, ink(colour))
    pen.paint(smooth(((-1.2, 0.15), (-1.1, 0.0), (1.05, 0.0), (1.25, 0.2), (1.25, 0.6), (-1.2, 0.6))), colour)
    for x in (-0.65, 0.68):
        pen.fill(oval(x, 0.62, 0.28), (60, 56, 66), 0, BLACK)
        pen.fill(oval(x, 0.62, 0.13), (214, 214, 222))


def draw_cup(pen: Pen, rng: Generator) -> None:
    """Draw a steaming cup of tea."""
    colour = any_colour(rng, (0.15, 0.6), (0.8, 1))
    pen.limb(smooth(((0.7, -0.1), (1.15, 0.0), (1.05, 0.45), (0.6, 0.5)), False), 0.14, colour)
    pen.paint(smooth(CUP), colour)
    pen.fill(oval(0, -0.35, 0.8, 0.2), (176, 112, 70), 0, ink(colour))
    pen.fill(heart(0, 0.25, 0.24), mix(colour, WHITE, 0.6))
    for x in (-0.25, 0.2):
        steam = ((x, -0.65), (x + 0.12, -0.85), (x, -1.05), (x + 0.1, -1.25))
        pen.stroke(smooth(steam, False), 0.09, (250, 250, 252))


def draw_book(pen: Pen, rng: Generator) -> None:
    """Draw a standing book."""
    colour = any_colour(rng, (0.4, 0.7), (0.5, 0.9))
    pen.fill(block(-0.7, -0.9, 0.8, 1.0), (250, 244, 230), 0, ink(colour))
    pen.paint(block(-0.85, -1.0, 0.7, 0.9), colour)
    pen.fill(block(-0.85, -1.0, -0.65, 0.9), shade(colour, 0.4))
    pen.fill(star(0.04, -0.3, 0.34), (250, 222, 120), 0, ink(colour))


THINGS = (draw_cat, draw_dog, draw_bear, draw_rabbit, draw_chick, draw_apple, draw_cake, draw_onigiri, draw_mushroom, draw_tulip,
          draw_car, draw_fish, draw_cup, draw_book)  # fmt: skip


def draw_thing(pen: Pen, rng: Generator) -> None:
    """Draw an animal or an object where the pen stands."""
    THINGS[rng.integers(len(THINGS))](pen, rng)
