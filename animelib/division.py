"""Which picture goes to which part: classes in proportion, and pictures that are nearly the same frame on one side.

What is seen in training flatters the test, so near-duplicates are found first and dealt together. This module knows arrays, not
files; `data` and `evaluation` ask it.
"""

from collections import Counter

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from tqdm.auto import tqdm

from .errors import AnimelibError
from .words import say


def deal(labels: np.ndarray, groups: np.ndarray, sizes: dict[str, float], *, rest: str, seed: int) -> list[str]:
    """Deal pictures to parts, every class in the same proportion, every group of near-duplicates on one side.

    sizes: for each part its share of each class (below 1) or its number of pictures of each class; ``rest`` takes what is
    left, at least one picture of each class. Returns the part's name for each picture.

        deal(np.array([0, 0, 1, 1]), np.arange(4), {"test": 1}, rest="train", seed=0)
    """
    totals = Counter(labels.tolist())
    quota = {part: {c: _quota(size, n) for c, n in totals.items()} for part, size in sizes.items()}
    quota[rest] = dict(totals)
    dealt = np.full(len(labels), rest, dtype=object)
    order = np.random.default_rng(seed).permutation(np.unique(groups))
    for group in order:
        members = np.flatnonzero(groups == group)
        need = Counter(labels[members].tolist())
        part = next((p for p in quota if all(quota[p][c] >= n for c, n in need.items())), rest)
        dealt[members] = part
        for c, n in need.items():
            quota[part][c] -= n
    return dealt.tolist()


def fold_numbers(images: np.ndarray, labels: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """Return the fold of each picture, int (N,): classes in proportion, near-duplicates together.

    images: uint8 (N, H, W, 3). Raises AnimelibError when a class has fewer pictures than there are folds.
    """
    fewest = np.bincount(labels).min()
    if fewest < folds:
        raise AnimelibError(f"A class has only {fewest} pictures, too few for {folds} folds: add pictures or take fewer folds.")
    sizes = {str(fold): 1 / folds for fold in range(folds - 1)}
    parts = deal(labels, near_duplicates(images), sizes, rest=str(folds - 1), seed=seed)
    return np.array([int(part) for part in parts])


def _quota(size: float, total: int) -> int:
    """Pictures of a class for a part: a whole number as it is, a share of the total rounded, never the whole class."""
    wanted = int(size) if size >= 1 else max(1, round(size * total)) if size > 0 else 0
    return min(wanted, max(0, (total - 1) // 2 if size < 1 else total - 1))


def near_duplicates(images: np.ndarray, *, alike: float = 0.88) -> np.ndarray:
    """Number the groups of pictures that are nearly the same frame: recoloured, recompressed, resized, cropped or mirrored.

    images: uint8 (N, H, W, 3), or grey (N, H, W). Two pictures are alike when the details of their grey thumbnails correlate
    at ``alike`` or more, the one whole, the other as it is, mirrored, or without a strip at some of its edges. Shading is taken
    out first: it makes strangers alike. Returns int (N,), equal numbers for one group.

        near_duplicates(data.train.images)
    """
    if not len(images):
        return np.arange(0)
    thumbs, copy_of = np.unique([_thumbnail(image) for image in images], axis=0, return_inverse=True)
    groups = np.arange(len(thumbs))
    whole = _details(_without(thumbs, 0, 0, 0, 0))
    for edges in tqdm(CUTS, say("comparing_bar"), delay=1):
        view = _without(thumbs, *edges)
        for other in (view, view[:, :, ::-1]):
            groups = _joined(groups, whole, _details(other), alike)
    return groups[copy_of.reshape(-1)]


# What a crop may have taken from a picture: shares of its height and width at the top, bottom, left and right.
CUTS = [
    (0, 0, 0, 0),
    *[(cut, cut, cut, cut) for cut in (0.05, 0.1)],
    *[tuple(0.08 * (side in sides) for side in "tblr") for sides in ("t", "b", "l", "r", "tl", "tr", "bl", "br")],
]


def _thumbnail(image: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(image).convert("L").resize((32, 32), Image.Resampling.BOX))


def _without(thumbs: np.ndarray, top: float, bottom: float, left: float, right: float) -> np.ndarray:
    """Return the thumbnails (N, 32, 32) without these shares of their edges, brought to (N, 12, 12)."""
    return _means(top, bottom) @ thumbs @ _means(left, right).T


def _means(before: float, after: float) -> np.ndarray:
    """Return the weights (12, 32) that average 32 pixels, less a share at either end, to 12."""
    borders = np.linspace(32 * before, 32 * (1 - after), 13)
    covered = np.clip(borders[:, None] - np.arange(32), 0, 1)  # of each pixel, how much lies before each border
    weights = np.diff(covered, axis=0)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def _details(thumbs: np.ndarray) -> np.ndarray:
    """Return the thumbnails less their shading, as rows of length 1 around 0: a product of two is their correlation."""
    flat = (thumbs - gaussian_filter(thumbs, (0, 1.5, 1.5))).reshape(len(thumbs), -1)
    flat -= flat.mean(axis=1, keepdims=True)
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)


def _joined(groups: np.ndarray, ours: np.ndarray, theirs: np.ndarray, alike: float) -> np.ndarray:
    """Return the groups with those joined that hold an alike pair, compared in strips so that memory stays flat."""
    for start in range(0, len(ours), 256):
        rows, columns = np.nonzero(ours[start : start + 256] @ theirs.T >= alike)
        first, second = groups[rows + start], groups[columns]
        if (first != second).any():
            graph = coo_array((np.ones(len(first)), (first, second)), shape=(len(groups),) * 2)
            groups = connected_components(graph, directed=False)[1][groups]
    return groups
