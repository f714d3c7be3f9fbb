"""Our error is one sentence, in a notebook and in a script; everybody else's stays a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

from animelib.errors import AnimelibError

ROOT = Path(__file__).resolve().parent.parent


def test_a_notebook_shows_a_sentence():
    assert AnimelibError("what, where, what to do.")._render_traceback_() == ["animelib: what, where, what to do."]


@pytest.mark.parametrize(("raised", "trace"), [("al.AnimelibError('what.')", False), ("ValueError('what.')", True)])
def test_a_script_shows_a_sentence_for_ours_alone(raised, trace):
    code = f"import animelib as al; al.AnimelibError; raise {raised}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 1
    assert ("Traceback" in done.stderr) == trace
    assert "what." in done.stderr
