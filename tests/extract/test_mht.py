"""MHT: the page in a MIME message, as Word saves it and as `.doc` files of some programs are."""

from __future__ import annotations

import base64
import contextlib
import quopri

import pytest

from crawler.errors import ExtractError, UnreadDocument
from crawler.extract import extract
from crawler.extract.documents import FORMATS
from crawler.extract.documents.html import mht
from tests.site.documents import seed

GOLD = seed(2, "https://www.example.gov.cn/")
PAGE = (
    f"<html><head><title>{GOLD.title}</title></head><body><h1>{GOLD.title}</h1>"
    + "".join(f"<p>{text}</p>" for text in GOLD.paragraphs)
    + "</body></html>"
)


def message(page: bytes, coding: str, charset: str, before: str = "") -> bytes:
    head = f'MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary="--=_x"\r\n{before}\r\n此文档为“单个文件网页”\r\n'
    part = f"\r\n----=_x\r\nContent-Location: file:///C:/1.htm\r\nContent-Transfer-Encoding: {coding}\r\nContent-Type: text/html; charset={charset}\r\n\r\n"
    picture = "\r\n----=_x\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n----=_x--\r\n"
    return head.encode() + part.encode() + page + picture.encode()


@pytest.mark.parametrize("charset", ["gb2312", "utf-8"])
def test_the_page_in_a_message_is_read_as_any_page(charset: str) -> None:
    page = PAGE.encode("gb18030" if charset == "gb2312" else charset)
    for data in (
        message(quopri.encodestring(page), "quoted-printable", charset),
        message(base64.encodebytes(page), "base64", charset, "X-MimeOLE: Produced By Microsoft\r\n"),
        message(page, "8bit", charset),
    ):
        found = extract(data)
        assert (found.title, found.body) == (GOLD.title, GOLD.body)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (message(b"", "8bit", "utf-8").replace(b"text/html", b"text/plain"), "empty"),
        (message(b"", "8bit", "utf-8") + b"\r\n----=_x" * (mht.MAX_MHT_PARTS + 1), "too_large"),
    ],
)
def test_a_message_without_a_page_says_why(data: bytes, fault: str) -> None:
    with pytest.raises(UnreadDocument) as caught:
        extract(data)
    assert (caught.value.fault, caught.value.format) == (fault, "mht")


def test_messages_in_messages_and_broken_ones_do_no_harm() -> None:
    deep = b"".join(
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(900)
    )
    for data in (deep, message(b"!!", "base64", "x-none"), message(b"=ZZ", "quoted-printable", "\\")):
        with contextlib.suppress(ExtractError):
            extract(data)


@pytest.mark.parametrize("text", ["MIME-Version: 1.0 是什么", "From: 市政府\nTo: 各单位\n" + "正文。" * 90])
def test_a_text_about_messages_is_none(text: str) -> None:
    assert not FORMATS["mht"].recognises(text.encode(), ())
