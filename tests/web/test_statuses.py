"""The coverage that pages show is that of the library, for every scope."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from crawler.archive import Reader
from crawler.model import Years
from crawler.questions.coverage import coverage
from crawler.web.memory import Memory
from crawler.web.pages.statuses import Scope, rows
from crawler.web.question import Question

ASOF = date(2026, 11, 20)


@pytest.mark.parametrize("departments", [False, True])
@pytest.mark.parametrize(
    "scope",
    [
        {},
        {"region": "420000"},
        {"region": "420100"},
        {"region": "330000"},
        {"level": "city"},
        {"region": "420000", "level": "city", "years": Years(first=2021, last=2023)},
        {"years": Years(first=2021)},
        {"years": Years(first=2010, last=2016)},
        {"years": Years(first=2024, last=2027)},
    ],
)
def test_a_scope_has_the_rows_of_the_library(
    told: tuple[Path, dict[str, str], datetime], scope: dict[str, object], departments: bool
) -> None:
    with Reader.read(told[0]) as reader:
        question = Question(reader=reader, page="/coverage", path={}, query={}, now=told[2], memory=Memory())
        for asof in (ASOF, question.today):
            asked = {"asof": asof, "departments": departments} | scope
            found = rows(question, Scope(**asked))  # type: ignore[arg-type]
            assert found == tuple(coverage(reader, **asked))  # type: ignore[arg-type]
