"""Colours, shapes and the pen: all that drawing needs before it is about anything.

Points are pairs (x, y) or arrays (N, 2) in the units of whatever is drawn: x goes right, y goes down. A `Pen` turns, tilts
and places them on a canvas. A colour is three numbers from 0 to 255. What is drawn with them is in `heads`, `outfits` and
`scenery`.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Points = Sequence[Sequence[float]] | np.ndarray

WHITE, BLACK = (255, 255, 255), (28, 24, 36)
SIDES = (-1, 1)  # left and right in the picture


# ---------------------------------------------------------------- colours


@cache
def rgb(colour: str) -> Colour:
    """Turn "#rrggbb" into three numbers: rgb("#ff8800") is (255, 136, 0)."""
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """Mix colour b into colour a: mix((0, 0, 0), (255, 255, 255), 0.5) is a middle grey."""
    return tuple(int(x + (y - x) * share) for x, y in zip(a, b, strict=True))


def ink(colour: Colour) -> Colour:
    """Return the outline for a filled shape: the same hue, much darker (black lines look harsh)."""
    return mix(tuple(int(c * 0.42) for c in colour), (58, 26, 48), 0.35)


def shade(colour: Colour, share: float = 0.28) -> Colour:
    """Return the colour in shadow, a little towards violet as anime painters do it."""
    return mix(colour, (92, 66, 128), share)


def any_colour(rng: Generator, saturation: tuple[float, float] = (0.15, 0.6), value: tuple[float, float] = (0.6, 1.0)) -> Colour:
    """Pick a random colour; the ranges are those of HSV, 0 to 1."""
    hue, s, v = rng.uniform(0, 6), rng.uniform(*saturation), rng.uniform(*value)
    wheel = [abs((hue + k) % 6 - 3) - 1 for k in (0, 4, 2)]
    return tuple(int(255 * v * (1 - s * (1 - min(1, max(0, w))))) for w in wheel)


# ---------------------------------------------------------------- curves

_T = np.linspace(0, 1, 5, endpoint=False)
_CATMULL_ROM = 0.5 * np.stack(
    [-_T + 2 * _T**2 - _T**3, 2 - 5 * _T**2 + 3 * _T**3, _T + 4 * _T**2 - 3 * _T**3, -(_T**2) + _T**3], axis=1
)
_BEZIER_T = np.linspace(0, 1, 6)[:, None]


@lru_cache(maxsize=4096)
def smooth(points: tuple[tuple[float, float], ...], closed: bool = True) -> np.ndarray:
    """Lay a smooth curve through points, tuples because it remembers its answers; returns (M, 2)."""
    p = np.array(points, float)
    if closed:
        four = np.stack([np.roll(p, 1, 0), p, np.roll(p, -1, 0), np.roll(p, -2, 0)], axis=1)
        return (_CATMULL_ROM @ four).reshape(-1, 2)
    padded = np.concatenate([p[:1], p, p[-1:]])
    four = np.stack([padded[:-3], padded[1:-2], padded[2:-1], padded[3:]], axis=1)
    return np.concatenate([(_CATMULL_ROM @ four).reshape(-1, 2), p[-1:]])


def bend(start: Sequence[float], control: Sequence[float], end: Sequence[float]) -> np.ndarray:
    """Return six points (6, 2) on the curve from start to end that is pulled towards control."""
    start, control, end = np.array(start), np.array(control), np.array(end)
    return (1 - _BEZIER_T) ** 2 * start + 2 * _BEZIER_T * (1 - _BEZIER_T) * control + _BEZIER_T**2 * end


def leaf(left: Sequence[float], right: Sequence[float], tip: Sequence[float], sway: float = 0.0) -> np.ndarray:
    """Return a leaf, or a lock of hair, between two root points and a tip; sway bends it sideways."""
    middle = (0.35 * left[1] + 0.65 * tip[1], 0.35 * right[1] + 0.65 * tip[1])
    down = bend(left, (left[0] + sway, middle[0]), tip)
    return np.concatenate([down, bend(tip, (right[0] + sway, middle[1]), right)])


@cache
def thickness(count: int, taper: bool) -> np.ndarray:
    """Return how thick a brush stroke is at each of its points, 0 to 1."""
    return np.sin(np.linspace(0.12, math.pi - 0.12, count))[:, None] ** 0.7 if taper else np.ones((count, 1))


def brush(points: Points, width: float, taper: bool = True) -> np.ndarray:
    """Return the outline of a brush stroke along points: thick in the middle, thin at the ends."""
    p = np.asarray(points, float)
    way = np.empty_like(p)  # np.gradient does the same, five times slower
    way[1:-1], way[0], way[-1] = p[2:] - p[:-2], p[1] - p[0], p[-1] - p[-2]
    side = way[:, ::-1] * (-1, 1) * (width / 2) / (np.hypot(way[:, 0], way[:, 1])[:, None] + 1e-9)
    side = side * thickness(len(p), taper)
    return np.concatenate([p + side, (p - side)[::-1]])


# ---------------------------------------------------------------- shapes

_CIRCLE = np.stack([np.cos(np.linspace(0, 2 * math.pi, 25)[:-1]), np.sin(np.linspace(0, 2 * math.pi, 25)[:-1])], 1)


def oval(x: float, y: float, rx: float, ry: float | None = None) -> np.ndarray:
    """Return an ellipse (24, 2) around (x, y), a circle without ry."""
    return _CIRCLE * (rx, rx if ry is None else ry) + (x, y)


def star(x: float, y: float, radius: float, points: int = 5, inner: float = 0.45, spin: float = -math.pi / 2) -> np.ndarray:
    """Return a star with so many points around (x, y)."""
    angle = spin + np.arange(2 * points) * math.pi / points
    far = np.where(np.arange(2 * points) % 2 == 0, radius, radius * inner)
    return np.stack([x + far * np.cos(angle), y + far * np.sin(angle)], 1)


def heart(x: float, y: float, r: float) -> np.ndarray:
    """Return a heart around (x, y)."""
    shape = ((0, -0.45), (0.45, -0.95), (1, -0.5), (0.65, 0.3), (0, 1), (-0.65, 0.3), (-1, -0.5), (-0.45, -0.95))
    return smooth(shape) * r + (x, y)


def flip(points: Points, side: int) -> np.ndarray:
    """Mirror points of the right side to the left where side is -1."""
    return np.asarray(points, float) * (side, 1)


def turning(angle: float, size: float = 1.0) -> np.ndarray:
    """Return the matrix (2, 2) that turns points by an angle in radians and resizes them: points @ turning(0.1)."""
    c, s = math.cos(angle) * size, math.sin(angle) * size
    return np.array([[c, s], [-s, c]])


# ---------------------------------------------------------------- the pen


class Pen:
    """Draws shapes in their own units onto a picture; `scale` is the pixels of one unit, `origin` the pixel of (0, 0).

    `tilt` is in radians; `turn` and `nod` say how far the front of a head moves aside and down; `line` is the thickness of
    an outline.

        Pen(Image.new("RGB", (64, 64)), 24, (32, 32)).paint(heart(0, 0, 1), (240, 96, 128))
    """

    def __init__(
        self,
        canvas: Image.Image,
        scale: float,
        origin: Sequence[float],
        tilt: float = 0.0,
        turn: float = 0.0,
        nod: float = 0.0,
        line: float = 0.03,
    ) -> None:
        self.canvas, self.origin, self.scale = canvas, np.array(origin, float), scale
        self.tilt, self.turn, self.nod, self.line = tilt, turn, nod, line
        self.matrix = turning(tilt, scale)
        self.draw = ImageDraw.Draw(canvas)

    def at(self, points: Points, depth: float = 0.0) -> np.ndarray:
        """Place points on the canvas; depth 1 is the front of the head, 0 its middle, negative behind it."""
        p = np.asarray(points, float)
        if depth and self.turn:
            # the front of a ball moves most when it turns, its rim hardly at all
            p = p.copy()
            p[..., 0] += self.turn * depth * np.sqrt(np.maximum(1.25 - p[..., 0] ** 2, 0))
            p[..., 1] += self.nod * depth
        return p @ self.matrix + self.origin

    def flat(self, points: Points, depth: float = 0.0) -> list[float]:
        """Place points as Pillow wants them: [x, y, x, y, ...]."""
        return self.at(points, depth).ravel().tolist()

    def trace(self, flat: list[float], colour: Colour, width: float, least: int = 1) -> None:
        """Draw a closed line through placed points, at least so many pixels wide."""
        self.draw.line(flat + flat[:4], fill=colour, width=max(least, round(width * self.scale)))

    def fill(self, points: Points, colour: Colour, depth: float = 0.0, edge: Colour | None = None, line: float = 1.0) -> None:
        """Fill a closed shape, with an outline if an edge colour is given; line makes the outline thicker or thinner."""
        flat = self.flat(points, depth)
        self.draw.polygon(flat, fill=colour)
        if edge:
            self.trace(flat, edge, self.line * line)

    def paint(self, points: Points, colour: Colour, depth: float = 0.0, line: float = 1.0) -> None:
        """Fill a closed shape, with the outline that goes with its colour."""
        self.fill(points, colour, depth, ink(colour), line)

    def outline(self, points: Points, colour: Colour, depth: float = 0.0) -> None:
        """Draw the outline of a closed shape."""
        self.trace(self.flat(points, depth), colour, self.line)

    def stroke(self, points: Points, width: float, colour: Colour, depth: float = 0.0, taper: bool = True) -> None:
        """Draw a brush stroke along points."""
        self.draw.polygon(self.flat(brush(points, width, taper), depth), fill=colour)

    def limb(self, points: Points, width: float, colour: Colour, depth: float = 0.0) -> None:
        """Draw a round-ended band along points (a finger, a strap, a tail) with an outline."""
        for w, c in ((width + 2 * self.line, ink(colour)), (width, colour)):
            self.stroke(points, w, c, depth, taper=False)
            for end in (points[0], points[-1]):
                self.fill(oval(*end, w / 2), c, depth)

    @contextmanager
    def inside(self, points: Points, depth: float = 0.0) -> Iterator["Pen"]:
        """Lend a pen whose strokes show only inside the shape (an iris inside an eye, a shadow on a face)."""
        placed = self.at(points, depth)
        low, high = np.floor(placed.min(0)).astype(int) - 1, np.ceil(placed.max(0)).astype(int) + 2
        low, high = np.maximum(low, 0), np.minimum(high, self.canvas.size)
        if (high <= low).any():  # all of it is off the canvas: draw on a pixel that nobody sees
            low, high = np.zeros(2, int), np.ones(2, int)
        box = (*low.tolist(), *high.tolist())
        patch = self.canvas.crop(box)
        mask = Image.new("L", patch.size)
        ImageDraw.Draw(mask).polygon((placed - low).ravel().tolist(), fill=255)
        yield Pen(patch, self.scale, self.origin - low, self.tilt, self.turn, self.nod, self.line)
        self.canvas.paste(patch, box, mask)

    def roomy_side(self) -> int:
        """Return the side of the origin where the picture has more room: -1 left, 1 right."""
        return 1 if self.origin[0] < self.canvas.width / 2 else -1


# ---------------------------------------------------------------- a bow

BOW_END = ((0, 0), (0.7, 0.35), (0.85, 1.1), (0.35, 0.85))
BOW_LOOP = ((0, 0), (0.55, -0.6), (1.1, -0.55), (1.15, 0.3), (0.6, 0.35))
BOW_FOLD = ((0.25, -0.05), (0.75, -0.2))


def draw_bow(pen: Pen, x: float, y: float, r: float, colour: Colour, depth: float = 0.0) -> None:
    """Draw a bow of ribbon around (x, y): people wear it in their hair and on a blouse, and so does a plush bear."""
    edge = ink(colour)
    for side in SIDES:
        end, loop, fold = (flip(points, side) * r + (x, y) for points in (BOW_END, smooth(BOW_LOOP), BOW_FOLD))
        pen.fill(end, shade(colour, 0.15), depth, edge)
        pen.fill(loop, colour, depth, edge)
        pen.stroke(fold, r * 0.14, shade(colour, 0.35), depth)
    pen.fill(oval(x, y, r * 0.24, r * 0.28), mix(colour, WHITE, 0.15), depth, edge)
