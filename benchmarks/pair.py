"""Two characters from forty pictures: ours against the recipe of the article "Rem vs Mizuki", on the same pictures.

--data is {train,validation,test}/<class>/ with two classes, or <class>/ with --classes a,b: then 20 pictures of each are for
training and 7 for validation, by seed, near-duplicates on one side, and all the rest are the test. No pretrained weights.
Strangers for `auroc` are pictures of --strangers, else of the other classes of --data, else of myth5/test beside it.
With --data samples the two sisters and the strangers that animelib draws itself: a figure that anybody can repeat.
"""

import argparse
import tempfile
from pathlib import Path

import keras
import numpy as np

from animelib import data, folders
from animelib.errors import AnimelibError
from animelib.evaluation import evaluate
from animelib.lab import Lab, open_lab
from animelib.models import outputs, pair_cnn
from animelib.recognizer import Recognizer
from animelib.samples import draw_folder
from animelib.training import train
from animelib.visual_words import learn_from_few

from .harness import Clock, auroc, empty_home, heading, show, summary, told

SIZE = 64


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this benchmark takes."""
    parser.add_argument("--classes", help="two class folders of --data, as a,b")
    parser.add_argument("--strangers", help="folder of pictures of others")


def run(arguments: argparse.Namespace) -> dict:
    """Measure both recipes with every seed, print and return the result."""
    if arguments.data == "samples":
        arguments.data, arguments.strangers = drawn()
    root = Path(arguments.data).expanduser()
    classes = arguments.classes.split(",") if arguments.classes else None
    strangers = stranger_pictures(root, classes, arguments.strangers)
    rows = {"ours": [], "article": []}
    for seed in range(arguments.seeds):
        for who, measure in (("ours", ours), ("article", article)):
            with empty_home():
                lab = open_lab("pair", "folder", folder=root, budget="quick" if arguments.quick else "full")
                rows[who].append(told(seed, who, measure(lab, classes, seed, strangers)))
    result = heading("pair", " ".join([root.name, *(classes or [])]), arguments.seeds, arguments.quick)
    result |= {"strangers": len(strangers)} | {who: summary(figures) for who, figures in rows.items()}
    show(result)
    return result


def drawn() -> tuple[Path, Path]:
    """Draw the pair, as many pictures as the article had and 100 + 100 to test with, and 120 pictures of strangers."""
    folder = Path(tempfile.gettempdir()) / "animelib-bench"
    pair = draw_folder(folder / "drawn_pair", "pair", splits={"train": 20, "validation": 7, "test": 100})
    return pair, draw_folder(folder / "drawn_strangers", "strangers", per_class=40)


def load(lab: Lab, classes: list[str] | None, seed: int, size: int) -> data.ImageData:
    """Load the pair: 20 + 7 pictures of each class by seed where the folder is not divided."""
    loaded = data.load_images(lab, size, train=20, val=7, classes=classes, seed=seed)
    if len(loaded.classes) != 2:
        raise AnimelibError(f"{lab.pictures} has {len(loaded.classes)} classes: name two with --classes a,b.")
    if not len(loaded.test):
        raise AnimelibError(f"{lab.pictures} leaves no pictures to test with: it needs more than 27 of each class.")
    return loaded


def article(lab: Lab, classes: list[str] | None, seed: int, strangers: list[Path]) -> dict[str, float]:
    """The article's way: its network, Adam, batches of 10, 3 batches x 10 epochs, the last weights."""
    keras.utils.set_random_seed(seed)
    with Clock() as clock:
        loaded = load(lab, classes, seed, SIZE)
        made = train(pair_cnn(), loaded, lab, epochs=10, batch_size=10, steps_per_epoch=3, keep_best=False, seed=seed)
        accuracy = evaluate(made.model, loaded).accuracy
    return {"accuracy": accuracy, "seconds": clock.seconds}


def ours(lab: Lab, classes: list[str] | None, seed: int, strangers: list[Path]) -> dict[str, float]:
    """Our way: the network that learns most from few pictures; then, off the clock, its sense for strangers."""
    with Clock() as clock:
        loaded = load(lab, classes, seed, SIZE)
        model = learn_from_few(loaded, seed=seed)
        accuracy = evaluate(model, loaded).accuracy
    with Clock() as sense_clock:
        sense = Recognizer.learn(model, loaded, seed=seed).familiarity
    known = outputs(sense, loaded.test.images)[:, 0]
    strange = outputs(sense, np.stack([folders.to_array(path, SIZE) for path in strangers]))[:, 0]
    return {
        "accuracy": accuracy,
        "seconds": clock.seconds,
        "auroc": auroc(known, strange),
        "known_kept": float((known >= 0.5).mean()),
        "strangers_refused": float((strange < 0.5).mean()),
        "sense_seconds": sense_clock.seconds,
    }


def stranger_pictures(root: Path, classes: list[str] | None, named: str | None) -> list[Path]:
    """Return pictures of people (and things) that no recognizer of this pair has seen."""
    if named:
        return folders.pictures_in(Path(named).expanduser())
    others = [folder for folder in folders.subfolders(root) if classes and folder.name not in classes]
    beside = root.resolve().parent / "myth5" / "test"
    if not others and not beside.is_dir():
        raise AnimelibError(f"There are no strangers beside {root}: name a folder of other characters with --strangers.")
    return [path for folder in others or [beside] for path in folders.pictures_in(folder)]
