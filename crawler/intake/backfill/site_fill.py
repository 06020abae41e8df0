"""`SiteFill`: fill in what one archive has of one site. First its index, then old lists, then the reports they lead to, then the rest.

Every answer is noted in the state file, so that a run that is killed goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crawler.errors import FetchError, LeftAlone, Unplayable
from crawler.fetch.archive_client import ArchiveClient
from crawler.intake.backfill import asked, todo
from crawler.intake.backfill.archives.mementos import Memento, has_digest, sighting
from crawler.intake.backfill.archives.public_archive import PublicArchive
from crawler.intake.backfill.index import IndexRow, Question
from crawler.intake.backfill.keep import Keeper, Read
from crawler.intake.backfill.state import CaptureState, LinkKind, State
from crawler.intake.backfill.todo import Listed, Todo
from crawler.model import Capture, Ending, Link, Outcome, Site
from crawler.warc.cdxj import surt

CAPTURES_PER_COMMIT = 20
"""A killed run finds those after the last commit in the archive."""

Show = Callable[[Outcome], None]


@dataclass(slots=True, kw_only=True)
class Counts:
    """What an archive has of a site, and what became of it."""

    rows: int = 0  # captures that its index lists
    pages: int = 0  # addresses of them
    impossible: int = 0  # rows without a usable address or time
    to_fetch: int = 0  # captures that are wanted and not fetched yet
    fetched: int = 0
    seen: int = 0  # captures entered without being fetched
    unplayable: int = 0  # that are left for a month
    failed: int = 0  # questions and captures that got no answer; a later run asks again


@dataclass(slots=True)
class SiteFill:
    """The work on one site in one archive. `keeper` None: a dry run, which asks the index alone."""

    site: Site
    source: PublicArchive
    state: State
    client: ArchiveClient
    show: Show
    message: Callable[[str], None]
    clock: Callable[[], datetime]
    may_go_on: Callable[[], bool]
    archived: Sequence[str] = ()  # addresses of the site's archived reports
    deep: bool = False
    again: bool = False  # ask the index also what it answered in the last month
    keeper: Keeper | None = None
    counts: Counts = field(default_factory=Counts)
    _asked: list[Question] = field(default_factory=list)
    _uncommitted: int = 0
    _tried: set[tuple[str, datetime]] = field(default_factory=set)  # in this run

    async def run(self) -> None:
        """Do all of it. Raises LeftAlone when the archive is not to be asked any more, Halted, ArchiveError."""
        try:
            await self._ask_all()
            if self.keeper is not None:
                await self._fetch_all(self.keeper)
        finally:
            self._count()
            self._commit()

    # -- the index ----------------------------------------------------------------------------------------

    async def _ask_all(self) -> None:
        wide = asked.prefixes(self.site, deep=self.deep) if self.source.by_prefix else []
        for question in wide:
            await self._ask(question)
        for question in asked.pages(self.site, self.archived, self._asked):
            await self._ask(question)

    async def _ask(self, question: Question) -> None:
        """Ask the index, unless it has answered in the last month."""
        self._asked.append(question)
        if not self.may_go_on():
            return
        try:
            parts = await self.source.questions(question, self.site.years, self.client)
            for each in parts:
                await self._ask_part(each)
        except LeftAlone:
            raise
        except FetchError as error:
            self.counts.failed += 1
            self.message(f"{self.source.name}: {self.site.id}: {error.url}: {error.reason}")

    async def _ask_part(self, question: Question) -> None:
        name, now = self.source.name, self.clock()
        self.state.add_question(name, self.site.id, question)
        due, resume = self.state.due(name, question, now)
        first = True
        while (due or (self.again and first)) and self.may_go_on():
            answer = await self.source.ask(question, resume, self.site.years, self.client)
            self.counts.impossible += answer.impossible
            self.state.answer(name, question, answer.rows, answer.resume, now)
            resume, due, first = answer.resume, bool(answer.resume), False

    def _listed(self) -> Iterator[Listed]:
        """Yield the captures that were listed to this site's questions, each once."""
        seen: set[tuple[str, datetime]] = set()
        for question in self._asked:
            for row, state, tried in self.state.captures(self.source.name, question):
                if (row.key, row.at) not in seen and row.at.year >= self.site.years.first:
                    seen.add((row.key, row.at))
                    yield Listed(row=row, state=state, tried=tried)

    def _wanted(self) -> asked.Wanted:
        links = {kind: self.state.links(self.site.id, kind) for kind in LinkKind}
        return asked.Wanted(
            self.site,
            self.archived,
            lists=links[LinkKind.LIST],
            reports=links[LinkKind.REPORT],
            others=links[LinkKind.OTHER],
            deep=self.deep,
        )

    # -- captures -----------------------------------------------------------------------------------------

    def _todo(self) -> tuple[list[Todo], list[Todo], list[Todo]]:
        """Return the captures to fetch: of lists, of reports, of pages that no list names."""
        wanted, now = self._wanted(), self.clock()
        lists: list[Todo] = []
        reports: list[Todo] = []
        others: list[Todo] = []
        for key, captures in todo.by_page(self._listed()).items():
            is_list = wanted.is_list(key)
            if not is_list and not wanted.is_report(key) and not wanted.may_be_report(captures[0].row):
                continue
            thin = not self.deep and (is_list or not captures[0].row.digest)
            found = todo.fetches(captures, now, thin=thin)
            (lists if is_list else reports if wanted.is_report(key) else others).extend(found)
        return self._untried(lists), self._untried(reports), self._untried(others)

    def _untried(self, found: Sequence[Todo]) -> list[Todo]:
        return [each for each in found if (each.row.key, each.row.at) not in self._tried]

    async def _fetch_all(self, keeper: Keeper) -> None:
        """Fetch lists until they lead to no further ones, then reports, then the rest; each may show further links."""
        while self.may_go_on():
            await self._ask_of_links()  # also those that a run before this one has found
            lists, reports, others = self._todo()
            batch = lists or reports or others
            if not batch:
                break
            links = self.state.links(self.site.id, LinkKind.REPORT)
            for each in batch:
                if not self.may_go_on():
                    return
                await self._fetch(each.row, keeper, links, as_list=bool(lists))
        await self._see_all(keeper)

    async def _ask_of_links(self) -> None:
        """Ask the index of the addresses that old lists have shown, as far as no question covers them."""
        for kind in (LinkKind.LIST, LinkKind.REPORT):
            for key, link in self.state.links(self.site.id, kind).items():
                if not any(question.covers(key) for question in self._asked):
                    await self._ask(Question(url=link.url))

    async def _fetch(self, row: IndexRow, keeper: Keeper, links: dict[str, Link], *, as_list: bool) -> None:
        self._tried.add((row.key, row.at))
        memento = await self._had(row, keeper)
        if memento is None:
            return
        capture, told = memento.capture, memento.told
        if as_list:
            read = await keeper.read_list(capture, told)
        else:
            link = links.get(row.key, Link(url=row.url, title=""))
            read = await keeper.read_page(capture, link, told)
        self._enter(row, read)

    async def _had(self, row: IndexRow, keeper: Keeper) -> Memento | None:
        """Return the capture of a row, recorded; None if it cannot be had, which is told."""
        if (held := keeper.archived(row)) is not None:
            return Memento.held(held)
        try:
            memento = await self.source.capture(row, self.client)
        except Unplayable as error:
            detail = f"{self.source.name} lists this capture and cannot give it: {error.reason}"
            self.state.note(self.source.name, row, CaptureState.UNPLAYABLE, self.clock(), error.reason)
            self.show(keeper.note(Ending.SKIPPED, row.url, detail, row.at))
            self._saved()
            return None
        except LeftAlone:
            raise
        except FetchError as error:
            self.counts.failed += 1
            self.show(keeper.note(Ending.FAILED, row.url, f"{self.source.name}: {error.reason}", row.at))
            return None
        self.counts.fetched += 1
        keeper.record(memento)
        return memento

    def _enter(self, row: IndexRow, read: Read) -> None:
        """Note what a capture gave: it is kept, and the links of a list."""
        keeper = self.keeper
        assert keeper is not None
        if read.listing is not None:
            reports: list[tuple[str, Link]] = []
            others: list[tuple[str, Link]] = []
            for link in read.listing.links:
                verdict = keeper.judge_link(link)
                if verdict.year is None or verdict.year in self.site.years:
                    (reports if verdict.report else others).append((surt(link.url), link))
            requests = [*([read.listing.next] if read.listing.next else []), *read.listing.others]
            further = [
                (surt(each.url), Link(url=each.url, title="")) for each in requests if each.method == "GET"
            ]
            self.state.add_links(self.site.id, reports, LinkKind.REPORT)
            self.state.add_links(self.site.id, others, LinkKind.OTHER)
            self.state.add_links(self.site.id, further, LinkKind.LIST)
        self.state.note(self.source.name, row, CaptureState.KEPT, self.clock())
        for outcome in read.outcomes:
            self.show(outcome)
        self._saved()

    async def _see_all(self, keeper: Keeper) -> None:
        """Enter when the texts of reports were seen first and last, by the digests of the index."""
        links = self.state.links(self.site.id, LinkKind.REPORT)
        for captures in todo.by_page(self._listed()).values():
            if not keeper.is_report(captures[0].row.url):
                continue
            for each in todo.sightings(captures):
                original = keeper.archived(each.like) if each.like else None
                if original is None or not has_digest(original.payload, each.row.digest):
                    continue
                if not self.may_go_on():
                    return
                memento = sighting(original, each.row, self.source.name, self.source.entry)
                if keeper.archived(each.row) is None:
                    keeper.record(memento)
                link = links.get(each.row.key, Link(url=each.row.url, title=""))
                read = await keeper.read_page(memento.capture, link)
                self.state.note(self.source.name, each.row, CaptureState.SEEN, self.clock())
                self.counts.seen += 1
                for outcome in read.outcomes:
                    self.show(outcome)
                self._saved()

    async def nearest(self, url: str, at: datetime) -> Capture:
        """Return the capture of an address nearest to a time. Raises FetchError if the archive has none."""
        keeper, question = self.keeper, Question(url=url)
        assert keeper is not None
        if not any(each.covers(question.key) for each in self._asked):
            await self._ask(question)
        found = list(self.state.captures(self.source.name, question))
        for row, state, tried in sorted(found, key=lambda each: abs(each[0].at - at)):
            if todo.is_left(Listed(row=row, state=state, tried=tried), self.clock()):
                continue
            memento = await self._had(row, keeper)
            if memento is not None:
                self.state.note(self.source.name, row, CaptureState.KEPT, self.clock())
                return memento.capture
        raise FetchError(url, f"{self.source.name} has no capture of it", kind="not kept")

    # -- to disk --------------------------------------------------------------------------------------------

    def _saved(self) -> None:
        self._uncommitted += 1
        if self._uncommitted >= CAPTURES_PER_COMMIT:
            self._commit()

    def _commit(self) -> None:
        """Write archive and state to disk, in this order: what the state calls kept must be there."""
        if self.keeper is not None:
            self.keeper.flush()
        self.state.commit()
        self._uncommitted = 0

    def _count(self) -> None:
        listed = list(self._listed())
        self.counts.rows = len(listed)
        self.counts.pages = len({each.row.key for each in listed})
        self.counts.unplayable = sum(each.state is CaptureState.UNPLAYABLE for each in listed)
        self.counts.to_fetch = sum(map(len, self._todo()))
