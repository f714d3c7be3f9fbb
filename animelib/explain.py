"""Ideas as figures, computed from the reader's own picture or report: pixels, convolution, pooling, cost, gradient descent.

None of them needs a model; those that open one are in `inside`, and the arithmetic is in `concepts`. A picture is anything
that `open_image` reads.
"""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.patches import ConnectionPatch, Rectangle
from matplotlib.ticker import PercentFormatter

from .concepts import (
    FILTERS,
    brightness,
    busiest,
    changed,
    convolve,
    cross_entropy,
    cut,
    descend,
    descend_adam,
    in_the_middle,
    loss_at,
    move,
    pool,
    relu,
    slope_at,
    strongest,
    upright_edges,
)
from .errors import AnimelibError
from .folders import open_image, to_array
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
    show_grey,
    show_map,
    show_pixels,
    tell_source,
    thumbnail,
)
from .words import percent, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .evaluation import Report

CHANNELS = ("red", "green", "blue")


@quiet_style()
def explain_picture(picture: object, size: int = 64) -> Sheet:
    """Show that a picture is height x width x 3 numbers 0-255: what ``size`` leaves of it, its channels, 8 x 8 pixels of it.

    The 8 x 8 pixels are the busiest place in the middle of the picture: often an eye.

    Raises AnimelibError when ``size`` is below 12, which leaves no such place.

        explain_picture("rem.png")
    """
    if size < 12:
        raise AnimelibError(f"A picture of {size} x {size} pixels shows too little: choose a size of 12 or more.")
    small = to_array(picture, size)
    place = in_the_middle(busiest, brightness(small), 8)
    sheet = Sheet(figsize=(WIDTH, 8.7))
    upper, middle, lower = sheet.subfigures(3, 1, height_ratios=[3.2, 2.0, 3.5])
    _shrunk(upper, picture, small, place)
    _channels(middle, small)
    _patch_in_numbers(lower, cut(small, place, 8))
    return sheet


@quiet_style()
def explain_convolution(picture: object, size: int = 64) -> Sheet:
    """Show 3 x 3 filters at work: the arithmetic written out for one place, and what three filters make of the picture.

    They work on the picture's brightness, rounded to 0-255, so that every number is a whole one.

        explain_convolution("rem.png")
    """
    grey = brightness(to_array(picture, size))
    kernel = FILTERS["edges_upright"]
    place = in_the_middle(strongest, convolve(grey, kernel))
    sheet = Sheet(figsize=(WIDTH, 6.2))
    upper, lower = sheet.subfigures(2, 1, height_ratios=[2.3, 3.9])
    _one_place(upper, grey, kernel, place)
    _three_filters(lower, grey, place)
    return sheet


@quiet_style()
def explain_pooling(picture: object) -> Sheet:
    """Show 2 x 2 max pooling in numbers, and how much less than the map it notices that the picture moved a little.

    picture: a picture, whose upright edges are the map, or a map itself, float (H, W).

        explain_pooling("rem.png")
    """
    is_map = isinstance(picture, np.ndarray) and picture.ndim == 2 and picture.dtype.kind == "f"
    whole = picture if is_map else relu(upright_edges(to_array(picture, 64)))
    top, left = in_the_middle(busiest, whole, 6)
    place = top // 2 * 2, left // 2 * 2  # pooling's own squares begin at even places
    sheet = Sheet(figsize=(WIDTH, 7.6))
    upper, lower = sheet.subfigures(2, 1, height_ratios=[2.6, 5])
    _pool_in_numbers(upper, whole, place)
    _moves(lower, whole)
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


# --- pictures and maps ------------------------------------------------------------------------------------------------


def _shrunk(part: FigureBase, picture: object, small: np.ndarray, place: tuple[int, int]) -> None:
    width, height = open_image(picture).size
    head(part, say("picture_shrunk"))
    left, arrow, right = part.subplots(1, 3, width_ratios=[1, 0.12, 1])
    show_pixels(left, thumbnail(picture, 512), say("picture_own", height=height, width=width))
    between(arrow, "→")
    show_pixels(right, small, say("picture_left", size=len(small)))
    mark(right, place, 8)


def _channels(part: FigureBase, small: np.ndarray) -> None:
    head(part, say("picture_channels", size=len(small), count=f"{small.size:,}"))
    panels = part.subplots(1, 7, width_ratios=[1, 0.12] * 3 + [1])
    for number, name in enumerate(CHANNELS):
        alone = np.zeros_like(small)
        alone[..., number] = small[..., number]
        show_pixels(panels[2 * number], alone, say(name))
        between(panels[2 * number + 1], "=" if number == 2 else "+")
    show_pixels(panels[6], small, say("picture_sum"))


def _patch_in_numbers(part: FigureBase, patch: np.ndarray) -> None:
    """Show a patch in colour and its red numbers, with one pixel marked whose three numbers are told."""
    place = strongest(np.ptp(patch.astype(int), axis=2))  # the most colourful pixel
    red, green, blue = (int(value) for value in patch[place])
    left, arrow, right = part.subplots(1, 3, width_ratios=[1, 0.12, 1])
    show_pixels(left, patch, say("picture_patch"))
    between(arrow, "→")
    show_grey(right, patch[..., 0], say("picture_red_numbers"))
    print_numbers(right, patch[..., 0], 9)
    for axes in (left, right):
        mark(axes, place, 1)
    head(part, say("picture_pixel", red=red, green=green, blue=blue))


def _one_place(part: FigureBase, grey: np.ndarray, kernel: np.ndarray, place: tuple[int, int]) -> None:
    patch = cut(grey, place, 3)
    products = patch * kernel
    seen, *panels = part.subplots(1, 7, width_ratios=[1.35, 0.22, 1, 0.22, 1, 0.22, 1])
    show_grey(seen, grey, say("window_on", size=len(grey)))
    mark(seen, place, 3)
    for axes, sign in zip(panels[::2], "→×=", strict=True):
        between(axes, sign)
    show_grey(panels[1], patch, say("window"))
    show_map(panels[3], kernel, say("filter"), 2)
    show_map(panels[5], products, say("products"), 255)
    for axes, values in zip(panels[1::2], (patch, kernel, products), strict=True):
        print_numbers(axes, values, 9)
    head(part, say("convolution_one"))
    part.supxlabel(_sum_written(products), x=0.99, ha="right", fontsize=11.5)


def _sum_written(products: np.ndarray) -> str:
    """Write the sum of the products out, leaving out those that are 0."""
    terms = [f"{value:+d}" for value in products.ravel() if value] or ["+0"]
    written = " ".join([terms[0].removeprefix("+"), *[f"{term[0]} {term[1:]}" for term in terms[1:]]])
    return f"{written} = {products.sum()}".replace("-", "−")


def _three_filters(part: FigureBase, grey: np.ndarray, place: tuple[int, int]) -> None:
    grid = part.subplots(2, 3, height_ratios=[0.36, 1])
    for (name, kernel), small, large in zip(FILTERS.items(), grid[0], grid[1], strict=True):
        show_map(small, kernel, say(name), 2 if kernel.max() < 8 else 8)
        print_numbers(small, kernel, 7.5)
        show_map(large, convolve(grey, kernel))
    mark(grid[1, 0], place, 1)
    head(part, say("convolution_all", left=len(grey) - 2))


def _pool_in_numbers(part: FigureBase, whole: np.ndarray, place: tuple[int, int]) -> None:
    left, arrow, middle, second, right = part.subplots(1, 5, width_ratios=[1.1, 0.15, 1.5, 0.15, 0.75])
    excerpt, most = cut(whole, place, 6), np.abs(whole).max()
    show_map(left, whole, f"{whole.shape[0]} × {whole.shape[1]}", most)
    mark(left, place, 6, "black")
    for axes, values in ((middle, excerpt), (right, pool(excerpt))):
        show_map(axes, values, f"{len(values)} × {len(values)}", most)
        print_numbers(axes, values, 9)
    for line in (1.5, 3.5):
        middle.axhline(line, color="black", linewidth=2)
        middle.axvline(line, color="black", linewidth=2)
    for row, column in np.ndindex(3, 3):
        down, across = strongest(cut(excerpt, (2 * row, 2 * column), 2) - excerpt.min())
        corner = 2 * column + across - 0.42, 2 * row + down - 0.4
        middle.add_patch(Rectangle(corner, 0.84, 0.8, fill=False, edgecolor=BLUE, linewidth=1.8))
    for axes in (arrow, second):
        between(axes, "→")
    head(part, say("pooling_told"))


def _moves(part: FigureBase, whole: np.ndarray) -> None:
    """Lay the map of the picture over that of the picture moved by one and by two pixels, unpooled, pooled once and twice."""
    grid = part.subplots(2, 3)
    for by, row in enumerate(grid, 1):
        for poolings, axes in enumerate(row):
            here, there = move(whole, by, poolings)
            show_map(axes, here - there, say("pooled", size=len(here), share=percent(changed(here, there))), np.abs(whole).max())
        row[0].set_ylabel(say("moved", by=by))
    told = [percent(changed(*move(whole, 1, poolings))) for poolings in (0, 1, 2)]
    head(part, say("pooling_moved", before=told[0], once=told[1], twice=told[2]))


# --- learning ---------------------------------------------------------------------------------------------------------


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
