"""Rebuild from the WARC files alone; a later extractor; merging another archive."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import CATALOGUE, Archive, acts_in, rebuild
from crawler.archive.catalogue import text_names
from crawler.archive.loading import reextraction
from crawler.errors import ArchiveDamaged, ArchiveLocked, NoArchive
from crawler.extract import extract
from crawler.field.fingerprint import text_sha256
from crawler.intake.imports import import_paths
from crawler.model import Ending, Link, Outcome, Report, Site, SiteVisit, VisitState
from crawler.warc import Record, WarcFile, new_record_id, read_records, warc_date
from tests.archive.foreign import article
from tests.archive.held import FIXTURES, crawl_saved, derived, dump, faults, lose, lose_catalogue, query
from tests.conftest import BODY, SITE, URL, Clock, a_capture, a_report

Opener = Callable[[], Archive]


def quiet(_: str) -> None:
    """Discard a notice."""


def a_visit(archive: Archive, state: VisitState | None) -> SiteVisit:
    frontier = (Link(url="http://a.gov.cn/1.html", title="甲市"),) if state else ()
    return SiteVisit(site_id="wuhan", began_at=archive.started_at, state=state, frontier=frontier)


def a_history(opened: Opener, clock: Clock, folder: Path) -> None:
    """Make an archive with two crawls across midnight, pages gone and back, an import, a 304, a killed run and an empty run."""
    with opened() as archive:
        archive.begin_visit(a_visit(archive, None))
        crawl_saved(archive, clock)
        pages = [url for report in archive.reports()[:2] for url in archive.locations(report.id or "")]
        for days in (0, 2):
            clock.forward(days=days)
            for url in pages:
                archive.note(Outcome(ending=Ending.GONE, url=url, site_id="wuhan", detail="HTTP 404"))
        archive.end_visit(a_visit(archive, VisitState.LEFT))
    with opened() as archive:
        crawl_saved(archive, clock)
        list(import_paths([FIXTURES / "wuhan"], archive))
        url = archive.locations(archive.reports()[-1].id or "")[0]
        capture = a_capture(url, b"", status=304, at=clock())
        archive.record(capture)
        archive.confirm(url, capture, SITE)
        archive.mark_stopped("SIGTERM")
    opened().close()
    archive = opened()
    archive.begin_visit(a_visit(archive, None))
    crawl_saved(archive, clock, "wuhan")
    archive.close(finished=False)
    opened().close()


def test_a_rebuild_makes_the_same_rows_and_bytes(opened: Opener, clock: Clock, folder: Path) -> None:
    a_history(opened, clock, folder)
    before, kept = dump(folder), derived(folder)
    assert len(query(folder, "SELECT 1 FROM versions WHERE tombstone")) == 2
    shutil.rmtree(folder / "text")
    (folder / CATALOGUE).write_bytes(b"this is no database")
    done = rebuild(folder, clock=clock, notify=quiet)
    assert dump(folder) == before
    assert derived(folder) == kept
    assert done.captures == len(query(folder, "SELECT 1 FROM captures"))
    assert faults(folder, deep=True) == []


@pytest.mark.parametrize("again", [False, True])
def test_an_archive_with_long_folders_is_verified_and_rebuilt_into_shorter_ones(
    again: bool, opened: Opener, clock: Clock, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = replace(SITE, name="某某经济技术开发区管理委员会" * 5, region="990199")
    with monkeypatch.context() as before:
        before.setattr(text_names, "MAX_FOLDER_BYTES", 255)
        store(opened, site)
    assert faults(folder, deep=True) == []
    if again:
        store(opened, site, BODY + "\n又一项工作取得成效。")
    assert faults(folder, deep=True) == []
    rebuild(folder, clock=clock, notify=quiet)
    assert faults(folder, deep=True) == []
    (path,) = (folder / "text").iterdir()
    assert len(path.name.encode()) <= text_names.MAX_FOLDER_BYTES
    assert len(list(path.glob("*/*.txt"))) == 1 + again


def store(opened: Opener, site: Site, body: str = BODY) -> None:
    """Store one page for a site."""
    with opened() as archive:
        lines = "".join(f"<p>{line}</p>" for line in body.split("\n"))
        payload = f"<html><body><h1>{a_report().title}</h1>{lines}</body></html>".encode()
        capture = a_capture(URL, payload, at=archive.started_at)
        archive.record(capture)
        archive.store(extract(capture.body, capture.headers, capture.url, hint=site.body), capture, site)


def test_an_archive_with_a_record_for_each_act_is_rebuilt_too(
    opened: Opener, clock: Clock, folder: Path
) -> None:
    """Earlier versions wrote one record per act."""
    with opened() as archive:
        crawl_saved(archive, clock, "wuhan")
    before = [line for line in dump(folder) if "captures" not in line and "warcs" not in line]
    (path,) = folder.glob("warc/*/*.gz")
    records = list(read_records(path))
    with path.open("wb") as file:
        warc = WarcFile(file)
        for record in records:
            for head, block in _one_act_each(record):
                lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
                warc.append(head["WARC-Record-ID"], f"WARC/1.1\r\n{lines}\r\n".encode() + block + b"\r\n\r\n")
    lose(folder)
    rebuild(folder, clock=clock, notify=lambda _: None)
    assert [line for line in dump(folder) if "captures" not in line and "warcs" not in line] == before


def _one_act_each(record: Record) -> Iterator[tuple[dict[str, str], bytes]]:
    """Yield a record as it is; of a `metadata` record, each act as a record of its own."""
    if record.kind != "metadata":
        yield {**record.fields, "WARC-Record-ID": record.place.record_id}, record.block
        return
    for act in acts_in(record):
        block = json.dumps({k: v for k, v in act.content.items() if k not in ("at", "url", "about")}).encode()
        head = {
            "WARC-Record-ID": new_record_id(),
            "WARC-Type": "metadata",
            "WARC-Date": warc_date(act.at),
            "WARC-Target-URI": act.url,
            "WARC-Refers-To": act.about,
            "Content-Length": str(len(block)),
        }
        yield {name: value for name, value in head.items() if value}, block


def test_without_the_manifest_only_runs_that_recorded_nothing_are_lost(
    opened: Opener, clock: Clock, folder: Path
) -> None:
    a_history(opened, clock, folder)
    before, kept = dump(folder), derived(folder)
    lose(folder)
    rebuild(folder, clock=clock, notify=quiet)
    missing = set(before) - set(dump(folder))
    assert derived(folder) == kept
    assert [row.partition("VALUES(")[2][:1] for row in sorted(missing) if '"runs"' in row] == ["3", "5"]
    assert all('"runs"' in row for row in missing)


def test_a_crawl_after_a_rebuild_finds_everything_unchanged(
    opened: Opener, clock: Clock, folder: Path
) -> None:
    with opened() as archive:
        crawl_saved(archive, clock, "wuhan")
    lose_catalogue(folder)
    with pytest.raises(ArchiveDamaged, match="fazhi rebuild"):
        opened()
    with pytest.raises(ArchiveDamaged, match="fazhi rebuild"):
        Archive.read(folder)
    rebuild(folder, clock=clock, notify=quiet)
    with opened() as archive:
        crawl_saved(archive, clock, "wuhan")
        assert set(archive.endings()) == {Ending.LISTED, Ending.UNCHANGED}
    assert faults(folder) == []


def test_a_rebuild_needs_warc_files_and_the_lock(opened: Opener, clock: Clock, folder: Path) -> None:
    with pytest.raises(NoArchive, match="no archive here"):
        rebuild(folder, clock=clock, notify=quiet)
    with opened() as archive:
        archive.record(a_capture(at=clock()))
        with pytest.raises(ArchiveLocked):
            rebuild(folder, clock=clock, notify=quiet)


# -- a later extractor ------------------------------------------------------------------------------------


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return a function that installs an extractor which leaves out the last paragraph."""

    def put() -> None:
        real = reextraction.extract

        def better(*given: Any, **more: Any) -> Report:
            report = real(*given, **more)
            body = report.body.rpartition("\n")[0]
            return replace(report, body=body, text_sha256=text_sha256(body), extractor="fazhi/later")

        monkeypatch.setattr(reextraction, "extract", better)

    return put


def test_a_better_extractors_texts_are_marked_and_are_no_new_versions(
    opened: Opener, clock: Clock, folder: Path, later: Callable[[], None]
) -> None:
    with opened() as archive:
        crawl_saved(archive, clock, "wuhan")
    before = query(folder, "SELECT report_id, number, text_sha256, text_file FROM versions ORDER BY id")
    later()
    with opened() as archive:
        assert archive.reextract(quiet) == len(before)
    after = query(folder, "SELECT report_id, number FROM versions ORDER BY id")
    assert after == [row[:2] for row in before]
    with Archive.read(folder) as archive:
        for report_id, _, digest, file in before:
            (version,) = archive.history(str(report_id))
            assert version.text_sha256 != digest
            assert version.extractor == "fazhi/later"
            assert [(was["text_sha256"], was["text_file"]) for was in version.former] == [(digest, file)]
            assert (folder / str(file)).is_file()
    assert faults(folder) == []
    rows, kept = dump(folder), derived(folder)
    rebuild(folder, clock=clock, notify=quiet)
    assert dump(folder) == rows
    assert derived(folder) == kept


def test_after_a_better_extractor_the_same_page_is_unchanged(
    opened: Opener, clock: Clock, folder: Path, later: Callable[[], None]
) -> None:
    with opened() as archive:
        crawl_saved(archive, clock, "wuhan")
        page = archive.reports()[0]
        row = archive.pages(page.id or "")[0]
    later()
    with opened() as archive:
        (held,) = archive.history(page.id or "")
        again = reextraction.reread(folder, archive._session, held).report
        capture = a_capture(row.url, b"the same page, with another counter", at=clock())
        archive.record(capture)
        outcome = archive.store(replace(again, url=row.url), capture, SITE)
        assert (outcome.ending, outcome.version) == (Ending.UNCHANGED, 1)
        assert "as fazhi/later reads it" in outcome.detail
    rows = dump(folder)
    rebuild(folder, clock=clock, notify=quiet)
    assert dump(folder) == rows


def test_texts_lost_with_their_extractor_are_marked_in_a_rebuild(
    opened: Opener, clock: Clock, folder: Path, later: Callable[[], None]
) -> None:
    with opened() as archive:
        crawl_saved(archive, clock, "wuhan")
    before = dict(query(folder, "SELECT report_id, text_sha256 FROM versions"))
    later()
    rebuild(folder, clock=clock, notify=quiet)
    assert dict(query(folder, "SELECT report_id, text_sha256 FROM versions")) == before
    shutil.rmtree(folder / "text")
    lose_catalogue(folder)  # it has the texts too
    notices: list[str] = []
    rebuild(folder, clock=clock, notify=notices.append)
    assert len([line for line in notices if "is lost; entered as fazhi/later reads it" in line]) == len(
        before
    )
    with Archive.read(folder) as archive:
        assert {report.id for report in archive.reports()} == set(before)
        assert {
            version.former[0]["text_sha256"] for name in before for version in archive.history(str(name))
        } == set(before.values())


# -- another archive --------------------------------------------------------------------------------------


def test_a_merge_enters_what_is_missing_and_nothing_twice(
    opened: Opener, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    with opened() as archive:
        crawl_saved(archive, clock, "wuhan")
        mine = {report.id for report in archive.reports()}
    with Archive.create(other, clock=clock) as archive:
        crawl_saved(archive, clock, "wuhan", "xuchang")
        theirs = {report.id for report in archive.reports()}
    with opened() as archive:
        assert archive.merge(other, quiet) == 1
        assert {report.id for report in archive.reports()} == mine | theirs
        assert len(query(folder, "SELECT 1 FROM versions")) == len(mine | theirs)
    rows, files = dump(folder), derived(folder)
    with opened() as archive:
        assert archive.merge(other, quiet) == 0
    assert len(dump(folder)) == len(rows) + 1  # the row of the run that merged nothing
    assert faults(folder, deep=True) == []
    rows = dump(folder)
    shutil.rmtree(folder / "text")
    rebuild(folder, clock=clock, notify=quiet)
    assert (dump(folder), derived(folder)) == (rows, files | derived(folder))


def test_an_older_text_merged_later_is_kept_and_does_not_become_the_latest(
    opened: Opener, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    from tests.conftest import BODY, a_report

    other = tmp_path / "other"
    old = a_report(BODY + "旧")
    with Archive.create(other, clock=clock) as archive:
        capture = a_capture(payload=article("旧"), at=clock())
        archive.record(capture)
        archive.store(old, capture, SITE)
    clock.forward(days=30)
    with opened() as archive:
        capture = a_capture(payload=b"new", at=clock())
        archive.record(capture)
        held = archive.store(a_report(), capture, SITE)
    with opened() as archive:
        notices: list[str] = []
        assert archive.merge(other, notices.append) == 1
        assert archive.show(held.report_id or "").body == BODY
        (new, older) = archive.history(held.report_id or "")
        assert (older.number, older.text_sha256) == (2, old.text_sha256)
        assert older.first_seen < new.first_seen
        assert archive.locations(held.report_id or "") == [URL]


def test_a_damaged_archive_is_not_merged(opened: Opener, clock: Clock, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    with Archive.create(other, clock=clock) as archive:
        archive.record(a_capture(payload=b"page" * 500, at=clock()))
    (warc,) = other.glob("warc/*/*.gz")
    data = bytearray(warc.read_bytes())
    data[len(data) // 2] ^= 1
    warc.write_bytes(data)
    with pytest.raises(ArchiveDamaged, match="at byte"), opened() as archive:
        archive.merge(other, quiet)
    assert not list(folder.glob("warc/merged/*.gz"))
