"""CSV: UTF-8 with a byte order mark, a header, cells safe from formulas, as in the command line's."""

from __future__ import annotations

from io import StringIO

from crawler.questions.tables import write_csv as write_rows
from crawler.web.answer import Answer

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes Chinese for another encoding."""


def write_csv(answer: Answer) -> str:
    """Return an answer as CSV."""
    assert answer.table is not None
    table = answer.table()
    out = StringIO()
    out.write(BYTE_ORDER_MARK)
    write_rows(out, table.columns, table.rows)
    return out.getvalue()
