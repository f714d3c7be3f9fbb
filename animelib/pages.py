"""A Report as a page: the figures, the confusion, every mistake with its picture. Plain HTML, one file, no script.

It shows in a notebook and opens from disk on a phone. `fragment`, `table` and `card` are there for other pages too. Not about
measuring; that is `evaluation`.
"""

import base64
import html
import io
from collections.abc import Iterable

import numpy as np
from PIL import Image

from .words import language, say

MOST_MISTAKES = 60

STYLE = """
.al{font:15px/1.5 system-ui,"Hiragino Sans","Noto Sans JP",sans-serif;color:#24292f;background:#fff}
.al{max-width:60em;padding:.2em .6em}
.al h2{font-size:1.25em;margin:.2em 0}.al .big{font-size:2.2em;font-weight:600;color:#0b5c8a}
.al p{margin:.4em 0}.al .quiet{color:#57606a}.al table{border-collapse:collapse;margin:.6em 0}
.al table{font-size:.9em;display:block;overflow-x:auto}
.al th,.al td{padding:.25em .4em;text-align:right;border-bottom:1px solid #d8dee4;background:#fff;color:#24292f}
.al th{word-break:keep-all}.al th:first-child{text-align:left}
.al td.right{background:#dceef8;font-weight:600}.al td.wrong{background:#fbe9d7}
.al .cards{display:flex;flex-wrap:wrap;gap:.8em}.al .card{width:9.5em;font-size:.85em}
.al .card img{width:100%;border-radius:6px;display:block}.al .bar{background:#e6eaee;border-radius:3px;margin:.1em 0 .3em}
.al .bar div{height:.45em;border-radius:3px;background:#d55e00}.al .bar .truth{background:#0072b2}
.al .name{overflow-wrap:anywhere}
"""


def report_html(report, *, most: int = 12) -> str:
    """Return a report as an HTML fragment with up to ``most`` mistakes."""
    return fragment(_headline(report), _class_table(report), _confusion_table(report), _mistake_cards(report, most))


def report_page(report) -> str:
    """Return a report as a whole HTML page."""
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{say("report_title")}</title>'
    body = report_html(report, most=MOST_MISTAKES)
    return f'<!doctype html><html lang="{language()}"><head>{head}</head><body style="margin:.5em">{body}</body></html>\n'


def _headline(report) -> str:
    low, high = report.interval
    told = say("report_interval", low=f"{low:.0%}", high=f"{high:.0%}", count=len(report.truth), part=say(f"part_{report.part}"))
    return (
        f"<h2>{say('report_title')}</h2><p><span class='big'>{report.accuracy:.1%}</span> {told}</p>"
        f"<p class='quiet'>{html.escape(say('report_source', source=report.source))}</p>"
    )


def _class_table(report) -> str:
    heads = [say(key) for key in ("class", "pictures", "recall", "precision")]
    rows = [
        (name, f"<td>{row['pictures']}</td><td>{row['recall']:.0%}</td><td>{row['precision']:.0%}</td>")
        for name, row in report.per_class.items()
    ]
    return table(heads, rows) + _macro_recall(report)


def _macro_recall(report) -> str:
    """Say what is found of each class on average; with two classes the table says as much."""
    if len(report.classes) < 3:
        return ""
    return f"<p>{say('macro_recall', share=f'{report.macro_recall:.1%}')}</p>"


def _confusion_table(report) -> str:
    """Rows are the truth, columns the guess; colour and place both say what is right."""
    rows = []
    for i, counts in enumerate(report.confusion):
        kind = ["right" if i == j else "wrong" if count else "" for j, count in enumerate(counts)]
        cells = "".join(f'<td class="{k}">{count}</td>' for k, count in zip(kind, counts, strict=True))
        rows.append((report.classes[i], cells))
    heads = ["", *(f"→ {name}" for name in report.classes)]
    return f"<p>{say('confusion_how')}</p>{table(heads, rows)}{_confused_most(report)}"


def _confused_most(report, most: int = 3) -> str:
    """Say what was taken for what most often; with two classes the table says as much."""
    pairs = report.confusions[:most] if len(report.classes) > 2 else []
    told = ", ".join(say("confused", truth=truth, guess=guess, count=count) for truth, guess, count in pairs)
    return f"<p>{html.escape(say('confused_most', table=told))}</p>" if told else ""


def _mistake_cards(report, most: int) -> str:
    if not len(report.mistakes):
        return f"<p>{say('no_mistakes')}</p>"
    shown = report.mistakes[:most]
    cards = "".join(_card(report, row) for row in shown)
    return f"<p>{say('mistakes_shown', shown=len(shown), count=len(report.mistakes))}</p><div class='cards'>{cards}</div>"


def _card(report, row: int) -> str:
    truth = report.truth[row]
    bars = "".join(
        f"<div>{html.escape(report.classes[k])} {report.probs[row, k]:.0%}</div><div class='bar'>"
        f"<div class='{'truth' if k == truth else ''}' style='width:{report.probs[row, k]:.0%}'></div></div>"
        for k in np.argsort(-report.probs[row])[:4]
    )
    return card(picture_tag(report.images[row]), say("answer_was", name=report.classes[truth]), bars)


def fragment(*parts: str) -> str:
    """Return parts of HTML as one that brings its style along."""
    return f'<div class="al" lang="{language()}"><style>{STYLE}</style>{"".join(parts)}</div>'


def table(heads: Iterable[str], rows: Iterable[tuple[str, str]]) -> str:
    """Return an HTML table. heads: the words above the columns. rows: the words before each row and its cells as HTML."""
    above = "".join(f"<th>{html.escape(head)}</th>" for head in heads)
    below = "".join(f"<tr><th>{html.escape(name)}</th>{cells}</tr>" for name, cells in rows)
    return f"<table><tr>{above}</tr>{below}</table>"


def card(picture: str, name: str, below: str = "") -> str:
    """Return a picture's tag, its name in plain words, and HTML to go below, as a card."""
    return f"<div class='card'>{picture}<div class='name'>{html.escape(name)}</div>{below}</div>"


def picture_tag(image: np.ndarray) -> str:
    """Return a picture uint8 (H, W, 3) as an HTML image that holds its own data."""
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(image)).save(buffer, "PNG")
    return f"<img alt='' src='data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}'>"
