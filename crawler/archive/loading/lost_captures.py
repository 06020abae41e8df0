"""A text that was seen again, while the capture in which it was first seen is lost: what is known of it all the same.

An act that sees a text again has nothing of the text but its digest. Entered alone, it would make a report without a title,
a year and a division.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import SiteRow
from crawler.archive.evidence import acts
from crawler.archive.evidence.acts import Act
from crawler.field.regions import region_of
from crawler.model import Report


def with_lost_metadata(act: Act, untold: Mapping[str, acts.Content]) -> Act:
    """Return an act that saw a text again, with what the act that made the text says of it.

    `untold`: acts that made texts and were not entered, since their captures are lost, by the text's digest.
    """
    content = act.content
    made = untold.get(content["report"]["text_sha256"])
    if made is None or "title" in content["report"]:
        return act
    site = made["site"] if made["site"]["id"] == content["site"]["id"] else content["site"]
    report = {**made["report"], **content["report"]}
    return act._replace(content={**content, "site": site, "report": report})


def seen_again(session: Session, act: Act, again: Report | None) -> tuple[Report | None, str]:
    """Return the report of an act that only saw a text again, if nothing else is left of it, and what to tell.

    `again`: as the page is read now; None if it cannot be read. The report is None if the page does not give the text.
    """
    digest = act.content["report"]["text_sha256"]
    if again is None or again.text_sha256 != digest:
        return None, f"{act.url}: the record that made the text {digest[:16]} is lost; not entered"
    site = session.get(SiteRow, acts.site_of(act.content).id)
    within = site.region if site is not None else None
    region = again.region or (region_of(again.issuer, within=within) if again.issuer else within)
    report = replace(again, id=None, url=act.url, region=region)
    return report, f"{act.url}: the record that made its text is lost; entered as its page is read now"
