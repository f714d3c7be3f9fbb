"""CIFAR-10, 60,000 photographs of 32x32 pixels in ten classes (Krizhevsky 2009), brought to the local disk as two arrays.

This module fetches; `data.load_cifar10` makes an ImageData of what it fetched.
"""

import io
import os
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm.auto import tqdm

from .atomic import replacing
from .errors import AnimelibError, said_by
from .machine import load_keras
from .words import say

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
TRAIN, ALL = 50_000, 60_000
IMAGES, LABELS = "images.npy", "labels.npy"  # rows: first the pictures to train with, then those to test with


def fetch_cifar10(home: Path, archive: Path | None = None) -> tuple[Path, str]:
    """Put CIFAR-10 into a folder in ``home`` and return the folder and a few words on where the pictures came from.

    archive: a zip with ``cifar10/{train,test}/<class>/*.jpg``; by default $ANIMELIB_DATA/cifar10_jpeg.zip where that is
    there, else Keras downloads the original (170 MB, kept in ~/.keras and compared with its checksum). What is fetched
    once is used again.

    Raises AnimelibError when the archive is not CIFAR-10, or when there is neither an archive nor a network.

        folder, source = fetch_cifar10(home() / "pictures")
    """
    archive = archive or _archive()
    folder = home / ("cifar10-jpeg" if archive else "cifar10-original")
    if not _whole(folder):
        images, labels = _from_zip(archive) if archive else _from_keras()
        _write(folder / IMAGES, images)
        _write(folder / LABELS, labels)
    return folder, say("source_cifar10_jpeg" if archive else "source_cifar10")


def open_cifar10(folder: Path) -> tuple[np.ndarray, np.ndarray] | None:
    """Return images uint8 (60000, 32, 32, 3), mapped into memory, and labels int (60000,); None where they are not."""
    if not _whole(folder):
        return None
    return np.load(folder / IMAGES, mmap_mode="r"), np.load(folder / LABELS)


def _archive() -> Path | None:
    data = os.environ.get("ANIMELIB_DATA")
    path = Path(data or "").expanduser() / "cifar10_jpeg.zip"
    return path if data and path.is_file() else None


def _whole(folder: Path) -> bool:
    try:
        return np.load(folder / IMAGES, mmap_mode="r").shape == (ALL, 32, 32, 3) and len(np.load(folder / LABELS)) == ALL
    except (OSError, ValueError):
        return False


def _write(path: Path, array: np.ndarray) -> None:
    with replacing(path) as temporary, open(temporary, "wb") as file:
        np.save(file, array)


def _from_keras() -> tuple[np.ndarray, np.ndarray]:
    try:
        (train, train_labels), (test, test_labels) = load_keras().datasets.cifar10.load_data()
    except Exception as reason:  # Keras wraps whatever the network said into a bare Exception
        raise AnimelibError(
            f"CIFAR-10 could not be downloaded ({said_by(reason)}): connect to the internet and run this again; or set "
            "ANIMELIB_DATA to a folder with cifar10_jpeg.zip in it; or choose the source \"samples\", which draws pictures and "
            "needs no network."
        ) from None
    return np.concatenate([train, test]), np.concatenate([train_labels, test_labels])[:, 0].astype(np.int64)


def _from_zip(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read the JPEG copy; the training pictures are shuffled, because in the archive they lie class by class."""
    try:
        with zipfile.ZipFile(path) as archive:
            train, test = (_members(archive, part) for part in ("train", "test"))
            if (len(train), len(test)) != (TRAIN, ALL - TRAIN):
                raise AnimelibError(
                    f"{path} holds {len(train)} and {len(test)} pictures in cifar10/train and cifar10/test of the ten classes, "
                    f"and not {TRAIN} and {ALL - TRAIN}: it is not the whole of CIFAR-10, so fetch it again."
                )
            order = np.random.default_rng(0).permutation(TRAIN)
            names = [train[i] for i in order] + test
            images = np.stack([_pixels(archive.read(name)) for name in tqdm(names, say("reading_bar"), delay=1)])
    except (OSError, ValueError, zipfile.BadZipFile) as reason:
        raise AnimelibError(f"{path} cannot be read as CIFAR-10 ({reason}): fetch the file again.") from None
    return images, np.array([CLASSES.index(name.split("/")[-2]) for name in names])


def _members(archive: zipfile.ZipFile, part: str) -> list[str]:
    wanted = {("cifar10", part, name) for name in CLASSES}
    return sorted(name for name in archive.namelist() if tuple(name.split("/")[:-1]) in wanted and name.endswith(".jpg"))


def _pixels(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB").resize((32, 32)))
