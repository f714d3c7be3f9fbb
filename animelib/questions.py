"""What to ask a person next: about one picture, or which of two; and each answer on disk at once.

The table is all that is remembered, so a notebook that is closed, or whose kernel is started again, goes on where it was. Where
there is a taste it learns beside the person, who never waits for it. How this looks in a notebook is `rating_widget`'s affair.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from .clicks import now
from .contents import digest_of, digests_of
from .errors import AnimelibError
from .folders import open_image, shown, some_pictures_in
from .pairs import prefer, read_choices, strengths, undo_choice
from .ratings import Rating, Ratings, name_of, rate, read_ratings, skip_picture, undo_rating
from .words import say

if TYPE_CHECKING:
    from .taste import Taste

SHARE = 0.1  # of the pictures are asked about a second time
LATER = 20  # pictures that lie between, at the least
AHEAD = 12  # questions that a taste thinks of at once, for while it learns
EVERY = 5  # answers after which it learns again
FEWEST, GROWN = 10, 1.25  # ratings from which on it says how well it knows, and how many times more until it says so again
FOLDS = 5
LONGEST = 1100  # pixels of a picture's longer side on a page


@dataclass(frozen=True)
class Known:
    """How well a taste knows its rater: the rank correlation that is expected, with its 95% interval ``low`` to ``high``, and in
    words; ``more``: what more clicks would bring."""

    value: float
    low: float
    high: float
    words: str
    more: str = ""


class RatingQuestions:
    """The pictures to rate and what was said of them; ``path`` and ``image`` are of the one that is on, or None at the end.

    ``broken``: why some cannot be asked about. ``clicks``: the answers that count. ``tutor``: what learns beside, or None.

        questions = RatingQuestions("my_pictures", "ratings.csv")
        questions.rate(5)
    """

    def __init__(
        self,
        folder: str | Path,
        ratings: str | Path = "ratings.csv",
        pictures: Iterable[str | Path] | None = None,
        taste: "Taste | None" = None,
        twice: float = SHARE,
    ):
        if not 0 <= twice <= 1:
            raise AnimelibError(f"twice is {twice:g}: give the share of pictures to be asked about twice, from 0 to 1.")
        self.root, self.table, self.twice = Path(folder).expanduser(), _table(ratings), twice
        self.order = _chosen(self.root, pictures)
        self.clicks = list(read_ratings(self.table, self.root).clicks)
        self.broken: dict[Path, str] = {}
        self.path: Path | None = None
        self.image: Image.Image | None = None
        self._first: list[Path] = []
        self.tutor = Tutor(taste, self.order) if taste is not None else None
        self._advance()

    @property
    def ratings(self) -> Ratings:
        return Ratings(tuple(self.clicks))

    @property
    def today(self) -> int:
        """How many pictures were rated today."""
        return sum(rating.time[:10] == now()[:10] for rating in self.ratings.latest.values())

    @property
    def left(self) -> int:
        """How many pictures nothing was said of yet."""
        return len({*self.order} - {click.path for click in self.clicks} - {*self.broken})

    def rate(self, score: float) -> None:
        """Give the picture that is on a score, 1-5, and go on.

        Raises AnimelibError when it cannot be written; nothing has changed then, save that a picture that is gone is passed over.
        """
        self._answer(lambda: rate(self.table, self.path, score, self.root))

    def skip(self) -> None:
        """Pass the picture that is on over, for good."""
        self._answer(lambda: skip_picture(self.table, self.path, self.root))

    def undo(self) -> None:
        """Take the last answer back, also one of an earlier day, and ask again."""
        taken_back = undo_rating(self.table, self.root)
        if taken_back is not None:
            self.clicks = list(read_ratings(self.table, self.root).clicks)
            self._first = [taken_back.path, *filter(None, [self.path]), *self._first]
            self._advance()

    # ---- going on

    def _answer(self, write: Callable[[], Rating]) -> None:
        if self.path is None:
            return
        try:
            self.clicks.append(write())
        except AnimelibError as reason:
            if self.path.exists():
                raise
            self.broken[self.path] = str(reason)
        self._advance()

    def _advance(self) -> None:
        """Put the next picture on that can be opened."""
        for path in self._candidates():
            if path in self._first:
                self._first.remove(path)
            with suppress(AnimelibError):
                self.path, self.image = path, _opened(path, self.broken)
                return
        self.path = self.image = None

    def _candidates(self) -> Iterator[Path]:
        """Yield what to ask about: what was taken back, what is due a second time, what a taste proposes, then all in order."""
        yield from [*self._first]
        yield from self._due_again()
        said, contents = {click.path for click in self.clicks}, {click.key for click in self.clicks}
        for path in [*(self.tutor.proposed if self.tutor else []), *self.order]:
            if path not in said and path not in self.broken and digest_of(path) not in contents:
                yield path

    def _due_again(self) -> Iterator[Path]:
        """Yield the pictures that were rated once, the earliest first, when it is time to ask about one again."""
        ratings = self.ratings
        if len(ratings.repeats) >= self.twice * (len(ratings) - LATER):
            return
        skipped = {click.key for click in self.clicks if math.isnan(click.score)}
        mine = {*self.order} - {*self.broken}
        yield from (rating.path for rating in ratings.once if rating.key not in skipped and rating.path in mine)


class Tutor:
    """A taste that learns beside the person who rates, in a thread of its own.

    ``proposed``: what it would ask next. ``known``: how well it knows, or None; ``fault``: why it cannot learn.
    """

    def __init__(self, taste: "Taste", pictures: Sequence[Path]):
        self.taste, self.fault = taste, ""
        self.known: Known | None = None
        self._mine = {path.absolute(): path for path in pictures}
        if not any(path.absolute() in self._mine for path in taste.seen.paths):
            raise AnimelibError("The taste knows none of these pictures: give Taste(...) the folder that you rate.")
        self.proposed = self._next()
        self._learned, self._told = 0, 0
        self._thread, self._work = ThreadPoolExecutor(1), Future()
        self._work.set_result(None)

    def learn(self, ratings: Ratings, then: Callable[[], None]) -> None:
        """Begin to learn from ratings, if that is due and it is not at it, and call ``then`` at the end."""
        if self._work.done() and (len(ratings) - self._learned >= EVERY or (ratings.latest and not self._learned)):
            self._learned = len(ratings)
            self._work = self._thread.submit(self._learn, ratings, then)

    def wait(self) -> None:
        """Wait until it has learned."""
        self._work.result()

    def _learn(self, ratings: Ratings, then: Callable[[], None]) -> None:
        try:
            self.taste.fit(ratings)
            self.proposed, self.fault = self._next(), ""
            if len(ratings) >= max(FEWEST, GROWN * self._told):
                self.known, self._told = self._judged(), len(ratings)
        except Exception as reason:  # whatever it is, the person can go on rating
            self.fault = str(reason) or type(reason).__name__
        then()

    def _next(self) -> list[Path]:
        paths = self.taste.next_to_rate(AHEAD)
        return [self._mine[path.absolute()] for path in paths if path.absolute() in self._mine]

    def _judged(self) -> Known:
        from .taste_report import how_well  # loads Keras, which whoever rates without a taste can do without

        if len({rating.score for rating in self.taste.ratings.latest.values()}) == 1:
            return Known(0, 0, 0, say("meter_flat"))
        report = how_well(self.taste, folds=FOLDS, progress=False)  # a bar would come up below the widget
        figure = report.spearman
        return Known(figure.value, figure.low, figure.high, report.headline, report.advice)


class PairQuestions:
    """Pairs to choose from; ``pair`` are the paths of the two that are on, left and right, and ``images`` what they show, or ().

    Only ``count`` pictures are compared, so that each comes up several times: that which was asked about least, with the one that
    is liked about as much as far as is known. ``choices``: the answers that count.

        questions = PairQuestions("my_pictures", "choices.csv")
        questions.prefer(0)
    """

    def __init__(
        self,
        folder: str | Path,
        choices: str | Path = "choices.csv",
        pictures: Iterable[str | Path] | None = None,
        count: int = 40,
    ):
        self.root, self.table = Path(folder).expanduser(), _table(choices)
        self.choices = read_choices(self.table, self.root)
        order = _chosen(self.root, pictures)
        if pictures is None:
            begun = {rating.path for choice in self.choices for rating in (choice.better, choice.worse)} & {*order}
            begun.update([path for path in order if path not in begun][: max(0, count - len(begun))])
            order = [path for path in order if path in begun]
        self.path_of = {digest: path for digest, path in zip(digests_of(order), order, strict=True) if digest}
        self.broken: dict[Path, str] = {}
        self.pair: tuple[Path, ...] = ()
        self.images: tuple[Image.Image, ...] = ()
        self._advance()

    @property
    def answers(self) -> int:
        """How many pairs were answered."""
        return len({frozenset((choice.better.key, choice.worse.key)) for choice in self.choices})

    def prefer(self, side: int) -> None:
        """Say that the left picture (0) is liked better, or the right one (1), and go on."""
        if self.pair:
            self._write([(self.pair[side], self.pair[1 - side])])

    def equal(self) -> None:
        """Say that both are liked the same: each is better once."""
        if self.pair:
            self._write([self.pair, self.pair[::-1]])

    def undo(self) -> None:
        """Take the last answer back, and ask again."""
        for _ in range(2 if _is_tie(self.choices) else 1):
            undo_choice(self.table)
        self._read()

    def _write(self, answers: Sequence[tuple[Path, Path]]) -> None:
        try:
            for better, worse in answers:
                prefer(self.table, better, worse, self.root)
        except AnimelibError as reason:
            gone = [path for path in self.pair if not path.exists()]
            if not gone:
                raise
            self.broken |= dict.fromkeys(gone, str(reason))
        self._read()

    def _read(self) -> None:
        self.choices = read_choices(self.table, self.root)
        self._advance()

    def _advance(self) -> None:
        """Put the next pair on of which both can be opened."""
        while pair := self._next():
            with suppress(AnimelibError):
                self.pair, self.images = pair, tuple(_opened(path, self.broken) for path in pair)
                return
        self.pair, self.images = (), ()

    def _next(self) -> tuple[Path, ...]:
        """Return a pair that was not asked about yet, in an order that is by chance and yet always the same."""
        keys = [key for key, path in self.path_of.items() if path not in self.broken]
        asked = [(choice.better.key, choice.worse.key) for choice in self.choices]
        done, often = {frozenset(pair) for pair in asked}, Counter(key for pair in asked for key in pair)
        place = {key: row for row, key in enumerate(self.path_of)}
        rows = [(place[a], place[b]) for a, b in asked if a in place and b in place]
        won, lost = np.array(rows, int).reshape(-1, 2).T
        strength = strengths(won, lost, len(place))
        open_pairs = (pair for pair in combinations(keys, 2) if frozenset(pair) not in done)

        def cost(pair: tuple[str, str]) -> tuple:
            a, b = pair
            few, many = sorted((often[a], often[b]))
            return few, abs(strength[place[a]] - strength[place[b]]), many, place[a], place[b]

        best = min(open_pairs, key=cost, default=())
        mixed = Random("".join(best)).sample(best, len(best))  # neither side is the better one more often
        return tuple(self.path_of[key] for key in mixed)


def _table(path: str | Path) -> Path:
    path = Path(path).expanduser()
    if path.suffix.lower() != ".csv":
        raise AnimelibError(f"Answers are saved as a table: give a name that ends in .csv, not {shown(path.name)}.")
    return path


def _chosen(root: Path, pictures: Iterable[str | Path] | None) -> list[Path]:
    """Return the pictures to ask about: those named, in their order, or all in an order by chance that is always the same."""
    everything = some_pictures_in(root)
    if pictures is None:
        return Random(0).sample(everything, len(everything))
    paths = []
    for picture in map(Path, pictures):
        path = picture.expanduser() if picture.expanduser().is_file() else root / picture
        if not path.is_file():
            raise AnimelibError(f"There is no picture at {shown(path)}: check the path, or leave it out.")
        paths.append(root / name_of(path, root))  # as the table has it
    return list(dict.fromkeys(paths))


def _opened(path: Path, broken: dict[Path, str]) -> Image.Image:
    """Open a picture, no larger than a page needs, and note when that is not possible."""
    try:
        image = open_image(path, at_least=LONGEST)
    except AnimelibError as reason:
        broken[path] = str(reason)
        raise
    image.thumbnail((LONGEST, LONGEST))
    return image


def _is_tie(choices: Sequence) -> bool:
    """Tell whether the last answer was that two pictures are liked the same, which stands in two lines."""
    return len(choices) > 1 and (choices[-1].better.key, choices[-1].worse.key) == (choices[-2].worse.key, choices[-2].better.key)
