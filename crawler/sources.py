"""sources.yaml to `Site`s, with every fault at once and its place in the file. Reads only; knows no network."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from crawler.address import join
from crawler.cms import BY_NAME
from crawler.errors import ConfigError
from crawler.model import Expect, Site, Years

Path_ = tuple[str | int, ...]


def _fault(expected: str) -> PydanticCustomError:
    return PydanticCustomError("expected", "{expected}", {"expected": expected})


def _identifier(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9][a-z0-9-]*", value):
        raise _fault("must be a short name of small letters, digits and hyphens, such as wuhan")
    return value


def _region(value: object) -> str:
    if isinstance(value, int):
        raise _fault('must be a GB/T 2260 code in quotes, such as "420100"')
    if not isinstance(value, str) or not re.fullmatch(r"[1-9]\d{5}", value):
        raise _fault('must be a GB/T 2260 code of six digits in quotes, such as "420100"')
    return value


def _address(value: object) -> str:
    if not isinstance(value, str) or not re.match(r"https?://", value) or join(value, value) is None:
        raise _fault("must be an address that starts with http:// or https://")
    return value


def _name(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _fault("must be a name, such as 武汉市人民政府")
    return value


def _delay(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise _fault("must be a number of seconds ≥ 0")
    return float(value)


def _years(value: object) -> str:
    text = str(value)
    found = re.fullmatch(r"(20\d{2})(-(20\d{2})?)?", text)
    if isinstance(value, bool) or not found or (found[3] and found[3] < found[1]):
        raise _fault('must be a year or a span of years in quotes, such as "2015-" or "2019-2023"')
    return text


def _every(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[1-9]\d*[hdw]", value):
        raise _fault("must be a time such as 12h, 1d or 2w")
    return value


def _cms(value: object) -> str:
    if value not in BY_NAME:
        raise _fault(f"must be one of {', '.join(BY_NAME)}")
    return str(value)


def _pattern(value: object) -> str:
    try:
        re.compile(value if isinstance(value, str) else "(")
    except re.error as error:
        raise _fault(f"must be a regular expression ({error})") from error
    return str(value)


def _day(value: object) -> str:
    text = str(value)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise _fault("must be a day, such as 2026-11-24")
    return text


Address = Annotated[str, BeforeValidator(_address)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Expect(_Strict):
    years: list[Annotated[int, Field(ge=2000, le=2099)]] = Field(default_factory=list)
    least: Annotated[int, Field(ge=0)] = 0


class _Defaults(_Strict):
    delay: Annotated[float, BeforeValidator(_delay)] = 1.0
    years: Annotated[str, BeforeValidator(_years)] = "2015-"
    every: Annotated[str, BeforeValidator(_every)] | None = None


class _Entry(_Strict):
    id: Annotated[str, BeforeValidator(_identifier)]
    name: Annotated[str, BeforeValidator(_name)]
    region: Annotated[str, BeforeValidator(_region)]
    lists: list[Address] = Field(default_factory=list)
    pages: list[Address] = Field(default_factory=list)
    cms: Annotated[str, BeforeValidator(_cms)] | None = None
    body: Annotated[str, BeforeValidator(_name)] | None = None
    match: Annotated[str, BeforeValidator(_pattern)] | None = None
    years: Annotated[str, BeforeValidator(_years)] | None = None
    delay: Annotated[float, BeforeValidator(_delay)] | None = None
    every: Annotated[str, BeforeValidator(_every)] | None = None
    tls: Literal["strict", "legacy", "unverified"] = "strict"
    render: bool = False
    expect: _Expect | None = None
    enabled: bool = True
    seen: Annotated[str, BeforeValidator(_day)] | None = None
    note: str | None = None


class _File(_Strict):
    defaults: _Defaults = _Defaults()
    sources: list[_Entry]


@dataclass(slots=True)
class _Marked:
    """A YAML document as plain values, with the line of each, and the faults found on the way."""

    file: str
    lines: dict[Path_, int] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)

    def value(self, node: yaml.Node, loader: Any, path: Path_ = ()) -> Any:
        """Plain value of a node. Duplicate keys, which YAML forbids and PyYAML takes, are faults."""
        self.lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, loader, path))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, loader, (*path, i)) for i, item in enumerate(node.value)]
        value = loader.construct_object(node)
        return str(value) if node.tag == "tag:yaml.org,2002:timestamp" else value

    def _pairs(self, node: yaml.MappingNode, loader: Any, path: Path_) -> Iterator[tuple[Any, Any]]:
        seen: dict[Any, int] = {}
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node)
            line = key_node.start_mark.line + 1
            if key in seen:
                self.faults.append(
                    (line, f"{_dotted((*path, key))}: stands here twice, first on line {seen[key]}")
                )
            seen[key] = line
            value = self.value(value_node, loader, (*path, key))
            self.lines[(*path, key)] = line
            yield key, value

    def line(self, path: Path_) -> int:
        """Line of a value, or of the nearest thing around it that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def load_sites(path: Path) -> tuple[Site, ...]:
    """The sites of a sources.yaml, in its order.

    Raises ConfigError with every fault, each as `sources.yaml:12: sources[3].delay: must be …, got 'fast'`.
    """
    marked = _Marked(file=str(path))
    raw = _parse(path, marked)
    parsed: _File | None = None
    try:
        parsed = _File.model_validate(raw)
    except ValidationError as error:
        marked.faults += [_describe(detail, marked) for detail in error.errors()]
    entries = raw.get("sources") if isinstance(raw, Mapping) else None
    marked.faults += _faults_between(entries if isinstance(entries, list) else [], marked)
    if marked.faults or parsed is None:
        raise ConfigError(*(f"{path}:{line}: {text}" for line, text in sorted(set(marked.faults))))
    return tuple(_site(entry, parsed.defaults) for entry in parsed.sources)


def choose(sites: Iterable[Site], ids: Iterable[str]) -> tuple[Site, ...]:
    """The sites named by `ids`, in the order named; every enabled one when none is named. Raises ConfigError."""
    by_id = {site.id: site for site in sites}
    wanted = list(dict.fromkeys(ids))
    unknown = [name for name in wanted if name not in by_id]
    if unknown:
        raise ConfigError(*(f"{name}: no source has this id{_meant(name, by_id)}" for name in unknown))
    return tuple(by_id[name] for name in wanted) or tuple(site for site in by_id.values() if site.enabled)


def _parse(path: Path, marked: _Marked) -> Any:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; name one with --sources") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as UTF-8 text ({error})") from error
    loader = yaml.CSafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise ConfigError(f"{path}:1: is empty; must hold `sources:` and a list of entries")
        return marked.value(node, loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(filter(None, (error.context, error.problem)))
        raise ConfigError(f"{path}:{mark.line + 1 if mark else 1}: not YAML: {problem}") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}:1: not YAML: {error}") from error
    finally:
        loader.dispose()


_PLAIN = {
    "missing": "is missing",
    "model_type": "must be a mapping of keys to values",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "int_type": "must be a whole number",
}


def _describe(detail: ErrorDetails, marked: _Marked) -> tuple[int, str]:
    """A pydantic error as (line, `sources[3].delay: must be …, got 'fast'`)."""
    path: Path_ = detail["loc"]
    line, kind = marked.line(path), detail["type"]
    if kind == "extra_forbidden":
        model = _Entry if path[0] == "sources" else _Defaults if path[0] == "defaults" else _File
        fields = _Expect.model_fields if "expect" in path else model.model_fields
        return line, f"{_dotted(path)}: no such key{_meant(str(path[-1]), fields)}"
    if kind == "missing":
        return marked.line(path[:-1]), f"{_dotted(path)}: is missing"
    said = _PLAIN.get(kind) or detail["msg"].removeprefix("Input ").replace("should be", "must be")
    return line, f"{_dotted(path)}: {said}, got {detail['input']!r}"


def _faults_between(entries: list[Any], marked: _Marked) -> Iterator[tuple[int, str]]:
    """Faults that no entry has alone: two of one id, or nothing to visit."""
    first: dict[Any, int] = {}
    for i, entry in enumerate(entries):
        if not isinstance(entry, Mapping):
            continue
        path: Path_ = ("sources", i)
        if not entry.get("lists") and not entry.get("pages"):
            yield marked.line(path), f"{_dotted(path)}: needs `lists` (list pages) or `pages` (reports)"
        name = entry.get("id")
        if isinstance(name, str) and name in first:
            line = marked.line((*path, "id"))
            yield line, f"{_dotted((*path, 'id'))}: {name!r} is taken by the entry on line {first[name]}"
        first.setdefault(name, marked.line((*path, "id")))


def _dotted(path: Path_) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "the file"


def _meant(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _site(entry: _Entry, defaults: _Defaults) -> Site:
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
        every=entry.every or defaults.every,
        tls=entry.tls,
        render=entry.render,
        expect=Expect(years=tuple(entry.expect.years), least=entry.expect.least) if entry.expect else None,
        enabled=entry.enabled,
        seen=entry.seen,
        note=entry.note,
    )
