"""What every figure is drawn on and with: the sheet, its style and colours, and the marks that several figures share.

In every map orange is above 0, white is 0 and purple is below 0. Blue is right and vermilion is wrong: the Okabe-Ito palette,
which the colour-blind can tell apart. What the figures show is decided in `plots`, `explain`, `learning` and `inside`.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from matplotlib.font_manager import FontProperties, fontManager

from .atomic import replacing
from .errors import AnimelibError
from .folders import open_image
from .words import columns_of, say

BLUE, VERMILION, ORANGE, GREY = "#0072B2", "#D55E00", "#E69F00", "#6E6E6E"
PALE = "#E5E5E5"  # lines that only guide the eye
RIGHT, WRONG = BLUE, VERMILION
WIDTH = 6.4  # inches at 100 dots: narrow enough that the words are still legible when a phone shrinks it

QUIET = {
    "font.size": 10.5,
    "axes.titlesize": 10.5,
    "figure.titlesize": 11.5,
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "text.parse_math": False,  # a class may be called "A$AP$"
}


@cache
def _fonts() -> list[str]:
    """Name the fonts: DejaVu Sans for Latin and marks, behind it matplotlib-fontja's for Japanese.

    The package is looked up and not imported, because importing it changes the reader's matplotlib settings.
    """
    package = find_spec("matplotlib_fontja")
    if package is None:
        return ["DejaVu Sans"]
    path = Path(package.origin).parent / "fonts" / "ipaexg.ttf"
    fontManager.addfont(path)
    return ["DejaVu Sans", FontProperties(fname=path).get_name()]


@contextmanager
def quiet_style() -> Iterator[None]:
    """Draw in animelib's style inside the block (or the decorated function) and leave matplotlib as it was."""
    with style.context(["default", QUIET, {"font.family": _fonts()}]):
        yield


class Sheet(Figure):
    """A figure that shows itself in a notebook, sharp on a phone, in the style it was made in.

    A notebook knows how to show a Figure only once pyplot is loaded; ``_repr_png_`` makes up for that.
    """

    @quiet_style()
    def draw(self, renderer: object) -> None:
        super().draw(renderer)

    @quiet_style()
    def savefig(self, *where: object, **how: object) -> None:
        super().savefig(*where, **how)

    def png(self) -> bytes:
        """Return the figure as the bytes of a PNG file, at twice its size for dense screens."""
        file = io.BytesIO()
        self.savefig(file, format="png", dpi=2 * self.dpi)
        return file.getvalue()

    def save(self, path: str | Path) -> Path:
        """Write the figure, as PNG, PDF or SVG by its name's ending, whole or not at all; return its path."""
        path = Path(path).expanduser()
        kinds = self.canvas.get_supported_filetypes()
        if path.suffix[1:].lower() not in kinds:
            raise AnimelibError(f"A figure is not saved as {path.name!r}: end its name in .png, .pdf or .svg.")
        with replacing(path) as temporary:
            self.savefig(temporary, dpi=2 * self.dpi)
        return path

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        return self.png(), {"width": round(self.bbox.width)}


# --- what is shown, made to fit ---------------------------------------------------------------------------------------


def spread(indices: np.ndarray, count: int) -> np.ndarray:
    """Choose up to ``count`` of the indices, evenly from first to last."""
    return indices[np.linspace(0, len(indices) - 1, min(count, len(indices))).round().astype(int)]


def thumbnail(picture: object, most: int) -> np.ndarray:
    """Return any picture as uint8 (H, W, 3), no side longer than ``most``."""
    image = open_image(picture, at_least=most).copy()
    image.thumbnail((most, most))
    return np.asarray(image)


def clip(text: str, most: int) -> str:
    """Shorten a text to ``most`` columns."""
    if columns_of(text) <= most:
        return text
    while columns_of(text) > most - 1:
        text = text[:-1]
    return f"{text}…"


def two_places(value: float) -> str:
    """Write a number with two decimals, or none from 100 on."""
    return f"{value:.{2 if abs(value) < 100 else 0}f}".replace("-", "−")


# --- words and frames -------------------------------------------------------------------------------------------------


def head(part: FigureBase, told: str) -> None:
    """Write a sentence above a sheet or a part of it, from the left edge on."""
    part.suptitle(told, x=0.01, ha="left", fontsize=10.5)


def tell_source(sheet: Sheet, source: str) -> None:
    """Say below where the pictures came from, so that a figure from drawn pictures can never pass for a result."""
    if source:
        sheet.supxlabel(say("report_source", source=clip(source, 70)), x=0.99, ha="right", fontsize=9.5, color=GREY)


def bare_grid(sheet: Sheet, down: int, across: int, **how: object) -> np.ndarray:
    """Return axes without ticks and frames, in reading order."""
    grid = sheet.subplots(down, across, squeeze=False, **how).ravel()
    for axes in grid:
        axes.axis("off")
    return grid


def paper(sheet: Sheet) -> Axes:
    """Return axes over the whole sheet whose unit is an inch, from the top left."""
    width, height = sheet.get_size_inches()
    sheet.set_layout_engine("none")
    axes = sheet.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    return axes


def frame(axes: Axes, colour: str, line: str = "solid") -> None:
    """Frame a picture instead of its ticks; the colour "none" leaves it bare."""
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set(visible=True, color=colour, linewidth=3, linestyle=line)


def unframe(axes: Axes) -> None:
    """Take the frame and the strokes of the ticks away; what is written at them stays."""
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def between(axes: Axes, sign: str) -> None:
    """Write a sign, such as an arrow, between two pictures."""
    axes.axis("off")
    axes.text(0.5, 0.5, sign, ha="center", va="center", fontsize=17, color=GREY, transform=axes.transAxes)


# --- pictures and numbers ---------------------------------------------------------------------------------------------


def show_pixels(axes: Axes, pixels: np.ndarray, title: str = "", **how: object) -> None:
    """Show a picture without ticks and frame, below a small title."""
    axes.imshow(pixels, **how)
    frame(axes, "none")
    axes.set_title(title, fontsize=10, color="#444444")


def show_grey(axes: Axes, values: np.ndarray, title: str = "") -> None:
    """Show brightness, 0-255."""
    show_pixels(axes, values, title, cmap="gray", vmin=0, vmax=255)


def show_map(axes: Axes, values: np.ndarray, title: str = "", most: float | None = None) -> None:
    """Show numbers below and above 0; ``most`` is the size that gets the full colour, by default the largest there is."""
    show_pixels(axes, values, title, **signed(values, most))


def signed(values: np.ndarray, most: float | None = None) -> dict[str, object]:
    """Return how `imshow` is to colour numbers below and above 0, purple and orange: the colour-blind can tell them apart."""
    most = most or np.abs(values).max() or 1
    return {"cmap": "PuOr_r", "vmin": -most, "vmax": most}


def spotlight(pixels: np.ndarray, heat: np.ndarray, most: float) -> np.ndarray:
    """Return a picture (H, W, 3) in colour where a map (H, W) is high, pale and grey where it is 0; ``most`` is full colour."""
    light = (pixels @ (0.3, 0.59, 0.11))[..., None]
    strength = np.clip(heat / (most or 1), 0, 1)[..., None] ** 0.7  # the eye wants the middle brighter than it is
    return np.rint(strength * pixels + (1 - strength) * (0.35 * light + 0.65 * 225)).astype(np.uint8)


def print_numbers(axes: Axes, values: np.ndarray, size: float) -> None:
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
    return f"{value:.0f}".replace("-", "−") if whole else two_places(value)


def mark(axes: Axes, place: tuple[int, int], side: int, colour: str = VERMILION) -> None:
    """Draw a square around the cells from ``place`` on, with a white rim so that it shows on anything."""
    top, left = place[0] - 0.5, place[1] - 0.5
    corners = [left, left + side, left + side, left, left], [top, top, top + side, top + side, top]
    for width, paint in ((4, "white"), (2, colour)):
        axes.plot(*corners, color=paint, linewidth=width, clip_on=False, solid_joinstyle="miter")
