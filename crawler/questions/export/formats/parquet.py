"""`parquet`: a file a table, typed columns. duckdb writes it, from lines of JSON in a scratch file."""

from __future__ import annotations

from collections.abc import Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.errors import CrawlerError
from crawler.questions.export.formats.json_lines import json_line
from crawler.questions.export.formats.writer import Job, Resource, Writer, missing

if TYPE_CHECKING:
    from crawler.questions.export.schema import Row, Table, Type

SQL_TYPES: Mapping[Type, str] = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "time": "TIME",
    "datetime": "TIMESTAMPTZ",
}
ROWS_PER_GROUP = 2048
"""A group is held in memory as a whole: 2,048 texts of 27 KB are 55 MB. duckdb takes no smaller one."""
MEMORY_BYTES = 300_000_000
"""What duckdb may take, and four of the longest lines more: it reads lines through two buffers of twice that size."""
MIN_LINE_BYTES = 1 << 20


class ParquetFiles(Writer):
    """`<table>.parquet`."""

    def __init__(self, job: Job) -> None:
        try:
            import duckdb  # noqa: F401 - an extra
        except ImportError:
            raise missing("parquet") from None
        super().__init__(job)
        self._files: dict[str, TextIOWrapper] = {
            table.name: (job.scratch / f"{table.name}.jsonl").open(
                "w", encoding="utf-8", errors="replace", newline="\n"
            )
            for table in job.tables
        }
        self._longest = MIN_LINE_BYTES

    def row(self, table: Table, row: Row) -> None:
        """Write a line to the scratch file."""
        line = json_line(self.job.columns(table), row)
        self._longest = max(self._longest, len(line) * 4)  # bytes of a character in UTF-8, at most
        self._files[table.name].write(line)

    def finish(self) -> list[Resource]:
        """Write the Parquet files and remove the scratch files."""
        self.abandon()
        for table in self.job.tables:
            lines = self.job.scratch / f"{table.name}.jsonl"
            self._convert(table, lines)
            lines.unlink()
        return [
            Resource(
                path=f"{table.name}.parquet",
                format="parquet",
                mediatype="application/vnd.apache.parquet",
                title=f"{table.english} {table.chinese}",
                table=table,
            )
            for table in self.job.tables
        ]

    def abandon(self) -> None:
        """Close the scratch files."""
        for file in self._files.values():
            file.close()

    def _convert(self, table: Table, lines: Path) -> None:
        import duckdb

        path = self.job.folder / f"{table.name}.parquet"
        columns = {field.name: SQL_TYPES[field.type] for field in self.job.columns(table)}
        # one thread, in the order of the lines: the same rows give the same bytes
        settings: dict[str, str | bool | int | float | list[str]] = {
            "threads": 1,
            "memory_limit": f"{MEMORY_BYTES + 4 * self._longest}B",
            "temp_directory": str(self.job.scratch),
            "autoinstall_known_extensions": False,
        }
        try:
            with duckdb.connect(":memory:", config=settings) as connection:
                connection.execute("SET TimeZone = 'UTC'")
                connection.execute(
                    f"COPY (SELECT * FROM read_json({_quoted(str(lines))}, format = 'newline_delimited',"
                    f" columns = {_struct(columns)}, maximum_object_size = {self._longest}))"
                    f" TO {_quoted(str(path))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROWS_PER_GROUP})"
                )
        except duckdb.Error as error:
            reason = str(error).partition("\n")[0]
            raise CrawlerError(f"{path}: cannot be written: {reason}") from error


def _quoted(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


def _struct(columns: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{_quoted(name)}: {_quoted(kind)}" for name, kind in columns.items()) + "}"
