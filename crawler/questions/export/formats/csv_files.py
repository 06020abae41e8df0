"""`csv`: a file a table, UTF-8 with BOM, so that spreadsheets read Chinese; no cell acts as a formula."""

from __future__ import annotations

import csv
from io import TextIOWrapper

from crawler.questions.export.formats.writer import Job, Resource, Writer
from crawler.questions.export.schema import Row, Table, Value, plain
from crawler.questions.tables import safe_cell

DIALECT: dict[str, object] = {
    "header": True,
    "delimiter": ",",
    "lineTerminator": "\n",
    "quoteChar": '"',
    "doubleQuote": True,
}


class CsvFiles(Writer):
    """`<table>.csv`."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._files: dict[str, TextIOWrapper] = {}
        for table in job.tables:
            path = job.folder / f"{table.name}.csv"
            self._files[table.name] = path.open("w", encoding="utf-8-sig", errors="replace", newline="")
        self._writers = {name: csv.writer(file, lineterminator="\n") for name, file in self._files.items()}
        for table in job.tables:
            self._writers[table.name].writerow([field.name for field in job.columns(table)])

    def row(self, table: Table, row: Row) -> None:
        """Write a row."""
        self._writers[table.name].writerow(map(_cell, row))

    def finish(self) -> list[Resource]:
        """Close the files."""
        self.abandon()
        return [
            Resource(
                path=f"{table.name}.csv",
                format="csv",
                mediatype="text/csv",
                title=f"{table.english} {table.chinese}",
                table=table,
                dialect=DIALECT,
            )
            for table in self.job.tables
        ]

    def abandon(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()


def _cell(value: Value) -> object:
    """Return a value for a cell: true and false in lower case, as Table Schema has them; NUL, which CSV readers refuse, as U+FFFD."""
    if isinstance(value, bool):
        return "true" if value else "false"
    cell = safe_cell(plain(value))
    return cell.replace("\0", "\ufffd") if isinstance(cell, str) else cell
