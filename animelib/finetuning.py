"""Fine-tuning: let the last layers of a network that is nearly right learn too, a few at first, then more, carefully.

This module is not about training from the start (`training`) or where the network comes from (`backbones`, `visual_words`).
"""

from collections.abc import Sequence

import keras
import numpy as np

from .data import ImageData, Split
from .errors import AnimelibError
from .lab import Lab
from .machine import mixed_precision
from .models import outputs
from .training import Run, check_fit, layers_of, train, write_run
from .words import say


def fine_tune(
    model: keras.Model,
    data: ImageData,
    lab: Lab,
    *,
    stages: Sequence[int] = (1, 4),
    epochs: int = 5,
    learning_rate: float = 1e-3,
    batch_size: int = 16,
    augment: keras.Layer | None = None,
    patience: int = 2,
    seed: int = 0,
) -> Run:
    """Train the last layers of ``model`` a little more: in each of the ``stages`` so many of them, counted from the end.

    Only layers with weights count, and BatchNormalization is never touched, since few pictures would spoil its averages. A step
    changes each layer by ``learning_rate``, as a share of the size of its weights (LAMB, You et al. 2020): Adam's steps are
    alike for all, and would soon drown a layer that `learn_from_few` solved, whose weights are many and small. Each stage
    compiles the model anew, learns at a third of the rate of the one before, trains up to ``epochs``, stops after ``patience``
    epochs without improvement, and is taken back when the validation pictures were better off before it. It computes in half
    precision where that is faster (`mixed_precision`). The other arguments are those of `train`.

    Returns the Run of the last stage, its model with the best weights of all. Raises AnimelibError when there are no validation
    pictures to watch, or when model and pictures do not fit together.

        run = fine_tune(learn_from_few(data, backbone="vgg16", watch=True), data, lab)
    """
    check_fit(model, data)
    if not len(data.val):
        raise AnimelibError("There are no validation pictures, so fine-tuning could not tell better from worse: load some.")
    before = _loss(model, data.val)
    for number, count in enumerate(stages):
        free, kept = unfreeze(model, count), model.get_weights()
        rate = learning_rate / 3**number
        model.compile(optimizer=keras.optimizers.Lamb(rate), loss="categorical_crossentropy", metrics=["accuracy"])
        how = {"epochs": epochs, "batch_size": batch_size, "augment": augment, "patience": patience, "seed": seed}
        run = train(model, data, lab, precision=mixed_precision(), **how)
        after = _loss(model, data.val)
        better = after < before
        if not better:
            model.set_weights(kept)
            write_run(run)
        layers, told = ", ".join(layer.name for layer in free), "stage_kept" if better else "stage_taken_back"
        print(say(told, layers=layers, before=f"{before:.3f}", after=f"{after:.3f}"))
        before = min(before, after)
    return run


def unfreeze(model: keras.Model, count: int) -> list[keras.Layer]:
    """Let the last ``count`` layers that have weights learn, and no other; return them. Compile the model afterwards.

    Raises AnimelibError when the model has not so many.
    """
    every = layers_of(model)
    able = [layer for layer in every if layer.weights and not isinstance(layer, keras.layers.BatchNormalization)]
    if not 1 <= count <= len(able):
        raise AnimelibError(f"The model {model.name!r} has {len(able)} layers that can learn, so {count} cannot: choose fewer.")
    model.trainable = True  # a network inside that is frozen as a whole would keep its layers from learning
    for layer in every:
        layer.trainable = layer in able[-count:]
    return able[-count:]


def _loss(model: keras.Model, split: Split) -> float:
    """Return the cross-entropy of a model's answers, the smaller the better."""
    shares = outputs(model, split.images)[np.arange(len(split)), split.labels]
    return float(-np.log(np.maximum(shares, 1e-7)).mean())
