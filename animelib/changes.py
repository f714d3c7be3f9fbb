"""A picture changed in one respect: without its colours, in other colours, its surroundings blurred, a corner or a part hidden.

What a network answers then tells what its answer hung on. Pictures are uint8 (H, W, 3). Asking the network is done elsewhere.
"""

from collections.abc import Callable

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

CORNER = (0.25, 0.625)  # height and width of what is hidden in a corner: a logo or a signature is wider than high
COVERS = 7  # a part is covered in so many rows and columns


def grey(picture: np.ndarray) -> np.ndarray:
    """Take the colours away and leave the light."""
    return np.asarray(Image.fromarray(picture).convert("L").convert("RGB"))


def turn_hues(picture: np.ndarray, share: float) -> np.ndarray:
    """Give every colour another hue, ``share`` of the way around the circle; what is grey, white or black stays so."""
    hue, saturation, value = Image.fromarray(picture).convert("HSV").split()
    turned = Image.fromarray(((np.asarray(hue).astype(int) + round(256 * share)) % 256).astype(np.uint8))
    return np.asarray(Image.merge("HSV", (turned, saturation, value)).convert("RGB"))


def blur_surroundings(picture: np.ndarray) -> np.ndarray:
    """Blur what lies outside an oval in the middle, where icons and portraits have their background."""
    height, width = picture.shape[:2]
    down, across = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    outside = np.clip((np.hypot(down / 0.9, across / 0.75) - 0.9) / 0.2, 0, 1)[..., None]  # a soft rim
    blurred = gaussian_filter(picture.astype(float), (height / 8, width / 8, 0))
    return np.rint(outside * blurred + (1 - outside) * picture).astype(np.uint8)


def hide_corner(picture: np.ndarray, lower: bool, right: bool) -> np.ndarray:
    """Hide a corner, a quarter of the height and five eighths of the width, under the mean colour of what is hidden."""
    height, width = (max(1, round(share * side)) for share, side in zip(CORNER, picture.shape, strict=False))
    where = slice(-height, None) if lower else slice(height), slice(-width, None) if right else slice(width)
    hidden = picture.copy()
    hidden[where] = picture[where].mean(axis=(0, 1))
    return hidden


# Each change by the key of its words.
CHANGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "change_grey": grey,
    "change_hues": lambda picture: turn_hues(picture, 1 / 3),
    "change_hues_back": lambda picture: turn_hues(picture, -1 / 3),
    "change_blur": blur_surroundings,
    "change_top_left": lambda picture: hide_corner(picture, lower=False, right=False),
    "change_top_right": lambda picture: hide_corner(picture, lower=False, right=True),
    "change_bottom_left": lambda picture: hide_corner(picture, lower=True, right=False),
    "change_bottom_right": lambda picture: hide_corner(picture, lower=True, right=True),
}


def covered_parts(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the picture (S, S, 3) with one part after another covered by its mean colour, and which part it was.

    A part is a quarter of the side wide and high. Returns uint8 (49, S, S, 3) and bool (49, S, S).
    """
    size = len(picture)
    part, starts = max(1, round(size / 4)), np.linspace(0, size - max(1, round(size / 4)), COVERS).round().astype(int)
    places = np.zeros((COVERS * COVERS, size, size), bool)
    for place, (top, left) in zip(places, [(top, left) for top in starts for left in starts], strict=True):
        place[top : top + part, left : left + part] = True
    colour = np.rint(picture.mean(axis=(0, 1))).astype(np.uint8)
    return np.where(places[..., None], colour, picture), places
