"""Who somebody is, and their head: hair and face.

What makes a character that character (hair, eyes, accessory, clothes) is in its `Character`. A head is drawn in its own
units: its middle is (0, 0), x goes right, y goes down, the ears are near x = -0.9 and x = 0.9, the chin is near y = 1.05 and
the hair ends near y = -1.15. Accessories and clothes are in `outfits`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.random import Generator

from .pen import BLACK, SIDES, WHITE, Colour, Pen, Points, bend, flip, ink, leaf, mix, oval, rgb, shade, smooth


@dataclass(frozen=True)
class Character:
    """What stays the same in every picture of somebody; colours are "#rrggbb" strings.

    The words for hair, bangs, eyes, accessory and clothes are the keys of HAIR, BANGS and EYES here and of ACCESSORIES and
    CLOTHES in `outfits`; a mark is "freckles", "mole" or "fang".

        draw_portrait(Character("nagi", hair="bob", hair_colour="#6c8fc9"), np.random.default_rng(0))
    """

    name: str
    hair: str = "bob"
    bangs: str = "fringe"
    hair_colour: str = "#8a5a44"
    eye_colour: str = "#4f86c6"
    eye_colour_below: str = ""  # the lower half of the iris; empty: a lighter shade of eye_colour
    eyes: str = "round"
    streak_colour: str = ""
    streak_colour_beside: str = ""  # a second streak, nearer the ear
    accessory: str = ""
    accessory_colour: str = "#e2506a"
    accessory_colour_below: str = ""
    accessory_side: int = 1  # -1 is the left of the picture, 1 the right
    clothes: str = "sailor"
    clothes_colour: str = "#f7f5f2"
    trim_colour: str = "#35507f"
    skin: str = "#ffe3d3"
    mark: str = ""
    ahoge: bool = False


# ---------------------------------------------------------------- shapes of hair

HAIR_DEPTH = 0.55
CROWN = ((-1.02, 0.1), (-1.07, -0.24), (-0.98, -0.62), (-0.68, -1.0), (-0.25, -1.17), (0.25, -1.17), (0.68, -1.0),
         (0.98, -0.62), (1.07, -0.24), (1.02, 0.1))  # fmt: skip

# Where the locks over the forehead hang, right to left: roots (where skin shows between two locks) and tips. The locks beside
# the cheeks, which are the outermost, come from HAIR.
BANGS = {
    "fringe": (((0.71, -0.14), (0.44, -0.2), (0.2, -0.24), (-0.1, -0.26), (-0.4, -0.2), (-0.71, -0.14)),
               ((0.58, 0.06), (0.33, 0.0), (0.06, 0.14), (-0.24, 0.0), (-0.56, 0.06))),
    "blunt": (((0.74, -0.02), (0.5, -0.07), (0.22, -0.08), (-0.06, -0.08), (-0.34, -0.07), (-0.6, -0.06), (-0.74, -0.02)),
              ((0.62, 0.03), (0.36, -0.01), (0.09, -0.02), (-0.2, -0.02), (-0.48, 0.0), (-0.68, 0.03))),
    "parted": (((0.74, 0.04), (0.5, -0.2), (0.04, -0.72), (-0.5, -0.2), (-0.74, 0.04)),
               ((0.68, 0.22), (0.46, 0.02), (-0.46, 0.02), (-0.68, 0.22))),
    "swept": (((0.72, 0.04), (0.46, -0.12), (0.14, -0.22), (-0.44, -0.66), (-0.74, -0.02)),
              ((0.68, 0.24), (0.4, 0.1), (0.06, 0.04), (-0.64, 0.12))),
    "spiky": (((0.68, -0.18), (0.36, -0.3), (0.02, -0.34), (-0.32, -0.28), (-0.68, -0.18)),
              ((0.62, 0.12), (0.24, 0.06), (-0.12, 0.14), (-0.5, 0.06))),
}  # fmt: skip
CHEEK = (1.02, 0.1)  # where the outer edge of a lock beside the cheek begins

# What hangs behind the head: half an outline, from the top to the middle below, mirrored for the other half.
BACK_HAIR = {
    "bob": ((0.7, -0.95), (1.1, -0.3), (1.17, 0.35), (1.1, 0.8), (0.86, 1.06), (0.7, 0.98), (0.3, 1.0)),
    "short": ((0.7, -0.95), (1.07, -0.3), (1.1, 0.2), (1.0, 0.62), (0.84, 0.9), (0.7, 0.72), (0.4, 0.85)),
    "long": ((0.7, -0.95), (1.1, -0.3), (1.16, 0.5), (1.2, 1.3), (1.3, 2.2), (1.15, 2.9), (0.8, 2.7), (0.3, 3.0)),
    "wavy": ((0.7, -0.95), (1.14, -0.35), (1.12, 0.1), (1.32, 0.45), (1.22, 0.85), (1.42, 1.25), (1.28, 1.7),
             (1.4, 2.1), (0.9, 2.3), (0.4, 2.2)),
    "curly": ((0.7, -0.98), (1.12, -0.6), (1.16, -0.2), (1.34, 0.1), (1.26, 0.45), (1.4, 0.75), (1.2, 1.05),
              (1.02, 1.28), (0.7, 1.2), (0.35, 1.3)),
    "nape": ((0.7, -0.95), (1.04, -0.3), (1.0, 0.3), (0.82, 0.7), (0.5, 0.8), (0.2, 0.8)),
}  # fmt: skip

# style: (back hair, tails, length of the locks beside the cheeks in head units)
HAIR = {
    "bob": ("bob", "", 0.85),
    "short": ("short", "", 0.6),
    "long": ("long", "", 1.35),
    "hime": ("long", "", 0.86),
    "wavy": ("wavy", "", 1.2),
    "curly": ("curly", "", 0.8),
    "twin tails": ("nape", "twin", 0.85),
    "low twins": ("nape", "low", 0.75),
    "ponytail": ("nape", "pony", 0.95),
    "side tail": ("nape", "side", 0.8),
    "braids": ("nape", "braids", 0.7),
    "buns": ("nape", "buns", 0.95),
}

TAILS = {  # one tail on the right side, from its knot
    "twin": ((0.86, -0.62), (1.3, -0.82), (1.72, -0.4), (1.86, 0.4), (1.72, 1.2), (1.4, 1.95), (1.38, 1.3),
             (1.2, 0.7), (1.12, 0.1), (0.98, -0.35)),
    "low": ((0.8, 0.62), (1.1, 0.6), (1.36, 0.95), (1.4, 1.5), (1.16, 2.2), (1.0, 1.7), (0.82, 1.2), (0.74, 0.85)),
    "pony": ((0.3, -1.02), (0.8, -1.38), (1.4, -1.1), (1.68, -0.3), (1.62, 0.6), (1.3, 1.3), (1.34, 0.5),
             (1.12, -0.2), (0.7, -0.7)),
    "side": ((0.9, 0.02), (1.25, -0.2), (1.58, 0.2), (1.62, 0.9), (1.3, 1.75), (1.22, 1.1), (1.0, 0.6), (0.88, 0.3)),
}  # fmt: skip
TAIL_SIDES = {"twin": SIDES, "low": SIDES, "pony": (1,), "side": (1,)}

STREAKS = (leaf((0.14, -1.3), (0.34, -1.3), (0.36, 0.02), 0.17), leaf((0.34, -1.3), (0.53, -1.3), (0.58, 0.1), 0.18))
AHOGE = ((-0.1, -1.13), (-0.06, -1.33), (0.1, -1.47), (0.36, -1.47), (0.5, -1.33), (0.27, -1.37), (0.13, -1.29), (0.09, -1.14))
CROWN_SHADE = ((-1.2, -1.3), (1.2, -1.3), (1.1, -0.7), (0.5, -0.92), (0, -0.98), (-0.5, -0.92), (-1.1, -0.7))
CHEEK_SHADE = ((0.72, -0.1), (0.84, 0.0), (0.86, 0.4), (0.82, 1.5), (0.6, 1.5), (0.6, 0.0))


@cache
def back_shape(style: str) -> np.ndarray:
    """Return the closed outline of the hair behind the head."""
    half = BACK_HAIR[style]
    return smooth(half + tuple((-x, y) for x, y in half[::-1]))


@cache
def front_shape(style: str, bangs: str) -> np.ndarray:
    """Return the closed outline of the hair over the forehead and beside the cheeks: the crown, then the locks right to left."""
    roots, tips = BANGS[bangs]
    length, (x, y) = HAIR[style][2], CHEEK
    if style == "hime":  # cut straight
        right, left = (((s * x, y), (s * 1.03, length), (s * 0.7, length + 0.03), roots[-(s < 0)]) for s in (1, -1))
        return np.concatenate([smooth(CROWN, closed=False), right, locks(roots, tips), left[::-1]])
    tips = ((0.82, length), *tips, (-0.82, length))
    return np.concatenate([smooth(CROWN, closed=False), locks(((x, y), *roots, (-x, y)), tips)])


@lru_cache(maxsize=4096)
def locks(roots: tuple, tips: tuple) -> np.ndarray:
    """Return a hair edge that runs root, tip, root, tip, ... root, every lock a leaf that ends in a point."""
    edge = []
    for left, tip, right in zip(roots[:-1], tips, roots[1:], strict=True):
        for start, end, root in ((left, tip, left), (tip, right, right)):
            control = (0.75 * root[0] + 0.25 * tip[0], 0.4 * root[1] + 0.6 * tip[1])
            edge.append(bend(start, control, end))
    return np.concatenate(edge)


@cache
def ring_of_light(side: int) -> np.ndarray:
    """Return one half of the shine around a head: an arch with long and short teeth."""
    across = np.linspace(0.07, 0.86, 15)
    arch = -0.56 - 0.2 * (1 - (across / 0.9) ** 2)
    down = np.resize((0.0, 0.13, 0.03, 0.08, 0.01, 0.17, 0.04), 15) * np.sin(np.linspace(0.3, 2.9, 15))
    up = np.resize((0.02, 0.05, 0.01, 0.07), 15) * np.sin(np.linspace(0.3, 2.9, 15))
    low, high = np.stack([across * side, arch + down], 1), np.stack([across * side, arch - 0.05 - up], 1)
    return np.concatenate([low, high[::-1]])


def sways(points: Points, wind: float) -> np.ndarray:
    """Let the wind move hair: the lower it hangs, the further."""
    p = np.asarray(points, float)
    return p + np.stack([wind * np.maximum(p[..., 1], 0) ** 1.5, np.zeros(p.shape[:-1])], -1)


# ---------------------------------------------------------------- drawing hair


def draw_back_hair(pen: Pen, who: Character, wind: float) -> None:
    """Draw the tails or buns and what hangs behind the head."""
    hair = rgb(who.hair_colour)
    back, tails, _ = HAIR[who.hair]
    for side in TAIL_SIDES.get(tails, ()):
        draw_tail(pen, hair, tails, side, wind)
    if tails == "buns":
        draw_buns(pen, hair)
    pen.fill(sways(back_shape(back), wind), shade(hair, 0.3), -0.12, ink(hair))


def draw_tail(pen: Pen, hair: Colour, tails: str, side: int, wind: float) -> None:
    """Draw one tied tail with its shade and two shines."""
    shape = sways(flip(smooth(TAILS[tails]), side), wind)
    pen.paint(shape, hair, -0.2)
    with pen.inside(shape, -0.2) as clip:
        clip.fill(shape * (0.92, 1) + (0, 0.12), shade(hair, 0.2), -0.2)
        clip.fill(shape * (0.96, 1) + (-0.09 * side, -0.06), hair, -0.2)
        for along in (0.16, 0.24):
            shine = sways(flip(TAILS[tails][1:5], side), wind) * (1 - along * 0.4, 1)
            clip.stroke(smooth(tuple(map(tuple, shine)), False), 0.07, mix(hair, WHITE, 0.4), -0.2)


def draw_buns(pen: Pen, hair: Colour) -> None:
    """Draw a bun on each side of the crown."""
    for side in SIDES:
        pen.paint(oval(side * 0.78, -0.98, 0.36), hair, -0.2)
        pen.stroke(smooth(((side * 0.6, -0.9), (side * 0.8, -1.12), (side * 0.98, -0.92)), False), 0.05, shade(hair, 0.3), -0.2)


def draw_front_hair(pen: Pen, who: Character, wind: float) -> None:
    """Draw the crown and the locks with their shade, streaks, ring of light and strands."""
    hair, shape = rgb(who.hair_colour), sways(front_shape(who.hair, who.bangs), wind)
    pen.fill(shape, hair, HAIR_DEPTH)
    with pen.inside(shape, HAIR_DEPTH) as clip:
        shade_front_hair(clip, hair, who.bangs)
        draw_streaks(clip, who)
        for side in SIDES:
            clip.fill(ring_of_light(side), mix(hair, WHITE, 0.45), HAIR_DEPTH)
        for x, y in BANGS[who.bangs][0]:
            strand = bend((x, y + 0.04), (x * 1.04, y - 0.25), (x * 0.8, y - 0.5))
            clip.stroke(strand, 0.04, shade(hair, 0.45), HAIR_DEPTH)
    pen.outline(shape, ink(hair), HAIR_DEPTH)
    if who.ahoge:
        pen.paint(smooth(AHOGE), hair, HAIR_DEPTH)


def shade_front_hair(pen: Pen, hair: Colour, bangs: str) -> None:
    """Darken the top of the crown, the inside of the cheek locks and one half of each lock over the forehead."""
    pen.fill(smooth(CROWN_SHADE), shade(hair, 0.13), HAIR_DEPTH)
    for side in SIDES:
        pen.fill(flip(CHEEK_SHADE, side), shade(hair, 0.16), HAIR_DEPTH)
    roots, tips = BANGS[bangs]
    for right, left, tip in zip(roots[:-1], roots[1:], tips, strict=True):
        middle = (0.5 * (right[0] + left[0]), min(right[1], left[1]) - 0.1)
        pen.fill(leaf(middle, right, tip, 0.03), shade(hair, 0.16), HAIR_DEPTH)


def draw_streaks(pen: Pen, who: Character) -> None:
    """Draw two dyed streaks side by side, if somebody has them."""
    if who.streak_colour:
        for streak, colour in zip(STREAKS, (who.streak_colour, who.streak_colour_beside or who.streak_colour), strict=True):
            pen.fill(streak, rgb(colour), HAIR_DEPTH)


# ---------------------------------------------------------------- the face

FACE_DEPTH = 0.42
FACE = ((-0.8, -0.6), (-0.87, -0.1), (-0.85, 0.3), (-0.73, 0.62), (-0.45, 0.89), (-0.13, 1.04), (0.0, 1.065),
        (0.13, 1.04), (0.45, 0.89), (0.73, 0.62), (0.85, 0.3), (0.87, -0.1), (0.8, -0.6), (0.0, -0.95))  # fmt: skip
EAR = ((0.84, 0.1), (0.98, 0.06), (1.03, 0.22), (0.97, 0.42), (0.84, 0.48))
MARKS = {
    "freckles": ((0.5, 0.6), (0.58, 0.66), (0.66, 0.6), (-0.5, 0.6), (-0.58, 0.66), (-0.66, 0.6)),
    "mole": ((0.36, 0.66),),
}

# mood: (eyes, brow slope - inner ends up is sad, lift of the brow, mouths to pick from)
MOODS = {
    "calm": ("open", 0.0, 0.0, ("smile", "small", "flat")),
    "happy": ("open", 0.0, 0.05, ("smile", "laugh", "cat", "grin")),
    "joy": ("arch", 0.0, 0.07, ("laugh", "smile", "cat")),
    "asleep": ("shut", 0.02, 0.0, ("smile", "small", "flat")),
    "wink": ("wink", 0.0, 0.05, ("laugh", "tongue", "smile", "cat")),
    "laughing": ("squeezed", 0.05, 0.04, ("laugh", "wave")),
    "angry": ("open", -0.13, -0.05, ("pout", "frown", "shout", "flat")),
    "sad": ("half", 0.14, 0.03, ("frown", "small", "wave")),
    "surprised": ("wide", 0.04, 0.12, ("oh", "small", "shout")),
    "sleepy": ("half", 0.04, 0.04, ("flat", "small", "oh")),
    "smug": ("half", -0.05, 0.04, ("cat", "grin", "smile")),
}
MOOD_SHARES = np.array([22, 23, 6, 4, 9, 4, 9, 7, 8, 4, 4]) / 100


def pick_mood(rng: Generator) -> str:
    """Pick one of MOODS, the calm and the happy more often."""
    return str(rng.choice(tuple(MOODS), p=MOOD_SHARES))


def draw_face(pen: Pen, who: Character, mood: str, rng: Generator) -> None:
    """Draw the face without hair: skin, the shadow of the bangs, blush, nose, mouth and eyes."""
    skin, shape = rgb(who.skin), smooth(FACE)
    for side in SIDES:
        pen.paint(flip(smooth(EAR), side), skin, 0.1)
    pen.paint(shape, skin, FACE_DEPTH)
    with pen.inside(shape, FACE_DEPTH) as clip:
        clip.fill(front_shape(who.hair, who.bangs) + (0.0, 0.08), shade(skin, 0.17), HAIR_DEPTH)
        draw_blush(clip, skin, mood, rng)
    pen.stroke(((-0.012, 0.57), (0.03, 0.6), (0.0, 0.615)), 0.035, ink(shade(skin)), 1.0)
    for x, y in MARKS.get(who.mark, ()):
        pen.fill(oval(x, y, 0.022), mix(skin, (130, 60, 50), 0.75), 0.95)
    if who.accessory != "mask":
        draw_mouth(pen, str(rng.choice(MOODS[mood][3])), who)
    draw_eyes(pen, who, MOODS[mood][0], rng)


def draw_blush(pen: Pen, skin: Colour, mood: str, rng: Generator) -> None:
    """Redden the cheeks: a little always, more when happy."""
    strength = rng.uniform(0.1, 0.35) + (0.2 if mood in ("joy", "laughing", "wink") else 0)
    for side in SIDES:
        for size, share in ((1, 0.5), (0.7, 1)):
            pen.fill(oval(side * 0.58, 0.63, 0.17 * size, 0.09 * size), mix(skin, (255, 120, 130), strength * share), 0.9)
        if strength > 0.35:
            for x in (0.5, 0.58, 0.66):
                pen.stroke(((side * x + 0.03, 0.59), (side * x - 0.03, 0.67)), 0.025, mix(skin, (235, 80, 100), 0.7), 0.9)


def draw_brows(pen: Pen, who: Character, mood: str) -> None:
    """Draw the brows over the hair, so that the mood can be read under any bangs."""
    _, slope, lift, _ = MOODS[mood]
    colour = mix(ink(rgb(who.hair_colour)), rgb(who.hair_colour), 0.15)
    curve = ((0.24, -0.1 - slope), (0.4, -0.16 - slope * 0.3), (0.6, -0.1 + slope * 0.6))
    for side in SIDES:
        pen.stroke(flip(smooth(curve, False), side) - (0, lift), 0.05, colour, 1)


# ---------------------------------------------------------------- the mouth

MOUTH_Y = 0.78
CLOSED_MOUTHS = {  # y from MOUTH_Y
    "smile": ((-0.15, -0.03), (0.0, 0.035), (0.15, -0.03)),
    "small": ((-0.06, 0), (0.0, 0.012), (0.06, 0)),
    "flat": ((-0.11, 0), (0.0, -0.005), (0.11, 0)),
    "frown": ((-0.12, 0.04), (0.0, -0.02), (0.12, 0.04)),
    "pout": ((-0.08, 0.03), (0.0, -0.02), (0.08, 0.03)),
    "cat": ((-0.17, -0.04), (-0.09, 0.03), (0.0, -0.03), (0.09, 0.03), (0.17, -0.04)),
    "wave": ((-0.16, 0.02), (-0.08, -0.02), (0.0, 0.02), (0.08, -0.02), (0.16, 0.02)),
    "tongue": ((-0.15, -0.03), (0.0, 0.03), (0.15, -0.03)),
}
OPEN_MOUTHS = {
    "laugh": ((-0.2, -0.06), (0.0, -0.035), (0.2, -0.06), (0.13, 0.1), (0.0, 0.15), (-0.13, 0.1)),
    "grin": ((-0.18, -0.05), (0.0, -0.02), (0.18, -0.05), (0.1, 0.06), (0.0, 0.08), (-0.1, 0.06)),
    "oh": ((-0.06, -0.04), (0.0, -0.07), (0.06, -0.04), (0.05, 0.06), (0.0, 0.09), (-0.05, 0.06)),
    "shout": ((-0.1, -0.08), (0.0, -0.1), (0.1, -0.08), (0.16, 0.08), (0.0, 0.1), (-0.16, 0.08)),
}
TONGUE = ((0.0, 0), (0.12, -0.01), (0.12, 0.09), (0.06, 0.12), (0.0, 0.08))
TEETH = ((-0.2, -0.1), (0.2, -0.1), (0.14, -0.01), (-0.14, -0.01))
FANG = ((0.06, -0.03), (0.13, -0.03), (0.095, 0.05))
TONGUE_COLOUR = (244, 128, 136)


def lowered(points: Points) -> tuple[tuple[float, float], ...]:
    """Move points that are given around (0, 0) down to the mouth."""
    return tuple((x, MOUTH_Y + y) for x, y in points)


def draw_mouth(pen: Pen, kind: str, who: Character) -> None:
    """Draw one of the mouths, and a fang where it shows."""
    line = mix(ink(rgb(who.skin)), (150, 40, 60), 0.3)
    if kind in OPEN_MOUTHS:
        draw_open_mouth(pen, kind, line)
    else:
        if kind == "tongue":
            pen.fill(smooth(lowered(TONGUE)), TONGUE_COLOUR, 1, line)
        pen.stroke(smooth(lowered(CLOSED_MOUTHS[kind]), False), 0.042, line, 1)
    if who.mark == "fang" and kind in ("cat", "laugh", "grin", "smile", "shout"):
        pen.fill(lowered(FANG), WHITE, 1, line, 0.5)


def draw_open_mouth(pen: Pen, kind: str, line: Colour) -> None:
    """Draw an open mouth with a tongue, and teeth when it laughs."""
    shape = smooth(lowered(OPEN_MOUTHS[kind]))
    pen.fill(shape, (150, 52, 66), 1)
    with pen.inside(shape, 1) as clip:
        clip.fill(oval(0.0, MOUTH_Y + 0.13, 0.12, 0.08), TONGUE_COLOUR, 1)
        if kind in ("laugh", "grin"):
            clip.fill(lowered(TEETH), WHITE, 1)
    pen.stroke(np.concatenate([shape, shape[:1]]), 0.03, line, 1, taper=False)


# ---------------------------------------------------------------- the eyes

# kind of eye: (width, height, outer corner up)
EYES = {"round": (0.245, 0.29, 0.0), "sharp": (0.26, 0.25, 0.07), "droopy": (0.25, 0.265, -0.06)}
EYE_X, EYE_Y = 0.41, 0.3

# Curves of one eye: -1 to 1 across and down, the outer corner at x = 1.
UPPER_LID = ((-1.02, 0.3), (-0.85, -0.35), (-0.4, -0.86), (0.15, -1.0), (0.68, -0.76), (1.0, -0.15), (1.08, 0.2))
LOWER_LID = ((0.92, 0.62), (0.5, 0.96), (0.0, 1.03), (-0.5, 0.94), (-0.88, 0.66))
LID_FOLD = ((-0.55, -1.2), (0.1, -1.42), (0.7, -1.2))
LASH_TIPS = ((1.14, 0.06), (1.36, -0.06), (1.1, -0.2), (1.34, -0.46))
SHUT_EYES = {
    "arch": ((-0.95, 0.62), (-0.5, 0.02), (0.1, -0.14), (0.65, 0.12), (1.05, 0.66)),
    "shut": ((-0.95, 0.2), (-0.4, 0.58), (0.15, 0.66), (0.65, 0.5), (1.08, 0.12)),
    "squeezed": ((0.85, -0.35), (-0.1, 0.05), (-0.8, 0.25), (-0.1, 0.45), (0.85, 0.8)),
}
SHUT_LASHES = (((0.72, 0.46), (1.02, 0.62)), ((1.0, 0.2), (1.3, 0.36)))
IRIS_HALF = oval(0, 0, 1)[:13]  # the lower half of a circle


@cache
def eye_curve(curve: tuple, side: int, eyes: str, squash: float = 1.0, soft: bool = True) -> np.ndarray:
    """Put a curve of one eye on the face; squash below 1 lowers the upper lid."""
    width, height, slant = EYES[eyes]
    p = smooth(curve, False) if soft else np.array(curve)
    y = np.where(p[:, 1] < 0.6, 0.6 - (0.6 - p[:, 1]) * squash, p[:, 1])
    return np.stack([side * (EYE_X + p[:, 0] * width), EYE_Y + y * height - slant * p[:, 0]], 1)


@cache
def lash_shape(side: int, eyes: str, squash: float) -> np.ndarray:
    """Return the upper lashes: a band along the lid, thickest towards the outer corner, with two points."""
    lid = eye_curve(UPPER_LID, side, eyes, squash)
    thick = np.interp(np.linspace(0, 1, len(lid)), (0, 0.3, 0.8, 1), (0.015, 0.07, 0.095, 0.05))[:, None]
    over = lid - (0, 1) * thick + (side, 0) * thick * np.linspace(-0.2, 0.6, len(lid))[:, None]
    return np.concatenate([lid, eye_curve(LASH_TIPS, side, eyes, squash, False), over[:-3][::-1]])


def draw_eyes(pen: Pen, who: Character, kind: str, rng: Generator) -> None:
    """Draw both eyes, looking the same way."""
    gaze = (rng.uniform(-0.2, 0.2), rng.uniform(-0.06, 0.1))
    winking = rng.choice(SIDES)
    for side in SIDES:
        this = ("arch" if side == winking else "open") if kind == "wink" else kind
        if this in SHUT_EYES:
            draw_closed_eye(pen, who, side, this)
        else:
            draw_open_eye(pen, who, side, this, gaze)


def draw_closed_eye(pen: Pen, who: Character, side: int, kind: str) -> None:
    """Draw a shut eye: an arch, a bowl or a >."""
    lash = mix(ink(rgb(who.hair_colour)), BLACK, 0.5)
    pen.stroke(eye_curve(SHUT_EYES[kind], side, who.eyes, soft=kind != "squeezed"), 0.075, lash, 1)
    if kind == "shut":
        for hair in SHUT_LASHES:
            pen.stroke(eye_curve(hair, side, who.eyes, soft=False), 0.045, lash, 1)


def draw_open_eye(pen: Pen, who: Character, side: int, kind: str, gaze: Sequence[float]) -> None:
    """Draw an open eye: white, iris, lids and lashes."""
    squash = {"half": 0.7, "wide": 1.06}.get(kind, 1.0)
    upper, lower = eye_curve(UPPER_LID, side, who.eyes, squash), eye_curve(LOWER_LID, side, who.eyes)
    opening = np.concatenate([upper, lower])
    lash, skin = mix(ink(rgb(who.hair_colour)), BLACK, 0.55), rgb(who.skin)
    with pen.inside(opening, 1) as clip:
        clip.fill(opening, (253, 252, 255), 1)
        clip.stroke(upper + (0, 0.02), 0.12, (214, 208, 232), 1, taper=False)
        draw_iris(clip, who, side, 0.84 if kind == "wide" else 1.0, gaze)
    pen.fill(lash_shape(side, who.eyes, squash), lash, 1)
    pen.stroke(lower[3:-6], 0.03, mix(lash, skin, 0.3), 1)
    pen.stroke(eye_curve(LID_FOLD, side, who.eyes, squash), 0.025, mix(ink(skin), skin, 0.3), 1)


def draw_iris(pen: Pen, who: Character, side: int, size: float, gaze: Sequence[float]) -> None:
    """Draw the iris: dark rim, light below, dark above, pupil and two highlights."""
    colour, height = rgb(who.eye_colour), EYES[who.eyes][1]
    x, y = side * (EYE_X - 0.02) + gaze[0] * 0.22, EYE_Y + gaze[1] * 0.25
    rx, ry = 0.188 * size, min(height * 0.97, 0.275) * size
    dark = mix(colour, (34, 20, 56), 0.62)
    pen.fill(oval(x, y, rx, ry), dark, 1)
    pen.fill(oval(x, y + 0.012, rx * 0.86, ry * 0.91), colour, 1)
    if who.eye_colour_below:
        pen.fill(IRIS_HALF * (rx * 0.86, ry * 0.91) + (x, y + 0.012), rgb(who.eye_colour_below), 1)
    else:
        pen.fill(oval(x, y - ry * 0.42, rx * 0.8, ry * 0.5), mix(colour, dark, 0.6), 1)
        pen.fill(oval(x, y + ry * 0.58, rx * 0.62, ry * 0.28), mix(colour, WHITE, 0.45), 1)
    pen.fill(oval(x, y + ry * 0.06, rx * 0.4, ry * 0.42), mix(dark, BLACK, 0.45), 1)
    pen.fill(oval(x - rx * 0.38, y - ry * 0.42, rx * 0.36, ry * 0.28), WHITE, 1)
    pen.fill(oval(x + rx * 0.45, y + ry * 0.42, rx * 0.19, ry * 0.14), WHITE, 1)
