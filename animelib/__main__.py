"""The command line: ``animelib demo`` trains, judges and saves a recogniser on drawn pictures."""

import argparse
import sys

from .errors import AnimelibError
from .words import say


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 for done, 1 for a sentence on what was wrong."""
    parser = argparse.ArgumentParser(prog="animelib", description="Teach a computer to recognise anime characters.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    demo_parser = commands.add_parser("demo", help="train, judge and save a recogniser, on drawn pictures or your own")
    demo_parser.add_argument("folder", nargs="?", default="", help="folder that holds one folder of pictures per character")
    demo_parser.add_argument("--language", choices=("en", "ja"), default="en", help="language of the report (default en)")
    demo_parser.set_defaults(run=demo)
    chosen = parser.parse_args(arguments)
    try:
        chosen.run(chosen)
    except AnimelibError as reason:
        print(f"animelib: {reason}", file=sys.stderr)
        return 1
    return 0


def demo(chosen: argparse.Namespace) -> None:
    """Go the whole way once: pictures, two networks, a recognizer in one file, "who is this?", a report."""
    import animelib as al

    lab = al.open_lab("demo", "folder" if chosen.folder else "samples", folder=chosen.folder, language=chosen.language)
    print(f"{lab}\n{al.hardware()}")
    data = al.load_images(lab)
    print(data)
    run = al.train(al.pair_cnn(len(data.classes)), data, lab, epochs=10, batch_size=10, steps_per_epoch=3)
    print("The article's network:", al.evaluate(run.model, data))
    model = al.learn_from_few(data)
    report = al.evaluate(model, data)
    print("Visual words:", report)
    recognizer = al.Recognizer.learn(model, data)
    print("Recognizer:", recognizer.save(lab.runs / "recognizer.keras"))
    print(f"Who is {report.files[0]}?", recognizer(report.images[0]))
    print("Report:", report.save(lab.runs / "report.html"))
    right, asked = int((report.guesses == report.truth).sum()), len(report.truth)
    print(say("demo_end", right=right, asked=asked, source=data.source))


if __name__ == "__main__":
    sys.exit(main())
