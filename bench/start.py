"""Measure the time that commands take to start, relative to a bare typer program with as many commands: `python -m bench.start`.

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
from crawler.cli.program.table import SECTIONS

MAX_RATIO = 1.5
ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
FAZHI = (sys.executable, "-m", "crawler")

BARE = """
import typer
app = typer.Typer(rich_markup_mode=None, add_completion=False)
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
        commands = (BARE_COMMAND.format(name=name, number=n) for n, name in enumerate(names))
        bare.write_text("".join((BARE, *commands, "\napp()\n")))
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
        peer = "bare --help" if name.endswith(("--help", "--version")) else "bare command"
        ratio = seconds / least[peer]
        if name in ("fazhi --help", "fazhi reports") and ratio > MAX_RATIO:
            slow.append(name)
        rows.append(
            (name, f"{seconds:.3f}", "" if name == peer else f"{ratio:.2f}", peer if name != peer else "")
        )
    print(table(("program", "processor s", "ratio", "to"), rows))
    print(f"{len(names)} commands; at most {MAX_RATIO} for `fazhi --help` and `fazhi reports`")
    if slow:
        raise SystemExit(f"slower: {', '.join(slow)}")


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
