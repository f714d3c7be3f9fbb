"""Is it worth collecting more pictures? Accuracy against the number of pictures of each class.

This module is not about the curves of training, epoch by epoch; those are `plots.plot_history`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import keras
import numpy as np
from tqdm.auto import tqdm

from .data import ImageData, some_of_each, take
from .errors import AnimelibError
from .evaluation import evaluate
from .words import points, say

WORTH = 0.01  # what a step must bring, at least, to call more pictures worth the trouble
NEAR = 1.25  # the last step, to all the pictures there are, is so many times the one before, at the least


@dataclass(frozen=True, eq=False)
class LearningCurve:
    """``counts``: pictures of each class (C,). ``accuracies``: 0-1 (C, S), each on all ``judged`` pictures, after learning from S
    different choices of so many pictures. ``source``: where the pictures came from."""

    counts: np.ndarray
    accuracies: np.ndarray
    judged: int
    source: str

    @property
    def gain(self) -> float:
        """What the last step brought, -1 to 1."""
        return float(self.accuracies[-1].mean() - self.accuracies[-2].mean()) if len(self.counts) > 1 else 0.0

    @property
    def noise(self) -> float:
        """What two means could differ by through the choice of pictures alone: twice the standard error, 0-1."""
        return float(2 * np.sqrt(self.accuracies[-2:].var(axis=1).sum() / self.accuracies.shape[1]))

    def __str__(self) -> str:
        rows = zip(self.counts, self.accuracies, strict=True)
        ranges = [(count, f"{row.mean():.1%}", f"{row.min():.1%}", f"{row.max():.1%}") for count, row in rows]
        told = [say("curve_row", count=f"{count:>5}", accuracy=mean, least=low, most=high) for count, mean, low, high in ranges]
        return "\n".join([say("curve_head", judged=self.judged, source=self.source), *told, self.verdict])

    __repr__ = __str__

    @property
    def verdict(self) -> str:
        """Two sentences: what the last step brought, and whether more pictures are likely to help."""
        if len(self.counts) < 2:
            return say("curve_too_short")
        key = "curve_more" if self.gain >= max(WORTH, self.noise) else "curve_enough"
        return say(key, before=self.counts[-2], now=self.counts[-1], gain=points(self.gain))


def learning_curve(
    fit: Callable[[ImageData], keras.Model], data: ImageData, *, counts: Sequence[int] = (5, 10, 20, 50), seeds: int = 3
) -> LearningCurve:
    """Learn from 5, 10, 20, 50 pictures of each class in turn, and judge each time by the same pictures.

    fit: takes ImageData and returns a trained model, as in `cross_validate`. Judged by the test pictures, or by the validation
    pictures where there are none. Each of the ``seeds`` chooses other pictures, of which a larger choice holds the smaller. A
    count that not every class has gives way to all the pictures of the smallest class, as does one that is hardly less.

    Raises AnimelibError when there is nothing to judge by, or when the smallest class has fewer pictures than the first count.

        print(learning_curve(lambda part: learn_from_few(part, backbone="vgg16"), data))
    """
    shown = data.to_learn_from
    steps = _steps(counts, np.bincount(shown.labels, minlength=len(data.classes)))
    nothing = take(shown, np.zeros(len(shown), bool))
    val = nothing if len(data.test) else data.val
    found = np.zeros((len(steps), seeds))
    with tqdm(total=found.size, desc=say("curve_bar")) as bar:
        for (row, seed), _ in np.ndenumerate(found):
            part = replace(data, train=some_of_each(shown, steps[row], seed), val=val)
            found[row, seed] = evaluate(fit(part), part).accuracy
            bar.update()
    return LearningCurve(np.array(steps), found, len(data.test) or len(data.val), data.source)


def _steps(counts: Sequence[int], there: np.ndarray) -> list[int]:
    """Return the counts that every class has pictures for; where some are too large, the most that all have is the last."""
    least = int(there.min())
    if not counts or least < min(counts):
        raise AnimelibError(
            f"The smallest class has {least} pictures to learn from, and the curve begins with {min(counts, default=0)}: choose "
            "smaller counts, or add pictures."
        )
    if least >= max(counts):
        return sorted(set(counts))
    return [*sorted({count for count in counts if count <= least / NEAR}), least]
