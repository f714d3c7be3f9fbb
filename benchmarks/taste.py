"""How many clicks it takes to know a taste. ALL RATERS ARE SIMULATED (`raters`): no real ratings are at hand.

--data is one or more folders of pictures, separated by commas (default: ``myth5``, ``killme_baby``, ``twins`` and ``face_boxes``
in $ANIMELIB_DATA), or ``samples``, drawn characters, which anybody can repeat. A third of the pictures is held out by seed,
near-duplicates on one side, and only judged by; what is asked about comes from the rest.

``ours``: `Taste` asks about the pictures itself, --batch at a time. ``random``: the same, asked at random. ``spearman`` is the
rank correlation with the held-out ratings after --ratings clicks, ``ceiling`` that of the rule without its noise,
``spearman_of_ceiling`` the share. ``ratings_to_90``: clicks to reach 90% of what random asking has after all of them, on a
curve that is made to rise (isotonic regression); the goal is 60% of random's. ``inside``: the share of held-out ratings in the
80% intervals. ``mae``, ``mae_of_mean``, ``kappa``: against the held-out ratings. ``article``: its first attempt, a CNN from
scratch at 96x144, a regression on random's clicks, --epochs long (with the first seed alone).

More --parts: ``whole`` (ours without faces), ``vgg16`` (ours through VGG16), ``several`` (which face counts in pictures with
two, pasted from two of the folder), ``many`` (12,000 pictures of fog: the one pass over them, then fit, score, recommend and
asking, in seconds, and the memory of the process).
"""

import argparse
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from PIL import Image
from scipy.optimize import isotonic_regression

from animelib.folders import open_image, pictures_in, some_pictures_in
from animelib.impressions import look_at
from animelib.lab import BUDGETS
from animelib.models import outputs, taste_cnn
from animelib.samples import draw_folder
from animelib.taste import Taste
from animelib.taste_report import folds_of, groups_of, quadratic_kappa, spearman

from . import raters
from .harness import Clock, empty_home, heading, in_a_fresh_process, peak_memory, show, spread, summary, told

DATA = "myth5,killme_baby,twins,face_boxes"
COUNTS = (5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 80, 100, 120, 140, 160, 180, 200)
HELD_OUT = 3  # one in so many
REACHED = 0.9
MANY = 12_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this benchmark takes."""
    parser.add_argument("--ratings", type=int, default=200, help="clicks of each rater (default 200)")
    parser.add_argument("--rater", default=",".join(raters.RULES), help="who rates, all by rule (default: all five)")
    parser.add_argument("--parts", default="ours,random,article", help="what to measure (default ours,random,article)")
    parser.add_argument("--batch", type=int, default=5, help="how many pictures are asked about between two fits (default 5)")
    parser.add_argument("--backbone", default="mobilenet_v2", help="what looks at the pictures (default mobilenet_v2)")
    parser.add_argument("--epochs", type=int, default=20, help="of the article's network (default 20)")
    parser.add_argument("--no-faces", action="store_true", help="look at whole pictures alone")


@dataclass(frozen=True, eq=False)
class Session:
    """One rater and one seed: ``paths`` to ask about with the ``clicks`` that would be given in a steady mood, and those held out
    with their ratings and the rule's ``truth``."""

    rater: str
    seed: int
    paths: tuple[Path, ...]
    clicks: np.ndarray
    held_out: tuple[Path, ...]
    ratings: np.ndarray
    truth: np.ndarray

    @property
    def ceiling(self) -> float:
        """The rank correlation that the rule itself reaches: what noise and rounding allow."""
        return spearman(self.truth, self.ratings)


def run(arguments: argparse.Namespace) -> dict:
    """Let every rater click with every seed, print and return the result."""
    paths = pictures(arguments)
    ways, chosen = recipes(arguments), arguments.parts.split(",")
    rows: dict[str, list[dict[str, float]]] = {part: [] for part in chosen}
    curves: dict[tuple[str, str], list[np.ndarray]] = {}
    with empty_home():
        seen, groups = raters.measure(paths), groups_of(paths)
        for seed in range(arguments.seeds):
            for rater in arguments.rater.split(","):
                session = _session(paths, seen, groups, rater, seed)
                for part in chosen:
                    if part in ("article", "several", "many") and seed or part == "many" and rows[part]:
                        continue
                    row, curve = ways[part](session)
                    rows[part].append(told(seed, f"{part}, simulated rater {rater}", row))
                    curves.setdefault((part, rater), []).append(curve)
    result = heading("taste", arguments.data, arguments.seeds, arguments.quick)
    result |= {"raters": f"simulated: {arguments.rater}", "pictures": len(paths), "ratings": arguments.ratings}
    result |= {part: summary(its) | to_reach(curves, part, arguments) for part, its in rows.items()}
    if {"ours", "random"} <= set(rows):
        share = result["ours"]["ratings_to_90"]["mean"] / result["random"]["ratings_to_90"]["mean"]
        result["ratings_to_90_ratio"] = round(share, 3)
    show(result)
    return result


def pictures(arguments: argparse.Namespace) -> list[Path]:
    """Return the pictures of all folders that are named, or drawn ones."""
    if arguments.data == "samples":
        folder = Path(tempfile.gettempdir()) / "animelib-bench" / ("taste_quick" if arguments.quick else "taste")
        per_class, size = (6, 96) if arguments.quick else (60, 192)
        return pictures_in(draw_folder(folder, "ten", per_class=per_class, size=size))
    home = Path(os.environ.get("ANIMELIB_DATA", "."))
    folders = [Path(name).expanduser() for name in arguments.data.split(",")]
    found = [some_pictures_in(folder if folder.exists() else home / folder) for folder in folders]
    return [path for its in found for path in its]


def recipes(arguments: argparse.Namespace) -> dict[str, Callable[[Session], tuple[dict[str, float], np.ndarray]]]:
    """Return how each part is measured: figures, and the curve of rank correlation where there is one."""
    weights = BUDGETS["quick" if arguments.quick else "full"].weights
    backbone = None if arguments.backbone == "none" else arguments.backbone
    how = {"backbone": backbone, "weights": weights, "faces": not arguments.no_faces}
    counts = [count for count in COUNTS if count < arguments.ratings] + [arguments.ratings]

    def ways(cleverly: bool, **other: object) -> Callable[[Session], tuple[dict[str, float], np.ndarray]]:
        return lambda session: rated(session, Taste(session.paths, **how | other), counts, cleverly, arguments.batch)

    many_of = 100 if arguments.quick else MANY
    return {
        "ours": ways(True),
        "random": ways(False),
        "whole": ways(True, faces=False),
        "vgg16": ways(True, backbone="vgg16"),
        "article": lambda session: (article(session, arguments.ratings, arguments.epochs), np.zeros(0)),
        "several": lambda session: (several(session, how, arguments.ratings), np.zeros(0)),
        "many": lambda session: (in_a_fresh_process(many, many_of, how), np.zeros(0)),
    }


def _session(paths: Sequence[Path], seen: raters.Measured, groups: np.ndarray, rater: str, seed: int) -> Session:
    liking = raters.likings(rater, seen, seed)
    clicks = raters.clicks(rater, liking, seed)
    out = folds_of(groups, HELD_OUT, seed) == 0
    ours, theirs = (tuple(path for path, side in zip(paths, its, strict=True) if side) for its in (~out, out))
    return Session(rater, seed, ours, clicks[~out], theirs, raters.rounded(clicks[out]), liking[out])


# ---- ours


def rated(
    session: Session, taste: Taste, counts: Sequence[int], cleverly: bool, batch: int
) -> tuple[dict[str, float], np.ndarray]:
    """Let a rater click, asked cleverly or at random; return figures at the end and the rank correlation at each count."""
    given: dict[Path, float] = {}
    row_of = {path: row for row, path in enumerate(session.paths)}
    order = np.random.default_rng(session.seed).permutation(len(session.paths))
    curve = []
    for count in counts:
        while len(given) < min(count, len(order)):
            asked = min(batch, count - len(given))
            paths = taste.next_to_rate(asked) if cleverly else [session.paths[row] for row in order[len(given) :][:asked]]
            for path in paths:
                shift = raters.mood(session.rater, len(given) / counts[-1])
                given[path] = float(raters.rounded(session.clicks[row_of[path]] + shift))
            if cleverly:
                taste.fit(given)
        scores = (taste if cleverly else taste.fit(given)).score(session.held_out)
        curve.append(spearman(scores.score, session.ratings))
    inside = (session.ratings >= scores.low) & (session.ratings <= scores.high)
    row = _judged(session, scores.score) | {"inside": float(inside.mean()), "noise": taste.noise}
    return row, np.array(curve)


def _judged(session: Session, guessed: np.ndarray) -> dict[str, float]:
    found, mean = spearman(guessed, session.ratings), session.ratings.mean()
    return {
        "spearman": found,
        "ceiling": session.ceiling,
        "spearman_of_ceiling": found / session.ceiling,
        "mae": float(np.abs(guessed - session.ratings).mean()),
        "mae_of_mean": float(np.abs(mean - session.ratings).mean()),
        "kappa": quadratic_kappa(session.ratings, guessed),
    }


def to_reach(curves: dict[tuple[str, str], list[np.ndarray]], part: str, arguments: argparse.Namespace) -> dict:
    """Return how many ratings a part needs for 90% of what random asking has in the end: mean and spread over raters."""
    counts = [count for count in COUNTS if count < arguments.ratings] + [arguments.ratings]
    found = []
    for rater in arguments.rater.split(","):
        mine, usual = curves.get((part, rater), []), curves.get(("random", rater), [])
        if len(mine) and len(usual) and len(mine[0]):
            goal = REACHED * np.mean([curve[-1] for curve in usual])
            found.append(clicks_to(np.nanmean(mine, axis=0), counts, goal))
    return {"ratings_to_90": spread(found)} if found else {}


def clicks_to(curve: np.ndarray, counts: Sequence[int], goal: float) -> float:
    """Return after how many clicks a curve, made to rise, reaches a goal; the last count where it never does.

        clicks_to(np.array([0.1, 0.5, 0.6]), [10, 20, 40], 0.3)  # 15
    """
    rising = isotonic_regression(np.nan_to_num(curve)).x
    if rising[0] >= goal or rising[-1] < goal:
        return float(counts[0] if rising[0] >= goal else counts[-1])
    after = int(np.argmax(rising >= goal))
    share = (goal - rising[after - 1]) / (rising[after] - rising[after - 1])
    return float(counts[after - 1] + share * (counts[after] - counts[after - 1]))


# ---- the article's first attempt


def article(session: Session, ratings: int, epochs: int) -> dict[str, float]:
    """Train the article's first network on as many clicks, asked at random, and judge it."""
    keras.utils.set_random_seed(session.seed)
    order = np.random.default_rng(session.seed).permutation(len(session.paths))[:ratings]
    model = taste_cnn()
    size = model.input_shape[2], model.input_shape[1]
    shown, judged = (
        np.stack([np.asarray(open_image(path, at_least=144).resize(size)) for path in paths])
        for paths in ([session.paths[row] for row in order], session.held_out)
    )
    moods = np.array([raters.mood(session.rater, place / len(order)) for place in range(len(order))])
    with Clock() as clock:
        model.fit(shown, raters.rounded(session.clicks[order] + moods), batch_size=20, epochs=epochs, verbose=0)
    return _judged(session, outputs(model, judged)[:, 0]) | {"seconds": clock.seconds}


# ---- several faces, many pictures


def several(session: Session, how: dict, ratings: int) -> dict[str, float]:
    """Judge each rule about several faces on pictures pasted side by side, for raters who like their mean, and the better one."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        random = np.random.default_rng(session.seed)
        pairs = random.integers(0, len(session.paths), (min(2 * ratings, 400), 2))
        paths = tuple(_pasted(Path(folder), number, [session.paths[row] for row in pair]) for number, pair in enumerate(pairs))
        half = len(paths) // 2
        for liked, rule in (("mean", np.mean), ("better", np.max)):
            both = rule(session.clicks[pairs], axis=1)
            rating = raters.rounded(both)
            for name in ("mean", "largest", "best"):
                taste = Taste(paths[:half], **how, several=name).fit(dict(zip(paths[:half], rating[:half], strict=True)))
                found[f"{name}_where_{liked}_counts"] = spearman(taste.score(paths[half:]).score, rating[half:])
    return found


def _pasted(folder: Path, number: int, pair: Sequence[Path]) -> Path:
    """Write two pictures side by side."""
    sides = [open_image(path).resize((256, 256)) for path in pair]
    Image.fromarray(np.concatenate([np.asarray(side) for side in sides], axis=1)).save(folder / f"{number:04d}.jpg", quality=92)
    return folder / f"{number:04d}.jpg"


def many(count: int, how: dict) -> dict[str, float]:
    """Time so many pictures, each different: the pass over them, fit, score, recommend and asking; and one picture more."""
    random = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        paths = [_noise(Path(folder), number, random) for number in range(count)]
        taste = Taste(paths, **how | {"faces": False})
        with Clock() as once:
            seen = taste.seen
        before = peak_memory()
        ratings = {path: float(random.integers(1, 6)) for path in paths[:200]}
        with Clock() as learned:
            taste.fit(ratings)
            taste.score()
            taste.recommend(12)
        with Clock() as asking:
            taste.next_to_rate(5)
        with Clock() as one_more:
            look_at([*paths, _noise(Path(folder), count, random)], taste.looking)
    return {
        "pictures": float(len(seen)),
        "one_pass_seconds": once.seconds,
        "fit_score_recommend_seconds": learned.seconds,
        "ask_seconds": asking.seconds,
        "one_more_seconds": one_more.seconds,
        "features_mb": seen.whole.nbytes / 2**20,
        "peak_memory_mb_after_the_pass": before,
        "peak_memory_mb": peak_memory(),
    }


def _noise(folder: Path, number: int, random: np.random.Generator) -> Path:
    """Write a picture of coloured fog."""
    path = folder / f"{number:05d}.png"
    fog = Image.fromarray(random.integers(0, 256, (4, 4, 3)).astype(np.uint8))
    fog.resize((96, 96), Image.Resampling.BICUBIC).save(path)
    return path
