"""Rate pictures in a notebook, one large picture at a time, or choose which of two; every click is saved at once.

Core widgets hold everything, and buttons do all that can be done, so it works where no script runs. `rating_widget.js`, in the
same output, adds keys and taps on a picture. Each question has a number, its turn, and an answer names the one that it is to: a
click that comes late, or twice, never rates a picture that nobody has seen. What is asked next is decided in `questions`.
"""

import base64
import html
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import ipywidgets
from PIL import Image

from .errors import AnimelibError
from .folders import shown
from .questions import FEWEST, SHARE, PairQuestions, RatingQuestions, Tutor
from .sheets import BLUE
from .widgets import Column, Scripted, told
from .words import say

if TYPE_CHECKING:
    from .taste import Taste

WIDE, HIGH = 760, 540  # pixels of the screen that a picture has at the most
LARGER = 4  # times at the most that a small picture is enlarged
SCORES = {"1": "rate_not_mine", "2": "rate_meh", "3": "rate_nice", "4": "rate_like", "5": "rate_love"}
SIDES = {"left": "pair_left", "equal": "pair_equal", "right": "pair_right"}
OTHERS = {"undo": "boxes_undo", "skip": "boxes_skip"}

STYLE = """
.animelib-rating{max-width:#WIDEpx}
.animelib-rating .widget-html,.animelib-rating .widget-html-content{min-width:0}
.animelib-rating .widget-html-content{line-height:1.5;overflow-wrap:anywhere}
.animelib-rating-stage{position:relative;outline:none;border-radius:8px}
.animelib-rating-stage:focus{box-shadow:0 0 0 2px #BLUE}
.animelib-rating-stage .widget-html,.animelib-rating-stage .widget-html-content{width:100%}
.animelib-rating-shown{display:flex;gap:8px;height:min(#HIGHpx,95vw)}
.animelib-rating-two{height:min(#HIGHpx,70vw)}
.animelib-rating-shown>div{flex:1 1 0;min-width:0;display:flex;align-items:center;justify-content:center}
.animelib-rating-shown>div{background:rgba(127,127,127,.1);border-radius:8px}
.animelib-rating-shown>[data-do]{cursor:pointer}
.animelib-rating-shown>[data-do]:hover{outline:3px solid #BLUE;outline-offset:-3px}
.animelib-rating-shown img{width:100%;height:100%;object-fit:contain;border-radius:8px;display:block}
.animelib-rating-big{width:100%}
.animelib-rating-big button{flex:1 1 0;min-width:0;height:auto;min-height:46px;white-space:normal;padding:2px;line-height:1.3}
.animelib-rating-big button{word-break:keep-all;overflow-wrap:anywhere}
.animelib-rating button.pressed{outline:3px solid #BLUE}
.animelib-rating-late{display:none;position:absolute;left:0;right:0;bottom:0;margin:0;padding:.3em .6em}
.animelib-rating-late{background:#fffbe6;color:#24292f}
.animelib-rating.late .animelib-rating-late{display:block}
.animelib-rating-meter{height:10px;border-radius:5px;background:rgba(127,127,127,.25);position:relative;overflow:hidden}
.animelib-rating-meter i{position:absolute;top:0;bottom:0;left:0;background:#BLUE}
.animelib-rating-meter i+i{opacity:.4}
""".replace("#WIDE", str(WIDE)).replace("#HIGH", str(HIGH)).replace("#BLUE", BLUE)


def rate_pictures(
    folder: str | Path,
    ratings: str | Path = "ratings.csv",
    *,
    taste: "Taste | None" = None,
    pictures: Iterable[str | Path] | None = None,
    twice: float = SHARE,
) -> Column:
    """Return a widget that shows picture after picture and asks how much you like it; each click is in the table at once.

    ratings: the table, as `rate` writes it; what it says already is gone on with. taste: then it is asked what teaches most; it
    learns while you rate, and tells how well it knows you and whether more clicks would help. Without one the order is by chance.
    pictures: which ones to ask about, in which order; by default all. twice: the share of them that comes a second time, much
    later, to see how well you agree with yourself.

    Keys, once the picture was clicked: 1-5, S skips, U or Z takes back.

    Raises AnimelibError when there are no pictures, one is not there, the table is broken, or the taste has other pictures.

        rate_pictures("my_pictures", taste=al.Taste("my_pictures"))
    """
    return RatingWidget(RatingQuestions(folder, ratings, pictures, taste, twice))


def rate_pairs(
    folder: str | Path,
    choices: str | Path = "choices.csv",
    *,
    pictures: Iterable[str | Path] | None = None,
    count: int = 40,
) -> Column:
    """Return a widget that shows two pictures and asks which you like better; `scores_of_choices` makes scores of the answers.

    choices: the table, as `prefer` writes it; what it says already is gone on with. count: so many pictures are compared, as each
    has to come up several times. pictures: which ones; by default by chance. Two that are liked the same are better once each.

    Keys, once a picture was clicked: the arrows, = for both the same, U or Z takes back. A click on a picture chooses it.

    Raises AnimelibError when there are no pictures, one is not there, or the table is broken.

        rate_pairs("my_pictures")
        al.Taste("my_pictures").fit(al.scores_of_choices(al.read_choices("choices.csv", "my_pictures")))
    """
    return PairWidget(PairQuestions(folder, choices, pictures, count))


class _Asking(Scripted):
    """What both widgets are: a question on a stage, buttons below it, and a way for the page's keys to get here.

    rows: of each row of buttons what each does, and its words. ``turn``: the number of the question that is on.
    """

    SCRIPT = Path(__file__).with_suffix(".js")

    def __init__(self, how: Sequence[str], rows: Sequence[Mapping[str, str]], acts: Mapping[str, Callable[[], None]]):
        self.turn, self._acts, self._fault = 0, acts, ""
        self._where, self._state = told(""), told("")
        self._shown = ipywidgets.HTML(layout={"margin": "0"})
        self._bridge = ipywidgets.Textarea(layout={"display": "none"})
        self._bridge.add_class("animelib-rating-bridge")
        self._bridge.observe(lambda change: self._receive(change["new"]), names="value")
        self._buttons = {act: self._button(act, say(key)) for row in rows for act, key in row.items()}
        stage = ipywidgets.VBox([self._shown], layout={"overflow": "visible"})
        stage.add_class("animelib-rating-stage")
        laid = [ipywidgets.HBox([self._buttons[act] for act in row], layout={"flex_flow": "row wrap"}) for row in rows]
        laid[0].add_class("animelib-rating-big")
        self._meter = ipywidgets.HTML()
        super().__init__([told(" ".join(how)), self._where, stage, *laid, self._state, self._meter, self._bridge])
        self.add_class("animelib-rating")
        self._tell()

    def _button(self, act: str, words: str) -> ipywidgets.Button:
        button = ipywidgets.Button(description=words, layout={"width": "max-content"})
        button.add_class(f"animelib-do-{act}")
        button.on_click(lambda _: self.do(act))
        return button

    def do(self, act: str) -> None:
        """Do what a button says, and show the next question; what cannot be done is told, and the question stays."""
        self._fault = ""
        try:
            self._acts[act]()
        except AnimelibError as reason:
            self._fault = say("boxes_fault", reason=reason)
        self.turn += 1
        self._tell()

    def _receive(self, message: str) -> None:
        """Do what a message says if it answers the question that is on; one that comes late is passed over."""
        turn, act = _read(message)
        if act not in self._acts:
            self._fault = say("boxes_unread")
            self._tell()
        elif turn == self.turn and not self._buttons[act].disabled:
            self.do(act)

    def _tell(self) -> None:
        raise NotImplementedError

    def _show(self, pictures: Sequence[tuple[Path, Image.Image]], acts: Sequence[str] = ()) -> None:
        """Put pictures on; a click on one does what ``acts`` says."""
        cells = [_cell(path, image, act) for (path, image), act in zip(pictures, acts or [""] * len(pictures), strict=True)]
        late = f'<p class="animelib-rating-late">{html.escape(say("boxes_late"))}</p>'
        two = " animelib-rating-two" if len(cells) > 1 else ""
        shown = f'<div class="animelib-rating-shown{two}">{"".join(cells)}</div>' if cells else ""
        self._shown.value = f'<style>{STYLE}</style><div class="animelib-rating-turn" data-turn="{self.turn}"></div>{shown}{late}'

    def _say(self, where: str, progress: str, broken: Iterable[str]) -> None:
        self._where.value, self._where.layout.display = html.escape(where), None if where else "none"
        lines = [progress, *(say("left_out", reason=reason) for reason in [*broken][-3:]), *filter(None, [self._fault])]
        self._state.value = "<br>".join(map(html.escape, lines))


class RatingWidget(_Asking):
    """One picture at a time. ``questions``: what is asked, and what was answered."""

    def __init__(self, questions: RatingQuestions):
        self.questions = questions
        how = [say("rate_how", table=shown(questions.table))]
        if questions.twice:
            how.append(say("rate_twice", of=round(1 / questions.twice)))
        acts = {score: lambda score=score: questions.rate(int(score)) for score in SCORES}
        super().__init__(how, (SCORES, OTHERS), acts | {"undo": questions.undo, "skip": questions.skip})

    def _tell(self) -> None:
        asked, path = self.questions, self.questions.path
        self._show([(path, asked.image)] if path else [])
        counts = {"today": asked.today, "count": len(asked.ratings)}
        progress = say("rate_progress", left=asked.left, **counts) if path else say("rate_all", **counts)
        self._say(shown(path.name) if path else "", progress, asked.broken.values())
        for act in ("skip", *SCORES):
            self._buttons[act].disabled = path is None
        self._buttons["undo"].disabled = not asked.clicks
        if asked.tutor:
            asked.tutor.learn(asked.ratings, self._measure)
            self._measure()

    def _measure(self) -> None:
        self._meter.value = _meter(self.questions.tutor, len(self.questions.ratings))


class PairWidget(_Asking):
    """Two pictures at a time. ``questions``: what is asked, and what was answered."""

    def __init__(self, questions: PairQuestions):
        self.questions = questions
        sides = {"left": lambda: questions.prefer(0), "equal": questions.equal, "right": lambda: questions.prefer(1)}
        how, undo = [say("pair_how", table=shown(questions.table))], {"undo": OTHERS["undo"]}
        super().__init__(how, (SIDES, undo), sides | {"undo": questions.undo})

    def _tell(self) -> None:
        asked = self.questions
        self._show(list(zip(asked.pair, asked.images, strict=True)), ("left", "right") if asked.pair else ())
        key = "pair_progress" if asked.pair else "pair_all"
        progress = say(key, count=asked.answers, pictures=len(asked.path_of))
        self._say("", progress, asked.broken.values())
        for act in SIDES:
            self._buttons[act].disabled = not asked.pair
        self._buttons["undo"].disabled = not asked.choices


def _read(message: str) -> tuple[object, str]:
    """Return the turn that a message of the page answers, and what is to be done; "" if it says nothing sensible."""
    try:
        told = json.loads(message)
        return told["turn"], str(told["do"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None, ""


def _cell(path: Path, image: Image.Image, act: str) -> str:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=88)
    data = base64.b64encode(file.getvalue()).decode()
    wide, high = (LARGER * length for length in image.size)
    name, does = html.escape(shown(path.name)), f' data-do="{act}"' if act else ""
    most = f"max-width:{wide}px;max-height:{high}px"
    return f'<div{does}><img alt="{name}" draggable="false" style="{most}" src="data:image/jpeg;base64,{data}"></div>'


def _meter(tutor: Tutor, count: int) -> str:
    """Return as HTML how well a taste knows its rater, and what more clicks would bring."""
    known, bar = tutor.known, ""
    if known is None:
        lines = [say("meter_few", left=FEWEST - count) if count < FEWEST else say("meter_soon")]
    else:
        lines = [known.more, known.words]
        value, low, high = (100 * max(0.0, share) for share in (known.value, known.low, known.high))
        bar = f'<i style="width:{value:.0f}%"></i><i style="left:{low:.0f}%;width:{high - low:.0f}%"></i>'
    if tutor.fault:
        lines.append(say("meter_fault", reason=tutor.fault))
    head, words = html.escape(say("meter_head")), "<br>".join(html.escape(line) for line in lines if line)
    return f'<b>{head}</b><div class="animelib-rating-meter">{bar}</div>{words}'
