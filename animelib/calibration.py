"""Is a model as sure as it has a right to be? Of the answers given with 80%, eight in ten should be right.

The error of that, and one number, the temperature, that sets it right without changing any answer (Guo et al. 2017, "On
calibration of modern neural networks"). `models.with_temperature` builds the temperature into a network, and
`plots.plot_reliability` shows what is measured here.
"""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from .division import fold_numbers
from .errors import AnimelibError

COLDEST, HOTTEST = 0.02, 50.0  # temperatures beyond these mean that there is nothing to fit
LEAST = 1e-30  # below it float32 has no logarithm


class Answers(Protocol):
    """What is judged, usually a Report: probabilities float (N, K) and the truth int (N,)."""

    probs: np.ndarray
    truth: np.ndarray


@dataclass(frozen=True, eq=False)
class Reliability:
    """Answers sorted into bins of equal width by how sure they were; all arrays (bins,).

    ``counts``: answers in each bin. ``confidence``: how sure they were on average, 0-1. ``accuracy``: the share of them that is
    right, 0-1; both are NaN where a bin is empty.
    """

    counts: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray

    @property
    def error(self) -> float:
        """The expected calibration error, 0-1: by how much confidence and accuracy differ, averaged over the answers."""
        gaps = np.abs(self.confidence - self.accuracy)
        return float(np.nansum(gaps * self.counts) / self.counts.sum())


def reliability(report: Answers, bins: int = 15) -> Reliability:
    """Sort the answers of a report into ``bins`` of equal width, by the probability of the guess.

    reliability(report, 10).accuracy
    """
    if bins < 1 or not len(report.truth):
        raise AnimelibError("Calibration needs one bin or more and at least one answer: give another report or more bins.")
    sure, right = report.probs.max(axis=1).astype(float), report.probs.argmax(axis=1) == report.truth
    bin_of = np.clip(np.ceil(sure * bins).astype(int) - 1, 0, bins - 1)  # a bin holds its upper end
    counts, sums, hits = (np.bincount(bin_of, weights, bins) for weights in (None, sure, right))
    with np.errstate(invalid="ignore"):
        return Reliability(counts, sums / counts, hits / counts)


def calibration_error(report: Answers, bins: int = 15) -> float:
    """Return the expected calibration error (Guo et al. 2017), 0-1: how far certainty and accuracy are apart on average.

    The answers are sorted into ``bins`` of equal width by the probability of the guess. Few pictures make it look larger than
    it is: even a perfectly calibrated model does not show 0.

        calibration_error(evaluate(run.model, data))
    """
    return reliability(report, bins).error


def fit_temperature(answers: np.ndarray, truth: np.ndarray, *, cautious: bool = False) -> float:
    """Return the temperature by which scores must be divided so that they are as sure as they have a right to be.

    answers: (N, K), probabilities or the scores before the softmax. truth: int (N,). Above 1 the model was too sure, below 1 too
    timid. It makes the cross-entropy smallest (Guo et al. 2017). Fit it on pictures that the model has not learned from.
    cautious: few pictures may all be right by luck, so aim a little under 1 for the true class (Platt 1999); where all answers
    are right, nothing else is possible.

        fit_temperature(report.probs, report.truth)
    """
    scores = _scores(np.asarray(answers, float))
    classes = scores.shape[1]
    cautious = cautious or bool((scores.argmax(axis=1) == truth).all())
    doubt = cautious / (np.bincount(truth, minlength=classes)[truth, None] + 2)
    aim = np.where(np.eye(classes)[truth] == 1, 1 - doubt, doubt / max(1, classes - 1))

    def cost(log_temperature: float) -> float:
        return -(aim * log_softmax(scores / np.exp(log_temperature), axis=1)).sum(axis=1).mean()

    found = minimize_scalar(cost, bounds=np.log([COLDEST, HOTTEST]), method="bounded")
    return float(np.exp(found.x))


def soften(probs: np.ndarray, temperature: float) -> np.ndarray:
    """Return probabilities (N, K) at another temperature: above 1 they come nearer to each other, below 1 they part.

    soften(np.array([[0.9, 0.1]]), 2)  # [[0.75, 0.25]]
    """
    return np.exp(log_softmax(_scores(np.asarray(probs, float)) / temperature, axis=1)).astype(np.float32)


def cross_temperature(report: Answers, *, folds: int = 5, seed: int = 0) -> Answers:
    """Return the report with every picture softened by a temperature that other pictures chose.

    So it can be judged honestly what a temperature brings: ``calibration_error(cross_temperature(report))``. The pictures are
    dealt into ``folds`` as in `cross_validate`, near-duplicates together. The model itself then gets the temperature of all:
    ``with_temperature(model, fit_temperature(report.probs, report.truth))``.

    Raises AnimelibError when a class has fewer pictures than ``folds``.
    """
    fold_of = fold_numbers(report.images, report.truth, folds, seed)
    probs = np.array(report.probs)
    for fold in range(folds):
        mine = fold_of == fold
        probs[mine] = soften(report.probs[mine], fit_temperature(report.probs[~mine], report.truth[~mine]))
    return replace(report, probs=probs)


def _scores(answers: np.ndarray) -> np.ndarray:
    """Return scores: of probabilities their logarithm, which is the scores but for a constant that a softmax does not see."""
    if answers.ndim != 2:
        raise AnimelibError(f"Answers of shape {answers.shape} are not one row for each picture: give report.probs.")
    are_shares = answers.min() >= 0 and np.allclose(answers.sum(axis=1), 1, atol=1e-3)
    return np.log(np.maximum(answers, LEAST)) if are_shares else answers
