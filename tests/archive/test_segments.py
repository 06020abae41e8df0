"""Segments of workers: entered by another run as if one machine had made the visits, once, wholly, and again by a rebuild."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.archive import EMPTY_SLICE, SEGMENTS_FOLDER, Archive, Entered, Reader
from crawler.archive.entering import visits
from crawler.archive.loading import reextraction
from crawler.archive.segments import staging, texts
from crawler.crawl import Halt, counting_sink, crawl
from crawler.errors import NotMerged
from crawler.fetch import Fetcher, parse_connect_to
from crawler.field.times import utc_now
from crawler.model import Ending, Site
from crawler.questions.verify import verify
from crawler.reading.pages import PageProcess
from crawler.sources import load_sites
from crawler.spread.visit import VisitJob, hosts_of, visit
from tests.archive.foreign import metadata
from tests.archive.held import dump, query
from tests.site import Web
from tests.site.__main__ import sources_of

_SAME = (
    "SELECT report_id, number, title, text_sha256, url, text_file, published, origin FROM versions",
    "SELECT url_key, report_id, state, own, site_id, text_sha256 FROM pages",
    "SELECT site_id, state, found, left_over, requests FROM visits",
    "SELECT site_id, ending, url, report_id, version FROM outcomes",
    "SELECT site_id, lists FROM memories",
    "SELECT url_key, status, record_type, payload_sha256 FROM captures",
)
"""What an archive of many workers has as one of one machine does. Row numbers follow the order of entering."""


@pytest.fixture
def sites(web: Web, tmp_path: Path) -> list[Site]:
    (tmp_path / "sources.yaml").write_text(sources_of(web), "utf-8")
    return load_sites(tmp_path / "sources.yaml")


class Later:
    """The clock, some days ahead."""

    days = 0

    def __call__(self):  # type: ignore[no-untyped-def]
        return utc_now() + timedelta(days=self.days)


def by_one_machine(sites: Sequence[Site], web: Web, archive: Path, clock: Later) -> None:
    async def run(store: Archive) -> None:
        mapping, halt = parse_connect_to(web.connect_to), Halt()
        sink = counting_sink(store.record, halt)
        async with Fetcher(sink=sink, connect_to=mapping, sleep=_hurry, clock=clock) as fetcher:
            async for _ in crawl(sites, fetcher=fetcher, archive=store, halt=halt):
                pass

    with Archive.create(archive, clock=clock, notify=lambda _: None, batch=64) as store:
        asyncio.run(run(store))


async def _hurry(seconds: float) -> None:
    await asyncio.sleep(0)


def segment_of(site: Site, web: Web, archive: Path, scratch: Path, clock: Later) -> dict[str, Path]:
    """Visit a site as a worker does; return the files of its segment."""
    held = EMPTY_SLICE
    if (archive / "warc").is_dir():
        with Reader.read(archive) as reader:
            held = reader.slice_of([site.id], hosts_of([site]))

    async def run() -> dict[str, Path]:
        async with PageProcess() as pages:
            job = VisitJob(
                sites=[site],
                held=held,
                scratch=scratch,
                evidence=archive,
                command=f"worker visit {site.id}",
                page_process=pages,
                connect_to=parse_connect_to(web.connect_to),
                clock=clock,
            )
            job.halt.sleep = _hurry  # type: ignore[method-assign]
            return await visit(job)

    return asyncio.run(run())


def enter(archive: Path, files: dict[str, Path], clock: Later, folder: Path) -> list[Entered | None]:
    (folder / SEGMENTS_FOLDER).mkdir(parents=True, exist_ok=True)
    for name, path in files.items():
        shutil.copy(path, folder / SEGMENTS_FOLDER / name)
    with Archive.create(archive, clock=clock, notify=lambda _: None, batch=64) as store:
        return [store.enter(folder, name, lambda _: None) for name in files]


def rows(archive: Path) -> list[list[tuple[object, ...]]]:
    return [sorted(query(archive, sql), key=str) for sql in _SAME]


def faults(archive: Path) -> list[str]:
    return [str(fault) for fault in verify(archive, deep=True, notify=lambda _: None)]


def test_many_visits_entered_by_one_give_the_rows_of_one_machine(
    web: Web, sites: list[Site], tmp_path: Path
) -> None:
    """In three rounds: the first visit, one with an edited and a removed page, one in which that is gone."""
    clock, one, many = Later(), tmp_path / "one", tmp_path / "many"
    edited, removed = (
        "https://www.wuhan.gov.cn/zwgk/fzzfj/202303/t20230315_2170174.shtml",
        "http://www.tianshui.gov.cn/info/1981/411251.htm",
    )
    for number in range(3):
        clock.days = 2 * number
        by_one_machine(sites, web, one, clock)
        for site in sites:
            files = segment_of(site, web, many, tmp_path / f"{number}-{site.id}", clock)
            enter(many, files, clock, tmp_path / f"in-{number}-{site.id}")
        assert rows(many) == rows(one), number
        if number == 0:
            web.edit(edited, "法治", "法 治")
            web.take_down(removed)
    endings = {row[1] for row in query(many, "SELECT url, ending FROM outcomes")}
    assert {"new", "revised", "unchanged", "gone"} <= endings
    assert query(many, "SELECT count(*) FROM captures WHERE record_type = 'revisit'") != [(0,)]
    assert faults(many) == []
    before = dump(many)
    from crawler.archive import rebuild

    rebuild(many, clock=clock, notify=lambda _: None)
    assert dump(many) == before


def test_a_segment_delivered_twice_is_entered_once(web: Web, sites: list[Site], tmp_path: Path) -> None:
    clock, archive = Later(), tmp_path / "archive"
    files = segment_of(sites[0], web, archive, tmp_path / "scratch", clock)
    (brought,) = enter(archive, files, clock, tmp_path / "in")
    assert brought is not None
    assert {outcome.ending for outcome in brought.outcomes} >= {Ending.NEW}
    assert [visit.site_id for visit in brought.visits] == [sites[0].id]
    before = query(archive, "SELECT count(*) FROM outcomes")
    assert enter(archive, files, clock, tmp_path / "in") == [None]
    assert query(archive, "SELECT count(*) FROM outcomes") == before


def test_a_visit_made_twice_gives_each_report_once(web: Web, sites: list[Site], tmp_path: Path) -> None:
    """Two workers have made the same visit, from the same slice: what the second one found is known."""
    clock, archive = Later(), tmp_path / "archive"
    two = [segment_of(sites[0], web, archive, tmp_path / name, clock) for name in ("a", "b")]
    for number, files in enumerate(two):
        enter(archive, files, clock, tmp_path / f"in-{number}")
    assert query(archive, "SELECT count(*), count(DISTINCT report_id) FROM versions") == [(4, 4)]
    assert faults(archive) == []


@pytest.mark.parametrize("harm", ["changed", "cut", "other name", "no segment"])
def test_a_segment_with_a_fault_is_refused_and_nothing_of_it_entered(
    web: Web, sites: list[Site], tmp_path: Path, harm: str
) -> None:
    clock, archive = Later(), tmp_path / "archive"
    ((name, path),) = segment_of(sites[0], web, archive, tmp_path / "scratch", clock).items()
    data = path.read_bytes()
    if harm == "changed":
        path.write_bytes(data[:5000] + b"\0\0\0\0" + data[5004:])
    elif harm == "cut":
        path.write_bytes(data[:-100])
    elif harm == "other name":
        name = name.replace(name[-20:-10], "0" * 10)
    else:
        name = "fazhi-20261129000000-00001.warc.gz"
    with pytest.raises(NotMerged, match="nothing was"):
        enter(archive, {name: path}, clock, tmp_path / "in")
    assert query(archive, "SELECT count(*) FROM captures") == [(0,)]
    assert faults(archive) == []


@pytest.mark.parametrize(
    "when",
    ["before the act", "after the act", "before the chain's lines", "before the rows", "before the commit"],
)
def test_an_enterer_that_is_killed_loses_nothing_and_enters_nothing_twice(
    web: Web, sites: list[Site], tmp_path: Path, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, archive = Later(), tmp_path / "archive"
    files = segment_of(sites[0], web, archive, tmp_path / "scratch", clock)

    class Killed(BaseException):
        pass

    def killed(work: Callable[..., object], *, after: bool) -> Callable[..., object]:
        def run(*args: object, **options: object) -> object:
            if after:
                work(*args, **options)
            raise Killed

        return run

    place, name, after = {
        "before the act": (visits.Staging, "wait", True),
        "after the act": (visits.Staging, "give_names", False),
        "before the chain's lines": (staging.files, "rename", True),
        "before the rows": (visits, "enter_staged", False),
        "before the commit": (visits, "enter_staged", True),
    }[when]
    with monkeypatch.context() as patch:
        patch.setattr(place, name, killed(getattr(place, name), after=after))
        with pytest.raises(Killed):
            enter(archive, files, clock, tmp_path / "in")
    enter(archive, files, clock, tmp_path / "in")  # delivered again, since nobody removed it
    assert query(archive, "SELECT count(*), count(DISTINCT report_id) FROM versions") == [(4, 4)]
    assert query(archive, "SELECT count(*) FROM visits") == [(1,)]
    assert list((archive / "warc" / "segments").glob(".*")) == []
    assert faults(archive) == []


def enter_together(
    archive: Path, files: dict[str, Path], clock: Later, folder: Path
) -> tuple[list[Entered], list[str]]:
    """Enter segments in one transaction; return what they brought, and the names of those refused."""
    places, refused = {}, list[str]()
    for number, (name, path) in enumerate(files.items()):
        places[name] = folder / str(number)
        (places[name] / SEGMENTS_FOLDER).mkdir(parents=True)
        shutil.copy(path, places[name] / SEGMENTS_FOLDER / name)
    with Archive.create(archive, clock=clock, notify=lambda _: None, batch=64) as store:
        return store.enter_all(places, lambda _: None, lambda name, _: refused.append(name)), refused


def test_segments_entered_together_give_the_rows_of_one_machine(
    web: Web, sites: list[Site], tmp_path: Path
) -> None:
    """One with a fault is refused, and the others are entered all the same."""
    clock, one, many = Later(), tmp_path / "one", tmp_path / "many"
    by_one_machine(sites, web, one, clock)
    files: dict[str, Path] = {}
    for site in sites:
        files |= segment_of(site, web, many, tmp_path / site.id, clock)
    (tmp_path / "faulty").write_bytes(b"no segment")
    faulty = f"{'0' * 20}-00001-{'0' * 64}.warc.gz"
    brought, refused = enter_together(many, {faulty: tmp_path / "faulty"} | files, clock, tmp_path / "in")
    assert (len(brought), refused) == (len(files), [faulty])
    assert rows(many) == rows(one)
    assert list((many / "warc" / "segments").glob(".*")) == []
    assert faults(many) == []
    before = dump(many)
    from crawler.archive import rebuild

    rebuild(many, clock=clock, notify=lambda _: None)
    assert dump(many) == before


_HARMED: dict[str, Callable[[Sequence[str]], object]] = {
    "other texts": lambda told: [f"{text}另" for text in told],
    "no texts": lambda told: [1, None, {}],
    "no list": lambda told: {"texts": told},
    "too many": lambda told: [*told, "法" * 100_000],
}


@pytest.mark.parametrize("harm", ["none", *_HARMED, "no JSON", "no gzip"])
def test_texts_behind_a_segment_are_taken_by_their_digest_and_else_read_from_the_pages(
    web: Web, sites: list[Site], tmp_path: Path, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, archive = Later(), tmp_path / "archive"
    ((name, path),) = segment_of(sites[0], web, archive, tmp_path / "scratch", clock).items()
    whole = path.read_bytes()
    told = list(texts.take_texts(path).values())
    assert len(told) == 4
    monkeypatch.setattr(texts, "MAX_TEXTS_BYTES", 100_000)
    if harm == "none":
        path.write_bytes(whole)
    else:
        content = json.dumps(_HARMED[harm](told)).encode() if harm in _HARMED else b"["
        behind = content if harm == "no gzip" else gzip.compress(content)
        length = path.stat().st_size.to_bytes(8, "big")
        path.write_bytes(path.read_bytes() + behind + length + whole[-8:])
    read: list[object] = []
    real = reextraction.read_pages
    monkeypatch.setattr(
        reextraction, "read_pages", lambda *given, **named: read.append(given) or real(*given, **named)
    )
    enter(archive, {name: path}, clock, tmp_path / "in")
    assert len(read) == (0 if harm == "none" else 4)
    assert {row[0] for row in query(archive, "SELECT body FROM versions")} == set(told)
    assert faults(archive) == []


@pytest.mark.parametrize(
    "act", [{"act": "painted", "site": 5}, {"act": "painted", "visit": []}, {"act": "painted", "report": {}}]
)
def test_acts_of_a_later_format_have_any_form_and_are_told_of(
    web: Web, sites: list[Site], tmp_path: Path, act: dict[str, object]
) -> None:
    clock, archive, told = Later(), tmp_path / "archive", list[str]()
    ((_, path),) = segment_of(sites[0], web, archive, tmp_path / "scratch", clock).items()
    texts.take_texts(path)
    line = metadata({**act, "at": "2026-11-20T00:00:00+00:00", "url": ""})
    path.write_bytes(path.read_bytes() + gzip.compress(line))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    name = f"{'0' * 20}-00001-{digest}.warc.gz"
    (tmp_path / "in" / SEGMENTS_FOLDER).mkdir(parents=True)
    shutil.copy(path, tmp_path / "in" / SEGMENTS_FOLDER / name)
    with Archive.create(archive, clock=clock, notify=lambda _: None, batch=64) as store:
        entered = store.enter(tmp_path / "in", name, told.append)
    assert entered is not None
    assert [each.ending for each in entered.outcomes].count(Ending.NEW) == 4
    assert any("are of a later format" in each for each in told), told


def test_a_slice_has_the_site_and_not_the_others(web: Web, sites: list[Site], tmp_path: Path) -> None:
    clock, archive = Later(), tmp_path / "archive"
    by_one_machine(sites, web, archive, clock)
    with Reader.read(archive) as reader:
        held = reader.slice_of([sites[0].id], hosts_of([sites[0]]))
    assert {row["site_id"] for row in held.rows["pages"]} == {sites[0].id}
    assert len(held.rows["versions"]) == 4
    assert {row["url_key"].split("/")[2] for row in held.rows["captures"]} == set(hosts_of([sites[0]]))
    assert [row["site_id"] for row in held.rows["memories"]] == [sites[0].id]
