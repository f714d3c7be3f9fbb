"""Tables that grow by a line at each click: CSV in UTF-8 that nothing that happens later can spoil.

A line is written at once and stays; what is taken back is taken back by another line. A line that was cut off, because the
machine stopped in the middle, does not count. Any program may have saved the table in between: its order of columns and its
separator are kept. What the columns mean is said by `ratings` and `pairs`.
"""

import csv
import io
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .atomic import write_text
from .boxes import csv_rows
from .errors import AnimelibError
from .folders import shown
from .lists import text_of
from .staging import writing_to

OTHER_NAMES = {**dict.fromkeys(("file", "filename", "image", "path"), "picture"), "rating": "score"}  # of the same columns


@dataclass(frozen=True)
class Line:
    """One line of a table: its ``number`` in the file, and its ``cells`` by column. ``whole``: it ends as a line does."""

    path: Path
    number: int
    cells: Mapping[str, str]
    whole: bool

    def __str__(self) -> str:
        return f"{shown(self.path)}, line {self.number},"


def now() -> str:
    """Return the time of a click, with its place on the earth: "2026-11-21T18:30:05+09:00"."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def read_clicks(path: Path, columns: Sequence[str]) -> list[Line]:
    """Return the lines of a table that say something, whatever program saved it.

    columns: what the table is to have, the first two at the least; a table without heads is read in this order.
    """
    return _parsed(path, _text(path), columns)


def add_click(path: Path, columns: Sequence[str], cells: Mapping[str, str], is_sound: Callable[[Line], bool]) -> None:
    """Add a line to a table, which is begun where it is not there, so that whatever was in it before stays as it was.

    A last line without an end is kept where ``is_sound`` says that it could have been meant so; else it was cut off.
    """
    with writing_to(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        text = _ready(path, columns, is_sound) if path.exists() else ""
        heads, between = _heads(text, columns) if text.strip() else (list(columns), ",")
        start = "" if text.strip() else _line(columns, between)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            os.write(handle, (start + _line([cells.get(head, "") for head in heads], between)).encode())
            os.fsync(handle)
        finally:
            os.close(handle)


def _ready(path: Path, columns: Sequence[str], is_sound: Callable[[Line], bool]) -> str:
    """Bring a table to where a line can be added, in UTF-8 with whole lines, and return what it holds."""
    content, text = path.read_bytes(), _text(path)
    if "\ufffd" in text:
        raise AnimelibError(f"{shown(path)} is written in letters that cannot be read: save it as CSV UTF-8.")
    whole = text
    if text and not text.endswith(("\n", "\r")):
        last = _parsed(path, text, columns)[-1:]
        cut = last and not is_sound(last[0])
        whole = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] if cut else text + "\n"  # a click that was cut off never was
    mark = "" if content.startswith(text.encode()) else "\ufeff"  # tells Excel that it is UTF-8
    if whole != text or content.removeprefix(b"\xef\xbb\xbf") != text.encode():
        write_text(path, mark + whole)
    return whole


def _text(path: Path) -> str:
    """Return what a table holds, even where its last letter was cut in the middle."""
    try:
        content = path.read_bytes()
    except OSError:
        return text_of(path)  # which says what is wrong
    for cut in range(4):
        with suppress(UnicodeDecodeError):
            return content[: len(content) - cut].decode("utf-8-sig")
    return text_of(path)


def _parsed(path: Path, text: str, columns: Sequence[str]) -> list[Line]:
    if not text.strip():
        return []
    heads, between = _heads(text, columns)
    if not set(columns[:2]) <= set(heads):
        told = f"{shown(path)} has no columns {' and '.join(columns[:2])}"
        raise AnimelibError(f"{told}: its first line is to be {','.join(columns)}.")
    added = not _has_heads(text, columns)
    found, rows = csv_rows(_line(heads, between) + text if added else text)
    last = None if text.endswith(("\n", "\r")) or not rows else rows[-1][0]
    name_of, empty = dict(zip(found, heads, strict=True)), dict.fromkeys((*columns, *heads), "")
    return [
        Line(path, number - added, empty | {name_of[head]: cell for head, cell in row.items()}, number != last)
        for number, row in rows
    ]


def _heads(text: str, columns: Sequence[str]) -> tuple[list[str], str]:
    """Return the columns of a table, and what stands between them; without a line of heads, ``columns`` in their order."""
    between = max(",;\t", key=text.partition("\n")[0].count)  # Excel writes semicolons in some countries
    cells = [cell.strip() for cell in next(csv.reader(text.splitlines()[:1], delimiter=between), [])]
    return (_known(cells, columns) if _has_heads(text, columns) else list(columns)[: max(2, len(cells))]), between


def _has_heads(text: str, columns: Sequence[str]) -> bool:
    return bool(set(_known(csv_rows(text)[0], columns)) & set(columns))


def _known(cells: Sequence[str], columns: Sequence[str]) -> list[str]:
    """Return heads by the names that they have here."""
    heads = [cell.lower() for cell in cells]
    named = [OTHER_NAMES.get(head, head) for head in heads]
    return [name if name in columns and name not in heads else head for name, head in zip(named, heads, strict=True)]


def _line(cells: Sequence[str], between: str) -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=between, lineterminator="\n").writerow(cells)
    return file.getvalue()
