"""Read sources.yaml into `Site`s, report all its faults at once with file and line, and add entries to it.

In the order of the data: `yaml_file` (YAML to plain values with line numbers), `entry` (keys and their forms), `load`
(values to `Site`s), `entry_yaml` (an entry to lines of YAML), `add` (those lines into the file), `shipped` (the
sources.yaml that fazhi comes with). Nothing here uses the network.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crawler.errors import ConfigError
from crawler.model import Site
from crawler.sources.add import add_entry, existing_sites
from crawler.sources.entry import File
from crawler.sources.entry_yaml import entry_lines
from crawler.sources.load import Sources, load, load_sites, location_of, suggestion
from crawler.sources.shipped import write_new

__all__ = [
    "Sources",
    "add_entry",
    "choose",
    "entry_lines",
    "existing_sites",
    "json_schema",
    "load",
    "load_sites",
    "location_of",
    "write_new",
]


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a sources.yaml, for editors: the content of `sources.schema.json`."""
    schema = File.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "sources.yaml of fazhi",
    } | schema


def choose(sites: Iterable[Site], ids: Iterable[str]) -> tuple[Site, ...]:
    """Return the sites with the given ids, in that order; without ids, every enabled site.

    Raises ConfigError for an unknown id.
    """
    by_id = {site.id: site for site in sites}
    wanted = list(dict.fromkeys(ids))
    unknown = [name for name in wanted if name not in by_id]
    if unknown:
        raise ConfigError(*(f"{name}: no source has this id{suggestion(name, by_id)}" for name in unknown))
    return tuple(by_id[name] for name in wanted) or tuple(site for site in by_id.values() if site.enabled)
