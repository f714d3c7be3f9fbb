"""Faces, one after another, with who a recogniser thinks it is; a click says who it really is.

Each click is written into the plan on disk at once, and nothing is copied until the reader's own line does it (`joining`). Core
widgets only.
"""

import base64
import html
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import ipywidgets
from PIL import Image

from .crops import CropReport
from .data import ImageData
from .errors import AnimelibError
from .folders import open_image, shown
from .naming import NOBODY, SKIP, NameProposal, checked_name, decide, open_and_sure, place_of, propose_names, read_names
from .neighbours import remember
from .recognizer import Recognizer
from .widgets import Column, button, told
from .words import percent, say

SIDE = 320  # pixels of a face on the page
MOST = 12  # names that get a button each; more are in a list
SURE = 0.95
CELL = "display:inline-block"
BAR = f"{CELL};height:10px;background:#0072B2"
WRAPPED = {"flex_flow": "row wrap", "align_items": "center"}


def name_faces(
    crops: CropReport | str | Path,
    recognizer: Recognizer,
    plan: str | Path = "names.csv",
    *,
    data: ImageData | None = None,
    whole: bool = False,
) -> ipywidgets.VBox:
    """Return a widget that shows face after face, the most doubtful first, and writes into ``plan`` who a person says it is.

    A button for each name (a list where there are more than twelve), for "nobody I know", for "of no use", and for a name that
    is new; buttons lead on and back and take the last click back. Every click is saved at once, so it can be closed at any time
    and goes on where it was. It asks the recogniser when it opens, as `propose_names` does, which see for ``crops`` and
    ``whole``. data: the pictures that the recogniser learned from; then each face comes with those most like it.

    Raises AnimelibError when there are no crops, or the plan is broken.

        name_faces("my_faces", recognizer, plan=lab.runs / "names.csv", data=data)
    """
    path = Path(plan).expanduser()
    rows = propose_names(crops, recognizer, path, whole=whole)
    if not rows:
        return Column([told(say("name_none"))])
    return _Namer(rows, path, recognizer.classes, _likeness(recognizer, data)).box


class _Namer:
    """The widgets and where the reader is. ``nearest``: from the path of a face to HTML with the known pictures most like it."""

    def __init__(self, rows: Sequence[NameProposal], plan: Path, names: Sequence[str], nearest: Callable[[Path], str]):
        self.rows, self.plan, self.nearest, self.history, self.drawn = list(rows), plan, nearest, [], {}
        others = dict.fromkeys(row.decided for row in rows if row.decided not in ("", NOBODY, SKIP, *names))
        self.names = [*names, *others]
        self.where, self.guesses, self.choice, self.state = told(""), told(""), told(""), told("")
        self.done = ipywidgets.IntProgress(max=len(rows), layout={"width": "100%", "max_width": "36em"})
        self.image = ipywidgets.Image(format="png", layout={"width": f"{SIDE}px", "max_width": "100%"})
        self.named = ipywidgets.HBox(layout=WRAPPED)
        self.nobody = button(say("name_nobody"), lambda: self.decide(NOBODY))
        self.skip = button(say("name_skip"), lambda: self.decide(SKIP))
        self.new = ipywidgets.Text(placeholder=say("name_new_hint"), layout={"width": "14em"})
        self.box = self.laid_out()
        self.offer_names()
        self.place = next((place for place, row in enumerate(self.rows) if not row.decided), 0)
        self.go(0)

    def laid_out(self) -> Column:
        """Return everything in its place, with the buttons that are always the same."""
        others = [self.nobody, self.skip, self.new, button(say("name_new"), self.add)]
        steps = [("browse_previous", lambda: self.go(-1)), ("browse_next", lambda: self.go(1)), ("name_undo", self.undo)]
        walk = [button(say(key), act) for key, act in steps]
        face = ipywidgets.HBox([self.image, self.guesses], layout={**WRAPPED, "align_items": "flex-start"})
        lower = [ipywidgets.HBox(buttons, layout=WRAPPED) for buttons in (others, walk)]
        how = told(say("name_how", plan=shown(self.plan)))
        return Column([how, self.done, self.where, face, self.choice, self.named, *lower, self.state])

    @property
    def row(self) -> NameProposal:
        return self.rows[self.place]

    def offer_names(self) -> None:
        """Lay out a button for each name, or a list of them where there are many."""
        self.buttons = {}
        if len(self.names) <= MOST:
            self.buttons = {name: button(name, lambda name=name: self.decide(name)) for name in self.names}
            self.named.children = tuple(self.buttons.values())
            return
        names = ipywidgets.Dropdown(options=self.names, layout={"width": "14em"})
        self.named.children = (names, button(say("name_this"), lambda: self.decide(names.value)))

    def go(self, step: int) -> None:
        """Show the next or the previous face; after the last comes the first."""
        self.place = (self.place + step) % len(self.rows)
        face = place_of(self.plan, self.row.file)
        place = say("browse_place", place=self.place + 1, count=len(self.rows), file=shown(self.row.file))
        self.where.value = html.escape(place)
        if self.place not in self.drawn:
            self.drawn = {self.place: self.drawing(face)}  # only the latest: a thousand faces need not stay in memory
        self.image.value, self.guesses.value = self.drawn[self.place]
        self.tell()

    def drawing(self, face: Path) -> tuple[bytes, str]:
        """Return a face, large, and what is shown beside it; a face that has gone since is one sentence."""
        try:
            return _png(open_image(face), SIDE), _bars(self.row) + self.nearest(face)
        except AnimelibError as reason:
            return _png(Image.new("RGB", (1, 1), "white"), 1), html.escape(str(reason))

    def decide(self, name: str) -> None:
        """Write who it is, and go on to the next face that is still open."""
        before = self.write(self.row.file, name)
        if before is not None:
            self.history.append((self.place, before))
            decided = {row.file: row.decided for row in read_names(self.plan)}
            onward = [*range(self.place + 1, len(self.rows)), *range(self.place)]
            still_open = (place for place in onward if not decided.get(self.rows[place].file))
            self.go(next(still_open, self.place) - self.place)

    def add(self) -> None:
        """Take the name in the field for this face, and offer it from now on."""
        try:
            name = checked_name(self.new.value, self.names)
        except AnimelibError as reason:
            self.state.value = html.escape(str(reason))
            return
        if name not in self.names:
            self.names.append(name)
            self.offer_names()
        self.new.value = ""
        self.decide(name)

    def undo(self) -> None:
        """Take the last click back, and show its face again."""
        if not self.history:
            self.state.value = html.escape(say("name_nothing_to_undo"))
        elif self.write(self.rows[self.history[-1][0]].file, self.history[-1][1]) is not None:
            place, _ = self.history.pop()
            self.go(place - self.place)

    def write(self, file: str, name: str) -> str | None:
        """Save one decision and return the one before; what the disk or the plan has against it is said in one sentence."""
        try:
            before = next((row.decided for row in read_names(self.plan) if row.file == file), "")
            decide(self.plan, {file: name})
        except AnimelibError as reason:
            self.state.value = html.escape(str(reason))
            return None
        return before

    def tell(self) -> None:
        """Say what was decided for this face, how far it has come, and which line does the rest."""
        try:
            rows = read_names(self.plan)
        except AnimelibError as reason:
            self.state.value = html.escape(str(reason))
            return
        decided = {row.file: row.decided for row in rows}
        name = decided.get(self.row.file, "")
        self.choice.value = html.escape(_choice(name))
        buttons = {**self.buttons, NOBODY: self.nobody, SKIP: self.skip}
        for of, its in buttons.items():
            its.button_style = "success" if of == name else "info" if of == self.row.name and not name else ""
        if not self.buttons:
            likely = (name, self.row.name, *(guess.name for guess in self.row.guesses))
            self.named.children[0].value = next((one for one in likely if one in self.names), self.names[0])
        mine = [row for row in rows if row.file in {its.file for its in self.rows}]
        self.done.value = sum(bool(row.decided) for row in mine)
        self.state.value = "<br>".join(map(html.escape, _next_lines(mine, str(self.plan))))


def _choice(name: str) -> str:
    if name == NOBODY:
        return say("name_is_nobody")
    if name == SKIP:
        return say("name_is_skipped")
    return say("name_is", name=name) if name else say("name_is_open")


def _next_lines(rows: Sequence[NameProposal], plan: str) -> list[str]:
    """Return in words what is still open, and the lines that accept the sure ones and copy what has a name."""
    sure = len(open_and_sure(rows, SURE))
    named = sum(row.decided not in ("", NOBODY, SKIP) for row in rows)
    lines = [say("name_left", left=sum(not row.decided for row in rows))]
    if sure:
        lines.append(say("name_accept", count=sure, sure=percent(SURE), plan=plan, at_least=SURE))
    if named:
        lines.append(say("name_join", count=named, plan=plan))
    return lines


# ---- what is shown of a face


def _bars(row: NameProposal) -> str:
    """Return the best guesses with bars as long as they are probable; of what was decided earlier only the first is known."""
    known = row.guesses and row.name != NOBODY
    key = "name_guess" if known else "name_guess_nobody" if row.guesses else "name_guess_before"
    lines = [f"<div style='margin-bottom:4px'>{html.escape(say(key, name=row.name))}</div>"]
    for guess in row.guesses[:5]:
        share, wide = html.escape(percent(guess.probability)), round(100 * guess.probability)
        cells = f"<span style='{CELL};width:3.2em;text-align:right'>{share}</span> <span style='{BAR};width:{wide}px'></span>"
        lines.append(f"<div style='line-height:1.5'>{cells} {html.escape(shown(guess.name))}</div>")
    return f"<div style='min-width:16em;max-width:24em;margin-left:12px'>{''.join(lines)}</div>"


def _likeness(recognizer: Recognizer, data: ImageData | None) -> Callable[[Path], str]:
    """Return what draws the known pictures most like a face; without ``data`` nothing is drawn."""
    if data is None:
        return lambda face: ""
    memory = remember(recognizer.model, data.to_learn_from)

    def draw(face: Path) -> str:
        cells = []
        for one in memory.nearest(face, 5):
            source = base64.b64encode(_png(open_image(memory.split.images[one.row]), 72)).decode()
            name = html.escape(shown(data.classes[one.label]))
            cells.append(
                f"<div style='width:80px;text-align:center;overflow-wrap:anywhere;line-height:1.2'>"
                f"<img src='data:image/png;base64,{source}' width='72' height='72'><br>{name}</div>"
            )
        strip = f"<div style='display:flex;flex-wrap:wrap;gap:4px'>{''.join(cells)}</div>"
        return f"<div style='margin:8px 0 0 12px;max-width:430px;line-height:1.4'>{html.escape(say('nearest_told'))}{strip}</div>"

    return draw


def _png(image: Image.Image, side: int) -> bytes:
    """Return a picture as the bytes of a PNG whose longer side is ``side``, small ones enlarged."""
    scale, file = side / max(image.size), io.BytesIO()
    size = [max(1, round(length * scale)) for length in image.size]
    image.resize(size, Image.Resampling.BICUBIC).save(file, "PNG")
    return file.getvalue()

