"""Rows of versions: add one from an observation, or replace the text of one by what a later extractor reads.

Which version of a report is meant is in `catalogue.version_choice`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import ReportRow, VersionRow
from crawler.archive.catalogue.rows import to_json_list
from crawler.archive.catalogue.text_names import text_file, with_digest
from crawler.field.fingerprint import bands, simhash
from crawler.model import Report, Site

if TYPE_CHECKING:
    from crawler.archive.ledger.observation import Observation


READ_FROM = ("text_from", "text_url", "reader", "pages", "confidence", "unread", "difference")
"""Values of a version that say what its text was read from."""


def version_values(observation: Observation, mark: str, report_id: str, number: int) -> dict[str, Any]:
    """Return the values of a version's row, by attribute name. `mark`: the simhash of the observation's text."""
    report = observation.report
    b0, b1, b2, b3 = bands(mark)
    return {
        "number": number,
        "title": report.title,
        "issuer": report.issuer,
        "kind": report.kind,
        "published": report.published,
        "source": report.source,
        "signed": report.signed,
        "index": dict(report.index) if report.index else None,
        "body": report.body,
        "sections": to_json_list(report.sections),
        "attachments": to_json_list(report.attachments),
        "url": observation.url,
        "text_sha256": report.text_sha256,
        "simhash": mark,
        "band_0": b0,
        "band_1": b1,
        "band_2": b2,
        "band_3": b3,
        "first_seen": observation.seen_at,
        "last_seen": observation.seen_at,
        "capture_id": observation.capture.id if observation.capture else None,
        "parts": report.parts,
        "text_file": "" if report.unread else _text_file(observation, report_id, number),
        "extractor": report.extractor,
        "tombstone": False,
        "older": False,
        "origin": observation.origin,
        "claims": observation.filing.claims,
        "hint": observation.site.body,
        **_read_from(report),
        "further": list(observation.further),
        "former": [],
    }


def _read_from(report: Report) -> dict[str, Any]:
    """Return the values that say what a text was read from."""
    return {name: getattr(report, name) for name in READ_FROM}


def _text_file(observation: Observation, report_id: str, number: int) -> str:
    return text_file(
        observation.report,
        observation.site,
        observation.seen_at,
        _folder_division(observation),
        report_id=report_id,
        number=number,
    )


def _folder_division(observation: Observation) -> str | None:
    """Return the division whose folder gets the text file; archives of earlier versions keep their files where they are."""
    is_of_earlier_version = observation.hosts is None
    return observation.report.region if is_of_earlier_version else observation.filing.region


def add_version(
    session: Session, row: ReportRow, observation: Observation, *, older: bool = False
) -> VersionRow:
    """Add and return a report's next version. `older`: it does not become the report's newest text."""
    mark, number = simhash(observation.report.body), row.versions[-1].number + 1
    values = version_values(observation, mark, row.id, number)
    version = VersionRow(report=row, **values | {"older": older})
    session.add(version)
    session.flush()
    return version


_RESTING = (
    "title", "issuer", "kind", "published", "source", "signed", "index", "attachments", "url", "capture_id", "parts",
    "text_file", "extractor", "origin", "claims", "hint", "further", *READ_FROM,
)  # fmt: skip
"""Values of a version that come from the page that it rests on. Number, text and times stay as they are."""


def rest_on(version: VersionRow, observation: Observation) -> None:
    """Make a version of the same text rest on this observation: its metadata, its evidence and its origin.

    The text was seen at another site or by somebody else before. The former URL is appended to `former`.
    """
    former = {
        "text_sha256": version.text_sha256,
        "text_file": version.text_file,
        "extractor": version.extractor,
        "url": version.url,
        "origin": version.origin,
    }
    values = version_values(observation, version.simhash, version.report_id, version.number)
    for name in _RESTING:
        setattr(version, name, values[name])
    version.former = [*version.former, former]


def rest_capture_on(version: VersionRow, observation: Observation) -> None:
    """Make a version that had no text rest on the capture in which its documents could be read."""
    version.capture_id = observation.capture.id if observation.capture else None
    version.further, version.parts = list(observation.further), observation.report.parts


def replace_text(version: VersionRow, report: Report) -> None:
    """Replace a version's text by what a later extractor reads out of the same page.

    The version keeps its number. `report` may have no text (`unread`), as the text replaced. The replaced text's digest, file and extractor are appended to `former`.
    """
    replaced_sha256 = version.text_sha256
    replaced = {
        "text_sha256": replaced_sha256,
        "text_file": version.text_file or None,
        "extractor": version.extractor,
    }
    if version.unread is not None:
        replaced["unread"] = version.unread
    version.former = [*version.former, replaced]
    for page in version.report.pages:
        if page.text_sha256 == replaced_sha256:
            page.text_sha256 = report.text_sha256
    version.text_sha256, version.body, version.extractor = report.text_sha256, report.body, report.extractor
    version.sections = to_json_list(report.sections)
    version.attachments = to_json_list(report.attachments)
    version.simhash = simhash(report.body)
    version.band_0, version.band_1, version.band_2, version.band_3 = bands(version.simhash)
    version.text_file = _text_file_after(version, report)
    for name, value in _read_from(report).items():
        setattr(version, name, value)


def _text_file_after(version: VersionRow, report: Report) -> str:
    """Return the name of a version's text file for another text: in the same folder, of the same day."""
    if report.unread is not None:
        return ""
    if version.text_file:
        return with_digest(version.text_file, report.text_sha256)
    row = version.report
    named = replace(report, year=row.year, region=row.region, published=version.published)
    site = Site(id=row.site_id, name="", region=row.region or "")
    return text_file(named, site, version.first_seen, report_id=row.id, number=version.number)
