"""Draws casts of characters into folders of pictures, so that every notebook runs with no data and no network.

The pictures are ours and free to use. It is not about how a character is drawn (`drawing`), nor about reading folders (`data`).
"""

import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.random import Generator
from PIL import Image

from .atomic import replacing
from .boxes import read_boxes, write_boxes
from .drawing import draw_other, draw_portrait, draw_scene, random_character
from .errors import AnimelibError
from .faces import Face
from .heads import Character

OTHERS = "others"  # a class of things, animals and people nobody knows

# fmt: off
# Two sisters with the same two colours the other way round: who has orange above blue in her eyes, left of blue in her streaks
# and above blue in her pins? A mean colour, or a very small picture, cannot tell.
ORANGE, BLUE = "#f5801e", "#1b8fd0"
HANA = Character("hana", hair="bob", bangs="fringe", hair_colour="#c9b2e6", ahoge=True, eye_colour=ORANGE, eye_colour_below=BLUE,
                 streak_colour=ORANGE, streak_colour_beside=BLUE, accessory="clip", accessory_side=-1, accessory_colour=ORANGE,
                 accessory_colour_below=BLUE)
YUKI = replace(HANA, name="yuki", eye_colour=BLUE, eye_colour_below=ORANGE, streak_colour=BLUE, streak_colour_beside=ORANGE,
               accessory_colour=BLUE, accessory_colour_below=ORANGE)

SORA = Character("sora", hair="short", bangs="spiky", hair_colour="#4f7fc4", eye_colour="#d8a020", eyes="sharp",
                 clothes="hoodie", clothes_colour="#f2c14e", trim_colour="#ffffff", accessory="headphones",
                 accessory_colour="#e8584f")
MIO = Character("mio", hair="hime", bangs="blunt", hair_colour="#3b3346", eye_colour="#8a4fc0", clothes="kimono",
                clothes_colour="#d9577e", trim_colour="#fbe9d0", accessory="flower", accessory_colour="#f4f0ff")
KOHARU = Character("koharu", hair="twin tails", bangs="fringe", hair_colour="#f29ab5", eye_colour="#39a06c", clothes="blouse",
                   clothes_colour="#fdf3e4", trim_colour="#d64f6b", accessory="ribbon", accessory_colour="#d64f6b",
                   mark="fang")
RIN = Character("rin", hair="ponytail", bangs="swept", hair_colour="#b5432f", eye_colour="#2f8f5f", eyes="sharp",
                clothes="tshirt", clothes_colour="#3d4a6b", trim_colour="#f4d35e", accessory_colour="#f4d35e", mark="freckles")
TSUBAKI = Character("tsubaki", hair="wavy", bangs="parted", hair_colour="#eed58a", eye_colour="#3f74d1", eyes="droopy",
                    clothes="blazer", clothes_colour="#3f5a4c", trim_colour="#b8323f", accessory="beret",
                    accessory_colour="#b8323f")
NAGI = Character("nagi", hair="braids", bangs="swept", hair_colour="#6f9a7c", eye_colour="#a0583a", eyes="droopy",
                 clothes="blouse", clothes_colour="#b7a3d8", trim_colour="#5b4a8a", accessory="glasses",
                 accessory_colour="#7a3b4f")
KURO = Character("kuro", hair="curly", bangs="parted", hair_colour="#574a86", eye_colour="#f0b32c", eyes="sharp",
                 clothes="hoodie", clothes_colour="#2f2d3f", trim_colour="#c65bd0", accessory="cat ears",
                 accessory_colour="#f3a6c0",
                 skin="#f3cfb4")
HINATA = Character("hinata", hair="side tail", bangs="fringe", hair_colour="#ef8b3c", eye_colour="#2f7fd0", clothes="tshirt",
                   clothes_colour="#fdfdfd", trim_colour="#3f9ee0", accessory="star", accessory_colour="#ffe14d",
                   accessory_side=-1, skin="#e9b78f")
SHIORI = Character("shiori", hair="long", bangs="blunt", hair_colour="#d9dbe8", eye_colour="#c23b52", clothes="sailor",
                   clothes_colour="#43425c", trim_colour="#2a2938", accessory="headband", accessory_colour="#31c0b0")
UMI = Character("umi", hair="low twins", bangs="swept", hair_colour="#2fa3a8", eye_colour="#7a4a2c", clothes="sailor",
                clothes_colour="#f7f9fc", trim_colour="#2b6fb3", accessory="straw hat", accessory_colour="#2b6fb3",
                skin="#d9a273")
# fmt: on

PEOPLE = (HANA, YUKI, SORA, MIO, KOHARU, RIN, TSUBAKI, NAGI, KURO, HINATA, SHIORI, UMI)

# cast: {class name: a Character, several who are drawn together, or OTHERS}
CASTS = {
    "pair": {"hana": HANA, "yuki": YUKI},
    "strangers": {"nagi": NAGI, "rin": RIN, "umi": UMI},
    "five": {who.name: who for who in (KOHARU, MIO, RIN, SORA, TSUBAKI)},
    "six": {"hana": HANA, "yuki": YUKI, "yuki&hana": (YUKI, HANA), "sora": SORA, "mio": MIO, "others": OTHERS},
    "ten": {who.name: who for who in (SORA, MIO, KOHARU, RIN, TSUBAKI, NAGI, KURO, HINATA, SHIORI, UMI)},
}

# How many pictures a class has for each 1.0 of per_class; a class that is not named here has 1.0.
SHARES = {"six": {"hana": 1.4, "yuki": 1.2, "yuki&hana": 0.5, "sora": 0.4, "mio": 0.8, "others": 2.0}}


def draw_folder(
    folder: Path | str,
    cast: str,
    *,
    per_class: int = 50,
    size: int = 128,
    seed: int = 0,
    splits: Mapping[str, int] | None = None,
) -> Path:
    """Draw a cast into `folder/<class>/<class>_000.jpg`, or with splits into `folder/<split>/<class>/...`.

    `splits` maps a split to its pictures per class, instead of `per_class`; classes of an unbalanced cast ("six") get more or
    fewer by SHARES. `size` is the side in pixels. A file that is there already is left as it is. The same seed draws the same
    pictures, whatever else is drawn. Gives the folder; raises AnimelibError for a cast that is not in CASTS.

        draw_folder("pictures/pair", "pair", splits={"train": 20, "validation": 7, "test": 50})
    """
    if cast not in CASTS:
        raise AnimelibError(f"There is no cast called {cast!r}: choose one of {', '.join(CASTS)}.")
    folder = Path(folder)
    for split, count in (splits or {"": per_class}).items():
        for name, who in CASTS[cast].items():
            for i in range(pictures_of(cast, name, count)):
                path = folder / split / name / f"{name}_{i:03d}.jpg"
                if not path.exists():
                    rng = picture_rng(seed, cast, split, name, i)
                    write_picture(path, draw_member(who, rng, size), quality=int(rng.integers(78, 96)))
    return folder


def pictures_of(cast: str, name: str, per_class: int) -> int:
    """Give how many pictures a class gets: pictures_of("six", "others", 50) is 100."""
    return max(1, round(per_class * SHARES.get(cast, {}).get(name, 1.0)))


def picture_rng(seed: int, *words: object) -> Generator:
    """Give the random numbers of one picture, so that neither order nor number of the others changes it."""
    return np.random.default_rng([seed, zlib.crc32("/".join(map(str, words)).encode())])


def draw_member(who: Character | tuple[Character, ...] | str, rng: Generator, size: int) -> np.ndarray:
    """Draw one picture of a class: uint8 (size, size, 3)."""
    return draw_other(rng, size) if who == OTHERS else draw_portrait(who, rng, size)


def write_picture(path: Path, picture: np.ndarray, quality: int = 90) -> None:
    """Write a JPEG whole or not at all, so that a stopped run never leaves half a file."""
    with replacing(path) as temporary:
        Image.fromarray(picture).save(temporary, "JPEG", quality=quality)


def draw_scenes(
    folder: Path | str, count: int = 40, *, size: tuple[int, int] = (640, 480), seed: int = 0, least: int = 0, most: int = 4
) -> Path:
    """Draw `count` scenes with `least` to `most` faces into `folder/images/` and their boxes into `folder/boxes.csv`.

    A row of boxes.csv is filename,x,y,w,h in pixels, one for each face; a picture without a face has one row with x, y, w and h
    empty. `size` is (width, height). Pictures that are there are left as they are. Gives the folder.

        draw_scenes("pictures/scenes", 40)
    """
    folder = Path(folder)
    boxes = folder / "boxes.csv"
    known = read_boxes(boxes) if boxes.exists() else {}
    for i in range(count):
        path = folder / "images" / f"scene_{i:03d}.jpg"
        if path.name not in known or not path.exists():
            rng = picture_rng(seed, "scene", size, i)
            picture, faces = draw_scene(scene_people(rng, most, least), rng, size)
            known[path.name] = [Face(*box) for box in faces]
            if not path.exists():
                write_picture(path, picture)
    write_boxes(boxes, known)
    return folder


def scene_people(rng: Generator, most: int = 4, least: int = 0) -> list[Character]:
    """Choose who is in a scene: people of the casts and people nobody knows."""
    count = rng.integers(least, most + 1)
    return [PEOPLE[rng.integers(len(PEOPLE))] if rng.random() < 0.6 else random_character(rng) for _ in range(count)]
