"""The examples in deploy/ are well-formed, and every command in them is one that this version has, with its options."""

from __future__ import annotations

import configparser
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from crawler.cli import main
from crawler.cli.program.values import VARIABLES

DEPLOY = Path(__file__).parent.parent.parent / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return found


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(path.read_text("utf-8"))
    return parser


def commands() -> Iterator[list[str]]:
    for service in compose()["services"].values():
        if "command" in service:
            yield service["command"]
    for path in UNITS:
        yield shlex.split(unit(path)["Service"]["ExecStart"])


def variables() -> Iterator[str]:
    for service in compose()["services"].values():
        yield from service.get("environment", {})
    for line in (DEPLOY / "systemd" / "environment.example").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.partition("=")[0]


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_each_command_is_accepted(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a queue that no server has: everything before it is right."""
    assert Path(words[0]).name == "fazhi"
    monkeypatch.setattr(
        sys, "argv", ["fazhi", *words[1:], "--queue", "postgresql://fazhi:password@nowhere/fazhi"]
    )
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert "PGPASSWORD" in capsys.readouterr().err  # the only thing that is wrong with it


def test_each_variable_is_one_that_a_command_or_a_library_reads() -> None:
    ours = {name for name in variables() if name.startswith("FAZHI_")}
    assert {name.removeprefix("FAZHI_").lower().replace("_", "-") for name in ours} <= VARIABLES
    others = set(variables()) - ours
    assert others == {"PGPASSFILE", "POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD_FILE"}


def test_two_workers_and_one_enterer_are_started_after_the_database() -> None:
    services = compose()["services"]
    assert services["worker"]["deploy"]["replicas"] == 2
    assert "deploy" not in services["enter"]
    for name in ("worker", "enter"):
        assert services[name]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert any(each.endswith("archive:ro") for each in services["worker"]["volumes"])


def test_secrets_and_volumes_that_services_name_are_declared() -> None:
    found = compose()
    for service in found["services"].values():
        assert set(service.get("secrets", ())) <= set(found["secrets"])
        named = {each.partition(":")[0] for each in service.get("volumes", ())}
        assert {name for name in named if not name.startswith(".")} <= set(found["volumes"])


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_end_in_order_and_start_again(path: Path) -> None:
    service = unit(path)["Service"]
    assert service["Restart"] == "always"
    assert int(service["TimeoutStopSec"]) > 60
    assert service["User"] == "fazhi"
    assert "password" not in path.read_text("utf-8").lower().replace("the password of the database", "")
