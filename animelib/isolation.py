"""Bad pictures set aside and put back: `quarantine` moves files to a folder beside, `restore` moves them back.

Nothing here deletes or overwrites a picture, and what is interrupted can be undone. What is bad is the doctor's word (`checkup`);
`relabelling` moves with the same hands (`carry_out`, `take_back`).
"""

import filecmp
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import folders
from .atomic import replacing, write_text
from .checkup import KINDS, UNREADABLE, Checkup, doctor, root_of
from .errors import AnimelibError
from .folders import shown
from .lab import Lab
from .staging import numbered, writing_to
from .words import say

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Quarantine:
    """What `quarantine` moved. ``folder``: where to. ``pictures``: where from. ``moved``: paths relative to ``pictures``."""

    folder: Path
    pictures: Path
    moved: tuple[str, ...]

    def __str__(self) -> str:
        return say("quarantined", count=len(self.moved), folder=shown(self.folder), pictures=str(self.pictures))

    __repr__ = __str__


def quarantine(found: Checkup | Lab | str | Path, kinds: Sequence[str] = UNREADABLE, *, files: Sequence[str] = ()) -> Quarantine:
    """Move bad files to ``<folder>-quarantine`` beside the folder of pictures; nothing is deleted or overwritten.

    found: a checkup, or the folder (which is then checked first). kinds: the findings whose files go; by default those that
    cannot be read. Of copies the first one stays. files: paths in the folder to move instead, whatever was found. A manifest
    beside the files says where each came from; `restore` puts them back, also after an interruption.

    Raises AnimelibError for a kind or a file that is not there, and when the disk refuses.

        print(quarantine(doctor("pictures/rem_vs_mizuki")))
    """
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or isinstance(kinds, str):
        raise AnimelibError(f"kinds is {kinds!r}, but it is to be a list of these: {', '.join(KINDS)}.")
    root, reasons = _chosen(found, files) if files else _found(found, kinds)
    if not folders.subfolders(root):  # in the folder of one character, the quarantine would lie among the classes
        raise AnimelibError(f"{shown(root)} holds no class folders: name the folder that holds one folder for each character.")
    return Quarantine(_beside(root), root, tuple(_set_apart(root, reasons)))


def restore(folder: Lab | str | Path) -> tuple[str, ...]:
    """Put everything that `quarantine` took out of ``folder`` back where it was, and return it.

    A file whose place has been taken by another stays in quarantine; a printed sentence names it.

    Raises AnimelibError when there is no quarantine beside the folder, or its manifest is broken.

        restore("pictures/rem_vs_mizuki")
    """
    root = root_of(folder)
    aside = _beside(root)
    if not (aside / MANIFEST).is_file():
        raise AnimelibError(f"There is no quarantine at {shown(aside)}: name the folder of pictures that files were taken from.")
    back, left = take_back(root, aside)
    print(say("restored", count=len(back), folder=shown(root)))
    if left:
        print(say("not_restored", count=len(left), folder=shown(aside), names=", ".join(map(shown, left[:3]))))
    return tuple(back)


def carry_out(root: Path, aside: Path, moves: Sequence[dict[str, object]]) -> None:
    """Move files of ``root`` so that `take_back` can undo it, also after an interruption.

    Each move says ``from`` where in ``root``, ``to`` where in ``aside``, or ``within`` ``root`` itself, and ``why``. A name
    that is taken gets a number. The manifest in ``aside`` is written before anything moves.
    """
    with writing_to(aside):
        aside.mkdir(exist_ok=True)
        done, new = _still_standing(root, aside, moved_so_far(aside)), []
        for move in moves:
            taken = [other["to"] for other in new if other.get("within") == move.get("within")]
            new.append({**move, "to": _free(root if move.get("within") else aside, move["to"], taken)})
        _write(aside, [*done, *new])
        for move in new:
            _move(root / move["from"], _place(root, aside, move))


def take_back(root: Path, aside: Path) -> tuple[list[str], list[str]]:
    """Undo what `carry_out` moved, and return what is back and what is left because its place is taken, both by where it was."""
    moves = moved_so_far(aside)
    within = any(move.get("within") for move in moves)  # what was moved twice goes back the way it came
    with writing_to(aside):
        back = [move["from"] for move in (moves[::-1] if within else moves) if _put_back(root, aside, move)]
        left = [move for move in moves if os.path.lexists(_place(root, aside, move))]
        _finish(aside, left)
    return back, [move["from"] for move in left]


def _place(root: Path, aside: Path, move: dict[str, object]) -> Path:
    return (root if move.get("within") else aside) / move["to"]


def _still_standing(root: Path, aside: Path, moves: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    """Return the moves without those that an interruption prevented; what went on from its place has been moved too."""
    standing, went_on = [], set()
    for move in reversed(moves):
        if os.path.lexists(_place(root, aside, move)) or (move.get("within") and move["to"] in went_on):
            standing.insert(0, move)
            went_on.add(move["from"])
    return standing


def _beside(root: Path) -> Path:
    return root.with_name(f"{root.name}-quarantine")


def _chosen(found: Checkup | Lab | str | Path, files: Sequence[str]) -> tuple[Path, dict[str, str]]:
    """Return the folder of pictures and the files that the reader named."""
    root = found.folder if isinstance(found, Checkup) else root_of(found)
    folders.check_folder(root)
    return root, {inside(root, file): "chosen" for file in files}


def _found(found: Checkup | Lab | str | Path, kinds: Sequence[str]) -> tuple[Path, dict[str, str]]:
    """Return the folder of pictures and the files that the doctor found, each with the kind of finding."""
    checkup = found if isinstance(found, Checkup) else doctor(found)
    findings = [finding for finding in checkup.findings if finding.kind in kinds]
    return checkup.folder, {file: finding.kind for finding in findings for file in finding.movable}


def inside(root: Path, file: str | Path) -> str:
    """Return a path relative to ``root``, after checking that it is a file in it."""
    path = Path(os.path.abspath(root / file))
    if not path.is_relative_to(root):
        raise AnimelibError(f"{shown(file)} lies outside {shown(root)}: name files in that folder.")
    if not os.path.lexists(path) or (path.is_dir() and not path.is_symlink()):
        raise AnimelibError(f"There is no file {shown(path)}: check its name, or run doctor again.")
    return path.relative_to(root).as_posix()


def _set_apart(root: Path, reasons: dict[str, str]) -> list[str]:
    """Move the files to quarantine; `restore` knows where from."""
    files = [file for file in reasons if os.path.lexists(root / file)]  # a checkup may be older than the folder
    if not files:
        return []
    carry_out(root, _beside(root), [{"from": file, "to": file, "why": reasons[file]} for file in files])
    return files


def _free(folder: Path, file: str, taken: Sequence[str]) -> str:
    """Return the path for a file, numbered where an earlier file of that name lies or will lie."""
    paths = (path for path in numbered(Path(file)) if path.name != MANIFEST and path.as_posix() not in taken)
    return next(path.as_posix() for path in paths if not os.path.lexists(folder / path))


def moved_so_far(aside: Path) -> list[dict[str, object]]:
    """Return the moves that the manifest lists, after checking that no path in it leads out."""
    path = aside / MANIFEST
    if not path.exists():
        return []
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["files"]
        inside = [entry[key] for entry in entries for key in ("from", "to", "why")]
        if all(isinstance(name, str) and ".." not in Path(name).parts and not os.path.isabs(name) for name in inside):
            return entries
    except (OSError, ValueError, KeyError, TypeError):
        pass  # the same cure
    raise AnimelibError(f"{shown(path)} is broken: move the files that lie beside it back by hand, then delete it.")


def _write(aside: Path, entries: list[dict[str, object]]) -> None:
    write_text(aside / MANIFEST, json.dumps({"files": entries}, indent=1))  # ASCII only: names may hold broken letters


def _move(source: Path, target: Path) -> None:
    """Move a file where nothing lies, also to another disk: there the copy is whole before the original goes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        source.rename(target)
    except OSError:
        if source.is_symlink():
            os.symlink(os.readlink(source), target)
        else:
            with replacing(target) as temporary:
                shutil.copyfile(source, temporary)
            shutil.copystat(source, target)
        source.unlink()


def _put_back(root: Path, aside: Path, move: dict[str, object]) -> bool:
    """Move one file back and say whether it is back; a place that is taken is left alone."""
    source, target = _place(root, aside, move), root / move["from"]
    if not os.path.lexists(source):  # an interruption came before it was moved, or it is back already
        return False
    if not os.path.lexists(target):
        _move(source, target)
        return True
    if source.is_file() and target.is_file() and filecmp.cmp(source, target, shallow=False):
        source.unlink()  # the original of a copy to another disk that was interrupted
        return True
    return False


def _finish(aside: Path, left: list[dict[str, object]]) -> None:
    """Write what is left into the manifest, and remove folders that are empty now."""
    if left:
        _write(aside, left)
    else:
        (aside / MANIFEST).unlink()
    for here, _, _ in os.walk(aside, topdown=False):
        if not os.listdir(here):
            os.rmdir(here)
