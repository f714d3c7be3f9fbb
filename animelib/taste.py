"""Taste: what somebody likes, learned from some clicks; a score for any picture, what to ask about next, what to show.

What a pretrained network sees in the whole picture and in its face, the light and the colours are four views of it; a Gaussian
process on them (`gaussian_process`) turns ratings into expected scores and says how sure it is. It goes after the article on
scoring drawn girls, whose author rated 12,000 pictures. Ratings are kept by `ratings`; how good all this is, `taste_report` says.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from .atomic import replacing, write_text
from .boxes import csv_text
from .detector import SHIPPED, detect_faces
from .division import near_duplicates
from .errors import AnimelibError
from .faces import Detector
from .folders import shown, some_pictures_in
from .gaussian_process import STRIP, Kernel, Process, Views, covering_order, doubts, learn, teaching_order
from .impressions import Impressions, Looking, look_at, look_at_one
from .lab import Lab
from .lists import quoted
from .ratings import HIGHEST, LOWEST, Rating, Ratings, ratings_of
from .tables import aligned
from .views import SEVERAL, Scaling
from .words import say

TOGETHER = 2048  # pictures that are not kept in memory are scored together
COMPARED = 300  # rated pictures with which it is compared what is to be recommended
ASKED = 1200  # pictures among which it is chosen what to ask about
OVERVIEW = 20  # ratings before which it is asked about what stands for most others, and after which about what is in doubt
SURE = 1.2816  # standard deviations on either side that hold 80%
ALIKE = 0.5  # of the spread of scores is what a picture loses that is just like one recommended before it
CARD = "taste.json"
FORMAT = 1


@dataclass(frozen=True)
class Scored:
    """One picture: the ``score`` that is expected, 1-5; in four of five cases yours would lie from ``low`` to ``high``."""

    path: Path
    score: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{shown(self.path.name)}: {self.score:.1f} ({self.low:.1f}-{self.high:.1f})"


@dataclass(frozen=True, eq=False)
class Scores(Sequence):
    """Pictures with their scores: ``paths``; ``score``, ``low`` and ``high``, float (N,), as in `Scored`, which each row is;
    ``left_out``: a sentence for each picture that could not be read."""

    paths: tuple[Path, ...]
    score: np.ndarray
    low: np.ndarray
    high: np.ndarray
    left_out: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, row: int) -> Scored:
        return Scored(self.paths[row], *(float(its[row]) for its in (self.score, self.low, self.high)))

    def some(self, rows: Sequence[int]) -> "Scores":
        """Return those of some rows, in this order."""
        rows = np.asarray(rows, int)
        paths = tuple(self.paths[row] for row in rows)
        return Scores(paths, self.score[rows], self.low[rows], self.high[rows], self.left_out)

    def best(self, count: int | None = None) -> "Scores":
        """Return the ``count`` best, or all, the best first.

            taste.score("new_pictures").best(20)
        """
        return self.some(np.argsort(-self.score, kind="stable")[:count])

    def csv(self) -> str:
        """Return picture, score, low and high of each row as comma-separated lines."""
        rows = [[quoted(str(row.path)), *(f"{value:.3f}" for value in (row.score, row.low, row.high))] for row in self]
        return csv_text([("picture", "score", "low", "high"), *rows])

    def save(self, path: str | Path) -> Path:
        """Write all rows as CSV, and return the path.

            taste.score("new_pictures").best().save("scores.csv")
        """
        text = self.csv()
        return write_text(Path(path).expanduser(), text if text.isascii() else f"\ufeff{text}")  # the mark is for Excel

    def __str__(self) -> str:
        heads = [say("column_path"), say("column_score"), say("column_range")]
        rows = [[shown(row.path), f"{row.score:.2f}", f"{row.low:.1f}-{row.high:.1f}"] for row in self]
        return aligned([heads, *rows])

    __repr__ = __str__


def _behind_each_other(parts: Sequence[Scores]) -> Scores:
    joined = [np.concatenate([np.zeros(0), *(getattr(part, name) for part in parts)]) for name in ("score", "low", "high")]
    paths, left_out = (tuple(its for part in parts for its in getattr(part, name)) for name in ("paths", "left_out"))
    return Scores(paths, *joined, left_out)


class Taste:
    """What somebody likes among ``pictures``, a folder, a Lab or a list of paths; without any it can still be asked for scores.

    backbone: the network that looks at pictures, a name of `backbone_table`, or None for light and colours alone; ``weights`` as
    in `load_backbone`. faces: whether faces are looked at by themselves. detect: what finds them, by default `detect_faces`.
    several: where a picture has more than one, their ``"mean"`` counts, the ``"largest"``, or the one liked ``"best"``.

    The pictures are looked at once, when that is first needed, and what was seen is kept.

        taste = Taste("my_pictures").fit("ratings.csv")
        print(taste.recommend(12))
    """

    def __init__(
        self,
        pictures: Lab | str | Path | Sequence[str | Path] | None = None,
        *,
        backbone: str | None = "mobilenet_v2",
        weights: str | None = "imagenet",
        faces: bool = True,
        detect: Detector | None = None,
        several: str = "mean",
    ):
        if faces and detect is None and not SHIPPED.is_file():
            told = "This copy of animelib came without its face detector (weights/faces.npz)"
            raise AnimelibError(f"{told}: install it again, or go without, Taste(..., faces=False).")
        if several not in SEVERAL:
            raise AnimelibError(f"several is {several!r}, which is not one of {', '.join(SEVERAL)}: choose one of these.")
        pictures = pictures.pictures if isinstance(pictures, Lab) else pictures
        self.folder = Path(pictures).expanduser() if isinstance(pictures, (str, Path)) else None
        self._pictures = pictures
        self.looking = Looking(backbone, weights, (detect or detect_faces) if faces else None)
        self.several = several
        self.ratings = Ratings(())
        self._scaling: Scaling | None = None
        self._process: Process | None = None
        self._rated: tuple[Impressions, np.ndarray] | None = None  # as `rated` found it after the last fit
        self._all: Scores | None = None  # what was told of all pictures after the last fit

    @cached_property
    def seen(self) -> Impressions:
        """What was seen in the pictures; the first time they are looked at."""
        paths = some_pictures_in(self.folder) if self.folder else self._pictures or []
        return look_at(paths, self.looking)

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {digest: row for row, digest in reversed(list(enumerate(self.seen.digests)))}

    @property
    def scaling(self) -> Scaling:
        """How what was seen is brought to one measure."""
        if self._scaling is None:
            self._scaling = Scaling.of(self.seen)
        return self._scaling

    @property
    def noise(self) -> float:
        """By how much one click strays from what is meant (standard deviation), as far as the ratings tell."""
        return float(np.sqrt(self.kernel.noise))

    @property
    def kernel(self) -> Kernel:
        """How much each view counts, as far as the ratings tell."""
        return self._believed().kernel

    @property
    def weights(self) -> dict[str, float]:
        """What share of the likings the whole picture, the face, the light and the colours account for, as far as ratings tell.

            taste.weights  # {"whole": 0.31, "face": 0.42, "light": 0.08, "colours": 0.19}
        """
        strengths = self.kernel.strengths.reshape(-1, 2).sum(axis=1)
        return dict(zip(self.scaling.names, (strengths / strengths.sum()).tolist(), strict=True))

    def fit(self, ratings: Ratings | Mapping[str | Path, float] | str | Path) -> "Taste":
        """Learn from ratings, and return itself.

        ratings: the path of a table, `read_ratings`' result, `scores_of_choices`' or ``{picture: score}``. Each picture's latest
        rating counts. A rated picture that is not among the pictures is looked at too; one that is nowhere is told and left out.

        Raises AnimelibError when no rated picture can be found.

            taste.fit("ratings.csv")
        """
        self.ratings, self._rated = ratings_of(ratings, self.folder), None
        rated, scores = self.rated()
        if not len(scores):
            raise AnimelibError("There is no rating of any picture that can be found: rate some pictures, or check the folder.")
        if not len(self.seen):
            self._scaling = Scaling.of(rated)
        self._process, self._all = learn(self.views_of(rated), scores), None
        return self

    def rated(self) -> tuple[Impressions, np.ndarray]:
        """Return what was seen in the rated pictures that can be found, and their scores, float (N,)."""
        if self._rated is None:
            self._rated = self._found()
        return self._rated

    def _found(self) -> tuple[Impressions, np.ndarray]:
        latest = self.ratings.latest
        here = [key for key in latest if key in self._row_of]
        seen = self.seen.some(np.array([self._row_of[key] for key in here], int))
        others = still_there(rating for key, rating in latest.items() if key not in self._row_of)
        if others:
            beside = look_at([rating.path for rating in others], self.looking)
            seen = seen.joined(beside)
            key_of = {rating.path: rating.key for rating in others}
            here += [key_of[path] for path in beside.paths]
        return seen, np.array([latest[key].score for key in here], float)

    def score(self, pictures: object = None) -> Scores:
        """Return the scores of pictures: of a folder, a list of paths, one picture (anything that `open_image` opens), or of all.

        In four of five cases a rating of yours would lie in the interval that is told. Raises AnimelibError when nothing was
        rated yet.

            taste.score("new.png")[0].score
        """
        self._check_fitted()
        if pictures is None:
            self._all = self._all or self._scored(self.seen)
            return self._all
        if isinstance(pictures, (str, Path)) and Path(pictures).expanduser().is_dir():
            pictures = some_pictures_in(Path(pictures).expanduser())
        if isinstance(pictures, (list, tuple)):
            strips = [pictures[start : start + TOGETHER] for start in range(0, len(pictures), TOGETHER)]
            return _behind_each_other([self._scored(look_at(strip, self.looking)) for strip in strips])
        one = self._scored(look_at_one(pictures, self.looking))
        return Scores((Path(pictures) if isinstance(pictures, (str, Path)) else Path(),), one.score, one.low, one.high)

    def next_to_rate(self, count: int = 1) -> list[Path]:
        """Return the pictures about which to ask next, the one that teaches most first, spread over all pictures.

        At first they are those that stand for most others, after 20 ratings those whose scores would settle most of what is in
        doubt. Rated or passed over they are not asked about again.

            taste.next_to_rate(5)
        """
        done = set(self.ratings.latest) | self.ratings.skipped
        random = np.random.default_rng(len(done))
        rows = np.sort(random.permutation(len(self.seen))[:ASKED])
        free = np.array([self.seen.digests[row] not in done for row in rows], bool)
        views = self.views_of(self.seen.some(rows))
        rated, scores = self.rated()
        if len(scores) < OVERVIEW:
            order = covering_order(self.views_of(rated), views, free, count)
        else:
            order = teaching_order(doubts(self.views_of(rated), scores, views, self.kernel), self.kernel.noise, free, count)
        return [self.seen.paths[rows[place]] for place in order]

    def next_to_ask_again(self, count: int = 1) -> list[Path]:
        """Return rated pictures to ask about a second time, the one rated longest ago first, each only once.

        Two answers to the same question say how far clicks stray, and so how well anybody could know them.

            taste.next_to_ask_again()
        """
        return [rating.path for rating in self.ratings.once if rating.path.exists()][:count]

    def recommend(self, count: int = 12, *, leave_out: Sequence[str | Path] = ()) -> Scores:
        """Return the pictures that are probably liked best of those not rated, nor in ``leave_out``, the best first.

        No two of them are nearly the same, nor nearly one that was rated, and what is much like a better one has to be so much
        better. Raises AnimelibError when nothing was rated yet.

            taste.recommend(12)
        """
        scores = self.score()
        hidden = {Path(path).expanduser().absolute() for path in leave_out}
        fresh = [digest not in self.ratings.latest and path.absolute() not in hidden for digest, path in self._named()]
        order = np.argsort(-scores.score, kind="stable")
        rows = order[np.array(fresh, bool)[order]][: 5 * count + 20]
        rows = rows[_first_of_each(self.seen.thumbs[rows], self._liked_thumbs())]
        views = self.views_of(self.seen.some(rows))
        chosen = _spread(scores.score[rows], self._believed().kernel(views, views), count, ALIKE * scores.score.std())
        return scores.some(rows[chosen])

    def save(self, path: str | Path) -> Path:
        """Write what was learned as one ``.npz`` file, with the ratings in it, and return its path.

        Raises AnimelibError for another name, or when nothing was rated yet.

            taste.save("my_taste.npz")
        """
        path = Path(path).expanduser()
        if path.suffix != ".npz":
            raise AnimelibError(f"A taste is saved under a name that ends in .npz, and {shown(path.name)} does not.")
        self._check_fitted()
        own = self.looking.detect is not None and self.looking.detect is not detect_faces
        card = {"format": FORMAT, "backbone": self.looking.backbone, "weights": self.looking.weights, "several": self.several}
        card |= {"faces": self.looking.detect is not None, "own_detector": own, "noise": self._process.kernel.noise}
        card |= {"rated": self._process.rated}
        card |= {"ratings": [asdict(click) | {"path": str(click.path)} for click in self.ratings.clicks]}
        with replacing(path) as temporary:
            np.savez(temporary, **_arrays(self._process, self.scaling))
            with zipfile.ZipFile(temporary, "a") as archive:
                archive.writestr(CARD, json.dumps(card, ensure_ascii=False))
        return path

    @classmethod
    def load(
        cls, path: str | Path, pictures: Lab | str | Path | Sequence | None = None, *, detect: Detector | None = None
    ) -> "Taste":
        """Open a file that `save` wrote; ``pictures`` and ``detect`` as when it was made.

        Raises AnimelibError when it is not there, is not whole, or wants a detector of yours.

            Taste.load("my_taste.npz").score("new.png")
        """
        path = Path(path).expanduser()
        if not path.is_file():
            raise AnimelibError(f"There is no taste at {shown(path)}: check the path.")
        try:
            with zipfile.ZipFile(path) as archive:
                card = json.loads(archive.read(CARD))
            with np.load(path) as arrays:
                held = {name: arrays[name] for name in arrays.files if name != CARD}
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            raise AnimelibError(f"{shown(path)} is no whole taste: Taste.save writes one; copy it again.") from None
        if card["format"] > FORMAT:
            raise AnimelibError(f"{shown(path)} was written by a newer animelib: update animelib.")
        if card["own_detector"] and detect is None:
            raise AnimelibError(f"{shown(path)} was made with a face detector of your own: give it again, detect=...")
        how = {name: card[name] for name in ("backbone", "weights", "faces", "several")}
        taste = cls(pictures, detect=detect, **how)
        taste._process, taste._scaling = _read(held, card)
        clicks = [Rating(**click | {"path": Path(click["path"])}) for click in card["ratings"]]
        taste.ratings = Ratings(tuple(clicks))
        return taste

    def __repr__(self) -> str:
        return say("taste_line", count=len(self.ratings), backbone=self.looking.backbone)

    def views_of(self, seen: Impressions) -> Views:
        """Return the views of pictures, one row for each; of faces among which the best counts, the largest stands for all."""
        return self.scaling.views(seen, "largest" if self.several == "best" else self.several)[0]

    def _named(self) -> Iterator[tuple[str, Path]]:
        return zip(self.seen.digests, self.seen.paths, strict=True)

    def _liked_thumbs(self) -> np.ndarray:
        """Return the pictures rated best, in small and grey: what is to be recommended can only be a copy of one of these."""
        liked = sorted(self.ratings.latest.items(), key=lambda item: -item[1].score)
        return self.seen.thumbs[[self._row_of[key] for key, _ in liked if key in self._row_of][:COMPARED]]

    def _believed(self) -> Process:
        if self._process is not None:
            return self._process
        views = self.views_of(self.seen.some(np.zeros(0, int)))
        return learn(views, np.zeros(0), Kernel.usual(len(views)))

    def _check_fitted(self) -> None:
        if self._process is None:
            raise AnimelibError("Nothing was rated yet: rate some pictures, then taste.fit(ratings).")

    def _scored(self, seen: Impressions) -> Scores:
        mean, variance = expected(self._process, self.scaling, seen, self.several)
        score, low, high = reach_of(mean, variance + self._process.kernel.noise)
        return Scores(seen.paths, score, low, high, seen.left_out)


def still_there(ratings: Iterable[Rating]) -> list[Rating]:
    """Return those whose picture is there; of which it is nowhere to be found is told."""
    there, gone = [], []
    for rating in ratings:
        (there if rating.path.exists() else gone).append(rating)
    if gone:
        print(say("ratings_gone", count=len(gone), name=shown(gone[0].picture)))
    return there


def expected(process: Process, scaling: Scaling, seen: Impressions, several: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the expected score of pictures, (N,), and the variance of what would be meant.

    several: of the faces in a picture, their mean, the largest, or the one liked best.
    """
    found = [(np.zeros(0), np.zeros(0))]
    for start in range(0, len(seen), STRIP):
        rows = np.arange(start, min(start + STRIP, len(seen)))
        views, owner = scaling.views(seen.some(rows), several)
        mean, variance = process.predict(views)
        order = np.lexsort((-mean, owner))
        first = order[np.searchsorted(owner[order], np.arange(len(rows)))]
        found.append((mean[first], variance[first]))
    means, variances = zip(*found, strict=True)
    return np.concatenate(means), np.concatenate(variances)


def reach_of(mean: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return scores, 1-5, and from where to where four of five ratings would lie."""
    reach = SURE * np.sqrt(variance)
    return tuple(np.clip(side, LOWEST, HIGHEST) for side in (mean, mean - reach, mean + reach))


# ---- choosing


def _first_of_each(thumbs: np.ndarray, rated: np.ndarray) -> np.ndarray:
    """Return the rows of pictures that are no near-duplicates of an earlier one, nor of one that was rated."""
    groups = near_duplicates(np.concatenate([rated, thumbs]))
    _, first = np.unique(groups, return_index=True)
    return np.sort(first[first >= len(rated)] - len(rated))


def _spread(scores: np.ndarray, likeness: np.ndarray, count: int, cost: float) -> np.ndarray:
    """Return places, the best first, where likeness to those before costs up to so much (maximal marginal relevance)."""
    spread = np.sqrt(likeness.diagonal())
    likeness = likeness / np.outer(spread, spread)
    chosen: list[int] = []
    nearest = np.zeros(len(scores))
    for _ in range(min(count, len(scores))):
        worth = scores - cost * nearest
        worth[chosen] = -np.inf
        chosen.append(int(worth.argmax()))
        nearest = np.maximum(nearest, likeness[chosen[-1]])
    return np.array(chosen, int)


# ---- the file


def _arrays(process: Process, scaling: Scaling) -> dict[str, np.ndarray]:
    lists = {"landmarks": process.landmarks, "middles": scaling.middles, "scales": scaling.scales}
    named = {f"{name}_{place}": row for name, rows in lists.items() for place, row in enumerate(rows)}
    parts = {name: getattr(process, name) for name in ("root", "inner", "weights")}
    return {"strengths": process.kernel.strengths, **parts, **named}


def _read(held: Mapping[str, np.ndarray], card: Mapping[str, object]) -> tuple[Process, Scaling]:
    def rows(name: str) -> tuple[np.ndarray, ...]:
        return tuple(held[f"{name}_{place}"] for place in range(len([key for key in held if key.startswith(f"{name}_")])))

    parts = {name: held[name] for name in ("root", "inner", "weights")}
    process = Process(Kernel(held["strengths"], card["noise"]), rows("landmarks"), rated=card["rated"], **parts)
    return process, Scaling(rows("middles"), rows("scales"))
