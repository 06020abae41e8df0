"""Read Word documents of XML: DOCX, DOCM, Flat OPC and Word 2003 XML. Bytes in, `Material` out.

The parts are found by `package`, numbers by `list_numbers`, styles by `styles`; `story` and `runs` read the text.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from xml.etree.ElementTree import Element

from crawler import __version__
from crawler.errors import UnreadDocument
from crawler.extract.documents.html.mht import MHT, page_of
from crawler.extract.documents.html.reader import HTML
from crawler.extract.documents.html.whole import whole_lines
from crawler.extract.documents.material import Format, Material
from crawler.extract.documents.office.list_numbers import ListNumbers
from crawler.extract.documents.office.names import (
    FLAT_OPC,
    PKG,
    WORD_2003,
    W,
    whole_number,
    with_usual_names,
)
from crawler.extract.documents.office.package import Package
from crawler.extract.documents.office.story import Context, Story
from crawler.extract.documents.office.styles import Styles
from crawler.extract.documents.origin import Origin
from crawler.extract.documents.rtf.reader import RTF
from crawler.extract.documents.text import TEXT
from crawler.extract.documents.word.paragraphs import Paragraphs
from crawler.extract.documents.word.properties import confirmed_title
from crawler.extract.documents.xml import local_name, parse_xml
from crawler.extract.documents.zip_members import MARK, Members
from crawler.extract.page.lines import Line
from crawler.model import Headers

READER = f"fazhi {__version__}"
_KEY = "docx"
_HEAD_BYTES = 4096
_FLAT_MARKS = (FLAT_OPC.encode(), WORD_2003.encode())
_OPC_MEMBER = "[Content_Types].xml"
_CUT_MARK = b"word/document.xml"  # in a container that is cut before its list of members
_MAX_PAGES = 100_000


def _recognises(body: bytes, headers: Headers) -> bool:
    if not body.startswith(MARK):
        head = body[:_HEAD_BYTES].replace(b"\0", b"")
        return any(mark in head for mark in _FLAT_MARKS)
    try:
        members = Members(body, Origin(None, _KEY))
    except UnreadDocument:
        return _CUT_MARK in body[:_HEAD_BYTES] or _OPC_MEMBER.encode() in body[:_HEAD_BYTES]
    return members.find(_OPC_MEMBER) is not None and any(
        name.lower().startswith("word/") for name in members.names
    )


def _read(
    body: bytes, headers: Headers, url: str | None, hint: str | None, *, is_inner: bool = False
) -> Material:
    """Raise UnreadDocument: damaged, encrypted, too_large, empty, or needs_ocr if it holds nothing but pictures."""
    origin = Origin(url, _KEY)
    if body.startswith(MARK):
        package: Package | None = Package(Members(body, origin), origin)
    else:
        root = parse_xml(with_usual_names(body), origin, "the document")
        package = Package(root, origin) if root.tag.startswith(PKG) else None
    main = root if package is None else package.part(package.main)
    text = None if main is None else main.find(W + "body")
    if text is None:
        raise origin.fault("damaged", "it has no part with the text of a Word document")
    lines = _lines(text, main if package is None else None, package, is_inner)
    pages = _pages(package)
    if not lines:
        has_pictures = any(local_name(each) in ("drawing", "pict", "object") for each in text.iter())
        if has_pictures:
            raise origin.fault("needs_ocr", "it holds pictures and no text", pages)
        raise origin.fault("empty", "it has no text", pages)
    title = confirmed_title(_core_title(package), lines)
    return Material(lines=lines, titles=(title,) if title else (), reader=READER, pages=pages)


def _lines(text: Element, single: Element | None, package: Package | None, is_inner: bool) -> list[Line]:
    """The lines of a document. `single`: its root, if it is one file without parts (Word 2003).

    A table of contents that never ends would leave out all text after it: then it is read as text.
    """
    for keeps_contents in (False, True):
        context = Context(
            styles=Styles(package.related("styles") if package else single),
            numbers=ListNumbers(package.related("numbering") if package else None),
            notes=_notes(package),
            chunk=_chunk_reader(package, is_inner),
            paragraphs=Paragraphs(),
            keeps_contents=keeps_contents,
        )
        story = Story(context)
        story.read(text)
        if not story.has_open_contents:
            break
    return context.paragraphs.lines()


def _notes(package: Package | None) -> dict[tuple[str, str], Element]:
    notes: dict[tuple[str, str], Element] = {}
    for kind in ("footnote", "endnote") if package else ():
        root = package.related(f"{kind}s") if package else None
        for note in () if root is None else root:
            if note.get(W + "type", "normal") == "normal":  # the others are the lines above the notes
                notes[kind, note.get(W + "id", "")] = note
    return notes


def _chunk_reader(package: Package | None, is_inner: bool) -> Callable[[str], list[Line]]:
    """The function that reads embedded documents. What they embed themselves is not read."""
    if package is None or is_inner:
        return lambda relation: []
    return partial(_chunk, package)


def _chunk(package: Package, relation: str) -> list[Line]:
    """The lines of an embedded document. One that is missing or of another format is a fault: its text would be lost."""
    if not (body := package.target(relation)):
        raise package.origin.fault("damaged", f"the embedded document {relation} is missing")
    if _recognises(body, ()):
        return _read(body, (), None, None, is_inner=True).lines
    if MHT.recognises(body, ()):
        return whole_lines(*page_of(body, package.origin))
    if HTML.recognises(body, ()):
        return whole_lines(body)
    for known in (RTF, TEXT):
        if known.recognises(body, ()):
            return known.read(body, (), None, None).lines
    raise package.origin.fault("damaged", f"the embedded document {relation} has a format that is not read")


def _pages(package: Package | None) -> int | None:
    """The number of pages when the document was last saved; None if it does not say."""
    root = _optional(package, "docProps/app.xml")
    for element in () if root is None else root:
        if local_name(element) == "Pages":
            return min(whole_number(element.text), _MAX_PAGES) or None
    return None


def _core_title(package: Package | None) -> str:
    root = _optional(package, "docProps/core.xml")
    return next(
        (each.text or "" for each in (() if root is None else root) if local_name(each) == "title"), ""
    )


def _optional(package: Package | None, name: str) -> Element | None:
    """A part with properties. The text does not depend on it, so a fault in it is none of the document."""
    try:
        return None if package is None else package.part(name)
    except UnreadDocument:
        return None


DOCX = Format(recognises=_recognises, read=_read)
