"""Figures of why: what they show is what the network answers, and they can be read in both languages."""

import keras
import numpy as np
import pytest
from conftest import face
from figures import check_every_letter, texts
from matplotlib.text import Text
from test_attention import flat, halves
from test_neighbours import a_split
from test_plots import a_report
from test_trials import COLOURS, colour_report, plain

from animelib import AnimelibError, why, words
from animelib.attention import grad_cam
from animelib.data import Split
from animelib.models import pair_cnn
from animelib.neighbours import remember
from animelib.visual_words import visual_words

JAPANESE = ("レム", "みずき", "赤崎葵", "没キャラ", "あぎり", "とても長い名前のキャラクターの名前")
LATIN = tuple(f"a long name of class number {number}" for number in range(10))


def every_figure(classes):
    keras.utils.set_random_seed(0)
    model, picture = pair_cnn(len(classes), 32), face("rem", 0, 96)
    yield why.show_grad_cam(model, picture, classes)
    for answer in classes[:2]:
        yield why.show_grad_cam(model, picture, classes, answer)
    yield why.explain_guess(model, picture, classes)
    answered = a_report(classes)
    for network in (pair_cnn(len(classes), 16), visual_words(len(classes), 16)):
        memory = remember(network, Split(answered.images, answered.truth, answered.files))
        yield why.explain_mistake(answered, answered.mistakes[0], network, memory)
    report = colour_report([0, 1, 2, 1], [0, 1, 2, 0])
    yield why.explain_guesses(flat(), report)


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("classes", [JAPANESE[:2], JAPANESE, LATIN], ids=["2", "6", "10"])
def test_every_figure_is_drawn_without_a_complaint_and_with_every_letter(classes, language, caplog):
    words.use_language(language)
    check_every_letter(every_figure(classes), caplog)


def test_grad_cam_shows_the_answer_beside_the_guess_on_one_scale():
    sheet = why.show_grad_cam(flat(), halves(), COLOURS, answer="blue")
    told = texts(sheet)
    assert "It is blue" in told
    assert [text[:6] for text in told if text[0] in "✓✗"] == ["✓ blue", "✗ red "]
    seen, blue, red = (np.asarray(axes.images[0].get_array(), float) for axes in sheet.axes)
    assert (seen == halves()).all()
    assert np.abs(blue - halves())[:, 8:].max() < 1  # the same slope for both: full colour on its half
    assert np.ptp(blue[:, :8], axis=2).max() == 0  # and none on the other
    assert np.abs(red - halves())[:, :8].max() < 1


def test_explain_mistake_shows_the_answers_the_maps_and_the_nearest():
    report = colour_report([1, 1, 2, 0], [0, 1, 2, 0])  # the first is red and called green
    told = texts(why.explain_mistake(report, 0, flat(), remember(flat(), a_split(plain(0, 1, 2, 1)))))
    assert {"It is green", "✓ green\n(next to nothing speaks for it)", "✗ red"} <= set(told)
    assert any(text.startswith("red >99%") for text in told)
    words_of_occlusion = texts(why.explain_mistake(report, 0, visual_words(3, 16), remember(flat(), a_split(plain(1, 2)))))
    assert any("(occlusion)" in text for text in words_of_occlusion)


def test_without_an_answer_the_second_best_stands_beside_and_nothing_is_called_nothing():
    told = texts(why.show_grad_cam(flat(), plain(0)[0], COLOURS))
    assert any(text.startswith("red") for text in told)
    assert any("next to nothing speaks for it" in text for text in told)


def test_explain_guess_names_what_moved_it_and_marks_a_new_answer():
    sheet = why.explain_guess(flat(), plain(0)[0], COLOURS)
    told = "Moved most by: hues turned by 120°.\nred goes from >99% to 1%; the answer becomes green."
    assert sheet.get_suptitle() == told
    marked = [text.get_text() for text in sheet.findobj(Text) if text.get_color() == why.VERMILION and text.get_text()]
    assert marked == ["hues turned by 120°", "hues turned by 240°"]


def test_explain_guess_says_when_nothing_moves_it():
    stubborn = keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Flatten(), keras.layers.Dense(3, activation="softmax")])
    stubborn.layers[-1].set_weights([np.zeros((768, 3)), np.array([2.0, 0, 0])])
    assert "Nothing here moves it: red (79%)" in why.explain_guess(stubborn, face("rem", 0), COLOURS).get_suptitle()


def test_explain_guesses_names_the_worst_or_says_that_there_is_none():
    truth = [0, 1, 2] * 6
    sheet = why.explain_guesses(flat(), colour_report(truth, truth))
    assert "Most is lost by this: hues turned by 120° (−100.0 points)" in sheet.get_suptitle()
    assert "−100.0\nlost 18, won 0" in texts(sheet)
    few = colour_report([0, 1], [1, 0])
    assert "No change loses more than chance could" in why.explain_guesses(flat(), few).get_suptitle()


def test_what_is_wrong_is_one_sentence():
    with pytest.raises(AnimelibError, match="answers with 3 classes and 2 names"):
        why.explain_guess(flat(), halves(), COLOURS[:2])
    with pytest.raises(AnimelibError, match="no class 'pink' here: .* red, green, blue"):
        why.show_grad_cam(flat(), halves(), COLOURS, answer="pink")
    with pytest.raises(AnimelibError, match="use occlusion"):
        why.show_grad_cam(visual_words(2, 32), halves(), COLOURS[:2])
    assert grad_cam(flat(), halves(), 0).any()
