"""Load sources.yaml and the files it includes into `Site`s, or report every fault at once with its file and line.

`yaml_file` reads the YAML, `entry` checks each value; this module checks what concerns several keys or entries.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from crawler.errors import ConfigError
from crawler.field.regions import outward, region, region_of
from crawler.field.regions import path as region_path
from crawler.model import AnchorDefaults, DocumentLimits, Expect, Site, Years
from crawler.sources.entry import Defaults, Entry, ExpectEntry, File
from crawler.sources.faults import Strict, describe
from crawler.sources.further_files import folder_of, matches
from crawler.sources.notify_rules import NotifyEntry, twice
from crawler.sources.proxies import proxy_of
from crawler.sources.yaml_file import Place, YamlFile, dotted, parse

START_KEYS = ("lists", "pages", "sitemaps", "search")
"""Keys that say where a visit begins; an entry needs one of them."""

_NO_START = "needs `lists` (list pages), `pages` (reports), `sitemaps` or `search`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The content of a sources.yaml and of the files that it includes."""

    sites: tuple[Site, ...]
    anchoring: AnchorDefaults  # of the file itself; paths are relative to its folder
    defaults: Site  # the settings of a site that has no entry yet
    backfill: tuple[str, ...] = ()  # web archives, as the option --from of `fazhi backfill` names them


def load_sites(
    path: Path,
    text: str | None = None,
    *,
    notify: Callable[[str], None] | None = None,
    beside: tuple[Path, str] | None = None,
) -> tuple[Site, ...]:
    """Return the sites that `load` returns."""
    return load(path, text, notify=notify, beside=beside).sites


def load(
    path: Path,
    text: str | None = None,
    *,
    notify: Callable[[str], None] | None = None,
    beside: tuple[Path, str] | None = None,
) -> Sources:
    """Return the sites of a sources.yaml in its order, then those of the files it includes and of sources.d, by file name.

    The folder beside the file that has its name with `.d` (sources.d for sources.yaml) is read without being named.
    `text` replaces the content of the file, to check it before it is written; `beside` is the same for a file of that
    folder, which need not exist. `notify` is called with each warning, such
    as a region code that does not fit the name: `sources.yaml:12: sources[3].region: …`. Raises ConfigError with every
    fault, each in the form `sources.yaml:12: sources[3].delay: must be …, got 'fast'`.
    """
    sites: list[Site] = []
    taken: dict[str, tuple[YamlFile, Place]] = {}
    faults: list[str] = []
    main = _File(parse(path, text))
    files = [main, *_others(main, path, beside)]
    for file in files:
        file.check(taken)
        if file is not main and file.parsed and file.parsed.include:
            file.yaml_file.fault(("include",), "only the file named by --sources may include others")
        if file is not main and file.parsed and file.parsed.notify:
            file.yaml_file.fault(("notify",), "only the file named by --sources may have rules")
        faults += file.faults()
        if file.parsed and not faults:
            defaults = file.parsed.defaults or main.defaults()
            sites += [_site(entry, defaults) for entry in file.parsed.sources]
    if faults:
        raise ConfigError(*faults)
    if notify:
        for doubt in itertools.chain.from_iterable(file.doubts() for file in files):
            notify(doubt)
    none = _site(Entry(id="none", name="-", region="110000"), main.defaults())
    return Sources(
        sites=tuple(sites),
        anchoring=_anchoring(path, main),
        defaults=none,
        backfill=tuple(main.defaults().backfill),
    )


def _others(main: _File, path: Path, beside: tuple[Path, str] | None) -> list[_File]:
    """Return the files that the main one includes, and those of the folder beside it, each once."""
    paths = [*main.included(path), *sorted(folder_of(path).glob("[!.]*.yaml"))]
    paths += [beside[0]] if beside is not None else []
    known: dict[Path, Path] = {}
    for each in paths:
        if each.is_file() or (beside and each == beside[0]):
            known.setdefault(each.resolve(), each)
    known.pop(path.resolve(), None)
    text = {beside[0].resolve(): beside[1]} if beside else {}
    return [_File(parse(each, text.get(real))) for real, each in known.items()]


def _anchoring(path: Path, main: _File) -> AnchorDefaults:
    stated = main.defaults()

    def from_here(name: str | None) -> str | None:
        return name and str(path.parent / Path(name).expanduser())

    return AnchorDefaults(
        anchor=stated.anchor,
        timestamps=tuple(stated.timestamps),
        key=from_here(stated.anchor_key),
        roots=from_here(stated.tsa_roots),
    )


def location_of(path: Path, name: str) -> str:
    """Return file and line of the entry with an id, such as `sources.yaml:12`. The file must be without faults.

    Raises KeyError for an unknown id.
    """
    main = _File(parse(path))
    for file in (main, *_others(main, path, None)):
        for i, entry in enumerate(file.parsed.sources if file.parsed else ()):
            if entry.id == name:
                return f"{file.yaml_file.file}:{file.yaml_file.line(('sources', i, 'id'))}"
    raise KeyError(name)


class _File:
    """One file, parsed as far as its faults allow."""

    def __init__(self, yaml_file: YamlFile) -> None:
        self.yaml_file = yaml_file
        self.parsed: File | None = None
        try:
            self.parsed = File.model_validate(yaml_file.value)
        except ValidationError as error:
            yaml_file.faults += [_describe(detail, yaml_file) for detail in error.errors()]

    def defaults(self) -> Defaults:
        """Return the file's `defaults:`, or else those of the program."""
        return (self.parsed and self.parsed.defaults) or Defaults()

    def included(self, path: Path) -> list[Path]:
        """Return the files that this one includes. Patterns are relative to its folder."""
        found: list[Path] = []
        raw = self.yaml_file.value.get("include", []) if isinstance(self.yaml_file.value, Mapping) else []
        patterns = (
            raw if isinstance(raw, list) else [raw]
        )  # the raw value: the file may have faults elsewhere
        for i, pattern in enumerate(patterns):
            if not isinstance(pattern, str) or not pattern:
                continue
            files = matches(pattern, path)
            if not files:
                self.yaml_file.fault(("include", i), f"no file matches {pattern!r} in {path.parent}")
            found += files
        return list(dict.fromkeys(found))

    def check(self, taken: dict[str, tuple[YamlFile, Place]]) -> None:
        """Add the faults that concern several keys or entries, such as an id used twice. `taken`: ids of earlier files."""
        raw = self.yaml_file.value
        if isinstance(raw, Mapping) and "sources" not in raw and "include" not in raw:
            self.yaml_file.fault(("sources",), "is missing")
        entries = raw.get("sources") if isinstance(raw, Mapping) else None
        for i, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, Mapping):
                self._check_entry(entry, ("sources", i), taken)
        for place, told in twice(raw):
            self.yaml_file.fault(place, told)

    def _check_entry(
        self, entry: Mapping[Any, Any], path: Place, taken: dict[str, tuple[YamlFile, Place]]
    ) -> None:
        if not any(map(entry.get, START_KEYS)):
            self.yaml_file.fault(path, _NO_START)
        if entry.get("sitemaps") and not entry.get("urls"):
            self.yaml_file.fault(
                path, "`sitemaps` needs `urls`, a regular expression for the addresses that may be reports"
            )
        name = entry.get("id")
        if not isinstance(name, str):
            return
        if name in taken:
            other, place = taken[name]
            line = other.line(place)
            where = f"on line {line}" if other is self.yaml_file else f"at {other.file}:{line}"
            self.yaml_file.fault((*path, "id"), f"{name!r} is taken by the entry {where}")
        else:
            taken[name] = (self.yaml_file, (*path, "id"))

    def faults(self) -> Iterator[str]:
        """Return the faults by line, each with file and line."""
        return (f"{self.yaml_file.file}:{line}: {text}" for line, text in sorted(set(self.yaml_file.faults)))

    def doubts(self) -> Iterator[str]:
        """Return the warnings by line, each with file and line. The file must be without faults."""
        for i, entry in enumerate(self.parsed.sources if self.parsed else ()):
            if doubt := region_doubt(entry.name, entry.region):
                place = ("sources", i, "region")
                yield f"{self.yaml_file.file}:{self.yaml_file.line(place)}: {dotted(place)}: {doubt}"


def region_doubt(name: object, code: object) -> str | None:
    """Return why a region code is probably wrong: no division has it, or the name is that of another division.

    A government has its own code. A department or a development zone may have that of a government around it. Returns
    None where nothing speaks against the code.
    """
    if not isinstance(code, str):
        return None
    row = region(code)
    if row is None:
        return f"{code[:6]!r} is not a known GB/T 2260 code (for a development zone, use the code of the division around it)"
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


def _describe(detail: ErrorDetails, yaml_file: YamlFile) -> tuple[int, str]:
    path: Place = detail["loc"]
    models: dict[str, type[Strict]] = {"sources": Entry, "defaults": Defaults, "notify": NotifyEntry}
    model: type[Strict] = ExpectEntry if "expect" in path else models.get(str(path[0]) if path else "", File)
    return describe(detail, yaml_file, model.model_fields, secret=path[:1] == ("notify",))


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
        max_requests=entry.max_requests or defaults.max_requests,
        max_megabytes=entry.max_megabytes or defaults.max_megabytes,
        documents=DocumentLimits(most=entry.documents.most, megabytes=entry.documents.megabytes),
        every=entry.every or defaults.every,
        tls=entry.tls,
        headers=entry.headers,
        proxy=proxy_of(entry.proxy or defaults.proxy or ""),
        agent=entry.agent,
        contact=entry.contact or defaults.contact,
        render=entry.render,
        spans=entry.spans,
        expect=Expect(years=tuple(entry.expect.years), least=entry.expect.least) if entry.expect else None,
        enabled=entry.enabled,
        seen=entry.seen,
        note=entry.note,
    )
