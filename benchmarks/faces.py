"""How well faces are found: the detector that comes with animelib, and others where they can be had.

--data is a folder with images/ and boxes.csv, or ``samples``: 200 drawn scenes with 0 to 4 faces, which anybody can repeat. A
face counts as found when a box overlaps it by 0.5 (keys as they are) or 0.4 (keys that end in 40). Precision and recall are at
the detector's usual score, ``ap`` over all scores; ``false_per_100`` counts boxes in pictures without a face.
``seconds_per_picture`` is from the open file to the faces, warm. Pictures that the weights learned from are no test: ``held_out``
says whether there were none, ``--unseen`` leaves them out. ``--retrain MINUTES`` trains anew without each group of pictures in
turn (a fifth of them, where there are many) and judges by that group: nothing judged was learned from then.

``cascade`` is the detector that the article began with (lbpcascade_animeface.xml, from --cascade or $ANIMELIB_DATA, run by
scikit-image), ``animeface`` the package of that name. Either is left out, which is said, where some of the boxes are its own,
where it is not installed, or where it does not find faces that animelib draws (`animelib.teachers`).
"""

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from animelib.box_files import find_pictures
from animelib.boxes import read_boxes
from animelib.detection import DetectionReport, judge_faces
from animelib.detector import SHIPPED, FaceDetector
from animelib.errors import AnimelibError
from animelib.faces import Detector, Face
from animelib.samples import draw_scenes
from animelib.teachers import XML, animeface, cascade

from .face_scenes import digest, group_of, left_out, load_material
from .harness import Clock, heading, show, summary, told
from .train_faces import Training, asked_for, train

FAINT = 0.05  # boxes less sure than this do not even count for the average precision
SHARES = 5
DATA = "samples"
Case = tuple[Path, Sequence[Face]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this benchmark takes."""
    parser.add_argument("--weights", default=str(SHIPPED), help="other weights than those that come with animelib")
    parser.add_argument("--unseen", action="store_true", help="judge only by pictures that the weights did not learn from")
    parser.add_argument("--retrain", type=float, default=0, metavar="MINUTES", help="train anew without each group in turn")
    parser.add_argument("--material", help="what to learn from with --retrain (default: the folder that holds --data)")
    parser.add_argument("--cascade", default=str(Path(os.environ.get("ANIMELIB_DATA", ".")) / XML), help="the cascade's file")


def run(arguments: argparse.Namespace) -> dict:
    """Judge every detector that can be had, print and return the result."""
    root = drawn(arguments.quick) if arguments.data == "samples" else Path(arguments.data).expanduser()
    boxes = read_boxes(root)
    cases = [(path, boxes[name]) for name, path in find_pictures(boxes, root).items()]
    result = heading("faces", root.name, arguments.seeds if arguments.retrain else 1, arguments.quick)
    if arguments.retrain:
        rows = [told(seed, "ours", retrained(cases, root, seed, arguments)) for seed in range(arguments.seeds)]
        result |= {"held_out": True, "minutes": arguments.retrain}
    else:
        detector, seen = FaceDetector.load(arguments.weights), known_to(Path(arguments.weights))
        fresh = [case for case in cases if digest(case[0].read_bytes()) not in seen]
        cases = fresh if arguments.unseen else cases
        if not cases:
            raise AnimelibError(f"The weights have learned from every picture in {root}: judge by others, or without --unseen.")
        rows = [told(0, "ours", figures([judged(detector, cases)]) | {"seconds_per_picture": pace(detector, cases)})]
        result |= {"pictures": len(cases), "held_out": len(fresh) == len(cases)}
    result["ours"] = summary(rows)
    for name, teacher in teachers(arguments, root):
        result[name] = summary([figures([judged(teacher, cases)]) | {"seconds_per_picture": pace(teacher, cases)}])
    show(result)
    return result


def drawn(quick: bool) -> Path:
    """Draw scenes that no training has seen: its own are made from other random numbers."""
    folder = Path(tempfile.gettempdir()) / "animelib-bench" / ("drawn_scenes_quick" if quick else "drawn_scenes")
    return draw_scenes(folder, 12 if quick else 200, seed=20_000)


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


def retrained(cases: Sequence[Case], root: Path, seed: int, arguments: argparse.Namespace) -> dict[str, float]:
    """Train without each group in turn and judge by it; the figures are of all groups together."""
    groups = {group_of(root.name, path.name) for path, _ in cases}
    turns = sorted(groups) if len(groups) <= SHARES else [f"{share}/{SHARES}" for share in range(SHARES)]
    material = Path(arguments.material or root.parent).expanduser()
    reports = []
    for turn in turns:
        mine = [case for case in cases if left_out(turn)(group_of(root.name, case[0].name))]
        if mine:
            reports.append(judged(without(turn, material, seed, arguments), mine))
            print(f"without {turn}:", {key: round(value, 3) for key, value in figures(reports[-1:]).items()}, flush=True)
    return figures(reports)


def without(turn: str, data: Path, seed: int, arguments: argparse.Namespace) -> FaceDetector:
    """Return a detector that was trained without a group of pictures."""
    with tempfile.TemporaryDirectory(prefix="animelib-bench-") as folder:
        few = ["--scenes", "100"] if arguments.quick else []
        words = ["--data", str(data), "--output", folder, "--leave-out", turn, "--minutes", str(arguments.retrain)]
        asked = asked_for([*words, *few, "--seed", str(seed)])
        learned = load_material(data, left_out(turn))
        model = train(Training(asked.width, Path(folder), seed), learned, asked).average()
        return FaceDetector(model, asked.side, min_score=asked.min_score)


# ---- the others


def teachers(arguments: argparse.Namespace, root: Path) -> Iterator[tuple[str, Detector]]:
    """Yield the detectors of others that can be had here and find known faces, and say why one cannot be judged."""
    table = root / "boxes.csv"
    for name, made in (("cascade", partial(cascade, arguments.cascade)), ("animeface", animeface)):
        if table.is_file() and name in table.read_text(encoding="utf-8-sig"):
            print(f"{name} is not judged: some of these boxes are its own.")
            continue
        try:
            yield name, made()
        except AnimelibError as reason:
            print(f"{name} is not judged. {reason}")
