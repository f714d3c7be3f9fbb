"""What a network does with a picture, one idea a figure, computed from the reader's own picture, model or report.

In every map orange is above 0, white is 0 and purple is below 0. This module does not train, judge or answer: it opens a
finished model and shows what is inside. A picture is anything that `open_image` reads.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import keras
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.patches import ConnectionPatch, Rectangle
from matplotlib.ticker import PercentFormatter
from numpy.lib.stride_tricks import sliding_window_view

from .errors import AnimelibError
from .folders import open_image, to_array
from .plots import BLUE, GREY, ORANGE, RIGHT, VERMILION, WIDTH, WRONG, Sheet, _clip, _frame, _sign, _small, _spread, quiet_style
from .words import percent, say

if TYPE_CHECKING:
    from .evaluation import Report

SIGNED = "PuOr_r"  # purple below 0, white 0, orange above: the colour-blind can tell them apart
CHANNELS = ("red", "green", "blue")

# Each finds one thing: a step from dark to bright to the right, the same downwards, and whatever differs from what is around it.
FILTERS = {
    "edges_upright": np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]),
    "edges_lying": np.array([[-1, -1, -1], [0, 0, 0], [1, 1, 1]]),
    "outlines": np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
}

LAYERS = {
    "InputLayer": "layer_input",
    "Conv2D": "layer_convolution",
    "MaxPooling2D": "layer_pooling",
    "GlobalAveragePooling2D": "layer_average",
    "Flatten": "layer_flatten",
    "Dense": "layer_dense",
}


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
    place = _in_the_middle(_busiest, _brightness(small), 8)
    sheet = Sheet(figsize=(WIDTH, 8.7))
    upper, middle, lower = sheet.subfigures(3, 1, height_ratios=[3.2, 2.0, 3.5])
    _shrunk(upper, picture, small, place)
    _channels(middle, small)
    _patch_in_numbers(lower, _cut(small, place, 8))
    return sheet


@quiet_style()
def explain_convolution(picture: object, size: int = 64) -> Sheet:
    """Show 3 x 3 filters at work: the arithmetic written out for one place, and what three filters make of the picture.

    They work on the picture's brightness, rounded to 0-255, so that every number is a whole one.

        explain_convolution("rem.png")
    """
    grey = _brightness(to_array(picture, size))
    place = _in_the_middle(_strongest, convolve(grey, FILTERS["edges_upright"]))
    sheet = Sheet(figsize=(WIDTH, 6.2))
    upper, lower = sheet.subfigures(2, 1, height_ratios=[2.3, 3.9])
    _one_place(upper, grey, FILTERS["edges_upright"], place)
    _three_filters(lower, grey, place)
    return sheet


@quiet_style()
def show_filters(model: keras.Model, picture: object, count: int = 16) -> Sheet:
    """Show the filters of the model's first convolution layer, each beside the map that it makes of the picture.

    ``count`` of the filters that answer at all are shown, from the strongest map to the weakest. A filter's weights are
    drawn as colours: grey is 0, and more red is a larger weight for red.

    Raises AnimelibError when the model has no Conv2D.

        show_filters(run.model, data.test.images[0])
    """
    layer = _first_convolution(model)
    _, maps = _look(model, picture, layer.output)
    kernels = np.moveaxis(_numpy(layer.kernel), -1, 0)
    order = _from_strong_to_weak(maps, count)
    down = -(-len(order) // 4)
    sheet = Sheet(figsize=(WIDTH, 0.7 + 1.09 * down))
    grid = sheet.subplots(down, 8, squeeze=False, width_ratios=[0.42, 1] * 4).ravel()
    for axes in grid:
        axes.axis("off")
    for number, index in enumerate(order):
        grid[2 * number].imshow(_as_colours(kernels[index]))
        _show_map(grid[2 * number + 1], maps[..., index])
    silent = int((maps.max(axis=(0, 1)) <= 0).sum())
    _head(sheet, say("filters_told", shown=len(order), count=len(kernels), silent=silent))
    return sheet


@quiet_style()
def explain_relu(model: keras.Model | None, picture: object) -> Sheet:
    """Show a map before and after ReLU, which turns everything below 0 into 0, and the curve of the function.

    With a model it is the map of its first convolution in which most is at stake; with None that of an edge filter.

        explain_relu(run.model, "rem.png")
    """
    before = _map_before(model, picture)
    place = _in_the_middle(_mixed, before, 5)
    sheet = Sheet(figsize=(WIDTH, 5.9))
    upper, lower = sheet.subfigures(2, 1, height_ratios=[2.9, 2.9], hspace=0.06)
    _before_and_after(upper, before, place)
    _relu_in_numbers(lower, _cut(before, place, 5))
    return sheet


@quiet_style()
def explain_pooling(picture: object) -> Sheet:
    """Show 2 x 2 max pooling in numbers, and how much less than the map it notices that the picture moved a little.

    picture: a picture, whose upright edges are the map, or a map itself, float (H, W).

        explain_pooling("rem.png")
    """
    is_map = isinstance(picture, np.ndarray) and picture.ndim == 2 and picture.dtype.kind == "f"
    whole = picture if is_map else relu(convolve(_brightness(to_array(picture, 64)), FILTERS["edges_upright"]))
    top, left = _in_the_middle(_busiest, whole, 6)
    place = top // 2 * 2, left // 2 * 2  # pooling's own squares begin at even places
    sheet = Sheet(figsize=(WIDTH, 7.6))
    upper, lower = sheet.subfigures(2, 1, height_ratios=[2.6, 5])
    _pool_in_numbers(upper, whole, place)
    _moves(lower, whole)
    return sheet


@quiet_style()
def explain_layers(model: keras.Model, picture: object) -> Sheet:
    """Show the way of a picture through the model, layer by layer: its maps in proportion, their sizes, and the weights.

    Layers before the last that neither have weights nor change the size are left out.

    Raises AnimelibError when a layer is a whole model itself, which cannot be looked into from outside.

        explain_layers(run.model, "rem.png")
    """
    *before, last = _layers_of(model)
    for inner in (layer for layer in before if isinstance(layer, keras.Model)):
        raise AnimelibError(f"The layer {inner.name!r} of {model.name!r} is a whole model: explain that one by itself.")
    shown = [layer for layer in before if _matters(layer)] + [last]
    pixels, *outputs = _look(model, picture, *[layer.output for layer in shown])
    rows = [("InputLayer", pixels, "")]
    rows += [(type(layer).__name__, values, _arithmetic(layer)) for layer, values in zip(shown, outputs, strict=True)]
    tall = [_row_height(values, len(pixels)) for _, values, _ in rows]
    sheet = Sheet(figsize=(WIDTH, sum(tall) + 0.7))
    axes = _paper(sheet)
    down = 0.6
    for (name, values, told), height in zip(rows, tall, strict=True):
        _layer_row(axes, down + height / 2, name, values, told, len(pixels))
        down += height
    _head(sheet, _weights_told(model, shown))
    return sheet


@quiet_style()
def explain_softmax(model: keras.Model, picture: object, classes: Sequence[str]) -> Sheet:
    """Show how the scores of the classes become shares that sum to 1: score, exp(score), and its part of the sum.

    Raises AnimelibError when the model does not end in a softmax, or answers with another number of classes.

        explain_softmax(run.model, "rem.png", data.classes)
    """
    pixels, scores, shares = _scores(model, picture)
    if len(classes) != len(scores):
        raise AnimelibError(f"The model answers with {len(scores)} classes and {len(classes)} names are given: give one each.")
    sheet = Sheet(figsize=(WIDTH, 1.5 + 0.36 * max(2, len(scores))))
    seen, *panels = sheet.subplots(1, 4, width_ratios=[1, 1.1, 1.1, 1.1])
    seen.imshow(pixels)
    _frame(seen, "none")
    _softmax_bars(panels, scores, shares, [_clip(name, 12) for name in classes])
    _head(sheet, _softmax_told(scores, shares, classes))
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
        _sign(sheet, report.source)
    mean = f"{costs.mean():.2f}"
    _head(sheet, say("cost_mean", count=len(costs), mean=mean) if len(costs) > 1 else f"−log({right[0]:.2f}) = {mean}")
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


# --- the arithmetic ---------------------------------------------------------------------------------------------------


def convolve(grey: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Slide ``kernel`` (h, w) over ``grey`` (H, W) and return a number for each place, (H - h + 1, W - w + 1)."""
    return np.einsum("yxij,ij->yx", sliding_window_view(grey, kernel.shape), kernel)


def relu(values: np.ndarray) -> np.ndarray:
    """Return the values with everything below 0 turned into 0."""
    return np.maximum(values, 0)


def pool(values: np.ndarray) -> np.ndarray:
    """Return the largest number of each 2 x 2 square of (H, W), (H // 2, W // 2); an odd last row or column is left out."""
    height, width = (side // 2 for side in values.shape)
    return values[: 2 * height, : 2 * width].reshape(height, 2, width, 2).max(axis=(1, 3))


def cross_entropy(right: np.ndarray) -> np.ndarray:
    """Return -log of the right class's probability, which Keras keeps from being 0 in the same way."""
    return -np.log(np.clip(right, 1e-7, 1))


def move(values: np.ndarray, by: int, poolings: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a map (H, W) and what it is when the picture moves ``by`` pixels to the left, both pooled so many times."""
    height, width = (side // 4 * 4 - 4 for side in values.shape)  # what is moved in is known, and can be halved twice
    here, there = values[:height, :width], values[:height, by : by + width]
    for _ in range(poolings):
        here, there = pool(here), pool(there)
    return here, there


def changed(here: np.ndarray, there: np.ndarray) -> float:
    """Return how much two maps differ: the sum of the differences over the sum of both, 0 not at all to 1 wholly."""
    return float(np.abs(here - there).sum() / max(np.abs(here).sum() + np.abs(there).sum(), 1e-9))


def loss_at(place: np.ndarray | float) -> np.ndarray | float:
    """Return the height of a landscape with two valleys, the deep one near -1 and the shallow one near 1.1."""
    return 1 + 0.03 * place**2 - 0.85 * np.exp(-(((place + 1) / 0.7) ** 2)) - 0.4 * np.exp(-(((place - 1.1) / 0.5) ** 2))


def slope_at(place: float) -> float:
    """Return the slope of `loss_at`: its derivative."""
    deep = 0.85 * 2 * (place + 1) / 0.49 * np.exp(-(((place + 1) / 0.7) ** 2))
    shallow = 0.4 * 2 * (place - 1.1) / 0.25 * np.exp(-(((place - 1.1) / 0.5) ** 2))
    return 0.06 * place + deep + shallow


def descend(start: float, rate: float, steps: int, slope: Callable[[float], float] = slope_at) -> np.ndarray:
    """Return the places of plain gradient descent, (steps + 1,): each step is the rate times the slope, downhill."""
    places = [start]
    for _ in range(steps):
        places.append(places[-1] - rate * slope(places[-1]))
    return np.array(places)


def descend_adam(start: float, rate: float, steps: int, slope: Callable[[float], float] = slope_at) -> np.ndarray:
    """Return the places of Adam (Kingma and Ba 2014), (steps + 1,): the mean slope of late, divided by its usual size."""
    places, mean, square = [start], 0.0, 0.0
    for step in range(1, steps + 1):
        here = slope(places[-1])
        mean = 0.9 * mean + 0.1 * here
        square = 0.999 * square + 0.001 * here**2
        fair_mean, fair_square = mean / (1 - 0.9**step), square / (1 - 0.999**step)  # both began at 0
        places.append(places[-1] - rate * fair_mean / (np.sqrt(fair_square) + 1e-7))
    return np.array(places)


# --- inside the model -------------------------------------------------------------------------------------------------


def _layers_of(model: keras.Model) -> list[keras.Layer]:
    if not model.built:
        raise AnimelibError(f"The model {model.name!r} does not know its input yet: let it begin with keras.Input((64, 64, 3)).")
    return model.layers


def _first_convolution(model: keras.Model) -> keras.Layer:
    for layer in _layers_of(model):
        if isinstance(layer, keras.layers.Conv2D):
            return layer
    raise AnimelibError(f"The model {model.name!r} has no Conv2D layer of its own, so it has no filters to show: give it a CNN.")


def _look(model: keras.Model, picture: object, *tensors: object) -> list[np.ndarray]:
    """Return the picture as the model gets it, uint8 (size, size, 3), and what stands at each tensor inside the model."""
    pixels = to_array(picture, model.input_shape[1] or 64)
    inside = keras.Model(model.inputs[0], list(tensors))
    seen = inside(pixels[None].astype(np.float32), training=False)
    return [pixels, *[_numpy(values)[0] for values in keras.tree.flatten(seen)]]


def _from_strong_to_weak(maps: np.ndarray, count: int) -> np.ndarray:
    """Choose up to ``count`` of the maps (H, W, N) that are not next to nothing, evenly from the strongest to the weakest."""
    strength = np.abs(maps).mean(axis=(0, 1))
    order = np.argsort(-strength)[: max(1, int((strength > 0.02 * strength.max()).sum()))]
    return _spread(order, count)


def _numpy(values: object) -> np.ndarray:
    return np.asarray(keras.ops.convert_to_numpy(values), dtype=np.float32)


def _before_activation(layer: keras.Layer, into: np.ndarray) -> np.ndarray:
    """Return what a layer with weights makes of one input before its activation function."""
    twin = type(layer).from_config({**layer.get_config(), "activation": "linear"})
    twin.build((None, *into.shape))
    twin.set_weights(layer.get_weights())
    return _numpy(twin(into[None]))[0]


def _map_before(model: keras.Model | None, picture: object) -> np.ndarray:
    """Return a map before ReLU, (H, W): of a model's first convolution the one with most on both sides of 0."""
    if model is None:
        return convolve(_brightness(to_array(picture, 64)), FILTERS["edges_upright"])
    layer = _first_convolution(model)
    _, into = _look(model, picture, layer.input)
    maps = _before_activation(layer, into)
    return maps[..., np.minimum(relu(maps).mean(axis=(0, 1)), relu(-maps).mean(axis=(0, 1))).argmax()]


def _scores(model: keras.Model, picture: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the picture, the classes' scores before the softmax, and the model's answer."""
    last = _layers_of(model)[-1]
    if not isinstance(last, keras.layers.Softmax) and getattr(last, "activation", None) is not keras.activations.softmax:
        raise AnimelibError(f"The model {model.name!r} does not end in a softmax, so its scores do not become shares.")
    pixels, into, shares = _look(model, picture, last.input, last.output)
    return pixels, _before_activation(last, into) if last.weights else into, shares


def _matters(layer: keras.Layer) -> bool:
    before = layer.input
    return layer.count_params() > 0 or (not isinstance(before, list) and before.shape != layer.output.shape)


def _arithmetic(layer: keras.Layer) -> str:
    """Write out how many weights a layer has; of a convolution or a dense layer, why so many."""
    count = layer.count_params()
    if not count:
        return ""
    *inner, outer = layer.kernel.shape if hasattr(layer, "kernel") else (0,)
    if (np.prod(inner) + 1) * outer != count:
        return f"= {count:,}"
    return f"({' × '.join(f'{side:,}' for side in inner)} + 1) × {outer} = {count:,}"


# --- places in a picture ----------------------------------------------------------------------------------------------


def _brightness(pixels: np.ndarray) -> np.ndarray:
    """Return the mean of red, green and blue as whole numbers 0-255, (H, W)."""
    return pixels.mean(axis=2).round().astype(int)


def _in_the_middle(find: Callable, values: np.ndarray, *how: int) -> tuple[int, int]:
    """Return the place that ``find`` finds when it leaves out a rim of a sixth, where pictures rarely show the face."""
    rim = len(values) // 6
    row, column = find(values[rim : len(values) - rim, rim : values.shape[1] - rim], *how)
    return row + rim, column + rim


def _busiest(values: np.ndarray, side: int) -> tuple[int, int]:
    """Return the top left corner of the square in which neighbours differ most."""
    steps = np.abs(np.diff(values, axis=0))[:, :-1] + np.abs(np.diff(values, axis=1))[:-1]
    return _strongest(sliding_window_view(steps, (side - 1, side - 1)).sum(axis=(2, 3)))


def _mixed(values: np.ndarray, side: int) -> tuple[int, int]:
    """Return the top left corner of the square that has most on both sides of 0."""
    windows = sliding_window_view(values, (side, side))
    return _strongest(np.minimum(relu(windows).sum(axis=(2, 3)), relu(-windows).sum(axis=(2, 3))))


def _strongest(values: np.ndarray) -> tuple[int, int]:
    row, column = np.unravel_index(np.abs(values).argmax(), values.shape)
    return int(row), int(column)


def _cut(values: np.ndarray, place: tuple[int, int], side: int) -> np.ndarray:
    return values[place[0] : place[0] + side, place[1] : place[1] + side]


# --- drawing ----------------------------------------------------------------------------------------------------------


def _head(part: FigureBase, told: str) -> None:
    part.suptitle(told, x=0.01, ha="left", fontsize=10.5)


def _bare(axes: Axes, title: str = "") -> None:
    _frame(axes, "none")
    axes.set_title(title, fontsize=9.5, color="#444444")


def _between(axes: Axes, sign: str) -> None:
    axes.axis("off")
    axes.text(0.5, 0.5, sign, ha="center", va="center", fontsize=17, color=GREY, transform=axes.transAxes)


def _show_map(axes: Axes, values: np.ndarray, title: str = "", most: float | None = None) -> None:
    most = most or np.abs(values).max() or 1
    axes.imshow(values, cmap=SIGNED, vmin=-most, vmax=most)
    _bare(axes, title)


def _print_numbers(axes: Axes, values: np.ndarray, size: float) -> None:
    """Print the numbers of the picture that the axes show into its cells, with thin lines between them."""
    lightness = axes.images[-1].to_rgba(axes.images[-1].get_array())[..., :3] @ (0.3, 0.59, 0.11)
    for (row, column), value in np.ndenumerate(values):
        colour = "white" if lightness[row, column] < 0.5 else "black"
        axes.text(column, row, _number(value, values), ha="center", va="center", fontsize=size, color=colour)
    for line in range(1, len(values)):
        axes.axhline(line - 0.5, color="#BBBBBB", linewidth=0.6)
        axes.axvline(line - 0.5, color="#BBBBBB", linewidth=0.6)


def _number(value: float, among: np.ndarray) -> str:
    """Write a number as short as those around it allow: whole where they are whole or large."""
    whole = np.abs(among).max() >= 100 or (among == np.round(among)).all()
    return f"{value:.0f}".replace("-", "−") if whole else _two_places(value)


def _mark(axes: Axes, place: tuple[int, int], side: int, colour: str = VERMILION) -> None:
    """Draw a square around the cells from ``place`` on, with a white rim so that it shows on anything."""
    top, left = place[0] - 0.5, place[1] - 0.5
    corners = [left, left + side, left + side, left, left], [top, top, top + side, top + side, top]
    for width, paint in ((4, "white"), (2, colour)):
        axes.plot(*corners, color=paint, linewidth=width, clip_on=False, solid_joinstyle="miter")


def _shrunk(part: FigureBase, picture: object, small: np.ndarray, place: tuple[int, int]) -> None:
    width, height = open_image(picture).size
    _head(part, say("picture_shrunk"))
    left, arrow, right = part.subplots(1, 3, width_ratios=[1, 0.12, 1])
    left.imshow(_small(picture, 512))
    _bare(left, say("picture_own", height=height, width=width))
    _between(arrow, "→")
    right.imshow(small)
    _bare(right, say("picture_left", size=len(small)))
    _mark(right, place, 8)


def _channels(part: FigureBase, small: np.ndarray) -> None:
    _head(part, say("picture_channels", size=len(small), count=f"{small.size:,}"))
    panels = part.subplots(1, 7, width_ratios=[1, 0.12] * 3 + [1])
    for number, name in enumerate(CHANNELS):
        alone = np.zeros_like(small)
        alone[..., number] = small[..., number]
        panels[2 * number].imshow(alone)
        _bare(panels[2 * number], say(name))
        _between(panels[2 * number + 1], "=" if number == 2 else "+")
    panels[6].imshow(small)
    _bare(panels[6], say("picture_sum"))


def _patch_in_numbers(part: FigureBase, patch: np.ndarray) -> None:
    """Show a patch in colour and its red numbers, with one pixel marked whose three numbers are told."""
    place = _strongest(np.ptp(patch.astype(int), axis=2))  # the most colourful pixel
    red, green, blue = (int(value) for value in patch[place])
    left, arrow, right = part.subplots(1, 3, width_ratios=[1, 0.12, 1])
    left.imshow(patch)
    _bare(left, say("picture_patch"))
    _between(arrow, "→")
    right.imshow(patch[..., 0], cmap="gray", vmin=0, vmax=255)
    _print_numbers(right, patch[..., 0], 9)
    _bare(right, say("picture_red_numbers"))
    for axes in (left, right):
        _mark(axes, place, 1)
    _head(part, say("picture_pixel", red=red, green=green, blue=blue))


def _one_place(part: FigureBase, grey: np.ndarray, kernel: np.ndarray, place: tuple[int, int]) -> None:
    patch = _cut(grey, place, 3)
    products = patch * kernel
    seen, *panels = part.subplots(1, 7, width_ratios=[1.35, 0.22, 1, 0.22, 1, 0.22, 1])
    seen.imshow(grey, cmap="gray", vmin=0, vmax=255)
    _bare(seen, say("window_on", size=len(grey)))
    _mark(seen, place, 3)
    for axes, sign in zip(panels[::2], "→×=", strict=True):
        _between(axes, sign)
    panels[1].imshow(patch, cmap="gray", vmin=0, vmax=255)
    _bare(panels[1], say("window"))
    _show_map(panels[3], kernel, say("filter"), 2)
    _show_map(panels[5], products, say("products"), 255)
    for axes, values in zip(panels[1::2], (patch, kernel, products), strict=True):
        _print_numbers(axes, values, 9)
    _head(part, say("convolution_one"))
    part.supxlabel(_sum_written(products), x=0.99, ha="right", fontsize=11.5)


def _sum_written(products: np.ndarray) -> str:
    """Write the sum of the products out, leaving out those that are 0."""
    terms = [f"{value:+d}" for value in products.ravel() if value] or ["+0"]
    written = " ".join([terms[0].removeprefix("+"), *[f"{term[0]} {term[1:]}" for term in terms[1:]]])
    return f"{written} = {products.sum()}".replace("-", "−")


def _three_filters(part: FigureBase, grey: np.ndarray, place: tuple[int, int]) -> None:
    grid = part.subplots(2, 3, height_ratios=[0.36, 1])
    for (name, kernel), small, large in zip(FILTERS.items(), grid[0], grid[1], strict=True):
        _show_map(small, kernel, say(name), 2 if kernel.max() < 8 else 8)
        _print_numbers(small, kernel, 7.5)
        _show_map(large, convolve(grey, kernel))
    _mark(grid[1, 0], place, 1)
    _head(part, say("convolution_all", left=len(grey) - 2))


def _as_colours(kernel: np.ndarray) -> np.ndarray:
    """Return the weights (h, w, channels) of a filter as colours: grey is 0; other than three channels become grey levels."""
    weights = kernel if kernel.shape[-1] == 3 else kernel.mean(axis=-1, keepdims=True).repeat(3, axis=-1)
    return 0.5 + weights / (2 * max(np.abs(weights).max(), 1e-9))


def _before_and_after(part: FigureBase, before: np.ndarray, place: tuple[int, int]) -> None:
    left, middle, right = part.subplots(1, 3, width_ratios=[1, 0.8, 1])
    most = np.abs(before).max()
    _show_map(left, before, say("relu_before"), most)
    _show_map(right, relu(before), say("relu_after"), most)
    for axes in (left, right):
        _mark(axes, place, 5, "black")
    values = np.linspace(-most, most, 101)
    middle.plot(values, relu(values), color=BLUE, linewidth=2.5)
    middle.set_title(say("relu_curve"))
    middle.set(xlabel=say("relu_in"), ylabel=say("relu_out"), box_aspect=1)
    middle.grid(color="#E5E5E5")
    middle.tick_params(labelsize=8)
    middle.locator_params(nbins=4)
    _head(part, say("relu_told", share=percent(float((before < 0).mean()))))


def _relu_in_numbers(part: FigureBase, excerpt: np.ndarray) -> None:
    left, arrow, right = part.subplots(1, 3, width_ratios=[1, 0.2, 1])
    _between(arrow, "→")
    most = np.abs(excerpt).max()
    for axes, values in ((left, excerpt), (right, relu(excerpt))):
        _show_map(axes, values, "", most)
        _print_numbers(axes, values, 9)
    _head(part, say("relu_numbers"))


def _pool_in_numbers(part: FigureBase, whole: np.ndarray, place: tuple[int, int]) -> None:
    left, arrow, middle, second, right = part.subplots(1, 5, width_ratios=[1.1, 0.15, 1.5, 0.15, 0.75])
    excerpt, most = _cut(whole, place, 6), np.abs(whole).max()
    _show_map(left, whole, f"{whole.shape[0]} × {whole.shape[1]}", most)
    _mark(left, place, 6, "black")
    for axes, values in ((middle, excerpt), (right, pool(excerpt))):
        _show_map(axes, values, f"{len(values)} × {len(values)}", most)
        _print_numbers(axes, values, 9)
    for line in (1.5, 3.5):
        middle.axhline(line, color="black", linewidth=2)
        middle.axvline(line, color="black", linewidth=2)
    for row, column in np.ndindex(3, 3):
        down, across = _strongest(_cut(excerpt, (2 * row, 2 * column), 2) - excerpt.min())
        corner = 2 * column + across - 0.42, 2 * row + down - 0.4
        middle.add_patch(Rectangle(corner, 0.84, 0.8, fill=False, edgecolor=BLUE, linewidth=1.8))
    for axes in (arrow, second):
        _between(axes, "→")
    _head(part, say("pooling_told"))


def _moves(part: FigureBase, whole: np.ndarray) -> None:
    """Lay the map of the picture over that of the picture moved by one and by two pixels, unpooled, pooled once and twice."""
    grid = part.subplots(2, 3)
    for by, row in enumerate(grid, 1):
        for poolings, axes in enumerate(row):
            here, there = move(whole, by, poolings)
            _show_map(axes, here - there, say("pooled", size=len(here), share=percent(changed(here, there))), np.abs(whole).max())
        row[0].set_ylabel(say("moved", by=by))
    told = [percent(changed(*move(whole, 1, poolings))) for poolings in (0, 1, 2)]
    _head(part, say("pooling_moved", before=told[0], once=told[1], twice=told[2]))


def _paper(sheet: Sheet) -> Axes:
    """Return axes over the whole sheet whose unit is an inch, from the top left."""
    width, height = sheet.get_size_inches()
    sheet.set_layout_engine("none")
    axes = sheet.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    return axes


PIXELS_WIDE, STRIP = 0.79, (2.5, 6.3)  # inches: the picture that goes in, and from where to where a layer is drawn


def _row_height(values: np.ndarray, size: int) -> float:
    return max(0.66, PIXELS_WIDE * len(values) / size + 0.14) if values.ndim == 3 else 0.66


def _layer_row(axes: Axes, middle: float, name: str, values: np.ndarray, told: str, size: int) -> None:
    shape = " × ".join(f"{side:,}" for side in values.shape)
    axes.text(0.1, middle - 0.17, say(LAYERS[name]) if name in LAYERS else name, va="center")
    axes.text(0.1, middle + 0.03, shape, va="center", fontsize=9.5)
    axes.text(0.1, middle + 0.2, told, va="center", fontsize=8, color=GREY)
    if values.ndim == 3:
        _stack(axes, middle, values, size)
    else:
        _strip(axes, middle, values)


def _stack(axes: Axes, middle: float, values: np.ndarray, size: int) -> None:
    """Draw as many of a layer's maps as fit side by side, in proportion to the picture that went in."""
    side, shown = PIXELS_WIDE * len(values) / size, [values]
    if values.dtype != np.uint8:
        fit = max(1, int((STRIP[1] - STRIP[0] - 0.4) / (side + 0.06)))
        shown = [values[..., index] for index in _from_strong_to_weak(values, fit)]
    for number, one in enumerate(shown):
        left, most = STRIP[0] + number * (side + 0.06), np.abs(one).max() or 1
        how = {"cmap": SIGNED, "vmin": -most, "vmax": most} if one.ndim == 2 else {}
        axes.imshow(one, extent=(left, left + side, middle + side / 2, middle - side / 2), aspect="auto", **how)
    if one.ndim == 2 and len(shown) < values.shape[-1]:
        axes.text(STRIP[1], middle, f"+{values.shape[-1] - len(shown)}", va="center", ha="right", fontsize=9, color=GREY)


def _strip(axes: Axes, middle: float, values: np.ndarray) -> None:
    """Draw a row of numbers as a strip of colours; where there are few, as cells with the numbers in them."""
    (left, right), most = STRIP, max(1.0 if len(values) <= 10 else 0, np.abs(values).max())
    where = (left, right, middle + 0.16, middle - 0.16)
    axes.imshow(values[None], cmap=SIGNED, vmin=-most, vmax=most, extent=where, aspect="auto", interpolation="nearest")
    axes.add_patch(Rectangle((left, middle - 0.16), right - left, 0.32, fill=False, edgecolor=GREY, linewidth=0.8))
    are_shares = values.min() >= 0 and abs(values.sum() - 1) < 1e-3
    for number, value in enumerate(values if len(values) <= 10 else []):
        told = percent(float(value)) if are_shares else _two_places(value)
        colour = "white" if abs(value) > 0.65 * most else "black"
        place = left + (number + 0.5) * (right - left) / len(values)
        axes.text(place, middle, told, ha="center", va="center", color=colour, fontsize=9.5)


def _weights_told(model: keras.Model, shown: list[keras.Layer]) -> str:
    most = max(shown, key=lambda layer: layer.count_params())
    share = percent(most.count_params() / max(1, model.count_params()))
    return say("layers_told", count=f"{model.count_params():,}", share=share, layer=type(most).__name__)


def _softmax_bars(panels: Sequence[Axes], scores: np.ndarray, shares: np.ndarray, names: list[str]) -> None:
    """Draw the three columns of numbers as bars, with the sums of the last two below."""
    grown, whole = _exp(scores), percent(round(float(shares.sum()), 5))
    columns = [
        ("softmax_scores", scores, [_two_places(score) for score in scores], ""),
        ("softmax_grown", grown, [_grown(value) for value in grown], f"{say('sum')} {_grown(grown.sum())}"),
        ("softmax_shares", shares, [percent(float(share)) for share in shares], f"{say('sum')} {whole}"),
    ]
    colours = [BLUE if row == shares.argmax() else f"{BLUE}77" for row in range(len(names))]
    for axes, (key, values, told, total) in zip(panels, columns, strict=True):
        axes.bar_label(axes.barh(range(len(names)), values, color=colours, height=0.6), told, padding=4, fontsize=9.5)
        low, high = min(0, values.min()), max(0, values.max())
        long = high - low or 1  # room for the numbers on the sides where there are bars
        axes.set(xlim=(low - 0.8 * long * (low < 0), high + long * (0.8 if high > 0 else 0.2)), xticks=[])
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.axvline(0, color=GREY, linewidth=0.8)
        axes.set_yticks(range(len(names)), names if values is scores else [""] * len(names))
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.set_title(say(key), loc="left")
        axes.set_xlabel(total, loc="left")


def _exp(scores: np.ndarray) -> np.ndarray:
    return np.exp(np.clip(scores.astype(float), -700, 700))  # beyond there is no number for it


def _two_places(value: float) -> str:
    return f"{value:.{2 if abs(value) < 100 else 0}f}".replace("-", "−")


def _grown(value: float) -> str:
    return f"{value:,.2f}" if 0.01 <= value < 1e5 else f"{value:.1e}"


def _softmax_told(scores: np.ndarray, shares: np.ndarray, classes: Sequence[str]) -> str:
    """Write the arithmetic of the best class out."""
    grown, best = _exp(scores), int(shares.argmax())
    return say(
        "softmax_told",
        name=_clip(classes[best], 20),
        score=_two_places(scores[best]),
        grown=_grown(grown[best]),
        total=_grown(grown.sum()),
        share=percent(float(shares[best])),
    )


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
        seen.imshow(report.images[index])
        name = _clip(report.classes[report.truth[index]], 12)
        _bare(seen, say(key, name=name, share=percent(float(right[index])), cost=f"{costs[index]:.2f}"))
        seen.title.set_fontsize(9.5)
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
