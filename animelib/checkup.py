"""The doctor: what is wrong with a folder of pictures, in sentences, and a place to put the bad ones.

Every picture is read and decoded once, to a thumbnail. Nothing here deletes: `quarantine` moves files to a folder beside, and
`restore` puts them back. This module is not about loading (`data`), which leaves out what cannot be read by itself.
"""

import filecmp
import hashlib
import html
import io
import json
import os
import shutil
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
from .atomic import replacing, write_text
from .data import PARTS, near_duplicates
from .errors import AnimelibError
from .folders import MAX_PIXELS, shown
from .lab import Lab
from .staging import numbered, writing_to
from .words import language, say

FEWEST = 20  # training pictures of a class: the fewest that an article of ours learned from
IMBALANCE = 3  # from this ratio on, a model gains by favouring the class with more pictures
SHORT_SIDE = 64  # pixels that most networks here look at
LONGEST = 3  # a picture of 3:1 squeezed to a square is hard to recognise
SIZES = 4  # ratio of large to small pictures (90% and 10%)
SHOWN = 8  # pictures or names shown with a finding

# kind -> (what is found, what to do), both rows of the table of words. The order is that of the checkup: the worst first.
KINDS = {
    "layout": ("layout", "layout_do"),
    "empty": ("empty", "empty_do"),
    "web_page": ("web_page", "web_page_do"),
    "broken": ("broken", "broken_do"),
    "too_large": ("too_large", "too_large_do"),
    "no_access": ("no_access", "no_access_do"),
    "copies_across_parts": ("copies_across_parts", "across_parts_do"),
    "alike_across_parts": ("alike_across_parts", "across_parts_do"),
    "copies_across_classes": ("copies_across_classes", "across_classes_do"),
    "alike_across_classes": ("alike_across_classes", "across_classes_do"),
    "copies": ("copies", "copies_do"),
    "alike": ("alike", "copies_do"),
    "same_names": ("same_names", "same_names_do"),
    "few": ("few", "few_do"),
    "imbalance": ("imbalance", "imbalance_do"),
    "tiny": ("tiny", "tiny_do"),
    "stretched": ("stretched", "stretched_do"),
    "sizes": ("sizes", "sizes_do"),
    "hidden": ("hidden", "hidden_do"),
    "loose": ("loose", "loose_do"),
    "other_kinds": ("other_kinds", "other_kinds_do"),
    "turned": ("turned", "turned_do"),
    "transparent": ("transparent", "transparent_do"),
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
        pairs = [" = ".join(shown(file) for file in group) for group in self.groups[:3]]
        names = ", ".join(pairs) + (" ..." if len(self.groups) > 3 else "")
        return say(KINDS[self.kind][0], count=len(self.files), groups=len(self.groups), names=names, **self.values)

    @property
    def advice(self) -> str:
        """What to do about it, in the language in use."""
        return say(KINDS[self.kind][1], **self.values)


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
        parts = "".join(_finding_html(self.folder, finding) for finding in self.findings)
        head = f"<h2>{say('checkup_title')}</h2><p>{html.escape(self.headline)}</p>{self._table_html()}"
        return f'<div class="al" lang="{language()}"><style>{pages.STYLE}</style>{head}{parts}</div>'

    def _table(self) -> tuple[list[str], list[str], list[int]]:
        """Return the classes, the parts, and the pictures of each class."""
        classes, parts = (list(dict.fromkeys(key[i] for key in self.counts)) for i in (0, 1))
        return classes, parts, [sum(self.counts.get((name, part), 0) for part in parts) for name in classes]

    def _table_html(self) -> str:
        classes, parts, _ = self._table()
        titles = {"train": say("part_train"), "val": say("part_val"), "test": say("part_test")}
        heads = "".join(f"<th>{titles[part] if len(parts) > 1 else say('pictures')}</th>" for part in parts)
        rows = [
            f"<tr><th>{html.escape(name)}</th>{''.join(f'<td>{self.counts.get((name, part), 0)}</td>' for part in parts)}</tr>"
            for name in classes
        ]
        return f"<table><tr><th>{say('class')}</th>{heads}</tr>{''.join(rows)}</table>"


def doctor(folder_or_lab: Lab | str | Path) -> Checkup:
    """Check a folder of pictures and say what is wrong, how bad it is, and what to do.

    folder_or_lab: a Lab, or the folder that holds one folder for each character (or train, validation and test with such
    folders). Every picture is read once; 10,000 take about half a minute. Nothing is changed.

    Raises AnimelibError when there is no such folder or it may not be read.

        print(doctor("pictures/rem_vs_mizuki"))
    """
    root = _root(folder_or_lab)
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


def _root(folder_or_lab: Lab | str | Path) -> Path:
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
    return f"<div class='card'>{tag}<div class='name'>{html.escape(shown(file))}</div></div>"


# ---- quarantine


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
    if files:
        root = found.folder if isinstance(found, Checkup) else _root(found)
        folders.check_folder(root)
        reasons = {_inside(root, file): "chosen" for file in files}
    else:
        checkup = found if isinstance(found, Checkup) else doctor(found)
        root = checkup.folder
        reasons = {file: finding.kind for finding in checkup.findings if finding.kind in kinds for file in finding.movable}
    if not folders.subfolders(root):  # in the folder of one character, the quarantine would lie among the classes
        raise AnimelibError(f"{shown(root)} holds no class folders: name the folder that holds one folder for each character.")
    return Quarantine(_beside(root), root, tuple(_set_apart(root, reasons)))


def restore(folder: Lab | str | Path) -> tuple[str, ...]:
    """Put everything that `quarantine` took out of ``folder`` back where it was, and return it.

    A file whose place has been taken by another stays in quarantine; a printed sentence names it.

    Raises AnimelibError when there is no quarantine beside the folder, or its manifest is broken.

        restore("pictures/rem_vs_mizuki")
    """
    root = _root(folder)
    aside = _beside(root)
    if not (aside / MANIFEST).is_file():
        raise AnimelibError(f"There is no quarantine at {shown(aside)}: name the folder of pictures that files were taken from.")
    entries = _entries(aside)
    with writing_to(aside):
        back = [entry["from"] for entry in entries if _put_back(root, aside, entry)]
        left = [entry for entry in entries if os.path.lexists(aside / entry["to"])]
        _finish(aside, left)
    print(say("restored", count=len(back), folder=shown(root)))
    if left:
        names = ", ".join(shown(entry["from"]) for entry in left[:3])
        print(say("not_restored", count=len(left), folder=shown(aside), names=names))
    return tuple(back)


def _beside(root: Path) -> Path:
    return root.with_name(f"{root.name}-quarantine")


def _inside(root: Path, file: str | Path) -> str:
    """Return a path relative to ``root``, after checking that it is a file in it."""
    path = Path(os.path.abspath(root / file))
    if not path.is_relative_to(root):
        raise AnimelibError(f"{shown(file)} lies outside {shown(root)}: name files in that folder.")
    if not os.path.lexists(path) or (path.is_dir() and not path.is_symlink()):
        raise AnimelibError(f"There is no file {shown(path)}: check its name, or run doctor again.")
    return path.relative_to(root).as_posix()


def _set_apart(root: Path, reasons: dict[str, str]) -> list[str]:
    """Move the files, after the manifest has been written: whatever then interrupts, `restore` knows."""
    files = [file for file in reasons if os.path.lexists(root / file)]  # a checkup may be older than the folder
    if not files:
        return []
    aside = _beside(root)
    with writing_to(aside):
        aside.mkdir(exist_ok=True)
        entries = [entry for entry in _entries(aside) if os.path.lexists(aside / entry["to"])]
        new = [{"from": file, "to": _free(aside, file), "why": reasons[file]} for file in files]
        _write(aside, [*entries, *new])
        for entry in new:
            _move(root / entry["from"], aside / entry["to"])
    return files


def _free(aside: Path, file: str) -> str:
    """Return the path for a file in quarantine, numbered where an earlier file of that name lies."""
    paths = numbered(Path(file))
    return next(path.as_posix() for path in paths if path.name != MANIFEST and not os.path.lexists(aside / path))


def _entries(aside: Path) -> list[dict[str, str]]:
    """Return what the manifest lists, after checking that no path in it leads out."""
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


def _write(aside: Path, entries: list[dict[str, str]]) -> None:
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


def _put_back(root: Path, aside: Path, entry: dict[str, str]) -> bool:
    """Move one file back and say whether it is back; a place that is taken is left alone."""
    source, target = aside / entry["to"], root / entry["from"]
    if not os.path.lexists(source):  # an interruption came before it was moved, or it is back already
        return False
    if not os.path.lexists(target):
        _move(source, target)
        return True
    if source.is_file() and target.is_file() and filecmp.cmp(source, target, shallow=False):
        source.unlink()  # the original of a copy to another disk that was interrupted
        return True
    return False


def _finish(aside: Path, left: list[dict[str, str]]) -> None:
    """Write what is left into the manifest, and remove folders that are empty now."""
    if left:
        _write(aside, left)
    else:
        (aside / MANIFEST).unlink()
    for here, _, _ in os.walk(aside, topdown=False):
        if not os.listdir(here):
            os.rmdir(here)
