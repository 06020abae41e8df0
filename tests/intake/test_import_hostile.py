"""Import of files made to do harm: what they claim is checked, each fault is told with its place, and the rest is imported."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import tracemalloc
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.archive import Archive
from crawler.intake.imports import import_paths, warcs
from crawler.model import Ending, Outcome
from crawler.warc import read_answers, read_records
from crawler.warc.answers import Answer
from crawler.warc.foreign import compressed
from tests.archive.held import faults, query
from tests.conftest import Clock
from tests.intake.test_import_files import endings, page, text, written
from tests.intake.test_import_warcs import LATER, PAGE, REVISIT, WHOLE, bring, same_after_rebuild
from tests.warc.others import warcio_sees, we_see
from tests.warc.written import HTML, OTHER, URL, a_record, chunked, zipped

__all__ = ["bring"]  # a fixture
Opener = Callable[[], Archive]
Bring = Callable[..., list[Outcome]]
GOOD = a_record(WHOLE.replace(b"2022", b"2021"), url=OTHER, record_id="<urn:uuid:2>")


def base16(digest: bytes) -> str:
    return digest.hex()


def base32(digest: bytes) -> str:
    return base64.b32encode(digest).decode()


WAYS = {
    "base 16": base16,
    "base 16, capitals": lambda digest: base16(digest).upper(),
    "base 32": base32,
    "base 32, no padding": lambda digest: base32(digest).rstrip("="),
    "base 32, small": lambda digest: base32(digest).lower(),
    "base 64": lambda digest: base64.b64encode(digest).decode(),
    "base 64 for addresses": lambda digest: base64.urlsafe_b64encode(digest).decode().rstrip("="),
}
ALGORITHMS = {
    "sha1": "sha1",
    "SHA-1": "sha1",
    "sha256": "sha256",
    "sha-256": "sha256",
    "md5": "md5",
    "sha512": "sha512",
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
@pytest.mark.parametrize(("name", "algorithm"), ALGORITHMS.items())
def test_a_payload_that_does_not_have_its_digest_is_a_fault(
    name: str, algorithm: str, way: Callable[[bytes], str], tmp_path: Path
) -> None:
    right, wrong = (way(hashlib.new(algorithm, data).digest()) for data in (PAGE, b"x"))
    path = tmp_path / "x.warc.gz"
    path.write_bytes(
        zipped(*(a_record(WHOLE, more=[f"WARC-Payload-Digest: {name}:{each}"]) for each in (right, wrong)))
    )
    sound, fault = read_answers(path)
    assert isinstance(sound, Answer)
    assert not sound.unknown_digest
    assert not isinstance(fault, Answer)
    assert getattr(fault, "reason", "") == "its payload does not match its WARC-Payload-Digest"


CHUNKS = chunked(PAGE[:1000], PAGE[1000:])
ZIPPED = gzip.compress(PAGE, mtime=0)
PAYLOADS = {
    "chunked, of what was sent": (HTML + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKS, CHUNKS),
    "chunked, of the chunks' data": (HTML + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKS, PAGE),
    "gzip, of what was sent": (HTML + b"Content-Encoding: gzip\r\n\r\n" + ZIPPED, ZIPPED),
    "gzip, of the page": (HTML + b"Content-Encoding: gzip\r\n\r\n" + ZIPPED, PAGE),
    "bare line feeds": (HTML.replace(b"\r", b"") + b"\n" + PAGE, PAGE),
    "behind an interim head": (b"HTTP/1.1 103 Early Hints\r\n\r\n" + WHOLE, PAGE),
    "with an interim head": (b"HTTP/1.1 103 Early Hints\r\n\r\n" + WHOLE, WHOLE),
}


@pytest.mark.parametrize(("block", "payload"), PAYLOADS.values(), ids=PAYLOADS.keys())
def test_what_crawlers_take_for_the_payload_is_accepted(block: bytes, payload: bytes, bring: Bring) -> None:
    digest = f"WARC-Payload-Digest: sha1:{base32(hashlib.sha1(payload).digest())}"
    assert endings(bring([a_record(block, more=[digest])])) == [Ending.NEW]


def test_a_wrong_digest_is_told_with_its_place_and_nothing_of_it_is_kept(bring: Bring, folder: Path) -> None:
    wrong = a_record(WHOLE, more=[f"WARC-Payload-Digest: sha1:{base32(hashlib.sha1(b'x').digest())}"])
    failed, stored = bring([wrong, GOOD])
    assert (failed.ending, stored.ending) == (Ending.FAILED, Ending.NEW)
    assert failed.url.endswith("/0.warc.gz")
    assert (
        failed.detail == f"the record at byte 0 of {URL}: its payload does not match its WARC-Payload-Digest"
    )
    assert query(folder, "SELECT url FROM captures") == [(OTHER,)]


@pytest.mark.parametrize(
    "value", ["blake3:abcd", "sha1:zzz", "abcd", "sha256:é", "sha1:" + "9" * 32, "sha1:\x1b[2J"]
)
@pytest.mark.parametrize("field", ["WARC-Payload-Digest", "WARC-Block-Digest"])
def test_a_digest_that_cannot_be_checked_is_told(field: str, value: str, bring: Bring) -> None:
    stored, told = bring([a_record(WHOLE, more=[f"{field}: {value}"])])
    assert (stored.ending, told.ending) == (Ending.NEW, Ending.SKIPPED)
    assert told.detail.startswith(
        "records imported whose digests were not checked, since their algorithm is not known: "
        f"1 with {field.lower()} "
    )
    assert told.detail.isprintable()


@pytest.mark.parametrize(("ahead", "taken"), [(timedelta(minutes=50), True), (timedelta(hours=3), False),
                                              (timedelta(days=1), False), (timedelta(days=30_000), False)])  # fmt: skip
@pytest.mark.parametrize("kind", ["response", "revisit", "304"])
def test_a_date_in_the_future_is_refused_with_its_place(
    kind: str, ahead: timedelta, taken: bool, bring: Bring, clock: Clock, folder: Path
) -> None:
    date = f"{clock() + ahead:%Y-%m-%dT%H:%M:%SZ}"
    digest = f"WARC-Payload-Digest: sha1:{base32(hashlib.sha1(PAGE).digest())}"
    first = [a_record(WHOLE, date="2023-03-16T01:02:03Z", more=[digest])] if kind != "response" else []
    record = {
        "response": a_record(WHOLE, date=date),
        "revisit": a_record(HTML + b"\r\n", kind="revisit", date=date, more=[REVISIT, digest]),
        "304": a_record(b"HTTP/1.1 304 Not Modified\r\n\r\n", kind="revisit", date=date, more=[REVISIT]),
    }[kind]
    outcomes = bring([*first, record])
    if taken:
        assert Ending.FAILED not in endings(outcomes)
        return
    refused = outcomes[-1]
    assert refused.ending is Ending.FAILED
    assert f" of {URL}: its date {date[:10]} " in refused.detail
    assert refused.detail.endswith(" is in the future; not imported")
    assert len(query(folder, "SELECT 1 FROM captures")) == len(first)


ADDRESSES = {
    "203.0.113.9": "203.0.113.9",
    "2001:DB8::1": "2001:db8::1",
    "1.2.3.4\nContent-Length: 0": None,
    "1.2.3.4\r\r" + "x" * 10_000: None,
    "\x1b]0;PWNED\x07": None,
    "fe80::1%" + "x" * 1000: None,
    "": None,
}


@pytest.mark.parametrize(("written_ip", "kept"), ADDRESSES.items(), ids=[repr(ip[:20]) for ip in ADDRESSES])
def test_an_ip_address_is_kept_if_it_is_one(written_ip: str, kept: str | None, tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(zipped(a_record(WHOLE, more=[f"WARC-IP-Address: {written_ip}"])))
    answers = [item for item in read_answers(path) if isinstance(item, Answer)]
    assert all(answer.capture.ip == kept for answer in answers)
    assert answers or "\n" in written_ip


HOSTILE = "\x1b]0;T\x07\x9b31m\u202e\u2066\u2028\x85\r\x0b\x00 "


@pytest.mark.parametrize("name", ["WARC-IP-Address", "WARC-Truncated", "WARC-Record-ID", "WARC-Concurrent-To",
                                  "WARC-Payload-Digest", "WARC-Segment-Number", "Fazhi-TLS-Allowed", "Fazhi-Origin"])  # fmt: skip
def test_no_field_of_theirs_reaches_a_record_of_ours_unchecked(
    name: str, bring: Bring, folder: Path, clock: Clock
) -> None:
    record = a_record(WHOLE, record_id="<urn:uuid:1>" if name != "WARC-Record-ID" else HOSTILE * 100,
                      more=[f"{name}: 1{HOSTILE}2"] if name != "WARC-Record-ID" else [])  # fmt: skip
    outcomes = bring([record, GOOD])
    assert outcomes[-1].ending in (Ending.NEW, Ending.SKIPPED)
    for file in folder.glob("warc/*/*.warc.gz"):
        assert we_see(file) == warcio_sees(file)
        for each in read_records(file):
            assert all(
                value.replace("\u202e", "").replace("\u2066", "").isprintable()
                for value in each.fields.values()
            )
            assert sum(map(len, each.fields.values())) < 5000
    same_after_rebuild(folder, clock)


SPECIALS: dict[str, tuple[Callable[[Path], object], str]] = {
    "FIFO": (os.mkfifo, "cannot be read: is a FIFO, not a regular file"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "not imported: a link out of the folder"),
    "link out of the folder": (
        lambda path: path.symlink_to("/etc/hostname"),
        "not imported: a link out of the folder",
    ),
    "link to nothing": (lambda path: path.symlink_to("nothing"), "cannot be read: No such file or directory"),
}


@pytest.mark.parametrize(("make", "reason"), SPECIALS.values(), ids=SPECIALS.keys())
@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.warc", "a.warc.gz"])
def test_what_is_no_file_in_a_folder_is_told_and_the_rest_imported(
    name: str, make: Callable[[Path], object], reason: str, opened: Opener, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    make(tmp_path / "in" / name)
    written(tmp_path / "in", "z.txt", text("宜昌市", 2021))
    with opened() as archive:
        failed, stored = import_paths([tmp_path / "in"], archive)
    assert (failed.ending, stored.ending) == (Ending.FAILED, Ending.NEW)
    assert reason in failed.detail
    assert failed.url == f"file:{tmp_path / 'in' / name}"


def test_a_link_within_the_folder_or_named_by_the_caller_is_followed(opened: Opener, tmp_path: Path) -> None:
    real = written(tmp_path / "in", "a.html", page("武汉市", 2022))
    (tmp_path / "in" / "b.html").symlink_to("a.html")
    (tmp_path / "c.html").symlink_to(real)
    with opened() as archive:
        outcomes = list(import_paths([tmp_path / "in", tmp_path / "c.html"], archive))
    assert Ending.FAILED not in endings(outcomes)


def bomb(length: int) -> bytes:
    """Return a record whose block is `length` zeros, compressed as a member."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, 31)
    data = deflater.compress(a_record(b"HTTP/1.1 200 OK\r\n\r\n", length=length + 19, end=b""))
    piece = bytes(1 << 20)
    for _ in range(length >> 20):
        data += deflater.compress(piece)
    return data + deflater.flush()


BOMBS = {
    "a member": bomb(200 << 20),
    "a member that says it is small": zipped(a_record(b"x" + bytes(200 << 20), length=1)),
    "many members": bomb(20 << 20) * 10,
    "tiny members": gzip.compress(b"") * 20_000,
    "a head without end": zipped(b"WARC/1.1\r\nX: " + bytes(100 << 20)),
    "heads without number": zipped(b"WARC/1.1\r\n" * 3_000_000),
}


@pytest.mark.parametrize("data", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_takes_no_memory_and_the_next_record_is_read(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(data + zipped(GOOD))
    tracemalloc.start()
    answers = [item for item in read_answers(path) if isinstance(item, Answer)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answers[-1].capture.url == OTHER
    assert peak < 300 << 20


def test_a_member_that_inflates_without_end_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "_MAX_HELD_BYTES", 1 << 20)
    path = tmp_path / "x.warc.gz"
    path.write_bytes(bomb(50 << 20) + zipped(GOOD))
    items = list(read_answers(path))
    assert [item.capture.url for item in items if isinstance(item, Answer)] == [OTHER]
    assert any("inflates to over 200 times its size" in getattr(item, "reason", "") for item in items)


def test_revisits_wait_within_bounds(bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warcs, "MAX_WAITING_BYTES", 2 * len(HTML + b"\r\n"))
    waiting = [
        a_record(HTML + b"\r\n" + bytes(100), kind="revisit", url=f"{URL}?{n}", date=LATER, more=[REVISIT])
        for n in range(3)
    ]
    *outcomes, last = bring(waiting)
    assert endings(outcomes) == [Ending.SKIPPED] * 3
    assert (last.ending, last.detail) == (Ending.FAILED, "repeats only answers that are in none of the files")
    assert [outcome.detail.split(" ")[6] for outcome in outcomes] == [f"{URL}?{n}:" for n in (2, 0, 1)]


def test_the_archive_is_sound_after_all_of_it(bring: Bring, folder: Path) -> None:
    bring([gzip.decompress(zipped(GOOD)), a_record(b"x"), a_record(WHOLE, date="2099-01-01T00:00:00Z")])
    assert faults(folder, deep=True) == []
