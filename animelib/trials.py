"""Guesses about a network, tried: change a picture in one respect, ask again, and see what becomes of the answer.

"Was it the colour of the hair?" is a guess; here it becomes a number. The changes are in `changes`, the figures in `why`.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import keras
import numpy as np

from .changes import CHANGES, covered_parts
from .folders import to_array
from .intervals import of_pairs
from .models import check_size, outputs

if TYPE_CHECKING:
    from .evaluation import Report

COVER = "change_cover"


@dataclass(frozen=True, eq=False)
class Trials:
    """One picture and what was made of it: ``pictures`` and the model's answers ``probs`` (K,) by the name of the change.

    ``before``: the answer to the picture as it is, (K,). ``picture``: what the model was shown, uint8 (S, S, 3).
    """

    picture: np.ndarray
    before: np.ndarray
    pictures: dict[str, np.ndarray]
    probs: dict[str, np.ndarray]

    @property
    def moved(self) -> dict[str, float]:
        """The share of probability that each change moved to other classes, 0-1."""
        return {name: float(np.abs(after - self.before).sum() / 2) for name, after in self.probs.items()}

    @property
    def strongest(self) -> str:
        """The name of the change that moved most."""
        return max(self.moved, key=self.moved.get)


@dataclass(frozen=True)
class Effect:
    """What a change does to many answers: how many right ones are ``lost``, how many wrong ones are ``won``, of ``count``."""

    change: str
    lost: int
    won: int
    count: int

    @classmethod
    def of(cls, change: str, before: np.ndarray, now: np.ndarray) -> "Effect":
        """Count it from which answers were right before and are right now, bool (N,) each."""
        return cls(change, int((before & ~now).sum()), int((now & ~before).sum()), len(now))

    @property
    def difference(self) -> float:
        """The accuracy with the change less the accuracy without, -1 to 1."""
        return (self.won - self.lost) / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of the difference, for pairs of answers (Agresti & Min 2005)."""
        return of_pairs(self.lost, self.won, self.count)


def try_changes(model: keras.Model, picture: object) -> Trials:
    """Ask the model about a picture as it is and changed in each respect, a part covered among them: the worst of 49.

    picture: anything that `open_image` reads.

        try_changes(run.model, "rem.png").strongest
    """
    pixels = to_array(picture, model.input_shape[1] or 64)
    covered, _ = covered_parts(pixels)
    changed = {name: change(pixels) for name, change in CHANGES.items()}
    before, *after = outputs(model, np.stack([pixels, *changed.values(), *covered]))
    hidden = np.stack(after[len(changed) :])
    worst = int(hidden[:, before.argmax()].argmin())
    probs = dict(zip(changed, after, strict=False)) | {COVER: hidden[worst]}
    return Trials(pixels, before, changed | {COVER: covered[worst]}, probs)


def judge_changes(model: keras.Model, report: "Report") -> list[Effect]:
    """Ask the model about every picture of a report, as it is and changed in each respect: which right answers are lost?

    The model must not have learned from these pictures: give the report of `evaluate`, or that of one fold.

        judge_changes(run.model, evaluate(run.model, data))
    """
    check_size(model, report.images)
    right = _right(model, report.images, report.truth)
    effects = []
    for name, change in CHANGES.items():
        now = _right(model, np.stack([change(image) for image in report.images]), report.truth)
        effects.append(Effect.of(name, right, now))
    return effects


def _right(model: keras.Model, images: np.ndarray, truth: np.ndarray) -> np.ndarray:
    return outputs(model, images).argmax(axis=1) == truth
