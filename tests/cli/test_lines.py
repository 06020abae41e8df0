"""No name and no text of others can forge a line of a command's output."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from crawler.archive import Archive
from crawler.cli.display import Display
from crawler.cli.output import message, tab_separated
from crawler.crawl import Halt
from crawler.field.text import visible_line
from crawler.model import Ending, Outcome, Site
from tests.conftest import Fazhi
from tests.intake.test_import_files import text, written

FORGED = "no fault found"
HOSTILE = f"a\n{FORGED}\r\n\x1b[2J{FORGED}\u2028{FORGED}\x85\x0b{FORGED}"
Opener = Callable[[], Archive]


def forged(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.strip().startswith(FORGED)]


def test_a_line_is_one_line_for_every_terminal() -> None:
    assert visible_line(HOSTILE).splitlines() == [visible_line(HOSTILE)]
    assert visible_line("a\nb\tc") == "a\\nb\tc"
    assert tab_separated((HOSTILE, None, 1, "\ta b ")).split("\t")[1:] == ["", "1", "a b"]
    assert not forged(tab_separated((HOSTILE,)))


def test_a_message_is_one_line() -> None:
    with redirect_stderr(io.StringIO()) as shown:
        message(HOSTILE)
    assert len(shown.getvalue().splitlines()) == 1


@pytest.mark.parametrize("ending", list(Ending))
@pytest.mark.parametrize("dry", [True, False])
def test_an_outcome_of_a_crawl_is_one_line(ending: Ending, dry: bool, opened: Opener) -> None:
    site = Site(id="a", name=HOSTILE, region="420100", lists=("http://a.gov.cn/",))
    outcome = Outcome(ending=ending, url=f"http://a.gov.cn/{HOSTILE}", site_id="a", detail=HOSTILE)
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err, opened() as archive:
        halt = Halt()
        with Display([site], halt=halt) as display:
            display.show(outcome, None if dry else archive)
            display.message(HOSTILE)
        halt.request(HOSTILE)
        display.finish(None)
    assert not forged(out.getvalue() + err.getvalue())


@pytest.mark.parametrize(
    "name", [f"x\n{FORGED}.txt", f"x\r{FORGED}.html", f"x\u2028{FORGED}.warc", f"x\x1b[2J\n{FORGED}.wacz"]
)
@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_an_imported_files_name_is_within_its_line(
    name: str, flags: list[str], fazhi: Fazhi, tmp_path: Path
) -> None:
    written(tmp_path / "in", name, "x")
    written(tmp_path / "in", "z.txt", text("宜昌市", 2021))
    code, out, err = fazhi("import", str(tmp_path / "in"), "--archive", str(tmp_path / "a"), *flags)
    assert (code in (0, 1), len(out.splitlines())) == (True, 2)
    assert not forged(out + err)


def test_a_file_in_an_archive_cannot_say_that_it_is_sound(fazhi: Fazhi, tmp_path: Path) -> None:
    archive = str(tmp_path / "a")
    written(tmp_path / "in", "z.txt", text("宜昌市", 2021))
    assert fazhi("import", str(tmp_path / "in"), "--archive", archive)[0] == 0
    for place in ("warc/2026", "text/420500-宜昌市/2021"):
        kind = ".warc.gz" if place.startswith("warc") else ".txt"
        written(tmp_path / "a" / place, f"x\n{FORGED}{kind}", "")
    code, out, err = fazhi("verify", "--archive", archive)
    assert (code, forged(out + err)) == (4, [])


def test_an_error_that_names_a_file_is_one_line(fazhi: Fazhi, tmp_path: Path) -> None:
    code, out, err = fazhi("verify", "--archive", str(tmp_path / f"x\n{FORGED}"))
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert not forged(err)
