"""The one error that a user can cause, shown as one sentence."""


class AnimelibError(Exception):
    """What is wrong, where, and what to do, in one sentence.

    IPython calls ``_render_traceback_`` in place of printing a stack: the cell still fails, the reader sees the sentence.
    """

    def _render_traceback_(self) -> list[str]:
        return [f"animelib: {self}"]
