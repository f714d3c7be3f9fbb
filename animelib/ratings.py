"""Ratings: which picture got which score, in a plain table that people read and edit.

The table is CSV: ``picture,score,time,digest``. A picture is named by its path in the folder of pictures, or by its whole path
where it lies elsewhere. Scores go from 1 to 5, and the latest of a picture counts; the earlier ones stay, for they tell how well
somebody agrees with himself. A line without a score takes back the one before it of that picture, and one with the score
``skip`` says that it was asked about and passed over. The digest of the content is by what a picture is known again
when it was moved or renamed. What is learned from ratings is not said here.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from .clicks import Line, add_click, now, read_clicks
from .contents import digest_of, digests_of
from .errors import AnimelibError
from .folders import pictures_in, shown
from .lists import quoted, unquoted

COLUMNS = ("picture", "score", "time", "digest")
LOWEST, HIGHEST = 1, 5
SKIP = "skip"


@dataclass(frozen=True)
class Rating:
    """One click: the ``picture`` as the table names it, its ``path``, the ``score`` 1-5, or not a number where the picture was
    passed over, the ``time`` as text, the ``digest`` of the content."""

    picture: str
    path: Path
    score: float
    time: str = ""
    digest: str = ""

    @property
    def key(self) -> str:
        """What tells this picture from others: its content, or where that is not known its path."""
        return self.digest or str(self.path)


@dataclass(frozen=True, eq=False)
class Ratings:
    """What was rated, or passed over: ``clicks`` in their order, less those taken back."""

    clicks: tuple[Rating, ...]

    @cached_property
    def given(self) -> tuple[Rating, ...]:
        """The clicks that gave a score."""
        return tuple(click for click in self.clicks if not math.isnan(click.score))

    @cached_property
    def latest(self) -> dict[str, Rating]:
        """The rating that counts of each picture, by its key, in the order in which the pictures were first rated."""
        return {rating.key: rating for rating in self.given}

    @cached_property
    def skipped(self) -> frozenset[str]:
        """The keys of the pictures that were passed over and have no rating."""
        return frozenset(click.key for click in self.clicks) - frozenset(self.latest)

    @cached_property
    def once(self) -> tuple[Rating, ...]:
        """The ratings of the pictures that were rated only once, the earliest first."""
        often = Counter(rating.key for rating in self.given)
        return tuple(rating for key, rating in self.latest.items() if often[key] == 1)

    @cached_property
    def repeats(self) -> tuple[tuple[float, float], ...]:
        """For each picture that was rated more than once, the last two scores."""
        scores: dict[str, list[float]] = {}
        for rating in self.given:
            scores.setdefault(rating.key, []).append(rating.score)
        return tuple((its[-2], its[-1]) for its in scores.values() if len(its) > 1)

    def __len__(self) -> int:
        return len(self.latest)


def read_ratings(path: str | Path, pictures: str | Path | None = None) -> Ratings:
    """Read a table of ratings, whatever program saved it; a table that is not there yet has none.

    pictures: the folder of pictures, by default the one that holds the table. A picture that is no longer where the table says is
    looked for there by its content, so that one that was moved or renamed keeps its ratings.

    Raises AnimelibError with the number of the line that is wrong.

        ratings = read_ratings("ratings.csv", "my_pictures")
    """
    path = Path(path).expanduser()
    folder = Path(pictures).expanduser() if pictures is not None else path.parent
    clicks: list[Rating] = []
    for click, taken_back in _with_contents(path, folder):
        if not taken_back:
            clicks.append(click)
        elif (place := _last_of(clicks, click.key)) is not None:
            del clicks[place]
    return Ratings(tuple(_found(clicks, folder)))


def rate(path: str | Path, picture: str | Path, score: float, pictures: str | Path | None = None) -> Rating:
    """Add a rating to a table, which is begun where it is not there; nothing that was in it is lost, whatever happens.

    pictures: the folder of pictures, as in `read_ratings`. Raises AnimelibError for a score that is not from 1 to 5, or a picture
    that is not there.

        rate("ratings.csv", "my_pictures/rem.png", 5, "my_pictures")
    """
    if not LOWEST <= score <= HIGHEST:
        raise AnimelibError(f"The score of {shown(picture)} is {score:g}, and scores go from {LOWEST} to {HIGHEST}.")
    return _add(path, picture, f"{score:g}", pictures)


def skip_picture(path: str | Path, picture: str | Path, pictures: str | Path | None = None) -> Rating:
    """Note in a table of ratings that a picture was asked about and passed over, so that it is not asked about again.

        skip_picture("ratings.csv", "my_pictures/crowd.png", "my_pictures")
    """
    return _add(path, picture, SKIP, pictures)


def undo_rating(path: str | Path, pictures: str | Path | None = None) -> Rating | None:
    """Take back the last click of a table, a rating or a skip, by adding a line that says so; return it, or None.

    The rating that the picture had before counts again. Called again, it takes back the click before.

        undo_rating("ratings.csv", "my_pictures")
    """
    clicks = read_ratings(path, pictures).clicks
    if not clicks:
        return None
    cells = {"picture": quoted(clicks[-1].picture), "time": now(), "digest": clicks[-1].digest}
    add_click(Path(path).expanduser(), COLUMNS, cells, _is_sound)
    return clicks[-1]


@dataclass(frozen=True)
class Agreement:
    """How well somebody agrees with himself, by ``pictures`` that were rated twice.

    ``mae``: the mean difference of the two scores. ``noise``: how far one click strays from what is meant (standard deviation).
    ``correlation``: of first and second. None of them is a number where fewer than three pictures were rated twice.
    """

    pictures: int
    mae: float
    noise: float
    correlation: float

    @property
    def best_mae(self) -> float:
        """By how much somebody would be off who knew exactly what is meant: two clicks stray, and he compares with one."""
        return self.mae / math.sqrt(2)

    @property
    def best_correlation(self) -> float:
        """What correlation with single clicks he would reach: the root of that of two clicks (Spearman 1904)."""
        return math.sqrt(max(0.0, self.correlation))


def repeat_agreement(ratings: Ratings) -> Agreement:
    """Say how well somebody agrees with himself, by the pictures that were rated more than once.

        repeat_agreement(read_ratings("ratings.csv")).noise
    """
    first, second = np.array(ratings.repeats, dtype=float).reshape(-1, 2).T
    if len(first) < 3:
        return Agreement(len(first), *[float("nan")] * 3)
    gaps = first - second
    varied = first.std() * second.std() > 0
    correlation = float(np.corrcoef(first, second)[0, 1]) if varied else float("nan")
    return Agreement(len(first), float(np.abs(gaps).mean()), float(np.sqrt((gaps**2).mean() / 2)), correlation)


def ratings_of(scores: "Ratings | Mapping[str | Path, float] | str | Path", pictures: str | Path | None = None) -> Ratings:
    """Return ratings from whatever holds them: a table's path, ``{picture: score}``, or ratings as they are."""
    if isinstance(scores, Ratings):
        return scores
    if not isinstance(scores, Mapping):
        path = Path(scores).expanduser()
        if not path.is_file():
            raise AnimelibError(f"There are no ratings at {shown(path)}: check the path, or rate some pictures first.")
        return read_ratings(path, pictures)
    folder = Path(pictures).expanduser() if pictures is not None else Path()
    paths = [folder / name for name in scores]  # a whole path stays what it is
    for path, score in zip(paths, scores.values(), strict=True):
        if not LOWEST <= score <= HIGHEST:
            raise AnimelibError(f"The score of {shown(path)} is {score:g}, and scores go from {LOWEST} to {HIGHEST}.")
    rows = zip(map(str, scores), paths, map(float, scores.values()), digests_of(paths), strict=True)
    return Ratings(tuple(Rating(name, path, score, "", digest) for name, path, score, digest in rows))


# ---- the lines


def name_of(picture: Path, folder: Path) -> str:
    """Return how a table names a picture: by its path in the folder of pictures, or its whole path."""
    whole, root = picture.absolute(), folder.absolute()
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else str(whole)


def _add(path: str | Path, picture: str | Path, word: str, pictures: str | Path | None) -> Rating:
    path = Path(path).expanduser()
    folder = Path(pictures).expanduser() if pictures is not None else path.parent
    lies = Path(picture).expanduser()
    lies = lies if lies.exists() else folder / lies
    digest = digest_of(lies)
    if not digest:
        raise AnimelibError(f"There is no picture at {shown(lies)} that can be read: check the path.")
    cells = {"picture": quoted(name_of(lies, folder)), "score": word, "time": now(), "digest": digest}
    add_click(path, COLUMNS, cells, _is_sound)
    return Rating(name_of(lies, folder), lies, _score(word), cells["time"], digest)


def _with_contents(path: Path, folder: Path) -> list[tuple[Rating, bool]]:
    """Return each line as a click, with whether it takes one back; a digest that the table does not tell is read."""
    lines = read_clicks(path, COLUMNS) if path.exists() else []
    rows = [_click(line, folder) for line in lines if line.whole or _is_sound(line)]
    unknown = [click.path for click, _ in rows if not click.digest]
    read = dict(zip(unknown, digests_of(unknown), strict=True))
    return [(replace(click, digest=click.digest or read[click.path]), taken_back) for click, taken_back in rows]


def _is_sound(line: Line) -> bool:
    """Tell whether a line is one that could have been meant so, even if it does not end as a line does."""
    word = line.cells["score"].lower()
    return bool(line.cells["picture"]) and (word == SKIP or LOWEST <= _score(word) <= HIGHEST)


def _click(line: Line, folder: Path) -> tuple[Rating, bool]:
    name, word = unquoted(line.cells["picture"]), line.cells["score"].lower()
    if not name:
        raise AnimelibError(f"{line} names no picture: write one, or take the line out.")
    if word and not _is_sound(line):
        told = f"{line} gives {shown(name)} the score {shown(word)}"
        raise AnimelibError(f"{told}: correct it to a number from {LOWEST} to {HIGHEST}, or take the line out.")
    path = folder / Path(name).expanduser()  # a whole path stays what it is
    return Rating(name, path, _score(word), line.cells["time"], line.cells["digest"].lower()), not word


def _score(word: str) -> float:
    try:
        return float(word.replace(",", "."))
    except ValueError:
        return math.nan


def _last_of(clicks: Sequence[Rating], key: str) -> int | None:
    return next((place for place in range(len(clicks) - 1, -1, -1) if clicks[place].key == key), None)


def _found(clicks: Sequence[Rating], folder: Path) -> list[Rating]:
    """Return clicks with the paths where the pictures lie now, found by their content where they were moved or renamed."""
    lost = {click.key for click in clicks if click.digest and not click.path.exists()}
    if not lost or not folder.is_dir():
        return list(clicks)
    paths = pictures_in(folder)
    lies = {digest: path for path, digest in zip(paths, digests_of(paths), strict=True) if digest in lost}
    return [replace(click, path=lies.get(click.key, click.path)) for click in clicks]
