import errno
import json
import os
import shutil
import sys
import types
from pathlib import Path

import pytest

from animelib import drive
from animelib.errors import AnimelibError


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("ANIMELIB_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("ANIMELIB_DRIVE", raising=False)
    for name in ("google.colab", "google.colab.drive"):
        monkeypatch.delitem(sys.modules, name, raising=False)


class Colab:
    """google.colab as far as Drive goes: mount() makes MyDrive in a folder that counts as a mount from then on."""

    def __init__(self, monkeypatch):
        self.calls, self.mounted, self.error = [], set(), None
        google, colab, drive = (types.ModuleType(name) for name in ("google", "google.colab", "google.colab.drive"))
        google.colab, colab.drive, drive.mount = colab, drive, self.mount
        for module in (google, colab, drive):
            monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(Path, "is_mount", lambda path: str(path) in self.mounted)

    def mount(self, folder):
        self.calls.append(folder)
        if self.error:
            raise self.error
        Path(folder, "MyDrive").mkdir(parents=True, exist_ok=True)
        self.mounted.add(folder)


@pytest.fixture
def colab(monkeypatch):
    return Colab(monkeypatch)


@pytest.fixture
def point(tmp_path):
    return tmp_path / "drive"


def sentence(error: pytest.ExceptionInfo) -> str:
    assert "\n" not in str(error.value)
    assert str(error.value).endswith(".")
    return str(error.value)


def refused_mount(point: Path) -> str:
    with pytest.raises(AnimelibError) as error:
        drive.mount(point)
    return sentence(error)


def refused_keep(path: Path, folder: Path) -> str:
    with pytest.raises(AnimelibError) as error:
        drive.keep(path, folder)
    return sentence(error)


# ---- where we are


def test_colab_is_known_by_its_module(monkeypatch):
    assert not drive.on_colab()
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    assert drive.on_colab()


def test_home_is_the_variable_or_a_folder_that_fits_the_machine(tmp_path, monkeypatch, request):
    assert drive.home() == tmp_path / "home"
    monkeypatch.delenv("ANIMELIB_HOME")
    assert drive.home() == Path.home() / "animelib"
    request.getfixturevalue("colab")
    assert drive.home() == Path("/content/animelib")


# ---- mount


def test_off_colab_drive_is_a_local_folder(tmp_path, monkeypatch):
    assert drive.mount() == tmp_path / "home/drive"
    assert drive.mount().is_dir()
    monkeypatch.setenv("ANIMELIB_DRIVE", str(tmp_path / "My Drive"))
    assert "ANIMELIB_DRIVE" in refused_mount(tmp_path)
    assert not (tmp_path / "My Drive").exists()
    (tmp_path / "My Drive").mkdir()
    assert drive.mount() == tmp_path / "My Drive"


def test_a_mounted_drive_is_not_mounted_again(colab, point):
    assert drive.mount(point) == point / "MyDrive"
    assert drive.mount(str(point)) == point / "MyDrive"
    assert colab.calls == [str(point)]


def test_a_drive_that_has_gone_is_mounted_again(colab, point, monkeypatch):
    def gone(path):
        raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")

    monkeypatch.setattr(Path, "is_mount", gone)
    assert drive.mount(point) == point / "MyDrive"
    assert colab.calls == [str(point)]


def test_a_folder_that_only_looks_like_drive_is_not_taken_for_it(colab, point):
    (point / "MyDrive/runs").mkdir(parents=True)
    colab.error = ValueError("mount failed")
    said = refused_mount(point)
    assert "holds files" in said
    assert str(point) in said
    assert (point / "MyDrive/runs").is_dir()


class MessageError(Exception):
    pass


class TIMEOUT(Exception):  # noqa: N818 (pexpect's name)
    pass


FAILURES = [
    (MessageError("Error: credential propagation was unsuccessful"), "not granted"),
    (ValueError("mount failed: invalid oauth code"), "not granted"),
    (ValueError("mount failed: timeout during initial read of root folder; for more info: https://x"), "in time"),
    (TIMEOUT("<pexpect.popen_spawn.PopenSpawn object at 0x7f>\nsearcher: searcher_re:\n 0: x"), "in time"),
    (ValueError("Mountpoint must not already contain files"), "holds files"),
    (ValueError("The domain policy has disabled Drive File Stream: https://x"), "organisation"),
    (ValueError("Mountpoint must not contain a space."), "space"),
    (ValueError("mount failed"), "could not be mounted (valueerror: mount failed)"),
    (RuntimeError("many\nlines"), "could not be mounted (runtimeerror: many)"),
    (AssertionError(), "could not be mounted (assertionerror: )"),
]


@pytest.mark.parametrize(("error", "said"), FAILURES)
def test_each_failure_of_colab_is_one_sentence(colab, point, error, said):
    colab.error = error
    assert said in refused_mount(point)


def test_a_mount_that_leaves_no_mydrive_is_one_sentence(colab, point, monkeypatch):
    monkeypatch.setattr(Path, "mkdir", lambda *_, **__: None)
    assert "without" in refused_mount(point)


# ---- sign_in


class Credentials:
    """What oauth2client finds on Colab: no token until it is asked for one."""

    def __init__(self):
        self.token, self.https = None, []

    def get_access_token(self):
        self.token = "fresh"

    def authorize(self, http):
        assert self.token
        self.https.append(http)
        return http


@pytest.fixture
def colab_auth(monkeypatch):
    """Colab's sign-in without its window; ``calls`` notes what was asked for."""
    from oauth2client.client import GoogleCredentials

    colab, auth, calls, credentials = types.ModuleType("google.colab"), types.ModuleType("google.colab.auth"), [], Credentials()
    colab.auth, auth.authenticate_user = auth, lambda: calls.append("user")
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    monkeypatch.setitem(sys.modules, "google.colab.auth", auth)
    monkeypatch.setattr(GoogleCredentials, "get_application_default", lambda: calls.append("default") or credentials)
    return types.SimpleNamespace(module=auth, calls=calls, credentials=credentials)


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """The folder where Python runs, empty."""
    (tmp_path / "workplace").mkdir()
    monkeypatch.chdir(tmp_path / "workplace")
    return tmp_path / "workplace"


def refused_sign_in() -> str:
    with pytest.raises(AnimelibError) as error:
        drive.sign_in()
    return sentence(error)


def assert_fit_for_transfers(service) -> None:
    request = service.files().list()
    assert request.uri.startswith("https://www.googleapis.com/drive/v3/")
    assert 308 not in request.http.redirect_codes  # Drive's word for "go on", not a redirect
    assert request.http.timeout == drive.PATIENCE


def test_on_colab_the_reader_signs_in_and_a_token_is_fetched(colab_auth):
    service = drive.sign_in()
    assert_fit_for_transfers(service)
    assert colab_auth.calls == ["user", "default"]
    assert colab_auth.credentials.https == [service.files().list().http]


def test_elsewhere_a_service_account_signs_in(workplace):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(*form).decode()
    account = {"type": "service_account", "client_email": "a@b", "client_id": "1", "private_key_id": "1", "private_key": key}
    (workplace / "key.json").write_text(json.dumps(account))
    service_config = "service_config: {client_json_file_path: key.json, client_user_email: null}"
    (workplace / "settings.yaml").write_text(f"client_config_backend: service\n{service_config}\n")
    service = drive.sign_in()
    assert_fit_for_transfers(service)
    assert service.files().list().http.request.credentials.service_account_email == "a@b"


def test_elsewhere_a_sign_in_that_was_kept_is_used_again(workplace):
    from oauth2client.client import OAuth2Credentials

    kept = OAuth2Credentials("kept", "id", "secret", "refresh", None, "https://oauth2.googleapis.com/token", "agent")
    (workplace / "kept.json").write_text(kept.to_json())
    secrets = {"client_id": "1", "client_secret": "1", "auth_uri": "a", "token_uri": "t", "redirect_uris": ["http://localhost"]}
    (workplace / "client_secrets.json").write_text(json.dumps({"installed": secrets}))
    keeping = "save_credentials: True\nsave_credentials_backend: file\nsave_credentials_file: kept.json"
    (workplace / "settings.yaml").write_text(f"client_config_file: client_secrets.json\n{keeping}\n")
    service = drive.sign_in()
    assert_fit_for_transfers(service)
    assert service.files().list().http.request.credentials.access_token == "kept"


def test_elsewhere_client_secrets_alone_open_a_window(workplace, monkeypatch):
    from pydrive2.auth import GoogleAuth

    credentials = Credentials()
    credentials.get_access_token()
    monkeypatch.setattr(GoogleAuth, "LocalWebserverAuth", lambda auth: setattr(auth, "credentials", credentials))
    (workplace / "client_secrets.json").write_text("{}")
    assert_fit_for_transfers(drive.sign_in())


def test_a_sign_in_without_the_files_says_how_to_get_them(workplace):
    assert f"neither client_secrets.json nor settings.yaml in {workplace}" in refused_sign_in()


def refuse_user():
    raise MessageError("Error: credential propagation\nwas unsuccessful")


def test_a_sign_in_that_is_refused_is_one_sentence(colab_auth, workplace, monkeypatch):
    colab_auth.module.authenticate_user = refuse_user
    assert "credential propagation was unsuccessful" in refused_sign_in()
    monkeypatch.delitem(sys.modules, "google.colab")
    (workplace / "settings.yaml").write_text("client_config_backend: nonsense\n")
    assert "Signing in to Google Drive failed" in refused_sign_in()


# ---- keep


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "work/recognizer.keras"
    path.parent.mkdir()
    path.write_bytes(b"one")
    return path


@pytest.fixture
def kept(tmp_path):
    return tmp_path / "kept"


def run_folder(root: Path, accuracy: str = "0.9") -> Path:
    for name, text in {"history.csv": accuracy, "plots/loss.png": "picture", ".ipynb_checkpoints/a": "junk"}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_a_file_is_kept_and_stays_where_it_was(model, kept):
    assert drive.keep(model, kept / "runs") == kept / "runs/recognizer.keras"
    assert (kept / "runs/recognizer.keras").read_bytes() == b"one"
    assert model.read_bytes() == b"one"
    assert os.listdir(kept / "runs") == ["recognizer.keras"]


def test_the_same_content_is_kept_once_and_other_content_gets_a_number(model, kept):
    drive.keep(model, kept)
    assert drive.keep(str(model), str(kept)) == kept / "recognizer.keras"
    model.write_bytes(b"two")
    os.utime(model, ns=(10**18, 10**18))  # of the size and the time of the one there: only the content tells
    os.utime(kept / "recognizer.keras", ns=(10**18, 10**18))
    assert drive.keep(model, kept) == kept / "recognizer-2.keras"
    assert drive.keep(model, kept) == kept / "recognizer-2.keras"
    model.write_bytes(b"six")
    assert drive.keep(model, kept) == kept / "recognizer-3.keras"
    assert [(kept / name).read_bytes() for name in sorted(os.listdir(kept))] == [b"two", b"six", b"one"]


def test_a_folder_is_kept_whole_and_numbered_in_the_same_way(tmp_path, kept):
    run = run_folder(tmp_path / "work/run")
    assert drive.keep(run, kept) == kept / "run"
    assert (kept / "run/plots/loss.png").read_text() == "picture"
    assert not (kept / "run/.ipynb_checkpoints").exists()
    assert drive.keep(run, kept) == kept / "run"
    run_folder(run, "0.8")
    assert drive.keep(run, kept) == kept / "run-2"
    (run / "more.txt").write_text("more")
    assert drive.keep(run, kept) == kept / "run-3"
    assert (kept / "run/history.csv").read_text() == "0.9"
    assert sorted(os.listdir(kept)) == ["run", "run-2", "run-3"]


def test_nothing_shows_under_its_name_before_it_is_whole(tmp_path, kept, monkeypatch, model):
    run, real = run_folder(tmp_path / "run"), shutil.copyfile

    def copyfile(source, target, **_):
        assert all(name.startswith(".") for name in os.listdir(kept))
        return real(source, target)

    monkeypatch.setattr(shutil, "copyfile", copyfile)
    drive.keep(run, kept)
    shutil.rmtree(kept)
    drive.keep(model, kept)
    assert os.listdir(kept) == ["recognizer.keras"]


def test_a_file_and_a_folder_of_one_name_do_not_meet(tmp_path, kept):
    kept.mkdir()
    (kept / "run").write_text("a file")
    assert drive.keep(run_folder(tmp_path / "run"), kept) == kept / "run-2"
    (tmp_path / "empty").mkdir()
    assert drive.keep(tmp_path / "empty", kept).is_dir()


def test_what_lies_in_the_folder_already_is_returned_as_it_is(kept):
    inner = run_folder(kept / "run")
    for path in (kept, inner, inner / "history.csv"):
        assert drive.keep(path, kept) == path
    assert os.listdir(kept) == ["run"]


def test_a_folder_is_not_kept_in_itself(tmp_path):
    run = run_folder(tmp_path / "run")
    assert "lies inside it" in refused_keep(run, run / "kept")
    assert not (run / "kept").exists()


def test_nothing_to_keep_is_one_sentence(tmp_path, kept):
    assert "is not there" in refused_keep(tmp_path / "nothing", kept)
    assert not kept.exists()


@pytest.mark.parametrize(
    ("code", "said"),
    [(errno.ENOSPC, "no space left"), (errno.EDQUOT, "no space left"), (errno.ENOTCONN, "run mount()")],
)
def test_a_full_drive_or_one_that_went_away_is_one_sentence_and_leaves_no_half(tmp_path, kept, monkeypatch, code, said):
    run, real, copied = run_folder(tmp_path / "run"), shutil.copyfile, []

    def copyfile(source, target):
        copied.append(target)
        if len(copied) == 2:
            raise OSError(code, os.strerror(code))
        return real(source, target)

    monkeypatch.setattr(shutil, "copyfile", copyfile)
    assert said in refused_keep(run, kept)
    assert len(copied) == 2
    assert os.listdir(kept) == []


def test_on_colab_nothing_is_kept_in_a_drive_that_is_not_mounted(colab, point, model):
    for folder in (point / "MyDrive/runs", point / "Shareddrives/team"):
        assert "not mounted" in refused_keep(model, folder)
    assert not point.exists()
    (point / "MyDrive").mkdir(parents=True)  # a leftover on this machine's disk
    assert "not mounted" in refused_keep(model, point / "MyDrive/runs")
    (point / "MyDrive").rmdir()
    assert drive.keep(model, drive.mount(point) / "runs").read_bytes() == b"one"
