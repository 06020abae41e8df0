"""The command without the extra: what it says, and what it does without sending."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.conftest import Fazhi
from tests.notification.conftest import Story

RULES = "notify:\n  - {id: all, to: [$HOOK, 'mailto://user:t0ps3cret@example.org'], language: en}\n"


@pytest.fixture
def words(story: Story, tmp_path: Path) -> list[str]:
    story.run(story.report())
    (tmp_path / "rules.yaml").write_text(RULES)
    return ["notify", "--archive", str(story.folder), "--rules", str(tmp_path / "rules.yaml")]


def test_without_the_extra_it_says_how_to_install_it(
    fazhi: Fazhi, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    assert fazhi(*words) == (
        2,
        "",
        "notifying needs the extra `notify`: pip install 'fazhi[notify]'\n",
    )


def test_a_dry_run_needs_no_extra_and_shows_no_secret(fazhi: Fazhi, words: list[str]) -> None:
    code, out, err = fazhi(*words, "--dry-run", "--since", "2026-11-01")
    assert (code, err) == (0, "")
    assert out.startswith("all -> $HOOK\nRule-of-law government reports: 1 change (new)\n\n[new] 武汉市")
    assert "all -> mailto://*** (" in out
    code, out, _ = fazhi(*words, "--dry-run", "--since", "2026-11-01", "--json")
    first, second = json.loads(out)
    assert (first["rule"], first["receiver"], first["arrived"], first["total"]) == ("all", "$HOOK", None, 1)
    assert first["changes"][0]["change"] == "new"
    assert first["key"] != second["key"]
    assert "t0ps3cret" not in out


def test_nothing_new_is_nothing_said(fazhi: Fazhi, words: list[str]) -> None:
    assert fazhi(*words, "--dry-run") == (0, "", "")
    assert fazhi(*words, "--dry-run", "--json") == (0, "[]\n", "")


def test_wrong_use_is_named(fazhi: Fazhi, words: list[str], tmp_path: Path) -> None:
    code, _, err = fazhi(*words, "--test", "nix")
    assert (code, err) == (2, f"--test nix: {tmp_path}/rules.yaml has no such rule; it has all\n")
    (tmp_path / "rules.yaml").write_text("notify: []\n")
    code, _, err = fazhi(*words, "--dry-run")
    assert (code, err) == (
        2,
        f"{tmp_path}/rules.yaml: has no rules; write them under `notify:`, or name a file with --rules\n",
    )
    code, _, err = fazhi("notify", "--archive", str(tmp_path / "none"), *words[3:], "--dry-run")
    assert code == 2


def test_a_site_that_was_never_visited_is_named(fazhi: Fazhi, words: list[str], tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("notify:\n  - {id: all, to: $HOOK, site: wuhn}\n")
    code, _, err = fazhi(*words, "--dry-run")
    assert code == 0
    assert err == f"{tmp_path}/rules.yaml:2: no visit of wuhn is in the archive yet; is the id right?\n"


def test_the_archive_has_no_fault_with_what_was_told(fazhi: Fazhi, story: Story, tmp_path: Path) -> None:
    from crawler.notification.state import NAME

    story.run(story.report())
    story.state = story.folder / NAME
    story.tell()
    assert story.state.exists()
    assert fazhi("verify", "--archive", str(story.folder))[0] == 0
    before = story.state.read_bytes()
    assert fazhi("rebuild", "--archive", str(story.folder))[0] == 0
    assert story.state.read_bytes() == before
    assert fazhi("verify", "--archive", str(story.folder))[0] == 0
