"""What the verbs of the command line do, on the functions that a notebook uses; each returns its exit code.

Progress and notes go to stderr and results to stdout, to be piped on. How they are called is told in `usage`.
"""

import argparse
import glob
import os
import random
import sys
from collections.abc import Iterable
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm.auto import tqdm

from . import tables
from .errors import AnimelibError
from .folders import natural_key, some_pictures_in
from .lab import Lab, chosen_budget
from .words import say, use_language

if TYPE_CHECKING:
    from .data import ImageData
    from .training import Run

FEW = "visual_words"  # learned without epochs
NETWORKS = {"killme_cnn": 128, FEW: 128, "pair_cnn": 64, "cifar10_cnn": 32}  # and the pixels of the pictures for each
TYPICAL = 2000  # pictures of a folder that say what is usual in it
FORMATS = {"table": tables.table_of, "csv": tables.csv_of, "json": tables.json_of}


def demo(chosen: argparse.Namespace) -> int:
    """Go the whole way once: pictures, two networks, a recognizer in one file, "who is this?", a report."""
    import animelib as al

    lab = _open(chosen)
    print(f"{lab}\n{al.hardware()}\n{say('demo_doctor')}\n{al.doctor(lab)}")
    data = al.load_images(lab)
    print(data)
    run = al.train(al.pair_cnn(len(data.classes)), data, lab, epochs=10, batch_size=10, steps_per_epoch=3)
    print(say("demo_article"), al.evaluate(run.model, data))
    model = al.learn_from_few(data)
    report = al.evaluate(model, data)
    print(say("demo_ours"), report)
    recognizer = al.Recognizer.learn(model, data)
    saved = recognizer.save(run.folder / "recognizer.keras")
    print(say("demo_who", file=report.files[0], answer=recognizer(report.images[0])))
    print(say("demo_later", path=saved))
    print(say("demo_report", path=report.save(run.folder / "report.html")))
    right, asked = int((report.guesses == report.truth).sum()), len(report.truth)
    print(say("demo_end", right=right, asked=asked, source=data.source))
    return 0


def who(chosen: argparse.Namespace) -> int:
    """Answer for each picture, one a line: its path, and who it is."""
    import animelib as al

    use_language(chosen.language)
    recognizer = al.Recognizer.load(chosen.recognizer)
    for named in chosen.pictures:
        asked = recognizer.answer_folder(named) if Path(named).is_dir() else [(named, recognizer(named))]
        for path, answer in asked:
            print(f"{path}: {answer}")
    return 0


def train(chosen: argparse.Namespace) -> int:
    """Train a network, judge it on the test pictures, and save recogniser, graph and report."""
    import animelib as al

    _check_output(chosen.output)
    with redirect_stdout(sys.stderr):
        lab, size = _open(chosen), NETWORKS[chosen.network]
        lists = al.make_lists(lab, chosen.list) if chosen.list else None
        data = al.load_images(lab, size, lists=lists)
        print(data)
        if not len(data.test) + len(data.val):
            raise AnimelibError(f"All pictures in {lab.pictures} are to learn from: put some into a test folder to judge by.")
        model, run = _learned(chosen, data, lab)
        folder = run.folder if run else lab.new_run(FEW)
        recognizer = al.Recognizer.learn(model, data)
        saved = recognizer.save(chosen.output or al.dated(folder / "recognizer.keras"))
        graph = al.plot_loss_and_accuracy(run).save(al.dated(folder / "graph.png")) if run else None
        report = al.evaluate(model, data)
        page, *rest = [report.save(folder / f"report.{kind}") for kind in ("html", "txt", "csv")]
    print(report)
    print(say("train_wrote", model=saved, page=page, lines=", ".join(path.name for path in rest)))
    if run:
        print(say("train_graph", graph=graph))
        _stop_if_stopped(run)
    return 0


def _learned(chosen: argparse.Namespace, data: "ImageData", lab: Lab) -> "tuple[Any, Run | None]":
    """Return what was learned, and the run that it took where there were epochs."""
    import animelib as al

    if chosen.network == FEW:
        return al.learn_from_few(data, backbone=chosen.backbone), None
    if chosen.backbone:
        raise AnimelibError(f"--backbone goes with --network {FEW}, which looks through it: add that, or leave --backbone out.")
    run = al.train(getattr(al, chosen.network)(len(data.classes), data.size), data, lab, epochs=chosen.epochs)
    if run.settings.get("interrupted"):
        print(say("train_stopped"))
    return run.model, run


def _stop_if_stopped(run: "Run") -> None:
    """Let the shell know that Ctrl-C ended the training."""
    if run.settings.get("interrupted"):
        raise KeyboardInterrupt


def predict(chosen: argparse.Namespace) -> int:
    """Print a row for each picture; name on stderr what cannot be answered, and answer the rest."""
    import animelib as al

    use_language(chosen.language)
    recognizer = al.Recognizer.load(chosen.model)
    paths, troubles = _found(chosen.pictures)
    rows = []
    for path in tqdm(paths, say("answering_bar"), delay=1):
        try:
            answer = recognizer(path)
        except AnimelibError as reason:
            troubles.append(reason)
        else:
            share_of = {guess.name: guess.probability for guess in answer}
            rows.append(tables.asked(path, answer.known, {name: share_of[name] for name in recognizer.classes}))
    for trouble in troubles:
        print(f"animelib: {trouble}", file=sys.stderr)
    if rows or chosen.format == "json":
        print(FORMATS[chosen.format](rows))
    return 1 if troubles else 0


def score(chosen: argparse.Namespace) -> int:
    """Learn a taste from ratings, and write the score of every picture in a folder, the best first."""
    from .ratings import ratings_of
    from .taste import Taste

    use_language(chosen.language)
    _check_free(chosen.output)
    folder, backbone = Path(chosen.folder).expanduser(), None if chosen.backbone == "none" else chosen.backbone
    paths, ratings = some_pictures_in(folder), ratings_of(chosen.ratings, folder)
    typical = sorted(random.Random(0).sample(paths, min(TYPICAL, len(paths))))  # so that memory stays flat
    with redirect_stdout(sys.stderr):
        taste = Taste(typical, backbone=backbone, weights=chosen_budget().weights, faces=not chosen.no_faces).fit(ratings)
        scores = taste.score(paths).best()
    for trouble in scores.left_out:
        print(f"animelib: {trouble}", file=sys.stderr)
    if chosen.output:
        print(say("scores_wrote", count=len(scores), path=scores.save(chosen.output)))
    else:
        print(scores.csv(), end="")
    return 1 if scores.left_out else 0


def check(chosen: argparse.Namespace) -> int:
    """Print what the doctor found."""
    from .checkup import doctor

    use_language(chosen.language)
    checkup = doctor(chosen.folder)
    print(checkup)
    return 1 if checkup.findings else 0


def _open(chosen: argparse.Namespace) -> Lab:
    """Open a lab with the pictures that were named: a folder, a zip, or for none drawn samples."""
    import animelib as al

    source = "samples" if not chosen.folder else "zip" if chosen.folder.lower().endswith(".zip") else "folder"
    name = Path(chosen.folder).resolve().stem if chosen.folder else "demo"
    return al.open_lab(name, source, folder=chosen.folder, language=chosen.language)


def _check_output(output: str) -> None:
    """Refuse a name before the work and not after it."""
    if output and not output.endswith(".keras"):
        raise AnimelibError(f"The recogniser cannot be saved as {output}: give --output a name that ends in .keras.")
    _check_free(output)


def _check_free(output: str) -> None:
    if output and os.path.lexists(os.path.expanduser(output)):
        raise AnimelibError(f"{output} is there already and is not written over: give --output another name, or move it away.")


def _found(named: Iterable[str]) -> tuple[list[str], list[AnimelibError]]:
    """Return the pictures that files, folders and patterns name, each once, and what is wrong with folders."""
    paths, troubles = [], []
    for name in map(os.path.expanduser, named):
        # A name is taken for itself before it is taken for a pattern: brackets are common in names.
        meant = [name] if os.path.lexists(name) else sorted(glob.glob(name, recursive=True), key=natural_key) or [name]
        for path in meant:
            try:
                paths += map(str, some_pictures_in(Path(path))) if os.path.isdir(path) else [path]
            except AnimelibError as reason:
                troubles.append(reason)
    return list(dict.fromkeys(paths)), troubles
