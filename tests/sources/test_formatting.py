"""`fazhi source fmt`: order of keys and entries, blank lines, indentation; what is written stays as it is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import ConfigError
from crawler.sources.formatting import formatted
from tests.conftest import Fazhi

ROOT = Path(__file__).parent.parent.parent
MESSY = """\
# head, kept as it is


defaults: {every: 1d,  delay: 1.0}
sources:
    # The seeds

    -   region: '620600'   # in quotes
        name: 武威市人民政府
        # why these
        lists:
            - https://www.gswuwei.gov.cn/a/   # first
            # between
            - https://www.gswuwei.gov.cn/b/
        id: wuwei
        # below wuwei

    - {name: 武汉市人民政府, id: wuhan, region: "420100", lists: [https://www.wuhan.gov.cn/zwgk/]}
    # 湖北省

    # about jingzhou
    - id: jingzhou
      note: >-
        two
        lines
      region: "421000"

      name: 荆州市人民政府
      lists: [https://www.jingzhou.gov.cn/]
    - id: huangshi
      name: 黄石市人民政府
      lists: [https://www.huangshi.gov.cn/]
      region: "420200"
"""
ORDERLY = """\
# head, kept as it is


defaults: {every: 1d,  delay: 1.0}
sources:
  # The seeds

  - id: wuwei
    name: 武威市人民政府
    region: '620600'   # in quotes
    # why these
    lists:
        - https://www.gswuwei.gov.cn/a/   # first
        # between
        - https://www.gswuwei.gov.cn/b/
    # below wuwei

  - {name: 武汉市人民政府, id: wuhan, region: "420100", lists: [https://www.wuhan.gov.cn/zwgk/]}

  # 湖北省

  - id: huangshi
    name: 黄石市人民政府
    region: "420200"
    lists: [https://www.huangshi.gov.cn/]

  # about jingzhou
  - id: jingzhou
    name: 荆州市人民政府
    region: "421000"
    lists: [https://www.jingzhou.gov.cn/]
    note: >-
      two
      lines
"""


def test_the_shipped_file_is_in_order(fazhi: Fazhi) -> None:
    code, out, err = fazhi("source", "fmt", "--check", str(ROOT / "sources.yaml"))
    assert (code, out) == (0, "")
    assert err.endswith("sources.yaml: in order\n")


def test_a_messy_file_is_put_in_order_and_then_stays() -> None:
    assert formatted(MESSY) == ORDERLY
    assert formatted(ORDERLY) == ORDERLY


def test_check_prints_the_change_and_writes_nothing(fazhi: Fazhi, tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(MESSY, "utf-8")
    code, out, err = fazhi("source", "fmt", "--check", "--sources", str(path))
    assert code == 1
    assert "-    -   region: '620600'   # in quotes" in out.splitlines()
    assert "+  - id: wuwei" in out.splitlines()
    assert err == f"{path}: not in order\n"
    assert path.read_text("utf-8") == MESSY

    code, out, err = fazhi("source", "fmt", "--sources", str(path))
    assert (code, out, err) == (0, "", f"{path}: put in order\n")
    assert path.read_text("utf-8") == ORDERLY
    assert fazhi("source", "fmt", "--check", "--sources", str(path))[0] == 0
    assert [each.name for each in tmp_path.iterdir()] == ["sources.yaml"]


def test_the_files_of_the_folder_beside_are_put_in_order_too(fazhi: Fazhi, tmp_path: Path) -> None:
    path, folder = tmp_path / "sources.yaml", tmp_path / "sources.d"
    folder.mkdir()
    path.write_text(ORDERLY, "utf-8")
    (folder / "hubei.yaml").write_text(
        'sources:\n- name: 鄂州市人民政府\n  id: ezhou\n  region: "420700"\n', "utf-8"
    )
    assert fazhi("source", "fmt", "--sources", str(path))[0] == 0
    assert (folder / "hubei.yaml").read_text("utf-8") == (
        'sources:\n  - id: ezhou\n    name: 鄂州市人民政府\n    region: "420700"\n'
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_line_ends_and_byte_order_mark_stay(newline: str, bom: str) -> None:
    text = bom + MESSY.replace("\n", newline)
    assert formatted(text) == bom + ORDERLY.replace("\n", newline)


def test_a_file_without_blank_lines_between_entries_gets_none() -> None:
    text = "sources:\n- id: b\n  region: '2'\n- region: '1'\n  id: a\n- id: c\n  region: '3'\n"
    assert formatted(text) == (
        "sources:\n  - id: a\n    region: '1'\n  - id: b\n    region: '2'\n  - id: c\n    region: '3'\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "defaults: {delay: 1.0}\n",
        "sources: []\n",
        "sources: [{name: 甲, id: a}]\n",
        "sources:\n  - {name: 甲, id: a}\n",
        "include: sources.d/*.yaml\n",
    ],
)
def test_what_has_no_lines_to_order_stays(text: str) -> None:
    assert formatted(text) == text


def test_a_block_of_text_keeps_its_lines() -> None:
    text = "sources:\n  - note: |\n      # no comment\n\n       indented\n    id: a\n"
    assert formatted(text) == "sources:\n  - id: a\n    note: |\n      # no comment\n\n       indented\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sources: [\n", r"x.yaml:2: not YAML"),
        ("sources:\n  -\n    id: a\n", r"x.yaml:3: an entry must begin on the line of its dash"),
        ("sources:\n  - id: a\n    id: b\n", r"x.yaml:3: .*twice"),
    ],
)
def test_what_cannot_be_put_in_order_is_named_with_its_line(text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        formatted(text, Path("x.yaml"))


def test_a_missing_file_is_wrong_use(fazhi: Fazhi, tmp_path: Path) -> None:
    code, out, err = fazhi("source", "fmt", str(tmp_path / "none.yaml"))
    assert (code, out) == (2, "")
    assert "no such file" in err


KEYS = ("id", "name", "region", "lists", "note", "years")
VALUES = {
    "id": st.sampled_from(("a", "b-1", "'c'")),
    "name": st.sampled_from(("甲市人民政府", '"乙: 市"')),
    "region": st.sampled_from(('"420100"', "'110000'", '"650000"')),
    "lists": st.sampled_from(
        ("[http://a.gov.cn/]", "\n{i}  - http://a.gov.cn/ # x\n{i}  # between\n{i}  - http://b.gov.cn/", "[]")
    ),
    "note": st.sampled_from(
        ("|\n{i}  # text\n{i}  two", ">-\n{i}  folded\n\n{i}  text", '"one\n{i}  two"', "plain # why")
    ),
    "years": st.sampled_from(('"2014-"  # earlier', "2015-")),
}


@st.composite
def files(draw: st.DrawFn) -> str:
    """A sources.yaml as somebody may write one: any order, indentation, comments and blank lines."""
    dash, gap = draw(st.integers(0, 3)), draw(st.integers(1, 3))
    lines = ["sources:"]
    for number in range(draw(st.integers(1, 4))):
        keys = draw(st.lists(st.sampled_from(KEYS), unique=True, min_size=1))
        if draw(st.booleans()):
            lines += [
                "",
                *[" " * dash + f"# {number} {draw(st.sampled_from(('湖北省', 'heading')))}"]
                * draw(st.integers(1, 2)),
                "",
            ]
        if draw(st.booleans()):
            lines.append(" " * dash + f"# above {number}")
        indent = " " * (dash + 1 + gap)
        for place, key in enumerate(keys):
            if place and draw(st.booleans()):
                lines.append(f"{indent}# of {key} {number}")
            value = draw(VALUES[key]).replace("{i}", indent)
            start = indent if place else " " * dash + "-" + " " * gap
            lines += f"{start}{key}: {value}".split("\n")
        lines += [""] * draw(st.integers(0, 2))
    return "\n".join(lines) + "\n"


@given(files())
def test_whatever_is_written_keeps_its_values_and_comments_and_is_in_order_after_once(text: str) -> None:
    new = formatted(text)
    assert formatted(new) == new
    one, other = (
        sorted(yaml.safe_load(each)["sources"], key=lambda e: repr(sorted(e.items()))) for each in (text, new)
    )
    assert one == other
    assert sorted(re.findall(r"#.*", text)) == sorted(re.findall(r"#.*", new))
    for entry in yaml.safe_load(new)["sources"]:
        assert list(entry) == [key for key in (*KEYS[:4], "years", "note") if key in entry]
