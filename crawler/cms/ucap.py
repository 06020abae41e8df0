"""UCAP / 开普云: `/content/post_123.html`, `createPageHTML('page_div', 12, 1, 'index', 'html', 228)`, counted from 1."""

from __future__ import annotations

import re

from crawler.cms.generic import COMMON
from crawler.cms.preset import Marks, Preset

UCAP = Preset(
    name="ucap",
    maker="开普云 UCAP",
    marks=Marks(
        words=("ucap-content", "<ucap", "ucapcontent"),
        patterns=(
            re.compile(r"/content/post_\d+\.html"),
            re.compile(r"createpagehtml\(\s*['\"][\w-]+['\"]\s*,\s*\d"),
        ),
    ),
    body=(".pages_content", "#UCAP-CONTENT", "ucapcontent", "#cmsArticleContent", "#Zoom"),
    paging=COMMON,
)
