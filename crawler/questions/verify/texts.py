"""Compare the texts of versions with their files, and on request with what their captures give now."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.archive import ConsistencyQueries
from crawler.archive.catalogue.text_names import earlier_name, name_on_disk
from crawler.archive.loading.reextraction import body_with_digest
from crawler.errors import ArchiveDamaged
from crawler.extract import EXTRACTOR
from crawler.field.fingerprint import text_sha256
from crawler.questions.verify.fault import Fault

if TYPE_CHECKING:
    from crawler.archive.catalogue.models import VersionRow
    from crawler.model import Report

_DIGEST_IN_NAME = re.compile(r"_([0-9a-f]{16})\.txt$")


@dataclass(slots=True)
class TextComparison:
    """Compares the versions of a catalogue with the text files of its archive. `deep`: each text is read again."""

    path: Path
    claims: ConsistencyQueries
    deep: bool
    notify: Callable[[str], None]
    texts: set[str] = field(default_factory=set)  # text files of all versions
    reextracted: int = 0  # texts that the current extractor reads differently than the one that stored them

    def versions(self) -> Iterator[Fault]:
        """Yield where a version, its text file and its captures differ."""
        unwritten = self.claims.versions_in_progress()
        for row, report, read_again in self.claims.readable_versions() if self.deep else _unread(self.claims):
            place = f"{row.report_id} version {row.number}"
            self.texts |= {
                name_on_disk(self.path, name)
                for name in (row.text_file, *(former["text_file"] for former in row.former))
                if name
            }
            yield from self._former(place, row, report)
            if text_sha256(row.body) != row.text_sha256:
                yield Fault(place=place, what="the digest of its text in the catalogue is wrong")
            file = self.path / name_on_disk(self.path, row.text_file)
            if not row.text_file:
                if row.unread is None or row.body:
                    yield Fault(place=place, what="has no text file, but is not marked as unread")
            elif not file.is_file():
                if (row.report_id, row.number) not in unwritten:
                    yield Fault(place=row.text_file, what=f"the text file of {place} does not exist")
            elif file.read_bytes() != report.text().encode():
                yield Fault(place=row.text_file, what=f"is not the text of {place}")
            if self.deep:
                try:
                    yield from self._extracted_again(place, read_again(), report)
                except ArchiveDamaged as error:
                    yield Fault(place=place, what=str(error))
        for url in self.claims.pages_without_version():
            yield Fault(place=url, what="the text last seen there is not a version of its report")
        for name in self.claims.misnumbered_reports():
            yield Fault(place=name, what="a number is missing among its versions")

    def _former(self, place: str, row: VersionRow, report: Report) -> Iterator[Fault]:
        """Check the files of the texts that earlier extractors read. They have the version's title and metadata."""
        for former in row.former:
            name, digest = former["text_file"], former["text_sha256"]
            if name is None:  # lost before a rebuild
                continue
            file = self.path / name_on_disk(self.path, name)
            data = file.read_bytes() if file.is_file() else b""
            body = body_with_digest(data.decode("utf-8", "replace"), digest)
            as_now = "url" not in former  # else it had the title and metadata of another site's page
            if body is None or (as_now and data != replace(report, body=body).text().encode()):
                what = "is not the text" if data else "does not exist; it had the text"
                yield Fault(place=name, what=f"{what} that {former['extractor']} read for {place}")

    def _extracted_again(self, place: str, found: Report | None, held: Report) -> Iterator[Fault]:
        """Compare a text with the one read now. Another reader of documents, or one that is not installed, may read another."""
        if found is None or found.text_sha256 == held.text_sha256:
            return
        reads_otherwise = (found.reader, found.unread) != (held.reader, held.unread)
        if held.extractor == EXTRACTOR and not reads_otherwise:
            what = f"its page, extracted again, gives another text ({found.text_sha256[:16]})"
            yield Fault(place=place, what=what)
        else:
            self.reextracted += 1

    def files(self) -> Iterator[Fault]:
        """Yield the text files that no version has. To be asked after `versions`."""
        for file, name in _text_files(self.path):
            if name not in self.texts and not self._is_renamed(file, name):
                yield Fault(place=name, what="no version has this text")

    def _is_renamed(self, file: Path, name: str) -> bool:
        """Whether a rebuild was killed between writing a text under its new name and removing the earlier one."""
        same = [new for new in file.parent.glob(f"*_{file.name}") if new.read_bytes() == file.read_bytes()]
        renamed = any(earlier_name(new.relative_to(self.path).as_posix()) == name for new in same)
        if renamed:
            self.notify(f"{name}: has another name now, and is here twice; `fazhi rebuild` removes this one")
        return renamed


def faults_without_catalogue(path: Path) -> Iterator[Fault]:
    """Yield the text files of an archive whose text does not have the digest in their names."""
    for file, name in _text_files(path):
        if not _has_digest_of_name(file):
            yield Fault(place=name, what="its text does not have the digest in its name")


def _text_files(path: Path) -> Iterator[tuple[Path, str]]:
    for file in sorted((path / "text").glob("*/*/*.txt")):
        yield file, file.relative_to(path).as_posix()


def _unread(
    claims: ConsistencyQueries,
) -> Iterator[tuple[VersionRow, Report, Callable[[], Report | None]]]:
    """Yield the versions where none is read again."""
    for row, report in claims.versions():
        yield row, report, lambda: None


def _has_digest_of_name(file: Path) -> bool:
    named = _DIGEST_IN_NAME.search(file.name)
    blocks = file.read_bytes().decode("utf-8", "replace").removesuffix("\n").split("\n\n")
    digests = (hashlib.sha256("\n".join(blocks[skipped:]).encode()).hexdigest()[:16] for skipped in (2, 1))
    return named is not None and named[1] in digests
