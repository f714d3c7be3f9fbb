"""Faces cut out: one square crop of a face, and a whole tree of pictures cropped into another folder.

A crop holds the face and some of what is round it. Nothing is done to the pictures themselves. Where the faces are is said by a
detector, which is anything that is called with a picture and gives a list of faces.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image, PngImagePlugin
from tqdm.auto import tqdm

from .atomic import replacing, write_text
from .boxes import NUMBERS, TABLE, cells_of, csv_text, read_table
from .errors import AnimelibError
from .faces import Detector, Face, ask, checked, read_face
from .folders import is_junk, open_image, shown, some_pictures_in
from .lists import quoted, text_of, unquoted
from .staging import writing_to
from .words import say

MARKER = ".animelib-crops.json"  # says that a folder of crops is ours, and how they were made
COLUMNS = ("picture", "crop", *NUMBERS, "score")


@dataclass(frozen=True)
class Crop:
    """One crop: ``picture`` in the folder, ``crop`` in the output, and the ``face``, or None where it is the whole picture."""

    picture: str
    crop: str
    face: Face | None


@dataclass(frozen=True)
class CropReport:
    """What `crop_folder` has made so far of the pictures in ``folder``; ``left_out``: a sentence for each that was not read."""

    folder: Path
    output: Path
    crops: tuple[Crop, ...]
    left_out: tuple[str, ...] = ()

    @property
    def whole(self) -> tuple[str, ...]:
        """The pictures in which no face was found."""
        return tuple(crop.picture for crop in self.crops if crop.face is None)

    @property
    def pictures(self) -> int:
        """How many pictures there are crops of."""
        return len({crop.picture for crop in self.crops})

    @property
    def notes(self) -> list[str]:
        """What did not go as wanted, in sentences."""
        notes = [say("crops_whole", count=len(self.whole), pictures=self.pictures)] if self.whole else []
        if self.left_out:
            notes.append(say("crops_left_out", count=len(self.left_out), reason=self.left_out[0]))
        return notes

    def __str__(self) -> str:
        faces = len(self.crops) - len(self.whole)
        return "\n".join([say("crops_made", faces=faces, pictures=self.pictures, output=shown(self.output)), *self.notes])

    __repr__ = __str__


def crop_face(picture: object, face: Face, margin: float = 0.3) -> np.ndarray:
    """Return a face cut out of any picture with some of what is round it, a square: uint8 (S, S, 3).

    margin: what is added on each side, as a share of the face; S is the longer side of the box times 1 + 2 * margin. Where the
    square would leave the picture it is moved inside, and where the picture is too small for it, it is made smaller, so that all
    that is seen is real. Only round a box that is itself longer than the picture is high or wide, what is missing is filled with
    the mean colour of the edge.

    Raises AnimelibError for a box without size, or one that does not touch the picture, or a margin below 0.

        crop_face("rem.png", Face(120, 40, 96, 96)).shape  # (154, 154, 3)
    """
    pixels = np.asarray(open_image(picture))
    checked("The face", face)
    if margin < 0:
        raise AnimelibError(f"The margin is {margin:g}, and it is to be 0 or more: it is the share that is added on each side.")
    height, width = pixels.shape[:2]
    if face.x >= width or face.y >= height or face.x + face.w <= 0 or face.y + face.h <= 0:
        raise AnimelibError(f"{face} does not touch the picture of {width}x{height}: its box is of another picture or size.")
    longest = min(max(face.w, face.h), max(width, height))
    side = max(1, round(min(longest * (1 + 2 * margin), max(longest, min(width, height)))))
    (left, right), (top, bottom) = (_span(*axis, side) for axis in ((face.x, face.w, width), (face.y, face.h, height)))
    inside = pixels[max(0, top) : bottom, max(0, left) : right]
    inside = _filled(inside, 0, max(0, -top), max(0, bottom - height))
    return _filled(inside, 1, max(0, -left), max(0, right - width))


def _span(start: float, extent: float, whole: int, side: int) -> tuple[int, int]:
    """Return where a square of ``side`` round the middle of a face begins and ends on one axis, moved inside where it fits."""
    first = round(start + extent / 2 - side / 2)
    first = min(max(first, 0), whole - side) if side <= whole else min(max(first, whole - side), 0)
    return first, first + side


def _filled(pixels: np.ndarray, axis: int, before: int, after: int) -> np.ndarray:
    """Add rows (axis 0) or columns (1), each side in the mean colour of the edge there: single pixels would make stripes."""
    bands = []
    for place, count in ((0, before), (-1, after)):
        colour = np.rint(pixels.take(place, axis).mean(axis=0)).astype(np.uint8)
        bands.append(np.broadcast_to(colour, (count, pixels.shape[1], 3) if axis == 0 else (pixels.shape[0], count, 3)))
    return np.concatenate([bands[0], pixels, bands[1]], axis)


def crop_folder(
    folder: str | Path,
    output: str | Path,
    detect: Detector,
    *,
    margin: float = 0.3,
    size: int | None = None,
    min_score: float = 0.0,
) -> CropReport:
    """Cut the faces out of every picture of a folder, class folders and all, into the same folders of ``output``.

    Crops are ``<name>_face1.png``, the surest face first. A picture without a face is kept whole, made square with the mean
    colour of its edge, as ``<name>_whole.png``; a printed sentence says how many. ``boxes.csv`` in ``output`` tells picture,
    crop, x, y, w, h and score, with empty numbers for a whole picture; `read_boxes` reads it.

    detect: called with one picture, uint8 (H, W, 3), and gives its faces. min_score: those less sure do not count; by default the
    detector alone decides. margin: see `crop_face`. size: the side of all crops in pixels; without it each is as large as it is
    in the picture.

    A second call goes on where an earlier one ended or was stopped: pictures in ``boxes.csv`` are not looked at again, and a crop
    that you took out stays out (take the rows of the picture out too, and it is made anew). The pictures are only read.

    Raises AnimelibError when one of the folders lies in the other, when ``output`` holds what this did not make, or was made with
    other settings or from another folder.

        report = crop_folder("my_pictures", "my_faces", detector, size=256)
    """
    if size is not None and size < 1:
        raise AnimelibError(f"Crops of {size} pixels cannot be made: give a size of 1 or more, or none.")
    folder, output = Path(folder).expanduser().resolve(), Path(output).expanduser().resolve()
    names = [path.relative_to(folder).as_posix() for path in some_pictures_in(folder)]
    settings = {"margin": margin, "size": size, "min_score": min_score}
    done = _begin(folder, output, settings, mark="" if "".join(names).isascii() else "\ufeff")
    left_out, stems = [], _stems(names)
    for name in tqdm([name for name in names if name not in done], say("crops_bar"), delay=1):
        try:
            picture = open_image(folder / name)
        except AnimelibError as reason:
            left_out.append(str(reason))
            continue
        faces = [face for face in ask(detect, picture) if face.score >= min_score]
        with writing_to(output):
            _record(output, list(_cut(picture, name, stems[name], faces, output, settings)))
    report = CropReport(folder, output, read_crops(output).crops, tuple(left_out))
    for note in report.notes:
        print(note)
    return report


def read_crops(output: str | Path) -> CropReport:
    """Return what `crop_folder` has put into a folder so far.

    Raises AnimelibError when it has put nothing there, or its table is broken.

        read_crops("my_faces").whole
    """
    output = Path(output).expanduser().resolve()
    made = _made(output)
    if made is None or not (output / TABLE).exists():
        raise AnimelibError(f"There are no crops in {shown(output)}: crop_folder makes them, or check the path.")
    crops = []
    for line, row in _whole_rows(output / TABLE):
        numbers = [row[key] for key in NUMBERS]
        face = read_face(f"{shown(output / TABLE)}, line {line},", numbers, row["score"]) if any(numbers) else None
        crops.append(Crop(row["picture"], unquoted(row["crop"]), face))
    return CropReport(Path(made["folder"]), output, tuple(crops))


# ---- what is there already


def _begin(folder: Path, output: Path, settings: dict[str, object], mark: str) -> set[str]:
    """Make the output ready, with ``mark`` before its table, and return the pictures that have been cropped into it already."""
    if output.is_relative_to(folder) or folder.is_relative_to(output):
        raise AnimelibError(f"{shown(folder)} cannot be cropped into {shown(output)}, as one lies in the other: choose another.")
    _check_ours(folder, output, settings)
    table = output / TABLE
    with writing_to(output):
        write_text(output / MARKER, json.dumps({"folder": str(folder), **settings}))
        rows = [row for _, row in _whole_rows(table)] if table.exists() else []
        lines = [[quoted(row[key]) if key == "picture" else row[key] for key in COLUMNS] for row in rows]
        write_text(table, mark + csv_text([COLUMNS, *lines]))  # whatever program saved it, rows can be added again
    return {row["picture"] for row in rows}


def _check_ours(folder: Path, output: Path, settings: dict[str, object]) -> None:
    """Refuse an output that holds something else, or crops that would not go together with the new ones."""
    if output.exists() and not output.is_dir():
        raise AnimelibError(f"{shown(output)} is a file: choose a folder for the crops.")
    made = _made(output)
    if made is None:
        with writing_to(output):
            if output.exists() and any(not is_junk(name) for name in os.listdir(output)):
                raise AnimelibError(f"{shown(output)} holds files that crop_folder did not make: choose a new folder.")
        return
    for key, value in settings.items():
        if made[key] != value:
            told = f"The crops in {shown(output)} were made with {key}={made[key]}, not {value}"
            raise AnimelibError(f"{told}: use the same again, or choose a new folder.")
    if made["folder"] != str(folder) and os.path.exists(made["folder"]):  # where it is not there any more it has been moved
        told = f"{shown(output)} holds crops of the pictures in {shown(made['folder'])}, not {shown(folder)}"
        raise AnimelibError(f"{told}: choose a new folder.")


def _made(output: Path) -> dict | None:
    """Return how the crops in a folder were made, or None where crop_folder made nothing."""
    marker = output / MARKER
    if not marker.exists():
        return None
    try:
        made = json.loads(marker.read_text(encoding="utf-8"))
        return {key: made[key] for key in ("folder", "margin", "size", "min_score")}
    except (OSError, ValueError, KeyError, TypeError):
        raise AnimelibError(f"{shown(marker)} is broken: choose a new folder for the crops.") from None


def _whole_rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a table of crops; a picture whose last row was cut off when the run was stopped does not count."""
    text = text_of(path)
    whole = text[: text.rfind("\n") + 1]
    table = read_table(path, whole)
    if not set(COLUMNS) <= set(table.columns):
        raise AnimelibError(f"{shown(path)} is no table of crops: its first line must be {','.join(COLUMNS)}.")
    cut = table.rows[-1][1]["picture"] if table.rows and whole != text else None
    return [(line, row) for line, row in table.rows if row["picture"] != cut]


# ---- cutting


def _stems(names: Sequence[str]) -> dict[str, str]:
    """Return what the names of crops begin with: the picture's without its ending, or with it where two differ in that alone."""
    bare = {name: PurePosixPath(name).with_suffix("").as_posix() for name in names}
    count = Counter(stem.casefold() for stem in bare.values())
    return {name: stem if count[stem.casefold()] == 1 else name for name, stem in bare.items()}


def _cut(picture: Image.Image, name: str, stem: str, faces: Sequence[Face], output: Path, settings: dict) -> Iterator[Crop]:
    """Write the crops of one picture and yield what they are."""
    for place, face in enumerate(list(faces) or [None], 1):
        crop = f"{stem}_face{place}.png" if face else f"{stem}_whole.png"
        pixels = crop_face(picture, face, settings["margin"]) if face else crop_face(picture, Face(0, 0, *picture.size), 0)
        image, size = Image.fromarray(pixels), settings["size"]
        _write(output / crop, image.resize((size, size), Image.Resampling.BICUBIC) if size else image, name)
        yield Crop(name, crop, face)


def _write(path: Path, image: Image.Image, name: str) -> None:
    """Write a crop that says which picture it is from; only one that says the same may be there already, from a stopped run."""
    if path.exists() and not _is_ours(path, name):
        raise AnimelibError(f"{shown(path)} is in the way and crop_folder did not make it: move it away, then run this again.")
    told = PngImagePlugin.PngInfo()
    told.add_text("Software", "animelib")
    told.add_itxt("Source", quoted(name))
    with replacing(path) as temporary:
        image.save(temporary, "PNG", pnginfo=told)


def _is_ours(path: Path, name: str) -> bool:
    try:
        with Image.open(path) as there:
            return there.info.get("Software") == "animelib" and there.info.get("Source") == quoted(name)
    except Exception:  # Pillow raises nearly everything on broken files
        return False


def _record(output: Path, crops: Sequence[Crop]) -> None:
    """Add the rows of one picture to the table, all or none: from then on it counts as done."""
    path = output / TABLE
    rows = [[quoted(crop.picture), quoted(crop.crop), *cells_of(crop.face).values()] for crop in crops]
    before = path.stat().st_size
    try:
        with open(path, "ab") as file:
            file.write(csv_text(rows).encode())
    except BaseException:  # a full disk, or Ctrl+C
        os.truncate(path, before)
        raise
