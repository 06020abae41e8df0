"""Names of files as text: they are bytes, in whatever encoding, and may hold anything but a slash and a zero."""

from __future__ import annotations

import os
import re

# what would break a line, steer a terminal or turn the direction of writing
_UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def shown(name: str) -> str:
    """A file's name or path for people and for the archive, without control characters.

    Bytes that are no UTF-8 are read as GB18030, as Windows in China wrote them; where they are not that either, each
    becomes %XX. Two names can so look alike: no identity rests on it.
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
    return _UNSHOWN.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8"))
