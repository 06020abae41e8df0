"""Import of WARC files: a partial page is never a version, a revisit confirms, a bad record does not stop the import."""

from __future__ import annotations

import gzip
import hashlib
from base64 import b32encode
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.archive import Archive, rebuild
from crawler.intake.imports import import_paths
from crawler.intake.imports.warcs import MAX_FAULTS_PER_FILE
from crawler.model import Ending, Outcome
from tests.archive.held import dump, faults, query
from tests.conftest import Clock
from tests.warc.written import DATE, HTML, OTHER, URL, a_record, chunked, zipped

Opener = Callable[[], Archive]
LATER = "2023-04-16T01:02:03Z"
REVISIT = "WARC-Profile: http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"
NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\n\r\n"


def page(year: int = 2022, lines: int = 40) -> bytes:
    title = f"武汉市人民政府关于{year}年度法治政府建设情况的报告"
    body = "".join(f"<p>第{n}项工作取得成效，完成事项{n * 37 + year}件。</p>" for n in range(lines))
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>".encode()


PAGE = page()
WHOLE = HTML + b"Content-Length: %d\r\n\r\n" % len(PAGE) + PAGE


def digest_of(payload: bytes) -> str:
    return "WARC-Payload-Digest: sha1:" + b32encode(hashlib.sha1(payload).digest()).decode()


@pytest.fixture
def bring(opened: Opener, tmp_path: Path) -> Callable[..., list[Outcome]]:
    """Import WARC files, each given as its records."""

    def bring(*files: list[bytes]) -> list[Outcome]:
        paths = [tmp_path / f"{number}.warc.gz" for number in range(len(files))]
        for path, records in zip(paths, files, strict=True):
            path.write_bytes(zipped(*records))
        with opened() as archive:
            return list(import_paths(paths, archive))

    return bring


def endings(outcomes: list[Outcome]) -> list[Ending]:
    return [outcome.ending for outcome in outcomes]


def seen(folder: Path, url: str) -> tuple[str, ...]:
    """Return when a page was first and last seen, and its state."""
    ((first, last, state),) = query(
        folder, f"SELECT first_seen, last_seen, state FROM pages WHERE url = '{url}'"
    )
    return str(first)[:10], str(last)[:10], str(state)


def same_after_rebuild(folder: Path, clock: Clock) -> None:
    assert faults(folder, deep=True) == []
    was = dump(folder)
    rebuild(folder, clock=clock, notify=print)
    assert dump(folder) == was


PARTS = {
    "marked": a_record(WHOLE[:-2000], more=["WARC-Truncated: length"]),
    "marked, though as long as its head says": a_record(WHOLE, more=["WARC-Truncated: disconnect"]),
    "a segment": a_record(WHOLE, more=["WARC-Segment-Number: 1"]),
    "less than its head says": a_record(WHOLE[:-2000]),
    "chunks that break off": a_record(
        HTML + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(PAGE[:3000], end=b"")
    ),
    "a range": a_record(
        WHOLE.replace(b"200 OK", b"206 Partial Content").replace(
            b"\r\n\r\n", b"\r\nContent-Range: bytes 0-99/9999\r\n\r\n", 1
        )
    ),
    "gzip without its end": a_record(HTML + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(PAGE)[:-200]),
}


@pytest.mark.parametrize("record", PARTS.values(), ids=PARTS.keys())
def test_a_part_is_recorded_and_never_a_version(
    record: bytes, bring: Callable[..., list[Outcome]], folder: Path, clock: Clock
) -> None:
    (outcome,) = bring([record])
    assert outcome.ending is Ending.FAILED
    assert outcome.detail.startswith("short: ")
    assert query(folder, "SELECT count(*) FROM versions") == [(0,)]
    assert query(folder, "SELECT count(*) FROM captures") == [(1,)]
    assert bring([record]) == []
    assert endings(bring([a_record(WHOLE, date=LATER)])) == [Ending.NEW]
    same_after_rebuild(folder, clock)


def test_a_part_does_not_change_a_page_seen_later(bring: Callable[..., list[Outcome]], folder: Path) -> None:
    bring([a_record(WHOLE, date=LATER)])
    assert endings(bring([PARTS["less than its head says"]])) == [Ending.FAILED]
    assert seen(folder, URL) == ("2023-04-16", "2023-04-16", "live")


@pytest.mark.parametrize("status", [b"404 Not Found", b"410 Gone"])
def test_an_old_farewell_does_not_take_a_later_page_away(
    status: bytes, bring: Callable[..., list[Outcome]], folder: Path
) -> None:
    bring([a_record(WHOLE, date=LATER)])
    assert endings(bring([a_record(b"HTTP/1.1 " + status + b"\r\n\r\nnone")])) == [Ending.GONE]
    assert seen(folder, URL) == ("2023-04-16", "2023-04-16", "live")


def repeating(*more: str, url: str = URL, block: bytes = HTML + b"\r\n", date: str = LATER) -> bytes:
    return a_record(
        block, kind="revisit", url=url, date=date, record_id="<urn:uuid:3>", more=[REVISIT, *more]
    )


ORIGINAL = a_record(WHOLE, more=[digest_of(PAGE)])
REVISITS = {
    "by date": repeating(f"WARC-Refers-To-Target-URI: {URL}", f"WARC-Refers-To-Date: {DATE}"),
    "by date alone": repeating(f"WARC-Refers-To-Date: {DATE}"),
    "by digest": repeating(digest_of(PAGE)),
    "by digest in hex": repeating("WARC-Payload-Digest: sha256:" + hashlib.sha256(PAGE).hexdigest()),
    "by both": repeating(f"WARC-Refers-To-Date: {DATE}", digest_of(PAGE)),
    "by digest, its date being another's": repeating(f"WARC-Refers-To-Date: {LATER}", digest_of(PAGE)),
    "without a head": repeating(digest_of(PAGE), block=b""),
    "called truncated for its payload": repeating(digest_of(PAGE), "WARC-Truncated: length"),
    "not modified": repeating(block=NOT_MODIFIED),
}


@pytest.mark.parametrize("revisit", REVISITS.values(), ids=REVISITS.keys())
@pytest.mark.parametrize("together", [True, False])
def test_a_revisit_confirms(
    revisit: bytes, together: bool, bring: Callable[..., list[Outcome]], folder: Path, clock: Clock
) -> None:
    outcomes = bring([ORIGINAL, revisit]) if together else bring([ORIGINAL]) + bring([revisit])
    assert endings(outcomes) == [Ending.NEW, Ending.UNCHANGED]
    assert seen(folder, URL) == ("2023-03-16", "2023-04-16", "live")
    assert query(folder, "SELECT count(*) FROM versions") == [(1,)]
    assert bring([ORIGINAL, revisit]) == []
    same_after_rebuild(folder, clock)


def test_a_revisit_of_another_address_is_a_page_there(
    bring: Callable[..., list[Outcome]], folder: Path, clock: Clock
) -> None:
    revisit = repeating(
        f"WARC-Refers-To-Target-URI: {URL}",
        f"WARC-Refers-To-Date: {DATE}",
        digest_of(PAGE),
        url=OTHER,
    )
    assert endings(bring([ORIGINAL, revisit])) == [Ending.NEW, Ending.DUPLICATE]
    assert seen(folder, OTHER) == ("2023-04-16", "2023-04-16", "live")
    same_after_rebuild(folder, clock)


def test_a_revisit_finds_its_original_in_a_file_that_comes_after(
    bring: Callable[..., list[Outcome]], folder: Path
) -> None:
    assert endings(bring([REVISITS["by digest"]], [ORIGINAL])) == [Ending.NEW, Ending.UNCHANGED]
    assert seen(folder, URL)[1] == "2023-04-16"


@pytest.mark.parametrize(
    "revisit",
    [
        repeating(),
        repeating(digest_of(b"another")),
        repeating(f"WARC-Refers-To-Date: {DATE}", digest_of(b"another")),
        repeating(f"WARC-Refers-To-Target-URI: {OTHER}", f"WARC-Refers-To-Date: {DATE}"),
    ],
)
def test_a_revisit_of_what_is_not_there_says_so_and_changes_nothing(
    revisit: bytes, bring: Callable[..., list[Outcome]], folder: Path
) -> None:
    new, lost = bring([ORIGINAL, revisit])
    assert (new.ending, lost.ending) == (Ending.NEW, Ending.SKIPPED)
    assert "that is not in the archive" in lost.detail
    assert seen(folder, URL) == ("2023-03-16", "2023-03-16", "live")


def test_a_revisit_of_a_part_is_a_part(bring: Callable[..., list[Outcome]], folder: Path) -> None:
    part = a_record(WHOLE, more=["WARC-Truncated: length", digest_of(PAGE)])
    assert endings(bring([part, REVISITS["by digest"]])) == [Ending.FAILED, Ending.FAILED]
    assert query(folder, "SELECT count(*) FROM versions") == [(0,)]


def test_an_answer_of_304_says_nothing_of_what_was_seen_later(
    bring: Callable[..., list[Outcome]], folder: Path
) -> None:
    bring([a_record(WHOLE, date=LATER)])
    assert endings(bring([repeating(block=NOT_MODIFIED, date=DATE)])) == [Ending.SKIPPED]
    assert seen(folder, URL) == ("2023-04-16", "2023-04-16", "live")


def test_a_date_in_the_future_is_not_believed(bring: Callable[..., list[Outcome]], folder: Path) -> None:
    (outcome,) = bring([a_record(WHOLE, date="2099-01-01T00:00:00Z")])
    assert (outcome.ending, "is in the future" in outcome.detail) == (Ending.FAILED, True)
    assert query(folder, "SELECT count(*) FROM captures") == [(0,)]


def test_bad_records_are_told_each_up_to_a_number(bring: Callable[..., list[Outcome]]) -> None:
    bad = a_record(WHOLE, date="yesterday")
    outcomes = bring([*[bad] * (MAX_FAULTS_PER_FILE + 5), a_record(WHOLE)])
    assert endings(outcomes) == [*[Ending.FAILED] * MAX_FAULTS_PER_FILE, Ending.NEW, Ending.FAILED]
    assert outcomes[0].detail == f"the record at byte 0 of {URL}: its date 'yesterday' is not valid"
    assert outcomes[-1].detail == "5 further records cannot be read"


OTHERS = {
    "unknown": (a_record(b"x", kind="foo"), "1 'foo'"),
    "resource": (a_record(b"x", kind="resource"), "1 'resource'"),
    "ordinary": (a_record(b"x", kind="warcinfo"), "contains no answer of a web server"),
}


@pytest.mark.parametrize(("record", "words"), OTHERS.values(), ids=OTHERS.keys())
def test_a_file_without_an_answer_says_what_it_holds(
    record: bytes, words: str, bring: Callable[..., list[Outcome]]
) -> None:
    (outcome,) = bring([record])
    assert (outcome.ending, words in outcome.detail) == (Ending.FAILED, True)


def test_heads_of_bare_line_feeds_are_read_the_same_out_of_our_own_record(
    bring: Callable[..., list[Outcome]], folder: Path, clock: Clock
) -> None:
    gbk = PAGE.decode().encode("gb18030")
    head = HTML.replace(b"utf-8", b"gbk").replace(b"\r", b"") + b"X-Note\nX-\xb1\xa8: \xb8\xe6\n\n"
    assert endings(bring([a_record(head + gbk)])) == [Ending.NEW]
    same_after_rebuild(folder, clock)


FILES = {
    "x.warc.bz2": "bunzip2", "x.warc.xz": "unxz", "x.wacz": "File is not a zip file",
}  # fmt: skip


@pytest.mark.parametrize(("name", "words"), FILES.items())
@pytest.mark.parametrize("as_folder", [True, False])
def test_a_file_that_holds_pages_in_another_form_says_what_to_do(
    name: str, words: str, as_folder: bool, opened: Opener, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(b"filedesc://x")
    with opened() as archive:
        (outcome,) = import_paths([tmp_path / "in" if as_folder else tmp_path / "in" / name], archive)
    assert (outcome.ending, words in outcome.detail) == (Ending.FAILED, True)
    assert outcome.url.endswith(name)
