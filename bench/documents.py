"""Documents for the benchmarks: one report in every format and in several ways of it, made by `tests.made_documents`. Bytes out."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.made_documents import docx, ofd, rtf, zip
from tests.made_documents.doc import Piece, word
from tests.made_documents.pdf import Coding, pdf
from tests.made_documents.typeset import Style
from tests.site.governments import GOVERNMENTS
from tests.site.model import Document

SAVED = Path(__file__).parent.parent / "tests" / "fixtures" / "documents"
REPORTS = [each for government in GOVERNMENTS for each in government.documents if each.year]
_PRINT = str.maketrans(",:;()", "，：；（）")


class Made(NamedTuple):
    """A document, its format as a key of FORMATS, a name, and the report that it shows; None for a saved one."""

    format: str
    name: str
    body: bytes
    report: Document | None


def made(reports: Sequence[Document]) -> Iterator[Made]:
    """Yield each report in all formats that are made by code."""
    for number, report in enumerate(reports):
        paragraphs = [each.translate(_PRINT) for each in report.paragraphs]
        title = [report.title]
        yield Made("pdf", f"{number}.pdf", pdf(title, paragraphs), report)
        yield Made("pdf", f"{number}-gbk.pdf", pdf(title, paragraphs, coding=Coding.GBK), report)
        two = Style(columns=2, chars=16, size=12, leading=18, lines=34, gutter=30)
        yield Made("pdf", f"{number}-columns.pdf", pdf(title, paragraphs, style=two), report)
        body = docx.report(report.title, "", paragraphs, numbered=False)
        yield Made("docx", f"{number}.docx", body, report)
        yield Made("ofd", f"{number}.ofd", ofd.report(report.title, paragraphs), report)
        yield Made("rtf", f"{number}.rtf", rtf.report(report.title, "", paragraphs), report)
        lines = [report.title, *paragraphs]
        pieces = [Piece(line + "\r", "utf-16-le") for line in lines]
        yield Made("wps", f"{number}.wps", word(pieces, more={"WpsCustomData": b"x"}), report)
        yield Made("mht", f"{number}.mht", _message(lines), report)
        plain = "\n".join([report.title, "", *paragraphs])
        yield Made("text", f"{number}.txt", plain.encode("gb18030"), report)
        yield Made(
            "zip", f"{number}.zip", zip.archive({f"{report.title}.docx": body}, encoding="gbk"), report
        )


def _message(lines: Sequence[str]) -> bytes:
    """A web page as browsers save it in one file."""
    page = "".join(f"<p>{line}</p>" for line in lines)
    html = f'<html><body><div class="TRS_Editor">{page}</div></body></html>'.encode()
    head = b'MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary="--=_x"\r\n\r\n'
    part = (
        b"\r\n----=_x\r\nContent-Transfer-Encoding: base64\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    )
    return head + part + base64.encodebytes(html) + b"\r\n----=_x--\r\n"


def saved() -> Iterator[Made]:
    """Yield the documents that LibreOffice made, which lie in tests/fixtures."""
    for file in sorted(SAVED.glob("*.doc")):
        yield Made("doc", file.name, file.read_bytes(), None)
