"""Rules of `fazhi notify`: the key `notify` of a sources.yaml, or of a file of its own, as pydantic models and to `NotifyRule`s.

A receiver may hold a password. So no message of this module shows a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from crawler.errors import ConfigError
from crawler.field.region_names import the_region
from crawler.model import ChangeKind, NotifyRule
from crawler.sources.faults import SECRET, Strict, describe, fault, suggestion
from crawler.sources.yaml_file import Place, YamlFile, parse

MAX_RULES = 200
MAX_RECEIVERS = 50
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_RECEIVER = re.compile(
    r"\$[A-Za-z_][A-Za-z0-9_]*|tag:[A-Za-z0-9][\w.-]*|[a-zA-Z][a-zA-Z0-9+.-]*://[\x21-\x7e\x80-\U0010ffff]+"
)
_RECEIVER_FORM = (
    "must be $NAME (a variable of the environment that holds an address), tag:NAME (of the file that --receivers"
    " names), or an address such as mailto://…"
)


def _name(value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise fault("must be a short name of small letters, digits and hyphens, such as hubei", SECRET)
    return value


def _one_or_more(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _receivers(value: object) -> list[str]:
    named = _one_or_more(value)
    if not 1 <= len(named) <= MAX_RECEIVERS:
        raise fault(f"must name 1 to {MAX_RECEIVERS} receivers", SECRET)
    for each in named:
        if not isinstance(each, str) or not _RECEIVER.fullmatch(each):
            raise fault(_RECEIVER_FORM, SECRET)
    return list(dict.fromkeys(named))


def _regions(value: object) -> list[str]:
    found = []
    for each in _one_or_more(value):
        if not isinstance(each, str):
            raise fault('must be names, or GB/T 2260 codes in quotes, such as "420000"', SECRET)
        try:
            found.append(the_region(each).code)
        except ConfigError as error:
            raise fault(f"must be divisions: {error}", SECRET) from error
    return found


def _kinds(value: object) -> list[ChangeKind]:
    words = [kind.value for kind in ChangeKind]
    for each in _one_or_more(value):
        if each not in words:
            hint = suggestion(str(each), words)
            raise fault(f"must be among {', '.join(words)}{hint}", SECRET)
    return [ChangeKind(each) for each in _one_or_more(value)]


def _sites(value: object) -> list[str]:
    for each in _one_or_more(value):
        if not isinstance(each, str) or not re.fullmatch(r"[a-z0-9][a-z0-9-]*", each):
            raise fault("must be ids of sources, such as wuhan", SECRET)
    return _one_or_more(value)


def _words_schema(item: Mapping[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [dict(item), {"type": "array", "items": dict(item)}]})


_TEXT = {"type": "string"}


class NotifyEntry(Strict):
    id: Annotated[str, BeforeValidator(_name)]
    to: Annotated[list[str], BeforeValidator(_receivers), _words_schema(_TEXT)]
    region: Annotated[list[str], BeforeValidator(_regions), _words_schema(_TEXT)] = Field(
        default_factory=list
    )
    kind: Annotated[
        list[ChangeKind],
        BeforeValidator(_kinds),
        _words_schema(_TEXT | {"enum": [kind.value for kind in ChangeKind]}),
    ] = Field(default_factory=list)
    site: Annotated[list[str], BeforeValidator(_sites), _words_schema(_TEXT)] = Field(default_factory=list)
    weight: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    changed_chars: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    language: Literal["zh", "en"] = "zh"


class _RulesFile(Strict):
    notify: Annotated[list[NotifyEntry], Field(max_length=MAX_RULES)]


class _SourcesFile(Strict):
    """A sources.yaml, of which `load` checks the rest."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    notify: Annotated[list[NotifyEntry], Field(max_length=MAX_RULES)] = Field(default_factory=list)


def twice(value: object) -> Iterator[tuple[Place, str]]:
    """Yield the place of each id that two rules of a file have, and what is wrong. `value`: the whole file's."""
    rules = value.get("notify") if isinstance(value, Mapping) else None
    seen: set[str] = set()
    for i, rule in enumerate(rules if isinstance(rules, list) else ()):
        name = rule.get("id") if isinstance(rule, Mapping) else None
        if isinstance(name, str) and name in seen:
            yield ("notify", i, "id"), "is the id of an earlier rule too"
        elif isinstance(name, str):
            seen.add(name)


def load_rules(path: Path, *, alone: bool) -> tuple[NotifyRule, ...]:
    """Return the rules in a file, in its order. `alone`: the file holds nothing else; else it is a sources.yaml.

    Raises ConfigError with every fault: `sources.yaml:12: notify[0].kind: must be among …`.
    """
    parsed = parse(path)
    try:
        found = (_RulesFile if alone else _SourcesFile).model_validate(parsed.value).notify
    except ValidationError as error:
        keys = NotifyEntry.model_fields
        parsed.faults += [
            describe(each, parsed, keys if len(each["loc"]) > 1 else ("notify",), secret=True)
            for each in error.errors()
        ]
        found = []
    for place, told in twice(parsed.value):
        parsed.fault(place, told)
    faults = [each for each in parsed.faults if alone or "notify" in each[1]]
    if faults:
        raise ConfigError(*(f"{parsed.file}:{line}: {text}" for line, text in sorted(set(faults))))
    return tuple(_rule(entry, parsed, i) for i, entry in enumerate(found))


def _rule(entry: NotifyEntry, parsed: YamlFile, number: int) -> NotifyRule:
    return NotifyRule(
        id=entry.id,
        to=tuple(entry.to),
        regions=tuple(entry.region),
        kinds=tuple(entry.kind),
        sites=tuple(entry.site),
        weight=entry.weight,
        changed_chars=entry.changed_chars,
        language=entry.language,
        place=f"{parsed.file}:{parsed.line(('notify', number))}",
    )
