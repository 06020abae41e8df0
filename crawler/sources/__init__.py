"""Read sources.yaml into `Site`s, report all its faults at once with file and line, and add entries to it.

In the order of the data: `yaml_file` (YAML to plain values with line numbers), `entry` (keys and their forms; `faults`: how what is wrong is told), `load`
(values to `Site`s), `proxies` (the value of `proxy`), `selection` (which of them), `entry_yaml` (an entry to lines of YAML), `add` (those lines into the
file), `formatting` (a file in order; `lines`: what both need), `province_files` (the files of sources.d), `notify_rules` (rules of `fazhi notify`), `shipped` (the sources.yaml that fazhi comes with). Nothing here uses the network.
"""

from __future__ import annotations

from typing import Any

from crawler.sources.add import add_entry, existing_sites
from crawler.sources.entry import File, is_identifier
from crawler.sources.entry_yaml import entry_lines
from crawler.sources.further_files import folder_of
from crawler.sources.load import Sources, load, load_sites, location_of
from crawler.sources.notify_rules import load_rules
from crawler.sources.province_files import province_file
from crawler.sources.selection import choose, is_of, site_for
from crawler.sources.shipped import write_new

__all__ = [
    "Sources",
    "add_entry",
    "choose",
    "entry_lines",
    "existing_sites",
    "folder_of",
    "is_identifier",
    "is_of",
    "json_schema",
    "load",
    "load_rules",
    "load_sites",
    "location_of",
    "province_file",
    "site_for",
    "write_new",
]


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a sources.yaml, for editors: the content of `sources.schema.json`."""
    schema = File.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "sources.yaml of fazhi",
    } | schema
