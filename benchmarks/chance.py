"""Random numbers for scenes that more than one module draws."""

import math

from numpy.random import Generator


def colour(rng: Generator) -> tuple[int, int, int]:
    """Pick any colour."""
    return tuple(rng.integers(0, 256, 3).tolist())


def log_uniform(rng: Generator, low: float, high: float) -> float:
    """Return a number between two others, as likely from 10 to 20 as from 100 to 200."""
    return float(math.exp(rng.uniform(math.log(low), math.log(max(high, low * 1.01)))))
