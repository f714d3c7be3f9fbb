"""Train a network on ImageData and come back with a Run: the best weights, the history, and what was set.

This module is not about which network (`models`) or how good it is on pictures it has not seen (`evaluation`).
"""

import json
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from tqdm.auto import tqdm

from .atomic import replacing, write_text
from .data import ImageData, Split
from .errors import AnimelibError
from .lab import Lab
from .words import say


@dataclass(frozen=True, eq=False)
class Run:
    """What training left: ``model`` with its best weights, ``history`` (a list of numbers per epoch for each name),
    ``best_epoch`` (from 1), ``seconds``, ``settings``, the ``folder`` that holds it all, and the pictures' ``source``."""

    folder: Path
    model: keras.Model
    history: dict[str, list[float]]
    best_epoch: int
    seconds: float
    settings: dict
    source: str

    def __repr__(self) -> str:
        figures = [f"{name} {values[self.best_epoch - 1]:.3f}" for name, values in self.history.items()]
        told = say("run_line", name=self.folder.name, best=self.best_epoch, epochs=len(self.history["loss"]), source=self.source)
        return f"{told}\n  {', '.join(figures)}"


def train(
    model: keras.Model,
    data: ImageData,
    lab: Lab,
    *,
    epochs: int = 20,
    batch_size: int = 32,
    steps_per_epoch: int | None = None,
    augment: keras.Layer | None = None,
    class_weight: dict[int, float] | None = None,
    patience: int | None = None,
    keep_best: bool = True,
    precision: str = "float32",
    seed: int = 0,
) -> Run:
    """Train ``model`` on ``data.train``, watch ``data.val``, and keep the weights of the epoch with the smallest loss there.

    A model that is compiled stays as it is; any other gets Adam and cross-entropy. ``augment`` is a layer that changes
    pictures while training only; it is not part of the saved model. ``steps_per_epoch`` batches make an epoch (default: each
    picture once). ``patience`` stops after that many epochs without improvement. ``keep_best=False`` keeps the last weights,
    as the articles do. ``precision`` is what to compute in meanwhile (`mixed_precision`). An interrupt ends training early with
    the best so far. Writes model.keras, history.csv and run.json.

    Raises AnimelibError when the model and the pictures do not fit together.

        run = train(pair_cnn(), data, lab, epochs=10, batch_size=10, steps_per_epoch=3)
    """
    check_fit(model, data)
    keras.utils.set_random_seed(seed)
    if not model.compiled:
        model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    epochs = min(epochs, lab.budget.max_epochs)
    how = {"classes": len(data.classes), "batch_size": batch_size, "one_hot": "sparse" not in _loss_name(model)}
    batches = Batches(data.train, **how, steps=steps_per_epoch, shuffle=True, seed=seed)
    watched = Batches(data.val, **how) if len(data.val) else None
    settings = _settings(model, data, lab, epochs, batches, augment, seed)
    print(_told(settings))
    watch = Watch(model, epochs, patience, keep_best)
    started = time.perf_counter()
    with _until_interrupted(settings), computing_in(precision, model):
        _augmented(model, augment).fit(
            batches, epochs=epochs, validation_data=watched, class_weight=class_weight, callbacks=[watch], verbose=0
        )
    best_epoch, seconds = watch.finish(), time.perf_counter() - started
    run = Run(lab.new_run(model.name), model, watch.history, best_epoch, seconds, settings, data.source)
    write_run(run)
    return run


class Batches(keras.utils.PyDataset):
    """Batches of one part: float32 pictures 0-255 (B, H, W, 3) and their labels, read row by row so that memory stays flat.

    With ``steps`` an epoch is that many batches and the next goes on where it stopped, like the generators of old Keras.
    """

    def __init__(self, split: Split, *, classes: int, batch_size: int, one_hot=True, steps=None, shuffle=False, seed=0):
        super().__init__()
        self.split, self.batch_size, self.steps, self.shuffle = split, batch_size, steps, shuffle
        self.targets = np.eye(classes, dtype=np.float32)[split.labels] if one_hot else split.labels
        self.random = np.random.default_rng(seed)
        self.left_over = np.zeros(0, dtype=int)
        self.on_epoch_end()

    def __len__(self) -> int:
        return self.steps or -(-len(self.split) // self.batch_size)

    def __getitem__(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        rows = self.rows(step)
        return self.split.images[rows].astype(np.float32), self.targets[rows]

    def rows(self, step: int) -> np.ndarray:
        """Return the rows of a batch, in the order in which they lie on disk."""
        return np.sort(self.order[step * self.batch_size : (step + 1) * self.batch_size])

    def on_epoch_end(self) -> None:
        """Lay out the rows of the next epoch."""
        if not self.steps:
            self.order = self._dealt()
            return
        rows, wanted = self.left_over, self.steps * self.batch_size
        while len(rows) < wanted:
            rows = np.concatenate([rows, self._dealt()])
        self.order, self.left_over = rows[:wanted], rows[wanted:]

    def _dealt(self) -> np.ndarray:
        return self.random.permutation(len(self.split)) if self.shuffle else np.arange(len(self.split))


class Progress(keras.callbacks.Callback):
    """Show one line of progress with the latest figures."""

    def __init__(self, epochs: int):
        super().__init__()
        self.bar = tqdm(total=epochs, desc=say("training_bar"), unit="epoch")

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.bar.set_postfix({name: f"{value:.3f}" for name, value in (logs or {}).items()}, refresh=False)
        self.bar.update()

    def on_train_end(self, logs: dict | None = None) -> None:
        self.bar.close()


class Watch(Progress):
    """Show one line of progress, remember every epoch's figures and the weights of the best."""

    def __init__(self, kept: keras.Model, epochs: int, patience: int | None, keep_best: bool):
        super().__init__(epochs)
        self.kept, self.patience, self.keep_best = kept, patience or epochs, keep_best
        self.history: dict[str, list[float]] = {}
        self.best_epoch, self.best_loss, self.best_weights = 0, np.inf, None

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        super().on_epoch_end(epoch, logs)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(float(value))
        loss = self.history.get("val_loss", self.history["loss"])[-1]
        if loss < self.best_loss or not self.keep_best:
            self.best_epoch, self.best_loss, self.best_weights = epoch + 1, loss, self.kept.get_weights()
        if epoch + 1 - self.best_epoch >= self.patience:
            self.model.stop_training = True

    def finish(self) -> int:
        """Put the best weights into the model and return their epoch; the last ones stay when no loss was a number."""
        self.bar.close()
        if not self.history:
            told = "Training was stopped before its first epoch ended, so there is nothing to keep: run it again."
            raise AnimelibError(told) from KeyboardInterrupt()
        if self.best_weights is None:
            print(say("note", told=say("note_no_number")))
            return len(self.history["loss"])
        self.kept.set_weights(self.best_weights)
        return self.best_epoch


@contextmanager
def _until_interrupted(settings: dict) -> Iterator[None]:
    """Let the reader stop training with the stop button, and remember that it was stopped."""
    try:
        yield
    except KeyboardInterrupt:
        settings["interrupted"] = True


@contextmanager
def computing_in(precision: str, model: keras.Model) -> Iterator[None]:
    """Let all layers of a model but the last compute in another precision; its weights, and its file, stay as they are.

    precision: ``"float32"``, ``"mixed_float16"`` or ``"mixed_bfloat16"``. The last is the softmax, which wants every bit.
    """
    changed = layers_of(model)[:-1]
    before = [layer.dtype_policy for layer in changed]
    for layer in changed if precision != "float32" else []:
        layer.dtype_policy = precision
    if precision == "mixed_float16" and not isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer):
        model.optimizer = keras.optimizers.LossScaleOptimizer(model.optimizer)  # small gradients would vanish
    try:
        yield
    finally:
        for layer, policy in zip(changed, before, strict=True):
            layer.dtype_policy = policy


def layers_of(network: keras.Model) -> list[keras.Layer]:
    """Return all layers of a network in order, those of networks within it too."""
    inside = [layers_of(layer) if isinstance(layer, keras.Model) else [layer] for layer in network.layers]
    return [layer for layers in inside for layer in layers]


def _augmented(model: keras.Model, augment: keras.Layer | None) -> keras.Model:
    """Return the model with ``augment`` in front, compiled alike and sharing every weight."""
    if augment is None:
        return model
    inputs = keras.Input(model.input_shape[1:])
    in_front = keras.Model(inputs, model(augment(inputs)))
    in_front.compile(optimizer=model.optimizer, loss=model.loss, metrics=["accuracy"])
    return in_front


def check_fit(model: keras.Model, data: ImageData) -> None:
    """Refuse a model that takes pictures of another size, or answers with another number of classes."""
    height, answers = model.input_shape[1], model.output_shape[-1]
    if height not in (None, data.size):
        raise AnimelibError(
            f"The model takes pictures of {height} pixels and these have {data.size}: load_images(lab, size={height}) fits."
        )
    if answers != len(data.classes):
        raise AnimelibError(
            f"The model answers with {answers} classes and the pictures have {len(data.classes)} "
            f"({', '.join(data.classes)}): build it with classes={len(data.classes)}."
        )


def _loss_name(model: keras.Model) -> str:
    return model.loss if isinstance(model.loss, str) else getattr(model.loss, "name", str(model.loss))


def _settings(
    model: keras.Model, data: ImageData, lab: Lab, epochs: int, batches: Batches, augment: keras.Layer | None, seed: int
) -> dict:
    """Return everything that a reader needs to know how the model was made, as plain JSON values."""
    return {
        "model": model.name,
        "weights": model.count_params(),
        "optimizer": type(model.optimizer).__name__,
        "learning_rate": float(model.optimizer.learning_rate),
        "loss": _loss_name(model),
        "epochs": epochs,
        "batch_size": batches.batch_size,
        "steps_per_epoch": len(batches),
        "augment": augment.name if augment is not None else None,
        "seed": seed,
        "budget": lab.budget.name,
        "pictures": {"train": len(data.train), "val": len(data.val), "test": len(data.test)},
        "classes": list(data.classes),
        "size": data.size,
        "versions": {"keras": keras.__version__, "backend": keras.config.backend(), "python": platform.python_version()},
    }


def _told(settings: dict) -> str:
    network = say("train_network", name=settings["model"], weights=f"{settings['weights']:,}", loss=settings["loss"])
    schedule = say(
        "train_schedule",
        optimizer=settings["optimizer"],
        rate=f"{settings['learning_rate']:g}",
        epochs=settings["epochs"],
        batches=settings["steps_per_epoch"],
        pictures=settings["batch_size"],
    )
    return f"{network}\n  {schedule}"


def write_run(run: Run) -> None:
    """Write a run into its folder: model.keras, history.csv and run.json."""
    with replacing(run.folder / "model.keras") as temporary:
        run.model.save(temporary)
    names = list(run.history)
    rows = [",".join(["epoch", *names])]
    rows += [",".join(map(str, [i + 1, *values])) for i, values in enumerate(zip(*run.history.values(), strict=True))]
    write_text(run.folder / "history.csv", "\n".join(rows) + "\n")
    record = {"settings": run.settings, "best_epoch": run.best_epoch, "seconds": round(run.seconds, 2), "source": run.source}
    write_text(run.folder / "run.json", json.dumps(record | {"history": run.history}, indent=1, ensure_ascii=False))
