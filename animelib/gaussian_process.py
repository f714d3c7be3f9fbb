"""A guess for every picture from a few that were rated, and how sure it is: Gaussian process regression on several views.

A view is one way to describe pictures, as rows of numbers. Pictures that are alike in a view are expected to be liked alike; how
much each view counts, and how noisy ratings are, is chosen so that the ratings become most probable (Rasmussen & Williams 2006,
"Gaussian Processes for Machine Learning", chapters 2, 5 and 8). This module knows rows of numbers, not pictures.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

Views = Sequence[np.ndarray]  # each float32 (N, F), its rows of length 1 on average

MIDDLE, SPREAD = 3.0, 1.0  # of the scores, before anything is known
FLAT = 0.5  # variance of the mean score of one rater against another's
NOISE = 0.3  # variance of a rating round what is meant: nobody clicks twice the same
WIDTH = 0.5  # squared distance at which likeness has fallen to exp(-1/2)
LANDMARKS = 1000  # beyond so many rated pictures, some stand for all
MOST = 400  # ratings by which the strengths are chosen
STRIP = 1024  # pictures looked at together, so that memory stays flat
BOOST, FAINT = 3.0, 1e-3  # how much more a view may count than it seems to, and what every view counts at least
LEAST = 0.02  # share below which a possibility is not looked into
FIRM, FIRM_NOISE = 1.0, 0.5  # standard deviations of the logarithms of strengths and of the noise, before anything is known


@dataclass(frozen=True, eq=False)
class Kernel:
    """How alike two pictures are: ``strengths`` (2 V,), a variance for each view's inner product and for its closeness, which
    falls off with distance. ``noise``: the variance of one rating."""

    strengths: np.ndarray
    noise: float = NOISE

    @classmethod
    def usual(cls, views: int) -> "Kernel":
        """Return what is taken for likely before anything was rated: every view counts the same."""
        return cls(np.full(2 * views, SPREAD**2 / (2 * views)))

    def __call__(self, a: Views, b: Views) -> np.ndarray:
        """Return the covariance of the scores of pictures ``a`` and ``b``, (A, B)."""
        return _joined(self, likenesses(a, b))

    def variances(self, a: Views) -> np.ndarray:
        """Return the variance of each picture's score, (A,)."""
        lengths = [np.einsum("nf,nf->n", view, view) for view in a]
        alone = [value for length in lengths for value in (length, np.ones_like(length))]
        return FLAT + self.strengths @ np.array(alone, dtype=float)


def likenesses(a: Views, b: Views) -> np.ndarray:
    """Return how alike pictures ``a`` and ``b`` are, (2 V, A, B): of each view the inner product, then the closeness."""
    found = []
    for ours, theirs in zip(a, b, strict=True):
        product = (ours @ theirs.T).astype(float)
        ours_long, theirs_long = (np.einsum("nf,nf->n", view, view, dtype=float) for view in (ours, theirs))
        distance = np.maximum(ours_long[:, None] + theirs_long - 2 * product, 0)
        found += [product, np.exp(-distance / (2 * WIDTH))]
    return np.array(found)


@dataclass(frozen=True, eq=False)
class Process:
    """What is believed of all pictures after some were rated. ``landmarks``: views of those that stand for the rated;
    ``root``, ``inner``: factors of their covariance before and after (M, M); ``weights`` (M,)."""

    kernel: Kernel
    landmarks: Views
    root: np.ndarray
    inner: np.ndarray
    weights: np.ndarray
    rated: int = field(default=0)

    def predict(self, views: Views) -> tuple[np.ndarray, np.ndarray]:
        """Return the expected score of pictures, (N,), and the variance of what would be meant, without the noise of a click."""
        found = [self._predicted([view[start : start + STRIP] for view in views]) for start in range(0, len(views[0]), STRIP)]
        means, variances = zip(*found, strict=True) if found else ((np.zeros(0),), (np.zeros(0),))
        return np.concatenate(means), np.concatenate(variances)

    def _predicted(self, views: Views) -> tuple[np.ndarray, np.ndarray]:
        seen = self._seen(views)
        known = (seen**2).sum(axis=0) - (_solved(self.inner, seen) ** 2).sum(axis=0)
        return MIDDLE + self.weights @ seen, np.maximum(self.kernel.variances(views) - known, 1e-6)

    def covariance(self, a: Views, b: Views) -> np.ndarray:
        """Return how the scores of pictures ``a`` and ``b`` still vary together, (A, B)."""
        ours, theirs = self._seen(a), self._seen(b)
        return self.kernel(a, b) - ours.T @ theirs + _solved(self.inner, ours).T @ _solved(self.inner, theirs)

    def _seen(self, views: Views) -> np.ndarray:
        return _solved(self.root, self.kernel(self.landmarks, views))


def doubts(rated: Views, scores: np.ndarray, views: Views, kernel: Kernel, *, seed: int = 0) -> np.ndarray:
    """Return how the scores of pictures may still vary together, (N, N), also because another view may count than it seems.

    rated: the views of the pictures rated, with their ``scores``. views: of those asked about. kernel: the most probable one.
    Beside it stand a few others, in each of which one view counts for much more; each has a share by how probable it makes the
    ratings. To ask where they disagree tells which is right (query by committee, Seung, Opper & Sompolinsky 1992).
    """
    rated, scores = _some(rated, scores, LANDMARKS, np.random.default_rng(seed))
    ours, between, theirs = likenesses(rated, rated), likenesses(rated, views), likenesses(views, views)
    members = _others(kernel)
    costs = np.array([_cost(member, ours, scores - MIDDLE) for member in members])
    shares = np.exp(costs.min() - costs)
    shares = np.where(shares > LEAST * shares.sum(), shares, 0) / shares[shares > LEAST * shares.sum()].sum()
    means, within = np.zeros((len(members), len(views[0]))), np.zeros((len(views[0]),) * 2)
    for place in np.flatnonzero(shares):
        root = _factor(_joined(members[place], ours) + members[place].noise * np.eye(len(scores)))
        seen = _solved(root, _joined(members[place], between))
        means[place] = seen.T @ _solved(root, scores - MIDDLE)
        within += shares[place] * (_joined(members[place], theirs) - seen.T @ seen)
    apart = (means - shares @ means) * np.sqrt(shares)[:, None]
    return within + apart.T @ apart


def _others(kernel: Kernel) -> list[Kernel]:
    """Return a kernel and, for each view, one in which it counts for more; all vary as much in the sum."""
    views = len(kernel.strengths) // 2
    found = [kernel]
    for view in range(views):
        boost = np.where(np.repeat(np.arange(views), 2) == view, BOOST, 1 / BOOST)
        strengths = np.maximum(kernel.strengths * boost, FAINT)
        found.append(Kernel(strengths * kernel.strengths.sum() / strengths.sum(), kernel.noise))
    return found


def _cost(kernel: Kernel, parts: np.ndarray, aim: np.ndarray) -> float:
    """Return how improbable the ratings are under a kernel."""
    logs = np.log([*kernel.strengths, kernel.noise])
    return _improbability(logs, parts, aim, np.zeros(len(logs)), np.ones(len(logs)))[0] if len(aim) else 0.0


def _joined(kernel: Kernel, parts: np.ndarray) -> np.ndarray:
    return FLAT + np.tensordot(kernel.strengths, parts, 1)


def learn(views: Views, scores: np.ndarray, kernel: Kernel | None = None, *, seed: int = 0) -> Process:
    """Return what is believed after pictures were rated.

    views: of the rated pictures. scores: float (N,). kernel: where it is known; else it is chosen by the ratings.

        mean, variance = learn(views, scores).predict(other_views)
    """
    random = np.random.default_rng(seed)
    kernel = kernel or chosen_kernel(*_some(views, scores, MOST, random))
    landmarks, _ = _some(views, scores, LANDMARKS, random)
    prior = kernel(landmarks, landmarks)
    root = _factor(prior + 1e-6 * (1 + np.trace(prior) / max(1, len(prior))) * np.eye(len(prior)))
    inner, aim = np.eye(len(root)), np.zeros(len(root))
    for start in range(0, len(scores), STRIP):
        seen = _solved(root, kernel(landmarks, [view[start : start + STRIP] for view in views]))
        inner += seen @ seen.T / kernel.noise
        aim += seen @ (scores[start : start + STRIP] - MIDDLE) / kernel.noise
    inner = _factor(inner)
    weights = cho_solve((inner, True), aim) if len(aim) else aim
    return Process(kernel, landmarks, root, inner, weights, len(scores))


def chosen_kernel(views: Views, scores: np.ndarray) -> Kernel:
    """Return the kernel under which the ratings are most probable, held near to the usual one while they are few."""
    usual = Kernel.usual(len(views))
    if len(scores) < 2:
        return usual
    parts, aim = likenesses(views, views), scores - MIDDLE
    start = np.log([*usual.strengths, usual.noise])
    firm = np.array([FIRM] * len(usual.strengths) + [FIRM_NOISE])

    def cost(logs: np.ndarray) -> tuple[float, np.ndarray]:
        return _improbability(logs, parts, aim, (logs - start) / firm, firm)

    bounds = [(value - 5, value + 4) for value in start]
    with threadpool_limits(1, "blas"):  # threads wait for each other longer than so small a sum takes
        found = np.exp(minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 40}).x)
    return Kernel(found[:-1], float(found[-1]))


def _improbability(
    logs: np.ndarray, parts: np.ndarray, aim: np.ndarray, off: np.ndarray, firm: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return how improbable the ratings are under strengths and noise, given by logarithms, and its slope."""
    values = np.exp(logs)
    factor = _factor(FLAT + np.tensordot(values[:-1], parts, 1) + (values[-1] + 1e-6) * np.eye(len(aim)))
    inverse = cho_solve((factor, True), np.eye(len(aim)))
    pull = inverse @ aim
    bend = inverse - np.outer(pull, pull)
    slopes = np.append(parts.reshape(len(parts), -1) @ bend.ravel(), np.trace(bend))
    cost = aim @ pull / 2 + np.log(factor.diagonal()).sum() + (off**2).sum() / 2
    return float(cost), slopes * values / 2 + off / firm


def teaching_order(covariance: np.ndarray, noise: float, judged: np.ndarray, count: int) -> list[int]:
    """Return which pictures to ask about, the one that teaches most first: after each, the doubt about all is smallest.

    covariance: (N, N) of the pictures that could be asked about and of those that matter. judged: bool (N,), which of them can be
    asked about. What is asked first makes the others like it less worth asking, so the choice is spread (Cohn 1996).
    """
    left, order = covariance.copy(), []
    free = judged.copy()
    for _ in range(min(count, int(judged.sum()))):
        gain = np.where(free, (left**2).sum(axis=1) / (left.diagonal() + noise), -1.0)
        best = int(gain.argmax())
        order.append(best)
        free[best] = False
        left -= np.outer(left[:, best], left[best]) / (left[best, best] + noise)
    return order


def covering_order(rated: Views, views: Views, free: np.ndarray, count: int) -> list[int]:
    """Return which pictures to ask about while next to nothing is known: those that stand for most others.

    A picture stands for another by their closeness, the mean over all views, and what a rated one stands for already counts no
    more. rated: the views of the pictures rated. free: bool (N,), which of ``views`` can be asked about. To take the best each
    time is nearly the best of all (facility location, Nemhauser, Wolsey & Fisher 1978).
    """
    near = likenesses(views, views)[1::2].mean(axis=0)
    covered = likenesses(rated, views)[1::2].mean(axis=0).max(axis=0, initial=0)
    order, free = [], free.copy()
    for _ in range(min(count, int(free.sum()))):
        order.append(int(np.where(free, np.maximum(near - covered, 0).sum(axis=1), -1.0).argmax()))
        free[order[-1]] = False
        covered = np.maximum(covered, near[order[-1]])
    return order


def _some(views: Views, scores: np.ndarray, most: int, random: np.random.Generator) -> tuple[Views, np.ndarray]:
    if len(scores) <= most:
        return views, scores
    rows = np.sort(random.permutation(len(scores))[:most])
    return [view[rows] for view in views], scores[rows]


def _factor(matrix: np.ndarray) -> np.ndarray:
    return cholesky(matrix, lower=True) if len(matrix) else matrix


def _solved(factor: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return solve_triangular(factor, rows, lower=True) if len(factor) else rows
