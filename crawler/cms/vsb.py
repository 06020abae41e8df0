"""博达 VSB: `/info/1981/411251.htm`; lists `fzgz.htm`, then `fzgz/12.htm` and so on, counted down to 1.

Without static pages: `list.jsp?urltype=tree.TreeTempUrl&wbtreeid=1981`, whose pages follow by links with `PAGENUM=2`.
"""

from __future__ import annotations

import re

from crawler.cms.generic import COMMON
from crawler.cms.lists.paging import Countdown
from crawler.cms.preset import Marks, Preset

VSB = Preset(
    name="vsb",
    maker="西安博达 VisualSiteBuilder",
    marks=Marks(
        words=("vsb_content", "_vsbscreen", "v_news_content"),
        patterns=(
            re.compile(r"/info/\d{4}/\d+\.html?"),
            re.compile(r"visual\s*site\s*builder"),
            re.compile(r"urltype=(?:tree\.treetempurl|news\.newscontenturl|egovinfo\.)"),
            re.compile(r"\b(?:list|content)\d{0,3}\.jsp\?[^'\"<>\s?]{0,200}wbtreeid="),
        ),
    ),
    body=("#vsb_content", ".v_news_content", "#vsb_content_2", "#vsb_content_4", "#vsb_content_100"),
    paging=(Countdown(), *COMMON),
)
