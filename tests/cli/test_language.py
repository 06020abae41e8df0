"""`--lang zh`: a command speaks Chinese to people, and to programs as ever."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crawler.archive import Archive
from crawler.cli.program.table import SECTIONS, Command, Group
from crawler.language import speak
from tests.conftest import SITE, URL, Fazhi, a_capture, a_report

SENTENCE = re.compile(r"(?<![\w./:`\"'-])[A-Za-z]?[a-z]+(?: [a-z]+){2,}")
"""Three words of English in a row: more than a name or a value."""

COMMAND_LINE = re.compile(r"fazhi(?: [a-z]+)*")


def english_in(text: str) -> list[str]:
    """Return the sentences of English in a text, command lines left out."""
    return SENTENCE.findall(COMMAND_LINE.sub("fazhi", text))


@pytest.fixture(autouse=True)
def english_afterwards(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "FAZHI_LANG"):
        monkeypatch.delenv(name, raising=False)
    yield
    speak("en")


def commands_of(entries: tuple[Command | Group, ...], *above: str) -> Iterator[tuple[str, ...]]:
    for entry in entries:
        yield (*above, entry.name)
        if isinstance(entry, Group):
            yield from commands_of(entry.commands, *above, entry.name)


COMMANDS = [(), *(command for section in SECTIONS for command in commands_of(section.commands))]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_help_of_every_command_is_in_chinese(command: tuple[str, ...], fazhi: Fazhi) -> None:
    code, out, err = fazhi(*command, "--help", "--lang", "zh")
    assert (code, err) == (0, "")
    assert "用法: fazhi" in out
    assert not re.findall(r"^[A-Z][A-Za-z ]*:", out, re.M)  # a heading
    assert not english_in(out)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["show"], "错误：缺少参数“ID”。"),
        (["zzzz"], "错误：没有命令“zzzz”。"),
        (["notfy"], "错误：没有命令“notfy”。您是指“notify”吗？"),
        (["crawl", "--fulll"], "错误：没有选项：--fulll"),
        (["show", "a", "b"], "错误：多余的参数（b）"),
        (["reports", "--limit"], "错误：选项“--limit”需要一个值。"),
        (["reports", "--limit", "x"], "的值无效：'x'不是整数"),
        (["reports", "--region", "x"], "x：没有叫此名称的区划"),
        (["reports", "--json", "--csv"], "--json与--csv：只能给出其中一个"),
    ],
)
def test_wrong_use_is_told_in_chinese(words: list[str], told: str, fazhi: Fazhi) -> None:
    code, out, err = fazhi(*words, "--lang", "zh")
    assert (code, out) == (2, "")
    assert told in err
    assert not english_in(err)


@pytest.mark.parametrize("words", [["show"], ["nothing"], ["crawl", "--fulll"], ["reports", "--limit", "x"]])
def test_wrong_use_is_told_as_typer_does(words: list[str], fazhi: Fazhi) -> None:
    code, _, err = fazhi(*words)
    assert code == 2
    usage, hint, empty, error = err.splitlines()[-4:]
    assert usage.lstrip().startswith(("Usage: fazhi", "[", "COMMAND"))
    assert re.fullmatch(r"Try 'fazhi[a-z ]* -h' for help\.", hint)
    assert empty == ""
    assert error.startswith("Error: ")


@pytest.mark.parametrize(
    ("words", "environment", "chinese"),
    [
        (["--lang", "zh", "show", "x"], {}, True),
        (["--lang=zh", "show", "x"], {}, True),
        (["show", "x", "--lang", "zh"], {}, True),
        (["show", "x"], {"FAZHI_LANG": "zh"}, True),
        (["show", "x"], {"LANG": "zh_CN.UTF-8"}, True),
        (["show", "x", "--lang", "en"], {"FAZHI_LANG": "zh"}, False),
        (["show", "x"], {"LANG": "zh_CN.UTF-8", "FAZHI_LANG": "en"}, False),
        (["show", "x"], {"LANG": "C.UTF-8"}, False),
        (["show", "x"], {}, False),
        (["show", "--", "--lang"], {}, False),
    ],
)
def test_the_language_is_chosen(
    words: list[str],
    environment: dict[str, str],
    chinese: bool,
    fazhi: Fazhi,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    _, _, err = fazhi(*words)
    assert ("此处没有档案" in err) is chinese
    assert ("no archive here" in err) is not chinese


def test_another_language_is_wrong_use(fazhi: Fazhi, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fazhi("--lang", "fr", "show", "x") == (2, "", "--lang fr: must be one of en, zh\n")
    monkeypatch.setenv("FAZHI_LANG", "fr")
    assert fazhi("show", "x") == (2, "", "FAZHI_LANG fr: must be one of en, zh\n")
    assert fazhi("show", "--lang")[2] == "--lang : must be one of en, zh\n"


@pytest.fixture
def held(opened: Callable[[], Archive], clock: Callable[[], object], folder: Path) -> Path:
    """An archive with one report."""
    with opened() as archive:
        capture = a_capture(URL, at=clock())  # type: ignore[arg-type]
        archive.record(capture)
        archive.store(a_report(), capture, SITE)
    return folder


@pytest.mark.parametrize(
    "command",
    [
        ["reports"],
        ["reports", "--csv"],
        ["reports", "--json"],
        ["changes", "--since", "2026-11-01", "--json"],
        ["coverage", "--json", "--asof", "2026-11-25"],
        ["coverage", "--csv", "--asof", "2026-11-25"],
        ["search", "法治", "--json"],
    ],
    ids=" ".join,
)
def test_what_programs_read_is_the_same_in_every_language(
    command: list[str], held: Path, fazhi: Fazhi
) -> None:
    told = {
        language: fazhi(*command, "--archive", str(held), "--lang", language)[:2] for language in ("en", "zh")
    }
    assert told["en"] == told["zh"]


def test_a_report_is_described_in_chinese(held: Path, fazhi: Fazhi) -> None:
    _, _, listed = fazhi("reports", "--json", "--archive", str(held))
    assert listed == ""
    code, out, err = fazhi("show", "420100-2022", "--archive", str(held), "--lang", "zh")
    assert code == 0
    assert out.startswith("武汉市人民政府关于2022年度")
    assert "版本1读自https://www.wuhan.gov.cn/" in err
    assert not english_in(err)


def test_verify_speaks_chinese(held: Path, fazhi: Fazhi) -> None:
    code, out, err = fazhi("verify", "--archive", str(held), "--lang", "zh")
    assert (code, err) == (0, "")
    assert re.fullmatch(r"链首 [0-9a-f]{64}\n没有发现错误\n", out)
    (text,) = held.glob("text/*/*/*.txt")
    text.write_text("另一篇正文", "utf-8")
    code, out, _ = fazhi("verify", "--archive", str(held), "--lang", "zh")
    assert code == 4
    assert "的正文" in out
    assert not english_in(out)
    assert json.loads(fazhi("verify", "--json", "--archive", str(held), "--lang", "zh")[1])["faults"][0][
        "what"
    ].startswith("is not the text of")


def test_a_name_cannot_speak_for_the_command(fazhi: Fazhi) -> None:
    """A line end in a name is shown as an escape, and what follows it is no message of its own."""
    code, _, err = fazhi("show", "x", "--archive", "/nowhere\nno fault found", "--lang", "zh")
    assert code != 0
    assert "没有发现错误" not in err
    assert "此处没有档案" in err
    assert len(err.splitlines()) == 1
