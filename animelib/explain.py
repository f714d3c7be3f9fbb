"""What a network does to a picture, as figures computed from the reader's own: pixels, convolution, padding, pooling.

None of them needs a model; those that open one are in `inside`, how a network learns is in `learning`, and the arithmetic is
in `concepts`. A picture is anything that `open_image` reads.
"""

import numpy as np
from matplotlib.figure import FigureBase
from matplotlib.patches import Rectangle

from .concepts import (
    FILTERS,
    brightness,
    busiest,
    changed,
    convolve,
    cut,
    in_the_middle,
    move,
    pad,
    pool,
    relu,
    strongest,
    upright_edges,
)
from .errors import AnimelibError
from .folders import open_image, to_array
from .sheets import (
    BLUE,
    WIDTH,
    Sheet,
    between,
    head,
    mark,
    print_numbers,
    quiet_style,
    show_grey,
    show_map,
    show_pixels,
    thumbnail,
)
from .words import percent, say

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
def explain_padding(picture: object, size: int = 32) -> Sheet:
    """Show what a convolution does at the border: ``"valid"`` stays inside and loses a row all around, ``"same"`` adds zeros.

    The filter is the one for upright edges, on the picture's brightness, as in `explain_convolution`.

        explain_padding("rem.png")
    """
    grey = brightness(to_array(picture, size))
    sheet = Sheet(figsize=(WIDTH, 5.6))
    upper, lower = sheet.subfigures(2, 1)
    _border(upper, "padding_valid", grey, 0)
    _border(lower, "padding_same", pad(grey), 1)
    return sheet


@quiet_style()
def explain_pooling(picture: object, size: int = 64) -> Sheet:
    """Show 2 x 2 max pooling in numbers, and how much less than the map it notices that the picture moved a little.

    picture: a picture, of which the upright edges at ``size`` pixels are the map, or a map itself, float (H, W).

        explain_pooling("rem.png")
    """
    is_map = isinstance(picture, np.ndarray) and picture.ndim == 2 and picture.dtype.kind == "f"
    whole = picture if is_map else relu(upright_edges(to_array(picture, size)))
    top, left = in_the_middle(busiest, whole, 6)
    place = top // 2 * 2, left // 2 * 2  # pooling's own squares begin at even places
    sheet = Sheet(figsize=(WIDTH, 7.6))
    upper, lower = sheet.subfigures(2, 1, height_ratios=[2.6, 5])
    _pool_in_numbers(upper, whole, place)
    _moves(lower, whole)
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


def _border(part: FigureBase, key: str, grey: np.ndarray, rim: int) -> None:
    """Show the first window on a picture that has ``rim`` rows of zeros around it, and the map, all in one scale."""
    made, wide, size = convolve(grey, FILTERS["edges_upright"]), len(grey), len(grey) - 2 * rim
    most = np.abs(made[rim : len(made) - rim, rim : len(made) - rim]).max()  # the rim's own edges would pale the others
    corner, first, seen, second, right = part.subplots(1, 5, width_ratios=[1, 0.15, 1, 0.15, 1])
    show_grey(corner, cut(grey, (0, 0), 4 + rim), say("padding_corner"))
    print_numbers(corner, cut(grey, (0, 0), 4 + rim), 9)
    show_grey(seen, grey, say("padding_zeros", size=size, wide=wide) if rim else f"{wide} × {wide}")
    show_map(right, made, f"{len(made)} × {len(made)}", most)
    for axes, side in ((corner, 3), (seen, 3), (right, 1)):
        mark(axes, (0, 0), side)
    for axes, shown in ((seen, wide), (right, len(made))):
        spare = (size + 2 - shown) / 2 + 0.8  # so that a pixel is as large everywhere
        axes.set(xlim=(-0.5 - spare, shown - 0.5 + spare), ylim=(shown - 0.5 + spare, -0.5 - spare))
    for axes in (first, second):
        between(axes, "→")
    head(part, say(key, size=size, left=len(made)))


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
