"""Pictures as rows of numbers of one measure: what a network saw in the whole and in the face, the light, the colours.

Four views of a picture, each a row of length 1 on average over the pictures by which it is told what is usual. Where no face was
found, the whole picture stands for it. What was seen is said by `impressions`, what is made of the rows by `taste`.
"""

from dataclasses import dataclass

import numpy as np

from .gaussian_process import Views
from .impressions import Impressions

SEVERAL = ("mean", "largest", "best")  # which face counts where there are several
SHARED = 0.01  # of the mean spread is added to each number's own, so that what hardly ever varies does not drown the rest
TYPICAL = 3000  # pictures by which it is told what is usual
NAMES = ("whole", "face", "light", "colours", "colours")  # of the view that each part belongs to; the last is of the face
OF_FACES = (1, 4)


@dataclass(frozen=True, eq=False)
class Scaling:
    """How what was seen is brought to one measure: ``middles`` and ``scales`` of its five parts, those of faces empty where no
    picture has one."""

    middles: tuple[np.ndarray, ...]
    scales: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, seen: Impressions) -> "Scaling":
        """Return the scaling by which the numbers of these pictures have mean 0, and each part length 1 on average."""
        some = seen.some(np.sort(np.random.default_rng(0).permutation(len(seen))[:TYPICAL]))
        parts = list(_numbers(some, "mean")[0])
        for place in OF_FACES if not len(some.owner) else ():
            parts[place] = parts[place][:, :0]
        middles, scales = zip(*map(_usual, parts), strict=True)
        return cls(middles, scales)

    @property
    def names(self) -> tuple[str, ...]:
        """Which views there are."""
        return tuple(dict.fromkeys(name for name, middle in zip(NAMES, self.middles, strict=True) if len(middle)))

    def views(self, seen: Impressions, several: str) -> tuple[Views, np.ndarray]:
        """Return the views of pictures, rows of float32, and which picture each row is of.

        several: which face counts, ``"mean"`` or ``"largest"``; for ``"best"`` each face has a row of its own.
        """
        numbers, owner = _numbers(seen, several)
        parts = [
            np.nan_to_num((part[:, : len(middle)].astype(np.float32) - middle) / scale)
            for part, middle, scale in zip(numbers, self.middles, self.scales, strict=True)
        ]
        views = [[part for part, its in zip(parts, NAMES, strict=True) if its == name and part.shape[1]] for name in self.names]
        return [np.concatenate(view, axis=1) / np.float32(np.sqrt(len(view))) for view in views], owner


def _numbers(seen: Impressions, several: str) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
    """Return five parts in numbers, and which picture each row is of; not a number where there is no face to measure."""
    found = np.bincount(seen.owner, minlength=len(seen)) > 0
    owner = np.sort(np.concatenate([seen.owner, np.flatnonzero(~found)])) if several == "best" else np.arange(len(seen))
    faces, colours, boxes = (
        _filled(_one_each(rows, seen.owner, len(seen), several), instead[owner], found[owner])
        for rows, instead in (
            (seen.faces, seen.whole),
            (seen.face_colours, seen.colours),
            (np.sqrt(seen.boxes[:, 2:3] * seen.boxes[:, 3:]), np.full((len(seen), 1), np.nan)),
        )
    )
    light = np.concatenate([seen.light[owner], boxes], axis=1)
    return (seen.whole[owner], faces, light, seen.colours[owner], colours), owner


def _one_each(faces: np.ndarray, owner: np.ndarray, count: int, several: str) -> np.ndarray:
    """Return the rows of faces that count, of pictures that have any."""
    if several == "best":
        return faces
    mine, first, often = np.unique(owner, return_index=True, return_counts=True)
    if several == "largest" or not len(mine):
        return faces[first]
    return np.add.reduceat(faces.astype(np.float32), first, axis=0) / often[:, None].astype(np.float32)


def _filled(rows: np.ndarray, instead: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Return a row for each picture: that of its face where one was found."""
    filled = instead.astype(np.float32)
    filled[found] = rows
    return filled


def _usual(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the middle of each column, and by what to divide it so that rows have length 1 on average."""
    known = np.isfinite(numbers).any(axis=0) if len(numbers) else np.zeros(numbers.shape[1], bool)
    middle, spread = np.zeros(numbers.shape[1], np.float32), np.zeros(numbers.shape[1], np.float32)
    middle[known] = np.nanmean(numbers[:, known].astype(np.float32), axis=0)
    spread[known] = np.nanstd(numbers[:, known].astype(np.float32), axis=0)
    if not spread.any():  # one picture, or none: nothing is usual
        return middle, np.full(numbers.shape[1], max(1, np.sqrt(numbers.shape[1])), np.float32)
    scale = spread + SHARED * spread.mean() + 1e-6
    return middle, scale * np.sqrt(((spread / scale) ** 2).sum())
