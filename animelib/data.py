"""From a folder of pictures to arrays in three parts: train, validation, test.

Every picture is decoded once, into a cache on the local disk that NumPy maps into memory: a mistake, a fold or a Grad-CAM is
then just an index, and memory stays flat however many pictures there are. This module is not about augmentation (`models`)
or batches (`training`).
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from . import cifar, drive, folders
from .atomic import replacing, write_text
from .division import deal, near_duplicates
from .errors import AnimelibError
from .lab import Lab, open_lab
from .lists import CLASSES, PARTS, PICTURES, follow_lists, has_lists, read_parts, write_list, write_parts
from .words import say


@dataclass(frozen=True, eq=False)
class Split:
    """One part of the pictures: images uint8 (N, H, W, 3), labels int (N,), files relative to the folder."""

    images: np.ndarray
    labels: np.ndarray
    files: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.files)


@dataclass(frozen=True, eq=False)
class ImageData:
    """Pictures in three parts, with the names of their classes; ``source`` says where they came from."""

    train: Split
    val: Split
    test: Split
    classes: tuple[str, ...]
    size: int
    source: str

    @property
    def to_learn_from(self) -> Split:
        """The training and validation pictures together; where there is no test, the training pictures alone.

        For a way of learning that needs nothing to watch by. Without a test the validation pictures are the judges, and a
        judge must not have been learned from.
        """
        if not len(self.test):
            return self.train
        return pooled(self.train, self.val)

    def __repr__(self) -> str:
        counts = {part: len(getattr(self, part)) for part in PARTS}
        return say("data_line", classes=" / ".join(self.classes), size=self.size, source=self.source, **counts)


def pooled(first: Split, second: Split) -> Split:
    """Return two parts as one: a view where they lie one behind the other in the same array, else a copy in memory.

    learn = pooled(data.train, data.val)
    """
    images = _joined(first.images, second.images)
    return Split(images, np.concatenate([first.labels, second.labels]), first.files + second.files)


def _joined(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    behind = first.base is not None and first.base is second.base and first.ctypes.data + first.nbytes == second.ctypes.data
    if behind and first.flags.c_contiguous and second.flags.c_contiguous and len(first):
        return np.lib.stride_tricks.as_strided(first, (len(first) + len(second), *first.shape[1:]), writeable=False)
    return np.concatenate([first, second])


def take(split: Split, mine: np.ndarray) -> Split:
    """Return the rows of a part where ``mine``, bool (N,), is true, in memory."""
    rows = np.flatnonzero(mine)
    return Split(split.images[rows], split.labels[rows], tuple(split.files[row] for row in rows))


def some_of_each(split: Split, count: int, seed: int) -> Split:
    """Return ``count`` pictures of each class of a part, chosen by ``seed``; of one seed a larger choice holds the smaller."""
    random, mine = np.random.default_rng(seed), np.zeros(len(split), bool)
    for label in np.unique(split.labels):
        mine[random.permutation(np.flatnonzero(split.labels == label))[:count]] = True
    return take(split, mine)


def load_images(
    lab: Lab | str | Path,
    size: int = 64,
    *,
    val: float = 0.15,
    test: float = 0.15,
    train: int | None = None,
    classes: Sequence[str] | None = None,
    lists: str | Path | None = None,
    seed: int = 0,
) -> ImageData:
    """Load a lab's pictures as squares of ``size`` pixels, divided into train, validation and test.

    lab: a Lab, or the path of a folder. A folder that is divided already (train/validation/test) stays as it is; any other is
    divided by ``seed``, every class in the same proportion and near-duplicates on one side. The division is saved as list
    files beside the runs and used again. ``val`` and ``test`` are shares of each class, or whole numbers of pictures;
    ``train`` is a number of pictures of each class, and then all that remains is for the test. ``classes`` takes some of the
    class folders. ``lists``: a folder of lists that say all this instead (`make_lists`); ``val`` is then taken from train.lst.

    What cannot be read is left out and named. Raises AnimelibError when what remains is not enough to learn from, and for a
    list that is wrong, with the line.

        data = load_images("pictures/rem_vs_mizuki", size=64)
    """
    lab = _lab(lab)
    index = folders.index_folder(lab.pictures, classes)
    if lists is not None:
        _check_alone(index, train, classes)
        index = follow_lists(index, lists)
    for note in index.notes:
        print(say("note", told=note))
    plan = Plan({"train": train, "val": val} if train else {"test": test, "val": val}, "test" if train else "train", seed)
    part_of = dict(zip(index.files, index.splits, strict=True)) if index.splits else _divided(lab, index, size, plan)
    if lists is not None and val:
        part_of |= _watched(index, size, Plan({"val": val}, "train", seed))
    ordered = sorted(index.files, key=lambda file: PARTS.index(part_of[file]))
    images, kept = decode(index.root, ordered, size)
    label_of = dict(zip(index.files, index.labels, strict=True))
    labels = np.array([label_of[file] for file in kept], dtype=np.int64)
    splits = [_rows(images, labels, kept, [part_of[file] == part for file in kept]) for part in PARTS]
    _check_learnable(index, splits[0])
    return ImageData(*splits, classes=index.classes, size=size, source=lab.source)


def make_lists(lab: Lab | str | Path, folder: str | Path, *, test: float = 0.2, seed: int = 0) -> Path:
    """Write the article's lists, ``class.lst``, ``train.lst`` and ``test.lst``, into ``folder``, and return it.

    Lists that are there already are left as they are. lab: a Lab, or the path of a folder. ``test`` is a share of each class, or
    a number of pictures of each class; ``seed`` says which. Near-duplicates are on one side. `lists` tells what the lines hold.

        data = load_images("data", lists=make_lists("data", "list"))
    """
    lab, folder = _lab(lab), Path(folder).expanduser()
    if has_lists(folder):
        print(say("lists_used", folder=folders.shown(folder)))
        return folder
    index = folders.index_folder(lab.pictures)
    _check_alone(index)
    if folder.absolute() != index.root.absolute() and folder.absolute().is_relative_to(index.root.absolute()):
        raise AnimelibError(f"{folders.shown(folder)} would be taken for a class, or a part of one: put the lists elsewhere.")
    part_of = _dealt(index, 64, Plan({"test": test}, "train", seed))
    named = {part: [file for file, its in part_of.items() if its == part] for part in PICTURES}
    try:
        for part, files in named.items():
            write_list(folder / PICTURES[part], files)
        write_list(folder / CLASSES, index.classes)
    except OSError as reason:
        raise AnimelibError(f"No lists can be written to {folders.shown(folder)} ({reason.strerror}): name another.") from None
    print(say("lists_made", folder=folders.shown(folder), **{part: len(files) for part, files in named.items()}))
    return folder


def _lab(lab: Lab | str | Path) -> Lab:
    return lab if isinstance(lab, Lab) else open_lab(Path(lab).name, "folder", folder=lab)


def _check_alone(index: folders.Index, *others: object) -> None:
    """Refuse lists beside anything else that says how the pictures are divided."""
    if index.splits:
        raise AnimelibError(f"{folders.shown(index.root)} is divided already, into train and others: load it without lists.")
    if any(others):
        raise AnimelibError("The lists say which pictures and classes there are: edit them, or leave train and classes out.")


def load_cifar10(lab: Lab | str = "cifar10", *, val: float = 0.1) -> ImageData:
    """Load CIFAR-10: 50,000 pictures, of which the last share ``val`` is for validation, and 10,000 to test with, 32x32.

    lab: a Lab, or a source for one: ``"cifar10"`` (the copy in $ANIMELIB_DATA, else Keras' download) or ``"samples"``, ten drawn
    characters of the same size. A lab with other pictures gives those, at 32x32.

    Raises AnimelibError when CIFAR-10 can be had neither way.

        data = load_cifar10()
    """
    lab = lab if isinstance(lab, Lab) else open_lab("cifar10", lab, cast="ten")
    found = cifar.open_cifar10(lab.pictures)
    if found is None:
        return load_images(lab, 32, val=val)
    images, labels = found
    borders = (0, round(cifar.TRAIN * (1 - val)), cifar.TRAIN, cifar.ALL)
    splits = [_numbered(part, images[a:b], labels[a:b]) for part, a, b in zip(PARTS, borders, borders[1:], strict=False)]
    return ImageData(*splits, classes=tuple(say(f"cifar_{name}") for name in cifar.CLASSES), size=32, source=lab.source)


def _numbered(part: str, images: np.ndarray, labels: np.ndarray) -> Split:
    return Split(images, labels, tuple(f"{part}/{row:05d}" for row in range(len(labels))))


@dataclass(frozen=True)
class Plan:
    """How to divide: ``sizes`` of two parts (shares, or pictures of each class), the part that takes the ``rest``, a seed."""

    sizes: dict[str, float]
    rest: str
    seed: int

    @property
    def name(self) -> str:
        """A folder's name for the lists of this division."""
        return "-".join([*(f"{part}{size:g}" for part, size in self.sizes.items()), f"seed{self.seed}"])


def _rows(images: np.ndarray, labels: np.ndarray, files: tuple[str, ...], mine: list[bool]) -> Split:
    """Return one part; its rows lie together, so that it is a view into the cache and not a copy."""
    start, stop = (mine.index(True), mine.index(True) + sum(mine)) if any(mine) else (0, 0)
    return Split(images[start:stop], labels[start:stop], files[start:stop])


def _check_learnable(index: folders.Index, train: Split) -> None:
    missing = sorted(set(range(len(index.classes))) - set(train.labels.tolist()))
    if missing:
        name = index.classes[missing[0]]
        root = folders.shown(index.root)
        raise AnimelibError(f"The class {name!r} in {root} has no readable picture to learn from: add some.")


# Division: made once, kept in list files.


def _divided(lab: Lab, index: folders.Index, size: int, plan: Plan) -> dict[str, str]:
    """Return the part of every file: from the list files if they fit the folder, else dealt and written to them."""
    lists = lab.runs / "lists" / plan.name
    part_of = read_parts(lists)
    if set(part_of) == set(index.files):
        return part_of
    if part_of:
        print(say("note", told=say("note_divided_anew", lists=folders.shown(lists))))
        _set_aside(lists)
    part_of = _dealt(index, size, plan)
    write_parts(lists, part_of)
    return part_of


def _watched(index: folders.Index, size: int, plan: Plan) -> dict[str, str]:
    """Return the part of every picture of train.lst when some of them are for validation."""
    mine = [(file, label) for file, label, part in zip(index.files, index.labels, index.splits, strict=True) if part == "train"]
    return _dealt(replace(index, files=tuple(f for f, _ in mine), labels=tuple(label for _, label in mine)), size, plan)


def _dealt(index: folders.Index, size: int, plan: Plan) -> dict[str, str]:
    """Return the part of every file, as `deal` deals them."""
    images, kept = decode(index.root, index.files, size, tell=False)  # load_images tells
    groups = dict(zip(kept, near_duplicates(images).tolist(), strict=True))
    group_of = [groups.get(file, -1 - i) for i, file in enumerate(index.files)]  # a broken file is a group of its own
    parts = deal(np.array(index.labels), np.array(group_of), plan.sizes, rest=plan.rest, seed=plan.seed)
    return dict(zip(index.files, parts, strict=True))


def _set_aside(folder: Path) -> None:
    number = 1
    while (aside := folder.with_name(f"{folder.name}-old{number}")).exists():
        number += 1
    folder.rename(aside)


# The decoded cache: one array on disk whose rows are the pictures, and a list of what the rows are.


def decode(root: Path, files: Sequence[str], size: int, *, tell: bool = True) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the pictures as a memory-mapped array uint8 (N, size, size, 3) in the order of ``files``, and their files.

    A file that cannot be read is left out and named in a printed note. Rows are decoded once and found again by name, size and
    time of change; a cache that is broken is built again.
    """
    folder = drive.home() / "cache" / f"{hashlib.sha1(os.fsencode(Path(root).resolve())).hexdigest()[:12]}-{size}"
    wanted = [_stamp(root, file) for file in files]
    rows, unreadable, images = _open_cache(folder, size)
    if [stamp for stamp in wanted if stamp not in unreadable] != rows:
        rows, unreadable, images = _build_cache(folder, root, wanted, size, dict(zip(rows, images, strict=True)))
    if tell:
        _tell_unreadable([unreadable[stamp] for stamp in wanted if stamp in unreadable])
    return images, tuple(file for file, _, _ in rows)


Stamp = tuple[str, int, int]  # path relative to the folder, bytes, time of change


def _stamp(root: Path, file: str) -> Stamp:
    try:
        state = (root / file).stat()
    except OSError:  # a link to nowhere: let decoding say so
        return file, 0, 0
    return file, state.st_size, state.st_mtime_ns


def _open_cache(folder: Path, size: int) -> tuple[list[Stamp], dict[Stamp, str], np.ndarray]:
    """Return the rows' stamps, the reasons of what was unreadable, and the array; all empty when there is no sound cache."""
    try:
        index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        rows = [tuple(stamp) for stamp in index["rows"]]
        unreadable = {tuple(stamp): reason for stamp, reason in index["unreadable"]}
        images = np.load(folder / index["array"], mmap_mode="r")[: len(rows)]
        if images.shape == (len(rows), size, size, 3) and images.dtype == np.uint8:
            return rows, unreadable, images
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass  # absent or broken: the same cure
    return [], {}, np.zeros((0, size, size, 3), np.uint8)


def _build_cache(
    folder: Path, root: Path, wanted: list[Stamp], size: int, known: dict[Stamp, np.ndarray]
) -> tuple[list[Stamp], dict[Stamp, str], np.ndarray]:
    """Write a new array in the wanted order: known rows are copied, the others decoded."""
    rows, unreadable = [], {}
    path = folder / f"images-{hashlib.sha1(repr(wanted).encode()).hexdigest()[:12]}.npy"
    with replacing(path) as temporary:
        array = np.lib.format.open_memmap(temporary, mode="w+", dtype=np.uint8, shape=(len(wanted), size, size, 3))
        for stamp, picture in _decoded(root, wanted, size, known):
            if isinstance(picture, str):
                unreadable[stamp] = picture
            else:
                array[len(rows)] = picture
                rows.append(stamp)
        array.flush()
        del array
    index = {"array": path.name, "rows": rows, "unreadable": list(unreadable.items())}
    write_text(folder / "index.json", json.dumps(index))
    _remove_others(folder, path)
    return rows, unreadable, np.load(path, mmap_mode="r")[: len(rows)]


def _decoded(
    root: Path, wanted: list[Stamp], size: int, known: dict[Stamp, np.ndarray]
) -> Iterator[tuple[Stamp, np.ndarray | str]]:
    """Yield each stamp with its picture, or with the sentence that says why there is none."""

    def read(stamp: Stamp) -> np.ndarray | str:
        if stamp in known:
            return known[stamp]
        try:
            return folders.to_array(root / stamp[0], size)
        except AnimelibError as reason:
            return str(reason)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from zip(wanted, tqdm(pool.map(read, wanted), say("reading_bar"), len(wanted), delay=1), strict=True)


def _remove_others(folder: Path, path: Path) -> None:
    for old in folder.glob("images-*.npy"):
        if old != path:
            with contextlib.suppress(OSError):  # Windows keeps a file that is still mapped; the next build removes it
                old.unlink()


def _tell_unreadable(reasons: list[str]) -> None:
    for reason in reasons[:5]:
        print(say("left_out", reason=reason))
    if len(reasons) > 5:
        print(say("left_out_more", count=len(reasons) - 5))
