"""Files to Google Drive and back through its API, where Drive is not mounted: whole, checked, and none twice.

googleapiclient cuts a file into chunks and knows where an upload stopped. What it lacks is here: patience with a connection
that breaks in the middle, and a look at whether what arrived is what was sent.
"""

import hashlib
import random
import re
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from tqdm.auto import tqdm

from .atomic import replacing
from .drive import sign_in
from .errors import AnimelibError
from .staging import FULL, numbered, retrying, writing_to
from .words import say

CHUNK = 8 << 20  # bytes in one request: lost when it breaks; Drive wants whole multiples of 256 KiB
PAUSES = (1, 2, 4, 8, 16, 32)  # seconds between tries, each made up to half longer or shorter by chance
LONGEST = 120  # seconds that Drive may ask us to wait
ROUNDS = 2  # a file that arrives damaged is moved once more
MARK = {"animelib": "upload"}  # on what we made; only the application that wrote this can read it
FOLDER = "application/vnd.google-apps.folder"
FIELDS = "id,name,size,md5Checksum,appProperties"
ID = re.compile(r"[A-Za-z0-9_-]{19,}")
LINK = re.compile(r"google\.com/.*?(?:/d/|[?&]id=)([A-Za-z0-9_-]+)")
GONE = (404, 410)  # of an upload session: it has expired
MADE = 409  # of a file whose id we chose: it is there already
T = TypeVar("T")

# What went wrong, and what to do. Waiting helps with the first four only.
CAUSES = {
    "busy": "Drive did not manage it in {tries} tries ({said}): wait a few minutes, then run this again",
    "too fast": "Drive still asked to go slower after {tries} tries ({said}): wait ten minutes, then run this again",
    "cut": "the connection broke or stood still in {tries} tries ({said}): check the network, then run this again",
    "garbage": "the answers made no sense in {tries} tries ({said}): something between here and Drive, such as the sign-in "
    "page of a network, may be answering; check the network, then run this again",
    "sign-in": "Google does not accept the sign-in any more ({said}): sign in again (on Colab: restart the session) and run "
    "this again",
    "full": "your Google Drive is full ({said}): delete what is not needed there, empty its bin, then run this again",
    "gone": "Drive says that it is not there ({said}): look on drive.google.com whether it was moved or deleted",
    "refused": "Drive refused it ({said}): check that this account may open and change it, and that the sign-in allowed Drive",
}
PASSING = tuple(CAUSES)[:4]
FORBIDDEN = {"storage_?quota": "full", "rate_?limit_?exceeded": "too fast"}


def upload(
    path: str | Path, folder: str = "animelib/runs", *, drive: Any = None, sleep: Callable[[float], None] = time.sleep
) -> str:
    """Send a file to ``folder`` of your Google Drive and return its id there, which ``download`` takes.

    The same content is not sent twice, and a file that this function made there becomes its next version. A file that
    somebody else put there under that name is left alone, and ours becomes ``model-2.keras``. Folders are made where they
    are missing. What has arrived is compared with what was sent by its MD5 checksum.

    drive: what ``sign_in()`` returns, to sign in once for many files. Raises AnimelibError: no such file; sign-in refused;
    Drive full, or out of reach for some minutes.

        upload("recognizer.keras", "animelib/runs/rem_vs_mizuki")
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise AnimelibError(f"{path} is not there or is a folder, so it cannot be uploaded: give one file (zip a folder first).")
    line = _Line(drive or sign_in(), f"{path.name} could not be uploaded to {folder} on Google Drive", sleep)
    parent = _folder(line, _parts(folder), make=True)
    name, file_id, same = _place(line, path.name, _checksum(path), parent)
    if not same:
        file_id = _send_whole(line, path, file_id, {"name": name, "parents": [parent], "appProperties": MARK})
    link = f"https://drive.google.com/file/d/{file_id}/view"
    print(say("upload_there" if same else "uploaded", name=name, folder=folder, link=link))
    return file_id


def download(name_or_id: str, to: str | Path, *, drive: Any = None, sleep: Callable[[float], None] = time.sleep) -> Path:
    """Fetch a file from your Google Drive and return where it lies now: in the folder ``to``, or under the name ``to``.

    name_or_id: a name (``model.keras``), a path from the top of your Drive (``animelib/runs/model.keras``), an id, or the
    link that "Share" gives. Nothing is overwritten: other content of that name stays and ours becomes ``model-2.keras``;
    the same content is not fetched twice. Nothing shows under its name before it is whole and its checksum is right.

    Raises AnimelibError: no such file, or several; not a file but a folder or a Google document; no space; Drive out of
    reach for some minutes.

        download("animelib/runs/rem_vs_mizuki/recognizer.keras", "recognizer.keras")
    """
    line = _Line(drive or sign_in(), f"{name_or_id} could not be downloaded from Google Drive", sleep)
    file = _find(line, name_or_id)
    target = _target(to, file["name"])
    with writing_to(target.parent):
        free = next(path for path in numbered(target) if not path.exists() or _same(path, file))
        there = free.exists()
        if not there:
            with replacing(free) as part:
                _fetch_whole(line, file, part)
    print(say("download_there" if there else "downloaded", path=free))
    return free


@dataclass
class _Line:
    """The line to Drive: asks again what fails, after pauses that grow as long as nothing moves, and then gives up."""

    drive: Any
    failure: str  # how the sentence begins when it gives up: what could not be done
    sleep: Callable[[float], None]
    failures: int = 0  # since something last went well

    def ask(self, request: Any, *keys: str, accept: int = 0) -> dict:
        """Return the answer, which has ``keys``; an answer of the status ``accept`` counts as an empty one."""
        answer = self._patiently(partial(_answer, request, keys, accept))
        self.failures = 0
        return answer

    def move(self, next_chunk: Callable[[], tuple], bar: tqdm) -> None:
        """Call ``next_chunk`` until all has moved; only bytes further than ever count as going well."""
        here = furthest = self.failures = 0
        while (now := self._patiently(partial(_step, next_chunk))) is not None:
            bar.update(now - here)
            if now > furthest:
                furthest, self.failures = now, 0
            elif now <= here:
                self.sleep(self._pause(ConnectionError("nothing moved")))
            here = now
        bar.update(bar.total - here)

    def _patiently(self, action: Callable[[], T]) -> T:
        while True:
            try:
                return action()
            except Exception as error:  # sorted out below: what is not Drive's or the network's goes on as it is
                self.sleep(self._pause(error))

    def _pause(self, error: Exception) -> float:
        cause = _cause(error)
        if not cause:
            raise error
        self.failures += 1
        if cause not in PASSING or self.failures > len(PAUSES):
            why = CAUSES[cause].format(tries=self.failures, said=_said(error))
            raise AnimelibError(f"{self.failure}, because {why}.") from error
        return max(PAUSES[self.failures - 1] * random.uniform(0.5, 1.5), _asked_pause(error))


def _step(next_chunk: Callable[[], tuple]) -> int | None:
    """Move one chunk and return how far it is, or None at the end."""
    status, result = next_chunk()  # up, the result is None before the end; down, it is False
    return status.resumable_progress if result in (None, False) else None


def _answer(request: Any, keys: tuple[str, ...], accept: int) -> dict:
    try:
        answer = request.execute()
    except Exception as error:
        if not accept or _status(error) != accept:
            raise
        return {}
    if keys and not (isinstance(answer, dict) and answer.keys() >= set(keys)):
        raise ValueError(f"an answer without {' and '.join(keys)}")
    return answer


# ---- what an error means


def _status(error: BaseException | None) -> int:
    return getattr(getattr(error, "resp", None), "status", 0)


def _cause(error: Exception) -> str | None:
    """The key in CAUSES; None for what is none of Drive's business: a full disk here, a mistake in the program."""
    from httplib2 import HttpLib2Error

    if _status(error):
        return _refusal(_status(error), error.content.decode(errors="replace"))
    if type(error).__name__.endswith("RefreshError"):  # google-auth's and oauth2client's, which are not ours to import
        return "sign-in"
    if isinstance(error, OSError) and error.errno in FULL:
        return None
    if isinstance(error, OSError | HTTPException | HttpLib2Error):
        return "cut"
    return "garbage" if isinstance(error, ValueError | LookupError) else None


def _refusal(status: int, text: str) -> str:
    if status == 403:
        return next((cause for words, cause in FORBIDDEN.items() if re.search(words, text, re.IGNORECASE)), "refused")
    if status < 400 or status >= 500:
        return "busy" if status >= 500 else "garbage"
    return {401: "sign-in", 404: "gone", 408: "busy", 410: "gone", 429: "too fast"}.get(status, "refused")


def _said(error: Exception) -> str:
    words = f"{_status(error)} {error.reason}" if _status(error) else str(error) or type(error).__name__
    return " ".join(words.split())[:120]


def _asked_pause(error: Exception) -> float:
    """The seconds that the header Retry-After asks for; its other form, a date, is not worth reading."""
    asked = getattr(error, "resp", {}).get("retry-after", "")
    return min(int(asked), LONGEST) if asked.isdecimal() else 0


# ---- names and folders on Drive


def _parts(folder: str) -> list[str]:
    """The folders of a path on Drive, also when it is given as a path of the mounted Drive."""
    parts = [unicodedata.normalize("NFC", part) for part in str(folder).split("/") if part not in ("", ".")]
    return parts[parts.index("MyDrive") + 1 :] if "MyDrive" in parts else parts


def _list(line: _Line, name: str, *more: str) -> list[dict]:
    """The files and folders of exactly that name, the oldest first; ``more``: further terms of the search."""
    quoted = name.replace("\\", "\\\\").replace("'", "\\'")
    query = " and ".join((f"name = '{quoted}'", "trashed = false", *more))
    files = line.drive.files()
    request = files.list(q=query, fields=f"nextPageToken,files({FIELDS})", orderBy="createdTime")
    found = []
    while request is not None:
        page = line.ask(request, "files")
        found += page["files"]
        request = files.list_next(request, page)
    return [file for file in found if unicodedata.normalize("NFC", file["name"]) == name]


def _folder(line: _Line, parts: list[str], *, make: bool) -> str | None:
    """The id of the folder at the end of ``parts``; where one is missing it is made, or None is returned."""
    parent = "root"
    for name in parts:
        found = _list(line, name, f"mimeType = '{FOLDER}'", f"'{parent}' in parents")
        if not found and not make:
            return None
        parent = found[0]["id"] if found else _make_folder(line, name, parent)
    return parent


def _make_folder(line: _Line, name: str, parent: str) -> str:
    body = {"id": _new_id(line), "name": name, "mimeType": FOLDER, "parents": [parent]}
    line.ask(line.drive.files().create(body=body, fields="id"), accept=MADE)
    return body["id"]


def _new_id(line: _Line) -> str:
    """An id for what is to be made: when the answer is lost and it is made again, Drive says so, and there is no double."""
    return line.ask(line.drive.files().generateIds(count=1, fields="ids"), "ids")["ids"][0]


def _get(line: _Line, file_id: str) -> dict:
    return line.ask(line.drive.files().get(fileId=file_id, fields=FIELDS), "id", "name", accept=404)


# ---- up


def _place(line: _Line, name: str, checksum: str, parent: str) -> tuple[str, str | None, bool]:
    """The name to upload under; the id of the file there that is to be replaced, or that is the same already."""
    for free in map(str, numbered(PurePosixPath(unicodedata.normalize("NFC", name)))):
        there = _list(line, free, f"'{parent}' in parents")
        same = [file["id"] for file in there if file.get("md5Checksum") == checksum]
        ours = [file["id"] for file in there if MARK.items() <= file.get("appProperties", {}).items()]
        if same or ours or not there:
            break
    return free, next(iter(same + ours), None), bool(same)


def _send_whole(line: _Line, path: Path, replaced: str | None, body: dict) -> str:
    file_id, made = replaced or _new_id(line), bool(replaced)
    for _ in range(ROUNDS):
        checksum = _checksum(path)  # anew each time: it may be the file that changed under way
        _send(line, path, {"fileId": file_id} if made else {"body": {**body, "id": file_id}})
        file = _get(line, file_id)
        if file.get("md5Checksum") == checksum:
            return file_id
        made = bool(file)
    if not replaced:
        line.ask(line.drive.files().delete(fileId=file_id), accept=404)
    left = "the earlier ones are in its version history" if replaced else "nothing was left on Drive"
    raise AnimelibError(
        f"{line.failure}, because it arrived damaged {ROUNDS} times ({left}): make sure that nothing is writing to {path}, "
        "then run this again."
    )


def _send(line: _Line, path: Path, what: dict) -> None:
    from googleapiclient.http import MediaFileUpload

    media = MediaFileUpload(str(path), chunksize=CHUNK, resumable=True)
    media.has_stream = lambda: False  # as bytes: a chunk that is sent again from a stream would be empty, and hang
    files = line.drive.files()
    request = (files.update if "fileId" in what else files.create)(**what, media_body=media, fields="id")
    try:
        _move_up(line, request, path)
    except AnimelibError as error:
        if not request.resumable_uri or _status(error.__cause__) not in GONE:
            raise
        request.resumable_uri, request.resumable_progress = None, 0  # makes it begin a new session
        _move_up(line, request, path)


def _move_up(line: _Line, request: Any, path: Path) -> None:
    with tqdm(total=request.resumable.size(), desc=say("uploading", name=path.name), unit="B", unit_scale=True) as bar:
        try:
            line.move(request.next_chunk, bar)
        except AnimelibError as error:
            if _status(error.__cause__) != MADE:  # else it had arrived, and only the answer was lost
                raise


def _checksum(path: Path) -> str:
    def read() -> str:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "md5").hexdigest()

    return retrying(path, read)


# ---- down


def _find(line: _Line, wanted: str) -> dict:
    link = LINK.search(wanted)
    file = _get(line, link[1] if link else wanted) if link or ID.fullmatch(wanted) else {}
    files = [file] if file else _named(line, wanted)
    if not files:
        raise AnimelibError(f"{line.failure}, because it is not there: look up its name, path or link on drive.google.com.")
    if len({file.get("md5Checksum") for file in files}) > 1:
        raise AnimelibError(
            f"{line.failure}, because {len(files)} files with different content have this name: give the path "
            '("animelib/runs/…") or the link of the one you want.'
        )
    if "md5Checksum" not in files[0]:
        raise AnimelibError(
            f"{line.failure}, because it is a folder or a Google document and not a file: download it on drive.google.com."
        )
    return files[0]


def _named(line: _Line, wanted: str) -> list[dict]:
    *folders, name = _parts(wanted) or [""]
    parent = _folder(line, folders, make=False) if folders else None
    if folders and not parent:
        return []
    return _list(line, name, *([f"'{parent}' in parents"] if parent else []))


def _target(to: str | Path, name: str) -> Path:
    path = Path(to).expanduser()
    into = path.is_dir() or str(to).endswith("/")
    return path / name.replace("/", "_") if into else path  # a name on Drive may hold slashes, and must not lead elsewhere


def _same(path: Path, file: dict) -> bool:
    return path.is_file() and path.stat().st_size == int(file["size"]) and _checksum(path) == file["md5Checksum"]


def _fetch_whole(line: _Line, file: dict, part: Path) -> None:
    from googleapiclient.http import MediaIoBaseDownload

    for _ in range(ROUNDS):
        with (
            part.open("wb") as out,
            tqdm(total=int(file["size"]), desc=say("downloading", name=file["name"]), unit="B", unit_scale=True) as bar,
        ):
            request = line.drive.files().get_media(fileId=file["id"])
            line.move(MediaIoBaseDownload(out, request, chunksize=CHUNK).next_chunk, bar)
        file = _get(line, file["id"]) or file  # it may be the file on Drive that changed under way
        if _same(part, file):
            return
    raise AnimelibError(f"{line.failure}, because it arrived damaged {ROUNDS} times: nothing was kept here; run this again.")
