"""Readers of documents to compare: ours, bare libraries (open and get the text), and peers. Bytes in, text out.

Libraries are imported when a reader is asked for: they lie in the environment of the benchmarks only.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import Message
from typing import Any
from xml.etree import ElementTree

from crawler.extract import extract
from crawler.extract.documents import FORMATS

Read = Callable[[bytes], str]
OFD_TEXT = re.compile(r"\{.*\}TextCode$")
WORD_TEXT = re.compile(r"\{.*\}t$")


def reading(format: str) -> Read:
    """Return our reader of a format: bytes to lines, without the questions what a title and a date is."""
    known = FORMATS[format]
    return lambda body: "\n".join(line.text for line in known.read(body, (), None, None).lines)


def whole(body: bytes) -> str:
    """Return the body of the report that we extract."""
    return extract(body).body


def _pdfium(body: bytes) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(body)
    texts = []
    for page in document:
        text = page.get_textpage()
        texts.append(text.get_text_bounded())
        text.close()
        page.close()
    document.close()
    return "\n".join(texts)


def _docx(body: bytes) -> str:
    from docx import Document

    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(body)).paragraphs)


def _ofd(body: bytes) -> str:
    """No library reads OFD that is free to use here: the members' XML, and the text in it."""
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        names = sorted(name for name in packed.namelist() if name.endswith("Content.xml"))
        return "\n".join("".join(_texts(packed.read(name), OFD_TEXT)) for name in names)


def _texts(xml: bytes, tag: re.Pattern[str]) -> Iterator[str]:
    return (each.text or "" for each in ElementTree.fromstring(xml).iter() if tag.match(each.tag))


def _rtf(body: bytes) -> str:
    from striprtf.striprtf import rtf_to_text

    return str(rtf_to_text(body.decode("latin-1"), encoding="gbk", errors="replace"))


def _mht(body: bytes) -> str:
    from selectolax.lexbor import LexborHTMLParser

    parts: list[Message] = [
        part for part in message_from_bytes(body).walk() if part.get_content_type() == "text/html"
    ]
    payload: Any = parts[0].get_payload(decode=True)
    tree = LexborHTMLParser(payload.decode("utf-8"))
    return tree.body.text(separator="\n") if tree.body else ""


def _zip(body: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return _docx(packed.read(packed.namelist()[0]))


BARE: dict[str, tuple[str, Read]] = {
    "pdf": ("pypdfium2", _pdfium),
    "docx": ("python-docx", _docx),
    "ofd": ("zipfile, ElementTree", _ofd),
    "rtf": ("striprtf", _rtf),
    "mht": ("email, selectolax", _mht),
    "zip": ("zipfile, python-docx", _zip),
    "text": ("bytes.decode", lambda body: body.decode("gb18030")),
}
"""Library and open-and-get-text, by format. There is none for DOC and WPS that may be used here."""


def _pdfminer(body: bytes) -> str:
    from pdfminer.high_level import extract_text

    return str(extract_text(io.BytesIO(body)))


def _markitdown(ending: str) -> Read:
    from markitdown import MarkItDown, StreamInfo

    converter = MarkItDown()
    return lambda body: str(
        converter.convert_stream(
            io.BytesIO(body), stream_info=StreamInfo(extension=f".{ending}")
        ).text_content
    )


def peers(format: str) -> dict[str, Read]:
    """Return other readers of a format by name."""
    found = {BARE[format][0]: BARE[format][1]} if format in BARE else {}
    if format == "pdf":
        found["pdfminer.six"] = _pdfminer
    if format in ("pdf", "docx", "zip"):
        found["markitdown"] = _markitdown(format)
    return found
