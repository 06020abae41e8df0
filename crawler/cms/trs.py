"""TRS WCM / 海云, the most common CMS: `t20230315_2170174.shtml`, `createPageHTML(5, 0, "index", "html")`."""

from __future__ import annotations

import re

from crawler.cms.lists.numbering import TRS_CALL
from crawler.cms.lists.paging import NextLink, Numbered
from crawler.cms.preset import Marks, Preset

TRS = Preset(
    name="trs",
    maker="拓尔思 TRS WCM / 海云",
    marks=Marks(
        words=("trs_editor", "trs_ueditor"),
        patterns=(
            re.compile(r"/t20\d{6}_\d+\.s?html?"),
            re.compile(r"createpage\w{0,40}\(\s*['\"]?\d+['\"]?\s*,\s*['\"]?\d"),
        ),
    ),
    body=(".TRS_Editor", ".TRS_UEDITOR", ".trs_editor_view", ".Custom_UnionStyle", ".trs_paper_default"),
    paging=(Numbered(TRS_CALL), NextLink()),
)
