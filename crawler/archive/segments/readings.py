"""Readings: what the current extractor reads of the texts of one WARC file, made by a worker and entered by the enterer.

A file of readings has one line of JSON a text that is read differently: the content of its `reextracted` act, and the `body`.
A reading says which text it takes the place of, so that one that is delivered twice, or late, is entered once or not at all.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.models import CaptureRow, VersionRow
from crawler.archive.evidence import act_schema, acts
from crawler.archive.loading import reextraction
from crawler.archive.loading.versions_ahead import VersionsAhead
from crawler.errors import NotMerged
from crawler.field.fingerprint import text_sha256
from crawler.model import Document, Report
from crawler.reading.pool import ReadingPool

MAX_LINE_BYTES = 64_000_000
"""Longest line of a file of readings. The longest text that is archived, with all that is known of it, is shorter."""

_NAME = re.compile(r"([0-9a-f]{64})\.readings\.jsonl\.gz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is read of a version now. `was`: digest of the text that it takes the place of."""

    report_id: str
    version: int
    was: str
    report: Report
    documents: tuple[Document, ...]


def readings_name(sha256: str) -> str:
    """Return the name of a file of readings with this digest."""
    return f"{sha256}.readings.jsonl.gz"


def readings_digest_in(name: str) -> str | None:
    """Return the SHA-256 in the name of a file of readings; None for any other name."""
    found = _NAME.fullmatch(name)
    return found[1] if found else None


def files_with_texts(session: Session) -> list[str]:
    """Return the names of the WARC files that have the page of a text, sorted."""
    made = VersionRow.tombstone.is_(False)
    query = select(CaptureRow.warc_file).join(VersionRow, VersionRow.capture_id == CaptureRow.id).where(made)
    return sorted(session.scalars(query.distinct()))


def versions_in(session: Session, file: str) -> Sequence[VersionRow]:
    """Return the versions whose page, or first page, is in a WARC file, in the order they were made."""
    query = select(VersionRow).join(CaptureRow, VersionRow.capture_id == CaptureRow.id)
    mine = query.where(CaptureRow.warc_file == file, VersionRow.tombstone.is_(False))
    return session.scalars(mine.order_by(VersionRow.id)).all()


def is_better(version: VersionRow, report: Report, notify: Callable[[str], None]) -> bool:
    """Whether a version gets what is read now: another text. That none can be read here is told, and its text stays."""
    if report.unread is not None and version.unread is None:
        notify(
            f"{version.report_id} version {version.number}: its document cannot be read here"
            f" ({report.unread}); its text stays"
        )
        return False
    return report.text_sha256 != version.text_sha256


def write_readings(
    archive: Path,
    session: Session,
    file: str,
    target: Path,
    pool: ReadingPool,
    notify: Callable[[str], None],
    ending: Callable[[], bool] = lambda: False,
) -> int | None:
    """Read the texts of a WARC file again, and write those that are read differently to `target`. Return their number.

    None if `ending` before all were read. The same readings have the same bytes. Raises ArchiveDamaged if a record is not
    where the catalogue says, OSError.
    """
    number = 0
    ahead = VersionsAhead.of(archive, session, pool)
    with target.open("wb") as raw, gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed:
        for each in ahead.readable(versions_in(session, file)):
            if ending():
                return None
            read = reextraction.reread_or_notify(each.row, each.reread, notify)
            if read is None or not is_better(each.row, read.report, notify):
                continue
            kept = reextraction.kept_readings(session, each.row, read.documents)
            act = acts.reextracted(each.row, each.row.text_sha256, read.report, kept)
            line = json.dumps({**act, "url": each.row.url, "body": read.report.body}, ensure_ascii=False)
            packed.write(line.encode("utf-8", "replace") + b"\n")
            number += 1
    return number


def readings_in(path: Path) -> Iterator[Reading]:
    """Yield the readings in a file of readings, which may be anybody's. Raises NotMerged at the first that has a fault."""
    try:
        with gzip.open(path, "rb") as file:
            number = 0
            while line := file.readline(MAX_LINE_BYTES):
                number += 1
                try:
                    yield _reading(line)
                except (ValueError, TypeError, KeyError, RecursionError) as error:
                    fault = " ".join(str(error).split())[:300]
                    raise NotMerged(f"{path.name}: line {number}: {fault}; nothing was entered") from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise NotMerged(f"{path.name}: is no whole gzip file; nothing was entered") from error


def _reading(line: bytes) -> Reading:
    """Return the reading in a line. Raises ValueError, TypeError or KeyError if it has not the form of one."""
    content = json.loads(line)
    if not isinstance(content, dict) or not line.endswith(b"\n"):
        raise ValueError("is no JSON object on a line of its own")
    act_schema.check("reextracted", {name: value for name, value in content.items() if name != "body"})
    body, fields = content.get("body"), content["report"]
    if not isinstance(body, str) or text_sha256(body) != fields["text_sha256"]:
        raise ValueError("the text has not the digest that is stated of it")
    return Reading(
        report_id=fields["id"],
        version=fields["version"],
        was=content["was"],
        report=acts.report_of(content, content.get("url") or "", body),
        documents=tuple(document for document, _ in acts.documents_of(content)),
    )
