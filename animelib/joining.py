"""More pictures for the classes: faces that have a name are copied into the class folders, and taken out again on demand.

What goes where is said by a plan (`naming`). The crops themselves stay where they are. A hidden list in the folder of pictures
knows each copy with the digest of its content, so that only copies are ever taken out, and only while nobody has changed them.
"""

import json
import os
import shutil
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import folders
from .atomic import replacing, write_text
from .checkup import root_of
from .contents import digest_of
from .errors import AnimelibError
from .folders import shown
from .lab import Lab
from .naming import NOBODY, SKIP, NameProposal, checked_name, place_of, read_names
from .staging import numbered, writing_to
from .words import say

JOINED = ".animelib-joined.json"  # which files in a folder of pictures are copies of ours


@dataclass(frozen=True)
class Joined:
    """What `join_classes` did in ``folder``. ``copied``: the copies, as seen from there. ``new_classes``: folders that were made.

    ``there``: how many had been copied before. ``taken_out``: copies from before whose face is called something else now.
    ``left``: those of them that somebody has changed or moved, and that are left alone.
    """

    folder: Path
    copied: tuple[str, ...]
    new_classes: tuple[str, ...] = ()
    there: int = 0
    taken_out: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.copied:
            counts = Counter(folders.class_name(Path(file).parent) for file in self.copied)
            table = ", ".join(f"{name} {count}" for name, count in counts.items())
            lines = [say("joined", count=len(self.copied), table=table, folder=str(self.folder))]
        else:
            lines = [say("joined_nothing", folder=shown(self.folder))]
        if self.new_classes:
            lines.append(say("joined_new", names=", ".join(self.new_classes)))
        if self.there:
            lines.append(say("joined_before", count=self.there))
        if self.taken_out:
            lines.append(say("joined_renamed", count=len(self.taken_out)))
        if self.left:
            lines.append(_said_of_left(self.left))
        return "\n".join(lines)

    __repr__ = __str__


_Copy = dict[str, str | bool]  # what the list says of a copy: where it is (to), its class, its digest, whether it is copied


@dataclass
class _Book:
    """What the hidden list of a folder holds: the ``copies``, and the class folders that were ``made`` for them."""

    root: Path
    copies: list[_Copy] = field(default_factory=list)
    made: list[str] = field(default_factory=list)

    def write(self) -> None:
        told = {"made": self.made, "copies": self.copies}
        write_text(self.root / JOINED, json.dumps(told, indent=1))  # ASCII only: names may hold broken letters


def join_classes(plan: str | Path, folder: Lab | str | Path) -> Joined:
    """Copy the faces that a plan has a name for into the class folders of ``folder``; `undo_join` takes them out again.

    plan: what `propose_names` wrote and a person decided. folder: the folder of pictures, or its lab; where it is divided, all
    go to training. Where the lab's pictures are copies of those on Drive, name the folder on Drive, or they end with the session.

    Everything is checked before anything is copied. A name that is taken gets a number. A class folder is made only for a name
    that a person wrote and that the recogniser does not know, which is said. The folder follows the plan: what was copied before
    is not copied twice, also when you deleted it, and a face that has another name now is taken out of its old class.

    In a folder that is not divided some of the new pictures become test pictures. Those that the recogniser was sure of are easy,
    so accuracy will look a little better than it is.

    Raises AnimelibError when there is no plan, a face is not there, or a name has no class folder and cannot have one.

        print(join_classes("names.csv", "pictures/killme"))
    """
    path, root = Path(plan).expanduser(), root_of(folder)
    folders.check_folder(root)
    rows = read_names(path, must_exist=True)
    with writing_to(root):
        decided = _digests(path, [row for row in rows if row.decided])
        wanted = [(row, digest) for row, digest in decided if row.decided not in (NOBODY, SKIP)]
        homes, new = _homes(root, path, rows, [row.decided for row, _ in wanted])
        book = _opened(root)
        taken_out, left = _follow(book, decided)
        known = {(copy["digest"], copy["class"]) for copy in book.copies}
        fresh = _unless(known, wanted)
        copies = _places(root, homes, path, fresh)
        new = [name for name in new if any(row.decided == name for row, _ in fresh)]
        if copies or taken_out or left:
            _carry(book, copies, [homes[name] for name in new])
    copied = tuple(copy["to"] for _, copy in copies)
    return Joined(root, copied, tuple(new), len(wanted) - len(fresh), tuple(taken_out), tuple(left))


def undo_join(folder: Lab | str | Path) -> tuple[str, ...]:
    """Take every copy that `join_classes` made out of ``folder`` again, and the class folders that it made; return the copies.

    A copy that somebody has changed or moved since stays, and a printed sentence names it. The crops are not touched.

    Raises AnimelibError when nothing has been joined there.

        undo_join("pictures/killme")
    """
    root = root_of(folder)
    if not (root / JOINED).is_file():
        raise AnimelibError(f"Nothing has been joined to {shown(root)}: name the folder that join_classes copied into.")
    with writing_to(root):
        book = _opened(root)
        removed, left = _take_out(root, book.copies)
        _without_empty(root, book.made)
        (root / JOINED).unlink()
    print(say("join_undone", count=len(removed), folder=shown(root)))
    if left:
        print(_said_of_left(left))
    return tuple(removed)


def _said_of_left(left: Sequence[str]) -> str:
    return say("join_left", count=len(left), names=", ".join(map(shown, left[:3])))


# ---- checked before anything is copied


def _digests(plan: Path, rows: Iterable[NameProposal]) -> list[tuple[NameProposal, str]]:
    """Return each decided row with what tells its face from all others, after checking that it is a picture."""
    decided = []
    for row in rows:
        source = place_of(plan, row.file)
        if source.is_file():
            decided.append((row, digest_of(source)))
        elif row.decided not in (NOBODY, SKIP):
            told = f"{shown(plan)} calls {row.file!r} {row.decided!r}, and there is no such file"
            raise AnimelibError(f"{told}: put it back, or take the row out.")
        if row.decided not in (NOBODY, SKIP):
            folders.open_image(source)
    return decided


def _homes(root: Path, plan: Path, rows: Sequence[NameProposal], wanted: Iterable[str]) -> tuple[dict[str, Path], list[str]]:
    """Return the class folder in training of every name, and the names that are new."""
    parts = folders.parts_of(root)
    training = next(part for part, split in parts.items() if split == "train")
    anywhere = {folders.class_name(home): home.name for part in parts for home in folders.subfolders(part)}
    homes = {name: training / folder for name, folder in anywhere.items()}
    homes |= {folders.class_name(home): home for home in folders.subfolders(training)}
    guessed, new = {row.name for row in rows}, []
    for name in dict.fromkeys(wanted):
        if name in homes:
            continue
        if name in guessed:
            has = ", ".join(sorted(anywhere, key=folders.natural_key)) or "no classes at all"
            told = f"{shown(plan)} names {name!r}, and {shown(root)} has {has}"
            raise AnimelibError(f"{told}: name the right folder, or make one for {name!r} in it first.")
        try:
            homes[name] = training / checked_name(name, homes)
        except AnimelibError as reason:
            raise AnimelibError(f"{shown(plan)}: {reason}") from None
        new.append(name)
    return homes, new


def _unless(known: set[tuple[str, str]], wanted: Iterable[tuple[NameProposal, str]]) -> list[tuple[NameProposal, str]]:
    """Return what is wanted and was not copied before; of the same face twice, the first."""
    fresh, seen = [], set(known)
    for row, digest in wanted:
        if (digest, row.decided) not in seen:
            seen.add((digest, row.decided))
            fresh.append((row, digest))
    return fresh


def _places(
    root: Path, homes: Mapping[str, Path], plan: Path, fresh: Iterable[tuple[NameProposal, str]]
) -> list[tuple[Path, _Copy]]:
    """Return each face with what the list will say of its copy; a name that is taken, or will be, gets a number."""
    copies, taken = [], set()
    for row, digest in fresh:
        source = place_of(plan, row.file)
        free = (place for place in numbered(homes[row.decided] / source.name) if _key(place) not in taken)
        place = next(place for place in free if not os.path.lexists(place))
        taken.add(_key(place))
        told = {"to": place.relative_to(root).as_posix(), "class": row.decided, "digest": digest, "copied": False}
        copies.append((source, told))
    return copies


def _key(place: Path) -> str:
    return unicodedata.normalize("NFC", str(place)).casefold()  # on macOS and Windows A.png and a.png are one file


# ---- copied, and taken out


def _carry(book: _Book, copies: Sequence[tuple[Path, _Copy]], new: Iterable[Path]) -> None:
    """Copy the faces. The list is written before the first, so that a stopped run can be undone, and again after the last."""
    book.made += [home.relative_to(book.root).as_posix() for home in new]
    book.copies += [told for _, told in copies]
    book.write()
    for source, told in copies:
        with replacing(book.root / told["to"]) as temporary:  # makes the class folder where it is new
            shutil.copyfile(source, temporary)
    for _, told in copies:
        told["copied"] = True
    book.made = _without_empty(book.root, book.made)  # a class that nobody is in any more would stop load_images
    book.write()


def _follow(book: _Book, decided: Iterable[tuple[NameProposal, str]]) -> tuple[list[str], list[str]]:
    """Take out the copies of faces that the plan gives another name now; return which, and which of them are left alone."""
    names = {}
    for row, digest in decided:
        names.setdefault(digest, set()).add(row.decided)
    stale = [copy for copy in book.copies if copy["class"] not in names.get(copy["digest"], {copy["class"]})]
    removed, left = _take_out(book.root, stale)
    book.copies = [copy for copy in book.copies if copy not in stale]
    return removed, left


def _take_out(root: Path, copies: Iterable[_Copy]) -> tuple[list[str], list[str]]:
    """Remove copies that are as they were made; return them, and those that are not as they were or not there any more."""
    removed, left = [], []
    for copy in copies:
        place = root / copy["to"]
        if digest_of(place) == copy["digest"]:
            place.unlink()
            removed.append(copy["to"])
        else:
            left.append(copy["to"])
    return removed, left


def _without_empty(root: Path, made: Iterable[str]) -> list[str]:
    """Remove the class folders that we made and that are empty, and return those that are left."""
    for folder in made:
        if (root / folder).is_dir() and not os.listdir(root / folder):
            (root / folder).rmdir()
    return [folder for folder in dict.fromkeys(made) if (root / folder).is_dir()]


def _opened(root: Path) -> _Book:
    """Return the list of a folder, after checking that no path in it leads out; what a stopped run did not copy is not in it."""
    path = root / JOINED
    if not path.exists():
        return _Book(root)
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        copies, made = list(told["copies"]), list(told["made"])
        names = [*made, *(copy["to"] for copy in copies)]
        whole = all(isinstance(copy[key], str) for copy in copies for key in ("to", "class", "digest"))
        if whole and all(".." not in Path(name).parts and not os.path.isabs(name) for name in names):
            standing = [copy for copy in copies if copy["copied"] or (root / copy["to"]).is_file()]
            return _Book(root, [{**copy, "copied": True} for copy in standing], made)
    except (OSError, ValueError, KeyError, TypeError):
        pass  # the same cure
    raise AnimelibError(f"{shown(path)} is broken, and only it knows which pictures are copies: delete it to keep them all.")
