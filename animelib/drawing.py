"""Draws anime characters, faces, backgrounds and scenes from tables of shapes and colours.

What makes a character that character (hair, eyes, accessory, clothes) is in its `Character`; everything else - pose,
mood, light, line, background - is new in each picture. It is not about files: `samples` writes them.

A head is drawn in its own units: the middle of the head is (0, 0), x goes right, y goes down, the ears are near
x = -0.9 and x = 0.9, the chin is near y = 1.05 and the hair ends near y = -1.15. A `Pen` turns, tilts and places it.
"""

import math
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

FINE = 3  # portraits are drawn three times as large and then reduced: smooth edges
FINE_SCENE = 2
WHITE, BLACK = (255, 255, 255), (28, 24, 36)
FACE_BOX = (-0.98, -0.88, 0.98, 1.08)  # left, top, right, bottom of a face box in head units: a square


@dataclass(frozen=True)
class Character:
    """What stays the same in every picture of somebody; colours are "#rrggbb" strings.

    The words for hair, bangs, accessory, clothes, eyes and mark are the keys of the tables in this file.

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


# ---------------------------------------------------------------- colours


@cache
def rgb(colour):
    """Give "#rrggbb" as three numbers from 0 to 255: rgb("#ff8800") is (255, 136, 0)."""
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def mix(a, b, share):
    """Mix colour b into colour a: mix((0, 0, 0), (255, 255, 255), 0.5) is a middle grey."""
    return tuple(int(x + (y - x) * share) for x, y in zip(a, b, strict=False))


def ink(colour):
    """Give the outline for a filled shape: the same hue, much darker (black lines look harsh)."""
    return mix(tuple(int(c * 0.42) for c in colour), (58, 26, 48), 0.35)


def shade(colour, share=0.28):
    """Give the colour in shadow, a little towards violet as anime painters do it."""
    return mix(colour, (92, 66, 128), share)


def any_colour(rng, saturation=(0.15, 0.6), value=(0.6, 1.0)):
    """Draw a random colour; the ranges are those of HSV, 0 to 1."""
    hue, s, v = rng.uniform(0, 6), rng.uniform(*saturation), rng.uniform(*value)
    wheel = [abs((hue + k) % 6 - 3) - 1 for k in (0, 4, 2)]
    return tuple(int(255 * v * (1 - s * (1 - min(1, max(0, w))))) for w in wheel)


# ---------------------------------------------------------------- curves (all in head units)

_T = np.linspace(0, 1, 5, endpoint=False)
_CATMULL_ROM = 0.5 * np.stack(
    [-_T + 2 * _T**2 - _T**3, 2 - 5 * _T**2 + 3 * _T**3, _T + 4 * _T**2 - 3 * _T**3, -(_T**2) + _T**3], axis=1
)
_BEZIER_T = np.linspace(0, 1, 6)[:, None]


@lru_cache(maxsize=4096)
def smooth(points, closed=True):
    """Lay a smooth curve through points (a tuple of (x, y)); gives an (M, 2) array."""
    p = np.array(points, float)
    if closed:
        four = np.stack([np.roll(p, 1, 0), p, np.roll(p, -1, 0), np.roll(p, -2, 0)], axis=1)
        return (_CATMULL_ROM @ four).reshape(-1, 2)
    padded = np.concatenate([p[:1], p, p[-1:]])
    four = np.stack([padded[:-3], padded[1:-2], padded[2:-1], padded[3:]], axis=1)
    return np.concatenate([(_CATMULL_ROM @ four).reshape(-1, 2), p[-1:]])


def bend(start, control, end):
    """Give six points on the curve from start to end that is pulled towards control."""
    start, control, end = np.array(start), np.array(control), np.array(end)
    return (1 - _BEZIER_T) ** 2 * start + 2 * _BEZIER_T * (1 - _BEZIER_T) * control + _BEZIER_T**2 * end


@lru_cache(maxsize=4096)
def locks(roots, tips):
    """Give a hair edge that runs root, tip, root, tip, ... root, every lock a leaf that ends in a point."""
    edge = []
    for left, tip, right in zip(roots[:-1], tips, roots[1:], strict=False):
        for start, end, root in ((left, tip, left), (tip, right, right)):
            control = (0.75 * root[0] + 0.25 * tip[0], 0.4 * root[1] + 0.6 * tip[1])
            edge.append(bend(start, control, end))
    return np.concatenate(edge)


def leaf(left, right, tip, sway=0.0):
    """Give one tapered lock between two root points and a tip; sway bends it sideways."""
    middle = (0.35 * left[1] + 0.65 * tip[1], 0.35 * right[1] + 0.65 * tip[1])
    down = bend(left, (left[0] + sway, middle[0]), tip)
    return np.concatenate([down, bend(tip, (right[0] + sway, middle[1]), right)])


@cache
def thickness(count, taper):
    """Give how thick a brush stroke is at each of its points, 0 to 1."""
    return np.sin(np.linspace(0.12, math.pi - 0.12, count))[:, None] ** 0.7 if taper else np.ones((count, 1))


def brush(points, width, taper=True):
    """Give the outline of a brush stroke along points (N, 2): thick in the middle, thin at the ends."""
    p = np.asarray(points, float)
    way = np.empty_like(p)  # np.gradient does the same, five times slower
    way[1:-1], way[0], way[-1] = p[2:] - p[:-2], p[1] - p[0], p[-1] - p[-2]
    side = way[:, ::-1] * (-1, 1) * (width / 2) / (np.hypot(way[:, 0], way[:, 1])[:, None] + 1e-9)
    side = side * thickness(len(p), taper)
    return np.concatenate([p + side, (p - side)[::-1]])


_CIRCLE = np.stack([np.cos(np.linspace(0, 2 * math.pi, 25)[:-1]), np.sin(np.linspace(0, 2 * math.pi, 25)[:-1])], 1)


def oval(x, y, rx, ry=None):
    """Give an ellipse around (x, y)."""
    return _CIRCLE * (rx, rx if ry is None else ry) + (x, y)


def star(x, y, radius, points=5, inner=0.45, spin=-math.pi / 2):
    """Give a star with so many points around (x, y)."""
    angle = spin + np.arange(2 * points) * math.pi / points
    far = np.where(np.arange(2 * points) % 2 == 0, radius, radius * inner)
    return np.stack([x + far * np.cos(angle), y + far * np.sin(angle)], 1)


def heart(x, y, r):
    """Give a heart around (x, y)."""
    shape = ((0, -0.45), (0.45, -0.95), (1, -0.5), (0.65, 0.3), (0, 1), (-0.65, 0.3), (-1, -0.5), (-0.45, -0.95))
    return smooth(shape) * r + (x, y)


def flip(points, side):
    """Mirror points of the right side to the left where side is -1."""
    return np.asarray(points, float) * (side, 1)


# ---------------------------------------------------------------- the pen


class Pen:
    """Draws shapes given in head units onto a picture, with the head turned, tilted and placed."""

    def __init__(self, canvas, scale, origin, tilt=0.0, turn=0.0, nod=0.0, line=0.03):
        self.canvas, self.origin, self.scale = canvas, np.array(origin, float), scale
        self.tilt, self.turn, self.nod, self.line = tilt, turn, nod, line
        c, s = math.cos(tilt) * scale, math.sin(tilt) * scale
        self.matrix = np.array([[c, s], [-s, c]])
        self.draw = ImageDraw.Draw(canvas)

    def at(self, points, depth=0.0):
        """Place points on the canvas; depth 1 is the front of the head, 0 its middle, negative behind it."""
        p = np.asarray(points, float)
        if depth and self.turn:
            # the front of a ball moves most when it turns, its rim hardly at all
            p = p.copy()
            p[..., 0] += self.turn * depth * np.sqrt(np.maximum(1.25 - p[..., 0] ** 2, 0))
            p[..., 1] += self.nod * depth
        return p @ self.matrix + self.origin

    def fill(self, points, colour, depth=0.0, edge=None, line=1.0):
        """Fill a closed shape, with an outline if an edge colour is given."""
        placed = self.at(points, depth)
        flat = placed.ravel().tolist()
        self.draw.polygon(flat, fill=colour)
        if edge:
            width = max(1, round(self.line * line * self.scale))
            self.draw.line(flat + flat[:4], fill=edge, width=width)

    def outline(self, points, colour, depth=0.0, line=1.0):
        """Draw the outline of a closed shape."""
        flat = self.at(points, depth).ravel().tolist()
        self.draw.line(flat + flat[:4], fill=colour, width=max(1, round(self.line * line * self.scale)))

    def stroke(self, points, width, colour, depth=0.0, taper=True):
        """Draw a brush stroke along points."""
        self.draw.polygon(self.at(brush(points, width, taper), depth).ravel().tolist(), fill=colour)

    def limb(self, points, width, colour, depth=0.0, edge=None):
        """Draw a round-ended band along points (a finger, a strap, a tail) with an outline."""
        for w, c in ((width + 2 * self.line, edge or ink(colour)), (width, colour)):
            self.stroke(points, w, c, depth, taper=False)
            for end in (points[0], points[-1]):
                self.fill(oval(*end, w / 2), c, depth)

    @contextmanager
    def inside(self, points, depth=0.0):
        """Give a pen whose strokes show only inside the shape (an iris inside an eye, a shadow on a face)."""
        placed = self.at(points, depth)
        low, high = np.floor(placed.min(0)).astype(int) - 1, np.ceil(placed.max(0)).astype(int) + 2
        low, high = np.maximum(low, 0), np.minimum(high, self.canvas.size)
        if (high <= low).any():
            low, high = np.zeros(2, int), np.ones(2, int)
        box = (*low.tolist(), *high.tolist())
        patch = self.canvas.crop(box)
        mask = Image.new("L", patch.size)
        ImageDraw.Draw(mask).polygon((placed - low).ravel().tolist(), fill=255)
        yield Pen(patch, self.scale, self.origin - low, self.tilt, self.turn, self.nod, self.line)
        self.canvas.paste(patch, box, mask)


# ---------------------------------------------------------------- hair

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
KNOTS = {"twin": (0.95, -0.56), "low": (0.86, 0.66), "pony": (0.42, -1.0), "side": (0.95, 0.06)}


@cache
def back_shape(style):
    """Give the closed outline of the hair behind the head."""
    half = BACK_HAIR[style]
    return smooth(half + tuple((-x, y) for x, y in half[::-1]))


@cache
def front_shape(style, bangs):
    """Give the closed outline of the hair over the forehead and beside the cheeks: the crown, then the locks right to left."""
    roots, tips = BANGS[bangs]
    length, (x, y) = HAIR[style][2], CHEEK
    if style == "hime":  # cut straight
        right, left = (((s * x, y), (s * 1.03, length), (s * 0.7, length + 0.03), roots[-(s < 0)]) for s in (1, -1))
        return np.concatenate([smooth(CROWN, closed=False), right, locks(roots, tips), left[::-1]])
    tips = ((0.82, length), *tips, (-0.82, length))
    return np.concatenate([smooth(CROWN, closed=False), locks(((x, y), *roots, (-x, y)), tips)])


def sways(points, wind):
    """Let the wind move hair: the lower it hangs, the further."""
    p = np.asarray(points, float)
    return p + np.stack([wind * np.maximum(p[..., 1], 0) ** 1.5, np.zeros(p.shape[:-1])], -1)


def draw_back_hair(pen, who, wind):
    """Draw what hangs behind the head and the tails."""
    hair = rgb(who.hair_colour)
    back, tails, _ = HAIR[who.hair]
    dark = shade(hair, 0.3)
    for side in {"twin": (-1, 1), "low": (-1, 1), "pony": (1,), "side": (1,)}.get(tails, ()):
        draw_tail(pen, who, tails, side, wind)
    if tails == "buns":
        for side in (-1, 1):
            pen.fill(oval(side * 0.78, -0.98, 0.36), hair, -0.2, ink(hair))
            pen.stroke(smooth(((side * 0.6, -0.9), (side * 0.8, -1.12), (side * 0.98, -0.92)), False), 0.05, dark, -0.2)
    shape = sways(back_shape(back), wind)
    pen.fill(shape, dark, -0.12, ink(hair))


def draw_tail(pen, who, tails, side, wind):
    """Draw one tied tail with a highlight and its knot."""
    hair = rgb(who.hair_colour)
    shape = sways(flip(smooth(TAILS[tails]), side), wind)
    pen.fill(shape, hair, -0.2, ink(hair))
    with pen.inside(shape, -0.2) as clip:
        clip.fill(shape * (0.92, 1) + (0, 0.12), shade(hair, 0.2), -0.2)
        clip.fill(shape * (0.96, 1) + (-0.09 * side, -0.06), hair, -0.2)
        for along in (0.16, 0.24):
            start = sways(flip(TAILS[tails][1:5], side), wind) * (1 - along * 0.4, 1)
            clip.stroke(smooth(tuple(map(tuple, start)), False), 0.07, mix(hair, WHITE, 0.4), -0.2)


def draw_knots(pen, who):
    """Draw the bands that hold the tails."""
    tails = HAIR[who.hair][1]
    if tails in KNOTS:
        for side in (-1, 1) if tails in ("twin", "low") else (1,):
            x, y = KNOTS[tails]
            if who.accessory == "ribbon":
                draw_bow(pen, side * x, y, 0.34, rgb(who.accessory_colour), 0.0)
            else:
                pen.fill(oval(side * x, y, 0.12, 0.15), rgb(who.accessory_colour), 0, ink(rgb(who.accessory_colour)))


def draw_braids(pen, who, wind):
    """Draw a braid over each shoulder."""
    hair = rgb(who.hair_colour)
    for side in (-1, 1):
        for step in range(5):
            x, y = sways((side * (0.92 + 0.03 * step), 0.72 + 0.24 * step), wind)
            pen.fill(oval(x, y, 0.2 - 0.012 * step, 0.17), hair, 0.2, ink(hair))
            pen.stroke(((x - 0.12, y - 0.06), (x, y + 0.06), (x + 0.12, y - 0.06)), 0.04, shade(hair, 0.4), 0.2)
        x, y = sways((side * 1.06, 1.96), wind)
        pen.fill(leaf((x - 0.14, y), (x + 0.14, y), (x, y + 0.4)), hair, 0.2, ink(hair))
        pen.fill(oval(x, y - 0.04, 0.12, 0.09), rgb(who.accessory_colour), 0.2, ink(rgb(who.accessory_colour)))


def draw_front_hair(pen, who, wind):
    """Draw the crown and the locks with their shade, streak, ring of light and strands."""
    hair, shape = rgb(who.hair_colour), sways(front_shape(who.hair, who.bangs), wind)
    roots, tips = BANGS[who.bangs]
    pen.fill(shape, hair, HAIR_DEPTH)
    with pen.inside(shape, HAIR_DEPTH) as clip:
        clip.fill(CROWN_SHADE, shade(hair, 0.13), HAIR_DEPTH)
        for side in (-1, 1):
            clip.fill(flip(CHEEK_SHADE, side), shade(hair, 0.16), HAIR_DEPTH)
        for right, left, tip in zip(roots[:-1], roots[1:], tips, strict=False):
            middle = (0.5 * (right[0] + left[0]), min(right[1], left[1]) - 0.1)
            clip.fill(leaf(middle, right, tip, 0.03), shade(hair, 0.16), HAIR_DEPTH)
        if who.streak_colour:
            clip.fill(STREAKS[0], rgb(who.streak_colour), HAIR_DEPTH)
            clip.fill(STREAKS[1], rgb(who.streak_colour_beside or who.streak_colour), HAIR_DEPTH)
        draw_ring_of_light(clip, hair)
        for x, y in roots:
            clip.stroke(bend((x, y + 0.04), (x * 1.04, y - 0.25), (x * 0.8, y - 0.5)), 0.04, shade(hair, 0.45), HAIR_DEPTH)
    pen.outline(shape, ink(hair), HAIR_DEPTH)
    if who.ahoge:
        pen.fill(AHOGE, hair, HAIR_DEPTH, ink(hair))


HAIR_DEPTH = 0.55
STREAKS = (leaf((0.14, -1.3), (0.34, -1.3), (0.36, 0.02), 0.17), leaf((0.34, -1.3), (0.53, -1.3), (0.58, 0.1), 0.18))
AHOGE = smooth(
    ((-0.1, -1.13), (-0.06, -1.33), (0.1, -1.47), (0.36, -1.47), (0.5, -1.33), (0.27, -1.37), (0.13, -1.29), (0.09, -1.14))
)
CROWN_SHADE = smooth(((-1.2, -1.3), (1.2, -1.3), (1.1, -0.7), (0.5, -0.92), (0, -0.98), (-0.5, -0.92), (-1.1, -0.7)))
CHEEK_SHADE = ((0.72, -0.1), (0.84, 0.0), (0.86, 0.4), (0.82, 1.5), (0.6, 1.5), (0.6, 0.0))


@cache
def ring_of_light(side):
    """Give one half of the shine around a head: an arch with long and short teeth."""
    across = np.linspace(0.07, 0.86, 15)
    arch = -0.56 - 0.2 * (1 - (across / 0.9) ** 2)
    down = np.resize((0.0, 0.13, 0.03, 0.08, 0.01, 0.17, 0.04), 15) * np.sin(np.linspace(0.3, 2.9, 15))
    up = np.resize((0.02, 0.05, 0.01, 0.07), 15) * np.sin(np.linspace(0.3, 2.9, 15))
    low, high = np.stack([across * side, arch + down], 1), np.stack([across * side, arch - 0.05 - up], 1)
    return np.concatenate([low, high[::-1]])


def draw_ring_of_light(pen, hair):
    """Draw the shine around the head."""
    for side in (-1, 1):
        pen.fill(ring_of_light(side), mix(hair, WHITE, 0.45), HAIR_DEPTH)


# ---------------------------------------------------------------- the face

FACE = ((-0.8, -0.6), (-0.87, -0.1), (-0.85, 0.3), (-0.73, 0.62), (-0.45, 0.89), (-0.13, 1.04), (0.0, 1.065),
        (0.13, 1.04), (0.45, 0.89), (0.73, 0.62), (0.85, 0.3), (0.87, -0.1), (0.8, -0.6), (0.0, -0.95))  # fmt: skip
FACE_DEPTH = 0.42

# kind of eye: (width, height, outer corner up)
EYES = {"round": (0.245, 0.29, 0.0), "sharp": (0.26, 0.25, 0.07), "droopy": (0.25, 0.265, -0.06)}
EYE_X, EYE_Y = 0.41, 0.3
UPPER_LID = ((-1.02, 0.3), (-0.85, -0.35), (-0.4, -0.86), (0.15, -1.0), (0.68, -0.76), (1.0, -0.15), (1.08, 0.2))
LID_FOLD = ((-0.55, -1.2), (0.1, -1.42), (0.7, -1.2))
SHUT_EYES = {
    "arch": ((-0.95, 0.62), (-0.5, 0.02), (0.1, -0.14), (0.65, 0.12), (1.05, 0.66)),
    "shut": ((-0.95, 0.2), (-0.4, 0.58), (0.15, 0.66), (0.65, 0.5), (1.08, 0.12)),
    "squeezed": ((0.85, -0.35), (-0.1, 0.05), (-0.8, 0.25), (-0.1, 0.45), (0.85, 0.8)),
}
LOWER_LID = ((0.92, 0.62), (0.5, 0.96), (0.0, 1.03), (-0.5, 0.94), (-0.88, 0.66))

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


def draw_face(pen, who, mood, rng):
    """Draw the face without hair: skin, the shadow of the bangs, blush, nose, mouth and eyes."""
    skin = rgb(who.skin)
    for side in (-1, 1):
        ear = flip(smooth(((0.84, 0.1), (0.98, 0.06), (1.03, 0.22), (0.97, 0.42), (0.84, 0.48))), side)
        pen.fill(ear, skin, 0.1, ink(skin))
    shape = smooth(FACE)
    pen.fill(shape, skin, FACE_DEPTH, ink(skin))
    with pen.inside(shape, FACE_DEPTH) as clip:
        clip.fill(front_shape(who.hair, who.bangs) + (0.0, 0.08), shade(skin, 0.17), HAIR_DEPTH)
        draw_blush(clip, skin, mood, rng)
    pen.stroke(((-0.012, 0.57), (0.03, 0.6), (0.0, 0.615)), 0.035, ink(shade(skin)), 1.0)
    draw_mark(pen, who)
    if who.accessory != "mask":
        draw_mouth(pen, str(rng.choice(MOODS[mood][3])), who)
    draw_eyes(pen, who, MOODS[mood][0], rng)


def draw_blush(pen, skin, mood, rng):
    """Redden the cheeks: a little always, more when happy."""
    strength = rng.uniform(0.1, 0.35) + (0.2 if mood in ("joy", "laughing", "wink") else 0)
    for side in (-1, 1):
        for size, share in ((1, 0.5), (0.7, 1)):
            pen.fill(oval(side * 0.58, 0.63, 0.17 * size, 0.09 * size), mix(skin, (255, 120, 130), strength * share), 0.9)
        if strength > 0.35:
            for x in (0.5, 0.58, 0.66):
                pen.stroke(((side * x + 0.03, 0.59), (side * x - 0.03, 0.67)), 0.025, mix(skin, (235, 80, 100), 0.7), 0.9)


def draw_mark(pen, who):
    """Draw freckles or a mole, if somebody has them."""
    spots = {"freckles": ((0.5, 0.6), (0.58, 0.66), (0.66, 0.6), (-0.5, 0.6), (-0.58, 0.66), (-0.66, 0.6))}
    spots["mole"] = ((0.36, 0.66),)
    for x, y in spots.get(who.mark, ()):
        pen.fill(oval(x, y, 0.022), mix(rgb(who.skin), (130, 60, 50), 0.75), 0.95)


def draw_mouth(pen, kind, who):
    """Draw one of the mouths."""
    line, dark, tongue = mix(ink(rgb(who.skin)), (150, 40, 60), 0.3), (150, 52, 66), (244, 128, 136)
    y = 0.78
    curves = {
        "smile": ((-0.15, y - 0.03), (0.0, y + 0.035), (0.15, y - 0.03)),
        "small": ((-0.06, y), (0.0, y + 0.012), (0.06, y)),
        "flat": ((-0.11, y), (0.0, y - 0.005), (0.11, y)),
        "frown": ((-0.12, y + 0.04), (0.0, y - 0.02), (0.12, y + 0.04)),
        "pout": ((-0.08, y + 0.03), (0.0, y - 0.02), (0.08, y + 0.03)),
        "cat": ((-0.17, y - 0.04), (-0.09, y + 0.03), (0.0, y - 0.03), (0.09, y + 0.03), (0.17, y - 0.04)),
        "wave": ((-0.16, y + 0.02), (-0.08, y - 0.02), (0.0, y + 0.02), (0.08, y - 0.02), (0.16, y + 0.02)),
        "tongue": ((-0.15, y - 0.03), (0.0, y + 0.03), (0.15, y - 0.03)),
    }
    opened = {
        "laugh": ((-0.2, y - 0.06), (0.0, y - 0.035), (0.2, y - 0.06), (0.13, y + 0.1), (0.0, y + 0.15), (-0.13, y + 0.1)),
        "grin": ((-0.18, y - 0.05), (0.0, y - 0.02), (0.18, y - 0.05), (0.1, y + 0.06), (0.0, y + 0.08), (-0.1, y + 0.06)),
        "oh": ((-0.06, y - 0.04), (0.0, y - 0.07), (0.06, y - 0.04), (0.05, y + 0.06), (0.0, y + 0.09), (-0.05, y + 0.06)),
        "shout": ((-0.1, y - 0.08), (0.0, y - 0.1), (0.1, y - 0.08), (0.16, y + 0.08), (0.0, y + 0.1), (-0.16, y + 0.08)),
    }
    if kind in curves:
        if kind == "tongue":
            pen.fill(smooth(((0.0, y), (0.12, y - 0.01), (0.12, y + 0.09), (0.06, y + 0.12), (0.0, y + 0.08))), tongue, 1, line)
        pen.stroke(smooth(curves[kind], False), 0.042, line, 1)
    else:
        shape = smooth(opened[kind])
        pen.fill(shape, dark, 1)
        with pen.inside(shape, 1) as clip:
            clip.fill(oval(0.0, y + 0.13, 0.12, 0.08), tongue, 1)
            if kind in ("laugh", "grin"):
                clip.fill(((-0.2, y - 0.1), (0.2, y - 0.1), (0.14, y - 0.01), (-0.14, y - 0.01)), WHITE, 1)
        pen.stroke(np.concatenate([shape, shape[:1]]), 0.03, line, 1, taper=False)
    if who.mark == "fang" and kind in ("cat", "laugh", "grin", "smile", "shout"):
        pen.fill(((0.06, y - 0.03), (0.13, y - 0.03), (0.095, y + 0.05)), WHITE, 1, line, 0.5)


def draw_eyes(pen, who, kind, rng):
    """Draw both eyes, looking the same way."""
    gaze = (rng.uniform(-0.2, 0.2), rng.uniform(-0.06, 0.1))
    winking = rng.choice((-1, 1))
    for side in (-1, 1):
        this = ("arch" if side == winking else "open") if kind == "wink" else kind
        if this in ("arch", "shut", "squeezed"):
            draw_closed_eye(pen, who, side, this)
        else:
            draw_open_eye(pen, who, side, this, gaze)


@cache
def eye_curve(curve, side, eyes, squash=1.0, soft=True):
    """Put a curve of one eye (-1 to 1, outer corner at x = 1) on the face; squash below 1 lowers the upper lid."""
    width, height, slant = EYES[eyes]
    p = smooth(curve, False) if soft else np.array(curve)
    y = np.where(p[:, 1] < 0.6, 0.6 - (0.6 - p[:, 1]) * squash, p[:, 1])
    return np.stack([side * (EYE_X + p[:, 0] * width), EYE_Y + y * height - slant * p[:, 0]], 1)


@cache
def lash_shape(side, eyes, squash):
    """Give the upper lashes: a band along the lid, thickest towards the outer corner, with two points."""
    lid = eye_curve(UPPER_LID, side, eyes, squash)
    thick = np.interp(np.linspace(0, 1, len(lid)), (0, 0.3, 0.8, 1), (0.015, 0.07, 0.095, 0.05))[:, None]
    over = lid - (0, 1) * thick + (side, 0) * thick * np.linspace(-0.2, 0.6, len(lid))[:, None]
    points = eye_curve(((1.14, 0.06), (1.36, -0.06), (1.1, -0.2), (1.34, -0.46), (0.9, -0.58)), side, eyes, squash, False)
    return np.concatenate([lid, points[:4], over[:-3][::-1]])


def draw_closed_eye(pen, who, side, kind):
    """Draw a shut eye: an arch, a bowl or a >."""
    lash = mix(ink(rgb(who.hair_colour)), BLACK, 0.5)
    pen.stroke(eye_curve(SHUT_EYES[kind], side, who.eyes, soft=kind != "squeezed"), 0.075, lash, 1)
    if kind == "shut":
        for hair in (((0.72, 0.46), (1.02, 0.62)), ((1.0, 0.2), (1.3, 0.36))):
            pen.stroke(eye_curve(hair, side, who.eyes, soft=False), 0.045, lash, 1)


def draw_open_eye(pen, who, side, kind, gaze):
    """Draw an open eye: white, iris, lids and lashes."""
    squash = {"half": 0.7, "wide": 1.06}.get(kind, 1.0)
    upper, lower = eye_curve(UPPER_LID, side, who.eyes, squash), eye_curve(LOWER_LID, side, who.eyes)
    opening = np.concatenate([upper, lower])
    lash = mix(ink(rgb(who.hair_colour)), BLACK, 0.55)
    with pen.inside(opening, 1) as clip:
        clip.fill(opening, (253, 252, 255), 1)
        clip.stroke(upper + (0, 0.02), 0.12, (214, 208, 232), 1, taper=False)
        draw_iris(clip, who, side, 0.84 if kind == "wide" else 1.0, gaze)
    pen.fill(lash_shape(side, who.eyes, squash), lash, 1)
    pen.stroke(lower[3:-6], 0.03, mix(lash, rgb(who.skin), 0.3), 1)
    pen.stroke(eye_curve(LID_FOLD, side, who.eyes, squash), 0.025, mix(ink(rgb(who.skin)), rgb(who.skin), 0.3), 1)


IRIS_HALF = oval(0, 0, 1)[:13]  # the lower half of a circle


def draw_iris(pen, who, side, size, gaze):
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


def draw_brows(pen, who, mood):
    """Draw the brows over the hair, so that the mood can be read under any bangs."""
    _, slope, lift, _ = MOODS[mood]
    colour = mix(ink(rgb(who.hair_colour)), rgb(who.hair_colour), 0.15)
    for side in (-1, 1):
        curve = ((0.24, -0.1 - slope), (0.4, -0.16 - slope * 0.3), (0.6, -0.1 + slope * 0.6))
        pen.stroke(flip(smooth(curve, False), side) - (0, lift), 0.05, colour, 1)


# ---------------------------------------------------------------- accessories


def draw_bow(pen, x, y, r, colour, depth):
    """Draw a bow of ribbon around (x, y)."""
    edge = ink(colour)
    for side in (-1, 1):
        pen.fill(
            np.array(((0, 0), (side * 0.7, 0.35), (side * 0.85, 1.1), (side * 0.35, 0.85))) * r + (x, y),
            shade(colour, 0.15),
            depth,
            edge,
        )
        loop = smooth(((0, 0), (side * 0.55, -0.6), (side * 1.1, -0.55), (side * 1.15, 0.3), (side * 0.6, 0.35))) * r + (x, y)
        pen.fill(loop, colour, depth, edge)
        pen.stroke(np.array(((side * 0.25, -0.05), (side * 0.75, -0.2))) * r + (x, y), r * 0.14, shade(colour, 0.35), depth)
    pen.fill(oval(x, y, r * 0.24, r * 0.28), mix(colour, WHITE, 0.15), depth, edge)


def draw_clip(pen, who):
    """Draw two hair pins, one below the other."""
    s = who.accessory_side
    for dx, dy, colour in ((0.0, -0.01, who.accessory_colour), (0.05, 0.165, who.accessory_colour_below or who.accessory_colour)):
        pen.limb(((s * (0.4 + dx), -0.46 + dy), (s * (0.82 + dx), -0.37 + dy)), 0.14, rgb(colour), 0.75)


def draw_flower(pen, who):
    """Draw a flower in the hair."""
    colour, x, y = rgb(who.accessory_colour), who.accessory_side * 0.68, -0.5
    for k in range(5):
        angle = k * 2 * math.pi / 5 - 0.3
        pen.fill(oval(x + 0.16 * math.cos(angle), y + 0.16 * math.sin(angle), 0.14), colour, 0.75, ink(colour), 0.7)
    pen.fill(oval(x, y, 0.09), (255, 214, 92), 0.75, ink((255, 214, 92)), 0.7)


def draw_star_pin(pen, who):
    """Draw a star pin in the hair."""
    colour = rgb(who.accessory_colour)
    pen.fill(star(who.accessory_side * 0.66, -0.42, 0.26, inner=0.52), colour, 0.75, ink(colour))


def draw_ribbon(pen, who):
    """Draw a bow on the side of the head (tails wear it at their knots)."""
    if HAIR[who.hair][1] not in KNOTS:
        draw_bow(pen, who.accessory_side * 0.66, -0.82, 0.36, rgb(who.accessory_colour), 0.6)


def draw_glasses(pen, who):
    """Draw round glasses."""
    colour = rgb(who.accessory_colour)
    for side in (-1, 1):
        ring = pen.at(oval(side * 0.42, 0.32, 0.33, 0.31), 1.02)
        flat = np.concatenate([ring, ring[:2]]).ravel().tolist()
        pen.draw.line(flat, fill=ink(colour), width=max(2, round(0.055 * pen.scale)))
        pen.draw.line(flat, fill=colour, width=max(1, round(0.03 * pen.scale)))
        pen.stroke(((side * 0.74, 0.27), (side * 0.9, 0.2)), 0.05, ink(colour), 0.9, taper=False)
    pen.stroke(smooth(((-0.1, 0.3), (0.0, 0.26), (0.1, 0.3)), False), 0.05, ink(colour), 1.02, taper=False)


def draw_beret(pen, who):
    """Draw a beret."""
    colour, s = rgb(who.accessory_colour), who.accessory_side
    shape = flip(smooth(((-0.9, -0.62), (-0.98, -1.0), (-0.55, -1.38), (0.2, -1.52), (0.95, -1.3), (1.2, -0.9), (0.9, -0.7),
                         (0.0, -0.86))), s)  # fmt: skip
    pen.fill(shape, colour, 0.4, ink(colour))
    with pen.inside(shape, 0.4) as clip:
        clip.stroke(flip(smooth(((-0.9, -0.68), (0.0, -0.92), (1.1, -0.78)), False), s), 0.16, shade(colour), 0.4)
    pen.limb(((s * 0.2, -1.5), (s * 0.26, -1.62)), 0.06, colour, 0.4)


def draw_mask(pen, who):
    """Draw a white mask over the mouth."""
    colour = (250, 250, 252)
    shape = smooth(((-0.52, 0.6), (0.0, 0.52), (0.52, 0.6), (0.5, 0.86), (0.24, 1.02), (0.0, 1.05), (-0.24, 1.02), (-0.5, 0.86)))
    for side in (-1, 1):
        pen.stroke(((side * 0.5, 0.64), (side * 0.84, 0.5)), 0.035, shade(colour), 0.6, taper=False)
    pen.fill(shape, colour, 0.75, ink(colour))
    for y in (0.7, 0.82):
        pen.stroke(smooth(((-0.42, y), (0.0, y - 0.04), (0.42, y)), False), 0.03, shade(colour, 0.25), 0.8)


def draw_cat_ears(pen, who):
    """Draw cat ears in the colour of the hair, pink inside."""
    hair = rgb(who.hair_colour)
    for side in (-1, 1):
        pen.fill(
            flip(smooth(((0.28, -1.0), (0.52, -1.4), (0.9, -1.62), (0.98, -1.2), (0.94, -0.72))), side), hair, 0.3, ink(hair)
        )
        inner = flip(smooth(((0.5, -1.08), (0.62, -1.3), (0.84, -1.44), (0.88, -1.15), (0.84, -0.9))), side)
        pen.fill(inner, rgb(who.accessory_colour), 0.35)
        pen.fill(flip(leaf((0.36, -0.9), (0.66, -0.88), (0.6, -1.2)), side), hair, 0.35)


def draw_headphones(pen, who):
    """Draw headphones."""
    colour = rgb(who.accessory_colour)
    arch = smooth(((-1.06, 0.05), (-1.1, -0.5), (-0.72, -1.12), (0.0, -1.32), (0.72, -1.12), (1.1, -0.5), (1.06, 0.05)), False)
    pen.limb(arch, 0.11, mix(colour, WHITE, 0.2), 0.15)
    for side in (-1, 1):
        pen.fill(oval(side * 1.06, 0.16, 0.19, 0.32), colour, 0.15, ink(colour))
        pen.fill(oval(side * 1.1, 0.16, 0.09, 0.2), mix(colour, WHITE, 0.4), 0.15)


def draw_headband(pen, who):
    """Draw a hair band."""
    colour = rgb(who.accessory_colour)
    pen.limb(smooth(((-0.98, -0.3), (-0.72, -0.76), (0.0, -0.98), (0.72, -0.76), (0.98, -0.3)), False), 0.13, colour, 0.62)


def draw_straw_hat(pen, who):
    """Draw a straw hat with a ribbon."""
    straw, band = (246, 221, 160), rgb(who.accessory_colour)
    pen.fill(smooth(((-0.8, -0.7), (-0.74, -1.3), (0.0, -1.6), (0.74, -1.3), (0.8, -0.7))), straw, 0.3, ink(straw))
    pen.fill(smooth(((-0.82, -0.68), (-0.8, -0.98), (0.0, -1.14), (0.8, -0.98), (0.82, -0.68))), band, 0.3, ink(band))
    pen.fill(smooth(((-1.7, -0.42), (-0.9, -0.8), (0.0, -0.92), (0.9, -0.8), (1.7, -0.42), (0.9, -0.48), (0.0, -0.6),
                     (-0.9, -0.48))), straw, 0.5, ink(straw))  # fmt: skip


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


def draw_body(pen, who):
    """Draw shoulders, clothes and neck, and the rest where the picture reaches that far down."""
    main, trim, skin = rgb(who.clothes_colour), rgb(who.trim_colour), rgb(who.skin)
    if pen.at((0.0, 2.4))[1] < pen.canvas.height:
        draw_legs(pen, who)
    if who.clothes == "hoodie":
        pen.fill(
            smooth(((-0.75, 1.5), (-0.86, 1.1), (0.0, 0.85), (0.86, 1.1), (0.75, 1.5), (0.0, 1.7))),
            shade(main, 0.3),
            0,
            ink(main),
        )
    for side in (-1, 1):
        pen.fill(oval(side * 1.25, 3.1, 0.17), skin, 0, ink(skin))
        pen.fill(flip(smooth(SLEEVE), side), main, 0, ink(main))
    pen.fill(smooth(TORSO), main, 0, ink(main))
    pen.fill(NECK, skin, 0, ink(skin))
    with pen.inside(np.array(NECK)) as clip:
        clip.fill(oval(0.0, 1.0, 0.5, 0.3), shade(skin, 0.22))
    CLOTHES[who.clothes](pen, main, trim)


def draw_legs(pen, who):
    """Draw what is below the waist: a skirt, a kimono or trousers, legs and shoes."""
    main, trim, skin = rgb(who.clothes_colour), rgb(who.trim_colour), rgb(who.skin)
    trousers = who.clothes in ("hoodie", "tshirt")
    for side in (-1, 1):
        x = side * 0.42
        pen.limb(((x, 3.0), (x, 5.2)), 0.56 if trousers else 0.34, shade(trim, 0.5) if trousers else skin)
        pen.limb(((x, 4.9), (x, 5.2)), 0.34, WHITE)
        pen.fill(
            smooth(((x - 0.28, 5.6), (x - 0.24, 5.3), (x, 5.2), (x + 0.24, 5.3), (x + 0.28, 5.6))),
            (104, 66, 58),
            0,
            ink((104, 66, 58)),
        )
    if who.clothes == "kimono":
        pen.fill(GOWN, main, 0, ink(main))
    elif not trousers:
        pen.fill(SKIRT, trim, 0, ink(trim))
        for x in (-0.6, -0.2, 0.2, 0.6):
            pen.stroke(((x * 0.8, 3.1), (x * 1.3, 4.05)), 0.05, ink(trim))


def wear_sailor(pen, main, trim):
    """A school uniform with a sailor collar and a scarf."""
    for side in (-1, 1):
        collar = flip(((0.25, 1.16), (0.85, 1.42), (0.95, 1.85), (0.0, 2.2), (0.0, 1.95)), side)
        pen.fill(collar, trim, 0, ink(trim))
        pen.stroke(flip(((0.78, 1.5), (0.82, 1.78), (0.06, 2.06)), side), 0.045, WHITE, taper=False)
    draw_bow(pen, 0, 2.1, 0.34, (222, 66, 82), 0)


def wear_hoodie(pen, main, trim):
    """A hoodie with strings."""
    for side in (-1, 1):
        pen.fill(
            flip(smooth(((0.2, 1.08), (0.5, 1.22), (0.62, 1.5), (0.3, 1.86), (0.0, 1.98), (0.0, 1.7), (0.22, 1.5))), side),
            main,
            0,
            ink(main),
        )
        pen.stroke(flip(((0.2, 1.78), (0.24, 2.3)), side), 0.055, trim, taper=False)


def wear_kimono(pen, main, trim):
    """A kimono, the left side over the right."""
    for x, y in ((-0.8, 2.0), (0.75, 2.2), (-0.4, 2.6), (1.0, 1.85), (0.3, 2.8)):
        for k in range(5):
            pen.fill(oval(x + 0.1 * math.cos(k * 1.257), y + 0.1 * math.sin(k * 1.257), 0.08), mix(main, WHITE, 0.6))
    for side, tip in ((1, -0.3), (-1, 0.5)):
        pen.fill(
            ((side * 0.24, 1.08), (side * 0.46, 1.22), (tip, 2.6), (tip - side * 0.1, 2.3), (side * 0.0, 1.75)),
            trim,
            0,
            ink(trim),
        )


def wear_blouse(pen, main, trim):
    """A blouse with a round collar and a bow."""
    for side in (-1, 1):
        collar = flip(((0.25, 1.1), (0.42, 1.2), (0.74, 1.56), (0.42, 1.86), (0.02, 1.7)), side)
        pen.fill(collar, mix(main, WHITE, 0.6), 0, ink(main))
    draw_bow(pen, 0, 1.74, 0.36, trim, 0)


def wear_tshirt(pen, main, trim):
    """A T-shirt with a star."""
    pen.stroke(smooth(((-0.42, 1.3), (-0.3, 1.62), (0.0, 1.76), (0.3, 1.62), (0.42, 1.3)), False), 0.12, trim, taper=False)
    pen.fill(star(0, 2.3, 0.34), trim, 0, ink(trim))


def wear_blazer(pen, main, trim):
    """A blazer with a shirt and a tie."""
    pen.fill(((-0.3, 1.25), (0.3, 1.25), (0.0, 2.6)), WHITE, 0, ink(main))
    pen.fill(((-0.1, 1.6), (0.1, 1.6), (0.15, 2.3), (0.0, 2.5), (-0.15, 2.3)), trim, 0, ink(trim))
    for side in (-1, 1):
        pen.fill(flip(((0.2, 1.12), (0.36, 1.2), (0.3, 1.6), (0.02, 1.66)), side), WHITE, 0, ink(main))
        pen.fill(
            flip(((0.36, 1.22), (0.62, 1.36), (0.6, 1.8), (0.44, 1.86), (0.0, 2.75)), side), mix(main, WHITE, 0.12), 0, ink(main)
        )


CLOTHES = {
    "sailor": wear_sailor,
    "hoodie": wear_hoodie,
    "kimono": wear_kimono,
    "blouse": wear_blouse,
    "tshirt": wear_tshirt,
    "blazer": wear_blazer,
}

# ---------------------------------------------------------------- one person


def head_pen(body, tilt, turn, nod):
    """Give the pen of a head that tilts around the neck of the body drawn by this pen."""
    neck = np.array((0.0, 1.0))
    head = Pen(body.canvas, body.scale, (0, 0), body.tilt + tilt, turn, nod, body.line)
    head.origin = body.at(neck) - neck @ head.matrix
    return head


def draw_person(body, who, rng):
    """Draw one character with a random mood and pose; gives the face box (left, top, right, bottom) on the canvas."""
    mood = str(rng.choice(tuple(MOODS), p=MOOD_SHARES))
    head = head_pen(body, rng.normal(0, 0.13), rng.uniform(-0.28, 0.28), rng.uniform(-0.07, 0.08))
    wind = rng.normal(0, 0.035)
    draw_back_hair(head, who, wind)
    draw_body(body, who)
    draw_face(head, who, mood, rng)
    draw_front_hair(head, who, wind)
    if who.hair == "braids":
        draw_braids(head, who, wind)
    draw_brows(head, who, mood)
    draw_knots(head, who)
    if who.accessory:
        ACCESSORIES[who.accessory](head, who)
    draw_feeling(head, mood, rng)
    return face_box(head)


def face_box(head):
    """Give the square around a face, from the chin up into the hair, as left, top, right, bottom on the canvas."""
    left, top, right, bottom = FACE_BOX
    centre = head.at(((left + right) / 2, (top + bottom) / 2), 0.45)
    reach = (right - left) / 2 * head.scale
    return (*(centre - reach), *(centre + reach))


def draw_feeling(pen, mood, rng):
    """Add a sweat drop, tears, an anger mark or sparkles, as comics do."""
    if rng.random() > 0.35:
        return
    side = rng.choice((-1, 1))
    drop = smooth(((0, -1), (0.55, 0.2), (0.35, 0.85), (-0.35, 0.85), (-0.55, 0.2)))
    blue = (168, 220, 250)
    if mood in ("surprised", "smug", "sleepy"):
        pen.fill(drop * 0.17 + (side * 0.76, -0.1), blue, 0.8, ink(blue), 0.7)
    elif mood in ("sad", "laughing"):
        for s in (-1, 1):
            pen.fill(drop * 0.11 + (s * 0.6, 0.55), blue, 1, ink(blue), 0.6)
    elif mood == "angry":
        for k in range(4):
            arm = bend((0.05, 0.22), (0.05, 0.05), (0.22, 0.05))
            c, s = math.cos(k * math.pi / 2), math.sin(k * math.pi / 2)
            pen.stroke(arm @ np.array([[c, s], [-s, c]]) + (side * 0.72, -0.72), 0.06, (226, 52, 60), 0.7, taper=False)
    elif mood in ("happy", "joy", "wink"):
        for x, y, r in ((1.3, -0.7, 0.2), (1.5, -0.3, 0.12)):
            pen.fill(star(side * x, y, r, points=4, inner=0.25), (255, 236, 130))


# ---------------------------------------------------------------- in front


def roomy_side(pen):
    """Give the side of the head where the picture has more room: -1 left, 1 right."""
    return 1 if pen.origin[0] < pen.canvas.width / 2 else -1


def draw_hand(pen, who, rng):
    """Draw the character's own hand beside the face, waving or in a V."""
    side, skin, cloth = roomy_side(pen), rgb(who.skin), rgb(who.clothes_colour)
    victory = rng.random() < 0.5
    pen.limb(((side * 1.3, 3.2), (side * 1.22, 1.75)), 0.44, cloth)
    for x, length in ((-0.2, 0.34), (-0.07, 0.42), (0.07, 0.42), (0.2, 0.32)):
        if not victory or abs(x) < 0.1:
            spread = 2.0 if victory else 1.5
            pen.limb(((side * 1.2 + x * 0.8, 1.3), (side * 1.2 + x * spread, 1.2 - length)), 0.11, skin)
    pen.fill(oval(side * 1.2, 1.42, 0.24, 0.26), skin, 0, ink(skin))
    pen.limb(((side * 1.08, 1.5), (side * (1.1 if victory else 0.92), 1.28)), 0.11, skin)


def draw_cup_in_front(pen, who, rng):
    """Draw a cup at the lower edge."""
    small = Pen(pen.canvas, pen.scale * 0.5, pen.at((rng.uniform(-0.8, 0.8), 1.5)), rng.normal(0, 0.1), line=pen.line * 2)
    draw_cup(small, rng)


def draw_bubble(pen, who, rng):
    """Draw a speech bubble with a mark in it."""
    side, y = roomy_side(pen), rng.uniform(-0.9, -0.4)
    x = side * 1.42
    edge = (70, 62, 78)
    pen.fill(((x - side * 0.1, y + 0.3), (x - side * 0.5, y + 0.52), (x - side * 0.3, y)), WHITE, 0, edge)
    pen.fill(oval(x, y, 0.5, 0.38), WHITE, 0, edge)
    pen.fill(oval(x, y, 0.46, 0.34), WHITE)
    mark = rng.integers(4)
    if mark == 0:
        pen.fill(heart(x, y, 0.2), (240, 96, 128))
    elif mark == 1:
        pen.fill(((x - 0.06, y - 0.24), (x + 0.06, y - 0.24), (x + 0.03, y + 0.08), (x - 0.03, y + 0.08)), edge)
        pen.fill(oval(x, y + 0.18, 0.05), edge)
    elif mark == 2:
        pen.fill(oval(x - 0.06, y + 0.14, 0.1, 0.075), edge)
        pen.fill(((x + 0.01, y + 0.14), (x + 0.04, y + 0.14), (x + 0.04, y - 0.12), (x + 0.16, y - 0.04), (x + 0.16, y - 0.14),
                  (x + 0.04, y - 0.24), (x + 0.01, y - 0.24)), edge)  # fmt: skip
    else:
        for dx in (-0.2, 0.0, 0.2):
            pen.fill(oval(x + dx, y, 0.05), edge)


IN_FRONT = (draw_hand, draw_cup_in_front, draw_bubble)
IN_FRONT_SHARE = 0.16


# ---------------------------------------------------------------- backgrounds


def paint_gradient(pen, top, bottom):
    """Fill the canvas with a gradient in bands."""
    width, height = pen.canvas.size
    for band in range(48):
        y = band * height // 48
        pen.draw.rectangle((0, y, width, (band + 1) * height // 48), fill=mix(top, bottom, band / 47))


def flat_background(pen, rng):
    """One colour."""
    pen.draw.rectangle((0, 0, *pen.canvas.size), fill=any_colour(rng))


def gradient_background(pen, rng):
    """One colour into another."""
    paint_gradient(pen, any_colour(rng), any_colour(rng, (0.05, 0.5), (0.75, 1)))


def pattern_background(pen, rng):
    """Dots, stars, hearts or petals in rows."""
    colour = any_colour(rng, (0.1, 0.45), (0.8, 1))
    pen.draw.rectangle((0, 0, *pen.canvas.size), fill=colour)
    kind, step = rng.integers(4), rng.uniform(0.5, 0.9)
    mark = mix(colour, WHITE, 0.5) if rng.random() < 0.7 else any_colour(rng)
    shape = (oval(0, 0, 0.16), star(0, 0, 0.22), heart(0, 0, 0.17), star(0, 0, 0.2, 4, 0.3))[kind]
    across, down = np.array(pen.canvas.size) / pen.scale / step
    for row in range(int(down) + 2):
        for column in range(int(across) + 2):
            pen.fill(shape + ((column + row % 2 / 2) * step, row * step), mark)


def stripe_background(pen, rng):
    """Stripes, or rays from a corner."""
    width, height = pen.canvas.size
    colour = any_colour(rng)
    other = mix(colour, WHITE, rng.uniform(0.25, 0.6))
    pen.draw.rectangle((0, 0, width, height), fill=colour)
    if rng.random() < 0.5:
        step, lean = width * rng.uniform(0.06, 0.16), rng.uniform(-0.8, 0.8) * height
        for k in range(-16, 32, 2):
            x = k * step
            pen.draw.polygon((x, 0, x + step, 0, x + step + lean, height, x + lean, height), fill=other)
    else:
        x, y, reach, turn = rng.uniform(0, width), rng.uniform(0, height), 2 * max(width, height), rng.uniform(0, 1)
        for k in range(12):
            a, b = turn + k * math.pi / 6, turn + k * math.pi / 6 + 0.26
            ends = (x + reach * math.cos(a), y + reach * math.sin(a), x + reach * math.cos(b), y + reach * math.sin(b))
            pen.draw.polygon((x, y, *ends), fill=other)


def check_background(pen, rng):
    """A chequered or plaid cloth."""
    width, height = pen.canvas.size
    colour, share = any_colour(rng), rng.uniform(0.2, 0.45)
    step = width * rng.uniform(0.08, 0.18)
    pen.draw.rectangle((0, 0, width, height), fill=colour)
    for row in range(int(height / step) + 1):
        for column in range(int(width / step) + 1):
            if (row + column) % 2:
                box = (column * step, row * step, (column + 1) * step, (row + 1) * step)
                pen.draw.rectangle(box, fill=mix(colour, WHITE, share))


def sky_background(pen, rng):
    """A sky with clouds, by day or at sunset."""
    width, height = pen.canvas.size
    skies = (((74, 150, 226), (206, 236, 252)), ((108, 120, 206), (255, 190, 160)), ((238, 130, 110), (255, 226, 160)))
    paint_gradient(pen, *skies[rng.integers(3)])
    for _ in range(rng.integers(2, 6)):
        x, y, r = rng.uniform(0, width), rng.uniform(0, height * 0.8), width * rng.uniform(0.05, 0.11)
        for dx, dy, s in ((-1.3, 0.2, 0.7), (-0.5, -0.3, 1), (0.5, -0.1, 0.9), (1.3, 0.25, 0.6)):
            pen.draw.ellipse((x + (dx - s) * r, y + (dy - s) * r, x + (dx + s) * r, y + (dy + s) * r), fill=(255, 252, 250))


def night_background(pen, rng):
    """A night sky with stars and a moon."""
    width, height = pen.canvas.size
    paint_gradient(pen, (24, 28, 74), (92, 78, 150))
    for _ in range(28):
        x, y, r = rng.uniform(0, width), rng.uniform(0, height), width * rng.uniform(0.002, 0.006)
        pen.draw.ellipse((x - r, y - r, x + r, y + r), fill=(250, 246, 214))
    x, y, r = rng.uniform(0.1, 0.9) * width, rng.uniform(0.1, 0.3) * height, width * 0.09
    pen.draw.ellipse((x - r, y - r, x + r, y + r), fill=(255, 240, 190))


def petal_background(pen, rng):
    """Cherry petals in spring."""
    paint_gradient(pen, (190, 222, 250), (255, 226, 236))
    size = np.array(pen.canvas.size) / pen.scale
    petal = smooth(((0, -1), (0.6, -0.3), (0.5, 0.6), (0, 0.35 + 0.35), (-0.5, 0.6), (-0.6, -0.3)))
    for _ in range(22):
        angle, r = rng.uniform(0, 6.3), rng.uniform(0.08, 0.2)
        c, s = math.cos(angle) * r, math.sin(angle) * r
        pen.fill(
            petal @ np.array([[c, s], [-s, c]]) + rng.uniform(0, 1, 2) * size, mix((255, 176, 200), WHITE, rng.uniform(0, 0.5))
        )


def room_background(pen, rng):
    """A room with a window, a curtain and a shelf or a blackboard."""
    width, height = pen.canvas.size
    wall = any_colour(rng, (0.05, 0.3), (0.75, 0.98))
    pen.draw.rectangle((0, 0, width, height), fill=wall)
    pen.draw.rectangle((0, height * 0.8, width, height), fill=shade(wall, 0.35))
    if rng.random() < 0.3:
        pen.draw.rectangle(
            (width * 0.06, height * 0.1, width * 0.94, height * 0.62),
            fill=(58, 104, 84),
            outline=(150, 110, 76),
            width=max(2, width // 60),
        )
        return
    x, w = rng.uniform(-0.1, 0.6) * width, width * rng.uniform(0.35, 0.5)
    pen.draw.rectangle(
        (x, height * 0.08, x + w, height * 0.66), fill=(196, 230, 250), outline=(250, 248, 242), width=max(2, width // 40)
    )
    pen.draw.line((x + w / 2, height * 0.08, x + w / 2, height * 0.66), fill=(250, 248, 242), width=max(2, width // 60))
    cloth = any_colour(rng, (0.2, 0.5), (0.8, 1))
    for k in range(3):
        pen.draw.rectangle(
            (x - w * 0.24 + k * w * 0.1, 0, x - w * 0.14 + k * w * 0.1, height * 0.74), fill=mix(cloth, WHITE, 0.12 * k)
        )
    for k in range(6):
        left = (x + w * 1.2 + k * width * 0.05) % width
        pen.draw.rectangle((left, height * (0.24 + 0.03 * (k % 3)), left + width * 0.04, height * 0.4), fill=any_colour(rng))
    pen.draw.rectangle((x + w * 1.2, height * 0.4, x + w * 1.2 + width * 0.4, height * 0.43), fill=(160, 116, 84))


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


def draw_background(canvas, rng):
    """Paint a random background over the whole canvas."""
    kind = str(rng.choice(tuple(BACKGROUNDS)))
    BACKGROUNDS[kind](Pen(canvas, max(canvas.size) * 0.28, (0, 0)), rng)


# ---------------------------------------------------------------- light

LIGHTS = {  # light: (multiply by, then screen with), red green blue from 0 to 1
    "day": ((1.0, 1.0, 1.0), (0.0, 0.0, 0.0)),
    "dusk": ((1.0, 0.88, 0.8), (0.08, 0.02, 0.02)),
    "night": ((0.68, 0.74, 0.94), (0.0, 0.02, 0.07)),
    "pale": ((0.93, 0.95, 0.99), (0.14, 0.14, 0.15)),
    "lamp": ((1.0, 0.94, 0.83), (0.05, 0.03, 0.0)),
    "shade": ((0.86, 0.9, 0.97), (0.0, 0.01, 0.03)),
}
LIGHT_SHARES = (0.5, 0.11, 0.08, 0.11, 0.12, 0.08)


def shed_light(picture, rng):
    """Light a picture (uint8 H, W, 3): a colour over all, a soft side light, more or less saturation."""
    kind = str(rng.choice(tuple(LIGHTS), p=LIGHT_SHARES))
    multiply, screen = (np.array(v, np.float32) for v in LIGHTS[kind])
    light = picture.astype(np.float32) / 255
    grey = light.mean(2, keepdims=True)
    light = grey + (light - grey) * np.float32(rng.uniform(0.8, 1.2))
    if rng.random() < 0.02:  # an old photograph, faded but not quite grey
        light = grey * np.array((1.04, 0.98, 0.88), np.float32) + (light - grey) * np.float32(0.35)
    across = np.linspace(-1, 1, light.shape[1], dtype=np.float32)[None, :, None]
    light *= multiply * np.float32(rng.uniform(0.92, 1.08)) * (1 + np.float32(rng.uniform(-0.12, 0.12)) * across)
    light = 1 - (1 - light) * (1 - screen)
    grain = rng.random(light.shape[:2], np.float32)[..., None]  # hides the steps of a very soft gradient
    return (np.clip(light, 0, 1) * 254.9 + grain).clip(0, 255).astype(np.uint8)


# ---------------------------------------------------------------- whole pictures


def draw_portrait(character, rng, size=128):
    """Draw a character (or a tuple of two or three together) as a square picture.

    Gives a uint8 array (size, size, 3). The same generator state gives the same picture.

        draw_portrait(Character("nagi"), np.random.default_rng(0), size=256)
    """
    together = character if isinstance(character, (tuple, list)) else (character,)
    canvas = Image.new("RGB", (size * FINE, size * FINE))
    draw_background(canvas, rng)
    line = rng.uniform(0.024, 0.042)
    for place, who in enumerate(rng.permutation(len(together))):
        scale, x, y = frame(place, len(together), rng)
        pen = Pen(canvas, scale * canvas.width, (x * canvas.width, y * canvas.width), rng.normal(0, 0.06), line=line)
        draw_person(pen, together[who], rng)
        if rng.random() < IN_FRONT_SHARE:
            IN_FRONT[rng.integers(len(IN_FRONT))](pen, together[who], rng)
    return finish(canvas, FINE, rng)


def frame(place, count, rng):
    """Choose how large a head is and where its middle is, as shares of the picture's side: close up or from the waist."""
    if count > 1:
        scale = 0.5 / count * rng.uniform(0.75, 1.0)
        return scale, (place + 0.5) / count + rng.normal(0, 0.03), rng.uniform(0.42, 0.62)
    scale = rng.uniform(0.25, 0.38)
    free = max(0.1, 0.5 - 1.2 * scale)  # how far the head can move before it leaves the picture
    return scale, 0.5 + rng.uniform(-free, free), 0.48 + rng.uniform(-1, 0.7) * min(free, 0.12)


def finish(canvas, fine, rng):
    """Reduce the large canvas, light it and sometimes soften it; gives a uint8 array."""
    small = canvas.reduce(fine)
    if rng.random() < 0.15:
        small = small.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 0.8) * min(1, small.height / 128)))
    return shed_light(np.asarray(small), rng)


def draw_scene(characters, rng, size=(640, 480)):
    """Draw characters (any number from 0 to 4) in one wide picture.

    Gives a uint8 array (height, width, 3) and a list of face boxes (x, y, w, h) in whole pixels: squares from the chin up into
    the hair above the forehead, a little wider than the face.

        picture, boxes = draw_scene((Character("nagi"), Character("ren", hair="short")), np.random.default_rng(0))
    """
    width, height = size
    canvas = Image.new("RGB", (width * FINE_SCENE, height * FINE_SCENE))
    draw_background(canvas, rng)
    boxes = []
    for _ in range(rng.integers(0, 3)):  # something that is not a face, for a detector to be wrong about
        place = rng.uniform(0.05, 0.95, 2) * canvas.size
        draw_thing(Pen(canvas, canvas.height * rng.uniform(0.04, 0.11), place, rng.normal(0, 0.1), line=0.045), rng)
    places = rng.permutation(max(len(characters), 2))[: len(characters)]
    for who, place in zip(characters, places, strict=False):
        slot = canvas.width / max(len(characters), 2)
        scale = min(slot * 0.36, canvas.height * 0.24) * rng.uniform(0.45, 1.0)
        x = slot * (place + 0.5) + rng.uniform(-0.1, 0.1) * slot
        y = canvas.height * rng.uniform(0.4, 0.6)
        box = draw_person(Pen(canvas, scale, (x, y), rng.normal(0, 0.04), line=0.032), who, rng)
        boxes.append(clip_box(box, FINE_SCENE, size))
    return finish(canvas, FINE_SCENE, rng), boxes


def clip_box(box, fine, size):
    """Turn a box on the large canvas into (x, y, w, h) in pixels of the picture, inside it."""
    left, top, right, bottom = (round(v / fine) for v in box)
    left, top = max(left, 0), max(top, 0)
    return left, top, min(right, size[0]) - left, min(bottom, size[1]) - top


# ---------------------------------------------------------------- anybody and anything

HAIR_COLOURS = ("#6b4636", "#3a3444", "#e3c07a", "#c65a3e", "#8f9bb0", "#5f86b8", "#b06a98", "#6f9f7a", "#d99a68", "#efe6dc")
EYE_COLOURS = ("#4f86c6", "#a8503a", "#3f9a6a", "#8a5ac0", "#c8942a", "#c84a80", "#5a4a48")
CLOTHES_COLOURS = ("#f7f5f2", "#3d4a6b", "#d9577e", "#f2c14e", "#6fae8f", "#8a6fc0", "#e88a5a", "#4f9ed0", "#5a4a52", "#f2b6c4")
SKINS = ("#ffe3d3", "#ffe9dd", "#f9d6bd", "#e8b890", "#c98f68")


def random_character(rng, name="somebody"):
    """Make up a character nobody knows.

    random_character(np.random.default_rng(0)).hair
    """
    return Character(
        name,
        hair=one_of(HAIR, rng),
        bangs=one_of(BANGS, rng),
        hair_colour=one_of(HAIR_COLOURS, rng),
        eye_colour=one_of(EYE_COLOURS, rng),
        eyes=one_of(EYES, rng),
        accessory=one_of(("", "", *ACCESSORIES), rng),
        accessory_colour=one_of(CLOTHES_COLOURS, rng),
        accessory_side=int(rng.choice((-1, 1))),
        clothes=one_of(CLOTHES, rng),
        clothes_colour=one_of(CLOTHES_COLOURS, rng),
        trim_colour=one_of(CLOTHES_COLOURS, rng),
        skin=one_of(SKINS, rng),
        ahoge=bool(rng.random() < 0.2),
    )


def one_of(table, rng):
    """Pick one word of a table."""
    return str(rng.choice(tuple(table)))


def eyes_of_animal(pen, x=0.32, y=0.1, r=0.09):
    """Two round eyes and a small mouth."""
    for side in (-1, 1):
        pen.fill(oval(side * x, y, r, r * 1.2), (52, 40, 48), 0.5)
        pen.fill(oval(side * x - r * 0.3, y - r * 0.4, r * 0.35), WHITE, 0.5)
    pen.stroke(smooth(((-0.12, y + 0.22), (-0.06, y + 0.28), (0.0, y + 0.22), (0.06, y + 0.28), (0.12, y + 0.22)), False),
               0.045, (90, 60, 66), 0.5)  # fmt: skip


def draw_cat(pen, rng):
    """A sitting cat."""
    fur = any_colour(rng, (0.05, 0.4), (0.45, 1))
    pen.limb(smooth(((0.5, 1.6), (1.1, 1.5), (1.2, 0.9), (1.0, 0.6)), False), 0.2, fur)
    pen.fill(smooth(((-0.6, 1.75), (-0.5, 0.8), (0.0, 0.5), (0.5, 0.8), (0.6, 1.75), (0.0, 1.85))), fur, 0, ink(fur))
    for side in (-1, 1):
        pen.fill(flip(((0.15, -0.6), (0.75, -1.05), (0.85, -0.1)), side), fur, 0, ink(fur))
        pen.fill(flip(((0.38, -0.55), (0.68, -0.84), (0.72, -0.3)), side), (250, 176, 186))
    pen.fill(oval(0, 0.05, 0.92, 0.74), fur, 0, ink(fur))
    eyes_of_animal(pen)
    for side in (-1, 1):
        for y in (0.25, 0.36):
            pen.stroke(((side * 0.5, y), (side * 1.05, y + (y - 0.3) * 0.8)), 0.03, ink(fur))


def draw_dog(pen, rng):
    """A dog with hanging ears."""
    fur = any_colour(rng, (0.2, 0.5), (0.6, 0.98))
    pen.fill(smooth(((-0.7, 1.75), (-0.55, 0.7), (0.55, 0.7), (0.7, 1.75), (0.0, 1.85))), fur, 0, ink(fur))
    pen.fill(oval(0, 0.0, 0.86, 0.8), fur, 0, ink(fur))
    for side in (-1, 1):
        pen.fill(
            flip(smooth(((0.55, -0.65), (0.95, -0.6), (1.15, 0.2), (0.9, 0.55), (0.72, 0.0))), side),
            shade(fur, 0.35),
            0,
            ink(fur),
        )
    pen.fill(oval(0, 0.32, 0.42, 0.34), mix(fur, WHITE, 0.7))
    eyes_of_animal(pen, 0.36, -0.02)
    pen.fill(oval(0, 0.16, 0.11, 0.08), (52, 40, 48))
    pen.fill(smooth(((-0.09, 0.3), (0.09, 0.3), (0.07, 0.52), (0.0, 0.57), (-0.07, 0.52))), (244, 128, 136), 0, (150, 52, 66))


def draw_bear(pen, rng):
    """A plush bear."""
    fur = any_colour(rng, (0.25, 0.5), (0.6, 0.95))
    for side in (-1, 1):
        pen.fill(oval(side * 0.68, 1.0, 0.28, 0.2), fur, 0, ink(fur))
        pen.fill(oval(side * 0.45, 1.75, 0.3, 0.22), fur, 0, ink(fur))
        pen.fill(oval(side * 0.66, -0.6, 0.3), fur, 0, ink(fur))
        pen.fill(oval(side * 0.66, -0.6, 0.16), mix(fur, WHITE, 0.5))
    pen.fill(oval(0, 1.2, 0.62, 0.66), fur, 0, ink(fur))
    pen.fill(oval(0, 0.0, 0.9, 0.78), fur, 0, ink(fur))
    pen.fill(oval(0, 0.28, 0.36, 0.27), mix(fur, WHITE, 0.6))
    eyes_of_animal(pen, 0.36, 0.02)
    pen.fill(oval(0, 0.17, 0.1, 0.07), (52, 40, 48))
    draw_bow(pen, 0, 0.82, 0.32, any_colour(rng, (0.5, 0.8), (0.7, 1)), 0)


def draw_rabbit(pen, rng):
    """A rabbit."""
    fur = mix(any_colour(rng, (0.1, 0.4), (0.8, 1)), WHITE, 0.5)
    for side in (-1, 1):
        pen.fill(flip(smooth(((0.15, -0.5), (0.2, -1.3), (0.5, -1.6), (0.68, -1.2), (0.55, -0.45))), side), fur, 0, ink(fur))
        pen.fill(flip(smooth(((0.3, -0.6), (0.34, -1.2), (0.48, -1.4), (0.54, -1.1), (0.46, -0.6))), side), (252, 190, 200))
    pen.fill(oval(0, 1.3, 0.66, 0.62), fur, 0, ink(fur))
    pen.fill(oval(0, 0.1, 0.84, 0.74), fur, 0, ink(fur))
    eyes_of_animal(pen, 0.34, 0.1)
    for side in (-1, 1):
        pen.fill(oval(side * 0.55, 0.34, 0.15, 0.09), (255, 186, 192))


def draw_chick(pen, rng):
    """A round bird."""
    colour = any_colour(rng, (0.3, 0.7), (0.85, 1))
    pen.fill(oval(0, 0.3, 0.95, 0.95), colour, 0, ink(colour))
    for side in (-1, 1):
        pen.fill(flip(smooth(((0.85, 0.2), (1.25, 0.5), (0.85, 0.75))), side), shade(colour, 0.15), 0, ink(colour))
    eyes_of_animal(pen, 0.4, 0.05)
    pen.fill(((-0.16, 0.26), (0.16, 0.26), (0.0, 0.48)), (246, 150, 60), 0, ink((246, 150, 60)))
    pen.stroke(((0.0, -0.62), (-0.08, -0.85), (-0.2, -0.92)), 0.08, ink(colour))


def draw_apple(pen, rng):
    """An apple."""
    colour = ((224, 62, 58), (150, 200, 84), (240, 190, 74))[rng.integers(3)]
    pen.fill(smooth(((0, -0.45), (0.5, -0.65), (0.95, -0.2), (0.85, 0.5), (0.4, 0.98), (0, 0.88), (-0.4, 0.98), (-0.85, 0.5),
                     (-0.95, -0.2), (-0.5, -0.65))), colour, 0, ink(colour))  # fmt: skip
    pen.stroke(((0, -0.4), (0.04, -0.75), (0.16, -0.95)), 0.1, (120, 80, 56), taper=False)
    pen.fill(leaf((0.12, -0.7), (0.2, -0.62), (0.75, -0.85)), (110, 176, 84), 0, (60, 100, 60))
    pen.fill(oval(-0.5, -0.18, 0.13, 0.22), mix(colour, WHITE, 0.6))


def draw_cake(pen, rng):
    """A piece of strawberry cake."""
    cream, sponge = (255, 248, 238), (246, 214, 150)
    pen.fill(((-1.0, -0.05), (1.0, -0.05), (1.0, 0.95), (-1.0, 0.95)), sponge, 0, ink(sponge))
    pen.fill(((-1.0, 0.32), (1.0, 0.32), (1.0, 0.52), (-1.0, 0.52)), any_colour(rng, (0.2, 0.5), (0.9, 1)))
    pen.fill(smooth(((-1.05, -0.3), (1.05, -0.3), (1.05, 0.12), (0.7, 0.24), (0.4, 0.05), (0.0, 0.26), (-0.4, 0.05), (-0.7, 0.24),
                     (-1.05, 0.12))), cream, 0, ink(cream))  # fmt: skip
    pen.fill(smooth(((-0.34, -0.62), (0.0, -0.85), (0.34, -0.62), (0.0, -0.15))), (228, 60, 70), 0, ink((228, 60, 70)))
    for x, y in ((-0.1, -0.55), (0.12, -0.5), (0.0, -0.35)):
        pen.fill(oval(x, y, 0.025, 0.04), (255, 226, 160))


def draw_onigiri(pen, rng):
    """A rice ball, sometimes with a face."""
    pen.fill(smooth(((0, -0.95), (0.35, -0.75), (1.0, 0.55), (0.8, 0.92), (-0.8, 0.92), (-1.0, 0.55), (-0.35, -0.75))),
             (252, 251, 246), 0, (120, 110, 120))  # fmt: skip
    pen.fill(((-0.42, 0.4), (0.42, 0.4), (0.46, 0.95), (-0.46, 0.95)), (52, 64, 58), 0, BLACK)
    if rng.random() < 0.6:
        eyes_of_animal(pen, 0.3, -0.05, 0.07)


def draw_mushroom(pen, rng):
    """A mushroom."""
    cap = any_colour(rng, (0.4, 0.8), (0.7, 0.95))
    pen.fill(smooth(((-0.3, 0.2), (-0.4, 1.0), (0.0, 1.1), (0.4, 1.0), (0.3, 0.2))), (250, 238, 220), 0, ink((250, 238, 220)))
    pen.fill(smooth(((-1.05, 0.2), (-0.8, -0.6), (0.0, -0.95), (0.8, -0.6), (1.05, 0.2), (0.0, 0.38))), cap, 0, ink(cap))
    for x, y, r in ((-0.5, -0.2, 0.18), (0.1, -0.5, 0.2), (0.6, -0.1, 0.16), (0.0, 0.08, 0.12)):
        pen.fill(oval(x, y, r), (255, 250, 244))


def draw_tulip(pen, rng):
    """A tulip."""
    colour, green = any_colour(rng, (0.4, 0.7), (0.85, 1)), (98, 164, 92)
    pen.stroke(((0, 0.1), (0.03, 1.0), (0, 1.9)), 0.12, green, taper=False)
    for side in (-1, 1):
        pen.fill(flip(leaf((0.0, 1.7), (0.05, 1.9), (0.8, 0.6), 0.4), side), green, 0, ink(green))
    pen.fill(smooth(((-0.6, -0.75), (-0.28, -0.45), (0.0, -0.85), (0.28, -0.45), (0.6, -0.75), (0.62, 0.0), (0.0, 0.38),
                     (-0.62, 0.0))), colour, 0, ink(colour))  # fmt: skip


def draw_car(pen, rng):
    """A small car."""
    colour = any_colour(rng, (0.35, 0.7), (0.75, 1))
    pen.fill(smooth(((-0.8, 0.1), (-0.55, -0.5), (0.5, -0.5), (0.85, 0.1))), mix(colour, WHITE, 0.3), 0, ink(colour))
    for left in (-0.52, 0.06):
        pen.fill(((left, -0.36), (left + 0.44, -0.36), (left + 0.48, 0.06), (left - 0.04, 0.06)), (196, 230, 250), 0, ink(colour))
    pen.fill(smooth(((-1.2, 0.15), (-1.1, 0.0), (1.05, 0.0), (1.25, 0.2), (1.25, 0.6), (-1.2, 0.6))), colour, 0, ink(colour))
    for x in (-0.65, 0.68):
        pen.fill(oval(x, 0.62, 0.28), (60, 56, 66), 0, BLACK)
        pen.fill(oval(x, 0.62, 0.13), (214, 214, 222))


def draw_fish(pen, rng):
    """A goldfish."""
    colour = any_colour(rng, (0.4, 0.8), (0.8, 1))
    pen.fill(smooth(((0.6, 0.0), (1.3, -0.6), (1.15, 0.0), (1.3, 0.6))), mix(colour, WHITE, 0.3), 0, ink(colour))
    pen.fill(smooth(((-0.2, -0.45), (0.1, -0.85), (0.4, -0.35))), mix(colour, WHITE, 0.3), 0, ink(colour))
    pen.fill(oval(-0.1, 0, 0.9, 0.55), colour, 0, ink(colour))
    pen.fill(oval(-0.62, -0.1, 0.13), WHITE, 0, ink(colour))
    pen.fill(oval(-0.64, -0.1, 0.07), BLACK)
    for x in (-0.1, 0.2):
        pen.stroke(smooth(((x, -0.25), (x + 0.14, 0.0), (x, 0.25)), False), 0.06, shade(colour))


def draw_cup(pen, rng):
    """A cup of tea."""
    colour = any_colour(rng, (0.15, 0.6), (0.8, 1))
    pen.limb(smooth(((0.7, -0.1), (1.15, 0.0), (1.05, 0.45), (0.6, 0.5)), False), 0.14, colour)
    pen.fill(smooth(((-0.8, -0.35), (0.8, -0.35), (0.68, 0.5), (0.4, 0.85), (-0.4, 0.85), (-0.68, 0.5))), colour, 0, ink(colour))
    pen.fill(oval(0, -0.35, 0.8, 0.2), (176, 112, 70), 0, ink(colour))
    pen.fill(heart(0, 0.25, 0.24), mix(colour, WHITE, 0.6))
    for x in (-0.25, 0.2):
        pen.stroke(smooth(((x, -0.65), (x + 0.12, -0.85), (x, -1.05), (x + 0.1, -1.25)), False), 0.09, (250, 250, 252))


def draw_book(pen, rng):
    """A standing book."""
    colour = any_colour(rng, (0.4, 0.7), (0.5, 0.9))
    pen.fill(((-0.7, -0.9), (0.8, -0.9), (0.8, 1.0), (-0.7, 1.0)), (250, 244, 230), 0, ink(colour))
    pen.fill(((-0.85, -1.0), (0.7, -1.0), (0.7, 0.9), (-0.85, 0.9)), colour, 0, ink(colour))
    pen.fill(((-0.85, -1.0), (-0.65, -1.0), (-0.65, 0.9), (-0.85, 0.9)), shade(colour, 0.4))
    pen.fill(star(0.04, -0.3, 0.34), (250, 222, 120), 0, ink(colour))


THINGS = (draw_cat, draw_dog, draw_bear, draw_rabbit, draw_chick, draw_apple, draw_cake, draw_onigiri, draw_mushroom, draw_tulip,
          draw_car, draw_fish, draw_cup, draw_book)  # fmt: skip


def draw_thing(pen, rng):
    """Draw an animal or an object where the pen stands."""
    THINGS[rng.integers(len(THINGS))](pen, rng)


def draw_other(rng, size=128):
    """Draw somebody nobody knows, an animal or a thing, or now and then nothing but a background.

    Gives a uint8 array (size, size, 3).

        draw_other(np.random.default_rng(0))
    """
    if rng.random() < 0.4:
        return draw_portrait(random_character(rng), rng, size)
    canvas = Image.new("RGB", (size * FINE, size * FINE))
    draw_background(canvas, rng)
    if rng.random() < 0.93:
        place = canvas.width * np.array((0.5, 0.44)) * rng.uniform(0.85, 1.15, 2)
        draw_thing(Pen(canvas, canvas.width * rng.uniform(0.2, 0.3), place, rng.normal(0, 0.15), line=0.04), rng)
    return finish(canvas, FINE, rng)
