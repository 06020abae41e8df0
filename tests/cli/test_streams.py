"""Closed, full and broken stdout and stderr, limited encodings, and characters that must never reach a terminal."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from shlex import quote

import pytest

from crawler.archive import Archive
from crawler.cli.output import PlainConsole, print_table
from crawler.cli.streams import Stream
from crawler.extract import extract
from crawler.field.text import CONTROLS, json_escaped, one_line, paragraphs, visible
from tests.archive.held import FIXTURES, ROOT, faults
from tests.conftest import BODY, SITE, Clock, a_capture, a_report

FAZHI = f"{quote(sys.executable)} -m crawler"
CONTROL_CHARACTERS = [
    chr(code)
    for code in (
        *range(32),
        *range(0x7F, 0xA0),
        0x61C,
        0x200E,
        0x200F,
        *range(0x2028, 0x202F),
        *range(0x2066, 0x206A),
    )
    if chr(code) not in "\n\t"
]
ENEMY = "\x1b]0;PWNED\x07\x1b[2J\x1b[31m\u202e\u2066\x9b31m\x9d0;PWN\x9c\x85\u2028\r\x7f"


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        errors="replace",
        cwd=ROOT,
        env=os.environ | environment,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("streams") / "archive"
    with Archive.create(folder, clock=Clock(), notify=lambda _: None) as archive:
        for number in range(200):  # more than a pipe holds
            capture = a_capture(f"https://www.wuhan.gov.cn/{number}.html", at=Clock()())
            archive.record(capture)
            archive.store(a_report(f"{BODY}\n{number}", year=2015 + number % 9), capture, SITE)
    return folder


CRAWL = f"{FAZHI} crawl wuhan --replay {quote(str(FIXTURES))} --archive {{archive}}"
READING = {
    "reports --json": f"{FAZHI} reports --json --archive {{filled}}",
    "verify": f"{FAZHI} verify --archive {{filled}}",
    "source list": f"{FAZHI} source list",
    "help": f"{FAZHI} --help",
}
WRITING = {
    "crawl": CRAWL,
    "crawl --json": f"{CRAWL} --json",
    "import": f"{FAZHI} import {quote(str(ROOT))}/seeds --archive {{archive}}",
}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is full is one of Linux")
@pytest.mark.parametrize("name", [*READING, *WRITING])
def test_a_full_device_is_one_line_and_exit_code_1_and_the_work_is_kept(
    name: str, filled: Path, folder: Path
) -> None:
    command = (READING | WRITING)[name].format(filled=filled, archive=folder)
    done = shell(f"({command}) > /dev/full")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("standard output: No space left on device;")
    assert "Traceback" not in done.stderr
    if name in WRITING:
        assert faults(folder, deep=True) == []
        assert len(list(folder.glob("text/*/*/*.txt"))) >= 4


@pytest.mark.parametrize("name", [*READING, *WRITING])
def test_a_reader_that_leaves_is_at_most_one_line_and_the_work_is_kept(
    name: str, filled: Path, folder: Path
) -> None:
    command = (READING | WRITING)[name].format(filled=filled, archive=folder)
    done = shell(f"({command}) | true; exit ${{PIPESTATUS[0]}}", PYTHONUNBUFFERED="1")
    assert done.returncode in (0, 1)  # 0 where all was written before the reader left
    assert len([line for line in done.stderr.splitlines() if "in progress" not in line]) <= 1
    if name in WRITING:
        assert faults(folder, deep=True) == []
        assert len(list(folder.glob("text/*/*/*.txt"))) >= 4


@pytest.mark.parametrize(
    ("name", "closed"),
    [
        ("reports --json", ">&-"),
        ("verify", "<&- >&- 2>&-"),
        ("import", ">&-"),
        *(("crawl", closed) for closed in (">&-", "2>&-", "<&-", "<&- >&- 2>&-")),
    ],
)
def test_a_closed_descriptor_is_no_failure(name: str, closed: str, filled: Path, folder: Path) -> None:
    command = (READING | WRITING)[name].format(filled=filled, archive=folder)
    done = shell(f"{command} {closed}")
    assert done.returncode == 0
    if closed == ">&-":
        assert done.stderr.splitlines()[-1].startswith("standard output: it is closed;")
    assert "Traceback" not in done.stderr
    if name in WRITING:
        assert faults(folder, deep=True) == []
        assert len(list(folder.glob("text/*/*/*.txt"))) >= 4


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is full is one of Linux")
def test_a_log_that_cannot_be_written_is_told_once_and_does_not_end_the_crawl(folder: Path) -> None:
    done = shell(f"{CRAWL.format(archive=folder)} --log /dev/full")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "/dev/full: some events could not be written: No space left on device" in done.stderr
    assert faults(folder, deep=True) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is full is one of Linux")
def test_stderr_that_takes_nothing_changes_nothing(folder: Path) -> None:
    assert shell(f"{CRAWL.format(archive=folder)} 2> /dev/full").returncode == 0
    assert faults(folder) == []


POOR = {
    "C, nothing coerced": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "ascii, strict": {"PYTHONIOENCODING": "ascii:strict"},
    "gbk": {"PYTHONIOENCODING": "gbk"},
}


@pytest.mark.parametrize("name", POOR)
def test_what_an_encoding_lacks_is_written_as_escapes(name: str, filled: Path, folder: Path) -> None:
    poor = POOR[name]
    if "LC_ALL" in poor and not str(ROOT).isascii():
        pytest.skip(
            "Python reads the path of an editable install in the locale's encoding, and does not start"
        )
    source = folder.with_name("s.yaml")
    entry = 'id: a, name: 㑇𠮷市人民政府, region: "420100", lists: ["http://a.gov.cn/"]'
    source.write_text(f"sources: [{{{entry}}}]\n", "utf-8")
    for command in (
        CRAWL.format(archive=folder),
        f"{FAZHI} show {ids(filled)[0]} --archive {filled}",
        f"{FAZHI} source list --sources {source}",
    ):
        done = shell(command, **poor)
        assert (command, done.returncode, done.stderr.count("Traceback")) == (command, 0, 0), done.stderr
        assert done.stdout
    assert (
        json.loads(shell(f"{FAZHI} source list --json --sources {source}", **poor).stdout)[0]["name"]
        == "㑇𠮷市人民政府"
    )
    assert faults(folder) == []
    assert len(list(folder.glob("text/420100-武汉市/*/*.txt"))) == 4


def ids(folder: Path) -> list[str]:
    with Archive.read(folder) as archive:
        return [report.id or "" for report in archive.reports()]


def test_stream_and_console_write_no_control_character_of_a_text() -> None:
    text = "".join(CONTROL_CHARACTERS)
    assert visible("年\t度\n[red]") == "年\t度\n[red]"
    assert visible(text) == "".join(
        f"\\x{ord(char):02x}" if ord(char) < 0x100 else f"\\u{ord(char):04x}" for char in CONTROL_CHARACTERS
    )
    assert json.loads(json_escaped(json.dumps(text, ensure_ascii=False))) == text
    reading, writing = os.pipe()
    stream = Stream(writing, sys.__stdout__)
    print(f"[red]{text}", file=stream, flush=True)
    PlainConsole(stream).print(f"[/red]{text}")
    stream.flush()
    written = os.read(reading, 65536).decode()
    os.close(reading)
    os.close(writing)
    assert written.startswith(f"[red]{visible(text)}\n[/red]")
    assert not set(written) & set(CONTROL_CHARACTERS)


@pytest.mark.parametrize("terminal", [True, False])
def test_a_console_shows_markup_and_control_characters_as_they_are_written(terminal: bool) -> None:
    written = io.StringIO()
    written.isatty = lambda: terminal  # type: ignore[method-assign]
    console = PlainConsole(written)
    console.print(f"[red]a[/nothing] :smile: \\[b] {ENEMY}")
    assert written.getvalue().startswith("[red]a[/nothing] :smile: \\[b] \\x1b]0;PWNED")
    assert not set(written.getvalue()) & set(CONTROL_CHARACTERS)


HOSTILE = f"{ENEMY}[red]x[/blue][/]:smile:[link=http://a/]\\"


def test_a_terminal_gets_no_sequence_and_no_markup_of_a_page(folder: Path, clock: Clock) -> None:
    """Store a text without extraction, as an archive of an earlier version may have it."""
    title = f"某市{HOSTILE}人民政府2022年法治政府建设情况报告"
    with Archive.create(folder, clock=clock, notify=lambda _: None) as archive:
        capture = a_capture(at=clock())
        archive.record(capture)
        archive.store(replace(a_report(f"{BODY}\n{HOSTILE}"), title=title), capture, SITE)
    for words in (
        ["reports"],
        ["show", ids(folder)[0]],
        ["show", HOSTILE],
        ["extract", f"/nothing/{HOSTILE}"],
        [HOSTILE],
    ):
        shown = on_a_terminal(
            *words, *(["--archive", str(folder)] if words[0] in ("reports", "show") else [])
        )
        assert "[red]x[/blue][/]:smile:" in shown
        for char in set(CONTROL_CHARACTERS) - set(
            "\r\x1b"
        ):  # a terminal ends lines with \r, a table's head is bold
            assert char not in shown, words
        for sequence in ("\x1b]", "\x1b[2J", "\x1b[31m"):
            assert sequence not in shown, words


def on_a_terminal(*words: str) -> str:
    """Return what a command writes to a terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "crawler", *words]
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "300"}
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, cwd=ROOT, env=environment):
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # how Linux says that the other end is closed
            while got := os.read(ours, 65536):
                shown += got
    os.close(ours)
    return shown.decode("utf-8")


def test_a_tables_cell_is_one_cell(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("a", "b"), [("x\ty\nz", None)])
    assert capsys.readouterr().out == "x y z\t\n"


@pytest.mark.parametrize("char", CONTROL_CHARACTERS)
def test_titles_and_texts_lose_control_characters_at_the_door(char: str) -> None:
    reference = (
        "" if char in "\0\r" or "\x80" <= char < "\xa0" else f"&#{ord(char)};"
    )  # &#128; is the euro sign
    title = f"某市人民政府2022年{char}{reference}法治政府建设情况报告"
    prose = "".join(f"<p>第{n}项{char}{reference}工作取得成效，完成事项{n}件。</p>" for n in range(20))
    page = f"<meta charset=utf-8><meta name=ArticleTitle content='{title}'><title>{title}</title><h1>{title}</h1><div>{prose}</div>"
    report = extract(page.encode())
    kept = report.title + report.body + (report.issuer or "") + report.text()
    assert not set(kept) & set(CONTROL_CHARACTERS)
    assert "".join(report.title.split()) == "某市人民政府2022年法治政府建设情况报告"
    assert not set(one_line(title)) & set(CONTROL_CHARACTERS)
    assert not set("".join(paragraphs(title))) & set(CONTROL_CHARACTERS)


def test_a_lone_surrogate_is_left_out_of_a_title() -> None:
    assert one_line("\ud800某县\udfff报告") == "某县报告"


def test_controls_are_the_characters_named_here() -> None:
    found = [chr(code) for code in range(0x3000) if re.match(f"[{CONTROLS}]", chr(code))]
    assert found == sorted(CONTROL_CHARACTERS)


def test_sigterm_before_a_command_has_begun_ends_it_with_a_line() -> None:
    program = "import os, signal\nfrom crawler.cli import streams\nstreams.tell_of_sigterm()\nos.kill(os.getpid(), signal.SIGTERM)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGTERM
    assert done.stderr == "SIGTERM: ended; what was stored is kept\n"


def test_ctrl_c_before_a_command_has_begun_ends_it_without_a_traceback() -> None:
    program = "import os, signal\nfrom crawler.cli import main, streams\nstreams.tell_of_sigterm = lambda: os.kill(os.getpid(), signal.SIGINT)\nmain()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (128 + signal.SIGINT, "", "")


def test_a_sigterm_that_the_parent_ignores_stays_ignored() -> None:
    program = "import os, signal\nfrom crawler.cli import streams\nstreams.tell_of_sigterm()\nos.kill(os.getpid(), signal.SIGTERM)"
    ignoring = f"trap '' TERM; exec {quote(sys.executable)} -c {quote(program)}"
    done = shell(ignoring)
    assert (done.returncode, done.stderr) == (0, "")
