"""The networks are those of the articles, and answer to raw pictures in batches."""

import gc
import weakref

import keras
import numpy as np
import pytest

from animelib import models
from animelib.models import augmentation, cifar10_cnn, killme_cnn, outputs, pair_cnn, shear_zoom_flip, taste_cnn


def test_pair_cnn_is_the_article_s():
    model = pair_cnn()
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == ["Rescaling", "Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Flatten", "Dense", "Dense"]
    # 3x3x3x64+64, 3x3x64x64+64, 14x14x64x256+256, 256x2+2, counted by hand from the article's code
    assert model.count_params() == 1792 + 36928 + 3211520 + 514
    assert isinstance(model.optimizer, keras.optimizers.Adam)
    assert pair_cnn(classes=5).output_shape == (None, 5)


def test_killme_cnn_is_the_article_s():
    model = killme_cnn()
    kinds = [type(layer).__name__ for layer in model.layers]
    stage = ["Conv2D", "Conv2D", "MaxPooling2D", "Dropout"]
    assert kinds == ["Rescaling", *stage, *stage, "Flatten", "Dense", "Dropout", "Dense"]
    # 3x3x3x32+32, 3x3x32x32+32, 3x3x32x64+64, 3x3x64x64+64, 29x29x64x256+256, 256x6+6, counted by hand from the author's code
    assert model.count_params() == 896 + 9248 + 18496 + 36928 + 13779200 + 1542
    assert [layer.rate for layer in model.layers if "Dropout" in type(layer).__name__] == [0.25, 0.25, 0.5]
    optimizer = model.optimizer
    assert isinstance(optimizer, keras.optimizers.RMSprop)
    assert (float(optimizer.learning_rate), optimizer.rho, optimizer.epsilon) == (pytest.approx(1e-3), 0.9, 1e-8)
    assert model.loss == "categorical_crossentropy"
    assert killme_cnn(classes=4, size=32).output_shape == (None, 4)


def test_outputs_in_batches_equal_predict():
    images = np.random.default_rng(0).integers(0, 256, (10, 64, 64, 3), dtype=np.uint8)
    model = pair_cnn()
    whole = model.predict(images.astype("float32"), verbose=0)
    assert np.allclose(outputs(model, images, batch_size=4), whole, atol=1e-5)
    assert outputs(model, images[:0]).shape == (0, 2)


def test_augmentation_changes_pictures_in_training_only_and_stays_in_range():
    pictures = np.random.default_rng(0).uniform(0, 255, (6, 32, 32, 3)).astype("float32")
    layer = augmentation()
    assert np.array_equal(layer(pictures, training=False), pictures)
    changed = np.asarray(layer(pictures, training=True))
    assert changed.shape == pictures.shape
    assert changed.min() >= 0
    assert changed.max() <= 255
    assert np.abs(changed - pictures).mean() > 5


@pytest.mark.parametrize("make", [augmentation, shear_zoom_flip])
def test_augmentation_takes_pictures_of_one_size_after_those_of_another(make):
    layer = make()
    for height, width in ((32, 32), (48, 40), (24, 24)):
        pictures = np.random.default_rng(0).uniform(0, 255, (3, height, width, 3)).astype("float32")
        assert np.asarray(layer(pictures, training=True)).shape == pictures.shape
    inputs = keras.Input((40, 40, 3))
    answers = keras.layers.Dense(2)(keras.layers.GlobalAveragePooling2D()(layer(inputs)))
    network = keras.Model(inputs, answers)
    network.compile(loss="mse")
    network.fit(np.zeros((4, 40, 40, 3), "float32"), np.zeros((4, 2)), verbose=0)  # as `train` puts it before a network


def test_cifar10_cnn_is_the_article_s():
    model = cifar10_cnn()
    kinds = [type(layer).__name__ for layer in model.layers if type(layer).__name__ != "Rescaling"]
    stage = ["Conv2D", "Conv2D", "MaxPooling2D", "Dropout"]
    assert kinds == [*stage, *stage, "Flatten", "Dense", "Dropout", "Dense"]
    # 3x3x3x32+32, 3x3x32x32+32, 3x3x32x64+64, 3x3x64x64+64, 6x6x64x512+512, 512x10+10, counted by hand from the article's code
    assert model.count_params() == 896 + 9248 + 18496 + 36928 + 1180160 + 5130
    assert [layer.rate for layer in model.layers if "Dropout" in type(layer).__name__] == [0.25, 0.25, 0.5]
    assert isinstance(model.optimizer, keras.optimizers.Adam)


def test_many_pictures_are_answered_as_few_are(monkeypatch):
    images = np.random.default_rng(0).integers(0, 256, (30, 32, 32, 3), dtype=np.uint8)
    model = cifar10_cnn()
    few = outputs(model, images)
    monkeypatch.setattr(models, "MANY", 29)
    assert np.allclose(outputs(model, images, batch_size=4), few, atol=1e-5)  # and two that fill no batch
    assert model in models._graphs
    model.set_weights([weight / 2 for weight in model.get_weights()])
    assert not np.allclose(outputs(model, images, batch_size=4), few, atol=1e-5)
    assert isinstance(model.optimizer, keras.optimizers.Adam)  # as it was compiled


def test_a_graph_goes_with_its_network(monkeypatch):
    monkeypatch.setattr(models, "MANY", 1)
    model = cifar10_cnn()
    outputs(model, np.zeros((4, 32, 32, 3), np.uint8), batch_size=2)
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None


def test_the_taste_article_s_first_network_gives_one_score():
    model = taste_cnn(24, 36)
    pictures = np.random.default_rng(0).integers(0, 256, (4, 24, 36, 3)).astype(np.float32)
    assert model(pictures).shape == (4, 1)
    assert taste_cnn().input_shape == (None, 96, 144, 3)
    assert model.loss == "mse"
