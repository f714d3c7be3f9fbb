"""Recognizer: everything that is needed to ask "who is this?", in one file.

A network with its names, its picture size, and a sense of who is a stranger. It takes any picture, and answers with names and
probabilities, best first. Not about training; that is `training`.
"""

import json
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from tqdm.auto import tqdm

from . import folders, strangers
from .atomic import replacing
from .data import ImageData
from .errors import AnimelibError
from .models import outputs
from .words import percent, say

CARD = "animelib.json"  # the names and the threshold, inside the .keras file, which is a zip
SENSE = "familiarity.keras"  # the sense for strangers, beside them
FORMAT = 1


@dataclass(frozen=True)
class Guess:
    """One name and how probable it is, 0-1."""

    name: str
    probability: float

    def __str__(self) -> str:
        return f"{self.name} {self.probability:.1%}"


class Answer(list):
    """A list of Guess, best first; ``known`` is false when the picture looks like nobody the network was shown."""

    def __init__(self, guesses: list[Guess], known: bool):
        super().__init__(guesses)
        self.known = known

    @property
    def name(self) -> str | None:
        """The name of the best guess, or None for a stranger."""
        return self[0].name if self.known else None

    def __str__(self) -> str:
        key = "answer_known" if self.known else "answer_nobody"
        return say(key, name=self[0].name, percent=percent(self[0].probability))

    __repr__ = __str__


@dataclass(frozen=True, eq=False)
class Recognizer:
    """A network that knows names: call it with a picture.

    ``model``: raw pictures (N, size, size, 3), 0-255, to probabilities (N, K). ``classes``: K names. ``familiarity``: raw
    pictures to 0-1 (N, 1); below ``threshold`` the answer is "nobody I know". It is None for a recognizer that takes everybody
    for one of its own. ``source``: the pictures it learned from, in words.
    """

    model: keras.Model
    classes: tuple[str, ...]
    size: int
    familiarity: keras.Model | None = None
    threshold: float = 0.5
    source: str = ""

    @classmethod
    def learn(cls, model: keras.Model, data: ImageData, *, keep_known: float = 0.9, seed: int = 0) -> "Recognizer":
        """Give a trained ``model`` its names and a sense for strangers, learned from all but the judging pictures.

        keep_known: share of new pictures of the known that should be taken for known, 0-1: the smaller, the more strangers are
        noticed.

            recognizer = Recognizer.learn(run.model, data)
        """
        shown = data.to_learn_from
        familiarity = strangers.learn_familiarity(shown.images, shown.labels, keep_known=keep_known, seed=seed)
        return cls(model, data.classes, data.size, familiarity, source=data.source)

    def __call__(self, picture: object) -> Answer:
        """Answer who is on ``picture``: anything that `open_image` opens, or an array.

            print(recognizer("who.png"))
        """
        return self.answers(folders.to_array(picture, self.size)[None])[0]

    def answers(self, images: np.ndarray) -> list[Answer]:
        """Answer for pictures that have the right size already, uint8 (N, size, size, 3)."""
        run = _compiled if len(images) == 1 else outputs
        known = np.ones(len(images), bool)
        if self.familiarity is not None:
            known = run(self.familiarity, images)[:, 0] >= self.threshold
        return [self._answer(row, bool(its)) for row, its in zip(run(self.model, images), known, strict=True)]

    def answer_folder(self, folder: str | Path) -> Iterator[tuple[Path, Answer | AnimelibError]]:
        """Yield every picture below ``folder`` with its answer, or with the error that says why it cannot be read.

            for path, answer in recognizer.answer_folder("new"): print(path.name, answer)
        """
        for path in tqdm(folders.some_pictures_in(Path(folder).expanduser()), say("answering_bar"), delay=1):
            try:
                yield path, self(path)
            except AnimelibError as reason:
                yield path, reason

    def save(self, path: str | Path) -> Path:
        """Write network, names, size and threshold as one ``.keras`` file, which plain Keras opens too; return its path.

            recognizer.save("rem_vs_mizuki.keras")
        """
        path = Path(path).expanduser()
        if path.suffix != ".keras":
            raise AnimelibError(f"A recognizer is saved under a name that ends in .keras, and {path.name} does not.")
        with replacing(path) as temporary:
            _bare(self.model).save(temporary)
            with zipfile.ZipFile(temporary, "a") as archive:
                archive.writestr(CARD, json.dumps(self._card(), indent=1, ensure_ascii=False))
                if self.familiarity is not None:
                    archive.writestr(SENSE, _bytes_of(self.familiarity))
        return path

    @classmethod
    def load(cls, path: str | Path) -> "Recognizer":
        """Open a file that `save` wrote.

        Raises AnimelibError when it is not there, is not whole, or is a Keras file without names.

            recognizer = Recognizer.load("rem_vs_mizuki.keras")
        """
        path = Path(path).expanduser()
        if not path.is_file():
            raise AnimelibError(f"There is no recognizer at {path}: check the path.")
        card, sense = _read_card(path)
        model = _opened(path, path)
        familiarity = _model_of(sense, path) if sense else None
        return cls(model, tuple(card["classes"]), card["size"], familiarity, card["threshold"], card["source"])

    def _answer(self, probabilities: np.ndarray, known: bool) -> Answer:
        order = np.argsort(-probabilities)
        return Answer([Guess(self.classes[k], float(probabilities[k])) for k in order], known)

    def _card(self) -> dict:
        return {
            "format": FORMAT,
            "classes": list(self.classes),
            "size": self.size,
            "threshold": self.threshold,
            "source": self.source,
        }

    def __repr__(self) -> str:
        return f"Recognizer({' / '.join(self.classes)}; pictures of {self.size}x{self.size}; {self.source})"


def _compiled(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Run a network that is asked again and again with one size of batch: compiled at the first call, quick from then on."""
    return np.asarray(model.predict_on_batch(images.astype(np.float32)))


def _bare(model: keras.Model) -> keras.Model:
    """Return the network without its optimizer, whose memory would triple the file."""
    return keras.Model(model.inputs[0], model.outputs[0], name=model.name)


def _read_card(path: Path) -> tuple[dict, bytes | None]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            card = json.loads(archive.read(CARD)) if CARD in names else None
            sense = archive.read(SENSE) if SENSE in names else None
    except (zipfile.BadZipFile, OSError, ValueError):
        raise AnimelibError(f"{path} is not a whole .keras file: copy or download it again.") from None
    if card is None:
        raise AnimelibError(f"{path} is a Keras model without names: make one with Recognizer.learn(model, data) and save it.")
    if card["format"] > FORMAT:
        raise AnimelibError(f"{path} was written by a newer animelib: update animelib.")
    return card, sense


def _bytes_of(model: keras.Model) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        model.save(path := Path(folder, SENSE))
        return path.read_bytes()


def _model_of(content: bytes, whole: Path) -> keras.Model:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, SENSE)
        path.write_bytes(content)
        return _opened(path, whole)


def _opened(path: Path, whole: Path) -> keras.Model:
    """Return the network in the file ``path``, which is, or comes from, the file ``whole``."""
    try:
        return keras.models.load_model(path, compile=False)
    except Exception as reason:  # Keras raises nearly everything on a broken file
        told = f"{whole} cannot be opened ({type(reason).__name__})"
        raise AnimelibError(f"{told}: copy or download it again, or update Keras if a newer one wrote it.") from None
