"""What a backbone sees is computed once a picture, kept by content, and goes into one plain file."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from animelib import pretrained
from animelib.data import ImageData, Split
from animelib.errors import AnimelibError
from animelib.models import outputs
from animelib.visual_words import learn_from_few

random = np.random.default_rng(0)


def pictures(count: int, size: int = 32) -> np.ndarray:
    return random.integers(0, 256, (count, size, size, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def base():
    keras.utils.set_random_seed(0)
    return keras.applications.VGG16(weights=None, include_top=False, input_shape=(32, 32, 3))


@pytest.fixture
def untrained(monkeypatch, base):
    """VGG16 with weights at random, looking at 32 pixels: quick, and needs no network."""
    small = replace(pretrained.BACKBONES["vgg16"], side=32)
    monkeypatch.setitem(pretrained.BACKBONES, "vgg16", small)
    monkeypatch.setattr(pretrained, "_loaded", lambda facts: base)
    return base


def test_features_are_the_means_of_quarters_of_the_middle_maps(untrained):
    images = pictures(2)
    eye = pretrained.eye("vgg16", 32)
    prepared = keras.applications.vgg16.preprocess_input(images.astype(np.float32))
    for number, name in enumerate(("block3_pool", "block4_pool")):
        seen = np.asarray(keras.Model(untrained.input, untrained.get_layer(name).output)(prepared))
        side = seen.shape[1] // 2
        quarters = [seen[:, y : y + side, x : x + side].mean(axis=(1, 2)) for y in (0, side) for x in (0, side)]
        block = np.split(outputs(eye, images), np.cumsum(pretrained.blocks_of(eye))[:-1], axis=1)[number]
        assert np.allclose(block, np.sqrt(np.concatenate(quarters, axis=1) + 1e-6), atol=1e-3)


def test_pictures_of_another_size_are_brought_to_its_own(untrained):
    small, large = pretrained.eye("vgg16", 32), pretrained.eye("vgg16", 64)
    images = pictures(2, 4).repeat(8, axis=1).repeat(8, axis=2)
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


def test_without_weights_and_network_the_choices_are_named(monkeypatch):
    def fails(**how):
        raise Exception("URL fetch failure on https://example.org/vgg16.h5: unreachable")

    monkeypatch.delenv("ANIMELIB_WEIGHTS", raising=False)
    monkeypatch.setattr(keras.applications, "VGG16", fails)
    with pytest.raises(AnimelibError) as caught:
        pretrained.eye("vgg16", 64)
    assert all(word in str(caught.value) for word in ("URL fetch failure", "internet", "ANIMELIB_WEIGHTS", "vgg16_notop"))


def test_an_unknown_backbone_is_told_which_there_are():
    with pytest.raises(AnimelibError, match="choose one of vgg16"):
        pretrained.eye("vgg61", 64)


def test_what_is_learned_with_a_backbone_is_one_plain_file(untrained, tmp_path):
    images = pictures(24, 64)
    images[::2, :, :, 0] //= 4  # the even ones have little red
    split = Split(images, np.arange(24) % 2, tuple(map(str, range(24))))
    nothing = Split(images[:0], split.labels[:0], ())
    model = learn_from_few(ImageData(split, nothing, nothing, ("a", "b"), 64, "noise"), backbone="vgg16")
    unseen = pictures(10, 64)
    unseen[::2, :, :, 0] //= 4
    answers = outputs(model, unseen)
    assert (answers.argmax(axis=1) == np.arange(10) % 2).mean() > 0.8
    model.save(tmp_path / "model.keras")
    assert np.array_equal(outputs(keras.models.load_model(tmp_path / "model.keras"), unseen), answers)
