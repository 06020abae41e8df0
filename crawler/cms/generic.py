"""A site of no known system: plain links, and a link that says 下一页."""

from __future__ import annotations

from crawler.cms.lists.paging import NextLink
from crawler.cms.preset import Marks, Preset

GENERIC = Preset(name="generic", maker="unknown", marks=Marks(words=("",)), paging=(NextLink(),))
