"""Everything known of content management systems, one file a system. To add one: its file, and its line in `PRESETS`."""

from __future__ import annotations

from crawler.cms.epoint import EPOINT
from crawler.cms.generic import GENERIC
from crawler.cms.gkmlpt import GKMLPT
from crawler.cms.jcms import JCMS
from crawler.cms.preset import ListPage, Marks, Paging, Preset
from crawler.cms.script import SCRIPT
from crawler.cms.trs import TRS
from crawler.cms.ucap import UCAP
from crawler.cms.vsb import VSB

__all__ = ["BY_NAME", "PRESETS", "ListPage", "Marks", "Paging", "Preset", "recognise"]

PRESETS: tuple[Preset, ...] = (GKMLPT, SCRIPT, JCMS, EPOINT, VSB, UCAP, TRS, GENERIC)
"""In the order of asking: lists by script first, then rare marks before common ones, generic last."""

BY_NAME = {preset.name: preset for preset in PRESETS}


def recognise(html: str, url: str) -> Preset:
    """The first preset whose marks stand in the page's source or address; `generic` when none does."""
    source, address = html.lower(), url.lower()
    return next(
        preset
        for preset in PRESETS
        if preset.marks.stand_in(address) or (not preset.by_address and preset.marks.stand_in(source))
    )
