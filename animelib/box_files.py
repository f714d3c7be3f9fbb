"""Boxes in the files of other programs: YOLO's text files and COCO's JSON, and the pictures that they belong to.

YOLO: a text file for each picture, a line for each face: class, middle (x, y) and size (w, h) as shares of the picture, with six
decimals. COCO: one JSON file, pixels with two decimals. Both come and go through `boxes`, which tells them apart.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image

from .atomic import write_text
from .errors import AnimelibError
from .faces import Boxes, Face, check_boxes, edges, read_face
from .folders import check_folder, everything_in, is_junk, open_image, pictures_in, shown
from .lists import text_of

MARKER = ".animelib-boxes.json"  # which label files in a folder are ours: {file: digests}
TURNED = range(5, 9)  # EXIF orientations that lay a picture on its side


def find_pictures(names: Iterable[str], folder: str | Path) -> dict[str, Path]:
    """Return the path of each picture that boxes name, looked for in ``folder`` and in its folder ``images``.

    Raises AnimelibError with the first that is not there.

        find_pictures(read_boxes("scenes"), "scenes")
    """
    root = Path(folder).expanduser()
    check_folder(root)
    paths, known = {}, None
    for name in names:
        paths[name] = next((home / name for home in (root, root / "images") if (home / name).is_file()), None)
        if paths[name] is None:  # on a Mac, or from Windows, it may be written otherwise
            known = known or named_in(root)
            paths[name] = known.get(one_name(name))
        if paths[name] is None:
            told = f"There is no picture {shown(name)} in {shown(root)}, and the boxes name one"
            raise AnimelibError(f"{told}: check the folder, or take it out of the boxes.")
    return paths


def size_of(picture: Path) -> tuple[int, int]:
    """Return (width, height) of a picture as `open_image` shows it, without decoding it."""
    try:
        with Image.open(picture) as image:
            turned = image.getexif().get(0x0112) in TURNED
            return image.size[::-1] if turned else image.size
    except Exception:  # Pillow raises nearly everything on broken files; the sentence is open_image's
        return open_image(picture).size


# ---- YOLO


def write_yolo(folder: str | Path, boxes: Boxes, pictures: str | Path) -> Path:
    """Write a text file for each picture into ``folder``, as YOLO wants them, and ``classes.txt``; return the folder.

    pictures: the folder of the pictures, whose sizes are needed. A picture without a face gets an empty file. A box that leaves
    its picture is cut at the edge, because YOLO refuses others. Class 0 is ``face``. Scores are not written. Files that an
    earlier call wrote and nobody changed since are written anew; those of pictures that are not in ``boxes`` stay.

    Raises AnimelibError when a picture is not there, or another file would be overwritten; nothing is written then.

        write_yolo("scenes/labels", read_boxes("scenes/boxes.csv"), "scenes")
    """
    folder = Path(folder).expanduser()
    check_boxes(boxes)
    texts = {"classes.txt": "face\n"}
    for name, picture in find_pictures(boxes, pictures).items():
        label = str(PurePosixPath(one_name(name)).with_suffix(".txt"))
        if label in texts or ".." in PurePosixPath(label).parts or PurePosixPath(label).is_absolute():
            raise AnimelibError(f"{shown(name)} cannot have a label file of its own, {shown(label)}: give it another name.")
        size = size_of(picture)
        texts[label] = "".join(_yolo_line(name, face, size) for face in boxes[name])
    _claim(folder, texts)
    for label, text in texts.items():
        write_text(folder / label, text)
    return folder


def _yolo_line(name: str, face: Face, size: tuple[int, int]) -> str:
    left, top, right, bottom = edges([face])[:, 0]
    (left, right), (top, bottom) = np.clip((left, right), 0, size[0]), np.clip((top, bottom), 0, size[1])
    if left >= right or top >= bottom:
        raise AnimelibError(f"A box of {shown(name)} lies outside the picture of {size[0]}x{size[1]}: correct it first.")
    middle = ((left + right) / 2 / size[0], (top + bottom) / 2 / size[1])
    extent = ((right - left) / size[0], (bottom - top) / size[1])
    return " ".join(["0", *(f"{share:.6f}" for share in (*middle, *extent))]) + "\n"


def _claim(folder: Path, texts: dict[str, str]) -> None:
    """Note which files are ours, before the first is written; refuse to overwrite others, and ours that somebody has changed."""
    marker = folder / MARKER
    ours = json.loads(marker.read_text(encoding="utf-8")) if marker.exists() else {}
    for label, text in texts.items():
        there = [_digest((folder / label).read_text(encoding="utf-8", errors="replace"))] if (folder / label).exists() else []
        if there and there[0] not in [*ours.get(label, []), _digest(text)]:
            told = f"{shown(folder / label)} was not written by animelib, or has been changed since"
            raise AnimelibError(f"{told}: read_boxes reads it, and write to another folder to keep both.")
        ours[label] = [*there, _digest(text)]
    write_text(marker, json.dumps(ours))


def read_yolo(path: Path, pictures: str | Path | None) -> dict[str, list[Face]]:
    """Read one label file, or all in a folder."""
    labels = path if path.is_dir() else path.parent
    found = [(label, name, picture) for label, name, picture in labels_in(labels, pictures) if path in (labels, label)]
    if not found:
        told = "is nowhere near it" if path.suffix else "are nowhere near them"
        raise AnimelibError(f"YOLO's boxes in {shown(path)} need the size of the picture, which {told}: give pictures=FOLDER.")
    first, boxes = None, {}
    for label, name, picture in found:
        size, boxes[name] = size_of(picture), []
        for line, cells in _yolo_cells(label):
            where = f"{shown(label)}, line {line},"
            boxes[name].append(_yolo_face(where, cells, size))
            first = first or cells[0]
            if cells[0] != first:
                raise AnimelibError(f"{where} is of class {cells[0]} and others of class {first}: leave only the lines of faces.")
    return boxes


def _yolo_cells(label: Path) -> Iterator[tuple[int, list[str]]]:
    for line, text in enumerate(text_of(label).splitlines(), 1):
        if text.strip():
            yield line, text.split()


def _yolo_face(where: str, cells: list[str], size: tuple[int, int]) -> Face:
    try:
        x, y, w, h = map(float, cells[1:5])
        fits = len(cells) in (5, 6) and min(x, y) >= 0 and max(x, y, w, h) <= 1.001  # some programs round up
    except ValueError:
        fits = False
    if not fits:
        raise AnimelibError(f"{where} is no box of YOLO: it is to be a class and four shares from 0 to 1, middle and size.")
    pixels = ((x - w / 2) * size[0], (y - h / 2) * size[1], w * size[0], h * size[1])
    return read_face(where, [round(value, 2) for value in pixels], cells[5] if len(cells) == 6 else "")


def labels_in(labels: Path, pictures: str | Path | None) -> Iterator[tuple[Path, str, Path]]:
    """Yield each label file in a folder with the name and the path of its picture."""
    texts = [Path(entry.path) for entry in everything_in(labels) if entry.name.endswith(".txt") and not is_junk(entry.name)]
    if not texts:
        return
    root = Path(pictures).expanduser() if pictures else _pictures_of(labels)
    check_folder(root)
    homes = (root / "images", root) if pictures else (root,)
    known = [{}, {}]
    for places, home in zip(known, homes, strict=False):
        for picture in pictures_in(home) if home.is_dir() else ():
            places.setdefault(one_name(picture.relative_to(home).with_suffix("").as_posix()), []).append((home, picture))
    for label in sorted(texts):
        stem = one_name(label.relative_to(labels).with_suffix("").as_posix())
        found = next((places[stem] for places in known if stem in places), [])
        if len(found) > 1:
            names = " and ".join(shown(picture.name) for _, picture in found[:2])
            raise AnimelibError(f"{shown(label)} may belong to {names}: give one of the pictures another name.")
        if found:
            yield label, found[0][1].relative_to(found[0][0]).as_posix(), found[0][1]
        elif _looks_like_labels(label):
            raise AnimelibError(f"{shown(label)} holds boxes, and its picture is not in {shown(root)}: give pictures=FOLDER.")


def _looks_like_labels(path: Path) -> bool:
    try:
        lines = [_yolo_face("", cells, (1, 1)) for _, cells in _yolo_cells(path)]
    except AnimelibError:
        return False
    return bool(lines)


def _pictures_of(labels: Path) -> Path:
    """Return where the pictures of a folder of labels are: in ``images`` beside ``labels`` as YOLO has it, else in the folder."""
    parts = labels.absolute().parts
    swapped = [Path(*parts[:at], "images", *parts[at + 1 :]) for at in range(len(parts)) if parts[at] == "labels"]
    return next((place for place in [*swapped[::-1], labels / "images"] if place.is_dir()), labels)


# ---- COCO


def write_coco(path: str | Path, boxes: Boxes, pictures: str | Path) -> Path:
    """Write boxes as one JSON file in COCO's form, whole or not at all, and return the path.

    pictures: the folder of the pictures, whose sizes it tells. The one category is ``face``. A file that an earlier call wrote
    and nobody changed since is written anew.

    Raises AnimelibError when a picture is not there, or another file would be overwritten.

        write_coco("scenes/faces.json", read_boxes("scenes/boxes.csv"), "scenes")
    """
    path = Path(path).expanduser()
    check_boxes(boxes)
    images, annotations = [], []
    for number_of, (name, picture) in enumerate(find_pictures(boxes, pictures).items(), 1):
        width, height = size_of(picture)
        images.append({"id": number_of, "file_name": name, "width": width, "height": height})
        for face in boxes[name]:
            ids = {"id": len(annotations) + 1, "image_id": number_of, "category_id": 1}
            annotations.append({**ids, **_coco_face(face)})
    held = {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "face"}]}
    if path.exists() and not _is_ours(path):
        told = f"{shown(path)} was not written by animelib, or has been changed since"
        raise AnimelibError(f"{told}: write to another name to keep both.")
    info = {"contributor": "animelib", "digest": _digest(json.dumps(held))}
    return write_text(path, json.dumps({"info": info, **held}, indent=1))


def _coco_face(face: Face) -> dict[str, object]:
    box = [round(float(getattr(face, key)), 2) for key in ("x", "y", "w", "h")]
    score = {"score": round(float(face.score), 4)} if face.score < 1 else {}
    return {"bbox": box, "area": round(box[2] * box[3], 2), "iscrowd": 0, **score}


def _is_ours(path: Path) -> bool:
    try:
        held = json.loads(text_of(path))
        return held.pop("info")["digest"] == _digest(json.dumps(held))
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def is_coco(path: Path) -> bool:
    """Tell by what it holds whether a JSON file is COCO's."""
    try:
        return {"images", "annotations"} <= set(json.loads(text_of(path)))
    except (ValueError, TypeError):
        return False


def read_coco(path: Path) -> dict[str, list[Face]]:
    """Read one JSON file; of several categories the one that is called a face."""
    try:
        held = json.loads(text_of(path))
        names = {image["id"]: image["file_name"].replace("\\", "/") for image in held["images"]}
        annotations, kinds = held["annotations"], {kind["id"]: kind["name"] for kind in held.get("categories", [])}
    except json.JSONDecodeError as reason:
        raise AnimelibError(f"{shown(path)}, line {reason.lineno}, is no JSON ({reason.msg}): export it anew.") from None
    except (KeyError, TypeError, AttributeError):
        raise AnimelibError(f"{shown(path)} is not in COCO's form: it needs images, annotations and categories.") from None
    boxes = {name: [] for name in names.values()}
    faces = _face_category(path, annotations, kinds)
    for place, one in enumerate(annotations, 1):
        where = f"{shown(path)}, annotation {place},"
        if not isinstance(one, dict) or one.get("image_id") not in names:
            raise AnimelibError(f"{where} is of no picture in the file: correct its image_id or take it out.")
        if faces in (None, one.get("category_id")):
            boxes[names[one["image_id"]]].append(read_face(where, one.get("bbox"), one.get("score")))
    return boxes


def _face_category(path: Path, annotations: list, kinds: dict[object, str]) -> object:
    """Return the category that holds the faces, or None where all annotations are of one."""
    used = {one.get("category_id") for one in annotations if isinstance(one, dict)}
    if len(used) < 2:
        return None
    faces = [kind for kind in used if "face" in str(kinds.get(kind)).lower() or "顔" in str(kinds.get(kind))]
    if len(faces) != 1:
        names = ", ".join(sorted(str(kinds.get(kind, kind)) for kind in used))
        raise AnimelibError(f"{shown(path)} holds several categories ({names}), and one is to be called face: rename it.")
    return faces[0]


# ---- names


def named_in(root: Path) -> dict[str, Path]:
    """Return the path of every picture by each name that boxes may have for it: as seen from the folder, and from ``images``."""
    homes = (root / "images", root)
    return {one_name(path.relative_to(home).as_posix()): path for home in homes if home.is_dir() for path in pictures_in(home)}


def short_name(picture: Path, root: Path) -> str:
    """Return what boxes call a picture: without the folder ``images`` that it lies in, unless that name is another's."""
    images = root / "images"
    short = picture.is_relative_to(images) and not (root / picture.relative_to(images)).exists()
    return picture.relative_to(images if short else root).as_posix()


def one_name(name: str) -> str:
    """Return a picture's name the same from a Mac, from Windows and from elsewhere."""
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _digest(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()
