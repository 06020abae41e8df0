"""The format OFD: recognise it by the member OFD.xml of a ZIP container, read its pages to `Material`."""

from __future__ import annotations

from crawler import __version__
from crawler.errors import UnreadDocument
from crawler.extract.documents.layout import read_pages
from crawler.extract.documents.material import Format, Material
from crawler.extract.documents.measures import fault as text_fault
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
    scans: list[int] = []
    texts: list[str] = []
    for document in documents:
        drawing = Drawing(document)
        drawn = list(drawing.pages())
        scans += [pages + number for number in drawing.scans]
        pages += len(drawn)
        texts += [run.text for page in drawn for run in page.runs]
        # Pages that are all the same have nothing but running heads.
        lines += read_pages(drawn) or [line for page in drawn for line in read_pages([page])]
    _check(scans, pages, origin)
    if not lines:
        raise origin.fault("empty", f"{pages} pages without text", pages)
    if reason := text_fault("\n".join(texts)):
        raise origin.fault("needs_ocr", reason, pages)
    title = next(filter(None, (confirmed_title(each.title, lines) for each in documents)), None)
    return Material(lines=lines, titles=(title,) if title else (), reader=READER, pages=pages)


def _check(scans: list[int], pages: int, origin: Origin) -> None:
    """Raise UnreadDocument if pages of the text are pictures. A cover and a last page may be."""
    inner = [number for number in scans if 0 < number < pages - 1]
    if scans and (len(scans) == pages or inner):
        named = ", ".join(str(number + 1) for number in scans[:5]) + (" …" if len(scans) > 5 else "")
        reason = f"{len(scans)} of {pages} pages are pictures or outlines without text: {named}"
        raise origin.fault("needs_ocr", reason, pages)


OFD = Format(recognises=_recognises, read=_read)
