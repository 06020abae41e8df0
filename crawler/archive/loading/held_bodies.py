"""Bodies of texts that the catalogue has, by their digests: looked up one by one, or read ahead for many acts that name them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from crawler.archive.catalogue.databases.read_ahead import has_one_of
from crawler.archive.catalogue.databases.session_memory import memory
from crawler.archive.catalogue.models import VersionRow
from crawler.archive.catalogue.prepared import Prepared

_AHEAD = "bodies_ahead"
_DIGESTS_PER_QUERY = 100
_MAX_CHARS = 32_000_000
"""Of the bodies that are kept. What is beyond is looked up."""
_BODY = Prepared(
    select(VersionRow.body)
    .where(VersionRow.text_sha256 == bindparam("digest"))
    .order_by(VersionRow.id)
    .limit(1)
)


def held_body(session: Session, digest: str) -> str | None:
    """Return the body of a version with a digest; None if there is none."""
    known: str | None = memory(session).get(_AHEAD, {}).get(digest)
    if known is not None:
        return known
    found = _BODY.first(session, {"digest": digest})
    return found[0] if found else None


def read_bodies_ahead(session: Session, digests: Iterable[str]) -> None:
    """Read bodies, so that `held_body` need not, for as long as the session remembers. A body with a digest never changes."""
    kept, chars = dict[str, str](), 0
    for named in has_one_of(VersionRow.text_sha256, list(digests), _DIGESTS_PER_QUERY):
        for digest, body in session.execute(select(VersionRow.text_sha256, VersionRow.body).where(named)):
            kept[digest] = body
            chars += len(body)
        if chars > _MAX_CHARS:
            break
    memory(session)[_AHEAD] = kept
