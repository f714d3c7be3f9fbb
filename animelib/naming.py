"""Who is on each crop: a recogniser proposes, a person decides, and a table on disk keeps both.

The table, called the plan, is a CSV file with the columns file, name, sure and decided, the most doubtful face first. ``decided``
is who it is, "(nobody)" for somebody without a class, "(skip)" for what is of no use, or empty as long as nobody has decided.
A person may edit it with any program. It moves nothing; copying the faces into their class folders is for `joining`.
"""

import math
import os
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm.auto import tqdm

from .atomic import write_text
from .boxes import csv_rows, csv_text, number
from .crops import CropReport, read_crops
from .errors import AnimelibError
from .folders import SPLIT_NAMES, is_junk, shown
from .lists import quoted, text_of, unquoted
from .staging import writing_to
from .words import say

if TYPE_CHECKING:
    from .recognizer import Answer, Guess

NOBODY, SKIP = "(nobody)", "(skip)"
COLUMNS = ("file", "name", "sure", "decided")


@dataclass(frozen=True)
class NameProposal:
    """One row of a plan: who a recogniser thinks is on a face, and what was decided.

    ``file``: as seen from the folder of the plan. ``name``: the best guess, or NOBODY. ``sure``: how probable that is, 0-1, or
    None for NOBODY. ``decided``: a name, NOBODY, SKIP, or "". ``guesses``: all names, best first, where the recogniser was asked.
    """

    file: str
    name: str
    sure: float | None
    decided: str = ""
    guesses: "tuple[Guess, ...]" = ()

    @property
    def margin(self) -> float:
        """How far the best guess is before the next, 0-1: the smaller, the more doubtful."""
        best, second = ([guess.probability for guess in self.guesses] + [0.0, 0.0])[:2]
        return best - second


@dataclass(frozen=True)
class Accepted:
    """What `accept_sure` decided: ``files`` of the ``plan``; ``at_least`` so sure; ``left`` rows are still open."""

    plan: Path
    files: tuple[str, ...]
    at_least: float
    left: int

    def __str__(self) -> str:
        return say("names_accepted", count=len(self.files), sure=f"{100 * self.at_least:.4g}%", left=self.left)

    __repr__ = __str__


def propose_names(
    crops: CropReport | str | Path, recognizer: "Callable[[Path], Answer]", plan: str | Path = "names.csv", *, whole: bool = False
) -> list[NameProposal]:
    """Ask a recogniser who is on each face that `crop_folder` cut out, write the answers into ``plan``, and return them.

    The most doubtful come first: those whose two best guesses are nearest to each other (margin sampling; Scheffer et al. 2001).
    Somebody whom it does not know is proposed as "(nobody)". It answers best where it learned from crops like these.

    crops: what `crop_folder` gave, or its folder. whole: propose names for pictures in which no face was found, too.

    A plan that is there already goes on: what is decided stays and is not asked again, and comes last; all else is asked anew.

    Raises AnimelibError when there are no crops, or the plan is broken.

        proposals = propose_names("my_faces", recognizer, plan=lab.runs / "names.csv")
    """
    report = crops if isinstance(crops, CropReport) else read_crops(crops)
    path = Path(plan).expanduser()
    before = {row.file: row for row in read_names(path)}
    cut = [report.output / crop.crop for crop in report.crops if whole or crop.face]
    files = [_seen_from(path, crop) for crop in cut if crop.exists()]  # one that was taken out is not asked about
    mine = set(files)
    decided = [row for row in before.values() if row.decided and row.file in mine]
    asked = _asked(recognizer, path, [file for file in files if not (file in before and before[file].decided)])
    others = [row for row in before.values() if row.file not in mine and (row.decided or place_of(path, row.file).exists())]
    with writing_to(path.parent):
        write_names(path, [*asked, *decided, *others])
    nobody = sum(row.name == NOBODY for row in asked)
    print(say("names_proposed", count=len(files), decided=len(decided), open=len(asked), nobody=nobody))
    return [*asked, *decided]


def _asked(recognizer: "Callable[[Path], Answer]", plan: Path, files: Iterable[str]) -> list[NameProposal]:
    """Return the recogniser's answers, the most doubtful first; a face that cannot be read is left out, which is said."""
    proposals = []
    for file in tqdm(list(files), say("answering_bar"), delay=1):
        try:
            answer = recognizer(place_of(plan, file))
        except AnimelibError as reason:
            print(say("names_left_out", reason=reason))
            continue
        best = answer[0]
        name, sure = (best.name, float(best.probability)) if answer.known else (NOBODY, None)
        proposals.append(NameProposal(file, name, sure, guesses=tuple(answer)))
    return sorted(proposals, key=lambda row: row.margin)


def accept_sure(plan: str | Path, at_least: float = 0.95) -> Accepted:
    """Accept every open proposal of a plan that is at least so sure, and return what was accepted; print it to see how many.

    at_least: a probability, 0-1. Nobody is never accepted, nor what is decided already. Faces that have gone are left open.

    Raises AnimelibError when there is no plan, or ``at_least`` is no probability.

        print(accept_sure("names.csv", at_least=0.95))
    """
    path = Path(plan).expanduser()
    if not 0 <= at_least <= 1:
        raise AnimelibError(f"at_least is {at_least:g}, and it is to be a probability from 0 to 1, such as 0.95.")
    rows = read_names(path, must_exist=True)
    sure = [row for row in open_and_sure(rows, at_least) if place_of(path, row.file).exists()]
    decide(path, {row.file: row.name for row in sure})
    return Accepted(path, tuple(row.file for row in sure), at_least, sum(not row.decided for row in rows) - len(sure))


def open_and_sure(rows: Iterable[NameProposal], at_least: float) -> list[NameProposal]:
    """Return the rows that nobody has decided and that the recogniser was at least so sure of."""
    return [row for row in rows if row.name and not row.decided and row.sure is not None and row.sure >= at_least]


def decide(plan: str | Path, decisions: dict[str, str]) -> None:
    """Write decisions into a plan at once, all or none: {file: a name, NOBODY, SKIP, or "" for open again}.

    Raises AnimelibError when a file is not in the plan, or the disk refuses.
    """
    path = Path(plan).expanduser()
    rows = read_names(path, must_exist=True)
    unknown = sorted(set(decisions) - {row.file for row in rows})
    if unknown:
        raise AnimelibError(f"{shown(path)} has no row for {shown(unknown[0])}: run propose_names again.")
    with writing_to(path.parent):
        write_names(path, [replace(row, decided=decisions.get(row.file, row.decided)) for row in rows])


# ---- the file


def read_names(path: str | Path, *, must_exist: bool = False) -> list[NameProposal]:
    """Return the rows of a plan, whatever program it was saved with; none when there is no such file.

    Raises AnimelibError with the line that is wrong, or for a plan that must exist and does not.
    """
    path = Path(path).expanduser()
    if not path.exists():
        if must_exist:
            raise AnimelibError(f"There is no plan at {shown(path)}: propose_names writes one, or check the path.")
        return []
    columns, lines = csv_rows(text_of(path))
    if not set(COLUMNS) <= set(columns):
        raise AnimelibError(f"{shown(path)} is no plan of names: its first line must be {','.join(COLUMNS)}.")
    rows, line_of = [], {}
    for line, cells in lines:
        row = _row_of(f"{shown(path)}, line {line},", cells)
        if row.file in line_of:
            raise AnimelibError(f"{shown(path)}, line {line}, is about the same file as line {line_of[row.file]}: take one out.")
        line_of[row.file] = line
        rows.append(row)
    return rows


def _row_of(where: str, cells: dict[str, str]) -> NameProposal:
    if not cells["file"]:
        raise AnimelibError(f"{where} names no file: write one, or take the line out.")
    try:
        sure = float(cells["sure"].replace(",", ".")) if cells["sure"] else None
    except ValueError:
        sure = math.nan
    if sure is not None and not 0 <= sure <= 1:
        raise AnimelibError(f"{where} is {shown(cells['sure'])} sure, and that is to be a number from 0 to 1, or nothing.")
    name, decided = (_plain(cells[key]) for key in ("name", "decided"))
    return NameProposal(unquoted(cells["file"]), name, sure, decided)


def _plain(cell: str) -> str:
    """Return a name as the index of a folder has it, or one of the two words in brackets, however they are written."""
    name = unicodedata.normalize("NFC", cell)
    return name.casefold() if name.casefold() in (NOBODY, SKIP) else name


def write_names(path: Path, rows: Iterable[NameProposal]) -> Path:
    """Write a plan, whole or not at all; the mark at its beginning tells Excel that it is UTF-8."""
    cells = [(quoted(row.file), row.name, "" if row.sure is None else number(row.sure, 4), row.decided) for row in rows]
    return write_text(path, "\ufeff" + csv_text([COLUMNS, *cells]))


def place_of(plan: Path, file: str) -> Path:
    """Return where a file of a plan lies."""
    return plan.parent / file


def _seen_from(plan: Path, path: Path) -> str:
    """Return a path as seen from the folder of the plan, so that both can be moved together."""
    try:
        return Path(os.path.relpath(path, plan.parent.resolve())).as_posix()
    except ValueError:  # on another drive of Windows
        return path.as_posix()


# ---- names


def checked_name(name: str, known: Iterable[str]) -> str:
    """Return a name that a person wrote, in NFC, after checking that it is known or can be a new class folder on any computer.

    Raises AnimelibError when it cannot, or differs from a known one in upper and lower case alone.
    """
    name = unicodedata.normalize("NFC", name.strip())
    known = list(known)
    if name in known:
        return name
    twins = [other for other in known if other.casefold() == name.casefold()]
    if twins:
        raise AnimelibError(f"{name!r} and {twins[0]!r} differ in upper and lower case alone: write {twins[0]!r}.")
    forbidden = any(letter in '<>:"/\\|?*' for letter in name) or name != shown(name) or name.endswith(".")
    if not name or forbidden or is_junk(name) or name.casefold() in {*SPLIT_NAMES, NOBODY, SKIP}:
        told = 'it must not be empty, hold any of <>:"/\\|?*, begin or end with a dot, or be a word such as train or test'
        raise AnimelibError(f"{shown(name)!r} cannot be the name of a new class folder: {told}.")
    return name
