"""The flow goes one way, heavy packages stay behind their doors, and `import animelib` is light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import animelib

PACKAGE = Path(animelib.__file__).parent

# Each module may import those to its left. A new module gets a line here, and so a place in the house.
FLOW = (
    "errors",
    "atomic",
    "words",
    "machine",
    "folders",
    "staging",
    "drive",
    "transfer",
    "pen",
    "heads",
    "outfits",
    "scenery",
    "drawing",
    "lists",
    "faces",
    "box_files",
    "boxes",
    "hand_labels",
    "contents",
    "clicks",
    "ratings",
    "pairs",
    "appearance",
    "samples",
    "teachers",
    "cifar",
    "lab",
    "division",
    "gaussian_process",
    "intervals",
    "calibration",
    "doubts",
    "data",
    "tables",
    "backbones",
    "models",
    "unfolding",
    "changes",
    "attention",
    "neighbours",
    "pretrained",
    "visual_words",
    "training",
    "fast",
    "finetuning",
    "pages",
    "checkup",
    "isolation",
    "relabelling",
    "evaluation",
    "curve",
    "trials",
    "comparison",
    "strangers",
    "recognizer",
    "detector",
    "detection",
    "detector_training",
    "proposals",
    "crops",
    "impressions",
    "views",
    "taste",
    "taste_report",
    "questions",
    "naming",
    "joining",
    "sheets",
    "plots",
    "face_sheets",
    "wall",
    "concepts",
    "explain",
    "learning",
    "inside",
    "depths",
    "why",
    "widgets",
    "mistakes",
    "naming_widget",
    "box_editor",
    "rating_widget",
    "commands",
    "usage",
    "__main__",
)
WHO = {
    "google": {"drive"},
    "pydrive2": {"drive"},
    "oauth2client": {"drive"},
    "googleapiclient": {"drive", "transfer"},
    "httplib2": {"transfer"},
    "keras": {
        "backbones", "models", "unfolding", "attention", "pretrained", "visual_words", "training", "fast", "finetuning",
        "evaluation", "curve", "strangers",
        "recognizer", "inside", "depths", "trials", "why", "neighbours", "mistakes", "detector",
        "detector_training", "impressions",
    },  # fmt: skip
    "matplotlib": {"sheets", "plots", "explain", "learning", "inside", "depths", "why", "face_sheets"},
    "ipywidgets": {"widgets", "mistakes", "naming_widget", "box_editor", "rating_widget"},
    "skimage": {"teachers"},
    "animeface": {"teachers"},
    "tensorflow": {"attention"},
    "cv2": set(),
}


def imports(path: Path) -> tuple[set[str], set[str]]:
    """Return the modules of ours and the packages of others that a file imports, also inside functions."""
    ours, others = set(), set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith("animelib")):
            module = (node.module or "").removeprefix("animelib").strip(".")
            ours |= {module} if module else {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            others.add(node.module.split(".")[0])
        elif isinstance(node, ast.Import):
            others |= {alias.name.split(".")[0] for alias in node.names}
    return ours, others


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.stem)
def test_imports_go_one_way(path):
    ours, others = imports(path)
    if path.stem == "__init__":
        assert not ours
        assert others <= set(sys.stdlib_module_names)
        return
    allowed = set(FLOW[: FLOW.index(path.stem)])
    assert ours <= allowed, f"{path.stem} imports what flows from it: {ours - allowed}"
    for package, modules in WHO.items():
        assert package not in others or path.stem in modules, f"{path.stem} may not import {package}"


def test_every_public_name_is_there_and_none_is_a_module():
    modules = {path.stem for path in PACKAGE.glob("*.py")}
    for name in animelib.__all__:
        assert getattr(animelib, name) is not None
        assert name not in modules
    with pytest.raises(AttributeError, match="no 'nonsense'"):
        animelib.nonsense  # noqa: B018


def test_keras_is_loaded_quietly_where_it_is_loaded_at_all():
    """What is not known to hold networks loads none, else TensorFlow's noise would come with it."""
    light = [home for home in animelib.HOMES if home not in animelib.HOLD_NETWORKS]
    code = (
        "import sys; from importlib import import_module\n"
        f"for home in {light}:\n"
        "    import_module('animelib.' + home); assert 'keras' not in sys.modules, home"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PACKAGE.parent)


def test_judging_boxes_loads_no_network():
    code = "import sys, animelib; animelib.judge_faces; assert 'keras' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PACKAGE.parent)


def test_import_is_light_and_quick():
    code = (
        "import sys, time; t = time.perf_counter(); import animelib; s = time.perf_counter() - t;"
        "heavy = {'keras', 'tensorflow', 'matplotlib', 'ipywidgets', 'numpy', 'PIL', 'jax'} & set(sys.modules);"
        "assert not heavy, heavy; assert s < 0.2, s"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PACKAGE.parent)
