"""Lab: where pictures come from, where runs go, and how much work to do. Chosen once, at the top of a notebook.

Nothing to the right of `open_lab` asks again where the pictures came from; ``source`` only rides along, so that a figure
from drawn pictures can never pass for a result.
"""

import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from . import drive, words
from .cifar import fetch_cifar10
from .errors import AnimelibError
from .staging import numbered

SOURCES = ("samples", "cifar10", "drive", "zip", "folder")
KEEPS = ("here", "drive")


@dataclass(frozen=True)
class Budget:
    """How much work to do: ``quick`` shows that everything runs, ``full`` is for results."""

    name: str
    max_epochs: int
    pictures_per_class: float  # share of the drawn pictures
    pictures_to_borrow_for: float  # share of those that a borrowed network looks at, which takes long
    seeds: int  # choices of pictures that a learning curve tries for each count
    weights: str | None  # of a pretrained network: None leaves them at random, and needs no network


BUDGETS = {
    "full": Budget("full", max_epochs=100_000, pictures_per_class=1.0, pictures_to_borrow_for=1.0, seeds=2, weights="imagenet"),
    "quick": Budget("quick", max_epochs=2, pictures_per_class=0.4, pictures_to_borrow_for=0.08, seeds=1, weights=None),
}


@dataclass(frozen=True)
class Lab:
    """Where pictures and runs live.

    ``pictures``: local folder of pictures. ``runs``: local folder for results. ``keep``: folder where finished results
    are kept (Drive's, or ``runs`` itself). ``source``: where the pictures came from, in words.
    """

    name: str
    pictures: Path
    runs: Path
    keep: Path
    source: str
    budget: Budget
    language: str

    def __repr__(self) -> str:
        told = {"source": self.source, "budget": self.budget.name, "pictures": self.pictures, "results": self.keep}
        return words.say("lab_lines", name=self.name, **told)

    def new_run(self, name: str) -> Path:
        """Make and return the next numbered folder for a run, ``runs/<name>-001``; an earlier one is never written over."""
        number = 1
        while True:
            folder = self.runs / f"{name}-{number:03d}"
            try:
                folder.mkdir(parents=True)
                return folder
            except FileExistsError:
                number += 1


def open_lab(
    name: str,
    source: str = "samples",
    *,
    folder: str | Path = "",
    keep: str = "here",
    cast: str = "pair",
    budget: str | None = None,
    language: str | None = None,
) -> Lab:
    """Open the lab ``name``: fetch or draw its pictures, make its folder for runs, and say where both are.

    source: ``"samples"`` (drawn, of the given ``cast``), ``"cifar10"`` (for `load_cifar10`), ``"drive"``
    (``MyDrive/animelib/pictures/<name>``, or ``folder`` inside MyDrive), ``"zip"`` (the file ``folder``) or ``"folder"`` (the
    folder ``folder``).
    keep: ``"here"`` or ``"drive"``, where finished results go.
    budget: ``"full"`` or ``"quick"``; the default is the environment's ``ANIMELIB_BUDGET``, else ``"full"``.
    language: ``"en"`` or ``"ja"`` for what is shown, or ``"auto"``, the language that the running notebook is written in; the
    default leaves it as it is.

    Raises AnimelibError when the pictures are not there, naming the path, the layout and data_links.md; it never swaps
    one source for another by itself.

        lab = open_lab("rem_vs_mizuki", "samples")
    """
    _one_of("source", source, SOURCES)
    _one_of("keep", keep, KEEPS)
    words.use_language(_language(language))
    chosen = chosen_budget(budget)
    pictures, told = _fetch(source, name, str(folder).strip(), cast, chosen)
    runs = drive.home() / "runs" / name
    kept = drive.mount() / "animelib" / "runs" / name if keep == "drive" else runs
    for made in (runs, kept):
        made.mkdir(parents=True, exist_ok=True)
    return Lab(name, pictures, runs, kept, told, chosen, words.language())


def dated(path: str | Path) -> Path:
    """Return ``path`` with the date and time in its name, as the articles name their files; numbered where that is taken.

        recognizer.save(dated("kml.keras"))  # kml_20161207232510.keras
    """
    path = Path(path).expanduser()
    named = path.with_stem(f"{path.stem}_{datetime.now():%Y%m%d%H%M%S}")
    return next(free for free in numbered(named) if not os.path.lexists(free))


def _one_of(what: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise AnimelibError(f"{what} is {value!r}, which is not one of {', '.join(allowed)}: choose one of these.")


def _language(chosen: str | None) -> str:
    if chosen == "auto":
        return "ja" if re.search("[ぁ-んァ-ン]{3}", drive.notebook_text()) else "en"
    return chosen or words.language()


def chosen_budget(name: str | None = None) -> Budget:
    """Return a budget by its name, by default that of the environment's ``ANIMELIB_BUDGET``, else the full one."""
    name = name or os.environ.get("ANIMELIB_BUDGET") or "full"
    _one_of("budget", name, tuple(BUDGETS))
    return BUDGETS[name]


def _fetch(source: str, name: str, folder: str, cast: str, budget: Budget) -> tuple[Path, str]:
    """Return the local folder of pictures and a few words on where they came from."""
    if source == "samples":
        print(words.say("drawn_pictures"))
        return _draw(cast, budget), words.say("source_samples", cast=cast)
    if source == "cifar10":
        return fetch_cifar10(drive.home() / "pictures")
    if source != "drive" and not folder:
        raise AnimelibError(f'The source is "{source}", but FOLDER is empty: write the path of your {source} there. {LAYOUT}')
    if source == "folder":
        return _there(Path(folder).expanduser()), f"folder {folder}"
    local = drive.home() / "pictures" / name
    if source == "zip":
        return drive.stage(_there(Path(folder).expanduser()), local), f"zip {Path(folder).name}"
    on_drive = drive.mount() / (folder or f"animelib/pictures/{name}")
    return drive.stage(_there(on_drive), local), f"Drive {folder or name}"


LAYOUT = (
    "It should hold one folder of pictures for each character, or the folders train, validation and test "
    "with such folders in each; data_links.md says more."
)


def _there(path: Path) -> Path:
    if not path.exists():
        raise AnimelibError(f"There is nothing at {path.absolute()}: write the full path of your pictures. {LAYOUT}")
    return path


# Pictures of each class that are drawn for a cast, by the part they are in (for the pair the article's numbers and a test beside
# them), and their size in pixels; of scenes, how many there are.
DRAWN = {
    "pair": {"train": 20, "validation": 7, "test": 50},
    "ten": {"train": 180, "validation": 20, "test": 50},
    "six": {"": 60},
    "five": {"train": 50, "validation": 30, "test": 40},
    "scenes": {"": 100},
    "gallery": {"": 400},
}
SCENES = {"scenes": (0, 4), "gallery": (1, 2)}  # how many faces are in a picture, at the least and the most
SIZES = {"ten": 32}  # as in CIFAR-10; else 128
BORROWING = ("five",)  # what a borrowed network is to look at


def _draw(cast: str, budget: Budget) -> Path:
    from . import samples  # draws with NumPy and Pillow; a lab of own pictures does not need them yet

    _one_of("cast", cast, tuple(DRAWN))
    folder = drive.home() / "pictures" / f"samples-{cast}-{budget.name}"
    share = budget.pictures_to_borrow_for if cast in BORROWING else budget.pictures_per_class
    splits = {part: max(2, round(count * share)) for part, count in DRAWN[cast].items()}
    if cast in SCENES:
        least, most = SCENES[cast]
        return samples.draw_scenes(folder, splits[""], least=least, most=most)
    return samples.draw_folder(folder, cast, splits=splits, size=SIZES.get(cast, 128))
