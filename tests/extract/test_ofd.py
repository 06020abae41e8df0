"""OFD: reports set as official documents are, the ways in which programs place text, and containers made to do harm."""

from __future__ import annotations

import json
import random
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from bench.score import overlap
from crawler.errors import UnreadDocument
from crawler.extract import extract
from crawler.extract.documents import FORMATS, sniff
from crawler.extract.documents.ofd import drawing
from crawler.extract.page.lines import clean
from tests.made_documents import ofd
from tests.made_documents.ofd import LEFT, PITCH, SIZE, TOP, Set, container, page, rule, text_object

SEEDS = sorted((Path(__file__).parent.parent / "site" / "documents").glob("*.json"))
PARAGRAPH = "市政府深入学习贯彻习近平法治思想，全面落实法治政府建设实施纲要，各项工作取得新的成效。"


def lines(body: bytes) -> list[str]:
    return [line.text for line in sniff(body, (), None).read(body, (), None, None).lines]


def outcome(body: bytes) -> str:
    """The fault of a document; `read` for one that can be read."""
    try:
        FORMATS["ofd"].read(body, (), None, None)
    except UnreadDocument as error:
        return error.fault
    return "read"


def code(text: str, attributes: str, **of_object: str) -> str:
    """A text object with attributes of its TextCode."""
    given = "".join(f' {name}="{value}"' for name, value in ({"Boundary": "30 40 150 8"} | of_object).items())
    return f'<ofd:TextObject Size="{SIZE}"{given}><ofd:TextCode {attributes}>{text}</ofd:TextCode></ofd:TextObject>'


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem[:3])
def test_a_report_set_as_ofd_gives_the_text_it_was_made_from(path: Path) -> None:
    gold = json.loads(path.read_text("utf-8"))
    report = extract(ofd.report(gold["title"], gold["body"].split("\n"), head="某市人民政府文件"))
    assert overlap(report.body, gold["body"]).f1 >= 0.97
    assert (report.title, report.year, report.signed) == (gold["title"], gold["year"], gold["signed"])
    assert report.reader
    assert report.pages
    assert report.reader.startswith("fazhi-ofd ")


def test_page_numbers_and_running_heads_are_no_text() -> None:
    gold = json.loads(SEEDS[3].read_text("utf-8"))
    paragraphs = gold["body"].split("\n")
    body = ofd.report("某市2023年法治政府建设情况报告", paragraphs, head="内部资料")
    assert lines(body)[1:] == list(map(clean, paragraphs))


def test_a_ruled_table_becomes_rows_with_tabs() -> None:
    rows = [("项目", "2022年", "2023年"), ("行政复议", "1204", "1562"), ("行政诉讼", "", "310")]
    objects = "".join(
        text_object(Set(PARAGRAPH[i : i + 25], LEFT, TOP + PITCH * n)) for n, i in enumerate((0, 25))
    )
    found = lines(container([page(objects + ofd.table(rows, 80.0, (50, 40, 40)))]))
    assert found[-3:] == ["项目\t2022年\t2023年", "行政复议\t1204\t1562", "行政诉讼\t\t310"]


def test_steps_matrices_and_positions_place_text() -> None:
    steps = code("法治政府建设", 'X="0" Y="6" DeltaX="g 3 5.64 5.64 5.64"')
    matrix = code("年度报告", 'X="0" Y="3" DeltaX="g 3 5.64"', CTM="2 0 0 2 0 0", Boundary="30 60 99 9")
    without = code("没有步长的文字", 'X="0" Y="6"', Boundary="30 80 99 9")
    found = "".join(lines(container([page(without + matrix + steps)])))
    assert found == "法治政府建设年度报告没有步长的文字"  # from the top of the page


def test_text_that_continues_on_a_line_is_joined_and_text_far_away_is_not() -> None:
    parts = [Set("第一段", 30, 50), Set("文字", 30 + 3 * SIZE, 50), Set("右边的文字", 150, 50)]
    found = lines(container([page("".join(map(text_object, parts)))]))
    assert "第一段文字" in found[0].split("\t")[0].split(" ")[0]


def test_text_drawn_twice_to_look_bold_is_text_once() -> None:
    twice = text_object(Set("法治政府建设", 30, 50)) + text_object(Set("法治政府建设", 30.1, 50.1))
    assert lines(container([page(twice)])) == ["法治政府建设"]


def test_watermarks_and_invisible_text_are_no_text() -> None:
    marks = code("水印文字", 'X="0" Y="6"', CTM="0.7 0.7 -0.7 0.7 0 0") + code(
        "看不见", 'X="0" Y="6"', Visible="false"
    )
    clear = code("全透明", 'X="0" Y="6"', Alpha="0")
    assert lines(container([page(text_object(Set("正文", 30, 50)) + marks + clear)])) == ["正文"]


def test_templates_blocks_and_composite_graphics_are_drawn() -> None:
    block = f'<ofd:PageBlock ID="5">{text_object(Set("块里的文字", 30, 70))}</ofd:PageBlock>'
    graphic = '<ofd:CompositeObject ID="6" ResourceID="77" Boundary="30 90 100 10"/>'
    resources = (
        '<ofd:Res xmlns:ofd="http://www.ofdspec.org/2016"><ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="77">'
        f"<ofd:Content>{text_object(Set('图形里的文字', 0, 6))}</ofd:Content>"
        "</ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits></ofd:Res>"
    )
    common = '<ofd:PublicRes>/Doc_0/PublicRes.xml</ofd:PublicRes><ofd:TemplatePage ID="3" BaseLoc="Tpls/Tpl_0/Content.xml"/>'
    more = {
        "Doc_0/PublicRes.xml": resources,
        "Doc_0/Tpls/Tpl_0/Content.xml": page(text_object(Set("模板里的文字", 30, 50))),
    }
    found = lines(container([page(block + graphic, template="3")], more=more, common=common))
    assert "".join(found) == "模板里的文字块里的文字图形里的文字"


def test_all_documents_of_a_container_are_read_in_order() -> None:
    members = {"OFD.xml": ofd.root([("Doc_0/Document.xml", ""), ("/Doc_1/Document.xml", "")])}
    for number, text in enumerate(("第一个文件", "第二个文件")):
        members[f"Doc_{number}/Document.xml"] = ofd.document('<ofd:Page ID="1" BaseLoc="P.xml"/>')
        members[f"Doc_{number}/P.xml"] = page(text_object(Set(text, 30, 50)))
    assert lines(ofd.pack(members)) == ["第一个文件", "第二个文件"]


def test_text_drawn_as_outlines_needs_ocr_and_says_how_many_pages() -> None:
    outlines = "".join(rule(x, y, x + 5, y + 5) for x in range(20, 180, 10) for y in range(30, 90, 10))
    scan = f'<ofd:ImageObject ID="4" ResourceID="1" Boundary="0 0 210 297"/>{text_object(Set("2024年1月", 30, 50))}'
    body = container([page(outlines), page(scan)])
    with pytest.raises(UnreadDocument) as raised:
        FORMATS["ofd"].read(body, (), "http://example.org/a.ofd", None)
    assert (raised.value.fault, raised.value.pages, raised.value.format) == ("needs_ocr", 2, "ofd")


def test_a_scan_between_pages_of_text_needs_ocr_and_a_cover_does_not() -> None:
    scan = page('<ofd:ImageObject ID="4" ResourceID="1" Boundary="0 0 210 297"/>')
    text = page("".join(text_object(Set(PARAGRAPH[:27], LEFT, 40 + PITCH * i)) for i in range(3)))
    assert outcome(container([text, scan, text])) == "needs_ocr"
    assert outcome(container([scan, text, text])) == "read"


def test_text_in_a_coding_of_its_own_needs_ocr() -> None:
    private = "".join(chr(0xE000 + i) for i in range(25))
    objects = "".join(text_object(Set(private, LEFT, 40 + PITCH * i)) for i in range(12))
    assert outcome(container([page(objects)])) == "needs_ocr"


def test_a_document_without_content_is_empty() -> None:
    assert outcome(container([page("")])) == "empty"


def test_an_encrypted_container_says_so() -> None:
    assert outcome(container([page("")], more={"Encryptions.xml": "<x/>"})) == "encrypted"


@pytest.mark.parametrize("location", ["../../../../etc/passwd", "/etc/passwd", "", "..", "C:\\x"])
def test_a_location_outside_the_container_leads_nowhere(location: str) -> None:
    members = {
        "OFD.xml": ofd.root([("Doc_0/Document.xml", "")]),
        "Doc_0/Document.xml": ofd.document(f'<ofd:Page ID="1" BaseLoc="{location}"/>'),
    }
    assert outcome(ofd.pack(members)) == "damaged"


def test_a_page_that_is_missing_is_damaged_and_the_rest_is_never_taken_for_whole() -> None:
    whole = ofd.report("某市2023年法治政府建设情况报告", [PARAGRAPH] * 20)
    with zipfile.ZipFile(BytesIO(whole)) as archive:
        members = {name: archive.read(name) for name in archive.namelist() if "Page_1" not in name}
    assert outcome(ofd.pack(members)) == "damaged"


def test_more_pages_than_the_limit_are_too_large() -> None:
    pages = '<ofd:Page ID="1" BaseLoc="P.xml"/>' * 10_000
    members = {
        "OFD.xml": ofd.root([("Doc_0/Document.xml", "")]),
        "Doc_0/Document.xml": ofd.document(pages),
        "Doc_0/P.xml": page(""),
    }
    assert outcome(ofd.pack(members)) == "too_large"


def test_a_zip_bomb_and_an_entity_bomb_are_refused() -> None:
    bomb = container([page(" " * 5_000_000)])
    assert len(bomb) < 100_000
    assert outcome(bomb) == "too_large"
    entities = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
    assert outcome(container([entities])) == "damaged"


def test_graphics_that_hold_each_other_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_MAX_OBJECTS", 20_000)
    unit = '<ofd:CompositeGraphicUnit ID="{}"><ofd:Content>{}</ofd:Content></ofd:CompositeGraphicUnit>'
    uses = '<ofd:CompositeObject ResourceID="1"/>' * 8
    resources = f'<ofd:Res xmlns:ofd="http://www.ofdspec.org/2016">{unit.format(1, uses)}</ofd:Res>'
    common = "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>"
    found = outcome(container([page(uses)], common=common, more={"Doc_0/PublicRes.xml": resources}))
    assert found == "too_large"


def test_numbers_without_sense_place_text_somewhere() -> None:
    attributes = 'X="1e999" Y="nan" DeltaX="g 999999999 1e308 g -5 x inf"'
    assert lines(container([page(code("照样读出", attributes, Boundary="a b", CTM="1 2 x"))])) == ["照样读出"]


def test_more_characters_than_the_limit_are_too_large() -> None:
    assert outcome(container([page(code("法" * 2_000_001, 'X="0" Y="6"'))])) == "too_large"


def test_deep_nesting_is_refused() -> None:
    assert outcome(container([page("<ofd:PageBlock>" * 5000 + "</ofd:PageBlock>" * 5000)])) == "too_large"


def test_a_container_that_is_cut_or_changed_raises_no_other_error() -> None:
    chance = random.Random(16)
    body = ofd.report("某市2023年法治政府建设情况报告", [PARAGRAPH] * 20)
    with zipfile.ZipFile(BytesIO(body)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for _ in range(60):
        assert outcome(body[: chance.randrange(4, len(body))]) == "damaged"
        changed = {name: bytearray(data) for name, data in members.items()}
        one = changed[chance.choice(list(changed))]
        for _ in range(chance.randint(1, 5)):
            one[chance.randrange(len(one))] = chance.choice(b'0 <>"&gx\x00\xff')
        assert outcome(ofd.pack({name: bytes(data) for name, data in changed.items()})) in (
            "read", "damaged", "empty", "needs_ocr", "too_large", "encrypted",
        )  # fmt: skip
