"""Read RTF: bytes to `Material`. One pass over the tokens, in linear time; nothing of it is executed or followed.

`tokens` splits the bytes, `machine` and `controls` keep the state, `flow` gathers paragraphs and rows, `words` has the tables.
"""

from __future__ import annotations

from crawler import __version__
from crawler.extract.documents.material import Format, Material
from crawler.extract.documents.origin import Origin
from crawler.extract.documents.rtf.controls import CONTROLS
from crawler.extract.documents.rtf.machine import Machine
from crawler.extract.documents.word.properties import confirmed_title
from crawler.model import Headers

READER = f"fazhi {__version__}"
_KEY = "rtf"
_MARK = b"{\\rtf"
_MAX_START = 16  # bytes of white space, or a byte order mark, before the mark


def _recognises(body: bytes, headers: Headers) -> bool:
    return body[: _MAX_START + len(_MARK)].find(_MARK) >= 0 and not body[: body.find(_MARK)].strip(
        b" \t\r\n\0\xef\xbb\xbf"
    )


def _read(body: bytes, headers: Headers, url: str | None, hint: str | None) -> Material:
    """Raise UnreadDocument: damaged, too_large, empty, or needs_ocr if it holds nothing but pictures."""
    origin = Origin(url, _KEY)
    reader = Machine(origin, CONTROLS)
    reader.read(body[body.find(_MARK) :])
    lines = reader.flow.finish().lines()
    if not lines:
        raise (
            origin.fault("needs_ocr", "it holds pictures and no text", reader.pages)
            if reader.has_pictures
            else origin.fault("empty", "it has no text", reader.pages)
        )
    title = confirmed_title(reader.title, lines)
    return Material(
        lines=lines,
        titles=(title,) if title else (),
        undecodable=reader.undecodable,
        reader=READER,
        pages=reader.pages,
    )


RTF = Format(recognises=_recognises, read=_read)
