"""Atom (RFC 4287). Ids are tag URIs (RFC 4151) of the archive and the change: they stay wherever the site moves to."""

from __future__ import annotations

from datetime import datetime
from xml.etree import ElementTree as Xml

from crawler.field.text import visible
from crawler.field.times import iso
from crawler.web.answer import Answer, Entry
from crawler.web.format import Format
from crawler.web.links import path_of
from crawler.web.question import Question

NAMESPACE = "http://www.w3.org/2005/Atom"
GENERATOR = "fazhi"
_EPOCH = "1970-01-01T00:00:00Z"
"""`updated` of a feed without entries: Atom wants a time."""


def write_atom(answer: Answer, question: Question) -> str:
    """Return an answer as a feed."""
    assert answer.feed is not None
    entries = answer.feed()
    authority = f"tag:fazhi,2026:{question.reader.identity()[:16]}"
    feed = Xml.Element("feed", {"xmlns": NAMESPACE, "xml:lang": _language(question)})
    own = question.following()
    moments = [entry.updated for entry in entries] + ([answer.feed_since] if answer.feed_since else [])
    named = {name: value for name, value in question.query.items() if name not in ("after", "limit")}
    _add(feed, "id", f"{authority}:feed:{path_of(question.page, dict(sorted(named.items())))}")
    _add(feed, "title", answer.title)
    _add(feed, "updated", _stamp(max(moments, default=None)))
    _add(feed, "generator", GENERATOR)
    _add(_add(feed, "author"), "name", GENERATOR)
    _link(feed, "self", own, Format.ATOM.media_type)
    _link(feed, "alternate", question.address(None, question.query), Format.HTML.media_type)
    if answer.next_url:
        _link(feed, "next", answer.next_url, Format.ATOM.media_type)
    for entry in entries:
        _entry(feed, question, entry, authority)
    Xml.indent(feed)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + Xml.tostring(feed, "unicode") + "\n"


def _entry(feed: Xml.Element, question: Question, entry: Entry, authority: str) -> None:
    element = _add(feed, "entry")
    _add(element, "id", f"{authority}:{entry.key}")
    _add(element, "title", entry.title)
    _add(element, "updated", _stamp(entry.updated))
    if entry.published:
        _add(element, "published", _stamp(entry.published))
    if entry.author:
        _add(_add(element, "author"), "name", entry.author)
    for term, label in entry.categories:
        Xml.SubElement(element, "category", {"term": _clean(term), "label": _clean(label)})
    _link(element, "alternate", question.base_url + entry.page, Format.HTML.media_type)
    if entry.summary:
        _add(element, "summary", entry.summary)


def _add(parent: Xml.Element, name: str, text: str | None = None) -> Xml.Element:
    element = Xml.SubElement(parent, name)
    if text is not None:
        element.text = _clean(text)
    return element


def _link(parent: Xml.Element, relation: str, address: str, media_type: str) -> None:
    Xml.SubElement(
        parent, "link", {"rel": relation, "href": _clean(address), "type": media_type.partition(";")[0]}
    )


def _clean(text: str) -> str:
    """Return a text with what XML cannot hold (control characters, lone surrogates) made visible."""
    return visible(text)


def _stamp(moment: datetime | None) -> str:
    return iso(moment) or _EPOCH


def _language(question: Question) -> str:
    return "zh-CN" if question.language == "zh" else "en"
