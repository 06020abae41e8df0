"""Archived pages, asked for by clients of Memento (RFC 7089): memento_client, wayback, and the parser of links of requests."""

from __future__ import annotations

from datetime import UTC, datetime

from crawler.field.times import iso
from tests.conftest import URL
from tests.viewer_clients.conftest import Read

FIRST, LAST = "20261125030000", "20261126030000"

MEMENTO_CLIENT = """
import datetime, json, sys, requests
from memento_client import MementoClient
base, url = sys.argv[1:3]
unknown = requests.Response(); unknown.status_code = 200  # the original page, which says nothing of an archive
found = {}
with MementoClient(timegate_uri=f"{base}/web/", check_native_timegate=False) as client:
    for day in sys.argv[3:]:
        at = datetime.datetime.fromisoformat(day)
        found[day] = client.get_memento_info(url, at, req_uri_response=unknown)
    gate = MementoClient.is_timegate(f"{base}/web/{url}", "Wed, 25 Nov 2026 04:00:00 GMT", session=client.session)
    memento = MementoClient.is_memento(found[sys.argv[3]]["mementos"]["closest"]["uri"][0], session=client.session)
    page = MementoClient.is_memento(f"{base}/about", session=client.session)
print(json.dumps({"found": found, "gate": gate, "memento": memento, "page": page}, default=str))
"""

WAYBACK = """
import json, re, sys
import wayback
from wayback import _utils
base, url = sys.argv[1:3]
_utils.MEMENTO_URL_PATTERN = re.compile("^" + re.escape(base) + r"/web/(\\d+)(\\w\\w_)?/(.+)$")
_utils.MEMENTO_URL_TEMPLATE = base + "/web/{timestamp}{mode}/{url}"
with wayback.WaybackClient(wayback.WaybackSession(retries=0)) as client:
    exact = client.get_memento(url, timestamp=sys.argv[3], mode=wayback.Mode.original)
    near = client.get_memento(url, timestamp=sys.argv[4], mode=wayback.Mode.original, exact=False)
    try:
        client.get_memento(url, timestamp=sys.argv[4], mode=wayback.Mode.original)
        refused = False
    except wayback.exceptions.MementoPlaybackError:
        refused = True
print(json.dumps({
    "url": exact.url, "timestamp": exact.timestamp.isoformat(), "ok": exact.ok, "content": exact.content.decode("gbk"),
    "links": {name: each["url"] for name, each in exact.links.items()}, "near": near.timestamp.isoformat(), "refused": refused,
}))
"""

LINKS = """
import json, sys, requests
answer = requests.get(sys.argv[1], headers={"Accept-Datetime": "Wed, 25 Nov 2026 04:00:00 GMT"}, allow_redirects=False)
header = requests.utils.parse_header_links(answer.headers["Link"])
timemap = requests.get(next(each["url"] for each in header if each["rel"] == "timemap"))
print(json.dumps([header, requests.utils.parse_header_links(timemap.text.replace("\\n", ""))]))
"""
"""The parser is for headers, where no line ends; in a TimeMap one may."""


def test_memento_client_finds_the_nearest_capture_and_its_neighbours(base: str, read: Read) -> None:
    said = read(MEMENTO_CLIENT, base, URL, "2026-11-25T04:00:00", "2030-01-01T00:00:00")
    assert (said["gate"], said["memento"], said["page"]) == (True, True, False)
    early, late = said["found"].values()
    assert early["original_uri"] == late["original_uri"] == URL
    assert early["timegate_uri"] == f"{base}/web/{URL}"
    for info, closest in ((early, FIRST), (late, LAST)):
        mementos = info["mementos"]
        assert mementos["closest"]["uri"] == [f"{base}/web/{closest}/{URL}"]
        assert mementos["closest"]["http_status_code"] == 200
        assert mementos["first"] == {"datetime": "2026-11-25 03:00:00", "uri": [f"{base}/web/{FIRST}/{URL}"]}
        assert mementos["last"] == {"datetime": "2026-11-26 03:00:00", "uri": [f"{base}/web/{LAST}/{URL}"]}
    assert early["mementos"]["next"]["uri"] == [f"{base}/web/{LAST}/{URL}"]
    assert late["mementos"]["prev"]["uri"] == [f"{base}/web/{FIRST}/{URL}"]


def test_wayback_reads_a_capture_as_it_was_served(base: str, read: Read) -> None:
    said = read(WAYBACK, base, URL, FIRST, "20261125120000")
    assert (said["url"], said["ok"], said["refused"]) == (URL, True, True)
    assert said["timestamp"] == iso(datetime(2026, 11, 25, 3, tzinfo=UTC)).replace("Z", "+00:00")
    assert said["near"] == said["timestamp"]
    assert "存档网页" in said["content"]
    assert said["links"]["original"] == URL


def test_a_parser_of_links_reads_header_and_time_map(base: str, read: Read) -> None:
    header, timemap = read(LINKS, f"{base}/web/{URL}")
    assert {each["rel"] for each in header} == {
        "original",
        "timegate",
        "timemap",
        "first memento",
        "last next memento",
    }
    assert [each["url"] for each in timemap if "memento" in each["rel"].split()] == [
        f"{base}/web/{FIRST}/{URL}",
        f"{base}/web/{LAST}/{URL}",
    ]
    own = next(each for each in timemap if each["rel"] == "self")
    assert own["type"] == "application/link-format"
    assert (own["from"], own["until"]) == ("Wed, 25 Nov 2026 03:00:00 GMT", "Thu, 26 Nov 2026 03:00:00 GMT")
