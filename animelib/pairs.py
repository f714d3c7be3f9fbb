"""Which one do you like better? Answers about pairs of pictures, turned into scores.

To choose between two is easier than to give a score, and moods shift it less. The table is CSV: ``better,worse,time`` and the
digests of the two contents. Each picture has a strength, and the stronger it is, the more surely it is preferred (Bradley & Terry
1952); the strengths that make the answers most probable are the scores.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import expit

from .clicks import Line, add_click, now, read_clicks
from .contents import digest_of, digests_of
from .errors import AnimelibError
from .folders import shown
from .lists import quoted, unquoted
from .ratings import HIGHEST, LOWEST, Rating, Ratings, name_of

COLUMNS = ("better", "worse", "time", "better_digest", "worse_digest")
SPREAD = 1.5  # of the strengths, before anything was answered
STEPS = 50


@dataclass(frozen=True)
class Choice:
    """One answer: the picture that is ``better`` and the one that is ``worse``, both as yet without a score."""

    better: Rating
    worse: Rating


def read_choices(path: str | Path, pictures: str | Path | None = None) -> tuple[Choice, ...]:
    """Read a table of answers about pairs; one that is not there yet has none.

    pictures: the folder of pictures, by default the one that holds the table. Raises AnimelibError with the number of the line
    that is wrong.

        choices = read_choices("choices.csv", "my_pictures")
    """
    path = Path(path).expanduser()
    folder = Path(pictures).expanduser() if pictures is not None else path.parent
    choices: list[Choice] = []
    for line in read_clicks(path, COLUMNS) if path.exists() else []:
        names = [unquoted(line.cells[column]) for column in COLUMNS[:2]]
        if not any(names) and line.whole:
            del choices[-1:]
        elif all(names):
            digests = [line.cells[f"{column}_digest"] for column in COLUMNS[:2]]
            choices.append(Choice(*(_picture(*it, folder) for it in zip(names, digests, strict=True))))
        elif line.whole:
            raise AnimelibError(f"{line} names one picture, and two were asked about: add the other, or take the line out.")
    return tuple(choices)


def prefer(path: str | Path, better: str | Path, worse: str | Path, pictures: str | Path | None = None) -> None:
    """Add to a table which of two pictures is liked better.

    Raises AnimelibError when one of them is not there, or both are the same.

        prefer("choices.csv", "my_pictures/rem.png", "my_pictures/ram.png", "my_pictures")
    """
    path = Path(path).expanduser()
    folder = Path(pictures).expanduser() if pictures is not None else path.parent
    digests = [digest_of(picture) for picture in (better, worse)]
    for picture, digest in zip((better, worse), digests, strict=True):
        if not digest:
            raise AnimelibError(f"There is no picture at {shown(picture)} that can be read: check the path.")
    if digests[0] == digests[1]:
        raise AnimelibError(f"{shown(better)} and {shown(worse)} are the same picture: choose between two.")
    names = [quoted(name_of(Path(picture).expanduser(), folder)) for picture in (better, worse)]
    add_click(path, COLUMNS, dict(zip(COLUMNS, [*names, now(), *digests], strict=True)), _is_sound)


def undo_choice(path: str | Path) -> None:
    """Take back the last answer about a pair by adding a line that says so.

    undo_choice("choices.csv")
    """
    path = Path(path).expanduser()
    if path.exists():
        add_click(path, COLUMNS, {"time": now()}, _is_sound)


def scores_of_choices(choices: Sequence[Choice]) -> Ratings:
    """Turn answers about pairs into ratings, 1-5, of all pictures that were asked about.

    A picture's score says how often it would be preferred to another of them: always 5, every second time 3, never 1.

        taste.fit(scores_of_choices(read_choices("choices.csv", "my_pictures")))
    """
    pictures = {rating.key: rating for choice in choices for rating in (choice.better, choice.worse)}
    row_of = {key: row for row, key in enumerate(pictures)}
    won, lost = ([row_of[getattr(choice, side).key] for choice in choices] for side in ("better", "worse"))
    scores = LOWEST + (HIGHEST - LOWEST) * preferred(strengths(np.array(won, int), np.array(lost, int), len(pictures)))
    rated = zip(pictures.values(), scores.tolist(), strict=True)
    return Ratings(tuple(Rating(its.picture, its.path, score, "", its.digest) for its, score in rated))


def strengths(won: np.ndarray, lost: np.ndarray, count: int, spread: float = SPREAD) -> np.ndarray:
    """Return the strengths (count,) that make answers most probable: in each, row ``won`` was preferred to row ``lost``.

    The chance that one is preferred to another is the sigmoid of the difference of their strengths, which are held together by a
    normal distribution round 0 with standard deviation ``spread``; Newton's method finds the one maximum.

        strengths(np.array([0, 0, 1]), np.array([1, 2, 2]), 3)  # falls from the first to the last
    """
    strength = np.zeros(count)
    for _ in range(STEPS):
        chance = expit(strength[lost] - strength[won])  # of the other answer
        slope = np.bincount(won, chance, count) - np.bincount(lost, chance, count) - strength / spread**2
        bend = np.eye(count) / spread**2
        for rows, columns, sign in ((won, won, 1), (lost, lost, 1), (won, lost, -1), (lost, won, -1)):
            np.add.at(bend, (rows, columns), sign * chance * (1 - chance))
        step = np.linalg.solve(bend, slope)
        strength += step
        if np.abs(step).max(initial=0) < 1e-6:
            break
    return strength


def preferred(strength: np.ndarray) -> np.ndarray:
    """Return the chance (N,) that each would be preferred to another of them, 0-1."""
    chances = expit(strength[:, None] - strength)
    return (chances.sum(axis=1) - 0.5) / max(1, len(strength) - 1) if len(strength) else strength


def _is_sound(line: Line) -> bool:
    return all(line.cells[column] for column in COLUMNS[:2])


def _picture(name: str, digest: str, folder: Path) -> Rating:
    path = folder / Path(name).expanduser()
    return Rating(name, path, float("nan"), "", digest or digests_of([path])[0])
