"""Verify an archive: compare manifest, WARC files, indexes, catalogue and text files with each other.

Takes the archive's folder, yields a `Fault` for each disagreement, and repairs nothing: `fazhi rebuild` recreates
what can be derived from the WARC files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from crawler.archive import CATALOGUE, Reader
from crawler.archive.catalogue.file_format import file_faults
from crawler.archive.damage import errors_as_damage
from crawler.archive.snapshot import snapshot
from crawler.errors import ArchiveError, ArchiveTooNew, NoTemporarySpace
from crawler.questions.verify.chain import check_chain
from crawler.questions.verify.comparison import Comparison
from crawler.questions.verify.fault import Fault
from crawler.questions.verify.inventory import check_inventory

__all__ = ["Fault", "verify"]

Notify = Callable[[str], None]
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError)
"""What the values of a changed row raise where its columns are read: no date, no JSON, no text."""


def verify(path: Path, *, deep: bool = False, head: str | None = None, notify: Notify) -> Iterator[Fault]:
    """Yield every fault of an archive.

    `deep`: make the catalogue again in a temporary folder and compare it row by row, and extract every text again. `head`: a digest printed earlier, which the manifest must
    contain. Nothing is written and no lock is taken. The open files of a run in progress are skipped, and reported to
    `notify`. Raises ArchiveError if there is no archive, ArchiveTooNew if a newer fazhi wrote it,
    NoTemporarySpace.
    """
    with errors_as_damage(path):
        if not (path / "warc").is_dir() and not (path / CATALOGUE).is_file():
            raise ArchiveError(
                f"{path}: no archive here; name one with --archive, or make one with `fazhi crawl`"
            )
        before = snapshot(path)
        for name in before.in_progress:
            notify(
                f"{name}: not verified: a run is writing it, or a killed run left it; the next run closes it"
            )
        doubtful: list[Fault] = []
        for fault in _faults(path, deep=deep, head=head, notify=notify):
            if not before.in_progress and before == snapshot(path):
                yield fault
            else:
                doubtful.append(fault)
        if (
            doubtful
        ):  # a run wrote meanwhile, and half of its change may have been read: only what persists is a fault
            again = set(_faults(path, deep=deep, head=head, notify=lambda _: None))
            yield from (fault for fault in doubtful if fault in again)


def _faults(path: Path, *, deep: bool, head: str | None, notify: Notify) -> Iterator[Fault]:
    yield from check_chain(path, head)
    yield from check_inventory(path, notify)
    if (path / CATALOGUE).is_file():
        yield from (Fault(place=CATALOGUE, what=what) for what in file_faults(path / CATALOGUE))
    try:
        with Reader.read(path, notify=notify) as reader, reader.consistency() as claims:
            yield from Comparison(path, claims, deep, notify).everything()
    except (ArchiveTooNew, NoTemporarySpace):
        raise
    except _UNREADABLE as error:
        yield Fault(place=CATALOGUE, what=f"a row cannot be read ({error}); `fazhi rebuild` recreates it")
    except ArchiveError as error:
        advice = "" if "fazhi rebuild" in str(error) else "; `fazhi rebuild` recreates it"
        yield Fault(place=CATALOGUE, what=f"{error}{advice}")
        yield from Comparison(path, None, deep, notify).everything()
