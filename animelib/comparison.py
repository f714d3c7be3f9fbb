"""Several ways, judged on the same pictures, side by side: what does each bring, and could it be chance?

Because the pictures are the same, a difference is counted in pairs of answers, which tells more than two intervals that overlap.
"""

import html
from collections.abc import Mapping
from dataclasses import dataclass

from . import pages, tables
from .calibration import calibration_error
from .errors import AnimelibError
from .evaluation import Report
from .trials import Effect
from .words import points, say

HEADS = ("compare_way", "compare_accuracy", "compare_difference", "compare_macro", "compare_calibration")


@dataclass(frozen=True, eq=False)
class Comparison:
    """``reports`` by the name of the way, all of the same pictures; the first is what the others are measured against."""

    reports: dict[str, Report]

    @property
    def effects(self) -> dict[str, Effect]:
        """What each way but the first wins and loses against the first, by name."""
        (_, first), *others = self.reports.items()
        return {name: _effect(name, first, report) for name, report in others}

    def __str__(self) -> str:
        return f"{tables.aligned([self._heads(), *self._rows()])}\n{self._pictures()}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        heads, rows = self._heads(), self._rows()
        cells = [(name, "".join(f"<td>{html.escape(told)}</td>" for told in rest)) for name, *rest in rows]
        below = "".join(f"<p class='quiet'>{html.escape(line)}</p>" for line in self._pictures().splitlines())
        return pages.fragment(pages.table(heads, cells), below)

    def _heads(self) -> list[str]:
        return [say(key) for key in HEADS]

    def _rows(self) -> list[list[str]]:
        differences = {name: _difference(effect) for name, effect in self.effects.items()}
        rows = []
        for name, report in self.reports.items():
            low, high = report.interval
            accuracy = say("compare_share", share=f"{report.accuracy:.1%}", low=f"{low:.0%}", high=f"{high:.0%}")
            rest = [f"{report.macro_recall:.1%}", f"{calibration_error(report):.1%}"]
            rows.append([name, accuracy, differences.get(name, "—"), *rest])
        return rows

    def _pictures(self) -> str:
        name, first = next(iter(self.reports.items()))
        told = say("compare_told", count=len(first.truth), part=say(f"part_{first.part}"), source=first.source)
        return f"{told}\n{say('compare_chance', first=name)}" if self.effects else told


def compare(reports: Mapping[str, Report]) -> Comparison:
    """Put reports of the same pictures side by side: a table in a notebook, and in a terminal when printed.

    reports: by the name of the way, the first being what the others are measured against. For each there are accuracy with its
    interval, the points gained against the first with the 95% interval of pairs (Agresti & Min 2005), macro recall, and the
    calibration error.

    Raises AnimelibError when there are no reports, or they are not of the same pictures with the same labels.

        compare({"article": evaluate(run.model, data), "ours": evaluate(learn_from_few(data), data)})
    """
    if not reports:
        raise AnimelibError("There is no report to compare: give one or more by name, such as compare({'ours': report}).")
    first_name, first = next(iter(reports.items()))
    for name, report in reports.items():
        if _labels(report) != _labels(first):
            told = f"The report {name!r} is not of the same pictures and labels as {first_name!r}"
            raise AnimelibError(f"{told}: judge both ways on the same part of the same data.")
    return Comparison(dict(reports))


def _labels(report: Report) -> dict[str, str]:
    """Return the class's name by file."""
    return dict(zip(report.files, (report.classes[k] for k in report.truth), strict=True))


def _effect(name: str, first: Report, other: Report) -> Effect:
    """Count what the other way wins and loses; the pictures of the two may lie in different order."""
    place = {file: row for row, file in enumerate(first.files)}
    before = (first.guesses == first.truth)[[place[file] for file in other.files]]
    return Effect.of(name, before, other.guesses == other.truth)


def _difference(effect: Effect) -> str:
    low, high = effect.interval
    return say("compare_points", points=points(effect.difference), low=points(low), high=points(high))
