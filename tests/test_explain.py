"""Ideas as figures: the numbers on them are the true ones, and they can be read."""

import subprocess
import sys

import numpy as np
import pytest
from conftest import face
from figures import check_every_letter, heads, printed, texts

from animelib import AnimelibError, concepts, explain, words
from animelib.folders import to_array

PICTURE = face("rem", 0, 96)


def every_figure():
    yield explain.explain_picture(PICTURE)
    yield explain.explain_convolution(PICTURE)
    yield explain.explain_padding(PICTURE)
    yield explain.explain_pooling(PICTURE)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_figure_is_drawn_without_a_complaint_and_with_every_letter(language, caplog):
    words.use_language(language)
    check_every_letter(every_figure(), caplog)


def test_these_figures_need_neither_keras_nor_pyplot():
    script = (
        "import sys; from animelib import explain, learning; learning.explain_gradient_descent().png();"
        "print([m for m in ('keras', 'tensorflow', 'matplotlib.pyplot') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_explain_picture_prints_the_true_numbers():
    sheet = explain.explain_picture(PICTURE, size=32)
    patch, numbers = sheet.axes[-3].images[0].get_array(), printed(sheet.axes[-1])
    assert numbers == patch[..., 0].ravel().tolist()
    whole = to_array(PICTURE, 32)
    windows = np.lib.stride_tricks.sliding_window_view(whole, (8, 8, 3)).reshape(-1, 8, 8, 3)
    assert (windows == patch).all(axis=(1, 2, 3)).any()
    red, green, blue = (channel.images[0].get_array() for channel in sheet.axes[3:8:2])
    assert np.array_equal(red + green + blue, whole)
    assert "32 × 32 × 3 = 3,072 numbers" in "".join(heads(sheet))
    assert "yours: 96 × 96" in texts(sheet)


def test_the_framed_pixel_is_told_with_its_three_numbers():
    picture = np.full((32, 32, 3), 128, np.uint8)
    picture[15, 17] = (250, 3, 77)
    assert "red 250, green 3, blue 77" in "".join(heads(explain.explain_picture(picture, size=32)))


def test_explain_picture_refuses_what_leaves_nothing_to_see():
    with pytest.raises(AnimelibError, match="size of 12 or more"):
        explain.explain_picture(PICTURE, size=8)


def test_the_arithmetic_of_one_place_is_written_out_rightly():
    sheet = explain.explain_convolution(PICTURE, size=32)
    seen, _, window, _, kernel, _, products = sheet.axes[:7]
    assert np.array_equal(np.array(printed(window)) * printed(kernel), printed(products))
    sum_told = next(text for text in texts(sheet) if " = " in text)
    terms, total = sum_told.replace("−", "-").replace(" ", "").split("=")
    assert eval(terms) == int(total) == sum(printed(products))
    grey, made = seen.images[0].get_array(), sheet.axes[-3].images[0].get_array()
    assert abs(int(total)) == np.abs(made[5:-5, 5:-5]).max()  # a sixth is left out all around
    assert np.array_equal(made, concepts.convolve(grey, concepts.FILTERS["edges_upright"]))


def test_a_plain_picture_has_no_edges_and_no_figure_breaks():
    plain = np.full((20, 20, 3), 90, np.uint8)
    assert "−90 + 90 − 90 + 90 − 90 + 90 = 0" in texts(explain.explain_convolution(plain))
    assert "0 = 0" in texts(explain.explain_convolution(plain * 0))
    for sheet in (explain.explain_picture(plain), explain.explain_pooling(plain)):
        assert sheet.png()


def test_explain_pooling_prints_the_true_numbers():
    sheet = explain.explain_pooling(PICTURE)
    numbers = np.array(printed(sheet.axes[2])).reshape(3, 2, 3, 2)
    assert np.array_equal(numbers.max(axis=(1, 3)).ravel(), printed(sheet.axes[4]))


def test_the_map_to_pool_has_the_size_that_is_asked_for():
    assert explain.explain_pooling(PICTURE).axes[0].get_title() == "62 × 62"
    assert explain.explain_pooling(PICTURE, size=32).axes[0].get_title() == "30 × 30"


def test_the_change_that_pooling_hides_is_measured_on_the_moved_picture():
    pixels = to_array(PICTURE, 64)
    edges = [
        np.maximum(concepts.convolve(concepts.brightness(moved), concepts.FILTERS["edges_upright"]), 0).astype(float)[:56, :56]
        for moved in (pixels, np.roll(pixels, -1, axis=1))
    ]
    expected = []
    for side in (1, 2, 4):
        here, there = (
            np.array([[one[y : y + side, x : x + side].max() for x in range(0, 56, side)] for y in range(0, 56, side)])
            for one in edges
        )
        expected.append(words.percent(sum(abs(here - there).ravel()) / (here.sum() + there.sum())))
    told = heads(explain.explain_pooling(PICTURE))[-1]
    assert "{} of the map changes; pooled once {}, pooled twice {}.".format(*expected) in told


def test_pooling_takes_a_map_and_says_nothing_moved_where_nothing_is():
    sheet = explain.explain_pooling(np.zeros((20, 20), np.float32))
    assert "0% of the map changes" in heads(sheet)[-1]


def test_same_keeps_the_size_with_a_rim_of_zeros_and_valid_loses_a_row_all_around():
    sheet = explain.explain_padding(PICTURE, size=20)
    grey = concepts.brightness(to_array(PICTURE, 20))
    corner, _, seen, _, made = sheet.axes[:5]
    rimmed_corner, _, rimmed, _, kept = sheet.axes[5:]
    assert printed(corner) == grey[:4, :4].ravel().tolist()
    assert printed(rimmed_corner) == [0] * 5 + [number for row in grey[:4, :4].tolist() for number in (0, *row)]
    assert np.array_equal(seen.images[0].get_array(), grey)
    assert np.array_equal(rimmed.images[0].get_array()[1:-1, 1:-1], grey)
    inner, whole = made.images[0].get_array(), kept.images[0].get_array()
    assert (inner.shape, whole.shape) == ((18, 18), (20, 20))
    assert np.array_equal(whole[1:-1, 1:-1], inner)
    assert "20 → 18" in heads(sheet)[0]
    assert "20 → 20" in heads(sheet)[1]
    pixels = [np.ptp(axes.get_xlim()) for axes in (seen, made, rimmed, kept)]
    assert np.ptp(pixels) < 1e-9  # one scale, so that what is smaller looks smaller
