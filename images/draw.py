"""Draw the pictures of the README again: ``python images/draw.py``. All of them are ours."""

import os
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from animelib.data import load_images
from animelib.drawing import draw_portrait
from animelib.evaluation import evaluate
from animelib.lab import open_lab
from animelib.plots import show_grid
from animelib.samples import PEOPLE, picture_rng
from animelib.sheets import Sheet
from animelib.visual_words import learn_from_few

HERE = Path(__file__).parent
SIDE, COLUMNS = 200, 6
SEEDS = (4, 8, 9, 2, 10, 3, 0, 6, 0, 4, 13, 7)  # a mood, a light and a background for each


def characters() -> Image.Image:
    """Return everybody of the drawn casts, two rows of six."""
    pictures = [draw_portrait(who, picture_rng(seed, "readme", who.name), SIDE) for who, seed in zip(PEOPLE, SEEDS, strict=True)]
    rows = [np.concatenate(pictures[i : i + COLUMNS], axis=1) for i in range(0, len(pictures), COLUMNS)]
    return Image.fromarray(np.concatenate(rows))


def answers() -> Sheet:
    """Return a figure of what comes out: answers to drawn pictures that the network had not seen."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["ANIMELIB_HOME"] = home
        data = load_images(open_lab("readme", cast="six"), 128, test=0.3)
        return show_grid(evaluate(learn_from_few(data), data), 10)


if __name__ == "__main__":
    characters().save(HERE / "characters.jpg", quality=90, subsampling=0)
    print(answers().save(HERE / "answers.jpg"))
