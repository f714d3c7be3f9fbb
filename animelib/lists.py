"""List files: which pictures are learned from and which are the test, one a line, made once, read by people and edited by hand.

A folder of lists is that of the article "Kill Me Baby". ``class.lst`` holds one class name a line, in the order of the network's
answers. ``train.lst`` and ``test.lst`` hold one picture a line: its path in the folder of pictures, whose own path may stand
in front as in the article (``./data/yasuna/1.png``). A picture's class is the folder it lies in, unless a tab and the name of
another class follow. Blank lines, and lines that begin with #, count for nothing. Dividing the pictures is `data`'s affair.
"""

import io
import json
import os
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from .atomic import write_text
from .errors import AnimelibError
from .folders import Index, shown
from .words import say

CLASSES = "class.lst"
PICTURES = {"train": "train.lst", "test": "test.lst"}
PARTS = ("train", "val", "test")


@dataclass(frozen=True)
class Line:
    """One line of a list: the ``name`` that it holds, and behind a tab the ``label``, a class name, or nothing."""

    path: Path
    number: int
    name: str
    label: str = ""

    def __str__(self) -> str:
        return f"{shown(self.path)}, line {self.number},"


def read_list(path: Path) -> list[Line]:
    """Return the lines of a list that say something, whatever editor it was saved with."""
    lines = []
    for number, text in enumerate(io.StringIO(text_of(path), newline=None), 1):
        name, _, label = text.strip().partition("\t")
        if name and not name.startswith("#"):
            lines.append(Line(path, number, unquoted(name.strip()), label.strip()))
    return lines


def write_list(path: Path, names: Iterable[str]) -> None:
    """Write one name a line, in UTF-8; one that a line cannot hold (a newline, broken letters) in quotes, as in JSON."""
    write_text(path, "".join(f"{quoted(name)}\n" for name in names))


def read_parts(folder: Path) -> dict[str, str]:
    """Return the part of each file in ``train.txt``, ``val.txt`` and ``test.txt``, the lists that `data` keeps for itself."""
    paths = {part: folder / f"{part}.txt" for part in PARTS}
    return {line.name: part for part, path in paths.items() if path.exists() for line in read_list(path)}


def write_parts(folder: Path, part_of: dict[str, str]) -> None:
    """Write the lists that `read_parts` reads."""
    for part in PARTS:
        write_list(folder / f"{part}.txt", [file for file, its in part_of.items() if its == part])


def has_lists(folder: Path) -> bool:
    """Tell whether the three lists are there; some without the others is an error."""
    missing = [name for name in (CLASSES, *PICTURES.values()) if not os.path.exists(folder / name)]
    if len(missing) in (1, 2):
        gone = " and no ".join(missing)
        raise AnimelibError(f"{shown(folder)} has no {gone}: put it back, or move the other lists away to make new ones.")
    return not missing


def follow_lists(index: Index, folder: str | Path) -> Index:
    """Return the pictures that the lists in ``folder`` name, with the lists' classes, and the part of each as ``splits``.

    A note counts the pictures that no list names. Raises AnimelibError with the file and the line that is wrong: a picture
    that is not there, a class that is unknown, a picture or a class that is named twice.

        follow_lists(index_folder("data"), "list").splits
    """
    folder = Path(folder).expanduser()
    if not has_lists(folder):
        raise AnimelibError(f"There are no lists in {shown(folder)}: al.make_lists(lab, folder) makes them, or check the path.")
    lines = {part: read_list(folder / name) for part, name in PICTURES.items()}
    classes = _classes(index, folder / CLASSES, [line for part in lines.values() for line in part])
    named = _named(index, lines)
    label_of = _labels(index, named, classes)
    _check_learned(classes, {label_of[file] for file, (_, part) in named.items() if part == "train"}, folder)
    files = tuple(file for file in index.files if file in named)
    return replace(
        index,
        classes=tuple(classes),
        files=files,
        labels=tuple(list(classes).index(label_of[file]) for file in files),
        splits=tuple(named[file][1] for file in files),
        notes=(*index.notes, *_surplus(index, named, folder)),
    )


def _classes(index: Index, path: Path, pictures: list[Line]) -> dict[str, Line]:
    """Return the line of each class, after checking that there are two or more, and of each some picture or folder."""
    known = set(index.classes) | {_nfc(line.label) for line in pictures}
    found = {}
    for line in read_list(path):
        name = _nfc(line.name)
        if name not in known:
            told = f"names the class {name!r}, for which {shown(index.root)} has no folder"
            raise AnimelibError(f"{line} {told}: it has {', '.join(index.classes)}.")
        if name in found:
            raise AnimelibError(f"{line} names the class {name!r}, as line {found[name].number} does: take one of them out.")
        found[name] = line
    if len(found) < 2:
        raise AnimelibError(f"{shown(path)} names {len(found)} classes, and telling apart needs two or more: write one a line.")
    return found


def _named(index: Index, lines: dict[str, list[Line]]) -> dict[str, tuple[Line, str]]:
    """Return the line and the part of every picture that is named."""
    known = {_nfc(file): file for file in index.files} | {file: file for file in index.files}
    root = _nfc(index.root.absolute().name)
    named = {}
    for part, its in lines.items():
        for line in its:
            file = next((known[way] for way in _ways(line.name, root) if way in known), None)
            if file is None:
                told = f"names {line.name!r}, and {shown(index.root)} has no such picture"
                raise AnimelibError(f"{line} {told}: correct the line or take it out.")
            if file in named:
                first = named[file][0]
                where = f"line {first.number}" if first.path == line.path else f"{first.path.name}, line {first.number},"
                raise AnimelibError(f"{line} names {file!r}, as {where} does: take one of the two lines out.")
            named[file] = (line, part)
    return named


def _ways(name: str, root: str) -> Iterator[str]:
    """Yield what a name may mean as a path in the folder ``root``: as it is, in NFC, without the folder's path in front."""
    yield name
    for path in (_nfc(name), _nfc(name).replace("\\", "/")):
        parts = [part for part in path.split("/") if part not in ("", ".")]
        yield "/".join(parts)
        yield from ("/".join(parts[place + 1 :]) for place, part in enumerate(parts) if part == root)


def _labels(index: Index, named: dict[str, tuple[Line, str]], classes: dict[str, Line]) -> dict[str, str]:
    """Return the class of every picture that is named: that of its line, or else of its folder."""
    label_of = {file: index.classes[label] for file, label in zip(index.files, index.labels, strict=True) if file in named}
    for file, (line, _) in named.items():
        label_of[file] = _nfc(line.label) or label_of[file]
        if label_of[file] not in classes:
            told = f"names a picture of the class {label_of[file]!r}, which {CLASSES} does not have ({', '.join(classes)})"
            raise AnimelibError(f"{line} {told}: correct one of the two.")
    return label_of


def _check_learned(classes: dict[str, Line], learned: set[str], folder: Path) -> None:
    for name, line in classes.items():
        if name not in learned:
            path = shown(folder / PICTURES["train"])
            told = f"names no picture of the class {name!r}, which {CLASSES}, line {line.number}, has"
            raise AnimelibError(f"{path} {told}: add some to learn from, or take the class out.")


def _surplus(index: Index, named: dict[str, tuple[Line, str]], folder: Path) -> list[str]:
    surplus = [file for file in index.files if file not in named]
    where = {"folder": shown(index.root), "lists": shown(folder)}
    return [say("note_in_no_list", count=len(surplus), name=shown(surplus[0]), **where)] if surplus else []


def text_of(path: Path) -> str:
    """Read a list that an editor may have saved with a byte-order mark or in the old Japanese encoding."""
    try:
        content = path.read_bytes()
    except OSError as reason:
        raise AnimelibError(f"The list {shown(path)} cannot be read ({reason.strerror}): check what lies there.") from None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp932", errors="replace")


def quoted(name: str) -> str:
    plain = name == shown(name).strip() and not name.startswith(('"', "#"))
    return name if plain else json.dumps(name)


def unquoted(name: str) -> str:
    try:
        return json.loads(name) if name.startswith('"') else name
    except ValueError:  # a quote that somebody else put there
        return name


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
