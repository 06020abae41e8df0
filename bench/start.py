"""Measure the time that commands take to start, relative to bare typer programs with as many commands: `python -m bench.start`.

The peer of a help is a program that only prints its own. That of a command that reads the archive imports SQLAlchemy Core too,
and opens the same SQLite file with it; that of `source list` imports pydantic and parses the same YAML file.

Each round starts every program once, one after the other, so that other work of the machine slows all alike. The figure of
each is the least processor time (user and system) of all rounds.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.table import table
from crawler.archive import CATALOGUE
from crawler.cli.program.table import SECTIONS

MAX_RATIO = 1.5
ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
FAZHI = (sys.executable, "-m", "crawler")

BARE = """
import typer
app = typer.Typer(rich_markup_mode=None, add_completion=False)
"""
OPEN_CATALOGUE = """
from sqlalchemy import create_engine, text
with create_engine("sqlite:///{catalogue}").connect() as connection:
    connection.execute(text("SELECT count(*) FROM reports")).scalar()
"""
PARSE_YAML = """
import pydantic
import yaml
class Entry(pydantic.BaseModel):
    id: str
with open("sources.yaml", encoding="utf-8") as file:
    yaml.load(file, yaml.CSafeLoader)
"""
BARE_COMMAND = """
@app.command("{name}")
def command_{number}(archive: str = "archive", json: bool = typer.Option(False, "--json")) -> None:
    "Do what this command does."
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds: int = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="fazhi-bench-") as scratch:
        bare, archive = Path(scratch) / "bare.py", Path(scratch) / "archive"
        names = [entry.name for section in SECTIONS for entry in section.commands]
        commands = [BARE_COMMAND.format(name=name, number=n) for n, name in enumerate(names)]
        reader, parser_of_yaml = Path(scratch) / "reader.py", Path(scratch) / "parser.py"
        for path, work in (
            (bare, ""),
            (reader, OPEN_CATALOGUE.format(catalogue=archive / CATALOGUE)),
            (parser_of_yaml, PARSE_YAML),
        ):
            path.write_text("".join((BARE, *commands, work, "\napp()\n")))
        crawl = (*FAZHI, "crawl", "wuhan", "--replay", str(FIXTURES), "--archive", str(archive))
        subprocess.run(crawl, cwd=ROOT, check=True, capture_output=True)
        there = ("--archive", str(archive))
        report = subprocess.run(
            (*FAZHI, "reports", *there), cwd=ROOT, check=True, capture_output=True, text=True
        )
        id = report.stdout.split("\t", 1)[0]
        programs = {
            "bare --help": (sys.executable, str(bare), "--help"),
            "bare command": (sys.executable, str(bare), "reports"),
            "bare reader": (sys.executable, str(reader), "reports"),
            "bare YAML parse": (sys.executable, str(parser_of_yaml), "reports"),
            "fazhi --help": (*FAZHI, "--help"),
            "fazhi --version": (*FAZHI, "--version"),
            "fazhi reports --help": (*FAZHI, "reports", "--help"),
            "fazhi reports": (*FAZHI, "reports", *there),
            "fazhi show": (*FAZHI, "show", id, *there),
            "fazhi cite": (*FAZHI, "cite", id, *there),
            "fazhi changes": (*FAZHI, "changes", *there),
            "fazhi crawl --help": (*FAZHI, "crawl", "--help"),
            "fazhi source list": (*FAZHI, "source", "list"),
        }
        least = dict.fromkeys(programs, float("inf"))
        for _ in range(rounds):
            for name, words in programs.items():
                least[name] = min(least[name], processor_seconds(words))
    rows, slow = [], []
    for name, seconds in least.items():
        peer = peer_of(name)
        ratio = seconds / least[peer]
        if name.startswith("fazhi") and ratio > MAX_RATIO:
            slow.append(name)
        to_command = f"{seconds / least['bare command']:.2f}"
        rows.append((name, f"{seconds:.3f}", to_command, "" if name == peer else f"{ratio:.2f}", peer))
    print(table(("program", "processor s", "to bare command", "ratio", "to"), rows))
    print(f"{len(names)} commands; each at most {MAX_RATIO} times its peer")
    if slow:
        raise SystemExit(f"slower: {', '.join(slow)}")


def peer_of(name: str) -> str:
    """Return the bare program that a program is compared with; a bare one is its own."""
    if name.startswith("bare"):
        return name
    if name.endswith(("--help", "--version")):
        return "bare --help"
    return "bare YAML parse" if name == "fazhi source list" else "bare reader"


def processor_seconds(words: tuple[str, ...]) -> float:
    """Run a program and return the processor time that it took, user and system, in seconds."""
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}
    process = subprocess.Popen(
        words, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(words)}: exit code {process.returncode}")
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
