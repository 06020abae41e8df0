"""A site of an unknown CMS: plain links, and a link 下一页 to the next page."""

from __future__ import annotations

from crawler.cms.lists.paging import COMMON
from crawler.cms.preset import Marks, Preset

GENERIC = Preset(name="generic", maker="unknown", marks=Marks(words=("",)), paging=COMMON)
