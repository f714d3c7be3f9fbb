"""Why did it answer that? As figures: where the network looks, and what moves its answer.

A picture is anything that `open_image` reads. The numbers come from `attention` and `trials`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import keras
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from matplotlib.ticker import MaxNLocator, PercentFormatter

from .attention import grad_cam, occlusion
from .changes import CHANGES
from .errors import AnimelibError
from .folders import to_array
from .models import outputs
from .neighbours import Memory
from .sheets import (
    BLUE,
    GREY,
    PALE,
    RIGHT,
    VERMILION,
    WIDTH,
    WRONG,
    Sheet,
    clip,
    head,
    quiet_style,
    show_pixels,
    spotlight,
    tell_source,
    unframe,
)
from .trials import Effect, Trials, judge_changes, try_changes
from .words import percent, points, say

if TYPE_CHECKING:
    from .evaluation import Report

LITTLE = 0.05  # of probability or of a map's height: less is next to nothing
MOST_BARS = 4


@quiet_style()
def show_grad_cam(model: keras.Model, picture: object, classes: Sequence[str], answer: str | None = None) -> Sheet:
    """Show where the network looks: the picture, and in colour what speaks for the right answer and for the guess.

    answer: the name of who it is. Without it, or when the guess is right, the second best guess is shown beside the best. Both
    maps have one scale, so that a pale one says that little speaks for it.

    Raises AnimelibError when `grad_cam` cannot look into the model; `explain_guess` can always.

        show_grad_cam(run.model, "who.png", data.classes, answer="rem")
    """
    names = _checked(model, classes, answer)
    pixels = to_array(picture, model.input_shape[1] or 64)
    probs = outputs(model, pixels[None])[0]
    guess, second = np.argsort(-probs)[:2]
    true = names.index(answer) if answer is not None else None
    labels = [true, guess] if true not in (None, guess) else [guess, second]
    sheet = Sheet(figsize=(WIDTH, 2.75))
    seen, *panels = sheet.subplots(1, 3)
    show_pixels(seen, pixels, "" if true is None else say("answer_was", name=clip(names[true], 14)))
    heats = [grad_cam(model, pixels, int(label)) for label in labels]
    told = [f"{clip(names[label], 14)} {percent(float(probs[label]))}" for label in labels]
    if true is not None:
        signs = [say("mark_right" if label == true else "mark_wrong") for label in labels]
        told = [f"{sign} {text}" for sign, text in zip(signs, told, strict=True)]
    spotlights(panels, pixels, heats, told)
    head(sheet, say("grad_cam_told"))
    return sheet


@quiet_style()
def explain_mistake(report: "Report", row: int, model: keras.Model, memory: Memory) -> Sheet:
    """Show all about one answer: the picture, the probabilities, what speaks for answer and guess, the most similar pictures.

    row: which picture of the report. memory: pictures that the model learned from, by `remember`. The probabilities are the
    report's; maps and likeness are the model's. Where `grad_cam` cannot look in, `occlusion` draws the maps.

        explain_mistake(report, report.mistakes[0], run.model, remember(run.model, data.train))
    """
    pixels, true, guess = report.images[row], int(report.truth[row]), int(report.guesses[row])
    labels = [true, guess] if true != guess else np.argsort(-report.probs[row])[:2].tolist()
    heats, how = heats_of(model, pixels, labels)
    sheet = Sheet(figsize=(WIDTH, 4.1))
    upper, lower = sheet.subfigures(2, 1, height_ratios=[2.3, 1.8])
    seen, bars, *panels = upper.subplots(1, 4, width_ratios=[1, 0.85, 1, 1])
    show_pixels(seen, pixels, say("answer_was", name=clip(report.classes[true], 12)))
    _bars(bars, report, row)
    signs = [say("mark_right" if label == true else "mark_wrong") for label in labels]
    names = [clip(report.classes[label], 12) for label in labels]
    spotlights(panels, pixels, heats, [f"{sign} {name}" for sign, name in zip(signs, names, strict=True)])
    head(upper, say(how))
    for axes, one in zip(lower.subplots(1, 5), memory.nearest(pixels, 5), strict=False):
        colour = RIGHT if one.label == true else WRONG
        show_pixels(axes, memory.split.images[one.row])
        axes.set_title(clip(report.classes[one.label], 11), fontsize=9.5, color=colour)
    head(lower, say("nearest_told"))
    return sheet


def heats_of(model: keras.Model, picture: np.ndarray, labels: Sequence[int]) -> tuple[list[np.ndarray], str]:
    """Return a map for each class and the key of the words for it: by Grad-CAM, or by occlusion where that cannot look in."""
    try:
        return [grad_cam(model, picture, label) for label in labels], "grad_cam_told"
    except AnimelibError:
        return [np.maximum(occlusion(model, picture, label), 0) for label in labels], "occlusion_maps_told"


@quiet_style()
def explain_guess(model: keras.Model, picture: object, classes: Sequence[str]) -> Sheet:
    """Try what the guess hangs on: without colours, with other hues, surroundings blurred, each corner and each part hidden.

    The sentence above names what moved the probabilities most. The black stroke in each bar is where it stood before.

        explain_guess(run.model, "who.png", data.classes)
    """
    names = _checked(model, classes)
    trials = try_changes(model, picture)
    heat = np.maximum(occlusion(model, trials.picture, int(trials.before.argmax())), 0)
    sheet = Sheet(figsize=(WIDTH, 8.6))
    sheet.get_layout_engine().set(w_pad=0.09)
    parts = sheet.subfigures(6, 2, height_ratios=[1.12] + [1] * 5, wspace=0.02).ravel()
    _trial(parts[0], trials, names, None)
    _occlusion(parts[1], trials.picture, heat, clip(names[int(trials.before.argmax())], 14))
    for part, change in zip(parts[2:], trials.probs, strict=False):
        _trial(part, trials, names, change)
    _key(parts[len(trials.probs) + 2])
    sheet.suptitle(_moved_most(trials, names), x=0.01, ha="left", fontsize=10.5)
    return sheet


@quiet_style()
def explain_guesses(model: keras.Model, report: "Report") -> Sheet:
    """Try on all pictures of a report what the guesses hang on: how much accuracy is lost by each change, with its interval.

    The model must not have learned from these pictures: give the report of `evaluate`.

        explain_guesses(run.model, evaluate(run.model, data))
    """
    effects = judge_changes(model, report)
    example = report.images[int(np.flatnonzero(report.guesses == report.truth)[0]) if report.accuracy else 0]
    sheet = Sheet(figsize=(WIDTH, 1.5 + 0.62 * len(effects)))
    _effects(sheet.subplots(), effects, example)
    sheet.suptitle(_effects_told(report, effects), x=0.01, ha="left", fontsize=10.5)
    tell_source(sheet, report.source)
    return sheet


def _checked(model: keras.Model, classes: Sequence[str], answer: str | None = None) -> list[str]:
    names = list(classes)
    if len(names) != model.output_shape[-1]:
        count = model.output_shape[-1]
        raise AnimelibError(f"The model answers with {count} classes and {len(names)} names are given: give one each.")
    if answer is not None and answer not in names:
        raise AnimelibError(f"There is no class {answer!r} here: the answer is one of {', '.join(names)}.")
    return names


def spotlights(panels: Sequence[Axes], pixels: np.ndarray, heats: Sequence[np.ndarray], titles: Sequence[str]) -> None:
    """Show the picture lit by each map, all on one scale."""
    most = max(float(heat.max()) for heat in heats)
    for axes, heat, title in zip(panels, heats, titles, strict=True):
        nothing = heat.max() <= LITTLE * most
        show_pixels(axes, spotlight(pixels, heat, most), f"{title}\n{say('grad_cam_nothing')}" if nothing else title)


def _bars(axes: Axes, report: "Report", row: int) -> None:
    """Draw the best probabilities of one answer with the names above the bars, the right class in blue."""
    order = np.argsort(-report.probs[row])[:5]
    colours = [RIGHT if k == report.truth[row] else WRONG if k == report.guesses[row] else GREY for k in order]
    axes.barh(range(len(order)), 1, color="#F0F0F0", height=0.3)
    axes.barh(range(len(order)), report.probs[row, order], color=colours, height=0.3)
    for place, k in enumerate(order):
        told = f"{clip(report.classes[k], 11)} {percent(float(report.probs[row, k]))}"
        axes.text(0, place - 0.24, told, va="bottom", fontsize=9)
    axes.set(xlim=(0, 1), ylim=(max(3, len(order) - 1) + 0.3, -0.9), xticks=[], yticks=[])
    unframe(axes)


def _shown_classes(trials: Trials) -> np.ndarray:
    """Return the numbers of the few classes that any answer gave most to, in the order of the classes."""
    most = np.max([trials.before, *trials.probs.values()], axis=0)
    return np.sort(np.argsort(-most, kind="stable")[:MOST_BARS])


def _trial(part: FigureBase, trials: Trials, names: Sequence[str], change: str | None) -> None:
    """Show one change: the picture, and the probabilities as bars with a stroke where they stood before."""
    picture, after = (trials.pictures[change], trials.probs[change]) if change else (trials.picture, trials.before)
    left, right = part.subplots(1, 2, width_ratios=[1, 1.9])
    show_pixels(left, picture)
    shown, answer, guess = _shown_classes(trials), int(after.argmax()), int(trials.before.argmax())
    colours = [(BLUE if k == guess else VERMILION) if k == answer else GREY for k in shown]
    rows = range(len(shown))
    tracks = right.barh(rows, 1, color="#F0F0F0", height=0.7)
    right.barh(rows, after[shown], color=colours, height=0.7)
    if change:
        right.vlines(trials.before[shown], np.array(rows) - 0.42, np.array(rows) + 0.42, color="black", linewidth=1.8)
    right.bar_label(tracks, [percent(float(after[k])) for k in shown], padding=3, fontsize=8.5)
    right.set_yticks(rows, [clip(names[k], 11) for k in shown], fontsize=8.5)
    right.set(xlim=(0, 1.3), ylim=(MOST_BARS - 0.4, -0.6), xticks=[])
    unframe(right)
    right.set_title(say(change or "change_none"), fontsize=9.5, loc="left", color="black" if answer == guess else VERMILION)


def _occlusion(part: FigureBase, pixels: np.ndarray, heat: np.ndarray, name: str) -> None:
    left, right = part.subplots(1, 2, width_ratios=[1, 1.9])
    show_pixels(left, spotlight(pixels, heat, float(heat.max())))
    right.axis("off")
    right.text(0, 0.5, say("occlusion_told", name=name), va="center", fontsize=9, transform=right.transAxes)


def _key(part: FigureBase) -> None:
    axes = part.subplots()
    axes.axis("off")
    axes.text(0, 0.5, say("trial_key"), va="center", fontsize=9, color=GREY, transform=axes.transAxes)


def _moved_most(trials: Trials, names: Sequence[str]) -> str:
    """Say what moved the answer most, from where to where."""
    change, guess = trials.strongest, int(trials.before.argmax())
    after = trials.probs[change]
    if trials.moved[change] < LITTLE:
        return say("moved_nothing", name=clip(names[guess], 20), before=percent(float(trials.before[guess])))
    told = {"change": say(change), "name": clip(names[guess], 20), "before": percent(float(trials.before[guess]))}
    told["after"] = percent(float(after[guess]))
    if int(after.argmax()) == guess:
        return say("moved_most", **told)
    return say("moved_answer", **told, other=clip(names[int(after.argmax())], 20))


def _effects(axes: Axes, effects: Sequence[Effect], example: np.ndarray) -> None:
    """Draw the difference that each change makes as a dot with its interval, grey where chance could do it, and an example."""
    axes.axvline(0, color=GREY, linewidth=1)
    for row, effect in enumerate(effects):
        low, high = effect.interval
        colour = GREY if low <= 0 <= high else WRONG if high < 0 else RIGHT
        axes.plot([low, high], [row, row], color=colour, linewidth=2.5)
        axes.plot(effect.difference, row, "o", color=colour, markersize=8)
        told = say("effect_row", points=points(effect.difference), lost=effect.lost, won=effect.won)
        beside = {"xycoords": ("axes fraction", "data")}
        axes.annotate(told, (1.01, row), va="center", fontsize=9, **beside)
        picture = OffsetImage(CHANGES[effect.change](example), zoom=38 / len(example))
        axes.add_artist(AnnotationBbox(picture, (0, row), box_alignment=(1.1, 0.5), frameon=False, pad=0, **beside))
    axes.set_yticks(range(len(effects)), [say(effect.change) for effect in effects], fontsize=9.5)
    axes.tick_params(axis="y", pad=46)
    axes.set(ylim=(len(effects) - 0.5, -0.5), xlabel=say("effect_axis"))
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(axis="x", color=PALE)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _effects_told(report: "Report", effects: Sequence[Effect]) -> str:
    worst = min(effects, key=lambda effect: effect.difference)
    told = {"accuracy": f"{report.accuracy:.1%}", "count": len(report.truth), "part": say(f"part_{report.part}")}
    if worst.interval[1] >= 0:
        return say("effects_nothing", **told)
    return say("effects_worst", **told, change=say(worst.change), points=points(worst.difference))
