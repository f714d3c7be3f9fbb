"""Answers as rows, one for each picture: for people a table or the article's lines, for programs CSV, TSV or JSON.

The columns for programs are the same in every language: ``path``, then what is told of the picture (``result``, ``answer`` and
``predict`` where the answer is known, else ``predict`` and ``known``), then each class with its probability, 0-1. Whatever a path
holds, it stands in one line. Reports and the command line both write by this module; who answers is not decided here.
"""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .atomic import replacing
from .folders import shown
from .words import columns_of, say

HEADS = {
    "path": "column_path",
    "result": "column_result",
    "answer": "column_answer",
    "predict": "column_predict",
    "known": "column_known",
}


@dataclass(frozen=True)
class Row:
    """One picture: its path, what is told of it by column, and the probability of each class."""

    path: str
    told: dict[str, str | bool]
    probabilities: dict[str, float]


def judged(path: str, answer: str, probabilities: dict[str, float]) -> Row:
    """Return the row of a picture whose ``answer`` is known; what the network predicts is the most probable class."""
    predict = max(probabilities, key=probabilities.get)
    result = "Correct" if predict == answer else "Incorrect"
    return Row(path, {"result": result, "answer": answer, "predict": predict}, probabilities)


def asked(path: str, known: bool, probabilities: dict[str, float]) -> Row:
    """Return the row of a picture whose answer nobody knows; ``known`` is false for a stranger, whom ``predict`` is only like."""
    return Row(path, {"predict": max(probabilities, key=probabilities.get), "known": known}, probabilities)


def lines_of(rows: Sequence[Row]) -> str:
    """Return the article's report of `judged` rows: path, Correct or Incorrect, answer, predict, each class's probability."""
    return "\n\n".join(map(_block, rows))


def table_of(rows: Sequence[Row]) -> str:
    """Return rows below their heads, each column as wide as it needs to be."""
    heads = [say(HEADS[name]) for name in ("path", *rows[0].told)] + list(rows[0].probabilities) if rows else []
    return aligned([heads, *map(_cells, rows)])


def aligned(cells: Sequence[Sequence[str]]) -> str:
    """Return lines of cells as text, each column as wide as its widest cell."""
    widths = [max(map(columns_of, column)) for column in zip(*cells, strict=True)]
    padded = [[cell + " " * (width - columns_of(cell)) for cell, width in zip(line, widths, strict=True)] for line in cells]
    return "\n".join("  ".join(line).rstrip() for line in padded)


def csv_of(rows: Sequence[Row], between: str = ",") -> str:
    """Return rows as comma-separated values below a line of their columns, with four decimals."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=between, lineterminator="\n")
    writer.writerows([["path", *row.told, *row.probabilities] for row in rows[:1]])
    for row in rows:
        told = [str(value).lower() if isinstance(value, bool) else value for value in row.told.values()]
        writer.writerow([shown(row.path), *told, *(f"{share:.4f}" for share in row.probabilities.values())])
    return file.getvalue().rstrip("\n")


def tsv_of(rows: Sequence[Row]) -> str:
    """Return rows as tab-separated values, else as `csv_of` does."""
    return csv_of(rows, "\t")


def json_of(rows: Sequence[Row]) -> str:
    """Return rows as a JSON list of objects, one a line, whose ``probabilities`` are an object of their own."""
    each = []
    for row in rows:
        probabilities = {name: round(float(share), 4) for name, share in row.probabilities.items()}
        each.append(json.dumps({"path": shown(row.path), **row.told, "probabilities": probabilities}, ensure_ascii=False))
    return "[" + ",\n ".join(each) + "]"


ENDINGS = {".csv": csv_of, ".tsv": tsv_of, ".json": json_of, ".txt": lines_of}


def save(rows: Sequence[Row], path: Path) -> Path:
    """Write rows as the ending of the name says, one of ``ENDINGS`` (``.txt`` holds the article's lines), and return the path."""
    with replacing(path) as temporary:
        encoding = "utf-8-sig" if path.suffix == ".csv" else "utf-8"  # without the mark Excel takes it for another encoding
        temporary.write_text(ENDINGS[path.suffix](rows) + "\n", encoding=encoding)
    return path


def _block(row: Row) -> str:
    result = say("line_correct") if row.told["result"] == "Correct" else say("line_incorrect")
    told = say("line_told", answer=row.told["answer"], predict=row.told["predict"])
    return "\n".join([shown(row.path), result, told, "  ".join(f"{k}: {share:.2f}" for k, share in row.probabilities.items())])


def _cells(row: Row) -> list[str]:
    told = {**row.told}
    if "result" in told:
        told["result"] = say("right") if told["result"] == "Correct" else say("wrong")
    if "known" in told:
        told["known"] = say("yes") if told["known"] else say("no")
    return [shown(row.path), *told.values(), *(f"{share:.2f}" for share in row.probabilities.values())]
