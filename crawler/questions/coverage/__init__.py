"""Coverage: who has published for which year, on time or late, and what each status rests on.

`judge` has the one definition of a status, `cells` the values, `answer` the questions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.lazy import exports

if TYPE_CHECKING:
    from crawler.questions.coverage.answer import coverage, newly_overdue, no_longer_overdue
    from crawler.questions.coverage.cells import (
        REASONS,
        CoverageCell,
        CoverageChange,
        CoverageReason,
        CoverageRow,
        CoverageStatus,
    )
else:
    __getattr__, __dir__ = exports(
        __name__,
        {
            ".answer": ("coverage", "newly_overdue", "no_longer_overdue"),
            ".cells": (
                "REASONS",
                "CoverageCell",
                "CoverageChange",
                "CoverageReason",
                "CoverageRow",
                "CoverageStatus",
            ),
        },
    )

__all__ = [
    "REASONS",
    "CoverageCell",
    "CoverageChange",
    "CoverageReason",
    "CoverageRow",
    "CoverageStatus",
    "coverage",
    "newly_overdue",
    "no_longer_overdue",
]
