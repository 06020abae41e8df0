"""The data types that all packages share: frozen dataclasses, without behaviour beyond their own fields.

- `site`: an entry of sources.yaml
- `listing`: list pages, links and requests
- `page`: what a server sent (Capture) and what a browser rendered from it (Rendering)
- `publication`: what was seen of each report's publication, and of its sources
- `report`: the text and the fields of a report, and its versions; `document`: a file or frame that its page offers
- `outcome`: how the visits of addresses and of sites ended; `ending`: the word for it
- `anchoring`: settings of anchors; `notification`: kinds of changes, and rules for whom to tell which
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.lazy import exports

if TYPE_CHECKING:
    from crawler.model.anchoring import AnchorDefaults
    from crawler.model.document import Document
    from crawler.model.ending import TROUBLE_ENDINGS, Ending
    from crawler.model.listing import Link, Listing, ListKind, ListRequest, ListStep
    from crawler.model.notification import ChangeKind, NotifyRule
    from crawler.model.outcome import (
        ENDED_BEFORE,
        NOT_UNDERSTOOD,
        HostFigures,
        News,
        Outcome,
        SiteVisit,
        VisitState,
    )
    from crawler.model.page import Capture, Headers, Page, Rendering, Validators, http_head
    from crawler.model.publication import (
        MIN_EDITS_OF_A_VARYING_FIELD,
        MetadataEdit,
        Publication,
        SeenText,
        SourceEntry,
        SpanningReport,
        VisitSpan,
    )
    from crawler.model.report import (
        JSON_KEYS,
        AsPublished,
        Attachment,
        Clue,
        Holding,
        Offer,
        RecordPlace,
        Report,
        Section,
        Version,
    )
    from crawler.model.site import (
        DocumentLimits,
        Expect,
        HeaderRule,
        Proxy,
        ProxyScheme,
        ProxyUse,
        Site,
        Tls,
        Years,
    )
else:
    __getattr__, __dir__ = exports(
        __name__,
        {
            ".anchoring": ("AnchorDefaults",),
            ".document": ("Document",),
            ".ending": ("TROUBLE_ENDINGS", "Ending"),
            ".listing": ("Link", "Listing", "ListKind", "ListRequest", "ListStep"),
            ".notification": ("ChangeKind", "NotifyRule"),
            ".outcome": (
                "ENDED_BEFORE",
                "NOT_UNDERSTOOD",
                "HostFigures",
                "News",
                "Outcome",
                "SiteVisit",
                "VisitState",
            ),
            ".page": ("Capture", "Headers", "Page", "Rendering", "Validators", "http_head"),
            ".publication": (
                "MIN_EDITS_OF_A_VARYING_FIELD",
                "MetadataEdit",
                "Publication",
                "SeenText",
                "SourceEntry",
                "SpanningReport",
                "SpanningReport",
                "VisitSpan",
            ),
            ".report": (
                "JSON_KEYS",
                "AsPublished",
                "Attachment",
                "Clue",
                "Holding",
                "Offer",
                "RecordPlace",
                "Report",
                "Section",
                "Version",
            ),
            ".site": (
                "DocumentLimits",
                "Expect",
                "HeaderRule",
                "Proxy",
                "ProxyScheme",
                "ProxyUse",
                "Site",
                "Tls",
                "Years",
            ),
        },
    )

__all__ = [
    "ENDED_BEFORE",
    "JSON_KEYS",
    "MIN_EDITS_OF_A_VARYING_FIELD",
    "NOT_UNDERSTOOD",
    "TROUBLE_ENDINGS",
    "AnchorDefaults",
    "AsPublished",
    "Attachment",
    "Capture",
    "ChangeKind",
    "Clue",
    "Document",
    "DocumentLimits",
    "Ending",
    "Expect",
    "HeaderRule",
    "Headers",
    "Holding",
    "HostFigures",
    "Link",
    "ListKind",
    "ListRequest",
    "ListStep",
    "Listing",
    "MetadataEdit",
    "News",
    "NotifyRule",
    "Offer",
    "Outcome",
    "Page",
    "Proxy",
    "ProxyScheme",
    "ProxyUse",
    "Publication",
    "RecordPlace",
    "Rendering",
    "Report",
    "Section",
    "SeenText",
    "Site",
    "SiteVisit",
    "SourceEntry",
    "SpanningReport",
    "Tls",
    "Validators",
    "Version",
    "VisitSpan",
    "VisitState",
    "Years",
    "http_head",
]
