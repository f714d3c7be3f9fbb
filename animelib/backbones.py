"""Networks that were trained on a million photographs, to borrow: what is known of each, and how it is loaded.

This module is not about what such a network sees in a picture (`pretrained`) or what is put on top of it (`models`).
"""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import keras

from .errors import AnimelibError, said_by
from .tables import aligned
from .words import say


@dataclass(frozen=True)
class Backbone:
    """A network of `keras.applications` without its top.

    ``application``: its name there. ``module``: the one whose `preprocess_input` it wants. ``file``: what $ANIMELIB_WEIGHTS may
    hold. ``side``: the pixels that `eye` looks at. ``map``: the layer whose answers `eye` takes, a 16th of the picture's side.
    ``megabytes``: of the file without the top. ``milliseconds``: how long `eye` looks at a picture where there are
    hundreds, so that a graph is built (`outputs`), by ``python -m benchmarks transfer --parts speed`` on 2 cores (AMD EPYC,
    TensorFlow 2.21). ``licence``: of the weights, as their authors gave them.
    """

    application: str
    module: str
    file: str
    side: int
    map: str
    megabytes: int
    milliseconds: int
    licence: str


# fmt: off
BACKBONES = {
    "vgg16": Backbone("VGG16", "vgg16", "vgg16_notop.weights.h5", 128, "block4_pool", 59, 24, "CC BY 4.0"),
    "mobilenet_v2": Backbone("MobileNetV2", "mobilenet_v2", "mobilenet_v2_160_notop.weights.h5", 160,
                             "block_13_expand_relu", 9, 3, "Apache 2.0"),
    "resnet50": Backbone("ResNet50", "resnet50", "resnet50_notop.weights.h5", 160, "conv4_block6_out", 95, 13, "MIT"),
    "densenet121": Backbone("DenseNet121", "densenet", "densenet121_notop.weights.h5", 160, "pool4_relu", 29, 12, "BSD 3-clause"),
    "efficientnet_v2_b0": Backbone("EfficientNetV2B0", "efficientnet_v2", "efficientnet_v2_b0_notop.weights.h5", 160,
                                   "block6a_expand_activation", 24, 4, "Apache 2.0"),
}
# fmt: on
HEADS = ("backbone_name", "backbone_weights", "backbone_pixels", "backbone_takes", "backbone_licence")


def facts_of(backbone: str) -> Backbone:
    """Return what is known of a backbone."""
    if backbone not in BACKBONES:
        raise AnimelibError(f"There is no backbone {backbone!r}: choose one of {', '.join(BACKBONES)}, or None for none.")
    return BACKBONES[backbone]


def backbone_table() -> str:
    """Return the backbones to choose from, a line each: the name to write, megabytes, pixels, how long it takes, the licence.

    print(backbone_table())
    """
    heads = [say(key) for key in HEADS]
    rows = [
        [name, f"{facts.megabytes:>3} MB", f"{facts.side} px", f"{facts.milliseconds:>3} ms", facts.licence]
        for name, facts in BACKBONES.items()
    ]
    return f"{aligned([heads, *rows])}\n{say('backbone_measured')}"


def load_backbone(backbone: str = "vgg16", size: int = 224, *, weights: str | None = "imagenet") -> keras.Model:
    """Return a network of `keras.applications` without its top, for pictures (N, size, size, 3), not prepared in any way.

    Weights: $ANIMELIB_WEIGHTS where that has the file, else Keras downloads those of ImageNet. ``weights=None`` leaves them at
    random, the same random each time, which needs no network and is good for tests alone.

    Raises AnimelibError for a backbone that is not in `backbone_table`, for pictures that are too small for it, or when its
    weights can be had neither way.

        base = load_backbone("vgg16", 224)
    """
    facts = facts_of(backbone)
    if size < 32:
        raise AnimelibError(f"{facts.application} takes pictures of 32 pixels or more, not {size}: choose a larger size.")
    try:
        with _the_same_random():
            build = getattr(keras.applications, facts.application)
            return build(weights=weights and _weights(facts), include_top=False, input_shape=(size, size, 3))
    except Exception as reason:  # Keras wraps whatever the network or the file said into a bare Exception
        raise AnimelibError(
            f"The weights of {facts.application} could not be had ({said_by(reason)}): connect to the internet, so that Keras "
            f"can download them; or put {facts.file} into a folder and set ANIMELIB_WEIGHTS to it; or go without a backbone."
        ) from None


@contextmanager
def _the_same_random() -> Iterator[None]:
    """Let every layer that is built inside begin with the weights that it always begins with.

    Keras draws the seed of each layer from Python's random numbers, which are afterwards as they were.
    """
    before = random.getstate()
    random.seed(0)
    try:
        yield
    finally:
        random.setstate(before)


def _weights(facts: Backbone) -> Path | str:
    path = Path(os.environ.get("ANIMELIB_WEIGHTS") or "/no/such").expanduser() / facts.file
    return path if path.is_file() else "imagenet"
