"""Whole pictures: portraits, scenes with the boxes of their faces, and pictures of anybody and anything.

What makes a character that character is in its `Character`; everything else - pose, mood, light, line, background - is new in
each picture. The parts are in `heads`, `outfits` and `scenery`; `samples` writes the pictures to files.
"""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageFilter

from .heads import BANGS, EYES, HAIR, Character, draw_back_hair, draw_brows, draw_face, draw_front_hair, pick_mood
from .outfits import ACCESSORIES, CLOTHES, draw_body, draw_braids, draw_hand, draw_knots
from .pen import SIDES, WHITE, Pen, bend, heart, oval, smooth, star, turning
from .scenery import draw_background, draw_cup, draw_thing

Box = tuple[int, int, int, int]  # x, y, w, h in pixels of the picture

FINE = 3  # portraits are drawn three times as large and then reduced: smooth edges
FINE_SCENE = 2
FACE_BOX = (-1.05, -0.8, 1.05, 1.3)  # left, top, right, bottom of a face's box in head units: about the cascade's

HAIR_COLOURS = ("#6b4636", "#3a3444", "#e3c07a", "#c65a3e", "#8f9bb0", "#5f86b8", "#b06a98", "#6f9f7a", "#d99a68", "#efe6dc")
EYE_COLOURS = ("#4f86c6", "#a8503a", "#3f9a6a", "#8a5ac0", "#c8942a", "#c84a80", "#5a4a48")
CLOTHES_COLOURS = ("#f7f5f2", "#3d4a6b", "#d9577e", "#f2c14e", "#6fae8f", "#8a6fc0", "#e88a5a", "#4f9ed0", "#5a4a52", "#f2b6c4")
SKINS = ("#ffe3d3", "#ffe9dd", "#f9d6bd", "#e8b890", "#c98f68")


# ---------------------------------------------------------------- whole pictures


def draw_portrait(character: Character | Sequence[Character], rng: Generator, size: int = 128) -> np.ndarray:
    """Draw a character (or a tuple of two or three together) as a square picture.

    Returns a uint8 array (size, size, 3); size is in pixels. The same generator state gives the same picture.

        draw_portrait(Character("nagi"), np.random.default_rng(0), size=256)
    """
    together = (character,) if isinstance(character, Character) else character
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


def draw_scene(
    characters: Sequence[Character], rng: Generator, size: tuple[int, int] = (640, 480)
) -> tuple[np.ndarray, list[Box]]:
    """Draw characters (any number from 0 to 4) in one wide picture.

    Returns a uint8 array (height, width, 3) and a list of face boxes (x, y, w, h) in whole pixels, one for each character:
    squares from the chin up into the hair above the forehead, a little wider than the face. `size` is (width, height).

        picture, boxes = draw_scene((Character("nagi"), Character("ren", hair="short")), np.random.default_rng(0))
    """
    canvas = Image.new("RGB", (size[0] * FINE_SCENE, size[1] * FINE_SCENE))
    draw_background(canvas, rng)
    scatter_things(canvas, rng)
    boxes = []
    slots = max(len(characters), 2)
    places = rng.permutation(slots)[: len(characters)]
    for who, place in zip(characters, places, strict=True):
        box = draw_person(slot_pen(canvas, place, slots, rng), who, rng)
        boxes.append(clip_box(box, FINE_SCENE, size))
    return finish(canvas, FINE_SCENE, rng), boxes


def draw_other(rng: Generator, size: int = 128) -> np.ndarray:
    """Draw somebody nobody knows, an animal or a thing, or now and then nothing but a background.

    Returns a uint8 array (size, size, 3).

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


def random_character(rng: Generator, name: str = "somebody") -> Character:
    """Make up a character nobody knows.

    Returns a Character; the same generator state gives the same one.

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
        accessory_side=int(rng.choice(SIDES)),
        clothes=one_of(CLOTHES, rng),
        clothes_colour=one_of(CLOTHES_COLOURS, rng),
        trim_colour=one_of(CLOTHES_COLOURS, rng),
        skin=one_of(SKINS, rng),
        ahoge=bool(rng.random() < 0.2),
    )


def one_of(words: Iterable[str], rng: Generator) -> str:
    """Pick one word, or one key of a table."""
    return str(rng.choice(tuple(words)))


# ---------------------------------------------------------------- where people stand


def frame(place: int, count: int, rng: Generator) -> tuple[float, float, float]:
    """Choose how large a head is and where its middle is, as shares of the picture's side: close up or from the waist."""
    if count > 1:
        scale = 0.5 / count * rng.uniform(0.75, 1.0)
        return scale, (place + 0.5) / count + rng.normal(0, 0.03), rng.uniform(0.42, 0.62)
    scale = rng.uniform(0.25, 0.38)
    free = max(0.1, 0.5 - 1.2 * scale)  # how far the head can move before it leaves the picture
    return scale, 0.5 + rng.uniform(-free, free), 0.48 + rng.uniform(-1, 0.7) * min(free, 0.12)


def slot_pen(canvas: Image.Image, place: int, slots: int, rng: Generator) -> Pen:
    """Give the pen for somebody in one of the slots side by side, near or far away."""
    slot = canvas.width / slots
    scale = min(slot * 0.36, canvas.height * 0.24) * rng.uniform(0.45, 1.0)
    x = slot * (place + 0.5) + rng.uniform(-0.1, 0.1) * slot
    y = canvas.height * rng.uniform(0.4, 0.6)
    return Pen(canvas, scale, (x, y), rng.normal(0, 0.04), line=0.032)


def scatter_things(canvas: Image.Image, rng: Generator) -> None:
    """Draw up to two things that are not faces, for a detector to be wrong about."""
    for _ in range(rng.integers(0, 3)):
        place = rng.uniform(0.05, 0.95, 2) * canvas.size
        draw_thing(Pen(canvas, canvas.height * rng.uniform(0.04, 0.11), place, rng.normal(0, 0.1), line=0.045), rng)


def face_box(head: Pen) -> tuple[float, float, float, float]:
    """Return the square around a face, from the chin up into the hair, as left, top, right, bottom on the canvas."""
    left, top, right, bottom = FACE_BOX
    centre = head.at(((left + right) / 2, (top + bottom) / 2), 0.45)
    reach = (right - left) / 2 * head.scale
    return (*(centre - reach), *(centre + reach))


def clip_box(box: Sequence[float], fine: int, size: tuple[int, int]) -> Box:
    """Turn a box on the large canvas into (x, y, w, h) in pixels of the picture, inside it."""
    left, top, right, bottom = (round(v / fine) for v in box)
    left, top = max(left, 0), max(top, 0)
    return left, top, min(right, size[0]) - left, min(bottom, size[1]) - top


# ---------------------------------------------------------------- one person


def draw_person(body: Pen, who: Character, rng: Generator) -> tuple[float, float, float, float]:
    """Draw one character with a random mood and pose; returns the face box (left, top, right, bottom) on the canvas."""
    mood = pick_mood(rng)
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


def head_pen(body: Pen, tilt: float, turn: float, nod: float) -> Pen:
    """Give the pen of a head that tilts around the neck of the body drawn by this pen."""
    neck = np.array((0.0, 1.0))
    head = Pen(body.canvas, body.scale, (0, 0), body.tilt + tilt, turn, nod, body.line)
    head.origin = body.at(neck) - neck @ head.matrix
    return head


# ---------------------------------------------------------------- signs that comics use

DROP = ((0, -1), (0.55, 0.2), (0.35, 0.85), (-0.35, 0.85), (-0.55, 0.2))
WATER, SPARK, RAGE = (168, 220, 250), (255, 236, 130), (226, 52, 60)
BUBBLE_INK = (70, 62, 78)


def draw_feeling(pen: Pen, mood: str, rng: Generator) -> None:
    """Add a sweat drop, tears, an anger mark or sparkles to one head in three."""
    if rng.random() > 0.35:
        return
    side = rng.choice(SIDES)
    if mood in FEELINGS:
        FEELINGS[mood](pen, side)


def draw_sweat(pen: Pen, side: int) -> None:
    """Draw a drop on one side of the forehead."""
    pen.paint(smooth(DROP) * 0.17 + (side * 0.76, -0.1), WATER, 0.8, 0.7)


def draw_tears(pen: Pen, side: int) -> None:
    """Draw a tear under each eye."""
    for s in SIDES:
        pen.paint(smooth(DROP) * 0.11 + (s * 0.6, 0.55), WATER, 1, 0.6)


def draw_anger(pen: Pen, side: int) -> None:
    """Draw a mark of four bent strokes on one side of the forehead."""
    for k in range(4):
        arm = bend((0.05, 0.22), (0.05, 0.05), (0.22, 0.05)) @ turning(k * math.pi / 2)
        pen.stroke(arm + (side * 0.72, -0.72), 0.06, RAGE, 0.7, taper=False)


def draw_sparkles(pen: Pen, side: int) -> None:
    """Draw two sparkles beside the head."""
    for x, y, r in ((1.3, -0.7, 0.2), (1.5, -0.3, 0.12)):
        pen.fill(star(side * x, y, r, points=4, inner=0.25), SPARK)


FEELINGS = {
    **dict.fromkeys(("surprised", "smug", "sleepy"), draw_sweat),
    **dict.fromkeys(("sad", "laughing"), draw_tears),
    **dict.fromkeys(("happy", "joy", "wink"), draw_sparkles),
    "angry": draw_anger,
}


def draw_bubble(pen: Pen, who: Character, rng: Generator) -> None:
    """Draw a speech bubble with a sign in it."""
    side, y = pen.roomy_side(), rng.uniform(-0.9, -0.4)
    x = side * 1.42
    pen.fill(((x - side * 0.1, y + 0.3), (x - side * 0.5, y + 0.52), (x - side * 0.3, y)), WHITE, 0, BUBBLE_INK)
    pen.fill(oval(x, y, 0.5, 0.38), WHITE, 0, BUBBLE_INK)
    pen.fill(oval(x, y, 0.46, 0.34), WHITE)
    SIGNS[rng.integers(len(SIGNS))](pen, x, y)


def write_heart(pen: Pen, x: float, y: float) -> None:
    """Draw a heart."""
    pen.fill(heart(x, y, 0.2), (240, 96, 128))


def write_exclamation(pen: Pen, x: float, y: float) -> None:
    """Draw an exclamation mark."""
    pen.fill(((x - 0.06, y - 0.24), (x + 0.06, y - 0.24), (x + 0.03, y + 0.08), (x - 0.03, y + 0.08)), BUBBLE_INK)
    pen.fill(oval(x, y + 0.18, 0.05), BUBBLE_INK)


def write_note(pen: Pen, x: float, y: float) -> None:
    """Draw an eighth note."""
    stem = ((0.01, 0.14), (0.04, 0.14), (0.04, -0.12), (0.16, -0.04), (0.16, -0.14), (0.04, -0.24), (0.01, -0.24))
    pen.fill(oval(x - 0.06, y + 0.14, 0.1, 0.075), BUBBLE_INK)
    pen.fill(np.array(stem) + (x, y), BUBBLE_INK)


def write_dots(pen: Pen, x: float, y: float) -> None:
    """Draw three dots."""
    for dx in (-0.2, 0.0, 0.2):
        pen.fill(oval(x + dx, y, 0.05), BUBBLE_INK)


SIGNS = (write_heart, write_exclamation, write_note, write_dots)


# ---------------------------------------------------------------- in front of a person


def draw_cup_in_front(pen: Pen, who: Character, rng: Generator) -> None:
    """Draw a cup at the lower edge."""
    small = Pen(pen.canvas, pen.scale * 0.5, pen.at((rng.uniform(-0.8, 0.8), 1.5)), rng.normal(0, 0.1), line=pen.line * 2)
    draw_cup(small, rng)


IN_FRONT = (draw_hand, draw_cup_in_front, draw_bubble)
IN_FRONT_SHARE = 0.16


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


def shed_light(picture: np.ndarray, rng: Generator) -> np.ndarray:
    """Light a picture, uint8 (H, W, 3): a colour over all, a soft side light, more or less saturation."""
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


def finish(canvas: Image.Image, fine: int, rng: Generator) -> np.ndarray:
    """Reduce the large canvas, sometimes soften it, and light it; returns a uint8 array (H, W, 3)."""
    small = canvas.reduce(fine)
    if rng.random() < 0.15:
        small = small.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 0.8) * min(1, small.height / 128)))
    return shed_light(np.asarray(small), rng)
