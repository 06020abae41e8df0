"""sources.yaml: to `Site`s, with every fault at once and its place in the file; and new entries into it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crawler.errors import ConfigError
from crawler.model import Site
from crawler.sources.add import add_entry, sites_before
from crawler.sources.entry import File
from crawler.sources.load import load_sites, meant, place_of
from crawler.sources.shipped import begin
from crawler.sources.written import entry_lines

__all__ = [
    "add_entry",
    "begin",
    "choose",
    "entry_lines",
    "json_schema",
    "load_sites",
    "place_of",
    "sites_before",
]


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
        raise ConfigError(*(f"{name}: no source has this id{meant(name, by_id)}" for name in unknown))
    return tuple(by_id[name] for name in wanted) or tuple(site for site in by_id.values() if site.enabled)
