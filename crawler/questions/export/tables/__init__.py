"""The tables of a delivery, each in one module; `TABLES` has them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.questions.export.tables.coverage import COVERAGE
from crawler.questions.export.tables.indicators import INDICATORS
from crawler.questions.export.tables.sections import SECTIONS
from crawler.questions.export.tables.versions import VERSIONS

if TYPE_CHECKING:
    from crawler.questions.export.schema import Table

TABLES: tuple[Table, ...] = (VERSIONS, SECTIONS, INDICATORS, COVERAGE)
"""The tables, in the order of sheets and resources. A further one is a module and a line here. `VERSIONS` is the first."""
