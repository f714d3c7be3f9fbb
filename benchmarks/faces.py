"""How well faces are found: the detector that comes with animelib, and others where they can be had.

--data is a folder with images/ and boxes.csv, or ``samples``: 200 drawn scenes with 0 to 4 faces, which anybody can repeat;
``empty``: 200 drawn scenes with everything but people. A face counts as found when a box overlaps it by 0.5 (keys as they are)
or 0.4 (keys that end in 40). Precision and recall are at the detector's usual score, ``ap`` over all scores; ``false_per_100``
counts boxes in pictures without a face. ``seconds_per_picture`` is from the open file to the faces, warm. Pictures that the
weights learned from are no test: ``held_out`` says whether there were none, ``--unseen`` leaves them out. ``--retrain MINUTES``
trains anew without each group of pictures in turn (a fifth of them, where there are many) and judges by that group: nothing
judged was learned from then. For several folders at once (--data A,B) a turn leaves out a group of each. With ``--before
MINUTES`` all turns go on from one training without any group. --kept FOLDER keeps the trainings, so that the same command goes
on after an interruption.

``cascade`` is the detector that the article began with (lbpcascade_animeface.xml, from --cascade or $ANIMELIB_DATA, run by
scikit-image), ``animeface`` the package of that name. Either is left out, which is said, where some of the boxes are its own,
where it is not installed, or where it does not find faces that animelib draws (`animelib.teachers`).
"""

import argparse
import json
import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from functools import partial
from itertools import groupby
from pathlib import Path

import numpy as np
from PIL import Image

from animelib.atomic import write_text
from animelib.box_files import find_pictures
from animelib.boxes import read_boxes
from animelib.detection import DetectionReport, judge_faces
from animelib.detector import SHIPPED, FaceDetector
from animelib.errors import AnimelibError
from animelib.faces import Detector, Face
from animelib.samples import draw_scenes
from animelib.teachers import XML, animeface, cascade

from .face_scenes import digest, group_of, load_material
from .harness import Clock, heading, show, summary, told
from .train_faces import Training, asked_for, train

FAINT = 0.05  # boxes less sure than this do not even count for the average precision
SHARES = 5
DATA = "samples"
LEFT_OUT = "left_out.txt"  # beside a training: the groups of pictures that it does not know
DRAWN = {"samples": 4, "empty": 0}  # the most faces in a drawn scene
Case = tuple[Path, Sequence[Face]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this benchmark takes."""
    parser.add_argument("--weights", default=str(SHIPPED), help="other weights than those that come with animelib")
    parser.add_argument("--unseen", action="store_true", help="judge only by pictures that the weights did not learn from")
    parser.add_argument("--retrain", type=float, default=0, metavar="MINUTES", help="train anew without each group in turn")
    parser.add_argument("--before", type=float, default=0, metavar="MINUTES", help="and first, for all turns, without any group")
    parser.add_argument("--material", help="what to learn from with --retrain (default: the folder that holds --data)")
    parser.add_argument("--kept", help="a folder for the trainings of --retrain (default: a temporary one)")
    parser.add_argument("--cascade", default=str(Path(os.environ.get("ANIMELIB_DATA", ".")) / XML), help="the cascade's file")


def run(arguments: argparse.Namespace) -> dict:
    """Judge every detector that can be had, print and return the result."""
    roots = [drawn(name, arguments.quick) if name in DRAWN else Path(name).expanduser() for name in arguments.data.split(",")]
    sets = [(root.name, cases_of(root)) for root in roots]
    cases = [case for _, its in sets for case in its]
    result = heading("faces", ",".join(root.name for root in roots), arguments.seeds if arguments.retrain else 1, arguments.quick)
    if arguments.retrain:
        material = Path(arguments.material or roots[0].parent).expanduser()
        rows = [told(seed, "ours", retrained(sets, material, seed, arguments)) for seed in range(arguments.seeds)]
        result |= {"held_out": True, "minutes": arguments.before + arguments.retrain}
    else:
        detector, seen = FaceDetector.load(arguments.weights), known_to(Path(arguments.weights))
        fresh = [case for case in cases if digest(case[0].read_bytes()) not in seen]
        cases = fresh if arguments.unseen else cases
        if not cases:
            told_of = f"The weights have learned from every picture of {arguments.data}"
            raise AnimelibError(f"{told_of}: judge by others, or without --unseen.")
        rows = [told(0, "ours", figures([judged(detector, cases)]) | {"seconds_per_picture": pace(detector, cases)})]
        result |= {"pictures": len(cases), "held_out": len(fresh) == len(cases)}
    result["ours"] = summary(rows)
    for name, teacher in teachers(arguments, roots):
        result[name] = summary([figures([judged(teacher, cases)]) | {"seconds_per_picture": pace(teacher, cases)}])
    show(result)
    return result


def cases_of(root: Path) -> list[Case]:
    """Return the pictures of a folder with their faces."""
    boxes = read_boxes(root)
    return [(path, boxes[name]) for name, path in find_pictures(boxes, root).items()]


def drawn(name: str, quick: bool) -> Path:
    """Draw scenes that no training has seen: its own are made from other random numbers."""
    folder = Path(tempfile.gettempdir()) / "animelib-bench" / f"drawn_{name}{'_quick' if quick else ''}"
    return draw_scenes(folder, 12 if quick else 200, most=DRAWN[name], seed=20_000)


def known_to(weights: Path) -> set[str]:
    """Return the digests of the pictures that weights have learned from, by the manifest beside them."""
    manifest = weights.with_suffix(".json")
    if not manifest.is_file():
        raise AnimelibError(f"There is no {manifest.name} beside {weights}, which says what they learned from: add it.")
    return set(json.loads(manifest.read_text(encoding="utf-8"))["seen"].values())


def judged(detector: Detector | FaceDetector, cases: Sequence[Case]) -> DetectionReport:
    """Return how a detector does, its faint boxes included."""
    ours = isinstance(detector, FaceDetector)
    detect, least = (partial(detector, min_score=FAINT), detector.min_score) if ours else (detector, 0.0)
    return judge_faces(detect, [path for path, _ in cases], [faces for _, faces in cases], min_score=least)


def figures(reports: Sequence[DetectionReport]) -> dict[str, float]:
    """Return the figures of all pictures in some reports together."""
    files, found, truth = (sum((getattr(report, part) for report in reports), ()) for part in ("files", "found", "truth"))
    made = {}
    for iou, ending in ((0.5, ""), (0.4, "40")):
        report = DetectionReport(files, found, truth, iou, reports[0].min_score)
        made |= {f"{key}{ending}": float(np.nan_to_num(getattr(report, key))) for key in ("precision", "recall", "ap")}
    return made | ({"false_per_100": report.false_per_100} if report.empty else {})


def pace(detector: Callable, cases: Sequence[Case], most: int = 50) -> float:
    """Return the seconds that a picture takes from its file, once every shape has been seen."""
    paths = [path for path, _ in cases[:most]]
    for path in paths:
        detector(Image.open(path))
    with Clock() as clock:
        for path in paths:
            detector(Image.open(path))
    return clock.seconds / len(paths)


# ---- trained anew without what is judged


def retrained(
    sets: Sequence[tuple[str, Sequence[Case]]], material: Path, seed: int, arguments: argparse.Namespace
) -> dict[str, float]:
    """Train without each group in turn and judge by it; the figures are of all groups together."""
    groups = {group_of(name, path.name) for name, cases in sets for path, _ in cases}
    reports: dict[str, list[DetectionReport]] = defaultdict(list)
    with nullcontext(arguments.kept) if arguments.kept else tempfile.TemporaryDirectory(prefix="animelib-bench-") as folder:
        home = Path(folder).expanduser()
        for number, (turn, detector) in enumerate(trained_in_turns(groups, material, seed, arguments, home)):
            for name, cases in sets:
                mine = [case for case in cases if group_of(name, case[0].name) in turn]
                if mine:
                    reports[name].append(judged(detector, mine))
                    told(seed, f"{len(mine)} pictures of {name} in turn {number}", figures(reports[name][-1:]))
    for name, its in reports.items():
        told(seed, f"all of {name}", figures(its))
    return figures(sum(reports.values(), []))


def trained_in_turns(
    groups: Iterable[str], material: Path, seed: int, arguments: argparse.Namespace, home: Path
) -> Iterator[tuple[list[str], FaceDetector]]:
    """Yield turn after turn the groups that are left out, and a detector that was trained without them."""
    begun, learn = home / f"seed_{seed}_before", partial(without, material=material, seed=seed, quick=arguments.quick)
    if arguments.before:
        learn(groups, arguments.before, begun)
    for number, turn in enumerate(turns(groups)):
        folder = home / f"seed_{seed}_turn_{number}"
        if arguments.before and not (folder / LEFT_OUT).exists():  # which is written after all of the copy
            shutil.copytree(begun, folder, ignore=shutil.ignore_patterns(LEFT_OUT), dirs_exist_ok=True)
        yield turn, learn(turn, arguments.before + arguments.retrain, folder)


def turns(groups: Iterable[str]) -> list[list[str]]:
    """Deal the groups of each folder into turns: a group a turn where they are few."""
    dealt: list[list[str]] = [[] for _ in range(SHARES)]
    for _, mine in groupby(sorted(groups), key=lambda group: group.split("/")[0]):
        for place, group in enumerate(mine):
            dealt[place % SHARES].append(group)
    return [turn for turn in dealt if turn]


def without(out: Iterable[str], minutes: float, folder: Path, *, material: Path, seed: int, quick: bool) -> FaceDetector:
    """Return a detector that was trained without groups of pictures; the folder keeps how far it came.

    Raises AnimelibError when a training in the folder left out others: it knows what it would be judged by.
    """
    note, said = folder / LEFT_OUT, "\n".join(sorted(out))
    if note.exists() and note.read_text(encoding="utf-8") != said:
        raise AnimelibError(f"{folder} holds a training that left out other pictures: choose another folder for --kept.")
    write_text(note, said)
    few = ["--scenes", "100"] if quick else []
    words = ["--data", str(material), "--output", str(folder), "--minutes", str(minutes), "--seed", str(seed)]
    asked = asked_for([*words, *few])
    training = train(Training(asked.width, folder, seed), load_material(material, frozenset(out).__contains__), asked)
    print(f"{training.steps} steps in {training.seconds / 60:.1f} minutes", flush=True)
    return FaceDetector(training.average(), asked.side, min_score=asked.min_score)


# ---- the others


def teachers(arguments: argparse.Namespace, roots: Sequence[Path]) -> Iterator[tuple[str, Detector]]:
    """Yield the detectors of others that can be had here and find known faces, and say why one cannot be judged."""
    tables = "".join(table.read_text(encoding="utf-8-sig") for root in roots if (table := root / "boxes.csv").is_file())
    for name, made in (("cascade", partial(cascade, arguments.cascade)), ("animeface", animeface)):
        if name in tables:
            print(f"{name} is not judged: some of these boxes are its own.")
            continue
        try:
            yield name, made()
        except AnimelibError as reason:
            print(f"{name} is not judged. {reason}")
