"""Teachers: two face detectors that others made, for the first round, when nobody has drawn a box yet.

Each is called with a picture and gives its faces, as our own is, so it can propose boxes and cut out faces. Neither comes with
animelib. Each is shown faces that animelib draws, and is believed only when it finds them: one that sees nothing says nothing.
"""

import hashlib
import http.client
import urllib.request
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from types import ModuleType

import numpy as np
import PIL

from . import drive
from .atomic import replacing
from .drawing import draw_scene
from .errors import AnimelibError, said_by
from .faces import Detector, Face, ask, iou, without_doubles
from .folders import open_image, shown
from .samples import PEOPLE
from .staging import writing_to

XML = "lbpcascade_animeface.xml"
HOME = f"https://raw.githubusercontent.com/nagadomi/lbpcascade_animeface/master/{XML}"
SHA256 = "9376d30ac38db6bda2a68b88b3b76bbd7e6aa33af47f7f5c76bc88ca75f1ce30"
SMALLEST = 24  # pixels of a face, for the cascade
NARROW = 1 / 6  # what animeface's boxes lack on each side to be as wide as the cascade's around the same faces (the median)
KNOWN = PEOPLE[:4]  # who is drawn to check a teacher by, one in each picture
SIZE = (256, 256)
FOUND = 0.4  # overlap (IoU) from which on a face is found


def cascade(xml: str | Path | None = None) -> Detector:
    """Return nagadomi's LBP cascade for anime faces as a detector, run by scikit-image, so without OpenCV.

    With it the fifth article began. It has no scores: all faces are 1.0 sure, so a doubtful one must be seen by a person. A
    picture of 640 pixels takes it most of a second. xml: its file; else it is fetched once from its home (250 KB, compared with
    its checksum) and kept. Source: https://github.com/nagadomi/lbpcascade_animeface; Viola and Jones 2001, Liao et al. 2007.

    Raises AnimelibError when scikit-image is missing, the file is not there or cannot be fetched, or known faces are not found.

        report = crop_folder("my_pictures", "my_faces", cascade())
    """
    try:
        from skimage.feature import Cascade
    except ImportError:
        raise AnimelibError("The cascade needs scikit-image, which is not here: pip install scikit-image.") from None
    path = _fetched() if xml is None else Path(xml).expanduser()
    if not path.is_file():
        raise AnimelibError(f"There is no cascade at {shown(path)}: check the path, or give none and it is fetched.")
    try:
        looking = Cascade(str(path))
    except Exception as reason:  # whatever the parser says of another file
        raise AnimelibError(f"{shown(path)} is no cascade ({said_by(reason)}): take {HOME}.") from None
    return _believed(partial(_by_cascade, looking), "The cascade", f"take {HOME}, or the detector that comes with animelib")


def _by_cascade(looking: object, picture: object) -> list[Face]:
    grey = np.asarray(open_image(picture)).mean(axis=2).astype(np.uint8)
    most = min(grey.shape)
    how = {"scale_factor": 1.1, "step_ratio": 1, "min_size": (SMALLEST,) * 2, "max_size": (most, most), "min_neighbor_number": 3}
    found = looking.detect_multi_scale(grey, **how) if most > SMALLEST else []
    faces = [Face(float(box["c"]), float(box["r"]), float(box["width"]), float(box["height"])) for box in found]
    return without_doubles(sorted(faces, key=lambda face: -face.w))  # of nested boxes the outer one is kept


def animeface() -> Detector:
    """Return the `animeface` package as a detector, where it is installed and works.

    A picture takes it about 0.2 seconds. It has its network inside the wheel (pip install animeface), and reads the memory of
    Pillow, which newer ones (from 12 on) keep in another way: it then finds nothing and says nothing, so it is tried first.
    Source: https://github.com/nya3jp/python-animeface, after AnimeFace 2009 by nagadomi.

    Raises AnimelibError when it is not installed, or known faces are not found.

        report = crop_folder("my_pictures", "my_faces", animeface())
    """
    try:
        import animeface as package
    except ImportError:
        raise AnimelibError("The package animeface is not here: pip install animeface.") from None
    old = int(PIL.__version__.split(".")[0]) < 12
    cure = "take cascade(), or the detector that comes with animelib"
    if not old:
        cure = f'it cannot read the pictures of Pillow {PIL.__version__}, so pip install "pillow<12" and restart, or {cure}'
    return _believed(partial(_by_animeface, package), "animeface", cure)


def _by_animeface(package: ModuleType, picture: object) -> list[Face]:
    image = open_image(picture)
    return without_doubles([_widened(found.face.pos, found.likelihood, image.size) for found in package.detect(image)])


def _widened(place: object, sure: float, size: tuple[int, int]) -> Face:
    """Return a box of animeface in the one convention for boxes (`faces`), inside the picture."""
    left, right = max(0, place.x - NARROW * place.width), min(size[0], place.x + (1 + NARROW) * place.width)
    upper, lower = max(0, place.y - NARROW * place.height), min(size[1], place.y + (1 + NARROW) * place.height)
    return Face(left, upper, right - left, lower - upper, min(1.0, max(0.0, sure)))


# ---- whether a teacher is to be believed


def _believed(detect: Detector, who: str, cure: str) -> Detector:
    """Return the detector, once it has found half of some faces whose places are known."""
    try:
        found = [bool((iou(ask(detect, picture), faces) >= FOUND).any()) for picture, faces in known_faces()]
    except AnimelibError:
        raise
    except Exception as reason:  # a package that does not fit the others here
        raise AnimelibError(f"{who} does not work here ({said_by(reason)}): {cure}.") from None
    if 2 * sum(found) < len(found):
        told = f"{who} found {sum(found)} of {len(found)} faces that animelib drew to try it"
        raise AnimelibError(f"{told}, so it is not to be believed here: {cure}.")
    return detect


@cache
def known_faces() -> list[tuple[np.ndarray, Sequence[Face]]]:
    """Return pictures uint8 (256, 256, 3) with one drawn face each, and where it is; always the same ones."""
    drawn = [draw_scene((who,), np.random.default_rng(place), SIZE) for place, who in enumerate(KNOWN)]
    return [(picture, [Face(*box) for box in boxes]) for picture, boxes in drawn]


# ---- the cascade's file


def _fetched() -> Path:
    """Return the cascade's file, which is downloaded where it is not there yet or is not whole."""
    path = drive.home() / "cache" / XML
    if path.is_file() and _is_the_cascade(path.read_bytes()):
        return path
    give = f'fetch {HOME} in some other way and give its path, cascade("{XML}")'
    try:
        with urllib.request.urlopen(HOME, timeout=30) as answer:
            content = answer.read()
    except (OSError, http.client.HTTPException) as reason:
        told = f"The cascade could not be fetched ({said_by(reason)})"
        raise AnimelibError(f"{told}: connect to the internet, or {give}.") from None
    if not _is_the_cascade(content):
        raise AnimelibError(f"{HOME} is not the file any more that it was, by its checksum, and is not used: {give}.")
    with writing_to(path.parent), replacing(path) as temporary:
        temporary.write_bytes(content)
    return path


def _is_the_cascade(content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == SHA256
