"""Archives: the one document in them that is the report."""

from __future__ import annotations

import pytest

from crawler.errors import UnknownFormat, UnreadDocument
from crawler.extract import extract
from crawler.extract.documents import zip as zip_reader
from tests.made_documents import docx, rtf, text
from tests.made_documents.zip import archive
from tests.site.documents import seed

GOLD = seed(2, "https://www.example.gov.cn/")
REPORT = docx.report(GOLD.title, "", GOLD.paragraphs)
LONGER = text.report("某市统计资料", "", ["数字" * 400] * 20)
NAMED = f"{GOLD.title}.docx"


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
@pytest.mark.parametrize(
    "documents",
    [
        {"附件.docx": REPORT},
        {"统计.txt": LONGER, NAMED: REPORT},
        {"统计.txt": LONGER, "1.docx": REPORT, "图.png": b"\x89PNG\r\n" + bytes(99)},
        {"文件夹\\__MACOSX.txt": LONGER, "__MACOSX/._报告.docx": b"x", "a/b/1.rtf": rtf.report(GOLD.title, "", GOLD.paragraphs)},
        {"内.zip": archive({"1.docx": REPORT}, encoding="gbk"), "统计.txt": LONGER},
        {"../../etc/passwd": LONGER, "/报告.docx": REPORT},
    ],
)  # fmt: skip
def test_the_report_of_an_archive_is_read(documents: dict[str, bytes], encoding: str) -> None:
    found = extract(archive(documents, encoding=encoding))
    assert (found.title, found.body) == (GOLD.title, GOLD.body)
    assert found.reader
    assert "in a ZIP archive" in found.reader


def test_without_a_report_the_longest_document_is_read() -> None:
    short = text.report("通知", "", ["各单位请注意。" * 9])
    assert "数字" in extract(archive({"a.txt": short, "b.txt": LONGER})).body


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (archive({}), "empty"),
        (archive({"图.png": b"\x89PNG\r\n" + bytes(99)}), "empty"),
        (archive({"a.zip": archive({"b.zip": archive({"1.docx": REPORT})})}), "empty"),
        (archive({NAMED: docx.docx("<w:p><w:r><w:drawing/></w:r></w:p>"), "统计.txt": LONGER}), "needs_ocr"),
        (archive({"1.docx": REPORT[:900]}), "damaged"),
        (b"PK\x03\x04" + bytes(100), "damaged"),
        (b"Rar!\x1a\x07\x01\x00" + bytes(100), "archive_rar"),
        (b"Rar!\x1a\x07\x00" + bytes(100), "archive_rar"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(100), "archive_7z"),
        (archive({"a.rar": b"Rar!\x1a\x07\x01\x00" + bytes(100)}), "archive_rar"),
    ],
)
def test_an_archive_without_a_text_says_why(data: bytes, fault: str) -> None:
    with pytest.raises(UnreadDocument) as caught:
        extract(data, url="https://www.example.gov.cn/a.zip")
    assert (caught.value.fault, caught.value.format) == (fault, "zip")


@pytest.mark.parametrize("member", ["[Content_Types].xml", "mimetype", "META-INF/container.xml"])
def test_a_workbook_or_a_book_is_no_archive_of_documents(member: str) -> None:
    with pytest.raises(UnknownFormat, match="ZIP"):
        extract(archive({member: b"", "a.txt": LONGER}))


def test_an_encrypted_archive_says_so() -> None:
    data = bytearray(archive({"a.txt": LONGER}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    with pytest.raises(UnreadDocument) as caught:
        extract(bytes(data))
    assert caught.value.fault == "encrypted"


def test_only_so_many_documents_of_an_archive_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_reader, "MAX_DOCUMENTS", 2)
    documents = {f"{n}.txt": LONGER for n in range(3)}
    assert (
        extract(archive({**documents, NAMED: REPORT})).title == GOLD.title
    )  # a name that says report comes first
    assert extract(archive({**documents, "x.docx": REPORT})).title != GOLD.title
