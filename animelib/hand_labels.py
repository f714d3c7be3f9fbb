"""Faces boxed by hand: which picture is on, the boxes that are seen on it, and each stroke of the person on disk at once.

A box that a person made or took over has score 1, one that is only proposed less; both go into the table, so what nobody has
looked at yet is told from what is certain there too. A picture is in the table from the first stroke on it, and not before. How
this looks in a notebook is `box_editor`'s affair.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from .box_files import named_in, one_name, short_name, size_of
from .boxes import NUMBERS, TABLE, forget_boxes, read_boxes, write_boxes
from .errors import AnimelibError
from .faces import Boxes, Face, check_boxes
from .folders import open_image, shown, some_pictures_in
from .staging import writing_to

MOST_SURE = 0.99  # of a proposal: with a score of 1 it would count as certain
SMALLEST = 3  # pixels of a side: less is a slip of the hand
CLOSE = 1.5  # pixels by which a box may differ from the one that a stroke names
MOST, LEAST = 900, 400  # pixels of the longer side that a page gets, and of the shorter one where the picture has as many
STEPS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
EDITS = ("draw", "change", "nudge", "delete", "accept", "no_face", "next")
ACTS = (*EDITS, "previous", "skip", "undo", "select", "other", "new", *STEPS, "larger", "smaller")


@dataclass(frozen=True)
class Stroke:
    """What a person does: ``act`` on ``picture``; ``was``: the box that it is done to, ``box``: what it becomes, in pixels."""

    act: str
    picture: str
    box: Face | None = None
    was: Face | None = None


@dataclass(frozen=True)
class _Before:
    """How a picture was before a stroke, for undo; ``to``: the box that the stroke made."""

    picture: str
    faces: tuple[Face, ...]
    in_table: bool
    stroke: Stroke
    to: Face | None


class HandLabels:
    """The pictures to label in their order, and what has become of each.

    ``paths``: name -> path. ``faces``: name -> the boxes seen on it. ``in_table``: the names that somebody did something on.
    ``name``, ``image``, ``size``: the picture that is on, small enough for a page, and its (width, height) on disk. ``selected``:
    the place of the box that is chosen, or None. ``strokes``: how often a person did something; leafing and selecting do not
    count, "next" does. ``broken``: name -> why it cannot be opened.

        labels = HandLabels("my_pictures")
        labels.do(Stroke("draw", labels.name, box=Face(40, 30, 96, 96)))
    """

    def __init__(
        self,
        folder: str | Path,
        boxes: str | Path | None = None,
        pictures: Iterable[str | Path] | None = None,
        proposals: Boxes | None = None,
    ):
        self.root = Path(folder).expanduser()
        everything = some_pictures_in(self.root)
        self.table = _table(self.root, boxes)
        check_boxes(proposals or {})
        known = read_boxes(self.table) if self.table.exists() else {}
        by_name = named_in(self.root)
        names = {by_name[one_name(name)]: name for name in known if one_name(name) in by_name}
        chosen = everything if pictures is None else [_find(by_name, name, self.root) for name in pictures]
        self.paths = {names.get(path) or short_name(path, self.root): path for path in chosen}
        proposed = {_find(by_name, name, self.root): _doubted(faces) for name, faces in (proposals or {}).items()}
        self.in_table = {name for name in self.paths if name in known}
        self.faces = {name: tuple(known.get(name, proposed.get(path, ()))) for name, path in self.paths.items()}
        self.strokes, self.selected, self.broken, self._past = 0, None, {}, []
        if self.paths:
            self._open(next((place for place, name in enumerate(self.names) if not self.is_done(name)), 0))

    @property
    def names(self) -> list[str]:
        return list(self.paths)

    @property
    def done(self) -> list[str]:
        """The pictures on which nothing is open any more."""
        return [name for name in self.paths if self.is_done(name)]

    @property
    def can_undo(self) -> bool:
        return bool(self._past)

    def is_done(self, name: str) -> bool:
        """Tell whether a person has said all about a picture: it is in the table, and no box on it is only proposed."""
        return name in self.in_table and all(face.score == 1 for face in self.faces[name])

    def do(self, stroke: Stroke) -> None:
        """Do what a person did, and have it on disk before anything else.

        Raises AnimelibError when the picture or the box is not there, or the table cannot be written; nothing has changed then.
        """
        if stroke.act not in ACTS or stroke.picture not in self.paths:
            raise AnimelibError(f"A stroke {stroke.act!r} on {shown(stroke.picture)} is of nothing that is labelled here.")
        if stroke.act == "undo":
            self._undo()
        elif stroke.act in EDITS:
            self._edit(stroke)
        elif stroke.picture == self.name:  # leafing and selecting that comes late is about a picture that is gone
            self._look(stroke)
        if stroke.act == "next":
            self.strokes += 1
            if stroke.picture == self.name:
                self._open(self.place + 1)

    # ---- looking

    def _look(self, stroke: Stroke) -> None:
        """Leaf, select, or do what a button says to the box that is selected."""
        faces = self.faces[self.name]
        if stroke.act in ("previous", "skip"):
            step = -1 if stroke.act == "previous" else 1
            self._open(self.place + step, step)
        elif stroke.act == "select":
            self.selected = None if stroke.was is None else _place(faces, stroke.was)
        elif stroke.act == "new":
            self._edit(Stroke("draw", self.name, box=_in_the_middle(self.size, faces)))
        elif stroke.act == "other" or self.selected is None:
            self.selected = (0 if self.selected is None else (self.selected + 1) % len(faces)) if faces else None
        else:
            box = _moved(faces[self.selected], stroke.act, self.size)
            self._edit(Stroke("nudge", self.name, box=box, was=faces[self.selected]))

    def _open(self, place: int, step: int = 1) -> None:
        """Put a picture on, or the next one that can be opened; after the last comes the first."""
        for ahead in range(len(self.names)):
            here = (place + step * ahead) % len(self.names)
            name = self.names[here]
            try:
                size = size_of(self.paths[name])
                small = _shrunken(size)
                image = open_image(self.paths[name], at_least=min(small))
            except AnimelibError as reason:
                self.broken[name] = str(reason)
                continue
            self.broken.pop(name, None)
            self.place, self.name, self.size, self.selected = here, name, size, None
            self.image = image.resize(small, Image.Resampling.LANCZOS)
            return
        raise AnimelibError(f"None of these pictures can be opened: {next(iter(self.broken.values()))}")

    # ---- changing

    def _edit(self, stroke: Stroke) -> None:
        """Change the boxes of a picture, write them, and remember how they were."""
        name, here = stroke.picture, stroke.picture == self.name
        faces, at = self.faces[name], self._at(stroke)
        if not faces and stroke.act == "accept":
            return
        if at is None and stroke.act == "delete":
            self.selected = 0 if faces else None  # a button was pressed with nothing selected: show first what it would take
            return
        box = stroke.box and _cut(stroke.box, self.size if here else size_of(self.paths[name]))
        new, selected = _changed(faces, stroke.act, at, box)
        if new != faces or name not in self.in_table:
            before = _Before(name, faces, name in self.in_table, stroke, box)
            self._save(name, new)
            self._remember(before)
        if here:
            self.selected = selected

    def _at(self, stroke: Stroke) -> int | None:
        """Return the place of the box that a stroke is about."""
        if (stroke.box is None) == (stroke.act in ("draw", "change", "nudge")):
            raise AnimelibError(f"A stroke {stroke.act!r} on {shown(stroke.picture)} has a box too many or too few.")
        if stroke.was is not None:
            return _place(self.faces[stroke.picture], stroke.was)
        if stroke.act in ("change", "nudge"):
            raise AnimelibError(f"A stroke on {shown(stroke.picture)} does not say which box it changes.")
        return self.selected if stroke.picture == self.name else None

    def _remember(self, before: _Before) -> None:
        """Keep how a picture was; many small steps of one box are one stroke."""
        last, stroke = self._past[-1] if self._past else None, before.stroke
        if last and stroke.act == last.stroke.act == "nudge" and last.picture == before.picture and last.to == stroke.was:
            self._past[-1] = replace(last, to=before.to)
            return
        self._past.append(before)
        self.strokes += stroke.act != "next"  # which counts where nothing changes, too

    def _undo(self) -> None:
        """Take the last change back, wherever it was, and show it."""
        if self._past:
            before = self._past[-1]
            self._save(before.picture, before.faces, before.in_table)
            self._past.pop()
            self.strokes += 1
            self.selected = None
            if before.picture != self.name:
                self._open(self.names.index(before.picture))

    def _save(self, name: str, faces: tuple[Face, ...], in_table: bool = True) -> None:
        there = self.table.exists()
        with writing_to(self.table.parent):
            if in_table:
                write_boxes(self.table, {name: faces}, self.root if there else None, source="hand")
            elif there:
                forget_boxes(self.table, [name])
        self.faces[name] = faces
        (self.in_table.add if in_table else self.in_table.discard)(name)


# ---- pictures and their names


def _table(root: Path, boxes: str | Path | None) -> Path:
    path = root / TABLE if boxes is None else Path(boxes).expanduser()
    path = path / TABLE if path.is_dir() else path
    if path.suffix.lower() != ".csv":
        raise AnimelibError(f"Boxes are saved as a table: give a name that ends in .csv, not {shown(path.name)}.")
    return path


def _find(by_name: dict[str, Path], name: str | Path, root: Path) -> Path:
    """Return the path of a picture by its name, as seen from the folder or from ``images`` in it."""
    if one_name(str(name)) not in by_name:
        raise AnimelibError(f"There is no picture {shown(name)} in {shown(root)}: check the folder, or leave the name out.")
    return by_name[one_name(str(name))]


def _shrunken(size: tuple[int, int]) -> tuple[int, int]:
    """Return the (width, height) of a picture for a page; one that is very long keeps a width at which faces can be seen."""
    wide, high = size
    share = min(1, max(MOST / max(size), LEAST / min(size)))
    return max(1, round(wide * share)), max(1, round(high * share))


# ---- boxes


def _doubted(faces: Iterable[Face]) -> tuple[Face, ...]:
    return tuple(replace(face, score=min(face.score, MOST_SURE)) for face in faces)


def _place(faces: Sequence[Face], was: Face) -> int:
    """Return the place of the box that is meant, which may have been rounded on its way."""
    far = [max(abs(getattr(face, key) - getattr(was, key)) for key in NUMBERS) for face in faces]
    if not far or min(far) > CLOSE:
        raise AnimelibError("The box of a stroke is not there any more.")
    return far.index(min(far))


def _changed(faces: tuple[Face, ...], act: str, at: int | None, box: Face | None) -> tuple[tuple[Face, ...], int | None]:
    """Return the boxes of a picture after a stroke, and the place of the one that is selected then."""
    match act:
        case "draw":
            return (*faces, box), len(faces)
        case "change" | "nudge":
            return (*faces[:at], box, *faces[at + 1 :]), at
        case "delete":
            return (*faces[:at], *faces[at + 1 :]), None
        case "no_face":
            return (), None
    return tuple(replace(face, score=1.0) for face in faces), None


def _cut(face: Face, size: tuple[int, int]) -> Face:
    """Return a box in whole pixels, cut at the edge of its picture; what a hand draws is certain."""
    (left, right), (top, bottom) = (
        (min(max(0, round(start)), whole), min(max(0, round(start) + round(extent)), whole))
        for start, extent, whole in ((face.x, face.w, size[0]), (face.y, face.h, size[1]))
    )
    if min(right - left, bottom - top) < min(SMALLEST, *size):
        raise AnimelibError("A box is too small, or lies outside its picture.")
    return Face(left, top, right - left, bottom - top)


def _in_the_middle(size: tuple[int, int], faces: Sequence[Face]) -> Face:
    """Return a new square for somebody without a mouse; the next one lies beside the one before."""
    side = max(SMALLEST, round(min(size) / 3))
    (x, y), step = ((whole - side) / 2 for whole in size), side / 4 * (len(faces) % 4)
    return Face(x + step, y + step, side, side)


def _moved(face: Face, act: str, size: tuple[int, int]) -> Face:
    """Return a box one step aside, or a little larger or smaller round its middle."""
    if act in STEPS:
        step = max(1, round(min(size) / 100))
        across, down = STEPS[act]
        x, y = face.x + across * step, face.y + down * step
        return replace(face, x=min(max(x, 0), max(0, size[0] - face.w)), y=min(max(y, 0), max(0, size[1] - face.h)))
    more = max(1, round(face.w * 0.05)) * (1 if act == "larger" else -1)  # on each side
    return replace(face, x=face.x - more, y=face.y - more, w=face.w + 2 * more, h=face.h + 2 * more)
