"""sources.yaml to `Site`s, with every fault at once and its place in the file. Reads only; knows no network."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from crawler.errors import ConfigError
from crawler.model import Expect, Site, Years
from crawler.sources.entry import Defaults, Entry, ExpectEntry, File
from crawler.sources.marked import Marked, Place, dotted, parse

__all__ = ["choose", "json_schema", "load_sites"]


def load_sites(path: Path) -> tuple[Site, ...]:
    """The sites of a sources.yaml, in its order.

    Raises ConfigError with every fault, each as `sources.yaml:12: sources[3].delay: must be …, got 'fast'`.
    """
    marked = Marked(file=str(path))
    raw = parse(path, marked)
    parsed: File | None = None
    try:
        parsed = File.model_validate(raw)
    except ValidationError as error:
        marked.faults += [_describe(detail, marked) for detail in error.errors()]
    entries = raw.get("sources") if isinstance(raw, Mapping) else None
    marked.faults += _faults_between(entries if isinstance(entries, list) else [], marked)
    if marked.faults or parsed is None:
        raise ConfigError(*(f"{path}:{line}: {text}" for line, text in sorted(set(marked.faults))))
    return tuple(_site(entry, parsed.defaults) for entry in parsed.sources)


def json_schema() -> dict[str, Any]:
    """JSON Schema of a sources.yaml, for editors: what `sources.schema.json` holds."""
    schema = File.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "sources.yaml of fazhi",
    } | schema


def choose(sites: Iterable[Site], ids: Iterable[str]) -> tuple[Site, ...]:
    """The sites named by `ids`, in the order named; every enabled one when none is named. Raises ConfigError."""
    by_id = {site.id: site for site in sites}
    wanted = list(dict.fromkeys(ids))
    unknown = [name for name in wanted if name not in by_id]
    if unknown:
        raise ConfigError(*(f"{name}: no source has this id{_meant(name, by_id)}" for name in unknown))
    return tuple(by_id[name] for name in wanted) or tuple(site for site in by_id.values() if site.enabled)


_PLAIN = {
    "missing": "is missing",
    "model_type": "must be a mapping of keys to values",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "int_type": "must be a whole number",
}


def _describe(detail: ErrorDetails, marked: Marked) -> tuple[int, str]:
    """A pydantic error as (line, `sources[3].delay: must be …, got 'fast'`)."""
    path: Place = detail["loc"]
    line, kind = marked.line(path), detail["type"]
    if kind == "extra_forbidden":
        model = Entry if path[0] == "sources" else Defaults if path[0] == "defaults" else File
        fields = ExpectEntry.model_fields if "expect" in path else model.model_fields
        return line, f"{dotted(path)}: no such key{_meant(str(path[-1]), fields)}"
    if kind == "missing":
        return marked.line(path[:-1]), f"{dotted(path)}: is missing"
    said = _PLAIN.get(kind) or detail["msg"].removeprefix("Input ").replace("should be", "must be")
    return line, f"{dotted(path)}: {said}, got {detail['input']!r}"


def _faults_between(entries: list[Any], marked: Marked) -> Iterator[tuple[int, str]]:
    """Faults that no entry has alone: two of one id, or nothing to visit."""
    first: dict[Any, int] = {}
    for i, entry in enumerate(entries):
        if not isinstance(entry, Mapping):
            continue
        path: Place = ("sources", i)
        if not entry.get("lists") and not entry.get("pages"):
            yield marked.line(path), f"{dotted(path)}: needs `lists` (list pages) or `pages` (reports)"
        name = entry.get("id")
        if isinstance(name, str) and name in first:
            line = marked.line((*path, "id"))
            yield line, f"{dotted((*path, 'id'))}: {name!r} is taken by the entry on line {first[name]}"
        first.setdefault(name, marked.line((*path, "id")))


def _meant(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _site(entry: Entry, defaults: Defaults) -> Site:
    first, _, last = (entry.years or defaults.years).partition("-")
    single = "-" not in (entry.years or defaults.years)
    return Site(
        id=entry.id,
        name=entry.name,
        region=entry.region,
        lists=tuple(entry.lists),
        pages=tuple(entry.pages),
        cms=entry.cms,
        body=entry.body,
        match=entry.match,
        years=Years(first=int(first), last=int(first) if single else int(last) if last else None),
        delay=defaults.delay if entry.delay is None else entry.delay,
        at_once=entry.at_once or defaults.at_once,
        every=entry.every or defaults.every,
        tls=entry.tls,
        headers=entry.headers,
        agent=entry.agent,
        contact=entry.contact or defaults.contact,
        render=entry.render,
        expect=Expect(years=tuple(entry.expect.years), least=entry.expect.least) if entry.expect else None,
        enabled=entry.enabled,
        seen=entry.seen,
        note=entry.note,
    )
