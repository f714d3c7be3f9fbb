"""The networks: plain functions that return a keras.Model, each small enough to be read in one go.

Every network takes raw pictures 0-255 and answers with a softmax over its classes, so that what is saved needs no
preprocessing beside it. Augmentation stands here too, outside the saved model. Not about training; that is `training`.
"""

from weakref import WeakKeyDictionary

import keras
import numpy as np
from keras import layers, ops

from .backbones import load_backbone
from .calibration import LEAST
from .errors import AnimelibError

MANY, VERY_MANY = 200, 2000  # pictures from which on a graph pays, and large batches
_graphs: WeakKeyDictionary = WeakKeyDictionary()


def pair_cnn(classes: int = 2, size: int = 64) -> keras.Model:
    """Return the network of the article "Rem vs Mizuki", compiled as there: a plain CNN for two characters.

    Takes (N, size, size, 3), 0-255; answers (N, classes). The article trains it in batches of 10, 3 batches an epoch,
    10 epochs.

        model = pair_cnn()
    """
    model = keras.Sequential(
        [
            keras.Input((size, size, 3)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(256, activation="relu"),
            layers.Dense(classes, activation="softmax"),
        ],
        name="pair_cnn",
    )
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def cifar10_cnn(classes: int = 10, size: int = 32) -> keras.Model:
    """Return the network of the CIFAR-10 article, compiled as there: four convolutions, two poolings, dropout, Adam.

    Takes (N, size, size, 3), 0-255; answers (N, classes). The article trains it in batches of 128, 25 epochs.

        model = cifar10_cnn()
    """
    model = keras.Sequential(
        [
            keras.Input((size, size, 3)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Dropout(0.25),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(classes, activation="softmax"),
        ],
        name="cifar10_cnn",
    )
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def cifar10_fast(classes: int = 10, size: int = 32, *, filters=(32, 64, 128), depth: int = 1, patch: int = 4, dtype="float32"):
    """Return a network that learns small pictures fast: fixed whitened patches, then few convolutions (airbench, Jordan 2024).

    Takes (N, size, size, 3), 0-255; answers (N, classes). Each of ``filters`` is a stage that halves the picture, of ``depth``
    convolutions. Its first layer, of patches of ``patch`` pixels, is set from pictures, by `learn_fast`, which trains it.

        model = cifar10_fast(dtype=mixed_precision())
    """
    pictures = keras.Input((size, size, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(pictures)
    whitened = min(32, 6 * patch**2)  # two for each direction: there, and the other way
    fixed = {"use_bias": False, "trainable": False, "dtype": dtype, "name": "whiten"}
    x = layers.Conv2D(whitened, patch, strides=patch // 2, padding="same", **fixed)(x)
    x = layers.ReLU(dtype=dtype)(x)
    for width in filters:
        for number in range(depth):
            x = layers.Conv2D(width, 3, padding="same", use_bias=False, dtype=dtype)(x)
            if number == 0:
                x = layers.MaxPooling2D(2, dtype=dtype)(x)
            x = layers.BatchNormalization(momentum=0.9, scale=False, dtype=dtype)(x)
            x = layers.ReLU(dtype=dtype)(x)
    x = layers.GlobalMaxPooling2D(dtype=dtype)(x)
    x = layers.Dense(classes, use_bias=False)(x)
    x = layers.Rescaling(1 / 8)(x)  # mild scores at the start
    return keras.Model(pictures, layers.Softmax()(x), name="cifar10_fast")


def killme_cnn(classes: int = 6, size: int = 128) -> keras.Model:
    """Return the network of the article "Kill Me Baby", compiled as there: four plain convolutions, dropout, RMSprop.

    Takes (N, size, size, 3), 0-255; answers (N, classes). The article trains it in batches of 32, 100 epochs.

        model = killme_cnn()
    """
    model = keras.Sequential(
        [
            keras.Input((size, size, 3)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Dropout(0.25),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(256, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(classes, activation="softmax"),
        ],
        name="killme_cnn",
    )
    optimizer = keras.optimizers.RMSprop(1e-3, rho=0.9, epsilon=1e-8)
    model.compile(optimizer=optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def vgg16_transfer(
    classes: int = 5, size: int = 224, *, frozen: int = 15, backbone: str = "vgg16", weights: str | None = "imagenet"
) -> keras.Model:
    """Return the network of the article "VGG16 transfer learning", compiled as there: VGG16 without its top, two new layers.

    Takes (N, size, size, 3), 0-255; answers (N, classes). The first ``frozen`` layers stay as they are. The article trains it in
    batches of 32, 200 epochs. ``backbone``, ``weights`` and errors as in `load_backbone`.

        model = vgg16_transfer()
    """
    base = load_backbone(backbone, size, weights=weights)
    for layer in base.layers[:frozen]:
        layer.trainable = False
    pictures = keras.Input((size, size, 3))
    x = layers.Rescaling(1 / 255)(pictures)
    x = base(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dense(1024, activation="relu")(x)
    model = keras.Model(pictures, layers.Dense(classes, activation="softmax")(x), name="vgg16_transfer")
    model.compile(optimizer=keras.optimizers.SGD(1e-4, momentum=0.9), loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def taste_cnn(height: int = 96, width: int = 144) -> keras.Model:
    """Return the first network of the article on taste, compiled: three plain convolutions, from scratch, that give a score.

    Takes (N, height, width, 3), 0-255; answers (N, 1), a score from 1 to 5 or beyond. The article trains it on 12,000 rated
    pictures, a hundred at a time, and says that it failed.

        model = taste_cnn()
    """
    model = keras.Sequential(
        [
            keras.Input((height, width, 3)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(32, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(32, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(1),
        ],
        name="taste_cnn",
    )
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    return model


def shear_zoom_flip() -> keras.Sequential:
    """Return the augmentation of the article "VGG16 transfer learning", as it was meant: sheared, nearer or farther, mirrored.

    The article writes ``shear_range=0.2``, which old Keras read as a fifth of a degree: next to nothing. Here it is a fifth.

        run = train(vgg16_transfer(), data, lab, augment=shear_zoom_flip())
    """
    return keras.Sequential(
        [
            keras.Input((None, None, 3)),  # pictures of any size, and of another one later
            layers.RandomShear(0.2, 0.0, fill_mode="nearest"),
            layers.RandomZoom(0.2, fill_mode="nearest"),
            layers.RandomFlip("horizontal"),
        ],
        name="shear_zoom_flip",
    )


def augmentation(strength: float = 1.0) -> keras.Sequential:
    """Return layers that change pictures 0-255 a little while training: mirrored, turned, moved, nearer, in other light.

    What they do must not make somebody else of a character: colours stay what they are. ``strength`` scales all but the mirror.

        run = train(pair_cnn(), data, lab, augment=augmentation())
    """
    return keras.Sequential(
        [
            keras.Input((None, None, 3)),  # pictures of any size, and of another one later
            layers.RandomFlip("horizontal"),
            layers.RandomRotation(0.03 * strength, fill_mode="nearest"),
            layers.RandomTranslation(0.08 * strength, 0.08 * strength, fill_mode="nearest"),
            layers.RandomZoom(0.12 * strength, fill_mode="nearest"),
            layers.RandomBrightness(0.15 * strength, value_range=(0, 255)),
            layers.RandomContrast(0.2 * strength, value_range=(0, 255)),
        ],
        name="augmentation",
    )


def face_network(width: int = 32) -> keras.Model:
    """Return the network that finds faces, untrained: a path down to a 32nd of the picture and back up to an 8th.

    Takes pictures (N, H, W, 3), 0-255, with H and W of any multiple of 32; answers (N, H / 8, W / 8, 5): a score, which is a
    probability after a sigmoid, and the pixels from the middle of the cell to the left, upper, right and lower edge of the face.
    ``width`` 32 has 0.9 million weights. To train it, `detector.detection_loss` takes what `detector.targets_of` makes.

        model = face_network()
    """
    pictures = keras.Input((None, None, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(pictures)
    x = _convolved(_convolved(x, width // 2, strides=2), width, strides=2)
    maps = []
    for filters, depth in ((2 * width, 2), (4 * width, 3), (4 * width, 3)):  # an 8th, a 16th and a 32nd of the picture
        x = _convolved(x, filters, strides=2)
        for _ in range(depth):  # look again and add what was seen (a residual network's bottleneck)
            x = layers.Add()([x, _convolved(_convolved(x, filters // 2, 1), filters)])
        maps.append(x)
    x = _convolved(x, 2 * width, 1)  # large faces are seen here, small ones in the finer maps: they are added up
    for finer in (maps[1], maps[0]):
        x = layers.Add()([layers.UpSampling2D(2)(x), _convolved(finer, 2 * width, 1)])
        x = _convolved(x, 2 * width)
    x = _convolved(x, 2 * width)
    score = layers.Conv2D(1, 1, bias_initializer=keras.initializers.Constant(-4.6), name="score")(x)  # 1%: faces are rare
    edges = layers.Conv2D(4, 1, activation="exponential", bias_initializer=keras.initializers.Constant(1.5), name="edges")(x)
    return keras.Model(pictures, layers.Concatenate()([score, layers.Rescaling(8)(edges)]), name="face_network")


def _convolved(x: keras.KerasTensor, filters: int, size: int = 3, strides: int = 1) -> keras.KerasTensor:
    x = layers.Conv2D(filters, size, strides=strides, padding="same", use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))


def with_temperature(model: keras.Model, temperature: float) -> keras.Model:
    """Return the model with its certainty set right and its answers unchanged: softer above 1, sharper below (Guo et al. 2017).

    model: any that ends in probabilities (N, K). Weights are shared with it. `fit_temperature` finds the temperature.

    Raises AnimelibError when the temperature is not above 0.

        calm = with_temperature(run.model, fit_temperature(report.probs, report.truth))
    """
    if not temperature > 0:
        raise AnimelibError(f"A temperature is a number above 0, and {temperature!r} is not: fit_temperature finds one.")
    scores = ops.log(ops.maximum(model.outputs[0], LEAST))  # the scores but for a constant, which a softmax does not see
    return keras.Model(model.inputs[0], layers.Softmax()(scores / float(temperature)), name=model.name)


def check_size(model: keras.Model, images: np.ndarray) -> None:
    """Raise AnimelibError when pictures (N, H, W, 3) have another size than those that the model learned from."""
    wanted = tuple(model.input_shape[1:3])
    if wanted != (None, None) and wanted != images.shape[1:3]:
        sizes = f"{wanted[0]}x{wanted[1]}, and these have {images.shape[1]}x{images.shape[2]}"
        raise AnimelibError(f"The model {model.name!r} knows pictures of {sizes}: load them with size={wanted[0]}.")


def outputs(model: keras.Model, images: np.ndarray, *, batch_size: int = 32) -> np.ndarray:
    """Return what ``model`` makes of pictures uint8 (N, H, W, 3), batch by batch in flat memory, float32 (N, ...).

    For some pictures the network is called as it is: building its graph takes longer than that saves. For many it is built.
    """
    batch_size = 8 * batch_size if len(images) > VERY_MANY else batch_size
    made = [np.zeros((0, *model.output_shape[1:]), np.float32)]
    for start in range(0, len(images), batch_size):
        batch = np.asarray(images[start : start + batch_size], dtype=np.float32)
        whole = len(batch) == batch_size  # a graph is built for one size of batch
        quick = whole and (len(images) > MANY or model in _graphs)
        made.append(_graph_of(model).predict_on_batch(batch) if quick else _called(model, batch))
    return np.concatenate(made)


def _graph_of(model: keras.Model) -> keras.Model:
    """Return a twin with the same weights that answers by a graph, which is built once and lasts as long as the model does."""
    if model not in _graphs:
        _graphs[model] = keras.Model(model.inputs, model.outputs[0])  # the model itself stays compiled as its owner left it
        # XLA takes longer to build than it saves here; JAX has nothing else.
        _graphs[model].compile(jit_compile=False if keras.config.backend() == "tensorflow" else "auto")
    return _graphs[model]


def _called(model: keras.Model, batch: np.ndarray) -> np.ndarray:
    return keras.ops.convert_to_numpy(model(batch, training=False))
