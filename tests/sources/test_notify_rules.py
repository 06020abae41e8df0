"""Rules of `fazhi notify` in sources.yaml and in a file of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.errors import ConfigError
from crawler.model import ChangeKind, NotifyRule
from crawler.sources import load_rules, load_sites

SECRET = "mailto://user:t0ps3cret@mail.example.org"
SITES = """sources:
  - id: wuhan
    name: 武汉市人民政府
    region: "420100"
    lists: [https://www.wuhan.gov.cn/zwgk/fzzfj/]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "sources.yaml"
    path.write_text(text)
    return path


def test_rules_stand_in_sources_yaml_or_alone(tmp_path: Path) -> None:
    rules = """notify:
  - id: hubei
    to: [$FAZHI_MAIL, tag:chat]
    region: [湖北, "110000"]
    kind: [gone, shrunk]
    site: wuhan
    weight: 40
    changed_chars: 10
    language: en
  - {id: all, to: $HOOK}
"""
    path = written(tmp_path, rules)
    expected = (
        NotifyRule(
            id="hubei",
            to=("$FAZHI_MAIL", "tag:chat"),
            regions=("420000", "110000"),
            kinds=(ChangeKind.GONE, ChangeKind.SHRUNK),
            sites=("wuhan",),
            weight=40,
            changed_chars=10,
            language="en",
            place=f"{path}:2",
        ),
        NotifyRule(id="all", to=("$HOOK",), place=f"{path}:10"),
    )
    assert load_rules(path, alone=True) == expected
    path = written(tmp_path, SITES + rules)
    assert [each.id for each in load_rules(path, alone=False)] == ["hubei", "all"]
    assert [each.id for each in load_sites(path)] == ["wuhan"]
    assert load_rules(written(tmp_path, SITES), alone=False) == ()


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("to: $HOOK", "2: notify[0].id: is missing"),
        ("id: a", "2: notify[0].to: is missing"),
        ("id: A B\n    to: $HOOK", "2: notify[0].id: must be a short name of small letters, digits and hyphens, such as hubei"),
        ("id: a\n    to: []", "3: notify[0].to: must name 1 to 50 receivers"),
        (f"id: a\n    to: [{SECRET}, 't0ps3cret nonsense']", "3: notify[0].to: must be $NAME ("),
        (f"id: a\n    to: {{mail: '{SECRET}'}}", "3: notify[0].to: must be $NAME ("),
        ("id: a\n    to: $HOOK\n    kind: gonne", "4: notify[0].kind: must be among new, revised, shrunk, gone, missing"),
        ("id: a\n    to: $HOOK\n    kind: gonne", "did you mean gone?"),
        ("id: a\n    to: $HOOK\n    region: 胡北省", "4: notify[0].region: must be divisions: "),
        ("id: a\n    to: $HOOK\n    region: 420000", "4: notify[0].region: must be names, or GB/T 2260 codes in quotes"),
        ("id: a\n    to: $HOOK\n    site: W!", "4: notify[0].site: must be ids of sources, such as wuhan"),
        ("id: a\n    to: $HOOK\n    weight: -1", "4: notify[0].weight: must be greater than or equal to 0"),
        ("id: a\n    to: $HOOK\n    language: fr", "4: notify[0].language: must be 'zh' or 'en'"),
        (f"id: a\n    to: $HOOK\n    regoin: '{SECRET}'", "4: notify[0].regoin: no such key; did you mean region?"),
        (f"id: a\n    to: $HOOK\n    weight: '{SECRET}'", "4: notify[0].weight: must be a whole number"),
        ("id: a\n    to: $HOOK\n  - id: a\n    to: $HOOK", "4: notify[1].id: is the id of an earlier rule too"),
        (SECRET, "2: notify[0]: must be a mapping"),
    ],
)  # fmt: skip
def test_a_fault_has_its_line_and_no_secret(tmp_path: Path, rule: str, fault: str) -> None:
    path = written(tmp_path, f"notify:\n  - {rule}\n")
    with pytest.raises(ConfigError) as raised:
        load_rules(path, alone=True)
    assert fault in str(raised.value)
    assert str(raised.value).startswith(f"{path}:")
    path = written(tmp_path, f"notify:\n  - {rule}\n{SITES}")
    with pytest.raises(ConfigError) as in_sources:
        load_sites(path)
    assert fault in str(in_sources.value)
    with pytest.raises(ConfigError):
        load_rules(path, alone=False)
    assert "t0ps3cret" not in f"{raised.value}{in_sources.value}"


@pytest.mark.parametrize("value", [SECRET, f"{{to: '{SECRET}'}}", "7"])
def test_what_is_no_list_of_rules_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(ConfigError, match=r"yaml:1: notify: must be a list$"):
        load_rules(written(tmp_path, f"notify: {value}\n"), alone=True)


def test_a_file_of_rules_holds_nothing_else(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"yaml:2: sources: no such key"):
        load_rules(written(tmp_path, f"notify: []\n{SITES}"), alone=True)


def test_another_fault_of_sources_yaml_does_not_stop_the_rules(tmp_path: Path) -> None:
    path = written(tmp_path, "notify:\n  - {id: all, to: $HOOK}\nsources: [{id: X}]\n")
    assert [each.id for each in load_rules(path, alone=False)] == ["all"]


def test_only_the_main_file_has_rules(tmp_path: Path) -> None:
    path = written(tmp_path, SITES)
    path.with_suffix(".d").mkdir()
    (path.with_suffix(".d") / "42.yaml").write_text("notify:\n  - {id: all, to: $HOOK}\nsources: []\n")
    with pytest.raises(
        ConfigError, match=r"42\.yaml:1: notify: only the file named by --sources may have rules"
    ):
        load_sites(path)
