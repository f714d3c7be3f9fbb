"""Boxes around faces, kept in files: animelib's own table, and the one door to those of other programs.

The table is CSV: ``filename,x,y,w,h`` in pixels, or ``file,width,height,x,y,w,h,box_source`` where the sizes of the pictures are
told, and a column ``score`` where some face is not certain. A face has a row; a picture without any has one with empty numbers.
Pixels are written with two decimals at most, scores with four. What a box is, is said in `faces`; YOLO and COCO are in
`box_files`.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .atomic import write_text
from .box_files import find_pictures, is_coco, labels_in, read_coco, read_yolo, size_of
from .errors import AnimelibError
from .faces import Boxes, Face, check_boxes, read_face
from .folders import is_junk, shown
from .lists import quoted, text_of, unquoted

TABLE = "boxes.csv"  # what a folder of boxes calls its table
NAMES = ("filename", "file", "picture", "image")  # what the column of pictures may be called
NUMBERS = ("x", "y", "w", "h")
PLAIN = ("filename", *NUMBERS)
SIZED = ("file", "width", "height", *NUMBERS, "box_source")


def read_boxes(path: str | Path, pictures: str | Path | None = None) -> dict[str, list[Face]]:
    """Read boxes from a CSV, COCO (.json) or YOLO file (.txt), or from the folder that holds such files.

    pictures: the folder of the pictures, whose sizes YOLO's shares need; without it they are looked for beside the text files
    and in ``images`` beside ``labels``. Pictures and their faces come in the order of the file. A YOLO picture without a text
    file is not among them, one with an empty text file has no face.

    Raises AnimelibError with the file and the line that is wrong, or when a folder holds boxes in two forms.

        boxes = read_boxes("scenes")  # {"scene_000.jpg": [Face(x=42, y=39, w=186, h=186, score=1.0)], ...}
    """
    path = Path(path).expanduser()
    if not path.exists():
        raise AnimelibError(f"There are no boxes at {shown(path)}: check the path.")
    if path.is_dir():
        path = _boxes_in(path, pictures)
    if path.is_dir() or path.suffix.lower() == ".txt":
        return read_yolo(path, pictures)
    if path.suffix.lower() == ".json":
        return read_coco(path)
    return read_table(path).boxes()


def _boxes_in(folder: Path, pictures: str | Path | None) -> Path:
    """Return the one file of boxes in a folder, or the folder itself where it holds YOLO's text files."""
    tables = [path for path in sorted(folder.glob("*.csv")) if path.name == TABLE or _is_table(path)]
    tables = [path for path in tables if path.name == TABLE] or tables
    names = (path for home in (folder, folder / "annotations") for path in sorted(home.glob("*.json")))
    found = tables + [path for path in names if not is_junk(path.name) and is_coco(path)]
    labels = folder / "labels" if (folder / "labels").is_dir() else folder
    if next(labels_in(labels, pictures), None):
        found.append(labels)
    if len(found) > 1:
        which = " or ".join(shown(path) for path in found[:3])
        raise AnimelibError(f"{shown(folder)} holds boxes more than once: name those to read, {which}.")
    if not found:
        raise AnimelibError(
            f"There are no boxes in {shown(folder)}: they are to be a {TABLE}, a COCO .json, or a YOLO .txt for each picture."
        )
    return found[0]


# ---- CSV


@dataclass(frozen=True)
class Table:
    """A CSV of boxes: its columns, and each row with the number of its line."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]

    @property
    def name(self) -> str:
        """The column of pictures."""
        return next(name for name in NAMES if name in self.columns)

    def boxes(self) -> dict[str, list[Face]]:
        boxes, name, path = {}, self.name, shown(self.path)
        for line, row in self.rows:
            faces = boxes.setdefault(row[name], [])
            if any(row[key] for key in NUMBERS):
                where = f"{path}, line {line},"
                faces.append(read_face(where, [row[key] for key in NUMBERS], row.get("score")))
        return boxes


def read_table(path: Path, text: str | None = None) -> Table:
    """Return a table of boxes, whatever program it was saved with; ``text`` is what it holds, if that has been read."""
    columns, lines = csv_rows(text_of(path) if text is None else text)
    if not set(NUMBERS) <= set(columns) or not set(NAMES) & set(columns):
        raise AnimelibError(f"{shown(path)} is no table of boxes: its first line must be {','.join(PLAIN)}.")
    name, rows = next(name for name in NAMES if name in columns), []
    for line, row in lines:
        if not row[name]:
            raise AnimelibError(f"{shown(path)}, line {line}, names no picture: write one, or take the line out.")
        rows.append((line, row | {name: unquoted(row[name])}))
    return Table(path, columns, tuple(rows))


def write_boxes(path: str | Path, boxes: Boxes, pictures: str | Path | None = None, *, source: str = "") -> Path:
    """Write boxes as CSV, whole or not at all, and return the path.

    A table of boxes that is there already is brought up to date: the pictures in ``boxes`` get their new faces, all others
    stay, and so do the form of the table and what its further columns say of faces that have not changed. So saving again after a
    correction works, and saving the second half does not lose the first.

    pictures: the folder of the pictures; a new table then tells their sizes (``file,width,height,x,y,w,h,box_source``).
    source: where the new boxes are from, for ``box_source``.

    Raises AnimelibError when something else lies at ``path``, which is left alone, or a box is no box.

        write_boxes("scenes/boxes.csv", {"a.jpg": [Face(10, 20, 64, 64)], "b.jpg": []})
    """
    path = Path(path).expanduser()
    check_boxes(boxes)
    sizes = {name: size_of(place) for name, place in find_pictures(boxes, pictures).items()} if pictures else {}
    old = _table_to_update(path) or Table(path, SIZED if pictures else PLAIN, ())
    uncertain = any(face.score < 1 for faces in boxes.values() for face in faces)
    columns = old.columns + (("score",) if uncertain and "score" not in old.columns else ())
    column, lines = old.name, [columns]
    before = {name: [] for name in [*(row[column] for _, row in old.rows), *boxes]}
    for _, row in old.rows:
        before[row[column]].append(row)
    for name, rows in before.items():
        width, height = sizes.get(name, ("", ""))
        told = {"width": str(width), "height": str(height), "box_source": source}
        for row in _updated(rows, boxes[name]) if name in boxes else rows:
            cells = {**told, **row, column: quoted(name)}
            lines.append([cells.get(key, "") for key in columns])
    return _write_lines(path, lines)


def forget_boxes(path: str | Path, pictures: Iterable[str]) -> Path:
    """Take pictures out of a table of boxes, as if nothing had been said of them, and return its path; the rest stays.

        forget_boxes("scenes/boxes.csv", ["scene_000.jpg"])
    """
    path = Path(path).expanduser()
    old, gone = _table_to_update(path), set(pictures)
    if old is None:
        return path
    rows = [{**row, old.name: quoted(row[old.name])} for _, row in old.rows if row[old.name] not in gone]
    return _write_lines(path, [old.columns, *([row.get(key, "") for key in old.columns] for row in rows)])


def _write_lines(path: Path, lines: Iterable[Sequence[str]]) -> Path:
    text = csv_text(lines)
    return write_text(path, text if text.isascii() else f"\ufeff{text}")  # the mark tells Excel that it is UTF-8


def csv_rows(text: str) -> tuple[tuple[str, ...], list[tuple[int, dict[str, str]]]]:
    """Return the columns of a table and, for each row that is not empty, its line's number and its cells by column."""
    lines = io.StringIO(text, newline="")
    between = max(",;\t", key=lines.readline().count)  # Excel writes semicolons in some countries
    lines.seek(0)
    reader = csv.reader(lines, delimiter=between)
    columns = tuple(cell.strip().lower() for cell in next(reader, ()))
    rows = []
    for cells in reader:
        cells = [cell.strip() for cell in cells] + [""] * (len(columns) - len(cells))
        if any(cells):
            rows.append((reader.line_num, dict(zip(columns, cells, strict=False))))
    return columns, rows


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as comma-separated lines."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def cells_of(face: Face | None) -> dict[str, str]:
    """Return what a table says of a face, or of none, by column."""
    if face is None:
        return dict.fromkeys((*NUMBERS, "score"), "")
    return {key: number(getattr(face, key)) for key in NUMBERS} | {"score": number(face.score, 4)}


def number(value: float, places: int = 2) -> str:
    """Write a number with so many decimals at most: 186, 42.5."""
    return f"{round(float(value), places) + 0.0:.{places}f}".rstrip("0").rstrip(".")  # + 0.0: no minus before a zero


def _is_table(path: Path) -> bool:
    try:
        return bool(read_table(path).columns)
    except AnimelibError:
        return False


def _table_to_update(path: Path) -> Table | None:
    if not path.exists():
        return None
    try:
        table = read_table(path)
        table.boxes()
    except AnimelibError as reason:
        raise AnimelibError(f"{str(reason)[:-1]}; it is left as it is, so save under another name or correct it first.") from None
    return table


def _updated(rows: Sequence[dict[str, str]], faces: Sequence[Face]) -> list[dict[str, str]]:
    """Return the rows of a picture for its new faces; what the old ones tell of faces that have not changed is kept."""
    known = {tuple(row[key] and number(float(row[key])) for key in NUMBERS): row for row in rows}
    whole = {key: rows[0][key] for key in ("width", "height") if rows and key in rows[0]}
    cells = [cells_of(face) for face in list(faces) or [None]]
    return [{**known.get(tuple(cell[key] for key in NUMBERS), whole), **cell} for cell in cells]
