"""An HTML page to a Report: the article's lines, what stands above them, and the evidence for each field."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from crawler.errors import NoBody
from crawler.extract import candidates, clues, index
from crawler.extract.assemble import assemble, attachments_of
from crawler.extract.lines import Line, linearise
from crawler.extract.trim import split, squeeze
from crawler.model import Clue, Report

_ABOVE = 60  # lines above the article that are looked at


def extract_page(html: str, url: str | None, hint: str | None, undecodable: int) -> Report:
    """The Report of a page's source text. Raises NoBody when no text on it can be an article."""
    tree = LexborHTMLParser(html)
    node = candidates.choose(tree, hint)
    if node is None:
        raise NoBody(url, "no text on this page that could be an article")
    lines = linearise(node.html or "")
    meta = clues.metas(tree)
    page = linearise((tree.body.html or "") if tree.body else "")
    above = _above(page, lines)
    named = index.read(line.text for line in (*above, *lines[:12]))
    titles = [
        *clues.from_titles(tree, [*above, *lines[:12]], meta),
        *(c for c in clues.from_index(named) if c.field == "title"),
    ]
    title = clues.settle(titles, "title") or ""
    parts = split(
        lines,
        frozenset(filter(None, (squeeze(title), *(squeeze(t.value) for t in titles if t.weight > 0.5)))),
    )
    if not parts.body:
        raise NoBody(url, "nothing is left of this page's text but its frame")
    header = [*above, *parts.header]
    table = index.read(line.text for line in header)
    evidence: list[Clue] = [
        *titles,
        *clues.from_meta(meta),
        *clues.from_info(header),
        *clues.from_info(parts.footer[:3]),
        *clues.from_index(table),
        *clues.from_url(url),
        *clues.from_footer(html),
    ]
    if clues.shows_empty_source(header) and not any(
        c.field == "source" and c.where.startswith("info") for c in evidence
    ):
        evidence = [clue for clue in evidence if clue.field != "source"]
    base = url or ""
    files = attachments_of([*parts.body, *parts.footer], lambda href: urljoin(base, href) if base else href)
    return assemble(
        title=title,
        body=[line.text for line in parts.body],
        index=table,
        evidence=evidence,
        attachments=files,
        url=url,
        undecodable=undecodable,
    )


def _above(page: list[Line], article: list[Line]) -> list[Line]:
    """The page's lines before the article's, at most _ABOVE of them."""
    if not article:
        return page[:_ABOVE]
    for probe in article[:3]:
        for i, line in enumerate(page):
            if line.text == probe.text and _follows(page, i, article, article.index(probe)):
                return page[max(0, i - _ABOVE) : i]
    return page[:_ABOVE]


def _follows(page: list[Line], at: int, article: list[Line], place: int) -> bool:
    rest = [line.text for line in article[place : place + 4]]
    return [line.text for line in page[at : at + len(rest)]] == rest


LOOKS_LIKE_HTML = re.compile(
    r"<\s*(?:!doctype|html|head|body|div|table|p|br|span|meta|title|script|td|a)\b", re.I
)
