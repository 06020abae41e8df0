"""Read all text of an HTML page that a document embeds: nothing around it, so no article to choose."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from crawler.extract.page.decode import decode
from crawler.extract.page.flow import read_flow
from crawler.extract.page.lines import Line, lines_between
from crawler.extract.page.markup_limits import limit_markup
from crawler.extract.page.tag_marks import UNSEEN
from crawler.model import Headers


def whole_lines(body: bytes, headers: Headers = ()) -> list[Line]:
    """Return the lines of a page's body, hidden text left out."""
    text, _, _ = decode(body, headers)
    tree = LexborHTMLParser(limit_markup(text))
    tree.strip_tags(UNSEEN)
    flow = read_flow((tree.body and tree.body.html) or "")
    return lines_between(flow, (0, len(flow.pieces)))[0] if flow.pieces else []
