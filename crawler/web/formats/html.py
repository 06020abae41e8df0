"""HTML by Jinja: everything from an archive is escaped; templates hold no script and no style."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial
from http import HTTPStatus
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from crawler.field.regions import region as region_row
from crawler.field.text import visible
from crawler.field.times import CHINA, iso
from crawler.language import translate
from crawler.questions.changes.change import kind_words
from crawler.web.answer import Answer
from crawler.web.format import Format
from crawler.web.headers import POLICY_OF_A_FILE
from crawler.web.links import Links
from crawler.web.question import Question
from crawler.web.words import MARKS, problem_title, words


def write_html(
    answer: Answer, question: Question, formats: tuple[Format, ...], *, files: Callable[[str], str]
) -> str:
    """Return an answer as a page. `formats`: in which it can be had too. `files`: gives the path of one of our files."""
    return (
        _environment(question.language)
        .get_template(answer.template)
        .render(
            **answer.context(),
            title=answer.title,
            question=question,
            href=question.links.href,
            is_static=question.links.is_static,
            passage=question.links.passage,
            formats=[each for each in formats if each is not Format.HTML],
            next_url=answer.next_url,
            file=files,
        )
    )


def write_problem(
    status: HTTPStatus, detail: str, *, language: str, links: Links, files: Callable[[str], str]
) -> str:
    """Return the page of an error."""
    return (
        _environment(language)
        .get_template("problem.html")
        .render(
            title=problem_title(status, language),
            detail=detail,
            question=None,
            href=links.href,
            is_static=links.is_static,
            formats=(),
            next_url=None,
            file=files,
        )
    )


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("crawler.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_shown,
    )
    environment.globals.update(
        _=words(language), Format=Format, policy_of_a_file=POLICY_OF_A_FILE, **MARKS[language]
    )
    environment.filters.update(
        day=_day,
        moment=_moment,
        iso=iso,
        stamp=timestamp,
        division=_division,
        change_kind=partial(kind_words, language=language),
        told=partial(translate, to=language),
    )
    return environment


def _shown(value: object) -> object:
    """Return what a template prints, with control characters made visible: those of direction could turn a line round."""
    if isinstance(value, Markup):
        return Markup(visible(value))
    return visible(value) if isinstance(value, str) else value


def _day(published: str | None) -> str:
    """Return the day of an ISO date or date-time."""
    return (published or "").partition("T")[0]


def timestamp(moment: datetime) -> str:
    """Return a time as addresses of archived pages have it: 14 digits, UTC."""
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def _moment(moment: Any) -> str:
    """Return a time in China, to the minute."""
    return "" if moment is None else moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def _division(code: str | None) -> str:
    """Return a division's name; its code if it is not in the table."""
    row = region_row(code) if code else None
    return row.name if row else code or ""
