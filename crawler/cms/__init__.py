"""All facts about content management systems (CMS), one file each. To add one: its file, and its line in `PRESETS`.

`preset` defines what a CMS file states: marks that recognise it, hints for the article's body, how its lists are paged.
`lists/` has the code that reads list pages, `base_url` resolves links. `crawler.discover` puts them to use.
"""

from __future__ import annotations

from crawler.cms.epoint import EPOINT
from crawler.cms.generic import GENERIC
from crawler.cms.gkmlpt import GKMLPT
from crawler.cms.jcms import JCMS
from crawler.cms.json_lists import JSON_LISTS
from crawler.cms.preset import ListPage, Marks, Paging, Preset
from crawler.cms.trs import TRS
from crawler.cms.truecms import TRUECMS
from crawler.cms.ucap import UCAP
from crawler.cms.vsb import VSB

__all__ = ["BY_NAME", "PRESETS", "ListPage", "Marks", "Paging", "Preset", "recognise"]

PRESETS: tuple[Preset, ...] = (GKMLPT, JSON_LISTS, TRUECMS, JCMS, EPOINT, VSB, UCAP, TRS, GENERIC)
"""In the order in which they are tried: lists made by scripts, then rare marks before common ones, generic last."""

BY_NAME = {preset.name: preset for preset in PRESETS}


def recognise(html: str, url: str) -> Preset:
    """Return the first preset whose marks are in the page's source or address; `generic` when there is none."""
    source, address = html.lower(), url.lower()
    return next(
        preset
        for preset in PRESETS
        if preset.marks.are_in(address) or (not preset.by_address and preset.marks.are_in(source))
    )
