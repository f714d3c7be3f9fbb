"""What notebooks show, in English and Japanese: one table, one function.

Reports, plots, widgets and answers take their words from here. Errors stay in English, because a sentence that can be
pasted into a search box is worth more than one that cannot be found. This module is not about docstrings or prose.
"""

from .errors import AnimelibError

LANGUAGES = ("en", "ja")

WORDS = {
    # key: (English, Japanese)
    "answer_known": ("This is {name}! ({percent})", "{name}です!({percent})"),
    "answer_nobody": (
        "Nobody I know. (The closest is {name}, {percent}.)",
        "知らない人です。(一番近いのは{name}、{percent})",
    ),
    "drawn_pictures": (
        "These are drawn sample pictures: figures from them show that the way works, not how good it is on yours.",
        "これは描いて作ったサンプル画像です。数字は手順が動くことを示すだけで、あなたの画像での性能ではありません。",
    ),
}

_current = "en"


def use_language(language: str) -> None:
    """Choose the language of everything shown from now on: ``"en"`` or ``"ja"``."""
    global _current
    if language not in LANGUAGES:
        raise AnimelibError(f"There is no language {language!r} here: choose one of {', '.join(LANGUAGES)}.")
    _current = language


def say(key: str, **values: object) -> str:
    """Return the sentence ``key`` in the language in use, its ``{places}`` filled from ``values``."""
    return WORDS[key][LANGUAGES.index(_current)].format(**values)
