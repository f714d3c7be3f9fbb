"""Write the repository's address, which stands in pyproject.toml alone, into badges and setup cells.

``python notebooks/links.py`` rewrites; ``python notebooks/links.py --check`` only tells what differs, with exit code 1.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = re.compile(r"(github\.com/|colab\.research\.google\.com/github/)[\w.-]+/animelib")


def owner() -> str:
    """Return ``owner/animelib`` as pyproject.toml has it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return project["project"]["urls"]["Repository"].removeprefix("https://github.com/").removesuffix("/")


def main() -> int:
    """Rewrite or check every file that names the address."""
    name, differing = owner(), []
    for path in [*ROOT.glob("README*.md"), *ROOT.glob("notebooks/**/*.ipynb")]:
        text = path.read_text(encoding="utf-8")
        right = ADDRESS.sub(rf"\g<1>{name}", text)
        if right != text:
            differing.append(path)
            if "--check" not in sys.argv:
                path.write_text(right, encoding="utf-8")
    for path in differing:
        print(f"{path.relative_to(ROOT)}: {'differs' if '--check' in sys.argv else 'rewritten'}")
    return 1 if differing and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
