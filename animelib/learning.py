"""How a network learns, as figures: what is wanted of it, what an answer costs, steps downhill, numbers dropped by chance.

None of them needs a model. What a network does to a picture is in `explain`, the arithmetic in `concepts`; training itself is
`training`'s.
"""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import FigureBase
from matplotlib.patches import ConnectionPatch
from matplotlib.ticker import PercentFormatter

from .concepts import (
    busiest,
    cross_entropy,
    cut,
    descend,
    descend_adam,
    drop_out,
    in_the_middle,
    loss_at,
    pool,
    relu,
    slope_at,
    upright_edges,
)
from .errors import AnimelibError
from .folders import to_array
from .sheets import (
    BLUE,
    GREY,
    ORANGE,
    RIGHT,
    WIDTH,
    WRONG,
    Sheet,
    between,
    clip,
    head,
    mark,
    print_numbers,
    quiet_style,
    show_map,
    show_pixels,
    spread,
    tell_source,
    two_places,
)
from .words import columns_of, percent, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .data import ImageData
    from .evaluation import Report

DROPPED = "#B0B0B0"  # a number that chance has put to 0; white is one that was 0 before


@quiet_style()
def explain_one_hot(data: "ImageData", count: int = 4) -> Sheet:
    """Show what a network is wanted to answer for ``count`` training pictures: the class's number as a row of 0 and one 1.

        explain_one_hot(data)
    """
    classes = spread(np.unique(data.train.labels), count)
    names = [clip(name, 14) for name in data.classes]
    sheet = Sheet(figsize=(WIDTH, 0.45 + 0.055 * max(map(columns_of, names)) + 0.72 * len(classes)))
    rows = sheet.subplots(len(classes), 3, width_ratios=[0.55, 0.75, 5], squeeze=False)
    for number, row in zip(classes, rows, strict=True):
        show_pixels(row[0], data.train.images[np.flatnonzero(data.train.labels == number)[0]])
        between(row[1], f"{number} →")
        _targets(row[2], np.eye(len(names), dtype=int)[number])
    rows[0, 2].set_xticks(range(len(names)), names, rotation=40, ha="left", rotation_mode="anchor")
    head(sheet, say("one_hot_told", count=len(names)))
    tell_source(sheet, data.source)
    return sheet


@quiet_style()
def explain_dropout(picture: object, rate: float = 0.25, seed: int = 0) -> Sheet:
    """Show dropout on a map of the picture: chance puts a share ``rate`` to 0 and the rest grows, in training steps only.

    The map is that of the upright edges of 32 x 32 pixels, after ReLU and pooling: 15 x 15 numbers.

    Raises AnimelibError when ``rate`` is not a share from 0 to below 1.

        explain_dropout("rem.png")
    """
    if not 0 <= rate < 1:
        raise AnimelibError(f"A dropout rate of {rate!r} is not a share of the numbers: choose one from 0 to below 1, like 0.25.")
    whole = pool(relu(upright_edges(to_array(picture, 32)))).astype(float)
    chance = np.random.default_rng(seed)
    steps = [drop_out(whole, rate, chance) for _ in range(2)]
    sheet = Sheet(figsize=(WIDTH, 4.9))
    upper, lower = sheet.subfigures(2, 1, height_ratios=[2.3, 2.6])
    place = in_the_middle(busiest, whole, 4)
    _steps(upper, whole, steps, rate, place)
    _dropped_in_numbers(lower, whole, steps[0], rate, place)
    return sheet


@quiet_style()
def explain_cross_entropy(answers: "Report | float | Sequence[float]") -> Sheet:
    """Show what an answer costs: minus the logarithm of the probability that the right class was given.

    answers: a Report, whose pictures become dots, or one or more probabilities 0-1.

    Raises AnimelibError when a probability is not within 0-1.

        explain_cross_entropy(evaluate(run.model, data))
        explain_cross_entropy(0.84)
    """
    report = answers if hasattr(answers, "probs") else None
    right = report.probs[np.arange(len(report.truth)), report.truth] if report else np.atleast_1d(np.asarray(answers, float))
    if not (len(right) and ((right >= 0) & (right <= 1)).all()):
        raise AnimelibError(f"A probability is a number from 0 to 1, and {answers!r} is not: give one, or a report.")
    costs = cross_entropy(right)
    sheet = Sheet(figsize=(WIDTH, 4.2))
    if report is None:
        _cost_curve(sheet.subplots(), right, costs)
    else:
        axes = sheet.subplot_mosaic([["curve", "dear"], ["curve", "cheap"]], width_ratios=[2.6, 1])
        _cost_curve(axes["curve"], right, costs, report)
        _cheapest_and_dearest(axes, right, costs, report)
        tell_source(sheet, report.source)
    mean = f"{costs.mean():.2f}"
    head(sheet, say("cost_mean", count=len(costs), mean=mean) if len(costs) > 1 else f"−log({right[0]:.2f}) = {mean}")
    return sheet


@quiet_style()
def explain_gradient_descent() -> Sheet:
    """Show steps downhill on a loss with two valleys: rates too small, good and too large, an unlucky start, and Adam.

    Every step is computed, by the same rules as keras.optimizers.SGD and Adam.

        explain_gradient_descent()
    """
    sheet = Sheet(figsize=(WIDTH, 7.2))
    grid = sheet.subplots(3, 2, sharex=True, sharey=True).ravel()
    walks = [
        ("walk_small", descend(-2.3, 0.02, 20)),
        ("walk_good", descend(-2.3, 0.3, 20)),
        ("walk_large", descend(-2.3, 2, 20)),
        ("walk_stuck", descend(2, 0.3, 20)),
        ("walk_plain", descend(-3, 0.1, 30)),
        ("walk_adam", descend_adam(-3, 0.1, 30)),
    ]
    for axes, (key, walk) in zip(grid, walks, strict=True):
        _walk(axes, key, walk)
    for axes in grid[::2]:
        axes.set_ylabel(say("walk_loss"))
    for axes in grid[4:]:
        axes.set_xlabel(say("walk_weight"))
    return sheet


# --- what is wanted, and what is dropped ------------------------------------------------------------------------------


def _targets(axes: Axes, row: np.ndarray) -> None:
    """Draw a row of 0 and one 1 as cells, ready for names above."""
    axes.imshow(row[None], aspect="auto", vmin=0, vmax=1, cmap=LinearSegmentedColormap.from_list("targets", ["white", BLUE]))
    for place, value in enumerate(row):
        axes.text(place, 0, str(value), ha="center", va="center", color="white" if value else GREY)
    for line in range(1, len(row)):
        axes.axvline(line - 0.5, color="#BBBBBB", linewidth=0.6)
    axes.set(xticks=[], yticks=[])
    axes.xaxis.tick_top()
    axes.spines[:].set(visible=True, color=GREY, linewidth=0.8)
    axes.tick_params(length=0)


def _steps(part: FigureBase, whole: np.ndarray, steps: list, rate: float, place: tuple[int, int]) -> None:
    most = whole.max() / (1 - rate)
    panels = part.subplots(1, 4)
    shown = [("dropout_before", whole, None), *(("dropout_step", *step) for step in steps), ("dropout_answer", whole, None)]
    for number, (axes, (key, values, dropped)) in enumerate(zip(panels, shown, strict=True)):
        show_map(axes, values, say(key, number=number) if dropped is not None else say(key), most)
        if dropped is not None:
            _cover(axes, dropped)
        mark(axes, place, 4, "black")
    shares = [percent(float(dropped.mean())) for _, dropped in steps]
    head(part, say("dropout_told", share=percent(rate), first=shares[0], second=shares[1]))


def _cover(axes: Axes, dropped: np.ndarray) -> None:
    """Lay grey over the numbers that are dropped."""
    grey = LinearSegmentedColormap.from_list("dropped", [DROPPED, DROPPED])
    axes.imshow(np.ma.masked_where(~dropped, dropped), cmap=grey)


def _dropped_in_numbers(part: FigureBase, whole: np.ndarray, step: tuple, rate: float, place: tuple[int, int]) -> None:
    left, arrow, right = part.subplots(1, 3, width_ratios=[1, 0.2, 1])
    after, dropped = step
    for axes, values in ((left, whole), (right, after)):
        show_map(axes, cut(values, place, 4), "", whole.max() / (1 - rate))
        print_numbers(axes, cut(values, place, 4), 9)
    _cover(right, cut(dropped, place, 4))
    between(arrow, "→")
    means = {"before": two_places(whole.mean()), "after": two_places(after.mean())}
    head(part, say("dropout_numbers", kept=f"{1 - rate:g}", times=f"{1 / (1 - rate):.2f}", **means))


# --- cost and descent -------------------------------------------------------------------------------------------------


def _cost_curve(axes: Axes, right: np.ndarray, costs: np.ndarray, report: "Report | None" = None) -> None:
    shares = np.linspace(0.002, 1, 500)
    axes.plot(shares, cross_entropy(shares), color=GREY, linewidth=1.5, zorder=1)
    good = report.guesses == report.truth if report else np.ones(len(right), bool)
    for these, colour, marker, key in ((good, RIGHT, "o", "right"), (~good, WRONG, "X", "wrong")):
        looks = {"s": 45, "color": colour, "marker": marker, "alpha": 0.55, "linewidth": 0, "zorder": 2}
        axes.scatter(right[these], costs[these], label=say(key), **looks)
    if report:
        guessing = np.log(len(report.classes))
        axes.axhline(guessing, color=GREY, linestyle=":", zorder=0)
        axes.text(1, guessing, say("cost_guessing", cost=f"{guessing:.2f}"), ha="right", va="bottom", fontsize=9, color=GREY)
        axes.legend(fontsize=9, loc="lower left")
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.08, max(3.5, 1.08 * costs.max())), xlabel=say("cost_share"), ylabel=say("cost"))
    axes.set_xticks(np.linspace(0, 1, 6))
    axes.xaxis.set_major_formatter(PercentFormatter(1))


def _cheapest_and_dearest(axes: dict[str, Axes], right: np.ndarray, costs: np.ndarray, report: "Report") -> None:
    for place, index, key in (("dear", costs.argmax(), "cost_dearest"), ("cheap", costs.argmin(), "cost_cheapest")):
        seen, dot = axes[place], (right[index], costs[index])
        name = clip(report.classes[report.truth[index]], 12)
        told = say(key, name=name, share=percent(float(right[index])), cost=f"{costs[index]:.2f}")
        show_pixels(seen, report.images[index], told)
        both = {"axesA": seen, "axesB": axes["curve"]}
        seen.figure.add_artist(ConnectionPatch((0, 0.5), dot, "axes fraction", "data", **both, color=ORANGE, linewidth=1.5))


def _walk(axes: Axes, key: str, walk: np.ndarray) -> None:
    """Draw the landscape and the steps of a walk over it, the start hollow and the end filled."""
    places = np.linspace(-3.7, 3.2, 400)
    axes.plot(places, loss_at(places), color=GREY, linewidth=1.5)
    axes.plot(walk, loss_at(walk), color=BLUE, marker=".", linewidth=0.9, markersize=6)
    for place, colour, told, up in ((walk[0], "white", "walk_start", 1), (walk[-1], ORANGE, "walk_stop", -1)):
        axes.plot(place, loss_at(place), "o", markersize=9, color=BLUE, markerfacecolor=colour)
        side = up if slope_at(place) < 0 else -up  # above a slope that falls to the right there is room on the right
        where = {"xytext": (8 * side, 8 * up), "ha": "left" if side > 0 else "right", "va": "center"}
        axes.annotate(say(told), (place, loss_at(place)), textcoords="offset points", fontsize=9, **where)
    axes.set_title(say(key), loc="left")
    told = say("walk_end", steps=len(walk) - 1, loss=f"{loss_at(walk[-1]):.2f}")
    axes.text(0.5, 0.97, told, transform=axes.transAxes, ha="center", va="top", fontsize=9.5)
    axes.set(xlim=(-3.7, 3.2), ylim=(0, 1.6), xticks=[], yticks=[])
