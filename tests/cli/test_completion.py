"""Shell completion, through the shells themselves. bash is everywhere; zsh and fish are asked where they are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.archive.reader_queries.ids import report_ids
from tests.conftest import Fazhi

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def archive(fazhi: Fazhi, folder: Path) -> Path:
    replay = str(ROOT / "tests" / "fixtures" / "wuhan")
    sources = str(ROOT / "sources.yaml")
    fazhi("crawl", "wuhan", "--sources", sources, "--replay", replay, "--archive", str(folder))
    return folder


def ask(shell: str, script: str, folder: Path, **variables: str) -> list[str]:
    """Run a script in a shell whose `fazhi` is this one; returns the words of its output."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    command = folder / "bin" / "fazhi"
    command.parent.mkdir(exist_ok=True)
    command.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -c "import crawler.cli; crawler.cli.main()" "$@"\n'
    )
    command.chmod(0o755)
    environment = (
        os.environ
        | variables
        | {
            "PATH": f"{command.parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder),
        }
    )
    done = subprocess.run(
        [shell, "-c", script], capture_output=True, text=True, cwd=folder, env=environment, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.split()


def in_bash(words: str, folder: Path, **variables: str) -> list[str]:
    script = (
        'eval "$(fazhi completion bash)"\ncomplete -p fazhi > /dev/null || exit 9\n'
        f"COMP_WORDS=({words})\nCOMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n"
        '_fazhi_completion fazhi\nprintf "%s\\n" "${COMPREPLY[@]}"'
    )
    return ask("bash", script, folder, **variables)


def test_bash_completes_commands_and_options(tmp_path: Path) -> None:
    assert in_bash("fazhi re", tmp_path) == ["reports", "rebuild"]
    assert in_bash("fazhi source ch", tmp_path) == ["check"]
    assert in_bash("fazhi reports --si", tmp_path) == ["--site", "--since", "--similar"]
    assert in_bash("fazhi export out --format parq", tmp_path) == ["parquet"]


def test_bash_completes_ids_of_sources(tmp_path: Path) -> None:
    (tmp_path / "sources.d").mkdir()
    (tmp_path / "sources.yaml").write_text("sources:\n  - id: wuhan\n    name: 武汉\n  - id: wuwei\n")
    (tmp_path / "sources.d" / "more.yaml").write_text('sources:\n  - id: "wuhu"\n  - id: xian\n')
    assert in_bash("fazhi crawl wu", tmp_path) == ["wuhan", "wuhu", "wuwei"]
    other = tmp_path / "other" / "sources.yaml"
    other.parent.mkdir()
    other.write_text("sources:\n- id: wuxi\n")
    assert in_bash("fazhi crawl --sources other/sources.yaml wu", tmp_path) == ["wuxi"]
    assert in_bash("fazhi source check wu", tmp_path, FAZHI_SOURCES=str(other)) == ["wuxi"]


def test_bash_completes_ids_of_reports(tmp_path: Path, archive: Path) -> None:
    before = sorted(archive.rglob("*"))
    found = in_bash("fazhi show 420100-2022", tmp_path, FAZHI_ARCHIVE=str(archive))
    assert len(found) == 1
    assert found[0].startswith("420100-2022-")
    assert sorted(archive.rglob("*")) == before, "completion makes no file"
    assert in_bash("fazhi show 42", tmp_path, FAZHI_ARCHIVE="none") == []


def test_fish_completes_commands_and_ids(tmp_path: Path, archive: Path) -> None:
    script = 'fazhi completion fish | source\ncomplete -C "fazhi reb"\ncomplete -C "fazhi show 420100-2022"'
    words = ask("fish", script, tmp_path, FAZHI_ARCHIVE=str(archive))
    assert words[0] == "rebuild"
    assert words[-1].startswith("420100-2022-")


def test_zsh_completes_commands(tmp_path: Path) -> None:
    script = (
        'autoload -Uz compinit; compinit -u -D; eval "$(fazhi completion zsh)"\n'
        "[[ ${_comps[fazhi]} == _fazhi_completion ]] || exit 9\n"
        '_arguments() { print -r -- "$@" }\nwords=(fazhi reb); CURRENT=2; _fazhi_completion'
    )
    assert '(("rebuild":"Recreate' in " ".join(ask("zsh", script, tmp_path))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_is_printed_for_each_shell(fazhi: Fazhi, shell: str) -> None:
    code, out, err = fazhi("completion", shell)
    assert (code, err) == (0, "")
    assert "_FAZHI_COMPLETE" in out


def test_an_unknown_shell_is_wrong_use(fazhi: Fazhi) -> None:
    code, out, err = fazhi("completion", "csh")
    assert (code, out) == (2, "")
    assert "csh" in err


def test_no_catalogue_and_a_damaged_one_have_no_ids(tmp_path: Path) -> None:
    assert report_ids(tmp_path / "catalogue.db", "4") == []
    (tmp_path / "catalogue.db").write_bytes(b"no database" * 1000)
    assert report_ids(tmp_path / "catalogue.db", "4") == []


def test_a_prefix_is_no_pattern(archive: Path) -> None:
    assert len(report_ids(archive / "catalogue.db", "420100-")) == 4
    assert report_ids(archive / "catalogue.db", "%") == []
    assert report_ids(archive / "catalogue.db", "420100_") == []
