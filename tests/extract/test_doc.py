"""DOC and WPS: what LibreOffice saved (tests/fixtures/documents), and what no program writes any more (made_documents/doc)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.score import overlap
from crawler.errors import UnreadDocument
from crawler.extract import extract
from crawler.extract.documents import FORMATS, sniff
from tests.made_documents.doc import Piece, compound, old_word, word
from tests.made_documents.doc_sources import LONG, SEED_NAMES, TITLE

SAVED = Path(__file__).parent.parent / "fixtures" / "documents"
SEEDS = Path(__file__).parent.parent / "site" / "documents"
DELETED, HIDDEN = (0x41 << 1) | (1 << 8), (0x5C << 1) | (1 << 8)  # changes that a piece states
ENCRYPTED = 0x0100


def lines(body: bytes) -> list[str]:
    return [line.text for line in sniff(body, (), None).read(body, (), None, None).lines]


def saved(name: str) -> list[str]:
    """The lines of a saved file, without the filling text."""
    return [line.replace(LONG, "") for line in lines((SAVED / f"{name}.doc").read_bytes())]


def fault(body: bytes) -> str:
    with pytest.raises(UnreadDocument) as raised:
        lines(body)
    return raised.value.fault


@pytest.mark.parametrize("name", SEED_NAMES)
def test_a_report_saved_as_doc_gives_the_text_it_was_made_from(name: str) -> None:
    gold = json.loads((SEEDS / f"{name}.json").read_text("utf-8"))
    report = extract((SAVED / f"seed-{name[:3]}.doc").read_bytes())
    assert overlap(report.body, gold["body"]).f1 >= 0.97
    assert (report.title, report.year, report.signed) == (gold["title"], gold["year"], gold["signed"])
    assert report.body.split("\n") == gold["body"].split("\n")  # its numbers are automatic ones


def test_tables_become_rows_with_notes_after_them_and_layout_leaves_no_trace() -> None:
    assert saved("tables") == [
        TITLE,
        "",
        "项目\t2022年\t2023年",
        "行政复议\t1,204件\t1,562件",
        "含上年结转。",
        "行政 诉讼\t\t310件",
        "合计",
        "以上数据来自市司法局,并经核对。",
        "截至2023年12月31日。",
        "立法情况:",
        "类别\t数量",
        "规章\t3部",
        "以上为立法情况。",
        "附注",
        "",
    ]


def test_automatic_numbers_are_part_of_the_text_and_start_again_below_each_heading() -> None:
    found = saved("numbers")
    chapter = [
        "(一)依法全面履行政府职能。", "1.深化改革。", "2.优化服务。", "①细项",
        "(二)健全依法行政制度体系。", "1.深化改革。", "2.优化服务。", "①细项", "",
    ]  # fmt: skip
    assert found[2:12] == ["一、主要工作", *chapter]
    assert found[12:22] == ["二、存在问题", *chapter]
    assert found[-9:] == [f"{n}、第{i}条措施" for i, n in enumerate("四五六七八九十", 4)] + [
        "十一、第11条措施",
        "十二、第12条措施",
    ]


def test_what_a_reader_does_not_see_is_left_out_and_what_he_sees_is_kept() -> None:
    assert saved("changed") == [
        TITLE,
        "原文保留。",  # deleted with changes tracked
        "前插入的文字后。",
        "可见文字。",  # hidden; the next paragraph is hidden by its style
        "网站链接在此。",  # of a field, the result
        "上一行",
        "下一行。",
        "方框所在的段落。",
        "文本框里的文字。",
        "新的一页。",
        "不间断-连字符、软连字符、加粗和𠮷字。",
    ]


@pytest.mark.parametrize(
    ("reader", "name", "least"),
    [
        ("libreoffice", "seed-000", 0.99),
        ("libreoffice", "numbers", 0.99),
        ("libreoffice", "tables", 0.95),
        ("libreoffice", "changed", 0.93),
        ("catdoc", "seed-000", 0.95),
        ("catdoc", "numbers", 0.9),
        ("catdoc", "tables", 0.9),
        ("catdoc", "changed", 0.85),
    ],
)
def test_what_other_readers_find_in_a_file_is_found(reader: str, name: str, least: float) -> None:
    """The rest is what they should not: deleted and hidden text, instructions of fields, signs of notes, lost numbers."""
    theirs = (SAVED / "readers" / reader / f"{name}.txt").read_text("utf-8")
    ours = "\n".join(lines((SAVED / f"{name}.doc").read_bytes()))
    assert overlap(ours, theirs).recall >= least


def test_headers_and_page_numbers_are_no_text() -> None:
    assert not [line for line in saved("seed-000") if "人民政府文件" in line or line.startswith("—")]


def test_pieces_of_a_fast_save_are_read_in_the_order_of_the_text() -> None:
    body = word([Piece("前言,"), Piece("second – “piece”,", "cp1252"), Piece("尾𠮷字。\r")])
    assert lines(body) == ["前言,second – “piece”,尾𠮷字。"]


def test_an_8_bit_piece_that_can_only_be_chinese_is_read_as_gbk() -> None:
    assert lines(word([Piece("某市法治政府建设的情况。\r", "gbk")])) == ["某市法治政府建设的情况。"]
    assert lines(word([Piece("café – naïve été à où\r", "cp1252")])) == ["café – naïve été à où"]


@pytest.mark.parametrize("change", [DELETED, HIDDEN])
def test_a_piece_that_was_deleted_or_hidden_in_a_fast_save_is_left_out(change: int) -> None:
    assert lines(word([Piece("保留"), Piece("去掉", change=change), Piece("的文字。\r")])) == ["保留的文字。"]


def test_of_fields_within_fields_only_results_are_text() -> None:
    field = "\x13 HYPERLINK \x13 REF x \x14甲\x15 \x14网\x13 PAGE \x149\x15站\x15"
    assert lines(word([Piece(f"见{field}。\r")])) == ["见网站。"]
    assert lines(word([Piece("\x13 EQ \\o\\ac(○,3)\x15第三项。\r")])) == ["③第三项。"]


def test_a_table_of_contents_is_no_text() -> None:
    contents = "\x13 TOC \\o \x14一、工作\t1\r二、问题\t2\r\x15\r"
    assert lines(word([Piece(f"题目\r{contents}一、工作\r")])) == ["题目", "一、工作"]


@pytest.mark.parametrize(
    ("codec", "language", "mark", "flags"),
    [
        ("gbk", 0x0804, 0xA5DC, 0),
        ("big5", 0x0404, 0xA5DC, 0),
        ("gbk", 0x0409, 0xA5DC, 0),  # Chinese text in a file that says it is English
        ("utf-16-le", 0x0804, 0xA699, 0x1000),  # the edition for East Asia
    ],
)
def test_files_of_word_95_are_read_in_their_code_page(
    codec: str, language: int, mark: int, flags: int
) -> None:
    text = "某市人民政府\r2002年的工作,人民政府依法行政\r"
    body = old_word(text, codec, language=language, mark=mark, flags=flags)
    assert lines(body) == text.strip().split("\r")


def test_notes_whose_place_is_not_stated_come_at_the_end() -> None:
    body = bytearray(old_word("正文的文字。\r注释的文字。\r", "gbk"))
    at = body.index(b"\xdc\xa5") + 0x34
    body[at : at + 8] = (13).to_bytes(
        4, "little"
    ) * 2  # characters of the text and of the footnotes, in bytes
    assert lines(bytes(body)) == ["正文的文字。", "注释的文字。"]


def test_a_file_of_kingsoft_is_named_wps_and_read_alike() -> None:
    summary = "KSOProductBuildVer".encode("utf-16-le")
    body = word([Piece("某市的报告。\r")], more={"\x05DocumentSummaryInformation": summary})
    assert sniff(body, (), None) is FORMATS["wps"]
    assert sniff(word([Piece("某市的报告。\r")]), (), None) is FORMATS["doc"]
    assert lines(body) == ["某市的报告。"]


def test_a_file_that_cannot_be_read_says_why() -> None:
    assert fault(word([Piece("密文\r")], flags=ENCRYPTED)) == "encrypted"
    assert fault(compound({"EncryptedPackage": b"x", "EncryptionInfo": b"x"})) == "encrypted"
    assert fault(compound({"MatOST": b"x", "CONTENTS": b"CHNKWKS"})) == "unsupported"
    assert fault(old_word("Word 2", "cp1252", mark=0xA5DB)) == "unsupported"
    assert fault(word([Piece("\r")])) == "empty"
    assert fault(word([Piece("\x01\r")])) == "needs_ocr"  # a picture in the place of text
    assert (
        fault(word([Piece("关于报告的通知\r" + "\x01\r" * 9)])) == "needs_ocr"
    )  # scanned pages under a title


def test_a_text_shorter_than_the_file_says_is_damaged_and_never_taken_for_whole() -> None:
    assert fault(word([Piece("一半的文字\r")], stated=50)) == "damaged"


def test_the_reader_and_the_title_of_the_properties_are_told() -> None:
    body = (SAVED / "tables.doc").read_bytes()
    material = sniff(body, (), None).read(body, (), None, None)
    assert material.titles == (TITLE,)
    assert material.reader
    assert material.reader.startswith("fazhi-ole ")
