"""What the depths of a network look at, as figures: a picture's maps from shallow to deep, and the pieces that excite a filter.

Shallow layers know edges and colours, which photographs and drawings share: that is why a trained network can be borrowed. This
module neither trains nor judges a network; the filters and the layers of one's own small network are in `inside`.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import keras
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from tqdm.auto import tqdm

from .attention import CONVOLUTIONS
from .backbones import BACKBONES
from .errors import AnimelibError
from .folders import to_array
from .models import check_size
from .sheets import GREY, WIDTH, Sheet, clip, head, paper, quiet_style, signed, spread
from .unfolding import Step, Unfolded, as_array, unfold
from .words import say

MOST, BATCH = 64, 4  # pictures that are looked at, and at once: a shallow layer's maps of one are megabytes
EDGE, GAP = 0.1, 0.16  # inches: on the left and right of a sheet, and between what does not belong together
ACTIVATIONS = (keras.layers.ReLU, keras.layers.LeakyReLU, keras.layers.PReLU, keras.layers.ELU)

Prepare = Callable[[np.ndarray], object]


@quiet_style()
def show_depths(
    base: keras.Model, picture: object, *, layers: Sequence[str] | None = None, count: int = 6, prepare: Prepare | None = None
) -> Sheet:
    """Show what becomes of a picture from a network's shallow layers to its deep ones: of each layer up to ``count`` maps.

    base: of `load_backbone`, or any other model built of layers; models inside it are looked into. ``layers`` are names, by
    default of the last layer before each halving of the maps. The maps are strong ones that differ from each other. Framed on
    the picture beside them is what one point of a map looks at, its receptive field, where that can be told. ``prepare`` is
    done to the raw picture, float32 (1, S, S, 3), before the network gets it: by default what a backbone of `load_backbone`
    wants, and nothing for a network that begins with a preparation of its own.

    Raises AnimelibError when there is no convolution, no such layer, or when the network does not take square pictures.

        show_depths(load_backbone("vgg16", 224), "rem.png")
    """
    _at_least_one(count=count)
    network, side = unfold(base), _side_of(base)
    steps = _chosen(base, network, layers)
    fields = _fields_of(network, steps)
    pixels = to_array(picture, side)
    maps = _look_into(network, steps, prepare)(pixels[None])
    cell = min(1.0, (WIDTH - 2 * EDGE - GAP - (count - 1) * 0.05) / (count + 1))
    sheet = Sheet(figsize=(WIDTH, 0.75 + len(steps) * (cell + 0.39)))
    axes = paper(sheet)
    for row, (step, field, made) in enumerate(zip(steps, fields, maps, strict=True)):
        down, values = 0.9 + row * (cell + 0.39), as_array(made)[0]
        _tell_layer(axes, down, step, say("depths_layer", **_size_of(step)) + _sight(field, side))
        _put(axes, pixels, EDGE, down + 0.12, cell)
        _frame_field(axes, step, field, side, (EDGE, down + 0.12), cell)
        for place, index in enumerate(_telling(values, field, side, count)):
            left = EDGE + cell + GAP + place * (cell + 0.05)
            _put(axes, values[..., index], left, down + 0.12, cell, **signed(values[..., index]))
    head(sheet, say("depths_told"))
    return sheet


@quiet_style()
def show_what_excites(
    base: keras.Model,
    images: np.ndarray,
    *,
    layers: Sequence[str] | None = None,
    filters: int = 5,
    patches: int = 6,
    prepare: Prepare | None = None,
) -> Sheet:
    """Show the pieces of pictures that excite filters most, from shallow to deep, one of each picture (Zeiler & Fergus 2014).

    images: uint8 (N, S, S, 3), of which 64 are looked at, evenly from first to last. Of each layer up to ``filters`` are shown,
    side by side: such as answer strongly and to few things, and that differ from each other. A piece is what the filter looks
    at there, its receptive field, moved inside where it would leave the picture; of one larger than half the side, the middle,
    which counts most (Luo et al. 2016). ``base``, ``layers`` and ``prepare`` as in `show_depths`, but by default three of its
    layers are shown.

    Raises AnimelibError as `show_depths` does, and for pictures that are not such an array or have another size.

        show_what_excites(load_backbone("vgg16", data.size), data.train.images)
    """
    _at_least_one(filters=filters, patches=patches)
    network, side = unfold(base), _side_of(base)
    shown = _checked(base, images)
    steps = _chosen(base, network, layers)
    steps = steps if layers else [steps[place] for place in sorted({0, len(steps) // 2, len(steps) - 1})]
    fields = _fields_of(network, steps)
    excitements = _excitements(_look_into(network, steps, prepare), fields, shown)
    across, rows = min(2, patches), math.ceil(patches / 2)
    cell = min(0.8, ((WIDTH - 2 * EDGE + GAP) / filters - GAP - (across - 1) * 0.04) / across)
    tall, wide = rows * (cell + 0.04) + 0.6, across * (cell + 0.04) - 0.04 + GAP
    sheet = Sheet(figsize=(WIDTH, 0.6 + len(steps) * tall))
    axes = paper(sheet)
    for row, (step, field, excited) in enumerate(zip(steps, fields, excitements, strict=True)):
        down, chosen = 0.75 + row * tall, _selective(excited, filters, patches)
        told = say("excites_layer", shown=len(chosen), count=step.out.shape[-1]) + _sight(field, side, shown=side // 2)
        _tell_layer(axes, down, step, told)
        for place, index in enumerate(chosen):
            pieces = _pieces(excited, index, shown, step, field, patches)
            _draw_filter(axes, index, pieces, (EDGE + place * wide, down + 0.2), cell)
    head(sheet, say("excites_told"))
    return sheet


# --- the network ------------------------------------------------------------------------------------------------------


def _side_of(base: keras.Model) -> int:
    shape = tuple(base.input_shape)
    if len(shape) != 4 or shape[3] != 3 or shape[1] is None or shape[1] != shape[2]:
        raise AnimelibError(
            f"The network {base.name!r} takes {shape}, not square pictures in colour, such as (None, 224, 224, 3): "
            'give it such an input, or take load_backbone("vgg16", 224).'
        )
    return shape[1]


def _checked(base: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return those of the pictures that are looked at."""
    found = f"{images.dtype} {images.shape}" if isinstance(images, np.ndarray) else type(images).__name__
    if not found.startswith("uint8") or images.ndim != 4 or images.shape[-1] != 3 or not len(images):
        raise AnimelibError(
            f"The pictures are {found} and should be uint8 (N, H, W, 3), 0-255, at least one: "
            "give data.train.images, as load_images makes them."
        )
    check_size(base, images)
    return images[spread(np.arange(len(images)), MOST)]


def _at_least_one(**numbers: int) -> None:
    for name, number in numbers.items():
        if number < 1:
            raise AnimelibError(f"{name} is {number}, which leaves nothing to show: choose 1 or more.")


def _chosen(base: keras.Model, network: Unfolded, names: Sequence[str] | None) -> list[Step]:
    """Return the steps of the layers that are named, by default the last before each halving of the maps."""
    maps = [step for step in network.steps if len(getattr(step.out, "shape", ())) == 4]
    stages: dict[int, Step] = {}
    for step in [step for step in maps if _answers(step) and min(step.out.shape[1:3]) > 1]:
        stage = round(math.log2(network.picture.shape[1] / step.out.shape[1]))
        if stage not in stages or _activated(step) or not _activated(stages[stage]):
            stages[stage] = step
    if not any(isinstance(step.layer, CONVOLUTIONS) for step in maps) or not stages:
        raise AnimelibError(f"The network {base.name!r} has no convolution, so it has no maps to show: give it a CNN.")
    if not names:
        return [stages[stage] for stage in sorted(stages)]
    names = [names] if isinstance(names, str) else names
    by_name = {step.layer.name: step for step in maps}
    for name in names:
        if name not in by_name:
            such = ", ".join(stages[stage].layer.name for stage in sorted(stages))
            raise AnimelibError(f"The network {base.name!r} has no layer {name!r} that makes maps: take such as {such}.")
    return [by_name[name] for name in names]


def _answers(step: Step) -> bool:
    return isinstance(step.layer, CONVOLUTIONS) or _activated(step)


def _activated(step: Step) -> bool:
    """Tell whether an activation function makes what comes out, so that it is what the next layer gets to see."""
    return isinstance(step.layer, ACTIVATIONS) or getattr(step.layer, "activation", None) not in (None, keras.activations.linear)


def _look_into(network: Unfolded, steps: list[Step], prepare: Prepare | None) -> Callable[[np.ndarray], list[object]]:
    """Return a function from raw pictures uint8 (N, S, S, 3) to each step's maps (N, h, w, C), as the backend's own arrays."""
    inside = keras.Model(network.picture, [step.out for step in steps])
    prepare = prepare or _preparation(network)
    return lambda pictures: keras.tree.flatten(inside(prepare(pictures.astype(np.float32)), training=False))


def _preparation(network: Unfolded) -> Prepare:
    """Return what a backbone wants done to pictures; nothing where something stands before it, as in `vgg16_transfer`."""
    names = {step.layer.name for step in network.steps}
    if isinstance(network.steps[0].layer, (keras.layers.Conv2D, keras.layers.ZeroPadding2D)):
        for facts in BACKBONES.values():
            if facts.map in names:
                return getattr(keras.applications, facts.module).preprocess_input
    return lambda pictures: pictures


# --- what a point looks at --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Field:
    """What the first point of a map looks at along an axis, the pixels ``low`` to ``high``; the next one's are ``step`` on."""

    low: int
    high: int
    step: int

    @property
    def size(self) -> int:
        return self.high - self.low + 1


Fields = tuple[Field, Field] | None  # down and across; None where it cannot be told

SLIDING = (
    keras.layers.Conv2D,
    keras.layers.DepthwiseConv2D,
    keras.layers.SeparableConv2D,
    keras.layers.MaxPooling2D,
    keras.layers.AveragePooling2D,
)
# Layers, and operations on tensors, whose points look at one point each; by name, for operations have no public class.
POINT_BY_POINT = {
    "Activation", "Add", "Average", "BatchNormalization", "Cast", "Concatenate", "ConvertToTensor", "Divide", "Dropout", "ELU",
    "GetItem", "LeakyReLU", "Maximum", "Multiply", "Normalization", "PReLU", "ReLU", "Rescaling", "SpatialDropout2D", "Stack",
    "Subtract", "TrueDivide",
}  # fmt: skip


def receptive_fields(network: Unfolded, axis: int) -> dict[int, Field | None]:
    """Return what a point of each tensor of a network looks at along an axis, 0 down or 1 across; None where it cannot be told.

    The keys are the ids of the tensors. Where ways meet again, a point looks at all that was looked at on any of them (Araujo
    et al. 2019, Computing Receptive Fields of Convolutional Neural Networks).

        fields = receptive_fields(unfold(load_backbone("vgg16", 224)), 0)
    """
    known: dict[int, Field | None] = {id(network.picture): Field(0, 0, 1)}
    for step in network.steps:
        known[id(step.out)] = _after(step, [known.get(id(tensor)) for tensor in step.into], axis)
    return known


def _after(step: Step, given: list[Field | None], axis: int) -> Field | None:
    if not given or None in given or len({field.step for field in given}) > 1:
        return None
    field = Field(min(one.low for one in given), max(one.high for one in given), given[0].step)
    if isinstance(step.layer, SLIDING):
        return _slid(step, field, axis)
    if isinstance(step.layer, keras.layers.ZeroPadding2D):
        before = step.layer.padding[axis][0] * field.step
        return Field(field.low - before, field.high - before, field.step)
    keeps_places = all(tensor.shape[1:3] == step.out.shape[1:3] for tensor in step.into)
    return field if keeps_places and type(step.layer).__name__ in POINT_BY_POINT else None


def _slid(step: Step, field: Field, axis: int) -> Field:
    """Return what a point looks at after a window slid over the map, with zeros around it as far as the new size needs them."""
    layer = step.layer
    window = (getattr(layer, "kernel_size", None) or layer.pool_size)[axis]
    reach, stride = (window - 1) * getattr(layer, "dilation_rate", (1, 1))[axis], layer.strides[axis]
    outside = max(0, (step.out.shape[1 + axis] - 1) * stride + reach + 1 - step.into[0].shape[1 + axis]) // 2
    return Field(field.low - outside * field.step, field.high + (reach - outside) * field.step, field.step * stride)


def _fields_of(network: Unfolded, steps: list[Step]) -> list[Fields]:
    down, across = receptive_fields(network, 0), receptive_fields(network, 1)
    both = [(down[id(step.out)], across[id(step.out)]) for step in steps]
    return [None if None in pair else pair for pair in both]


def _window(step: Step, fields: Fields, place: Sequence[int], side: int, most: int) -> tuple[slice, slice]:
    """Return the rows and columns of a picture that a point looks at, the middle of them where they are more than ``most``.

    They are moved inside where they would leave the picture. Where it cannot be told what it looks at they are ``most``.
    """
    found = []
    for axis in (0, 1):
        if fields is None:
            middle, size = (place[axis] + 0.5) * side / step.out.shape[1 + axis], most
        else:
            field = fields[axis]
            middle, size = (field.low + field.high + 1) / 2 + place[axis] * field.step, min(field.size, most)
        low = int(np.clip(round(middle - size / 2), 0, side - size))
        found.append(slice(low, low + size))
    return tuple(found)


def _without_rim(fields: Fields, points: Sequence[int], side: int) -> tuple[slice, slice]:
    """Return the rows and columns of a map whose points do not look beyond the picture, where zeros look like an edge.

    No more than an eighth is left out on each side, for deep layers look beyond it nearly everywhere.
    """
    found = []
    for field, count in zip(fields or (Field(-side, side, 1),) * 2, points, strict=True):
        most = min(math.ceil(count / 8), (count - 1) // 2)
        before, after = -field.low, field.high + (count - 1) * field.step - (side - 1)
        cut, spared = (min(most, max(0, math.ceil(beyond / field.step))) for beyond in (before, after))
        found.append(slice(cut, count - spared))
    return tuple(found)


# --- which maps and which filters -------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Excitement:
    """How much each filter of a layer was excited by each picture.

    ``peaks``: (N, C), the strongest answer. ``places``: (N, C, 2), where. ``means``: (N, C), of what is above 0.
    """

    peaks: np.ndarray
    places: np.ndarray
    means: np.ndarray


def _excitements(look: Callable, fields: list[Fields], images: np.ndarray) -> list[Excitement]:
    """Look at the pictures in batches and keep of each layer only what the figure needs: memory stays flat."""
    kept: list[list[tuple[np.ndarray, ...]]] = [[] for _ in fields]
    for start in tqdm(range(0, len(images), BATCH), say("looking_bar"), delay=1):
        for layer, maps, field in zip(kept, look(images[start : start + BATCH]), fields, strict=True):
            layer.append(_excited(maps, field, images.shape[1]))
    return [Excitement(*map(np.concatenate, zip(*layer, strict=True))) for layer in kept]


def _excited(maps: object, fields: Fields, side: int) -> tuple[np.ndarray, ...]:
    """Return what an Excitement holds, of a batch of maps (B, h, w, C)."""
    down, across = _without_rim(fields, maps.shape[1:3], side)
    inner = maps[:, down, across]
    points = keras.ops.reshape(inner, (inner.shape[0], -1, inner.shape[3]))
    where = keras.ops.convert_to_numpy(keras.ops.argmax(points, axis=1))
    places = np.stack([where // inner.shape[2] + down.start, where % inner.shape[2] + across.start], axis=-1)
    means = keras.ops.mean(keras.ops.relu(points), axis=1)
    return as_array(keras.ops.max(points, axis=1)), places, as_array(means)


def _telling(maps: np.ndarray, fields: Fields, side: int, count: int) -> list[int]:
    """Choose up to ``count`` of the maps (h, w, C): such as vary most from place to place, and that differ from each other."""
    down, across = _without_rim(fields, maps.shape[:2], side)
    inner = maps[down, across].reshape(-1, maps.shape[-1])
    return differing(_unit(inner), inner.std(axis=0), count)


def _selective(excited: Excitement, count: int, patches: int) -> list[int]:
    """Choose up to ``count`` filters whose best answers are strong for the layer, and far above the usual ones.

    That is the average answer to any place of any picture, and the best answer to the picture in the middle of all.
    """
    best = np.sort(excited.peaks, axis=0)[-patches:].mean(axis=0)
    worth = _above(best, excited.means.mean(axis=0)) * (0.1 + _above(best, np.median(excited.peaks, axis=0)))
    strong = (best >= np.median(best)) & (best > 0)
    return differing(np.concatenate([_unit(excited.peaks), _unit(excited.means)]), np.where(strong, worth, 0), count)


def _above(best: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Return the logarithm of how many times the usual the best is, as if that were never below a hundredth of the best."""
    return np.log(np.maximum(1, best / np.maximum(np.maximum(usual, 0.01 * best), 1e-9)))


def _unit(values: np.ndarray) -> np.ndarray:
    """Return columns with a mean of 0 and a length of 1."""
    values = values - values.mean(axis=0)
    return values / np.maximum(np.linalg.norm(values, axis=0), 1e-9)


def differing(values: np.ndarray, worth: np.ndarray, count: int) -> list[int]:
    """Choose up to ``count`` columns of values (M, C), each time the one with the most worth that is least like those chosen.

    Likeness is the size of the cosine between two columns. What is worth nothing or no different is chosen only as the first.
    """
    lengths = np.maximum(np.linalg.norm(values, axis=0), 1e-9)
    likeness, chosen = np.zeros(values.shape[1]), []
    while len(chosen) < count:
        left = worth * (1 - likeness) ** 2
        best = int(left.argmax())
        if chosen and left[best] <= 1e-6 * worth.max():
            break
        chosen.append(best)
        likeness = np.maximum(likeness, np.abs(values.T @ values[:, best]) / (lengths * lengths[best]))
        likeness[best] = 1
    return chosen


def _pieces(excited: Excitement, index: int, images: np.ndarray, step: Step, fields: Fields, count: int) -> Iterator[np.ndarray]:
    """Yield the pieces that excite a filter most, strongest first, no side longer than half a picture's."""
    side = images.shape[1]
    for row in np.argsort(-excited.peaks[:, index], kind="stable")[:count]:
        yield images[row][_window(step, fields, excited.places[row, index], side, side // 2)]


# --- drawing ----------------------------------------------------------------------------------------------------------


def _put(axes: Axes, pixels: np.ndarray, left: float, top: float, cell: float, **how: object) -> None:
    """Draw a picture or a map at a place in inches, its longer side ``cell``."""
    height, width = (cell * side / max(pixels.shape[:2]) for side in pixels.shape[:2])
    axes.imshow(pixels, extent=(left, left + width, top + height, top), aspect="auto", **how)


def _draw_filter(axes: Axes, index: int, pieces: Iterator[np.ndarray], corner: tuple[float, float], cell: float) -> None:
    """Draw the pieces that excite a filter two by two, with its number above them."""
    left, top = corner
    axes.text(left, top, say("excites_filter", number=index), va="center", fontsize=8.5, color=GREY)
    for number, piece in enumerate(pieces):
        _put(axes, piece, left + number % 2 * (cell + 0.04), top + 0.1 + number // 2 * (cell + 0.04), cell)


def _frame_field(axes: Axes, step: Step, fields: Fields, side: int, corner: tuple[float, float], cell: float) -> None:
    """Frame on a picture whose corner is there what the point in the middle of a map looks at."""
    if fields is None:
        return
    down, across = _window(step, fields, [points // 2 for points in step.out.shape[1:3]], side, side)
    where = (corner[0] + across.start / side * cell, corner[1] + down.start / side * cell)
    sizes = [(part.stop - part.start) / side * cell for part in (across, down)]
    for width, colour in ((3.2, "white"), (1.6, "black")):
        axes.add_patch(Rectangle(where, *sizes, fill=False, linewidth=width, edgecolor=colour, joinstyle="miter"))


def _size_of(step: Step) -> dict[str, int]:
    return dict(zip(("height", "width", "count"), step.out.shape[1:], strict=True))


def _sight(fields: Fields, side: int, shown: int | None = None) -> str:
    """Say what one point looks at, where that is known, and that it is more than the ``shown`` pixels of a side."""
    if fields is None:
        return ""
    height, width = (field.size for field in fields)
    keys = ("sight_whole", "sight_whole_part") if min(height, width) >= side else ("sight", "sight_part")
    return say(keys[bool(shown) and max(height, width) > shown], height=height, width=width)


def _tell_layer(axes: Axes, down: float, step: Step, told: str) -> None:
    """Write a layer's name above its row, and in grey what is to be known of it."""
    axes.text(EDGE, down, clip(step.layer.name, 20), va="center", fontsize=10.5)
    axes.text(WIDTH - EDGE, down, told, va="center", ha="right", fontsize=9.5, color=GREY)
