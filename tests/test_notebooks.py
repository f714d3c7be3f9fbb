"""Each notebook runs top to bottom with no click; its network is the library's; its twin has the same code."""

import inspect
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import keras
import nbformat
import numpy as np
import pytest
from conftest import fill

import animelib
from animelib import models
from animelib.backbones import BACKBONES

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TWINS = sorted((ROOT / "notebooks" / "ja").glob("*.ipynb"))
SECTIONS = ["Setup", "Look", "Model", "Train", "Judge", "Try", "Keep"]


def ids(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def cells(path: Path, kind: str = "code") -> list:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def code(path: Path) -> list[str]:
    return [cell.source for cell in cells(path)]


@pytest.mark.parametrize("path", NOTEBOOKS + TWINS, ids=ids)
def test_runs_top_to_bottom(path, tmp_path):
    flags = ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=600", "--nbval-kernel-startup-timeout=120"]
    environment = os.environ | {"ANIMELIB_HOME": str(tmp_path), "ANIMELIB_BUDGET": "quick", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *flags, str(path)],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:]


@pytest.mark.parametrize("path", NOTEBOOKS + TWINS, ids=ids)
def test_is_stored_clean(path):
    nbformat.validate(nbformat.read(path, as_version=4))
    for cell in cells(path):
        assert not cell.outputs
        assert cell.execution_count is None
        assert len(cell.source.splitlines()) <= 25


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)
def test_has_the_sections_in_order_and_asserts_at_the_end(path):
    text = "\n".join(cell.source for cell in cells(path, "markdown"))
    assert [head for head in re.findall(r"^## (\w+)", text, re.M) if head in SECTIONS] == SECTIONS
    assert "assert" in code(path)[-1]


@pytest.mark.parametrize("path", TWINS, ids=ids)
def test_the_twin_has_the_same_code(path):
    original = ROOT / "notebooks" / path.name
    assert _apart_from_language(code(path)) == _apart_from_language(code(original))
    kinds = [[cell.cell_type for cell in nbformat.read(p, as_version=4).cells] for p in (path, original)]
    assert kinds[0] == kinds[1]


def _apart_from_language(sources: list[str]) -> list[str]:
    return [source.replace('LANGUAGE = "ja"', 'LANGUAGE = "en"') for source in sources]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)
def test_the_network_on_the_page_is_the_library_s(path):
    written = [cell.source for cell in cells(path) if "model" in cell.metadata.get("tags", [])]
    assert written
    for source in written:
        names: dict = {"keras": keras, "layers": keras.layers, "al": animelib}
        keras.backend.clear_session()
        exec(source, names)  # the cell defines a function of the name that models.py has
        (name,) = [name for name, made in names.items() if inspect.isfunction(made) and hasattr(models, name)]
        borrowed = "weights" in inspect.signature(names[name]).parameters
        how = {"weights": None} if borrowed else {}  # no download: what weights it begins with is no part of a network's shape
        on_page, in_library = names[name](**how), getattr(models, name)(**how)
        assert _described(on_page) == _described(in_library)


def _described(model: keras.Model) -> str:
    """Return layers, connections and compile settings, without the running numbers in layer names."""
    settings = {"layers": [(type(layer).__name__, layer.get_config()) for layer in model.layers]}
    settings |= {"compiled": model.get_compile_config() if model.compiled else None}
    text = json.dumps(settings, sort_keys=True, default=str)
    return re.sub(r"(_\d+)+\b", "", re.sub(r'"(name|shared_object_id)": [^,}]+', "", text))


def test_setup_is_the_same_cell_everywhere():
    setups = {code(path)[0] for path in NOTEBOOKS + TWINS}
    assert len(setups) == 1


def test_badges_and_setup_cells_hold_the_address_of_pyproject():
    check = [sys.executable, ROOT / "notebooks" / "links.py", "--check"]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_backbones_that_a_form_offers_are_those_of_the_library():
    forms = [re.findall(r"^BACKBONE = .*#@param (\[.*\])", "\n".join(code(path)), re.M) for path in NOTEBOOKS]
    offered = [json.loads(form) for found in forms for form in found]
    assert list(BACKBONES) in offered
    assert all(set(names) <= {"none", *BACKBONES} for names in offered)


def test_megabytes_to_download_are_told_alike_everywhere():
    told = [
        int(megabytes)
        for path in [*NOTEBOOKS, *TWINS, *ROOT.glob("*.md")]
        for line in path.read_text(encoding="utf-8").splitlines()
        if "VGG16" in line or "ANIMELIB_WEIGHTS" in line
        for megabytes in re.findall(r"(?<![\d.])(\d\d) ?MB", line)  # other things of a line are smaller
    ]
    assert len(told) > 4
    assert set(told) == {BACKBONES["vgg16"].megabytes}


def test_what_notebook_01_only_watches_are_the_validation_pictures(tmp_path):
    """Keras takes the end of the pictures as they lie, and these are sorted by class where a folder has no test part."""
    for part, count in (("train", 8), ("validation", 3)):
        for name in ("rem", "mizuki"):
            fill(tmp_path / "p" / part / name, name, count, first=20 * (part == "train"))
    data, given = animelib.load_images(tmp_path / "p", 16), {}
    model = SimpleNamespace(fit=lambda images, targets, **how: given.update(how, images=images, targets=targets))
    names = {"al": animelib, "data": data, "model": model}
    for source in code(NOTEBOOKS[0]):
        if "learn = " in source or "model.fit(" in source:
            exec(source, names)
    border = int(len(given["images"]) * (1 - given["validation_split"]))
    assert np.array_equal(given["images"][border:], data.val.images)
    assert np.array_equal(given["targets"][border:].argmax(axis=1), data.val.labels)
    assert np.array_equal(given["images"][:border], data.train.images)
