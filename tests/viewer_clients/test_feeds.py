"""Feeds, read by feedparser."""

from __future__ import annotations

import pytest

from tests.viewer_clients.conftest import Read

FEEDS = ("/changes.atom", "/region/420000.atom", "/region/420100/2022.atom", "/search.atom?q=群众满意度")

PARSE = """
import json, sys, feedparser
feed = feedparser.parse(sys.argv[1])
print(json.dumps({
    "bozo": bool(feed.bozo), "why": str(feed.get("bozo_exception")), "version": feed.version, "title": feed.feed.title,
    "links": {each.rel: each.href for each in feed.feed.links},
    "entries": [{"id": each.id, "title": each.title, "link": each.link, "updated": each.updated_parsed is not None} for each in feed.entries],
}))
"""


@pytest.mark.parametrize("address", FEEDS)
def test_feedparser_reads_a_feed_without_complaint(base: str, read: Read, address: str) -> None:
    feed = read(PARSE, base + address)
    assert (feed["bozo"], feed["version"]) == (False, "atom10"), feed["why"]
    assert feed["entries"]
    assert all(each["updated"] and each["title"] for each in feed["entries"])
    assert all(each["link"].startswith(f"{base}/") for each in feed["entries"])
    assert len({each["id"] for each in feed["entries"]}) == len(feed["entries"])
