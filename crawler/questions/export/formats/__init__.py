"""The formats of a delivery, each in one module; `FORMATS` has them all. Libraries are imported when a format is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from crawler.questions.export.formats.csv_files import CsvFiles
from crawler.questions.export.formats.json_lines import JsonLines
from crawler.questions.export.formats.parquet import ParquetFiles
from crawler.questions.export.formats.text_files import TextFiles
from crawler.questions.export.formats.wacz import WaczFiles
from crawler.questions.export.formats.workbook import Workbook

if TYPE_CHECKING:
    from crawler.questions.export.formats.writer import Job, Writer

FORMATS: Mapping[str, Callable[[Job], Writer]] = {
    "txt": TextFiles,
    "jsonl": JsonLines,
    "csv": CsvFiles,
    "xlsx": Workbook,
    "parquet": ParquetFiles,
    "wacz": WaczFiles,
}
"""The formats by name. A further one is a module with a Writer, and a line here."""
