"""`xlsx`: one workbook, a sheet a table, and one that describes the columns. XlsxWriter writes it row by row."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from crawler.errors import CrawlerError
from crawler.questions.export.formats.writer import Job, Resource, Writer, missing

if TYPE_CHECKING:
    from crawler.questions.export.schema import Field, Row, Table, Value

PATH = "reports.xlsx"
MAX_CELL_UNITS = 32_767
"""Excel's limit of a cell, in UTF-16 code units."""
MAX_ROWS = 1_048_576
"""Excel's limit of a sheet; further rows go on in a sheet of their own."""
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FIRST_DAY = date(1900, 3, 1)
"""Excel's calendar has a 29 February 1900, so that days before are ambiguous: they are written as text."""
_WIDTHS = {"string": 18, "integer": 10, "number": 10, "boolean": 9, "date": 12, "time": 10, "datetime": 20}
_FORMATS = {"date": "yyyy-mm-dd", "time": "hh:mm:ss", "datetime": "yyyy-mm-dd hh:mm:ss"}


class Workbook(Writer):
    """`reports.xlsx`. In constant-memory mode each sheet's rows go to a scratch file at once."""

    def __init__(self, job: Job) -> None:
        try:
            import xlsxwriter
        except ImportError:
            raise missing("xlsx") from None
        super().__init__(job)
        options = {
            "constant_memory": True,
            "tmpdir": str(job.scratch),
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._book: Any = xlsxwriter.Workbook(str(job.folder / PATH), options)
        self._book.set_properties(
            {
                "title": "法治政府建设情况报告",
                "author": job.software,
                "created": job.created.replace(tzinfo=None),
            }
        )
        self._bold = self._book.add_format({"bold": True})
        self._styles = {kind: self._book.add_format({"num_format": code}) for kind, code in _FORMATS.items()}
        self._sheets: dict[str, _Sheet] = {}
        self._cut = 0
        for table in job.tables:
            self._begin(table, 1)
        self._describe()

    def row(self, table: Table, row: Row) -> None:
        """Write a row."""
        sheet = self._sheets[table.name]
        if sheet.next_row == MAX_ROWS:
            sheet = self._begin(table, sheet.number + 1)
        for column, (field, value) in enumerate(zip(self.job.columns(table), row, strict=True)):
            self._write(sheet, column, field, value)
        sheet.next_row += 1

    def finish(self) -> list[Resource]:
        """Complete the workbook; tell of texts that a cell could not hold."""
        from xlsxwriter.exceptions import XlsxWriterException

        try:
            self._book.close()
        except XlsxWriterException as error:  # of an OSError too, without its number
            raise CrawlerError(f"{PATH}: cannot be written: {error}") from error
        if self._cut:
            self.job.notify(
                f"{PATH}: {self._cut} texts are cut at {MAX_CELL_UNITS:,} characters, the limit of a cell;"
                " csv, jsonl and parquet have them whole"
            )
        return [
            Resource(
                path=PATH,
                format="xlsx",
                mediatype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                title="All tables, and a sheet that describes their columns 全部表格及字段说明",
            )
        ]

    def abandon(self) -> None:
        """Close the scratch files of the sheets."""
        for sheet in self._book.worksheets():
            sheet.row_data_fh.close()

    def _begin(self, table: Table, number: int) -> _Sheet:
        """Begin a sheet with a header row that stays in view."""
        sheet = _Sheet(
            self._book.add_worksheet(table.name if number == 1 else f"{table.name}_{number}"), number
        )
        for column, field in enumerate(self.job.columns(table)):
            sheet.sheet.set_column(column, column, _WIDTHS[field.type])
            sheet.sheet.write_string(0, column, field.name, self._bold)
        sheet.sheet.freeze_panes(1, 1)
        self._sheets[table.name] = sheet
        return sheet

    def _describe(self) -> None:
        """Write the sheet `columns`."""
        sheet = self._book.add_worksheet("columns")
        sheet.set_column(0, 1, 20)
        sheet.set_column(3, 4, 60)
        lines = [("table", "column", "type", "description", "说明")]
        for table in self.job.tables:
            lines += [(table.name, f.name, f.type, f.english, f.chinese) for f in self.job.columns(table)]
        for number, line in enumerate(lines):
            for column, cell in enumerate(line):
                sheet.write_string(number, column, cell, None if number else self._bold)

    def _write(self, to: _Sheet, column: int, field: Field, value: Value) -> None:
        sheet, row = to.sheet, to.next_row
        if value is None or value == "":
            return
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, int | float):
            sheet.write_number(row, column, value)
        elif isinstance(value, str):
            sheet.write_string(row, column, self._cell(value))
        elif (
            isinstance(value, date) and (value.date() if isinstance(value, datetime) else value) < _FIRST_DAY
        ):
            sheet.write_string(row, column, value.isoformat())
        else:
            sheet.write_datetime(row, column, _naive(value), self._styles[field.type])

    def _cell(self, text: str) -> str:
        """Return a text for a cell: characters that XML cannot hold as U+FFFD, cut at the limit."""
        text = _NOT_XML.sub("\ufffd", text)
        if len(text) * 2 > MAX_CELL_UNITS:
            units = text.encode("utf-16-le")
            if len(units) > MAX_CELL_UNITS * 2:
                self._cut += 1
                return units[: MAX_CELL_UNITS * 2].decode("utf-16-le", "ignore")
        return text


class _Sheet:
    """A sheet that is being written."""

    def __init__(self, sheet: Any, number: int) -> None:
        self.sheet, self.number, self.next_row = sheet, number, 1


def _naive(value: date | time | datetime) -> date | time | datetime:
    """Return a time as Excel has them, without a zone: UTC."""
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value
