"""Split RTF into tokens in one pass: braces, control words with their number, bytes of text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from crawler.extract.documents.origin import Origin

MAX_TOKENS = 2_000_000  # a report of 100 pages has about 400,000

_TOKEN = re.compile(
    rb"[{}]|(?P<hex>(?:\\'[0-9A-Fa-f]{2})+)|(?P<run>(?:\\u-?[0-9]{1,5} ?(?:(?:\\'[0-9A-Fa-f]{2}){1,2}|\?))+)|\\(?P<word>[A-Za-z]{1,32})(?P<number>-?[0-9]{1,10})? ?"
    rb"|\\(?P<sign>[^A-Za-z])|(?P<text>[^\\{}\r\n\0]+)|[\r\n\0]+|\\",
    re.S,
)
OPEN, CLOSE, WORD, SIGN, BYTES, RUN = range(6)


class Token(NamedTuple):
    """`data`: name of a word, a sign, bytes of text, or a run of `\\u` each with its bytes for old programs.

    `number`: that of a word; None if it has none.
    """

    kind: int
    data: bytes
    number: int | None = None


_OPEN, _CLOSE = Token(OPEN, b"{"), Token(CLOSE, b"}")


_UNICODE = re.compile(rb"\\u(-?[0-9]{1,5}) ?((?:\\'[0-9A-Fa-f]{2}){1,2}|\?)")


def unicode_run(run: bytes) -> list[tuple[bytes, bytes]]:
    """Return for each character of a run its code, and what stands there for programs that do not know it, as written."""
    return _UNICODE.findall(run)


def unescaped(fallback: bytes) -> bytes:
    """Return the bytes that are written as `\\'d6\\'d0`; a question mark as it is."""
    return fallback if fallback == b"?" else bytes.fromhex(fallback.replace(b"\\'", b"").decode())


def tokens(body: bytes, origin: Origin) -> Iterator[Token]:
    """Yield the tokens of a document. Raise UnreadDocument, `too_large`, beyond MAX_TOKENS. Takes linear time."""
    place, count = 0, 0
    match = _TOKEN.match
    while found := match(body, place):
        place = found.end()
        if (count := count + 1) > MAX_TOKENS:
            raise origin.fault("too_large", f"it has more than {MAX_TOKENS} control words, braces and texts")
        kind = found.lastgroup
        if kind == "text":
            yield Token(BYTES, found[0])
        elif kind == "hex":
            yield Token(BYTES, unescaped(found[0]))
        elif kind == "run":
            yield Token(RUN, found[0])
        elif kind in ("word", "number"):
            number = found["number"]
            token = Token(WORD, found["word"], None if number is None else int(number))
            if token.data == b"bin":  # as many bytes of a picture follow
                place += max(token.number or 0, 0)
            else:
                yield token
        elif kind == "sign":
            yield Token(SIGN, found["sign"])
        elif found[0] == b"{":
            yield _OPEN
        elif found[0] == b"}":
            yield _CLOSE
