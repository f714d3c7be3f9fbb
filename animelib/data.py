"""From a folder of pictures to arrays in three parts: train, validation, test.

Every picture is decoded once, into a cache on the local disk that NumPy maps into memory: a mistake, a fold or a Grad-CAM is
then just an index, and memory stays flat however many pictures there are. This module is not about augmentation (`models`)
or batches (`training`).
"""

import contextlib
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from tqdm.auto import tqdm

from . import drive, folders
from .atomic import replacing, write_text
from .errors import AnimelibError
from .lab import Lab, open_lab
from .words import say

PARTS = ("train", "val", "test")


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
    """Return two parts as one, in memory."""
    images = np.concatenate([first.images, second.images])
    return Split(images, np.concatenate([first.labels, second.labels]), first.files + second.files)


def load_images(
    lab: Lab | str | Path,
    size: int = 64,
    *,
    val: float = 0.15,
    test: float = 0.15,
    train: int | None = None,
    classes: Sequence[str] | None = None,
    seed: int = 0,
) -> ImageData:
    """Load a lab's pictures as squares of ``size`` pixels, divided into train, validation and test.

    lab: a Lab, or the path of a folder. A folder that is divided already (train/validation/test) stays as it is; any other is
    divided by ``seed``, every class in the same proportion and near-duplicates on one side. The division is saved as list
    files beside the runs and used again. ``val`` and ``test`` are shares of each class, or whole numbers of pictures;
    ``train`` is a number of pictures of each class, and then all that remains is for the test. ``classes`` takes some of the
    class folders.

    What cannot be read is left out and named. Raises AnimelibError when what remains is not enough to learn from.

        data = load_images("pictures/rem_vs_mizuki", size=64)
    """
    lab = lab if isinstance(lab, Lab) else open_lab(Path(lab).name, "folder", folder=lab)
    index = folders.index_folder(lab.pictures, classes)
    for note in index.notes:
        print("Note:", note)
    plan = Plan({"train": train, "val": val} if train else {"test": test, "val": val}, "test" if train else "train", seed)
    part_of = dict(zip(index.files, index.splits, strict=True)) if index.splits else _divided(lab, index, size, plan)
    ordered = sorted(index.files, key=lambda file: PARTS.index(part_of[file]))
    images, kept = decode(index.root, ordered, size)
    label_of = dict(zip(index.files, index.labels, strict=True))
    labels = np.array([label_of[file] for file in kept], dtype=np.int64)
    splits = [_rows(images, labels, kept, [part_of[file] == part for file in kept]) for part in PARTS]
    _check_learnable(index, splits[0])
    return ImageData(*splits, classes=index.classes, size=size, source=lab.source)


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
    part_of = read_lists(lists)
    if set(part_of) == set(index.files):
        return part_of
    if part_of:
        where = folders.shown(lists)
        print(f"Note: the pictures are no longer those in {where}; they are divided anew and the old lists kept beside.")
        _set_aside(lists)
    images, kept = decode(index.root, index.files, size, tell=False)  # load_images tells
    groups = dict(zip(kept, near_duplicates(images).tolist(), strict=True))
    group_of = [groups.get(file, -1 - i) for i, file in enumerate(index.files)]  # a broken file is a group of its own
    parts = deal(np.array(index.labels), np.array(group_of), plan.sizes, rest=plan.rest, seed=plan.seed)
    part_of = dict(zip(index.files, parts, strict=True))
    write_lists(lists, part_of)
    return part_of


def deal(labels: np.ndarray, groups: np.ndarray, sizes: dict[str, float], *, rest: str, seed: int) -> list[str]:
    """Deal pictures to parts, every class in the same proportion, every group of near-duplicates on one side.

    sizes: for each part its share of each class (below 1) or its number of pictures of each class; ``rest`` takes what is
    left, at least one picture of each class. Returns the part's name for each picture.

        deal(np.array([0, 0, 1, 1]), np.arange(4), {"test": 1}, rest="train", seed=0)
    """
    totals = Counter(labels.tolist())
    quota = {part: {c: _quota(size, n) for c, n in totals.items()} for part, size in sizes.items()}
    quota[rest] = dict(totals)
    dealt = np.full(len(labels), rest, dtype=object)
    order = np.random.default_rng(seed).permutation(np.unique(groups))
    for group in order:
        members = np.flatnonzero(groups == group)
        need = Counter(labels[members].tolist())
        part = next((p for p in quota if all(quota[p][c] >= n for c, n in need.items())), rest)
        dealt[members] = part
        for c, n in need.items():
            quota[part][c] -= n
    return dealt.tolist()


def _quota(size: float, total: int) -> int:
    """Pictures of a class for a part: a whole number as it is, a share of the total rounded, never the whole class."""
    wanted = int(size) if size >= 1 else max(1, round(size * total)) if size > 0 else 0
    return min(wanted, max(0, (total - 1) // 2 if size < 1 else total - 1))


def near_duplicates(images: np.ndarray, *, alike: float = 0.88) -> np.ndarray:
    """Number the groups of pictures that are nearly the same frame: recoloured, recompressed, resized, cropped or mirrored.

    images: uint8 (N, H, W, 3). Two pictures are alike when the details of their grey thumbnails correlate at ``alike`` or
    more, the one whole, the other as it is, mirrored, or without a strip at some of its edges. Shading is taken out first:
    it makes strangers alike. Returns int (N,), equal numbers for one group.

        near_duplicates(data.train.images)
    """
    if not len(images):
        return np.arange(0)
    thumbs, copy_of = np.unique([_thumbnail(image) for image in images], axis=0, return_inverse=True)
    groups = np.arange(len(thumbs))
    whole = _details(_without(thumbs, 0, 0, 0, 0))
    for edges in tqdm(CUTS, "Comparing pictures", delay=1):
        view = _without(thumbs, *edges)
        for other in (view, view[:, :, ::-1]):
            groups = _joined(groups, whole, _details(other), alike)
    return groups[copy_of.reshape(-1)]


# What a crop may have taken from a picture: shares of its height and width at the top, bottom, left and right.
CUTS = [
    (0, 0, 0, 0),
    *[(cut, cut, cut, cut) for cut in (0.05, 0.1)],
    *[tuple(0.08 * (side in sides) for side in "tblr") for sides in ("t", "b", "l", "r", "tl", "tr", "bl", "br")],
]


def _thumbnail(image: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(image).convert("L").resize((32, 32), Image.Resampling.BOX))


def _without(thumbs: np.ndarray, top: float, bottom: float, left: float, right: float) -> np.ndarray:
    """Return the thumbnails (N, 32, 32) without these shares of their edges, brought to (N, 12, 12)."""
    return _means(top, bottom) @ thumbs @ _means(left, right).T


def _means(before: float, after: float) -> np.ndarray:
    """Return the weights (12, 32) that average 32 pixels, less a share at either end, to 12."""
    borders = np.linspace(32 * before, 32 * (1 - after), 13)
    covered = np.clip(borders[:, None] - np.arange(32), 0, 1)  # of each pixel, how much lies before each border
    weights = np.diff(covered, axis=0)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def _details(thumbs: np.ndarray) -> np.ndarray:
    """Return the thumbnails less their shading, as rows of length 1 around 0: a product of two is their correlation."""
    flat = (thumbs - gaussian_filter(thumbs, (0, 1.5, 1.5))).reshape(len(thumbs), -1)
    flat -= flat.mean(axis=1, keepdims=True)
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)


def _joined(groups: np.ndarray, ours: np.ndarray, theirs: np.ndarray, alike: float) -> np.ndarray:
    """Return the groups with those joined that hold an alike pair, compared in strips so that memory stays flat."""
    for start in range(0, len(ours), 256):
        rows, columns = np.nonzero(ours[start : start + 256] @ theirs.T >= alike)
        first, second = groups[rows + start], groups[columns]
        if (first != second).any():
            graph = coo_array((np.ones(len(first)), (first, second)), shape=(len(groups),) * 2)
            groups = connected_components(graph, directed=False)[1][groups]
    return groups


def write_lists(folder: Path, part_of: dict[str, str]) -> None:
    """Write ``train.txt``, ``val.txt`` and ``test.txt``: one path a line, relative to the folder of pictures.

    A path that a line of text cannot hold (a newline, a blank at its end, broken letters) is written in quotes, as in JSON.
    """
    for part in PARTS:
        lines = [f"{_line(file)}\n" for file, its in part_of.items() if its == part]
        write_text(folder / f"{part}.txt", "".join(lines))


def read_lists(folder: Path) -> dict[str, str]:
    """Return the part of each file named in the lists of ``folder``; empty when there are none."""
    part_of = {}
    for part in PARTS:
        path = folder / f"{part}.txt"
        if path.exists():
            part_of |= {_path(line.strip()): part for line in _read_text(path).splitlines() if line.strip()}
    return part_of


def _line(file: str) -> str:
    plain = file == folders.shown(file).strip() and not file.startswith('"')
    return file if plain else json.dumps(file)


def _path(line: str) -> str:
    try:
        return json.loads(line) if line.startswith('"') else line
    except ValueError:  # a quote that somebody else put there
        return line


def _read_text(path: Path) -> str:
    """Read a list that an editor may have saved with a byte-order mark or in the old Japanese encoding."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp932", errors="replace")


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
        yield from zip(wanted, tqdm(pool.map(read, wanted), "Reading pictures", len(wanted), delay=1), strict=True)


def _remove_others(folder: Path, path: Path) -> None:
    for old in folder.glob("images-*.npy"):
        if old != path:
            with contextlib.suppress(OSError):  # Windows keeps a file that is still mapped; the next build removes it
                old.unlink()


def _tell_unreadable(reasons: list[str]) -> None:
    for reason in reasons[:5]:
        print("Left out:", reason)
    if len(reasons) > 5:
        print(f"Left out: {len(reasons) - 5} more that cannot be read.")
