"""Folders of drawn pictures: layout, determinism, nothing overwritten, and two sisters who are hard to tell apart."""

import csv
import hashlib
import time

import numpy as np
import pytest
from PIL import Image

from animelib import samples
from animelib.boxes import read_boxes
from animelib.errors import AnimelibError
from animelib.samples import CASTS, draw_folder, draw_scenes

SEEDS = (0, 1, 2)


def prints_of(folder):
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()
    }


def test_a_folder_has_a_folder_for_each_class(tmp_path):
    assert draw_folder(tmp_path / "five", "five", per_class=2, size=32) == tmp_path / "five"
    names = sorted(prints_of(tmp_path / "five"))
    assert names == sorted(f"{name}/{name}_{i:03d}.jpg" for name in CASTS["five"] for i in range(2))
    with Image.open(tmp_path / "five" / "rin" / "rin_000.jpg") as picture:
        assert picture.size == (32, 32)
        assert picture.mode == "RGB"
        assert picture.format == "JPEG"


def test_splits_have_their_own_counts_and_pictures(tmp_path):
    draw_folder(tmp_path, "pair", size=32, splits={"train": 3, "validation": 1, "test": 2})
    prints = prints_of(tmp_path)
    assert len(prints) == 12
    assert len(set(prints.values())) == 12
    assert "validation/hana/hana_000.jpg" in prints
    assert "test/yuki/yuki_001.jpg" in prints


def test_six_is_unbalanced_and_has_a_class_of_both(tmp_path):
    draw_folder(tmp_path, "six", per_class=10, size=16)
    counts = {p.name: len(list(p.iterdir())) for p in tmp_path.iterdir()}
    assert set(counts) == set(CASTS["six"])
    assert "yuki&hana" in counts
    assert "others" in counts
    assert len(counts) == 6
    assert counts == {name: samples.pictures_of("six", name, 10) for name in counts}
    assert max(counts.values()) >= 4 * min(counts.values())


def test_strangers_are_not_in_the_pair():
    known = {who.name for who in CASTS["pair"].values()} | {who.name for who in CASTS["six"].values() if hasattr(who, "name")}
    assert len(CASTS["strangers"]) == 3
    assert not known & set(CASTS["strangers"])


def test_the_same_seed_draws_the_same_bytes_and_another_seed_others(tmp_path):
    for folder, seed in (("a", 0), ("b", 0), ("c", 1)):
        draw_folder(tmp_path / folder, "pair", per_class=3, size=48, seed=seed)
    a, b, c = (prints_of(tmp_path / folder) for folder in "abc")
    assert a == b
    assert not set(a.values()) & set(c.values())


def test_a_picture_does_not_depend_on_how_many_are_drawn(tmp_path):
    few, many = (
        draw_folder(tmp_path / "few", "pair", per_class=1, size=32),
        draw_folder(tmp_path / "many", "pair", per_class=3, size=32),
    )
    assert prints_of(few).items() <= prints_of(many).items()


def test_nothing_is_overwritten_and_a_second_call_is_quick(tmp_path):
    mine = tmp_path / "hana" / "hana_000.jpg"
    mine.parent.mkdir()
    mine.write_bytes(b"my own picture")
    draw_folder(tmp_path, "pair", per_class=10, size=64)
    before = prints_of(tmp_path)
    start = time.perf_counter()
    draw_folder(tmp_path, "pair", per_class=10, size=64)
    assert time.perf_counter() - start < 0.1
    assert prints_of(tmp_path) == before
    assert mine.read_bytes() == b"my own picture"


def test_no_half_written_file_is_left(tmp_path):
    draw_folder(tmp_path, "pair", per_class=2, size=16)
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and p.suffix != ".jpg"]


def test_an_unknown_cast_names_the_known_ones(tmp_path):
    with pytest.raises(AnimelibError, match="pair"):
        draw_folder(tmp_path, "nobody")


def test_scenes_have_a_table_of_boxes(tmp_path):
    draw_scenes(tmp_path, 12, size=(320, 240))
    with open(tmp_path / "boxes.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert set(rows[0]) == {"filename", "x", "y", "w", "h"}
    assert {row["filename"] for row in rows} == {p.name for p in (tmp_path / "images").iterdir()}
    assert any(row["x"] == "" for row in rows)
    assert any(row["x"] != "" for row in rows)
    for row in rows:
        if row["x"]:
            x, y, w, h = (int(row[key]) for key in "xywh")
            assert x >= 0
            assert y >= 0
            assert x + w <= 320
            assert y + h <= 240
            assert w > 10
            assert h > 10


def test_scenes_hold_as_many_people_as_wanted(tmp_path):
    boxes = read_boxes(draw_scenes(tmp_path, 10, size=(160, 120), least=1, most=2))
    assert {len(faces) for faces in boxes.values()} == {1, 2}


def test_scenes_again_are_quick_and_the_same(tmp_path):
    draw_scenes(tmp_path, 8, size=(320, 240))
    before = prints_of(tmp_path)
    start = time.perf_counter()
    draw_scenes(tmp_path, 8, size=(320, 240))
    assert time.perf_counter() - start < 0.1
    assert prints_of(tmp_path) == before
    draw_scenes(tmp_path, 9, size=(320, 240))
    assert before["images/scene_003.jpg"] == prints_of(tmp_path)["images/scene_003.jpg"]


def arrays(cast, split, per_class, size, seed):
    """Give images (N, size, size, 3) and labels (N,) without going through files."""
    people = CASTS[cast]
    images = [
        samples.draw_member(who, samples.picture_rng(seed, cast, split, name, i), size)
        for name, who in people.items()
        for i in range(per_class)
    ]
    return np.stack(images), np.repeat(np.arange(len(people)), per_class)


def thumbnails(images, side=8):
    step = images.shape[1] // side
    return images.reshape(len(images), side, step, side, step, 3).mean((2, 4)).reshape(len(images), -1) / 255


def nearest_mean(train, labels, test, truth):
    centres = np.stack([train[labels == k].mean(0) for k in np.unique(labels)])
    return (((test[:, None] - centres) ** 2).sum(-1).argmin(1) == truth).mean()


@pytest.fixture(scope="module")
def sisters():
    return {seed: (*arrays("pair", "train", 200, 64, seed), *arrays("pair", "test", 200, 64, seed)) for seed in SEEDS}


@pytest.mark.parametrize("seed", SEEDS)
def test_mean_colour_does_not_tell_the_sisters_apart(sisters, seed):
    train, labels, test, truth = sisters[seed]
    assert nearest_mean(train.mean((1, 2)), labels, test.mean((1, 2)), truth) < 0.75


@pytest.mark.parametrize("seed", SEEDS)
def test_a_linear_model_of_thumbnails_does_not_tell_the_sisters_apart(sisters, seed):
    linear_model = pytest.importorskip("sklearn.linear_model")
    train, labels, test, truth = sisters[seed]
    model = linear_model.LogisticRegression(max_iter=1000).fit(thumbnails(train), labels)
    assert model.score(thumbnails(test), truth) < 0.85


def test_a_small_network_tells_the_sisters_apart(sisters):
    """The article's network: two convolutions with pooling, one dense layer."""
    keras = pytest.importorskip("keras")
    layers = keras.layers
    train, labels, test, truth = sisters[1]
    keras.utils.set_random_seed(1)
    network = keras.Sequential(
        [
            layers.Input((64, 64, 3)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(256, activation="relu"),
            layers.Dense(2, activation="softmax"),
        ]
    )
    network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    network.fit(train, labels, epochs=12, batch_size=16, verbose=0)
    assert network.evaluate(test, truth, verbose=0)[1] > 0.95


def test_ten_can_be_read_at_32_pixels():
    """Even a linear model of 32 x 32 pictures, which no shift of the head can fool a network as it fools this, finds most."""
    train, labels = arrays("ten", "train", 60, 32, 0)
    test, truth = arrays("ten", "test", 20, 32, 0)
    linear_model = pytest.importorskip("sklearn.linear_model")
    model = linear_model.LogisticRegression(max_iter=50, tol=0.01).fit(thumbnails(train, 8), labels)
    assert model.score(thumbnails(test, 8), truth) > 0.6  # chance is 0.1
