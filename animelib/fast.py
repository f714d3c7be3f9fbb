"""Learning fast: how to reach with a small network, in half a minute on two cores, what took a quarter of an hour.

The recipe is the craft of a decade (Page 2018, "How to train your ResNet"; Jordan 2024, "94% on CIFAR-10 in 3.29 seconds on a
single GPU"), reduced to what helps most. This module is not about the network itself; that is `models.cifar10_fast`.
"""

import time

import keras
import numpy as np
from keras import layers, ops

from .data import ImageData
from .machine import mixed_precision
from .models import cifar10_fast
from .training import Batches, Progress
from .words import say

STEPS = 100  # about so many batches make an epoch ...
SMALLEST, LARGEST = 32, 512  # ... of so many pictures
PEAK = 0.5  # the highest learning rate, for the largest batches
SHIFT = 2  # pixels
BIASES = 64  # times as fast as the weights


def learn_fast(
    data: ImageData,
    *,
    epochs: int = 5,
    seconds: float | None = None,
    network: keras.Model | None = None,
    batch_size: int | None = None,
    seed: int = 0,
) -> keras.Model:
    """Learn to tell the classes of ``data`` apart as fast as can be, from all but the pictures that judge it.

    ``epochs`` is one whole schedule, or with ``seconds`` as many as fit into so much time on this machine. ``network`` is a
    `cifar10_fast` of another size. Meant for small pictures, 32x32 or so, and a thousand of them or more.

    Returns a model from raw pictures (N, S, S, 3), 0-255, to probabilities (N, K), the mean of its answers to a picture and
    to its mirror image.

        model = learn_fast(load_cifar10())
    """
    keras.utils.set_random_seed(seed)
    shown = data.to_learn_from
    network = network or cifar10_fast(len(data.classes), data.size, dtype=mixed_precision())
    whiten(network, shown.images, seed)
    size = batch_size or int(np.clip(2 ** round(np.log2(len(shown) / STEPS)), SMALLEST, LARGEST))
    views = Views(shown, classes=len(data.classes), batch_size=size, steps=max(1, len(shown) // size), shuffle=True, seed=seed)
    epochs = epochs if seconds is None else epochs_within(seconds, network, views)
    told = {"weights": f"{network.count_params():,}", "dtype": _dtype(network), "epochs": epochs}
    print(say("fast_line", **told, batches=len(views), pictures=size))
    _compiled(network, views, epochs).fit(views, epochs=epochs, verbose=0, callbacks=[Progress(epochs)])
    return both_ways(network)


def epochs_within(seconds: float, network: keras.Model, views: "Views") -> int:
    """Return how many epochs fit into so many seconds, by timing some batches on a copy of the network, which counts too."""
    started = time.perf_counter()
    copy = _compiled(keras.models.clone_model(network), views, 1)
    ends = []
    for step in range(min(12, len(views))):
        copy.train_on_batch(*views[step])
        ends.append(time.perf_counter())
    each = float(np.median(np.diff(ends))) if len(ends) > 1 else ends[0] - started
    return max(1, int((seconds - (time.perf_counter() - started)) / (each * len(views))))


def whiten(network: keras.Model, images: np.ndarray, seed: int = 0) -> None:
    """Set the layer "whiten" so that its answers to little patches of these pictures do not correlate with each other.

    images: uint8 (N, H, W, 3). Filters beyond the patches' own directions, strongest first, are the negatives of these.
    """
    layer = network.get_layer("whiten")
    side, count = layer.kernel_size[0], layer.filters
    random = np.random.default_rng(seed)
    rows = np.sort(random.choice(len(images), min(5000, len(images)), replace=False))
    x = images[rows].astype(np.float32) / 127.5 - 1
    corners = random.integers(0, np.array(x.shape[1:3]) - side + 1, (8, 2))
    patches = np.concatenate([x[:, top : top + side, left : left + side].reshape(len(x), -1) for top, left in corners])
    values, vectors = np.linalg.eigh(np.cov(patches.T))
    white = (vectors / np.sqrt(values + 1e-2))[:, ::-1][:, : count // 2]
    layer.set_weights([np.concatenate([white, -white], axis=1).reshape(side, side, 3, count)])


class Views(Batches):
    """Batches uint8 in which a picture is mirrored every other epoch, and all of them moved by 0-2 pixels."""

    def __init__(self, split, **how):
        self.mirrored = np.random.default_rng(how["seed"]).random(len(split)) < 0.5
        super().__init__(split, **how)

    def __getitem__(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        rows = self.rows(step)
        images, mirrored = self.split.images[rows], self.mirrored[rows]
        images[mirrored] = images[mirrored, :, ::-1]
        return moved(images, *self.random.integers(0, 2 * SHIFT + 1, 2)), self.targets[rows]

    def on_epoch_end(self) -> None:
        super().on_epoch_end()
        self.mirrored = ~self.mirrored


def moved(images: np.ndarray, down: int, right: int) -> np.ndarray:
    """Return pictures (N, H, W, 3) moved by ``down`` - SHIFT and ``right`` - SHIFT pixels; what comes in is a reflection."""
    wider = np.pad(images, ((0, 0), (SHIFT, SHIFT), (SHIFT, SHIFT), (0, 0)), "reflect")
    return wider[:, down : down + images.shape[1], right : right + images.shape[2]]


def _compiled(network: keras.Model, views: Views, epochs: int) -> keras.Model:
    """Return a model of the same weights, whose learning rate climbs for the first quarter of all steps and then falls to 0.

    The network itself stays uncompiled, so that its file holds no optimizer of ours.
    """
    peak, steps = PEAK * views.batch_size / LARGEST, epochs * len(views)
    climb = steps // 4
    rate = keras.optimizers.schedules.CosineDecay(0.2 * peak, steps - climb, warmup_target=peak, warmup_steps=climb)
    optimizer = QuickBiases(rate, momentum=0.9, nesterov=True, weight_decay=0.01)
    if _dtype(network) == "mixed_float16":  # where small gradients would vanish
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    model = keras.Model(network.inputs[0], network.outputs[0])
    model.compile(optimizer, keras.losses.CategoricalCrossentropy(label_smoothing=0.2))
    return model


def _dtype(network: keras.Model) -> str:
    return network.get_layer("whiten").dtype_policy.name


class QuickBiases(keras.optimizers.SGD):
    """SGD in which the biases of batch normalisation learn BIASES times as fast as the weights."""

    def apply(self, grads, trainable_variables=None):
        variables = trainable_variables if trainable_variables is not None else self._trainable_variables
        quick = [grad * BIASES if variable.name == "beta" else grad for grad, variable in zip(grads, variables, strict=True)]
        return super().apply(quick, trainable_variables)


def both_ways(network: keras.Model) -> keras.Model:
    """Return a model that answers with the mean of the network's answers to a picture and to its mirror image."""
    pictures = keras.Input(network.input_shape[1:])
    answers = [network(pictures), network(ops.flip(pictures, axis=2))]
    return keras.Model(pictures, layers.Average()(answers), name=f"{network.name}_both_ways")
