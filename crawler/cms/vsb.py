"""博达 VSB: `/info/1981/411251.htm`, lists `fzgz.htm`, `fzgz/12.htm`, … counting down."""

from __future__ import annotations

import re

from crawler.cms.paging import Countdown, NextLink
from crawler.cms.preset import Preset

VSB = Preset(
    name="vsb",
    maker="西安博达 VisualSiteBuilder",
    marks=re.compile(
        r"vsb_content|_vsbscreen|/info/\d{4}/\d+\.html?|v_news_content|visual\s*site\s*builder", re.I
    ),
    body=("#vsb_content", ".v_news_content", "#vsb_content_2", "#vsb_content_4", "#vsb_content_100"),
    paging=(Countdown(), NextLink()),
)
