"""CIFAR-10 comes from a zip or from Keras, whole and once; where neither is to be had, one sentence says what to do."""

import io
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from animelib import cifar, words
from animelib.data import load_cifar10
from animelib.errors import AnimelibError
from animelib.lab import open_lab


def write_zip(path, per_class: dict[str, int]):
    """Write a small archive of CIFAR-10's layout whose pictures are of one grey: 20 times the number of the class."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for part, count in per_class.items():
            for number, name in enumerate(cifar.CLASSES):
                for i in range(count):
                    content = io.BytesIO()
                    Image.new("RGB", (32, 32), (20 * number,) * 3).save(content, "JPEG")
                    archive.writestr(f"cifar10/{part}/{name}/{i:04d}.jpg", content.getvalue())
    return path


@pytest.fixture
def archive(tmp_path, monkeypatch):
    """Two pictures of each class to train with and one to test with, where ANIMELIB_DATA says."""
    monkeypatch.setattr(cifar, "TRAIN", 20)
    monkeypatch.setattr(cifar, "ALL", 30)
    monkeypatch.setenv("ANIMELIB_DATA", str(tmp_path / "shared"))
    return write_zip(tmp_path / "shared" / "cifar10_jpeg.zip", {"train": 2, "test": 1})


def test_the_jpeg_copy_is_read_once_shuffled_and_every_label_fits_its_picture(archive):
    data = load_cifar10(val=0.1)
    assert (len(data.train), len(data.val), len(data.test)) == (18, 2, 10)
    assert data.source == "CIFAR-10 (JPEG copy)"
    assert data.classes[3] == "cat"
    for split in (data.train, data.val, data.test):
        assert np.array_equal(np.round(split.images.mean(axis=(1, 2, 3)) / 20), split.labels)
    assert sorted(data.to_learn_from.labels.tolist()) == sorted([*range(10)] * 2)
    assert data.to_learn_from.labels.tolist() != sorted(data.to_learn_from.labels.tolist())  # not class by class
    archive.write_bytes(b"gone")
    assert np.array_equal(load_cifar10().train.images, data.train.images)


def test_the_last_tenth_is_the_validation_part(archive):
    learn, data = load_cifar10().to_learn_from, load_cifar10()
    assert np.array_equal(learn.images[-2:], data.val.images)


def test_class_names_come_in_the_language_of_the_reader(archive):
    lab = open_lab("cifar10", "cifar10", language="ja")
    assert load_cifar10(lab).classes[3] == "猫"
    assert words.language() == "ja"


@pytest.mark.parametrize("per_class", [{"train": 2}, {"train": 1, "test": 1}, {}])
def test_an_archive_that_is_not_whole_is_refused(archive, per_class):
    write_zip(archive, per_class)
    with pytest.raises(AnimelibError, match="not the whole of CIFAR-10"):
        load_cifar10()


def test_a_broken_archive_is_told(archive):
    archive.write_bytes(b"<html>not found</html>")
    with pytest.raises(AnimelibError, match=r"cifar10_jpeg\.zip cannot be read"):
        load_cifar10()


def keras_that(load_data):
    return lambda: SimpleNamespace(datasets=SimpleNamespace(cifar10=SimpleNamespace(load_data=load_data)))


def test_without_archive_and_network_the_choices_are_named(monkeypatch):
    def fails():
        raise Exception("URL fetch failure on https://example.org/cifar-10-python.tar.gz: None -- unreachable\nmore")

    monkeypatch.delenv("ANIMELIB_DATA", raising=False)
    monkeypatch.setattr(cifar, "load_keras", keras_that(fails))
    with pytest.raises(AnimelibError) as caught:
        load_cifar10()
    said = str(caught.value)
    assert all(word in said for word in ("URL fetch failure", "internet", "ANIMELIB_DATA", '"samples"'))
    assert "\n" not in said


def test_the_download_is_kept_and_not_asked_for_again(monkeypatch):
    calls = []

    def gives():
        calls.append(1)
        pictures = np.arange(3)[:, None, None, None] * np.ones((1, 32, 32, 3), np.uint8)
        return (pictures[:2].astype(np.uint8), np.array([[6], [9]])), (pictures[2:].astype(np.uint8), np.array([[3]]))

    monkeypatch.delenv("ANIMELIB_DATA", raising=False)
    monkeypatch.setattr(cifar, "TRAIN", 2)
    monkeypatch.setattr(cifar, "ALL", 3)
    monkeypatch.setattr(cifar, "load_keras", keras_that(gives))
    first, second = load_cifar10(val=0.5), load_cifar10(val=0.5)
    assert len(calls) == 1
    assert (first.train.labels.tolist(), first.val.labels.tolist(), first.test.labels.tolist()) == ([6], [9], [3])
    assert second.source == "CIFAR-10"


def test_samples_are_ten_drawn_characters_of_the_same_size_and_say_so(capsys):
    data = load_cifar10("samples")
    assert data.train.images.shape[1:] == (32, 32, 3)
    assert len(data.classes) == 10
    assert data.source == "drawn samples (ten)"
    assert "drawn sample pictures" in capsys.readouterr().out
    assert len(data.to_learn_from) % 10 == 0
    assert np.array_equal(data.to_learn_from.images[-len(data.val) :], data.val.images)
    assert len(data.val) * 10 == len(data.to_learn_from)  # so that a validation split of 0.1 is this part
