"""The loop of notebook 05 with a simulated person: label twenty pictures, train, correct what is proposed, train again.

--data is a folder with images/ and boxes.csv, or ``samples``: drawn scenes alone. --scenes drawn scenes with 0 to 4 faces are
mixed in. A part of all pictures, chosen by seed, is never labelled and judges every round: ``recall_20`` is the recall after 20
labels (a face counts as found from an IoU of 0.5 on, 0.4 for keys with ``iou40``). After the first twenty, chosen by chance, the
twenty most doubtful are corrected in each of two rounds. ``strokes`` is what it takes to label all pictures but those that judge:
the first by hand, those of the rounds, and the rest by correcting what the last detector proposes; ``strokes_by_hand`` is what it
takes without a detector (`count_strokes` says what a stroke is); ``corrections_saved`` does not count the stroke that each
picture takes anyway, for going on to the next. ``seconds`` is of all trainings.

Parts: ``nothing`` begins with a network that has seen nothing, ``drawn`` with one that has seen other drawn scenes only, and
``weights`` with the weights that come with animelib, or --weights, if they have not learned from any of these pictures.
"""

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from animelib.box_files import find_pictures
from animelib.boxes import read_boxes, write_boxes
from animelib.detector import SHIPPED, FaceDetector
from animelib.detector_training import train_detector
from animelib.errors import AnimelibError
from animelib.faces import Face
from animelib.proposals import Proposal, propose_faces, simulate_labelling
from animelib.samples import draw_scenes

from .face_scenes import digest
from .faces import Case, figures, judged, known_to
from .harness import Clock, heading, show, summary, told

ROUNDS = 3
JUDGES = 0.3  # the share of pictures that are never labelled
PARTS = ("nothing", "drawn", "weights")
DATA = "samples"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this benchmark takes."""
    parser.add_argument("--scenes", type=int, default=100, help="drawn scenes mixed in (default 100)")
    parser.add_argument("--labels", type=int, default=20, help="pictures labelled at first, and corrected in each round")
    parser.add_argument("--epochs", type=int, default=50, help="epochs of each training, ten batches each (default 50)")
    parser.add_argument("--parts", default="nothing,drawn", help=f"what to begin with: {', '.join(PARTS)}")
    parser.add_argument("--weights", default=str(SHIPPED), help="other weights than those that come with animelib")


def run(arguments: argparse.Namespace) -> dict:
    """Go through the loop from every start, print and return the result."""
    parts = arguments.parts.split(",")
    if not set(parts) <= set(PARTS):
        raise AnimelibError(f"--parts {arguments.parts} names what is no part: choose from {', '.join(PARTS)}.")
    if arguments.quick:
        arguments.scenes, arguments.labels, arguments.epochs = 14, 2, 1
    with tempfile.TemporaryDirectory(prefix="animelib-bench-") as home:
        cases = all_cases(arguments, Path(home) / "scenes")
        result = heading("face_loop", Path(arguments.data).name, arguments.seeds, arguments.quick)
        result |= {"pictures": len(cases), "labels": arguments.labels}
        for part in parts:
            start = began(part, cases, arguments, Path(home) / "others")
            rows = []
            for seed in range(arguments.seeds):
                rows.append(told(seed, part, loop(start, cases, arguments, seed, Path(home) / f"pool_{part}_{seed}")))
            result[part] = summary(rows)
    show(result)
    return result


def all_cases(arguments: argparse.Namespace, scenes: Path) -> list[Case]:
    """Return the pictures of the folder and drawn scenes, with their faces."""
    roots = [] if arguments.data == "samples" else [Path(arguments.data).expanduser()]
    roots += [draw_scenes(scenes, arguments.scenes, seed=30_000)] if arguments.scenes else []
    boxes = [(read_boxes(root), root) for root in roots]
    cases = [(path, known[name]) for known, root in boxes for name, path in find_pictures(known, root).items()]
    if len({path.name for path, _ in cases}) < len(cases):
        raise AnimelibError(f"Two pictures of {arguments.data} have the same name, or one is called scene_000.jpg: rename it.")
    if (1 - JUDGES) * len(cases) < ROUNDS * arguments.labels:
        raise AnimelibError(f"{len(cases)} pictures are too few for {ROUNDS} rounds of {arguments.labels} labels: add some.")
    return cases


def began(part: str, cases: Sequence[Case], arguments: argparse.Namespace, home: Path) -> FaceDetector | None:
    """Return the detector that the loop begins with, which knows none of the pictures, or None for nothing."""
    if part == "drawn":
        others = draw_scenes(home, 10 if arguments.quick else 150, seed=40_000)
        return train_detector(others, start=None, epochs=arguments.epochs)
    if part == "weights":
        seen = known_to(Path(arguments.weights))
        known = sum(digest(path.read_bytes()) in seen for path, _ in cases)
        if known:
            raise AnimelibError(f"The weights have learned from {known} of these pictures, so nothing is left to judge by.")
        return FaceDetector.load(arguments.weights)
    return None


def loop(start: FaceDetector | None, cases: Sequence[Case], arguments: argparse.Namespace, seed: int, pool: Path) -> dict:
    """Label, train and correct in rounds; return recall and precision after each, the strokes and the seconds."""
    order = np.random.default_rng(seed).permutation(len(cases))
    judges, rest = np.split(order, [round(JUDGES * len(cases))])
    truth = collected([cases[place] for place in rest], pool)
    boxes: dict[str, list[Face]] = {}
    detector, row, seconds, strokes = start, {}, 0.0, 0
    proposals = [Proposal(cases[place][0].name) for place in rest]
    for _ in range(ROUNDS):
        labelling = simulate_labelling(proposals[: arguments.labels], truth)
        boxes, strokes = boxes | labelling.boxes, strokes + labelling.strokes
        write_boxes(pool / "boxes.csv", boxes)
        with Clock() as clock:
            detector = train_detector(pool, start=detector, epochs=arguments.epochs, seed=seed)
        seconds += clock.seconds
        proposals = propose_faces(detector, pool, boxes)
        row |= after(len(boxes), figures([judged(detector, [cases[place] for place in judges])]))
    strokes += simulate_labelling(proposals, truth).strokes
    by_hand = simulate_labelling(map(Proposal, truth), truth).strokes
    saved = {"strokes_saved": 1 - strokes / by_hand, "corrections_saved": 1 - (strokes - len(truth)) / (by_hand - len(truth))}
    return row | {"strokes": strokes, "strokes_by_hand": by_hand, **saved, "seconds": seconds}


def after(labels: int, its: dict[str, float]) -> dict[str, float]:
    """Return the figures of a round under names that tell how many pictures had been labelled."""
    named = {key.replace("40", "_iou40"): value for key, value in its.items()}
    row = {f"{key}_{labels}": named[key] for key in ("recall", "precision", "ap", "recall_iou40", "precision_iou40")}
    print("  ", {key: round(value, 3) for key, value in row.items()}, flush=True)
    return row


def collected(cases: Sequence[Case], pool: Path) -> dict[str, Sequence[Face]]:
    """Copy pictures into one folder and return their faces by name."""
    (pool / "images").mkdir(parents=True)
    for path, _ in cases:
        shutil.copy(path, pool / "images" / path.name)
    return {path.name: faces for path, faces in cases}
