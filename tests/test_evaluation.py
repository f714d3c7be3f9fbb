"""Figures of a report are those that one counts by hand, and no picture is judged by a model that has seen it."""

import keras
import numpy as np
import pytest

from animelib.data import load_images
from animelib.errors import AnimelibError
from animelib.evaluation import Report, cross_validate, evaluate
from animelib.models import pair_cnn


def report_of(truth, probs, classes=("rem", "yasuna&<sonya>")) -> Report:
    count = len(truth)
    images = np.zeros((count, 8, 8, 3), np.uint8)
    files = tuple(f"{i}.png" for i in range(count))
    return Report(classes, np.array(truth), np.array(probs), files, images, "test", "folder p")


def test_figures_counted_by_hand():
    report = report_of([0, 0, 0, 1], [[0.9, 0.1], [0.2, 0.8], [0.4, 0.6], [0.3, 0.7]])
    assert report.accuracy == 0.5
    assert report.confusion.tolist() == [[1, 2], [0, 1]]
    assert report.mistakes.tolist() == [1, 2]  # the most certain first
    assert report.macro_recall == pytest.approx((1 / 3 + 1) / 2)
    assert report_of([0, 0], [[0.9, 0.1], [0.2, 0.8]]).macro_recall == 0.5  # a class without pictures has no say
    assert report.per_class["rem"] == {"pictures": 3, "recall": pytest.approx(1 / 3), "precision": 1.0}


def test_confusions_name_what_was_taken_for_what_the_most_frequent_first():
    answers = [0, 1, 1, 2, 0, 1, 2, 0, 0, 0]
    report = report_of([0, 0, 0, 0, 1, 1, 2, 2, 2, 2], np.eye(3)[answers], classes=("cat", "dog", "frog"))
    assert report.confusions == [("frog", "cat", 3), ("cat", "dog", 2), ("cat", "frog", 1), ("dog", "cat", 1)]
    page = report._repr_html_()
    assert "frog taken for cat (3), cat taken for dog (2), cat taken for frog (1)." in page
    assert f"{report.macro_recall:.1%}" in page
    right = report_of([0, 1], np.eye(3)[[0, 1]], classes=("cat", "dog", "frog"))
    assert right.confusions == []
    assert "Confused" not in right._repr_html_()


def test_a_report_reads_as_a_line_and_as_a_page(tmp_path):
    report = report_of([0, 1], [[0.9, 0.1], [0.8, 0.2]])
    assert "50.0%" in str(report)
    page = report.save(tmp_path / "report.html").read_text(encoding="utf-8")
    assert "yasuna&amp;&lt;sonya&gt;" in page
    assert "<sonya>" not in page
    assert page.count("<img") == 1
    assert "folder p" in page


def brightness_model() -> keras.Model:
    inputs = keras.Input((None, None, 3))
    bright = keras.layers.GlobalAveragePooling2D()(inputs)
    return keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(bright))


def test_evaluate_takes_the_test_part_or_says_which(two_folders):
    data = load_images(two_folders, size=16)
    assert evaluate(brightness_model(), data).files == data.test.files
    assert evaluate(brightness_model(), load_images(two_folders, size=16, test=0)).part == "val"
    with pytest.raises(AnimelibError, match="no test pictures"):
        evaluate(brightness_model(), load_images(two_folders, size=16, test=0), "test")


def test_a_model_made_for_others_is_one_sentence(two_folders):
    data = load_images(two_folders, size=16)
    for model, told in ((pair_cnn(3, 16), "answers with 3 classes and the pictures have 2"), (pair_cnn(2, 32), "of 32 pixels")):
        with pytest.raises(AnimelibError, match=told):
            evaluate(model, data)


def test_cross_validation_judges_each_picture_once_unseen(two_folders):
    data = load_images(two_folders, size=16)
    seen = []

    def fit(part):
        assert not set(part.train.files) & set(part.val.files)
        assert not set(data.test.files) & set(part.train.files + part.val.files)
        assert not set(part.to_learn_from.files) & set(part.val.files)  # also by a way that learns from all it may
        seen.extend(part.val.files)
        return brightness_model()

    report = cross_validate(fit, data, folds=3)
    assert sorted(seen) == sorted(report.files) == sorted(data.train.files + data.val.files)
    with pytest.raises(AnimelibError, match="too few for 40 folds"):
        cross_validate(fit, data, folds=40)
