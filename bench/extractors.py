"""The extractors to compare, each called by its documented entry point: bytes of a page in, an Answer out."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from bench.score import Answer
from crawler.errors import NoBody

Call = Callable[[bytes], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extractor:
    """One extractor. `load` imports it and returns the function to call; it raises ImportError if it is not installed."""

    load: Callable[[], Call]
    gives: frozenset[str]  # fields of an Answer


def decoded(page: bytes) -> str:
    """Decode a page for extractors that take text: as UTF-8 if it is valid, else as GB18030 with broken bytes replaced."""
    try:
        return page.decode("utf-8")
    except UnicodeDecodeError:
        return page.decode("gb18030", "replace")


def _ours() -> Call:
    from crawler.extract import extract

    def call(page: bytes) -> Answer:
        try:
            report = extract(page)
        except NoBody:
            return Answer()
        return Answer(body=report.body, title=report.title, date=report.published, source=report.source)

    return call


def _parse() -> Call:
    parser = importlib.import_module("selectolax.lexbor").LexborHTMLParser

    def call(page: bytes) -> Answer:
        parser(decoded(page))
        return Answer()

    return call


def _resiliparse() -> Call:
    to_text = importlib.import_module("resiliparse.extract.html2text").extract_plain_text
    encoding = importlib.import_module("resiliparse.parse.encoding")

    def call(page: bytes) -> Answer:
        text = encoding.bytes_to_str(page, encoding.detect_encoding(page))
        return Answer(body=to_text(text, main_content=True, alt_texts=False, links=False))

    return call


def _readability() -> Call:
    document = importlib.import_module("readability").Document
    lxml = importlib.import_module("lxml.html")

    def call(page: bytes) -> Answer:
        article = document(decoded(page))
        return Answer(
            body=lxml.fromstring(article.summary()).text_content(),  # the result is HTML
            title=article.short_title(),
        )

    return call


def _trafilatura() -> Call:
    extraction = importlib.import_module("trafilatura").bare_extraction

    def call(page: bytes) -> Answer:
        found = extraction(page, with_metadata=True, include_comments=False)
        return Answer(body=found.text, title=found.title, date=found.date) if found else Answer()

    return call


def _gne() -> Call:
    extractor = importlib.import_module("gne").GeneralNewsExtractor()

    def call(page: bytes) -> Answer:
        found = extractor.extract(decoded(page))
        return Answer(body=found["content"], title=found["title"], date=found["publish_time"])

    return call


OURS, FLOOR = "ours", "bare lexbor parse"
EXTRACTORS: dict[str, Extractor] = {
    FLOOR: Extractor(load=_parse, gives=frozenset()),
    OURS: Extractor(load=_ours, gives=frozenset(("body", "title", "date", "source"))),
    "resiliparse": Extractor(load=_resiliparse, gives=frozenset(("body",))),
    "readability-lxml": Extractor(load=_readability, gives=frozenset(("body", "title"))),
    "trafilatura": Extractor(load=_trafilatura, gives=frozenset(("body", "title", "date"))),
    "gne": Extractor(load=_gne, gives=frozenset(("body", "title", "date"))),
}
"""Extractors by their names on the package index. The bare parse comes first: times are given as multiples of it."""
