"""The doctor: what is wrong with a folder of pictures, how bad it is, and what to do, in sentences.

Every picture is read and decoded once, to a thumbnail, and nothing is changed: `isolation` moves the bad files away. This module
is not about loading (`data`), which leaves out what cannot be read by itself.
"""

import hashlib
import html
import io
import os
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm.auto import tqdm

from . import folders, pages
from .division import near_duplicates
from .errors import AnimelibError
from .folders import MAX_PIXELS, shown
from .lab import Lab
from .lists import PARTS
from .words import say

FEWEST = 20  # training pictures of a class: the fewest that an article of ours learned from
IMBALANCE = 3  # from this ratio on, a model gains by favouring the class with more pictures
SHORT_SIDE = 64  # pixels that most networks here look at
LONGEST = 3  # a picture of 3:1 squeezed to a square is hard to recognise
SIZES = 4  # ratio of large to small pictures (90% and 10%)
SHOWN = 8  # pictures shown with a finding
NAMED = 3  # groups of files named in its sentence, and files of a group

# What is found and what to do about it, both rows of the table of words. The order is that of the checkup: the worst first.
KINDS = {
    "layout": "layout_do",
    "empty": "empty_do",
    "web_page": "web_page_do",
    "broken": "broken_do",
    "too_large": "too_large_do",
    "no_access": "no_access_do",
    "copies_across_parts": "across_parts_do",
    "alike_across_parts": "across_parts_do",
    "copies_across_classes": "across_classes_do",
    "alike_across_classes": "across_classes_do",
    "copies": "copies_do",
    "alike": "copies_do",
    "same_names": "same_names_do",
    "few": "few_do",
    "imbalance": "imbalance_do",
    "tiny": "tiny_do",
    "stretched": "stretched_do",
    "sizes": "sizes_do",
    "hidden": "hidden_do",
    "loose": "loose_do",
    "other_kinds": "other_kinds_do",
    "turned": "turned_do",
    "transparent": "transparent_do",
}
UNREADABLE = ("empty", "web_page", "broken", "too_large", "no_access")
COPIES = ("copies", "alike", "copies_across_parts", "alike_across_parts")  # all but the first of a group can go


@dataclass(frozen=True)
class Finding:
    """One thing found. ``groups``: paths relative to the folder; those that are copies of each other stand in one group."""

    kind: str
    groups: tuple[tuple[str, ...], ...] = ()
    values: dict[str, object] = field(default_factory=dict)

    @property
    def files(self) -> tuple[str, ...]:
        """The files concerned."""
        return tuple(file for group in self.groups for file in group)

    @property
    def movable(self) -> tuple[str, ...]:
        """The files to take out: all of them, but of copies all except the first."""
        return tuple(file for group in self.groups for file in (group[1:] if self.kind in COPIES else group))

    @property
    def sentence(self) -> str:
        """What is found, in the language in use."""
        more = len(self.groups) - NAMED
        names = [_named(group) for group in self.groups[:NAMED]] + ([say("checkup_more", count=more)] if more > 0 else [])
        return say(self.kind, count=len(self.files), groups=len(self.groups), names=", ".join(names), **self.values)

    @property
    def advice(self) -> str:
        """What to do about it, in the language in use."""
        return say(KINDS[self.kind], **self.values)


@dataclass(frozen=True)
class Checkup:
    """What `doctor` found in ``folder``. ``counts``: pictures of each (class, part). ``findings``: the worst first."""

    folder: Path
    counts: dict[tuple[str, str], int]
    findings: tuple[Finding, ...]

    def of(self, kind: str) -> Finding | None:
        """Return the finding of one kind, or None when there is none."""
        return next((finding for finding in self.findings if finding.kind == kind), None)

    @property
    def headline(self) -> str:
        """How many pictures of each class there are, in one sentence."""
        classes, _, totals = self._table()
        if not self.findings:
            return say("checkup_healthy", count=sum(totals), classes=len(classes))
        table = ", ".join(f"{name} {count}" for name, count in zip(classes, totals, strict=True)) or "0"
        return say("checkup_found", count=sum(totals), classes=len(classes), table=table)

    def __str__(self) -> str:
        return "\n".join([self.headline, *(f"- {finding.sentence} {finding.advice}" for finding in self.findings)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = f"<h2>{say('checkup_title')}</h2><p>{html.escape(self.headline)}</p>"
        return pages.fragment(head, self._table_html(), *(_finding_html(self.folder, finding) for finding in self.findings))

    def _table(self) -> tuple[list[str], list[str], list[int]]:
        """Return the classes, the parts, and the pictures of each class."""
        classes, parts = (list(dict.fromkeys(key[i] for key in self.counts)) for i in (0, 1))
        return classes, parts, [sum(self.counts.get((name, part), 0) for part in parts) for name in classes]

    def _table_html(self) -> str:
        classes, parts, _ = self._table()
        titles = {"train": say("part_train"), "val": say("part_val"), "test": say("part_test")}
        heads = [titles[part] if len(parts) > 1 else say("pictures") for part in parts]
        rows = [(name, "".join(f"<td>{self.counts.get((name, part), 0)}</td>" for part in parts)) for name in classes]
        return pages.table([say("class"), *heads], rows)


def doctor(folder_or_lab: Lab | str | Path) -> Checkup:
    """Check a folder of pictures and say what is wrong, how bad it is, and what to do.

    folder_or_lab: a Lab, or the folder that holds one folder for each character (or train, validation and test with such
    folders). Every picture is read once; 10,000 take about half a minute. Nothing is changed.

    Raises AnimelibError when there is no such folder or it may not be read.

        print(doctor("pictures/rem_vs_mizuki"))
    """
    root = root_of(folder_or_lab)
    folders.check_folder(root)
    parts = folders.parts_of(root)
    rows = [row for part, split in parts.items() for row in folders.rows_of(root, part, split)]
    rows.sort(key=lambda row: PARTS.index(row[2]))  # what is kept of copies is the one to learn from
    looks = _look_at_all(root, [file for _, file, _ in rows])
    counts = Counter((name, split) for name, _, split in rows)
    found = [*_layout(root, parts), *_unreadable(looks), *_repeated(rows, looks), *_balance(counts), *_shapes(looks)]
    return Checkup(root, dict(counts), tuple(sorted(found, key=lambda finding: list(KINDS).index(finding.kind))))


# ---- looking


@dataclass(frozen=True, eq=False)
class Look:
    """One picture as the doctor sees it; ``trouble`` is the kind of finding when it cannot be read."""

    file: str
    trouble: str = ""
    digest: str = ""
    width: int = 0
    height: int = 0
    turned: bool = False
    transparent: bool = False
    thumb: np.ndarray | None = None  # uint8 (32, 32, 3)


def root_of(folder_or_lab: Lab | str | Path) -> Path:
    """Return the folder of pictures as an absolute path."""
    folder = folder_or_lab.pictures if isinstance(folder_or_lab, Lab) else Path(folder_or_lab).expanduser()
    return Path(os.path.abspath(folder))  # so that even "." has a name and a place beside it; links stay as they are


def _look_at_all(root: Path, files: Sequence[str]) -> list[Look]:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        looks = pool.map(partial(_look, root), files)
        return list(tqdm(looks, say("checkup_looking"), len(files), delay=1))


def _look(root: Path, file: str) -> Look:
    try:
        folders.check_file(root / file)
        content = (root / file).read_bytes()
    except (OSError, AnimelibError):
        return Look(file, "no_access")
    try:
        return _decoded(file, content)
    except Exception:  # Pillow's decoders raise nearly everything on broken files
        return Look(file, _trouble(content))


def _decoded(file: str, content: bytes) -> Look:
    """Decode a picture to a thumbnail, a JPEG at a fraction of its size."""
    image = _header(content)
    width, height = image.size
    turned = image.getexif().get(0x0112, 1) in range(2, 9)
    image.draft("RGB", (64, 64))
    upright = folders.open_image(image)
    transparent = image.has_transparency_data and image.convert("RGBA").getchannel("A").getextrema()[0] < 255
    thumb = np.asarray(upright.resize((32, 32), Image.Resampling.BOX))
    return Look(file, "", hashlib.sha1(content).hexdigest(), width, height, turned, transparent, thumb)


def _header(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    if image.width * image.height > MAX_PIXELS:
        raise Image.DecompressionBombError
    return image


def _trouble(content: bytes) -> str:
    """Say why content that could not be decoded is no picture, as a kind of finding."""
    if not content:
        return "empty"
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:9].lower().startswith((b"<!doctype", b"<html", b"<head")):
        return "web_page"
    try:
        _header(content)
    except Image.DecompressionBombError:
        return "too_large"
    except Exception:
        return "broken"
    return "broken"


# ---- findings


def _singles(kind: str, files: Iterable[str], **values: object) -> list[Finding]:
    """Return a finding of files that stand for themselves, or none."""
    groups = tuple((file,) for file in files)
    return [Finding(kind, groups, values)] if groups else []


def _layout(root: Path, parts: dict[Path, str]) -> list[Finding]:
    """Return what names alone tell: why loading would stop, and what lies there without being read."""
    found = []
    try:
        folders.index_folder(root)
    except AnimelibError as reason:
        found.append(Finding("layout", values={"reason": str(reason)}))
    inside = list(folders.everything_in(root))
    hidden = [Path(entry.path) for entry in inside if folders.is_junk(entry.name) and entry.is_dir(follow_symlinks=False)]
    rest = {
        "hidden": sorted(hidden),
        "loose": [path for part in parts for path in folders.loose_in(part)],
        "other_kinds": [path for part in parts for path in folders.not_pictures_in(part)],
    }
    names = [Path(entry.path).relative_to(root).as_posix() for entry in inside if not folders.is_junk(entry.name)]
    for kind, paths in rest.items():
        found += _singles(kind, [path.relative_to(root).as_posix() for path in paths])
    same = _groups(sorted(names), lambda name: unicodedata.normalize("NFC", name).casefold())
    same = [group for group in same if len({Path(name).parent for name in group}) == 1]  # the folders are told, not all in them
    return [*found, *([Finding("same_names", tuple(same))] if same else [])]


def _unreadable(looks: Sequence[Look]) -> list[Finding]:
    found = []
    for kind in UNREADABLE:
        found += _singles(kind, [look.file for look in looks if look.trouble == kind], most=MAX_PIXELS // 10**6)
    return found


def _groups(things: Iterable, key: Callable[[object], Hashable]) -> list[tuple]:
    """Return the groups of two or more things that have the same key."""
    groups = defaultdict(list)
    for thing in things:
        groups[key(thing)].append(thing)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def _repeated(rows: Sequence[tuple[str, str, str]], looks: Sequence[Look]) -> list[Finding]:
    """Return the copies and the near-copies, each group under the worst that can be said of it."""
    places = {file: (name, split) for name, file, split in rows}
    sound = [look for look in looks if not look.trouble]
    copies = _groups(sound, lambda look: look.digest)
    firsts = list({look.digest: look for look in reversed(sound)}.values())[::-1]  # of copies the first stands for all
    numbers = near_duplicates(np.stack([look.thumb for look in firsts])) if firsts else []
    number_of = {look.file: number for look, number in zip(firsts, numbers, strict=True)}
    alike = _groups(firsts, lambda look: number_of[look.file])
    found = defaultdict(list)
    for kind, groups in (("copies", copies), ("alike", alike)):
        for group in groups:
            files = tuple(look.file for look in group)
            found[kind + _reach([places[file] for file in files])].append(files)
    return [Finding(kind, tuple(groups)) for kind, groups in found.items()]


def _reach(places: Sequence[tuple[str, str]]) -> str:
    classes, parts = (set(side) for side in zip(*places, strict=True))
    return "_across_classes" if len(classes) > 1 else "_across_parts" if len(parts) > 1 else ""


def _balance(counts: Counter) -> list[Finding]:
    """Return classes with too few training pictures, and the largest against the smallest."""
    learn = {name: count for (name, part), count in counts.items() if part == "train"}
    found = []
    few = {name: count for name, count in learn.items() if count < FEWEST}
    if few:
        table = ", ".join(f"{name} {count}" for name, count in few.items())
        found.append(Finding("few", values={"table": table, "least": FEWEST}))
    if len(learn) > 1 and max(learn.values()) >= IMBALANCE * min(learn.values()):
        large, small = max(learn, key=learn.get), min(learn, key=learn.get)
        ratio = f"{learn[large] / learn[small]:.1f}"
        found.append(Finding("imbalance", values={"largest": large, "smallest": small, "ratio": ratio, "limit": IMBALANCE}))
    return found


def _shapes(looks: Sequence[Look]) -> list[Finding]:
    """Return what sizes, proportions, turned and see-through pictures there are."""
    sound = [look for look in looks if not look.trouble]
    short = [min(look.width, look.height) for look in sound]
    found = _singles("tiny", [k.file for k, side in zip(sound, short, strict=True) if side < SHORT_SIDE], least=SHORT_SIDE)
    stretched = [k.file for k, side in zip(sound, short, strict=True) if max(k.width, k.height) > LONGEST * side]
    found += _singles("stretched", stretched, limit=LONGEST)
    found += _singles("turned", [look.file for look in sound if look.turned])
    found += _singles("transparent", [look.file for look in sound if look.transparent])
    if short and np.quantile(short, 0.9) >= SIZES * np.quantile(short, 0.1):
        found.append(Finding("sizes", values={"smallest": min(short), "largest": max(short)}))
    return found


# ---- showing


def _named(group: Sequence[str]) -> str:
    """Name the files of a group, of many the first."""
    return " = ".join([*map(shown, group[:NAMED]), *(["..."] if len(group) > NAMED else [])])


def _finding_html(root: Path, finding: Finding) -> str:
    cards = "".join(_card(root, file) for file in finding.files[:SHOWN])
    more = len(finding.files) - SHOWN
    rest = f"<p class='quiet'>{say('checkup_more', count=more)}</p>" if more > 0 else ""
    advice = f"<p class='quiet'><b>{say('checkup_todo')}</b> {html.escape(finding.advice)}</p>"
    return f"<p>{html.escape(finding.sentence)}</p>{advice}<div class='cards'>{cards}</div>{rest}"


def _card(root: Path, file: str) -> str:
    try:
        picture = folders.open_image(root / file, at_least=96)
        picture.thumbnail((96, 96))
        tag = pages.picture_tag(np.asarray(picture))
    except AnimelibError:  # broken, or not a picture: its name has to do
        tag = ""
    return pages.card(tag, shown(file))
