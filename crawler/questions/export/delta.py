"""What differs between two deliveries: versions that came, changed, went. Both are read as streams, in one order."""

from __future__ import annotations

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.errors import CrawlerError
from crawler.questions.export.formats.json_lines import json_line

if TYPE_CHECKING:
    from crawler.questions.export.schema import Field, Row

ROWS, DELTA = "rows.jsonl.gz", "delta.json"
"""The rows of `versions` without texts, which a delivery always has; and the changes since the delivery before."""

NO_CHANGE = frozenset(("last_seen",))
"""Columns that every visit moves. A row that differs in these alone is not listed."""

_Key = tuple[str, int]


class RowLog:
    """Writes `rows.jsonl.gz`, by report id and number."""

    def __init__(self, path: Path, fields: tuple[Field, ...]) -> None:
        self._raw = path.open("wb")
        # no name and no time in the header: the same rows give the same bytes
        self._gzip = gzip.GzipFile("", "wb", 6, self._raw, mtime=0)
        self._text = TextIOWrapper(self._gzip, "utf-8", "replace", newline="\n")
        self._fields = fields

    def add(self, row: Row) -> None:
        """Write a row, texts left out."""
        self._text.write(json_line(self._fields, row))

    def close(self) -> None:
        """Complete the file."""
        self._text.close()
        self._raw.close()


def write_delta(
    path: Path, scratch: Path, version: str, now: Path, since: str | None, before: Path | None
) -> dict[str, int]:
    """Write `delta.json`: what ADD, MOD and DEL since the delivery before. Return their numbers.

    Without a delivery before everything is ADD. A MOD names the columns. Raises CrawlerError if the rows of the delivery
    before cannot be read.
    """
    counts: Counter[str] = Counter({"ADD": 0, "MOD": 0, "DEL": 0})
    lines = scratch / "changes"
    with lines.open("w", encoding="utf-8", newline="\n") as file:
        for change in changes(now, before):
            file.write((",\n" if counts.total() else "") + json.dumps(change, ensure_ascii=False))
            counts[change["op"]] += 1
    head = {"version": version, "since": since, "counts": dict(counts)}
    with path.open("w", encoding="utf-8", newline="\n") as file, lines.open(encoding="utf-8") as source:
        file.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "changes": [\n')
        for line in source:
            file.write(line)
        file.write("\n]}\n")
    lines.unlink()
    return dict(counts)


def changes(now: Path, before: Path | None) -> Iterator[dict[str, Any]]:
    """Yield each version that differs, by report id and number: both files have this order, so they are read once."""
    new, old = _rows(now), _rows(before) if before else iter(())
    here, there = next(new, None), next(old, None)
    while here or there:
        if there is None or (here is not None and here[0] < there[0]):
            assert here is not None
            yield _change("ADD", here[1])
            here = next(new, None)
        elif here is None or there[0] < here[0]:
            yield _change("DEL", there[1])
            there = next(old, None)
        else:
            if columns := _differing(there[1], here[1]):
                yield _change("MOD", here[1]) | {"columns": columns}
            here, there = next(new, None), next(old, None)


def _rows(path: Path) -> Iterator[tuple[_Key, dict[str, Any]]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
            for line in file:
                row = json.loads(line)
                yield (row["report_id"], row["version"]), row
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise CrawlerError(f"{path}: cannot be read ({error}); export to a new folder") from error


def _change(op: str, row: dict[str, Any]) -> dict[str, Any]:
    return {"op": op} | {name: row.get(name) for name in ("report_id", "version", "title", "url")}


def _differing(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Return the columns that both rows have and that differ: a column that is new in a release is no change."""
    return [
        name
        for name, value in now.items()
        if name in before and before[name] != value and name not in NO_CHANGE
    ]
