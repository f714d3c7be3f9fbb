"""Labels that were made wrong on purpose are found, and those that are right are left alone."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from test_evaluation import report_of

from animelib.data import load_images
from animelib.doubts import likely_wrong_labels
from animelib.evaluation import cross_validate
from animelib.models import outputs
from animelib.samples import draw_folder
from animelib.strangers import colour_eyes
from animelib.visual_words import ridge


def test_the_rule_worked_out_by_hand():
    # usual: class 0 gets (0.9 + 0.8 + 0.1) / 3 = 0.6, class 1 gets (0.7 + 0.5 + 0.3) / 3 = 0.5
    report = report_of([0, 0, 0, 1, 1, 1], [[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.3, 0.7], [0.5, 0.5], [0.7, 0.3]])
    doubts = likely_wrong_labels(report)
    assert [doubt.row for doubt in doubts] == [2, 5]
    assert (doubts[0].file, doubts[0].label, doubts[0].likely) == ("2.png", "rem", "yasuna&<sonya>")
    assert doubts[0].confidence == pytest.approx(0.1)


def test_who_is_never_wrong_is_never_doubted_and_an_empty_class_is_nobodys_rival():
    assert likely_wrong_labels(report_of([0, 1], [[0.9, 0.1], [0.1, 0.9]])) == []
    assert likely_wrong_labels(report_of([0, 0], [[0.9, 0.1], [0.2, 0.8]])) == []


def by_colours(data) -> keras.Model:
    """Learn in a second: which colours are where, and one layer that is solved."""
    eyes, judge = colour_eyes(data.size), keras.layers.Dense(len(data.classes), activation="softmax")
    model = keras.Model(eyes.input, judge(eyes.output))
    kernel, bias = ridge(outputs(eyes, data.train.images)[None], data.train.labels, [eyes.output_shape[-1]])
    judge.set_weights([6 * kernel, 6 * bias])
    return model


def test_labels_that_were_flipped_are_at_the_top(tmp_path):
    data = load_images(draw_folder(tmp_path / "five", "five", per_class=16, size=48), size=48, val=0, test=0)
    random = np.random.default_rng(0)
    flipped = random.choice(len(data.train), round(0.05 * len(data.train)), replace=False)
    labels = data.train.labels.copy()
    labels[flipped] = (labels[flipped] + random.integers(1, 5, len(flipped))) % 5
    wrong = replace(data, train=replace(data.train, labels=labels))
    report = cross_validate(by_colours, wrong, folds=5)
    where = {file: row for row, file in enumerate(report.files)}
    top = {doubt.row for doubt in likely_wrong_labels(report)[: 2 * len(flipped)]}
    found = sum(where[data.train.files[row]] in top for row in flipped)
    assert found > len(flipped) / 2, (found, len(flipped), report)
