"""What every benchmark shares: honest clocks, several seeds, a table for people, one JSON line for programs."""

import json
import multiprocessing
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from animelib.machine import gpus, processor

PACKAGES = ("keras", "tensorflow", "jax", "numpy", "pillow", "scikit-learn")


@contextmanager
def empty_home() -> Iterator[Path]:
    """Give a seed a home folder of its own, so that no cache of an earlier one shortens its time."""
    before = os.environ.get("ANIMELIB_HOME")
    with tempfile.TemporaryDirectory(prefix="animelib-bench-") as folder:
        os.environ["ANIMELIB_HOME"] = folder
        try:
            yield Path(folder)
        finally:
            os.environ.pop("ANIMELIB_HOME") if before is None else os.environ.update(ANIMELIB_HOME=before)


class Clock:
    """Seconds from the opening of the first picture to the test accuracy."""

    def __enter__(self) -> "Clock":
        self.started = time.perf_counter()
        return self

    def __exit__(self, *reason: object) -> None:
        self.seconds = time.perf_counter() - self.started


def hardware() -> str:
    """Say in a few words what the figures were measured on."""
    return ", ".join([processor(), *gpus()])


def versions() -> dict[str, str]:
    """Return the versions of the packages that decide a figure."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def spread(values: list[float]) -> dict[str, float]:
    """Return mean and standard deviation (of a sample; 0 for one value) rounded to what is readable."""
    sd = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return {"mean": round(float(np.mean(values)), 4), "sd": round(sd, 4)}


def summary(rows: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Turn one dict of figures per seed into mean and spread per figure."""
    return {key: spread([row[key] for row in rows]) for key in rows[0]}


def in_a_fresh_process(measure: Callable, *arguments: object) -> dict[str, float]:
    """Return what a function measures where nothing was loaded or kept in memory before."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, arguments)


def peak_memory() -> float:
    """Return the largest memory of this process so far, in MB; getrusage would count what the parent had when it began."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2 ** (20 if sys.platform == "darwin" else 10)


def auroc(known: np.ndarray, strange: np.ndarray) -> float:
    """Return the chance that a picture of the known scores higher than a stranger's (ties count half)."""
    from sklearn.metrics import roc_auc_score

    truth = np.concatenate([np.ones(len(known)), np.zeros(len(strange))])
    return float(roc_auc_score(truth, np.concatenate([known, strange])))


def told(seed: int, who: str, row: dict[str, float]) -> dict[str, float]:
    """Print the figures of one seed as soon as they are there, and return them."""
    print(f"seed {seed}, {who}:", {key: round(value, 4) for key, value in row.items()}, flush=True)
    return row


def heading(name: str, data: str, seeds: int, quick: bool) -> dict:
    """Return what every result begins with: what was measured, on which data, by which machine, and how often."""
    budget = "quick" if quick else "full"
    return {"name": name, "data": data, "hardware": hardware(), "versions": versions(), "seeds": seeds, "budget": budget}


def show(result: dict) -> None:
    """Print a table for people, then the whole result as one line of JSON, the very last."""
    print(f"\n{result['name']} on {result['data']}: {result['seeds']} seeds, budget {result['budget']}, {result['hardware']}")
    for who, figures in result.items():
        if isinstance(figures, dict) and who != "versions":
            for key, value in figures.items():
                told = f"{value['mean']:.3f} (sd {value['sd']:.3f})" if isinstance(value, dict) else value
                print(f"  {who:22} {key:22} {told}")
    print(json.dumps(result, ensure_ascii=False))
