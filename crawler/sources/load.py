"""sources.yaml and the files it includes to `Site`s, with every fault at once and its place in its file."""

from __future__ import annotations

import difflib
import glob
import itertools
import reprlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from crawler.errors import ConfigError
from crawler.field.regions import outward, region, region_of
from crawler.field.regions import path as region_path
from crawler.model import Expect, Site, Years
from crawler.sources.entry import Defaults, Entry, ExpectEntry, File
from crawler.sources.marked import Marked, Place, dotted, parse

WAYS = ("lists", "pages", "sitemaps", "search")
"""Keys that say where to begin; an entry needs one of them."""

_NO_WAY = "needs `lists` (list pages), `pages` (reports), `sitemaps` or `search`"


def load_sites(
    path: Path, text: str | None = None, *, notify: Callable[[str], None] | None = None
) -> tuple[Site, ...]:
    """The sites of a sources.yaml, in its order, and then those of the files that it includes, in the order of their names.

    `text` is what the file is going to hold, where it is not written yet. `notify` is called with each doubt, such as a
    region code that is not the name's: `sources.yaml:12: sources[3].region: …`. Raises ConfigError with every fault, each as `sources.yaml:12: sources[3].delay: must be …, got 'fast'`.
    """
    sites: list[Site] = []
    taken: dict[str, tuple[Marked, Place]] = {}
    faults: list[str] = []
    main = _File(parse(path, text))
    files = [main, *(_File(parse(other)) for other in main.included(path))]
    for file in files:
        file.check(taken)
        if file is not main and file.parsed and file.parsed.include:
            file.marked.fault(("include",), "only the file named by --sources may include others")
        faults += file.faults()
        if file.parsed and not faults:
            defaults = file.parsed.defaults or (main.parsed and main.parsed.defaults) or Defaults()
            sites += [_site(entry, defaults) for entry in file.parsed.sources]
    if faults:
        raise ConfigError(*faults)
    if notify:
        for doubt in itertools.chain.from_iterable(file.doubts() for file in files):
            notify(doubt)
    return tuple(sites)


def place_of(path: Path, name: str) -> str:
    """Where the entry of an id stands: `sources.yaml:12`. The file must be without faults."""
    main = _File(parse(path))
    for file in (main, *(_File(parse(other)) for other in main.included(path))):
        for i, entry in enumerate(file.parsed.sources if file.parsed else ()):
            if entry.id == name:
                return f"{file.marked.file}:{file.marked.line(('sources', i, 'id'))}"
    raise KeyError(name)


class _File:
    """One file, parsed as far as its faults allow."""

    def __init__(self, marked: Marked) -> None:
        self.marked = marked
        self.parsed: File | None = None
        try:
            self.parsed = File.model_validate(marked.value)
        except ValidationError as error:
            marked.faults += [_describe(detail, marked) for detail in error.errors()]

    def included(self, path: Path) -> list[Path]:
        """The files that this one includes: patterns count from its own folder."""
        found: list[Path] = []
        raw = self.marked.value.get("include", []) if isinstance(self.marked.value, Mapping) else []
        patterns = raw if isinstance(raw, list) else [raw]  # of a file with faults elsewhere too
        for i, pattern in enumerate(patterns):
            if not isinstance(pattern, str) or not pattern:
                continue
            matches = _matches(pattern, path)
            if not matches:
                self.marked.fault(("include", i), f"no file fits {pattern!r} in {path.parent}")
            found += matches
        return list(dict.fromkeys(found))

    def check(self, taken: dict[str, tuple[Marked, Place]]) -> None:
        """Note what no entry has alone: two of one id (`taken` are those of earlier files), or nowhere to begin."""
        raw = self.marked.value
        if isinstance(raw, Mapping) and "sources" not in raw and "include" not in raw:
            self.marked.fault(("sources",), "is missing")
        entries = raw.get("sources") if isinstance(raw, Mapping) else None
        for i, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, Mapping):
                self._check_entry(entry, ("sources", i), taken)

    def _check_entry(
        self, entry: Mapping[Any, Any], path: Place, taken: dict[str, tuple[Marked, Place]]
    ) -> None:
        if not any(map(entry.get, WAYS)):
            self.marked.fault(path, _NO_WAY)
        if entry.get("sitemaps") and not entry.get("urls"):
            self.marked.fault(
                path, "`sitemaps` needs `urls`, a regular expression for the addresses that may be reports"
            )
        if doubt := region_doubt(entry.get("name"), entry.get("region")):
            self.marked.doubt((*path, "region"), doubt)
        name = entry.get("id")
        if not isinstance(name, str):
            return
        if name in taken:
            other, place = taken[name]
            line = other.line(place)
            where = f"on line {line}" if other is self.marked else f"at {other.file}:{line}"
            self.marked.fault((*path, "id"), f"{name!r} is taken by the entry {where}")
        else:
            taken[name] = (self.marked, (*path, "id"))

    def faults(self) -> Iterator[str]:
        """Its faults in the order of their lines, with the file's name."""
        return self._told(self.marked.faults)

    def doubts(self) -> Iterator[str]:
        """What is probably wrong in it, likewise."""
        return self._told(self.marked.doubts)

    def _told(self, found: Iterable[tuple[int, str]]) -> Iterator[str]:
        return (f"{self.marked.file}:{line}: {text}" for line, text in sorted(set(found)))


def region_doubt(name: object, code: object) -> str | None:
    """Why a region code is probably wrong: it is nobody's, or it and the name are known and disagree.

    A government has its own code; a department or a development zone that of a government around it, too.
    """
    if not isinstance(code, str):
        return None
    row = region(code)
    if row is None:
        return f"{code[:6]!r} is the GB/T 2260 code of no division known (a development zone has that of the one around it)"
    if not isinstance(name, str) or not name.strip():
        return None
    named = region_of(name, within=row.code)
    government = name.strip().removesuffix("人民政府")
    if named is None or named == row.code or government.endswith(row.name):
        return None
    if government == name.strip() and named in {step.code for step in outward(row.code)}:
        return None
    return (
        f"is {row.code} ({region_path(row.code)}), but {name.strip()[:40]} has {named} ({region_path(named)})"
    )


def _matches(pattern: str, path: Path) -> list[Path]:
    """Files other than `path` that a pattern names, as a shell does: `*` passes over names that begin with a dot."""
    if "\0" in pattern:
        return []
    names = glob.glob(pattern, root_dir=path.parent, recursive=True)
    found = sorted(path.parent / name for name in names)
    return [file for file in found if file.is_file() and file.resolve() != path.resolve()]


_PLAIN = {
    "missing": "is missing",
    "model_type": "must be a mapping of keys to values",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "int_type": "must be a whole number",
}


_SHORT = reprlib.Repr()
_SHORT.maxlevel, _SHORT.maxlist, _SHORT.maxdict = 2, 3, 3  # aliases make values that have no end
_SHORT.maxstring = _SHORT.maxother = 200


def _describe(detail: ErrorDetails, marked: Marked) -> tuple[int, str]:
    """A pydantic error as (line, `sources[3].delay: must be …, got 'fast'`)."""
    path: Place = detail["loc"]
    line, kind = marked.line(path), detail["type"]
    if kind == "extra_forbidden":
        model = Entry if path[0] == "sources" else Defaults if path[0] == "defaults" else File
        fields = ExpectEntry.model_fields if "expect" in path else model.model_fields
        return line, f"{dotted(path)}: no such key{meant(str(path[-1]), fields)}"
    if kind == "missing":
        return marked.line(path[:-1]), f"{dotted(path)}: is missing"
    said = _PLAIN.get(kind) or detail["msg"].removeprefix("Input ").replace("should be", "must be")
    return line, f"{dotted(path)}: {said}, got {_SHORT.repr(detail['input'])}"


def meant(name: str, known: Iterable[str]) -> str:
    """What a name that is not known was perhaps meant to be, as the end of a message."""
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
        sitemaps=tuple(entry.sitemaps),
        urls=entry.urls,
        search=entry.search,
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
