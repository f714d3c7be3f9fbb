"""FaceDetector: where the faces are in a picture of drawn people, by a small network of our own.

It looks at the whole picture once. For every 8x8 pixels it answers how sure it is that they lie in the middle of a face, and how
far it is from there to the four edges of the face's box: no anchors, one map (FCOS, Tian et al. 2019; CenterNet, Zhou et al.
2019). What a box is stands in `faces`; how good a detector is, is not said here.
"""

import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import keras
import numpy as np
from keras import ops
from PIL import Image

from .atomic import replacing
from .errors import AnimelibError
from .faces import Face, without_doubles
from .folders import open_image, shown
from .models import face_network

STRIDE = 8  # pixels of the picture for each cell of the map, each way
SIDE = 384  # pixels to which the longer side of a picture is brought before the network looks at it
MIN_SCORE = 0.5  # from which on a box is a face, where a detector does not say otherwise
SPREAD, TOP = 0.16, 0.6  # the hill over a face: its standard deviation in faces, and from which height on a cell is in the middle
RIGHT = 0.6  # the overlap (IoU) from which on a box is right: those to learn from are not exact themselves
CELLS = 9  # a face counts as much as this many cells at most, however large it is
GREY = 128  # what is around a picture that is not square; the network sees it as 0
CARD = "faces.json"  # what a detector must know beside its network, inside the file
SHIPPED = Path(__file__).with_name("weights") / "faces.npz"


# ---- from boxes to what the network should answer, and back


def targets_of(faces: Sequence[Face], shape: tuple[int, int], unsure: Sequence[Face] = ()) -> np.ndarray:
    """Return what the network should answer for a picture: float32 (H / 8, W / 8, 6).

    faces: boxes in pixels of the picture, whose ``shape`` (H, W) is of multiples of 32. The first number of a cell is the height
    of a hill over each face, 0-1; then the four distances, and what the cell counts: 0 outside the middle of faces. In boxes of
    ``unsure`` any answer is right: for what is not clearly a face, nor clearly none.

        targets = targets_of([Face(40, 30, 64, 64)], (288, 288))
    """
    y, x = (np.mgrid[: shape[0] // STRIDE, : shape[1] // STRIDE] + 0.5) * STRIDE
    targets = np.zeros((*x.shape, 6), np.float32)
    for face in faces:
        hill = _hill(face, x, y)
        mine = (hill > TOP) & (hill >= targets[..., 0]) | (hill == hill.max())
        edges = np.stack([x - face.x, y - face.y, face.x + face.w - x, face.y + face.h - y], axis=-1)
        targets[..., 0] = np.maximum(targets[..., 0], hill)
        targets[mine, 1:5] = np.maximum(edges, 1)[mine]
        targets[mine, 5] = min(1, CELLS / mine.sum())
    for face in unsure:
        inside = (np.abs(x - face.x - face.w / 2) < face.w / 2) & (np.abs(y - face.y - face.h / 2) < face.h / 2)
        targets[inside, 0] = 1  # a cell on top of a hill that counts for nothing
    return targets


def _hill(face: Face, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    across = (x - face.x - face.w / 2) / max(SPREAD * face.w, STRIDE / 2)
    down = (y - face.y - face.h / 2) / max(SPREAD * face.h, STRIDE / 2)
    return np.exp(-(across**2 + down**2) / 2)


def detection_loss(targets: keras.KerasTensor, answers: keras.KerasTensor) -> keras.KerasTensor:
    """Return how wrong the network is: a loss for ``model.compile``.

    In the middle of a face the score should be 1 where the box is right, that is, overlaps the true one enough, and the less
    the worse it is; elsewhere 0, where cells on the slope of a hill count less (CenterNet). All that are nearly right already
    count less (generalized focal loss, Li et al. 2020). The box should overlap the true one (GIoU, Rezatofighi et al. 2019).

        model.compile(optimizer="adam", loss=detection_loss)
    """
    hill, truth, counts = targets[..., 0], targets[..., 1:5], targets[..., 5]
    fits, apart = _overlap(truth, answers[..., 1:])
    wanted = ops.where(counts > 0, ops.minimum(ops.stop_gradient(fits) / RIGHT, 1.0), 0.0)
    score = ops.sigmoid(answers[..., 0])
    weight = ops.where(counts > 0, counts, (1 - hill) ** 4) * ops.stop_gradient(ops.square(wanted - score))
    wrong = weight * ops.binary_crossentropy(wanted, answers[..., 0], from_logits=True)
    return (ops.sum(wrong) + 2 * ops.sum(counts * (1 - fits + apart))) / ops.maximum(ops.sum(counts), 1.0)


def _overlap(a: keras.KerasTensor, b: keras.KerasTensor) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """Return for boxes around the same point, given by distances (..., 4), their IoU and the share of empty room between them."""
    inner, outer = ops.minimum(a, b), ops.maximum(a, b)
    both = _area(inner)
    either = _area(a) + _area(b) - both
    around = _area(outer)
    return both / (either + 1e-6), (around - either) / (around + 1e-6)


def _area(edges: keras.KerasTensor) -> keras.KerasTensor:
    return (edges[..., 0] + edges[..., 2]) * (edges[..., 1] + edges[..., 3])


def faces_in(answer: np.ndarray, *, min_score: float = MIN_SCORE, overlap: float = 0.4) -> list[Face]:
    """Return the faces in what the network answered for one picture, (H / 8, W / 8, 5), the surest first, in its pixels.

    Of boxes that overlap by more than ``overlap`` the surest is kept.

        faces_in(model.predict_on_batch(pictures)[0])
    """
    scores = (1 + np.tanh(answer[..., 0] / 2)) / 2  # the sigmoid
    rows, columns = np.nonzero(scores >= min_score)
    x, y = (columns + 0.5) * STRIDE, (rows + 0.5) * STRIDE
    left, upper, right, lower = answer[rows, columns, 1:].T
    found = np.stack([x - left, y - upper, left + right, upper + lower, scores[rows, columns]], axis=1)
    return without_doubles([Face(*face) for face in found.tolist()], overlap)


# ---- the detector


@dataclass(frozen=True, eq=False)
class FaceDetector:
    """A network that finds faces, called with a picture.

    ``model``: as `face_network` makes it. ``side``: pixels to which the longer side of a picture is brought, a multiple of 128:
    faces of about a 30th of it to three quarters are found. ``source``: what it learned from, in words. ``min_score``: how sure
    it must be of a face, 0-1.
    """

    model: keras.Model
    side: int = SIDE
    source: str = ""
    min_score: float = MIN_SCORE

    def __post_init__(self) -> None:
        if self.side < 128 or self.side % 128:
            raise AnimelibError(f"A detector looks at 128, 256, 384 ... pixels, and {self.side} is none of these: choose one.")

    def __call__(
        self, picture: object, min_score: float | None = None, min_size: float = 0, *, both_ways: bool = True
    ) -> list[Face]:
        """Return the faces in ``picture``, anything that `open_image` opens, in its pixels, the surest first.

        min_score: how sure it must be, by default the detector's own. min_size: pixels that the shorter side of a face must
        have. ``both_ways`` looks at the picture and its mirror image: surer, and half as fast.

            faces = detector("party.jpg")
        """
        image = open_image(picture)
        framed, (left, upper, width, height) = framed_in(image, self.side)
        across, down = image.width / width, image.height / height
        faces = []
        least = self.min_score if min_score is None else min_score
        for face in faces_in(answer(self.model, framed, both_ways=both_ways), min_score=least):
            x, y = max(0.0, (face.x - left) * across), max(0.0, (face.y - upper) * down)
            right, lower = (face.x + face.w - left) * across, (face.y + face.h - upper) * down
            faces.append(Face(x, y, min(image.width, right) - x, min(image.height, lower) - y, face.score))
        return [face for face in faces if min(face.w, face.h) > 0 and min(face.w, face.h) >= min_size]

    def save(self, path: str | Path) -> Path:
        """Write the detector as one ``.keras`` file, which plain Keras opens too, or as a small ``.npz``; return its path.

        The small file holds the weights in half the bits, and nothing but weights: those of `face_network`.

        Raises AnimelibError for another name, or another network under a name that ends in .npz.

            detector.save("faces.keras")
        """
        path = Path(path).expanduser()
        if path.suffix not in (".keras", ".npz"):
            raise AnimelibError(f"A detector is saved under a name that ends in .keras or .npz, and {shown(path.name)} does not.")
        if path.suffix == ".npz" and _shapes(self.model) != _shapes(face_network(_width(self.model))):
            raise AnimelibError("Only the weights of face_network can be saved as .npz: save this detector as .keras.")
        card = {"side": self.side, "source": self.source, "min_score": self.min_score, "width": _width(self.model)}
        with replacing(path) as temporary:
            if path.suffix == ".npz":
                np.savez_compressed(temporary, *[weight.astype(np.float16) for weight in self.model.get_weights()])
            else:
                keras.Model(self.model.inputs[0], self.model.outputs[0], name=self.model.name).save(temporary)
            with zipfile.ZipFile(temporary, "a") as archive:
                archive.writestr(CARD, json.dumps(card, ensure_ascii=False))
        return path

    @classmethod
    def load(cls, path: str | Path) -> "FaceDetector":
        """Open a file that `save` wrote.

        Raises AnimelibError when it is not there, is not whole, or holds something else.

            detector = FaceDetector.load("faces.keras")
        """
        path = Path(path).expanduser()
        if not path.is_file():
            raise AnimelibError(f"There is no face detector at {shown(path)}: check the path.")
        try:
            with zipfile.ZipFile(path) as archive:
                card = json.loads(archive.read(CARD))
            model = _with_weights(path, card["width"]) if path.suffix == ".npz" else keras.models.load_model(path, compile=False)
        except Exception as reason:  # Keras and NumPy raise nearly everything on a broken file
            told = f"{shown(path)} is no whole face detector ({type(reason).__name__})"
            raise AnimelibError(f"{told}: FaceDetector.save writes one; copy or download it again.") from None
        return cls(model, card["side"], card["source"], card["min_score"])

    def __repr__(self) -> str:
        return f"FaceDetector({self.model.count_params():,} weights; pictures at {self.side} pixels; {self.source})"


def framed_in(image: Image.Image, side: int) -> tuple[np.ndarray, tuple[int, int, int, int]]:
    """Return a picture in the middle of a grey frame of one of few sizes, uint8 (H, W, 3), and its place there (x, y, w, h).

    The longer side is ``side`` pixels; the frame's shorter one is all, three quarters or half of that, so that a network need
    not be compiled for every size. All is even, so that a mirrored picture lies in a mirrored frame.

        framed_in(open_image("party.jpg"), 384)[0].shape  # (288, 384, 3)
    """
    larger = max(image.size)
    width, height = (max(2, 2 * round(length * side / larger / 2)) for length in image.size)
    frame = [next(room for room in (side // 2, side * 3 // 4, side) if room >= length) for length in (width, height)]
    left, upper = (frame[0] - width) // 2, (frame[1] - height) // 2
    framed = np.full((frame[1], frame[0], 3), GREY, np.uint8)
    framed[upper : upper + height, left : left + width] = image.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2)
    return framed, (left, upper, width, height)


def answer(model: keras.Model, picture: np.ndarray, *, both_ways: bool = False) -> np.ndarray:
    """Return what the network answers for one picture, (H, W, 3): (H / 8, W / 8, 5); ``both_ways`` is in the mirror too."""
    views = np.stack([picture, picture[:, ::-1]] if both_ways else [picture]).astype(np.float32)
    seen = np.asarray(model.predict_on_batch(views))
    if not both_ways:
        return seen[0]
    return (seen[0] + seen[1, :, ::-1][..., [0, 3, 2, 1, 4]]) / 2  # left is right in the mirror


def _width(model: keras.Model) -> int:
    return 2 * int(model.get_weights()[0].shape[-1])


def _shapes(model: keras.Model) -> list[tuple[int, ...]]:
    return [tuple(variable.shape) for variable in model.weights]


def _with_weights(path: Path, width: int) -> keras.Model:
    model = face_network(width)
    with np.load(path) as arrays:
        model.set_weights([arrays[f"arr_{place}"].astype(np.float32) for place in range(len(model.weights))])
    return model


def detect_faces(picture: object, *, min_score: float | None = None, min_size: float = 0) -> list[Face]:
    """Return the faces in a picture of drawn people, the surest first, found by the network that comes with animelib.

    picture: a path, or anything else that `open_image` opens. min_score: how sure it must be, 0-1. min_size: pixels of the
    shorter side of a face. The boxes reach from the chin into the hair above the forehead.

    Raises AnimelibError when the picture cannot be read.

        for face in detect_faces("party.jpg"): print(face)
    """
    return shipped_detector()(picture, min_score, min_size)


@cache
def shipped_detector() -> FaceDetector:
    """Return the detector that comes with animelib; it is opened once."""
    if not SHIPPED.is_file():
        raise AnimelibError("This copy of animelib came without its face detector (weights/faces.npz): install it again.")
    return FaceDetector.load(SHIPPED)
