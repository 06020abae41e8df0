from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given, strategies

from crawler.errors import ConfigError
from crawler.sources import add_entry, entry_lines, load_sites, location_of
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
OTHER = '- {id: a, name: 甲市, region: "410200", lists: [http://a.gov.cn/]}\n'


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
            'sources:\n  - id: a\n    name: 甲市\n    region: "410200"\n    lists:\n      - http://a.gov.cn/  # old\n'
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


def test_a_device_or_pipe_in_the_place_of_the_file_is_refused_and_stays(tmp_path: Path) -> None:
    pipe, link, file = tmp_path / "pipe", tmp_path / "link.yaml", tmp_path / "sources.yaml"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    file.write_text("sources: []\n")
    for path, into in ((pipe, None), (link, None), (file, pipe)):
        with pytest.raises(ConfigError, match="it is not a regular file"):
            add_entry(path, ENTRY, into=into)
    assert pipe.is_fifo()
    assert file.read_text() == "sources: []\n"


def test_what_would_make_the_file_faulty_leaves_it_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text("sources:\n  " + OTHER, "utf-8")
    with pytest.raises(ConfigError, match=r"sources\.yaml: the id 'a' is taken"):
        add_entry(path, ENTRY | {"id": "a"})
    with pytest.raises(
        ConfigError, match=r"sources\.yaml: the entry's region is 420200 \(湖北省黄石市\), but 武汉市人民政府"
    ):
        add_entry(path, ENTRY | {"region": "420200"})
    assert path.read_text("utf-8") == "sources:\n  " + OTHER
    assert list(tmp_path.iterdir()) == [path]


def test_the_projects_own_file_takes_an_entry_and_keeps_every_other_byte(tmp_path: Path) -> None:
    before = (Path(__file__).parent.parent.parent / "sources.yaml").read_bytes()
    path = tmp_path / "sources.yaml"
    path.write_bytes(before)
    add_entry(path, ENTRY | {"id": "wuhan-2"})
    after = path.read_bytes()
    at = next(i for i, (old, new) in enumerate(zip(before + b"\0", after, strict=False)) if old != new)
    assert after[:at] + after[at + len(after) - len(before) :] == before
    assert location_of(path, "wuhan-2").startswith(f"{path}:")


TEXTS = [
    "甲市: 乙区 # 1", "no", "2020", "~", "null", "1e3", "0x1f", "2015-", "2026-11-25", "1:30", "a:", "- a", "a, b", "[a", "a]", "{a", "a}",
    "? a", "a?b", "#a", "a#b", "a #b", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a`", "'a'", '"a"', "a\\b", " a ", "a\nb", "a\tb", "甲\u2028市",
    "甲\x85市", "甲\ufeff市", "http://a.gov.cn/?a=[1],2&b={c}#d", "https://www.wuhan.gov.cn/zwgk/fzzfj/", "法治.*报告", "<<", "=", "yes", "法治（2023年）、二",
]  # fmt: skip
"""Texts that YAML reads as something else unless they are quoted."""


@pytest.mark.parametrize("parse", [yaml.CSafeLoader, yaml.SafeLoader])
@pytest.mark.parametrize("text", TEXTS)
def test_every_text_is_read_back_as_it_was_by_every_parser(text: str, parse: type[yaml.SafeLoader]) -> None:
    (read,) = yaml.load(
        "\n".join(entry_lines({"id": "a", "note": text, "lists": [text], "pages": [text, "x"]})), parse
    )
    as_text = {
        key: [*map(str, value)] if isinstance(value, list) else str(value) for key, value in read.items()
    }
    assert as_text == {"id": "a", "note": text, "lists": [text], "pages": [text, "x"]}


@given(strategies.text())
def test_any_text_is_read_back_as_it_was(value: str) -> None:
    lines = entry_lines({"id": "a", "note": value, "lists": [value]})
    (read,) = yaml.load("\n".join(lines), yaml.CSafeLoader)
    assert (str(read["note"]), str(read["lists"][0])) == (value, value)


def test_an_address_stands_without_quotes_where_it_needs_none() -> None:
    assert entry_lines(
        {"lists": ["https://a.gov.cn/b/"], "pages": ["http://a.gov.cn/?c=1"], "seen": "2026-11-25"}
    ) == [
        "- lists: [https://a.gov.cn/b/]",
        '  pages: ["http://a.gov.cn/?c=1"]',
        "  seen: 2026-11-25",
    ]


def an_entry(id: str, region: str, **more: str | list[str]) -> dict[str, str | list[str]]:
    return {
        "id": id,
        "name": f"{id}号政府",
        "region": region,
        "lists": [f"http://{id}.gov.cn/?a=[1],2"],
    } | more


HEADS = {
    "no file": None,
    "empty": "",
    "comments": "# ours\n",
    "start mark": "---\n",
    "null": "defaults: {delay: 2}\nsources:  # none yet\n",
    "tilde": "sources: ~\n",
    "commented out": "sources:\n#  - id: x\n",
    "empty list": "sources: []  # none yet\n",
    "no sources": "defaults: {delay: 2}",
    "end mark": "defaults: {delay: 2}\n...\n",
    "byte order mark": "\ufeffsources:\n",
    "CR LF": "# ours\r\nsources:\r\n",
    "CR": "# ours\rsources:\r",
    "LS in a comment": "# a\u2028b\x85c\nsources:\n",
    "in brackets": "sources: [{id: z, name: 己, region: '990000', lists: [http://z.gov.cn/]}]\n".replace("990000", "659001"),
    "brackets over lines": "sources: [\n  {id: z, name: 己, region: '659001', lists: [http://z.gov.cn/]},\n]\n",
    "no indent": "sources:\n- {id: z, name: 己, region: '659001', lists: [http://z.gov.cn/]}",
    "deep indent": "sources:\n      - {id: z, name: 己, region: '659001', lists: [http://z.gov.cn/]}\n# end\n",
    "keys after": "sources:\n  - id: z\n    region: '659001'\n    lists: [http://z.gov.cn/]\n    name: |\n      己\n\n\ndefaults: {delay: 2}\n",
}  # fmt: skip


@pytest.mark.parametrize("head", HEADS)
def test_one_entry_after_the_other_is_added_in_the_order_of_codes(head: str, tmp_path: Path) -> None:
    path, before = tmp_path / "sources.yaml", HEADS[head]
    if before is not None:
        path.write_bytes(before.encode("utf-8"))
    for id, code in (("b", "420100"), ("d", "620600"), ("a", "110000"), ("c", "420100")):
        add_entry(path, an_entry(id, code, seen="2026-11-25", note="a: b? [c], {d} # e"))
    sites = load_sites(path)
    assert [site.id for site in sites if site.id != "z"] == ["a", "b", "c", "d"]
    assert sites[-1].id == ("z" if "z" in (before or "") else "d")
    assert {site.lists[0][-8:] for site in sites if site.id != "z"} == {"?a=[1],2"}
    after = path.read_bytes().decode("utf-8")
    assert all(line in after for line in (before or "").splitlines() if line.startswith("#"))
    assert (after.count("\r\n"), after.count("\n")) == (
        (after.count("\n"),) * 2 if head == "CR LF" else (0, 0 if head == "CR" else after.count("\n"))
    )


@pytest.mark.parametrize(
    ("code", "place"),
    [("110000", 3), ("420100", 4), ("420200", 4), ("430000", 5), ("650000", 5)],
)
def test_entries_before_the_run_in_order_and_the_runs_heading_stay_where_they_are(
    code: str, place: int
) -> None:
    """The shipped file has this order: governments of the seeds, then the others by region code."""
    old = {"x": "420100", "y": "620600", "z": "220100", "m": "140000", "n": "420500"}
    blocks = ["\n".join("  " + line for line in entry_lines(an_entry(id, at))) for id, at in old.items()]
    blocks.insert(3, "  # Others, by region code.")
    before = "sources:\n  # Of the seeds.\n\n" + "\n\n".join(blocks) + "\n"
    after = with_entry(before, an_entry("new", code))
    new = "\n".join("  " + line for line in entry_lines(an_entry("new", code)))
    blocks.insert(place + 1, new)
    assert after == "sources:\n  # Of the seeds.\n\n" + "\n\n".join(blocks) + "\n"


def test_a_comment_right_above_an_entry_stays_with_it() -> None:
    first, second = (
        ["  " + line for line in entry_lines(an_entry(id, code))]
        for id, code in (("a", "110000"), ("c", "620000"))
    )
    before = "\n".join(["sources:", "  # of a", *first, "  # of c", *second, ""])
    for code, at in (("100000", 1), ("420000", 2 + len(first))):
        new = ["  " + line for line in entry_lines(an_entry("b", code))]
        lines = before.split("\n")
        assert with_entry(before, an_entry("b", code)) == "\n".join([*lines[:at], *new, *lines[at:]])


def test_a_file_that_includes_its_neighbours_takes_an_entry(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text('include: "*.yaml"\nsources: []\n', "utf-8")
    (tmp_path / "other.yaml").write_text("sources:\n  " + OTHER, "utf-8")
    add_entry(path, ENTRY)
    assert [site.id for site in load_sites(path)] == ["wuhan", "a"]


def test_where_no_entry_can_be_put_the_file_stays_as_it_was(tmp_path: Path) -> None:
    for text in ("{defaults: {delay: 2}}\n", "sources: 3\n", "- a\n", "sources: [\n", "a: &a [*a]\n"):
        path = tmp_path / "sources.yaml"
        path.write_text(text, "utf-8")
        with pytest.raises(ConfigError):
            add_entry(path, ENTRY)
        assert path.read_text("utf-8") == text
    with pytest.raises(
        ConfigError, match=r"nowhere/sources\.yaml: cannot be written: No such file or directory"
    ):
        add_entry(tmp_path / "nowhere" / "sources.yaml", ENTRY)
