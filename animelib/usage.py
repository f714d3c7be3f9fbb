"""How the command line is called: its verbs, what each takes, and the help that a beginner reads first."""

import argparse
from collections.abc import Callable

from . import commands
from .words import LANGUAGES

EXIT_CODES = "exit codes: 0 done; 1 something is wrong (a sentence says what); 2 wrong usage; 130 stopped by Ctrl-C"
EXAMPLES = """examples:
  animelib demo                                    the whole way on drawn pictures, to see that it works
  animelib check my_pictures                       are the pictures in order?
  animelib train my_pictures --output who.keras    learn to tell the characters in these folders apart
  animelib predict who.keras new_pictures          who is on these pictures?
  animelib score new_pictures --ratings mine.csv   how much will I like these pictures?

my_pictures holds one folder of pictures for each character. "animelib VERB --help" says more about each."""
HOLDS = "folder (or zip) that holds one folder of pictures per character"


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line; what it returns has the verb to ``run``."""
    about = "Teach a computer to recognise anime characters."
    form = argparse.RawDescriptionHelpFormatter
    whole = argparse.ArgumentParser("animelib", description=about, epilog=f"{EXAMPLES}\n\n{EXIT_CODES}", formatter_class=form)
    verbs = whole.add_subparsers(dest="verb", required=True, metavar="VERB")
    for add in (_demo, _check, _train, _predict, _who, _score):
        part = add(verbs)
        part.add_argument("--language", choices=LANGUAGES, default="en", help="language of what is shown (default en)")
    return whole


def _verb(
    verbs: argparse._SubParsersAction, run: Callable, told: str, more: str, example: str, codes: str = EXIT_CODES
) -> argparse.ArgumentParser:
    """Add a verb, named as the function that it runs, with its help: what it does, an example, its exit codes."""
    how = {"description": f"{told[0].upper()}{told[1:]}.\n{more}", "epilog": f"example:\n  {example}\n\n{codes}"}
    part = verbs.add_parser(run.__name__, help=told, formatter_class=argparse.RawDescriptionHelpFormatter, **how)
    part.set_defaults(run=run)
    return part


def _demo(verbs: argparse._SubParsersAction) -> argparse.ArgumentParser:
    told = "train, judge and save a recogniser, on drawn pictures or your own"
    part = _verb(verbs, commands.demo, told, "It takes about a minute and ends with a report.", "animelib demo my_pictures")
    part.add_argument("folder", nargs="?", default="", metavar="FOLDER", help=HOLDS)
    return part


def _check(verbs: argparse._SubParsersAction) -> argparse.ArgumentParser:
    more = "Broken files, copies, characters with too few pictures: what is found is told, with what to do.\nNothing is changed."
    codes = EXIT_CODES.replace("0 done; 1 something is wrong", "0 all is in order; 1 something is not")
    part = _verb(verbs, commands.check, "say what is wrong with a folder of pictures", more, "animelib check my_pictures", codes)
    part.add_argument("folder", metavar="FOLDER", help="folder that holds one folder of pictures per character")
    return part


def _train(verbs: argparse._SubParsersAction) -> argparse.ArgumentParser:
    told = "train a network on your pictures and judge it on some that it has not seen"
    more = "Ctrl-C ends training early; what was learned by then is judged and kept."
    part = _verb(verbs, commands.train, told, more, "animelib train my_pictures --list my_lists --epochs 30 --output who.keras")
    part.add_argument("folder", metavar="FOLDER", help=HOLDS)
    told = "folder of the lists class.lst, train.lst and test.lst, which you can edit; made if they are not there, test: a fifth"
    part.add_argument("--list", metavar="DIR", default="", help=told)
    told = "how often each picture is learned from (default 40)"
    part.add_argument("--epochs", type=_count, default=40, metavar="N", help=told)
    told = "which network (default killme_cnn, the article's; visual_words does best on few pictures and has no epochs)"
    part.add_argument("--network", choices=commands.NETWORKS, default="killme_cnn", help=told)
    told = "a pretrained network that visual_words looks through too (vgg16, mobilenet_v2, ...): better, slower, a larger file"
    part.add_argument("--backbone", metavar="NAME", help=told)
    told = "where to save the recogniser, a name ending in .keras (default: a dated name in the folder of the run, which is told)"
    part.add_argument("--output", metavar="FILE", default="", help=told)
    return part


def _predict(verbs: argparse._SubParsersAction) -> argparse.ArgumentParser:
    more = "Each picture gets a line: who it is, whether it looks like anybody the network knows, each name's probability.\n"
    more += "The answers go to stdout alone; a picture that cannot be read is named on stderr, and the others are answered."
    example = 'animelib predict who.keras new_pictures "more/*.png" --format csv > answers.csv'
    part = _verb(verbs, commands.predict, "say who is on pictures, as a table, CSV or JSON", more, example)
    part.add_argument("model", metavar="MODEL", help="the .keras file that train, demo or a notebook saved")
    part.add_argument("pictures", nargs="+", metavar="PATH", help="pictures, folders of pictures, or patterns such as new/*.png")
    part.add_argument("--format", choices=commands.FORMATS, default="table", help="how the answers are written (default table)")
    return part


def _who(verbs: argparse._SubParsersAction) -> argparse.ArgumentParser:
    told = "ask a saved recogniser who is on pictures, in plain sentences"
    part = _verb(verbs, commands.who, told, "", "animelib who photo.png new_pictures --with who.keras")
    part.add_argument("pictures", nargs="+", metavar="PICTURE", help="pictures, or folders of pictures")
    part.add_argument("--with", dest="recognizer", metavar="MODEL", required=True, help="the .keras file that was saved")
    return part


def _score(verbs: argparse._SubParsersAction) -> argparse.ArgumentParser:
    told = "give every picture in a folder the score that you would give it"
    more = "It learns from your ratings and looks at each picture once; what was seen is kept, so that a run that was\n"
    more += "stopped goes on where it was. Each row tells picture, score, and the range in which\n"
    more += "four of five of your own would lie."
    example = "animelib score my_pictures --ratings ratings.csv --output scores.csv"
    part = _verb(verbs, commands.score, told, more, example)
    part.add_argument("folder", metavar="FOLDER", help="folder of pictures, of any size; those in folders inside it count too")
    told = "your ratings: a table of picture and score, 1-5; pictures are named by their path in FOLDER"
    part.add_argument("--ratings", metavar="CSV", required=True, help=told)
    part.add_argument("--output", metavar="FILE", default="", help="where to write the scores, as CSV (default: to stdout)")
    told = "what looks at the pictures (mobilenet_v2, vgg16, ...; none: light and colours alone; default mobilenet_v2)"
    part.add_argument("--backbone", metavar="NAME", default="mobilenet_v2", help=told)
    part.add_argument("--no-faces", action="store_true", help="look at whole pictures alone, not at faces by themselves")
    return part


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)
