"""Books, signs, pages and writing for the scenes that the face detector learns from: dense, framed, with an emblem, and nobody.

Half of the writing is in letters, half in strokes that no one can read but that lie as densely as kanji do.
"""

import math
from collections.abc import Callable

from numpy.random import Generator
from PIL import Image, ImageDraw, ImageFont

from .chance import colour, log_uniform

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!?...#&"
Point = tuple[float, float]
Colour = tuple[int, int, int]
Emblem = Callable[[int], Image.Image]  # takes a side in pixels


def draw_print(shape: tuple[int, int], rng: Generator, emblem: Emblem) -> Image.Image:
    """Return a cover, a sign or a page of ``shape`` (width, height) pixels."""
    width, height = shape
    image = Image.new("RGB", shape, (255,) * 3 if rng.random() < 0.4 else colour(rng))
    pen, ink = ImageDraw.Draw(image), (0,) * 3 if rng.random() < 0.4 else colour(rng)
    if rng.random() < 0.6:
        side = max(4, int(rng.uniform(0.25, 0.9) * min(shape)))
        place = [int(rng.uniform(0, 1) * (length - side)) for length in shape]
        if rng.random() < 0.3:
            draw_rays(pen, place, side, ink, rng)
        else:
            image.paste(emblem(side), place)
    down = rng.uniform(0, 0.3) * height
    while down < 0.9 * height and rng.random() < 0.9:
        size = log_uniform(rng, 5, max(6, 0.3 * height))
        write(pen, (rng.uniform(0.02, 0.2) * width, down), script(rng, 1, int(width / size) + 2), size, ink, rng)
        down += size * rng.uniform(1, 1.8)
    if rng.random() < 0.5:
        pen.rectangle((0, 0, width - 1, height - 1), outline=ink, width=max(1, min(shape) // 40))
    return image


def draw_rays(pen: ImageDraw.ImageDraw, place: list[int], side: int, ink: Colour, rng: Generator) -> None:
    """Draw rays or rings around a point: suns, wheels and flowers are made of them."""
    radius, (x, y) = side / 2, (length + side / 2 for length in place)
    thick, count = max(1, side // 30), int(rng.integers(3, 20))
    for number in range(count):
        angle, reach = 2 * math.pi * number / count, radius * (number + 1) / count
        if count % 2:
            pen.line((x, y, x + radius * math.cos(angle), y + radius * math.sin(angle)), fill=ink, width=thick)
        else:
            pen.ellipse((x - reach, y - reach, x + reach, y + reach), outline=ink, width=thick)


def script(rng: Generator, lines: int, longest: int) -> list[str]:
    """Return some lines of any letters."""
    return ["".join(rng.choice(list(LETTERS), rng.integers(2, max(3, longest)))) for _ in range(lines)]


def write(pen: ImageDraw.ImageDraw, place: Point, lines: list[str], size: float, ink: Colour, rng: Generator) -> None:
    """Write lines from ``place`` on, ``size`` pixels high: in letters, or a bundle of strokes for each."""
    if rng.random() < 0.5:
        pen.text(place, "\n".join(lines), font=ImageFont.load_default(size), fill=ink)
        return
    for row, line in enumerate(lines):
        for column in range(len(line)):
            draw_strokes(pen, (place[0] + 0.6 * size * column, place[1] + 1.2 * size * row), 0.55 * size, ink, rng)


def draw_strokes(pen: ImageDraw.ImageDraw, place: Point, size: float, ink: Colour, rng: Generator) -> None:
    """Draw some strokes in a square, most of them level or upright."""
    for _ in range(rng.integers(2, 8)):
        (x, y), length = rng.uniform(0, 0.8, 2), rng.uniform(0.2, 1)
        across, down = ((length, 0), (0, length), tuple(rng.uniform(-0.6, 0.6, 2)))[rng.integers(3)]
        ends = [(x, y), (min(1, max(0, x + across)), min(1, max(0, y + down)))]
        pen.line([(place[0] + u * size, place[1] + v * size) for u, v in ends], fill=ink, width=max(1, round(size / 9)))
