"""Give links the names that stand beside them: 更多 of a box that has a heading, and the columns of gkmlpt, which are fragments."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.cms.base_url import Base
from crawler.field.text import one_line
from crawler.model import Link

_MORE = re.compile(r"(?:查看|点击)?(?:更多|全部|详[细情]|more)?[\s>+»….·]*+$", re.I)
_HEADINGS = "h1, h2, h3, h4, h5, .title, .tit, .hd, .name"
_MAX_ANCESTORS = 3
_MAX_NAME_CHARS = 24
_MAX_MORE_LINKS = 400


def named_links(links: Iterable[Link], tree: LexborHTMLParser, base: Base) -> tuple[Link, ...]:
    """Return links with the name of what they lead to in place of 更多, and with the fragment that names a column of gkmlpt."""
    names = _names(tree, base)
    columns = _gkmlpt_columns(tree, base)
    whole = {url.partition("#")[0] for url in columns}
    kept = [
        replace(link, title=names[link.url]) if link.url in names and _MORE.match(link.title) else link
        for link in links
        if link.url not in whole
    ]
    return (*kept, *columns.values())


def _names(tree: LexborHTMLParser, base: Base) -> dict[str, str]:
    found: dict[str, str] = {}
    nodes = [node for node in tree.css("a[href]") if _MORE.match(one_line(node.text()))]
    for node in nodes[:_MAX_MORE_LINKS]:
        target = base.target(node)
        name = one_line(node.attributes.get("title") or "") or _heading(node)
        if target and name and not _MORE.match(name):
            found.setdefault(target, name[:_MAX_NAME_CHARS])
    return found


def _heading(node: LexborNode) -> str:
    """The heading of the nearest box around a link that has one."""
    around = node.parent
    for _ in range(_MAX_ANCESTORS):
        if around is None:
            break
        if (heading := around.css_first(_HEADINGS)) is not None:
            text = one_line(heading.text())
            text = text.replace(one_line(node.text()), "").strip()
            return text if len(text) <= _MAX_NAME_CHARS else ""
        around = around.parent
    return ""


def _gkmlpt_columns(tree: LexborHTMLParser, base: Base) -> dict[str, Link]:
    """The links to columns of 广东 gkmlpt: `/gkmlpt/index#505`. The number is the column's."""
    found: dict[str, Link] = {}
    for node in tree.css('a[href*="gkmlpt"]'):
        _, _, fragment = (node.attributes.get("href") or "").partition("#")
        target, title = base.target(node), one_line(node.text())
        if _MORE.match(title):
            title = one_line(node.attributes.get("title") or "") or _heading(node)
        if target and title and fragment.isdigit() and len(fragment) < 10:
            url = f"{target.partition('#')[0]}#{fragment}"
            found.setdefault(url, Link(url=url, title=title, found_on=base.url))
    return found
