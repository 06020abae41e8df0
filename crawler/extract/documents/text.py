"""Read plain text, such as the seed documents: one paragraph a line."""

from __future__ import annotations

from crawler.extract.documents.magic import magic
from crawler.extract.documents.material import Format, Material
from crawler.extract.page.decode import decode
from crawler.extract.page.lines import Line
from crawler.field.text import paragraphs
from crawler.model import Headers

_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_SAMPLE_BYTES = 4096


def material(text: str, undecodable: int = 0) -> Material:
    """Return the lines of a text. Lone surrogates, which no file can hold, are left out."""
    text = text.encode("utf-8", "ignore").decode("utf-8")
    return Material(lines=[Line(line) for line in paragraphs(text)], undecodable=undecodable)


def _recognises(body: bytes, headers: Headers) -> bool:
    """Whether bytes are text: it has hardly any control characters, binary data has many."""
    if not body or magic(body):
        return False
    sample = body[:_SAMPLE_BYTES]
    if not sample.startswith(_UTF16_BOMS) and sample.count(0) > len(sample) // 100:
        return False
    controls = sum(sample.count(bytes((code,))) for code in (*range(1, 9), *range(14, 32)))
    if controls > len(sample) // 50 and not sample.startswith(_UTF16_BOMS):
        return False
    text, _, bad = decode(sample)
    return bad <= max(len(text) // 10, 1)


def _read(body: bytes, headers: Headers, url: str | None, hint: str | None) -> Material:
    text, _, undecodable = decode(body, headers)
    return material(text, undecodable)


TEXT = Format(recognises=_recognises, read=_read)
