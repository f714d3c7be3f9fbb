"""The one error that a user can cause, shown as one sentence."""

import sys


class AnimelibError(Exception):
    """What is wrong, where, and what to do, in one sentence.

    IPython calls ``_render_traceback_`` in place of printing a stack: the cell still fails, the reader sees the sentence.
    """

    def _render_traceback_(self) -> list[str]:
        return [f"animelib: {self}"]


def said_by(reason: Exception) -> str:
    """Return what another library said went wrong, for a sentence of ours: its first line, or the name of the error."""
    return str(reason).splitlines()[0] if str(reason) else type(reason).__name__


def _sentence_or(otherwise):
    """Return a hook for uncaught errors that shows ours as a sentence and leaves all others to ``otherwise``."""

    def show(kind: type[BaseException], error: BaseException, trace: object) -> None:
        if issubclass(kind, AnimelibError):
            print(f"animelib: {error}", file=sys.stderr)
        else:
            otherwise(kind, error, trace)

    return show


sys.excepthook = _sentence_or(sys.excepthook)
