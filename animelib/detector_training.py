"""Train a detector on pictures of one's own: twenty with boxes are enough to get somewhere.

This is one turn of the loop that made the fifth article's detector: label a few, train, let it propose on the rest (`proposals`),
correct, train again. Few pictures are shown again and again, never twice the same. The network, its loss and what it should
answer are `detector`'s.
"""

import contextlib
import math
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw
from tqdm.auto import tqdm

from .box_files import find_pictures, size_of
from .boxes import read_boxes
from .detector import GREY, FaceDetector, detection_loss, shipped_detector, targets_of
from .errors import AnimelibError
from .faces import Boxes, Face, check_boxes
from .folders import open_image, shown
from .lab import Lab
from .machine import mixed_precision
from .models import face_network
from .training import Progress, computing_in, layers_of
from .words import say

STEPS = 10  # batches make an epoch, however few pictures there are
WIDTH, SIDE = 16, 256  # of a network that begins from nothing: small, so that a minute is a long time for it
NEW_RATE, RATE = 4e-3, 1e-3  # the highest learning rate, from nothing and from weights that know something already
LEAST = 9  # pixels of a side: smaller faces are unsure
SEEN, HALF_SEEN = 0.6, 0.2  # shares of a face within the picture: from the first on it is a face, from the second on unsure
WITHOUT = 0.25  # the share of pictures without a face among those shown, where there are both
TILT = 9  # degrees: the standard deviation of how far a picture is turned

Room = tuple[float, float, float, float]  # left, upper, right, lower


def train_detector(
    pictures: str | Path,
    boxes: Boxes | str | Path | None = None,
    lab: Lab | None = None,
    *,
    start: str | FaceDetector | None = "shipped",
    epochs: int = 50,
    batch_size: int = 16,
    side: int | None = None,
    seed: int = 0,
) -> FaceDetector:
    """Learn to find faces, or anything else that has boxes, from pictures of one's own.

    pictures: a folder. boxes: what `read_boxes` gave, or what it reads; by default the boxes that lie in the folder. A picture
    without any box teaches what is no face; one that the boxes do not name is not used; and a box whose score is below 1 is only
    proposed, so that any answer is right there. start: ``"shipped"`` goes on from the detector that comes with animelib, a
    `FaceDetector` from that one, which stays as it is, and None begins from nothing, for cats, hats and whatever else you drew
    boxes around. An epoch is ten batches; the ``lab`` says how much work to do. side: pixels of the longer side of a picture, as
    in `FaceDetector`; by default those of the start, or 256. An interrupt ends training early with what has been learned so far.

    Raises AnimelibError when there are no boxes, a picture of them is missing or cannot be read, or none has a box.

        detector = train_detector("my_pictures", "my_pictures/boxes.csv", start=None)
    """
    keras.utils.set_random_seed(seed)
    begun = _begun(start, side)
    labelled = labelled_pictures(pictures, boxes, most=2 * begun.side)
    views = Views(labelled, begun.side, batch_size=batch_size, seed=seed)
    source = _told(labelled, pictures, begun.source)
    model = begun.model if start is None else _copied(begun.model)
    epochs = min(epochs, lab.budget.max_epochs) if lab else epochs
    _fit(model, views, epochs, NEW_RATE if start is None else RATE, keep_means=start is not None)
    return FaceDetector(model, begun.side, source, begun.min_score)


def _fit(model: keras.Model, views: "Views", epochs: int, highest: float, keep_means: bool) -> None:
    """Train a network; ``keep_means`` leaves the batch normalisation as it is: few pictures would spoil the means of many."""
    norms = [layer for layer in layers_of(model) if isinstance(layer, keras.layers.BatchNormalization)]
    for layer in norms:
        layer.trainable = not keep_means
    # XLA makes no step of this network faster, and takes half a minute to begin with.
    jit_compile = False if keras.config.backend() == "tensorflow" else "auto"
    model.compile(_optimizer(highest, epochs * len(views)), detection_loss, jit_compile=jit_compile)
    bar = Progress(epochs)
    with computing_in(mixed_precision(), model), contextlib.suppress(KeyboardInterrupt):
        model.fit(views, epochs=epochs, callbacks=[bar], verbose=0)
    bar.bar.close()
    for layer in norms:
        layer.trainable = True


def _begun(start: str | FaceDetector | None, side: int | None) -> FaceDetector:
    """Return the detector to begin with, at the size that it will have."""
    if start is None:
        return FaceDetector(face_network(WIDTH), side or SIDE)
    before = shipped_detector() if start == "shipped" else start
    if not isinstance(before, FaceDetector):
        raise AnimelibError(f'start is {start!r}: give "shipped", a FaceDetector, or None to begin from nothing.')
    return replace(before, side=side or before.side)


def _copied(network: keras.Model) -> keras.Model:
    """Return a network that may be changed; not how it was compiled, which cannot be copied where the loss is one's own."""
    bare = keras.Model(network.inputs[0], network.outputs[0], name=network.name)
    copy = keras.models.clone_model(bare)
    copy.set_weights(network.get_weights())
    return copy


def _told(labelled: "Sequence[Labelled]", pictures: str | Path, before: str) -> str:
    """Say what will be learned from, and return in words what the detector will have learned from then."""
    counts = {"pictures": len(labelled), "boxes": sum(len(one.faces) for one in labelled)}
    empty = sum(not one.faces for one in labelled)
    print(say("detector_learns", **counts, empty=empty, start=before or say("detector_from_nothing")))
    source = say("detector_source", **counts, folder=shown(Path(pictures).expanduser().absolute().name))
    return f"{before} → {source}" if before else source


def _optimizer(highest: float, steps: int) -> keras.Optimizer:
    """Return Adam with a learning rate that rises for a tenth of all steps and falls to 0 along a cosine."""
    rising = max(1, steps // 10)
    falling = keras.optimizers.schedules.CosineDecay(highest / 10, steps - rising, warmup_target=highest, warmup_steps=rising)
    return keras.optimizers.Adam(falling, global_clipnorm=10.0)


# ---- the pictures, decoded once


@dataclass(frozen=True, eq=False)
class Labelled:
    """A picture, uint8 (H, W, 3), the faces in it, in its pixels, and boxes that may be faces (``unsure``)."""

    pixels: np.ndarray
    faces: tuple[Face, ...] = ()
    unsure: tuple[Face, ...] = ()


def labelled_pictures(pictures: str | Path, boxes: Boxes | str | Path | None, most: int) -> list[Labelled]:
    """Decode every picture that has an entry in the boxes once, no side longer than ``most``.

    They are written one behind the other into a file on the local disk, which is mapped into memory and gone at the end: memory
    stays flat however many there are.
    """
    known = boxes if isinstance(boxes, Mapping) else read_boxes(boxes or pictures, None if boxes is None else pictures)
    check_boxes(known)
    if not any(face.score == 1 for faces in known.values() for face in faces):
        told = f"None of the {len(known)} labelled pictures has a box that is certain" if known else "There are no boxes yet"
        raise AnimelibError(f"{told}: draw a box around each face in a few pictures first.")
    shapes, faces = [], []
    with tempfile.TemporaryFile() as file:
        for name, path in tqdm(find_pictures(known, pictures).items(), say("looking_bar"), delay=1):
            image, size = open_image(path, at_least=most), size_of(path)
            image.thumbnail((most, most))
            file.write(image.tobytes())
            shapes.append((image.height, image.width, 3))
            faces.append([_scaled(name, face, size, image.width / size[0]) for face in known[name]])
        file.flush()
        pixels = np.memmap(file, np.uint8, "r")
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    rows = (pixels[end - math.prod(shape) : end].reshape(shape) for end, shape in zip(ends, shapes, strict=True))
    return [Labelled(row, *_parted(its)) for row, its in zip(rows, faces, strict=True)]


def _scaled(name: str, face: Face, size: tuple[int, int], scale: float) -> Face:
    if clipped(face, (0, 0, *size))[1] == 0:
        raise AnimelibError(f"A box of {shown(name)} lies outside the picture of {size[0]}x{size[1]}: correct it first.")
    return Face(face.x * scale, face.y * scale, face.w * scale, face.h * scale, face.score)


def _parted(faces: Sequence[Face]) -> Iterator[tuple[Face, ...]]:
    """Yield the faces that are certain, and the others."""
    for certain in (True, False):
        yield tuple(face for face in faces if (face.score == 1) == certain)


# ---- each time otherwise


class Views(keras.utils.PyDataset):
    """Batches of parts of labelled pictures, each time others: float32 (B, S, S, 3), 0-255, and what should be answered.

    S is three quarters of ``side``, the pixels that the detector will have for a whole picture.
    """

    def __init__(self, labelled: Sequence[Labelled], side: int, *, batch_size: int, seed: int):
        super().__init__()
        self.with_faces, self.without = ([one for one in labelled if bool(one.faces) == there] for there in (True, False))
        self.side, self.batch_size, self.seed, self.epoch = side, batch_size, seed, 0

    def __len__(self) -> int:
        return STEPS

    def __getitem__(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng([self.seed, self.epoch, step])
        views = [view(self._chosen(rng), self.side, rng) for _ in range(self.batch_size)]
        return np.stack([picture for picture, _ in views]), np.stack([target for _, target in views])

    def _chosen(self, rng: Generator) -> Labelled:
        among = self.without if self.without and rng.random() < WITHOUT else self.with_faces
        return among[rng.integers(len(among))]

    def on_epoch_end(self) -> None:
        """Let the next epoch have other parts."""
        self.epoch += 1


def view(picture: Labelled, side: int, rng: Generator) -> tuple[np.ndarray, np.ndarray]:
    """Show a part of a picture nearer or farther, turned a little, perhaps mirrored, in another light; and its target."""
    room = side * 3 // 4
    scale, anchor, place = _framing(picture, side, room, rng)
    angle, stretch = math.radians(np.clip(rng.normal(0, TILT), -3 * TILT, 3 * TILT)), math.exp(rng.normal(0, 0.05))
    turn = np.array(((math.cos(angle), -math.sin(angle)), (math.sin(angle), math.cos(angle))))
    forth = scale * turn @ np.diag((rng.choice((-1, 1)) * stretch, 1 / stretch))
    seen, mask = transformed(Image.fromarray(picture.pixels), forth, place - forth @ anchor, (room, room))
    canvas = Image.new("RGB", (room, room), (GREY,) * 3)
    canvas.paste(_lit(seen, rng), (0, 0), mask)
    faces, unsure = within([_moved(face, forth, place - forth @ anchor) for face in picture.faces], (0, 0, room, room))
    unsure += sum(within([_moved(face, forth, place - forth @ anchor) for face in picture.unsure], (0, 0, room, room)), [])
    return np.asarray(canvas, np.float32), targets_of(faces, (room, room), unsure)


def _moved(face: Face, forth: np.ndarray, shift: np.ndarray) -> Face:
    """Return the box around the ellipse that fills a face's, after ``forth @ point + shift``."""
    middle = forth @ (face.x + face.w / 2, face.y + face.h / 2) + shift
    extent = np.sqrt(forth**2 @ np.square((face.w, face.h)))
    return Face(*(middle - extent / 2), *extent)


def _framing(picture: Labelled, side: int, room: int, rng: Generator) -> tuple[float, np.ndarray, np.ndarray]:
    """Return a scale, a point of the picture and where that comes to lie: about as detectors see it, or a face of any size."""
    size = np.array(picture.pixels.shape[1::-1], float)
    usual = side / size.max()
    if not picture.faces or rng.random() < 0.5:
        scale = usual * math.exp(rng.uniform(-0.4, 0.4))
        return scale, size / 2, room / 2 + rng.uniform(-0.5, 0.5, 2) * np.abs(room - scale * size)
    face = picture.faces[rng.integers(len(picture.faces))]
    wanted = math.exp(rng.uniform(math.log(1.5 * LEAST), math.log(0.8 * room)))
    scale = float(np.clip(wanted / max(face.w, face.h), usual / 3, 3 * usual))
    return scale, np.array((face.x + face.w / 2, face.y + face.h / 2)), rng.uniform(0.1, 0.9, 2) * room


def _lit(image: Image.Image, rng: Generator) -> Image.Image:
    """Change brightness, contrast and tint; sometimes take the colours away."""
    image = image.convert("L").convert("RGB") if rng.random() < 0.08 else image
    pixels = (np.asarray(image, np.float32) - 128) * rng.uniform(0.7, 1.3) + 128 + rng.uniform(-30, 30) + rng.normal(0, 8, 3)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


# ---- what is seen of a picture and of a face


def transformed(
    image: Image.Image, forth: np.ndarray, shift: np.ndarray, shape: tuple[int, int]
) -> tuple[Image.Image, Image.Image]:
    """Return an image after ``forth @ point + shift``, in ``shape`` (width, height), and the mask of where it is."""
    width, height = image.size
    middle, edge = np.array((width, height)) / 2, 1 - 3 / math.sqrt(abs(np.linalg.det(forth))) / min(width, height)
    corners = [tuple(forth @ (middle + edge * middle * corner) + shift) for corner in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    factor = max(1, int(1 / math.sqrt(abs(np.linalg.det(forth)))))  # smooth where it shrinks
    small = image.reduce(factor) if factor > 1 else image
    back = np.linalg.inv(forth) / factor
    offset = -back @ shift
    row = (*back[0], offset[0], *back[1], offset[1])
    seen = small.transform(shape, Image.Transform.AFFINE, row, Image.Resampling.BILINEAR)
    mask = Image.new("L", shape)
    ImageDraw.Draw(mask).polygon(corners, fill=255)
    return seen, mask


def within(faces: Iterable[Face], room: Room) -> tuple[list[Face], list[Face]]:
    """Return what lies in ``room`` of faces that are faces there still, and of those that are too small or too much cut off."""
    sure, unsure = [], []
    for inside, share in (clipped(face, room) for face in faces):
        if share >= SEEN and min(inside.w, inside.h) >= LEAST:
            sure.append(inside)
        elif share >= HALF_SEEN:
            unsure.append(inside)
    return sure, unsure


def clipped(face: Face, room: Room) -> tuple[Face, float]:
    """Return what of a face lies in ``room``, and its share of the whole."""
    x, y = max(face.x, room[0]), max(face.y, room[1])
    w, h = min(face.x + face.w, room[2]) - x, min(face.y + face.h, room[3]) - y
    return Face(x, y, max(w, 0), max(h, 0)), max(w, 0) * max(h, 0) / (face.w * face.h)
