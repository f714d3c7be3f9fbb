"""The command line: ``animelib demo`` trains, judges and saves a recogniser; ``animelib who`` asks it."""

import argparse
import sys
from pathlib import Path

from .errors import AnimelibError
from .words import LANGUAGES, say, use_language


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 for done, 1 for a sentence on what was wrong."""
    chosen = _parser().parse_args(arguments)
    try:
        chosen.run(chosen)
    except AnimelibError as reason:
        print(f"animelib: {reason}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="animelib", description="Teach a computer to recognise anime characters.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    part = commands.add_parser("demo", help="train, judge and save a recogniser, on drawn pictures or your own")
    part.add_argument("folder", nargs="?", default="", help="folder (or zip) that holds one folder of pictures per character")
    part.add_argument("--language", choices=LANGUAGES, default="en", help="language of what is shown (default en)")
    part.set_defaults(run=demo)
    part = commands.add_parser("who", help="ask a saved recogniser who is on pictures")
    part.add_argument("pictures", nargs="+", help="pictures, or folders of pictures")
    part.add_argument("--with", dest="recognizer", required=True, help="the .keras file that demo or a notebook saved")
    part.add_argument("--language", choices=LANGUAGES, default="en", help="language of the answers (default en)")
    part.set_defaults(run=who)
    return parser


def demo(chosen: argparse.Namespace) -> None:
    """Go the whole way once: pictures, two networks, a recognizer in one file, "who is this?", a report."""
    import animelib as al

    source = "samples" if not chosen.folder else "zip" if chosen.folder.lower().endswith(".zip") else "folder"
    name = Path(chosen.folder).resolve().stem if chosen.folder else "demo"
    lab = al.open_lab(name, source, folder=chosen.folder, language=chosen.language)
    print(f"{lab}\n{al.hardware()}\n{say('demo_doctor')}\n{al.doctor(lab)}")
    data = al.load_images(lab)
    print(data)
    run = al.train(al.pair_cnn(len(data.classes)), data, lab, epochs=10, batch_size=10, steps_per_epoch=3)
    print(say("demo_article"), al.evaluate(run.model, data))
    model = al.learn_from_few(data)
    report = al.evaluate(model, data)
    print(say("demo_ours"), report)
    recognizer = al.Recognizer.learn(model, data)
    saved = recognizer.save(run.folder / "recognizer.keras")
    print(say("demo_who", file=report.files[0], answer=recognizer(report.images[0])))
    print(say("demo_later", path=saved))
    print(say("demo_report", path=report.save(run.folder / "report.html")))
    right, asked = int((report.guesses == report.truth).sum()), len(report.truth)
    print(say("demo_end", right=right, asked=asked, source=data.source))


def who(chosen: argparse.Namespace) -> None:
    """Answer for each picture, one a line: its path, and who it is."""
    import animelib as al

    use_language(chosen.language)
    recognizer = al.Recognizer.load(chosen.recognizer)
    for named in chosen.pictures:
        asked = recognizer.answer_folder(named) if Path(named).is_dir() else [(named, recognizer(named))]
        for path, answer in asked:
            print(f"{path}: {answer}")


if __name__ == "__main__":
    sys.exit(main())
