"""A slow folder or a zip file, brought to the local disk: only what is new, and never a picture lost."""

import errno
import json
import lzma
import os
import re
import shutil
import stat
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path, PurePath, PurePosixPath
from typing import IO, TypeVar

from tqdm.auto import tqdm

from .atomic import write_text
from .errors import AnimelibError
from .folders import SPLIT_NAMES, is_junk, is_picture
from .words import say

MARKER = ".animelib-staged.json"  # says that a folder is ours, what it was made from, and which files in it we made
PARTS = ".animelib-parts"  # unfinished files; what a killed session leaves there goes with the next call
SYSTEM_FILES = {"thumbs.db", "desktop.ini"}
THREADS = 16  # a read from Drive is nearly all waiting
PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds between tries
BUFFER = 1 << 20
FULL = {errno.ENOSPC, errno.EDQUOT}
ENCRYPTED, UTF8_NAME = 0x1, 0x800  # flag bits of a zip entry
# A Japanese letter that no Latin letter touches: cp437's "schön" read as cp932 is "sch馬", and that is not it.
JAPANESE = re.compile(r"(?<![A-Za-z])[\u3041-\u30ff\u3400-\u9fff\uff01-\uff9f](?![A-Za-z])")
T = TypeVar("T")
Named = TypeVar("Named", bound=PurePath)


@dataclass(frozen=True)
class _File:
    origin: str
    size: int
    time: int  # nanoseconds, given to the copy: a copy of this size and time is whole and up to date
    open: Callable[[], IO[bytes]]


def stage(source: str | Path, to: str | Path) -> Path:
    """Bring a slow folder or a zip file to the local folder ``to`` and return the folder that holds the pictures.

    A second call copies what is new or changed (folder: size and time of each file; zip: size and time of the archive),
    removes from ``to`` what it had brought and the source no longer has, and continues where an interrupted call
    stopped. The source is only read; files of others in ``to`` are left alone. Hidden and system entries stay behind,
    names become NFC, and names that would fall on one another (also by upper and lower case alone) are numbered.

    Returned is ``to``, or the folder in it that merely wraps everything: the only entry of its level, with folders and
    no picture directly in it (so not a class), and not named as a part of a split (train, validation, test and so on).

    Given another source, ``to`` is emptied of what the first one brought.

    Raises AnimelibError: source missing, empty, unreadable or entangled with ``to``; ``to`` full, or holding what somebody
    else put there; an archive that is broken, encrypted, too large, not a zip, or that reaches outside ``to``.

        pictures = stage("/content/drive/MyDrive/animelib/pictures/rem_vs_mizuki.zip", "/content/animelib/pictures/rem")
    """
    source, to = _both(source, to)
    with _contents(source, to) as files:
        if not files:
            raise AnimelibError(f"{source} holds no files to stage: check the path, and that Drive has finished loading it.")
        with writing_to(to):
            _bring(files, source, to)
    return to / _wrapper(files)


def walk(folder: Path, above: tuple[Path, ...] = ()) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield every regular file below ``folder`` with its stat, sorted; hidden and system entries are passed over.

    Links are followed (a Drive shortcut is one), save those that lead nowhere or back to where we are.
    """
    above += (folder.resolve(),)
    for entry in retrying(folder, partial(_entries, folder)):
        path = folder / entry.name
        if _is_system(entry.name) or (entry.is_symlink() and _is_dead_end(path, above)):
            continue
        info = retrying(path, path.stat)
        if stat.S_ISDIR(info.st_mode):
            yield from walk(path, above)
        elif stat.S_ISREG(info.st_mode):
            yield path, info


def numbered(path: Named) -> Iterator[Named]:
    """Yield ``a.png``, then ``a-2.png``, ``a-3.png`` and so on."""
    yield path
    for number in count(2):
        yield path.with_stem(f"{path.stem}-{number}")


def retrying(what: object, action: Callable[[], T]) -> T:
    """Return ``action()``, tried again after a pause when a read fails, as reads from Drive do now and then."""
    pauses = iter(PAUSES)
    while True:
        try:
            return action()
        except OSError as error:
            pause = next(pauses, None)
            if error.errno in FULL:
                raise
            if pause is None:
                raise AnimelibError(
                    f"{what} could not be read in {len(PAUSES) + 1} tries ({_reason(error)}): check that it is still there and "
                    "opens, then run this again; it continues where it stopped."
                ) from error
            time.sleep(pause)


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Turn an OSError inside the block into one sentence about ``folder``."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise AnimelibError(
                f"There is no space left for {folder}: delete what is not needed on that disk or Drive, then run this again."
            ) from error
        raise AnimelibError(
            f"{folder} cannot be reached or written ({_reason(error)}): if it is on Drive, run mount() again, otherwise choose "
            "a folder you may write to."
        ) from error


# ---- where from, where to


def _both(source: str | Path, to: str | Path) -> tuple[Path, Path]:
    source, to = Path(source).expanduser(), Path(to).expanduser()
    if not retrying(source, source.exists):
        raise AnimelibError(f"{source} is not there: check the path, and run mount() first if it is on Drive.")
    source, to = source.resolve(), to.resolve()
    if source.is_relative_to(to) or to.is_relative_to(source):
        raise AnimelibError(f"{source} cannot be staged to {to}, because one lies in the other: choose a folder elsewhere.")
    return source, to


@contextmanager
def _contents(source: Path, to: Path) -> Iterator[dict[str, _File]]:
    """Yield what is to be in ``to``: relative name (with "/") -> file."""
    if source.is_dir():
        yield _placed(_folder_files(source, to))
    else:
        with _opened(source) as archive:
            yield _placed(_zip_files(archive, source))


def _placed(files: Iterable[tuple[str, _File]]) -> dict[str, _File]:
    placed, taken = {}, set()
    for name, file in files:
        wanted = PurePosixPath(unicodedata.normalize("NFC", name))
        free = next(str(place) for place in numbered(wanted) if str(place).casefold() not in taken)
        taken.add(free.casefold())  # on macOS and Windows A.png and a.png are one file
        placed[free] = file
    return placed


def _wrapper(names: Iterable[str]) -> PurePosixPath:
    paths = [PurePosixPath(name).parts for name in names]
    depth = 0
    while _wraps([path[depth:] for path in paths]):
        depth += 1
    return PurePosixPath(*paths[0][:depth])


def _wraps(paths: list[tuple[str, ...]]) -> bool:
    alone = len({path[0] for path in paths}) == 1
    has_folders = any(len(path) > 2 for path in paths)
    is_class = any(len(path) == 2 and is_picture(path[1]) for path in paths)
    return alone and has_folders and not is_class and paths[0][0].lower() not in SPLIT_NAMES


# ---- folders


def _folder_files(source: Path, to: Path) -> Iterator[tuple[str, _File]]:
    for path, info in walk(source, above=(to,)):  # a link to the staged copy would feed on itself
        yield path.relative_to(source).as_posix(), _File(str(path), info.st_size, info.st_mtime_ns, partial(path.open, "rb"))


def _entries(folder: Path) -> list[os.DirEntry]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _is_system(name: str) -> bool:
    return is_junk(name) or name.lower() in SYSTEM_FILES


def _is_dead_end(link: Path, above: tuple[Path, ...]) -> bool:
    return not link.exists() or any(folder.is_relative_to(link.resolve()) for folder in above)


# ---- zip files


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        # A large buffer and one reader: the archive is read from front to back, as Drive likes it.
        with (
            retrying(path, partial(path.open, "rb", buffering=BUFFER)) as file,
            retrying(path, partial(zipfile.ZipFile, file)) as archive,
        ):
            yield archive
    except NotImplementedError as error:
        raise AnimelibError(
            f"{path} is packed in a way that Python cannot unpack ({error}): unpack it on a computer and zip it again."
        ) from error
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, UnicodeDecodeError) as error:
        raise AnimelibError(_no_zip(path, error)) from error


def _no_zip(path: Path, error: Exception) -> str:
    with retrying(path, partial(path.open, "rb")) as file:
        head = retrying(path, partial(file.read, 512)).lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith((b"Rar!", b"7z\xbc\xaf")):
        kind = "rar" if head.startswith(b"Rar!") else "7z"
        return f"{path} is a {kind} archive, which Python cannot read: unpack it on a computer and zip it again."
    if head[:9].lower().startswith((b"<!doctype", b"<html", b"<head", b"<?xml")):
        return f"{path} is a web page and not a zip: the link led to Drive's page; download the file itself and save it again."
    if head.startswith(b"PK"):
        return f"{path} is a zip that is broken or was not loaded to its end ({error}): download or upload it again."
    return f"{path} is not a zip file: give a folder or a .zip."


def _zip_files(archive: zipfile.ZipFile, path: Path) -> Iterator[tuple[str, _File]]:
    when = retrying(path, path.stat).st_mtime_ns
    entries = archive.infolist()
    for entry, name in zip(entries, _names(entries), strict=True):
        parts = _parts(name, path)
        if name.endswith("/") or _is_link(entry) or any(map(_is_system, parts)):
            continue
        if entry.flag_bits & ENCRYPTED:
            raise AnimelibError(f"{path} is locked with a password: unpack it on a computer and zip it again without one.")
        yield "/".join(parts), _File(f"{name} in {path}", entry.file_size, when, partial(archive.open, entry))


def _names(entries: list[zipfile.ZipInfo]) -> list[str]:
    """The names as they were meant: zipfile reads those that are not marked as UTF-8 as cp437, which nearly nobody means."""
    old = [not entry.flag_bits & UTF8_NAME for entry in entries]
    names = [entry.orig_filename.partition("\0")[0] for entry in entries]
    encoding = _encoding(b"\n".join(name.encode("cp437") for name, is_old in zip(names, old, strict=True) if is_old))
    names = [name.encode("cp437").decode(encoding) if is_old else name for name, is_old in zip(names, old, strict=True)]
    return [name.replace("\\", "/") for name in names]  # only now: 0x5C is also the second half of 表 and ソ in cp932


def _encoding(names: bytes) -> str:
    for encoding in ("utf-8", "cp932"):
        try:
            text = names.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8" or JAPANESE.search(text):
            return encoding
    return "cp437"


def _parts(name: str, path: Path) -> list[str]:
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts or re.match("[A-Za-z]:", name):
        raise AnimelibError(
            f"{path} wants to write outside its folder ({name!r}), so nothing was unpacked: take a zip from a source you trust."
        )
    return parts


def _is_link(entry: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(entry.external_attr >> 16)


# ---- copying


def _bring(files: dict[str, _File], source: Path, to: Path) -> None:
    made = _made(to)
    ours = set(made["files"])
    places = _places(to, ours.union(files))
    _refuse_strangers([places[name] for name in files if name not in ours])
    stamp = _stamp(source)
    gone = [name for name in ours if name not in files or made["source"] != stamp]
    for name in gone:
        _remove(places[name], to)
    todo = {name: file for name, file in files.items() if not _is_here(places[name], file)}
    _need_space(sum(file.size for file in todo.values()), source, to)
    # Written before the first copy, so that whatever a stopped session leaves behind is known to be ours.
    write_text(to / MARKER, json.dumps({"source": stamp, "files": sorted(files)}, ensure_ascii=False))
    _copy([(file, places[name]) for name, file in todo.items()], to, THREADS if source.is_dir() else 1)
    counts = {"copied": len(todo), "files": len(files), "there": len(files) - len(todo), "removed": len(ours.difference(files))}
    print(say("staged", folder=to, **counts))


def _made(to: Path) -> dict:
    """What an earlier call put into ``to``; a folder that is not ours is refused."""
    to.mkdir(parents=True, exist_ok=True)
    if not (to / MARKER).exists():
        if any(not _is_system(entry.name) for entry in _entries(to)):
            raise AnimelibError(f"{to} holds files that stage() did not put there and leaves alone: choose a new folder.")
        return {"source": None, "files": []}
    return json.loads((to / MARKER).read_text(encoding="utf-8"))


def _stamp(source: Path) -> list[str | int]:
    """What must be the same for the files in ``to`` to be trusted; with another archive or folder they all go."""
    info = retrying(source, source.stat)
    return [str(source)] if source.is_dir() else [str(source), info.st_size, info.st_mtime_ns]


def _places(to: Path, names: Iterable[str]) -> dict[str, Path]:
    places = {name: to / name for name in names}
    for folder in {place.parent for place in places.values()}:
        if not folder.resolve().is_relative_to(to):
            raise AnimelibError(f"{folder} leads out of {to} (a link?), and stage() writes nowhere else: choose a new folder.")
    return places


def _refuse_strangers(places: list[Path]) -> None:
    strangers = [place for place in places if place.exists()]
    if strangers:
        raise AnimelibError(f"{strangers[0]} is in the way and stage() did not put it there: move it away, then run this again.")


def _remove(place: Path, to: Path) -> None:
    place.unlink(missing_ok=True)
    for folder in place.parents:
        if folder == to or not folder.is_dir() or any(folder.iterdir()):
            break
        folder.rmdir()


def _is_here(place: Path, file: _File) -> bool:
    if not place.is_file():
        return False
    info = place.stat()
    return info.st_size == file.size and info.st_mtime_ns // 1000 == file.time // 1000  # NTFS counts in 100 ns


def _need_space(needed: int, source: Path, to: Path) -> None:
    free = shutil.disk_usage(to).free
    if needed > free:
        raise AnimelibError(
            f"{source} needs {needed / 1e6:,.0f} MB and the disk of {to} has {free / 1e6:,.0f} MB left: make room there, or "
            "stage a smaller part."
        )


def _copy(jobs: list[tuple[_File, Path]], to: Path, threads: int) -> None:
    parts = to / PARTS
    parts.mkdir(exist_ok=True)
    pool = ThreadPoolExecutor(threads)
    try:
        running = [pool.submit(_fetch, file, place, parts / str(number)) for number, (file, place) in enumerate(jobs)]
        told = say("staging_bar", name=to.name)
        for done in tqdm(as_completed(running), total=len(jobs), desc=told, unit="file", disable=not jobs):
            done.result()
    finally:
        pool.shutdown(cancel_futures=True)  # else an error or Ctrl+C would wait for all that is still queued
        shutil.rmtree(parts, ignore_errors=True)


def _fetch(file: _File, place: Path, part: Path) -> None:
    retrying(file.origin, partial(_copy_once, file, part))
    os.utime(part, ns=(file.time, file.time))
    place.parent.mkdir(parents=True, exist_ok=True)
    part.replace(place)


def _copy_once(file: _File, part: Path) -> None:
    with file.open() as source, part.open("wb") as copy:
        shutil.copyfileobj(source, copy, BUFFER)
    if part.stat().st_size != file.size:
        raise OSError("it came in another size than it was listed with")


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
