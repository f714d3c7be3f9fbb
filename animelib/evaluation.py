"""How good is a model on pictures it has not seen? A Report: accuracy with its interval, confusion, every mistake."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np

from . import pages, tables
from .atomic import write_text
from .data import ImageData, pooled, take
from .division import fold_numbers
from .errors import AnimelibError
from .intervals import wilson
from .training import check_fit
from .visual_words import answers
from .words import say


@dataclass(frozen=True, eq=False)
class Report:
    """A model's answers to pictures whose names are known.

    ``truth``: int (N,). ``probs``: float (N, K), a row sums to 1. ``images``: uint8 (N, H, W, 3). ``files``: N paths.
    ``part``: which pictures they are ("test", "val", "cross-validation"). ``source``: where the pictures came from.
    """

    classes: tuple[str, ...]
    truth: np.ndarray
    probs: np.ndarray
    files: tuple[str, ...]
    images: np.ndarray
    part: str
    source: str

    @property
    def guesses(self) -> np.ndarray:
        """The most probable class of each picture, int (N,)."""
        return self.probs.argmax(axis=1)

    @property
    def accuracy(self) -> float:
        """The share of right answers, 0-1."""
        return float((self.guesses == self.truth).mean())

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of the accuracy (Wilson 1927): what this many pictures can tell."""
        return wilson(int((self.guesses == self.truth).sum()), len(self.truth))

    @property
    def confusion(self) -> np.ndarray:
        """Counts, int (K, K): row the truth, column the guess."""
        counts = np.zeros((len(self.classes),) * 2, dtype=int)
        np.add.at(counts, (self.truth, self.guesses), 1)
        return counts

    @property
    def confusions(self) -> list[tuple[str, str, int]]:
        """What was taken for what: (truth, guess, how many pictures), wrong answers only, the most frequent first.

            truth, guess, count = report.confusions[0]
        """
        wrong = self.confusion * (1 - np.eye(len(self.classes), dtype=int))
        pairs = sorted(zip(*np.nonzero(wrong), strict=True), key=lambda pair: -wrong[pair])
        return [(self.classes[truth], self.classes[guess], int(wrong[truth, guess])) for truth, guess in pairs]

    @property
    def per_class(self) -> dict[str, dict[str, float]]:
        """For each class how many pictures, the share of them found (recall), and of its guesses that are right (precision)."""
        counts = self.confusion
        found, given = counts.sum(axis=1), counts.sum(axis=0)
        right = counts.diagonal()
        return {
            name: {"pictures": int(found[i]), "recall": right[i] / max(1, found[i]), "precision": right[i] / max(1, given[i])}
            for i, name in enumerate(self.classes)
        }

    @property
    def macro_recall(self) -> float:
        """The share found of each class, averaged over the classes, 0-1: a small class counts as much as a large one."""
        return float(np.mean([row["recall"] for row in self.per_class.values() if row["pictures"]]))

    @property
    def mistakes(self) -> np.ndarray:
        """The rows answered wrongly, the most certain mistake first, int (M,)."""
        wrong = np.flatnonzero(self.guesses != self.truth)
        return wrong[np.argsort(-self.probs[wrong].max(axis=1))]

    def __str__(self) -> str:
        low, high = self.interval
        return say(
            "report_line",
            accuracy=f"{self.accuracy:.1%}",
            low=f"{low:.0%}",
            high=f"{high:.0%}",
            count=len(self.truth),
            part=say(f"part_{self.part}"),
            source=self.source,
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return pages.report_html(self)

    @property
    def rows(self) -> list[tables.Row]:
        """One row for each picture: its path, Correct or Incorrect, answer, predict, and the probability of each class."""
        shares = (dict(zip(self.classes, map(float, row), strict=True)) for row in self.probs)
        return [tables.judged(file, self.classes[k], row) for file, k, row in zip(self.files, self.truth, shares, strict=True)]

    def lines(self, rows: Sequence[int] | None = None) -> str:
        """Return the article "Kill Me Baby"'s report, a few lines for each picture, or for the chosen ``rows`` alone.

        print(report.lines(report.mistakes))
        """
        each = self.rows
        return tables.lines_of(each if rows is None else [each[row] for row in rows])

    def save(self, path: str | Path) -> Path:
        """Write the report and return its path: one HTML page that opens in any browser, or a row for each picture as ``.csv``,
        ``.tsv``, ``.json`` or ``.txt`` (the article's lines)."""
        path = Path(path).expanduser()
        return tables.save(self.rows, path) if path.suffix in tables.ENDINGS else write_text(path, pages.report_page(self))


def evaluate(model: keras.Model, data: ImageData, part: str | None = None) -> Report:
    """Judge ``model`` on one part of ``data``: by default the test pictures, or the validation pictures where there are none.

    Raises AnimelibError when there are none, and when the model was made for other pictures or classes.

        report = evaluate(run.model, data)
    """
    part = part or ("test" if len(data.test) else "val")
    if part not in ("train", "val", "test"):
        raise AnimelibError(f"There is no part {part!r}: choose train, val or test.")
    split = getattr(data, part)
    if not len(split):
        raise AnimelibError(f"There are no {part} pictures to judge by: add some, or use cross_validate.")
    check_fit(model, data)
    return Report(data.classes, split.labels, answers(model, split.images), split.files, split.images, part, data.source)


def cross_validate(fit: Callable[[ImageData], keras.Model], data: ImageData, *, folds: int = 5, seed: int = 0) -> Report:
    """Judge a way of training by letting every training and validation picture be a test picture once.

    fit: takes ImageData and returns a trained model. The pictures are dealt into ``folds`` parts, every class in the same
    proportion and near-duplicates together; each part is answered by a model that was trained on the others. The test
    pictures are not touched. Fourteen validation pictures say little; fifty-four answers say more.

        report = cross_validate(lambda part: train(pair_cnn(), part, lab).model, data)
    """
    pool = pooled(data.train, data.val)
    fold_of = fold_numbers(pool.images, pool.labels, folds, seed)
    probs = np.zeros((len(pool), len(data.classes)), np.float32)
    nothing = take(pool, np.zeros(len(pool), bool))
    for fold in range(folds):
        mine = fold_of == fold
        # Without a test the judging fold is never part of what is to be learned from (`ImageData.to_learn_from`).
        model = fit(replace(data, train=take(pool, ~mine), val=take(pool, mine), test=nothing))
        probs[mine] = answers(model, pool.images[mine])
    return Report(data.classes, pool.labels, probs, pool.files, pool.images, "cross", data.source)
