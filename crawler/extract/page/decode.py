"""Bytes to characters. Declarations are weighed, not believed: these sites mislabel their pages. Knows no HTML beyond `charset=`."""

from __future__ import annotations

import codecs
import re

from crawler.model import Headers

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)  # <meta charset="gb2312">
_DECLARED_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)  # text/html; charset=GBK
_HEAD = 4096  # bytes in which a declaration is looked for
_SAMPLE = 64 * 1024  # bytes from which the legacy encoding is judged

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
"""Labels as servers write them, and what is really meant; an empty value is a default that says nothing of Chinese pages."""

_WRITTEN = (
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
"""How the names of codecs begin that pages are written in. UTF-16 is known by its mark or its zeros, not by its label."""

_COMMON = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过民前面政府市区法治行建设"
_COMMON_BIG5 = "的一是在不了有和人這中大為上個國我以要他時來用們生到作地於出就分對成會可主發年動同工也能下過民前面政府市區法治行建設"
_WIDE = re.compile(rb"[\x80-\xff]")
_HIGH = bytes(range(0x80, 0x100))
_UTF8_CHARACTER = re.compile(rb"[\xe3-\xe9][\x80-\xbf][\x80-\xbf]")
_PAIR = re.compile(rb"[\x81-\xfe](?:[\x80-\xfe]|([\x40-\x7e]))")
_QUICK = 3000  # bytes from the first that is not ASCII: enough to see that a page is plain GB2312
_LOW_TRAILS = 0.08  # GB2312 has no second byte below 0xA1; Big5 has them in two characters of five
_PLAIN = (None, "gb18030", "utf-8")


def decode(body: bytes, headers: Headers = ()) -> tuple[str, str, int]:
    """The text of a page, the encoding it was read with, and how many bytes no encoding could make sense of.

    The order: byte order mark; strict UTF-8; the declared label, taken for the superset that is meant;
    GB18030 or Big5 by which reads more like Chinese; at last with replacement, counted.
    The text holds no NUL, no lone surrogates and no U+FFFD put there by us.
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
    """The encoding that the HTTP header or the page's head names, as a Python codec name; None where it says nothing useful."""
    labels = [
        m[1]
        for key, value in headers
        if key.lower() == "content-type" and (m := _DECLARED_HEADER.search(value))
    ]
    labels += [m.decode("ascii", "replace") for m in _DECLARED.findall(body[:_HEAD])]
    for label in labels:
        name = _codec(_SUPERSETS.get(label.lower(), label))
        if name:
            return name
    return None


def _codec(label: str) -> str | None:
    """The codec of a label, if it is one that pages are written in: Python knows more, such as unicode_escape and zlib."""
    try:
        name = codecs.lookup(label).name if label else ""
    except LookupError:
        return None
    return name if name.startswith(_WRITTEN) else None


def _judge(body: bytes, label: str | None) -> str:
    """The encoding of a page that is not valid UTF-8."""
    if _looks_like_utf16(body):
        return "utf-16-le" if body[1:2] == b"\0" else "utf-16-be"
    wide = _WIDE.search(body)
    start = wide.start() if wide else 0
    quick = body[start : start + _QUICK]
    if label in _PLAIN and 3 * len(_UTF8_CHARACTER.findall(quick)) < 0.3 * _wide_bytes(quick):
        pairs = _PAIR.findall(quick)
        if sum(map(bool, pairs)) < _LOW_TRAILS * len(pairs):
            return "gb18030"
    sample = body[start : start + _SAMPLE]
    names = dict.fromkeys(("utf-8", "gb18030", "big5hkscs", *([label] if label else [])))
    scores = {name: _score(sample, name) for name in names}
    best = max(scores, key=lambda name: (scores[name], name == label))
    return best if scores[best] > 0 else (label if label in scores else None) or "utf-8"


def _wide_bytes(sample: bytes) -> int:
    return len(sample) - len(sample.translate(None, _HIGH))


def _score(sample: bytes, name: str) -> float:
    """How much a sample reads like Chinese: common characters, less a fine for every byte that does not decode."""
    text = sample.decode(name, "replace")
    wide = len(text) - len(_ASCII.findall(text))
    common = _COMMON_BIG5 if name.startswith("big5") else _COMMON
    known = sum(text.count(char) for char in common)
    marks = sum(text.count(char) for char in "，。、：；")
    return (known + marks - 3 * text.count("\ufffd")) / (wide + 1)


_ASCII = re.compile("[\x00-\x7f]")


def _looks_like_utf16(body: bytes) -> bool:
    """UTF-16 without a mark: every other byte of the leading markup is NUL."""
    head = body[:64]
    return len(head) >= 8 and (head[1::2].count(0) > len(head) * 0.4 or head[0::2].count(0) > len(head) * 0.4)


def _lenient(body: bytes, name: str) -> tuple[str, str, int]:
    try:
        return _clean(body.decode(name)), name, 0
    except UnicodeDecodeError:
        text = body.decode(name, "fazhi-replace")
    bad = text.count("\ufffd")
    return _clean(text.replace("\ufffd", "") if bad else text), name, bad


def _replace(error: UnicodeError) -> tuple[str, int]:
    """Error handler: one U+FFFD a bad byte, so that they can be counted.

    GBK of Windows writes the euro sign as a single 0x80, which GB18030 does not know.
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
