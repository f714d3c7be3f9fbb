"""Notebook 02 as a reader meets it: JupyterLab in a real browser, every figure and widget seen, moved, fed and reloaded."""

import contextlib
import functools
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image

from animelib import words
from animelib.drawing import draw_portrait
from animelib.samples import HANA

pytest.importorskip("playwright", reason="Playwright is not installed")
pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")
psutil = pytest.importorskip("psutil", reason="psutil is not installed")
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright  # noqa: E402

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

ROOT = Path(__file__).resolve().parent.parent
NAME = "02_rem_vs_mizuki.ipynb"
NOTEBOOKS = [path for path in (ROOT / "notebooks" / NAME, ROOT / "notebooks" / "ja" / NAME) if path.exists()]
LIMIT = 300  # seconds for a test, and for running all cells; then the browser is killed
PATIENCE = 30_000  # milliseconds for one thing to happen
expect.set_options(timeout=PATIENCE)
JAPANESE = "[ぁ-んァ-ン]"
# What JupyterLab shows on red: errors, and what was written to stderr.
RED = '[data-mime-type="application/vnd.jupyter.stderr"], [data-mime-type="application/vnd.jupyter.error"]'
# Is every cell done? Yes too when one has failed: there is nothing to wait for then.
DONE = """([red, last]) => {
    const cells = [...document.querySelectorAll('.jp-CodeCell')];
    const running = cells.some(cell => cell.querySelector('.jp-InputPrompt').textContent.includes('*'));
    const idle = document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status === 'idle';
    const output = cells.at(-1)?.querySelector('.jp-Cell-outputArea')?.textContent ?? '';
    return idle && !running && (output.includes(last) || document.querySelector(red) !== null);
}"""


class Notebook:
    """A notebook open in JupyterLab; its cells are found by what their code says."""

    def __init__(self, page: Page, path: Path, pictures: Path):
        self.page, self.path, self.pictures = page, path, pictures
        self.sources = [cell.source if cell.cell_type == "code" else "" for cell in nbformat.read(path, as_version=4).cells]

    @property
    def language(self) -> str:
        return "ja" if self.path.parent.name == "ja" else "en"

    def cell(self, says: str) -> Locator:
        (index,) = [index for index, source in enumerate(self.sources) if says in source]
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def output(self, says: str) -> Locator:
        return self.cell(says).locator(".jp-Cell-outputArea")

    def run_all(self) -> None:
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        self.page.wait_for_function(DONE, arg=[RED, "All is well."], timeout=1000 * (LIMIT - 20))
        assert self.red() == []

    def red(self) -> list[str]:
        return self.page.locator(RED).all_text_contents()

    def run(self, says: str) -> None:
        """Run one cell again and wait until its number is a new one."""
        prompt = self.cell(says).locator(".jp-InputPrompt").first
        before = prompt.text_content()
        prompt.click()
        self.page.keyboard.press("Control+Enter")
        told = "([prompt, before]) => prompt.textContent !== before && /\\d/.test(prompt.textContent)"
        self.page.wait_for_function(told, arg=[prompt.element_handle(), before])

    def save(self) -> None:
        self.page.keyboard.press("Control+s")
        expect(self.page.locator(".jp-mod-dirty")).to_have_count(0)

    def wait_until_open(self) -> None:
        expect(self.page.locator(".jp-Notebook .jp-Cell")).to_have_count(len(self.sources))
        expect(self.page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')).to_be_attached()

    def figures(self) -> list[tuple[str, Locator]]:
        """Return the cells that end in a figure, with the images that they show."""
        ends = [(source, source.rstrip().rpartition("\n")[2]) for source in self.sources]
        calls = [source for source, end in ends if re.match(r"al\.(show|plot|explain)_", end)]
        return [(source, self.output(source).locator("img")) for source in calls]


# ---------------------------------------------------------------- the server, the browser, and an end for each


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[dict]:
    """Run JupyterLab in a home of its own; afterwards it and its kernels are gone, whatever happened."""
    home = tmp_path_factory.mktemp("jupyter")
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}  # or it asks, in a window over the notebook
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
    (home / "work").mkdir()
    token = secrets.token_hex(16)
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={_free_port()}",
        f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={home / 'work'}", "--LabApp.extension_manager=readonly",
    ]  # fmt: skip
    with open(home / "server.log", "w") as log:
        process = subprocess.Popen(command, env=_environment(home), stdout=log, stderr=log, cwd=home)
    try:
        yield {"url": _address(process, home), "token": token, "work": home / "work"}
    finally:
        _end(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON", "JPY", "XDG"))}
    own = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    own |= {"JUPYTERLAB_SETTINGS_DIR": str(home / "settings"), "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces")}
    own |= {"HOME": str(home), "ANIMELIB_HOME": str(home / "animelib"), "ANIMELIB_BUDGET": "quick", "PYTHONPATH": str(ROOT)}
    return kept | own


def _address(process: subprocess.Popen, home: Path, patience: float = 60) -> str:
    """Return the server's address once it answers."""
    end = time.monotonic() + patience
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError, IndexError, ValueError):
            (told,) = (home / "runtime").glob("jpserver-*.json")
            url = json.loads(told.read_text())["url"]
            urllib.request.urlopen(f"{url}login", timeout=5).close()
            return url
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start: {(home / 'server.log').read_text()[-2000:]}")


def _end(process: subprocess.Popen) -> None:
    """Ask a process to stop, then kill what is left of it and its children."""
    with contextlib.suppress(psutil.NoSuchProcess):
        family = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()
        for child in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
    process.wait(15)


@pytest.fixture(scope="module")
def browser(tmp_path_factory) -> Iterator[Browser]:
    arguments = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    home = {"HOME": str(tmp_path_factory.mktemp("chromium"))}
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments, env=os.environ | home)
        yield started
        started.close()


def _end_kernels(server: dict) -> None:
    """Close every session: two kernels with Keras at once are too much for a small machine."""
    for session in _asked(server, "api/sessions"):
        _asked(server, f"api/sessions/{session['id']}", "DELETE")


def _asked(server: dict, what: str, how: str = "GET") -> list:
    request = urllib.request.Request(server["url"] + what, method=how, headers={"Authorization": f"token {server['token']}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or "[]")


@contextlib.contextmanager
def watched(page: Page, folder: Path, what: str) -> Iterator[None]:
    """Kill the browser when the time is over, and add the name of a screenshot to whatever goes wrong."""
    timer = threading.Timer(LIMIT, _kill_browser)
    timer.start()
    try:
        yield
    except Exception as reason:
        shot = folder / f"{what}.png"
        with contextlib.suppress(Exception):
            page.screenshot(path=shot, timeout=5000)
        reason.add_note(f"Screenshot: {shot}" if shot.exists() else f"No screenshot; the limit is {LIMIT} seconds.")
        raise
    finally:
        timer.cancel()


def _kill_browser() -> None:
    for child in psutil.Process().children(recursive=True):
        if "chrom" in child.name():
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()


def pictured(test: Callable) -> Callable:
    """Let a test of a notebook fail with a screenshot, and never last longer than the limit."""

    @functools.wraps(test)
    def inner(notebook: Notebook, *arguments, **named):
        with watched(notebook.page, notebook.pictures, f"{test.__name__}-{notebook.language}"):
            test(notebook, *arguments, **named)

    return inner


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def notebook(request, server, browser, tmp_path_factory) -> Iterator[Notebook]:
    """Open a copy of a notebook and run all its cells."""
    folder = server["work"] / request.param.parent.name
    folder.mkdir(exist_ok=True)
    copy = Path(shutil.copy(request.param, folder))
    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-US")
    page.set_default_timeout(PATIENCE)
    page.route(lambda url: not url.startswith(server["url"]), lambda route: route.abort())  # nothing from the network
    page.on("dialog", lambda dialog: dialog.accept())  # "Leave site?"
    opened = Notebook(page, copy, tmp_path_factory.mktemp("screenshots"))
    try:
        with watched(page, opened.pictures, f"run_all-{opened.language}"):
            workspace = f"{server['url']}lab/workspaces/{opened.language}"  # its own, or the other notebook is opened again too
            page.goto(f"{workspace}/tree/{copy.relative_to(server['work'])}?token={server['token']}")
            opened.wait_until_open()
            opened.run_all()
        yield opened
    finally:
        page.close()
        _end_kernels(server)


# ---------------------------------------------------------------- the tests


@pictured
def test_all_cells_run_without_an_error(notebook):
    assert notebook.red() == []
    assert "All is well." in notebook.output("All is well.").text_content()


@pictured
def test_every_figure_is_shown_and_fits(notebook):
    assert len(notebook.figures()) >= 8
    for source, images in notebook.figures():
        assert images.count() >= 1, source
        for image in images.all():
            image.scroll_into_view_if_needed()
            assert image.evaluate("image => image.complete && image.naturalWidth > 100"), source
            box, room = image.bounding_box(), notebook.output(source).bounding_box()
            assert box["width"] > 300, source
            assert box["height"] > 50, source
            assert box["x"] + box["width"] <= room["x"] + room["width"], source


@pictured
def test_outputs_are_in_the_language_of_the_notebook(notebook):
    shown = notebook.output("al.panel(").text_content() + notebook.output("al.try_picture(").text_content()
    assert bool(re.search(JAPANESE, shown)) == (notebook.language == "ja")
    report = notebook.output("better_report = al.evaluate(").text_content()
    assert bool(re.search(JAPANESE, report)) == (notebook.language == "ja")
    label = words.WORDS["knob_epochs"][words.LANGUAGES.index(notebook.language)]
    assert notebook.output("al.panel(").locator(".widget-label", has_text=label).is_visible()


@pictured
def test_a_moved_slider_keeps_its_place_and_decides_how_long_training_is(notebook):
    panel, training = notebook.output("al.panel("), notebook.output("al.train(")
    told = {"en": "epochs: {}, each of 3 batches", "ja": "{}エポック、1エポックは10枚ずつ3回"}[notebook.language]
    assert told.format(2) in training.text_content()  # the form says 10; the quick budget stops at 2
    number = panel.locator(".widget-readout").first
    expect(number).to_have_text("10")
    panel.locator(".noUi-handle").first.press("Home")
    expect(number).to_have_text("1")
    notebook.run("al.panel(")
    expect(number).to_have_text("1")
    notebook.run("al.train(")
    expect(training).to_contain_text(told.format(1))


@pictured
def test_a_chosen_picture_is_answered_and_a_broken_one_gets_a_sentence(notebook, tmp_path):
    Image.fromarray(draw_portrait(HANA, np.random.default_rng(0), 256)).save(tmp_path / "hana.png")
    (tmp_path / "broken.png").write_bytes(b"this is no picture")
    output = notebook.output("al.try_picture(")
    _choose(notebook, tmp_path / "hana.png")
    answer = output.locator("img")
    notebook.page.wait_for_function("image => image.naturalWidth > 300", arg=answer.element_handle())
    assert answer.bounding_box()["width"] > 300
    _choose(notebook, tmp_path / "broken.png")
    expect(output.locator(".widget-html-content", has_text=re.compile(r"^broken\.png: the picture .*\.$"))).to_have_count(1)
    expect(output.locator("img")).to_have_count(1)  # the earlier answer stays
    assert notebook.red() == []


def _choose(notebook: Notebook, path: Path) -> None:
    with notebook.page.expect_file_chooser() as chooser:
        notebook.output("al.try_picture(").locator("button.widget-upload, .widget-upload button").click()
    chooser.value.set_files(path)


@pictured
def test_a_reload_loses_no_output(notebook):
    before = _seen(notebook)
    notebook.save()
    notebook.page.reload()
    notebook.wait_until_open()
    notebook.output("al.panel(").locator(".noUi-handle").wait_for()
    notebook.output("al.try_picture(").locator(".widget-upload").wait_for()
    assert _seen(notebook) == before


def _seen(notebook: Notebook) -> dict:
    """Count what is shown: figures of each cell, tables, controls, and the last words."""
    page = notebook.page
    return {
        "figures": [images.count() for _, images in notebook.figures()],
        "tables": page.locator(".jp-RenderedHTML table").count(),
        "sliders": page.locator(".noUi-handle").count(),
        "end": notebook.output("All is well.").text_content(),
        "red": notebook.red(),
    }
