"""Which labels are likely wrong: pictures whose own class gets less than is usual there, while another gets as much as is usual.

Confident learning (Northcutt et al. 2021) on answers of models that had not seen the picture. Moving pictures is `relabelling`'s.
"""

from dataclasses import dataclass

import numpy as np

from .calibration import Answers


@dataclass(frozen=True)
class Doubt:
    """A label that is likely wrong: the ``row`` in the report, the ``file``, what it is called and what it ``likely`` is.

    ``confidence``: the probability that the picture's own label was given, 0-1.
    """

    row: int
    file: str
    label: str
    likely: str
    confidence: float


def likely_wrong_labels(report: Answers) -> list[Doubt]:
    """Return the pictures whose label is most doubtful, the worst first, by a report of `cross_validate`.

    A picture is in doubt when its label gets less than the mean of what pictures of that class get, and another class gets as
    much as is usual for its own pictures or more. They are ranked by how far that class is ahead. The report must be of
    pictures that the answering model had not learned from, wrong labels and all.

        likely_wrong_labels(cross_validate(fit, data))[:10]
    """
    rows, count = np.arange(len(report.truth)), len(report.classes)
    own = report.probs[rows, report.truth]
    usual = np.array([own[report.truth == k].mean() if (report.truth == k).any() else np.inf for k in range(count)])
    rivals = np.where(report.probs >= usual, report.probs, -1.0)
    rivals[rows, report.truth] = -1
    likely, ahead = rivals.argmax(axis=1), rivals.max(axis=1) - own
    doubtful = np.flatnonzero((own < usual[report.truth]) & (rivals.max(axis=1) >= 0))
    return [
        Doubt(int(row), report.files[row], report.classes[report.truth[row]], report.classes[likely[row]], float(own[row]))
        for row in doubtful[np.argsort(-ahead[doubtful], kind="stable")]
    ]
