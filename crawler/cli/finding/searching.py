"""Run a search for `fazhi source find`: progress on stderr, entries into sources.d, results on stdout."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawler.address import canonical
from crawler.cli.finding import output
from crawler.cli.finding.single import no_breaker_warnings
from crawler.cli.output import message, print_json
from crawler.crawl.halt import on_first_signal
from crawler.errors import ConfigError
from crawler.fetch import ConnectTo, Fetcher, Replay
from crawler.field.counting import counted
from crawler.field.times import utc_now
from crawler.model import Site
from crawler.onboarding.find.entries import FindEntry, entries_of
from crawler.onboarding.find.job import find_portals
from crawler.onboarding.find.model import FindResult, Options, Result, Target
from crawler.onboarding.find.state import State
from crawler.onboarding.find.targets import configured, has_portal_only
from crawler.reading.pages import PageProcess
from crawler.sources import add_entry, entry_lines, existing_sites, location_of, province_file, write_new


@dataclass(slots=True, kw_only=True)
class Search:
    """A search and what is done with its results."""

    targets: Sequence[Target]
    options: Options
    sources: Path
    state: Path
    dry_run: bool
    json: bool
    quiet: bool
    replay: Replay | None
    connect_to: ConnectTo
    hosts_at_once: int
    again: bool = False
    results: list[FindResult] = field(default_factory=list)
    _asked: int = 0  # requests for results that were not known
    _sites: list[Site] = field(default_factory=list)
    _ids: set[str] = field(default_factory=set)
    _ended_by: str = ""  # name of the signal that ended the search

    def run(self) -> int:
        """Search, write or print, and return the exit code: 0 if every portal was found, else 1.

        On SIGTERM or SIGINT the search ends in order: what was found so far is written and printed. Raises StateLocked.
        """
        today = utc_now().date().isoformat()
        self._sites = list(existing_sites(self.sources))
        self._ids = {site.id for site in self._sites}
        with State(self.state, today) as state:
            if self.again:
                state.forget(target.key for target in self.targets)
            asyncio.run(self._search(state, today))
        if not self.json:
            output.show(self.results)
        if not self.quiet:
            message(output.summary(self.results, self._asked))
        if self._ended_by:
            done = f"{len(self.results)} of {counted(len(self.targets), 'portal')} are done"
            message(f"ended early ({self._ended_by}): {done}; the same command goes on from {self.state}")
            return 1
        return 0 if all(each.result is Result.FOUND for each in self.results) else 1

    async def _search(self, state: State, today: str) -> None:
        search = asyncio.create_task(self._find(state, today))

        def end(name: str) -> None:
            self._ended_by = name
            message(f"{name}: the search ends; repeat to stop at once")
            search.cancel()

        with on_first_signal(end):
            await asyncio.wait([search])
        if not search.cancelled():
            search.result()

    async def _find(self, state: State, today: str) -> None:
        fetching = Fetcher(sink=lambda _: None, replay=self.replay, connect_to=self.connect_to)
        async with fetching as fetcher, PageProcess() as page_process, no_breaker_warnings():
            await find_portals(
                self.targets,
                self.options,
                fetcher=fetcher,
                page_process=page_process,
                state=state,
                today=today,
                on_result=self._show,
                hosts_at_once=self.hosts_at_once,
            )

    def _show(self, result: FindResult, known: bool) -> None:
        self.results.append(result)
        self._asked += 0 if known else result.requests
        replaced = self._portal_only(result)
        entries = self._new_entries(result)
        written = [] if self.dry_run else self._write(entries)
        if not self.quiet:
            message(output.progress(result, len(self.results), len(self.targets), known=known))
        if self.json:
            print_json(output.result_json(result, entries=entries, written=written, known=known), indent=None)
            return
        if self.dry_run:
            for entry in entries:
                message(f"  would be written to {self._file(entry)}:")
                for line in entry_lines(entry):
                    message(f"    {line}")
        elif not self.quiet:
            for place in written:
                message(f"  added to {place}")
        if replaced and any(entry["name"] == result.name for entry in entries):
            place = location_of(self.sources, replaced.id)
            message(f"  {place}: {replaced.id} has the portal only; remove it, the new entry takes its place")

    def _portal_only(self, result: FindResult) -> Site | None:
        """The entry of the government that names its portal and no list."""
        own = configured(self._sites).get(result.code or "")
        return own if own is not None and has_portal_only(own) else None

    def _new_entries(self, result: FindResult) -> list[FindEntry]:
        """The entries that are not there already: no site of that government, no site with one of the addresses."""
        urls = {canonical(url) for site in self._sites for url in (*site.lists, *site.pages)}
        has_own = result.code in configured(self._sites) and self._portal_only(result) is None
        found = []
        for entry in entries_of(result, self._ids, live=self.replay is None):
            is_own = entry["name"] == result.name
            addresses = [*_texts(entry, "lists"), *_texts(entry, "pages")]
            if not (is_own and has_own) and not urls.intersection(map(canonical, addresses)):
                found.append(entry)
        return found

    def _write(self, entries: Sequence[FindEntry]) -> list[str]:
        """Write entries into the files of their provinces; return the place of each."""
        places = []
        if entries and not self.sources.exists():
            write_new(self.sources, empty=True)
        for entry in entries:
            add_entry(self.sources, entry, into=self._file(entry))
            self._ids.add(str(entry["id"]))
            self._sites.append(
                Site(
                    id=str(entry["id"]),
                    name=str(entry["name"]),
                    region=str(entry["region"]),
                    lists=tuple(_texts(entry, "lists")),
                    pages=tuple(_texts(entry, "pages")),
                )
            )
            places.append(location_of(self.sources, str(entry["id"])))
        return places

    def _file(self, entry: FindEntry) -> Path:
        return province_file(self.sources, str(entry["region"]))


def _texts(entry: FindEntry, key: str) -> list[str]:
    value: Any = entry.get(key, [])
    return value if isinstance(value, list) else []


def state_path(sources: Path) -> Path:
    """Return where the state of searches is kept: sources.find.jsonl beside sources.yaml."""
    return sources.with_suffix(".find.jsonl")


def ways_of(text: str | None, known: Sequence[str]) -> frozenset[str] | None:
    """Return the ways that a list with commas names; None for no list. Raises ConfigError for another word."""
    if text is None:
        return None
    names = frozenset(name.strip() for name in text.split(","))
    if unknown := sorted(names - set(known)):
        raise ConfigError(f"--ways {', '.join(unknown) or repr(text)}: must be some of {', '.join(known)}")
    return names
