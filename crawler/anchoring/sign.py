"""Make an anchor: the signature of a head, and its time stamps."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from crawler.anchoring.archive_key import current_key, other_key, refuse_inside
from crawler.anchoring.settings import AnchorSettings, load_roots
from crawler.archive import require_archive
from crawler.archive.anchors import folder as files
from crawler.archive.anchors.keys import has_extra, load_key, require_extra
from crawler.archive.anchors.stamps import Roots, Stamp, StampError, check_stamp, stamp_request
from crawler.archive.anchors.statement import Statement
from crawler.archive.damage import errors_as_damage
from crawler.archive.evidence.lock import acquire
from crawler.archive.evidence.manifest import Manifest
from crawler.errors import ConfigError, CrawlerError, FetchError
from crawler.fetch import ConnectTo
from crawler.fetch.service import ServiceRequest, ask_service

MAX_AUTHORITIES = 8
_QUERY_TYPE = "application/timestamp-query"  # RFC 3161, 3.4

Notify = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchored:
    """An anchor that was made."""

    folder: str
    signed_head: str
    line: int
    key: str
    head: str  # of the manifest with the anchor in it
    stamps: tuple[Stamp, ...]
    failures: tuple[str, ...]  # authorities that gave no time stamp, each with the reason


def anchor(
    archive: Path, settings: AnchorSettings, *, clock: Callable[[], datetime], notify: Notify
) -> Anchored:
    """Sign the head of an archive, ask each authority for a time stamp of it, and keep both.

    An authority that fails is one of the `failures`; the signature is kept. Raises CrawlerError if the key cannot be used
    or the extra is missing, NoArchive, ArchiveLocked, ArchiveDamaged if it cannot be written.
    """
    require_archive(archive)
    require_extra()
    if len(settings.authorities) > MAX_AUTHORITIES:
        raise ConfigError(
            f"{len(settings.authorities)} time-stamp authorities are named; at most {MAX_AUTHORITIES}"
        )
    refuse_inside(settings.key, archive)
    key, roots = load_key(settings.key), load_roots(settings.roots) if settings.roots else Roots()
    with errors_as_damage(archive), acquire(archive, clock()):
        manifest = Manifest(archive)
        files.finish_pending(archive, manifest, notify)
        known = current_key(manifest)
        if known is None:
            raise CrawlerError(f"{archive}: has no key for anchors yet; `fazhi anchor init` enters one")
        if known.facts["public"] != key.public:
            raise other_key(archive, known, settings.key)
        files.write_public_key(archive, key.id, key.public)
        for number in manifest.open_runs():
            notify(f"run {number} has not ended; the anchor does not cover what it is writing")
        now = clock()
        statement = Statement(
            head=manifest.head, line=manifest.lines, at=f"{now:%Y-%m-%dT%H:%M:%SZ}", key=key.id
        )
        signed = statement.to_bytes()
        content = {files.STATEMENT: signed, files.SIGNATURE: key.sign(signed)}
        stamps, failures = asyncio.run(_stamps(signed, settings, roots, content))
        name = files.folder_name(now, statement.head)
        files.write_anchor(archive, manifest, name, statement.head, content)
        return Anchored(
            folder=name,
            signed_head=statement.head,
            line=statement.line,
            key=key.id,
            head=manifest.head,
            stamps=tuple(stamps),
            failures=tuple(failures),
        )


def anchor_after_crawl(
    archive: Path, settings: AnchorSettings, *, clock: Callable[[], datetime], notify: Notify
) -> bool:
    """Anchor at the end of a crawl, if it has added a WARC file since the last anchor. Return whether all went well.

    A failure is told and loses nothing of the crawl.
    """
    try:
        if has_extra() and not _adds_files(archive):
            return True
        done = anchor(archive, settings, clock=clock, notify=notify)
    except CrawlerError as error:
        notify(f"not anchored: {error}")
        return False
    for failure in done.failures:
        notify(f"no time stamp: {failure}")
    return not done.failures


def _adds_files(archive: Path) -> bool:
    """Whether a WARC file was entered in the manifest after the last anchor."""
    with errors_as_damage(archive):
        return Manifest(archive).files_since_anchor > 0


async def _stamps(
    statement: bytes, settings: AnchorSettings, roots: Roots, content: dict[str, bytes]
) -> tuple[list[Stamp], list[str]]:
    """Ask all authorities at the same time. Add the tokens and their certificates to the files in `content`."""
    asked = [_stamp(url, statement, settings.connect_to, roots) for url in settings.authorities]
    stamps, failures = list[Stamp](), list[str]()
    for url, answer in zip(settings.authorities, await asyncio.gather(*asked), strict=True):
        if isinstance(answer, str):
            failures.append(f"{url}: {answer}")
            continue
        stamp, token = answer
        name = _file_stem(url, content)
        content[name + files.TOKEN_SUFFIX] = token
        content[name + files.CHAIN_SUFFIX] = stamp.chain_pem
        stamps.append(stamp)
    return stamps, failures


async def _stamp(
    url: str, statement: bytes, connect_to: ConnectTo, roots: Roots
) -> tuple[Stamp, bytes] | str:
    """Return an authority's time stamp and its answer as it came, or why there is none."""
    request = stamp_request(statement)
    asked = ServiceRequest(url=url, body=request.data, content_type=_QUERY_TYPE)
    try:
        answer = await ask_service(asked, connect_to=connect_to)
        return check_stamp(answer, statement, roots=roots, nonce=request.nonce), answer
    except FetchError as error:
        return error.reason
    except StampError as error:
        return f"its time stamp {error}"


def _file_stem(url: str, taken: Mapping[str, bytes]) -> str:
    """Return the name of an authority's files: its host, with a number if there is another one of this host."""
    host = (
        re.sub(r"[^a-z0-9.-]", "-", (urlsplit(url).hostname or "").lower()).strip(".-")[:100] or "authority"
    )
    names = (host, *(f"{host}-{number}" for number in range(2, MAX_AUTHORITIES + 1)))
    return next(name for name in names if name + files.TOKEN_SUFFIX not in taken)
