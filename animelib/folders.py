"""A folder of pictures: which files are pictures, which folders are classes, and one way to open anything.

Keras' own loaders count hidden folders inside classes, leave out .webp without a word and stop at the first broken file in
the middle of training; this index does none of that. It reads names only; decoding belongs to `data`.
"""

import io
import os
import re
import shutil
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError, features

from .errors import AnimelibError
from .words import say

SUFFIXES = {".png", ".jpg", ".jpeg", ".jfif", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".ppm"}
if features.check("avif"):
    SUFFIXES |= {".avif"}

SYSTEM_FOLDERS = {"__macosx", "@eadir", "$recycle.bin", "system volume information", "lost+found"}

# Names people give to the three parts of a data set.
SPLIT_NAMES = {
    "train": "train",
    "training": "train",
    "validation": "val",
    "valid": "val",
    "val": "val",
    "test": "test",
    "testing": "test",
}

MAX_PIXELS = 100_000_000  # a picture beyond this is a mistake or a bomb: 100 million pixels are 300 MB in memory
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)  # Pillow's own limit is a little lower


@dataclass(frozen=True)
class Index:
    """The pictures of a folder, by name only.

    ``files``: paths relative to ``root`` with ``/``, in natural order. ``labels``: the class number of each.
    ``splits``: "train", "val" or "test" for each, or None where the folder is not divided. ``notes``: sentences on what
    lies there and is not read.
    """

    root: Path
    classes: tuple[str, ...]
    files: tuple[str, ...]
    labels: tuple[int, ...]
    splits: tuple[str, ...] | None
    notes: tuple[str, ...] = ()


def open_image(picture: object, *, at_least: int | None = None) -> Image.Image:
    """Open anything that is a picture as an upright RGB image.

    picture: a path, bytes, an open binary file, a PIL image, or an array (H, W), (H, W, 3) or (H, W, 4), uint8 0-255 or
    float 0-1. EXIF rotation is applied, transparency is laid on white, of an animation the first frame is taken.
    at_least: pixels of the shorter side that are needed; a large JPEG is then decoded at a half, a quarter or an eighth.

    Raises AnimelibError in one sentence when it cannot be read.

        open_image("rem.png").size
    """
    name = shown(picture) if isinstance(picture, (str, os.PathLike)) else "the picture"
    try:
        return _upright_rgb(_load(picture, at_least))
    except AnimelibError:
        raise
    except FileNotFoundError:
        raise AnimelibError(f"There is no picture at {name}: check the path.") from None
    except PermissionError:
        raise AnimelibError(f"{name} may not be read: change its permissions.") from None
    except MemoryError:
        raise AnimelibError(f"{name} is too large to be decoded in memory: make it smaller.") from None
    except UnidentifiedImageError:
        raise AnimelibError(f"{name} is not a picture of any kind that can be read: replace it or take it out.") from None
    except Exception as reason:  # Pillow's decoders raise nearly everything on broken files
        raise AnimelibError(f"{name} is not a readable picture ({_short(reason)}): replace it or take it out.") from None


def to_array(picture: object, size: int) -> np.ndarray:
    """Return any picture as uint8 (size, size, 3), squeezed to a square: training and answering see the same thing."""
    image = open_image(picture, at_least=2 * size)
    return np.asarray(image.resize((size, size), Image.Resampling.BICUBIC))  # Pillow's smooths when it shrinks


def index_folder(folder: str | Path, only: Sequence[str] | None = None) -> Index:
    """List the pictures of ``folder/<class>/`` or ``folder/{train,validation,test}/<class>/``.

    Hidden and system folders are never classes and hidden files never pictures, at any depth. Folders inside a class
    belong to it. Class names are in Unicode NFC, so that a Mac's names equal everybody else's. ``only`` takes some classes.

    Raises AnimelibError in one sentence when there is no folder, fewer than two classes, or a class without pictures.

        index_folder("pictures/rem_vs_mizuki").classes
    """
    root = Path(folder).expanduser()
    check_folder(root)
    splits = parts_of(root)
    rows = [row for part, split in splits.items() for row in rows_of(root, part, split)]
    classes = _classes(root, splits, rows)
    if only is not None:
        classes = _chosen(root, classes, only)
        rows = [row for row in rows if row[0] in classes]
    return Index(
        root=root,
        classes=classes,
        files=tuple(file for _, file, _ in rows),
        labels=tuple(classes.index(name) for name, _, _ in rows),
        splits=None if root in splits else tuple(split for _, _, split in rows),
        notes=_notes(root, list(splits)),
    )


def parts_of(root: Path) -> dict[Path, str]:
    """Return the folders that hold class folders, each with its part: train, val or test; undivided it is ``root`` alone."""
    parts = {path: SPLIT_NAMES[path.name.lower()] for path in subfolders(root) if path.name.lower() in SPLIT_NAMES}
    return parts if "train" in parts.values() else {root: "train"}


def rows_of(root: Path, part: Path, split: str) -> list[tuple[str, str, str]]:
    """Return (class, file, split) for every picture in the class folders of ``part``."""
    return [
        (class_name(folder), path.relative_to(root).as_posix(), split)
        for folder in subfolders(part)
        for path in pictures_in(folder)
    ]


def class_name(folder: Path) -> str:
    """Return the name of a class folder, the same on a Mac as elsewhere and in one line."""
    return shown(unicodedata.normalize("NFC", folder.name))


def shown(path: object) -> str:
    """Return a path or a name as one line that prints anywhere: newlines and broken letters are written as escapes."""
    text, unprintable = str(path), ("Cc", "Cs", "Zl", "Zp")
    if text.isprintable():  # nearly always, and much quicker
        return text
    return "".join(c if unicodedata.category(c) not in unprintable else ascii(c)[1:-1] for c in text)


def natural_key(text: str) -> tuple[list[tuple[int, int, str]], str]:
    """Sort key by which ``icon2`` comes before ``icon10``; ``Icon`` and ``icon`` have a fixed order on every disk."""
    pieces = re.split(r"(\d+)", text.casefold())
    return [(1, int(p), "") if p.isdecimal() else (0, 0, p) for p in pieces], text


def subfolders(folder: Path) -> list[Path]:
    """Return the folders directly inside ``folder`` that a person made, in natural order."""
    found = [Path(entry.path) for entry in _entries(folder) if not is_junk(entry.name) and _is_folder(entry)]
    return sorted(found, key=lambda path: natural_key(path.name))


def pictures_in(folder: Path) -> list[Path]:
    """Return every picture below ``folder``, by its name's ending, in natural order; links to folders are not followed."""
    found = [Path(entry.path) for entry in everything_in(folder) if is_picture(entry.name) and not _leads_to_folder(entry)]
    return sorted(found, key=lambda path: natural_key(path.as_posix()))


def some_pictures_in(folder: Path) -> list[Path]:
    """Return every picture below ``folder``, after checking that there is one."""
    check_folder(folder)
    paths = pictures_in(folder)
    if not paths:
        told = f"There are no pictures in {shown(folder)}{_only_others_in(folder)}"
        raise AnimelibError(f"{told}: put some there, as png, jpg or webp.")
    return paths


def everything_in(folder: Path) -> Iterator[os.DirEntry]:
    """Yield whatever lies below ``folder``; hidden folders, the system's and links to folders are yielded and not entered."""
    waiting = [folder]
    while waiting:
        for entry in _entries(waiting.pop()):
            yield entry
            if not is_junk(entry.name) and entry.is_dir(follow_symlinks=False):
                waiting.append(Path(entry.path))


def _entries(folder: Path) -> list[os.DirEntry]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as reason:
        raise AnimelibError(f"The folder {shown(folder)} may not be read ({reason.strerror}): change its permissions.") from None


def _leads_to_folder(entry: os.DirEntry) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads in a circle
        return False


def _is_folder(entry: os.DirEntry) -> bool:
    """Tell whether an entry is a folder; a link to the folder it lies in, or to one above, would hold everything once more."""
    if not entry.is_symlink() or not _leads_to_folder(entry):
        return _leads_to_folder(entry)
    link = Path(entry.path)
    return not link.parent.resolve().is_relative_to(link.resolve())


def is_junk(name: str) -> bool:
    """Tell whether a file or folder is hidden or the system's: ``.ipynb_checkpoints``, ``._1.png``, ``__MACOSX`` ..."""
    return name.startswith((".", "~$")) or name.casefold() in SYSTEM_FOLDERS


def is_picture(name: str) -> bool:
    """Tell by its name whether a file is a picture."""
    return not is_junk(name) and os.path.splitext(name)[1].lower() in SUFFIXES


def sweep_checkpoints(folder: str | Path) -> list[Path]:
    """Remove every ``.ipynb_checkpoints`` below ``folder`` and return what was removed.

    Jupyter leaves copies of opened files there, and some programs count the folder as a class. Nothing in animelib
    depends on the sweep, for the index never looks inside.

        sweep_checkpoints("pictures")
    """
    root = Path(folder).expanduser()
    check_folder(root)
    removed = []
    for here, folders, _ in os.walk(root):
        if ".ipynb_checkpoints" in folders:
            folders.remove(".ipynb_checkpoints")
            found = Path(here, ".ipynb_checkpoints")
            if not found.is_symlink():
                shutil.rmtree(found)
                removed.append(found)
    return sorted(removed)


def _load(picture: object, at_least: int | None) -> Image.Image:
    if isinstance(picture, Image.Image):
        return picture
    if isinstance(picture, np.ndarray):
        return Image.fromarray(_bytes_of(picture))
    if isinstance(picture, (bytes, bytearray, memoryview)):
        picture = io.BytesIO(bytes(picture))
    if isinstance(picture, (str, os.PathLike)):
        check_file(Path(picture))
    image = Image.open(picture)
    if image.width * image.height > MAX_PIXELS:
        name = shown(picture) if isinstance(picture, (str, os.PathLike)) else "The picture"
        raise AnimelibError(f"{name} has {image.width}x{image.height} pixels, too many to be a picture: make it smaller.")
    if at_least:
        image.draft("RGB", (at_least, at_least))
    return image


def check_file(path: Path) -> None:
    """Refuse what only looks like a file by its name; a pipe would be waited for without end."""
    if path.is_dir():
        raise AnimelibError(f"{shown(path)} is a folder, not a picture: name one picture in it.")
    if path.exists() and not path.is_file():
        raise AnimelibError(f"{shown(path)} is not a file but a device or a pipe: take it out.")


def _bytes_of(array: np.ndarray) -> np.ndarray:
    """Return an array as uint8; floats are read as 0-1, or as 0-255 when they go beyond 1."""
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)) or array.size == 0:
        raise AnimelibError(f"An array of shape {array.shape} is not a picture: give (H, W), (H, W, 3) or (H, W, 4).")
    if array.dtype == np.uint8:
        return array
    if array.dtype == bool or (array.dtype.kind == "f" and array.max() <= 1):
        array = array.astype(np.float32) * 255
    return np.clip(np.rint(array), 0, 255).astype(np.uint8)


def _upright_rgb(image: Image.Image) -> Image.Image:
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        image = _eight_bit(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return image.convert("RGB")


def _eight_bit(image: Image.Image) -> Image.Image:
    """Bring 16-bit grey to 8 bits by its range, which Pillow would cut off at 255."""
    values = np.asarray(image, dtype=np.float32)
    top = 1 if values.max() <= 1 and image.mode == "F" else 255 if values.max() <= 255 else 65535
    return Image.fromarray((np.clip(values / top, 0, 1) * 255).astype(np.uint8))


def _short(reason: Exception) -> str:
    return re.sub(r"\s+", " ", str(reason)).strip().rstrip(".")[:120] or type(reason).__name__


def check_folder(root: Path) -> None:
    if not root.exists():
        raise AnimelibError(f"There is no folder {shown(root)}: check the path, or see data_links.md for the layout.")
    if not root.is_dir():
        raise AnimelibError(f"{shown(root)} is a file, not a folder: name the folder that holds one folder for each character.")
    if not os.access(root, os.R_OK | os.X_OK):
        raise AnimelibError(f"The folder {shown(root)} may not be read: change its permissions.")


def _classes(root: Path, parts: dict[Path, str], rows: list[tuple[str, str, str]]) -> tuple[str, ...]:
    """Return the class names in natural order, after checking that each has pictures to learn from."""
    train_last = sorted(parts, key=lambda part: parts[part] == "train")  # of a class in several parts that folder is named
    named = {class_name(folder): folder for part in train_last for folder in subfolders(part)}
    learned = {name for name, _, split in rows if split == "train"}
    for name in sorted(set(named) - learned, key=natural_key):
        others = _only_others_in(named[name])
        what_to_do = "save them as png, jpg or webp" if others else "add some"
        told = f"The class {name!r} has no pictures to learn from in {shown(named[name])}{others}"
        raise AnimelibError(f"{told}: {what_to_do}, or remove the class.")
    if len(named) < 2:
        raise AnimelibError(f"{shown(root)} holds {_how_many(named)}, and telling apart needs two or more: {_hint(parts)}")
    return tuple(sorted(named, key=natural_key))


def _chosen(root: Path, classes: tuple[str, ...], only: Sequence[str]) -> tuple[str, ...]:
    wanted = {unicodedata.normalize("NFC", name) for name in only}
    for name in sorted(wanted - set(classes)):
        raise AnimelibError(f"There is no class {name!r} in {shown(root)}: it has {', '.join(classes)}.")
    return tuple(name for name in classes if name in wanted)


def _how_many(named: dict[str, Path]) -> str:
    return f"only one class folder ({next(iter(named))})" if named else "no class folders"


def _only_others_in(folder: Path) -> str:
    """Name the kinds of the files below a folder where none of them is read, to be put into a sentence."""
    others = [] if pictures_in(folder) else _others_in(folder)
    return f", only files of kinds that are not read ({_endings(others)})" if others else ""


def _hint(parts: Iterable[Path]) -> str:
    """Say what to do about too few classes; the usual mistakes are one level too high and pictures not in folders."""
    for part in parts:
        if loose_in(part):
            return "its pictures lie loose; put them into one folder for each character."
        for inner in subfolders(part):
            if len([f for f in subfolders(inner) if pictures_in(f)]) > 1:
                return f"did you mean {shown(inner)}?"
    return "make one folder for each character and put its pictures there."


def _notes(root: Path, parts: list[Path]) -> tuple[str, ...]:
    """Tell in sentences what lies in the folder and is not read."""
    notes = []
    if parts != [root]:
        beside = [folder for folder in subfolders(root) if folder not in parts]
        notes += [say("note_not_a_part", folder=shown(folder)) for folder in beside]
    loose = [path for part in parts for path in loose_in(part)]
    if loose:
        notes.append(say("note_loose", count=len(loose), name=shown(loose[0].name)))
    other = [path for part in parts for path in not_pictures_in(part)]
    if other:
        notes.append(say("note_other_kinds", count=len(other), endings=_endings(other)))
    return tuple(notes)


def loose_in(part: Path) -> list[Path]:
    """Return the pictures that lie in ``part`` itself and so in no class."""
    found = [Path(entry.path) for entry in _entries(part) if is_picture(entry.name) and not _leads_to_folder(entry)]
    return sorted(found, key=lambda path: natural_key(path.name))


def not_pictures_in(part: Path) -> list[Path]:
    """Return the files in the class folders of ``part`` that are of kinds that are not read."""
    return [path for folder in subfolders(part) for path in _others_in(folder)]


def _others_in(folder: Path) -> list[Path]:
    return [
        Path(entry.path)
        for entry in everything_in(folder)
        if not (is_junk(entry.name) or is_picture(entry.name) or _leads_to_folder(entry))
    ]


def _endings(paths: Iterable[Path]) -> str:
    """Name the kinds of files."""
    return ", ".join(sorted({shown(path.suffix.lower() or path.name) for path in paths}))
