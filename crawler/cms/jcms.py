"""大汉 jcms (大汉版通): `/col/col71910/index.html` has its first records as CDATA in a script; `dataproxy.jsp` gives more."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser

from crawler.cms.lists.links import links_of
from crawler.cms.lists.paging import DataProxy, NextLink
from crawler.cms.preset import ListPage, Marks, Preset
from crawler.model import Link

_RECORD = re.compile(r"<record>\s*<!\[CDATA\[((?:[^\]<]|\](?!\]>)|<(?!record>))*+)\]\]>\s*</record>")


def records(page: ListPage) -> Iterator[Link]:
    """Yield the links in the CDATA records of a list page or of a dataproxy answer, in order."""
    for record in _RECORD.findall(page.html):
        yield from links_of(LexborHTMLParser(record), page.base, found_on=page.first.url)


JCMS = Preset(
    name="jcms",
    maker="大汉网络 jcms / 大汉版通",
    marks=Marks(
        words=("/module/web/jpage/", "<datastore>", "大汉版通"),
        patterns=(re.compile(r"/art/20\d{2}/\d{1,2}/\d{1,2}/art_"), re.compile(r"/col/col\d+/")),
    ),
    body=("#zoom", ".zoom", ".main-txt", ".main_section", "#con_con", ".bt_content"),
    paging=(DataProxy(), NextLink()),
    records=records,
)
