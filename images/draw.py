"""Draw the pictures of the README again: ``python images/draw.py``. All of them are ours."""

from pathlib import Path

import numpy as np
from PIL import Image

from animelib.drawing import draw_portrait
from animelib.samples import PEOPLE, picture_rng

HERE = Path(__file__).parent
SIDE, COLUMNS = 200, 6
SEEDS = (4, 8, 9, 2, 10, 3, 0, 6, 0, 4, 13, 7)  # a mood, a light and a background for each


def characters() -> Image.Image:
    """Return everybody of the drawn casts, two rows of six."""
    pictures = [draw_portrait(who, picture_rng(seed, "readme", who.name), SIDE) for who, seed in zip(PEOPLE, SEEDS, strict=True)]
    rows = [np.concatenate(pictures[i : i + COLUMNS], axis=1) for i in range(0, len(pictures), COLUMNS)]
    return Image.fromarray(np.concatenate(rows))


if __name__ == "__main__":
    characters().save(HERE / "characters.jpg", quality=90, subsampling=0)
    print(HERE / "characters.jpg")
