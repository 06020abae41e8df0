"""CSV for the answers to questions. Cells come from web pages: none may act as a formula in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""First characters with which a spreadsheet takes a cell for a formula (OWASP, "CSV Injection")."""


def safe_cell(value: object) -> object:
    """Return a value for a cell: text that could be taken for a formula with an apostrophe before it, None as empty.

    A carriage return becomes a line feed: Python's csv does not quote it, and readers end the row there.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    acts = value.lstrip(" \n").startswith(_FORMULA_STARTS)
    plain = value.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{plain}" if acts else plain


def write_csv(file: TextIO, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table as CSV (RFC 4180, but with lines that end in LF), row by row, each cell safe."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(headings)
    for row in rows:
        writer.writerow(map(safe_cell, row))
