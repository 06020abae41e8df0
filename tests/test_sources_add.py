from __future__ import annotations

from pathlib import Path

import pytest

from crawler.errors import ConfigError
from crawler.sources import add_entry, load_sites, place_of
from crawler.sources.add import with_entry

ENTRY: dict[str, str | list[str]] = {
    "id": "wuhan",
    "name": "武汉市人民政府",
    "region": "420100",
    "lists": ["https://www.wuhan.gov.cn/zwgk/fzzfj/"],
}
WRITTEN = """  - id: wuhan
    name: 武汉市人民政府
    region: "420100"
    lists: [https://www.wuhan.gov.cn/zwgk/fzzfj/]
"""
OTHER = '- {id: a, name: 甲市, region: "420200", lists: [http://a.gov.cn/]}\n'


def loaded(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "sources.yaml"
    path.write_text(text, "utf-8")
    return [site.id for site in load_sites(path)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("sources:\n  " + OTHER, WRITTEN),
        ("sources:\n  " + OTHER + "    # about a\n\n# the end\n", WRITTEN + "\n# the end\n"),
        ("sources:\n  " + OTHER + "defaults: {delay: 2}\n", WRITTEN + "defaults: {delay: 2}\n"),
        ("sources:\n  " + OTHER.rstrip(), "\n" + WRITTEN),
        ("sources:\n" + OTHER, WRITTEN.replace("\n  ", "\n")[2:]),
    ],
)
def test_an_entry_is_put_after_the_last_and_nothing_else_changes(
    before: str, after: str, tmp_path: Path
) -> None:
    text = with_entry(before, ENTRY)
    new = after.strip("\n").partition("\ndefaults")[0].partition("\n\n#")[0]
    assert new in text
    assert text.replace(new + "\n", "", 1).rstrip("\n") == before.rstrip("\n")
    assert set(loaded(tmp_path, text)) == {"a", "wuhan"}


@pytest.mark.parametrize(
    ("before", "ids"),
    [
        ("sources: []  # none yet\n", ["wuhan"]),
        ("sources: [" + OTHER[2:-1] + "]\n", ["a", "wuhan"]),
        ("defaults: {delay: 2}\n", ["wuhan"]),
        ("defaults: {delay: 2}", ["wuhan"]),
        ("sources:\r\n  " + OTHER.replace("\n", "\r\n"), ["a", "wuhan"]),
        (
            'sources:\n  - id: a\n    name: 甲市\n    region: "420200"\n    lists:\n      - http://a.gov.cn/  # old\n'
            "    note: |\n      one\n\n      two\n",
            ["a", "wuhan"],
        ),
    ],
)
def test_however_the_file_is_written_the_entry_is_read_back(
    before: str, ids: list[str], tmp_path: Path
) -> None:
    assert loaded(tmp_path, with_entry(before, ENTRY)) == ids


def test_entries_set_apart_by_blank_lines_stay_so() -> None:
    before = f"sources:\n  # the first\n\n  {OTHER}\n  # the second\n  {OTHER.replace('id: a', 'id: b')}"
    assert with_entry(before, ENTRY) == before + "\n" + WRITTEN


def test_line_ends_stay_as_they_are(tmp_path: Path) -> None:
    text = with_entry("sources:\r\n  " + OTHER.replace("\n", "\r\n"), ENTRY)
    assert "\n" not in text.replace("\r\n", "")


def test_what_would_make_the_file_faulty_leaves_it_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text("sources:\n  " + OTHER, "utf-8")
    with pytest.raises(
        ConfigError, match=r"sources\.yaml:3: sources\[1\]\.id: 'a' is taken by the entry on line 2"
    ):
        add_entry(path, ENTRY | {"id": "a"})
    assert path.read_text("utf-8") == "sources:\n  " + OTHER
    assert list(tmp_path.iterdir()) == [path]


def test_the_projects_own_file_takes_an_entry_and_keeps_every_other_byte(tmp_path: Path) -> None:
    before = (Path(__file__).parent.parent / "sources.yaml").read_bytes()
    path = tmp_path / "sources.yaml"
    path.write_bytes(before)
    add_entry(path, ENTRY | {"id": "wuhan-2"})
    after = path.read_bytes()
    at = next(i for i, (old, new) in enumerate(zip(before + b"\0", after, strict=False)) if old != new)
    assert after[:at] + after[at + len(after) - len(before) :] == before
    assert place_of(path, "wuhan-2").startswith(f"{path}:")


def test_texts_that_yaml_would_take_for_something_else_are_quoted(tmp_path: Path) -> None:
    entry = ENTRY | {
        "name": "甲市: 乙区 # 1",
        "note": "no",
        "years": "2020",
        "match": "[a",
        "seen": "2026-11-25",
    }
    path = tmp_path / "sources.yaml"
    path.write_text("sources: []\n", "utf-8")
    add_entry(
        path, entry | {"match": "法治.*报告", "pages": ["http://a.gov.cn/?a=[1],2", "http://a.gov.cn/b"]}
    )
    (site,) = load_sites(path)
    assert (site.name, site.note, site.seen) == ("甲市: 乙区 # 1", "no", "2026-11-25")
    assert site.pages == ("http://a.gov.cn/?a=[1],2", "http://a.gov.cn/b")
