"""The table of commands (crawler.cli.program.table) and the commands themselves say the same."""

from __future__ import annotations

import ast
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from crawler.cli.program.help import documentation
from crawler.cli.program.lazy import Commands
from crawler.cli.program.table import SECTIONS, Command, Group
from crawler.cli.program.values import address_hint
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
            if isinstance(node, ast.FunctionDef) and re.search(
                r"typer\.(Option|Argument)|\w+Option\b", ast.unparse(node.args)
            ):
                yield f"{module}:{node.name}"


def test_the_table_lists_every_command() -> None:
    in_table = {entry.function for entry in WITH_FUNCTION.values()}
    assert set(functions_with_options()) - {"crawler.cli.program.root:fazhi"} == in_table


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
    of_commands = {entry.function.partition(":")[0] for entry in WITH_FUNCTION.values() if entry.function}
    assert not (loaded & of_commands) - {"crawler.cli.program.completion"}
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


def command_of(name: str) -> Any:
    words = name.split()
    built: Any = Commands(SECTIONS)[words[0]]
    return built.commands[words[1]] if len(words) > 1 else built


@pytest.mark.parametrize("name", WITH_FUNCTION)
def test_every_command_has_examples_that_it_accepts_and_its_exit_codes(name: str) -> None:
    found = documentation(function_of(WITH_FUNCTION[name]).__doc__)
    codes = [code for code, _ in found.exit_codes]
    assert codes == sorted({0, 2, *codes})
    assert set(codes) <= {0, 1, 2, 3, 4}
    assert found.examples
    for example in found.examples:
        words = shlex.split(example.removeprefix('eval "$(').removesuffix(')"').partition(" > ")[0])
        assert words[: 1 + len(name.split())] == ["fazhi", *name.split()], example
        command_of(name).make_context(
            name, words[1 + len(name.split()) :]
        )  # raises a UsageError if it does not


def test_a_value_from_a_variable_is_used_and_named_when_it_is_wrong(
    fazhi: Fazhi, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAZHI_ARCHIVE", str(folder))
    code, out, err = fazhi("reports")
    assert (code != 0, out) == (True, "")
    assert f"{folder}: no archive here" in err
    assert f"--archive is {folder}, by the variable FAZHI_ARCHIVE" in err
    code, _, err = fazhi("reports", "--archive", str(folder / "other"))
    assert "FAZHI_ARCHIVE" not in err
    monkeypatch.setenv("FAZHI_MAX_REQUESTS", "many")
    code, _, err = fazhi("crawl")
    assert code == 2
    assert "Invalid value for FAZHI_MAX_REQUESTS: 'many' is no whole number" in err
    code, _, err = fazhi("crawl", "--max-requests", "0")
    assert code == 2
    assert "Invalid value for --max-requests: 0: must be 1 or more" in err
    code, _, err = fazhi("cite", "420100-2022", "--style", "prose")
    assert code == 2
    assert "Invalid value for --style: 'prose' is none of 'gbt7714', 'bibtex', 'csl-json', 'text'\n" in err
    code, _, err = fazhi("--lang", "zh", "cite", "420100-2022", "--style", "prose")
    assert (code, "'text'" in err) == (2, True)
    code, _, err = fazhi("export", str(folder), "--format", "csv", "--format", "doc")
    assert code == 2
    assert (
        "Invalid value for --format: 'doc' is none of 'txt', 'jsonl', 'csv', 'xlsx', 'parquet', 'wacz'\n"
        in err
    )
    monkeypatch.delenv("FAZHI_MAX_REQUESTS")
    monkeypatch.setenv("FAZHI_QUIET", "perhaps")
    code, _, err = fazhi("crawl")
    assert code == 2
    assert "Invalid value for FAZHI_QUIET: 'perhaps': must be 1 or 0" in err


def test_help_names_the_variables() -> None:
    context = command_of("crawl").make_context("crawl", [], resilient_parsing=True)
    shown = " ".join(context.get_help().split())
    for name in ("ARCHIVE", "SOURCES", "MAX_TIME", "QUIET", "CONNECT_TO"):
        assert f"FAZHI_{name}]" in shown
    assert "FAZHI_JSON" not in shown


@pytest.mark.parametrize(
    "words",
    [("source", "add"), ("show",), ("cite",), ("extract",), ("diff",)],
    ids=" ".join,
)
def test_an_address_without_its_scheme_gets_a_suggestion(
    fazhi: Fazhi, opened: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("FAZHI_ARCHIVE", str(folder))
    opened().close()
    code, out, err = fazhi(*words, "www.wuhan.gov.cn/zwgk/a.html")
    assert (code != 0, out) == (True, "")
    assert "did you mean http://www.wuhan.gov.cn/zwgk/a.html ?" in err


def test_the_name_of_a_file_is_no_address() -> None:
    assert address_hint("page.html") is None
    assert address_hint("seeds/page.html") is None
    assert address_hint("http://www.wuhan.gov.cn/") is None
    assert address_hint("武汉市") is None
    assert address_hint("420100-2022-4dd2cecb") is None
    assert address_hint("www.wuhan.gov.cn") is not None
    assert address_hint("wuhan.gov.cn:8080/a b") is None


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
