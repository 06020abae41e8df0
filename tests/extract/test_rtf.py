"""RTF: the text as its reader sees it, in any Chinese encoding, in linear time."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.errors import UnreadDocument
from crawler.extract import extract
from crawler.extract.documents import FORMATS
from crawler.extract.documents.rtf import machine, tokens
from tests.made_documents.rtf import gbk, report, row, rtf, unicode, unicode_plain
from tests.site.documents import seed

RTF = FORMATS["rtf"]
FIXTURES = Path(__file__).parent.parent / "fixtures" / "documents"


def lines(content: str) -> list[str]:
    return read(rtf(content))


def read(data: bytes) -> list[str]:
    assert RTF.recognises(data, ())
    return [line.text for line in RTF.read(data, (), None, None).lines]


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("write", [gbk, unicode, unicode_plain])
@pytest.mark.parametrize("is_numbered", [True, False])
def test_a_report_is_read_exactly(number: int, write: Callable[[str], str], is_numbered: bool) -> None:
    gold = seed(number, "https://www.example.gov.cn/")
    data = report(
        gold.title, f"发布时间:{gold.published}", gold.paragraphs, write=write, numbered=is_numbered
    )
    found = extract(data)
    assert (found.title, found.body, found.undecodable) == (gold.title, gold.body, 0)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (r"\f1 \'d6\'d0\f0 \'ce\'c4", "中文"),  # Western fonts of Chinese text
        (r"\f2 \'a4\'a4\'a4\'e5", "中文"),  # Big5 in a font of its own
        (r"\loch\af0\hich\af0\dbch\af1 \'a1\'b0\'a1\'b1", "“”"),
        ("\\f1 \\'81@", "丂"),  # the second byte is a letter
        (r"\u20013?\u25991 ?", "中文"),
        (r"{\uc0\u20013 \u25991 }\u20013?", "中文中"),
        (r"\u-10179?\u-8704?", "😀"),  # a pair of surrogates
        (r"\u-10179?x\u-8704?", "x"),
        (r"\u20013\{x", "中x"),  # a sign in the place of the character
        (r"\f1\u20013\'3f\'d6\'d0\u20013\'3f\'ce\'c4", "中中中文"),
        (r"\~\_\-\{\}\\ab", "-{}\\ab"),
        (r"\lquote a\rquote\ldblquote b\rdblquote\emdash\endash\bullet", "‘a’“b”—–•"),
        (r"a\tab b\line c", "a b|c"),
        ("a\\\nb\\\r\nc\n\nd", "a|b|cd"),  # a backslash before the line's end is a paragraph
        (r"a{\v b}c\v d\v0 e{\v\par}f", "acef"),
        (r"a{\deleted b\par}c{\revised d}", "acd"),
        (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt {\ul a}}}b", "ab"),
        (r"{\field{\*\fldinst { TOC \\o}}{\fldrslt a\par b}}c", "c"),
        (r"{\field{\*\fldinst EQ \\o\\ac(\u9675?,2)}{\fldrslt }}", ""),
        (r"{\field{\*\fldinst EQ \\o\\ac(\u9675?,2)}}a", "②a"),
        (r"a{\*\unknown b{c}}d{\pict 00ff}{\object{\*\objdata 00}{\result e}}", "ade"),
        (r"a{\pict\bin5 }}}}}}b", "ab"),
        (r"{\footer a}{\xe b}{\*\bkmkstart c}d{\info{\title e}}", "d"),
        (r"{\upr{a}{\*\ud{\u20013?}}}", "中"),
        (r"{\pntext\'b7\tab}a\par{\listtext\f3 \'b7\tab}b\par{\listtext 1.1\tab}c", "a|b|1.1 c"),
        (r"a{\footnote\pard{\super\chftn} n}b\par c", "ab|n|c"),
        (r"a\par{\shp{\*\shpinst\shpleft0{\sp{\sn x}{\sv y}}{\shptxt\pard t\par}}{\shprslt z}}b\par", "a|t|b"),
        (r"a{\shp{\*\shpinst{\shptxt t\par}}}b\par c", "ab|t|c"),
        (r"a\sect b\page c", "a|b|c"),
        (r"{\*\moMath{\mr x}{\*\moMathPr y}}", "x"),
    ],
)  # fmt: skip
def test_text_is_read_as_it_is_seen(content: str, text: str) -> None:
    if not text:
        content, text = content + r"\par a", "②|a"  # an empty result shows nothing
        assert lines(content)[-1] == "a"
        return
    assert lines(content + r"\par") == text.split("|")


def test_tables_are_rows_as_in_html() -> None:
    two = row([gbk("项目"), gbk("数量")]) + row([gbk("立法"), "3"])
    assert lines(r"a\par" + two + r"\pard b\par") == ["a", "项目\t数量", "立法\t3", "b"]
    assert lines(row([gbk("文" * 201), "a"])) == ["文" * 201, "a"]
    merged = row(["a", "b"]).replace(r"\cellx1000", r"\clvmrg\cellx1000")
    assert lines(row(["a", "b"]) + merged) == ["a\tb", "b"]
    nested = (
        r"\trowd\cellx1000\pard\intbl out\par\pard\intbl\itap2 a\nestcell b\nestcell"
        r"{\*\nesttableprops\trowd\cellx1\cellx2\nestrow}{\nonesttables\par}\pard\intbl end\cell\row"
    )
    assert lines(nested) == ["out", "a\tb", "end"]
    assert lines(r"\trowd\cellx1\cellx2\intbl a\cell b\cell\pard\itap0 c\par") == ["a\tb", "c"]  # no \row
    assert lines(r"\trowd\cellx1\cellx2\intbl a\cell b\cell") == ["a\tb"]
    noted = row([r"a{\footnote n}", "b"])
    assert lines(noted + r"\pard c\par") == ["a\tb", "n", "c"]


def test_pages_and_a_title_that_the_text_shows_are_read_from_the_properties() -> None:
    title = gbk("某市法治政府建设情况报告")
    material = RTF.read(rtf(rf"{{\info{{\title {title}}}{{\nofpages12}}}}{title}\par a\par"), (), None, None)
    assert (material.titles, material.pages) == (("某市法治政府建设情况报告",), 12)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (rtf(""), "empty"),
        (rtf(r"{\pict 00}"), "needs_ocr"),
        (rb"{\rtf1 text", "damaged"),
        (rb"{\rtf1 {text}", "damaged"),
        (rb"{\rtf1 a\bin999999999 b}", "damaged"),
        (rb"{\rtf1 " + b"{" * (machine.MAX_GROUPS + 1), "too_large"),
        (rb"{\rtf1 " + b"{}" * 1000, "too_large"),
    ],
)
def test_a_document_without_a_text_says_why(data: bytes, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MAX_TOKENS", 1500)
    with pytest.raises(UnreadDocument) as caught:
        extract(data, url="https://www.example.gov.cn/a.rtf")
    assert (caught.value.fault, caught.value.format) == (fault, "rtf")


def test_a_mark_of_another_program_may_stand_before_the_document() -> None:
    for start in (b"\xef\xbb\xbf", b"\r\n", b"\0"):
        assert read(start + rtf(r"a\par")) == ["a"]


@pytest.mark.parametrize(
    "data",
    [
        rtf(r"\f99999\fcharset999\u99999999\uc-5\u\'zz\itap99999 a\cell\row\nestcell\nestrow\clvmrg\cellx"),
        rtf(r"}}}}\par"),
        rtf(r"{\footnote{\footnote{\footnote a}b}c}"),
        rtf(r"{\fonttbl" + "".join(rf"{{\f{n}\fcharset134 x;}}" for n in range(20_000)) + "}a"),
        rtf(r"\intbl\itap50 " + r"a\nestcell" * 500 + r"\nestrow" * 60 + r"\row"),
        rtf(r"{\field{\*\fldinst " + r"\'41" * 50_000 + r"}}a"),
        rtf(r"{\listtext " + "x " * 50_000 + r"}a\par"),
        rtf(r"\u-10179?\par"),
    ],
)
def test_control_words_without_sense_give_a_text_or_a_fault(data: bytes) -> None:
    with contextlib.suppress(UnreadDocument):
        assert not any("\ud800" <= char <= "\udfff" for text in read(data) for char in text)


def test_every_cut_of_a_document_is_damaged() -> None:
    data = report("某市报告", "", ["一、工作", "甲\t乙", "文字"]).rstrip(b"\0\n")
    for end in range(10, len(data) - 1, 11):
        with pytest.raises(UnreadDocument) as caught:
            read(data[:end])
        assert caught.value.fault == "damaged"


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("libreoffice-*.rtf")), ids=lambda path: path.name)
def test_what_libreoffice_writes_is_read_exactly(path: Path) -> None:
    expected = path.with_name(path.name.replace(".rtf", ".json"))
    assert read(path.read_bytes()) == json.loads(expected.read_text("utf-8"))
