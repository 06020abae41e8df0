"""Find the buttons of a pager: elements other than links at which a script opens an address.

Takes a page's source, since a parsed page has lost its buttons; returns labels and addresses. `pager` decides what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from crawler.extract.documents.pager_links import QUOTED_ADDRESS
from crawler.extract.roles.pager_lines import MAX_LABEL_LENGTH, is_pager_label
from crawler.field.text import fold

_BUTTON = re.compile(  # <button onclick="location.href='con_2.html'">下一页</button>
    rf"<(?:button|input|span|em|i|b|li|div|td)\s([^<>]*+)>\s*([^<]{{0,{MAX_LABEL_LENGTH}}})",
    re.I,
)
_MAX_TAG_LENGTH = 1000  # characters of a tag before its `onclick`
_VALUE = re.compile(rf"""\bvalue\s*=\s*["']?([^"'<>\s]{{1,{MAX_LABEL_LENGTH}}})""", re.I)
_ONCLICK = re.compile(r"""\bonclick\s*=\s*(?:"([^"]{0,500})"|'([^']{0,500})')""", re.I)


def pager_buttons(source: str) -> Iterator[tuple[str, str]]:
    """Yield label and address, as written, of each button whose label is a pager's."""
    for found in _buttons(source):
        script = _ONCLICK.search(found[1])
        if script is None:
            continue
        value = _VALUE.search(found[1])
        label = fold(unescape(found[2].strip() or (value[1] if value else "")))
        if label and is_pager_label(label):
            for address in QUOTED_ADDRESS.findall(unescape(script[1] or script[2] or "")):
                yield label, address


def _buttons(source: str) -> Iterator[re.Match[str]]:
    """The elements with `onclick`: the markup is searched for that word, since it is rare, and elements are many."""
    done = 0
    place = source.find("onclick")
    while place >= 0:
        start = source.rfind("<", max(done, place - _MAX_TAG_LENGTH), place)
        if start >= 0 and (found := _BUTTON.match(source, start)):
            yield found
        done = place + len("onclick")
        place = source.find("onclick", done)
