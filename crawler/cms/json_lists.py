"""Lists that a script loads as JSON: TRS `igs/front/search`, 大汉 jsearch, 开普云 irs, 国泰新点. From saved answers of each."""

from __future__ import annotations

from crawler.cms.lists.json_list import records
from crawler.cms.lists.near_json import OPENING
from crawler.cms.lists.page_parameter import PageParameter
from crawler.cms.lists.ranges import DataProxy
from crawler.cms.preset import Marks, Preset

JSON_LISTS = Preset(
    name="json",
    maker="any list that is JSON",
    marks=Marks(
        words=("/igs/front/search", "/jsearch", "/irs/front/list"),
        opening=OPENING,
    ),
    paging=(DataProxy(), PageParameter()),
    records=records,
)
