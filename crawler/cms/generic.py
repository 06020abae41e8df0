"""A site of an unknown CMS: plain links, and the ways to the next page that need no knowledge of a system."""

from __future__ import annotations

from crawler.cms.lists.frames import ListFrame
from crawler.cms.lists.paging import NextLink, Numbered, NumberedLinks, QueryNumbered, WrittenFile
from crawler.cms.pager_form import PagerForm, PostBack
from crawler.cms.preset import Marks, Paging, Preset

COMMON: tuple[Paging, ...] = (
    Numbered(),
    NextLink(),
    NumberedLinks(),
    QueryNumbered(),
    WrittenFile(),
    PostBack(),
    PagerForm(),
    ListFrame(),
)
"""Rules for any CMS: sites change their pagers, and many pages have no mark of their CMS."""

GENERIC = Preset(name="generic", maker="unknown", marks=Marks(words=("",)), paging=COMMON)
