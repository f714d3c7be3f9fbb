"""Figures: what is on them, in both languages, and that they load nothing heavy."""

import io
import subprocess
import sys
import warnings
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from figures import check_every_letter, texts
from matplotlib.colors import to_hex
from PIL import Image

from animelib import AnimelibError, plots, words
from animelib.curve import LearningCurve

JAPANESE = ("レム", "みずき", "赤崎葵", "没キャラ", "あぎり", "とても長い名前のキャラクターの名前")
LATIN = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


class Answer(list):
    def __str__(self):
        return f"{'This is' if self.known else 'Nobody, though a little like'} {self[0].name}"


def a_split(classes, each=4, size=16):
    labels = np.repeat(np.arange(len(classes)), each)
    images = np.random.default_rng(0).integers(0, 256, (len(labels), size, size, 3), dtype=np.uint8)
    return SimpleNamespace(images=images, labels=labels, files=tuple(f"{i}.png" for i in range(len(labels))))


def a_report(classes, wrong=(0, 3), each=4):
    """Answers that are right but for the rows ``wrong``, of which a later one is surer."""
    split = a_split(classes, each)
    guesses = split.labels.copy()
    guesses[list(wrong)] = (guesses[list(wrong)] + 1) % len(classes)
    sure = 0.6 + 0.3 * np.arange(len(guesses)) / len(guesses)
    probs = np.full((len(guesses), len(classes)), 0.0) + ((1 - sure) / (len(classes) - 1))[:, None]
    probs[np.arange(len(guesses)), guesses] = sure
    confusion = np.zeros((len(classes),) * 2, dtype=int)
    np.add.at(confusion, (split.labels, guesses), 1)
    return SimpleNamespace(
        classes=tuple(classes), truth=split.labels, probs=probs, guesses=guesses, images=split.images, files=split.files,
        part="test", source="drawn samples (pair)", accuracy=float((guesses == split.labels).mean()),
        interval=(0.4, 0.9), confusion=confusion, mistakes=np.array(sorted(wrong, reverse=True), dtype=int),
    )  # fmt: skip


def a_run(best_epoch=1, **history):
    return SimpleNamespace(history=history, best_epoch=best_epoch, source="drawn samples (pair)")


def an_answer(known=True, names=("レム", "みずき")):
    shares = np.linspace(1, 0.1, len(names)) / np.linspace(1, 0.1, len(names)).sum()
    guesses = [SimpleNamespace(name=name, probability=share) for name, share in zip(names, shares, strict=True)]
    answer = Answer(guesses)
    answer.known, answer.name = known, names[0] if known else None
    return answer


def drawn(sheet):
    return np.asarray(Image.open(io.BytesIO(sheet.png())).convert("RGB"))


def every_figure(classes):
    report, split = a_report(classes), a_split(classes)
    losses = [1.0, 0.8, 0.6, 0.5, 0.4, 0.3]
    yield plots.show_images(SimpleNamespace(train=split, classes=classes, source="a folder"))
    yield plots.show_augmented(lambda batch, training: batch * 2 - 40, split.images[0])
    yield plots.plot_history(a_run(3, loss=losses, val_loss=losses[::-1], accuracy=losses, val_accuracy=losses))
    yield plots.plot_loss_and_accuracy(a_run(3, loss=losses, val_loss=losses[::-1], accuracy=losses, val_accuracy=losses))
    yield plots.plot_confusion(report)
    yield plots.plot_reliability(report)
    yield plots.show_doubts(report)
    yield plots.show_doubts(a_report(classes, wrong=()))
    yield plots.show_mistakes(report)
    yield plots.show_mistakes(a_report(classes, wrong=()))
    yield plots.show_grid(report)
    yield plots.show_grid(report, rows=[0, 3, 1])
    yield plots.show_answer(split.images[0], an_answer(True, classes))
    yield plots.show_answer(split.images[0], an_answer(False, classes))


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("classes", [JAPANESE[:2], JAPANESE, LATIN], ids=["2", "6", "10"])
def test_every_figure_is_drawn_without_a_complaint_and_with_every_letter(classes, language, caplog):
    words.use_language(language)
    check_every_letter(every_figure(classes), caplog)


def test_plots_load_neither_keras_nor_pyplot_nor_change_the_font():
    script = (
        "import sys, matplotlib; family = list(matplotlib.rcParams['font.family']); from animelib import plots;"
        "plots.show_answer(__import__('numpy').zeros((8, 8, 3), 'uint8'), "
        "type('A', (list,), {'known': True})([__import__('types').SimpleNamespace(name='レム', probability=1.0)])).png();"
        "print([m for m in ('keras', 'tensorflow', 'matplotlib.pyplot', 'matplotlib_fontja') if m in sys.modules],"
        " family == matplotlib.rcParams['font.family'])"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[] True\n"


def test_show_images_names_every_class_and_counts_it():
    split = a_split(LATIN, each=3)
    sheet = plots.show_images(SimpleNamespace(train=split, classes=LATIN, source="a folder"))
    told = [axes.get_title("left") for axes in sheet.axes if axes.get_title("left")]
    assert told == [f"{name}: 3" for name in LATIN]
    assert "Pictures: a folder" in texts(sheet)


def test_show_images_takes_a_split_and_a_class_without_pictures():
    split = a_split(("a", "b"), each=1)
    assert "1: 1" in texts(plots.show_images(split))
    assert "nobody: 0" in texts(plots.show_images(split, classes=("a", "b", "nobody")))


def test_show_images_says_when_there_are_none():
    with pytest.raises(AnimelibError, match="no pictures in this part"):
        plots.show_images(a_split((), each=0))


def test_show_images_shows_pictures_of_its_own_class():
    split = a_split(("dark", "bright"), each=5)
    split.images[:5], split.images[5:] = 0, 200
    dark, bright = (axes.images[0].get_array() for axes in plots.show_images(split, count=4).axes[:2])
    assert set(np.unique(dark)) == {0, 255}  # 255 is the gap between two pictures
    assert set(np.unique(bright)) == {200, 255}


def test_show_augmented_calls_as_in_training_and_keeps_the_range():
    seen = []

    def augment(batch, *, training):
        seen.append((batch.shape, batch.dtype, training))
        return batch * 3 - 100

    sheet = plots.show_augmented(augment, np.full((8, 8, 3), 30, np.uint8), count=7)
    assert seen == [((7, 8, 8, 3), np.dtype("float32"), True)]
    original, varied = (axes.images[0].get_array() for axes in sheet.axes)
    assert np.unique(original) == [30]
    assert set(np.unique(varied)) == {0, 255}  # below 0 becomes 0, and white is between and beyond


@pytest.mark.parametrize(
    ("loss", "val_loss", "expected"),
    [
        ([1, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1], [1, 0.8, 0.7, 0.6, 0.8, 1, 1.2, 1.4], 5),
        ([1, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1], [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.5, 0.5], None),  # still learning
        ([1, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1], [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.5, 0.6], None),  # one bump at the end
        ([1, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1], [1, 0.5, 0.9, 1, 0.9, 0.7, 0.5, 0.4], None),  # it came back
        ([1, 0.8, 0.6, 0.5, 0.9, 1.2, 1.5, 2], [1, 0.8, 0.7, 0.6, 0.9, 1.2, 1.5, 2], None),  # both rise: it broke down
        ([1, 0.5, 0.1, 0.01, 0.001, 0.001], [1, 0.5, 0.01, 0.001, 0.002, 0.003], None),  # larger, and still next to nothing
        ([1, 0.5, float("nan"), 0.3, 0.2, 0.1, 0.05], [1, 0.6, float("nan"), 0.7, 0.9, 1.1, 1.3], 4),
        ([float("nan")] * 5, [float("nan")] * 5, None),
        ([1, 0.5, 0.2], [], None),
        ([1], [1], None),
        ([], [], None),
    ],
)
def test_the_rule_for_overfitting(loss, val_loss, expected):
    assert plots.overfitting_from({"loss": loss, "val_loss": val_loss}) == expected


def test_the_articles_own_run_is_not_called_overfitting():
    loss = [1.389, 0.7608, 0.6044, 0.4913, 0.3257, 0.5637, 0.4463, 0.1631, 0.1891, 0.1066]
    val_loss = [0.6757, 0.6327, 0.5852, 0.4817, 0.4530, 0.8162, 0.3487, 0.4427, 0.2596, 0.2867]
    assert plots.overfitting_from({"loss": loss, "val_loss": val_loss}) is None


def test_loss_and_accuracy_have_an_axis_each_and_a_scale_of_their_own():
    run = a_run(1, loss=[4.0, 2.0], val_loss=[3.0, 8.0], accuracy=[0.25, 0.5], val_accuracy=[0.3, 0.4])
    left, right = plots.plot_loss_and_accuracy(run).axes
    assert [list(line.get_ydata()) for line in left.lines] == [[4, 2], [3, 8]]
    assert [list(line.get_ydata()) for line in right.lines] == [[0.25, 0.5], [0.3, 0.4]]
    assert left.get_ylim()[1] > 8
    assert right.get_ylim() == (0, 1.03)
    assert left.yaxis.label.get_color() == left.lines[0].get_color() != right.lines[0].get_color()
    for history in ({"loss": [1.0]}, {"loss": [1.0, float("nan")], "val_loss": [float("nan")] * 2, "accuracy": [0.1, 0.1]}):
        plots.plot_loss_and_accuracy(SimpleNamespace(history=history)).png()
    with pytest.raises(AnimelibError, match="no epoch"):
        plots.plot_loss_and_accuracy(a_run(1))


def test_plot_history_marks_the_best_epoch_and_the_start_of_overfitting():
    down, up = [1, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1], [1, 0.8, 0.7, 0.6, 0.8, 1, 1.2, 1.4]
    sheet = plots.plot_history(a_run(4, loss=down, val_loss=up, accuracy=down, val_accuracy=up))
    assert any(text.startswith("Best epoch: 4 of 8.\nOverfitting from epoch 5") for text in texts(sheet))
    for axes in sheet.axes:
        marked = {line.get_label(): line.get_xdata() for line in axes.lines}
        assert list(marked["best epoch"]) == [4, 4]
        assert [patch.get_label() for patch in axes.patches] == ["overfitting"]


@pytest.mark.parametrize(
    ("history", "told"),
    [
        ({"loss": [1.0], "accuracy": [0.5], "val_loss": [1.0], "val_accuracy": [0.5]}, "No overfitting seen."),
        ({"loss": [1.0, 0.5], "accuracy": [0.5, 0.6]}, "No validation pictures"),
        ({"loss": [1.0, float("nan")], "accuracy": [0.5, 0.5], "val_loss": [1.0, float("nan")]}, "from epoch 2 on"),
        ({"loss": [float("nan")] * 3, "accuracy": [float("nan")] * 3}, "from epoch 1 on"),
    ],
)
def test_plot_history_of_odd_runs(history, told):
    sheet = plots.plot_history(a_run(**history))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sheet.png()
    assert any(told in text for text in texts(sheet))


def test_plot_history_takes_what_plain_keras_returns():
    history = keras.callbacks.History()
    history.history = {"loss": [1, 0.5, 0.4, 0.3], "val_loss": [1, 0.7, float("nan"), 0.8], "accuracy": [0.5] * 4}
    sheet = plots.plot_history(history)
    assert any(text.startswith("Best epoch: 2 of 4.") for text in texts(sheet))
    assert not any("Pictures:" in text for text in texts(sheet))
    history.history = {"loss": [1, 0.5, 0.6]}  # compiled without metrics, and nothing to validate by
    sheet = plots.plot_history(history)
    assert [axes.get_title() for axes in sheet.axes] == ["Loss (lower is better)"]
    assert any(text.startswith("Best epoch: 2 of 3.") for text in texts(sheet))


def test_plot_history_of_no_epoch_is_refused():
    with pytest.raises(AnimelibError, match="holds no epoch"):
        plots.plot_history(a_run())
    with pytest.raises(AnimelibError, match="holds no epoch"):
        plots.plot_history(a_run(loss=[]))


CURVES = {
    "flat at all": np.ones((4, 3)),
    "climbing": np.array([[0.41, 0.52, 0.5], [0.7, 0.72, 0.78], [0.9, 0.93, 0.92], [0.99, 0.98, 1.0]]),
    "climbing, one choice": np.array([[0.4], [0.75], [0.93], [1.0]]),
    "falling": np.array([[0.3, 0.32], [0.28, 0.29], [0.2, 0.22], [0.0, 0.1]]),
    "one count": np.array([[0.8]]),
}


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("kind", CURVES)
def test_plot_learning_curve_has_no_tick_above_all_and_no_figure_on_the_line(language, kind, caplog):
    words.use_language(language)
    accuracies = CURVES[kind]
    curve = LearningCurve(np.array([2, 5, 20, 80])[: len(accuracies)], accuracies, 80, "drawn samples (five)")
    sheet = plots.plot_learning_curve(curve)
    check_every_letter([sheet], caplog)
    (axes,) = sheet.axes
    ticks = axes.get_yticks()
    assert 3 <= len(ticks) <= 7
    assert -1e-9 <= ticks.min() <= ticks.max() <= 1 + 1e-9
    assert len({label.get_text() for label in axes.get_yticklabels()}) == len(ticks)  # no two read alike
    low, high = axes.get_ylim()
    assert low < accuracies.min() <= accuracies.max() < high
    told = [text for text in axes.texts if text.get_text() in {f"{mean:.1%}" for mean in accuracies.mean(axis=1)}]
    assert len(told) == len(accuracies)
    assert min(text.get_window_extent().y0 for text in told) > axes.get_window_extent().y1
    assert len(axes.get_legend().get_texts()) == (2 if accuracies.shape[1] > 1 else 1)


def test_plot_confusion_writes_counts_and_shares_of_rows():
    told = texts(plots.plot_confusion(a_report(("rem", "mizuki"), wrong=(0,))))
    assert {"3\n75%", "1\n25%", "4\n100%", "0"} <= set(told)
    assert "88% right on 8 test pictures (95% interval 40% to 90%)" in told


def test_plot_confusion_takes_a_class_without_pictures():
    report = a_report(("rem", "mizuki", "ram"), wrong=())
    report.confusion[2] = 0
    assert texts(plots.plot_confusion(report)).count("0") == 7


def test_show_mistakes_puts_the_worst_first_and_says_truth_guess_and_probability():
    report = a_report(("rem", "mizuki"), wrong=(0, 3))
    first, second = plots.show_mistakes(report).axes[:2]
    assert np.array_equal(first.images[0].get_array(), report.images[3])
    assert np.array_equal(second.images[0].get_array(), report.images[0])
    assert (first.get_title(), first.get_xlabel()) == ("✓ rem", f"✗ mizuki {report.probs[3, 1]:.0%}")


def test_show_mistakes_has_a_card_when_there_are_none():
    assert "Not a single mistake!" in texts(plots.show_mistakes(a_report(("rem", "mizuki"), wrong=())))


def test_show_grid_tells_right_from_wrong_by_mark_and_by_colour():
    sheet = plots.show_grid(a_report(("rem", "mizuki"), wrong=(0,)), count=8)
    titles = [(axes.get_title(), to_hex(axes.title.get_color()).upper()) for axes in sheet.axes if axes.images]
    assert titles[0] == ("✗ mizuki", plots.WRONG)
    assert titles[1:] == [("✓ rem", plots.RIGHT)] * 3 + [("✓ mizuki", plots.RIGHT)] * 4
    words.use_language("ja")  # where a tick may mean wrong
    assert plots.show_grid(a_report(("rem", "mizuki"), wrong=(0,))).axes[1].get_title() == "○ rem"


def test_show_grid_takes_from_the_whole_of_many_pictures():
    shown = plots.show_grid(a_report(LATIN, wrong=(), each=20), count=10)
    assert [axes.get_title() for axes in shown.axes] == [f"✓ {name}" for name in LATIN]


def test_show_grid_shows_the_rows_it_is_told_and_says_what_a_wrong_one_is():
    report = a_report(LATIN, wrong=(9,))
    sheet = plots.show_grid(report, rows=[30, 9, 2])
    shown = [axes for axes in sheet.axes if axes.images]
    for axes, row in zip(shown, (30, 9, 2), strict=True):
        assert np.array_equal(axes.images[0].get_array(), report.images[row])
    told = [(axes.get_title(), axes.get_xlabel()) for axes in shown]
    assert told == [("✓ horse", ""), ("✗ cat", "it is: bird"), ("✓ airplane", "")]
    assert "2 of these 3 are right." in texts(sheet)
    for rows in ([], [-1], [40]):
        with pytest.raises(AnimelibError, match="from 0 to 39"):
            plots.show_grid(report, rows=rows)


def test_show_answer_says_the_sentence_and_looks_different_for_nobody():
    picture = np.zeros((20, 10, 3), np.uint8)
    known, nobody = plots.show_answer(picture, an_answer(True)), plots.show_answer(picture, an_answer(False))
    assert "This is レム" in texts(known)
    assert "Nobody, though a little like レム" in texts(nobody)
    assert {"レム", "91%", "みずき", "9%"} <= set(texts(known))
    frames = [sheet.axes[0].spines["left"].get_linestyle() for sheet in (known, nobody)]
    assert frames[0] != frames[1]


def test_show_answer_shows_ten_guesses_at_most_the_best_on_top():
    sheet = plots.show_answer(np.zeros((8, 8, 3), np.uint8), an_answer(True, [f"n{i}" for i in range(30)]))
    bars = sheet.axes[1]
    assert [label.get_text() for label in bars.get_yticklabels()] == [f"n{i}" for i in range(10)]
    assert bars.get_ylim()[0] > bars.get_ylim()[1]


def test_names_are_never_formulas():
    drawn(plots.show_answer(np.zeros((8, 8, 3), np.uint8), an_answer(True, ("A$AP$ {x}", "yasuna&sonya_$"))))
