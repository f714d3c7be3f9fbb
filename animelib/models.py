"""The networks: plain functions that return a keras.Model, each small enough to be read in one go.

Every network takes raw pictures 0-255 and answers with a softmax over its classes, so that what is saved needs no
preprocessing beside it. Augmentation stands here too, outside the saved model. Not about training; that is `training`.
"""

import keras
import numpy as np
from keras import layers


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


def augmentation(strength: float = 1.0) -> keras.Sequential:
    """Return layers that change pictures 0-255 a little while training: mirrored, turned, moved, nearer, in other light.

    What they do must not make somebody else of a character: colours stay what they are. ``strength`` scales all but the mirror.

        run = train(pair_cnn(), data, lab, augment=augmentation())
    """
    return keras.Sequential(
        [
            layers.RandomFlip("horizontal"),
            layers.RandomRotation(0.03 * strength, fill_mode="nearest"),
            layers.RandomTranslation(0.08 * strength, 0.08 * strength, fill_mode="nearest"),
            layers.RandomZoom(0.12 * strength, fill_mode="nearest"),
            layers.RandomBrightness(0.15 * strength, value_range=(0, 255)),
            layers.RandomContrast(0.2 * strength, value_range=(0, 255)),
        ],
        name="augmentation",
    )


def outputs(model: keras.Model, images: np.ndarray, *, batch_size: int = 32) -> np.ndarray:
    """Return what ``model`` makes of pictures uint8 (N, H, W, 3), batch by batch in flat memory, float32 (N, ...).

    The network is called as it is: for one pass over some pictures compiling it, as ``predict`` does, takes longer.
    """
    made = [np.zeros((0, *model.output_shape[1:]), np.float32)]
    for start in range(0, len(images), batch_size):
        batch = np.asarray(images[start : start + batch_size], dtype=np.float32)
        made.append(keras.ops.convert_to_numpy(model(batch, training=False)))
    return np.concatenate(made)
