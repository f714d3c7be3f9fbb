"""The command line: ``animelib demo`` trains, judges and saves a recogniser on drawn pictures."""

import argparse
import importlib
import logging
import os
import sys

from .errors import AnimelibError


def main(words: list[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 for done, 1 for a sentence on what was wrong."""
    parser = argparse.ArgumentParser(prog="animelib", description="Teach a computer to recognise anime characters.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    demo_parser = commands.add_parser("demo", help="train, judge and save a recogniser, on drawn pictures or your own")
    demo_parser.add_argument("folder", nargs="?", default="", help="folder that holds one folder of pictures per character")
    demo_parser.add_argument("--language", choices=("en", "ja"), default="en", help="language of the report (default en)")
    demo_parser.set_defaults(run=demo)
    arguments = parser.parse_args(words)
    try:
        arguments.run(arguments)
    except AnimelibError as reason:
        print(f"animelib: {reason}", file=sys.stderr)
        return 1
    return 0


def demo(arguments: argparse.Namespace) -> None:
    """Go the whole way once: pictures, two networks, a report, a recognizer in one file, "who is this?"."""
    _load_keras_quietly()
    from . import data, evaluation, lab, models, recognizer, training, visual_words
    from .words import say

    here = lab.open_lab("demo", "folder" if arguments.folder else "samples", folder=arguments.folder, language=arguments.language)
    pictures = data.load_images(here)
    print(pictures)
    classes = len(pictures.classes)
    run = training.train(models.pair_cnn(classes), pictures, here, epochs=10, batch_size=10, steps_per_epoch=3)
    print(f"{run.model.name}:", evaluation.evaluate(run.model, pictures))
    better = visual_words.learn_from_few(pictures)
    report = evaluation.evaluate(better, pictures)
    print(f"{better.name}:", report)
    knows = recognizer.Recognizer.learn(better, pictures)
    print("Recognizer:", knows.save(here.runs / "recognizer.keras"))
    picture = pictures.test if len(pictures.test) else pictures.val
    print(f"{picture.files[0]}:", knows(picture.images[0]))
    print("Report:", report.save(here.runs / "report.html"))
    if not arguments.folder:
        print(say("drawn_pictures"))


def _load_keras_quietly() -> None:
    """Import Keras without the lines that TensorFlow writes past Python to the terminal, and that help nobody here."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        importlib.import_module("keras")
    finally:
        os.dup2(kept, 2)
        os.close(kept)


if __name__ == "__main__":
    sys.exit(main())
