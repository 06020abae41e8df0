"""Recognise links to files: by the ending of their address or of their words, or by an address that serves files.

Takes addresses and words as written and answers yes or no. Many systems serve files at addresses without an ending.
"""

from __future__ import annotations

import re

DOCUMENT_EXTENSIONS = "pdf|doc[xm]?|xlsx?|wps|et|ofd|zip|rar|7z|rtf|txt|ceb|pptx?"
"""Extensions of attached documents, as alternatives of a regular expression."""
FILE = re.compile(rf"\.(?:{DOCUMENT_EXTENSIONS})(?:$|[?#&])", re.I)
"""In the address of a document, also where the name is a parameter: `?filename=a.pdf&showname=…`."""
ANY_FILE = re.compile(
    rf"\.(?:{DOCUMENT_EXTENSIONS})(?![0-9a-z])|down|attach|fileid|附\s?件|附\s?表|下载|全真版|文字版|[pP][dD][fF]|OFD|[wW][oO][rR][dD]|WPS",
    re.I,
)
"""Search in many links at once, for whether any may be one to a document."""

_NAMED_FILE = re.compile(rf"\.(?:{DOCUMENT_EXTENSIONS})(?![0-9a-z])", re.I)  # report.docx(1.2MB)
_SERVES_FILES = re.compile(  # download.jsp?…&wbfileid=12  /attachDownload?id=  fileDownload.do?  /cms/downLoad.do?
    r"[?&](?:wbfileid|file_?id|attach_?id|attachment_?id|annex_?id|fj_?id|showname|attachguid|fileguid)="
    r"|virtual_attach_file\.vsb|/(?:down|download|attach|attachment|annex)(?:file|attach|attachment|annex)?\.(?:do|jspx?|aspx?|ashx|action|php)\b"
    r"|/(?:file|attach|attachment|annex|doc|document|resource)_?down(?:load)?(?:[/?.]|$)"
    r"|/down(?:load)?_?(?:file|attach|attachment|annex|doc)s?(?:[/?.]|$)|/download/(?:file|attach|attachment|annex)s?/|/module/download/",
    re.I,
)
_NAMED_DOCUMENT = re.compile(
    r"[\s\[【(<《]{0,4}(?:(?:相关|点击|查看)?(?:附\s?件|附\s?表)|(?:点击|此处|立即|全文|正文|文件|附件|报告|原文){0,2}下载|全真版|文字版|(?:PDF|WORD|OFD|WPS|DOCX?)(?:\s?(?:版|格式|文档|文件|下载)|$))",
    re.I,
)  # words of a link to a document whose address says nothing
_PAGE = re.compile(r"\.(?:s?html?|xhtml|mht)(?:$|[?#])|/(?:$|[?#])|^(?:#|mailto:|tel:)", re.I)
_PROGRAM = re.compile(r"\.(?:exe|apk|ipa|msi|dmg)(?:$|[?#])|/(?:app|client|browser)/", re.I)
_MAX_LENGTH = 2000  # characters of an address or of words that are looked at


def is_document_address(href: str) -> bool:
    """Whether an address is that of a document: it ends in a document's extension, or serves files."""
    href = href[:_MAX_LENGTH]
    return FILE.search(href) is not None or (
        _SERVES_FILES.search(href) is not None and not _PROGRAM.search(href)
    )


def is_document_link(words: str, href: str) -> bool:
    """Whether a link is one to a document, by its address or by its words (附件1, report.docx, PDF版下载)."""
    if is_document_address(href):
        return True
    href, words = href[:_MAX_LENGTH], words[:_MAX_LENGTH]
    if href.lstrip()[:11].lower() == "javascript:":
        return _NAMED_FILE.search(href) is not None
    if _PAGE.search(href) or _PROGRAM.search(href):
        return False
    return _NAMED_FILE.search(words) is not None or _NAMED_DOCUMENT.match(words) is not None
