"""The commands in CONTRIBUTING.md run, in the order in which they stand there, against servers on loopback."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import Fazhi
from tests.site.governments import GOVERNMENTS
from tests.site.punctuation import widen
from tests.site.server import Answer, Request, Server

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
HOST = "www.example.gov.cn"
SOURCES = """\
defaults: {delay: 0}
sources:
  - id: jinghai
    name: 天津市静海区人民政府
    region: "120118"
    lists: [http://www.tjjh.gov.cn/]
"""
_LIST = """<html><head><title>法治政府建设_武汉市人民政府</title></head><body><ul>
{links}
</ul><a href="#" onclick="turnTo(2)">下一页</a> 共3页<div>网站标识码:4201000042</div></body></html>"""
_REPORT = """<html><head><title>{title}</title></head><body><h1>{title}</h1><div>发布日期：{day}</div>
<div id="text">{body}</div><div>网站标识码:4201000042</div></body></html>"""


def blocks(heading: str) -> list[list[str]]:
    """The commands of each `sh` block below a heading, without their comments."""
    part = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(r"```sh\n(.*?)```", part, re.S)
    return [
        [re.sub(r"\s{2,}#.*", "", line) for line in block.splitlines() if line.strip()] for block in found
    ]


def respond(request: Request) -> Answer:
    """A site of an unknown CMS: a list with a pager that only a script follows, and the reports of 武汉市."""
    reports = {f"/list/a{number}.html": each for number, each in enumerate(GOVERNMENTS[0].documents)}
    headers = {"Content-Type": "text/html; charset=utf-8"}
    if request.path == "/list/":
        links = "\n".join(
            f'<li><a href="{path}">{each.title}</a><span>{each.day}</span></li>'
            for path, each in reports.items()
        )
        return Answer(status=200, body=_LIST.format(links=links).encode(), headers=headers)
    if report := reports.get(request.path):
        body = "".join(f"<p>{widen(text)}</p>" for text in report.paragraphs)
        page = _REPORT.format(title=report.title, day=report.day, body=body)
        return Answer(status=200, body=page.encode(), headers=headers)
    return Answer(status=404, headers=headers)


@dataclass(frozen=True)
class Shell:
    """A shell in a folder with a copy of what the commands name, and the environment of a contributor."""

    folder: Path
    environment: dict[str, str]

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    server = Server(respond)
    server.start()
    fixtures = tmp_path / "tests" / "fixtures"
    fixtures.mkdir(parents=True)
    (fixtures / "pre").symlink_to(ROOT / "tests" / "fixtures" / "pre")  # has its own entry, as most of them
    (tmp_path / "sources.yaml").write_text(SOURCES, "utf-8")
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "fazhi").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m crawler "$@"\n')
    (bin_ / "fazhi").chmod(0o755)
    yield Shell(
        tmp_path,
        os.environ
        | {
            "PATH": f"{bin_}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "EDITOR": "true",
            "FAZHI_CONNECT_TO": f"{HOST}:80:127.0.0.1:{server.port}",
        },
    )
    server.stop()


def test_the_steps_for_another_cms_run_as_they_stand(shell: Shell) -> None:
    (steps,) = blocks("Add a content management system")
    done = [(step, shell.run(step)) for step in steps]
    add, record, explain, _, _, check, again, all_fixtures = (each for _, each in done)
    assert "system generic" in add.stderr, add
    assert "no further page found" in add.stderr
    assert "id: example" in (shell.folder / "sources.yaml").read_text("utf-8")
    assert "4 reports" in record.stdout, record
    assert "taken by: generic" in explain.stdout, explain
    assert "the page states: 3 pages" in explain.stdout
    assert "turnTo(2)" in explain.stdout  # the pager to write a rule for
    assert (check.returncode, again.returncode, all_fixtures.returncode) == (1, 0, 0), (check, all_fixtures)
    assert "page 1 of 3" in check.stdout  # nobody has written the rule here
    assert "ok       example" in all_fixtures.stdout


def test_the_command_that_tests_a_city_runs_on_saved_pages(shell: Shell) -> None:
    (shell.folder / "sources.yaml").unlink()
    (shell.folder / "sources.yaml").symlink_to(ROOT / "sources.yaml")
    shell.environment["FAZHI_REPLAY"] = str(ROOT / "tests" / "fixtures" / "wuhan")
    ((command,),) = blocks("Add a city")
    done = shell.run(command)
    assert done.returncode == 0, done
    assert "trs" in done.stdout
    assert "4 reports" in done.stdout


def test_every_command_named_in_the_text_exists(fazhi: Fazhi) -> None:
    named = set(re.findall(r"`fazhi ((?:source|fixture|cms) [a-z]+)", PAGE))
    assert {"source add", "source fmt", "cms explain", "fixture record"} <= named
    for each in sorted(named):
        code, out, _ = fazhi(*each.split(), "--help")
        assert (code, out.startswith(f"Usage: fazhi {each} ")) == (0, True), out


def test_every_make_target_named_in_the_text_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"`make ([a-z-]+)", PAGE)):
        assert re.search(rf"^{target}:", makefile, re.M), target
