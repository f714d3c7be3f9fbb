"""The box editor as a person meets it: JupyterLab in a real browser; boxes drawn, moved and undone by mouse, key and finger."""

import json
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import nbformat
import numpy as np
import pytest
import test_browser
from test_browser import PATIENCE, Notebook, watched

from animelib.boxes import read_boxes
from animelib.samples import draw_scenes

expect = test_browser.expect
pytestmark = test_browser.pytestmark
server, browser = test_browser.server, test_browser.browser

CELLS = (
    "import animelib as al\nfrom animelib import words\nwords.use_language({language!r})",
    "editor = al.label_faces({folder!r}, proposals={proposals})\neditor",
    "import os\nprint('All is well.', os.getpid())",
)
# Has the kernel confirmed all that the page has sent?
CONFIRMED = """() => {
    const { page, count } = window.animelibBoxes;
    return (JSON.parse(document.querySelector('.animelib-boxes svg').dataset.state).seen[page] ?? 0) === count;
}"""
WHERE = "root => (({ left, top, width }) => [left, top, width])(root.querySelector('svg').getBoundingClientRect())"
EDITOR, END = "al.label_faces(", "All is well."


class Editor:
    """A box editor on a page, handled in the pixels of its picture."""

    def __init__(self, notebook: Notebook, table: Path):
        self.notebook, self.page, self.table = notebook, notebook.page, table
        self.root = notebook.output(EDITOR).locator(".animelib-boxes")
        self.svg = self.root.locator("svg")

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return where a pixel of the picture is on the page."""
        self.root.locator(".animelib-boxes-stage").scroll_into_view_if_needed()
        left, top, width = self.root.evaluate(WHERE)
        share = width / self.state()["size"][0]
        return left + x * share, top + y * share

    def drag(self, start: tuple[float, float], to: tuple[float, float], key: str | None = None) -> None:
        start, to = self.point(*start), self.point(*to)
        self.page.mouse.move(*start)
        if key:
            self.page.keyboard.down(key)
        self.page.mouse.down()
        self.page.mouse.move((start[0] + to[0]) / 2, (start[1] + to[1]) / 2)
        self.page.mouse.move(*to)
        self.page.mouse.up()
        if key:
            self.page.keyboard.up(key)

    def keys(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def press(self, act: str) -> None:
        self.root.locator(f"button.animelib-do-{act}").click()

    def state(self) -> dict:
        return json.loads(self.svg.get_attribute("data-state"))

    def wait(self, picture: str, *boxes: tuple[int, ...]) -> None:
        """Wait until the table says this of a picture, and the page knows."""
        end = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < end:
            known = read_boxes(self.table).get(picture) if self.table.exists() else None
            if known is not None and _near([(face.x, face.y, face.w, face.h) for face in known], boxes):
                self.page.wait_for_function(CONFIRMED)
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{picture}: {known}, not {boxes}")

    def wait_for_picture(self, name: str) -> None:
        expect(self.root.locator(".animelib-boxes-picture img")).to_have_attribute("alt", name)
        self.page.wait_for_function("([svg, name]) => JSON.parse(document.querySelector(svg).dataset.state).picture === name",
                                    arg=[".animelib-boxes svg", name])  # fmt: skip


def _near(found: list[tuple], wanted: tuple, most: float = 2) -> bool:
    return len(found) == len(wanted) and bool((np.abs(np.array(found) - np.array(wanted)) <= most).all())


def opened(server: dict, browser, folder: Path, language: str, *, mode: str, proposals: str = "{}", **screen: object) -> Editor:
    """Open a notebook with a box editor and run its cells. mode: JupyterLab's, "lab" or "doc"; screen: the browser's."""
    folder.mkdir()
    draw_scenes(folder / "drawn", 3, seed=2)
    (folder / "drawn" / "images").rename(folder / "pictures")
    told = {"language": language, "folder": str(folder / "pictures"), "proposals": proposals}
    cells = [source.format(**told) for source in CELLS]
    notebook = open_notebook(server, browser, folder / f"boxes-{language}.ipynb", cells, mode, **screen)
    return Editor(notebook, folder / "pictures" / "boxes.csv")


def open_notebook(server: dict, browser, path: Path, cells: Sequence[str], mode: str, **screen: object) -> Notebook:
    """Write a notebook of these cells, open it and run them; the screen is large until then, to have room for the menus."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}  # or JupyterLab asks which
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells], metadata=kernel)
    nbformat.write(made, path)
    page = browser.new_page(locale="en-US", **screen | {"viewport": {"width": 1200, "height": 1000}})
    page.set_default_timeout(PATIENCE)
    page.route(lambda url: not url.startswith(server["url"]), lambda route: route.abort())
    page.on("dialog", lambda dialog: dialog.accept())
    notebook = Notebook(page, path, path.parent)
    with watched(page, path.parent, f"run_all-{path.stem}"):
        address = f"{server['url']}{mode}/workspaces/{path.stem}/tree/{path.relative_to(server['work'])}"
        page.goto(f"{address}?token={server['token']}")
        notebook.wait_until_open()
        run_all(server, notebook)
        page.set_viewport_size(screen["viewport"])
    return notebook


def run_all(server: dict, notebook: Notebook) -> None:
    """Run all cells once the kernel is there; what is run before may be lost on a busy machine."""
    end = time.monotonic() + PATIENCE / 1000
    while {session["kernel"]["execution_state"] for session in test_browser._asked(server, "api/sessions")} != {"idle"}:
        assert time.monotonic() < end, "the kernel did not start"
        notebook.page.wait_for_timeout(100)
    notebook.wait_until_open()
    notebook.run_all()


@pytest.fixture
def desk(server, browser):
    screen = {"viewport": {"width": 1200, "height": 1000}}
    yield (editor := opened(server, browser, server["work"] / "desk", "en", mode="lab", **screen))
    editor.page.close()
    test_browser._end_kernels(server)


@pytest.fixture
def phone(server, browser):
    proposals = "{'scene_000.jpg': [al.Face(100, 100, 150, 150, 0.6)]}"
    screen = {"viewport": {"width": 400, "height": 800}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
    yield (editor := opened(server, browser, server["work"] / "phone", "ja", mode="doc", proposals=proposals, **screen))
    editor.page.close()
    test_browser._end_kernels(server)


def test_boxes_by_mouse_and_keys_survive_a_busy_kernel_a_reload_and_a_restart(desk, server):
    with watched(desk.page, desk.table.parent, "desk"):
        draw_and_correct(desk)
        keys_are_the_editors(desk)
        nothing_is_lost_while_the_kernel_is_busy(desk)
        nothing_is_lost_by_a_reload(desk)
        nothing_is_lost_by_a_restart(desk, server)


def draw_and_correct(editor: Editor) -> None:
    assert not editor.table.exists()
    first = "scene_000.jpg"
    editor.drag((100, 100), (200, 180))  # a square, whatever the hand does
    editor.wait(first, (100, 100, 100, 100))
    editor.drag((350, 100), (450, 150), "Shift")
    editor.wait(first, (100, 100, 100, 100), (350, 100, 100, 50))
    editor.drag((150, 150), (180, 190))
    editor.wait(first, (130, 140, 100, 100), (350, 100, 100, 50))
    editor.drag((230, 240), (260, 250))
    editor.wait(first, (130, 140, 130, 130), (350, 100, 100, 50))
    editor.page.mouse.click(*editor.point(400, 125))
    editor.keys("Delete")
    editor.wait(first, (130, 140, 130, 130))
    editor.keys("u")
    editor.wait(first, (130, 140, 130, 130), (350, 100, 100, 50))
    editor.keys("Control+z", "Control+z")
    editor.wait(first, (100, 100, 100, 100), (350, 100, 100, 50))
    editor.keys("Enter")
    editor.wait_for_picture("scene_001.jpg")


def keys_are_the_editors(editor: Editor) -> None:
    """In JupyterLab's hands these would cut the cell, delete it, make it a heading, or add another."""
    editor.keys("x", "d", "d", "1", "m", "b", "Escape")
    cells = editor.page.locator(".jp-Notebook .jp-Cell")
    expect(cells).to_have_count(len(CELLS))
    expect(editor.page.locator(".jp-Notebook .jp-CodeCell")).to_have_count(len(CELLS))
    editor.keys("p")
    editor.wait_for_picture("scene_000.jpg")
    editor.keys("s")
    editor.wait_for_picture("scene_001.jpg")


def nothing_is_lost_while_the_kernel_is_busy(editor: Editor) -> None:
    """What a person does while the kernel hears nothing, as during a training on Colab, comes in order afterwards."""
    kernel = test_browser.psutil.Process(int(editor.notebook.output(END).text_content().split()[-1]))
    kernel.suspend()
    for x in (20, 120, 220):
        editor.drag((x, 20), (x + 80, 100))
    editor.press("delete")  # goes the same way as the strokes, so it takes the third
    assert editor.svg.locator("g").count() == 2
    editor.press("next")
    expect(editor.root.locator(".animelib-boxes-late")).to_be_visible()  # it says that it waits for the kernel
    kernel.resume()
    editor.wait("scene_001.jpg", (20, 20, 80, 80), (120, 20, 80, 80))
    expect(editor.root.locator(".animelib-boxes-late")).to_be_hidden()
    editor.wait_for_picture("scene_002.jpg")


def nothing_is_lost_by_a_reload(editor: Editor) -> None:
    editor.drag((50, 50), (150, 150))
    editor.wait("scene_002.jpg", (50, 50, 100, 100))
    editor.notebook.save()
    editor.page.reload()
    editor.notebook.wait_until_open()
    editor.wait_for_picture("scene_002.jpg")
    assert editor.svg.locator("g").count() == 1
    editor.drag((300, 50), (400, 150))
    editor.wait("scene_002.jpg", (50, 50, 100, 100), (300, 50, 100, 100))


def nothing_is_lost_by_a_restart(editor: Editor, server: dict) -> None:
    before = read_boxes(editor.table)
    (session,) = test_browser._asked(server, "api/sessions")
    address = f"{server['url']}api/kernels/{session['kernel']['id']}/restart"
    request = urllib.request.Request(address, method="POST", headers={"Authorization": f"token {server['token']}"})
    urllib.request.urlopen(request, timeout=30).close()
    run_all(server, editor.notebook)
    editor.wait_for_picture("scene_000.jpg")  # all are done
    assert editor.svg.locator("g").count() == 2
    assert read_boxes(editor.table) == before


def test_a_finger_on_a_phone_and_words_in_japanese(phone):
    with watched(phone.page, phone.table.parent, "phone"):
        box, room = phone.svg.bounding_box(), phone.page.viewport_size
        assert 200 < box["width"] < box["x"] + box["width"] <= room["width"]
        expect(phone.root.locator("g.proposed")).to_have_count(1)
        assert not phone.table.exists()
        swipe(phone, (175, 175), (215, 195))
        phone.wait("scene_000.jpg", (140, 120, 150, 150))
        expect(phone.root.locator("g.proposed")).to_have_count(0)
        phone.press("next")
        phone.wait_for_picture("scene_001.jpg")
        phone.press("next")
        phone.wait("scene_001.jpg")
        expect(phone.root).to_contain_text("3枚中2枚を確認しました（顔1個）")


def swipe(editor: Editor, start: tuple[float, float], to: tuple[float, float]) -> None:
    """Drag with one finger."""
    touch = editor.page.context.new_cdp_session(editor.page)
    start, to = editor.point(*start), editor.point(*to)
    for kind, place in (("touchStart", start), ("touchMove", start), ("touchMove", to), ("touchEnd", None)):
        points = [{"x": place[0], "y": place[1]}] if place else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
