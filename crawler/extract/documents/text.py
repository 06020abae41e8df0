"""Read plain text, such as the seed documents: one paragraph a line, or wrapped at a fixed width, in any Chinese encoding."""

from __future__ import annotations

from codecs import BOM_UTF8

from crawler.extract.documents.magic import magic
from crawler.extract.documents.material import Format, Material
from crawler.extract.documents.wrapped_text import unwrapped
from crawler.extract.page.decode import decode
from crawler.extract.page.lines import line_of
from crawler.field.text import unfolded_paragraphs
from crawler.model import Headers

_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_SAMPLE_BYTES = 4096
_MIN_UTF16_BYTES = 40  # with fewer, two bytes of GBK and one character of UTF-16 look alike
_MIN_COMMON_SHARE, _MIN_PLAIN_SHARE = 0.2, 0.97  # of the characters of a Chinese text
_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过民前面政府市区法治行建设"
)
_MARKS = frozenset("，。、；：（）“”《》！？\n\r\t 　")


def material(text: str, undecodable: int = 0) -> Material:
    """Return the lines of a text. Lone surrogates, which no file can hold, are left out."""
    text = text.encode("utf-8", "ignore").decode("utf-8")
    return Material(lines=[line_of(line) for line in unfolded_paragraphs(text)], undecodable=undecodable)


def decode_text(body: bytes, headers: Headers = ()) -> tuple[str, int]:
    """Return a text and the number of bytes that could not be decoded.

    As `page.decode`, and UTF-16 without a mark, which a page shows by its markup and a Chinese text by its characters alone.
    """
    if codec := _undeclared_utf16(body):
        return body.decode(codec, "ignore"), 0
    text, _, bad = decode(body, headers)
    return text, bad


def _undeclared_utf16(body: bytes) -> str | None:
    """The codec of a Chinese text in UTF-16 without a byte order mark; None for another text."""
    if len(body) < _MIN_UTF16_BYTES or len(body) % 2 or body.startswith((*_UTF16_BOMS, BOM_UTF8)):
        return None
    for codec in ("utf-16-le", "utf-16-be"):
        sample = body[:_SAMPLE_BYTES].decode(codec, "replace")
        common = sum(char in _COMMON or char in _MARKS for char in sample)
        plain = sum(
            "\u4e00" <= char <= "\u9fff"
            or char.isascii()
            or char in _MARKS
            or "\u2000" <= char <= "\u303f"
            or char >= "\uff00"
            for char in sample
        )
        has_nul = "\0" in sample
        if (
            not has_nul
            and common >= _MIN_COMMON_SHARE * len(sample)
            and plain >= _MIN_PLAIN_SHARE * len(sample)
        ):
            return codec
    return None


def _recognises(body: bytes, headers: Headers) -> bool:
    """Whether bytes are text: it has hardly any control characters, binary data has many."""
    if not body or magic(body):
        return False
    sample = body[:_SAMPLE_BYTES]
    if _undeclared_utf16(body):
        return True
    if not sample.startswith(_UTF16_BOMS) and sample.count(0) > len(sample) // 100:
        return False
    controls = sum(sample.count(bytes((code,))) for code in (*range(1, 9), *range(14, 32)))
    if controls > len(sample) // 50 and not sample.startswith(_UTF16_BOMS):
        return False
    text, _, bad = decode(sample)
    return bad <= max(len(text) // 10, 1)


def _read(body: bytes, headers: Headers, url: str | None, hint: str | None) -> Material:
    text, undecodable = decode_text(body, headers)
    return material(unwrapped(text), undecodable)


TEXT = Format(recognises=_recognises, read=_read)
