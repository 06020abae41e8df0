"""A plain-text document, such as the seeds, to a Report: the same trimming and evidence as for a page."""

from __future__ import annotations

from crawler.errors import NoBody
from crawler.extract import clues, index, labels
from crawler.extract.assemble import assemble
from crawler.extract.lines import Line
from crawler.extract.trim import is_frame, split, squeeze
from crawler.model import Clue, Report
from crawler.text import paragraphs


def extract_text(text: str, url: str | None = None, undecodable: int = 0) -> Report:
    """The Report of a document of one paragraph a line, its title first after what frame it still has.

    Raises NoBody when there is nothing but frame.
    """
    lines = [Line(paragraph) for paragraph in paragraphs(text)]
    title = next((line.text for line in lines if _is_title(line)), "")
    parts = split(lines, frozenset((squeeze(title),)))
    if not title or not parts.body:
        raise NoBody(url, "no title and text in this document")
    table = index.read(line.text for line in parts.header)
    evidence = [
        Clue(field="title", value=title, weight=0.9, where="first line"),
        *clues.from_info(parts.header),
        *clues.from_index(table),
        *clues.from_footer(text),
    ]
    return assemble(
        title=title,
        body=[line.text for line in parts.body],
        index=table,
        evidence=evidence,
        url=url,
        undecodable=undecodable,
    )


def _is_title(line: Line) -> bool:
    text = line.text
    return len(text) >= 6 and not (is_frame(line) or labels.is_info(text) or index.is_index(text))
