"""Learning fast: the recipe's pieces do what they say, and together they learn drawn characters."""

import keras
import numpy as np
import pytest

from animelib.data import ImageData, Split, load_cifar10
from animelib.evaluation import evaluate
from animelib.fast import QuickBiases, Views, both_ways, epochs_within, learn_fast, moved, whiten
from animelib.models import cifar10_fast, outputs

random = np.random.default_rng(0)


def noise(count=64, size=32, classes=2) -> Split:
    images = random.integers(0, 256, (count, size, size, 3), dtype=np.uint8)
    return Split(images, np.arange(count) % classes, tuple(map(str, range(count))))


def test_learns_ten_drawn_characters_on_unseen_pictures(capsys):
    data = load_cifar10("samples")
    report = evaluate(learn_fast(data, epochs=4), data)
    assert report.interval[0] > 0.5  # guessing is 0.1
    assert "cifar10_fast" in capsys.readouterr().out


def test_whitened_patches_do_not_correlate():
    smooth = np.cumsum(random.normal(0, 10, (400, 32, 32, 3)), axis=2).clip(-127, 127)  # neighbours alike, as in pictures
    images = (smooth + 128).astype(np.uint8)
    network = cifar10_fast(classes=2)
    whiten(network, images)
    layer = network.get_layer("whiten")
    answers = np.asarray(layer(images[:200].astype(np.float32) / 127.5 - 1))[:, 1:-1, 1:-1]
    half = layer.filters // 2
    assert np.allclose(answers[..., half:], -answers[..., :half], atol=1e-5)
    strong = answers[..., :8].reshape(-1, 8)
    assert np.abs(np.corrcoef(strong.T) - np.eye(8)).max() < 0.2


def test_a_patch_of_two_pixels_has_all_its_directions():
    network = cifar10_fast(classes=2, filters=(8, 8), depth=2, patch=2)
    whiten(network, noise(200).images)
    kernel = network.get_layer("whiten").get_weights()[0].reshape(12, 24)
    assert np.linalg.matrix_rank(kernel[:, :12]) == 12


def test_a_picture_is_mirrored_every_other_epoch():
    split = noise(40)
    views = Views(split, classes=2, batch_size=40, steps=1, shuffle=True, seed=0)
    first = views.mirrored.copy()
    views.on_epoch_end()
    assert np.array_equal(views.mirrored, ~first)
    assert 0 < first.sum() < len(first)


def test_views_are_the_pictures_moved_and_perhaps_mirrored_and_leave_the_pictures_alone():
    split = noise(8)
    before = split.images.copy()
    views = Views(split, classes=2, batch_size=8, steps=1, shuffle=True, seed=3)
    images, targets = views[0]
    assert np.array_equal(split.images, before)
    assert images.dtype == np.uint8
    for row in range(8):
        straight = [moved(split.images[row : row + 1], d, r)[0] for d in range(5) for r in range(5)]
        turned = [moved(split.images[row : row + 1, :, ::-1], d, r)[0] for d in range(5) for r in range(5)]
        assert any(np.array_equal(images[row], view) for view in (turned if views.mirrored[row] else straight))
    assert np.array_equal(targets.argmax(axis=1), split.labels)


def test_moving_by_nothing_changes_nothing_and_the_rim_is_reflected():
    pictures = noise(2).images
    assert np.array_equal(moved(pictures, 2, 2), pictures)
    assert np.array_equal(moved(pictures, 0, 2)[:, 0], pictures[:, 2])


def test_biases_learn_faster_and_weights_as_ever():
    def after(optimizer):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.BatchNormalization(scale=False)])
        model.compile(optimizer, "mse")
        start = model.get_weights()
        model.train_on_batch(np.ones((4, 3)) * np.arange(4)[:, None], np.ones((4, 2)))
        return {v.name: np.asarray(v) - s for v, s in zip(model.weights, start, strict=True)}

    quick, plain = after(QuickBiases(0.001)), after(keras.optimizers.SGD(0.001))
    assert np.allclose(quick["kernel"], plain["kernel"])
    assert np.allclose(quick["beta"], 64 * plain["beta"])
    assert np.abs(plain["beta"]).max() > 0


def test_both_ways_answers_the_same_to_a_picture_and_its_mirror_image():
    network = cifar10_fast(classes=3)
    whiten(network, noise().images)
    model, pictures = both_ways(network), noise(6).images
    assert np.allclose(outputs(model, pictures), outputs(model, pictures[:, :, ::-1]), atol=1e-5)
    assert not np.allclose(outputs(network, pictures), outputs(network, pictures[:, :, ::-1]), atol=1e-3)


def test_what_was_learned_is_one_plain_file(tmp_path):
    data = ImageData(noise(64), noise(0), noise(16), ("a", "b"), 32, "noise")
    model = learn_fast(data, epochs=1)
    model.save(tmp_path / "fast.keras")
    again = keras.saving.load_model(tmp_path / "fast.keras")
    assert np.array_equal(outputs(again, data.test.images), outputs(model, data.test.images))


@pytest.mark.parametrize("seconds", [0.0, 60.0])
def test_epochs_within_a_time_are_at_least_one_and_more_with_more_time(seconds):
    network = cifar10_fast(classes=2)
    views = Views(noise(64), classes=2, batch_size=32, steps=2, shuffle=True, seed=0)
    weights = network.get_weights()
    found = epochs_within(seconds, network, views)
    assert found == 1 if seconds == 0 else found > 5
    assert all(np.array_equal(a, b) for a, b in zip(weights, network.get_weights(), strict=True))  # timed on a copy
