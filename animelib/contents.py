"""By what a picture is known again when it was moved or renamed: the digest of its file's content, and of many files quickly.

A digest is the first twenty letters of SHA-1. What was read once is kept by path, size and time of change, so that a large folder
is read only once. It is not about pictures that are merely alike (`division`).
"""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tqdm.auto import tqdm

from . import drive
from .words import say

LETTERS = 20
BATCH = 512  # files after which what was read is kept: what a stopped run loses at most


def digest_of(path: str | Path) -> str:
    """Return the digest of a file's content, or "" where it cannot be read.

    digest_of("rem.png")  # "2ef7bde608ce5404e97d"
    """
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha1").hexdigest()[:LETTERS]
    except OSError:
        return ""


def digests_of(paths: Sequence[str | Path]) -> list[str]:
    """Return the digest of each file, "" where it cannot be read; only what is new or has changed since is read.

    digests_of(["rem.png", "mizuki.png"])
    """
    kept = drive.home() / "cache" / "digests.txt"
    stamps = [_stamp(path) for path in paths]
    known = _known(kept, set(stamps))
    missing = [stamp for stamp in dict.fromkeys(stamps) if stamp and stamp not in known]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for start in tqdm(range(0, len(missing), BATCH), say("digests_bar"), delay=1):
            batch = missing[start : start + BATCH]
            found = dict(zip(batch, pool.map(digest_of, (json.loads(stamp)[0] for stamp in batch)), strict=True))
            known |= found
            _keep(kept, found.items())
    return [known.get(stamp, "") for stamp in stamps]


def _stamp(path: str | Path) -> str:
    """Return path, size and time of change as one line, or "" where there is no file."""
    try:
        state = os.stat(path)
    except OSError:
        return ""
    return json.dumps([os.path.abspath(path), state.st_size, state.st_mtime_ns])


def _known(kept: Path, wanted: set[str]) -> dict[str, str]:
    """Return the digests that were kept; a line that was cut off when a run was stopped does not count."""
    known = {}
    if kept.exists():
        with open(kept, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                digest, _, stamp = line.rstrip("\n").partition(" ")
                if stamp in wanted and len(digest) == LETTERS:
                    known[stamp] = digest
    return known


def _keep(kept: Path, found: Iterable[tuple[str, str]]) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    with open(kept, "a", encoding="utf-8") as file:
        file.write("\n" + "".join(f"{digest} {stamp}\n" for stamp, digest in found if digest))
