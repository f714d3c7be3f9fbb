"""What a picture reminds a network of: the pictures that look most like it in the network's own eyes.

Its eyes are its last features: what its last layer judges by. Two pictures whose features point the same way (cosine) are alike.
"""

from dataclasses import dataclass

import keras
import numpy as np

from .data import Split
from .errors import AnimelibError
from .folders import to_array
from .models import check_size, outputs
from .unfolding import features_of


@dataclass(frozen=True)
class Neighbour:
    """A picture that is alike: its ``row`` in the split, ``file``, ``label`` (int) and how alike it is, -1 to 1."""

    row: int
    file: str
    label: int
    likeness: float


@dataclass(frozen=True, eq=False)
class Memory:
    """Pictures with their features (N, F), each of length 1, so that many questions can be asked after one look at them all."""

    features_of: keras.Model
    split: Split
    features: np.ndarray

    def nearest(self, picture: object, count: int = 5) -> list[Neighbour]:
        """Return the ``count`` pictures most like this one, best first; the picture itself is left out."""
        pixels = to_array(picture, self.split.images.shape[1])
        likeness = self.features @ _directions(outputs(self.features_of, pixels[None]))[0]
        order = [int(row) for row in np.argsort(-likeness, kind="stable")[: count + 50]]
        others = [row for row in order if not np.array_equal(self.split.images[row], pixels)]
        return [self._neighbour(row, float(likeness[row])) for row in others[:count]]

    def _neighbour(self, row: int, likeness: float) -> Neighbour:
        return Neighbour(row, self.split.files[row], int(self.split.labels[row]), likeness)


def remember(model: keras.Model, split: Split) -> Memory:
    """Look at all pictures of a split once, with the last features of the model.

    Raises AnimelibError when there are none, or the model cannot be looked into.

        remember(run.model, data.train).nearest("who.png")
    """
    if not len(split):
        raise AnimelibError("There are no pictures in this part to compare with: take another, such as data.train.")
    check_size(model, split.images)
    features = features_of(model)
    return Memory(features, split, _directions(outputs(features, split.images)))


def nearest(model: keras.Model, split: Split, picture: object, count: int = 5) -> list[Neighbour]:
    """Return the ``count`` pictures of a split that the model finds most like this one, best first.

    picture: anything that `open_image` reads; when it is in the split, it is left out itself. For many questions `remember`
    first.

        nearest(run.model, data.train, "who.png")
    """
    return remember(model, split).nearest(picture, count)


def _directions(features: np.ndarray) -> np.ndarray:
    """Return the features with length 1; all zeros stay zeros."""
    return features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-9)
