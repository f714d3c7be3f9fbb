"""Where a network looks: the parts of a picture that speak for a class, as a map.

Grad-CAM asks the last convolution for it, occlusion covers part after part and watches the answer. The figures are in `why`.
"""

from collections.abc import Callable

import keras
import numpy as np
from PIL import Image

from .changes import covered_parts
from .errors import AnimelibError
from .folders import to_array
from .models import outputs
from .unfolding import Step, Unfolded, scores_of, unfold

CONVOLUTIONS = (
    keras.layers.Conv2D,
    keras.layers.DepthwiseConv2D,
    keras.layers.SeparableConv2D,
    keras.layers.Conv2DTranspose,
)


def grad_cam(model: keras.Model, picture: object, label: int) -> np.ndarray:
    """Return how much each part of the picture speaks for a class, by the last convolution (Selvaraju et al. 2017, Grad-CAM).

    picture: anything that `open_image` reads. label: the number of the class. Returns float32 (S, S) in the size of the model's
    pictures, 0 and more, in units of the score before the softmax, so that maps of one picture can be compared. Where
    nothing speaks for the class it is 0 everywhere. Networks inside the network are looked into; the last convolution counts
    with what normalises and activates it, from the place on that everything passes through.

    Raises AnimelibError when there is no convolution, or none that everything passes through; `occlusion` works there too.

        grad_cam(run.model, data.test.images[0], label=1)
    """
    _check_label(model, label)
    network = unfold(model)
    place = _last_map(model, network)
    pixels = to_array(picture, model.input_shape[1] or 64)
    maps = outputs(keras.Model(network.picture, place.out), pixels[None])
    rest = keras.Model(place.out, scores_of(network))
    slope = gradient(lambda values: rest(values, training=False)[0, label], maps)
    heat = np.maximum((maps * slope.mean(axis=(1, 2), keepdims=True)).sum(axis=-1)[0], 0)
    return _enlarged(heat, len(pixels))


def occlusion(model: keras.Model, picture: object, label: int) -> np.ndarray:
    """Return how much each part of the picture speaks for a class: what is lost when it is covered (Zeiler & Fergus 2014).

    A square of a quarter of the picture's side, in its mean colour, is laid on 7 x 7 places. Returns float32 (S, S) in the size
    of the model's pictures: by how much the log-odds of the class fall when the part is covered, on average; below 0 it rises.
    Works with any model that answers with probabilities.

        occlusion(model, data.test.images[0], label=1)
    """
    _check_label(model, label)
    pixels = to_array(picture, model.input_shape[1] or 64)
    covered, places = covered_parts(pixels)
    odds = _log_odds(outputs(model, np.stack([pixels, *covered]))[:, label])
    lost = (places * (odds[0] - odds[1:])[:, None, None]).sum(axis=0)
    return (lost / np.maximum(places.sum(axis=0), 1)).astype(np.float32)


def gradient(score: Callable, at: np.ndarray) -> np.ndarray:
    """Return the slope of a score, a function of a tensor that gives one number, at a place; Keras has no word for it.

    gradient(lambda x: keras.ops.sum(x * x), np.array([3.0]))  # [6.0]
    """
    if keras.backend.backend() == "jax":
        import jax

        return np.asarray(jax.grad(score)(jax.numpy.asarray(at)))
    if keras.backend.backend() == "tensorflow":
        import tensorflow

        values = tensorflow.constant(at)
        with tensorflow.GradientTape() as tape:
            tape.watch(values)
            height = score(values)
        return tape.gradient(height, values).numpy()
    raise AnimelibError("Grad-CAM runs on TensorFlow or JAX: set KERAS_BACKEND to one of them, or use occlusion.")


def _check_label(model: keras.Model, label: int) -> None:
    classes = model.output_shape[-1]
    if not 0 <= label < classes:
        raise AnimelibError(f"There is no class number {label}: the model {model.name!r} knows 0 to {classes - 1}.")


def _last_map(model: keras.Model, network: Unfolded) -> Step:
    """Return the last step that still has the size of the last convolution's map and that everything passes through."""
    numbers = [number for number, step in enumerate(network.steps) if isinstance(step.layer, CONVOLUTIONS)]
    if not numbers:
        raise AnimelibError(f"The model {model.name!r} has no convolution that Grad-CAM could ask: use occlusion.")
    size = network.steps[numbers[-1]].out.shape[1:3]
    for step in reversed(network.steps[numbers[-1] :]):
        shape = getattr(step.out, "shape", ())
        if len(shape) == 4 and shape[1:3] == size and network.all_pass(step):
            return step
    raise AnimelibError(
        f"In the model {model.name!r} not everything passes through one last convolution, which Grad-CAM needs: use occlusion."
    )


def _enlarged(heat: np.ndarray, size: int) -> np.ndarray:
    return np.asarray(Image.fromarray(heat.astype(np.float32)).resize((size, size), Image.Resampling.BILINEAR))


def _log_odds(shares: np.ndarray) -> np.ndarray:
    shares = np.clip(shares.astype(float), 1e-6, 1 - 1e-6)
    return np.log(shares / (1 - shares))
