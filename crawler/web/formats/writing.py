"""Write an Answer in the format that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from crawler.web.answer import Answer
from crawler.web.format import Format
from crawler.web.formats.atom import write_atom
from crawler.web.formats.csv import write_csv
from crawler.web.formats.html import write_html
from crawler.web.formats.json import write_json
from crawler.web.formats.text import write_text
from crawler.web.question import Question

_WRITERS: Mapping[Format, Callable[[Answer], str]] = {
    Format.JSON: write_json,
    Format.CSV: write_csv,
    Format.TXT: write_text,
}


def write(
    answer: Answer, question: Question, formats: tuple[Format, ...], *, files: Callable[[str], str]
) -> str:
    """Return an answer in its question's format. `formats`, `files`: as for `write_html`."""
    if question.format is Format.HTML:
        return write_html(answer, question, formats, files=files)
    if question.format is Format.ATOM:
        return write_atom(answer, question)
    return _WRITERS[question.format](answer)
