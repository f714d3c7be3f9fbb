"""CIFAR-10: the article's network and recipe against ours, in half a minute and in the article's whole time.

--data is the zip with the JPEG copy (cifar10/{train,test}/<class>/*.jpg); without it $ANIMELIB_DATA's, else Keras' download.
The clock runs from the arrays to the test accuracy. `article` trains 25 epochs. `ours_short` is a fixed schedule that was
chosen on validation pictures. `ours` trains a larger network for as many epochs as fit into the time that the article's
recipe took in this run. Ours learn from all 50,000 training pictures; the article sets a tenth of them aside to watch.
`cost` is, for 5,000, 15,000 and 50,000 pictures, the time per picture and the largest memory of a process of its own.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import keras

from animelib import cifar, data, lab
from animelib.evaluation import evaluate
from animelib.fast import learn_fast
from animelib.machine import mixed_precision
from animelib.models import cifar10_cnn, cifar10_fast

from .harness import Clock, empty_home, heading, in_a_fresh_process, peak_memory, show, summary, told

DATA = "cifar10"
PARTS = ("article", "ours_short", "ours", "cost")
PICTURES = (5_000, 15_000, 50_000)
WIDE = {"filters": (64, 256, 256), "depth": 2, "patch": 2}  # about airbench94


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this benchmark takes."""
    parser.add_argument("--parts", default=",".join(PARTS), help=f"what to measure, of {','.join(PARTS)}")
    parser.add_argument("--long-seeds", type=int, default=1, help="how often article and ours, a quarter hour each (default 1)")


def run(arguments: argparse.Namespace) -> dict:
    """Measure the parts that are asked for, print and return the result."""
    parts = arguments.parts.split(",")
    with empty_home() as home:
        folder, source = cifar.fetch_cifar10(home, None if arguments.data == DATA else Path(arguments.data).expanduser())
        loaded = load(folder, source, arguments.quick)
        rows = measure(loaded, parts, arguments.seeds, arguments.long_seeds, arguments.quick)
        costs = {"cost": cost(folder)} if "cost" in parts else {}
    result = heading("cifar10", loaded.source, arguments.seeds, arguments.quick) | {"long_seeds": arguments.long_seeds}
    result |= {who: summary(figures) for who, figures in rows.items() if figures} | costs
    show(result)
    return result


def load(folder: Path, source: str, quick: bool = False) -> data.ImageData:
    """Load what was fetched into ``folder``; the quick budget takes a fiftieth of the pictures."""
    room = lab.Lab("cifar10", folder, folder, folder, source, lab.BUDGETS["full"], "en")
    loaded = data.load_cifar10(room)
    if not quick:
        return loaded
    return replace(loaded, train=first(loaded.train, 900), val=first(loaded.val, 100), test=first(loaded.test, 200))


def first(split: data.Split, count: int) -> data.Split:
    """Return the first pictures of a part."""
    return data.Split(split.images[:count], split.labels[:count], split.files[:count])


def measure(
    loaded: data.ImageData, parts: list[str], seeds: int, long_seeds: int, quick: bool
) -> dict[str, list[dict[str, float]]]:
    """Return the figures of each recipe, a row for each seed; ours gets the time that the article's took with that seed."""
    rows: dict[str, list[dict[str, float]]] = {"article": [], "ours_short": [], "ours": []}
    for seed in range(long_seeds if "article" in parts else 0):
        rows["article"].append(told(seed, "article", article(loaded, seed, 2 if quick else 25)))
    for seed in range(seeds if "ours_short" in parts else 0):
        rows["ours_short"].append(told(seed, "ours_short", ours_short(loaded, seed)))
    for seed in range(long_seeds if "ours" in parts else 0):
        seconds = rows["article"][seed]["seconds"] if rows["article"] else 900.0
        rows["ours"].append(told(seed, "ours", ours(loaded, seed, seconds)))
    return rows


def article(loaded: data.ImageData, seed: int, epochs: int) -> dict[str, float]:
    """The article's way: its network, Adam, batches of 128, 25 epochs, the last tenth of the pictures to watch."""
    keras.utils.set_random_seed(seed)
    shown = loaded.to_learn_from
    with Clock() as clock:
        model = cifar10_cnn()
        targets = keras.utils.to_categorical(shown.labels, 10)
        model.fit(shown.images, targets, batch_size=128, epochs=epochs, validation_split=0.1, verbose=0)
        accuracy = evaluate(model, loaded).accuracy
    return {"accuracy": accuracy, "seconds": clock.seconds}


def ours_short(loaded: data.ImageData, seed: int) -> dict[str, float]:
    """Our way, in short: the default schedule of `learn_fast`."""
    with Clock() as clock:
        accuracy = evaluate(learn_fast(loaded, seed=seed), loaded).accuracy
    return {"accuracy": accuracy, "seconds": clock.seconds}


def ours(loaded: data.ImageData, seed: int, seconds: float) -> dict[str, float]:
    """Our way with a larger network, for as long as the article's took."""
    with Clock() as clock:
        network = cifar10_fast(**WIDE, dtype=mixed_precision())
        accuracy = evaluate(learn_fast(loaded, seconds=0.95 * seconds, network=network, seed=seed), loaded).accuracy
    return {"accuracy": accuracy, "seconds": clock.seconds}


def cost(folder: Path) -> dict[str, dict[str, float]]:
    """Return what `cost_of` measures for growing numbers of pictures, each in a fresh process."""
    figures = {}
    for count in PICTURES:
        figures[f"pictures_{count}"] = in_a_fresh_process(cost_of, folder, count)
        print(f"{count} pictures:", figures[f"pictures_{count}"], flush=True)
    return figures


def cost_of(folder: Path, count: int) -> dict[str, float]:
    """Learn from so many pictures and return milliseconds per picture and epoch, peak memory, and how much data that is."""
    loaded = load(folder, "")
    few = replace(loaded, train=first(loaded.train, count), val=first(loaded.val, max(0, count - len(loaded.train))))
    seconds = []
    for epochs in (1, 1, 5):  # once to warm up; then what four epochs more cost, without the start
        with Clock() as clock:
            learn_fast(few, epochs=epochs, batch_size=512)
        seconds.append(clock.seconds)
    megabytes = count * loaded.train.images[0].nbytes / 2**20
    each = (seconds[2] - seconds[1]) / 4 / count * 1000
    return {"milliseconds_per_picture": round(each, 4), "peak_memory_mb": round(peak_memory()), "data_mb": round(megabytes)}
