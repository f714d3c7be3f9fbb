"""A sense for strangers: how much a picture looks like one of the characters that a recognizer was taught.

A softmax must name somebody, so a stranger gets a name too. This sense does not name; it learns from the same few pictures,
without any stranger. A picture becomes the shares of colours in each ninth of it. The known characters are one cloud each
in that space, and copies of their pictures with hair, clothes and background painted over are a cloud of people that
they could have been and are not. Familiarity is how much nearer a picture is to a known cloud than to the painted one
(after the relative Mahalanobis distance of Ren et al. 2021, with painted copies in the part of the background data).
"""

from dataclasses import dataclass

import keras
import numpy as np
from keras import layers, ops
from sklearn.cluster import KMeans

from .models import outputs

# RGB to light, red against green, blue against yellow: in drawings colour tells more than light, so it counts more.
OPPONENT = np.array([[0.299, 0.587, 0.114], [1.0, -1.0, 0.0], [0.375, 0.375, -0.75]]).T
COLOURS = 96
SOFTNESS = 0.01  # of the border between one colour word and the next
CELLS, CELL = 3, 16  # the picture is looked at in 3x3 cells of 16x16 pixels
USUAL_LIGHT, EVENED = 0.65, 0.4  # dark and bright pictures meet almost half-way at the usual brightness of a drawing
PAINTED_COPIES = 5
REFUSE_PAINTED = 0.9
DIRECTIONS = 64  # of the space in which the clouds are measured


@dataclass(frozen=True, eq=False)
class Clouds:
    """Where the known characters and the painted copies lie: a space, and for each cloud its centre and its measure.

    ``middle`` (F,) and ``axes`` (F, D) lead into the space. ``centres`` (K, D) share the measure ``stick`` (D, D).
    """

    middle: np.ndarray
    axes: np.ndarray
    centres: np.ndarray
    stick: np.ndarray
    painted_centre: np.ndarray
    painted_stick: np.ndarray

    def margin(self, points: np.ndarray) -> np.ndarray:
        """Return the distance to the painted cloud less the distance to the nearest known one, (N,)."""
        at = (points - self.middle) @ self.axes
        known = [np.linalg.norm((at - centre) @ self.stick, axis=1) for centre in self.centres]
        return np.linalg.norm((at - self.painted_centre) @ self.painted_stick, axis=1) - np.min(known, axis=0)


def learn_familiarity(images: np.ndarray, labels: np.ndarray, *, keep_known: float = 0.9, seed: int = 0) -> keras.Model:
    """Learn from pictures of the known, uint8 (N, S, S, 3), and their classes, int (N,), who is familiar.

    Returns a model from raw pictures (N, S, S, 3), 0-255, to familiarity (N, 1), 0-1. At 0.5 and above a picture is taken for
    known. The border lies half-way between what a share ``keep_known`` of the known pass and what nine in ten painted copies
    fail, each measured by clouds that had not seen it: either alone would hang on a few odd pictures.

        familiarity = learn_familiarity(data.train.images, data.train.labels)
    """
    random = np.random.default_rng(seed)
    eyes = colour_eyes(images.shape[1])
    painted = np.stack([paint_over(picture, random) for _ in range(PAINTED_COPIES) for picture in images])
    known, painted = (outputs(eyes, pictures) for pictures in (images, painted))
    ours, theirs = unseen_margins(known, labels, painted, seed=seed)
    border = (np.quantile(ours, 1 - keep_known) + np.quantile(theirs, REFUSE_PAINTED)) / 2
    return _as_model(eyes, fit_clouds(known, labels, painted), float(border), float(ours.std()))


def colour_eyes(size: int) -> keras.Model:
    """Return a model from raw pictures to the share of each of 96 colours in each of 3x3 cells, square roots, (N, 864).

    Nothing in it is learned: the colours are spread evenly over all that RGB can show.
    """
    words = _colour_words()
    pictures = keras.Input((size, size, 3), name="pictures")
    small = layers.Rescaling(1 / 255)(layers.Resizing(CELLS * CELL, CELLS * CELL, antialias=True)(pictures))
    small = small - EVENED * (ops.mean(small, axis=(1, 2, 3), keepdims=True) - USUAL_LIGHT)
    look = layers.Conv2D(COLOURS, 1, activation="softmax", name="colour_words")
    shares = layers.AveragePooling2D(CELL)(look(small))
    shares = (shares + ops.flip(shares, axis=2)) / 2  # a mirrored picture is the same picture
    eyes = keras.Model(pictures, layers.Flatten()(ops.sqrt(shares)), name="colour_eyes")
    # A softmax of -(distance to each colour)²: the square of the pixel itself is the same for all and falls away.
    look.set_weights([(2 * OPPONENT @ words.T / SOFTNESS)[None, None], -(words**2).sum(1) / SOFTNESS])
    return eyes


def paint_over(picture: np.ndarray, random: np.random.Generator, *, colours: int = 5, keep: float = 0.4) -> np.ndarray:
    """Return the same drawing, uint8 (S, S, 3), in other colours: a stranger made from somebody we know.

    Some colours of the picture are picked; most of them, with all that is like them, become others of the same light.
    """
    pixels = picture.reshape(-1, 3) / 255.0
    old = pixels[random.integers(len(pixels), size=colours)]
    light = old.mean(axis=1, keepdims=True) + random.uniform(-0.2, 0.2, (colours, 1))
    new = light + random.normal(0, 0.25, (colours, 3))
    kept = random.random(colours) < keep
    kept[0] &= not kept.all()
    new[kept] = old[kept]
    nearness = -((pixels[:, None] - old) ** 2).sum(axis=-1) / 0.02
    share = np.exp(nearness - nearness.max(axis=1, keepdims=True))
    pixels = pixels + share / share.sum(axis=1, keepdims=True) @ (new - old)
    return (pixels.clip(0, 1) * 255).astype(np.uint8).reshape(picture.shape)


def fit_clouds(known: np.ndarray, labels: np.ndarray, painted: np.ndarray) -> Clouds:
    """Lay the clouds: known (N, F) by their classes (N,), painted (M, F)."""
    everything = np.concatenate([known, painted])
    middle = everything.mean(axis=0)
    axes = np.linalg.svd(everything - middle, full_matrices=False)[2][:DIRECTIONS].T
    known, painted = (known - middle) @ axes, (painted - middle) @ axes
    names, class_of = np.unique(labels, return_inverse=True)
    centres = np.stack([known[class_of == k].mean(axis=0) for k in range(len(names))])
    stick = _measure(known - centres[class_of], roundness=0.8)
    return Clouds(middle, axes, centres, stick, painted.mean(axis=0), _measure(painted, roundness=0.7))


def unseen_margins(
    known: np.ndarray, labels: np.ndarray, painted: np.ndarray, *, folds: int = 5, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Return the margins of known (N,) and of painted (M,), each measured by clouds that saw neither it nor its original."""
    copies = len(painted) // len(known)
    fold = np.random.default_rng(seed).permutation(len(known)) % folds
    ours, theirs = np.empty(len(known)), np.empty(len(painted))
    for k in range(folds):
        out, out_painted = fold == k, np.tile(fold == k, copies)
        clouds = fit_clouds(known[~out], labels[~out], painted[~out_painted])
        ours[out], theirs[out_painted] = clouds.margin(known[out]), clouds.margin(painted[out_painted])
    return ours, theirs


def _colour_words() -> np.ndarray:
    steps = np.linspace(0, 1, 14)
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
    return KMeans(COLOURS, n_init=1, random_state=0).fit(cube @ OPPONENT).cluster_centers_


def _measure(points: np.ndarray, roundness: float) -> np.ndarray:
    """Return a matrix (D, D) under which a cloud is round; few points know their covariance badly, so it is drawn to a ball."""
    covariance = np.atleast_2d(np.cov(points.T))
    ball = np.eye(len(covariance)) * np.trace(covariance) / len(covariance)
    return np.linalg.cholesky(np.linalg.inv((1 - roundness) * covariance + roundness * ball))


def _as_model(eyes: keras.Model, clouds: Clouds, border: float, width: float) -> keras.Model:
    """Write the clouds as plain layers behind the eyes: every distance is a Dense layer and a norm."""
    characters, directions = clouds.centres.shape
    where, to_known, to_painted = (layers.Dense(n) for n in (directions, characters * directions, directions))
    at = where(eyes.output)
    known = _length(layers.Reshape((characters, directions))(to_known(at)))
    margin = _length(to_painted(at)) - ops.min(known, axis=1)
    familiar = layers.Activation("sigmoid", name="familiarity")((margin - border) / width)
    where.set_weights([clouds.axes, -clouds.middle @ clouds.axes])
    to_known.set_weights([np.tile(clouds.stick, (1, characters)), -(clouds.centres @ clouds.stick).ravel()])
    to_painted.set_weights([clouds.painted_stick, -clouds.painted_centre @ clouds.painted_stick])
    return keras.Model(eyes.input, familiar, name="familiarity")


def _length(vectors: keras.KerasTensor) -> keras.KerasTensor:
    """Return the length of each vector, one number in place of the last axis."""
    return ops.sqrt(ops.sum(ops.square(vectors), axis=-1, keepdims=True))
