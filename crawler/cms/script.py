"""Lists by script that come as JSON: TRS `igs/front/search`, 大汉 jsearch, 开普云 irs, 国泰新点, as saved answers showed them."""

from __future__ import annotations

import re

from crawler.cms.jsonlist import PageParameter, records
from crawler.cms.preset import Preset

SCRIPT = Preset(
    name="json",
    maker="any list that is JSON",
    marks=re.compile(r"\A\s*(?:[\w.$]+\s*\(\s*)?[{\[]|/igs/front/search|/jsearch|/irs/front/list"),
    paging=(PageParameter(),),
    records=records,
)
