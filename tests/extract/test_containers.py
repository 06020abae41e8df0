"""ZIP members and XML of documents: read within limits, and a fault of their own for each hostile one."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from crawler.errors import UnreadDocument
from crawler.extract.documents import zip_members
from crawler.extract.documents.origin import Origin
from crawler.extract.documents.xml import MAX_XML_DEPTH, MAX_XML_TAGS, parse_xml
from crawler.extract.documents.zip_members import Members

ORIGIN = Origin("https://www.example.gov.cn/a.docx", "docx")


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", method) as container:
        for name, data in members.items():
            container.writestr(name, data)
    return file.getvalue()


def test_a_member_is_found_however_its_name_is_written() -> None:
    members = Members(packed({"/word\\Document.xml": b"a", "folder/": b""}), ORIGIN)
    assert members.names == ("word/Document.xml",)
    assert members.read("word/document.xml") == members.read("/word/Document.xml") == b"a"
    assert members.get("word/styles.xml") is None
    assert (members.size("word/document.xml"), members.size("none")) == (1, 0)


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_a_name_without_the_flag_of_utf8_is_read_as_its_writer_wrote_it(encoding: str) -> None:
    written = "报告.txt".encode(encoding)
    body = packed({"x" * len(written): b"a"}).replace(b"x" * len(written), written)
    assert Members(body, ORIGIN).names == ("报告.txt",)


def test_a_bomb_is_too_large_by_what_it_decodes_to_not_by_what_it_states(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = packed({"a": bytes(5 * 1024 * 1024)})
    with pytest.raises(UnreadDocument, match="300 to 1") as caught:
        Members(body, ORIGIN).read("a")
    assert (caught.value.fault, caught.value.format, caught.value.url) == ("too_large", "docx", ORIGIN.url)
    with pytest.raises(UnreadDocument, match="more than 100 bytes"):
        Members(body, ORIGIN).read("a", 100)
    monkeypatch.setattr(zip_members, "MAX_TOTAL_BYTES", 150)
    members = Members(packed({"a": bytes(100), "b": bytes(100)}), ORIGIN)
    members.read("a")
    with pytest.raises(UnreadDocument, match="more than 50 bytes"):
        members.read("b")


def test_a_container_with_too_many_members_is_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_members, "MAX_MEMBERS", 3)
    with pytest.raises(UnreadDocument, match="4 members") as caught:
        Members(packed({str(i): b"" for i in range(4)}), ORIGIN)
    assert caught.value.fault == "too_large"


def test_an_encrypted_member_is_encrypted_and_another_method_is_named() -> None:
    body = bytearray(packed({"a": b"text"}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        body[body.index(mark) + at] |= 1
    with pytest.raises(UnreadDocument, match="encrypted") as caught:
        Members(bytes(body), ORIGIN).read("a")
    assert caught.value.fault == "encrypted"
    with pytest.raises(UnreadDocument, match="method 14"):
        Members(packed({"a": b"text"}, zipfile.ZIP_LZMA), ORIGIN).read("a")


def test_every_cut_of_a_container_is_damaged() -> None:
    body = packed({"a": b"text" * 50, "b": b"text"})
    for end in range(len(body) - 1):
        with pytest.raises(UnreadDocument) as caught:
            Members(body[:end], ORIGIN).read("a")
        assert caught.value.fault == "damaged"


@pytest.mark.parametrize("place", range(0, 220, 3))
def test_a_changed_byte_raises_nothing_but_a_fault(place: int) -> None:
    body = bytearray(packed({"报告": b"text" * 50, "b": b"text"}))
    body[place % len(body)] ^= 0xFF
    try:
        members = Members(bytes(body), ORIGIN)
        for name in members.names:
            members.read(name)
    except UnreadDocument:
        pass


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE a [<!ENTITY x "xxxx"><!ENTITY y "&x;&x;">]><a>&y;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"<a>&nbsp;</a>",
        b"<a><b></a>",
        b"",
        b"\x00\x01",
        b'<?xml version="1.0" encoding="x-none"?><a/>',
        b'<?xml version="1.0" encoding="shift_jis"?><a/>',
    ],
)
def test_a_dtd_and_what_is_not_well_formed_are_damaged(data: bytes) -> None:
    with pytest.raises(UnreadDocument, match=r"document\.xml") as caught:
        parse_xml(data, ORIGIN, "document.xml")
    assert caught.value.fault == "damaged"


@pytest.mark.parametrize(
    "data",
    [
        b"<a>" * (MAX_XML_DEPTH + 1) + b"</a>" * (MAX_XML_DEPTH + 1),
        b"<a>" + b"<b/>" * MAX_XML_TAGS + b"</a>",
    ],
)
def test_markup_beyond_the_limits_is_too_large(data: bytes) -> None:
    with pytest.raises(UnreadDocument) as caught:
        parse_xml(data, ORIGIN, "document.xml")
    assert caught.value.fault == "too_large"


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK", "GB2312", "Big5", "UTF-16"])
def test_markup_is_read_in_the_encoding_that_it_declares(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><a>中文</a>'
    assert parse_xml(text.encode(encoding), ORIGIN, "a.xml").text == "中文"
