"""Intervals hold what is known of them, stay within their bounds, and shrink with the count."""

import pytest

from animelib.intervals import of_pairs, wilson


def test_wilson_interval():
    assert wilson(40, 50) == pytest.approx((0.6696, 0.8876), abs=1e-4)
    low, high = wilson(14, 14)
    assert low == pytest.approx(0.785, abs=0.001)
    assert high == 1.0
    assert wilson(0, 5)[0] == 0


def test_interval_of_pairs_is_as_wide_either_way_and_within_its_bounds():
    low, high = of_pairs(3, 1, 20)
    assert low < -0.1 < high
    assert of_pairs(1, 3, 20) == pytest.approx((-high, -low))
    assert of_pairs(0, 1, 1)[1] <= 1
    assert of_pairs(30, 10, 200)[1] - of_pairs(30, 10, 200)[0] < high - low
