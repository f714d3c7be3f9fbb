"""The rating widgets as a person meets them: JupyterLab in a real browser; keys, clicks, undo, a reload and a restart."""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import test_browser
from conftest import face
from test_browser import PATIENCE, Notebook, watched
from test_browser_boxes import open_notebook

from animelib.pairs import read_choices
from animelib.ratings import read_ratings

expect, psutil = test_browser.expect, test_browser.psutil
pytestmark = test_browser.pytestmark
server, browser = test_browser.server, test_browser.browser

CELLS = (
    "import animelib as al\nfrom animelib import words\nwords.use_language({language!r})",
    "rating = al.rate_pictures({folder!r}, {table!r})\nrating",
    "pairs = al.rate_pairs({folder!r}, {choices!r})\npairs",
    "print('All is well.')",
)
RATING, PAIRS = "al.rate_pictures(", "al.rate_pairs("


class Asked:
    """A rating widget on a page."""

    def __init__(self, notebook: Notebook, cell: str):
        self.notebook, self.page = notebook, notebook.page
        self.root = notebook.output(cell).locator(".animelib-rating")

    def turn(self) -> int:
        return int(self.root.locator(".animelib-rating-turn").get_attribute("data-turn"))

    def wait(self, turn: int) -> None:
        expect(self.root.locator(f'.animelib-rating-turn[data-turn="{turn}"]')).to_be_attached()

    def on_show(self) -> list[str]:
        return [image.get_attribute("alt") for image in self.root.locator("img").all()]

    def key(self, *keys: str) -> None:
        """Press keys one after another, each when the next question is there."""
        for key in keys:
            turn = self.turn()
            self.page.keyboard.press(key)
            self.wait(turn + 1)

    def focus(self) -> None:
        self.root.locator(".animelib-rating-stage img").first.click()

    def press(self, act: str) -> None:
        turn = self.turn()
        self.root.locator(f"button.animelib-do-{act}").click()
        self.wait(turn + 1)


class Desk:
    """A notebook with both widgets, and their tables on the disk."""

    def __init__(self, notebook: Notebook, folder: Path):
        self.notebook, self.page, self.folder = notebook, notebook.page, folder
        self.rating, self.pairs = Asked(notebook, RATING), Asked(notebook, PAIRS)
        self.pictures, self.table, self.choices = folder / "pictures", folder / "ratings.csv", folder / "choices.csv"

    def given(self) -> dict[str, float]:
        return {click.path.name: click.score for click in read_ratings(self.table, self.pictures).latest.values()}

    def wait_until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE / 1000
        while not true():
            assert time.monotonic() < end, self.given()
            self.page.wait_for_timeout(50)


def opened(server: dict, browser, folder: Path, language: str, mode: str, **screen: object) -> Desk:
    """Open a notebook with the widgets and run its cells. mode: JupyterLab's, "lab" or "doc"; screen: the browser's."""
    (folder / "pictures").mkdir(parents=True)
    for number in range(12):
        face("rem", number, 200).resize((300, 200) if number % 2 else (200, 300)).save(folder / "pictures" / f"{number}.png")
    names = {"folder": "pictures", "table": "ratings.csv", "choices": "choices.csv"}
    told = {"language": language} | {key: str(folder / name) for key, name in names.items()}
    cells = [source.format(**told) for source in CELLS]
    return Desk(open_notebook(server, browser, folder / f"rating-{language}.ipynb", cells, mode, **screen), folder)


@pytest.fixture
def desk(server, browser):
    yield (its := opened(server, browser, server["work"] / "desk", "en", "lab", viewport={"width": 1200, "height": 1000}))
    its.page.close()
    test_browser._end_kernels(server)


@pytest.fixture
def phone(server, browser):
    screen = {"viewport": {"width": 400, "height": 800}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
    yield (its := opened(server, browser, server["work"] / "phone", "ja", "doc", **screen))
    its.page.close()
    test_browser._end_kernels(server)


def test_ratings_by_keys_and_clicks_survive_a_busy_kernel_a_reload_and_a_restart(desk, server):
    with watched(desk.page, desk.folder, "desk"):
        keys_rate_skip_and_take_back(desk)
        pairs_are_chosen(desk)
        nothing_is_lost_or_rated_unseen_while_the_kernel_is_busy(desk, server)
        nothing_is_lost_by_a_reload(desk)
        nothing_is_lost_by_a_restart(desk)


def keys_rate_skip_and_take_back(desk: Desk) -> None:
    rating, seen = desk.rating, []
    assert not desk.table.exists()
    rating.focus()
    for key in ("5", "1", "s"):  # in JupyterLab's hands a digit would make the cell a heading
        seen += rating.on_show()
        rating.key(key)
    assert desk.given() == {seen[0]: 5, seen[1]: 1}
    rating.key("u", "Control+z")
    assert desk.given() == {seen[0]: 5}
    assert rating.on_show() == [seen[1]]
    rating.press("2")
    rating.key("4")  # and the keys work on
    assert desk.given() == {seen[0]: 5, seen[1]: 2, seen[2]: 4}
    turn = rating.turn()
    for key in ("x", "d", "d", "m", "b", "Escape"):  # would cut the cell, delete it, add another
        desk.page.keyboard.press(key)
    expect(desk.page.locator(".jp-Notebook .jp-CodeCell")).to_have_count(len(CELLS))
    assert rating.turn() == turn
    expect(rating.root).to_contain_text("3 rated today, 3 in all. Still to come: 9.")


def pairs_are_chosen(desk: Desk) -> None:
    first = desk.pairs.on_show()
    desk.pairs.root.locator("img").nth(1).click()
    desk.pairs.wait(1)
    second = desk.pairs.on_show()
    desk.pairs.key("ArrowLeft", "=", "u")
    answers = [(choice.better.path.name, choice.worse.path.name) for choice in read_choices(desk.choices, desk.pictures)]
    assert answers == [(first[1], first[0]), tuple(second)]


def nothing_is_lost_or_rated_unseen_while_the_kernel_is_busy(desk: Desk, server: dict) -> None:
    before, (name,), turn = desk.given(), desk.rating.on_show(), desk.rating.turn()
    with standing_still(server):
        desk.rating.root.locator("button.animelib-do-3").click()
        for key in "1245":  # of pictures that nobody has seen
            desk.page.keyboard.press(key)
        expect(desk.rating.root.locator("button.pressed")).to_have_text("3 nice")
        expect(desk.rating.root.locator(".animelib-rating-late")).to_be_visible()
        assert (desk.given(), desk.rating.turn()) == (before, turn)
    desk.rating.wait(turn + 1)
    assert desk.given() == before | {name: 3}
    expect(desk.rating.root.locator(".animelib-rating-late")).to_be_hidden()
    expect(desk.rating.root.locator("button.pressed")).to_have_count(0)


@contextlib.contextmanager
def standing_still(server: dict) -> Iterator[None]:
    """Let the kernel do nothing for a while, as Colab's does in the middle of a training."""
    (session,) = test_browser._asked(server, "api/sessions")
    children = psutil.Process().children(recursive=True)
    (kernel,) = (child for child in children if any(session["kernel"]["id"] in word for word in child.cmdline()))
    kernel.suspend()
    try:
        yield
    finally:
        kernel.resume()


def nothing_is_lost_by_a_reload(desk: Desk) -> None:
    desk.rating.focus()
    desk.rating.key("5")
    before, shown = desk.given(), desk.rating.on_show()
    desk.notebook.save()
    desk.page.reload()
    desk.notebook.wait_until_open()
    expect(desk.rating.root.locator("img")).to_have_attribute("alt", shown[0])
    desk.rating.focus()
    desk.rating.key("4")
    assert desk.given() == before | {shown[0]: 4}


def nothing_is_lost_by_a_restart(desk: Desk) -> None:
    before, shown = desk.given(), desk.rating.on_show()
    desk.page.get_by_role("menuitem", name="Kernel", exact=True).click()
    desk.page.get_by_role("menuitem", name="Restart Kernel and Run All Cells").click()
    desk.page.locator(".jp-Dialog-button.jp-mod-accept").click()
    desk.rating.wait(0)
    assert (desk.rating.on_show(), desk.given()) == (shown, before)
    desk.rating.focus()
    desk.rating.key("u")
    assert len(desk.given()) == len(before) - 1
    desk.rating.key("1")
    expect(desk.rating.root).to_contain_text(f"{len(before)} rated today, {len(before)} in all.")
    assert desk.notebook.red() == []


def test_a_finger_on_a_phone_and_words_in_japanese(phone):
    with watched(phone.page, phone.folder, "phone"):
        room = phone.page.viewport_size["width"]
        for score in "12345":
            box = phone.rating.root.locator(f"button.animelib-do-{score}").bounding_box()
            assert box["height"] > 40
            assert 0 < box["x"] < box["x"] + box["width"] <= room
        seen = phone.rating.on_show()
        phone.rating.root.locator("button.animelib-do-5").tap()
        phone.wait_until(lambda: phone.given() == {seen[0]: 5})
        expect(phone.rating.root).to_contain_text("今日は1枚、全部で1枚に点をつけました")
        phone.pairs.root.locator("img").first.tap()
        expect(phone.pairs.root).to_contain_text("1組に答えました")
