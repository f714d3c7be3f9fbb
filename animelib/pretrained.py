"""What a network that was trained on a million photographs sees in a picture: features, computed once and kept.

Its deepest layers know photographs best; those a little before know curves, textures and eyes, and these carry over to drawings.
So the map of such a layer is taken, averaged over 16 parts of the picture. This module is not about what is learned from it.
"""

import hashlib
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import keras
import numpy as np
from keras import layers, ops
from tqdm.auto import tqdm

from . import drive
from .atomic import replacing
from .backbones import Backbone, facts_of, load_backbone
from .models import outputs
from .words import say

CHUNK = 256  # pictures whose features are written at once: what a stopped run loses at most
PARTS = 4  # a side


def eye(backbone: str, size: int, *, weights: str | None = "imagenet") -> keras.Model:
    """Return a fixed network from raw pictures (N, size, size, 3), 0-255, to features (N, 16 C): C of each part of the picture.

    ``weights`` and errors as in `load_backbone`. What the network wants done to pictures first is done inside.

        features = outputs(eye("vgg16", data.size), data.train.images)
    """
    facts = facts_of(backbone)
    picture = keras.Input((size, size, 3))
    x = picture if size == facts.side else layers.Resizing(facts.side, facts.side, antialias=True)(picture)
    x = getattr(keras.applications, facts.module).preprocess_input(x)
    seen = _up_to_its_map(facts, load_backbone(backbone, facts.side, weights=weights))(x)
    step = seen.shape[1] // PARTS
    parts = layers.AveragePooling2D(seen.shape[1] - (PARTS - 1) * step, strides=step)(seen)
    return keras.Model(picture, ops.sqrt(layers.Flatten()(parts) + 1e-6), name="eye")


def remembered(network: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return what ``network`` makes of pictures uint8 (N, H, W, 3), float32 (N, F), computing only what it has not seen before.

    What it made is kept in ``cache`` in the home folder, by the content of the picture and of the network.
    """
    folder = drive.home() / "cache" / f"seen-{fingerprint(network)}"
    keys = [_digest([image]) for image in images]
    made = np.empty((len(images), network.output_shape[-1]), np.float32)
    rows: dict[str, list[int]] = {}
    for row, key in enumerate(keys):
        rows.setdefault(key, []).append(row)
    for known, features in _known(folder, rows):
        made[rows.pop(known)] = features
    missing = list(rows)
    for start in tqdm(range(0, len(missing), CHUNK), say("looking_bar"), delay=1):
        chunk = missing[start : start + CHUNK]
        seen = outputs(network, images[[rows[key][0] for key in chunk]], batch_size=16)
        with replacing(folder / f"{_digest(chunk)}.npz") as temporary:
            np.savez(temporary, keys=np.array(chunk), rows=seen)
        for key, features in zip(chunk, seen, strict=True):
            made[rows[key]] = features
    return made


def _known(folder: Path, wanted: dict[str, list[int]]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the pictures that are wanted and kept, each once: its key and its features (F,)."""
    for path in folder.glob("[!.]*.npz"):
        try:
            with np.load(path) as chunk:
                pairs = list(zip(chunk["keys"].tolist(), chunk["rows"], strict=True))
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            continue  # a broken chunk is computed again
        yield from (pair for pair in pairs if pair[0] in wanted)


def fingerprint(network: keras.Model) -> str:
    """Return what tells this network's memory from any other's: its layers, the sizes of what they give, its weights."""
    kinds = [f"{type(layer).__name__} {layer.output.shape}" for layer in network.layers]
    return _digest([*kinds, *network.get_weights()])


def _digest(parts: Sequence[np.ndarray | str]) -> str:
    sha = hashlib.sha1()
    for part in parts:
        sha.update(part.encode() if isinstance(part, str) else np.ascontiguousarray(part).tobytes())
    return sha.hexdigest()[:20]


def _up_to_its_map(facts: Backbone, base: keras.Model) -> keras.Model:
    network = keras.Model(base.inputs[0], base.get_layer(facts.map).output, name="backbone")
    network.trainable = False
    return network
