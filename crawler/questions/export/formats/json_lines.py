"""`jsonl`: a file a table, one JSON object a row, keys in the order of the columns."""

from __future__ import annotations

import json
from io import TextIOWrapper

from crawler.field.text import json_escaped
from crawler.questions.export.formats.writer import Job, Resource, Writer
from crawler.questions.export.schema import Field, Row, Table, plain

_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def json_line(fields: tuple[Field, ...], row: Row) -> str:
    """Return a row as a line of JSON Lines, control characters escaped."""
    line = _ENCODE({field.name: plain(value) for field, value in zip(fields, row, strict=True)})
    return json_escaped(line) + "\n"


class JsonLines(Writer):
    """`<table>.jsonl`."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._files: dict[str, TextIOWrapper] = {
            table.name: (job.folder / f"{table.name}.jsonl").open(
                "w", encoding="utf-8", errors="replace", newline="\n"
            )
            for table in job.tables
        }

    def row(self, table: Table, row: Row) -> None:
        """Write a line."""
        self._files[table.name].write(json_line(self.job.columns(table), row))

    def finish(self) -> list[Resource]:
        """Close the files."""
        self.abandon()
        return [
            Resource(
                path=f"{table.name}.jsonl",
                format="jsonl",
                mediatype="application/jsonl",
                title=f"{table.english} {table.chinese}",
                table=table,
            )
            for table in self.job.tables
        ]

    def abandon(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()
