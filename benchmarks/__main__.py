"""Run one benchmark: ``python -m benchmarks pair --data PATH --seeds 5``."""

import argparse
import sys
from importlib import import_module

from animelib.errors import AnimelibError
from animelib.machine import load_keras

NAMES = ("cifar10", "face_loop", "faces", "killme", "pair", "taste", "transfer")


def main() -> int:
    """Read the name, let its module add its own arguments, run it and print the result."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in NAMES:
        print(f"Which benchmark? python -m benchmarks NAME --data PATH, with NAME one of: {', '.join(NAMES)}", file=sys.stderr)
        return 2
    load_keras()
    module = import_module(f"benchmarks.{name}")
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks {name}", description=module.__doc__)
    usual = getattr(module, "DATA", None)
    parser.add_argument("--data", required=not usual, default=usual, help=f"pictures (default: {usual or 'none, name a folder'})")
    parser.add_argument("--seeds", type=int, default=3, help="how often, each with another seed (default 3)")
    parser.add_argument("--quick", action="store_true", help="a tiny budget: shows that it runs, its figures mean nothing")
    module.add_arguments(parser)
    try:
        module.run(parser.parse_args(sys.argv[2:]))
    except AnimelibError as reason:
        print(f"animelib: {reason}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
