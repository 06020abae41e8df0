"""TrueCMS (南通 and others): records as in 大汉 jpage; `TrueCMS/messageController/getMessage.do` gives more of them as JSONP."""

from __future__ import annotations

from crawler.cms.generic import COMMON
from crawler.cms.jcms import records
from crawler.cms.lists.ranges import DataProxy
from crawler.cms.preset import Marks, Preset

TRUECMS = Preset(
    name="truecms",
    maker="TrueCMS",
    marks=Marks(words=("/messagecontroller/getmessage.do",)),
    paging=(DataProxy(), *COMMON),
    records=records,
)
