"""Feeds, read by feedparser and held against the grammar of RFC 4287."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

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


GRAMMAR = Path(__file__).with_name("atom.rng")
VALIDATE = """
import json, sys, urllib.request
from lxml import etree
grammar = etree.RelaxNG(etree.parse(sys.argv[1]))
found = []
for address in sys.argv[2:]:
    feed = etree.fromstring(urllib.request.urlopen(address).read())
    found.append([grammar.validate(feed), str(grammar.error_log)])
broken = etree.fromstring(b'<feed xmlns="http://www.w3.org/2005/Atom"><id>x</id><title/><updated>today</updated></feed>')
print(json.dumps([found, grammar.validate(broken)]))
"""


def test_feeds_are_of_the_grammar_of_atom(base: str, read: Read) -> None:
    found, broken = read(VALIDATE, str(GRAMMAR), *(base + quote(address, safe="/?=.") for address in FEEDS))
    assert [each for each in found if not each[0]] == []
    assert len(found) == len(FEEDS)
    assert not broken
