"""国泰新点 (epoint): `…/007023/20240103/<guid>.html`, lists `subpage.html`, `2.html`, `3.html`, …"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.address import join
from crawler.cms.lists.paging import NextLink
from crawler.cms.preset import ListPage, Marks, Preset
from crawler.model import ListRequest

_TOTAL_PAGES = re.compile(
    r"""(?:pageCount|totalPage|pagecount)['"]?\s*[:=]\s*['"]?(\d{1,9})|共\s*(\d{1,9})\s*页|(?<!\d)\d++\s*+/\s*+(\d{1,9})\s*+页?\s*+<""",
    re.I,
)


@dataclass(frozen=True, slots=True)
class PathNumbered:
    """File names are numbers: `2.html` follows `subpage.html`, up to the total that the page states."""

    def next(self, page: ListPage) -> ListRequest | None:
        """Return the file with the next number in the same folder; None at the total."""
        found = _TOTAL_PAGES.search(page.html)
        total = int(next(filter(None, found.groups()), "1")) if found else 1
        name = urlsplit(page.url).path.rpartition("/")[2]
        here = int(m[1]) if (m := re.match(r"(\d{1,9})\.html?$", name)) else 1
        url = join(page.url, f"{here + 1}.html")
        return ListRequest(url=url) if url and here < total else None


EPOINT = Preset(
    name="epoint",
    maker="国泰新点 epoint",
    marks=Marks(
        words=("ewb-", "epoint", "/subpage.html"),
        patterns=(re.compile(r"/20\d{6}/[0-9a-f]{8}-[0-9a-f]{4}-"),),
    ),
    body=(".ewb-article", ".ewb-article-info", ".ewb-info-content", ".news-article-para"),
    paging=(NextLink(), PathNumbered()),
)
