"""Train the face detector that comes with animelib: ``python -m benchmarks.train_faces --data FOLDER --minutes 45``.

It learns from the endless scenes of `face_scenes`, of which some thousand are in memory and are replaced little by little. What
is kept is not the last weights but their running average. The output folder gets faces.npz (float16) and faces.json, which says
what they were learned from; copied into animelib/weights they are what `detect_faces` uses. A checkpoint is written every two
minutes: the same command goes on from there after an interruption, and the minutes count those before.

``--leave-out 0/5`` keeps a fifth of the groups of pictures out, ``--leave-out face_boxes/NAME`` a character; ``python -m
benchmarks faces --weights`` judges by what was left out, and with --retrain it leaves everything out in turn; --min-score is
near where precision and recall met then. ``--teacher faces.npz`` lets earlier weights mark the faces in folders of crops, which
then are learned from as well. The weights that come with animelib had 45 minutes of ``--leave-out 0/5``. In a copy of that
folder they went on to ``--minutes 112`` with all pictures, and with crops that the first 45 minutes' weights had marked, and
with ``--rate 0.008`` to ``--minutes 127`` when a box that is right, though not exact, was to have the full score
(`detector.detection_loss`), to 154 with books and signs (`prints`), and to 200 with people from the side (`profiles`).
"""

import argparse
import contextlib
import json
import math
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import keras
import numpy as np

from animelib.atomic import replacing, write_text
from animelib.detector import FaceDetector, detection_loss, face_network, targets_of
from animelib.errors import AnimelibError
from animelib.faces import Face
from animelib.machine import mixed_precision, processor
from animelib.training import computing_in

from .face_scenes import SIZE, Material, Scene, compose, left_out, load_material

AVERAGED = 0.99  # how much of the average stays when the weights of every tenth step come in
EVERY = 10
TELL, KEEP = 20, 120  # seconds between two lines, and between two checkpoints


def main() -> None:
    """Read what was asked for, train, write the weights and what they saw."""
    asked = asked_for()
    leave_out = left_out(asked.leave_out)
    teacher = FaceDetector.load(asked.teacher) if asked.teacher else None
    material = load_material(Path(asked.data).expanduser(), leave_out, teacher)
    print(f"{len(material.pictures)} pictures, {len(material.patches)} patches, {len(material.plain)} without a face", flush=True)
    trained = train(Training(asked.width, Path(asked.output).expanduser(), asked.seed), material, asked)
    told = f"{len(material.pictures)} pictures, face patches, drawn scenes"
    detector = FaceDetector(trained.average(), asked.side, told, asked.min_score)
    detector.save(trained.folder / "faces.npz")
    write_text(trained.folder / "faces.json", json.dumps(manifest(trained, material, asked), indent=1, ensure_ascii=False))
    print(f"{trained.folder / 'faces.npz'}: {trained.steps} steps in {trained.seconds / 60:.1f} minutes", flush=True)


def asked_for(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Return what was asked for, by default on the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.train_faces", description=__doc__)
    parser.add_argument("--data", required=True, help="the folder of pictures to learn from; only drawn scenes where it is empty")
    parser.add_argument("--output", default="out/faces", help="the folder of the weights (default out/faces)")
    parser.add_argument("--minutes", type=float, default=45, help="how long to train, those before an interruption included")
    parser.add_argument("--leave-out", default="", help="0/5, or names of groups: face_boxes/NAME, face_scenes/scene_000")
    parser.add_argument("--teacher", help="a file of earlier weights, which mark the faces in folders of crops")
    parser.add_argument("--width", type=int, default=32, help="the width of the network (default 32)")
    parser.add_argument("--side", type=int, default=384, help="the pixels at which pictures will be looked at (default 384)")
    parser.add_argument("--min-score", type=float, default=0.58, help="how sure it must be of a face (default 0.58)")
    parser.add_argument("--batch", type=int, default=16, help="scenes a step (default 16)")
    parser.add_argument("--crop", type=int, default=288, help="pixels that are shown of a scene, a multiple of 32 (default 288)")
    parser.add_argument("--scenes", type=int, default=2000, help="scenes in memory (default 2000, 0.6 GB)")
    parser.add_argument("--fresh", type=int, default=4, help="new scenes a step (default 4)")
    parser.add_argument("--rate", type=float, default=2e-3, help="the highest learning rate (default 0.002)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other scenes and other first weights")
    return parser.parse_args(words)


# ---- scenes in memory


class Pool:
    """Scenes in memory. Scene ``n`` lies at ``n`` modulo ``count`` until a later one takes its place, so that an interrupted
    training goes on with the same scenes."""

    def __init__(self, material: Material, count: int, seed: int, first: int = 0):
        self.material, self.count, self.seed = material, count, seed
        self.images = np.zeros((count, SIZE, SIZE, 3), np.uint8)
        self.scenes: list[Scene | None] = [None] * count
        self.made = first
        self.add(count)

    def add(self, count: int) -> None:
        """Compose the next scenes."""
        for number in range(self.made, self.made + count):
            scene = compose(self.material, np.random.default_rng([self.seed, number]))
            self.images[number % self.count] = np.asarray(scene.image)
            self.scenes[number % self.count] = Scene(None, scene.faces, scene.unsure)
        self.made += count

    def batch(self, step: int, count: int, crop: int) -> tuple[np.ndarray, np.ndarray]:
        """Return parts of so many scenes, float32 (N, crop, crop, 3), some mirrored, and what the network should answer."""
        rng = np.random.default_rng([self.seed, step, 1])
        shown = [self.part(place, rng, crop) for place in rng.integers(0, self.count, count)]
        return np.stack([image for image, _ in shown]).astype(np.float32), np.stack([target for _, target in shown])

    def part(self, place: int, rng: np.random.Generator, crop: int) -> tuple[np.ndarray, np.ndarray]:
        """Return a part of one scene and its target."""
        scene, (left, upper) = self.scenes[place], rng.integers(0, SIZE - crop + 1, 2)
        image, mirrored = self.images[place, upper : upper + crop, left : left + crop], rng.random() < 0.5
        part, room = Scene(None), (0, 0, crop, crop)
        part.unsure = [moved(face, left, upper, crop, mirrored) for face in scene.unsure]
        part.add((moved(face, left, upper, crop, mirrored) for face in scene.faces), room)
        return image[:, ::-1] if mirrored else image, targets_of(part.faces, (crop, crop), part.unsure)


def moved(face: Face, left: int, upper: int, crop: int, mirrored: bool) -> Face:
    """Return a face as it lies in a part of the picture, which may be mirrored."""
    x = face.x - left
    return Face(crop - x - face.w if mirrored else x, face.y - upper, face.w, face.h)


# ---- training


@dataclass(eq=False)
class Training:
    """A network in training: its averaged weights, how many steps and seconds it has had, and the folder that remembers it."""

    width: int
    folder: Path
    seed: int
    steps: int = 0
    seconds: float = 0.0

    def __post_init__(self) -> None:
        keras.utils.set_random_seed(self.seed)
        self.model = face_network(self.width)
        optimizer = keras.optimizers.AdamW(1e-3, weight_decay=1e-3, global_clipnorm=10.0)
        optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
        optimizer.build(self.model.trainable_variables)
        self.model.compile(optimizer=optimizer, loss=detection_loss)
        self.averages = self.model.get_weights()
        if self.card.exists():
            self.go_on()

    @property
    def card(self) -> Path:
        """The small file that says how far it came; it is written last."""
        return self.folder / "checkpoint.json"

    def step(self, pictures: np.ndarray, targets: np.ndarray, rate: float) -> None:
        """Learn from one batch."""
        self.model.optimizer.learning_rate = rate
        self.model.train_on_batch(pictures, targets)
        self.steps += 1
        if self.steps % EVERY == 0:
            kept = min(AVERAGED, self.steps / EVERY / (10 + self.steps / EVERY))  # the first weights are soon forgotten
            for average, now in zip(self.averages, self.model.get_weights(), strict=True):
                average += (1 - kept) * (now - average)

    def loss(self) -> float:
        """Return the mean loss since it was last asked for."""
        loss = float(self.model.get_metrics_result()["loss"])
        self.model.reset_metrics()
        return loss

    def average(self) -> keras.Model:
        """Return a network with the averaged weights."""
        model = face_network(self.width)
        model.set_weights(self.averages)
        return model

    def keep(self) -> None:
        """Write everything that is needed to go on."""
        with replacing(self.folder / "checkpoint.weights.h5") as temporary:
            weights = temporary.with_name(f"{temporary.stem}.weights.h5")
            self.model.save_weights(weights)
            weights.replace(temporary)
        with replacing(self.folder / "checkpoint.npz") as temporary:
            np.savez(temporary, *self.averages)
        write_text(self.card, json.dumps({"steps": self.steps, "seconds": self.seconds, "width": self.width}))

    def go_on(self) -> None:
        """Read what `keep` wrote."""
        card = json.loads(self.card.read_text(encoding="utf-8"))
        if card["width"] != self.width:
            raise AnimelibError(f"{self.folder} holds a training of width {card['width']}: choose that, or another --output.")
        self.model.load_weights(self.folder / "checkpoint.weights.h5")
        with np.load(self.folder / "checkpoint.npz") as kept:
            self.averages = [kept[name] for name in kept.files]
        self.steps, self.seconds = card["steps"], card["seconds"]
        print(f"Going on after {self.steps} steps and {self.seconds / 60:.1f} minutes.", flush=True)


def train(training: Training, material: Material, asked: argparse.Namespace) -> Training:
    """Train until the minutes are over, with the learning rate rising at first and then falling along a cosine."""
    pool = Pool(material, asked.scenes, asked.seed, training.steps * asked.fresh)
    told = kept = time.monotonic()
    before = training.steps

    def prepared(step: int) -> tuple[np.ndarray, np.ndarray]:
        pool.add(asked.fresh)
        return pool.batch(step, asked.batch, asked.crop)

    with ThreadPoolExecutor(1) as beside, computing_in(mixed_precision(), training.model), contextlib.suppress(KeyboardInterrupt):
        coming, last = beside.submit(prepared, training.steps), time.monotonic()
        while training.seconds < 60 * asked.minutes:
            pictures, targets = coming.result()
            coming = beside.submit(prepared, training.steps + 1)
            training.step(pictures, targets, rate_at(training.seconds / (60 * asked.minutes), training.steps, asked.rate))
            now = time.monotonic()
            training.seconds, last = training.seconds + now - last, now
            if now - told > TELL:
                pace = (training.steps - before) / (now - told)
                line = f"{training.seconds / 60:6.1f} min  step {training.steps:6}  loss {training.loss():.4f}"
                print(f"{line}  {pace:.2f} steps/s  {pace * asked.batch:.0f} scenes/s", flush=True)
                told, before = now, training.steps
            if now - kept > KEEP:
                training.keep()
                kept = now
    training.keep()
    return training


def rate_at(share: float, step: int, highest: float) -> float:
    """Return the learning rate after a share of the time and so many steps."""
    return highest * min(1, (step + 1) / 200) * max(0.01, (1 + math.cos(math.pi * min(1, share))) / 2)


def manifest(training: Training, material: Material, asked: argparse.Namespace) -> dict:
    """Return what the weights are and what they were learned from, so that nobody takes a picture they saw for a new one."""
    return {
        "made": date.today().isoformat(),
        "by": "python -m benchmarks.train_faces",
        "settings": {key: value for key, value in vars(asked).items() if key not in ("data", "output", "teacher")},
        "taught": bool(asked.teacher),
        "steps": training.steps,
        "minutes": round(training.seconds / 60, 1),
        "hardware": processor(),
        "keras": keras.__version__,
        "seen": material.seen,
    }


if __name__ == "__main__":
    main()
