"""The network that learns most from a few dozen pictures: it spells each picture in two vocabularies and weighs the words.

A convolutional network needs many pictures to find good filters. Here the filters are not trained but collected: "colour
words" are groups of like pixels, "patch words" groups of like little squares (the rim of a blue eye, a lock against the sky),
both taken from the reader's own pictures (after Coates & Ng 2012, "Learning feature representations with k-means"). How much of
each word there is in each part of the picture goes into one Dense layer, which is solved exactly by ridge regression: no
epochs, nothing random to overfit by, some seconds.
"""

import zlib
from collections.abc import Sequence

import keras
import numpy as np
from keras import layers, ops
from sklearn.cluster import KMeans

from .calibration import fit_temperature
from .data import ImageData, Split
from .errors import AnimelibError
from .models import outputs
from .pretrained import eye, remembered

COLOURS, PATCHES = 64, 200  # words in each vocabulary
PATCH = 6  # side of a patch, in pixels
FLOOR = 0.01  # of the contrast, so that flat patches are not blown up into noise
ROWS, ROWS_SEEN = 2000, 1600  # about so many rows are enough, by words alone and where a backbone looks at each of them
MOST_COPIES = 4  # in other light, of few pictures
SHARED = 0.01  # of the mean spread is added to each word's own, so that words which hardly ever vary do not drown the rest
RIDGE, RIDGE_SEEN = 1e-3, 1e-4  # how strongly the weights are held small, by words alone and with what a backbone saw

# RGB to light, red against green, yellow against blue: in drawings colour tells more than light, so it counts more.
OPPONENT = np.array([[1 / 3, 2, 1], [1 / 3, -2, 1], [1 / 3, 0, -2]], dtype=np.float32)


def learn_from_few(
    data: ImageData, *, backbone: str | None = None, weights: str | None = "imagenet", watch: bool = False, seed: int = 0
) -> keras.Model:
    """Learn to tell the classes of ``data`` apart, in some seconds, from all but the pictures that judge it.

    These are the test pictures, or the validation pictures where there is no test (`ImageData.to_learn_from`). With a
    ``backbone`` (a name of `backbone_table`; ``weights`` as in `load_backbone`) what a pretrained network sees is weighed
    together with the words; its features are kept, so that the next time takes seconds again. ``watch`` spares the validation
    pictures, for `fine_tune` to watch by.

    Returns a model from raw pictures (N, S, S, 3), 0-255, to probabilities (N, K), whose certainty was set on pictures that were
    held out in turn. Meant for ten to some hundred pictures of each class. Raises AnimelibError when a class has fewer than two.

        model = learn_from_few(load_images("pictures/rem_vs_mizuki"))
    """
    shown = data.train if watch else data.to_learn_from
    _check_enough(data, shown)
    random = np.random.default_rng(seed)
    model = visual_words(len(data.classes), data.size, backbone, weights)
    collect_words(model.get_layer("words"), shown.images, seed)
    views = versions(shown.images, ROWS_SEEN if backbone else ROWS, seed)
    parts = ["words", "eye"] if backbone else ["words"]
    blocks = [_spelled(model.get_layer(part), views) for part in parts]
    spelled, lengths = np.concatenate(blocks, axis=-1), [block.shape[-1] for block in blocks]
    kernel, bias = ridge(spelled, shown.labels, lengths)
    held_out = held_out_scores(spelled, shown.labels, lengths, random)
    sharp = 1 / fit_temperature(held_out, shown.labels, cautious=True)
    model.get_layer("scores").set_weights([kernel * sharp, bias * sharp])
    return model


def _check_enough(data: ImageData, shown: Split) -> None:
    for name, count in zip(data.classes, np.bincount(shown.labels, minlength=len(data.classes)), strict=True):
        if count < 2:
            raise AnimelibError(f"The class {name!r} has {count} pictures to learn from: add some, two at the very least.")


def _spelled(part: keras.Model, views: Sequence[np.ndarray]) -> np.ndarray:
    """Return what one part makes of every view of the pictures, (views, N, F)."""
    look = outputs if part.name == "words" else remembered
    return np.stack([look(part, view) for view in views])


def visual_words(classes: int = 2, size: int = 64, backbone: str | None = None, weights: str | None = "imagenet") -> keras.Model:
    """Return the whole network, its vocabularies still empty: raw pictures in, probabilities out; both mirror images are seen."""
    picture = keras.Input((size, size, 3), name="picture")
    parts = [spelling(size)] + ([eye(backbone, size, weights=weights)] if backbone else [])
    scores = layers.Dense(classes, name="scores")

    def answer(view: keras.KerasTensor) -> keras.KerasTensor:
        seen = [part(view) for part in parts]
        return scores(layers.Concatenate()(seen) if backbone else seen[0])

    both = layers.Average()([answer(picture), answer(ops.flip(picture, axis=2))])
    return keras.Model(picture, layers.Softmax()(both), name="visual_words")


def answers(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return what ``model`` makes of pictures uint8 (N, H, W, 3), as `outputs` does; what its backbone sees is remembered."""
    if "eye" not in {layer.name for layer in model.layers}:
        return outputs(model, images)
    seen = [remembered(model.get_layer("eye"), version) for version in (images, images[:, :, ::-1])]
    blind = _blind(model)
    batches = np.array_split(np.arange(len(images)), -(-len(images) // 32))
    made = [blind([images[rows].astype(np.float32), *(view[rows] for view in seen)], training=False) for rows in batches]
    return np.concatenate([ops.convert_to_numpy(part) for part in made])


def _blind(model: keras.Model) -> keras.Model:
    """Return a copy that is told what its backbone sees: from pictures and features of both mirror images to answers."""
    copy = keras.models.clone_model(model)  # a new way through the model's own layers would be saved with it
    copy.set_weights(model.get_weights())
    joined = [layer for layer in copy.layers if isinstance(layer, layers.Concatenate)]
    return keras.Model([copy.inputs[0], *(layer.input[1] for layer in joined)], copy.outputs[0])


def spelling(size: int) -> keras.Model:
    """Return the part that turns a picture into amounts: of each word in 16 parts of the picture, in 4, and in all of it."""
    picture = keras.Input((size, size, 3))
    x = layers.AveragePooling2D(size // 64)(picture) if size >= 128 else picture  # words are for pictures of about 64 pixels
    x = layers.Rescaling(1 / 255)(x)
    x = layers.LayerNormalization(axis=[1, 2, 3], center=False, scale=False)(x)  # evens out light and contrast
    x = layers.Conv2D(3, 1, use_bias=False, name="opponent")(x)
    coarse = layers.AveragePooling2D(max(1, x.shape[1] // 48))(x)
    share = layers.Conv2D(COLOURS, 1, activation="softmax", name="colour_words")(coarse)  # which colour each point is
    match = layers.Conv2D(PATCHES, PATCH, padding="same", use_bias=False, name="patch_words")(x) / _contrast(x)
    amounts = [ops.sqrt(part + 1e-6) for part in _parts(share, layers.AveragePooling2D)]
    strongest = _parts(share, layers.MaxPooling2D) + _parts(match, layers.MaxPooling2D)
    return keras.Model(picture, layers.Concatenate()(amounts + strongest), name="words")


def collect_words(words: keras.Model, images: np.ndarray, seed: int = 0) -> None:
    """Fill both vocabularies of a `spelling` from pictures uint8 (N, S, S, 3); their classes are not needed."""
    words.get_layer("opponent").set_weights([OPPONENT[None, None]])
    view = keras.Model(words.input, words.get_layer("opponent").output)
    seen = outputs(view, images[np.random.default_rng(seed).permutation(len(images))[:500]])
    words.get_layer("colour_words").set_weights(_colour_words(seen, seed))
    words.get_layer("patch_words").set_weights([_patch_words(seen, seed)])


def change_light(picture: np.ndarray, seed: int) -> np.ndarray:
    """Return a picture uint8 (H, W, 3) in another light: gamma, a slight colour cast, more or less colourful.

    Which light depends on the picture and the seed alone, so that what a backbone sees in it can be remembered.
    """
    random = np.random.default_rng([zlib.crc32(np.ascontiguousarray(picture)), seed])
    lit = (picture / 255) ** np.exp(random.uniform(-0.3, 0.3)) * (1 + random.uniform(-0.1, 0.1, 3))
    grey = lit.mean(axis=-1, keepdims=True)
    return np.rint(255 * np.clip(grey + (lit - grey) * random.uniform(0.7, 1.3), 0, 1)).astype(np.uint8)


def ridge(spelled: np.ndarray, labels: np.ndarray, blocks: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Solve the Dense layer: kernel (F, K) and bias (K,), by ridge regression (Hoerl & Kennard 1970).

    spelled: (versions, N, F), every version of a picture under the same label. Every class counts the same, and so does every
    one of the ``blocks``, the lengths of which sum to F.
    """
    rows, truth = np.concatenate(spelled), np.tile(labels, len(spelled))
    counts = np.bincount(truth)
    weight = (len(truth) / len(counts) / counts)[truth]  # its mean is 1
    middle, spread = np.average(rows, axis=0, weights=weight), rows.std(axis=0)
    strength = RIDGE if len(blocks) == 1 else RIDGE_SEEN
    floor = [SHARED * part.mean() for part in np.split(spread, np.cumsum(blocks)[:-1])]
    scale = (spread + np.repeat(floor, blocks)) * np.sqrt(np.repeat(blocks, blocks) * len(blocks))
    kernel = _solved((rows - middle) / scale, np.eye(len(counts))[truth] - 1 / len(counts), weight, strength) / scale[:, None]
    return kernel, -middle @ kernel


def _solved(rows: np.ndarray, target: np.ndarray, weight: np.ndarray, strength: float) -> np.ndarray:
    """Return the ridge solution, by whichever of rows and columns are fewer."""
    if len(rows) <= rows.shape[1]:
        return rows.T @ np.linalg.solve(rows @ rows.T + strength * len(rows) * np.diag(1 / weight), target)
    weighted = rows * weight[:, None]
    return np.linalg.solve(rows.T @ weighted + strength * len(rows) * np.eye(rows.shape[1]), weighted.T @ target)


def held_out_scores(
    spelled: np.ndarray, labels: np.ndarray, blocks: Sequence[int], random: np.random.Generator
) -> np.ndarray:
    """Return the scores (N, K) of each picture by a layer that saw neither it nor its mirror image nor its copies."""
    folds = max(2, min(5, np.bincount(labels).min()))
    fold, scores = np.empty(len(labels), int), np.zeros((len(labels), labels.max() + 1))
    for label in np.unique(labels):
        own = random.permutation(np.flatnonzero(labels == label))
        fold[own] = np.arange(len(own)) % folds
    for k in range(folds):
        kernel, bias = ridge(spelled[:, fold != k], labels[fold != k], blocks)
        scores[fold == k] = spelled[:2, fold == k].mean(axis=0) @ kernel + bias
    return scores


def _contrast(x: keras.KerasTensor) -> keras.KerasTensor:
    """Return the contrast of the patch round every point."""
    around = layers.AveragePooling2D(PATCH, strides=1, padding="same")
    mean, square = around(ops.mean(x, axis=-1, keepdims=True)), around(ops.mean(x * x, axis=-1, keepdims=True))
    return ops.sqrt(ops.maximum(square - mean * mean, 0) + FLOOR)


def _parts(x: keras.KerasTensor, pooling: type[keras.Layer]) -> list[keras.KerasTensor]:
    """Return ``x`` summed up in 4x4 parts of the picture, in 2x2, and in one."""
    sixteen = pooling(x.shape[1] // 4)(x)
    four = pooling(2)(sixteen)
    return [layers.Flatten()(part) for part in (sixteen, four, pooling(2)(four))]


def versions(images: np.ndarray, rows: int, seed: int) -> list[np.ndarray]:
    """Return the pictures, their mirror images, and copies of both in other light, as many as few pictures need."""
    copies = max(0, min(MOST_COPIES, rows // len(images) - 2))
    both = [images, images[:, :, ::-1]]
    lights = [(both[turn % 2], MOST_COPIES * seed + turn) for turn in range(copies)]
    return both + [np.stack([change_light(picture, light) for picture in pictures]) for pictures, light in lights]


def _colour_words(seen: np.ndarray, seed: int) -> list[np.ndarray]:
    """Return kernel and bias of a 1x1 convolution whose softmax says which colour word a point is nearest to."""
    points = seen.reshape(-1, 3)
    points = points[np.random.default_rng(seed).integers(0, len(points), 20_000)]
    words = _groups(points, COLOURS, seed)
    gaps = np.sort(((words[:, None] - words) ** 2).sum(axis=-1), axis=1)[:, 1]
    sharp = 6 / np.median(gaps)
    return [sharp * words.T[None, None], -sharp / 2 * (words**2).sum(axis=1)]


def _patch_words(seen: np.ndarray, seed: int, sample: int = 15_000) -> np.ndarray:
    """Return kernels (6, 6, 3, P) that answer to the commonest kinds of patch, whitened so that edges count, not only shades."""
    patches = np.lib.stride_tricks.sliding_window_view(seen, (PATCH, PATCH), axis=(1, 2))
    random = np.random.default_rng(seed)
    places = tuple(random.integers(0, count, sample) for count in patches.shape[:3])
    rows = patches[places].transpose(0, 2, 3, 1).reshape(sample, -1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    rows /= np.sqrt(rows.var(axis=1, keepdims=True) + FLOOR)
    spread, axes = np.linalg.eigh(np.cov(rows.T))
    whiten = axes / np.sqrt(spread + 0.05 * spread.mean()) @ axes.T
    words = _groups(rows @ whiten, PATCHES, seed)
    kernels = words / np.maximum(np.linalg.norm(words, axis=1, keepdims=True), 1e-6) @ whiten
    kernels -= kernels.mean(axis=1, keepdims=True)
    return kernels.T.reshape(PATCH, PATCH, 3, PATCHES)


def _groups(points: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return the centres of ``count`` groups of like points (k-means)."""
    return KMeans(count, init="random", n_init=1, max_iter=12, random_state=seed).fit(points.astype(np.float32)).cluster_centers_
