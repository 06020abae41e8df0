"""`/r/ID` and `/r/ID/vN`: a report as it is now, and one version, which never changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Self

from crawler.errors import UnknownReport
from crawler.model import Report
from crawler.questions.changes.varying_fields import steady_edits
from crawler.questions.cite import STYLES, cite, format_citation
from crawler.questions.indicators.panel import report_statements
from crawler.questions.indicators.statements import Statement
from crawler.questions.report_details import captures_json, details_json
from crawler.questions.report_rows import holding_json
from crawler.web.answer import Answer
from crawler.web.format import Format
from crawler.web.headers import Freshness
from crawler.web.links import paragraph_anchor
from crawler.web.page import Page
from crawler.web.pages.rows import report_row
from crawler.web.question import BadParameter, NotFound, Question

PUNCTUATION = ("archive", "page")
"""Of the text: as the archive keeps it (ASCII, as in the seed documents), or the full-width forms of the page."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a text as pieces, each with whether it is marked. `anchor`: its number, from p1 on."""

    pieces: tuple[tuple[str, bool], ...]
    anchor: str


def version(question: Question) -> Answer:
    """Return one version of a report: only what never changes."""
    question.only("mark", "punctuation")
    number = question.path["number"]
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NotFound(f"v{number}: a version is a number, such as v1")
    report = question.reader.show(question.path["report"], int(number))
    shown = _Shown.asked(question)
    return Answer(
        title=report.title or f"{report.id} v{number}",
        template="version.html",
        context=lambda: (
            _text_context(question, report, shown)
            | {"citations": _citations(question, report, permanent=True)}
        ),
        data=lambda: report_row(question, report, body=True) | _evidence(question, report),
        text=report.text,
    )


def latest(question: Question) -> Answer:
    """Return a report in its latest text, with its versions, pages and state."""
    question.only("mark", "punctuation")
    reader = question.reader
    report = reader.show(question.path["report"])
    assert report.id is not None
    history = reader.history(report.id)
    gone = bool(history) and history[-1].tombstone
    if gone and (texts := [row.number for row in history if not row.tombstone]):
        report = reader.show(report.id or "", texts[-1])
    assert report.id is not None
    shown = _Shown.asked(question)
    return Answer(
        title=report.title,
        template="report.html",
        context=lambda: (
            _text_context(question, report, shown)
            | {
                "citations": _citations(question, report, permanent=False),
                "held": reader.holdings([report])[0],
                "history": history,
                "sights": reader.first_sights(report.id or ""),
                "texts": [row.number for row in history if not row.tombstone],
                "gone": gone,
                "pages": reader.pages(report.id or ""),
                "edits": list(steady_edits(reader.metadata_history(report.id or ""))),
            }
        ),
        data=lambda: report_row(question, report, body=True) | _now(question, report),
        text=report.text,
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the parameters ask of the text: a stretch of the body that is marked, and its punctuation."""

    mark: tuple[int, int]
    as_published: bool

    @classmethod
    def asked(cls, question: Question) -> Self:
        """Return what is asked. Raises BadParameter, in every format."""
        return cls(_mark(question), question.choice("punctuation", PUNCTUATION) == "page")


def _text_context(question: Question, report: Report, shown: _Shown) -> dict[str, Any]:
    statements = _statements(question, report)
    text = question.reader.as_published(report.id or "", report.version) if shown.as_published else report
    return {
        "report": report,
        "shown_title": text.title,
        "as_published": shown.as_published,
        "paragraphs": list(_paragraphs(text.body, shown.mark)),
        "outline": [(paragraph_anchor(report.body, each.start), each) for each in report.sections],
        "statements": statements,
        "places": question.reader.places(report.id or "", report.version),
        "documents": question.reader.documents(report.id or "", report.version),
    }


def _statements(question: Question, report: Report) -> list[Statement]:
    """Return the figures in a text. For files they are kept for a moment: each text has pages in several languages."""
    if not question.links.is_static:
        return list(report_statements(report))
    key = ("statements", report.id, report.version)
    return question.remembered(key, lambda: list(report_statements(report)))


def _citations(question: Question, report: Report, *, permanent: bool) -> dict[str, str]:
    """Return citations by style. `permanent`: only what never changes, so neither the state of the page nor the head of the chain.

    In a file the head is left out too: each run changes it, and would change the files of all reports.
    """
    try:
        cited = cite(question.reader, report.id or "", report.version)
    except UnknownReport:  # a version that records that the report is gone
        return {}
    if permanent or question.links.is_static:
        cited = replace(cited, head="")
    return {style: format_citation(cited, style) for style in STYLES if not (permanent and style == "text")}


def _evidence(question: Question, report: Report) -> dict[str, Any]:
    return {"captures": captures_json(question.reader, report)}


def _now(question: Question, report: Report) -> dict[str, Any]:
    """Return what `fazhi show --json` has beside the text, with the pages of the versions."""
    details = details_json(question.reader, report)
    for row in details["history"]:
        row["page"] = question.address(f"/r/{report.id}/v{row['version']}")
    (held,) = question.reader.holdings([report])
    return holding_json(held) | details


def _mark(question: Question) -> tuple[int, int]:
    """Return the stretch of the body that `mark` names, as offsets: 120-160."""
    named = question.text("mark")
    if named is None:
        return 0, 0
    start, dash, end = named.partition("-")
    if not (dash and all(each.isascii() and each.isdigit() and len(each) < 10 for each in (start, end))):
        raise BadParameter(f"mark={named}: must be two offsets, such as 120-160")
    return int(start), int(end)


def _paragraphs(body: str, mark: tuple[int, int]) -> Iterator[Paragraph]:
    start = 0
    for number, line in enumerate(body.split("\n") if body else (), 1):
        first, last = (min(max(each - start, 0), len(line)) for each in mark)
        pieces = (
            ((line[:first], False), (line[first:last], True), (line[last:], False))
            if first < last
            else ((line, False),)
        )
        yield Paragraph(tuple(piece for piece in pieces if piece[0]), f"p{number}")
        start += len(line) + 1


FORMATS = (Format.HTML, Format.JSON, Format.TXT)
PAGES = (
    Page(path="/r/{report}/v{number}", answer=version, formats=FORMATS, freshness=Freshness.IMMUTABLE),
    Page(path="/r/{report}", answer=latest, formats=FORMATS),
)
