"""Sheets show themselves, keep their style wherever they are drawn, and leave matplotlib as the reader has it."""

import base64
import io
from pathlib import Path

import matplotlib
import nbformat
import numpy as np
import pytest
from matplotlib import style
from nbclient import NotebookClient
from PIL import Image

from animelib import AnimelibError, sheets

ROOT = Path(__file__).parents[1]


@sheets.quiet_style()
def a_sheet():
    sheet = sheets.Sheet()
    sheet.subplots().set_title("レム A$AP$ {x} yasuna&sonya_$")
    return sheet


def drawn(sheet):
    return np.asarray(Image.open(io.BytesIO(sheet.png())).convert("RGB"))


def test_the_readers_own_settings_stay_and_do_not_show_through():
    normal = drawn(a_sheet())
    with style.context("dark_background"):
        before = dict(matplotlib.rcParams)
        dark = drawn(a_sheet())
        assert dict(matplotlib.rcParams) == before
    assert np.array_equal(normal, dark)


@pytest.mark.parametrize("first", ["", "import matplotlib.pyplot as plt\n", "%matplotlib inline\n"])
def test_a_figure_as_the_last_line_shows_itself_once(first):
    cell = first + "from animelib import sheets\nwith sheets.quiet_style():\n    sheet = sheets.Sheet()\nsheet.subplots()\nsheet"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(ROOT)}}).execute()
    outputs = [output for output in notebook.cells[0].outputs if output.output_type != "stream"]
    assert len(outputs) == 1
    shown = Image.open(io.BytesIO(base64.b64decode(outputs[0]["data"]["image/png"])))
    assert shown.width > 300


def test_names_are_shortened_by_their_width():
    assert sheets.clip("mizuki", 6) == "mizuki"
    assert sheets.clip("konobi mizuki", 6) == "konob…"
    assert sheets.clip("とても長い名前", 6) == "とて…"


def test_spread_takes_evenly_from_first_to_last():
    assert sheets.spread(np.arange(10, 20), 4).tolist() == [10, 13, 16, 19]
    assert sheets.spread(np.arange(3), 9).tolist() == [0, 1, 2]


def test_numbers_are_written_as_short_as_their_neighbours_allow_and_where_they_can_be_read():
    sheet = sheets.Sheet()
    wide, whole, parts = sheet.subplots(1, 3)
    for axes, values in ((wide, [[-200.4, 1]]), (whole, [[-3.0, 0]]), (parts, [[-0.5, 2]])):
        sheets.show_map(axes, np.array(values))
        sheets.print_numbers(axes, np.array(values), 9)
    assert [[text.get_text() for text in axes.texts] for axes in sheet.axes] == [["−200", "1"], ["−3", "0"], ["−0.50", "2.00"]]
    assert [text.get_color() for text in wide.texts] == ["white", "black"]


def test_a_map_is_white_at_0_orange_above_and_purple_below():
    axes = sheets.Sheet().subplots()
    sheets.show_map(axes, np.array([[-1.0, 0, 1]]))
    (purple, white, orange) = axes.images[0].to_rgba(axes.images[0].get_array())[0, :, :3]
    assert purple[2] > purple[1]
    assert white.min() > 0.95
    assert orange[0] > orange[1] > orange[2]


def test_a_sheet_is_saved_whole_by_its_ending(tmp_path):
    path = a_sheet().save(tmp_path / "new" / "graph.png")
    assert np.array_equal(np.asarray(Image.open(path).convert("RGB")), drawn(a_sheet()))
    assert a_sheet().save(tmp_path / "graph.pdf").read_bytes().startswith(b"%PDF")
    for name in ("graph", "graph.xyz"):
        with pytest.raises(AnimelibError, match=r"end its name in \.png"):
            a_sheet().save(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["graph.pdf", "new"]
