"""Fifty pictures a character: the article's VGG16, 200 epochs of it, against features computed once.

--data is {train,validation,test}/<class>/; --data samples are five drawn characters, which anybody can repeat. Weights come from
$ANIMELIB_WEIGHTS, else from Keras' download. `ours` and `small` (MobileNetV2, for a phone) learn from the training and validation
pictures, `ours_train_only` and `small_train_only` from the training pictures alone, `ours_10` from 10 training pictures of each
class, others by seed; the test pictures are read once, to judge. The clock runs from the opening of the first picture to the test
accuracy. `starts_seconds` is how long the same folder takes a second time until learning can start: until the pictures, and what
the backbone sees in them, are at hand. `again_seconds` is until a model has been learned, `one_more_seconds` the same with one
picture added. `article` trains for one epoch, then for one and --epochs more: the difference is timed, `seconds` are those of
200 such, and its accuracy is what it has after the few. `divided` and `prepared` are the aside on preprocessing: ridge regression
on the last map of VGG16, its mean over the picture, after dividing by 255 as the article does and after what VGG16 wants. More
parts: `fine_tuned` (`ours_train_only`, then `fine_tune`), `speed` (milliseconds a picture of each backbone; needs no weights) and
`many` (what 12,000 pictures, here of noise, take the small backbone once and again, and the memory of the whole process).
"""

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
from keras import layers

from animelib import data
from animelib.backbones import BACKBONES, load_backbone
from animelib.evaluation import evaluate
from animelib.finetuning import fine_tune
from animelib.lab import BUDGETS, Lab, open_lab
from animelib.models import augmentation, outputs, shear_zoom_flip, vgg16_transfer
from animelib.pretrained import eye, remembered
from animelib.samples import draw_folder
from animelib.training import train
from animelib.visual_words import ROWS_SEEN, learn_from_few, ridge, versions

from .harness import Clock, empty_home, heading, in_a_fresh_process, peak_memory, show, summary, told

SIZE, ARTICLE_SIZE, ARTICLE_EPOCHS, FEW, TIMED, MANY = 128, 224, 200, 10, 256, 12_000
SMALL = "mobilenet_v2"
ONCE = ("article", "divided", "prepared", "speed", "many")  # long, or the same with every seed
FULL, QUICK = {"train": 50, "validation": 30, "test": 82}, {"train": 12, "validation": 3, "test": 4}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this benchmark takes."""
    usual = "ours,ours_train_only,ours_10,small,small_train_only,article,divided,prepared"
    parser.add_argument("--parts", default=usual, help=f"what to measure (default {usual})")
    parser.add_argument("--epochs", type=int, default=1, help="how many epochs of the article's recipe to time (default 1)")
    parser.add_argument("--backbone", default="vgg16", help=f"for ours: {', '.join(BACKBONES)} (default vgg16)")


def run(arguments: argparse.Namespace) -> dict:
    """Measure the parts that are asked for with every seed, print and return the result."""
    root = drawn(arguments.quick) if arguments.data == "samples" else Path(arguments.data).expanduser()
    ways = recipes(arguments)
    rows: dict[str, list[dict[str, float]]] = {part: [] for part in arguments.parts.split(",")}
    for seed in range(arguments.seeds):
        for part, row in rows.items():
            if row and part in ONCE:
                continue
            with empty_home():
                lab = open_lab("transfer", "folder", folder=root, budget="quick" if arguments.quick else "full")
                row.append(told(seed, part, ways[part](lab, seed)))
    result = heading("transfer", root.name, arguments.seeds, arguments.quick) | {"backbone": arguments.backbone}
    result |= {part: summary(row) for part, row in rows.items()}
    if {"article", "ours"} <= set(rows):
        result["time_ratio"] = round(result["article"]["seconds"]["mean"] / result["ours"]["seconds"]["mean"], 1)
    show(result)
    return result


def recipes(arguments: argparse.Namespace) -> dict[str, Callable[[Lab, int], dict[str, float]]]:
    """Return how each part is measured."""
    weights = BUDGETS["quick" if arguments.quick else "full"].weights

    def ways(backbone: str, **how: object) -> Callable[[Lab, int], dict[str, float]]:
        return lambda lab, seed: ours(lab, seed, backbone, weights, **how)

    return {
        "ours": ways(arguments.backbone, again=True),
        "ours_train_only": ways(arguments.backbone, watch=True),
        "ours_10": ways(arguments.backbone, watch=True, few=FEW),
        "fine_tuned": ways(arguments.backbone, watch=True, tuned=True),
        "small": ways(SMALL),
        "small_train_only": ways(SMALL, watch=True),
        "article": lambda lab, seed: article(lab, seed, weights, arguments.epochs),
        "divided": lambda lab, seed: probe(lab, seed, weights, layers.Rescaling(1 / 255)),
        "prepared": lambda lab, seed: probe(lab, seed, weights, keras.applications.vgg16.preprocess_input),
        "speed": speed,
        "many": lambda lab, seed: in_a_fresh_process(many, 200 if arguments.quick else MANY, weights),
    }


def drawn(quick: bool) -> Path:
    """Draw five characters, as many of each as the article had."""
    folder = Path(tempfile.gettempdir()) / "animelib-bench" / ("drawn_five_quick" if quick else "drawn_five")
    return draw_folder(folder, "five", splits=QUICK if quick else FULL, size=SIZE)


def ours(
    lab: Lab,
    seed: int,
    backbone: str,
    weights: str | None,
    *,
    watch: bool = False,
    few: int | None = None,
    tuned: bool = False,
    again: bool = False,
) -> dict[str, float]:
    """Our way: features once, a layer that is solved; then, off the clock, a second time and with one picture more."""

    def learn(loaded: data.ImageData) -> keras.Model:
        return learn_from_few(loaded, backbone=backbone, weights=weights, watch=watch, seed=seed)

    with Clock() as clock:
        loaded = data.load_images(lab, SIZE)
        if few:
            loaded = replace(loaded, train=data.some_of_each(loaded.train, few, seed))
        model = learn(loaded)
        if tuned:
            model = fine_tune(model, loaded, lab, augment=augmentation(0.5), seed=seed).model
        accuracy = evaluate(model, loaded).accuracy
    row = {"accuracy": accuracy, "seconds": clock.seconds}
    if again:
        row |= {"starts_seconds": started(lab, seed, backbone, weights)} | repeated(lab, loaded, learn)
    return row


def started(lab: Lab, seed: int, backbone: str, weights: str | None) -> float:
    """Time how long it takes until learning can start, where the backbone has seen all pictures before."""
    with Clock() as clock:
        looking = eye(backbone, SIZE, weights=weights)
        for view in versions(data.load_images(lab, SIZE).to_learn_from.images, ROWS_SEEN, seed):
            remembered(looking, view)
    return clock.seconds


def repeated(lab: Lab, loaded: data.ImageData, learn: Callable[[data.ImageData], keras.Model]) -> dict[str, float]:
    """Time the same folder once more, and with one picture that was never seen: here one turned upside down."""
    with Clock() as again:
        learn(data.load_images(lab, SIZE))
    images, part = loaded.train.images.copy(), loaded.train
    images[0] = images[0][::-1]
    with Clock() as one_more:
        learn(replace(loaded, train=data.Split(images, part.labels, part.files)))
    return {"again_seconds": again.seconds, "one_more_seconds": one_more.seconds}


def article(lab: Lab, seed: int, weights: str | None, epochs: int) -> dict[str, float]:
    """The article's way: VGG16 with its first 15 layers frozen, augmentation, SGD, batches of 32, the last weights."""
    keras.utils.set_random_seed(seed)
    loaded = data.load_images(lab, ARTICLE_SIZE)
    model = vgg16_transfer(len(loaded.classes), ARTICLE_SIZE, weights=weights)
    how = {"augment": shear_zoom_flip(), "keep_best": False, "seed": seed}
    one, more = (train(model, loaded, lab, epochs=count, **how) for count in (1, 1 + epochs))
    an_epoch = (more.seconds - one.seconds) / epochs  # without what it takes to begin
    return {
        "accuracy": evaluate(more.model, loaded).accuracy,
        "epochs": 2.0 + epochs,
        "seconds_per_epoch": an_epoch,
        "seconds": an_epoch * ARTICLE_EPOCHS,
    }


def probe(lab: Lab, seed: int, weights: str | None, prepare: Callable) -> dict[str, float]:
    """Judge one layer on the last map of VGG16, averaged over the picture, after preparing pictures one way or the other."""
    loaded = data.load_images(lab, ARTICLE_SIZE)
    base = load_backbone("vgg16", ARTICLE_SIZE, weights=weights)
    picture = keras.Input((ARTICLE_SIZE, ARTICLE_SIZE, 3))
    seeing = keras.Model(picture, layers.GlobalAveragePooling2D()(base(prepare(picture))))
    features = outputs(seeing, loaded.train.images)
    kernel, bias = ridge(features[None], loaded.train.labels, [features.shape[1]])
    guesses = (outputs(seeing, loaded.test.images) @ kernel + bias).argmax(axis=1)
    return {"accuracy": float((guesses == loaded.test.labels).mean())}


def speed(lab: Lab, seed: int) -> dict[str, float]:
    """Time each backbone on so many pictures that a graph is built, the second time: milliseconds a picture."""
    images, found = data.load_images(lab, SIZE).train.images, {}
    pictures = images[np.arange(TIMED) % len(images)]
    for name in BACKBONES:
        looking = eye(name, SIZE, weights=None)
        outputs(looking, pictures, batch_size=16)
        with Clock() as clock:
            outputs(looking, pictures, batch_size=16)
        found[name] = 1000 * clock.seconds / len(pictures)
    return found


def many(count: int, weights: str | None) -> dict[str, float]:
    """Look at so many pictures that are all different, once and again."""
    keras.utils.set_random_seed(0)
    pictures = np.random.default_rng(0).integers(0, 256, (count, 64, 64, 3), dtype=np.uint8)
    looking = eye(SMALL, 64, weights=weights)
    with Clock() as once:
        features = remembered(looking, pictures)
    with Clock() as again:
        remembered(looking, pictures)
    megabytes = {"features_mb": features.nbytes / 2**20, "peak_memory_mb": peak_memory()}
    return {"pictures": float(count), "seconds": once.seconds, "again_seconds": again.seconds} | megabytes
