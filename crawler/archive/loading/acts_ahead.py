"""`ActsAhead`: look ahead in WARC files for acts that store texts, and begin to read the pages that these were read from.

The rows are made in the files' order as before: only the reading is earlier, in child processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from crawler.archive.evidence import acts
from crawler.archive.loading.begun import BegunReadings, Wanted
from crawler.errors import ArchiveDamaged
from crawler.reading.look_ahead import look_ahead
from crawler.reading.pool import ReadingPool
from crawler.warc import Fault, Record

Items = Iterator[Record | Fault]
Open = Callable[[], Items]


class _End(NamedTuple):
    """The end of a file, or what ended its reading."""

    error: Exception | None = None


class _Step(NamedTuple):
    """An item of a file, and the readings that were begun for it."""

    name: str
    item: Record | Fault | _End
    begun: list[Wanted]


@dataclass(slots=True)
class ActsAhead:
    """The items of files that are read in a known order."""

    begun: BegunReadings
    _files: Mapping[str, Open] = field(default_factory=dict)
    _reads_held_texts: bool = False
    _steps: Iterator[_Step] | None = None
    _recent: dict[str, Record] = field(default_factory=dict)  # since the last acts, by id
    _stored: set[str] = field(default_factory=set)  # digests of texts whose reading was begun

    @classmethod
    def of(cls, pool: ReadingPool, files: Mapping[str, Open], *, reads_held_texts: bool = False) -> ActsAhead:
        """Look ahead in files, by name, in the order in which they will be asked for.

        `reads_held_texts`: whether a text is read also where an earlier act had the same, as of another archive's files.
        """
        return cls(BegunReadings(pool), files, reads_held_texts)

    def items(self, name: str, opened: Open) -> Items:
        """Yield the items of a file, as `opened` gives them. Raises what that raises."""
        if not self.begun.pool.reads_ahead or name not in self._files:
            yield from opened()
            return
        if self._steps is None:
            self._steps = look_ahead(self._all(), self._begin)
        for step in self._steps:
            if step.name == name:
                if isinstance(step.item, _End):
                    if step.item.error is not None:
                        raise step.item.error
                    return
                yield step.item
            self.begun.cancel(step.begun)

    def _all(self) -> Iterator[_Step]:
        for name, opened in self._files.items():
            error: Exception | None = None
            try:
                for item in opened():
                    yield _Step(name, item, [])
            except (OSError, ArchiveDamaged, ValueError) as caught:
                error = caught
            yield _Step(name, _End(error), [])

    def _begin(self, step: _Step) -> int:
        """Begin what the acts in an item need; return the bytes that it holds in memory until its turn."""
        if not isinstance(step.item, Record):
            self._recent = {}
            return 0
        record = step.item
        size = len(record.block)
        if record.kind == "metadata":
            for act in acts.acts_in(record):
                if act.name == "stored":
                    step.begun.extend(self._wanted(act))
            size += sum(map(self.begun.begin, step.begun))
            self._recent = {}
        elif record.kind != "request":
            self._recent[record.place.record_id] = record
        return size

    def _wanted(self, act: acts.Act) -> Iterator[Wanted]:
        report = act.content["report"]
        digest = report["text_sha256"]
        if not self._reads_held_texts and (digest in self._stored or report.get("unread") is not None):
            return
        self._stored.add(digest)
        hint = acts.site_of(act.content).body
        for page in (act.about, *(act.content.get("further") or ())):
            if page in self._recent:
                yield Wanted(self._recent[page], hint)
        for document, about in acts.documents_of(act.content):
            if about in self._recent:
                yield Wanted(self._recent[about], hint, document.offer.how)
