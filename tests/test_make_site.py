"""`make site` as a contributor uses it: start it, paste the command that it prints, change pages, end it with Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NEWEST = "https://www.wuhan.gov.cn/zwgk/fzzfj/202503/t20250310_2549212.shtml"
SECOND = "https://www.wuhan.gov.cn/zwgk/fzzfj/202403/t20240319_2374752.shtml"


class Terminal:
    """A terminal in which `make site` runs: lines can be typed into it and read from it."""

    def __init__(self, *command: str) -> None:
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            bufsize=1,
            start_new_session=True,
            # a shell starts what runs in the background with SIGINT ignored, and its children inherit that
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def type(self, line: str) -> str:
        """Type a line and return the next one that is printed."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.read_until("").strip()

    def read_until(self, last: str) -> str:
        """Return what is printed up to and with the first line that begins with these words."""
        assert self.process.stdout is not None
        lines: list[str] = []
        for line in self.process.stdout:
            lines.append(line)
            if line.startswith(last):
                return "".join(lines)
        raise AssertionError(f"ended without {last!r}: {''.join(lines)}")

    def interrupt(self) -> str:
        """Press Ctrl-C, which every process in the terminal gets, and return the rest of the output."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.communicate(timeout=20)[0]


@pytest.fixture
def site() -> Iterator[Terminal]:
    terminal = Terminal("make", "site")
    yield terminal
    if terminal.process.poll() is None:
        os.killpg(terminal.process.pid, signal.SIGTERM)
    terminal.process.communicate()


def pasted(printed: str) -> str:
    """The command among what is printed: the lines between the first two blank ones."""
    return printed.split("\n\n")[1]


def paste(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a shell in another terminal does, in a folder of its own."""
    environment = {name: value for name, value in os.environ.items() if name != "SSL_CERT_FILE"}
    return subprocess.run(
        ["/bin/sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_printed_command_crawls_the_web_and_sees_its_changes(site: Terminal, tmp_path: Path) -> None:
    command = pasted(site.read_until("  quit"))
    missing = f"{command.partition(' crawl ')[0]} reports --archive site-archive --state missing"
    first = paste(command, tmp_path)
    new = [line for line in first.stdout.splitlines() if line.startswith("new ")]
    assert (first.returncode, len(new)) == (0, 23), first.stderr

    assert site.type("edit") == f"edited: {NEWEST}"
    assert site.type(f"remove {SECOND}") == f"removed: {SECOND}"
    second = paste(f"{command} wuhan", tmp_path)
    assert "revised" in second.stdout, second.stderr
    assert SECOND in paste(missing, tmp_path).stdout

    assert site.type(f"restore {SECOND}") == f"restored: {SECOND}"
    assert paste(f"{command} wuhan", tmp_path).returncode == 0
    assert SECOND not in paste(missing, tmp_path).stdout

    folder = Path(command.split()[0].partition("=")[2]).parent
    assert site.interrupt().strip().splitlines()[0] == "stopped"
    assert not folder.exists()


def test_everything_it_listens_on_is_127_0_0_1(site: Terminal) -> None:
    printed = site.read_until("  quit")
    addresses = {line.split(":")[2] for line in printed.splitlines() if line.startswith("  --connect-to")}
    assert addresses == {"127.0.0.1"}


def test_a_wrong_line_is_answered_and_changes_nothing(site: Terminal) -> None:
    site.read_until("  quit")
    assert site.type("remove http://elsewhere.example/") == (
        "http://elsewhere.example/: no report of this web; `list` prints their addresses"
    )
    assert site.type("what").startswith("edit [URL]")
