"""Turn positioned text into paragraphs. Pure geometry, for every format that draws its text (PDF, OFD); no format is known here.

A reader makes a `Page` of each page: its size, `Run`s of text and the `Rule`s of its tables, with y downwards and any one
unit of length. `read_pages(pages)` returns the document as lines in reading order: paragraphs joined across lines, columns
and pages; tables as rows with tabs; the title tagged `h1`; without page numbers and running heads. Runs may come in any
order. Their text needs no folding, but text that is no part of the page (watermarks, annotations) is left out by the reader.
`mended(text)` is the text with usual characters, as `documents/measures` wants it.
"""

from __future__ import annotations

from crawler.extract.documents.layout.characters import mended
from crawler.extract.documents.layout.page import Page, Rule, Run
from crawler.extract.documents.layout.reading import read_pages

__all__ = ["Page", "Rule", "Run", "mended", "read_pages"]
