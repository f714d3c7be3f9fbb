"""What every test starts from: a home folder of its own, the quick budget, and small drawn pictures."""

import os
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from animelib import words

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

COLOURS = {"rem": (90, 140, 230), "mizuki": (230, 120, 150), "stranger": (240, 220, 60)}


@pytest.fixture(autouse=True)
def _english():
    """Begin and end every test in English, whatever it shows in between."""
    words.use_language("en")
    yield
    words.use_language("en")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Keep pictures, runs and caches of each test in its own temporary folder."""
    folder = tmp_path / "home"
    monkeypatch.setenv("ANIMELIB_HOME", str(folder))
    monkeypatch.setenv("ANIMELIB_BUDGET", "quick")
    return folder


def face(name: str, number: int, size: int = 48) -> Image.Image:
    """Draw a blot of the character's colour on coloured fog: enough for a network to learn, quick enough for a test."""
    rng = np.random.default_rng(zlib.crc32(f"{name}{number}".encode()))
    fog = Image.fromarray(rng.integers(0, 256, (6, 6, 3)).astype(np.uint8))
    picture = np.array(fog.resize((size, size), Image.Resampling.BICUBIC), dtype=float)
    left, top, side = *rng.integers(2, size // 3, 2), rng.integers(size // 2, int(size * 0.6))
    picture[top : top + side, left : left + side] = COLOURS[name] + rng.normal(0, 8, (side, side, 3))[: size - top, : size - left]
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def fill(folder: Path, name: str, count: int, first: int = 0) -> list[Path]:
    """Save ``count`` pictures of ``name`` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}_{number}.png" for number in range(first, first + count)]
    for number, path in enumerate(paths, first):
        face(name, number).save(path)
    return paths


def found(widget, css: str):
    """Return the part of a widget that has a class, as the page finds it."""
    waiting = [widget]
    while waiting:
        one = waiting.pop()
        if css in one._dom_classes:
            return one
        waiting += getattr(one, "children", ())
    raise AssertionError(css)


@pytest.fixture
def two_folders(tmp_path) -> Path:
    """A folder with two class folders of twenty pictures."""
    for name in ("rem", "mizuki"):
        fill(tmp_path / "pictures" / name, name, 20)
    return tmp_path / "pictures"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real pictures named by ANIMELIB_DATA; tests that need it are skipped where it is not."""
    named = os.environ.get("ANIMELIB_DATA")
    if not named or not Path(named).is_dir():
        pytest.skip("ANIMELIB_DATA names no folder of real pictures")
    return Path(named)
