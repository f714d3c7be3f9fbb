"""Training keeps the best weights, respects what the reader compiled, and survives being stopped."""

import json

import keras
import numpy as np
import pytest

from animelib.data import Split, load_images
from animelib.errors import AnimelibError
from animelib.lab import open_lab
from animelib.models import pair_cnn
from animelib.training import Batches, train


@pytest.fixture
def lab(two_folders):
    return open_lab("rem_vs_mizuki", "folder", folder=two_folders, budget="full")


@pytest.fixture
def data(lab):
    return load_images(lab, size=16)


def tiny(classes=2, size=16, **compiled) -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((size, size, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(classes, activation="softmax"),
        ],
        name="tiny",
    )
    if compiled:
        model.compile(**compiled)
    return model


def test_best_weights_are_kept_and_everything_is_written(lab, data):
    model = tiny(optimizer=keras.optimizers.SGD(30.0), loss="categorical_crossentropy", metrics=["accuracy"])  # jumps about
    run = train(model, data, lab, epochs=12)
    losses = run.history["val_loss"]
    assert len(losses) == 12
    assert run.best_epoch == int(np.argmin(losses)) + 1
    now = run.model.evaluate(data.val.images.astype("float32"), np.eye(2)[data.val.labels], verbose=0)[0]
    assert now == pytest.approx(min(losses), rel=1e-4)
    record = json.loads((run.folder / "run.json").read_text())
    assert record["settings"]["optimizer"] == "SGD"
    assert record["source"] == data.source
    assert len((run.folder / "history.csv").read_text().splitlines()) == 13
    again = keras.models.load_model(run.folder / "model.keras")
    pictures = data.test.images.astype("float32")
    assert np.allclose(again.predict(pictures, verbose=0), run.model.predict(pictures, verbose=0), atol=1e-6)


def test_last_weights_stay_when_asked_for(lab, data):
    run = train(tiny(), data, lab, epochs=3, keep_best=False)
    assert run.best_epoch == 3


def test_runs_never_overwrite_each_other(lab, data):
    folders = {train(tiny(), data, lab, epochs=1).folder for _ in range(3)}
    assert len(folders) == 3


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "sparse_categorical_crossentropy"])
def test_a_compiled_model_stays_as_it_is(lab, data, loss):
    model = tiny(optimizer=keras.optimizers.RMSprop(0.01), loss=loss, metrics=["accuracy"])
    settings = train(model, data, lab, epochs=2).settings
    assert (settings["optimizer"], settings["loss"], settings["learning_rate"]) == ("RMSprop", loss, pytest.approx(0.01))


def test_augmentation_changes_pictures_in_training_only(lab, data):
    seen = []

    class Spy(keras.layers.Layer):
        def call(self, pictures, training=False):
            seen.append(bool(training))
            return pictures

    run = train(tiny(), data, lab, epochs=1, augment=Spy(name="spy"))
    assert True in seen
    assert run.settings["augment"] == "spy"
    assert "spy" not in [layer.name for layer in run.model.layers]


def test_patience_stops_early(lab, data):
    model = tiny(optimizer=keras.optimizers.SGD(0.0), loss="categorical_crossentropy", metrics=["accuracy"])
    assert len(train(model, data, lab, epochs=50, patience=3).history["loss"]) == 4


def test_an_interrupt_ends_with_the_best_so_far(lab, data, monkeypatch):
    fit = keras.Model.fit

    def stopped(self, *args, **kwargs):
        class Stop(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                if epoch == 2:
                    raise KeyboardInterrupt

        kwargs["callbacks"].append(Stop())
        return fit(self, *args, **kwargs)

    monkeypatch.setattr(keras.Model, "fit", stopped)
    run = train(tiny(), data, lab, epochs=9)
    assert len(run.history["loss"]) == 2
    assert run.settings["interrupted"]
    assert (run.folder / "model.keras").exists()


def test_what_does_not_fit_is_one_sentence(lab, data):
    with pytest.raises(AnimelibError, match=r"takes pictures of 64 pixels and these have 16: load_images\(lab, size=64\)"):
        train(pair_cnn(), data, lab)
    with pytest.raises(AnimelibError, match="answers with 5 classes and the pictures have 2"):
        train(tiny(classes=5), data, lab)


def test_quick_budget_shortens(two_folders):
    lab = open_lab("rem_vs_mizuki", "folder", folder=two_folders)  # conftest's budget: quick
    assert len(train(tiny(), load_images(lab, size=16), lab, epochs=9).history["loss"]) == 2


def test_batches_with_steps_go_on_where_they_stopped():
    images = np.arange(40, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)
    split = Split(images, np.zeros(40, int), ("",) * 40)
    batches = Batches(split, classes=2, batch_size=10, steps=3, shuffle=True)
    seen = []
    for _ in range(4):
        seen += [int(v) for step in range(len(batches)) for v in batches[step][0][:, 0, 0, 0]]
        batches.on_epoch_end()
    assert len(batches) == 3
    for start in (0, 40, 80):  # each picture once before any comes again
        assert sorted(seen[start : start + 40]) == list(range(40))
