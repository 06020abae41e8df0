"""Text with the page's own full-width forms: of a title, and of a body that was made from lines of other bodies.

The forms have no part in any decision, so a body is made of folded lines first, and gets its forms from them here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from crawler.extract.page.lines import Line
from crawler.model import AsPublished, Report


def of_report(report: Report) -> AsPublished:
    """Return a report's title and body as published; as they are, if it was not read from a page."""
    return report.as_published or AsPublished(title=report.title, body=report.body)


def title_as_published(title: str, lines: Iterable[Line]) -> str:
    """Return a title as the first line has it that is this title; without such a line, as it is."""
    if not title:
        return title
    wanted = "".join(title.split())
    for line in lines:
        if line.text == title:
            return line.as_published
        if line.text[:1] == title[0] and "".join(line.text.split()) == wanted:
            return _with_forms(title, line.as_published)
    return title


def _with_forms(text: str, written: str) -> str:
    """Return a text with the forms of another one that is the same without white space and folding."""
    forms = (char for char in written if not char.isspace())
    return "".join(char if char.isspace() else next(forms, char) for char in text)


def body_as_published(body: str, *sources: Report) -> str:
    """Return a body whose lines come, in this order, from the bodies of reports, before them their titles.

    A line that none of them has stays as it is.
    """
    pairs = list(chain.from_iterable(map(_pairs, sources)))
    return "\n".join(_matched(body.split("\n"), pairs))


def _pairs(source: Report) -> list[tuple[str, str]]:
    """The lines of a report as folded and as published."""
    written = of_report(source)
    return [
        (source.title, written.title),
        *zip(source.body.split("\n"), written.body.split("\n"), strict=True),
    ]


def _matched(lines: Sequence[str], pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    """The lines as published. Each is looked for behind the one before, so that a repeated line gets the forms of its place."""
    at = 0
    for line in lines:
        found = next((i for i in range(at, len(pairs)) if pairs[i][0] == line), None)
        if found is None:
            yield line
        else:
            yield pairs[found][1]
            at = found + 1
