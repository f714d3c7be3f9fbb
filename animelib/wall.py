"""What a taste comes to: a wall of the pictures that are liked best, a folder of them, and how guesses fall by what was given.

Pictures keep their shape and stay where they are. How scores come about is `taste`'s affair, how figures look `sheets`'.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from .atomic import UMASK
from .errors import AnimelibError
from .folders import shown
from .ratings import HIGHEST, LOWEST
from .sheets import BLUE, GREY, PALE, WIDTH, Sheet, head, paper, quiet_style, tell_source, thumbnail
from .staging import numbered, writing_to
from .taste import Scored, Scores, Taste
from .taste_report import spearman
from .words import say

HIGH, HIGHER = 1.5, 2.6  # inches that a row of the wall is high, about and at the most
GAP, EDGE, LABEL = 0.08, 0.06, 0.42  # inches between pictures, round all, and below each for its score
SLIMMEST, BROADEST = 0.5, 2.5  # width to height: beyond that a picture stands on white, so that neither is lost
DOTS = 420  # pixels of a picture's longer side
BOLD = {"family": "DejaVu Sans", "weight": "bold", "fontsize": 10.5, "color": "#222222"}  # the Japanese font has no bold
NAME = 60  # letters of a picture's name that its copy keeps, beside its ending
FEW = 5  # guesses from which on a box says more than they do themselves


@quiet_style()
def show_wall(
    scores: Taste | Scores | Mapping[str | Path, float] | Sequence[str | Path], count: int = 24, *, source: str = ""
) -> Sheet:
    """Show the ``count`` best pictures as a wall, the best first, with the score of each and its range.

    scores: a fitted `Taste`, which is asked what it recommends; what its ``score`` or ``recommend`` gave; ``{picture: score}``;
    or paths alone, whose order stays. A picture that cannot be opened is told and left out. source: where the pictures come from,
    said below where it is given.

    Raises AnimelibError when there is no picture to show.

        show_wall(taste)
    """
    rows, thumbs = _opened(_best(scores, count))
    if not rows:
        raise AnimelibError("There is no picture for the wall: score a folder that holds pictures, taste.score(folder).")
    places, high = _wall([np.clip(thumb.shape[1] / thumb.shape[0], SLIMMEST, BROADEST) for thumb in thumbs])
    top, below = 0.56, 0.3 if source else 0
    sheet = Sheet(figsize=(WIDTH, top + high + below))
    axes = paper(sheet)
    for place, (row, thumb, (x, y, w, h)) in enumerate(zip(rows, thumbs, places, strict=True), 1):
        _hang(axes, thumb, (x, top + y, w, h))
        if not np.isnan(row.score):
            axes.text(x, top + y + h + 0.14, f"{row.score:.1f}", va="center", **BOLD)
        axes.text(x + w, top + y + h + 0.14, str(place), va="center", ha="right", fontsize=8, color=GREY)
        if row.high > row.low:
            axes.text(x, top + y + h + 0.29, f"{row.low:.1f}–{row.high:.1f}", va="center", fontsize=8, color=GREY)
    width, height = sheet.get_size_inches()
    axes.set(xlim=(0, width), ylim=(height, 0))  # which pictures move
    axes.text(EDGE, 0.1, _told(rows), va="top", fontsize=10.5, linespacing=1.35)
    tell_source(sheet, source)
    return sheet


def save_best(
    scores: Taste | Scores | Mapping[str | Path, float], folder: str | Path, count: int = 24, *, links: bool = False
) -> Path:
    """Copy the ``count`` best pictures into a new folder, numbered from the best on, and return the folder.

    scores: as in `show_wall`. A folder of this name that is there already stays as it is, and the new one gets a number. links:
    put links to the pictures there instead of copies. The pictures themselves are not touched.

    Raises AnimelibError when a picture is not there, nothing can be written, or this disk has no links; nothing is left then.

        save_best(taste, "my_favourites", 50)
    """
    rows, wanted = _best(scores, count), Path(folder).expanduser()
    if not rows:
        raise AnimelibError("There is no picture to save: score a folder that holds pictures, taste.score(folder).")
    for row in rows:
        if not row.path.is_file():
            raise AnimelibError(f"There is no picture at {shown(row.path)}: score the folder again.")
    with writing_to(wanted.parent):
        wanted.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=".", suffix=".part", dir=wanted.parent))
        try:
            for place, row in enumerate(rows, 1):
                _put(row.path, part / f"{place:0{len(str(len(rows)))}d}_{row.path.stem[:NAME]}{row.path.suffix}", links)
            made = next(path for path in numbered(wanted) if not os.path.lexists(path))
            part.chmod(0o777 & ~UMASK)  # only the owner may enter what mkdtemp makes
            part.rename(made)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    print(say("best_linked" if links else "best_copied", count=len(rows), folder=shown(made)))
    return made


@quiet_style()
def plot_predictions(given: Sequence[float], guessed: Sequence[float], *, source: str = "") -> Sheet:
    """Plot how guessed scores fall for each score that was given: a dot for each picture, a box round the middle half.

    given, guessed: (N,). What learned rightly rises along the line. It is the figure by which the article on scoring drawn girls
    judges its three years.

    Raises AnimelibError when there are no scores, or not as many guesses.

        report = how_well(taste)
        plot_predictions(report.given, report.guessed)
    """
    given, guessed = np.asarray(given, float), np.asarray(guessed, float)
    if given.shape != guessed.shape or not given.size:
        told = f"There are {given.size} given scores and {guessed.size} guessed ones"
        raise AnimelibError(f"{told}: give one guess for each score, and one score at the least.")
    whole = np.clip(np.rint(given), LOWEST, HIGHEST)
    sheet = Sheet(figsize=(WIDTH, 4.0))
    axes = sheet.subplots()
    axes.plot([LOWEST, HIGHEST], [LOWEST, HIGHEST], color=PALE, linewidth=2, zorder=0)
    scores = range(LOWEST, HIGHEST + 1)
    for score in scores:
        its = guessed[whole == score]
        aside = 0.26 * np.random.default_rng(score).uniform(-1, 1, len(its))
        axes.scatter(score + aside, its, s=16, color=BLUE, alpha=0.4, linewidths=0)
        if len(its) >= FEW:
            line = {"color": "#222222", "linewidth": 1.3}
            how = {"boxprops": line, "whiskerprops": line, "capprops": line, "medianprops": line | {"linewidth": 2.6}}
            axes.boxplot(its, positions=[score], widths=0.62, showfliers=False, manage_ticks=False, **how)
    counts = [say("predictions_count", count=int((whole == score).sum())) for score in scores]
    axes.set_xticks(list(scores), [f"{score}\n{count}" for score, count in zip(scores, counts, strict=True)])
    axes.set(xlabel=say("predictions_given"), ylabel=say("predictions_guessed"), xlim=(0.5, 5.5), ylim=(0.8, 5.2))
    axes.set_yticks(list(scores))
    agreement = spearman(given, guessed)
    told = "–" if np.isnan(agreement) else f"{agreement:.2f}".replace("-", "−")
    head(sheet, say("predictions_head", count=len(given), spearman=told))
    tell_source(sheet, source)
    return sheet


# ---- which, and where


def _best(scores: Taste | Scores | Mapping[str | Path, float], count: int) -> list[Scored]:
    """Return the best, the best first; what a taste recommends is spread, so that not all are alike."""
    if isinstance(scores, (Taste, Scores)):
        rows = list(scores.recommend(count) if isinstance(scores, Taste) else scores)
        if not rows and isinstance(scores, Taste) and len(scores.seen):
            raise AnimelibError("All pictures were rated, so there is none to recommend: add new ones to the folder.")
    else:
        given = scores if isinstance(scores, Mapping) else dict.fromkeys(scores, np.nan)
        rows = [Scored(Path(path).expanduser(), float(score), float(score), float(score)) for path, score in given.items()]
    return sorted(rows, key=lambda row: -np.nan_to_num(row.score))[:count]


def _told(rows: Sequence[Scored]) -> str:
    """Return what stands above the wall: guesses have a range, ratings are what they are, and paths have no score."""
    if np.isnan(rows[0].score):
        return say("wall_plain", count=len(rows))
    return say("wall_head" if any(row.high > row.low for row in rows) else "wall_rated", count=len(rows))


def _opened(rows: Sequence[Scored]) -> tuple[list[Scored], list[np.ndarray]]:
    found = []
    for row in rows:
        try:
            found.append((row, thumbnail(row.path, DOTS)))
        except AnimelibError as reason:
            print(say("left_out", reason=reason))
    return [row for row, _ in found], [thumb for _, thumb in found]


def _wall(shapes: Sequence[float]) -> tuple[list[tuple[float, float, float, float]], float]:
    """Return where pictures hang, as x, y, width, height in inches from the top left, and how high the wall is.

    shapes: width to height of each. Rows are as wide as the sheet, and about as high as each other.
    """
    wide = WIDTH - 2 * EDGE
    ends = np.cumsum(shapes)
    rows = max(1, round(ends[-1] * HIGH / wide))
    row_of = ((ends - np.array(shapes) / 2) / ends[-1] * rows).astype(int)
    places, y = [], 0.0
    for row in np.unique(row_of):
        its = [shape for shape, mine in zip(shapes, row_of == row, strict=True) if mine]
        high, x = min(HIGHER, (wide - GAP * (len(its) - 1)) / sum(its)), EDGE
        for shape in its:
            places.append((x, y, shape * high, high))
            x += shape * high + GAP
        y += high + LABEL
    return places, y


def _hang(axes: object, thumb: np.ndarray, place: tuple[float, float, float, float]) -> None:
    """Show a picture in its place, whole: at the lower edge where it is broader, in the middle where it is slimmer."""
    x, y, wide, high = place
    shape = thumb.shape[1] / thumb.shape[0]
    w, h = min(wide, high * shape), min(high, wide / shape)
    left, top = x + (wide - w) / 2, y + high - h
    axes.imshow(thumb, extent=(left, left + w, top + h, top), aspect="auto", interpolation="antialiased")


def _put(picture: Path, to: Path, links: bool) -> None:
    if not links:
        shutil.copy2(picture, to)
        return
    try:
        to.symlink_to(picture.resolve())
    except OSError as reason:
        told = f"No links can be made in {shown(to.parent.parent)} ({reason.strerror})"
        raise AnimelibError(f"{told}: take copies, links=False.") from None
