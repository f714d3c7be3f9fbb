"""Fine-tuning touches the layers it says and no other, never makes it worse, and leaves a plain file."""

import keras
import numpy as np
import pytest
from keras import layers

from animelib.data import load_images
from animelib.errors import AnimelibError
from animelib.finetuning import fine_tune, unfreeze
from animelib.lab import open_lab
from animelib.models import outputs, vgg16_transfer
from animelib.training import computing_in, layers_of, train


@pytest.fixture
def lab(two_folders):
    return open_lab("tuned", "folder", folder=two_folders, budget="full")


def network(size: int = 16) -> keras.Model:
    """A little network within a network, with averages of its own."""
    keras.utils.set_random_seed(0)
    inside = keras.Sequential(
        [keras.Input((size, size, 3)), layers.Conv2D(4, 3, name="first"), layers.BatchNormalization(), layers.Conv2D(4, 3)],
        name="inside",
    )
    inside.trainable = False
    pictures = keras.Input((size, size, 3))
    x = layers.GlobalAveragePooling2D()(inside(layers.Rescaling(1 / 255)(pictures)))
    return keras.Model(pictures, layers.Dense(2, activation="softmax", name="top")(x), name="little")


def weights_of(model: keras.Model) -> dict[str, list[np.ndarray]]:
    return {layer.name: layer.get_weights() for layer in layers_of(model) if layer.weights}


def test_only_the_last_layers_learn_and_averages_stay(lab):
    model, data = network(), load_images(lab, 16, test=0)
    before = weights_of(model)
    fine_tune(model, data, lab, stages=(2,), epochs=3, learning_rate=0.01)
    changed = {name for name, values in weights_of(model).items() if not all(map(np.array_equal, values, before[name]))}
    assert len(changed) == 2
    assert "top" in changed
    assert "first" not in changed
    assert not any("batch" in name for name in changed)


def test_it_gets_better_and_says_so(lab, capsys):
    model, data = network(), load_images(lab, 16, test=0)
    truth = np.eye(2)[data.val.labels]
    loss = -np.log((outputs(model, data.val.images) * truth).sum(axis=1)).mean()
    run = fine_tune(model, data, lab, stages=(1, 3), epochs=10, learning_rate=0.01, patience=10)
    assert -np.log((outputs(run.model, data.val.images) * truth).sum(axis=1)).mean() < loss
    assert capsys.readouterr().out.count("Fine-tuned") == 2


def test_a_step_is_a_share_of_a_layer_s_weights_however_small_they_are(lab, monkeypatch):
    from animelib import finetuning

    model, data, after = network(), load_images(lab, 16, test=0), {}
    top = model.get_layer("top")
    top.set_weights([1e-4 * value for value in top.get_weights()])  # as small as those of a layer that was solved
    before = weights_of(model)

    def noting(*given, **how):
        run = train(*given, **how)
        after.update(weights_of(model))  # before fine_tune may take it back
        return run

    monkeypatch.setattr(finetuning, "train", noting)
    fine_tune(model, data, lab, stages=(2,), epochs=1, learning_rate=1e-3)
    steps = -(-len(data.train) // 16)
    for name in ("top", next(name for name in before if name.startswith("conv"))):
        kernel, was = after[name][0], before[name][0]
        assert 0 < np.linalg.norm(kernel - was) / np.linalg.norm(was) < 1.1e-3 * steps


def test_what_makes_it_worse_is_taken_back_in_the_file_too(lab, capsys):
    model, data = network(), load_images(lab, 16, test=0)
    fine_tune(model, data, lab, stages=(1,), epochs=20, learning_rate=0.1, patience=20)
    good = outputs(model, data.val.images)
    run = fine_tune(model, data, lab, stages=(3,), epochs=1, learning_rate=300.0)
    assert "taken back" in capsys.readouterr().out
    assert np.array_equal(outputs(model, data.val.images), good)
    assert np.allclose(outputs(keras.models.load_model(run.folder / "model.keras"), data.val.images), good, atol=1e-6)


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision_lasts_as_long_as_training(lab, monkeypatch, precision):
    from animelib import finetuning

    seen = []

    class Spy(layers.Layer):
        def call(self, x):
            seen.append(keras.backend.standardize_dtype(x.dtype))
            return x

    model, data = network(), load_images(lab, 16, test=0)
    pictures = keras.Input((16, 16, 3))
    spied = keras.Model(pictures, model.layers[-1](Spy()(model.layers[-2](model.layers[-3](model.layers[-4](pictures))))))
    monkeypatch.setattr(finetuning, "mixed_precision", lambda: precision)
    seen.clear()
    fine_tune(spied, data, lab, stages=(1,), epochs=1)
    assert precision.removeprefix("mixed_") in seen
    assert {layer.dtype_policy.name for layer in layers_of(spied)} == {"float32"}
    assert all(value.dtype == np.float32 for value in spied.get_weights())


def test_a_stop_in_the_middle_leaves_full_precision():
    model = network()
    with pytest.raises(RuntimeError), computing_in("mixed_bfloat16", model):
        raise RuntimeError
    assert {layer.dtype_policy.name for layer in layers_of(model)} == {"float32"}


def test_the_article_s_network_learns_block_five_and_its_top_alone():
    model = vgg16_transfer(3, 32, weights=None)
    able = [layer.name for layer in layers_of(model) if layer.trainable and layer.weights]
    assert able[:3] == ["block5_conv1", "block5_conv2", "block5_conv3"]
    assert len(able) == 5  # and the two Dense layers
    assert model.optimizer.momentum == 0.9
    assert [layer.name for layer in unfreeze(model, 3)][0] == "block5_conv3"


def test_what_cannot_be_is_told(lab):
    data = load_images(lab, 16, test=0)
    with pytest.raises(AnimelibError, match="3 layers that can learn"):
        fine_tune(network(), data, lab, stages=(4,))
    with pytest.raises(AnimelibError, match="no validation pictures"):
        fine_tune(network(), load_images(lab, 16, val=0), lab)
    with pytest.raises(AnimelibError, match="of 32 pixels and these have 16"):
        fine_tune(network(32), data, lab)
