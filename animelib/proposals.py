"""Let a detector label the rest: its boxes on pictures that have none yet, the most doubtful first, for a person to correct.

The fifth article's author drew the boxes of a thousand pictures, trained, let the detector propose on the next, corrected, and
trained again. Training is `detector_training`'s; here is what comes between two trainings, and how much work it saves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tqdm.auto import tqdm

from .box_files import find_pictures, short_name
from .boxes import read_boxes
from .detection import match
from .detector import MIN_SCORE, FaceDetector
from .errors import AnimelibError
from .faces import Boxes, Detector, Face, ask, overlaps
from .folders import shown, some_pictures_in
from .words import say

FAINT = 0.1  # boxes less sure than this do not even raise a doubt
FITS, NEARLY = 0.7, 0.4  # overlaps (IoU): from the first on a person leaves a box alone, from the second on moves its edges


@dataclass(frozen=True)
class Proposal:
    """What a detector proposes for a picture: its ``faces``, and the ``doubt``, how many corrections are to be expected."""

    picture: str
    faces: tuple[Face, ...] = ()
    doubt: float = 0.0


def propose_faces(
    detector: Detector | FaceDetector, folder: str | Path, known: Boxes | str | Path, *, min_score: float | None = None
) -> list[Proposal]:
    """Let a detector look at every picture of a folder that has no boxes yet, and return what it finds, most doubtful first.

    known: the boxes so far, or what `read_boxes` reads; ``{}`` where there are none. min_score: a face is proposed from this
    score on, by default the detector's own. Pictures are named as in boxes, without the folder ``images`` that they may lie in.

    A score counts as the chance that the box is right. So the doubt is the sum of 1 - score over the boxes that are proposed and
    of the score over fainter ones; where nothing is proposed, it is no less than the share of known pictures that have a face.

        proposals = propose_faces(detector, "my_pictures", "my_pictures/boxes.csv")
        {proposal.picture: proposal.faces for proposal in proposals[:20]}  # boxes, to be corrected first
    """
    known = known if isinstance(known, Mapping) else read_boxes(known, folder)
    usual = (1 + sum(map(bool, known.values()))) / (2 + len(known))
    ours = isinstance(detector, FaceDetector)
    least = min_score if min_score is not None else detector.min_score if ours else MIN_SCORE
    detect = partial(detector, min_score=min(FAINT, least)) if ours else detector
    proposals, left_out = [], []
    for name, path in tqdm(without_boxes(folder, known).items(), say("detection_bar"), delay=1):
        try:
            found = ask(detect, path)
        except AnimelibError as reason:
            left_out.append(str(reason))
            continue
        faces = tuple(face for face in found if face.score >= least)
        proposals.append(Proposal(name, faces, doubt(found, least, usual)))
    if left_out:
        print(say("crops_left_out", count=len(left_out), reason=left_out[0]))
    return sorted(proposals, key=lambda proposal: -proposal.doubt)


def doubt(found: Sequence[Face], min_score: float = MIN_SCORE, usual: float = 0.5) -> float:
    """Return how many corrections are to be expected of what was found in a picture, its faint boxes included.

    usual: the share of pictures that have a face.

        doubt([Face(0, 0, 9, 9, 0.9), Face(20, 0, 9, 9, 0.3)])  # 0.1 + 0.3
    """
    wrong = sum(1 - face.score for face in found if face.score >= min_score)
    missed = sum(face.score for face in found if face.score < min_score)
    return wrong + missed if any(face.score >= min_score for face in found) else max(missed, usual)


def without_boxes(folder: str | Path, known: Boxes) -> dict[str, Path]:
    """Return the pictures of a folder that the boxes say nothing about, by the name that they would have in the boxes."""
    root = Path(folder).expanduser()
    paths = some_pictures_in(root)
    labelled = {path.resolve() for path in find_pictures(known, root).values()}
    return {short_name(path, root): path for path in paths if path.resolve() not in labelled}


# ---- a person's work


@dataclass(frozen=True)
class Labelling:
    """What a person made of proposals: the ``boxes`` of each picture, and the ``strokes`` that it took; ``by_hand``: strokes
    without any proposal."""

    boxes: dict[str, list[Face]]
    strokes: int
    by_hand: int

    def __str__(self) -> str:
        return say("labelling_line", pictures=len(self.boxes), strokes=self.strokes, by_hand=self.by_hand)

    __repr__ = __str__


def count_strokes(proposed: Sequence[Face], truth: Sequence[Face]) -> int:
    """Return in how many strokes a person turns what is proposed for a picture into what is right.

    One to go on to the next picture, and one for each box that is taken away, each that is drawn, and each that is moved or
    resized. A box that overlaps its face by 0.7 or more (IoU) is left as it is, one of 0.4 or more is moved, one of less is taken
    away and its face drawn. So by hand, with nothing proposed, a picture takes one stroke more than it has faces.

        count_strokes([Face(0, 0, 10, 10)], [Face(0, 0, 10, 9), Face(50, 50, 10, 10)])  # one to draw, one to go on: 2
    """
    return _corrected(proposed, truth)[1]


def simulate_labelling(proposals: Iterable[Proposal], truth: Boxes) -> Labelling:
    """Correct proposals as a person would who knows all the boxes, and count the strokes (`count_strokes`).

    A box that fits is left as it is, so that the labels are no better than a person's. For a first round give proposals without
    faces. It stands for a person where the boxes are known: in a benchmark, or in a notebook that runs on drawn scenes.

    Raises AnimelibError when the truth says nothing about a picture.

        simulate_labelling([Proposal("scene_000.jpg")], read_boxes("scenes")).boxes
    """
    boxes, strokes, by_hand = {}, 0, 0
    for proposal in proposals:
        if proposal.picture not in truth:
            raise AnimelibError(f"The boxes that are known say nothing about {shown(proposal.picture)}: leave it out.")
        faces = truth[proposal.picture]
        boxes[proposal.picture], its = _corrected(proposal.faces, faces)
        strokes, by_hand = strokes + its, by_hand + count_strokes((), faces)
    return Labelling(boxes, strokes, by_hand)


def _corrected(proposed: Sequence[Face], truth: Sequence[Face]) -> tuple[list[Face], int]:
    """Return the boxes after correction, certain now, and the strokes that it took."""
    matched, table = match(proposed, truth, NEARLY), overlaps(proposed, truth)
    boxes, strokes = list(truth), 1 + int((matched < 0).sum()) + len(truth) - int((matched >= 0).sum())
    for place, its in enumerate(matched):
        if its >= 0 and table[place, its] >= FITS:
            boxes[its] = replace(proposed[place], score=1.0)
        strokes += bool(its >= 0 and table[place, its] < FITS)
    return boxes, strokes
