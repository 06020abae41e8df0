"""Everything known of content management systems, one file a system. To add one: its file, and its line in `PRESETS`."""

from __future__ import annotations

from crawler.cms.epoint import EPOINT
from crawler.cms.generic import GENERIC
from crawler.cms.jcms import JCMS
from crawler.cms.preset import ListPage, Paging, Preset
from crawler.cms.trs import TRS
from crawler.cms.ucap import UCAP
from crawler.cms.vsb import VSB

__all__ = ["BY_NAME", "PRESETS", "ListPage", "Paging", "Preset", "recognise"]

PRESETS: tuple[Preset, ...] = (JCMS, EPOINT, VSB, UCAP, TRS, GENERIC)
"""In the order of asking: rare marks before common ones, generic last."""

BY_NAME = {preset.name: preset for preset in PRESETS}


def recognise(html: str, url: str) -> Preset:
    """The first preset whose marks stand in the page's source or address; `generic` when none does."""
    return next(preset for preset in PRESETS if preset.marks.search(url) or preset.marks.search(html))
