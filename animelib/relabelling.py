"""Labels put right by a plan: a table that a person can read and edit, one line that applies it, and one that undoes it.

The plan is a CSV file with the columns file, from and to; ``to`` is another class, or "set aside". It changes nothing by
itself. `apply_plan` moves the files; nothing is deleted or overwritten. Which labels are wrong is for `doubts` and for people.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from . import folders
from .atomic import write_text
from .checkup import root_of
from .errors import AnimelibError
from .folders import shown
from .isolation import MANIFEST, carry_out, inside, moved_so_far, take_back
from .lab import Lab
from .lists import quoted, text_of, unquoted
from .words import say

SET_ASIDE = "set aside"
COLUMNS = ("file", "from", "to")


@dataclass(frozen=True)
class Relabel:
    """One row of a plan: a ``file`` in the folder of pictures, the class it is in, and the class it is to be in, or SET_ASIDE."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Applied:
    """What `apply_plan` moved: ``relabelled`` and ``aside`` are files by where they were in ``pictures``."""

    pictures: Path
    relabelled: tuple[str, ...]
    aside: tuple[str, ...]

    def __str__(self) -> str:
        if not self.relabelled and not self.aside:
            return say("plan_nothing", pictures=shown(self.pictures))
        return say("plan_applied", count=len(self.relabelled), aside=len(self.aside), pictures=str(self.pictures))

    __repr__ = __str__


def read_plan(path: str | Path) -> list[Relabel]:
    """Return the rows of a plan, whatever program it was saved with; none when there is no such file.

    Raises AnimelibError with the line that is wrong: the columns' names are missing, or a row has an empty field.
    """
    path = Path(path).expanduser()
    if not path.exists():
        return []
    lines = list(csv.reader(io.StringIO(text_of(path))))
    if not lines or tuple(cell.strip().lower() for cell in lines[0][:3]) != COLUMNS:
        raise AnimelibError(f"{shown(path)} is not a plan: its first line must be {','.join(COLUMNS)}.")
    rows = []
    for number, line in enumerate(lines[1:], 2):
        cells = [unicodedata.normalize("NFC", cell.strip()) for cell in line]
        if not any(cells):
            continue
        if len(cells) < 3 or not all(cells[:3]):
            raise AnimelibError(f"{shown(path)}, row {number}, has an empty field: give file, from and to.")
        rows.append(Relabel(unquoted(line[0].strip()), cells[1], SET_ASIDE if cells[2].lower() == SET_ASIDE else cells[2]))
    return rows


def write_plan(path: str | Path, rows: Iterable[Relabel]) -> Path:
    """Write a plan, whole or not at all; the mark at its beginning tells Excel that it is UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((quoted(row.file), row.old, row.new) for row in rows)
    return write_text(Path(path).expanduser(), "\ufeff" + text.getvalue())


def apply_plan(plan: str | Path, folder: Lab | str | Path) -> Applied:
    """Move the pictures that a plan names to the folders of their new classes, or aside; `undo_plan` puts them back.

    plan: the file that `browse_mistakes` or a person wrote. folder: the folder of pictures, or its lab. Everything is checked
    before anything moves. A name that is taken gets a number. Rows that have been applied already are left out, so that a cell
    may run twice. What is set aside lies in ``<folder>-set-aside``.

    Raises AnimelibError when there is no plan, or a row names a file or a class that is not there.

        print(apply_plan("relabel.csv", lab))
    """
    if not Path(plan).expanduser().exists():
        raise AnimelibError(f"There is no plan at {shown(plan)}: write one with browse_mistakes, or check the path.")
    root = root_of(folder)
    folders.check_folder(root)
    done = {move["from"] for move in moved_so_far(_beside(root))}
    rows = [row for row in read_plan(plan) if not (row.file in done and not (root / row.file).exists())]
    moves = [_move_of(root, plan, row) for row in rows if row.new != row.old]
    if moves:
        carry_out(root, _beside(root), moves)
    moved = {within: tuple(move["from"] for move in moves if move["within"] == within) for within in (True, False)}
    return Applied(root, moved[True], moved[False])


def undo_plan(folder: Lab | str | Path) -> tuple[str, ...]:
    """Put every picture back that `apply_plan` moved in or out of ``folder``, and return where they are now.

    One whose old place has been taken by another stays; a printed sentence names it.

    Raises AnimelibError when no plan has been applied there.

        undo_plan("pictures/killme")
    """
    root = root_of(folder)
    if not (_beside(root) / MANIFEST).is_file():
        raise AnimelibError(f"No plan has been applied to {shown(root)}: name the folder of pictures that apply_plan changed.")
    back, left = take_back(root, _beside(root))
    print(say("restored", count=len(back), folder=shown(root)))
    if left:
        print(say("plan_not_undone", count=len(left), names=", ".join(map(shown, left[:3]))))
    return tuple(back)


def _beside(root: Path) -> Path:
    return root.with_name(f"{root.name}-set-aside")


def _move_of(root: Path, plan: str | Path, row: Relabel) -> dict[str, object]:
    """Return a row as the move of a file, after checking that it is where the plan says and goes where a class is."""
    try:
        file = inside(root, row.file)
        part, folder, name = _class_of(root, file)
    except AnimelibError as reason:
        raise AnimelibError(f"{shown(plan)} names {row.file!r}: {reason}") from None
    if name != row.old:
        raise AnimelibError(f"{shown(plan)} says that {row.file!r} is in {row.old!r}, and it is in {name!r}: correct the plan.")
    if row.new == SET_ASIDE:
        return {"from": file, "to": file, "why": "relabelled", "within": False}
    homes = {folders.class_name(home): home for each in folders.parts_of(root) for home in folders.subfolders(each)}
    if row.new not in homes:
        known = ", ".join(sorted(homes, key=folders.natural_key))
        told = f"wants {row.file!r} in {row.new!r}, and {shown(root)} has no such class, only {known}"
        raise AnimelibError(f"{shown(plan)} {told}: correct the plan, or make the folder first.")
    here = {folders.class_name(home): home for home in folders.subfolders(part)}
    home = here.get(row.new, part / homes[row.new].name)
    target = home / (root / file).relative_to(folder)
    return {"from": file, "to": target.relative_to(root).as_posix(), "why": "relabelled", "within": True}


def _class_of(root: Path, file: str) -> tuple[Path, Path, str]:
    """Return the part, the class folder and the class's name of a file."""
    for part in folders.parts_of(root):
        for folder in folders.subfolders(part):
            if (root / file).is_relative_to(folder):
                return part, folder, folders.class_name(folder)
    raise AnimelibError("it lies in no class folder.")
