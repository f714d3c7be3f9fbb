"""Google Drive on this machine: a server that speaks as much of its HTTP as files need, and fails on demand."""

import errno
import hashlib
import json
import os
import re
import socket
import struct
import threading
import time
import types
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import httplib2
import pytest
from googleapiclient.discovery import build
from oauth2client.client import HttpAccessTokenRefreshError, OAuth2Credentials

from animelib import drive, transfer, words
from animelib.errors import AnimelibError

PIECE = 256 << 10  # what Drive counts in
SHORT = 0.2  # seconds: the patience of those tests that wait for its end
FOLDER = "application/vnd.google-apps.folder"
TERM = re.compile(
    r"(?P<field>name|mimeType) (?P<sign>=|!=) '(?P<text>(?:\\.|[^\\'])*)'|'(?P<parent>[^'\\]*)' in parents|trashed = false"
)


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


# ---- Google's side


@dataclass
class Fault:
    """What goes wrong with the next requests whose "METHOD path?query" matches."""

    where: str
    how: str  # refuse, cut (before a word), half (of a body, either way), lose (done, then no answer), slow, garbage, flip
    status: int = 0
    reason: str = ""
    times: int = 1
    headers: dict = field(default_factory=dict)
    skip: int = 0


class Google:
    """Its files and upload sessions, the faults still to come, and a log of what was asked."""

    def __init__(self):
        self.files, self.sessions, self.faults, self.log = {}, {}, [], []
        self.token, self.page, self.lock = "good", 100, threading.RLock()

    def put(self, name, content=b"", parent="root", **more):
        made = {"id": f"{len(self.files):033d}", "name": name, "parents": [parent], **more}
        if more.get("mimeType") is None:
            made |= {"content": content, "md5Checksum": md5(content), "size": str(len(content)), "mimeType": "x/y"}
        self.files[made["id"]] = made
        return made

    def fail(self, where, how="refuse", status=0, reason="", **more):
        self.faults.append(Fault(where, how, status, reason, **more))

    def next_fault(self, line):
        for fault in self.faults:
            if fault.times and re.search(fault.where, line):
                if fault.skip:
                    fault.skip -= 1
                    return None
                fault.times -= 1
                return fault
        return None

    def search(self, query):
        terms = list(TERM.finditer(query))
        assert " and ".join(term[0] for term in terms) == query, f"Drive cannot read {query}"
        return [file for file in self.files.values() if all(self.fits(file, term) for term in terms)]

    def fits(self, file, term):
        if term["parent"]:
            return term["parent"] in file["parents"]
        if not term["field"]:
            return not file.get("trashed")
        text = re.sub(r"\\(.)", r"\1", term["text"])
        return (file[term["field"]].casefold() == text.casefold()) == (term["sign"] == "=")

    def tree(self):
        return sorted(self.path(file) for file in self.files.values())

    def path(self, file):
        parent = self.files.get(file["parents"][0])
        return f"{self.path(parent)}/{file['name']}" if parent else file["name"]

    def content(self, path):
        (file,) = (file for file in self.files.values() if self.path(file) == path)
        return file["content"]

    def asked(self, pattern):
        return [line for line in self.log if re.search(pattern, line)]


def public(file):
    return {key: value for key, value in file.items() if key != "content"}


class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for an acknowledgement

    def log_message(self, *_):
        pass

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except OSError:  # the other side has gone, as it should after a fault
            self.close_connection = True

    def hang_up(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # RST, as a broken line does
        self.connection.close()
        raise ConnectionAbortedError

    def answer(self, status, body=b"", headers=None):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        if self.fault and self.fault.how == "flip" and content:
            content = content[:-1] + bytes([content[-1] ^ 1])
        if self.fault and self.fault.how == "lose":
            self.hang_up()
        if self.fault and self.fault.how == "garbage":
            status, content, headers = 200, b"<html>Welcome to Cafe WiFi</html>", {}
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.fault and self.fault.how == "half" and self.command == "GET":
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            self.hang_up()
        self.wfile.write(content)

    def refuse(self, status, reason="", headers=None):
        detail = {"domain": "global", "reason": reason, "message": f"about {reason}"}
        self.answer(status, {"error": {"errors": [detail], "code": status, "message": f"about {reason}"}}, headers)

    def read(self):
        length = int(self.headers.get("Content-Length", 0))
        if self.fault and self.fault.how == "half" and self.command == "PUT":
            length //= 2
        return self.rfile.read(length)

    def serve(self):
        google, url = self.server.google, urlsplit(self.path)
        line = f"{self.command} {unquote(self.path)} {self.headers.get('Content-Range', '')} {self.headers.get('Range', '')}"
        with google.lock:
            google.log.append(line.strip())
            self.fault = google.next_fault(line)
        if self.fault and self.fault.how == "cut":
            self.hang_up()
        body = self.read()
        if self.fault and self.fault.how == "slow":
            time.sleep(SHORT * 1.5)
        if self.fault and self.fault.how == "refuse":
            return self.refuse(self.fault.status, self.fault.reason, self.fault.headers)
        if self.headers.get("Authorization") != f"Bearer {google.token}":
            return self.refuse(401, "authError")
        with google.lock:
            query = {key: values[0] for key, values in parse_qs(url.query).items()}
            return self.route(google, url.path, query, body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = serve  # noqa: N815 (names that http.server wants)

    def route(self, google, path, query, body):
        if "upload_id" in query:
            return self.receive(google, query["upload_id"], body)
        if path.endswith("/generateIds"):
            return self.answer(200, {"ids": [f"new{len(google.log):030d}"]})
        file_id = path.removeprefix("/upload").removeprefix("/drive/v3/files").strip("/")
        if file_id and file_id not in google.files:
            return self.refuse(404, "notFound")
        if self.command in ("POST", "PATCH"):
            return self.write(google, file_id, query, json.loads(body or b"{}"))
        if self.command == "DELETE":
            del google.files[file_id]
            return self.answer(204)
        if not file_id:
            return self.list(google, query)
        return (
            self.send(google.files[file_id]) if query.get("alt") == "media" else self.answer(200, public(google.files[file_id]))
        )

    def list(self, google, query):
        assert query["orderBy"] == "createdTime"
        assert {"nextPageToken", "files(id"} <= set(re.split(r",(?![^(]*\))|(?<=\(id)", query["fields"]))
        found, start = google.search(query["q"]), int(query.get("pageToken", 0))
        page = {"files": [public(file) for file in found[start : start + google.page]]}
        more = {"nextPageToken": str(start + google.page)} if len(found) > start + google.page else {}
        self.answer(200, page | more)

    def write(self, google, file_id, query, meta):
        if meta.get("id") in google.files:
            return self.refuse(409, "fileIdInUse")
        if query.get("uploadType") != "resumable":
            made = google.put(meta["name"], parent=meta["parents"][0], mimeType=meta["mimeType"])
            google.files[meta["id"]] = google.files.pop(made["id"]) | {"id": meta["id"]}
            return self.answer(200, {"id": meta["id"]})
        session = f"session{len(google.sessions)}"
        size = int(self.headers["X-Upload-Content-Length"])
        google.sessions[session] = {"id": file_id or meta["id"], "meta": meta, "size": size, "data": b"", "done": False}
        return self.answer(200, headers={"Location": f"https://www.googleapis.com/upload/drive/v3/files?upload_id={session}"})

    def receive(self, google, name, body):
        session = google.sessions.get(name)
        if not session:
            return self.refuse(404, "notFound")
        if session["done"]:
            return self.answer(200, {"id": session["id"]})
        first, size = re.fullmatch(
            r"bytes (\d+-\d+|\*)/(\d+)", self.headers.get("Content-Range", f"bytes */{session['size']}")
        ).groups()
        assert int(size) == session["size"]
        if first != "*":
            start = int(first.split("-")[0])
            assert start <= len(session["data"]), "a gap"
            assert start % PIECE == 0
            session["data"] += body[len(session["data"]) - start :]
        if self.fault and self.fault.how == "half":
            session["data"] = session["data"][: len(session["data"]) // PIECE * PIECE]
            self.hang_up()
        if len(session["data"]) < session["size"] or (first == "*" and session["size"]):
            got = {"Range": f"bytes=0-{len(session['data']) - 1}"} if session["data"] else {}
            return self.answer(308, headers=got)
        return self.complete(google, session)

    def complete(self, google, session):
        data, session["done"] = session["data"], True
        if self.fault and self.fault.how == "flip":
            data = data[:-1] + b"?"
        old = google.files.get(session["id"]) or {"id": session["id"], "revisions": 0}
        new = {"content": data, "md5Checksum": md5(data), "size": str(len(data)), "mimeType": "x/y"}
        google.files[session["id"]] = {**old, **session["meta"], **new, "revisions": old["revisions"] + 1}
        self.fault = None if self.fault and self.fault.how == "flip" else self.fault
        self.answer(200, {"id": session["id"]})

    def send(self, file):
        first, last = map(int, re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"]).groups())
        content, total = file["content"], len(file["content"])
        if first >= total:
            return self.answer(416, headers={"Content-Range": f"bytes */{total}"})
        part = content[first : last + 1]
        return self.answer(206, part, {"Content-Range": f"bytes {first}-{first + len(part) - 1}/{total}"})


# ---- our side


class Loopback(httplib2.Http):
    """Sends what is meant for Google to the server here, the address of an upload session too."""

    def __init__(self, address):
        super().__init__(timeout=20)
        self.address, self.redirect_codes = address, self.redirect_codes - {308}

    def request(self, uri, *rest, **more):
        assert uri.startswith(("https://www.googleapis.com/", self.address)), uri
        return super().request(uri.replace("https://www.googleapis.com", self.address, 1), *rest, **more)


class Ticket(OAuth2Credentials):
    """Credentials as PyDrive2 has them; a refresh brings the token of ``fresh``, or fails."""

    def __init__(self, token, fresh):
        super().__init__(token, None, None, None, None, None, None)
        self.fresh, self.refreshes = fresh, 0

    def _refresh(self, http):
        self.refreshes += 1
        if not self.fresh:
            raise HttpAccessTokenRefreshError("invalid_grant: Token has been expired or revoked.")
        self.access_token = self.fresh


@pytest.fixture(scope="module")
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


class Here:
    """Us: signed in, with chunks of 512 KiB, and pauses that are noted and not slept."""

    def __init__(self, server, token="good", fresh="good"):
        self.ticket, self.pauses = Ticket(token, fresh), []
        self.http = self.ticket.authorize(Loopback(f"http://127.0.0.1:{server.server_port}"))
        self.drive = build("drive", "v3", http=self.http, static_discovery=True, cache_discovery=False)

    def up(self, path, folder="runs"):
        return transfer.upload(path, folder, drive=self.drive, sleep=self.pauses.append)

    def down(self, name, to):
        return transfer.download(name, to, drive=self.drive, sleep=self.pauses.append)

    def refused_up(self, path, folder="runs"):
        return self._refused(self.up, path, folder)

    def refused_down(self, name, to):
        return self._refused(self.down, name, to)

    @staticmethod
    def _refused(action, *words):
        with pytest.raises(AnimelibError) as error:
            action(*words)
        said = str(error.value)
        assert "\n" not in said
        assert said.endswith(".")
        assert len(said) < 420
        return said


@pytest.fixture
def google(server):
    server.google = Google()
    return server.google


@pytest.fixture
def here(server, google, monkeypatch):
    monkeypatch.setattr(transfer, "CHUNK", 2 * PIECE)
    return Here(server)


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "work/model.keras"
    path.parent.mkdir()
    path.write_bytes(os.urandom(5_000_000))
    return path


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.keras"
    path.write_bytes(b"one")
    return path


@pytest.fixture
def shelf(tmp_path):
    folder = tmp_path / "shelf"
    folder.mkdir()
    return folder


# ---- up, all well


def test_a_file_arrives_whole_in_chunks_in_folders_that_were_made(here, google, model, capsys):
    file_id = here.up(model, "animelib/runs")
    assert google.tree() == ["animelib", "animelib/runs", "animelib/runs/model.keras"]
    assert google.content("animelib/runs/model.keras") == model.read_bytes()
    assert len(google.asked(r"^PUT .*bytes \d")) == 10
    assert not here.pauses
    assert capsys.readouterr().out == (
        f"model.keras is in animelib/runs on Google Drive: https://drive.google.com/file/d/{file_id}/view\n"
    )


def test_the_same_content_is_not_sent_twice_and_folders_are_found_again(here, google, model, small, capsys):
    file_id = here.up(model)
    sent = len(google.asked("uploadType"))
    assert here.up(str(model), "/content/drive/MyDrive/runs/") == file_id
    assert "already" in capsys.readouterr().out
    assert len(google.asked("uploadType")) == sent
    here.up(small, "runs")
    assert google.tree() == ["runs", "runs/model.keras", "runs/small.keras"]


def test_a_changed_file_becomes_the_next_version_of_ours(here, google, small):
    file_id = here.up(small)
    small.write_bytes(b"two")
    assert here.up(small) == file_id
    assert google.files[file_id]["revisions"] == 2
    assert google.files[file_id]["content"] == b"two"
    assert google.tree() == ["runs", "runs/small.keras"]


def test_a_strangers_file_is_left_alone_and_ours_is_numbered_once(here, google, small):
    parent = google.put("runs", mimeType=FOLDER)["id"]
    google.put("small.keras", b"not ours", parent)
    google.put("small-2.keras", parent=parent, mimeType=FOLDER)
    file_id = here.up(small)
    small.write_bytes(b"two")
    assert here.up(small) == file_id
    assert google.tree() == ["runs", "runs/small-2.keras", "runs/small-3.keras", "runs/small.keras"]
    assert google.content("runs/small.keras") == b"not ours"
    assert google.content("runs/small-3.keras") == b"two"


def test_a_strangers_file_of_the_same_content_will_do(here, google, small):
    there = google.put("small.keras", b"one", google.put("runs", mimeType=FOLDER)["id"])
    assert here.up(small) == there["id"]
    assert not google.asked("^(POST|PATCH|PUT)")


def test_what_is_in_the_bin_is_not_there(here, google, small, shelf):
    google.put("runs", mimeType=FOLDER, trashed=True)
    google.put("small.keras", b"one", google.put("runs", mimeType=FOLDER)["id"], trashed=True)
    assert "it is not there" in here.refused_down("small.keras", shelf)
    here.up(small)
    assert google.tree() == ["runs", "runs", "runs/small.keras", "runs/small.keras"]


def test_of_two_that_would_do_the_one_with_this_content_is_left_as_it_is(here, google, small):
    runs = google.put("runs", mimeType=FOLDER)["id"]
    google.put("small.keras", b"two", runs, appProperties=transfer.MARK)
    same = google.put("small.keras", b"one", runs)
    assert here.up(small) == same["id"]
    assert not google.asked("^(POST|PATCH|PUT)")


def test_only_exactly_this_name_in_exactly_this_folder_counts(here, google, small):
    runs = google.put("runs", mimeType=FOLDER)["id"]
    google.put("runs", b"a file", "root")
    google.put("Small.keras", b"one", runs)
    google.put("small.keras", b"one", google.put("other", mimeType=FOLDER)["id"])
    here.up(small)
    assert google.content("runs/small.keras") == b"one"
    assert len(google.tree()) == 6


@pytest.mark.parametrize("name", ["レム と ミズキ.keras", "it's \\'mine\\.keras", 'say "hi" and trashed = true', "が.keras"])
def test_names_of_any_kind_find_themselves_again(here, google, tmp_path, shelf, name):
    (tmp_path / name).write_bytes(b"content")
    folder = f"キルミー/{name}'s"
    assert here.up(tmp_path / name, folder) == here.up(tmp_path / name, folder)
    assert len(google.files) == 3
    assert here.down(f"{folder}/{name}", shelf).read_bytes() == b"content"
    assert os.listdir(shelf) == [name.replace("が", "が")]


def test_an_empty_file_goes_up_and_comes_down(here, google, tmp_path, shelf):
    (tmp_path / "empty").touch()
    file_id = here.up(tmp_path / "empty")
    assert google.content("runs/empty") == b""
    assert here.up(tmp_path / "empty") == file_id
    assert here.down(file_id, shelf / "none").read_bytes() == b""


def test_long_lists_are_read_to_their_end(here, google, small):
    runs = google.put("runs", mimeType=FOLDER)["id"]
    for number in range(5):
        google.put("small.keras", b"%d" % number, runs)
    there = google.put("small.keras", b"one", runs)
    google.page = 2
    assert here.up(small) == there["id"]


def test_what_cannot_be_uploaded_is_said_before_anyone_signs_in(tmp_path, monkeypatch):
    monkeypatch.setattr(transfer, "sign_in", lambda: pytest.fail("signed in"))
    for path in (tmp_path, tmp_path / "nothing"):
        assert "cannot be uploaded" in Here._refused(transfer.upload, path)


def test_without_a_drive_it_signs_in(here, google, small, monkeypatch, shelf):
    monkeypatch.setattr(transfer, "sign_in", lambda: here.drive)
    file_id = transfer.upload(small)
    assert transfer.download(file_id, shelf).name == "small.keras"
    assert "animelib/runs/small.keras" in google.tree()


def test_it_speaks_japanese_too(here, google, small, shelf, capsys):
    words.use_language("ja")
    try:
        here.down(here.up(small), shelf)
    finally:
        words.use_language("en")
    assert "Googleドライブのrunsに保存しました" in capsys.readouterr().out


# ---- up, and things go wrong


PASSING = {
    "busy": {"status": 503, "times": 3},
    "too many requests": {"status": 429, "reason": "rateLimitExceeded"},
    "rate limit": {"status": 403, "reason": "userRateLimitExceeded", "times": 2},
    "cut": {"how": "cut", "times": 3},
    "half": {"how": "half"},
    "answer lost": {"how": "lose"},
    "slow": {"how": "slow"},
    "garbage": {"how": "garbage"},
}
STEPS = {
    "search": "^GET .*q=",
    "id": "^GET .*generateIds",
    "folder": r"^POST /drive/v3/files\?",
    "start": "^POST /upload",
    "chunk": r"^PUT .*bytes [1-9]\d*-",
    "end": r"^PUT .*-(1299999|4999999)/",
    "check": r"^GET /drive/v3/files/new\w+\?fields",
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_is_waited_out_and_the_file_arrives_whole_and_once(here, google, small, step, fault):
    here.http.timeout = SHORT if fault == "slow" else 20
    small.write_bytes(os.urandom(1_300_000))
    google.fail(STEPS[step], **PASSING[fault])
    file_id = here.up(small, "animelib/runs")
    assert not any(fault.times for fault in google.faults)
    assert google.tree() == ["animelib", "animelib/runs", "animelib/runs/small.keras"]
    assert google.files[file_id]["content"] == small.read_bytes()
    assert google.files[file_id]["revisions"] == 1


@pytest.mark.parametrize(
    ("status", "reason"),
    [(500, "backendError"), (502, ""), (504, ""), (408, ""), (403, "rateLimitExceeded"), (403, "RATE_LIMIT_EXCEEDED")],
)
def test_other_answers_that_pass(here, google, small, status, reason):
    google.fail("^PUT", status=status, reason=reason)
    here.up(small)
    assert google.content("runs/small.keras") == b"one"
    assert len(here.pauses) == 1


def test_pauses_grow_by_chance_and_end(here, google, small):
    google.fail("q=", status=503, times=99)
    said = here.refused_up(small, "animelib/runs")
    assert said.startswith("small.keras could not be uploaded to animelib/runs on Google Drive, because Drive did not manage it")
    assert "in 7 tries (503" in said
    assert len(google.log) == 7
    assert all(0.5 * pause <= slept <= 1.5 * pause for pause, slept in zip(transfer.PAUSES, here.pauses, strict=True))
    first = list(here.pauses)
    here.refused_up(small)
    assert here.pauses[6:] != first


def test_drive_says_how_long_to_wait(here, google, small):
    for asked in ("77", "9999", "Wed, 21 Oct 2026 07:28:00 GMT"):
        google.fail("q=", status=429, headers={"Retry-After": asked})
    here.up(small)
    assert here.pauses[:2] == [77, transfer.LONGEST]
    assert here.pauses[2] < 10


def test_an_upload_goes_on_where_it_broke(here, google, model):
    google.fail(r"^PUT .*bytes 1048576-", "half")
    here.up(model)
    sent = [line.split("bytes ")[1] for line in google.asked("^PUT")]
    assert sent[2:5] == ["1048576-1572863/5000000", "*/5000000", "1310720-1835007/5000000"]
    assert google.content("runs/model.keras") == model.read_bytes()


def test_patience_lasts_as_long_as_it_goes_forward(here, google, model):
    google.fail(r"^PUT .*bytes \d", status=503, times=4)
    for number in range(3):
        google.fail(rf"^PUT .*bytes {number * 1048576 + 524288}-", "half" if number == 2 else "lose", times=3)
    here.up(model)
    assert google.content("runs/model.keras") == model.read_bytes()
    assert len(here.pauses) > len(transfer.PAUSES)


def test_patience_begins_anew_with_each_question_that_was_answered(here, google, small):
    for step in ("search", "id", "folder", "check"):
        google.fail(STEPS[step], status=503, times=4)
    here.up(small)
    assert len(here.pauses) == 16


def test_a_chunk_that_never_gets_through_is_given_up_and_leaves_nothing(here, google, model):
    google.fail(r"^PUT .*bytes 1048576-", "half", times=99)
    google.fail(r"^PUT .*bytes 1310720-", status=500, times=99)
    assert "did not manage it in" in here.refused_up(model)
    assert google.tree() == ["runs"]


def forget(monkeypatch, most, left, times):
    """Make the server forget what it has beyond ``left`` pieces whenever it comes to have more than ``most``."""
    real = Answers.receive

    def receive(answers, google, name, body):
        data = google.sessions[name]["data"]
        if len(data) > most * PIECE and times:
            times.pop()
            google.sessions[name]["data"], body = data[: left * PIECE], b""
            answers.headers.replace_header("Content-Range", "bytes */5000000")
        return real(answers, google, name, body)

    monkeypatch.setattr(Answers, "receive", receive)


def test_a_server_that_forgets_a_part_gets_it_again(here, google, model, monkeypatch):
    forget(monkeypatch, 16, 2, [None])
    here.up(model)
    assert google.content("runs/model.keras") == model.read_bytes()
    assert len(here.pauses) == 1


@pytest.mark.parametrize(("most", "left"), [(3, 4), (7, 2)])
def test_a_server_that_takes_nothing_in_is_not_fed_for_ever(here, google, model, monkeypatch, most, left):
    forget(monkeypatch, most, left, [None] * 99)
    assert "nothing moved" in here.refused_up(model)
    assert google.tree() == ["runs"]
    assert len(google.log) < 60


def test_an_expired_session_begins_anew_once(here, google, model):
    google.fail(r"^PUT .*bytes 1048576-", status=404, reason="notFound")
    here.up(model)
    assert google.content("runs/model.keras") == model.read_bytes()
    assert len(google.sessions) == 2
    assert not here.pauses
    model.write_bytes(b"other" * 300_000)
    google.fail(r"^PUT .*bytes 1048576-", status=410, times=2)
    assert "look on drive.google.com" in here.refused_up(model)
    assert google.content("runs/model.keras") != model.read_bytes()
    assert len(google.sessions) == 4


def test_a_session_that_expired_after_all_had_arrived_makes_no_double(here, google, model):
    google.fail(STEPS["end"], "lose", times=2)
    google.fail(r"^PUT .*\*/", status=404)
    file_id = here.up(model)
    assert google.tree() == ["runs", "runs/model.keras"]
    assert google.files[file_id]["revisions"] == 1


def test_a_sign_in_that_ran_out_is_renewed_in_the_middle(server, here, google, model):
    us = Here(server, "good", "better")
    google.fail(r"^PUT .*bytes 1048576-", status=401, reason="authError")
    google.token = "good"
    real = us.ticket._refresh

    def refresh(http):
        real(http)
        google.token = "better"

    us.ticket._refresh = refresh
    us.up(model)
    assert us.ticket.refreshes == 1
    assert not us.pauses
    assert google.content("runs/model.keras") == model.read_bytes()


@pytest.mark.parametrize("fresh", ["also bad", None])
def test_a_sign_in_that_cannot_be_renewed_is_one_sentence(server, here, google, small, shelf, fresh):
    us = Here(server, "bad", fresh)
    for said in (us.refused_up(small), us.refused_down("small.keras", shelf)):
        assert "sign in again" in said
    assert len(google.log) <= 6
    assert not us.pauses


LASTING = [
    ("start", 403, "storageQuotaExceeded", "your Google Drive is full"),
    ("chunk", 403, "storageQuotaExceeded", "your Google Drive is full"),
    ("folder", 403, "insufficientFilePermissions", "may open and change it"),
    ("search", 403, "accessNotConfigured", "about accessNotConfigured"),
    ("search", 400, "invalid", "Drive refused it (400 about invalid)"),
    ("start", 404, "notFound", "it is not there"),
]


@pytest.mark.parametrize(("step", "status", "reason", "expected"), LASTING)
def test_what_does_not_pass_is_one_sentence_at_once(here, google, model, step, status, reason, expected):
    google.fail(STEPS[step], status=status, reason=reason, times=99)
    assert expected in here.refused_up(model, "animelib/runs")
    assert not here.pauses
    assert len(google.asked(STEPS[step])) == 1
    assert "animelib/runs/model.keras" not in google.tree()


@pytest.mark.parametrize(("how", "expected"), [("garbage", "made no sense"), ("slow", "stood still"), ("cut", "stood still")])
def test_what_never_ends_is_one_sentence_too(here, google, small, how, expected, monkeypatch):
    monkeypatch.setattr(transfer, "PAUSES", (1, 2))
    here.http.timeout = SHORT
    google.fail("q=", how, times=99)
    assert f"{expected} in 3 tries" in here.refused_up(small)
    assert len(here.pauses) == 2


def test_what_arrives_damaged_is_sent_again_and_then_taken_away(here, google, model):
    google.fail(STEPS["end"], "flip")
    file_id = here.up(model)
    assert google.files[file_id]["content"] == model.read_bytes()
    good = model.read_bytes()
    model.write_bytes(b"new" * 100_000)
    google.fail("^PUT", "flip", times=2)
    assert "version history" in here.refused_up(model)
    model.rename(model.with_name("other.keras"))
    google.fail("^PUT", "flip", times=2)
    assert "nothing was left on Drive" in here.refused_up(model.with_name("other.keras"))
    assert google.tree() == ["runs", "runs/model.keras"]
    assert good != model.with_name("other.keras").read_bytes()


def test_a_file_that_changes_under_way_arrives_as_it_is_in_the_end(here, google, model, monkeypatch):
    real, changed = Answers.receive, []

    def receive(*args):
        if not changed:
            changed.append(model.write_bytes(b"later" * 1_000_000))
        return real(*args)

    monkeypatch.setattr(Answers, "receive", receive)
    here.up(model)
    assert google.content("runs/model.keras") == b"later" * 1_000_000


def test_a_mistake_in_the_program_is_not_dressed_up(here, google, small, monkeypatch):
    monkeypatch.setattr(transfer, "_answer", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        here.up(small)


def test_the_bar_shows_each_byte_once(here, google, model, shelf, monkeypatch):
    bars, real = [], transfer.tqdm

    def tqdm(**settings):
        bars.append(real(**settings))
        return bars[-1]

    monkeypatch.setattr(transfer, "tqdm", tqdm)
    google.fail(r"^PUT .*bytes 1048576-", "half")
    google.fail(r"alt=media.*bytes=524288-", "half")
    here.down(here.up(model), shelf)
    assert [(bar.n, bar.total) for bar in bars] == [(5_000_000, 5_000_000)] * 2
    assert [bar.desc for bar in bars] == ["model.keras to Drive", "model.keras from Drive"]


# ---- down


@pytest.fixture
def kept(google):
    """A file on Drive, and its path there."""
    parent = google.put("runs", mimeType=FOLDER)["id"]
    return google.put("model.keras", os.urandom(1_300_000), parent)


def test_a_file_is_found_by_name_path_id_and_link(here, google, kept, shelf):
    links = (f"https://drive.google.com/file/d/{kept['id']}/view?usp=sharing", f"https://drive.google.com/open?id={kept['id']}")
    for wanted in ("model.keras", "runs/model.keras", "/content/drive/MyDrive/runs/model.keras", kept["id"], *links):
        assert here.down(wanted, shelf) == shelf / "model.keras"
    assert (shelf / "model.keras").read_bytes() == kept["content"]
    assert len(google.asked("alt=media")) == 3
    assert os.listdir(shelf) == ["model.keras"]


def test_a_name_that_looks_like_an_id_is_still_a_name(here, google, shelf):
    google.put("recognizer_of_rem_and_mizuki", b"one")
    assert here.down("recognizer_of_rem_and_mizuki", shelf).read_bytes() == b"one"


def test_to_is_a_folder_or_a_name(here, kept, shelf):
    assert here.down("model.keras", shelf / "new/") == shelf / "new"
    assert here.down("model.keras", f"{shelf}/folder/") == shelf / "folder/model.keras"
    assert here.down("model.keras", str(shelf / "deep/down/mine.keras")) == shelf / "deep/down/mine.keras"


def test_nothing_here_is_overwritten(here, google, kept, shelf, capsys):
    (shelf / "model.keras").write_bytes(b"mine")
    (shelf / "model-2.keras").mkdir()
    assert here.down("model.keras", shelf) == shelf / "model-3.keras"
    assert here.down("model.keras", shelf) == shelf / "model-3.keras"
    assert (shelf / "model.keras").read_bytes() == b"mine"
    assert len(google.asked("alt=media")) == 3
    assert capsys.readouterr().out.count("already") == 1


def test_a_name_on_drive_cannot_lead_out_of_the_folder(here, google, shelf):
    there = google.put("../../etc/evil", b"one")
    assert here.down(there["id"], shelf) == shelf / ".._.._etc_evil"
    google.put("..", b"two")
    assert here.down("..", shelf).parent == shelf


def test_several_files_of_one_name_are_one_sentence_unless_they_are_the_same(here, google, kept, shelf):
    google.put("model.keras", kept["content"])
    assert here.down("model.keras", shelf).read_bytes() == kept["content"]
    google.put("model.keras", b"other")
    assert "files with different content" in here.refused_down("model.keras", shelf)
    assert here.down("runs/model.keras", shelf) == shelf / "model.keras"


@pytest.mark.parametrize(
    "wanted", ["nothing.keras", "nowhere/model.keras", "runs/nothing", "x" * 33, "", "drive.google.com/d/" + "x" * 33]
)
def test_what_is_not_on_drive_is_one_sentence(here, kept, shelf, wanted):
    assert "it is not there" in here.refused_down(wanted, shelf)
    assert os.listdir(shelf) == []


def test_a_folder_or_a_google_document_is_one_sentence(here, google, kept, shelf):
    google.put("notes", mimeType="application/vnd.google-apps.document")
    for wanted in ("runs", "notes"):
        assert "not a file" in here.refused_down(wanted, shelf)


DOWN = {"search": "^GET .*q=", "body": "^GET .*alt=media.*bytes=524288-", "first": "^GET .*alt=media.*bytes=0-"}


@pytest.mark.parametrize("step", DOWN)
@pytest.mark.parametrize("fault", PASSING)
def test_a_download_waits_out_what_passes(here, google, kept, shelf, step, fault):
    here.http.timeout = SHORT if fault == "slow" else 20
    google.fail(DOWN[step], **PASSING[fault])
    assert here.down("model.keras", shelf).read_bytes() == kept["content"]
    assert not any(fault.times for fault in google.faults)
    assert os.listdir(shelf) == ["model.keras"]


def test_a_download_goes_on_where_it_broke(here, google, kept, shelf):
    google.fail(DOWN["body"], "half")
    here.down("model.keras", shelf)
    assert [line.split("bytes=")[1] for line in google.asked("alt=media")] == [
        "0-524287",
        "524288-1048575",
        "524288-1048575",
        "1048576-1572863",
    ]


@pytest.mark.parametrize(
    ("how", "status", "expected"),
    [
        ("half", 0, "stood still"),
        ("refuse", 503, "did not manage"),
        ("refuse", 416, "refused"),
        ("refuse", 404, "not there"),
        ("refuse", 403, "refused"),
    ],
)
def test_a_download_that_fails_leaves_nothing(here, google, kept, shelf, how, status, expected):
    (shelf / "model.keras").write_bytes(b"mine")
    google.fail(DOWN["body"], how, status=status, times=99, headers={"Content-Range": "bytes */1300000"})
    assert expected in here.refused_down("model.keras", shelf)
    assert os.listdir(shelf) == ["model.keras"]
    assert (shelf / "model.keras").read_bytes() == b"mine"


def test_nothing_shows_under_its_name_before_it_is_whole(here, google, kept, shelf):
    seen = []
    here.pauses = types.SimpleNamespace(append=lambda _: seen.extend(os.listdir(shelf)))
    google.fail(DOWN["body"], status=503, times=2)
    here.down("model.keras", shelf)
    assert len(seen) == 2
    assert all(name.startswith(".") for name in seen)


def test_ctrl_c_in_a_pause_leaves_nothing(here, google, kept, shelf):
    def stop(_):
        raise KeyboardInterrupt

    google.fail(DOWN["body"], status=503)
    with pytest.raises(KeyboardInterrupt):
        transfer.download("model.keras", shelf, drive=here.drive, sleep=stop)
    assert os.listdir(shelf) == []


def test_a_damaged_download_is_fetched_again_and_then_given_up(here, google, kept, shelf):
    google.fail(DOWN["body"], "flip")
    assert here.down("model.keras", shelf).read_bytes() == kept["content"]
    google.fail(DOWN["body"], "flip", times=2)
    assert "arrived damaged 2 times" in here.refused_down("model.keras", shelf / "again/x.keras")
    assert os.listdir(shelf / "again") == []


def test_a_file_that_changes_on_drive_under_way_comes_as_it_is_in_the_end(here, google, kept, shelf):
    def change(_):
        new = b"later" * 300_000
        kept.update(content=new, md5Checksum=md5(new), size=str(len(new)))

    here.pauses = types.SimpleNamespace(append=change)
    google.fail(DOWN["body"], status=503)
    assert here.down("model.keras", shelf).read_bytes() == b"later" * 300_000


def test_a_full_disk_is_one_sentence_and_not_asked_again(here, google, kept, shelf, monkeypatch):
    from googleapiclient.http import MediaIoBaseDownload

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(MediaIoBaseDownload, "next_chunk", full)
    assert "no space left" in here.refused_down("model.keras", shelf)
    assert not here.pauses
    assert os.listdir(shelf) == []


def test_drive_reads_our_escapes_as_we_mean_them(google):
    """The server here is as strict as Drive: a quote that is not escaped makes no search."""
    google.put("it's")
    assert google.search("name = 'it\\'s' and trashed = false")
    with pytest.raises(AssertionError):
        google.search("name = 'it's' and trashed = false")


def test_the_door_offers_the_sign_in():
    assert drive.sign_in is transfer.sign_in
