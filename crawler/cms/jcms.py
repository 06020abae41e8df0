"""大汉 jcms (大汉版通): `/col/col71910/index.html` has its first records as CDATA in a script; `dataproxy.jsp` gives more."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.cms.disclosure import DisclosureSearch
from crawler.cms.generic import COMMON
from crawler.cms.jpaas import BuildUnit
from crawler.cms.lists.links import links_of
from crawler.cms.lists.ranges import DataProxy
from crawler.cms.lists.records import fragment, record_markup
from crawler.cms.preset import ListPage, Marks, Preset
from crawler.model import Link


def records(page: ListPage) -> Iterator[Link]:
    """Yield the links in the records of a list page or of a dataproxy answer, in order."""
    for markup in record_markup(page.html):
        yield from links_of(fragment(markup), page.base, found_on=page.first.url)


JCMS = Preset(
    name="jcms",
    maker="大汉网络 jcms / 大汉版通",
    marks=Marks(
        words=("/jpage/", "/module/xxgk/", "/jpaas-publish-server/", "<datastore>", "大汉版通"),
        patterns=(re.compile(r"/art/20\d{2}/\d{1,2}/\d{1,2}/art_"), re.compile(r"/col/col\d+/")),
    ),
    body=("#zoom", ".zoom", ".main-txt", ".main_section", "#con_con", ".bt_content"),
    paging=(DataProxy(), BuildUnit(), DisclosureSearch(), *COMMON),
    records=records,
)
