"""A box editor in a notebook: drag squares round the faces of picture after picture; each stroke is saved at once.

Core widgets hold everything: the picture, the boxes over it as SVG, and buttons that do all that can be done, so it works where
no script runs. `box_editor.js`, in the same output, adds mouse, finger and keys. It writes strokes into a hidden text area, and
always all that the kernel has not confirmed yet: while the kernel is busy the page sends it only the last of several messages.
What a stroke does is decided in `hand_labels`.
"""

import base64
import html
import io
import json
import secrets
from collections.abc import Iterable
from pathlib import Path

import ipywidgets

from .boxes import NUMBERS
from .errors import AnimelibError
from .faces import Boxes, Face, read_face
from .folders import shown
from .hand_labels import HandLabels, Stroke
from .sheets import BLUE, ORANGE
from .widgets import Scripted, told
from .words import say

WIDE, HIGH, LEAST = 900, 640, 400  # pixels on the screen: at most so wide and high, but no narrower where a picture is very high
PAGES = 8  # open pages that are remembered; a reload makes a new one

STYLE = """
.animelib-boxes .widget-html{min-width:0}
.animelib-boxes .widget-html-content{min-width:0;line-height:1.5;overflow-wrap:anywhere}
.animelib-boxes-stage{position:relative;overflow:visible;outline:none;border-radius:4px;max-width:100%}
.animelib-boxes-stage:focus{box-shadow:0 0 0 2px #BLUE}
.animelib-boxes-stage .widget-html-content{width:100%}
.animelib-boxes-stage img{width:100%;height:100%;display:block;pointer-events:none}
.animelib-boxes-overlay{position:absolute!important;left:0;right:0;top:0;z-index:1}
.animelib-boxes-overlay svg{display:block;overflow:visible;cursor:crosshair;touch-action:pinch-zoom}
.animelib-boxes-overlay svg{user-select:none;-webkit-user-select:none;-webkit-touch-callout:none}
.animelib-boxes-overlay svg *{vector-effect:non-scaling-stroke;fill:none;pointer-events:none}
.animelib-boxes-overlay .rim{stroke:#fff;stroke-width:5;stroke-opacity:.85}
.animelib-boxes-overlay .line{stroke:#BLUE;stroke-width:2.5}
.animelib-boxes-overlay .proposed .line{stroke:#ORANGE;stroke-dasharray:9 5}
.animelib-boxes-overlay .selected .line{fill:#BLUE;fill-opacity:.16}
.animelib-boxes-overlay .grips{stroke:#BLUE;stroke-width:13;stroke-linecap:square}
.animelib-boxes-overlay .grips+.grips{stroke:#fff;stroke-width:8}
.animelib-boxes-late{display:none;position:absolute;left:0;right:0;bottom:0;margin:0;padding:.3em .6em}
.animelib-boxes-late{background:#fffbe6;color:#24292f}
.animelib-boxes.late .animelib-boxes-late{display:block}
.animelib-boxes-keys summary{cursor:pointer}
""".replace("#BLUE", BLUE).replace("#ORANGE", ORANGE)

LEAF = {"previous": "browse_previous", "next": "boxes_next", "skip": "boxes_skip"}
DECIDE = {"accept": "boxes_accept", "no_face": "boxes_no_face", "delete": "boxes_delete", "undo": "boxes_undo"}
ADJUST = {"new": "boxes_new", "other": "boxes_other"}
SIGNS = {"left": "←", "up": "↑", "down": "↓", "right": "→", "smaller": "−", "larger": "+"}


def label_faces(
    folder: str | Path,
    boxes: str | Path | None = None,
    *,
    pictures: Iterable[str | Path] | None = None,
    proposals: Boxes | None = None,
) -> ipywidgets.VBox:
    """Return an editor of the boxes round the faces in the pictures of a folder; each stroke is in the table at once.

    boxes: the table, by default ``boxes.csv`` in the folder; what it says already is gone on with, and a picture that nobody did
    anything on is not put into it. pictures: which ones, in which order; by default all. proposals: boxes that a detector
    proposes for pictures that are not in the table. They are dashed and have a score below 1, on the page and in the table, until
    a person takes them over: "Right, next" says that all is right as it is seen, also where no box is seen.

    A drag draws a square, as the boxes of `faces` are; with Shift any rectangle, and with Ctrl or Alt also where there is a box
    already. The keys stand below the editor. ``editor.strokes`` counts what was done by hand, ``editor.boxes`` holds the result.

    Raises AnimelibError when there are no pictures, none can be opened, one is not there, or the table is broken.

        editor = label_faces("my_pictures", proposals={"rem.png": [Face(120, 40, 96, 96, 0.7)]})
        editor
    """
    return BoxEditor(HandLabels(folder, boxes, pictures, proposals))


class BoxEditor(Scripted):
    """An editor's widgets. ``labels``: what it works on; ``strokes``: how often a person did something; ``boxes``: the result."""

    SCRIPT = Path(__file__).with_suffix(".js")

    def __init__(self, labels: HandLabels):
        self.labels, self._key, self._seen, self._on_show, self._fault = labels, secrets.token_hex(4), {}, None, ""
        self._where, self._state = told(""), told("")
        self._picture, self._overlay = _layer("picture"), _layer("overlay")
        self._bridge = ipywidgets.Textarea(layout={"display": "none"})
        self._bridge.add_class("animelib-boxes-bridge")
        self._bridge.observe(lambda change: self._receive(change["new"]), names="value")
        self._buttons = {act: self._button(act, say(key)) for act, key in {**LEAF, **DECIDE, **ADJUST}.items()}
        self._buttons |= {act: self._button(act, sign) for act, sign in SIGNS.items()}
        self._buttons["next"].button_style = "primary"
        super().__init__(self._parts())
        self.add_class("animelib-boxes")

    def _parts(self) -> list[ipywidgets.Widget]:
        """Return all from top to bottom, or only that there is nothing to do."""
        if not self.labels.paths:
            return [told(say("boxes_nothing"))]
        stage = ipywidgets.VBox([self._picture, self._overlay], layout={"overflow": "visible"})
        stage.add_class("animelib-boxes-stage")
        rows = ([*LEAF], [*DECIDE], [*ADJUST, *SIGNS])
        rows = [ipywidgets.HBox([self._buttons[act] for act in row], layout={"flex_flow": "row wrap"}) for row in rows]
        heading, keys = (html.escape(say(key)) for key in ("boxes_keys", "boxes_which_keys"))
        keys = ipywidgets.HTML(f"<details class='animelib-boxes-keys'><summary>{heading}</summary>{keys}</details>")
        how = told(say("boxes_how", table=shown(self.labels.table)))
        self._tell()
        return [how, self._where, stage, *rows, self._state, keys, self._bridge]

    @property
    def strokes(self) -> int:
        return self.labels.strokes

    @property
    def boxes(self) -> dict[str, list[Face]]:
        """The pictures on which all is said, each with its faces."""
        return {name: list(self.labels.faces[name]) for name in self.labels.done}

    # ---- what a person does

    def _button(self, act: str, words: str) -> ipywidgets.Button:
        width = "2.4em" if act in SIGNS else "max-content"
        button = ipywidgets.Button(description=words, layout={"width": width})
        button.add_class(f"animelib-do-{act}")
        button.on_click(lambda _: self.do(Stroke(act, self.labels.name)))
        return button

    def do(self, *strokes: Stroke) -> None:
        """Do strokes one after another and show what has become of them; one that cannot be done is told of."""
        self._fault = ""
        for stroke in strokes:
            try:
                self.labels.do(stroke)
            except AnimelibError as reason:
                self._fault = say("boxes_fault", reason=reason)
        self._tell()

    def _receive(self, message: str) -> None:
        """Do the strokes of a message that were not done yet; a page numbers its own from 1 on."""
        page, numbered = _read(message)
        before = self._seen.pop(page, 0)
        new = {number: stroke for number, stroke in numbered.items() if number > before}
        if page:  # what it sent is confirmed, or it would send it for ever
            self._seen = {**dict(list(self._seen.items())[1 - PAGES :]), page: max([before, *new])}
        self.do(*filter(None, new.values()))
        if not page or None in new.values():
            self._fault = say("boxes_unread")
            self._tell()

    # ---- what is shown

    def _tell(self) -> None:
        labels = self.labels
        if self._on_show != labels.name:
            self._picture.value = _picture(labels)
            self._on_show = labels.name
        self._overlay.value = _overlay(labels, self._key, self._seen)
        place = say("browse_place", place=labels.place + 1, count=len(labels.paths), file=shown(labels.name))
        self._where.value = html.escape(f"{place} · {_what_is_said(labels)}")
        done, faces = labels.done, sum(len(labels.faces[name]) for name in labels.done)
        key = "boxes_progress" if len(done) < len(labels.paths) else "boxes_all"
        lines = [say(key, done=len(done), count=len(labels.paths), faces=faces)]
        lines += [say("left_out", reason=reason) for reason in list(labels.broken.values())[:3]]
        self._state.value = "<br>".join(map(html.escape, [*lines, self._fault] if self._fault else lines))
        seen = labels.faces[labels.name]
        self._buttons["undo"].disabled = not labels.can_undo
        self._buttons["accept"].disabled = all(face.score == 1 for face in seen)
        for act in ("delete", "other", *SIGNS):
            self._buttons[act].disabled = not seen


def _what_is_said(labels: HandLabels) -> str:
    """Say of the picture that is on how far it is labelled."""
    faces = labels.faces[labels.name]
    proposed = sum(face.score < 1 for face in faces)
    if proposed:
        return say("boxes_proposed", count=proposed)
    if labels.name not in labels.in_table:
        return say("boxes_open")
    return say("boxes_labelled", count=len(faces)) if faces else say("boxes_empty")


def _read(message: str) -> tuple[str, dict[int, Stroke | None]]:
    """Return the page and its strokes by number, None for one that says nothing sensible; no page if the message does not."""
    try:
        told = json.loads(message)
        page, raw = told["page"], {one["n"]: one for one in told["strokes"]}
    except (ValueError, TypeError, KeyError, RecursionError):
        return "", {}
    if not isinstance(page, str) or not 0 < len(page) < 40 or not all(type(number) is int for number in raw):
        return "", {}
    return page, {number: _stroke(raw[number]) for number in sorted(raw)}


def _stroke(raw: dict) -> Stroke | None:
    try:
        faces = {key: read_face("The page's box", raw[key], "") for key in ("box", "was") if raw.get(key) is not None}
        return Stroke(str(raw["do"]), str(raw["picture"]), **faces)
    except (AnimelibError, KeyError):
        return None


def _layer(name: str) -> ipywidgets.HTML:
    layer = ipywidgets.HTML(layout={"margin": "8px"})  # room for the grips of a box at the edge
    layer.add_class(f"animelib-boxes-{name}")
    return layer


def _fit(size: tuple[int, int]) -> str:
    """Return the CSS that shows a picture as large as there is room; picture and boxes must have the same."""
    wide, high = size
    most = min(WIDE, max(LEAST, HIGH * wide / high))
    return f"width:{most:.0f}px;max-width:100%;aspect-ratio:{wide}/{high}"


def _picture(labels: HandLabels) -> str:
    file = io.BytesIO()
    labels.image.save(file, "JPEG", quality=90)
    data = base64.b64encode(file.getvalue()).decode()
    name = html.escape(shown(labels.name))
    picture = f'<img alt="{name}" src="data:image/jpeg;base64,{data}">'
    return f'<style>{STYLE}</style><div style="{_fit(labels.size)}">{picture}</div>'


def _overlay(labels: HandLabels, key: str, seen: dict[str, int]) -> str:
    """Return the boxes as SVG in the picture's own pixels, with all that the script has to know."""
    (wide, high), faces = labels.size, labels.faces[labels.name]
    boxes = [[float(getattr(face, key)) for key in (*NUMBERS, "score")] for face in faces]
    state = {"key": key, "picture": labels.name, "size": [wide, high], "faces": boxes, "selected": labels.selected}
    state |= {"undo": labels.can_undo, "seen": seen}
    drawn = "".join(_box(*box, place == labels.selected) for place, box in enumerate(boxes))
    told = f'viewBox="0 0 {wide} {high}" style="{_fit(labels.size)}" data-state="{html.escape(json.dumps(state))}"'
    return f'<svg {told}>{drawn}</svg><p class="animelib-boxes-late">{html.escape(say("boxes_late"))}</p>'


def _box(x: float, y: float, w: float, h: float, score: float, selected: bool) -> str:
    """Return one box as SVG; the script draws the same."""
    rectangle = f'x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}"'
    corners = " ".join(f"M{left:g} {top:g}h.01" for left in (x, x + w) for top in (y, y + h))
    grips = f'<path class="grips" d="{corners}"/>' * 2 if selected else ""
    kind = ("proposed " if score < 1 else "") + ("selected" if selected else "")
    return f'<g class="{kind}"><rect class="rim" {rectangle}/><rect class="line" {rectangle}/>{grips}</g>'
