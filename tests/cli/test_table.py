"""The table of commands (crawler.cli.program.table) and the commands themselves say the same."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from crawler.cli.program.lazy import Commands
from crawler.cli.program.table import SECTIONS, Command, Group
from tests.conftest import Fazhi

CLI = Path(__file__).parent.parent.parent / "crawler" / "cli"


def entries() -> Iterator[tuple[str, Command | Group]]:
    """Every command and group, by the words that call it."""
    for section in SECTIONS:
        for entry in section.commands:
            yield entry.name, entry
            for inner in entry.commands if isinstance(entry, Group) else ():
                yield f"{entry.name} {inner.name}", inner


ENTRIES = dict(entries())
WITH_FUNCTION = {name: entry for name, entry in ENTRIES.items() if entry.function is not None}


def function_of(entry: Command | Group) -> Any:
    module, _, name = (entry.function or "").partition(":")
    return getattr(import_module(module), name)


def first_sentence(docstring: str) -> str:
    words = docstring.partition("\n\n")[0].split()
    end = next((place for place, word in enumerate(words) if word.endswith(".")), len(words))
    return " ".join(words[: end + 1])


@pytest.mark.parametrize("name", WITH_FUNCTION)
def test_the_table_has_the_first_sentence_of_each_commands_docstring(name: str) -> None:
    assert first_sentence(function_of(WITH_FUNCTION[name]).__doc__) == WITH_FUNCTION[name].help


def functions_with_options() -> Iterator[str]:
    """Functions of crawler.cli whose parameters are options or arguments of a command, as `module:function`."""
    for path in sorted(CLI.rglob("*.py")):
        module = ".".join(("crawler.cli", *path.relative_to(CLI).with_suffix("").parts)).removesuffix(
            ".__init__"
        )
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and "Option" in ast.unparse(node.args):
                yield f"{module}:{node.name}"


def test_the_table_lists_every_command() -> None:
    in_table = {entry.function for entry in WITH_FUNCTION.values()}
    assert set(functions_with_options()) - {"crawler.cli:fazhi"} == in_table


def test_no_name_stands_twice() -> None:
    assert len(ENTRIES) == len(list(entries()))


def test_help_imports_no_command() -> None:
    code = (
        "import json, sys\nsys.argv = ['fazhi', '--help']\nimport crawler.cli\n"
        "try: crawler.cli.main()\nexcept SystemExit: pass\nprint(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *shown, modules = done.stdout.splitlines()
    loaded = set(json.loads(modules))
    assert not loaded & {
        entry.function.partition(":")[0] for entry in WITH_FUNCTION.values() if entry.function
    }
    assert not loaded & {
        "sqlalchemy",
        "alembic",
        "httpx",
        "pydantic",
        "yaml",
        "selectolax",
        "rich",
        "asyncio",
    }
    text = "\n".join(shown)
    for section in SECTIONS:
        assert f"\n{section.heading}:\n" in text
        for entry in section.commands:
            assert f"\n  {entry.name} " in text


@pytest.mark.parametrize("name", ENTRIES)
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_every_command_has_help(fazhi: Fazhi, name: str, flag: str) -> None:
    code, out, err = fazhi(*name.split(), flag)
    assert (code, err) == (0, "")
    assert out.startswith(f"Usage: fazhi {name} ")
    assert ENTRIES[name].help in " ".join(out.split())
    assert "-h, --help" in out
    assert not re.search(r"<[a-z]", out), "a word for machines, such as <path>"


def test_a_command_is_built_once_and_only_when_taken() -> None:
    commands = Commands(SECTIONS)
    assert "crawl" in commands
    assert "crawl" in list(commands)
    assert commands["crawl"] is commands["crawl"]
    with pytest.raises(KeyError):
        commands["nothing"]


def test_an_unknown_command_is_wrong_use_and_gets_a_suggestion(fazhi: Fazhi) -> None:
    code, out, err = fazhi("repots")
    assert (code, out) == (2, "")
    assert "No such command 'repots'. Did you mean 'reports'" in err
    code, _, err = fazhi("source", "lst")
    assert code == 2
    assert "Did you mean 'list'" in err
