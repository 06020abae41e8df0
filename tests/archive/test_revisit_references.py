"""The revisit record of a 304 refers to the response whose validators were sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.archive import Archive, rebuild
from crawler.model import Capture, Validators
from crawler.warc import read_records
from tests.archive.held import dump, faults, query
from tests.conftest import SITE, URL, Clock, a_capture, a_report

Opener = Callable[[], Archive]
PAGE = b"<p>page</p>"


def not_modified(validators: Validators | None, clock: Clock) -> Capture:
    sent = {
        "If-None-Match": validators and validators.etag,
        "If-Modified-Since": validators and validators.last_modified,
    }
    headers = tuple((name, value) for name, value in sent.items() if value)
    return replace(a_capture(URL, b"", at=clock(), status=304), request_headers=headers)


def refers_to(folder: Path) -> list[str]:
    return [
        record.fields["warc-refers-to"]
        for file in sorted(folder.glob("warc/*/*.warc.gz"))
        for record in read_records(file)
        if record.kind == "revisit" and "server-not-modified" in record.fields["warc-profile"]
    ]


LATER = {
    "a part with the same validators": {"payload": PAGE[:5], "ETag": '"1"', "Last_Modified": "Thu"},
    "a part with others": {"payload": PAGE[:5], "ETag": '"2"'},
    "a challenge": {"payload": b"<script>solve()</script>"},
    "a truncated page": {"payload": PAGE[:5], "ETag": '"1"', "Last_Modified": "Thu", "truncated": "length"},
}


@pytest.mark.parametrize("later", LATER.values(), ids=LATER.keys())
@pytest.mark.parametrize("confirmed_between", [True, False])
def test_a_304_refers_to_the_page_and_not_to_what_came_after_it(
    later: dict[str, str], confirmed_between: bool, opened: Opener, folder: Path, clock: Clock
) -> None:
    with opened() as archive:
        page = a_capture(URL, PAGE, at=clock(), ETag='"1"', Last_Modified="Thu")
        archive.record(page)
        archive.store(a_report(), page, SITE)
        clock.forward(days=1)
        fields = dict(later)
        truncated = fields.pop("truncated", None)
        archive.record(replace(a_capture(URL, at=clock(), **fields), truncated=truncated))  # type: ignore[arg-type]
        for _ in range(2 if confirmed_between else 1):
            clock.forward(days=1)
            capture = not_modified(archive.validators(URL), clock)
            archive.record(capture)
            archive.confirm(URL, capture, SITE)
    ((of_page,),) = query(folder, "SELECT record_id FROM captures ORDER BY id LIMIT 1")
    assert set(refers_to(folder)) == {of_page}
    assert faults(folder, deep=True) == []
    was = dump(folder)
    rebuild(folder, clock=clock, notify=print)
    assert dump(folder) == was


def test_a_304_refers_to_the_page_seen_last_of_two_with_one_text(
    opened: Opener, folder: Path, clock: Clock
) -> None:
    with opened() as archive:
        for number in (1, 2):
            clock.forward(days=1)
            page = a_capture(URL, b"%b%d" % (PAGE, number), at=clock(), ETag=f'"{number}"')
            archive.record(page)
            archive.store(a_report(), page, SITE)
        capture = not_modified(archive.validators(URL), clock)
        archive.record(capture)
    ((_,), (second,), _) = query(folder, "SELECT record_id FROM captures ORDER BY id")
    assert refers_to(folder) == [second]
