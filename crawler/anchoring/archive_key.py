"""The key of an archive: enter its public part in the chain, and refuse a private key that is not its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crawler.archive import require_archive
from crawler.archive.anchors import folder as files
from crawler.archive.anchors.keys import SigningKey, endorsement, load_key, make_key, require_extra
from crawler.archive.damage import errors_as_damage
from crawler.archive.evidence.lock import acquire
from crawler.archive.evidence.manifest import Manifest
from crawler.archive.evidence.manifest_lines import Entry, Kind
from crawler.errors import CrawlerError


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEntered:
    """The key that signs an archive's anchors from now on."""

    id: str
    path: Path
    made: bool  # False: the file existed
    entered: bool  # False: the archive had this key already


def init(
    archive: Path, key_path: Path, *, clock: Callable[[], datetime], replaces: Path | None, lost: bool
) -> KeyEntered:
    """Make a key, or take one that exists, and enter its public key in an archive's chain.

    Where the archive has another key, that one must sign the new one: `replaces` is its private key; `lost` says that it
    is lost, and `verify` will name that. Raises CrawlerError, NoArchive, ArchiveLocked.
    """
    require_archive(archive)
    require_extra()
    refuse_inside(key_path, archive)
    with errors_as_damage(archive), acquire(archive, clock()):
        manifest = Manifest(archive)
        known = current_key(manifest)
        key = load_key(key_path) if key_path.exists() else None
        if key is not None and known is not None and known.facts["public"] == key.public:
            files.write_public_key(archive, key.id, key.public)
            return KeyEntered(id=key.id, path=key_path, made=False, entered=False)
        old = None if known is None else _replaced_key(archive, known, key_path, replaces, lost=lost)
        made = key is None  # a key is made last, when it can be used
        key = key or make_key(key_path)
        files.write_public_key(archive, key.id, key.public)
        manifest.add_key(key.id, key.public, old.sign(endorsement(key.public)).hex() if old else None)
        return KeyEntered(id=key.id, path=key_path, made=made, entered=True)


def _replaced_key(
    archive: Path, known: Entry, key_path: Path, replaces: Path | None, *, lost: bool
) -> SigningKey | None:
    """Return the archive's key, which is to sign its successor; None if it is lost."""
    if replaces is None:
        if lost:
            return None
        raise other_key(archive, known, key_path)
    old = load_key(replaces)
    if old.public != known.facts["public"]:
        raise CrawlerError(f"{replaces}: is not the key of {archive}, which is {known.facts['key'][:16]}…")
    return old


def current_key(manifest: Manifest) -> Entry | None:
    """Return the line of the key that signs an archive's anchors; None if it has none."""
    return next((entry for entry in reversed(manifest.anchors) if entry.kind is Kind.KEY), None)


def refuse_inside(key_path: Path, archive: Path) -> None:
    """Raise CrawlerError if a private key is in the archive."""
    if key_path.resolve().is_relative_to(archive.resolve()):
        raise CrawlerError(
            f"{key_path}: is inside the archive, and would travel with it; name a path outside with --key"
        )


def other_key(archive: Path, known: Entry, path: Path) -> CrawlerError:
    """Return the error that a key is not that of the archive."""
    return CrawlerError(
        f"{path}: is not the key of {archive}, which is {known.facts['key'][:16]}…; name that key with --key, or replace it:"
        " `fazhi anchor init --key NEW --replaces OLD`, or with --lost if the old key is lost"
    )
