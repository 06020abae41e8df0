"""The state of an archive and of its sources: last run, failures, what is due, reports held, size, and what wants attention.

`answer` asks, `sources` has a source's state, `attention` decides what a monitor should alert on, `sizes` measures the
folder, `tables` and `metrics` give the answer as JSON and as a Prometheus text file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.lazy import exports

if TYPE_CHECKING:
    from crawler.questions.status.answer import RunStatus, Status, status
    from crawler.questions.status.sources import SourceResult, SourceStatus, source_statuses
else:
    __getattr__, __dir__ = exports(
        __name__,
        {
            ".answer": ("RunStatus", "Status", "status"),
            ".sources": ("SourceResult", "SourceStatus", "source_statuses"),
        },
    )

__all__ = ["RunStatus", "SourceResult", "SourceStatus", "Status", "source_statuses", "status"]
