"""`/r/ID` and `/r/ID/vN`: a report as it is now, and one version, which never changes."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.model import Report
from crawler.web.answer import Answer
from crawler.web.formats.kind import Format
from crawler.web.headers import Freshness
from crawler.web.page import Page
from crawler.web.pages.rows import report_row
from crawler.web.question import NotFound, Question


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a text, with an anchor where a section begins."""

    text: str
    anchor: str = ""


def version(question: Question) -> Answer:
    """Return one version of a report."""
    question.only()
    number = question.path["number"]
    if not number.isdigit() or len(number) > 9:
        raise NotFound(f"v{number}: a version is a number, such as v1")
    return _answer(question, question.reader.show(question.path["report"], int(number)))


def latest(question: Question) -> Answer:
    """Return a report in its latest version."""
    question.only()
    return _answer(question, question.reader.show(question.path["report"]))


def _answer(question: Question, report: Report) -> Answer:
    return Answer(
        title=report.title,
        template="version.html",
        context={"report": report, "paragraphs": _paragraphs(report), "outline": []},
        data=lambda: report_row(question, report, body=True),
        text=report.text,
    )


def _paragraphs(report: Report) -> list[Paragraph]:
    return [Paragraph(line) for line in report.body.split("\n")]


FORMATS = (Format.HTML, Format.JSON, Format.TXT)
PAGES = (
    Page(path="/r/{report}/v{number}", answer=version, formats=FORMATS, freshness=Freshness.IMMUTABLE),
    Page(path="/r/{report}", answer=latest, formats=FORMATS),
)
