"""Pages whose report stands in a document or a frame, in the ways of several systems. `troubles` serves them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.made_documents.docx import report as docx
from tests.made_documents.pdf import pdf
from tests.site.model import Document
from tests.site.server import Answer
from tests.site.word import WORD

_PDF = "application/pdf"
_ANY = "application/octet-stream"
_FOLDER = "/zwgk/fzzfj/202303/"

Files = Mapping[str, Answer]
"""Answers of a host, by path with the query."""

Offered = Callable[[Document], tuple[str, Files]]
"""From a report to the markup in the place of its text, and the files that it names."""


def pdf_of(document: Document) -> bytes:
    """Return a PDF of a report."""
    return pdf([document.title], document.paragraphs)


def docx_of(document: Document) -> bytes:
    """Return a DOCX of a report."""
    return docx(document.title, "", document.paragraphs, numbered=False)


def _file(body: bytes, content_type: str = _PDF) -> Answer:
    return Answer(status=200, body=body, headers={"Content-Type": content_type})


def _one_line(document: Document) -> tuple[str, Files]:
    markup = f'<p>附件：<a href="P020230315.docx">{document.title}.docx</a></p>'
    return markup, {f"{_FOLDER}P020230315.docx": _file(docx_of(document), WORD)}


def _viewer(document: Document) -> tuple[str, Files]:
    markup = (
        '<iframe src="/pdfjs/web/viewer.html?file=%2Fzwgk%2Ffzzfj%2F202303%2Freport.pdf" width="100%" height="800">'
        "</iframe>"
    )
    return markup, {f"{_FOLDER}report.pdf": _file(pdf_of(document))}


def _script(document: Document) -> tuple[str, Files]:
    path = "/__local/A/12/5F/E3D0C6B7A8F1E2D3C4B5A697887_1A2B3C4D_1F2E3.pdf"
    markup = f'<p><script language="javascript">showVsbpdfIframe("{path}","100%","900","0","","","xx","1",0)</script></p>'
    return markup, {path: _file(pdf_of(document))}


def _object(document: Document) -> tuple[str, Files]:
    markup = '<object data="report.pdf" type="application/pdf" width="100%" height="900"></object>'
    return markup, {f"{_FOLDER}report.pdf": _file(pdf_of(document))}


def _embed(document: Document) -> tuple[str, Files]:
    markup = '<embed src="report.pdf" type="application/pdf" width="100%" height="900">'
    return markup, {f"{_FOLDER}report.pdf": _file(pdf_of(document))}


def _download(document: Document) -> tuple[str, Files]:
    path = "/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1396&wbfileid=8F2A3C"
    markup = (
        f'<p>全文见附件。</p><p>附件【<a href="{path.replace("&", "&amp;")}">{document.title}.pdf</a>】</p>'
    )
    return markup, {path: _file(pdf_of(document), _ANY)}


OFFERED: Mapping[str, tuple[str, Offered]] = {
    "document-docx": ("one line with a Word file", _one_line),
    "document-viewer": ("a PDF in the viewer of pdf.js", _viewer),
    "document-script": ("a PDF shown by showVsbpdfIframe", _script),
    "document-object": ("a PDF in <object>", _object),
    "document-embed": ("a PDF in <embed>", _embed),
    "document-download": ("a PDF at an address without an ending", _download),
}
"""Ways to offer a report, by the name of the host that has one: what it is, and how it is made."""
