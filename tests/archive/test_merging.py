"""Merging another archive, honest or hostile: what it may change, what is refused, and what a kill leaves."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.archive import Archive, facade, merging, rebuild
from crawler.archive.ledger.runs import read_run_info
from crawler.errors import ArchiveDamaged, CrawlerError, NotMerged
from crawler.extract import extract
from crawler.model import Ending, Outcome, Validators
from crawler.warc import new_record_id, read_records
from tests.archive.foreign import (
    AT,
    EVIL_URL,
    FILE,
    article,
    list_files,
    make,
    metadata,
    record,
    response,
    stored,
)
from tests.archive.held import derived, dump, faults, lose, query
from tests.archive.test_act_schema import VALID
from tests.conftest import SITE, URL, Clock, Fazhi, a_capture

Opener = Callable[[], Archive]
OTHER_PAGE = "https://www.wuhan.gov.cn/zwgk/fzzfj/1.shtml"
EVIL = article("后来换上的文字")
ID, ID_2 = new_record_id(), new_record_id()
RUNS = "runs.id, state, command, started_at"
OURS = (
    "SELECT * FROM versions WHERE report_id = (SELECT report_id FROM pages WHERE url LIKE '%www.wuhan%') ORDER BY id",
    "SELECT * FROM pages WHERE url LIKE '%www.wuhan%' ORDER BY id",
    "SELECT * FROM page_events WHERE page_id IN (SELECT id FROM pages WHERE url LIKE '%www.wuhan%') ORDER BY id",
    "SELECT * FROM memories",
    "SELECT * FROM visits",
)


def quiet(_: str) -> None:
    """Discard a notice."""


def keep_own(opened: Opener, clock: Clock, **headers: str) -> None:
    """Store a page in a run of its own."""
    with opened() as archive:
        capture = a_capture(payload=OWN, at=clock(), **headers)
        archive.record(capture)
        assert archive.store(extract(OWN, (), URL), capture, SITE).ending is Ending.NEW


def ours(folder: Path) -> list[list[tuple[object, ...]]]:
    return [query(folder, sql) for sql in OURS]


def own_version(folder: Path) -> tuple[str, int, str, str]:
    ((report_id, number, digest, record_id),) = query(
        folder,
        "SELECT report_id, number, text_sha256, record_id FROM versions JOIN captures ON captures.id = capture_id",
    )
    return str(report_id), int(str(number)), str(digest), str(record_id)


def sound(folder: Path, clock: Clock) -> None:
    """Verify finds nothing, and a rebuild gives the same rows and files."""
    assert faults(folder, deep=True) == []
    before, files = dump(folder), derived(folder)
    shutil.rmtree(folder / "text", ignore_errors=True)
    assert rebuild(folder, clock=clock, notify=quiet).lost == ()
    assert (dump(folder), derived(folder)) == (before, files)


# -- what an act of another archive may not do ----------------------------------------------------------------


def later(act: dict[str, Any], days: int) -> dict[str, Any]:
    return act | {"at": f"2026-11-{20 + days}T00:00:00Z"}


def noted(ending: str, days: int = 0) -> dict[str, Any]:
    return later({"act": "noted", "url": URL, "site": {"id": "wuhan"}, "ending": ending, "detail": "x"}, days)


def of_a_version(name: str, number: int, **more: Any) -> dict[str, Any]:
    act = stored(EVIL_URL, EVIL, ID, id=name, version=number) | {"act": "reextracted", "site": {"id": "x"}}
    return {key: value for key, value in act.items() if key not in ("url", "about")} | more


Acts = Callable[[str, int, str, str], list[bytes]]
"""Records of another archive, from our report's id, its version's number and digest, and our record's id."""

OWN = article("é")
OWN_TEXT = extract(OWN, (), URL)
DECOMPOSED = article("e\u0301")
EVIL_RECORD = response(EVIL_URL, EVIL, ID)
AT_OUR_PAGE = response(URL, EVIL, ID, date="2026-11-26T00:00:00Z")
HOSTILE: dict[str, Acts] = {
    "gone, twice": lambda *_: [metadata(noted("gone"), noted("gone", 5))],
    "unreachable": lambda *_: [metadata(noted("failed", 5), noted("refused", 5), noted("challenged", 5))],
    "another text of our version": lambda name, number, digest, _: [
        EVIL_RECORD, metadata(stored(EVIL_URL, EVIL, ID), of_a_version(name, number, was=digest))],
    "another text of our version, about our record": lambda name, number, digest, record_id: [
        EVIL_RECORD, metadata(of_a_version(name, number, was=digest, about=record_id, url=URL))],
    "our page redirects to it": lambda *_: [EVIL_RECORD, metadata(stored(EVIL_URL, EVIL, ID, came_from=[URL]))],
    "our page is one page with it": lambda *_: [EVIL_RECORD, metadata(stored(EVIL_URL, EVIL, ID, varies=[URL]))],
    "our text, which its capture does not give": lambda *_: [EVIL_RECORD, metadata(stored(EVIL_URL, OWN, ID))],
    "a text read from our record": lambda _, __, ___, record_id: [metadata(stored(EVIL_URL, OWN, record_id))],
    "a text read from our record at our URL": lambda _, __, ___, record_id: [
        metadata(stored(URL, EVIL, record_id), stored(URL, OWN, record_id, at="2026-11-26T00:00:00Z", ending="revised"))],
    "a further page that is our record": lambda _, __, ___, record_id: [
        EVIL_RECORD, metadata(stored(EVIL_URL, EVIL, ID, further=[record_id]))],
    "its capture as the text of our URL": lambda *_: [EVIL_RECORD, metadata(stored(URL, EVIL, ID))],
    "no capture at all": lambda *_: [metadata(stored(URL, EVIL, new_record_id()))],
    "a text at our URL, only its extraction changed": lambda *_: [
        response(URL, b"<p>nothing</p>", ID), metadata(stored(URL, EVIL, ID, reextracted=True, ending="unchanged"))],
    "our text at our URL, long ago": lambda *_: [
        response(URL, OWN, ID, date="2015-01-01T00:00:00Z"), metadata(stored(URL, OWN, ID, at="2015-01-01T00:00:00Z"))],
    "our text at another URL, long ago": lambda *_: [
        response(EVIL_URL, OWN, ID, date="2015-01-01T00:00:00Z"),
        metadata(stored(EVIL_URL, OWN, ID, at="2015-01-01T00:00:00Z"))],
    "our text in other code points": lambda *_: [
        response(URL, DECOMPOSED, ID, date="2026-11-26T00:00:00Z"),
        metadata(stored(URL, DECOMPOSED, ID, at="2026-11-26T00:00:00Z", ending="unchanged"))],
    "our text, its digest only": lambda *_: [
        response(URL, OWN, ID, date="2026-11-26T00:00:00Z"),
        metadata(stored(URL, OWN, ID, at="2026-11-26T00:00:00Z", ending="unchanged") | {"report": {"text_sha256": OWN_TEXT.text_sha256}})],
    "a shrunk text": lambda *_: [AT_OUR_PAGE, metadata(stored(URL, EVIL, ID, ending="shrunk"))],
    "a 304 for our page": lambda _, __, ___, record_id: [
        response(URL, b"", ID_2, status="304 Not Modified"),
        metadata({"act": "confirmed", "at": AT, "url": URL, "about": ID_2, "site": {"id": "wuhan"}},
                 {"act": "confirmed", "at": AT, "url": URL, "about": record_id, "site": {"id": "wuhan"}},
                 {"act": "confirmed", "at": AT, "url": URL, "site": {"id": "wuhan"}})],
    "our record's digest on another payload": lambda _, __, ___, ____: [
        record("revisit", b"HTTP/1.1 200 OK\r\n\r\n", ("WARC-Target-URI", EVIL_URL), ("WARC-Payload-Digest", "sha256:" + hashlib.sha256(OWN).hexdigest()),
               record_id=ID), metadata(stored(EVIL_URL, OWN, ID))],
    "visits, memories, runs and merges": lambda *_: [metadata(
        *(VALID[name] for name in ("visit begun", "visit ended", "learnt", "run ended", "merged", "attempted")))],
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_another_archive_says_changes_no_row_of_what_this_one_made(
    name: str, opened: Opener, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    keep_own(opened, clock)
    version = own_version(folder)
    before = ours(folder)
    other = make(tmp_path / "other", *HOSTILE[name](*version))
    clock.forward(days=10)
    with opened() as archive:
        assert archive.merge(other, quiet) == 1
        assert archive.validators(URL) is not None
    assert ours(folder) == before
    bodies = [str(body) for (body,) in query(folder, "SELECT body FROM versions")]
    urls = [url for (url,) in query(folder, "SELECT url FROM pages ORDER BY id")]
    assert all(body in (OWN_TEXT.body, extract(EVIL, (), URL).body) for body in bodies)
    assert urls in ([URL], [URL, EVIL_URL])
    sound(folder, clock)


def test_a_page_that_is_gone_stays_gone_and_the_text_seen_there_later_is_kept(
    opened: Opener, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    keep_own(opened, clock)
    report_id = own_version(folder)[0]
    for days in (1, 2):
        clock.forward(days=days)
        with opened() as archive:
            archive.note(Outcome(ending=Ending.GONE, url=URL, site_id=SITE.id, detail="HTTP 404"))
    date = f"{clock.now + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    other = make(
        tmp_path / "other", response(URL, EVIL, ID, date=date), metadata(stored(URL, EVIL, ID, at=date))
    )
    clock.forward(days=10)
    with opened() as archive:
        archive.merge(other, quiet)
        assert archive.pages(report_id)[0].state == "gone"
        assert [row.older for row in archive.history(report_id)] == [False, False, True]
        assert archive.show(report_id).body == OWN_TEXT.body
    sound(folder, clock)


def test_a_later_text_of_another_archive_is_a_version_and_makes_no_request_conditional(
    opened: Opener, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    keep_own(opened, clock, ETag='"own"')
    with opened() as archive:
        assert archive.validators(URL) == Validators(etag='"own"', last_modified=None)
    headers = (
        'Content-Type: text/html\r\nETag: "invented"\r\nLast-Modified: Fri, 01 Jan 2100 00:00:00 GMT\r\n'
    )
    date = "2026-11-27T00:00:00Z"
    other = make(
        tmp_path / "other",
        response(URL, EVIL, ID, date=date, headers=headers),
        metadata(stored(URL, EVIL, ID, at=date)),
    )
    clock.forward(days=10)
    with opened() as archive:
        archive.merge(other, quiet)
        assert [row.number for row in archive.history(own_version_id(folder))] == [1, 2]
        assert archive.validators(URL) is None
    sound(folder, clock)


def own_version_id(folder: Path) -> str:
    return str(query(folder, "SELECT report_id FROM pages WHERE url LIKE '%www.wuhan%'")[0][0])


def test_what_an_archive_says_of_its_own_pages_is_entered(
    opened: Opener, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    gone = {"act": "noted", "url": EVIL_URL, "site": {"id": "evil"}, "ending": "gone", "detail": "HTTP 404"}
    other = make(
        tmp_path / "other",
        response(EVIL_URL, EVIL, ID),
        metadata(stored(EVIL_URL, EVIL, ID), later(gone, 1), later(gone, 3)),
    )
    clock.forward(days=10)
    with opened() as archive:
        assert archive.merge(other, quiet) == 1
    assert query(folder, "SELECT state FROM pages") == [("gone",)]
    assert query(folder, "SELECT number, tombstone FROM versions") == [(1, 0), (2, 1)]
    sound(folder, clock)


@pytest.mark.parametrize(("extractor", "entered"), [("fazhi/0.1.0", 1), ("", 1), (None, 0)])
def test_a_text_that_its_capture_does_not_give_is_entered_as_it_is_read_if_another_extractor_read_it(
    extractor: str | None, entered: int, opened: Opener, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    act = stored(EVIL_URL, OWN, ID)
    act |= {} if extractor is None else {"extractor": extractor}
    other = make(tmp_path / "other", EVIL_RECORD, metadata(act))
    with opened() as archive:
        archive.merge(other, quiet)
    bodies = [body for (body,) in query(folder, "SELECT body FROM versions")]
    assert bodies == [extract(EVIL, (), EVIL_URL).body] * entered
    sound(folder, clock)


def test_acts_of_a_later_merge_of_the_same_archive_reach_the_pages_of_the_first(
    opened: Opener, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    other = make(tmp_path / "other", response(EVIL_URL, EVIL, ID), metadata(stored(EVIL_URL, EVIL, ID)))
    clock.forward(days=10)
    with opened() as archive:
        archive.merge(other, quiet)
    gone = {"act": "noted", "url": EVIL_URL, "site": {"id": "evil"}, "ending": "gone", "detail": "HTTP 404"}
    more = metadata(later(gone, 1), later(gone, 3))
    make(other, more, name=FILE.replace("1120", "1121"), started="2026-11-21T00:00:00Z")
    with opened() as archive:
        assert archive.merge(other, quiet) == 1
    assert query(folder, "SELECT state FROM pages") == [("gone",)]
    stranger = make(tmp_path / "stranger", metadata(noted("gone") | {"url": EVIL_URL}))
    with opened() as archive:
        assert archive.merge(stranger, quiet) == 1
    sound(folder, clock)


# -- what is refused, before anything is copied ---------------------------------------------------------------


def refused(opened: Opener, folder: Path, other: Path, match: str) -> None:
    """Merging fails, names the fault, and leaves the archive as it was."""
    opened().close()
    before = dump(folder)
    with pytest.raises(NotMerged, match=match), opened() as archive:
        archive.merge(other, quiet)
    assert not list(folder.glob("warc/merged/*"))
    rows = [line for line in dump(folder) if line not in before]
    assert len(rows) == 1, "the row of the run that merged nothing"
    assert "'failed'" in rows[0]
    assert faults(folder) == []


BAD_RECORDS: dict[str, tuple[list[bytes], str]] = {
    "a region that is a path": (
        [EVIL_RECORD, metadata(stored(EVIL_URL, EVIL, ID, region="../../PWNED", id="x") | {"site": {"id": "x"}})], r"FILE: the record at byte \d+, act 1: report.region must be a division code"),
    "a year that is a path": ([EVIL_RECORD, metadata(b"{}", stored(EVIL_URL, EVIL, ID, year="cron.d"))], "act 2: report.year"),
    "a line that is no JSON": ([metadata(b'{"act": ')], "act 1: it is no JSON"),
    "deep nesting": ([metadata(b"{" + b'"a":[' * 100_000 + b"]" * 100_000 + b"}")], "act 1: it is nested|no JSON"),
    "a lone surrogate": ([metadata(rb'{"act":"noted","site":{"id":"\udc00"},"ending":"gone"}')], "act 1: site.id"),
    "a key twice": ([metadata(b'{"act":"noted","site":{"id":"a"},"ending":"gone","ending":"new"}')], "stands twice"),
    "an act in the future": ([metadata(noted("gone") | {"at": "2030-01-01T00:00:00Z"})], "in the future"),
    "a capture in the future": ([response(EVIL_URL, EVIL, ID, date="2030-01-01T00:00:00Z")], "in the future"),
    "a date that is none": ([response(EVIL_URL, EVIL, ID, date="yesterday")], "no valid date or address"),
    "two reports of one record": ([EVIL_RECORD, metadata(stored(EVIL_URL, EVIL, ID), stored(EVIL_URL, EVIL, ID, title="t"))], "act 2: another act"),
    "one id for two records": ([EVIL_RECORD, response(EVIL_URL, OWN, ID)], "another record has its id"),
    "an id with a control character": ([response(EVIL_URL, EVIL, "<a\x1bb>")], "WARC-Record-ID"),
    "no id": ([response(EVIL_URL, EVIL, " ")], "WARC-Record-ID"),
    "a wrong payload digest": ([response(EVIL_URL, EVIL, ID, digest="sha256:" + "ab" * 32)], "at byte"),
    "a digest of no known kind": ([response(EVIL_URL, EVIL, ID, digest="crc32:00")], "no known kind"),
    "an address with an escape": ([response("http://evil.example/\x1b[31m", EVIL, ID)], "is no address"),
    "an address that is none": ([response("http://[evil/", EVIL, ID)], "no valid date or address"),
    "a path as a document's address": (
        [record("resource", EVIL, ("WARC-Target-URI", "file:///etc/passwd"), content_type="text/html")], "is no address"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_RECORDS)
def test_a_record_or_an_act_with_a_fault_is_refused_with_file_and_place(
    name: str, opened: Opener, folder: Path, tmp_path: Path
) -> None:
    records, match = BAD_RECORDS[name]
    good = metadata({"act": "run ended", "state": "finished"})
    other = make(tmp_path / "other", good, *records)
    refused(opened, folder, other, match.replace("FILE", FILE))


def test_a_record_with_the_id_of_one_of_ours_and_other_bytes_is_refused(
    opened: Opener, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    keep_own(opened, clock)
    record_id = own_version(folder)[3]
    refused(
        opened, folder, make(tmp_path / "other", response(URL, EVIL, record_id)), "another record has its id"
    )


def as_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


def as_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def as_device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def with_escape(path: Path) -> None:
    path.rename(path.with_name("fazhi-\x1b[31m.warc.gz"))


def not_unicode(path: Path) -> None:
    os.rename(path, os.fsencode(path.parent) + b"/fazhi-\xff.warc.gz")


def with_long_name(path: Path) -> None:
    path.rename(path.with_name("a" * 240 + ".warc.gz"))


def in_a_linked_folder(path: Path) -> None:
    target = path.parents[3] / "elsewhere"
    path.parent.rename(target)
    path.parent.symlink_to(target)


def without_warcinfo(path: Path) -> None:
    path.write_bytes(gzip.compress(EVIL_RECORD))


def empty(path: Path) -> None:
    path.write_bytes(b"")


FILES: dict[str, Callable[[Path], None]] = {
    each.__name__: each
    for each in (as_link, as_pipe, as_device, as_folder, with_escape, not_unicode, with_long_name, in_a_linked_folder,
                 without_warcinfo, empty)
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_no_archive_has_is_refused(
    name: str, opened: Opener, folder: Path, tmp_path: Path
) -> None:
    other = make(tmp_path / "other", EVIL_RECORD)
    FILES[name](other / FILE)
    refused(opened, folder, other, "nothing was merged|cannot be read|begin")


def changed_file(other: Path) -> None:
    make(other, EVIL_RECORD, metadata(stored(EVIL_URL, EVIL, ID)), listed=False)


def broken_chain(other: Path) -> None:
    line = json.dumps({"run": 1, "state": "finished", "previous": "0" * 64})
    with (other / "manifest.jsonl").open("a") as file:
        file.write(line + "\n")


def listed_twice(other: Path) -> None:
    changed_file(other)
    lines = (other / "manifest.jsonl").read_bytes()
    list_files(other)
    second = json.loads((other / "manifest.jsonl").read_bytes())
    second["previous"] = hashlib.sha256(lines[:-1]).hexdigest()
    (other / "manifest.jsonl").write_bytes(lines + json.dumps(second).encode() + b"\n")


def linked_manifest(other: Path) -> None:
    (other / "manifest.jsonl").rename(other / "m")
    (other / "manifest.jsonl").symlink_to(other / "m")


@pytest.mark.parametrize("change", [changed_file, broken_chain, listed_twice, linked_manifest])
def test_an_archive_that_differs_from_its_manifest_is_refused(
    change: Callable[[Path], None], opened: Opener, folder: Path, tmp_path: Path
) -> None:
    other = make(tmp_path / "other", EVIL_RECORD)
    change(other)
    refused(opened, folder, other, "manifest.jsonl")


@pytest.mark.parametrize("name", [".", "link"])
def test_an_archive_is_not_merged_into_itself(name: str, opened: Opener, clock: Clock, folder: Path) -> None:
    keep_own(opened, clock)
    (folder.parent / "link").symlink_to(folder)
    with pytest.raises(NotMerged, match="itself"), opened() as archive:
        archive.merge(folder if name == "." else folder.parent / name, quiet)


def test_the_command_ends_with_one_line_and_exit_code_4(fazhi: Fazhi, folder: Path, tmp_path: Path) -> None:
    other = make(tmp_path / "other", EVIL_RECORD, metadata(stored(EVIL_URL, EVIL, ID, region="../x")))
    code, out, err = fazhi("merge", str(other), "--archive", str(folder))
    assert (code, out) == (4, "")
    assert err.count("\n") == 1
    assert f"{FILE}: the record at byte" in err


# -- what is told -----------------------------------------------------------------------------------------------


def test_acts_of_a_later_format_are_told_of_and_the_rest_is_entered(
    opened: Opener, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    act = stored(EVIL_URL, EVIL, ID) | {"weather": "fine"}
    other = make(tmp_path / "other", EVIL_RECORD, metadata({"act": "retracted", "x": [1]}, act), listed=False)
    (other / "manifest.jsonl").unlink(missing_ok=True)
    notices: list[str] = []
    with opened() as archive:
        assert archive.merge(other, notices.append) == 1
    assert query(folder, "SELECT count(*) FROM versions") == [(1,)]
    for told in ("'retracted'", "'weather'", "has no manifest.jsonl"):
        assert any(told in notice for notice in notices)


# -- what a merge does twice, and back ----------------------------------------------------------------------------


def test_two_archives_merged_into_each_other_have_the_same_texts_and_a_second_merge_adds_nothing(
    opened: Opener, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    keep_own(opened, clock)
    other = make(
        tmp_path / "other",
        EVIL_RECORD,
        metadata(stored(EVIL_URL, EVIL, ID), {"act": "run ended", "state": "x"}),
    )
    rebuild(other, clock=clock, notify=quiet)
    texts = []
    for into, source in ((folder, other), (other, folder), (folder, other)):
        clock.forward(minutes=5)
        with Archive.create(into, clock=clock, notify=quiet) as archive:
            archive.merge(source, quiet)
        sound(into, clock)
        texts.append(query(into, "SELECT report_id, number, text_sha256 FROM versions ORDER BY 1, 2"))
    assert texts[0] == texts[1] == texts[2]
    for into, source in ((folder, other), (other, folder)):
        before = [query(into, "SELECT * FROM versions"), query(into, "SELECT * FROM captures")]
        with Archive.create(into, clock=clock, notify=quiet) as archive:
            archive.merge(source, quiet)
            assert archive.merge(source, quiet) == 0
        assert [query(into, "SELECT * FROM versions"), query(into, "SELECT * FROM captures")] == before


def test_runs_of_one_number_and_time_in_two_archives_stay_two_runs(
    opened: Opener, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    keep_own(opened, clock)
    for number in (1, 2):
        other = make(tmp_path / f"{number}", response(f"{EVIL_URL}{number}", EVIL, new_record_id()))
        with opened() as archive:
            assert archive.merge(other, quiet) == 1
    with opened() as archive:
        archive.note(Outcome(ending=Ending.FAILED, url=URL, site_id=SITE.id))
    states = [str(state) for (state,) in query(folder, "SELECT state FROM runs ORDER BY id")]
    assert states == ["finished", "finished", "merged", "finished", "merged", "finished"]
    sound(folder, clock)
    rows = dump(folder)
    lose(folder)
    rebuild(folder, clock=clock, notify=quiet)
    assert query(folder, f"SELECT {RUNS} FROM runs WHERE state = 'merged'") != []
    assert len(dump(folder)) == len(rows)


def test_a_file_is_never_written_over_one_with_the_same_beginning_of_its_digest(
    opened: Opener, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    other = make(tmp_path / "other", EVIL_RECORD)
    opened().close()
    first = merging._name(folder, _foreign_file(other))
    (folder / "warc/merged").mkdir(parents=True)
    (folder / first).write_bytes(b"another file")
    with opened() as archive:
        assert archive.merge(other, quiet) == 1
    assert (folder / first).read_bytes() == b"another file"


def _foreign_file(other: Path) -> merging.ForeignFile:
    foreign = merging.ForeignArchive(path=other, now=Clock().now, held_block=lambda _: None, notify=quiet)
    (found,) = foreign.files()
    return found


# -- a kill -----------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """Stands for SIGKILL: no handler of the program sees it."""


STEPS = {
    "while a file is checked": (merging.ForeignArchive, "check", 0),
    "before the first copy": (merging, "copy_to_part", 0),
    "after the first copy": (merging, "copy_to_part", 1),
    "before the act": (facade.Archive, "_write_acts", 0),
    "after the act": (facade, "enter_merged", 0),
    "after the first name": (merging, "give_name", 1),
    "before the first file is loaded": (merging, "load_file", 0),
    "before the second file is loaded": (merging, "load_file", 1),
    "before the commit": (facade.Archive, "_commit", 1),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_merge_killed_at_any_step_is_undone_or_gone_on_with_by_the_next_run(
    step: str, opened: Opener, clock: Clock, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_own(opened, clock)
    other = make(tmp_path / "other", EVIL_RECORD, metadata(stored(EVIL_URL, EVIL, ID)))
    second = FILE.replace("1120", "1121")
    make(other, response(f"{EVIL_URL}2", article("乙"), ID_2), metadata(stored(f"{EVIL_URL}2", article("乙"), ID_2)),
         name=second, started="2026-11-21T00:00:00Z")  # fmt: skip
    place, name, calls = STEPS[step]
    real, done = getattr(place, name), []

    def die(*arguments: Any, **named: Any) -> Any:
        if len(done) == calls:
            raise Killed
        done.append(name)
        return real(*arguments, **named)

    archive = opened()
    with monkeypatch.context() as patch:
        patch.setattr(merging, "remove_parts", quiet)  # a killed process removes nothing
        patch.setattr(place, name, die)
        with pytest.raises(Killed):
            archive.merge(other, quiet)
    archive.close(finished=False)
    opened().close()
    assert not list(folder.glob("warc/merged/.*"))
    assert faults(folder, deep=True) == []
    entered = query(folder, "SELECT count(*) FROM versions")
    assert entered in ([(1,)], [(3,)])
    sound(folder, clock)
    with opened() as again:
        assert again.merge(other, quiet) == (2 if entered == [(1,)] else 0)
    assert query(folder, "SELECT count(*) FROM versions") == [(3,)]
    sound(folder, clock)


def test_a_rebuild_goes_on_with_a_killed_merge_too(
    opened: Opener, clock: Clock, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make(tmp_path / "other", EVIL_RECORD, metadata(stored(EVIL_URL, EVIL, ID)))
    archive = opened()

    def die(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(facade, "enter_merged", die)
        with pytest.raises(Killed):
            archive.merge(other, quiet)
    archive.close(finished=False)
    assert rebuild(folder, clock=clock, notify=quiet).versions == 1
    sound(folder, clock)


def test_a_merge_that_an_earlier_version_left_half_is_rebuilt_under_numbers_of_no_other_run(
    opened: Opener, clock: Clock, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make(tmp_path / "other", EVIL_RECORD, metadata(stored(EVIL_URL, EVIL, ID)))

    def only_named(archive: Path, *rest: Any) -> list[str]:
        for entry in rest[2]["files"]:
            merging.give_name(archive, entry["file"], entry["sha256"], [], quiet, read_run_info)
        return []

    with monkeypatch.context() as patch, opened() as archive:
        patch.setattr(facade, "enter_merged", only_named)
        archive.merge(other, quiet)
    for _ in range(2):
        keep_nothing(opened)
    assert rebuild(folder, clock=clock, notify=quiet).versions == 1
    numbers = query(folder, "SELECT id, state FROM runs ORDER BY id")
    assert numbers == [(1, "finished"), (2, "finished"), (3, "finished"), (4, "merged")]
    keep_nothing(opened)
    sound(folder, clock)


def keep_nothing(opened: Opener) -> None:
    with opened() as archive:
        archive.note(Outcome(ending=Ending.FAILED, url=URL, site_id=SITE.id))


# -- faults in our own files ----------------------------------------------------------------------------------------

MALFORMED = {
    "no JSON": b'{"act": "noted"',
    "ending": json.dumps(noted("nonsense")).encode(),
    "region": json.dumps(stored(URL, EVIL, ID, region="../../x")).encode(),
    "no site": b'{"act": "noted", "ending": "gone"}',
    "report a list": b'{"act": "stored", "report": [], "site": {"id": "x"}}',
    "surrogate": rb'{"act": "learnt", "site": {"id": "\ud800"}, "memory": {}}',
    "visit": b'{"act": "visit begun", "visit": {"site_id": 1}}',
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_act_in_our_own_file_is_named_and_the_rest_is_rebuilt(
    name: str, opened: Opener, clock: Clock, folder: Path, fazhi: Fazhi
) -> None:
    keep_own(opened, clock)
    rows = [query(folder, f"SELECT * FROM {table}") for table in ("versions", "pages", "captures", "reports")]
    (warc,) = folder.glob("warc/*/*.warc.gz")
    good = {
        "act": "noted",
        "at": AT,
        "url": "",
        "site": {"id": "wuhan"},
        "ending": "listed",
        "detail": "after it",
    }
    with warc.open("ab") as file:
        file.write(gzip.compress(metadata(MALFORMED[name], good)))
    code, _, err = fazhi("rebuild", "--archive", str(folder))
    assert code == 4
    assert f"{warc.relative_to(folder)}: the record at byte" in err
    assert "act 1: " in err
    assert [
        query(folder, f"SELECT * FROM {table}") for table in ("versions", "pages", "captures", "reports")
    ] == rows
    assert ("after it",) in query(folder, "SELECT detail FROM outcomes")
    opened().close()


def test_a_merged_file_that_is_missing_is_named_and_the_rest_is_rebuilt(
    opened: Opener, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    keep_own(opened, clock)
    other = make(tmp_path / "other", EVIL_RECORD, metadata(stored(EVIL_URL, EVIL, ID)))
    with opened() as archive:
        archive.merge(other, quiet)
    (merged,) = folder.glob("warc/merged/*.warc.gz")
    kept = merged.read_bytes()
    merged.unlink()
    rebuilt = rebuild(folder, clock=clock, notify=quiet)
    assert rebuilt.versions == 1
    assert [merged.name in fault for fault in rebuilt.lost] == [True]
    merged.write_bytes(kept)
    assert rebuild(folder, clock=clock, notify=quiet).versions == 2


# -- anything ---------------------------------------------------------------------------------------------------

PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.sampled_from(["../../x", "\ud800", "a" * 300])
)  # fmt: skip
VALUES = st.recursive(PLAIN, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)), max_leaves=5)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """An act with some of its values replaced or removed, as a line."""
    act = json.loads(json.dumps(VALID[draw(st.sampled_from(sorted(VALID)))]))
    act |= {"about": ID, "url": draw(st.sampled_from([EVIL_URL, URL, ""]))}
    for _ in range(draw(st.integers(0, 3))):
        inner = act
        while True:
            key = draw(st.sampled_from(sorted(inner) if isinstance(inner, dict) else range(len(inner))))
            if not isinstance(inner[key], dict | list) or not inner[key] or draw(st.booleans()):
                break
            inner = inner[key]
        inner[key] = draw(VALUES)
    return json.dumps(act).encode("utf-8", "surrogatepass")


@given(lines=st.lists(mutated(), min_size=1, max_size=4))
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_mutated_acts_raise_only_our_errors_write_only_inside_and_stop_no_rebuild(
    lines: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root, clock = tmp_path_factory.mktemp("mutated"), Clock()
    folder = root / "a/b/c/archive"
    with Archive.create(folder, clock=clock, notify=quiet) as archive:  # fmt: skip
        capture = a_capture(payload=OWN, at=clock())
        archive.record(capture)
        archive.store(extract(OWN, (), URL), capture, SITE)
    before = ours(folder)
    other = make(root / "other", EVIL_RECORD, metadata(*lines))
    clock.forward(minutes=1)
    try:
        with Archive.create(folder, clock=clock, notify=quiet) as archive:
            archive.merge(other, quiet)
    except NotMerged:
        assert not list(folder.glob("warc/merged/*"))
    assert ours(folder) == before
    (warc, *_) = sorted(folder.glob("warc/2026/*.warc.gz"))
    with warc.open("ab") as file:
        file.write(gzip.compress(metadata(*lines)))
    rebuilt = rebuild(folder, clock=clock, notify=quiet)
    assert rebuilt.versions >= 1
    made = {path.relative_to(root).parts[0] for path in root.rglob("*")}
    assert made == {"a", "other"}
    assert {path.name for path in folder.iterdir()} <= {
        "warc", "text", "catalogue.db", "catalogue.db-wal", "catalogue.db-shm", "search.db", "manifest.jsonl", ".lock",
        "README.md", "README.zh-CN.md"}  # fmt: skip


def test_the_errors_of_a_merge_are_ours() -> None:
    assert issubclass(NotMerged, ArchiveDamaged)
    assert issubclass(NotMerged, CrawlerError)
    assert list(read_records.__annotations__)  # the reader that checks is the reader that enters


LIES: dict[str, dict[str, Any]] = {
    "another division and year": {"region": "130000", "year": 1990, "published": "1999-01-01"},
    "another government": {"issuer": "北京市人民政府", "region": "110000"},
    "control characters": {"title": "\x1b[31m\u202e武汉", "source": "\x1b[31m"},
}


@pytest.mark.parametrize("name", LIES)
def test_metadata_are_those_of_the_page_and_the_division_is_that_of_its_site(
    name: str, opened: Opener, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    keep_own(opened, clock)
    site = {"id": "evil", "name": "某县人民政府", "region": "110101"}
    act = stored(EVIL_URL, EVIL, ID, **LIES[name], site=site)
    with opened() as archive:
        archive.merge(make(tmp_path / "other", EVIL_RECORD, metadata(act)), quiet)
    read = extract(EVIL, (), EVIL_URL)
    query_row = "SELECT title, v.source, published, r.year, r.region FROM versions v JOIN reports r ON r.id = report_id"
    (row,) = query(folder, f"{query_row} WHERE v.url = '{EVIL_URL}'")
    assert row[0] == read.title
    assert not any(ord(character) < 32 for value in row for character in str(value))
    assert row[3] == read.year
    assert row[4] != LIES[name].get("region")
    (text,) = [file for file in folder.glob("text/*/*/*.txt") if read.text_sha256[:16] in file.name]
    assert "\x1b" not in text.read_text("utf-8")
    sound(folder, clock)


def test_a_merged_file_that_somebody_removed_is_a_fault(
    opened: Opener, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    keep_own(opened, clock)
    with opened() as archive:
        archive.merge(make(tmp_path / "other", EVIL_RECORD, metadata(stored(EVIL_URL, EVIL, ID))), quiet)
    next(folder.glob("warc/merged/*.warc.gz")).unlink()
    assert any("was merged, but does not exist" in fault.what for fault in faults(folder))


def test_while_a_merge_is_not_ended_verify_finds_no_fault_in_what_it_has_copied(
    opened: Opener, clock: Clock, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_own(opened, clock)
    other = make(tmp_path / "other", EVIL_RECORD, metadata(stored(EVIL_URL, EVIL, ID)))
    found: list[object] = []

    def look(*_: object, **__: object) -> None:
        found.extend(faults(folder))
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(merging, "load_file", look)
        with pytest.raises(Killed), opened() as archive:
            archive.merge(other, quiet)
    assert found == []
    assert faults(folder) == []


def everything(folder: Path) -> dict[str, bytes]:
    """Return the contents of all files of an archive, the catalogue as its rows."""
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(("catalogue.db", "search.db", ".lock"))
    }
    return found | {"catalogue": "\n".join(dump(folder)).encode()}


def test_a_merge_of_nothing_new_leaves_nothing(
    opened: Opener, folder: Path, clock: Clock, tmp_path: Path, fazhi: Fazhi
) -> None:
    keep_own(opened, clock)
    page, record_id = article("别处的一份"), new_record_id()
    other = make(
        tmp_path / "other", response(EVIL_URL, page, record_id), metadata(stored(EVIL_URL, page, record_id))
    )
    assert fazhi("merge", str(other), "--archive", str(folder))[0] == 0
    before = everything(folder)
    code, out, _ = fazhi("merge", str(other), "--archive", str(folder))
    assert (code, out) == (0, f"nothing to merge: {folder} has every WARC file of {other}\n")
    assert everything(folder) == before


def test_a_merge_of_no_archive_makes_none(folder: Path, tmp_path: Path, fazhi: Fazhi) -> None:
    (tmp_path / "empty").mkdir()
    code, _, err = fazhi("merge", str(tmp_path / "empty"), "--archive", str(folder))
    assert code != 0
    assert "no archive here; name the folder of another archive" in err
    assert not folder.exists()
