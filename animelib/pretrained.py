"""What a network that was trained on a million photographs sees in a picture: features, computed once and kept.

Deep layers know photographs best; the middle ones know textures, curves and eyes, and those carry over to drawings. So the maps
of middle layers are taken, averaged over the quarters of the picture. This module is not about what is learned from them.
"""

import hashlib
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from keras import layers, ops
from tqdm.auto import tqdm

from . import drive
from .atomic import replacing
from .errors import AnimelibError, said_by
from .models import outputs
from .words import say

CHUNK = 256  # pictures whose features are written at once: what a stopped run loses at most


@dataclass(frozen=True)
class Backbone:
    """A network of `keras.applications`: its ``application``, the ``module`` that prepares pictures for it, the ``file`` that
    $ANIMELIB_WEIGHTS may hold, the ``side`` in pixels that it looks at, and the ``maps``, layers whose answers are taken."""

    application: str
    module: str
    file: str
    side: int
    maps: tuple[str, ...]


BACKBONES = {"vgg16": Backbone("VGG16", "vgg16", "vgg16_notop.weights.h5", 128, ("block3_pool", "block4_pool"))}


def eye(backbone: str, size: int) -> keras.Model:
    """Return a fixed network from raw pictures (N, size, size, 3), 0-255, to features (N, F), one block after the other.

    Weights: $ANIMELIB_WEIGHTS where that has the file, else Keras downloads those of ImageNet (Simonyan & Zisserman 2014).

    Raises AnimelibError for a backbone that is not in BACKBONES, or when its weights can be had neither way.

        features = outputs(eye("vgg16", data.size), data.train.images)
    """
    facts = facts_of(backbone)
    picture = keras.Input((size, size, 3))
    x = picture if size == facts.side else layers.Resizing(facts.side, facts.side, antialias=True)(picture)
    x = getattr(keras.applications, facts.module).preprocess_input(x)
    quarters = [layers.Flatten()(layers.AveragePooling2D(seen.shape[1] // 2)(seen)) for seen in _maps(facts)(x)]
    return keras.Model(picture, ops.sqrt(layers.Concatenate()(quarters) + 1e-6), name="eye")


def facts_of(backbone: str) -> Backbone:
    """Return what is known of a backbone."""
    if backbone not in BACKBONES:
        raise AnimelibError(f"There is no backbone {backbone!r}: choose one of {', '.join(BACKBONES)}, or None for none.")
    return BACKBONES[backbone]


def blocks_of(network: keras.Model) -> list[int]:
    """Return how many of the features of an `eye` come from each of its backbone's layers."""
    return [4 * seen.shape[-1] for seen in network.get_layer("maps").outputs]


def remembered(network: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return what ``network`` makes of pictures uint8 (N, H, W, 3), float32 (N, F), computing only what it has not seen before.

    What it made is kept in ``cache`` in the home folder, by the content of the picture and of the weights.
    """
    folder = drive.home() / "cache" / f"seen-{_digest(network.get_weights())}"
    keys = [_digest([image]) for image in images]
    found = _known(folder, set(keys))
    new = [row for key, row in {key: row for row, key in enumerate(keys)}.items() if key not in found]
    for start in tqdm(range(0, len(new), CHUNK), say("looking_bar"), delay=1):
        rows = sorted(new[start : start + CHUNK])
        made = outputs(network, images[rows], batch_size=16)
        names = [keys[row] for row in rows]
        with replacing(folder / f"{_digest(names)}.npz") as temporary:
            np.savez(temporary, keys=np.array(names), rows=made)
        found |= dict(zip(names, made, strict=True))
    return np.stack([found[key] for key in keys])


def _known(folder: Path, wanted: set[str]) -> dict[str, np.ndarray]:
    found = {}
    for path in folder.glob("[!.]*.npz"):
        try:
            with np.load(path) as chunk:
                found |= {key: row for key, row in zip(chunk["keys"].tolist(), chunk["rows"], strict=True) if key in wanted}
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            continue  # a broken chunk is computed again
    return found


def _digest(parts: Sequence[np.ndarray | str]) -> str:
    sha = hashlib.sha1()
    for part in parts:
        sha.update(part.encode() if isinstance(part, str) else np.ascontiguousarray(part).tobytes())
    return sha.hexdigest()[:20]


def _maps(facts: Backbone) -> keras.Model:
    """Return the backbone up to its last map that is wanted, answering with all of them."""
    base = _loaded(facts)
    network = keras.Model(base.inputs[0], [base.get_layer(name).output for name in facts.maps], name="maps")
    network.trainable = False
    return network


def _loaded(facts: Backbone) -> keras.Model:
    path = Path(os.environ.get("ANIMELIB_WEIGHTS") or "/no/such").expanduser() / facts.file
    weights = path if path.is_file() else "imagenet"
    try:
        build = getattr(keras.applications, facts.application)
        return build(weights=weights, include_top=False, input_shape=(facts.side, facts.side, 3))
    except Exception as reason:  # Keras wraps whatever the network or the file said into a bare Exception
        raise AnimelibError(
            f"The weights of {facts.application} could not be had ({said_by(reason)}): connect to the internet, so that Keras "
            f"can download them; or put {facts.file} into a folder and set ANIMELIB_WEIGHTS to it; or go without a backbone."
        ) from None
