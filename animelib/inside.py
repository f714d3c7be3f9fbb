"""What stands inside a finished model, as figures: its filters, its maps, the way of a picture through its layers, its scores.

This module neither trains nor judges a model. A picture is anything that `open_image` reads.
"""

from collections.abc import Sequence

import keras
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.patches import Rectangle

from .concepts import cut, exponentials, in_the_middle, mixed, relu, upright_edges
from .errors import AnimelibError
from .folders import to_array
from .sheets import (
    BLUE,
    GREY,
    PALE,
    WIDTH,
    Sheet,
    bare_grid,
    between,
    clip,
    head,
    mark,
    paper,
    print_numbers,
    quiet_style,
    show_map,
    show_pixels,
    signed,
    spread,
    two_places,
    unframe,
)
from .unfolding import as_array, without_activation
from .words import percent, say

LAYERS = {
    "Conv2D": "layer_convolution",
    "MaxPooling2D": "layer_pooling",
    "GlobalAveragePooling2D": "layer_average",
    "Flatten": "layer_flatten",
    "Dense": "layer_dense",
}
PIXELS_WIDE, STRIP = 0.79, (2.5, 6.3)  # inches: the picture that goes in, and from where to where a layer is drawn


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
    kernels = np.moveaxis(as_array(layer.kernel), -1, 0)
    order = _from_strong_to_weak(maps, count)
    down = -(-len(order) // 4)
    sheet = Sheet(figsize=(WIDTH, 0.7 + 1.09 * down))
    grid = bare_grid(sheet, down, 8, width_ratios=[0.42, 1] * 4)
    for number, index in enumerate(order):
        grid[2 * number].imshow(_as_colours(kernels[index]))
        show_map(grid[2 * number + 1], maps[..., index])
    silent = int((maps.max(axis=(0, 1)) <= 0).sum())
    head(sheet, say("filters_told", shown=len(order), count=len(kernels), silent=silent))
    return sheet


@quiet_style()
def explain_relu(model: keras.Model | None, picture: object) -> Sheet:
    """Show a map before and after ReLU, which turns everything below 0 into 0, and the curve of the function.

    With a model it is the map of its first convolution in which most is at stake; with None that of an edge filter.

        explain_relu(run.model, "rem.png")
    """
    before = _map_before(model, picture)
    place = in_the_middle(mixed, before, 5)
    sheet = Sheet(figsize=(WIDTH, 5.9))
    upper, lower = sheet.subfigures(2, 1, height_ratios=[2.9, 2.9], hspace=0.06)
    _before_and_after(upper, before, place)
    _relu_in_numbers(lower, cut(before, place, 5))
    return sheet


@quiet_style()
def explain_layers(model: keras.Model, picture: object) -> Sheet:
    """Show the way of a picture through the model, layer by layer: its maps in proportion, their sizes, and the weights.

    Layers before the last that neither have weights nor change the size are left out; dropout, which works in training
    only, is a line between the others.

    Raises AnimelibError when a layer is a whole model itself, which cannot be looked into from outside.

        explain_layers(run.model, "rem.png")
    """
    *before, last = _layers_of(model)
    for inner in (layer for layer in before if isinstance(layer, keras.Model)):
        raise AnimelibError(f"The layer {inner.name!r} of {model.name!r} is a whole model: explain that one by itself.")
    shown = [layer for layer in before if _matters(layer)] + [last]
    pixels, *outputs = _look(model, picture, *[layer.output for layer in shown])
    rows = [(say("layer_input"), pixels, "")]
    rows += [(_named(layer), _drawn(layer, values), _arithmetic(layer)) for layer, values in zip(shown, outputs, strict=True)]
    tall = [_row_height(values, len(pixels)) for _, values, _ in rows]
    sheet = Sheet(figsize=(WIDTH, sum(tall) + 0.7))
    axes = paper(sheet)
    down = 0.6
    for (name, values, told), height in zip(rows, tall, strict=True):
        _layer_row(axes, down + height / 2, name, values, told, len(pixels))
        down += height
    head(sheet, _weights_told(model, shown))
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
    show_pixels(seen, pixels)
    _softmax_bars(panels, scores, shares, [clip(name, 12) for name in classes])
    head(sheet, _softmax_told(scores, shares, classes))
    return sheet


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
    return [pixels, *[as_array(values)[0] for values in keras.tree.flatten(seen)]]


def _from_strong_to_weak(maps: np.ndarray, count: int) -> np.ndarray:
    """Choose up to ``count`` of the maps (H, W, N) that are not next to nothing, evenly from the strongest to the weakest."""
    strength = np.abs(maps).mean(axis=(0, 1))
    order = np.argsort(-strength)[: max(1, int((strength > 0.02 * strength.max()).sum()))]
    return spread(order, count)


def _before_activation(layer: keras.Layer, into: np.ndarray) -> np.ndarray:
    """Return what a layer with weights makes of one input before its activation function."""
    return as_array(without_activation(layer, into.shape)(into[None]))[0]


def _map_before(model: keras.Model | None, picture: object) -> np.ndarray:
    """Return a map before ReLU, (H, W): of a model's first convolution the one with most on both sides of 0."""
    if model is None:
        return upright_edges(to_array(picture, 64))
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
    before, dropout = layer.input, isinstance(layer, keras.layers.Dropout)
    return dropout or layer.count_params() > 0 or (not isinstance(before, list) and before.shape != layer.output.shape)


def _named(layer: keras.Layer) -> str:
    """Name a layer in words, with the padding or the share that was chosen for it."""
    kind = type(layer).__name__
    if isinstance(layer, keras.layers.Dropout):
        return say("layer_dropout", share=percent(layer.rate))
    name = say(LAYERS[kind]) if kind in LAYERS else kind
    return f"{name}, same" if getattr(layer, "padding", "") == "same" else name


def _drawn(layer: keras.Layer, values: np.ndarray) -> np.ndarray | None:
    """Return what is drawn of a layer: nothing of dropout, which lets everything through when the network answers."""
    return None if isinstance(layer, keras.layers.Dropout) else values


def _arithmetic(layer: keras.Layer) -> str:
    """Write out how many weights a layer has; of a convolution or a dense layer, why so many."""
    count = layer.count_params()
    if not count:
        return ""
    *inner, outer = layer.kernel.shape if hasattr(layer, "kernel") else (0,)
    if (np.prod(inner) + 1) * outer != count:
        return f"= {count:,}"
    return f"({' × '.join(f'{side:,}' for side in inner)} + 1) × {outer} = {count:,}"


# --- drawing ----------------------------------------------------------------------------------------------------------


def _as_colours(kernel: np.ndarray) -> np.ndarray:
    """Return the weights (h, w, channels) of a filter as colours: grey is 0; other than three channels become grey levels."""
    weights = kernel if kernel.shape[-1] == 3 else kernel.mean(axis=-1, keepdims=True).repeat(3, axis=-1)
    return 0.5 + weights / (2 * max(np.abs(weights).max(), 1e-9))


def _before_and_after(part: FigureBase, before: np.ndarray, place: tuple[int, int]) -> None:
    left, middle, right = part.subplots(1, 3, width_ratios=[1, 0.8, 1])
    most = np.abs(before).max()
    show_map(left, before, say("relu_before"), most)
    show_map(right, relu(before), say("relu_after"), most)
    for axes in (left, right):
        mark(axes, place, 5, "black")
    values = np.linspace(-most, most, 101)
    middle.plot(values, relu(values), color=BLUE, linewidth=2.5)
    middle.set_title(say("relu_curve"))
    middle.set(xlabel=say("relu_in"), ylabel=say("relu_out"), box_aspect=1)
    middle.grid(color=PALE)
    middle.tick_params(labelsize=8)
    middle.locator_params(nbins=4)
    head(part, say("relu_told", share=percent(float((before < 0).mean()))))


def _relu_in_numbers(part: FigureBase, excerpt: np.ndarray) -> None:
    left, arrow, right = part.subplots(1, 3, width_ratios=[1, 0.2, 1])
    between(arrow, "→")
    most = np.abs(excerpt).max()
    for axes, values in ((left, excerpt), (right, relu(excerpt))):
        show_map(axes, values, "", most)
        print_numbers(axes, values, 9)
    head(part, say("relu_numbers"))


def _row_height(values: np.ndarray | None, size: int) -> float:
    if values is None:
        return 0.3
    return max(0.66, PIXELS_WIDE * len(values) / size + 0.14) if values.ndim == 3 else 0.66


def _layer_row(axes: Axes, middle: float, name: str, values: np.ndarray | None, told: str, size: int) -> None:
    if values is None:
        axes.text(0.1, middle, name, va="center", color=GREY)
        return
    shape = " × ".join(f"{side:,}" for side in values.shape)
    axes.text(0.1, middle - 0.17, name, va="center")
    axes.text(0.1, middle + 0.03, shape, va="center", fontsize=9.5)
    axes.text(0.1, middle + 0.2, told, va="center", fontsize=9, color=GREY)
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
        left = STRIP[0] + number * (side + 0.06)
        how = signed(one) if one.ndim == 2 else {}
        axes.imshow(one, extent=(left, left + side, middle + side / 2, middle - side / 2), aspect="auto", **how)
    if one.ndim == 2 and len(shown) < values.shape[-1]:
        axes.text(STRIP[1], middle, f"+{values.shape[-1] - len(shown)}", va="center", ha="right", fontsize=9, color=GREY)


def _strip(axes: Axes, middle: float, values: np.ndarray) -> None:
    """Draw a row of numbers as a strip of colours; where there are few, as cells with the numbers in them."""
    (left, right), most = STRIP, max(1.0 if len(values) <= 10 else 0, np.abs(values).max())
    where = (left, right, middle + 0.16, middle - 0.16)
    axes.imshow(values[None], extent=where, aspect="auto", interpolation="nearest", **signed(values, most))
    axes.add_patch(Rectangle((left, middle - 0.16), right - left, 0.32, fill=False, edgecolor=GREY, linewidth=0.8))
    are_shares = values.min() >= 0 and abs(values.sum() - 1) < 1e-3
    for number, value in enumerate(values if len(values) <= 10 else []):
        told = percent(float(value)) if are_shares else two_places(value)
        colour = "white" if abs(value) > 0.65 * most else "black"
        place = left + (number + 0.5) * (right - left) / len(values)
        axes.text(place, middle, told, ha="center", va="center", color=colour, fontsize=9.5 if len(values) < 8 else 8)


def _weights_told(model: keras.Model, shown: list[keras.Layer]) -> str:
    most = max(shown, key=lambda layer: layer.count_params())
    share = percent(most.count_params() / max(1, model.count_params()))
    return say("layers_told", count=f"{model.count_params():,}", share=share, layer=type(most).__name__)


def _softmax_bars(panels: Sequence[Axes], scores: np.ndarray, shares: np.ndarray, names: list[str]) -> None:
    """Draw the three columns of numbers as bars, with the sums of the last two below."""
    grown, whole = exponentials(scores), percent(round(float(shares.sum()), 5))
    columns = [
        ("softmax_scores", scores, [two_places(score) for score in scores], ""),
        ("softmax_grown", grown, [_grown(value) for value in grown], f"{say('sum')} {_grown(grown.sum())}"),
        ("softmax_shares", shares, [percent(float(share)) for share in shares], f"{say('sum')} {whole}"),
    ]
    colours = [BLUE if row == shares.argmax() else f"{BLUE}77" for row in range(len(names))]
    for axes, (key, values, told, total) in zip(panels, columns, strict=True):
        axes.bar_label(axes.barh(range(len(names)), values, color=colours, height=0.6), told, padding=4, fontsize=9.5)
        low, high = min(0, values.min()), max(0, values.max())
        long = high - low or 1  # room for the numbers on the sides where there are bars
        axes.set(xlim=(low - 1.2 * long * (low < 0), high + long * (0.8 if high > 0 else 0.2)), xticks=[])
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.axvline(0, color=GREY, linewidth=0.8)
        axes.set_yticks(range(len(names)), names if values is scores else [""] * len(names))
        unframe(axes)
        axes.set_title(say(key), loc="left")
        axes.set_xlabel(total, loc="left")


def _grown(value: float) -> str:
    return f"{value:,.2f}" if 0.01 <= value < 1e5 else f"{value:.1e}"


def _softmax_told(scores: np.ndarray, shares: np.ndarray, classes: Sequence[str]) -> str:
    """Write the arithmetic of the best class out."""
    grown, best = exponentials(scores), int(shares.argmax())
    return say(
        "softmax_told",
        name=clip(classes[best], 20),
        score=two_places(scores[best]),
        grown=_grown(grown[best]),
        total=_grown(grown.sum()),
        share=percent(float(shares[best])),
    )
