"""The format OFD: recognise it by the member OFD.xml of a ZIP container, read its pages to `Material`."""

from __future__ import annotations

from crawler import __version__
from crawler.errors import UnreadDocument
from crawler.extract.documents.layout import read_pages
from crawler.extract.documents.material import Format, Material
from crawler.extract.documents.ofd.drawing import Drawing
from crawler.extract.documents.ofd.package import ROOT, Package
from crawler.extract.documents.origin import Origin
from crawler.extract.documents.word.properties import confirmed_title
from crawler.extract.documents.zip_members import MARK, Members
from crawler.extract.page.lines import Line
from crawler.model import Headers

READER = f"fazhi-ofd {__version__}"
_KEY = "ofd"


def _recognises(body: bytes, headers: Headers) -> bool:
    if not body.startswith(MARK):
        return False
    try:
        return Members(body, Origin(None, _KEY)).find(ROOT) is not None
    except UnreadDocument:
        return ROOT.encode() in body  # a file that is cut; `read` says so


def _read(body: bytes, headers: Headers, url: str | None, hint: str | None) -> Material:
    origin = Origin(url, _KEY)
    documents = Package(body, origin).documents()
    lines: list[Line] = []
    pages = 0
    has_pictures = False
    for document in documents:
        drawing = Drawing(document)
        drawn = list(drawing.pages())
        pages += len(drawn)
        has_pictures |= drawing.has_pictures
        # Pages that are all the same have nothing but running heads.
        lines += read_pages(drawn) or [line for page in drawn for line in read_pages([page])]
    if not lines and has_pictures:
        raise origin.fault("needs_ocr", "the pages hold pictures or outlines and no text", pages)
    if not lines:
        raise origin.fault("empty", f"{pages} pages without text", pages)
    title = next(filter(None, (confirmed_title(each.title, lines) for each in documents)), None)
    return Material(lines=lines, titles=(title,) if title else (), reader=READER, pages=pages)


OFD = Format(recognises=_recognises, read=_read)
