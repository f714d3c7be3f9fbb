"""Unbalanced classes, five folds: the article's network against ours, with and without pretrained features.

--data is <class>/; --data samples are six drawn classes, which anybody can repeat. Each seed deals the pictures into five folds
anew, classes in proportion and near-duplicates on one side; every picture is judged once, by a model that has not seen it.
`article` is its network, RMSprop, batches of 32, 40 epochs. `scratch` is ours without pretrained weights, `ours` with VGG16's
(from $ANIMELIB_WEIGHTS, else Keras' download). `gap` is training minus validation accuracy; `calibration_error` (15 bins) is
taken after a temperature that other folds chose. `article_random_split` is the article's own way to divide: 8:2, by chance.
More parts, which the table "what each step brought" is made of: `augmented`, `weighted` and `both`, the article's network with
augmentation, with class weights, and with both. `changes` is by how much `scratch`'s accuracy moves when the pictures that
judge it are made grey, get other hues, a blurred surrounding, or a corner hidden (a logo may be there).
"""

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from animelib import data, division
from animelib.calibration import calibration_error, cross_temperature
from animelib.evaluation import cross_validate, evaluate
from animelib.lab import Lab, open_lab
from animelib.models import augmentation, killme_cnn
from animelib.samples import draw_folder
from animelib.training import train
from animelib.trials import Effect, judge_changes
from animelib.visual_words import learn_from_few

from .harness import Clock, empty_home, heading, show, summary, told

SIZE, EPOCHS = 128, 40
PARTS = ("scratch", "ours", "article", "article_random_split")
Fit = Callable[[data.ImageData], keras.Model]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this benchmark takes."""
    parser.add_argument("--parts", default=",".join(PARTS), help=f"what to measure (default {','.join(PARTS)})")
    parser.add_argument("--folds", type=int, default=5, help="how many parts the pictures are dealt into (default 5)")


def run(arguments: argparse.Namespace) -> dict:
    """Measure the parts that are asked for with every seed, print and return the result."""
    root = drawn(arguments.quick) if arguments.data == "samples" else Path(arguments.data).expanduser()
    rows: dict[str, list[dict[str, float]]] = {part: [] for part in arguments.parts.split(",")}
    for seed in range(arguments.seeds):
        for part, row in rows.items():
            with empty_home():
                lab = open_lab("killme", "folder", folder=root, budget="quick" if arguments.quick else "full")
                row.append(told(seed, part, measure(part, lab, seed, arguments.folds)))
    result = heading("killme", root.name, arguments.seeds, arguments.quick) | {"folds": arguments.folds}
    result |= {part: summary(row) for part, row in rows.items()}
    show(result)
    return result


def drawn(quick: bool) -> Path:
    """Draw the six classes, as unbalanced as the article's."""
    folder = Path(tempfile.gettempdir()) / "animelib-bench" / ("drawn_six_quick" if quick else "drawn_six")
    return draw_folder(folder, "six", per_class=10 if quick else 60)


def measure(part: str, lab: Lab, seed: int, folds: int) -> dict[str, float]:
    """Return the figures of one recipe with one seed."""
    loaded = data.load_images(lab, SIZE, val=0, test=0)
    if part == "article_random_split":
        return random_split(loaded, lab, seed)
    if part == "changes":
        return changes(loaded, seed, folds)
    seen: list[float] = []

    def fit(fold: data.ImageData) -> keras.Model:
        model = recipe(part, lab, seed)(fold)
        seen.append(evaluate(model, fold, "train").accuracy)
        return model

    with Clock() as clock:
        report = cross_validate(fit, loaded, folds=folds, seed=seed)
    return {
        "accuracy": report.accuracy,
        "macro_recall": report.macro_recall,
        "calibration_error": calibration_error(cross_temperature(report, folds=folds, seed=seed)),
        "calibration_error_as_it_is": calibration_error(report),
        "gap": float(np.mean(seen)) - report.accuracy,
        "seconds": clock.seconds,
    }


def recipe(part: str, lab: Lab, seed: int) -> Fit:
    """Return the way of learning that a part's name stands for."""
    if part in ("ours", "scratch"):
        return lambda fold: learn_from_few(fold, backbone="vgg16" if part == "ours" else None, seed=seed)
    augment = augmentation() if part in ("augmented", "both") else None
    return lambda fold: article(fold, lab, seed, augment, weighted=part in ("weighted", "both"))


def article(
    fold: data.ImageData, lab: Lab, seed: int, augment: keras.Layer | None = None, *, weighted: bool = False
) -> keras.Model:
    """The article's way: its network, RMSprop, batches of 32, the last weights."""
    keras.utils.set_random_seed(seed)
    counts = np.bincount(fold.train.labels)
    weights = dict(enumerate(len(fold.train) / len(counts) / counts)) if weighted else None
    model = killme_cnn(len(fold.classes), fold.size)
    how = {"epochs": EPOCHS, "batch_size": 32, "keep_best": False, "seed": seed}
    return train(model, fold, lab, augment=augment, class_weight=weights, **how).model


def random_split(loaded: data.ImageData, lab: Lab, seed: int) -> dict[str, float]:
    """Judge the article's way as the article does: on a fifth of the pictures, taken by chance."""
    pool = loaded.train
    parts = np.array(division.deal(pool.labels, np.arange(len(pool)), {"val": 0.2}, rest="train", seed=seed))
    train_rows, val_rows = (data.take(pool, parts == part) for part in ("train", "val"))
    divided = replace(loaded, train=train_rows, val=val_rows)
    return {"accuracy": evaluate(article(divided, lab, seed), divided, "val").accuracy}


def changes(loaded: data.ImageData, seed: int, folds: int) -> dict[str, float]:
    """Judge `scratch` by pictures that are changed in one respect: its accuracy, and what each change adds to it or takes."""
    effects: list[list[Effect]] = []

    def fit(fold: data.ImageData) -> keras.Model:
        model = learn_from_few(fold, seed=seed)
        effects.append(judge_changes(model, evaluate(model, fold, "val")))
        return model

    accuracy = cross_validate(fit, loaded, folds=folds, seed=seed).accuracy
    moved = {of[0].change.removeprefix("change_"): sum(fold.won - fold.lost for fold in of) for of in zip(*effects, strict=True)}
    return {"accuracy": accuracy} | {change: gain / len(loaded.train) for change, gain in moved.items()}
