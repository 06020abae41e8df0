"""Plain text: in any Chinese encoding, and wrapped text as paragraphs, while any other text stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.extract import extract
from crawler.extract.documents.wrapped_text import unwrapped
from tests.made_documents.text import report, wrapped
from tests.site.documents import seed

SEEDS = sorted((Path(__file__).parent.parent.parent / "seeds").glob("*.txt"))
TRADITIONAL = "中華民國行政院關於法治政府建設的報告,我們對於這個工作的發展有了新的要求。" * 8


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_a_report_is_read_in_any_encoding(number: int, encoding: str) -> None:
    gold = seed(number, "https://www.example.gov.cn/")
    text = report(gold.title, f"发布时间:{gold.published}", gold.paragraphs).decode()
    found = extract(text.encode(encoding))
    assert found.undecodable == 0
    assert (found.title, found.body) == (gold.title, gold.body)


@pytest.mark.parametrize("encoding", ["big5", "utf-16-le", "utf-16-be"])
def test_traditional_text_is_read(encoding: str) -> None:
    assert extract(TRADITIONAL.encode(encoding)).body == TRADITIONAL


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("width", [60, 72, 80])
@pytest.mark.parametrize("indent", ["\u3000\u3000", "    "])
def test_a_wrapped_report_has_the_paragraphs_of_the_report(number: int, width: int, indent: str) -> None:
    gold = seed(number, "https://www.example.gov.cn/")
    data = report(gold.title, f"发布时间:{gold.published}", gold.paragraphs, width=width, indent=indent)
    assert extract(data).body == gold.body


def test_a_wrapped_text_without_indents_breaks_before_headings() -> None:
    text = "全市各级各部门认真学习贯彻习近平法治思想扎实推进依法行政各项工作取得了新的明显成效现报告如下" * 2
    lines = [line for part in (text, "一、" + text, "二、" + text) for line in wrapped(part, 40)]
    assert unwrapped("\n".join(lines)).split("\n") == [text, "一、" + text, "二、" + text]


def test_words_of_latin_letters_keep_their_space() -> None:
    text = "\n".join(
        ["rule of law in the government of a city", "that reports every year on its progress"] * 6
    )
    assert " ".join(text.split("\n")) == unwrapped(text)


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"{n}.完成了第{n}项工作,成效明显。" for n in range(30)),  # a list of short paragraphs
        "\n".join(
            ["本市依法行政工作取得了新的成效,群众满意度明显提高,营商环境优化。"] * 20
        ),  # equal sentences
        "\n".join(["短"] * 40),
        "\n\n".join("甲" * 300 for _ in range(20)),
        "",
        "\n" * 1000,
        "一行",
    ],
)
def test_a_text_that_is_not_surely_wrapped_is_left_alone(text: str) -> None:
    assert unwrapped(text) == text


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name[:3])
def test_the_seeds_are_left_alone(path: Path) -> None:
    text = path.read_text("utf-8")
    assert unwrapped(text) == text
