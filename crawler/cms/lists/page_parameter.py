"""Ask for the next page of a JSON list: the number of the page is a parameter of the query, of the form or of a JSON body."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crawler.cms.lists.json_list import records, says_last, stated_by_answer
from crawler.cms.lists.near_json import parsed
from crawler.cms.lists.query import (
    OFFSET_KEYS,
    PAGE_NUMBER_KEYS,
    PAGE_SIZE_KEYS,
    is_number,
    query_pairs,
    with_query,
)
from crawler.cms.preset import ListPage
from crawler.model import ListRequest

_MAX_BODY_DEPTH = 3  # of objects in a JSON body
Pairs = Sequence[tuple[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageParameter:
    """The number of the page is a parameter of the request; the answer may state the total."""

    per_page: int | None = None  # entries per page, where the request does not state it

    def next(self, page: ListPage) -> ListRequest | None:
        """Return the same request with the next number; None at the end and where there is no such parameter."""
        answer = parsed(page.html)
        if answer is None or says_last(answer) or next(records(page), None) is None:
            return None
        asked = _Asked.of(page.request) or _Asked.first_of(page.request, answer)
        if asked is None:
            return _after_offset(page, answer)
        size = asked.size or self.per_page
        pages, entries = stated_by_answer(answer)
        if pages is None and entries is not None and size:
            pages = -(-entries // size)
        if pages is not None and max(asked.number, 1) >= pages:
            return None
        return asked.with_number(page.request, asked.number + 1)


def _after_offset(page: ListPage, answer: Any) -> ListRequest | None:
    """Return the request whose offset is larger by the size of a page (`start=15&rows=15`); None at the end."""
    pairs = list(page.request.form) or query_pairs(page.request.url)
    size = _size(pairs)
    places = (i for i, (key, value) in enumerate(pairs) if key.lower() in OFFSET_KEYS and is_number(value))
    at = next(places, None)
    if at is None or not size:
        return None
    following = int(pairs[at][1]) + size
    entries = stated_by_answer(answer)[1]
    if following >= entries if entries is not None else sum(1 for _ in records(page)) < size:
        return None
    pairs[at] = (pairs[at][0], str(following))
    if page.request.form:
        return ListRequest(url=page.request.url, method="POST", form=tuple(pairs))
    return ListRequest(url=with_query(page.request.url, pairs))


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which page a request asks for, and where it says so: in a parameter, or in the JSON that a parameter holds."""

    pairs: Pairs
    at: int
    inner: dict[str, Any] | None
    number: int
    size: int | None

    @classmethod
    def of(cls, request: ListRequest) -> _Asked | None:
        """Return what a request asks for; None if no parameter of it numbers the page."""
        if request.json_body:
            body = parsed(request.json_body)
            return cls._in([("", request.json_body)]) if isinstance(body, dict) else None
        return cls._in(list(request.form) or query_pairs(request.url))

    @classmethod
    def first_of(cls, request: ListRequest, answer: Any) -> _Asked | None:
        """Return what a GET without a number asks for, where its answer says that it is the first page: `"page": 1`."""
        place = _place(answer) if isinstance(answer, dict) else None
        pairs = query_pairs(request.url)
        if place is None or not pairs or request.method != "GET" or str(place[0][place[1]]) != "1":
            return None
        return cls(
            [*pairs, (place[1], "1")], len(pairs), None, 1, _size(pairs) or _size(list(place[0].items()))
        )

    @classmethod
    def _in(cls, pairs: Pairs) -> _Asked | None:
        for at, (key, value) in enumerate(pairs):
            if key.lower() in PAGE_NUMBER_KEYS and is_number(value):
                return cls(pairs, at, None, int(value), _size(pairs))
            body = parsed(value) if value[:1] == "{" else None
            place = _place(body) if isinstance(body, dict) else None
            if place is not None:
                holder, name = place
                return cls(pairs, at, body, int(holder[name]), _size(list(holder.items())))
        return None

    def with_number(self, request: ListRequest, number: int) -> ListRequest:
        """Return the request with another number of the page, written as it was: a text stays a text."""
        key, value = self.pairs[self.at]
        if self.inner is None:
            value = str(number)
        else:
            place = _place(self.inner)
            assert place is not None
            holder, name = place
            holder[name] = str(number) if isinstance(holder[name], str) else number
            ascii_only = bool(request.json_body)  # in a form or query, a character stands for a byte
            value = json.dumps(self.inner, ensure_ascii=ascii_only, separators=(",", ":"))
        if request.json_body:
            return ListRequest(url=request.url, method="POST", json_body=value)
        pairs = [*self.pairs[: self.at], (key, value), *self.pairs[self.at + 1 :]]
        if request.form:
            return ListRequest(url=request.url, method="POST", form=tuple(pairs))
        return ListRequest(url=with_query(request.url, pairs))


def _place(body: dict[str, Any], depth: int = _MAX_BODY_DEPTH) -> tuple[dict[str, Any], str] | None:
    """Return the object within a JSON value that numbers the page, and the key under which it does."""
    for key, value in body.items():
        if key.lower() in PAGE_NUMBER_KEYS and is_number(str(value)):
            return body, key
    inner = (value for value in body.values() if isinstance(value, dict)) if depth else ()
    return next((found for value in inner if (found := _place(value, depth - 1))), None)


def _size(pairs: Pairs) -> int | None:
    return next((int(v) for key, v in pairs if key.lower() in PAGE_SIZE_KEYS and is_number(str(v))), None)
