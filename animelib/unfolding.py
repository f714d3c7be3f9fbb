"""A network as one flat row of steps, also where a layer is a whole network: what stands at any place in it can be had.

Keras knows the way into a network that is a layer of another, and loses it on the way out: such a model is built without a
word and fails when it is asked. So inner networks are unfolded first: the same layers with the same weights, in one graph.
"""

from dataclasses import dataclass

import keras
import numpy as np

from .calibration import LEAST
from .errors import AnimelibError


@dataclass(frozen=True, eq=False)
class Step:
    """A layer or an operation at its place: what goes ``into`` it, tensors, and what comes ``out``."""

    layer: keras.Operation
    into: tuple[keras.KerasTensor, ...]
    out: object


@dataclass(frozen=True, eq=False)
class Unfolded:
    """A network's ``steps`` in the order in which they are taken, from ``picture`` to the last step's ``out``."""

    picture: keras.KerasTensor
    steps: tuple[Step, ...]

    def all_pass(self, place: Step) -> bool:
        """Tell whether no way leads from the picture to the answer around a step."""
        reached = {id(self.picture)}
        for step in self.steps:
            if step is not place and any(id(tensor) in reached for tensor in step.into):
                reached |= {id(tensor) for tensor in keras.tree.flatten(step.out)}
        return id(self.steps[-1].out) not in reached


def unfold(model: keras.Model) -> Unfolded:
    """Return the steps of a functional or sequential model, those of the models inside it among them; weights are shared.

    Raises AnimelibError when the model cannot be looked into: a class of its own, or one that does not know its input yet.

        [step.layer.name for step in unfold(model).steps]
    """
    while True:
        picture, steps = _once(model)
        if not any(isinstance(step.layer, keras.Model) for step in steps):
            return Unfolded(picture, tuple(steps))
        model = _made(picture, steps[-1].out, model)


def scores_of(network: Unfolded) -> keras.KerasTensor:
    """Return the tensor of the classes' scores: what stands before the softmax, or where there is none the logarithm."""
    last = network.steps[-1]
    activation = getattr(last.layer, "activation", None)
    if isinstance(last.layer, keras.layers.Softmax):
        return last.into[0]
    if activation is keras.activations.softmax:
        return without_activation(last.layer, last.into[0].shape[1:])(last.into[0]) if last.layer.weights else last.into[0]
    return last.out if activation else keras.ops.log(keras.ops.maximum(last.out, LEAST))


def features_of(model: keras.Model) -> keras.Model:
    """Return the model from pictures to its last features: what its last layer with weights, the judge, is given, (N, F).

    outputs(features_of(model), data.train.images)
    """
    network = unfold(model)
    weighed = [step.layer for step in network.steps if getattr(step.layer, "weights", None)]
    if not weighed:
        raise AnimelibError(f"The model {model.name!r} has no weights, so it has no features: give it one that has learned.")
    into = next(step.into[0] for step in network.steps if step.layer is weighed[-1])
    flat = into if len(into.shape) == 2 else keras.layers.Flatten()(into)
    return _made(network.picture, flat, model)


def without_activation(layer: keras.Layer, shape: tuple[int, ...]) -> keras.Layer:
    """Return a layer's twin, with the same weights, that leaves the activation function out; ``shape`` is what goes into it."""
    twin = type(layer).from_config({**layer.get_config(), "activation": "linear"})
    twin.build((None, *shape))
    twin.set_weights(layer.get_weights())
    return twin


def as_array(values: object) -> np.ndarray:
    """Return what a layer made, an array of the backend's own, as float32 of NumPy's."""
    return np.asarray(keras.ops.convert_to_numpy(values), dtype=np.float32)


def _once(model: keras.Model) -> tuple[keras.KerasTensor, list[Step]]:
    """Go through a model once more, on a new picture; a model inside it gives its own steps, of which the next turn is made."""
    steps = []

    def take(layer: keras.Operation, *given: object, **how: object) -> object:
        run = layer.call if isinstance(layer, keras.Model) else layer  # the method gives the steps, the call only one
        out = run(*given, **how)
        into = tuple(one for one in keras.tree.flatten((given, how)) if isinstance(one, keras.KerasTensor))
        steps.append(Step(layer, into, out))
        return out

    try:
        picture = keras.Input(model.inputs[0].shape[1:])
        plain = keras.Model(model.inputs[0], model.outputs[0])
        keras.models.clone_model(plain, clone_function=lambda layer: layer, call_function=take, input_tensors=picture)
    except (AttributeError, ValueError, TypeError, IndexError) as reason:
        raise _closed(model) from reason
    return picture, steps


def _made(picture: keras.KerasTensor, out: keras.KerasTensor, model: keras.Model) -> keras.Model:
    try:
        return keras.Model(picture, out)
    except ValueError as reason:  # two layers of one name
        raise _closed(model) from reason


def _closed(model: keras.Model) -> AnimelibError:
    return AnimelibError(
        f"The model {model.name!r} cannot be looked into: give one built of keras.Input and layers, no two of one name."
    )
