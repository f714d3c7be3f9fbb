"""What is seen in a picture before it is judged: by a network in the whole and in each face, and in plain numbers.

Every picture is looked at once and what was seen is kept by its content, so that a moved picture is known again, one more costs
one picture, and a run that was stopped goes on where it was. Memory stays flat however many pictures there are. What is liked is
not said here (`taste`).
"""

import os
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import keras
import numpy as np
from keras import layers
from PIL import Image
from tqdm.auto import tqdm

from . import drive
from .appearance import COLOURS, LIGHT, colours_of, light_of
from .atomic import replacing
from .backbones import facts_of
from .contents import LETTERS, digest_of, digests_of
from .crops import crop_face
from .detector import SHIPPED, FaceDetector, detect_faces
from .errors import AnimelibError
from .faces import Detector, ask
from .folders import open_image, shown
from .models import outputs
from .pretrained import eye, fingerprint
from .words import say

BATCH = 64  # pictures whose impressions are written at once: what a stopped run loses at most
MARGIN = 0.3  # what is seen round a face, as a share of it: hair
MOST_FACES = 8  # of one picture, the largest
DETAIL, LONGEST = 384, 1024  # pixels of the shorter side, and of the longer one, that are enough to find faces and cut them out
THUMB = 32
WAYS = 1  # goes up when anything here changes what is seen

# ---- how to look


@dataclass(frozen=True)
class Looking:
    """How pictures are looked at: through which ``backbone`` (a name of `backbone_table`, or None for plain numbers alone) with
    which ``weights``, and with what faces are found, or None for whole pictures alone."""

    backbone: str | None = "mobilenet_v2"
    weights: str | None = "imagenet"
    detect: Detector | None = None

    @property
    def name(self) -> str:
        """What tells impressions gained in this way from others."""
        seen = fingerprint(self.glance) if self.backbone else "plain"
        return "-".join(["impressions", str(WAYS), seen, _name_of(self.detect)])

    @property
    def glance(self) -> keras.Model | None:
        """The network, from raw pictures (N, S, S, 3) to features (N, F)."""
        return _glance(self.backbone, self.weights) if self.backbone else None


@cache
def _glance(backbone: str, weights: str | None) -> keras.Model:
    """Return `eye` with what it sees averaged over the picture, and the strongest of it: what is there counts, not where."""
    looking = eye(backbone, facts_of(backbone).side, weights=weights)
    parts = layers.Reshape((16, -1))(looking.output)
    seen = layers.Concatenate()([layers.GlobalAveragePooling1D()(parts), layers.GlobalMaxPooling1D()(parts)])
    return keras.Model(looking.inputs[0], seen, name="glance")


def _name_of(detect: Detector | None) -> str:
    """Return what tells one detector's faces from another's; one of your own is known by its name."""
    if detect is None:
        return "whole"
    if detect is detect_faces:
        return digest_of(SHIPPED)
    if isinstance(detect, FaceDetector):
        return fingerprint(detect.model)
    return f"{detect.__module__}.{getattr(detect, '__qualname__', type(detect).__qualname__)}".replace("<", "").replace(">", "")


# ---- what is seen


@dataclass(frozen=True, eq=False)
class Impressions:
    """What was seen in N pictures with M faces.

    ``paths``, ``digests``: of each picture. ``whole``: features float16 (N, F). ``light``: float32 (N, L), brightness, contrast,
    softness and such. ``colours``: float16 (N, C), the square root of how much of each colour there is. ``thumbs``: uint8
    (N, 32, 32), in grey. ``owner``: int (M,), the row of the picture of each face, the largest face of a picture first;
    ``faces``, ``face_colours``: the same of crops. ``boxes``: float32 (M, 4), x, y, w, h as shares of the picture.
    ``left_out``: a sentence for each picture that could not be read.
    """

    paths: tuple[Path, ...]
    digests: tuple[str, ...]
    whole: np.ndarray
    light: np.ndarray
    colours: np.ndarray
    thumbs: np.ndarray
    owner: np.ndarray
    faces: np.ndarray
    face_colours: np.ndarray
    boxes: np.ndarray
    left_out: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.paths)

    def some(self, rows: np.ndarray) -> "Impressions":
        """Return those of some pictures, given by their rows, int (n,), in this order."""
        paths, digests = (tuple(its[row] for row in rows) for its in (self.paths, self.digests))
        return Impressions(paths, digests, **_chosen(vars(self), np.bincount(self.owner, minlength=len(self)), rows))

    def joined(self, others: "Impressions") -> "Impressions":
        """Return these pictures and others behind them."""
        arrays = {name: np.concatenate([getattr(self, name), getattr(others, name)]) for name in (*OF_PICTURES, *OF_FACES)}
        owner = np.concatenate([self.owner, others.owner + len(self)])
        told = self.left_out + others.left_out
        return Impressions(self.paths + others.paths, self.digests + others.digests, owner=owner, left_out=told, **arrays)


OF_PICTURES = ("whole", "light", "colours", "thumbs")
OF_FACES = ("faces", "face_colours", "boxes")


def look_at(paths: Sequence[str | Path], looking: Looking) -> Impressions:
    """Return what is seen in pictures, looking only at those that were not looked at before, in this way.

    What cannot be read is left out and told. It is kept in ``cache`` in the home folder.

        seen = look_at(pictures_in(Path("my_pictures")), Looking(detect=detect_faces))
    """
    paths = [Path(path) for path in paths]
    folder = drive.home() / "cache" / looking.name
    digests = digests_of(paths)
    first = {digest: path for path, digest in reversed(list(zip(paths, digests, strict=True)))}
    known, troubles = _kept_in(folder, set(first), looking), [f"{shown(first[''])} cannot be opened."] if "" in first else []
    missing = [(digest, path) for digest, path in first.items() if digest and digest not in known.rows]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for start in tqdm(range(0, len(missing), BATCH), say("looking_bar"), delay=1):
            batch = missing[start : start + BATCH]
            opened = list(zip([digest for digest, _ in batch], pool.map(_read, [path for _, path in batch]), strict=True))
            troubles += [told for _, told in opened if isinstance(told, str)]
            sound = [(digest, picture) for digest, picture in opened if not isinstance(picture, str)]
            with replacing(folder / f"{batch[0][0]}.npz") as temporary:
                np.savez(temporary, **_views(sound, looking))
    return _collected(paths, digests, _kept_in(folder, set(first), looking) if missing else known, troubles)


def look_at_one(picture: object, looking: Looking) -> Impressions:
    """Return what is seen in one picture, anything that `open_image` opens; nothing is kept.

        look_at_one(array, Looking())
    """
    return _collected([Path()], ["one"], _Kept({"one": 0}, _views([("one", _opened(picture))], looking)), [])


@dataclass(frozen=True, eq=False)
class _Kept:
    """Arrays of many pictures, with the row of each digest; ``counts`` among them says how many faces each picture has."""

    rows: dict[str, int]
    arrays: dict[str, np.ndarray]


def _kept_in(folder: Path, wanted: set[str], looking: Looking) -> _Kept:
    """Return what was kept of the pictures that are wanted; a file that is broken is made again."""
    parts = [_views([], looking)]
    for path in sorted(folder.glob("[!.]*.npz")):
        try:
            if wanted.isdisjoint(_digests_in(path, path.stat().st_mtime_ns)):
                continue
            with np.load(path) as chunk:
                arrays = {name: chunk[name] for name in parts[0]}
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            continue
        mine = np.array([digest in wanted for digest in arrays["digests"]], bool)
        faces = np.repeat(mine, arrays["counts"])
        parts.append({name: rows[faces if name in OF_FACES else mine] for name, rows in arrays.items()})
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return _Kept({digest: row for row, digest in enumerate(joined["digests"].tolist())}, joined)


@lru_cache(10_000)
def _digests_in(path: Path, time: int) -> frozenset[str]:
    with np.load(path) as chunk:
        return frozenset(chunk["digests"].tolist())


def _collected(paths: Sequence[Path], digests: Sequence[str], kept: _Kept, troubles: Sequence[str]) -> Impressions:
    """Return impressions in the order of ``paths``, less those that could not be read."""
    there = [place for place, digest in enumerate(digests) if digest in kept.rows]
    rows = np.array([kept.rows[digests[place]] for place in there], int)
    known = [tuple(its[place] for place in there) for its in (paths, digests)]
    return Impressions(*known, left_out=tuple(troubles), **_chosen(kept.arrays, kept.arrays["counts"], rows))


def _chosen(arrays: Mapping[str, np.ndarray], counts: np.ndarray, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Return the arrays of some pictures, when picture after picture has so many faces, and which picture each face is of."""
    first, mine = (np.cumsum(counts) - counts)[rows], counts[rows]
    faces = np.repeat(first - np.cumsum(mine) + mine, mine) + np.arange(mine.sum())
    chosen = {name: arrays[name][rows] for name in OF_PICTURES} | {name: arrays[name][faces] for name in OF_FACES}
    return chosen | {"owner": np.repeat(np.arange(len(rows)), mine)}


# ---- looking


def _opened(picture: object) -> Image.Image:
    """Open a picture, no larger than is needed to find faces and to cut them out."""
    image = open_image(picture, at_least=DETAIL)
    image.thumbnail((LONGEST, LONGEST))
    return image


def _read(path: Path) -> Image.Image | str:
    try:
        return _opened(path)
    except AnimelibError as reason:
        return str(reason)


def _faces_in(picture: Image.Image, detect: Detector | None) -> list[tuple[np.ndarray, list[float]]]:
    """Return the largest faces of a picture, each as a crop and as its box, x, y, w, h in shares of the picture."""
    found = sorted(ask(detect, picture), key=lambda face: -face.w * face.h)[:MOST_FACES] if detect else []
    width, height = picture.size
    boxes = [[face.x / width, face.y / height, face.w / width, face.h / height] for face in found]
    return [(crop_face(picture, face, MARGIN), box) for face, box in zip(found, boxes, strict=True)]


def _views(pictures: Sequence[tuple[str, Image.Image]], looking: Looking) -> dict[str, np.ndarray]:
    """Look at some pictures, each given with its digest."""
    images = [picture for _, picture in pictures]
    faces = [_faces_in(image, looking.detect) for image in images]
    crops = [Image.fromarray(crop) for its in faces for crop, _ in its]
    thumbs = [image.convert("L").resize((THUMB, THUMB), Image.Resampling.BOX) for image in images]
    return {
        "digests": np.array([digest for digest, _ in pictures], dtype=f"<U{LETTERS}"),
        "counts": np.array([len(its) for its in faces], int),
        "whole": _features(images, looking),
        "light": _rows(map(light_of, images), LIGHT, np.float32),
        "colours": _rows(map(colours_of, images), COLOURS, np.float16),
        "thumbs": _rows(map(np.asarray, thumbs), THUMB * THUMB, np.uint8).reshape(-1, THUMB, THUMB),
        "faces": _features(crops, looking),
        "face_colours": _rows(map(colours_of, crops), COLOURS, np.float16),
        "boxes": _rows((box for its in faces for _, box in its), 4, np.float32),
    }


def _rows(rows: Iterable, length: int, dtype: type) -> np.ndarray:
    return np.array(list(rows), dtype).reshape(-1, length)


def _features(images: Sequence[Image.Image], looking: Looking) -> np.ndarray:
    """Return what the network makes of pictures of any size, float16 (N, F)."""
    network = looking.glance
    if network is None:
        return np.zeros((len(images), 0), np.float16)
    side = network.input_shape[1]
    squares = [np.asarray(image.resize((side, side), Image.Resampling.BICUBIC)) for image in images]
    views = _rows(squares, side * side * 3, np.uint8).reshape(-1, side, side, 3)
    return outputs(network, views, batch_size=16).astype(np.float16)
