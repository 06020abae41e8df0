"""`/`: what is new."""

from __future__ import annotations

from itertools import islice

from crawler.web.answer import Answer
from crawler.web.page import Page
from crawler.web.pages.rows import report_row
from crawler.web.question import Question

NEWEST = 20


def home(question: Question) -> Answer:
    """Return the first page."""
    question.only()
    reports = list(islice(question.reader.iter_reports(), NEWEST))
    return Answer(
        title="法治政府建设情况报告",
        template="home.html",
        context={"reports": reports},
        data=lambda: {
            "head": question.reader.head(),
            "rows": [report_row(question, each) for each in reports],
        },
    )


PAGE = Page(path="/", answer=home)
