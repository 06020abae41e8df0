"""Make file names printable. They are bytes in any encoding, and may hold anything but a slash and a zero byte."""

from __future__ import annotations

import os
import re

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def printable(name: str) -> str:
    """Return a file's name or path as text, for people and for the archive.

    Bytes that are not UTF-8 are decoded as GB18030, which Windows in China wrote; if that fails, each byte that is not
    ASCII becomes %XX. So do characters that break a line, control a terminal or change the direction of text. Two
    names can give the same text, so it must not be used as an identity.
    """
    raw = os.fsencode(name)
    for encoding in ("utf-8", "gb18030"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = "".join(
            f"%{ord(char) - 0xDC00:02X}" if "\udc80" <= char <= "\udcff" else char
            for char in raw.decode("ascii", "surrogateescape")
        )
    return _CONTROLS.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8"))
