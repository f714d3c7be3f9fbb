"""Two things to touch in a notebook: a panel of settings, and a button that asks "who is this?".

Both are there without a click, so "Run all" works, and use core widgets only, so that ipywidgets 7 (Colab) and 8 both
show them. This module is not about figures (`plots`) or answers (`recognizer`).
"""

import html
import math
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import ipywidgets
from IPython.display import display

from .errors import AnimelibError
from .folders import open_image
from .plots import show_answer
from .words import WORDS, say

if TYPE_CHECKING:
    from .recognizer import Answer

_WIDE = {"width": "100%", "max_width": "36em"}
_controls_of: dict[str, dict[str, tuple[object, ipywidgets.Widget]]] = {}  # panel -> control -> (form value, widget)


class Panel:
    """The values of a panel's controls, as they stand when they are read: ``knobs.epochs``."""

    def __init__(self, controls: dict[str, ipywidgets.Widget]):
        self._controls = controls

    def __getattr__(self, name: str) -> object:
        controls = self.__dict__.get("_controls", {})
        if name not in controls:
            raise AttributeError(f"the panel has no {name!r}, only {', '.join(controls)}")
        value = controls[name].value
        return float(f"{value:.6g}") if isinstance(value, float) else value  # sliders leave 0.30000000000000004

    def __dir__(self) -> list[str]:
        return list(self._controls)

    def __repr__(self) -> str:
        return ", ".join(f"{name}={getattr(self, name)!r}" for name in self._controls)


def panel(name: str = "panel", /, **controls: object) -> Panel:
    """Show a panel of settings and return its values, each read by its name.

    A control is its value, then what else it may be:

        True or False               a check box
        (20, 1, 100)                a slider from 1 to 100: of whole numbers, or of decimals where one is decimal
        (1e-3, 1e-5, 1e-1, "log")   a slider over powers of ten
        (16, [8, 16, 32])           a list to choose from

    Running the cell again keeps what the reader moved, control by control, unless the value in the form was changed. Two
    panels with controls of one name need two names.

    Raises AnimelibError when a value lies outside what it may be, or a control has none of these forms.

        knobs = panel("training", epochs=(20, 1, 100), batch_size=(16, [8, 16, 32]), augment=True)
        knobs.epochs
    """
    memory = _controls_of.setdefault(name, {})
    built = {knob: _control(knob, form, memory.get(knob)) for knob, form in controls.items()}
    memory.update({knob: (_value(controls[knob]), widget) for knob, widget in built.items()})
    display(Column([told(say("panel_how")), *built.values()]))
    return Panel(built)


def try_picture(recognizer: "Callable[[object], Answer]") -> ipywidgets.VBox:
    """Return a button that takes pictures from the reader's device and shows who they are, the latest on top.

    recognizer: called with a picture, answers with guesses. A file that is no picture gets one sentence in its place.

        try_picture(recognizer)
    """
    look = {"description": say("choose_pictures"), "layout": {"width": "max-content"}}
    button = ipywidgets.FileUpload(accept="image/*", multiple=True, **look)
    answers = ipywidgets.VBox()

    def show(change: dict) -> None:
        earlier = answers.children
        for name, content in _uploaded(change["new"]):
            answers.children = (told(say("looking", name=name)), *earlier)
            earlier = (_answer(recognizer, name, content), *earlier)
            answers.children = earlier

    button.observe(show, names="value")
    return Column([told(say("try_how")), button, answers])


class Column(ipywidgets.VBox):
    """Widgets below each other; a page without a kernel (GitHub, an export) shows the first one's sentence in their place."""

    def __repr__(self) -> str:
        return html.unescape(self.children[0].value)


class Scripted(Column):
    """A column that brings a script along in the same output, for Colab shows each output in a page of its own.

    ``SCRIPT``: the path of the script.
    """

    SCRIPT: Path

    def _ipython_display_(self, **how: object) -> None:
        if hasattr(super(), "_ipython_display_"):  # ipywidgets 7
            super()._ipython_display_(**how)
        else:
            display(self._repr_mimebundle_(**how), raw=True)
        script = self.SCRIPT.read_text(encoding="utf-8")
        display({"text/html": f"<script>{script}</script>", "text/plain": ""}, raw=True)


def _value(form: object) -> object:
    return form[0] if isinstance(form, tuple) and form else form


def _control(knob: str, form: object, before: tuple[object, ipywidgets.Widget] | None) -> ipywidgets.Widget:
    """Build one control; it starts where the reader left it if the form still says what it said ``before``."""
    build, value = _builder(knob, form), _value(form)
    widget = build(value)
    if before and before[0] == value:
        with suppress(AnimelibError):  # the form may now allow less than where the reader left it
            widget = build(before[1].value)
    return widget


def _builder(knob: str, form: object) -> Callable[[object], ipywidgets.Widget]:
    """Return what makes the widget of a form, given its value."""
    look = {"description": _label(knob), "layout": _WIDE, "style": {"description_width": "10em"}}
    match form:
        case bool():
            return lambda value: ipywidgets.Checkbox(value=bool(value), **look)
        case tuple((_, list(choices))) if choices:
            return lambda value: ipywidgets.Dropdown(value=_among(knob, value, choices), options=choices, **look)
        case tuple((_, low, high)) if _numbers(form) and low < high:
            return lambda value: _slider(_between(knob, value, low, high), low, high, look)
        case tuple((_, low, high, "log")) if _numbers(form[:3]) and 0 < low < high:
            return lambda value: _log_slider(_between(knob, value, low, high), low, high, look)
    raise AnimelibError(
        f"The panel cannot make a control of {knob}={form!r}: "
        'give True, (value, low, high), (value, low, high, "log") or (value, [choices]).'
    )


def _slider(value: float, low: float, high: float, look: dict) -> ipywidgets.Widget:
    if all(isinstance(number, int) for number in (value, low, high)):
        return ipywidgets.IntSlider(value=value, min=low, max=high, **look)
    return ipywidgets.FloatSlider(value=value, min=low, max=high, step=(high - low) / 100, readout_format=".3g", **look)


def _log_slider(value: float, low: float, high: float, look: dict) -> ipywidgets.Widget:
    low, high = math.log10(low), math.log10(high)
    return ipywidgets.FloatLogSlider(value=value, min=low, max=high, step=(high - low) / 40, readout_format=".2g", **look)


def _numbers(values: tuple) -> bool:
    return all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)


def _between(knob: str, value: float, low: float, high: float) -> float:
    if not low <= value <= high:
        raise AnimelibError(f"{knob} is {value:g}, which is not between {low:g} and {high:g}: change it in the form.")
    return value


def _among(knob: str, value: object, choices: list) -> object:
    if value not in choices:
        raise AnimelibError(f"{knob} is {value!r}, which is not one of {', '.join(map(str, choices))}: change it in the form.")
    return value


def _label(knob: str) -> str:
    """Name a control in the language in use; one the table does not know keeps its own name."""
    return say(f"knob_{knob}") if f"knob_{knob}" in WORDS else knob.replace("_", " ")


def _uploaded(value: dict | tuple) -> list[tuple[str, bytes]]:
    """Return (name, content) of every uploaded file: a dict in ipywidgets 7, a tuple in 8."""
    if isinstance(value, dict):
        return [(name, bytes(file["content"])) for name, file in value.items()]
    return [(file["name"], bytes(file["content"])) for file in value]


def _answer(recognizer: Callable, name: str, content: bytes) -> ipywidgets.Widget:
    """Return a file's name with the answer below it, or the one sentence on why there is none."""
    try:
        picture = open_image(content)
        figure = show_answer(picture, recognizer(picture))
    except AnimelibError as reason:
        return told(f"{name}: {reason}")
    image = ipywidgets.Image(value=figure.png(), format="png", layout={"width": "640px", "max_width": "100%"})
    return ipywidgets.VBox([told(name), image])


def told(sentence: str) -> ipywidgets.HTML:
    return ipywidgets.HTML(html.escape(sentence))


def button(words: str, act: Callable[[], None]) -> ipywidgets.Button:
    """Return a button as wide as its words, which calls ``act`` when it is pressed."""
    made = ipywidgets.Button(description=words, layout={"width": "max-content", "max_width": "100%"})
    made.on_click(lambda _: act())
    return made
