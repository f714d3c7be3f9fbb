"""Simulated raters: what each likes is a rule on measured properties of a picture or on its class, written down here.

Nobody's real ratings are at hand, so these are nobody's, and every figure from them says so. A rule gives each picture a liking;
over all pictures likings are brought to mean 3 and standard deviation 1.1. A click is the liking and an error of its own
(NOISE), rounded to 1-5. Properties are measured in the picture at 96x96 pixels:

- bright: mean lightness. soft: how little neighbouring points differ, against the contrast of the whole (logarithm).
- hair: the median colour of a patch above the middle (rows 8-28%, columns 32-68%), where hair is in pictures of heads.
- close: the share of points in the middle (20-80%) that have the colour of skin: hue 5-45 degrees, saturation 0.08-0.5, value
  above 0.7. The larger the face, the more of them.

The raters:

- character: has a favourite and an order of all the classes (chance decides which); the likings fall evenly along it, and of the
  same character a brighter picture is liked a little better (a tenth).
- hair: likes one hair colour, that of a class that chance decides, and others the less the farther they are from it; the colour
  of a picture is the median over its class (seven tenths) and its own (three tenths).
- bright: likes bright, soft pictures; both count the same.
- close: likes close-ups, by the share of skin.
- mix: half character, a quarter bright, a quarter close; clicks stray by 0.7, and the mood drifts from -0.4 to +0.4 while rating.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from animelib.folders import open_image

MIDDLE, SPREAD = 3.0, 1.1
NOISE = {"character": 0.35, "hair": 0.35, "bright": 0.35, "close": 0.35, "mix": 0.7}
DRIFT = {"mix": 0.4}
SIDE = 96


@dataclass(frozen=True, eq=False)
class Measured:
    """Properties of N pictures: ``classes`` int (N,), ``bright``, ``soft``, ``close`` (N,), ``hair`` (N, 3), RGB 0-1."""

    classes: np.ndarray
    bright: np.ndarray
    soft: np.ndarray
    close: np.ndarray
    hair: np.ndarray


def class_of(path: Path) -> str:
    """Return the class of a picture: its folder's name, or in a folder of ``images`` what its name begins with."""
    if path.parent.name != "images":
        return path.parent.name
    return path.stem.removeprefix("u_").rstrip("0123456789").rstrip("_")


def measure(paths: Sequence[Path]) -> Measured:
    """Measure what the rules are about."""
    names = [class_of(path) for path in paths]
    rows = [_properties(path) for path in paths]
    bright, soft, close = (np.array([row[place] for row in rows]) for place in range(3))
    return Measured(np.unique(names, return_inverse=True)[1], bright, soft, close, np.array([row[3] for row in rows]))


def _properties(path: Path) -> tuple[float, float, float, np.ndarray]:
    picture = open_image(path, at_least=2 * SIDE).resize((SIDE, SIDE))
    pixels = np.asarray(picture, float) / 255
    light = pixels.mean(axis=-1)
    edges = np.abs(np.diff(light, axis=0)).mean() + np.abs(np.diff(light, axis=1)).mean()
    hue, saturation, value = np.moveaxis(np.asarray(picture.convert("HSV"), float), -1, 0) / 255
    skin = (hue > 5 / 360) & (hue < 45 / 360) & (saturation > 0.08) & (saturation < 0.5) & (value > 0.7)
    middle = slice(SIDE // 5, SIDE - SIDE // 5)
    patch = pixels[round(0.08 * SIDE) : round(0.28 * SIDE), round(0.32 * SIDE) : round(0.68 * SIDE)]
    hair = np.median(patch.reshape(-1, 3), axis=0)
    return light.mean(), -float(np.log((edges + 1e-3) / (light.std() + 1e-2))), float(skin[middle, middle].mean()), hair


def likings(rater: str, seen: Measured, seed: int) -> np.ndarray:
    """Return how much a rater likes each picture, float (N,), with mean 3 and standard deviation 1.1."""
    return MIDDLE + SPREAD * _even(RULES[rater](seen, np.random.default_rng([seed, sorted(RULES).index(rater)])))


def clicks(rater: str, liking: np.ndarray, seed: int) -> np.ndarray:
    """Return what a rater would click for each picture in a steady mood, before rounding, float (N,): repeated it is the same."""
    return liking + np.random.default_rng([seed, 77]).normal(0, NOISE[rater], len(liking))


def rounded(scores: np.ndarray) -> np.ndarray:
    """Return clicks as whole scores, 1-5."""
    return np.clip(np.rint(scores), 1, 5)


def mood(rater: str, place: float) -> float:
    """Return by how much the mood shifts clicks at a place in the session, 0-1."""
    return DRIFT.get(rater, 0.0) * (2 * place - 1)


def _even(values: np.ndarray) -> np.ndarray:
    return (values - values.mean()) / max(values.std(), 1e-9)


def _character(seen: Measured, random: np.random.Generator) -> np.ndarray:
    order = random.permutation(seen.classes.max() + 1)
    return _even(order[seen.classes].astype(float)) + 0.1 * _even(seen.bright)


def _hair(seen: Measured, random: np.random.Generator) -> np.ndarray:
    its = np.stack([np.median(seen.hair[seen.classes == label], axis=0) for label in range(seen.classes.max() + 1)])
    liked = its[random.integers(len(its))]
    far = [np.linalg.norm(colours - liked, axis=1) for colours in (its[seen.classes], seen.hair)]
    return -0.7 * _even(far[0]) - 0.3 * _even(far[1])


def _bright(seen: Measured, random: np.random.Generator) -> np.ndarray:
    return _even(seen.bright) + _even(seen.soft)


def _close(seen: Measured, random: np.random.Generator) -> np.ndarray:
    return seen.close


def _mix(seen: Measured, random: np.random.Generator) -> np.ndarray:
    parts = ((0.5, _character), (0.25, _bright), (0.25, _close))
    return sum(share * _even(rule(seen, random)) for share, rule in parts)


RULES: dict[str, Callable[[Measured, np.random.Generator], np.ndarray]] = {
    "character": _character, "hair": _hair, "bright": _bright, "close": _close, "mix": _mix,
}  # fmt: skip
