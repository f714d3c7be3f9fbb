"""The arithmetic behind the figures in plain numpy: convolution, ReLU, pooling, dropout, what an answer costs, steps downhill.

Below it, the search for the place in a picture where it shows best. Nothing here draws or knows of a model; the figures are in
`explain`, `learning` and `inside`.
"""

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

# Each finds one thing: a step from dark to bright to the right, the same downwards, and whatever differs from what is around it.
FILTERS = {
    "edges_upright": np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]),
    "edges_lying": np.array([[-1, -1, -1], [0, 0, 0], [1, 1, 1]]),
    "outlines": np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
}


def brightness(pixels: np.ndarray) -> np.ndarray:
    """Return the mean of red, green and blue as whole numbers 0-255, (H, W)."""
    return pixels.mean(axis=2).round().astype(int)


def convolve(grey: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Slide ``kernel`` (h, w) over ``grey`` (H, W) and return a number for each place, (H - h + 1, W - w + 1)."""
    return np.einsum("yxij,ij->yx", sliding_window_view(grey, kernel.shape), kernel)


def pad(values: np.ndarray) -> np.ndarray:
    """Return (H, W) with a rim of zeros, (H + 2, W + 2): a convolution with 3 x 3 then gives (H, W), Keras' "same"."""
    return np.pad(values, 1)


def upright_edges(pixels: np.ndarray) -> np.ndarray:
    """Return the map of the upright edges of a picture (H, W, 3), (H - 2, W - 2)."""
    return convolve(brightness(pixels), FILTERS["edges_upright"])


def relu(values: np.ndarray) -> np.ndarray:
    """Return the values with everything below 0 turned into 0."""
    return np.maximum(values, 0)


def pool(values: np.ndarray) -> np.ndarray:
    """Return the largest number of each 2 x 2 square of (H, W), (H // 2, W // 2); an odd last row or column is left out."""
    height, width = (side // 2 for side in values.shape)
    return values[: 2 * height, : 2 * width].reshape(height, 2, width, 2).max(axis=(1, 3))


def move(values: np.ndarray, by: int, poolings: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a map (H, W) and what it is when the picture moves ``by`` pixels to the left, both pooled so many times."""
    height, width = (side // 4 * 4 - 4 for side in values.shape)  # what is moved in is known, and can be halved twice
    here, there = values[:height, :width], values[:height, by : by + width]
    for _ in range(poolings):
        here, there = pool(here), pool(there)
    return here, there


def changed(here: np.ndarray, there: np.ndarray) -> float:
    """Return how much two maps differ: the sum of the differences over the sum of both, 0 not at all to 1 wholly."""
    return float(np.abs(here - there).sum() / max(np.abs(here).sum() + np.abs(there).sum(), 1e-9))


def drop_out(values: np.ndarray, rate: float, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the values as a training step sees them, and which of them are dropped (Srivastava et al. 2014).

    Each is 0 with the probability ``rate``; the others are divided by 1 - ``rate``, so that the mean stays about the same.
    """
    dropped = chance.random(values.shape) < rate
    return np.where(dropped, 0, values / (1 - rate)), dropped


def exponentials(scores: np.ndarray) -> np.ndarray:
    """Return e to the power of each score, which a softmax divides by their sum."""
    return np.exp(np.clip(scores.astype(float), -700, 700))  # beyond there is no number for it


def cross_entropy(right: np.ndarray) -> np.ndarray:
    """Return -log of the right class's probability, which Keras keeps from being 0 in the same way."""
    return -np.log(np.clip(right, 1e-7, 1))


def loss_at(place: np.ndarray | float) -> np.ndarray | float:
    """Return the height of a landscape with two valleys, the deep one near -1 and the shallow one near 1.1."""
    return 1 + 0.03 * place**2 - 0.85 * np.exp(-(((place + 1) / 0.7) ** 2)) - 0.4 * np.exp(-(((place - 1.1) / 0.5) ** 2))


def slope_at(place: float) -> float:
    """Return the slope of `loss_at`: its derivative."""
    deep = 0.85 * 2 * (place + 1) / 0.49 * np.exp(-(((place + 1) / 0.7) ** 2))
    shallow = 0.4 * 2 * (place - 1.1) / 0.25 * np.exp(-(((place - 1.1) / 0.5) ** 2))
    return 0.06 * place + deep + shallow


def descend(start: float, rate: float, steps: int, slope: Callable[[float], float] = slope_at) -> np.ndarray:
    """Return the places of plain gradient descent, (steps + 1,): each step is the rate times the slope, downhill."""
    places = [start]
    for _ in range(steps):
        places.append(places[-1] - rate * slope(places[-1]))
    return np.array(places)


def descend_adam(start: float, rate: float, steps: int, slope: Callable[[float], float] = slope_at) -> np.ndarray:
    """Return the places of Adam (Kingma and Ba 2014), (steps + 1,): the mean slope of late, divided by its usual size."""
    places, mean, square = [start], 0.0, 0.0
    for step in range(1, steps + 1):
        here = slope(places[-1])
        mean = 0.9 * mean + 0.1 * here
        square = 0.999 * square + 0.001 * here**2
        fair_mean, fair_square = mean / (1 - 0.9**step), square / (1 - 0.999**step)  # both began at 0
        places.append(places[-1] - rate * fair_mean / (np.sqrt(fair_square) + 1e-7))
    return np.array(places)


# --- places in a picture ----------------------------------------------------------------------------------------------


def in_the_middle(find: Callable, values: np.ndarray, *how: int) -> tuple[int, int]:
    """Return the place that ``find`` finds when it leaves out a rim of a sixth, where pictures rarely show the face."""
    rim = len(values) // 6
    row, column = find(values[rim : len(values) - rim, rim : values.shape[1] - rim], *how)
    return row + rim, column + rim


def busiest(values: np.ndarray, side: int) -> tuple[int, int]:
    """Return the top left corner of the square in which neighbours differ most."""
    steps = np.abs(np.diff(values, axis=0))[:, :-1] + np.abs(np.diff(values, axis=1))[:-1]
    return strongest(sliding_window_view(steps, (side - 1, side - 1)).sum(axis=(2, 3)))


def mixed(values: np.ndarray, side: int) -> tuple[int, int]:
    """Return the top left corner of the square that has most on both sides of 0."""
    windows = sliding_window_view(values, (side, side))
    return strongest(np.minimum(relu(windows).sum(axis=(2, 3)), relu(-windows).sum(axis=(2, 3))))


def strongest(values: np.ndarray) -> tuple[int, int]:
    """Return the place of the number farthest from 0."""
    row, column = np.unravel_index(np.abs(values).argmax(), values.shape)
    return int(row), int(column)


def cut(values: np.ndarray, place: tuple[int, int], side: int) -> np.ndarray:
    """Return the square that begins at ``place``."""
    return values[place[0] : place[0] + side, place[1] : place[1] + side]
