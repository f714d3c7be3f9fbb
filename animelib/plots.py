"""Figures: what the pictures are, how training went, where the network errs, what it answers.

Every function returns a figure and shows nothing by itself: as the last line of a cell it appears once. Nothing here
touches pyplot or the reader's own matplotlib settings. Right and wrong differ in colour and in the mark beside it, and all
words come from `words`. How figures look is `sheets`' affair.
"""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from .calibration import reliability
from .doubts import likely_wrong_labels
from .errors import AnimelibError
from .sheets import (
    BLUE,
    GREY,
    ORANGE,
    PALE,
    RIGHT,
    VERMILION,
    WIDTH,
    WRONG,
    Sheet,
    bare_grid,
    clip,
    columns_of,
    frame,
    quiet_style,
    spread,
    tell_source,
    thumbnail,
    unframe,
)
from .words import percent, say

if TYPE_CHECKING:
    from .curve import LearningCurve
    from .data import ImageData, Split
    from .evaluation import Report
    from .recognizer import Answer
    from .training import Run


@quiet_style()
def show_images(pictures: "ImageData | Split", count: int = 20, *, classes: Sequence[str] = ()) -> Sheet:
    """Show about ``count`` pictures, class by class, evenly drawn from all there are.

    pictures: an ImageData (its training part is shown) or a Split, which has no names: give them as ``classes``.

    Raises AnimelibError when there are none.

        show_images(data)
        show_images(data.test, classes=data.classes)
    """
    split = getattr(pictures, "train", pictures)
    labels = np.asarray(split.labels)
    if not len(labels):
        raise AnimelibError("There are no pictures in this part to show: show another, or add some.")
    names = list(getattr(pictures, "classes", classes)) or [str(number) for number in range(labels.max() + 1)]
    wide, tall, beside = _blocks(max(1, count // len(names)))
    down = math.ceil(len(names) / beside)
    sheet = Sheet(figsize=(WIDTH, 0.3 + down * (0.32 + tall * WIDTH / (wide * beside))))
    grid = bare_grid(sheet, down, beside)
    for number, name in enumerate(names):
        here = np.flatnonzero(labels == number)
        grid[number].imshow(_montage(split.images[spread(here, wide * tall)], wide, tall))
        grid[number].set_title(say("class_pictures", name=clip(name, 64 // beside - 6), count=len(here)), loc="left")
    tell_source(sheet, getattr(pictures, "source", ""))
    return sheet


@quiet_style()
def show_augmented(augment: Callable, picture: object, count: int = 10) -> Sheet:
    """Show a picture and ``count`` variations that augmentation makes of it.

    augment: called as ``augment(batch, training=True)`` with float32 (N, H, W, 3), 0-255, and returns the like.
    picture: anything that `open_image` reads.

        show_augmented(augment, data.train.images[0])
    """
    original = thumbnail(picture, 256)
    batch = np.repeat(original[None].astype(np.float32), count, axis=0)
    varied = np.clip(np.rint(np.asarray(augment(batch, training=True))), 0, 255).astype(np.uint8)
    wide, tall = min(count, 5), math.ceil(count / 5)
    double = min(tall, 2)  # the original is as high as two rows where there are two
    sheet = Sheet(figsize=(WIDTH, 0.35 + tall * WIDTH / (wide + double)))
    left, right = bare_grid(sheet, 1, 2, width_ratios=[double, wide])
    left.imshow(original)
    left.set_title(say("original"), loc="left")
    right.imshow(_montage(varied, wide, tall))
    right.set_title(say("augmented"), loc="left")
    for axes in (left, right):
        axes.set_anchor("NW")
    return sheet


@quiet_style()
def plot_history(run: "Run") -> Sheet:
    """Plot loss and accuracy of a run, training and validation, with its best epoch and where overfitting began.

    run: a Run, or what plain Keras' ``model.fit`` returns. The rule for overfitting is `overfitting_from`'s.

    Raises AnimelibError when there is not one epoch to plot.

        plot_history(run)
        plot_history(model.fit(x, y, validation_split=0.1))
    """
    history = _history_of(run)
    best, worse = getattr(run, "best_epoch", None) or _best_epoch(history), overfitting_from(history)
    shown = [what for what in ("loss", "accuracy") if what in history]
    sheet = Sheet(figsize=(WIDTH, 3.6))
    panels = sheet.subplots(1, len(shown), squeeze=False)[0]
    for axes, what in zip(panels, shown, strict=True):
        _curves(axes, what, history)
        _epochs(axes, len(history["loss"]), best, worse)
    panels[0].set_ylim(0, 1.03 * panels[0].get_ylim()[1])
    for axes in panels[1:]:
        axes.set_ylim(0, 1.03)
        axes.yaxis.set_major_formatter(PercentFormatter(1))
    panels[-1].legend(fontsize=9)
    sheet.suptitle(_history_sentence(history, best, worse), x=0.01, ha="left")
    tell_source(sheet, getattr(run, "source", ""))
    return sheet


@quiet_style()
def plot_loss_and_accuracy(run: "Run") -> Sheet:
    """Plot loss on the left axis and accuracy on the right one, in one panel as the article "Kill Me Baby" does.

    run: a Run, or what plain Keras' ``model.fit`` returns.

        plot_loss_and_accuracy(run).save(dated(run.folder / "graph.png"))
    """
    history = _history_of(run)
    sheet = Sheet(figsize=(WIDTH, 3.8))
    loss = sheet.subplots()
    accuracy = loss.twinx()
    for axes, what, colour in ((loss, "loss", BLUE), (accuracy, "accuracy", VERMILION)):
        for key, line in ((what, "-"), (f"val_{what}", "--")):
            values = history.get(key, [])
            axes.plot(range(1, len(values) + 1), values, color=colour, linestyle=line, marker="." if len(values) < 40 else "")
        axes.set_ylabel(say(what), color=colour)
        axes.tick_params(axis="y", labelcolor=colour)
    _two_axes(loss, accuracy, len(history["loss"]))
    kinds = {"-": say("training")} | ({"--": say("validation")} if history.get("val_loss") else {})
    lines = [Line2D([], [], color=GREY, linestyle=line, label=told) for line, told in kinds.items()]
    sheet.legend(handles=lines, loc="outside upper center", ncols=2, fontsize=9.5, frameon=False)
    tell_source(sheet, getattr(run, "source", ""))
    return sheet


def _two_axes(loss: Axes, accuracy: Axes, last: int) -> None:
    """Scale the two axes from 0, accuracy in percent."""
    loss.set(xlim=(0.5, last + 0.5), ylim=(0, 1.03 * loss.get_ylim()[1]), xlabel=say("epoch"))
    loss.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
    loss.grid(axis="y", color=PALE)
    accuracy.set_ylim(0, 1.03)
    accuracy.yaxis.set_major_formatter(PercentFormatter(1))
    accuracy.spines["right"].set_visible(True)


def _history_of(run: "Run") -> dict[str, list[float]]:
    if not run.history.get("loss"):
        raise AnimelibError("This history holds no epoch, so there is nothing to plot: train for one epoch or more first.")
    return run.history


def overfitting_from(history: dict[str, list[float]]) -> int | None:
    """Return the epoch (1-based) from which a run learns its training pictures by heart, or None where none is seen.

    The rule, on losses smoothed over three neighbouring epochs: the first epoch after the lowest validation loss from
    which that loss stays more than 5% and 0.01 above its lowest to the end, for three epochs or more, while the training
    loss ends lower than it was at the lowest. Where the training loss rises too, the run broke down: that is not overfitting.

        overfitting_from({"loss": [1, .5, .3, .2, .1, .05], "val_loss": [1, .7, .7, .9, 1.1, 1.3]})
    """
    loss, held_out = _smooth(history["loss"]), _smooth(history.get("val_loss", []))
    if not np.isfinite(held_out).any():
        return None
    lowest = int(np.nanargmin(held_out))
    above = held_out > max(held_out[lowest] * 1.05, held_out[lowest] + 0.01)
    near = np.flatnonzero(~above)  # epochs that are not clearly above, the lowest among them
    start = int(near[-1]) + 1
    if len(above) - start < 3 or not loss[-1] < loss[lowest]:
        return None
    return start + 1


@quiet_style()
def plot_confusion(report: "Report") -> Sheet:
    """Plot how many pictures of each character were taken for which, and the share of each row.

    Rows are what the pictures are, columns what was guessed: the diagonal is right.

        plot_confusion(report)
    """
    counts = np.asarray(report.confusion)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    names = [clip(name, 16) for name in report.classes]
    cell = min(1.2, 5.0 / len(names))  # inches
    sheet = Sheet(figsize=(WIDTH, 1.8 + cell * len(names)))
    axes = sheet.subplots()
    axes.imshow(_tints(shares))
    _name_cells(axes, names, cell)
    _fill_cells(axes, counts, shares, size=8 + 5 * max(0, cell - 0.5))
    sheet.suptitle(_accuracy_sentence(report))
    tell_source(sheet, report.source)
    return sheet


@quiet_style()
def plot_reliability(report: "Report", bins: int = 15) -> Sheet:
    """Plot how often answers are right against how sure they were, and below how many pictures each point stands for.

    On the dotted line certainty is what it should be; below it the model is too sure. The bins are `calibration_error`'s.

        plot_reliability(report)
    """
    found = reliability(report, bins)
    sheet = Sheet(figsize=(WIDTH, 5.2))
    curve, below = sheet.subplots(2, 1, height_ratios=[3.2, 1], sharex=True)
    curve.plot([0, 1], [0, 1], color=GREY, linestyle=":", linewidth=1.8, label=say("reliability_ideal"))
    curve.vlines(found.confidence, found.confidence, found.accuracy, color=ORANGE, linewidth=4, label=say("reliability_gap"))
    seen, few = found.counts > 0, (found.counts > 0) & (found.counts < 5)
    curve.plot(found.confidence[seen], found.accuracy[seen], color=BLUE, marker="o", label=say("reliability_curve"), zorder=3)
    hollow = {"color": BLUE, "markerfacecolor": "white", "zorder": 4, "label": say("reliability_few")}
    curve.plot(found.confidence[few], found.accuracy[few], "o", **hollow)
    curve.legend(fontsize=9, loc="best")
    curve.set(ylabel=say("reliability_right"), ylim=(-0.03, 1.03), xlim=(0, 1))
    middles = (np.arange(bins) + 0.5) / bins
    bars = below.bar(middles, found.counts, width=0.9 / bins, color=f"{BLUE}88")
    below.bar_label(bars, [f"{count}" if count else "" for count in found.counts], fontsize=9 if bins <= 20 else 6)
    below.set(xlabel=say("reliability_sure"), ylabel=say("pictures"), ylim=(0, 1.3 * found.counts.max()), yticks=[])
    for axis in (curve.xaxis, curve.yaxis):
        axis.set_major_formatter(PercentFormatter(1))
    sure, right = report.probs.max(axis=1).mean(), float((report.guesses == report.truth).mean())
    told = say("reliability_told", sure=f"{sure:.1%}", right=f"{right:.1%}", error=f"{found.error:.1%}", bins=bins)
    sheet.suptitle(told, x=0.01, ha="left")
    tell_source(sheet, report.source)
    return sheet


@quiet_style()
def plot_learning_curve(curve: "LearningCurve") -> Sheet:
    """Plot accuracy against the number of pictures of each class, with a sentence on whether more are likely to help.

        plot_learning_curve(learning_curve(fit, data))
    """
    sheet = Sheet(figsize=(WIDTH, 4.1))
    axes = sheet.subplots()
    means, seeds = curve.accuracies.mean(axis=1), curve.accuracies.shape[1]
    if seeds > 1:
        every = np.repeat(curve.counts, seeds)
        axes.plot(every, curve.accuracies.ravel(), "o", color=BLUE, alpha=0.35, label=say("curve_each"))
    axes.plot(curve.counts, means, color=BLUE, marker="o", label=say("curve_mean" if seeds > 1 else "curve_each"))
    above = {"xycoords": axes.get_xaxis_transform(), "xytext": (0, 5), "textcoords": "offset points"}  # no line runs there
    for count, mean in zip(curve.counts, means, strict=True):
        axes.annotate(f"{mean:.1%}", (count, 1), **above, ha="center", color=BLUE)
    axes.set_xscale("log", base=2)
    axes.set_xticks(curve.counts, [str(count) for count in curve.counts])
    axes.set(xlabel=say("curve_counts"), ylabel=say("accuracy"))
    axes.margins(x=0.08)
    _scale_shares(axes, curve.accuracies.min(), curve.accuracies.max())
    axes.legend(loc="best", fontsize=9)
    sheet.suptitle(curve.verdict, x=0.01, ha="left", linespacing=1.4)
    tell_source(sheet, curve.source)
    return sheet


def _scale_shares(axes: Axes, low: float, high: float) -> None:
    """Scale the axis of shares from a little below ``low`` to a little above ``high``, a tenth or more, with no tick above 1."""
    reach = max(0.1, high - low)
    bottom = max(0.0, min(low - 0.15 * reach, 1 - reach))
    top = min(1.0, max(high + 0.15 * reach, bottom + reach))
    rim = 0.04 * (top - bottom)  # so that a point at the border is seen whole
    ticks = MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(bottom, top)
    axes.set_ylim(bottom - rim, top + rim)
    axes.set_yticks([tick for tick in ticks if bottom - 1e-9 <= tick <= top + 1e-9])
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))


@quiet_style()
def show_mistakes(report: "Report", count: int = 12) -> Sheet:
    """Show the worst mistakes first: above each picture what it is, below what was guessed and how surely.

    show_mistakes(report)
    """
    if not len(report.mistakes):
        return _card(say("no_mistakes"), report.source)
    shown = report.mistakes[:count]
    sheet, grid = _picture_grid(report.images[shown], columns=4, spare=0.64)
    for axes, index in zip(grid, shown, strict=False):
        guess = report.guesses[index]
        axes.set_title(f"{say('mark_right')} {clip(report.classes[report.truth[index]], 15)}", color=RIGHT)
        told = f"{say('mark_wrong')} {clip(report.classes[guess], 11)} {percent(report.probs[index, guess])}"
        axes.set_xlabel(told, color=WRONG)
    key = f"{say('mark_right')} {say('truth')}   {say('mark_wrong')} {say('guess')}"
    sheet.suptitle(f"{say('mistakes_shown', shown=len(shown), count=len(report.mistakes))}\n{key}")
    tell_source(sheet, report.source)
    return sheet


@quiet_style()
def show_doubts(report: "Report", count: int = 12) -> Sheet:
    """Show the pictures whose label is likely wrong, by `likely_wrong_labels`: above the label, below what it is more like.

    report: of `cross_validate`, so that no answering model had learned the label that is in doubt.

        show_doubts(cross_validate(fit, data))
    """
    doubts = likely_wrong_labels(report)
    if not doubts:
        return _card(say("no_doubts"), report.source)
    shown = doubts[:count]
    sheet, grid = _picture_grid(report.images[[doubt.row for doubt in shown]], columns=4, spare=0.64)
    for axes, doubt in zip(grid, shown, strict=False):
        axes.set_title(f"{clip(doubt.label, 10)} {percent(doubt.confidence)}")
        likely = report.classes.index(doubt.likely)
        axes.set_xlabel(f"→ {clip(doubt.likely, 9)} {percent(float(report.probs[doubt.row, likely]))}", color=BLUE)
    sheet.suptitle(say("doubts_shown", shown=len(shown), count=len(doubts)))
    tell_source(sheet, report.source)
    return sheet


@quiet_style()
def show_grid(report: "Report", count: int = 25, *, rows: Sequence[int] | None = None) -> Sheet:
    """Show test pictures, each titled with the guess, blue when right; vermilion when wrong, and then below it what it is.

    ``rows`` are the pictures to show, by their place in the report; without it ``count`` are drawn evenly from all.

    Raises AnimelibError when ``rows`` is empty or names a picture that the report does not have.

        show_grid(report, rows=random.sample(range(len(report.truth)), 10))
    """
    chosen = spread(np.arange(len(report.truth)), count) if rows is None else _checked_rows(rows, len(report.truth))
    guesses, truth = report.guesses[chosen], report.truth[chosen]
    right = guesses == truth
    sheet, grid = _picture_grid(report.images[chosen], columns=5, spare=0.32 if right.all() else 0.58)
    for axes, guess, true in zip(grid, guesses, truth, strict=False):
        colour, mark = (RIGHT, say("mark_right")) if guess == true else (WRONG, say("mark_wrong"))
        axes.set_title(f"{mark} {clip(report.classes[guess], 11)}", color=colour)
        if guess != true:
            axes.set_xlabel(say("grid_truth", name=clip(report.classes[true], 11)), color=GREY)
        frame(axes, colour)
    sheet.suptitle(say("grid_score", right=int(right.sum()), count=len(chosen)))
    tell_source(sheet, report.source)
    return sheet


@quiet_style()
def show_answer(picture: object, answer: "Answer") -> Sheet:
    """Show a picture beside the answer: the sentence as the title, the ten best guesses as bars.

    picture: anything that `open_image` reads. When the answer is nobody known, everything is grey and framed in dashes.

        show_answer("rem.png", recognizer("rem.png"))
    """
    colour = BLUE if answer.known else GREY
    sheet = Sheet(figsize=(WIDTH, 2.9))
    left, right = sheet.subplots(1, 2, width_ratios=[1, 1.3])
    left.imshow(thumbnail(picture, 512))
    frame(left, colour, "solid" if answer.known else "dashed")
    _bars(right, answer[:10], colour)
    sheet.suptitle(clip(str(answer), 70), color=colour)
    return sheet


def _checked_rows(rows: Sequence[int], count: int) -> np.ndarray:
    chosen = np.asarray(rows, dtype=int)
    if not len(chosen) or chosen.min() < 0 or chosen.max() >= count:
        raise AnimelibError(f"The rows to show are not places from 0 to {count - 1} in the report: choose at least one of these.")
    return chosen


def _blocks(each: int) -> tuple[int, int, int]:
    """Lay ``each`` pictures of a class out: columns and rows of its block, and how many blocks fit beside each other."""
    tall = math.ceil(each / 6)
    wide = math.ceil(each / tall)
    return wide, tall, min(4, max(1, 6 // wide))


def _montage(images: np.ndarray, wide: int, tall: int) -> np.ndarray:
    """Lay pictures (N, H, W, 3) out on white as one picture of ``wide`` columns and ``tall`` rows."""
    height, width = images.shape[1:3]
    gap = max(1, width // 24)
    whole = np.full((tall * (height + gap) - gap, wide * (width + gap) - gap, 3), 255, np.uint8)
    for place, picture in enumerate(images):
        y, x = place // wide * (height + gap), place % wide * (width + gap)
        whole[y : y + height, x : x + width] = picture
    return whole


def _picture_grid(pictures: Sequence[np.ndarray], columns: int, spare: float) -> tuple[Sheet, np.ndarray]:
    """Return a sheet of pictures and its axes; ``spare`` is the height in inches for the words around each."""
    down = math.ceil(len(pictures) / columns)
    sheet = Sheet(figsize=(WIDTH, 0.6 + down * (WIDTH / columns - 0.1 + spare)))
    grid = bare_grid(sheet, down, columns)
    for axes, picture in zip(grid, pictures, strict=False):
        axes.axis("on")
        axes.imshow(picture)
        frame(axes, "none")
    return sheet, grid


def _card(sentence: str, source: str) -> Sheet:
    """Return a sheet that says one sentence where there is no picture to show."""
    sheet = Sheet(figsize=(WIDTH, 1.3))
    sheet.text(0.5, 0.58, sentence, ha="center", va="center", fontsize=13, color=RIGHT)
    tell_source(sheet, source)
    return sheet


def _curves(axes: Axes, what: str, history: dict[str, list[float]]) -> None:
    lines = [(what, "training", BLUE, "-"), (f"val_{what}", "validation", VERMILION, "--")]
    for key, label, colour, line in lines:
        values = history.get(key, [])
        if len(values):
            axes.plot(range(1, len(values) + 1), values, color=colour, linestyle=line, marker=".", label=say(label))
    axes.set_title(say(what))
    axes.grid(axis="y", color=PALE)


def _epochs(axes: Axes, last: int, best: int, worse: int | None) -> None:
    """Mark the best epoch and the stretch of overfitting on the axis of epochs."""
    axes.axvline(best, color=GREY, linestyle=":", linewidth=1.8, zorder=0, label=say("best_epoch"))
    if worse is not None:
        axes.axvspan(worse - 0.5, last + 0.5, color=ORANGE, alpha=0.16, linewidth=0, label=say("overfitting"))
    axes.set_xlim(0.5, last + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
    axes.set_xlabel(say("epoch"))


def _best_epoch(history: dict[str, list[float]]) -> int:
    """Return the epoch (1-based) with the smallest validation loss, or training loss where nothing was validated."""
    watched = np.asarray(history.get("val_loss") or history["loss"], dtype=float)
    return int(np.where(np.isfinite(watched), watched, np.inf).argmin()) + 1


def _history_sentence(history: dict[str, list[float]], best_epoch: int, worse: int | None) -> str:
    """Say in words what the curves show; what is not a number, or not measured, comes first."""
    broken = np.flatnonzero(~np.isfinite(history["loss"]))
    best = say("best_epoch_of", best=best_epoch, last=len(history["loss"]))
    if len(broken):
        return f"{best}\n{say('loss_broke', epoch=broken[0] + 1)}"
    if not history.get("val_loss"):
        return f"{best}\n{say('no_validation')}"
    return f"{best}\n{say('overfitting_from', epoch=worse) if worse else say('no_overfitting')}"


def _smooth(values: Sequence[float]) -> np.ndarray:
    """Average each value with its neighbours, leaving out what is not a number."""
    padded = np.pad(np.asarray(values, dtype=float), 1, constant_values=np.nan)
    return np.ma.masked_invalid([padded[:-2], padded[1:-1], padded[2:]]).mean(axis=0).filled(np.nan)


def _tints(shares: np.ndarray) -> np.ndarray:
    """Colour shares (K, K) from white: blue on the diagonal, vermilion off it."""
    full = np.full((*shares.shape, 3), to_rgb(WRONG))
    full[np.diag_indices(len(shares))] = to_rgb(RIGHT)
    return 1 - shares[..., None] * (1 - full)


def _accuracy_sentence(report: "Report") -> str:
    low, high = report.interval
    part = say(f"part_{report.part}")
    told = say("report_interval", count=len(report.truth), part=part, low=percent(low), high=percent(high))
    return f"{percent(report.accuracy)} {told}"


def _name_cells(axes: Axes, names: list[str], cell: float) -> None:
    longest = max(columns_of(name) for name in names) * 0.09  # inches
    turned = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if longest > cell else {}
    axes.set_xticks(range(len(names)), names, **turned)
    axes.set_yticks(range(len(names)), names)
    unframe(axes)
    axes.set(xlabel=say("guess"), ylabel=say("truth"))


def _fill_cells(axes: Axes, counts: np.ndarray, shares: np.ndarray, size: float) -> None:
    for (truth, guess), share in np.ndenumerate(shares):
        told = f"{counts[truth, guess]}\n{percent(share)}" if share else "0"
        colour = "white" if share > 0.55 else "black" if share else GREY
        axes.text(guess, truth, told, ha="center", va="center", fontsize=size, color=colour)


def _bars(axes: Axes, guesses: list, colour: str) -> None:
    """Draw the guesses as horizontal bars, the best on top, each on a track that is 100% long."""
    rows = range(len(guesses))
    shares = [guess.probability for guess in guesses]
    tracks = axes.barh(rows, 1, color="#F0F0F0", height=0.7)
    axes.barh(rows, shares, color=[colour] + [f"{colour}88"] * (len(guesses) - 1), height=0.7)
    axes.bar_label(tracks, [percent(share) for share in shares], padding=4)
    axes.set_yticks(rows, [clip(guess.name, 16) for guess in guesses])
    spare = max(0, 4 - len(guesses)) / 2  # two bars are not to be as thick as posts
    axes.set(xlim=(0, 1.2), ylim=(len(guesses) - 0.5 + spare, -0.5 - spare), xticks=[])
    unframe(axes)
