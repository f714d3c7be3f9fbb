"""A face in a picture: the box around it, how far two overlap, which are doubles of one face.

One convention for a box, the LBP cascade's (nagadomi's ``lbpcascade_animeface``): a square from the chin into the hair above the
forehead, a little wider than the face. Pixels are those of the picture as `open_image` shows it, upright. The boxes of many
pictures are ``{picture: [Face, ...]}``, with an empty list for a picture without a face; `boxes` keeps them in files. Finding
faces is not done here.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .errors import AnimelibError
from .folders import open_image, shown

Boxes = Mapping[str, Sequence["Face"]]
Detector = Callable[[np.ndarray], Sequence["Face"]]  # is given uint8 (H, W, 3)


@dataclass(frozen=True)
class Face:
    """A face in a picture: ``x``, ``y`` its top left corner, ``w``, ``h`` its size in pixels; ``score`` 0-1, how sure it is."""

    x: float
    y: float
    w: float
    h: float
    score: float = 1.0


def iou(a: Sequence[Face], b: Sequence[Face]) -> np.ndarray:
    """Return how far each face of ``a`` overlaps each of ``b``: intersection over union, float (A, B), 0-1.

        iou([Face(0, 0, 10, 10)], [Face(0, 0, 10, 5), Face(20, 0, 10, 10)])  # [[0.5, 0.0]]
    """
    (left, top, right, bottom), others = edges(a)[..., None], edges(b)[:, None]
    wide = np.minimum(right, others[2]) - np.maximum(left, others[0])
    high = np.minimum(bottom, others[3]) - np.maximum(top, others[1])
    both = np.clip(wide, 0, None) * np.clip(high, 0, None)
    either = (right - left) * (bottom - top) + (others[2] - others[0]) * (others[3] - others[1]) - both
    return np.divide(both, either, out=np.zeros_like(both), where=either > 0)


overlaps = iou  # the same, where a number is called iou


def without_doubles(faces: Sequence[Face], iou: float = 0.4) -> list[Face]:
    """Return the faces, the surest first, without those that overlap a surer one by more than ``iou`` (non-maximum suppression).

        without_doubles([Face(0, 0, 10, 10, 0.6), Face(1, 0, 10, 10, 0.9)])  # the second
    """
    best = sorted(faces, key=lambda face: -face.score)
    table, kept = overlaps(best, best), []
    for place in range(len(best)):
        if not any(table[place, other] > iou for other in kept):
            kept.append(place)
    return [best[place] for place in kept]


def ask(detect: Detector, picture: object) -> list[Face]:
    """Return the faces that a detector finds in any picture, the surest first; it is given uint8 (H, W, 3).

    Raises AnimelibError when what it gives is no list of faces.
    """
    found = detect(np.asarray(open_image(picture)))
    faces = list(found) if isinstance(found, Iterable) else [found]
    if not all(isinstance(face, Face) for face in faces):
        raise AnimelibError(f"The detector gave {str(found)[:60]}, and it is to give a list of al.Face(x, y, w, h, score).")
    return sorted(faces, key=lambda face: -face.score)


def edges(faces: Sequence[Face]) -> np.ndarray:
    """Return left, top, right and bottom of faces, float (4, N)."""
    x, y, w, h = np.array([(face.x, face.y, face.w, face.h) for face in faces], dtype=float).reshape(-1, 4).T
    return np.stack([x, y, x + w, y + h])


def read_face(where: str, numbers: Sequence[object], score: object) -> Face:
    """Return a face from what a file says, or a sentence with the place that is wrong."""
    try:
        x, y, w, h = map(_value, numbers)
        face = Face(x, y, w, h, 1.0 if score in (None, "") else float(score))
    except (TypeError, ValueError):
        raise AnimelibError(f"{where} is no box ({shown(numbers)}): x, y, w and h are to be four numbers.") from None
    return checked(where, face)


def _value(cell: object) -> float:
    value = float(cell)
    return int(value) if value.is_integer() else value


def checked(where: str, face: Face) -> Face:
    """Return a face, after checking that it is one: a size above 0, a score from 0 to 1, nothing endless."""
    values = (face.x, face.y, face.w, face.h, face.score)
    if not all(map(math.isfinite, values)) or face.w <= 0 or face.h <= 0 or not 0 <= face.score <= 1:
        raise AnimelibError(f"{where} is no box ({face}): w and h are to be above 0 pixels, and score from 0 to 1.")
    return face


def check_boxes(boxes: Boxes) -> None:
    """Refuse what could be written and not be read again."""
    for name, faces in boxes.items():
        for face in faces:
            checked(f"A box of {shown(name)}", face)


