"""Decide whether a report's text is that of its page, or that of a document which the page offers.

Takes reports that have been read already: `offers` finds what a page offers, `crawl` fetches it, `extract` reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from crawler.errors import ExtractError, NoBody, UnknownFormat, Unread, UnreadDocument
from crawler.extract.meaning import kind, sections
from crawler.extract.meaning.text_difference import difference, shared_share
from crawler.extract.page.as_published import body_as_published, of_report
from crawler.extract.roles.role import squeeze
from crawler.field import titles
from crawler.field.fingerprint import text_sha256
from crawler.field.organs import organ_in
from crawler.model import AsPublished, Offer, Report

MIN_OWN_LENGTH = 300
"""Characters of a page's own text that is no stub, if a document stands beside it."""
MAX_POINTER_LENGTH = 1000
"""Characters of a text that is a stub if it points to its document (详见附件) and has none of a report's sections."""

IMAGE = "image"
"""`Offer.how` of an image in the body. Its text can only be read by OCR."""
_EMBEDDED = frozenset(("frame", "object", "embed", "viewer", "script"))
"""`Offer.how` of what the page shows in its body, as opposed to what it links to."""

_POINTER = re.compile(
    r"(?:[详请]\S{0,4}|参)[见看阅](?:以下|下方|下列|本)?(?:附件|附后|链接|原文|正文)|全文(?:请?见|如下附|链接)"
    r"|(?:点击|点此|扫码)(?:此处|这里|链接)?(?:查看|下载|阅读|浏览)|^见附件"
)
_NO_TEXT = re.compile(r"解读|图解|图说|一图|长图|统计表|附表|清单|名单|一览表|汇总表|评分表|台账|数据表")
_NO_TEXT_FILE = re.compile(r"\.(?:xlsx?|et|csv|pptx?|dps|jpe?g|png|gif|mp[34])(?:$|[?#&])", re.I)
_FILE_ENDING = re.compile(r"\.[A-Za-z]{2,4}$")
_ATTACHMENT_HEAD = re.compile(r"附件\s?[\d一二三四五六七八九十]{0,2}[.、:]?")
_REFERENCE_HEAD = re.compile(rf"^(?:{_ATTACHMENT_HEAD.pattern})?\s?(?:\d{{1,2}}[.、])?")  # 附件:1.report.docx
_MAX_POINTER_LINE = 20  # characters of a line that does nothing but point: 全文详见附件。
_MAX_COMPARED_TITLE = 300  # characters
_MAX_HEAD_LINES = 6  # of a document, in which its title may be repeated
_MIN_SAME_TITLE = 0.6  # similarity of titles of one text
_MIN_SHARED = 0.3  # of the shorter text, for two texts to be those of one report

_FAULTS: tuple[tuple[type[ExtractError], str], ...] = (
    (UnknownFormat, "unknown_format"),
    (Unread, "damaged"),
    (NoBody, "empty"),
)
"""What a document's error means for `Report.unread`, where the error does not say it itself."""
_NOT_READ = "not_read"  # no document was given, or none that may be the report's text


def needs_document(report: Report) -> str:
    """Return why the text of a page's report stands in a document that the page offers; empty if it stands in the page.

    The reason is for people. Empty too for a page that offers nothing.
    """
    if not report.offers:
        return ""
    size = len(report.body)
    has_documents = any(offer.how != IMAGE for offer in report.offers)
    if not size:
        return "the page has no text of its own" if has_documents else "the page has images for its text"
    if size < MIN_OWN_LENGTH:
        beside = "a document" if has_documents else "images"
        return f"the page's own text has {size} characters, with {beside} beside it"
    may_point = size < MAX_POINTER_LENGTH and has_documents and not report.sections
    if may_point and (found := _POINTER.search(report.body)):
        return f"the page's own text of {size} characters points to its document ({found[0]})"
    return ""


def only_refers(page: Report) -> bool:
    """Return whether a page's own text does nothing but name the documents that it offers (附件:report.docx)."""
    return not any(map(squeeze, _without_references(page)))


def _without_references(page: Report) -> Iterator[str]:
    """The lines of a page's text without those that only name a document which it offers, or point to it."""
    names = {"", *(squeeze(offer.title) for offer in page.offers)}
    for line in page.body.split("\n"):
        is_pointer = len(line) <= _MAX_POINTER_LINE and _POINTER.search(line)
        if (
            not is_pointer
            and squeeze(_REFERENCE_HEAD.sub("", line)) not in names
            and squeeze(line) not in names
        ):
            yield line


def choose_text(page: Report, documents: Sequence[tuple[Offer, Report | ExtractError]]) -> Report:
    """Return the report of a page with the text that counts: the page's own, or that of one of its documents.

    `documents`: what was read of the page's offers, in any order: a report, or why there is none. Title and metadata stay
    the page's; a document gives the text, and year, kind, issuer, region and signature where the page has none.
    A page with a text of its own keeps it; `difference` then tells how the document's differs. A page whose text should
    be in a document, and none gives one, has `unread`.
    """
    read = [
        (offer, one) for offer, one in documents if isinstance(one, Report) and _may_be_text(page, offer, one)
    ]
    if not needs_document(page):
        return _compared(page, [document for _, document in read])
    best = max(read, key=lambda pair: _rank(page, *pair), default=None)
    if best is None:
        return _without_text(page, documents)
    return with_text(page, *best)


def _may_be_text(page: Report, offer: Offer, document: Report) -> bool:
    """Whether what was read of an offer may be the text of the page's report: no table, no explanation, no other report."""
    if len(document.body) <= len(page.body) and needs_document(page):
        return False
    if not may_name_text(offer) or _is_other_report(page, document):
        return False
    if _is_framed_page(offer, document):
        return "。" in document.body and not kind.text_fault(document.body)
    is_wanted = kind.is_report(page.title, document.body) or not titles.judge(page.title).report
    return is_wanted or offer.how in _EMBEDDED


def _is_framed_page(offer: Offer, document: Report) -> bool:
    return offer.how == "frame" and document.text_from == "page"


def may_name_text(offer: Offer) -> bool:
    """Return whether an offer may be a text: its words and its address name no table, no pictures and no explanation."""
    name = _FILE_ENDING.sub("", offer.title.strip())
    if _NO_TEXT_FILE.search(offer.title) or _NO_TEXT_FILE.search(offer.url):
        return False
    return _NO_TEXT.search(name) is None or titles.judge(name).report


def _is_other_report(page: Report, document: Report) -> bool:
    """Whether a document's own title is that of another report: of another year or organ, or an explanation."""
    if _NO_TEXT.search(document.title):
        return True
    own, other = titles.judge(page.title), titles.judge(document.title)
    if not (own.report and other.report):
        return False
    if own.year and other.year and own.year != other.year:
        return True
    issuer, others = organ_in(page.title), organ_in(document.title)
    return bool(issuer and others and issuer[0] not in others[0] and others[0] not in issuer[0])


def _rank(page: Report, offer: Offer, document: Report) -> tuple[bool, bool, float, int]:
    """How likely a document is the text: a report's text, shown in the page, of like title, long."""
    named = max(similarity(page.title, offer.title), similarity(page.title, document.title))
    return (
        kind.is_report(page.title, document.body),
        offer.how in _EMBEDDED,
        round(named, 1),
        len(document.body),
    )


def similarity(one: str, other: str) -> float:
    """Return how like two titles are, 0 to 1: the share of pairs of characters that both have (Dice)."""
    first, second = _pairs(one), _pairs(other)
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


def _pairs(title: str) -> set[str]:
    text = squeeze(_FILE_ENDING.sub("", title[:_MAX_COMPARED_TITLE].strip()))
    return {text[i : i + 2] for i in range(len(text) - 1)}


def with_text(page: Report, offer: Offer, document: Report) -> Report:
    """Return the page's report with the text of a document."""
    body = _without_title(page.title, document)
    framed = _is_framed_page(offer, document)
    return replace(
        page,
        title=page.title or document.title,
        issuer=page.issuer or document.issuer,
        region=page.region or document.region,
        year=page.year or document.year or kind.year(page.title, body),
        kind=page.kind or document.kind or kind.kind(page.title, body, page.issuer or document.issuer),
        published=page.published or (document.published if framed else None),
        source=page.source or (document.source if framed else None),
        signed=document.signed or page.signed,
        signer=document.signer or page.signer,
        body=body,
        text_sha256=text_sha256(body),
        sections=sections.find(body),
        attachments=page.attachments or document.attachments,
        undecodable=document.undecodable,
        text_from=document.text_from,
        text_url=document.text_url or document.url or offer.url,
        reader=document.reader,
        pages=document.pages,
        confidence=document.confidence,
        unread=document.unread,
        continues=document.continues,
        parts=document.parts,
        number=document.number,
        total=document.total,
        clues=(*page.clues, *document.clues),
        as_published=AsPublished(
            title=of_report(page if page.title else document).title,
            body=body_as_published(body, document),
        ),
    )


def _without_title(title: str, document: Report) -> str:
    """The text of a document without 附件 and the page's title at its beginning.

    A document's own title is taken for its first line; where it is another text than the title, it stays in the text.
    """
    lines = document.body.split("\n")
    own = squeeze(document.title)
    if own and not _ATTACHMENT_HEAD.fullmatch(document.title) and not _is_same_title(title, document.title):
        lines.insert(0, document.title)
    joined = ""
    for number, line in enumerate(lines[:_MAX_HEAD_LINES]):
        if _ATTACHMENT_HEAD.fullmatch(line) and not joined:
            lines[number] = ""
            continue
        joined += squeeze(line)
        if joined == squeeze(title):
            lines[: number + 1] = [""] * (number + 1)
            break
        if not squeeze(title).startswith(joined):
            break
    return "\n".join(filter(None, lines)) or document.body


def _is_same_title(one: str, other: str) -> bool:
    return (
        similarity(one, other) >= _MIN_SAME_TITLE
        or titles.judge(other).report
        or (len(squeeze(other)) > 1 and squeeze(other) in squeeze(one))
    )


def _compared(page: Report, documents: Iterable[Report]) -> Report:
    """The page's report with how its text differs from that of the document which is most like it."""
    shares = [(shared_share(page.body, document.body), document) for document in documents]
    share, document = max(shares, key=lambda pair: pair[0], default=(0.0, None))
    if document is None or share < _MIN_SHARED:
        return page
    own = "\n".join(_without_references(page))
    return replace(page, difference=difference(own, _without_title(page.title, document)))


def _without_text(page: Report, documents: Sequence[tuple[Offer, Report | ExtractError]]) -> Report:
    """The page's report with why none of its documents gave a text: the reason of the first that is the most telling."""
    images = sum(1 for offer in page.offers if offer.how == IMAGE)
    if images and all(offer.how == IMAGE for offer in page.offers):
        return replace(page, unread="needs_ocr", pages=images)
    errors = [one for offer, one in documents if isinstance(one, ExtractError) and may_name_text(offer)]
    told = next((one for one in errors if isinstance(one, UnreadDocument)), None)
    if told:
        return replace(page, unread=told.fault, pages=told.pages)
    if images:
        return replace(page, unread="needs_ocr", pages=images)
    return replace(page, unread=_fault(errors[0]) if errors else _NOT_READ)


def _fault(error: ExtractError) -> str:
    return next((fault for of, fault in _FAULTS if isinstance(error, of)), _NOT_READ)
