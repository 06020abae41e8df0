"""docs/operating.md: its commands run in its order, its files are what the programs that read them accept, its output is real.

Paths such as /srv/fazhi stand below a temporary folder. useradd and systemctl get that folder as their root; uv and pipx run only
in `make test-install`, because they fetch packages.
"""

from __future__ import annotations

import grp
import os
import pwd
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from configparser import ConfigParser
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.site import Web
from tests.site.governments import GOVERNMENTS

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "operating.md").read_text("utf-8")
MOVED = ("/srv/", "/backup/", "/etc/", "/usr/local/bin", "/opt/fazhi")
"""Beginnings of paths that stand below the temporary folder."""
INSTALLERS = os.environ.get("FAZHI_INSTALLERS")
"""Folder with uv and pipx; set by `make test-install`."""
SITE = """\
defaults: {delay: 0.01, every: 1d}
sources:
  - id: wuhan
    name: 武汉市人民政府
    region: "420100"
    lists: [https://www.wuhan.gov.cn/zwgk/fzzfj/]
"""
SHELL = """\
set -e
useradd() { test "$(id -u)" != 0 || command useradd --prefix "$ROOT" "$@"; }
systemctl() {
  verb=$1; shift
  for unit; do case $unit in --now) ;; *) test -f "$ROOT/etc/systemd/system/$unit" ;; esac; done
  if test $verb = enable && type -P systemctl > /dev/null; then command systemctl --root="$ROOT" enable "${@:2}"; fi
}
type -P systemd-analyze > /dev/null || systemd-analyze() { :; }
type -P logrotate > /dev/null || logrotate() { :; }
"""


@dataclass(frozen=True)
class Block:
    """A fenced block: the heading it stands under, its language, the path that the line before names, its text."""

    heading: str
    language: str
    path: str
    text: str


def blocks(page: str) -> Iterator[Block]:
    heading, before = "", ""
    lines = iter(page.splitlines())
    for line in lines:
        if line.startswith("## "):
            heading = line[3:]
        if line.startswith("```"):
            text = "\n".join(iter(lambda: next(lines), "```")) + "\n"
            path = re.fullmatch(r"`(/[^`]+)`[:：]", before)
            yield Block(heading, line[3:], path[1] if path else "", text)
        before = line or before


class Server:
    """A machine that follows the page: a folder in the place of /, an environment, and the last shell."""

    def __init__(self, root: Path, stack: ExitStack) -> None:
        self.root, self.home, self._stack = root, root / "srv" / "fazhi", stack
        self.archive = self.home / "archive"
        for folder in (
            "srv/fazhi",
            "backup/fazhi",
            "usr/local/bin",
            "etc/logrotate.d",
            "etc/systemd/system",
            "clone",
        ):
            (root / folder).mkdir(parents=True)
        for name in (
            "crawler",
            "archive",
            "pyproject.toml",
            "README.md",
            "LICENSE",
            "sources.yaml",
            "sources.schema.json",
        ):
            place = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            place(ROOT / name, root / "clone" / name)
        here = Path(sys.executable).parent
        if INSTALLERS is None:
            (root / "usr/local/bin/fazhi").symlink_to(here / "fazhi")
        self.environment = os.environ | {
            "ROOT": str(root),
            "PATH": f"{root}/usr/local/bin:{here}:{INSTALLERS or ''}:/usr/sbin:/usr/bin:{os.environ['PATH']}",
            "PIPX_GLOBAL_HOME": f"{root}/opt/pipx",
            "PIPX_GLOBAL_BIN_DIR": f"{root}/usr/local/bin",
            "FAZHI_LANG": "en",
        }
        self.environment.pop("FAZHI_ARCHIVE", None)
        self.offline()

    def here(self, text: str) -> str:
        """The text with its paths below the folder."""
        for path in MOVED:
            text = re.sub(rf"(?<![\w/]){path}", f"{self.root}{path}", text)
        return text

    def run(self, command: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", SHELL + self.here(command)],
            cwd=folder or self.home,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )

    def offline(self) -> None:
        """Let crawls replay saved pages of one site."""
        self.environment["FAZHI_REPLAY"] = str(ROOT / "tests" / "fixtures" / "wuhan")

    def online(self, web: Web) -> None:
        """Let crawls connect to a web on loopback."""
        self._stack.enter_context(web)
        self.environment.pop("FAZHI_REPLAY", None)
        self.environment |= {"SSL_CERT_FILE": str(web.ca_file), "FAZHI_CONNECT_TO": " ".join(web.connect_to)}

    def warc(self) -> str:
        """A WARC file that the backup has too."""
        return min(
            path.relative_to(self.archive).as_posix() for path in self.archive.glob("warc/*/*.warc.gz")
        )


def full() -> Web:
    return Web()


def emptied() -> Web:
    """The web after 武汉 has given its list to a script: one entry is left in it."""
    wuhan = next(each for each in GOVERNMENTS if each.id == "wuhan")
    (column,) = wuhan.columns
    dry = replace(wuhan, columns=(replace(column, entries=column.entries[:1]),))
    return Web(tuple(dry if each is wuhan else each for each in GOVERNMENTS))


def change_a_text(server: Server) -> None:
    (path,) = server.archive.glob("text/*/2021/*.txt")
    path.write_text(path.read_text("utf-8") + "x", "utf-8")


def damage_a_warc(server: Server) -> None:
    path = server.archive / server.warc()
    data = path.read_bytes()
    path.write_bytes(data[:3000] + bytes([data[3000] ^ 255]) + data[3001:])
    assert "its SHA-256 differs" in server.run("fazhi verify").stdout


def dry_up(server: Server) -> None:
    server.online(full())
    assert server.run("fazhi crawl wuhan --quiet").returncode == 0
    server.online(emptied())


def keep_one_site(server: Server) -> None:
    (server.home / "sources.yaml").write_text(SITE, "utf-8")


BEFORE: dict[str, list[Callable[[Server], None] | None]] = {
    "Every hour": [keep_one_site],
    "When `verify` names a fault": [change_a_text, damage_a_warc],
    "When a site dries up": [dry_up, lambda server: server.online(full())],
    "When the disk is full": [lambda server: server.offline(), None, None],
}
"""What happens to the machine before each block under a heading."""


def normal(text: str) -> list[str]:
    """Lines without what differs from run to run: digests, times, numbers, width of columns."""
    text = re.sub(r"\b[0-9a-f]{64}\b", "HEAD", text)
    text = re.sub(r"[ \t]+", " ", re.sub(r"\d+", "0", text)).replace("0 WARC files", "0 WARC file")
    return [line.strip() for line in text.splitlines()]


def followed(server: Server, block: Block) -> None:
    """Do what a block says, as its reader would."""
    if block.path:
        path = Path(server.here(block.path))
        user = f"su {pwd.getpwuid(os.getuid()).pw_name} {grp.getgrgid(os.getgid()).gr_name}"
        path.write_text(server.here(block.text).replace("su fazhi fazhi", user), "utf-8")
    elif block.language == "sh":
        lines = block.text.splitlines()
        if INSTALLERS is None:
            lines = [line for line in lines if not re.search(r"\b(uv tool|pipx) install", line)]
        commands = re.sub(r"warc/\d+/fazhi-\d+-00001\.warc\.gz", lambda _: server.warc(), "\n".join(lines))
        in_clone = re.search(r"\bdist\b", commands) is not None and "fazhi crawl" not in commands
        if in_clone or INSTALLERS is None:
            done = server.run(commands, server.root / "clone" if in_clone else None)
        else:
            done = server.run(commands.replace(" dist/", f" {server.root}/clone/dist/"))
        assert done.returncode == 0, f"{commands}\n{done.stdout}"
    elif block.language == "console":
        for command, printed in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block.text, re.M):
            assert normal(server.run(command).stdout) == normal(printed), command


def test_a_reader_who_follows_the_page_gets_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_BUILD_ISOLATION", "0")  # without network; a reader's pip fetches hatchling
    rsync = shutil.which("rsync") is not None
    with ExitStack() as stack:
        server = Server(tmp_path, stack)
        counted: dict[str, int] = {}
        for block in blocks(PAGE):
            number = counted[block.heading] = counted.get(block.heading, -1) + 1
            befores = BEFORE.get(block.heading, [])
            if not rsync and not block.path and re.search("backup|restored", block.text):
                continue
            if number < len(befores) and (before := befores[number]) is not None:
                before(server)
            followed(server, block)
        if not rsync:
            pytest.skip("rsync is not installed: backup, restore, move and upgrade were not tried")


def files() -> dict[str, str]:
    return {block.path: block.text for block in blocks(PAGE) if block.path}


def test_the_units_are_units_and_the_service_runs_a_command_that_is_there(tmp_path: Path) -> None:
    units = {path: text for path, text in files().items() if path.startswith("/etc/systemd/")}
    assert len(units) == 2
    for text in units.values():
        unit = ConfigParser(interpolation=None, delimiters="=")
        unit.optionxform = str  # type: ignore[assignment,method-assign]
        unit.read_string(text)
        assert set(unit.sections()) in ({"Unit", "Service"}, {"Unit", "Timer", "Install"})
        if unit.has_section("Service"):
            program, *words = unit["Service"]["ExecStart"].split()
            assert program == "/usr/local/bin/fazhi"
            environment = os.environ | {"FAZHI_REPLAY": str(ROOT / "tests/fixtures/wuhan")}
            command = " ".join(words).replace("/srv/fazhi", str(tmp_path))
            shutil.copy(ROOT / "sources.yaml", tmp_path)
            done = subprocess.run(
                [sys.executable, "-m", "crawler", *command.split()],
                cwd=tmp_path,
                env=environment,
                check=False,
            )
            assert done.returncode == 0
            assert (tmp_path / "crawl.jsonl").stat().st_size > 0


def test_the_log_rotation_has_a_line_for_each_directive() -> None:
    lines = files()["/etc/logrotate.d/fazhi"].splitlines()
    assert (lines[0], lines[-1]) == ("/srv/fazhi/crawl.jsonl {", "}")
    assert all(re.fullmatch(r"    [a-z]+( \w+)*", line) for line in lines[1:-1])


def test_a_backup_of_an_archive_that_was_changed_leaves_the_one_before(tmp_path: Path) -> None:
    if shutil.which("rsync") is None:
        pytest.skip("rsync is not installed")
    script = tmp_path / "fazhi-backup"
    script.write_text(files()["/usr/local/bin/fazhi-backup"], "utf-8")
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "FAZHI_REPLAY": str(ROOT / "tests/fixtures/wuhan"),
        "FAZHI_SOURCES": str(ROOT / "sources.yaml"),
    }

    def run(*words: str) -> int:
        return subprocess.run(
            words, cwd=tmp_path, env=environment, capture_output=True, check=False
        ).returncode

    assert run("fazhi", "crawl", "wuhan") == 0
    assert run("sh", "fazhi-backup", "archive", "copy") == 0
    assert run("fazhi", "crawl", "wuhan") == 0
    assert run("sh", "fazhi-backup", "archive", "copy") == 0
    held = {path: path.read_bytes() for path in (tmp_path / "copy").rglob("*") if path.is_file()}
    manifest = tmp_path / "archive" / "manifest.jsonl"
    manifest.write_bytes(manifest.read_bytes().splitlines(keepends=True)[0])
    assert run("sh", "fazhi-backup", "archive", "copy") == 4
    assert {path: path.read_bytes() for path in (tmp_path / "copy").rglob("*") if path.is_file()} == held
