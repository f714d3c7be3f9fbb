"""A network to borrow is loaded by its name, is what the table says, and says clearly when it cannot be had."""

import random

import keras
import numpy as np
import pytest

from animelib import words
from animelib.backbones import BACKBONES, backbone_table, load_backbone
from animelib.errors import AnimelibError


@pytest.mark.parametrize("name", BACKBONES)
def test_the_table_s_facts_are_the_network_s(name):
    facts = BACKBONES[name]
    base = load_backbone(name, facts.side, weights=None)
    assert base.output_shape[1] == facts.side // 32  # no top
    assert base.get_layer(facts.map).output.shape[1] == facts.side // 16
    assert abs(base.count_params() * 4 / 1e6 - facts.megabytes) < 1.5
    assert callable(getattr(keras.applications, facts.module).preprocess_input)
    assert facts.milliseconds > 0
    told = (name, f"{facts.megabytes} MB", f"{facts.side} px", f"{facts.milliseconds} ms", facts.licence)
    (row,) = [line for line in backbone_table().splitlines() if line.startswith(name)]
    assert all(word in row for word in told)


@pytest.mark.parametrize(("language", "word"), [("en", "2 CPU cores"), ("ja", "CPU 2コア")])
def test_the_table_says_where_its_times_come_from_and_its_columns_stand_in_line(language, word):
    words.use_language(language)
    head, *rows, foot = backbone_table().splitlines()
    assert word in foot
    places = [words.columns_of(row[: row.index(" px")]) for row in rows]
    assert len(set(places)) == 1
    assert len(rows) == len(BACKBONES)
    assert words.columns_of(head) > 40


def test_random_weights_are_the_same_each_time_and_nobody_else_s_random_changes():
    random.seed(1)
    expected = random.random()
    weights = []
    for seed in (1, 2):
        keras.utils.set_random_seed(seed)
        weights.append(load_backbone("mobilenet_v2", 32, weights=None).get_weights())
        random.seed(1)
        load_backbone("mobilenet_v2", 32, weights=None)
        assert random.random() == expected
    assert all(map(np.array_equal, *weights))
    assert len({float(value.std()) for value in weights[0] if value.ndim == 4}) > 10  # not the same in every layer


def test_without_weights_and_network_the_choices_are_named(monkeypatch):
    def fails(**how):
        raise Exception("URL fetch failure on https://example.org/vgg16.h5: unreachable")

    monkeypatch.delenv("ANIMELIB_WEIGHTS", raising=False)
    monkeypatch.setattr(keras.applications, "VGG16", fails)
    with pytest.raises(AnimelibError) as caught:
        load_backbone("vgg16", 64)
    assert all(word in str(caught.value) for word in ("URL fetch failure", "internet", "ANIMELIB_WEIGHTS", "vgg16_notop"))


def test_weights_come_from_the_folder_that_the_reader_names(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(keras.applications, "VGG16", lambda **how: asked.append(how["weights"]))
    monkeypatch.setenv("ANIMELIB_WEIGHTS", str(tmp_path))
    load_backbone("vgg16", 64)
    (tmp_path / "vgg16_notop.weights.h5").touch()
    load_backbone("vgg16", 64)
    load_backbone("vgg16", 64, weights=None)
    assert asked == ["imagenet", tmp_path / "vgg16_notop.weights.h5", None]


@pytest.mark.parametrize(("name", "size", "told"), [("vgg61", 64, "choose one of vgg16"), ("vgg16", 16, "32 pixels or more")])
def test_what_is_wrong_is_told(name, size, told):
    with pytest.raises(AnimelibError, match=told):
        load_backbone(name, size, weights=None)
