"""The command line's way in and out: it runs a verb, and whatever goes wrong becomes a sentence and an exit code.

How it is called is told in `usage`, what the verbs do in `commands`.
"""

import io
import os
import sys

from .errors import AnimelibError

STOPPED, CLOSED = 130, 141  # what a shell calls a program that Ctrl-C ended, and one whose reader went away


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code; what goes wrong is one sentence on stderr."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that has no Japanese
    try:
        from .usage import parser  # takes a moment, in which Ctrl-C may come

        chosen = parser().parse_args(arguments)
        code = chosen.run(chosen)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # whoever read on, as `head` does, has seen enough
        _silence()
        return CLOSED
    except AnimelibError as reason:
        print(f"animelib: {reason}", file=sys.stderr)
        return STOPPED if isinstance(reason.__cause__, KeyboardInterrupt) else 1
    except KeyboardInterrupt:
        print("\nanimelib: stopped.", file=sys.stderr)
        return STOPPED
    except OSError as reason:
        print(f"animelib: {reason.filename or 'The disk'}: {reason.strerror or reason}.", file=sys.stderr)
        return 1


def _silence() -> None:
    """Let what is still waiting to be written go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


if __name__ == "__main__":
    sys.exit(main())
