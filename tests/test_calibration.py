"""Certainty is measured as one counts it by hand, and the temperature that sets it right is found and changes no answer."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from conftest import face
from test_evaluation import report_of

from animelib import AnimelibError
from animelib.calibration import calibration_error, cross_temperature, fit_temperature, reliability, soften
from animelib.models import outputs, pair_cnn, with_temperature


def answers_of(scores, truth):
    probs = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return SimpleNamespace(probs=probs, truth=truth)


def too_sure(times, count=4000, seed=0):
    """Scores that are ``times`` too large for how often they are right."""
    random = np.random.default_rng(seed)
    scores = random.normal(size=(count, 3)) * 1.5
    shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    truth = np.array([random.choice(3, p=row) for row in shares])
    return scores * times, truth


def test_the_error_is_that_counted_by_hand():
    report = report_of([0, 0, 0, 1], [[0.9, 0.1], [0.2, 0.8], [0.95, 0.05], [0.4, 0.6]])
    bins = reliability(report, 5)  # 0.4-0.6: one, right; 0.6-0.8: one, wrong; 0.8-1: two, right
    assert bins.counts.tolist() == [0, 0, 1, 1, 2]
    assert bins.accuracy[2:].tolist() == [1, 0, 1]
    assert bins.confidence[2:] == pytest.approx([0.6, 0.8, 0.925])
    assert calibration_error(report, 5) == pytest.approx((0.4 + 0.8 + 2 * 0.075) / 4)
    assert calibration_error(report, 1) == pytest.approx(3.25 / 4 - 3 / 4)


def test_who_is_surely_right_has_no_error():
    assert calibration_error(report_of([0, 1], [[1, 0], [0, 1]])) == 0
    assert calibration_error(report_of([1, 0], [[1, 0], [0, 1]])) == 1


@pytest.mark.parametrize("times", [0.5, 1, 4])
def test_the_temperature_is_found_and_the_error_goes(times):
    scores, truth = too_sure(times)
    report = answers_of(scores, truth)
    found = fit_temperature(report.probs, truth)
    assert found == pytest.approx(times, rel=0.08)
    assert fit_temperature(report.probs, truth, cautious=True) > found
    assert fit_temperature(scores, truth) == pytest.approx(found, rel=1e-3)
    calm = soften(report.probs, found)
    assert (calm.argmax(axis=1) == report.probs.argmax(axis=1)).all()
    assert calibration_error(SimpleNamespace(probs=calm, truth=truth)) < 0.03
    if times != 1:
        assert calibration_error(report) > 0.05


def test_a_few_right_answers_are_no_proof():
    scores = np.random.default_rng(0).normal(size=(6, 2))
    assert fit_temperature(scores, scores.argmax(axis=1)) > 1 / 20


def test_certainty_beyond_what_float_can_hold_is_softened_too():
    assert soften(np.array([[1, 0], [0.5, 0.5]], np.float32), 100).max() < 0.7
    assert fit_temperature(np.array([[1, 0]] * 9 + [[0, 1]], np.float32), np.zeros(10, int)) > 10


def test_cross_temperature_asks_other_pictures():
    """Pictures that are right one time in two, half of them sure: nobody's own luck may choose its temperature."""
    random = np.random.default_rng(0)
    report = report_of(random.integers(0, 2, 40), np.tile([[0.99, 0.01], [0.01, 0.99]], (20, 1)))
    images = np.stack([np.asarray(face("rem", number, 32)) for number in range(40)])
    crossed = cross_temperature(type(report)(**{**report.__dict__, "images": images}))
    assert (crossed.guesses == report.guesses).all()
    assert calibration_error(crossed) < calibration_error(report) / 2
    assert len(np.unique(crossed.probs.max(axis=1).round(6))) > 1  # one temperature for each fold


@pytest.mark.parametrize("temperature", [0.5, 3.0])
def test_a_model_with_a_temperature_answers_as_soften_and_survives_the_disk(temperature, tmp_path):
    keras.utils.set_random_seed(0)
    model = pair_cnn(3, 16)
    images = np.random.default_rng(0).integers(0, 256, (5, 16, 16, 3), dtype=np.uint8)
    calm = with_temperature(model, temperature)
    plain = outputs(model, images)
    assert np.allclose(outputs(calm, images), soften(plain, temperature), atol=1e-5)
    assert np.abs(outputs(calm, images) - plain).max() > 0.001
    calm.save(tmp_path / "calm.keras")
    assert np.allclose(outputs(keras.models.load_model(tmp_path / "calm.keras"), images), outputs(calm, images), atol=1e-6)
    assert np.allclose(outputs(with_temperature(calm, 1 / temperature), images), plain, atol=1e-5)


def test_a_softmax_at_its_limit_is_softened_too():
    sure = keras.Sequential([keras.Input((2,)), keras.layers.Softmax()])
    made = keras.ops.convert_to_numpy(with_temperature(sure, 100)(np.array([[500.0, 0.0]], np.float32)))
    assert np.isfinite(made).all()
    assert made[0, 0] < 0.7


def test_what_is_wrong_is_one_sentence():
    with pytest.raises(AnimelibError, match="number above 0"):
        with_temperature(pair_cnn(2, 16), 0)
    with pytest.raises(AnimelibError, match="at least one answer"):
        calibration_error(SimpleNamespace(probs=np.zeros((0, 2)), truth=np.zeros(0, int)))
    with pytest.raises(AnimelibError, match="not one row for each picture"):
        fit_temperature(np.array([0.2, 0.8]), np.array([0]))
