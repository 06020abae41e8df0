"""What commands import: the help of a command waits for no library that only its work needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("sqlalchemy", "pydantic", "yaml", "httpx", "rich.console", "selectolax", "ada_url", "asyncio")

BUILD_ALL = """
import sys
from crawler.cli.program.lazy import build
from crawler.cli.program.table import SECTIONS

def build_all(entries):
    for entry in entries:
        build(entry)
        print(entry.name, *(each for each in {heavy!r} if each in sys.modules))
        build_all(getattr(entry, "commands", ()))

for section in SECTIONS:
    build_all(section.commands)
"""


@pytest.fixture(scope="module")
def imported() -> dict[str, list[str]]:
    """By command, in the order of the table: which of HEAVY was imported when its help could be printed."""
    program = (sys.executable, "-c", BUILD_ALL.format(heavy=HEAVY))
    done = subprocess.run(program, check=True, capture_output=True, text=True)
    return {name: heavy for name, *heavy in map(str.split, done.stdout.splitlines())}


def test_all_commands_are_built(imported: dict[str, list[str]]) -> None:
    assert {"crawl", "reports", "verify", "source", "list", "find", "explain"} <= imported.keys()


def test_the_help_of_no_command_imports_what_only_its_work_needs(imported: dict[str, list[str]]) -> None:
    assert {name: heavy for name, heavy in imported.items() if heavy} == {}
