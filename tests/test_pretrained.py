"""What a backbone sees is computed once a picture, kept by content, and goes into one plain file."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from animelib import pretrained, visual_words
from animelib.backbones import BACKBONES, load_backbone
from animelib.data import ImageData, Split
from animelib.evaluation import cross_validate, evaluate
from animelib.models import outputs, with_temperature
from animelib.visual_words import answers, learn_from_few

random = np.random.default_rng(0)


def pictures(count: int, size: int = 32) -> np.ndarray:
    return random.integers(0, 256, (count, size, size, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def base():
    keras.utils.set_random_seed(0)
    return load_backbone("vgg16", 64, weights=None)


@pytest.fixture
def untrained(monkeypatch, base):
    """VGG16 with weights at random, looking at 64 pixels: quick, and needs no network."""
    monkeypatch.setitem(BACKBONES, "vgg16", replace(BACKBONES["vgg16"], side=64))
    monkeypatch.setattr(pretrained, "load_backbone", lambda *name, **how: base)
    return base


@pytest.mark.parametrize(("map_name", "windows"), [("block4_pool", [(0, 1), (1, 2), (2, 3), (3, 4)]),
                                                   ("block3_pool", [(0, 2), (2, 4), (4, 6), (6, 8)])])  # fmt: skip
def test_features_are_the_means_of_sixteen_parts_of_the_map(untrained, monkeypatch, map_name, windows):
    monkeypatch.setitem(BACKBONES, "vgg16", replace(BACKBONES["vgg16"], map=map_name))
    images = pictures(2, 64)
    prepared = keras.applications.vgg16.preprocess_input(images.astype(np.float32))
    seen = np.asarray(keras.Model(untrained.input, untrained.get_layer(map_name).output)(prepared))
    parts = [seen[:, top:bottom, left:right].mean(axis=(1, 2)) for top, bottom in windows for left, right in windows]
    wanted = np.sqrt(np.concatenate(parts, axis=1) + 1e-6)
    assert np.allclose(outputs(pretrained.eye("vgg16", 64), images), wanted, atol=1e-3)


def test_every_part_of_a_map_that_four_does_not_divide_is_seen(monkeypatch):
    """MobileNetV2's map is 10 by 10: the windows overlap, and none of its border is cut off."""
    keras.utils.set_random_seed(0)
    look, grey = pretrained.eye("mobilenet_v2", 160, weights=None), np.full((1, 160, 160, 3), 128, np.uint8)
    assert look.output_shape == (None, 16 * 576)
    for rows, columns in ((slice(150, 160), slice(150, 160)), (slice(0, 10), slice(0, 10))):
        touched = grey.copy()
        touched[:, rows, columns] = 255
        assert not np.allclose(outputs(look, grey), outputs(look, touched))


def test_pictures_of_another_size_are_brought_to_its_own(untrained):
    small, large = pretrained.eye("vgg16", 64), pretrained.eye("vgg16", 128)
    images = pictures(2, 8).repeat(8, axis=1).repeat(8, axis=2)
    doubled = images.repeat(2, axis=1).repeat(2, axis=2)
    alike, other = (np.corrcoef(outputs(large, doubled)[0], outputs(small, images)[row])[0, 1] for row in (0, 1))
    assert alike > 0.98
    assert other < alike
    assert large.output_shape == small.output_shape


def test_a_picture_is_looked_at_once(untrained, monkeypatch):
    eye, images, asked = pretrained.eye("vgg16", 32), pictures(6), []

    def counted(network, batch, **how):
        asked.append(len(batch))
        return outputs(network, batch, **how)

    monkeypatch.setattr(pretrained, "outputs", counted)
    first = pretrained.remembered(eye, images[[0, 1, 2, 3, 4, 1]])
    assert asked == [5]
    assert np.array_equal(first[1], first[5])
    assert np.allclose(first, outputs(eye, images[[0, 1, 2, 3, 4, 1]]), atol=1e-4)
    again = pretrained.remembered(eye, images)
    assert asked == [5, 1]  # one picture more costs one picture
    assert np.array_equal(again[:5], first[:5])


def test_other_weights_have_a_memory_of_their_own(untrained):
    eye, images = pretrained.eye("vgg16", 32), pictures(2)
    before = pretrained.remembered(eye, images)
    weights = eye.get_weights()
    eye.set_weights([weights[0] * 2, *weights[1:]])
    assert not np.allclose(pretrained.remembered(eye, images), before)
    eye.set_weights(weights)


def test_a_stopped_run_keeps_what_it_has_and_a_broken_chunk_is_computed_again(untrained, monkeypatch, home):
    eye, images = pretrained.eye("vgg16", 32), pictures(6)
    monkeypatch.setattr(pretrained, "CHUNK", 2)
    whole = pretrained.remembered(eye, images)
    chunks = sorted((home / "cache").rglob("*.npz"))
    assert len(chunks) == 3
    chunks[0].write_bytes(b"half a fi")
    assert np.allclose(pretrained.remembered(eye, images), whole, atol=1e-4)


def test_the_same_weights_in_another_network_have_a_memory_of_their_own(untrained, monkeypatch):
    images = pictures(2)
    assert pretrained.remembered(pretrained.eye("vgg16", 32), images).shape == (2, 16 * 512)
    monkeypatch.setattr(pretrained, "PARTS", 2)
    assert pretrained.remembered(pretrained.eye("vgg16", 32), images).shape == (2, 4 * 512)


def noise(test: int = 0) -> ImageData:
    """Pictures of noise, of which every other one has little red; the last ``test`` are the test."""
    images = pictures(24 + test, 64)
    images[::2, :, :, 0] //= 4
    every = Split(images, np.arange(24 + test) % 2, tuple(map(str, range(24 + test))))
    parts = [Split(every.images[rows], every.labels[rows], every.files[rows]) for rows in (slice(24), slice(0), slice(24, None))]
    return ImageData(*parts, ("a", "b"), 64, "noise")


def test_what_is_learned_with_a_backbone_is_one_plain_file(untrained, tmp_path):
    data = noise(test=10)
    model = learn_from_few(data, backbone="vgg16")
    probs = outputs(model, data.test.images)
    assert (probs.argmax(axis=1) == data.test.labels).mean() > 0.8
    model.save(tmp_path / "model.keras")
    assert np.array_equal(outputs(keras.models.load_model(tmp_path / "model.keras"), data.test.images), probs)


def test_answers_from_memory_are_the_model_s_own_and_leave_it_as_it_is(untrained, tmp_path, monkeypatch):
    data = noise(test=6)
    for model in (learn_from_few(data, backbone="vgg16"), with_temperature(learn_from_few(data, backbone="vgg16"), 3.0)):
        wanted = outputs(model, data.test.images)
        assert np.allclose(answers(model, data.test.images), wanted, atol=1e-5)
        model.save(tmp_path / "model.keras")  # a model with ways through its layers that are not its own cannot be saved
        assert np.allclose(evaluate(model, data).probs, wanted, atol=1e-5)


def test_folds_look_at_each_picture_in_each_light_once(untrained, monkeypatch):
    seen = []
    monkeypatch.setattr(pretrained, "outputs", lambda network, batch, **how: seen.append(len(batch)) or outputs(network, batch))
    cross_validate(lambda fold: learn_from_few(fold, backbone="vgg16"), noise(), folds=3)
    assert sum(seen) == (2 + visual_words.MOST_COPIES) * 24


def test_validation_pictures_are_spared_where_they_are_to_be_watched(untrained):
    data = noise(test=6)
    turned = replace(data, val=Split(data.test.images, 1 - data.test.labels, data.test.files))
    spared = [learn_from_few(part, backbone="vgg16", watch=True) for part in (data, turned)]
    assert np.allclose(*(outputs(model, data.test.images) for model in spared), atol=1e-4)
    assert not np.allclose(*(outputs(learn_from_few(part), data.test.images) for part in (data, turned)), atol=1e-2)
