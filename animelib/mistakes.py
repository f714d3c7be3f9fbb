"""Mistakes, one after another, with all that tells why; a click puts a wrong label into a plan.

The plan is a table on disk, written at each click; nothing moves until the reader's own line applies it (`relabelling`).
Core widgets only. What is shown of a mistake is drawn in `why`.
"""

import html
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import ipywidgets
import keras

from .data import ImageData
from .errors import AnimelibError
from .folders import shown
from .neighbours import remember
from .relabelling import SET_ASIDE, Relabel, read_plan, write_plan
from .staging import writing_to
from .why import explain_mistake
from .widgets import Column, button, told
from .words import say

if TYPE_CHECKING:
    from .evaluation import Report


def browse_mistakes(
    report: "Report",
    model: keras.Model,
    data: ImageData,
    plan: str | Path = "relabel.csv",
    *,
    rows: Sequence[int] | None = None,
) -> ipywidgets.VBox:
    """Return a widget that leafs through the mistakes of a report, and writes into ``plan`` what is to be done about each.

    Shows picture, answer, guess, probabilities, the maps for answer and guess, and the training pictures most like it. Buttons
    lead on and back, relabel, set aside, or leave a picture as it is. A plan that is there already goes on; what a person wrote
    into it stays; a new one begins empty. ``rows`` are other pictures to leaf through, such as ``[doubt.row for doubt in
    likely_wrong_labels(report)]``.

    Raises AnimelibError when the plan is broken, or there is nothing to learn from to compare with.

        browse_mistakes(report, run.model, data, plan=lab.runs / "relabel.csv")
    """
    path = Path(plan).expanduser()
    _begin(path)
    chosen = [int(row) for row in (report.mistakes if rows is None else rows)]
    if not chosen:
        return Column([told(say("no_mistakes"))])
    memory = remember(model, data.to_learn_from)
    return _Browser(report, chosen, path, lambda row: explain_mistake(report, row, model, memory).png()).box


def _begin(plan: Path) -> None:
    """Write an empty plan where there is none, for a person to fill; a broken one is told now, not at the first click."""
    read_plan(plan)
    if not plan.exists():
        with writing_to(plan.parent):
            write_plan(plan, [])


class _Browser:
    """The widgets and where the reader is. ``draw``: from a row of the report to the bytes of a PNG."""

    def __init__(self, report: "Report", rows: list[int], plan: Path, draw: Callable[[int], bytes]):
        self.report, self.rows, self.plan, self.place = report, rows, plan, 0
        self.draw, self.drawn = draw, {}
        self.where, self.choice, self.state = told(""), told(""), told("")
        self.image = ipywidgets.Image(format="png", layout={"width": "640px", "max_width": "100%"})
        self.classes = ipywidgets.Dropdown(options=list(report.classes), layout={"width": "14em"})
        walk = [button(say("browse_previous"), lambda: self.go(-1)), button(say("browse_next"), lambda: self.go(1))]
        decide = [
            self.classes,
            button(say("browse_relabel"), lambda: self.decide(self.classes.value)),
            button(say("browse_aside"), lambda: self.decide(SET_ASIDE)),
            button(say("browse_keep"), lambda: self.decide(None)),
        ]
        how = told(say("browse_how", plan=shown(plan)))
        rows_of_buttons = [ipywidgets.HBox(buttons, layout={"flex_flow": "row wrap"}) for buttons in (walk, decide)]
        self.box = Column([how, self.where, rows_of_buttons[0], self.image, rows_of_buttons[1], self.choice, self.state])
        self.go(0)

    def go(self, step: int) -> None:
        """Show the next or the previous picture; after the last comes the first."""
        self.place = (self.place + step) % len(self.rows)
        row = self.rows[self.place]
        file = shown(self.report.files[row])
        self.where.value = html.escape(say("browse_place", place=self.place + 1, count=len(self.rows), file=file))
        self.classes.value = self.report.classes[self.report.guesses[row]]
        if row not in self.drawn:
            self.drawn[row] = self.draw(row)
        self.image.value = self.drawn[row]
        self.tell()

    def decide(self, new: str | None) -> None:
        """Write into the plan where the picture is to go, or take it out of the plan."""
        row = self.rows[self.place]
        file, old = self.report.files[row], self.report.classes[self.report.truth[row]]
        try:
            others = [relabel for relabel in read_plan(self.plan) if relabel.file != file]
            wanted = [Relabel(file, old, new)] if new not in (None, old) else []
            with writing_to(self.plan.parent):
                write_plan(self.plan, others + wanted)
        except AnimelibError as reason:
            self.state.value = html.escape(str(reason))
            return
        self.tell()

    def tell(self) -> None:
        """Say what the plan holds for this picture, and how it is applied."""
        row, planned = self.rows[self.place], read_plan(self.plan)
        old = self.report.classes[self.report.truth[row]]
        new = next((relabel.new for relabel in planned if relabel.file == self.report.files[row]), None)
        if new is None:
            choice = say("browse_kept", name=old)
        else:
            choice = say("browse_to_aside") if new == SET_ASIDE else say("browse_to", old=old, new=new)
        self.choice.value = html.escape(choice)
        how = say("browse_apply", count=len(planned), plan=str(self.plan)) if planned else ""
        self.state.value = html.escape(how)
