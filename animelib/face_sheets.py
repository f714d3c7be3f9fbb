"""Figures of faces: a picture with the boxes around them, and pictures beside what was cut out of them.

Blue is a box that was found, or found rightly where the truth is known; a wrong one is vermilion, a face that was missed is
orange in dashes. How figures look is `sheets`' affair.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter

from .crops import Crop, CropReport, read_crops
from .detection import DetectionReport, match
from .detector import STRIDE, FaceDetector, answer, faces_in, framed_in
from .errors import AnimelibError
from .faces import Face
from .folders import open_image
from .sheets import (
    BLUE,
    GREY,
    ORANGE,
    RIGHT,
    WIDTH,
    WRONG,
    Sheet,
    bare_grid,
    clip,
    frame,
    head,
    quiet_style,
    show_pixels,
    spread,
    tell_source,
    thumbnail,
)
from .words import percent, say

MOST = 640  # pixels of the longer side that a figure shows


@quiet_style()
def show_faces(picture: object, faces: Sequence[Face], truth: Sequence[Face] | None = None, *, iou: float = 0.5) -> Sheet:
    """Show a picture with the boxes of its faces and how sure each is; given the ``truth``, also what is right and what missed.

    picture: anything that `open_image` reads; the boxes are in its pixels. iou: the overlap from which on a box is right.

        show_faces("scene.jpg", detector("scene.jpg"))
    """
    image = open_image(picture)
    wide, high = image.size
    sheet = Sheet(figsize=(WIDTH, min(7.0, WIDTH * high / wide) + 0.45))
    axes = sheet.subplots()
    scale = _show(axes, image)
    matched = np.zeros(len(faces), int) if truth is None else match(faces, truth, iou)
    for face, its in zip(faces, matched, strict=True):
        sure = percent(face.score) if face.score < 1 else ""
        sign = "" if truth is None else say("mark_right") if its >= 0 else say("mark_wrong")
        _box(axes, face, scale, BLUE if truth is None else RIGHT if its >= 0 else WRONG, told=f"{sign} {sure}".strip())
    missed = [face for place, face in enumerate(truth or ()) if place not in matched]
    for face in missed:
        _box(axes, face, scale, ORANGE, "dashed", say("face_missed"))
    right = int((matched >= 0).sum())
    told = {"right": right, "wrong": len(faces) - right, "missed": len(missed)}
    head(sheet, say("faces_shown", count=len(faces)) if truth is None else say("faces_judged", **told))
    return sheet


@quiet_style()
def show_face_map(detector: FaceDetector, picture: object) -> Sheet:
    """Show how boxes come about: how sure each cell of the network's map is, what box each sure one wants, and which are kept.

    picture: anything that `open_image` reads; it is shown as the network sees it, in a frame of a few sizes.

        show_face_map(al.shipped_detector(), "scene.jpg")
    """
    framed, _ = framed_in(open_image(picture), detector.side)
    seen = answer(detector.model, framed)
    heat = (1 + np.tanh(seen[..., 0] / 2)) / 2
    high, wide = framed.shape[:2]
    sheet = Sheet(figsize=(WIDTH, WIDTH / 3 * high / wide + 0.75))
    wanted, kept = faces_in(seen, overlap=1), faces_in(seen)
    strength = np.kron(np.sqrt(heat), np.ones((STRIDE, STRIDE)))[..., None]  # the eye wants the faint ones brighter than they are
    lit = np.rint((1 - strength) * (0.4 * framed + 0.6 * 255) + strength * np.multiply(to_rgb(ORANGE), 255)).astype(np.uint8)
    for axes, pixels, faces, told in zip(
        bare_grid(sheet, 1, 3),
        (lit, framed, framed),
        ((), wanted, kept),
        (say("face_map_sure"), say("face_map_wanted", count=len(wanted)), say("face_map_kept", count=len(kept))),
        strict=True,
    ):
        show_pixels(axes, pixels, told)
        for face in faces:
            _box(axes, face, 1, BLUE, width=1 if faces is wanted else 1.6)
    head(sheet, say("face_map_shown", cells=heat.size))
    return sheet


@quiet_style()
def show_crops(crops: CropReport | str | Path, count: int = 8) -> Sheet:
    """Show up to ``count`` pictures with their boxes, evenly drawn from all, each beside what `crop_folder` cut out of it.

    crops: what `crop_folder` gave, or the folder that it cut into.

    Raises AnimelibError when there is nothing in it, or a picture is not where it was.

        show_crops(crop_folder("my_pictures", "my_faces", detector))
    """
    report = crops if isinstance(crops, CropReport) else read_crops(crops)
    of = {}
    for crop in report.crops:
        of.setdefault(crop.picture, []).append(crop)
    if not of:
        raise AnimelibError("There are no crops to show: crop a folder that holds pictures.")
    names = [list(of)[place] for place in spread(np.arange(len(of)), count)]
    across = min(2, len(names))
    down = math.ceil(len(names) / across)
    sheet = Sheet(figsize=(WIDTH, 0.4 + down * (WIDTH / (2 * across) + 0.3)))
    grid = bare_grid(sheet, down, 2 * across)
    for left, right, name in zip(grid[::2], grid[1::2], names, strict=False):
        _beside(left, right, report, name, of[name], letters=56 // across)
    faces = len(report.crops) - len(report.whole)
    head(sheet, say("crops_shown", shown=len(names), count=len(of), faces=faces))
    return sheet


@quiet_style()
def plot_rounds(rounds: Mapping[int, DetectionReport]) -> Sheet:
    """Plot how many of the faces are found, and how many of the boxes are right, against the pictures that had been labelled.

    rounds: by the number of labelled pictures, what `judge_faces` said of the detector that had learned from them. Judge all by
    the same pictures, none of which is ever labelled for training.

    Raises AnimelibError when there is no round yet.

        plot_rounds({20: judge_faces(first, "judges"), 40: judge_faces(second, "judges")})
    """
    if not rounds:
        raise AnimelibError("There is no round to plot yet: train a detector, and judge it with judge_faces.")
    counts = sorted(rounds)
    reports, apart = [rounds[count] for count in counts], (counts[-1] - counts[0] or counts[0]) / 100
    sheet = Sheet(figsize=(WIDTH, 4.1))
    axes = sheet.subplots()
    told = {"recall": say("rounds_recall"), "precision": say("rounds_precision")}
    for name, colour, sign, aside in (("recall", BLUE, "o", -apart), ("precision", ORANGE, "s", apart)):
        shares = np.array([getattr(report, name) for report in reports])  # without any box there is no precision, and no mark
        ranges = np.abs(np.array([getattr(report, f"{name}_interval") for report in reports]).T - shares)
        how = {"marker": sign, "capsize": 4, "elinewidth": 1.2, "label": told[name]}
        axes.errorbar([count + aside for count in counts], shares, ranges, color=colour, **how)
    axes.set(xlabel=say("rounds_axis"), ylabel=say("rounds_share"), ylim=(0, 1.04), xlim=_around(counts))
    axes.set_xticks(counts)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.01), borderaxespad=0, ncols=2, frameon=False)
    last = {name: getattr(reports[-1], name) for name in told}
    head(sheet, say("rounds_head", count=counts[-1], **{k: "–" if np.isnan(v) else percent(v) for k, v in last.items()}))
    tell_source(sheet, reports[-1].source)
    return sheet


def _around(counts: Sequence[int]) -> tuple[float, float]:
    """Return where an axis begins and ends that has some room beside its first and last mark."""
    room = 0.12 * (counts[-1] - counts[0] or counts[0])
    return counts[0] - room, counts[-1] + room


def _beside(left: Axes, right: Axes, report: CropReport, name: str, crops: list[Crop], letters: int) -> None:
    """Show one picture with its boxes, and beside it its crops."""
    for axes in (left, right):
        axes.axis("on")
        axes.set_anchor("NW")
    faces = [crop.face for crop in crops if crop.face]
    scale = _show(left, open_image(report.folder / name))
    for face in faces:
        _box(left, face, scale, BLUE, width=1.5)
    left.set_title(clip(Path(name).name, letters // 2), fontsize=9, loc="left", color=GREY)
    there = [crop for crop in crops if (report.output / crop.crop).exists()]
    show_pixels(right, _mosaic([thumbnail(report.output / crop.crop, MOST // 2) for crop in there[:9]]))
    told = ", ".join(percent(face.score) for face in faces[:3] if face.score < 1) + (" ..." if len(faces) > 3 else "")
    told = told if faces else say("crop_whole")
    right.set_title(told if there else say("crop_taken_out"), fontsize=9, loc="left", color=GREY if faces and there else WRONG)


def _mosaic(pictures: Sequence[np.ndarray], side: int = 320) -> np.ndarray:
    """Lay squares out on white as one square: one alone, up to four in two rows, up to nine in three."""
    rows = max(1, math.ceil(math.sqrt(len(pictures))))
    gap, cell = 6, (side - 6 * (rows - 1)) // rows
    whole = np.full((side, side, 3), 255, np.uint8)
    for place, picture in enumerate(pictures):
        y, x = place // rows * (cell + gap), place % rows * (cell + gap)
        whole[y : y + cell, x : x + cell] = np.asarray(open_image(picture).resize((cell, cell)))
    return whole


def _show(axes: Axes, image: object) -> float:
    """Show a picture, made smaller where it is large, and return by how much."""
    pixels = thumbnail(image, MOST)
    axes.imshow(pixels)
    frame(axes, "none")
    return pixels.shape[1] / image.width


def _box(axes: Axes, face: Face, scale: float, colour: str, line: str = "solid", told: str = "", width: float = 2.2) -> None:
    """Draw a box with a white rim, so that it shows on anything, and on its upper edge what is told of it."""
    place = (face.x * scale - 0.5, face.y * scale - 0.5), face.w * scale, face.h * scale
    for wide, paint, its in ((2 * width, "white", "solid"), (width, colour, line)):
        axes.add_patch(Rectangle(*place, fill=False, edgecolor=paint, linewidth=wide, linestyle=its, joinstyle="miter"))
    if told:
        label = {"facecolor": colour, "edgecolor": "white", "boxstyle": "square,pad=0.2"}
        x, y = max(0, place[0][0]), max(0, place[0][1])
        ink = "black" if colour == ORANGE else "white"
        axes.text(x, y, told, color=ink, fontsize=9, va="bottom" if y > 14 else "top", bbox=label, clip_on=False)
