"""What somebody wears: accessories on the head, braids and the knots of tails, clothes and the body in them.

Everything is drawn in the units of a head (see `heads`): the shoulders are near y = 1.5, the waist near y = 2.9 and the shoes
at y = 5.6. The words of ACCESSORIES and CLOTHES are those that a `Character` may have.
"""

import math

from numpy.random import Generator

from .heads import HAIR, TAIL_SIDES, Character, sways
from .pen import SIDES, WHITE, Colour, Pen, draw_bow, flip, ink, leaf, mix, oval, rgb, shade, smooth, star

# ---------------------------------------------------------------- knots and braids

KNOTS = {"twin": (0.95, -0.56), "low": (0.86, 0.66), "pony": (0.42, -1.0), "side": (0.95, 0.06)}


def draw_knots(pen: Pen, who: Character) -> None:
    """Draw the bands or bows that hold the tails."""
    tails, colour = HAIR[who.hair][1], rgb(who.accessory_colour)
    for side in TAIL_SIDES.get(tails, ()):
        x, y = KNOTS[tails]
        if who.accessory == "ribbon":
            draw_bow(pen, side * x, y, 0.34, colour)
        else:
            pen.paint(oval(side * x, y, 0.12, 0.15), colour)


def draw_braids(pen: Pen, who: Character, wind: float) -> None:
    """Draw a braid over each shoulder."""
    hair = rgb(who.hair_colour)
    for side in SIDES:
        for step in range(5):
            x, y = sways((side * (0.92 + 0.03 * step), 0.72 + 0.24 * step), wind)
            pen.paint(oval(x, y, 0.2 - 0.012 * step, 0.17), hair, 0.2)
            pen.stroke(((x - 0.12, y - 0.06), (x, y + 0.06), (x + 0.12, y - 0.06)), 0.04, shade(hair, 0.4), 0.2)
        x, y = sways((side * 1.06, 1.96), wind)
        pen.paint(leaf((x - 0.14, y), (x + 0.14, y), (x, y + 0.4)), hair, 0.2)
        pen.paint(oval(x, y - 0.04, 0.12, 0.09), rgb(who.accessory_colour), 0.2)


# ---------------------------------------------------------------- accessories

BERET = ((-0.9, -0.62), (-0.98, -1.0), (-0.55, -1.38), (0.2, -1.52), (0.95, -1.3), (1.2, -0.9), (0.9, -0.7), (0.0, -0.86))
BERET_BAND = ((-0.9, -0.68), (0.0, -0.92), (1.1, -0.78))
MASK = ((-0.52, 0.6), (0.0, 0.52), (0.52, 0.6), (0.5, 0.86), (0.24, 1.02), (0.0, 1.05), (-0.24, 1.02), (-0.5, 0.86))
CAT_EAR = ((0.28, -1.0), (0.52, -1.4), (0.9, -1.62), (0.98, -1.2), (0.94, -0.72))
CAT_EAR_INSIDE = ((0.5, -1.08), (0.62, -1.3), (0.84, -1.44), (0.88, -1.15), (0.84, -0.9))
HEADPHONE_ARCH = ((-1.06, 0.05), (-1.1, -0.5), (-0.72, -1.12), (0.0, -1.32), (0.72, -1.12), (1.1, -0.5), (1.06, 0.05))
HEADBAND = ((-0.98, -0.3), (-0.72, -0.76), (0.0, -0.98), (0.72, -0.76), (0.98, -0.3))
HAT_TOP = ((-0.8, -0.7), (-0.74, -1.3), (0.0, -1.6), (0.74, -1.3), (0.8, -0.7))
HAT_BAND = ((-0.82, -0.68), (-0.8, -0.98), (0.0, -1.14), (0.8, -0.98), (0.82, -0.68))
HAT_BRIM = ((-1.7, -0.42), (-0.9, -0.8), (0.0, -0.92), (0.9, -0.8), (1.7, -0.42), (0.9, -0.48), (0.0, -0.6), (-0.9, -0.48))


def draw_clip(pen: Pen, who: Character) -> None:
    """Draw two hair pins, one below the other."""
    s, below = who.accessory_side, who.accessory_colour_below or who.accessory_colour
    for dx, dy, colour in ((0.0, -0.01, who.accessory_colour), (0.05, 0.165, below)):
        pen.limb(((s * (0.4 + dx), -0.46 + dy), (s * (0.82 + dx), -0.37 + dy)), 0.14, rgb(colour), 0.75)


def draw_flower(pen: Pen, who: Character) -> None:
    """Draw a flower in the hair."""
    x, y = who.accessory_side * 0.68, -0.5
    for k in range(5):
        angle = k * 2 * math.pi / 5 - 0.3
        petal = oval(x + 0.16 * math.cos(angle), y + 0.16 * math.sin(angle), 0.14)
        pen.paint(petal, rgb(who.accessory_colour), 0.75, 0.7)
    pen.paint(oval(x, y, 0.09), (255, 214, 92), 0.75, 0.7)


def draw_star_pin(pen: Pen, who: Character) -> None:
    """Draw a star pin in the hair."""
    pen.paint(star(who.accessory_side * 0.66, -0.42, 0.26, inner=0.52), rgb(who.accessory_colour), 0.75)


def draw_ribbon(pen: Pen, who: Character) -> None:
    """Draw a bow on the side of the head (tails wear it at their knots)."""
    if HAIR[who.hair][1] not in KNOTS:
        draw_bow(pen, who.accessory_side * 0.66, -0.82, 0.36, rgb(who.accessory_colour), 0.6)


def draw_glasses(pen: Pen, who: Character) -> None:
    """Draw round glasses."""
    colour = rgb(who.accessory_colour)
    for side in SIDES:
        ring = pen.flat(oval(side * 0.42, 0.32, 0.33, 0.31), 1.02)
        pen.trace(ring, ink(colour), 0.055, least=2)
        pen.trace(ring, colour, 0.03)
        pen.stroke(((side * 0.74, 0.27), (side * 0.9, 0.2)), 0.05, ink(colour), 0.9, taper=False)
    pen.stroke(smooth(((-0.1, 0.3), (0.0, 0.26), (0.1, 0.3)), False), 0.05, ink(colour), 1.02, taper=False)


def draw_beret(pen: Pen, who: Character) -> None:
    """Draw a beret."""
    colour, s = rgb(who.accessory_colour), who.accessory_side
    shape = flip(smooth(BERET), s)
    pen.paint(shape, colour, 0.4)
    with pen.inside(shape, 0.4) as clip:
        clip.stroke(flip(smooth(BERET_BAND, False), s), 0.16, shade(colour), 0.4)
    pen.limb(((s * 0.2, -1.5), (s * 0.26, -1.62)), 0.06, colour, 0.4)


def draw_mask(pen: Pen, who: Character) -> None:
    """Draw a white mask over the mouth."""
    colour = (250, 250, 252)
    for side in SIDES:
        pen.stroke(((side * 0.5, 0.64), (side * 0.84, 0.5)), 0.035, shade(colour), 0.6, taper=False)
    pen.paint(smooth(MASK), colour, 0.75)
    for y in (0.7, 0.82):
        pen.stroke(smooth(((-0.42, y), (0.0, y - 0.04), (0.42, y)), False), 0.03, shade(colour, 0.25), 0.8)


def draw_cat_ears(pen: Pen, who: Character) -> None:
    """Draw cat ears in the colour of the hair, with another colour inside."""
    hair = rgb(who.hair_colour)
    for side in SIDES:
        pen.paint(flip(smooth(CAT_EAR), side), hair, 0.3)
        pen.fill(flip(smooth(CAT_EAR_INSIDE), side), rgb(who.accessory_colour), 0.35)
        pen.fill(flip(leaf((0.36, -0.9), (0.66, -0.88), (0.6, -1.2)), side), hair, 0.35)


def draw_headphones(pen: Pen, who: Character) -> None:
    """Draw headphones."""
    colour = rgb(who.accessory_colour)
    pen.limb(smooth(HEADPHONE_ARCH, False), 0.11, mix(colour, WHITE, 0.2), 0.15)
    for side in SIDES:
        pen.paint(oval(side * 1.06, 0.16, 0.19, 0.32), colour, 0.15)
        pen.fill(oval(side * 1.1, 0.16, 0.09, 0.2), mix(colour, WHITE, 0.4), 0.15)


def draw_headband(pen: Pen, who: Character) -> None:
    """Draw a hair band."""
    pen.limb(smooth(HEADBAND, False), 0.13, rgb(who.accessory_colour), 0.62)


def draw_straw_hat(pen: Pen, who: Character) -> None:
    """Draw a straw hat with a ribbon."""
    straw = (246, 221, 160)
    pen.paint(smooth(HAT_TOP), straw, 0.3)
    pen.paint(smooth(HAT_BAND), rgb(who.accessory_colour), 0.3)
    pen.paint(smooth(HAT_BRIM), straw, 0.5)


ACCESSORIES = {
    "clip": draw_clip,
    "flower": draw_flower,
    "star": draw_star_pin,
    "ribbon": draw_ribbon,
    "glasses": draw_glasses,
    "beret": draw_beret,
    "mask": draw_mask,
    "cat ears": draw_cat_ears,
    "headphones": draw_headphones,
    "headband": draw_headband,
    "straw hat": draw_straw_hat,
}

# ---------------------------------------------------------------- the body

TORSO = ((-0.28, 1.22), (-0.66, 1.38), (-1.02, 1.6), (-0.98, 2.2), (-0.82, 2.95), (0.82, 2.95), (0.98, 2.2), (1.02, 1.6),
         (0.66, 1.38), (0.28, 1.22))  # fmt: skip
SLEEVE = ((0.86, 1.5), (1.1, 1.7), (1.36, 2.3), (1.48, 3.0), (1.02, 3.05), (0.92, 2.4), (0.72, 1.9))
SKIRT = ((-0.84, 2.8), (0.84, 2.8), (1.2, 4.0), (0.6, 4.1), (0.0, 4.12), (-0.6, 4.1), (-1.2, 4.0))
GOWN = ((-0.84, 2.8), (0.84, 2.8), (1.0, 5.2), (0.0, 5.3), (-1.0, 5.2))
NECK = ((-0.22, 0.7), (-0.21, 1.1), (-0.36, 1.34), (0.0, 1.75), (0.36, 1.34), (0.21, 1.1), (0.22, 0.7))
HOOD = ((-0.75, 1.5), (-0.86, 1.1), (0.0, 0.85), (0.86, 1.1), (0.75, 1.5), (0.0, 1.7))
SHOE = (104, 66, 58)


def draw_body(pen: Pen, who: Character) -> None:
    """Draw shoulders, clothes and neck, and the rest where the picture reaches that far down."""
    main, trim, skin = rgb(who.clothes_colour), rgb(who.trim_colour), rgb(who.skin)
    if pen.at((0.0, 2.4))[1] < pen.canvas.height:
        draw_legs(pen, who)
    if who.clothes == "hoodie":
        pen.fill(smooth(HOOD), shade(main, 0.3), 0, ink(main))
    for side in SIDES:
        pen.paint(oval(side * 1.25, 3.1, 0.17), skin)
        pen.paint(flip(smooth(SLEEVE), side), main)
    pen.paint(smooth(TORSO), main)
    pen.paint(NECK, skin)
    with pen.inside(NECK) as clip:
        clip.fill(oval(0.0, 1.0, 0.5, 0.3), shade(skin, 0.22))
    CLOTHES[who.clothes](pen, main, trim)


def draw_legs(pen: Pen, who: Character) -> None:
    """Draw what is below the waist: legs and shoes, then a skirt or a kimono; a hoodie and a T-shirt go with trousers."""
    main, trim, skin = rgb(who.clothes_colour), rgb(who.trim_colour), rgb(who.skin)
    trousers = who.clothes in ("hoodie", "tshirt")
    for side in SIDES:
        x = side * 0.42
        pen.limb(((x, 3.0), (x, 5.2)), 0.56 if trousers else 0.34, shade(trim, 0.5) if trousers else skin)
        pen.limb(((x, 4.9), (x, 5.2)), 0.34, WHITE)
        pen.paint(smooth(((x - 0.28, 5.6), (x - 0.24, 5.3), (x, 5.2), (x + 0.24, 5.3), (x + 0.28, 5.6))), SHOE)
    if who.clothes == "kimono":
        pen.paint(GOWN, main)
    elif not trousers:
        pen.paint(SKIRT, trim)
        for x in (-0.6, -0.2, 0.2, 0.6):
            pen.stroke(((x * 0.8, 3.1), (x * 1.3, 4.05)), 0.05, ink(trim))


def draw_hand(pen: Pen, who: Character, rng: Generator) -> None:
    """Draw the character's own hand beside the face, waving or in a V."""
    side, skin = pen.roomy_side(), rgb(who.skin)
    victory = rng.random() < 0.5
    pen.limb(((side * 1.3, 3.2), (side * 1.22, 1.75)), 0.44, rgb(who.clothes_colour))
    spread = 2.0 if victory else 1.5
    for x, length in ((-0.2, 0.34), (-0.07, 0.42), (0.07, 0.42), (0.2, 0.32)):
        if not victory or abs(x) < 0.1:
            pen.limb(((side * 1.2 + x * 0.8, 1.3), (side * 1.2 + x * spread, 1.2 - length)), 0.11, skin)
    pen.paint(oval(side * 1.2, 1.42, 0.24, 0.26), skin)
    pen.limb(((side * 1.08, 1.5), (side * (1.1 if victory else 0.92), 1.28)), 0.11, skin)


# ---------------------------------------------------------------- clothes

SAILOR_COLLAR = ((0.25, 1.16), (0.85, 1.42), (0.95, 1.85), (0.0, 2.2), (0.0, 1.95))
HOODIE_EDGE = ((0.2, 1.08), (0.5, 1.22), (0.62, 1.5), (0.3, 1.86), (0.0, 1.98), (0.0, 1.7), (0.22, 1.5))
ROUND_COLLAR = ((0.25, 1.1), (0.42, 1.2), (0.74, 1.56), (0.42, 1.86), (0.02, 1.7))
NECKLINE = ((-0.42, 1.3), (-0.3, 1.62), (0.0, 1.76), (0.3, 1.62), (0.42, 1.3))
TIE = ((-0.1, 1.6), (0.1, 1.6), (0.15, 2.3), (0.0, 2.5), (-0.15, 2.3))
SHIRT_COLLAR = ((0.2, 1.12), (0.36, 1.2), (0.3, 1.6), (0.02, 1.66))
LAPEL = ((0.36, 1.22), (0.62, 1.36), (0.6, 1.8), (0.44, 1.86), (0.0, 2.75))


def wear_sailor(pen: Pen, main: Colour, trim: Colour) -> None:
    """Draw a school uniform with a sailor collar and a scarf."""
    for side in SIDES:
        pen.paint(flip(SAILOR_COLLAR, side), trim)
        pen.stroke(flip(((0.78, 1.5), (0.82, 1.78), (0.06, 2.06)), side), 0.045, WHITE, taper=False)
    draw_bow(pen, 0, 2.1, 0.34, (222, 66, 82))


def wear_hoodie(pen: Pen, main: Colour, trim: Colour) -> None:
    """Draw a hoodie with strings."""
    for side in SIDES:
        pen.paint(flip(smooth(HOODIE_EDGE), side), main)
        pen.stroke(flip(((0.2, 1.78), (0.24, 2.3)), side), 0.055, trim, taper=False)


def wear_kimono(pen: Pen, main: Colour, trim: Colour) -> None:
    """Draw a kimono with flowers, the left side over the right."""
    for x, y in ((-0.8, 2.0), (0.75, 2.2), (-0.4, 2.6), (1.0, 1.85), (0.3, 2.8)):
        for k in range(5):
            pen.fill(oval(x + 0.1 * math.cos(k * 1.257), y + 0.1 * math.sin(k * 1.257), 0.08), mix(main, WHITE, 0.6))
    for side, tip in ((1, -0.3), (-1, 0.5)):
        pen.paint(((side * 0.24, 1.08), (side * 0.46, 1.22), (tip, 2.6), (tip - side * 0.1, 2.3), (0.0, 1.75)), trim)


def wear_blouse(pen: Pen, main: Colour, trim: Colour) -> None:
    """Draw a blouse with a round collar and a bow."""
    for side in SIDES:
        pen.fill(flip(ROUND_COLLAR, side), mix(main, WHITE, 0.6), 0, ink(main))
    draw_bow(pen, 0, 1.74, 0.36, trim)


def wear_tshirt(pen: Pen, main: Colour, trim: Colour) -> None:
    """Draw a T-shirt with a star."""
    pen.stroke(smooth(NECKLINE, False), 0.12, trim, taper=False)
    pen.paint(star(0, 2.3, 0.34), trim)


def wear_blazer(pen: Pen, main: Colour, trim: Colour) -> None:
    """Draw a blazer with a shirt and a tie."""
    pen.fill(((-0.3, 1.25), (0.3, 1.25), (0.0, 2.6)), WHITE, 0, ink(main))
    pen.paint(TIE, trim)
    for side in SIDES:
        pen.fill(flip(SHIRT_COLLAR, side), WHITE, 0, ink(main))
        pen.fill(flip(LAPEL, side), mix(main, WHITE, 0.12), 0, ink(main))


CLOTHES = {
    "sailor": wear_sailor,
    "hoodie": wear_hoodie,
    "kimono": wear_kimono,
    "blouse": wear_blouse,
    "tshirt": wear_tshirt,
    "blazer": wear_blazer,
}
