"""DOCX: the text as its reader sees it. Numbers that Word counts, and nothing that Word hides."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from crawler.errors import UnreadDocument
from crawler.extract import extract
from crawler.extract.documents import FORMATS
from crawler.extract.documents.office import docx as reader
from tests.made_documents.docx import (
    NAMESPACES,
    docx,
    numbering,
    paragraph,
    report,
    run,
    table,
    zipped,
)
from tests.site.documents import seed

DOCX = FORMATS["docx"]
FIXTURES = Path(__file__).parent.parent / "fixtures" / "documents"


def lines(body: str, parts: dict[str, str | bytes] | None = None) -> list[str]:
    return read(docx(body, parts))


def read(data: bytes) -> list[str]:
    assert DOCX.recognises(data, ())
    return [line.text for line in DOCX.read(data, (), None, None).lines]


def numbered(
    levels: Sequence[tuple[str, str]], places: Sequence[tuple[int, int]], extra: str = ""
) -> list[str]:
    """The labels of paragraphs at places (list, level) of two lists with these levels."""
    part = numbering({1: levels, 2: levels}, {2: extra})
    return lines("".join(paragraph("文", numbers=place) for place in places), {"numbering": part})


def field(code: str, result: str) -> str:
    marks = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")]
    return f"{marks[0]}<w:r><w:instrText>{code}</w:instrText></w:r>{marks[1]}{result}{marks[2]}"


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("is_numbered", [True, False])
def test_a_report_is_read_exactly(number: int, is_numbered: bool) -> None:
    gold = seed(number, "https://www.example.gov.cn/")
    data = report(gold.title, f"发布时间:{gold.published}", gold.paragraphs, numbered=is_numbered)
    found = extract(data)
    assert (found.title, found.body) == (gold.title, gold.body)
    assert (found.pages, found.signed) == (3, gold.signed)


@pytest.mark.parametrize(
    ("levels", "places", "labels"),
    [
        (
            [("chineseCountingThousand", "%1、"), ("chineseCountingThousand", "（%2）"), ("decimal", "%3.")],
            [(1, 0), (1, 1), (1, 1), (1, 2), (1, 0), (1, 1)],
            "一、文 (一)文 (二)文 1.文 二、文 (一)文",
        ),
        ([("decimal", "%1"), ("decimal", "%1.%2")], [(1, 0), (1, 1), (1, 1)], "1 文|1.1 文|1.2 文"),
        ([("decimal", "%1"), ("decimal", "%1.%2")], [(1, 1), (1, 0)], "1.1 文|2 文"),
        ([("chineseCounting", "第%1章")], [(1, 0)] * 2, "第一章 文|第二章 文"),
        ([("decimalEnclosedCircleChinese", "%1")], [(1, 0)] * 2, "①文 ②文"),
        ([("bullet", "\uf0b7")], [(1, 0)], "文"),
        ([("none", "附件：")], [(1, 0)], "附件:文"),
        ([("ideographTraditional", "%1、")], [(1, 0)] * 2, "甲、文 乙、文"),
    ],
)
def test_numbers_are_counted_as_word_does(
    levels: list[tuple[str, str]], places: list[tuple[int, int]], labels: str
) -> None:
    assert numbered(levels, places) == labels.split("|" if "|" in labels else " ")


def test_a_list_that_starts_anew_has_its_own_start() -> None:
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    places = [(1, 0), (2, 0), (2, 0), (1, 0)]
    assert numbered([("decimal", "%1、")], places, again) == ["1、文", "5、文", "6、文", "2、文"]


def test_lists_of_one_abstract_list_count_together() -> None:
    part = numbering({1: [("decimal", "%1、")]}) + '<w:num w:numId="7"><w:abstractNumId w:val="1"/></w:num>'
    body = paragraph("文", numbers=(1, 0)) + paragraph("文", numbers=(7, 0))
    assert lines(body, {"numbering": part}) == ["1、文", "2、文"]


def test_a_level_may_say_that_nothing_restarts_it() -> None:
    part = numbering({1: [("decimal", "%1、"), ("decimal", "%2)")]}).replace(
        '<w:lvl w:ilvl="1"><w:start w:val="1"/>',
        '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:lvlRestart w:val="0"/>',
    )
    body = "".join(paragraph("文", numbers=(1, level)) for level in (0, 1, 0, 1))
    assert lines(body, {"numbering": part}) == ["1、文", "1)文", "2、文", "2)文"]


def test_a_style_gives_its_paragraphs_their_numbers_and_a_paragraph_may_refuse_them() -> None:
    part = numbering({1: [("chineseCounting", "%1、"), ("chineseCounting", "(%2)")]}).replace(
        '<w:lvl w:ilvl="1">', '<w:lvl w:ilvl="1"><w:pStyle w:val="2"/>'
    )
    styles = (
        '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/>'
        '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="2"><w:name w:val="heading 2"/><w:basedOn w:val="1"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="3"><w:name w:val="own"/><w:basedOn w:val="1"/></w:style>'
    )
    body = "".join(paragraph("文", style=style) for style in "1223") + paragraph(
        "文", style="1", numbers=(0, 0)
    )
    parts: dict[str, str | bytes] = {"numbering": part, "styles": styles}
    assert lines(body, parts) == ["一、文", "(一)文", "(二)文", "二、文", "文"]


def test_a_cell_of_a_number_alone_has_it_as_text_and_an_empty_paragraph_elsewhere_is_none() -> None:
    part = numbering({1: [("decimal", "%1")]})
    rows = [[paragraph("", numbers=(1, 0)), text] for text in "甲乙"]
    body = table(rows) + paragraph("", numbers=(1, 0)) + paragraph("文", numbers=(1, 0))
    assert lines(body, {"numbering": part}) == ["1\t甲", "2\t乙", "4 文"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<w:del>" + run("删").replace("w:t", "w:delText") + "</w:del><w:ins>" + run("增") + "</w:ins>", "增"),
        ("<w:moveFrom>" + run("旧") + "</w:moveFrom><w:moveTo>" + run("新") + "</w:moveTo>", "新"),
        (run("见", "<w:vanish/>") + run("文") + run("也", '<w:vanish w:val="0"/>'), "文也"),
        (run("密", '<w:rStyle w:val="h"/>') + run("文"), "文"),
        (field("HYPERLINK \"http://a\"", run("链接")), "链接"),
        (field("TOC \\o", run("目录项")) + run("文"), "文"),
        (field("IF 1 = 1", field("DATE", run("2023年"))), "2023年"),
        ('<w:fldSimple w:instr="DATE">' + run("今") + "</w:fldSimple>", "今"),
        (field("PAGE", run("3")) + run("文"), "文"),
        ('<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>EQ \\o\\ac(○,3)</w:instrText></w:r>'
         '<w:r><w:fldChar w:fldCharType="end"/></w:r>' + run("文"), "③文"),
        ("<w:hyperlink>" + run("链") + "</w:hyperlink>", "链"),
        ("<w:smartTag><w:smartTagPr/>" + run("市") + "</w:smartTag>", "市"),
        ("<w:sdt><w:sdtPr/><w:sdtContent>" + run("控") + "</w:sdtContent></w:sdt>", "控"),
        ("<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>" + run("单击") + "</w:sdtContent></w:sdt>"
         + run("文"), "文"),
        ("<w:r><w:ruby><w:rt>" + run("fa") + "</w:rt><w:rubyBase>" + run("法") + "</w:rubyBase></w:ruby></w:r>", "法"),
        ("<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>",
         "1/2"),
        ("<w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:noBreakHyphen/><w:softHyphen/><w:t>丙</w:t></w:r>", "甲 乙-丙"),
        ("<w:r><w:t>上</w:t><w:br/><w:t>下</w:t></w:r>", "上|下"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:sym w:font="宋体" w:char="2460"/><w:sym w:font="x" w:char="F123"/>'
         '<w:sym w:font="x" w:char="D800"/></w:r>', "☑①"),
        (run("文") + '<w:commentRangeStart/><w:r><w:commentReference w:id="0"/></w:r>', "文"),
        ("<w:bdo>" + run("向") + "</w:bdo><w:proofErr/>", "向"),
    ],
)  # fmt: skip
def test_a_run_is_read_as_it_is_seen(content: str, text: str) -> None:
    styles = (
        '<w:style w:type="character" w:styleId="h"><w:name w:val="h"/><w:rPr><w:vanish/></w:rPr></w:style>'
    )
    assert lines(paragraph(content), {"styles": styles}) == text.split("|")


def test_a_paragraph_whose_end_is_deleted_or_hidden_goes_on_in_the_next() -> None:
    part = numbering({1: [("decimal", "%1、")]})
    deleted = paragraph("上", mark="<w:del/>") + paragraph("下", numbers=(1, 0))
    hidden = paragraph("题", numbers=(1, 0), mark="<w:vanish/><w:specVanish/>") + paragraph("文")
    assert lines(deleted + hidden, {"numbering": part}) == ["1、上下", "2、题文"]


def test_a_table_of_contents_is_no_text_and_one_that_never_ends_takes_none_away() -> None:
    styles = '<w:style w:type="paragraph" w:styleId="T1"><w:name w:val="toc 1"/></w:style>'
    listed = paragraph(run("一、工作") + "<w:r><w:tab/></w:r>" + run("3"), style="T1")
    body = paragraph("目  录") + listed + listed + paragraph("一、工作")
    assert lines(body, {"styles": styles}) == ["一、工作"]
    gallery = '<w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
    control = f"<w:sdt>{gallery}<w:sdtContent>{paragraph('目录')}{paragraph('一、3')}</w:sdtContent></w:sdt>"
    assert lines(control + paragraph("文")) == ["文"]
    opened = field("TOC \\o", "").rpartition("<w:r>")[0]
    assert lines(paragraph(opened) + paragraph("文") + paragraph("字")) == ["文", "字"]


def test_a_field_without_an_end_takes_no_text_away() -> None:
    begun = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
    assert lines(paragraph(begun) + paragraph("文")) == ["文"]


def test_tables_are_rows_as_in_html() -> None:
    rows = [["项目", "数量"], ["立法", "3"]]
    merged = table([["甲", "乙"], ["丙", "丁"]]).replace(
        "<w:tcPr/>" + paragraph("丙"), "<w:tcPr><w:vMerge/></w:tcPr><w:p/>"
    )
    assert lines(table(rows) + merged) == ["项目\t数量", "立法\t3", "甲\t乙", "丁"]
    nested = table([["外", table(rows)]])
    assert lines(nested) == ["外", "项目\t数量", "立法\t3"]
    assert lines(table([["文" * 201, "注"]])) == ["文" * 201, "注"]
    deleted = table(rows).replace("<w:tr>", "<w:tr><w:trPr><w:del/></w:trPr>", 1)
    assert lines(deleted) == ["立法\t3"]


def test_notes_stand_after_their_paragraph_or_table_each_once() -> None:
    notes = (
        f'<w:footnote w:type="separator" w:id="-1">{paragraph("线")}</w:footnote>'
        f'<w:footnote w:id="1"><w:p><w:r><w:footnoteRef/></w:r>{run(" 注一")}</w:p></w:footnote>'
    )
    end = f'<w:endnote w:id="1">{paragraph("尾注")}</w:endnote>'
    refers = '<w:r><w:footnoteReference w:id="1"/></w:r>'
    cell = paragraph(run("乙") + '<w:r><w:endnoteReference w:id="1"/></w:r>')
    body = (
        paragraph(run("文") + refers + run("字"))
        + table([["甲", cell], ["丙", "丁"]])
        + paragraph(run("后") + refers)
    )
    assert lines(body, {"footnotes": notes, "endnotes": end}) == [
        "文字", "注一", "甲\t乙", "丙\t丁", "尾注", "后",
    ]  # fmt: skip


def test_a_text_box_is_read_once_at_its_place() -> None:
    shape = "<wps:txbx><w:txbxContent>" + paragraph("框") + "</w:txbxContent></wps:txbx>"
    old = "<w:pict><v:textbox><w:txbxContent>" + paragraph("框") + "</w:txbxContent></v:textbox></w:pict>"
    box = (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>{shape}</w:drawing></mc:Choice>'
        f"<mc:Fallback>{old}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert lines(paragraph(box + run("文"))) == ["框", "文"]
    assert lines(paragraph(run("文") + box)) == ["文", "框"]
    assert lines(paragraph(f"<w:r>{old}</w:r>" + run("文"))) == ["框", "文"]
    assert lines(paragraph(run("密", "<w:vanish/>") + "<w:del>" + box + "</w:del>" + run("文"))) == ["文"]
    words = '<w:r><w:pict><v:shape><v:textpath string="某市人民政府文件"/></v:shape></w:pict></w:r>'
    assert lines(paragraph(words) + paragraph("文")) == ["某市人民政府文件", "文"]


HTML = "<html><body><p>嵌入的一段</p><table><tr><td>甲</td><td>乙</td></tr></table></body></html>"
MHT = (
    "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=gbk\r\n"
    f"Content-Transfer-Encoding: base64\r\n\r\n{base64.b64encode(HTML.encode('gbk')).decode()}\r\n--b--\r\n"
)


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a1.html", HTML.encode(), ["嵌入的一段", "甲\t乙"]),
        ("a1.mht", MHT.encode(), ["嵌入的一段", "甲\t乙"]),
        ("a1.rtf", rb"{\rtf1\ansi\uc0\u25991?\par}", ["文?"]),
        ("a1.docx", docx(paragraph("内") + '<w:altChunk r:id="a1"/>'), ["内"]),
        ("a1.txt", "一段文字".encode(), ["一段文字"]),
    ],
)
def test_an_embedded_document_is_read_at_its_place_once(name: str, data: bytes, expected: list[str]) -> None:
    chunk = '<w:altChunk r:id="a1"/>'
    assert lines(paragraph("前") + chunk + paragraph("后") + chunk, {name: data}) == ["前", *expected, "后"]


def test_an_embedded_document_that_cannot_be_read_is_a_fault_not_a_gap() -> None:
    for parts in ({}, {"a1.bin": bytes(range(256))}):
        with pytest.raises(UnreadDocument, match="embedded"):
            lines(paragraph("前") + '<w:altChunk r:id="a1"/>', parts)


def flat(data: bytes) -> bytes:
    from crawler.extract.documents.origin import Origin
    from crawler.extract.documents.zip_members import Members

    members = Members(data, Origin(None, "docx"))
    parts = "".join(
        f'<pkg:part pkg:name="/{name}"><pkg:xmlData>{members.read(name).decode().partition("?>")[2]}</pkg:xmlData></pkg:part>'
        for name in members.names
        if name != "[Content_Types].xml"
    )
    return (
        '<?xml version="1.0"?><?mso-application progid="Word.Document"?>'
        f'<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">{parts}</pkg:package>'
    ).encode()


STRICT = (
    ("http://schemas.openxmlformats.org/wordprocessingml/2006/main", "http://purl.oclc.org/ooxml/wordprocessingml/main"),
    ("http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships"),
)  # fmt: skip


def test_flat_and_strict_documents_are_read_as_the_usual_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    body, parts = paragraph("文", numbers=(1, 0)), {"numbering": numbering({1: [("decimal", "%1、")]})}
    assert read(flat(docx(body, parts))) == ["1、文"]
    utf16 = flat(docx(body, parts)).decode().replace('version="1.0"', 'version="1.0" encoding="UTF-16"')
    assert read(utf16.encode("utf-16")) == ["1、文"]
    strict = flat(docx(body, parts)).decode()
    for usual, other in STRICT:
        strict = strict.replace(usual, other)
    assert read(strict.encode()) == ["1、文"]


def test_word_2003_markup_is_read() -> None:
    label = '<w:listPr><wx:t wx:val="一、"/></w:listPr>'
    data = (
        '<?xml version="1.0" encoding="utf-8"?><w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml" '
        'xmlns:wx="http://schemas.microsoft.com/office/word/2003/auxHint" xmlns:aml="http://schemas.microsoft.com/aml/2001/core">'
        f"<w:body><wx:sect><w:p><w:pPr>{label}</w:pPr><w:r><w:t>工作</w:t></w:r>"
        '<aml:annotation w:type="Word.Deletion"><aml:content><w:r><w:delText>删</w:delText></w:r></aml:content></aml:annotation>'
        f"<w:r><w:footnote>{paragraph('注')}</w:footnote></w:r></w:p></wx:sect></w:body></w:wordDocument>"
    ).encode()
    assert read(data) == ["一、工作", "注"]


def test_the_title_among_the_properties_counts_only_if_the_text_shows_it() -> None:
    title = "某市2022年法治政府建设情况报告"
    shown = DOCX.read(docx(paragraph(title[:6]) + paragraph(title[6:]), title=title), (), None, None)
    stale = DOCX.read(docx(paragraph("另一份报告"), title=title), (), None, None)
    assert (shown.titles, stale.titles) == ((title,), ())


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (docx(""), "empty"),
        (docx(paragraph("<w:r><w:drawing/></w:r>")), "needs_ocr"),
        (zipped({"[Content_Types].xml": "<a/>", "word/document.xml": "<a/>"}), "damaged"),
        (zipped({"[Content_Types].xml": "<a/>", "word/styles.xml": "<a/>"}), "damaged"),
        (zipped({"[Content_Types].xml": "<a/>", "word/document.xml": f"<w:document {NAMESPACES}><w:body>"}), "damaged"),
        (zipped({"[Content_Types].xml": "", "word/document.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "damaged"),
        (docx(paragraph("文"))[:900], "damaged"),
        (docx("<w:sdt>" * 300 + "</w:sdt>" * 300), "too_large"),
        (docx(table([[paragraph("文") + "<w:p/>" * 1_100_000]])), "too_large"),
    ],
)  # fmt: skip
def test_a_document_without_a_text_says_why(data: bytes, fault: str) -> None:
    assert DOCX.recognises(data, ())
    with pytest.raises(UnreadDocument) as caught:
        extract(data, url="https://www.example.gov.cn/a.docx")
    assert (caught.value.fault, caught.value.format) == (fault, "docx")
    assert "https://www.example.gov.cn/a.docx" in str(caught.value)


def test_what_is_nested_as_deep_as_allowed_is_read() -> None:
    deep = paragraph("文")
    for _ in range(40):
        deep = table([[deep]])
    assert lines(deep) == ["文"]
    boxes = paragraph("文")
    for _ in range(45):
        boxes = f"<w:p><w:r><w:txbxContent>{boxes}</w:txbxContent></w:r></w:p>"
    assert lines(boxes) == ["文"]


def test_styles_and_relations_that_lead_in_circles_or_outside_do_no_harm() -> None:
    circle = '<w:style w:type="paragraph" w:styleId="1"><w:basedOn w:val="1"/></w:style>'
    assert lines(paragraph("文", style="1"), {"styles": circle}) == ["文"]
    data = docx(paragraph("文") + '<w:altChunk r:id="x"/>')
    with pytest.raises(UnreadDocument, match="missing"):
        read(data)


def test_a_long_label_is_cut_so_that_it_cannot_multiply() -> None:
    part = numbering({1: [("decimal", "%1" + "长" * 100_000)]})
    (line,) = lines(paragraph("文", numbers=(1, 0)), {"numbering": part})
    assert len(line) < 100


def test_every_fault_of_a_byte_is_an_error_of_the_project() -> None:
    data = bytearray(report("某市报告", "", ["一、工作", "甲\t乙", "文字"]))
    for place in range(0, len(data), 7):
        data[place] ^= 0x5A
        try:
            if reader.DOCX.recognises(bytes(data), ()):
                reader.DOCX.read(bytes(data), (), None, None)
        except UnreadDocument:
            pass
        data[place] ^= 0x5A


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("libreoffice-*.docx")), ids=lambda path: path.name)
def test_what_libreoffice_writes_is_read_exactly(path: Path) -> None:
    gold = json.loads(path.with_suffix(".json").read_text("utf-8"))
    assert read(path.read_bytes()) == gold
