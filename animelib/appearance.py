"""A picture in plain numbers: how bright it is, how soft, how colourful, and how much of each colour there is.

What a network sees in a picture is said by `pretrained`; these few numbers say what it hardly looks at.
"""

import numpy as np
from PIL import Image

LIGHT, COLOURS = 14, 53
GREYS, HUES = 5, 12
PALE = 0.15  # below it a colour is a grey


def light_of(picture: Image.Image) -> list[float]:
    """Return numbers (14,) about the light of an RGB picture.

    Of its lightness mean, spread, darkest and brightest tenth; of its saturation mean and spread; its mean colour as red against
    green and as yellow against blue, the spread of both; how much neighbouring points differ, seen from afar and from near, and
    the ratio; the logarithm of its width against its height.
    """
    near = np.asarray(picture.resize((128, 128), Image.Resampling.BOX), np.float32) / 255
    afar = near.reshape(32, 4, 32, 4, 3).mean(axis=(1, 3))
    light, saturation = afar.mean(axis=-1), afar.max(axis=-1) - afar.min(axis=-1)
    red, yellow = afar[..., 0] - afar[..., 1], afar[..., :2].mean(axis=-1) - afar[..., 2]
    edges = [_edges(afar), _edges(near)]
    return [
        light.mean(), light.std(), *np.quantile(light, (0.1, 0.9)),
        saturation.mean(), saturation.std(),
        red.mean(), red.std(), yellow.mean(), yellow.std(),
        *np.log(edges), np.log(edges[1] / edges[0]),
        np.log(picture.width / picture.height),
    ]  # fmt: skip


def _edges(pixels: np.ndarray) -> float:
    light = pixels.mean(axis=-1)
    return float(np.abs(np.diff(light, axis=0)).mean() + np.abs(np.diff(light, axis=1)).mean()) + 1e-3


def colours_of(picture: Image.Image) -> np.ndarray:
    """Return how much there is of each of 53 colours in an RGB picture, as the square root of its share: (53,).

    First five greys from black to white, then twelve hues, each dull and dark, dull and light, strong and dark, strong and light.
    """
    small = picture.resize((48, 48), Image.Resampling.BOX).convert("HSV")
    hue, saturation, value = np.asarray(small, np.float32).reshape(-1, 3).T / 256
    grey = (saturation < PALE) | (value < PALE)
    hue = (hue * HUES + 0.5).astype(int) % HUES
    coloured = GREYS + 4 * hue + 2 * (saturation > 0.45) + (value > 0.65)
    bins = np.where(grey, (value * GREYS).astype(int), coloured)
    return np.sqrt(np.bincount(bins, minlength=COLOURS) / len(bins))
