"""Decode the bytes of a page. A declared encoding is only one piece of evidence, because these sites mislabel their pages.

Takes bytes and headers, returns text and encoding. Of HTML it reads nothing but `charset=`; content codings are undone
before, by `crawler.coding`.
"""

from __future__ import annotations

import codecs
import re

from crawler.model import Headers

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_META_CHARSET = re.compile(rb"charset\s*+=\s*+[\"']?\s*+([\w.:-]+)", re.I)  # <meta charset="gb2312">
_HEADER_CHARSET = re.compile(r"charset\s*+=\s*+[\"']?\s*+([\w.:-]+)", re.I)  # text/html; charset=GBK
_HEAD_BYTES = 4096  # in which a declaration is looked for
_SAMPLE_BYTES = 64 * 1024  # by which the encoding is judged

_SUPERSETS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "cp950": "big5hkscs",
    "unicode": "utf-16-le",
    "utf-16": "utf-16-le",
    "iso-8859-1": "",
    "latin1": "",
    "us-ascii": "",
    "ascii": "",
    "windows-1252": "",
}
"""Labels as servers write them, and the encoding that is meant. Empty: a server's default, no statement about the page."""

_PAGE_CODECS = (
    "utf-8",
    "gb",
    "hz",
    "big5",
    "euc",
    "shift",
    "iso2022",
    "iso8859",
    "cp125",
    "koi8",
    "mac",
    "johab",
)
"""Beginnings of the names of codecs for pages. UTF-16 is recognised by its byte order mark or its zeros, not by a label."""

_COMMON_GB = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过民前面政府市区法治行建设"
_COMMON_BIG5 = "的一是在不了有和人這中大為上個國我以要他時來用們生到作地於出就分對成會可主發年動同工也能下過民前面政府市區法治行建設"
_ASCII = re.compile("[\x00-\x7f]")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_HIGH_BYTES = bytes(range(0x80, 0x100))
_UTF8_CHARACTER = re.compile(rb"[\xe3-\xe9][\x80-\xbf][\x80-\xbf]")
_PAIR = re.compile(rb"[\x81-\xfe](?:[\x80-\xfe]|([\x40-\x7e]))")
_QUICK_SAMPLE_BYTES = 3000  # from the first that is not ASCII: enough to recognise plain GB2312
_MAX_LOW_TRAILS_SHARE = 0.08  # GB2312 has no second byte below 0xA1; Big5 has one in two characters of five
_LABELS_OF_GB2312_PAGES = (None, "gb18030", "utf-8")
_MIN_UTF16_HEAD_BYTES, _MIN_NUL_SHARE = 8, 0.4
_COST_OF_BAD_BYTE = 3  # in common characters


def decode(body: bytes, headers: Headers = ()) -> tuple[str, str, int]:
    """Return the text of a page, its encoding, and the number of bytes that could not be decoded.

    The order: byte order mark; strict UTF-8; the declared label, taken for the superset that is meant;
    GB18030 or Big5, whichever reads more like Chinese; at last with undecodable bytes left out and counted.
    The text has no NUL, no lone surrogates and no U+FFFD for an undecodable byte.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return _lenient(body[len(mark) :], name)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _lenient(body, _judge(body, declared(body, headers)))
    return (_clean(text) if b"\0" in body else text), "utf-8", 0


def declared(body: bytes, headers: Headers) -> str | None:
    """Return the encoding that the HTTP header or the page's head names, as a Python codec name; None if it is no help."""
    labels = [
        m[1]
        for key, value in headers
        if key.lower() == "content-type" and (m := _HEADER_CHARSET.search(value))
    ]
    labels += [m.decode("ascii", "replace") for m in _META_CHARSET.findall(body[:_HEAD_BYTES])]
    for label in labels:
        name = _codec(_SUPERSETS.get(label.lower(), label))
        if name:
            return name
    return None


def _codec(label: str) -> str | None:
    """The codec of a label, if it is one for pages; Python also has unicode_escape, zlib and the like."""
    try:
        name = codecs.lookup(label).name if label else ""
    except LookupError:
        return None
    return name if name.startswith(_PAGE_CODECS) else None


def _judge(body: bytes, label: str | None) -> str:
    """The encoding of a page that is not valid UTF-8. `label`: the declared one."""
    if _looks_like_utf16(body):
        return "utf-16-le" if body[1:2] == b"\0" else "utf-16-be"
    first = _NOT_ASCII.search(body)
    start = first.start() if first else 0
    quick = body[start : start + _QUICK_SAMPLE_BYTES]
    if label in _LABELS_OF_GB2312_PAGES and 3 * len(_UTF8_CHARACTER.findall(quick)) < 0.3 * _high_bytes(
        quick
    ):
        pairs = _PAIR.findall(quick)
        if sum(map(bool, pairs)) < _MAX_LOW_TRAILS_SHARE * len(pairs):
            return "gb18030"
    sample = body[start : start + _SAMPLE_BYTES]
    names = dict.fromkeys(("utf-8", "gb18030", "big5hkscs", *([label] if label else [])))
    scores = {name: _score(sample, name) for name in names}
    best = max(scores, key=lambda name: (scores[name], name == label))
    return best if scores[best] > 0 else (label if label in scores else None) or "utf-8"


def _high_bytes(sample: bytes) -> int:
    """Number of bytes that are not ASCII."""
    return len(sample) - len(sample.translate(None, _HIGH_BYTES))


def _score(sample: bytes, name: str) -> float:
    """Share of common characters and punctuation in a sample read with a codec, less a cost for each undecodable byte."""
    text = sample.decode(name, "replace")
    not_ascii = len(text) - len(_ASCII.findall(text))
    common = _COMMON_BIG5 if name.startswith("big5") else _COMMON_GB
    known = sum(text.count(char) for char in common)
    marks = sum(text.count(char) for char in "，。、：；")
    return (known + marks - _COST_OF_BAD_BYTE * text.count("\ufffd")) / (not_ascii + 1)


def _looks_like_utf16(body: bytes) -> bool:
    """Whether a page is UTF-16 without a byte order mark: every other byte of the leading markup is NUL."""
    head = body[:64]
    least = len(head) * _MIN_NUL_SHARE
    return len(head) >= _MIN_UTF16_HEAD_BYTES and (head[1::2].count(0) > least or head[0::2].count(0) > least)


def _lenient(body: bytes, name: str) -> tuple[str, str, int]:
    """Decode with a codec; undecodable bytes are left out and counted."""
    try:
        return _clean(body.decode(name)), name, 0
    except UnicodeDecodeError:
        text = body.decode(name, "fazhi-replace")
    bad = text.count("\ufffd")
    return _clean(text.replace("\ufffd", "") if bad else text), name, bad


def _replace(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: one U+FFFD for each bad byte, so that they can be counted.

    The single byte 0x80 is the euro sign in the GBK of Windows; GB18030 does not have it.
    """
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(
        "€" if byte == 0x80 and error.encoding == "gb18030" else "\ufffd" for byte in bad
    ), error.end


codecs.register_error("fazhi-replace", _replace)


def _clean(text: str) -> str:
    return text.replace("\0", "") if "\0" in text else text
