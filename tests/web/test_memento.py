"""Archived pages by address and time, as RFC 7089 says."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.conftest import URL

FIRST, LAST = "20261125030000", "20261126030000"


def test_the_time_gate_leads_to_the_nearest_capture(site: httpx.Client, base: str) -> None:
    for wanted, found in (
        ("Wed, 25 Nov 2026 04:00:00 GMT", FIRST),
        ("Thu, 26 Nov 2026 02:00:00 GMT", LAST),
        ("Tue, 01 Jan 2030 00:00:00 GMT", LAST),
        ("Sat, 01 Jan 2000 00:00:00 GMT", FIRST),
        (None, LAST),
    ):
        answer = site.get(f"/web/{URL}", headers={"Accept-Datetime": wanted} if wanted else {})
        assert answer.status_code == 302
        assert answer.headers["location"] == f"{base}/web/{found}/{URL}"
        assert answer.headers["vary"] == "accept-datetime"
        assert 'rel="original"' in answer.headers["link"]
        assert 'rel="timemap"' in answer.headers["link"]


def test_only_the_time_gate_varies_by_accept_datetime(site: httpx.Client) -> None:
    for address in (f"/web/{FIRST}/{URL}", f"/timemap/link/{URL}", "/"):
        assert "accept-datetime" not in site.get(address).headers.get("vary", "").lower()


def test_a_time_that_is_none_is_refused(site: httpx.Client) -> None:
    answer = site.get(f"/web/{URL}", headers={"Accept-Datetime": "yesterday"})
    assert answer.status_code == 400


def test_a_memento_is_the_page_without_its_scripts(site: httpx.Client) -> None:
    answer = site.get(f"/web/{FIRST}/{URL}")
    assert answer.status_code == 200
    assert answer.headers["memento-datetime"] == "Wed, 25 Nov 2026 03:00:00 GMT"
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert "allow-scripts" not in answer.headers["content-security-policy"]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "存档网页" in answer.text
    assert re.search(r'rel="next memento|rel="last next memento"|next', answer.headers["link"])


def test_its_bytes_are_had_as_served(site: httpx.Client) -> None:
    answer = site.get(f"/web/{FIRST}id_/{URL}")
    assert "存档网页".encode("gbk") in answer.content
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-archive-orig-content-type"] == "text/html; charset=gbk"


@pytest.mark.parametrize("near", ["2026", "202611", "20261125", "20261125020000"])
def test_another_time_leads_to_the_nearest(site: httpx.Client, base: str, near: str) -> None:
    answer = site.get(f"/web/{near}/{URL}")
    assert answer.status_code == 302
    assert answer.headers["location"] == f"{base}/web/{FIRST}/{URL}"


@pytest.mark.parametrize("wrong", ["20269925030000", "202", "00000000000000"])
def test_no_time_is_not_found(site: httpx.Client, wrong: str) -> None:
    assert site.get(f"/web/{wrong}/{URL}").status_code == 404


def test_the_time_map_lists_all_captures(site: httpx.Client) -> None:
    answer = site.get(f"/timemap/link/{URL}")
    assert answer.headers["content-type"].startswith("application/link-format")
    lines = answer.text.strip().split(",\n")
    assert lines[0] == f'<{URL}>; rel="original"'
    mementos = [line for line in lines if "memento" in line]
    assert [re.search(r"/web/(\d{14})/", line)[1] for line in mementos] == [FIRST, LAST]  # type: ignore[index]
    assert 'rel="first memento"' in mementos[0]
    value = site.get(f"/timemap/json/{URL}").json()
    assert value["original_uri"] == URL
    assert [row["datetime"] for row in value["rows"]] == ["2026-11-25T03:00:00Z", "2026-11-26T03:00:00Z"]


def test_an_address_with_a_query_and_joined_slashes_is_understood(site: httpx.Client) -> None:
    assert site.get(f"/web/{URL.replace('https://', 'https:/')}").status_code == 302
    answer = site.get(f"/web/{URL}?a=1", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert "?a=1" in answer.json()["detail"]
