"""How well are faces found? Boxes that a detector gives, against boxes that are known to be right.

A face counts as found when a box overlaps it by ``iou`` or more, and no other box has it already. It is not about how faces are
found: a detector is anything that is called with a picture and gives a list of faces.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from .box_files import find_pictures
from .boxes import read_boxes
from .errors import AnimelibError
from .faces import Boxes, Detector, Face, ask, overlaps
from .folders import pictures_in, shown
from .intervals import wilson
from .words import say


@dataclass(frozen=True)
class DetectionReport:
    """What a detector found in pictures whose faces are known.

    ``files``: N names. ``found``, ``truth``: for each of them its faces. ``iou``: the overlap from which on a face counts as
    found. ``min_score``: boxes less sure than this count for ``ap`` alone. ``source``: where the pictures came from.
    """

    files: tuple[str, ...]
    found: tuple[tuple[Face, ...], ...]
    truth: tuple[tuple[Face, ...], ...]
    iou: float = 0.5
    min_score: float = 0.0
    source: str = ""

    @cached_property
    def matches(self) -> tuple[np.ndarray, ...]:
        """For each picture what `match` says of those found that are sure enough."""
        return tuple(match(self._sure(faces), truth, self.iou) for faces, truth in zip(self.found, self.truth, strict=True))

    @property
    def right(self) -> int:
        """How many boxes have a face of their own."""
        return sum(int((matched >= 0).sum()) for matched in self.matches)

    @property
    def boxes(self) -> int:
        """How many boxes were given that are sure enough."""
        return sum(len(self._sure(faces)) for faces in self.found)

    @property
    def faces(self) -> int:
        """How many faces there are."""
        return sum(map(len, self.truth))

    @property
    def precision(self) -> float:
        """The share of boxes that are right, 0-1; not a number where there is no box."""
        return self.right / self.boxes if self.boxes else float("nan")

    @property
    def recall(self) -> float:
        """The share of faces that are found, 0-1; not a number where there is no face."""
        return self.right / self.faces if self.faces else float("nan")

    @property
    def precision_interval(self) -> tuple[float, float]:
        """The 95% interval of the precision (Wilson 1927), as if boxes in one picture had nothing to do with each other."""
        return wilson(self.right, self.boxes) if self.boxes else (0.0, 1.0)

    @property
    def recall_interval(self) -> tuple[float, float]:
        """The 95% interval of the recall (Wilson 1927), as if faces in one picture had nothing to do with each other."""
        return wilson(self.right, self.faces) if self.faces else (0.0, 1.0)

    @property
    def ap(self) -> float:
        """Average precision: the area under precision against recall, over all boxes however unsure (`average_precision`).

        What a detector does not give cannot be counted: for this figure let it give its faint boxes too, and set ``min_score``.
        """
        matched = [match(faces, truth, self.iou) for faces, truth in zip(self.found, self.truth, strict=True)]
        scores = [face.score for faces in self.found for face in faces]
        return average_precision(np.array(scores), np.concatenate([np.empty(0, int), *matched]) >= 0, self.faces)

    @property
    def empty(self) -> int:
        """How many pictures have no face."""
        return sum(not truth for truth in self.truth)

    @property
    def false_per_100(self) -> float:
        """How many faces are seen on 100 pictures that have none; not a number where all have some."""
        false = sum(len(self._sure(faces)) for faces, truth in zip(self.found, self.truth, strict=True) if not truth)
        return 100 * false / self.empty if self.empty else float("nan")

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The pictures with faces missed or boxes that are wrong, those with the most first."""
        wrong = {
            file: int((matched < 0).sum()) + len(truth) - int((matched >= 0).sum())
            for file, matched, truth in zip(self.files, self.matches, self.truth, strict=True)
        }
        return tuple(sorted((file for file in self.files if wrong[file]), key=lambda file: -wrong[file]))

    def __str__(self) -> str:
        lines = [
            say("detection_recall", right=self.right, faces=self.faces, **_shares(self.recall, self.recall_interval)),
            say("detection_precision", right=self.right, boxes=self.boxes, **_shares(self.precision, self.precision_interval)),
            say("detection_ap", ap="–" if np.isnan(self.ap) else f"{self.ap:.3f}", iou=f"{self.iou:g}"),
        ]
        if self.empty:
            lines.append(say("detection_false", rate=f"{self.false_per_100:.1f}", count=self.empty))
        else:
            lines.append(say("detection_no_empty"))
        return "\n".join([*lines, say("detection_source", count=len(self.files), source=self.source)])

    __repr__ = __str__

    def _sure(self, faces: Sequence[Face]) -> list[Face]:
        return [face for face in faces if face.score >= self.min_score]


def match(found: Sequence[Face], truth: Sequence[Face], iou: float = 0.5) -> np.ndarray:
    """Return for each face found the place of the true face that it is, or -1 for none: int (F,).

    The surest chooses first, among the faces still free the one that it overlaps most, by ``iou`` or more.

        match([Face(0, 0, 10, 10)], [Face(50, 50, 10, 10), Face(0, 0, 10, 9)])  # [1]
    """
    free, matched = overlaps(found, truth), np.full(len(found), -1)
    for place in np.argsort([-face.score for face in found], kind="stable"):
        best = int(free[place].argmax()) if len(truth) else -1
        if best >= 0 and free[place, best] >= max(iou, 1e-9):  # boxes that do not touch are never one face
            matched[place] = best
            free[:, best] = -1
    return matched


def average_precision(scores: np.ndarray, right: np.ndarray, faces: int) -> float:
    """Return the area under precision against recall, where precision is the best that is had at this recall or beyond.

    scores: float (B,), how sure each box is. right: bool (B,). faces: how many there are to be found. Every point of the curve
    counts, as in Pascal VOC from 2010 on; boxes of equal score count together, so that their order decides nothing.

        average_precision(np.array([0.9, 0.8, 0.7]), np.array([True, False, True]), 2)  # 0.5 * 1 + 0.5 * 2 / 3
    """
    if not faces:
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    hits, seen = np.cumsum(right[order]), np.arange(1, len(scores) + 1)
    last = np.append(np.diff(scores[order]) != 0, True)[: len(scores)]
    precision, recall = hits[last] / seen[last], hits[last] / faces
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float((np.diff(recall, prepend=0) * best).sum())


def judge_faces(
    detect: Detector,
    pictures: str | Path | Sequence[object],
    boxes: Boxes | Sequence[Sequence[Face]] | str | Path | None = None,
    *,
    iou: float = 0.5,
    min_score: float = 0.0,
    source: str | None = None,
) -> DetectionReport:
    """Let a detector look at pictures whose faces are known and judge what it finds.

    detect: called with one picture, uint8 (H, W, 3), and gives its faces. pictures: a folder, or the pictures themselves, each
    anything that `open_image` reads. boxes: what `read_boxes` gave, or what it reads; by default the boxes that lie in the
    folder; with pictures themselves the faces of each. min_score: boxes less sure count for ``ap`` alone. source: where the
    pictures came from, by default the folder's name. A picture of the folder that has no entry in the boxes is not judged, and a
    printed sentence says so.

    Raises AnimelibError when a picture is not there, or there are none.

        print(judge_faces(detector, "scenes"))
    """
    names, opened, truth = _cases(pictures, boxes)
    if not names:
        raise AnimelibError("There are no pictures to judge by: give pictures with their boxes.")
    found = [tuple(ask(detect, picture)) for picture in tqdm(opened, say("detection_bar"), delay=1)]
    if source is None:
        source = shown(Path(pictures).expanduser().absolute().name) if isinstance(pictures, (str, Path)) else ""
    return DetectionReport(tuple(names), tuple(found), tuple(map(tuple, truth)), iou, min_score, source)


def _cases(
    pictures: str | Path | Sequence[object], boxes: Boxes | Sequence[Sequence[Face]] | str | Path | None
) -> tuple[list[str], list[object], list[Sequence[Face]]]:
    """Return names, pictures and true faces, each as long as the others."""
    if isinstance(pictures, (str, Path)):
        known = boxes if isinstance(boxes, Mapping) else read_boxes(boxes or pictures, None if boxes is None else pictures)
        paths = find_pictures(known, pictures)
        left = len({path.resolve() for path in pictures_in(Path(pictures).expanduser())} - {p.resolve() for p in paths.values()})
        if left:
            print(say("detection_unjudged", count=left, folder=shown(pictures)))
        return list(known), list(paths.values()), list(known.values())
    if boxes is None or isinstance(boxes, (Mapping, str, Path)) or len(boxes) != len(pictures):
        raise AnimelibError("Pictures themselves are judged by the faces of each: give as many lists of faces as pictures.")
    names = [shown(picture) if isinstance(picture, (str, Path)) else str(place) for place, picture in enumerate(pictures, 1)]
    return names, list(pictures), list(boxes)


def _shares(share: float, interval: tuple[float, float]) -> dict[str, str]:
    return {"share": "–" if np.isnan(share) else f"{share:.1%}", "low": f"{interval[0]:.0%}", "high": f"{interval[1]:.0%}"}
