"""Import of WACZ files: the WARC files in them are read, each against the digest of its package; what cannot be trusted is refused."""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import Archive
from crawler.intake.imports import import_paths, zip_file
from crawler.model import Ending, Outcome
from tests.archive.held import query
from tests.conftest import Clock
from tests.intake.test_import_warcs import PAGE, WHOLE, digest_of, endings, page, same_after_rebuild
from tests.warc.others_formats import arc_head, arc_record, frame, wacz, zip_of
from tests.warc.written import HTML, OTHER, URL, a_record, zipped

Opener = Callable[[], Archive]
Take = Callable[..., list[Outcome]]
WARC = "archive/data.warc.gz"
RECORDS = zipped(a_record(WHOLE, more=[digest_of(PAGE)]))
PAGES = {"pages/pages.jsonl": b'{"format": "json-pages-1.0"}\n'}


@pytest.fixture
def take(opened: Opener, tmp_path: Path) -> Take:
    """Import one file of these bytes."""

    def take(data: bytes, name: str = "theirs.wacz", **more: Any) -> list[Outcome]:
        path = tmp_path / name
        path.write_bytes(data)
        with opened() as archive:
            return list(import_paths([path], archive, **more))

    return take


GOOD = {
    "stored": wacz({WARC: RECORDS, **PAGES}),
    "deflated": wacz({WARC: RECORDS, **PAGES}, compression=zipfile.ZIP_DEFLATED),
    "a plain WARC, deflated": wacz({"archive/data.warc": a_record(WHOLE)}, compression=zipfile.ZIP_DEFLATED),
    "zstd": wacz({"archive/data.warc.zst": frame(a_record(WHOLE))}),
    "an ARC file": wacz({"archive/data.arc": arc_head() + arc_record(WHOLE)}),
    "a WARC under another name": wacz({"archive/data": RECORDS}),
    "a WACZ in a WACZ": wacz({"one.wacz": wacz({WARC: RECORDS})}, package={"profile": "multi-wacz-package"}),
    "a deflated WACZ in a WACZ": wacz({"one.wacz": wacz({WARC: RECORDS})}, compression=zipfile.ZIP_DEFLATED),
    "no descriptor": zip_of({WARC: RECORDS}),
    "an empty descriptor": zip_of({WARC: RECORDS, "datapackage.json": b"{}"}),
    "bytes before the ZIP file": b"#!/bin/sh\n" + wacz({WARC: RECORDS}),
}


@pytest.mark.parametrize("data", GOOD.values(), ids=GOOD.keys())
def test_the_reports_in_a_wacz_are_imported(data: bytes, take: Take, folder: Path, clock: Clock) -> None:
    (outcome,) = take(data)
    assert (outcome.ending, outcome.url) == (Ending.NEW, URL)
    assert take(data) == []
    same_after_rebuild(folder, clock)


def test_a_wacz_of_version_1_0_has_its_digests_elsewhere(take: Take) -> None:
    def with_digest(of: bytes) -> bytes:
        stats = {"hash": hashlib.sha256(of).hexdigest(), "bytes": len(RECORDS)}
        described = {"resources": [{"path": WARC, "stats": stats, "hashing": "sha256"}]}
        return zip_of({WARC: RECORDS, "datapackage.json": json.dumps(described).encode()})

    failed, unused = take(with_digest(b"x"))
    assert failed.detail == "not imported: it does not have the digest that datapackage.json states"
    assert unused.ending is Ending.FAILED
    assert endings(take(with_digest(RECORDS))) == [Ending.NEW]


def test_the_origin_of_a_record_names_the_package_the_file_and_the_record(take: Take, folder: Path) -> None:
    take(GOOD["stored"])
    assert query(folder, "SELECT origin FROM captures") == [
        ("theirs.wacz/archive/data.warc.gz#<urn:uuid:1>",)
    ]


def test_a_wacz_is_told_by_its_content(take: Take) -> None:
    assert endings(take(GOOD["stored"], "theirs.zip")) == [Ending.NEW]


def test_what_a_wacz_held_is_told(take: Take) -> None:
    told: list[str] = []
    take(GOOD["stored"], notify=told.append)
    take(GOOD["no descriptor"], notify=told.append)
    assert told == [
        "theirs.wacz/archive/data.warc.gz: 1 answer of a web server: 1 page or document",
        "theirs.wacz/archive/data.warc.gz: 1 answer of a web server: 1 answer that the archive has already",
        "theirs.wacz/archive/data.warc.gz: its package states no digest for it, so only its records were checked",
    ]


def encrypted(data: bytes) -> bytes:
    """Return a ZIP file whose members say that they are encrypted."""
    return data.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")


def overlapping() -> bytes:
    """Return a ZIP file with two members of the same bytes."""
    data = bytearray(wacz({"archive/a.warc.gz": RECORDS, "archive/b.warc.gz": RECORDS}))
    places = [at for at in range(len(data)) if data.startswith(b"PK\x01\x02", at)]
    data[places[1] + 42 : places[1] + 46] = data[places[0] + 42 : places[0] + 46]
    return bytes(data)


def with_size(size: int) -> bytes:
    """Return a ZIP file whose first member states another unpacked size."""
    data = bytearray(wacz({WARC: RECORDS}))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(data)


BAD = {
    "a wrong digest": (
        wacz({WARC: RECORDS}, wrong=WARC),
        "does not have the digest that datapackage.json states",
    ),
    "a wrong digest of the descriptor": (
        wacz({WARC: RECORDS}, digest="sha256:" + "0" * 64),
        "datapackage.json does not have the digest that datapackage-digest.json states",
    ),
    "a file that is missing": (
        wacz({WARC: RECORDS}, package={"resources": [{"path": "archive/b.warc", "hash": "sha256:00"}]}),
        "files that datapackage.json lists are missing: archive/b.warc",
    ),
    "a descriptor that is no JSON": (zip_of({WARC: RECORDS, "datapackage.json": b"{"}), "is not JSON"),
    "a nested descriptor": (zip_of({WARC: RECORDS, "datapackage.json": b"[" * 100_000}), "is not JSON"),
    "a descriptor of another form": (zip_of({WARC: RECORDS, "datapackage.json": b"[]"}), "not an object"),
    "a path out of it": (wacz({"archive/../../../etc/x.warc.gz": RECORDS}), "leads out of the file"),
    "an absolute path": (wacz({"/archive/x.warc.gz": RECORDS}), "leads out of the file"),
    "encryption": (encrypted(wacz({WARC: RECORDS})), "is encrypted"),
    "another packing": (wacz({WARC: RECORDS}, compression=zipfile.ZIP_LZMA), "packed by method 14"),
    "members of the same bytes": (overlapping(), "cannot be read|overlaps"),
    "two sizes": (with_size(len(RECORDS) + 1), "has two sizes"),
    "a size of exabytes": (with_size(0xFFFFFFFE), "has two sizes"),
    "a bomb": (
        wacz({"archive/x.warc": a_record(WHOLE) + bytes(64 << 20)}, compression=zipfile.ZIP_DEFLATED),
        "packed more than 200 to 1",
    ),
    "a bomb in a bomb": (
        wacz({WARC: zipped(*[a_record(WHOLE)] * 2000)}, compression=zipfile.ZIP_DEFLATED),
        "packed more than 4 to 1",
    ),
    "nothing": (wacz(PAGES), "holds no WARC file"),
    "a damaged checksum": (
        wacz({WARC: RECORDS}).replace(RECORDS, bytes(len(RECORDS)), 1),
        "cannot be read|does not have the digest",
    ),
    "cut off": (wacz({WARC: RECORDS})[:-100], "not a zip file"),
    "WACZ files without end": (
        wacz({"a.wacz": wacz({"b.wacz": wacz({WARC: RECORDS})})}),
        "holds no WARC file",
    ),
}


@pytest.mark.parametrize(("data", "words"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_trusted_is_refused_and_told(
    data: bytes, words: str, take: Take, folder: Path
) -> None:
    outcomes = take(data)
    failed = [outcome.detail for outcome in outcomes if outcome.ending is Ending.FAILED]
    assert any(word in detail for word in words.split("|") for detail in failed), outcomes
    if "are missing" not in words:
        assert query(folder, "SELECT count(*) FROM captures") == [(0,)]


def test_a_wacz_with_two_members_of_one_name_is_refused(take: Take, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x", "w") as archive:
        archive.writestr(WARC, RECORDS)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr(WARC, zipped(a_record(WHOLE, url=OTHER)))
    (outcome,) = take((tmp_path / "x").read_bytes())
    assert "has two members archive/data.warc.gz" in outcome.detail


def test_a_wacz_whose_sizes_are_of_64_bits_is_imported(take: Take, tmp_path: Path) -> None:
    with (
        zipfile.ZipFile(tmp_path / "x", "w") as archive,
        archive.open(WARC, "w", force_zip64=True) as member,
    ):
        member.write(RECORDS)
    assert endings(take((tmp_path / "x").read_bytes())) == [Ending.NEW]


def test_a_list_of_members_over_the_limit_is_not_read(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_file, "MAX_LIST_BYTES", 100)
    (outcome,) = take(wacz({WARC: RECORDS}))
    assert "its list of members is over 100 bytes" in outcome.detail


def test_a_disk_without_room_for_a_member_is_told(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    full = zip_file.shutil._ntuple_diskusage(9, 9, 0)  # type: ignore[attr-defined]
    monkeypatch.setattr(zip_file.shutil, "disk_usage", lambda _: full)
    details = [outcome.detail for outcome in take(GOOD["deflated"])]
    assert "which is full" in details[0]
    assert details[-1] == "the WACZ holds no WARC file that can be read"


def test_one_file_with_a_wrong_digest_does_not_take_the_others_with_it(take: Take) -> None:
    other = zipped(a_record(HTML + b"\r\n" + page(2021), url=OTHER))
    outcomes = take(
        wacz({"archive/a.warc.gz": RECORDS, "archive/b.warc.gz": other}, wrong="archive/a.warc.gz")
    )
    assert endings(outcomes) == [Ending.FAILED, Ending.NEW]
    assert outcomes[0].url.endswith("theirs.wacz/archive/a.warc.gz")


def test_a_revisit_finds_its_original_in_another_file_of_the_package(take: Take) -> None:
    revisit = a_record(
        HTML + b"\r\n",
        kind="revisit",
        date="2023-04-16T01:02:03Z",
        more=[digest_of(PAGE)],
        record_id="<urn:uuid:3>",
    )
    files = {"archive/a.warc.gz": zipped(revisit), "archive/b.warc.gz": RECORDS}
    assert endings(take(wacz(files, compression=zipfile.ZIP_DEFLATED))) == [Ending.NEW, Ending.UNCHANGED]


def listed(data: bytes, path: str = "one.wacz") -> bytes:
    resource = {"path": path, "hash": "sha256:" + hashlib.sha256(data).hexdigest()}
    return json.dumps({"profile": "multi-wacz-package", "resources": [resource]}).encode()


def test_the_files_of_a_list_are_imported_each_against_its_digest(take: Take, tmp_path: Path) -> None:
    (tmp_path / "one.wacz").write_bytes(GOOD["stored"])
    (outcome,) = take(listed(b"x"), "wacz.json")
    assert "does not have the digest that the list states" in outcome.detail
    assert endings(take(listed(GOOD["stored"]), "wacz.json")) == [Ending.NEW]


@pytest.mark.parametrize(
    ("path", "words"),
    {
        "../one.wacz": "leads out of the folder",
        "/etc/passwd": "leads out of the folder",
        "https://example.com/one.wacz": "on the web",
        "two.wacz": "No such file",
        "a\0b": "leads out of the folder",
    }.items(),
)
def test_a_list_leads_to_no_other_place(path: str, words: str, take: Take) -> None:
    (outcome,) = take(listed(b"x", path), "wacz.json")
    assert (outcome.ending, words in outcome.detail) == (Ending.FAILED, True), outcome.detail
