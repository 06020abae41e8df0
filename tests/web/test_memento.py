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


def links(header: str) -> dict[str, dict[str, str]]:
    """Links of a header or a TimeMap by relation, each with its target and attributes (RFC 8288, section 3)."""
    found: dict[str, dict[str, str]] = {}
    rest = header.replace("\n", " ")
    link = re.compile(r'\s*<([^>]*)>((?:\s*;\s*[a-z]+="[^"]*")*)\s*(?:,|$)')
    while rest:
        match = link.match(rest)
        assert match, rest
        attributes = dict(re.findall(r'([a-z]+)="([^"]*)"', match[2]))
        for relation in attributes["rel"].split():
            found[f"{relation} {match[1]}" if relation == "memento" else relation] = attributes | {
                "uri": match[1]
            }
        rest = rest[match.end() :]
    return found


def test_the_time_gate_says_what_rfc_7089_wants_of_it(site: httpx.Client, base: str) -> None:
    answer = site.get(f"/web/{URL}", headers={"Accept-Datetime": "Wed, 25 Nov 2026 04:00:00 GMT"})
    assert answer.status_code == 302  # section 4.1.2: a redirect to the memento
    assert "memento-datetime" not in answer.headers  # section 4.1.2: a TimeGate must not have it
    assert answer.headers["vary"] == "accept-datetime"
    found = links(answer.headers["link"])
    assert found["original"]["uri"] == URL  # section 2.2.1: must
    assert found["timemap"]["uri"] == f"{base}/timemap/link/{URL}"
    assert found["timemap"]["type"] == "application/link-format"
    for relation, digits, day in (("first", FIRST, "Wed, 25"), ("last", LAST, "Thu, 26")):
        assert found[relation]["uri"] == f"{base}/web/{digits}/{URL}"
        assert found[relation]["datetime"] == f"{day} Nov 2026 03:00:00 GMT"
    assert answer.headers["location"] == found["first"]["uri"]


def test_a_memento_says_what_rfc_7089_wants_of_it(site: httpx.Client, base: str) -> None:
    for suffix in ("", "id_"):
        answer = site.get(f"/web/{FIRST}{suffix}/{URL}")
        assert answer.headers["memento-datetime"] == "Wed, 25 Nov 2026 03:00:00 GMT"  # section 2.1.1: must
        found = links(answer.headers["link"])
        assert found["original"]["uri"] == URL
        assert found["timegate"]["uri"] == f"{base}/web/{URL}"
        assert found["timemap"]["uri"] == f"{base}/timemap/link/{URL}"
        assert all("datetime" in found[relation] for relation in ("first", "last", "next"))
        assert "immutable" in answer.headers["cache-control"]


def test_nothing_else_is_taken_for_a_memento(site: httpx.Client, ids: dict[str, str]) -> None:
    for address in (
        "/",
        "/about",
        f"/r/{ids['edited']}",
        f"/timemap/link/{URL}",
        f"/timemap/json/{URL}",
        f"/web/2026/{URL}",
    ):
        assert "memento-datetime" not in site.get(address).headers


def test_a_time_map_says_what_rfc_7089_wants_of_it(site: httpx.Client, base: str) -> None:
    found = links(site.get(f"/timemap/link/{URL}").text)
    assert found["original"]["uri"] == URL
    assert found["timegate"]["uri"] == f"{base}/web/{URL}"
    assert found["self"]["uri"] == f"{base}/timemap/link/{URL}"
    assert (found["self"]["from"], found["self"]["until"]) == (
        "Wed, 25 Nov 2026 03:00:00 GMT",
        "Thu, 26 Nov 2026 03:00:00 GMT",
    )
    mementos = [each for name, each in found.items() if name.startswith("memento ")]
    assert [each["uri"] for each in mementos] == [f"{base}/web/{at}/{URL}" for at in (FIRST, LAST)]
    assert all(each["datetime"].endswith("GMT") for each in mementos)
    value = site.get(f"/timemap/json/{URL}").json()
    assert [each["uri"] for each in value["mementos"]["list"]] == [each["uri"] for each in mementos]
    assert value["timegate_uri"] == f"{base}/web/{URL}"


@pytest.mark.parametrize(
    "wrong",
    [
        "", "yesterday", "2026-11-25T04:00:00Z", "Wed, 25 Nov 2026 04:00:00", "Wed, 99 Nov 2026 04:00:00 GMT",
        "Wed, 25 Nov 2026 24:61:00 GMT", "1795579200",
    ],
)  # fmt: skip
def test_an_accept_datetime_that_is_none_is_a_problem(site: httpx.Client, wrong: str) -> None:
    answer = site.get(f"/web/{URL}", headers={"Accept-Datetime": wrong, "Accept": "application/json"})
    assert answer.status_code == 400  # section 4.5.3
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", [f"/web/{URL}", f"/web/{FIRST}/{URL}", f"/timemap/link/{URL}"])
def test_other_methods_are_not_allowed(site: httpx.Client, path: str) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        answer = site.request(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
        assert answer.headers["content-type"] == "application/problem+json"
    head, get = site.head(path), site.get(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert {name: value for name, value in head.headers.items() if name != "date"} == {
        name: value for name, value in get.headers.items() if name != "date"
    }
