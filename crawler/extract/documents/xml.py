"""Parse XML of an untrusted document into a tree: no DTD, so no entities; bounded in bytes, elements and depth."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError, XMLParser

from crawler.extract.documents.origin import Origin

MAX_XML_BYTES = 32 * 1024 * 1024
MAX_XML_TAGS = (
    1_000_000  # start and end tags. The tree of as many takes about 150 MB; an attribute each adds as much
)
MAX_XML_ATTRIBUTES = 600_000
MAX_XML_DEPTH = 200  # tables in tables five deep take about 40

_DTD_MARKS = tuple("<!DOCTYPE".encode(codec) for codec in ("ascii", "utf-16-le", "utf-16-be"))
"""Looked for in the bytes: a tree builder of our own, which would be told of a DTD, is twice as slow. In any encoding that
expat takes, but UTF-16, these characters are their ASCII bytes."""
_ENCODING = re.compile(rb"encoding=[\"']([\w.:-]{1,40})[\"']")
_MAX_DECLARATION_BYTES = 200
_CHINESE = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5hkscs"}
"""Encodings that expat does not know, and the Python codec that is meant."""


def parse_xml(data: bytes, origin: Origin, part: str) -> Element:
    """Return the root element of a part of a document, such as `word/document.xml`; namespaces in the way of ElementTree.

    The depth is at most MAX_XML_DEPTH, so that a walk may recurse. Comments and processing instructions are left out.
    Raises UnreadDocument: `too_large` beyond the limits, `damaged` for what is not well-formed or has a DTD.
    """
    tags, attributes = data.count(b"<"), data.count(b"=")  # no fewer than there are
    if len(data) > MAX_XML_BYTES or tags > MAX_XML_TAGS or attributes > MAX_XML_ATTRIBUTES:
        raise origin.fault(
            "too_large", f"{part} has {len(data)} bytes, {tags} tags and {attributes} attributes"
        )
    if any(mark in data for mark in _DTD_MARKS):
        raise origin.fault("damaged", f"{part} has a DTD, which is refused")
    parser = XMLParser()
    try:
        parser.feed(_decoded(data))
        root = parser.close()
    except (ParseError, ValueError, LookupError) as error:  # ValueError: an encoding that expat does not know
        raise origin.fault("damaged", f"{part} is no well-formed XML: {error}") from error
    if not isinstance(root, Element):
        raise origin.fault("damaged", f"{part} has no element")
    if _is_too_deep(root):
        raise origin.fault("too_large", f"{part} is nested more than {MAX_XML_DEPTH} deep")
    return root


def local_name(element: Element) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def _decoded(data: bytes) -> bytes | str:
    """The markup as expat takes it: text, where it is in an encoding that expat does not know."""
    end = data.find(b"?>", 0, _MAX_DECLARATION_BYTES)
    match = _ENCODING.search(data, 0, end) if end > 0 and data.startswith(b"<?xml") else None
    codec = _CHINESE.get(match[1].decode("ascii", "replace").lower()) if match else None
    return data[end + 2 :].decode(codec, "replace") if codec else data


def _is_too_deep(root: Element) -> bool:
    level, depth = [root], 0
    while level:
        depth += 1
        if depth > MAX_XML_DEPTH:
            return True
        level = [child for element in level for child in element]
    return False
