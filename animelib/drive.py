"""The one door to Google: Drive as a folder, and results that are kept there."""

import filecmp
import json
import os
import re
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from .errors import AnimelibError
from .staging import numbered, stage, walk, writing_to

__all__ = ["home", "keep", "mount", "notebook_text", "on_colab", "sign_in", "stage"]

ROOTS = {"MyDrive", "Shareddrives"}
PATIENCE = 60  # seconds without a byte from Google, then a request counts as failed
# What Colab says when a mount fails (a pattern) -> what was wrong, and what to do.
FAILURES = {
    "credential|oauth|authori[sz]ation": "Access to Google Drive was not granted: run this again and allow all that the window "
    "asks for, signed in with the account of this notebook.",
    "domain policy": "Your organisation has switched Google Drive off for Colab: use another account, or upload a zip file.",
    "timeout|timed out": "Google Drive did not answer in time: wait a minute and run this again; if it keeps happening, move "
    "the files that lie loose at the top of your Drive into folders.",
    "contain a space": "Google Drive cannot be mounted on a path with a space in it: leave the folder at /content/drive.",
}


def on_colab() -> bool:
    """Say whether this is a Colab runtime; everything that depends on it asks here."""
    return "google.colab" in sys.modules


def home() -> Path:
    """Return the folder for pictures, runs and caches: $ANIMELIB_HOME, else /content/animelib on Colab, else ~/animelib."""
    default = "/content/animelib" if on_colab() else "~/animelib"
    return Path(os.environ.get("ANIMELIB_HOME") or default).expanduser()


def mount(folder: str | Path = "/content/drive") -> Path:
    """Mount Google Drive on Colab and return its MyDrive folder; mounted already, it returns at once.

    Elsewhere it returns $ANIMELIB_DRIVE (say, the folder of Google's desktop app), else ``drive`` in ``home()``, made
    when it is not there. Raises AnimelibError when Drive cannot be mounted or $ANIMELIB_DRIVE is not there.

        runs = mount() / "animelib" / "runs"
    """
    if not on_colab():
        return _local_drive()
    point = Path(folder)
    if not _mounted(point):
        _ask_colab(point)
    return point / "MyDrive"


def notebook_text() -> str:
    """Return the text cells of the notebook that is running, or "" where the front end does not tell."""
    try:
        cells = _colab_cells() if on_colab() else _local_cells()
        return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    except Exception:  # Colab's way to ask is not documented; a notebook without an answer is no reason to fail
        return ""


def keep(path: str | Path, folder: str | Path) -> Path:
    """Copy a file or a folder of results into ``folder``, whole or not at all, and return where it lies now.

    Nothing is overwritten: a name that is taken by other content becomes ``recognizer-2.keras``; the same content is
    returned where it is, and so is a path that lies in ``folder`` already. Hidden and system entries of a folder stay
    behind. Raises AnimelibError: nothing at ``path``, ``folder`` inside ``path``, Drive not mounted, gone or full.

        keep("recognizer.keras", mount() / "animelib" / "runs" / "rem_vs_mizuki")
    """
    path, folder = Path(path).expanduser(), Path(folder).expanduser()
    with writing_to(folder):
        _check(path, folder)
        if path.resolve().is_relative_to(folder.resolve()):
            return path
        folder.mkdir(parents=True, exist_ok=True)
        names = numbered(folder / path.resolve().name)
        target = next(name for name in names if not name.exists() or _same(path, name))
        return target if target.exists() else _copy(path, target)


def sign_in() -> Any:
    """Return Google Drive's API, version 3, for files without a mount: signed in as you on Colab, elsewhere by PyDrive2.

    Elsewhere PyDrive2 needs ``client_secrets.json`` (you sign in in a browser) or ``settings.yaml`` (which can keep that
    sign-in, or name a service account: enough to download, but it has no space of its own to upload to) in the folder
    where Python runs; docs.iterative.ai/PyDrive2 tells how to get them. Raises AnimelibError when neither is there, or
    when the sign-in is refused.

        drive = sign_in()
    """
    from googleapiclient.discovery import build
    from pydrive2.auth import GoogleAuth

    try:
        auth = GoogleAuth(http_timeout=PATIENCE)
        (_sign_in_on_colab if on_colab() else _sign_in_here)(auth)
    except AnimelibError:
        raise
    except Exception as error:  # of google.colab, PyDrive2, oauth2client and the network: a dozen classes
        said = " ".join(f"{type(error).__name__}: {error}".split())[:160]
        raise AnimelibError(
            f"Signing in to Google Drive failed ({said}): run this again and allow all that the window asks for, with the "
            "account whose Drive you want."
        ) from error
    # PyDrive2's own service is Drive 2; the description of 3 comes with the package, so that this asks the network nothing.
    return build("drive", "v3", http=auth.Get_Http_Object(), static_discovery=True, cache_discovery=False)


def _sign_in_on_colab(auth: Any) -> None:
    from google.colab import auth as colab
    from oauth2client.client import GoogleCredentials

    colab.authenticate_user()
    auth.credentials = GoogleCredentials.get_application_default()
    auth.credentials.get_access_token()  # they come without one, and PyDrive2 takes that for not signed in


def _sign_in_here(auth: Any) -> None:
    if not any(Path(name).is_file() for name in ("settings.yaml", auth.settings.get("client_config_file", ""))):
        raise AnimelibError(
            f"Google Drive's API needs a sign-in, and there is neither client_secrets.json nor settings.yaml in {Path.cwd()}: "
            "docs.iterative.ai/PyDrive2/quickstart tells how to get one; on Colab none is needed."
        )
    service = auth.settings.get("client_config_backend") == "service"
    (auth.ServiceAuth if service else auth.LocalWebserverAuth)()


def _local_drive() -> Path:
    named = os.environ.get("ANIMELIB_DRIVE")
    drive = Path(named or home() / "drive").expanduser()
    if named and not drive.is_dir():
        raise AnimelibError(f"{drive}, which ANIMELIB_DRIVE names, is not there: make the folder, or correct the variable.")
    with writing_to(drive):
        drive.mkdir(parents=True, exist_ok=True)
    return drive


def _colab_cells() -> list[dict]:
    from google.colab import _message

    return _message.blocking_request("get_ipynb", request="", timeout_sec=5)["ipynb"]["cells"]


def _local_cells() -> list[dict]:
    named = os.environ.get("JPY_SESSION_NAME")  # set by Jupyter's server: the path of the notebook
    return json.loads(Path(named).read_text(encoding="utf-8"))["cells"] if named else []


def _mounted(point: Path) -> bool:
    # A folder of that name is not enough: code that ran before the mount may have made one, and what is written there
    # dies with the session. A mount whose Drive has gone raises OSError: it is to be mounted again.
    with suppress(OSError):
        return point.is_mount() and (point / "MyDrive").is_dir()
    return False


def _ask_colab(point: Path) -> None:
    from google.colab import drive

    try:
        drive.mount(str(point))
    except Exception as error:  # ValueError, MessageError and pexpect's TIMEOUT, which are not ours to import
        raise AnimelibError(_why(error, point)) from error
    if not (point / "MyDrive").is_dir():
        raise AnimelibError(f"Google Drive was mounted without {point / 'MyDrive'}: restart the session and run this again.")


def _why(error: Exception, point: Path) -> str:
    said = f"{type(error).__name__}: {error}".lower()
    if "already contain files" in said or _holds_files(point):
        return (
            f"{point} holds files, and Google Drive is mounted on an empty folder only: move them elsewhere "
            f"(!mv {point} {point}_files) and run this again; they are on this machine, not on Drive."
        )
    known = (sentence for pattern, sentence in FAILURES.items() if re.search(pattern, said))
    return next(known, f"Google Drive could not be mounted ({said.splitlines()[0]}): restart the session and try again.")


def _holds_files(point: Path) -> bool:
    with suppress(OSError):
        return not point.is_mount() and any(point.iterdir())
    return False


def _check(path: Path, folder: Path) -> None:
    if not path.exists():
        raise AnimelibError(f"{path} is not there, so it cannot be kept: run the cell that makes it first.")
    if folder.resolve() != path.resolve() and folder.resolve().is_relative_to(path.resolve()):
        raise AnimelibError(f"{path} cannot be kept in {folder}, which lies inside it: choose a folder elsewhere.")
    drive = next((root.parent for root in (folder, *folder.parents) if root.name in ROOTS), None)
    if on_colab() and drive and not _mounted(drive):
        raise AnimelibError(f"{folder} is on Google Drive, which is not mounted at {drive}: run mount(), then run this again.")


def _files(path: Path) -> dict[Path, Path]:
    """Relative path -> file; of a single file it is the empty path, so that ``target / relative`` is the target."""
    return {file.relative_to(path): file for file, _ in walk(path)} if path.is_dir() else {Path(): path}


def _same(path: Path, target: Path) -> bool:
    ours, theirs = _files(path), _files(target)
    return ours.keys() == theirs.keys() and all(filecmp.cmp(ours[name], theirs[name], shallow=False) for name in ours)


def _copy(path: Path, target: Path) -> Path:
    with tempfile.TemporaryDirectory(prefix=".", suffix=".part", dir=target.parent, ignore_cleanup_errors=True) as parts:
        part = Path(parts) / target.name
        if path.is_dir():
            part.mkdir()
        for name, file in _files(path).items():
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, part / name)
        part.rename(target)
    return target
