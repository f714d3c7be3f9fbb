"""How well is a taste known? Every rated picture is guessed by a taste that did not see its rating, and what comes out is told.

Near-duplicates are guessed together. The guesses are held against saying the mean every time, and against the rater: whose clicks
stray cannot be foretold exactly. How many more clicks would help is read off what fewer would have done.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy.stats import rankdata
from tqdm.auto import tqdm

from .division import near_duplicates
from .errors import AnimelibError
from .folders import to_array
from .gaussian_process import Kernel, learn
from .impressions import THUMB, Impressions
from .ratings import HIGHEST, LOWEST, Agreement, Ratings, repeat_agreement
from .taste import Taste, expected, reach_of, still_there
from .words import percent, say

FEWEST = 10  # ratings below which nothing can be told
DRAWS = 500  # of the bootstrap
SHARES = (0.3, 0.5, 0.75, 1.0)  # of the ratings, from which the learning curve is drawn
REPEATS = 3
MORE = (25, 50, 100)  # clicks whose worth is told
WORTH = 0.01  # of rank correlation for these clicks, below which they are called hardly worth it


@dataclass(frozen=True)
class Figure:
    """A figure with its 95% interval, by drawing the pictures again and again (bootstrap, Efron 1979)."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return say("figure_range", value=f"{self.value:.2f}", low=f"{self.low:.2f}", high=f"{self.high:.2f}")


@dataclass(frozen=True, eq=False)
class TasteReport:
    """What was given and what was guessed, all float (N,).

    ``given``, ``guessed``; the interval ``low`` to ``high`` in which four of five should lie; ``means``, the mean of the ratings
    that each guess was learned from. ``groups``: near-duplicates, int (N,). ``agreement``: of the rater with himself. ``counts``,
    ``curve``: rank correlation by the number of ratings learned from.
    """

    given: np.ndarray
    guessed: np.ndarray
    low: np.ndarray
    high: np.ndarray
    means: np.ndarray
    groups: np.ndarray
    agreement: Agreement
    counts: np.ndarray
    curve: np.ndarray

    @cached_property
    def spearman(self) -> Figure:
        """The rank correlation of guesses and ratings, -1 to 1; saying the mean has 0."""
        return self._figure(spearman)

    @cached_property
    def mae(self) -> Figure:
        """By how much guesses are off on average, in points."""
        return self._figure(lambda given, guessed: float(np.abs(given - guessed).mean()))

    @cached_property
    def kappa(self) -> Figure:
        """How well whole points agree beyond chance (quadratic weighted kappa, Cohen 1968), up to 1; saying the mean has 0."""
        return self._figure(quadratic_kappa)

    @property
    def mae_of_mean(self) -> float:
        """By how much saying the mean every time is off."""
        return float(np.abs(self.given - self.means).mean())

    @property
    def inside(self) -> float:
        """The share of ratings inside their interval, which should be 0.8."""
        return float(((self.given >= self.low) & (self.given <= self.high)).mean())

    def forecast(self, more: int) -> float:
        """Return the rank correlation that is to be expected after so many more clicks, as far as the curve tells.

        What is missing falls with the square root of the number of ratings; the line is fitted by least squares. It ends at what
        the rater's agreement with himself allows, where that is known.

            report.forecast(50) - report.forecast(0)
        """
        scarce = 1 / np.sqrt(self.counts)
        fall = np.polyfit(scarce, self.curve, 1)[0] if len(scarce) > 1 else 0.0
        now = self.counts[-1]
        gain = max(0.0, -fall) * (1 / np.sqrt(now) - 1 / np.sqrt(now + more))
        found, most = max(self.spearman.value, self.curve[-1]), self.agreement.best_correlation
        return float(max(found, min(found + gain, 1.0 if np.isnan(most) else most)))

    def __str__(self) -> str:
        lines = [
            self.headline,
            say("taste_mae", mae=self.mae, mean=f"{self.mae_of_mean:.2f}"),
            say("taste_kappa", kappa=self.kappa),
            say("taste_inside", share=percent(self.inside)),
            self._yourself,
            self.advice,
        ]
        return "\n".join(lines)

    __repr__ = __str__

    @property
    def headline(self) -> str:
        """How well the order is known, in a sentence."""
        return say("taste_spearman", spearman=self.spearman, count=len(self.given))

    @property
    def _yourself(self) -> str:
        mine = self.agreement
        if np.isnan(mine.mae):
            return say("taste_yourself_unknown")
        told = {"mae": mine.mae, "correlation": mine.correlation, "best_mae": mine.best_mae, "best": mine.best_correlation}
        return say("taste_yourself", count=mine.pictures, **{name: f"{value:.2f}" for name, value in told.items()})

    @property
    def advice(self) -> str:
        """How many more ratings would help, in a sentence."""
        if not self.spearman.low > 0:
            return say("taste_unsure", more=MORE[0])
        now, gains = self.forecast(0), {more: self.forecast(more) for more in MORE}
        worthy = [more for more, then in gains.items() if then - now >= WORTH]
        if not worthy:
            return say("taste_enough", more=MORE[-1])
        return say("taste_more", more=worthy[0], now=f"{now:.2f}", then=f"{gains[worthy[0]]:.2f}")

    def _figure(self, measure: Callable[[np.ndarray, np.ndarray], float]) -> Figure:
        random, rows_of = np.random.default_rng(0), _rows_of(self.groups)
        drawn = []
        for _ in range(DRAWS):
            rows = np.concatenate([rows_of[group] for group in random.integers(0, len(rows_of), len(rows_of))])
            drawn.append(measure(self.given[rows], self.guessed[rows]))
        low, high = np.nanquantile(drawn, (0.025, 0.975))
        return Figure(measure(self.given, self.guessed), float(low), float(high))


def how_well(taste: Taste, *, folds: int = 10, seed: int = 0, progress: bool = True) -> TasteReport:
    """Say how well a fitted taste knows its rater, by guessing every rating from the others.

    progress: whether a bar is shown where it takes long.

    Raises AnimelibError when fewer than ten pictures were rated, or all the same.

        print(how_well(taste))
    """
    rated, scores = taste.rated()
    if len(scores) < FEWEST:
        raise AnimelibError(f"{len(scores)} ratings are too few to tell how good they are: rate {FEWEST} or more.")
    if not np.ptp(scores):
        raise AnimelibError(f"All {len(scores)} ratings are {scores[0]:g}: use the whole scale, {LOWEST} to {HIGHEST}.")
    groups = near_duplicates(rated.thumbs)
    fold_of = folds_of(groups, folds, seed)
    guess = _Guess(taste, rated, scores, fold_of)
    mean, variance, usual = guess.all_from_others(progress)
    guessed, low, high = reach_of(mean, variance)
    counts, curve = guess.curve(taste.kernel, seed)
    agreement = repeat_agreement(taste.ratings)
    return TasteReport(scores, guessed, low, high, usual, groups, agreement, counts, curve)


@dataclass(frozen=True, eq=False)
class _Guess:
    """Rated pictures in folds, to be guessed from each other."""

    taste: Taste
    rated: Impressions
    scores: np.ndarray
    fold_of: np.ndarray

    def all_from_others(self, progress: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return for each picture what is expected, the variance of a click, and the mean of the others' scores."""
        mean, variance, usual = np.zeros((3, len(self.scores)))
        for fold in tqdm(np.unique(self.fold_of), say("how_well_bar"), delay=2, disable=not progress):
            mine = self.fold_of == fold
            mean[mine], variance[mine] = self.of(mine, np.flatnonzero(~mine), None)
            usual[mine] = self.scores[~mine].mean()
        return mean, variance, usual

    def curve(self, kernel: Kernel, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the rank correlation after so many ratings; the strengths of the views are those of all."""
        most = len(self.scores) - np.bincount(self.fold_of).max()
        counts, found = [max(4, round(share * most)) for share in SHARES], []
        for count in counts:
            found.append([self._from_some(count, kernel, np.random.default_rng([seed, turn])) for turn in range(REPEATS)])
        return np.array(counts, float), np.nan_to_num(found).mean(axis=1)  # guesses all alike know nothing

    def _from_some(self, count: int, kernel: Kernel, random: np.random.Generator) -> float:
        mean = np.zeros(len(self.scores))
        for fold in np.unique(self.fold_of):
            mine = self.fold_of == fold
            others = random.permutation(np.flatnonzero(~mine))[:count]
            mean[mine] = self.of(mine, others, kernel)[0]
        return spearman(self.scores, mean)

    def of(self, mine: np.ndarray, others: np.ndarray, kernel: Kernel | None) -> tuple[np.ndarray, np.ndarray]:
        """Return what is expected of some pictures after learning from others, and the variance of a click."""
        process = learn(self.taste.views_of(self.rated.some(others)), self.scores[others], kernel)
        mean, variance = expected(process, self.taste.scaling, self.rated.some(np.flatnonzero(mine)), self.taste.several)
        return mean, variance + process.kernel.noise


def hold_out(ratings: Ratings, each: int = 100, *, seed: int = 0) -> tuple[dict[Path, float], dict[Path, float]]:
    """Divide rated pictures into those to learn from and those to judge by, both as ``{path: score}``.

    To judge by are ``each`` pictures of every whole score, as in the article on scoring drawn girls, or half of those there are;
    what is nearly the same as one of them is in neither. The same seed divides in the same way. A picture that is gone is told.

    Raises AnimelibError when fewer than ten would be left on either side, and when a picture cannot be opened.

        learn, judge = hold_out(read_ratings("ratings.csv"), 20)
    """
    rated = still_there(ratings.latest.values())
    whole = np.array([rating.score for rating in rated]).round()
    order, out = np.random.default_rng(seed).permutation(len(rated)), np.zeros(len(rated), bool)
    for score in np.unique(whole):
        mine = order[whole[order] == score]
        out[mine[: min(each, len(mine) // 2)]] = True
    if min(out.sum(), (~out).sum()) < FEWEST:
        told = f"{len(rated)} rated pictures are too few to learn from some and judge by others"
        raise AnimelibError(f"{told}: rate some dozens, and use the whole scale.")
    groups = groups_of([rating.path for rating in rated])
    alike = np.isin(groups, groups[out])
    return tuple({rated[row].path: rated[row].score for row in np.flatnonzero(side)} for side in (~alike, out))


def groups_of(paths: Sequence[Path]) -> np.ndarray:
    """Number the groups of pictures that are nearly the same, int (N,)."""
    return near_duplicates(np.stack([to_array(path, THUMB) for path in paths]))


def folds_of(groups: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """Deal pictures into folds of about the same size, each group as one, int (N,)."""
    fold_of, sizes = np.zeros(len(groups), int), np.zeros(folds, int)
    for group in np.random.default_rng(seed).permutation(np.unique(groups)):
        fold_of[groups == group] = smallest = sizes.argmin()
        sizes[smallest] += (groups == group).sum()
    return fold_of


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    """Return the rank correlation (Spearman 1904), -1 to 1, ties at their mean rank; not a number where one does not vary."""
    ranks = rankdata(a), rankdata(b)
    varied = ranks[0].std() * ranks[1].std() > 0
    return float(np.corrcoef(*ranks)[0, 1]) if varied else float("nan")


def quadratic_kappa(given: np.ndarray, guessed: np.ndarray) -> float:
    """Return how well scores in whole points agree beyond chance, each difference counted by its square (Cohen 1968)."""
    a, b = (np.clip(np.rint(scores), LOWEST, HIGHEST) for scores in (given, guessed))
    by_chance = a.var() + b.var() + (a.mean() - b.mean()) ** 2
    return float(1 - ((a - b) ** 2).mean() / by_chance) if by_chance > 0 else float("nan")


def _rows_of(groups: np.ndarray) -> list[np.ndarray]:
    order = np.argsort(groups, kind="stable")
    _, first = np.unique(groups[order], return_index=True)
    return np.split(order, first[1:])
