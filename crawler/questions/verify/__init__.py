"""Verify an archive: compare manifest, WARC files, indexes, catalogue and text files with each other.

Takes the archive's folder, yields a `Fault` for each disagreement, and repairs nothing: `fazhi rebuild` recreates
what can be derived from the WARC files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from crawler.archive import Reader, require_archive
from crawler.archive.catalogue.databases.base import Catalogue
from crawler.archive.catalogue.databases.opening import open_catalogue
from crawler.archive.damage import errors_as_damage
from crawler.archive.evidence.snapshot import snapshot
from crawler.errors import ArchiveError, ArchiveTooNew, NoTemporarySpace
from crawler.questions.verify.anchors import AnchorCheck, Trust
from crawler.questions.verify.chain import Chain, Harm
from crawler.questions.verify.comparison import Comparison
from crawler.questions.verify.fault import Fault
from crawler.questions.verify.heads import (
    Added,
    OlderChain,
    added_since,
    head_faults,
    head_to_verify,
    older_faults,
)
from crawler.questions.verify.inventory import check_inventory
from crawler.questions.verify.runs import run_faults
from crawler.reading.pool import ReadingPool

__all__ = ["Added", "Fault", "OlderChain", "Trust", "added", "verify"]

Notify = Callable[[str], None]
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError)
"""What the values of a changed row raise where its columns are read: no date, no JSON, no text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What to verify."""

    deep: bool
    head: str | None
    since: OlderChain | None
    trust: Trust
    pool: ReadingPool


def verify(
    path: Path,
    *,
    deep: bool = False,
    head: str | None = None,
    since: OlderChain | None = None,
    trust: Trust | None = None,
    notify: Notify,
    processes: int | None = None,
    database: str | None = None,
) -> Iterator[Fault]:
    """Yield every fault of an archive.

    `deep`: make the catalogue again in a temporary folder and compare it row by row, and extract every text again. `head`: a digest printed earlier; everything that it covers
    must be unchanged. `since`: a head or an older manifest; the chain must only have added lines to it. `trust`: keys and
    root certificates for the anchors that are known from elsewhere. `processes`: number of child processes that read pages for
    `deep` (default: one for each processor); the faults are the same with any number. `database`: address of the catalogue's
    database if it is not in the folder. Nothing is written
    and no lock is taken. The open files of a run in progress are skipped, and reported to `notify`. Raises ConfigError for
    a `head` that is none or covers nothing, NoArchive, ArchiveTooNew if a newer fazhi wrote it, NoTemporarySpace.
    """
    known = None if head is None else head_to_verify(head)
    with errors_as_damage(path), ReadingPool(processes, notify) as pool:
        asked = _Asked(deep=deep, head=known, since=since, trust=trust or Trust(), pool=pool)
        catalogue = open_catalogue(path, database)
        require_archive(path)
        before = snapshot(catalogue)
        for name in before.in_progress:
            notify(
                f"{name}: not verified: a run is writing it, or a killed run left it; the next run closes it"
            )
        doubtful: list[Fault] = []
        for fault in _faults(catalogue, asked, notify):
            if not before.in_progress and before == snapshot(catalogue):
                yield fault
            else:
                doubtful.append(fault)
        if (
            doubtful
        ):  # a run wrote meanwhile, and half of its change may have been read: only what persists is a fault
            again = set(_faults(catalogue, asked, lambda _: None))
            yield from (fault for fault in doubtful if fault in again)


def added(path: Path, since: OlderChain) -> Added | None:
    """Return what the manifest has beyond an older head; None if it does not have that head."""
    with errors_as_damage(path):
        return added_since(Chain.read(path), since)


def _faults(catalogue: Catalogue, asked: _Asked, notify: Notify) -> Iterator[Fault]:
    path, place = catalogue.archive, catalogue.place
    chain = Chain.read(path)
    yield from _chain_faults(chain, asked, notify)
    yield from check_inventory(path, notify)
    yield from (Fault(place=place, what=what) for what in catalogue.file_faults())
    try:
        with Reader.of(catalogue, notify=notify) as reader, reader.consistency(asked.pool) as claims:
            yield from run_faults(chain, claims.run_ends(), notify)
            yield from Comparison(path, place, claims, asked.deep, notify).everything()
    except (ArchiveTooNew, NoTemporarySpace):
        raise
    except _UNREADABLE as error:
        yield Fault(place=place, what=f"a row cannot be read ({error}); `fazhi rebuild` recreates it")
    except ArchiveError as error:
        what = str(error).removeprefix(f"{place}: ")
        told = any(words in what for words in ("fazhi rebuild", "--database"))
        yield Fault(place=place, what=what if told else f"{what}; `fazhi rebuild` recreates it")
        yield from run_faults(chain, None, notify)
        yield from Comparison(path, place, None, asked.deep, notify).everything()


def _chain_faults(chain: Chain, asked: _Asked, notify: Notify) -> Iterator[Fault]:
    chain.tell_incomplete_line(notify)
    harms: list[Harm] = []
    anchors = AnchorCheck(chain=chain, trust=asked.trust, notify=notify)
    for number, fault in (*chain.harms(), *anchors.harms()):
        harms.append((number, fault))
        yield fault
    yield from chain.unlisted()
    if asked.head is not None:
        yield from head_faults(chain, asked.head, harms)
    if asked.since is not None:
        yield from older_faults(chain, asked.since, harms)
