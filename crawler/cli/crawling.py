"""`fazhi crawl`: from flags to a crawl, and from its end to an exit code."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from crawler import crawl as pipeline
from crawler.address import host_port
from crawler.archive import CATALOGUE, Archive
from crawler.cli.display import Display
from crawler.cli.log import log_to
from crawler.cli.options import (
    ArchiveOption,
    ConnectToOption,
    IdsArgument,
    JsonOption,
    ReplayOption,
    SourcesOption,
)
from crawler.cli.output import message
from crawler.cli.streams import NOT_WRITTEN
from crawler.crawl.page_process import Readers
from crawler.errors import CrawlerError
from crawler.fetch import ConnectTo, Fetcher, Replay, load_exchanges, parse_connect_to
from crawler.fetch.client import utc_now
from crawler.model import Site
from crawler.sources import choose, load_sites

PROBES = 40  # hosts that are tried before a crawl; where none of so many answers, there is no network
NO_SITE = "no site of {sources} can be reached from here ({count} hosts tried); `make demo` shows the whole job offline"
BATCH = 64  # outcomes between two commits; they wait for one a second at the most

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """What the flags come to."""

    saved: Replay | None
    connect_to: ConnectTo
    full: bool
    halt: pipeline.Halt
    max_time: str | None


def crawl(
    ids: IdsArgument = None,
    sources: SourcesOption = Path("sources.yaml"),
    archive: ArchiveOption = Path("archive"),
    replay: ReplayOption = None,
    full: Annotated[
        bool,
        typer.Option(
            "--full", help="Fetch every page of every source whole, due or not, from the beginning."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read the lists, show what would be fetched, keep nothing.")
    ] = False,
    json: JsonOption = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print news and trouble only; nothing when there is none.")
    ] = False,
    figures: Annotated[
        bool, typer.Option("--figures", help="At the end, what each host was asked and what it cost.")
    ] = False,
    log_file: Annotated[
        Path | None, typer.Option("--log", metavar="FILE", help="Append every event as a line of JSON.")
    ] = None,
    max_time: Annotated[
        str | None,
        typer.Option("--max-time", metavar="TIME", help="End in order after 90 (seconds), 30m, 2h."),
    ] = None,
    max_requests: Annotated[
        int | None,
        typer.Option(
            "--max-requests", min=1, help="Begin no page after so many exchanges, and end in order."
        ),
    ] = None,
    connect_to: ConnectToOption = None,
) -> None:
    """Visit sites, find their reports, archive every new text as a dated version.

    Sources whose `every` has not passed are left alone, unless they are named or --full is given. On SIGTERM or SIGINT
    pages under way are finished and stored, and the next run goes on with what is left; a second one ends at once.
    """
    if max_time is not None:
        pipeline.seconds(max_time)  # a fault in it is told before anything is done
    sites = choose(load_sites(sources, notify=None if quiet else message), ids or ())
    job = _Job(
        saved=Replay(load_exchanges(replay)) if replay else None,
        connect_to=parse_connect_to(connect_to or ()),
        full=full,
        halt=pipeline.Halt(max_requests=max_requests),
        max_time=max_time,
    )
    display = Display(sites, json=json, quiet=quiet, figures=figures)
    with log_to(log_file) as events:
        if dry_run:
            _must_reach(sites, sources, job)
            asyncio.run(_crawl(sites, None, job, display))
        else:
            _into_archive(sites, sources, archive, job, display, anyway=full or bool(ids) or bool(replay))
    code = display.finish(None if dry_run else archive, job.halt.why)
    if events is not None and events.failure:
        display.message(f"{log_file}: not every event could be written to it: {events.failure}")
        code = code or NOT_WRITTEN
    raise typer.Exit(code)


def _into_archive(
    sites: Sequence[Site], sources: Path, path: Path, job: _Job, display: Display, *, anyway: bool
) -> None:
    """Visit what is due. That some site can be reached is found out before an archive is made, or a site asked."""
    if first := not (path / CATALOGUE).is_file():
        _must_reach(sites, sources, job)
    with Archive.create(
        path, clock=utc_now, command=" ".join(sys.argv[1:]), notify=display.message, batch=BATCH
    ) as store:
        plan = pipeline.plan(sites, store.pasts(), store.started_at, anyway=anyway)
        if clock := plan.clock():
            display.message(clock)
        for outcome in plan.waiting():
            display.show(outcome, store)
        if not first:
            _must_reach(plan.due, sources, job)
        asyncio.run(_crawl(plan.due, store, job, display))


def _must_reach(sites: Sequence[Site], sources: Path, job: _Job) -> None:
    """Raise CrawlerError when there is no network, rather than a failure for each of thousands of sites."""
    probes = list({host_port(url): url for url in pipeline.entries(sites)}.values())[:PROBES]
    if job.saved is None and probes and not asyncio.run(_reachable(probes, job.connect_to)):
        hosts = {host_port(url).rpartition(":")[0] for url in probes}  # http and https are one host
        raise CrawlerError(NO_SITE.format(sources=sources, count=len(hosts)))


async def _reachable(urls: list[str], connect_to: ConnectTo) -> bool:
    async with Fetcher(sink=_forget, connect_to=connect_to) as fetcher:
        return await fetcher.any_reachable(urls)


async def _crawl(sites: Sequence[Site], store: Archive | None, job: _Job, display: Display) -> None:
    halt = job.halt
    sink = pipeline.counted(store.record if store else _forget, halt)
    log.info("crawl", extra={"sites": len(sites)})
    with display, _ends_on_signals(halt, display):
        if job.max_time is not None:
            asyncio.get_running_loop().call_later(
                pipeline.seconds(job.max_time), halt.ask, f"--max-time {job.max_time}"
            )
        fetcher = Fetcher(
            sink=sink,
            rendered=store.record_rendered if store else _forget,
            missed=store.missed if store else _forget,
            replay=job.saved,
            connect_to=job.connect_to,
            sleep=halt.sleep,
        )
        # of saved pages there are few, however many sites
        async with fetcher, Readers.of_crawl(1 if job.saved else len(sites)) as readers:
            async for outcome in pipeline.crawl(
                sites,
                fetcher=fetcher,
                archive=store,
                full=job.full,
                replay=job.saved,
                halt=halt,
                on_visit=display.visited,
                readers=readers,
            ):
                display.show(outcome, store)
            display.hosts(fetcher.figures())
    log.info("end", extra={"why": halt.why or "done"})


@contextmanager
def _ends_on_signals(halt: pipeline.Halt, display: Display) -> Iterator[None]:
    """The first SIGTERM or SIGINT ends the crawl in order. The second ends the process, which loses nothing stored."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)

    def end(number: signal.Signals) -> None:
        for each in signals:  # before anything is said: the second one may follow at once
            loop.remove_signal_handler(each)
            signal.signal(each, signal.SIG_DFL)
        display.message(f"{number.name}: finishing {halt.under_way} pages under way; once more ends at once")
        log.warning("halt", extra={"why": number.name, "under_way": halt.under_way})
        halt.ask(number.name)

    for each in signals:
        loop.add_signal_handler(each, end, each)
    try:
        yield
    finally:
        for each in signals:
            loop.remove_signal_handler(each)


def _forget(*_: object) -> None:
    """A sink for what is not kept."""
