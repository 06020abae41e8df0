"""Assemble a Report from the material of a document.

Takes `Material` and returns a `Report`: divides the lines (`roles/split`), gathers clues (`text_clues`, `title_clues` …),
chooses a value for each field (`choose_clue`) and asks `subject` and `sections` what the text means.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from crawler import __version__
from crawler.cms.base_url import Base
from crawler.errors import NoBody
from crawler.extract.documents.material import Material
from crawler.extract.meaning import attachments, sections
from crawler.extract.meaning.address_clues import url_date
from crawler.extract.meaning.choose_clue import choose_value, without_future
from crawler.extract.meaning.offers import offers
from crawler.extract.meaning.subject import Evidence, read
from crawler.extract.meaning.text_choice import IMAGE, MIN_OWN_LENGTH
from crawler.extract.meaning.text_clues import foot_clues, index_clues, info_clues, signature
from crawler.extract.meaning.title_clues import title_clues
from crawler.extract.page.as_published import title_as_published
from crawler.extract.page.lines import Line
from crawler.extract.roles import index_table
from crawler.extract.roles.pager_lines import is_pager_remnant, stated_pages
from crawler.extract.roles.role import BREADCRUMB, INDEX, NUMBER, PROSE, role, squeeze
from crawler.extract.roles.split import Parts, split
from crawler.field.fingerprint import text_sha256
from crawler.model import AsPublished, Attachment, Clue, Offer, Report

EXTRACTOR = f"fazhi/{__version__}"
_MAX_HEADER_DISTANCE_LINES = 6  # from the body, for header lines that count as close to it
_MAX_TITLE_LINES = 4  # of a title that is set in several
_MIN_REPEATED_SHARE = 0.6  # of a title, for a line that repeats a part of it
_MAX_FOOTER_LINES = 40  # below the body, in which a site names its owner
_SITE_CODE_LENGTH = 10  # digits


def assemble(material: Material, url: str | None, seen: datetime | None = None) -> Report:
    """Return the report of a document. `seen`: when it was served (aware). Raise NoBody if no line is left for the body."""
    known = frozenset(map(squeeze, material.titles))
    parts = split(material.lines, known, material.first, material.last)
    table: dict[str, str] = {}
    if INDEX in parts.roles:
        table = index_table.read("" if squeeze(line.text) in known else line.text for line in parts.header)
    if NUMBER in parts.roles:  # 某政发〔2022〕1号, on a line of its own under the title
        table.setdefault("发文字号", parts.header[parts.roles.index(NUMBER)].text)
    clues = [
        *info_clues(parts.header, parts.roles, _MAX_HEADER_DISTANCE_LINES, known, has_index=bool(table)),
        *index_clues(table),
        *material.clues,
        *url_date(url),
        *foot_clues(parts.body, parts.footer),
        *title_clues(parts, material.titles),
    ]
    title = choose_value(clues, "title")
    if title is None:
        title, parts = _title_from_body(parts)
        clues.append(Clue(field="title", value=title, weight=0.3, where="first line"))
    parts = _without_title(parts, squeeze(title))
    pages = _pages(material)
    if max(pages) > 1:
        parts = _without_pager(parts)
    paragraphs = [line.text for line in parts.body]
    offered = _offers(material, parts, title, url)
    if not paragraphs and not offered[1]:
        raise NoBody(url, "no line of the page is left when navigation and footer are gone")
    clues += signature(paragraphs)
    return replace(
        _report(material, parts, table, tuple(without_future(clues, seen)), title, url, pages),
        attachments=offered[0],
        offers=offered[1],
    )


def _without_title(parts: Parts, title: str) -> Parts:
    """The parts without repetitions of the title in the body, if the header has it. An only heading is part of the text."""
    first = 0
    if any(squeeze(line.text) == title for line in parts.header):
        first = _title_line_count(parts.body, title)
        while first < len(parts.body) - 1 and _repeats_title(squeeze(parts.body[first].text), title):
            first += 1
    return replace(parts, body=parts.body[first:]) if first else parts


def _title_line_count(body: list[Line], title: str) -> int:
    """The number of first lines that together are the title; 0 if they are not."""
    joined = ""
    for number, line in enumerate(body[:_MAX_TITLE_LINES], start=1):
        joined += squeeze(line.text)
        if joined == title:
            return number if number < len(body) else 0
        if not title.startswith(joined):
            break
    return 0


def _repeats_title(line: str, title: str) -> bool:
    return line in title and len(line) >= _MIN_REPEATED_SHARE * len(title)


def _title_from_body(parts: Parts) -> tuple[str, Parts]:
    """The first line as the title of a document without one, unless that line is a whole paragraph; and the other parts."""
    if len(parts.body) > 1 and role(parts.body[0]) is not PROSE:
        return parts.body[0].text, replace(parts, body=parts.body[1:])
    return "", parts


def _report(
    material: Material,
    parts: Parts,
    table: dict[str, str],
    clues: tuple[Clue, ...],
    title: str,
    url: str | None,
    pages: tuple[int, int],
) -> Report:
    body = "\n".join(line.text for line in parts.body)
    signer = choose_value(clues, "signer")
    meaning = read(_evidence(material, parts, table, clues, title, body, url))
    return Report(
        title=title,
        issuer=meaning.issuer,
        region=meaning.region,
        year=meaning.year,
        kind=meaning.kind,
        published=choose_value(clues, "published"),
        source=choose_value(clues, "source"),
        signed=choose_value(clues, "signed"),
        signer=signer,
        author=choose_value(clues, "author"),
        index=table or None,
        url=url,
        text_sha256=text_sha256(body),
        body=body,
        sections=sections.find(body),
        continues=material.pager.following,
        number=pages[0],
        total=max(pages),
        undecodable=material.undecodable,
        reader=material.reader,
        pages=material.pages,
        confidence=material.confidence,
        extractor=EXTRACTOR,
        clues=(*clues, *meaning.clues),
        as_published=AsPublished(
            title=title_as_published(title, material.lines),
            body="\n".join(line.as_published for line in parts.body),
        ),
    )


def _offers(
    material: Material, parts: Parts, title: str, url: str | None
) -> tuple[tuple[Attachment, ...], tuple[Offer, ...]]:
    """The documents that a page attaches, and all that it offers as its text. Images count where the text is a stub."""
    base = material.base or (Base(url) if url else None)
    is_stub = sum(len(line.text) for line in parts.body) < MIN_OWN_LENGTH
    above = _below_title(parts.header, squeeze(title)) if is_stub else []
    linked = attachments.attachments([*above, *parts.body, *parts.footer], base)
    shown = [each for each in material.embedded if is_stub or each.how != IMAGE]
    offered = offers(linked, shown, base, title) if linked or shown else ()
    return attachments.with_offered(linked, offered), offered


def _below_title(header: list[Line], title: str) -> list[Line]:
    """The lines of a header below the title: [PDF下载], or a link whose words repeat the title."""
    at = next((i for i, line in enumerate(header) if not line.linked and squeeze(line.text) == title), None)
    return [] if at is None else header[at + 1 :]


def _pages(material: Material) -> tuple[int, int]:
    """The page's number in its article and the least number of pages, by its links and by its lines."""
    lines = material.lines[material.first :]
    last = (len(material.lines) if material.last is None else material.last) - material.first
    number, total = stated_pages(lines, last)
    return max(number, material.pager.number), max(total, material.pager.total)


def _without_pager(parts: Parts) -> Parts:
    """The parts without remnants of a pager at the end of the body."""
    end = len(parts.body)
    while end and is_pager_remnant(parts.body[end - 1].text):
        end -= 1
    return replace(parts, body=parts.body[:end])


def _evidence(
    material: Material,
    parts: Parts,
    table: dict[str, str],
    clues: tuple[Clue, ...],
    title: str,
    body: str,
    url: str | None,
) -> Evidence:
    """The evidence for issuer, division, year and kind."""
    trail = [line.text for line, part in zip(parts.header, parts.roles, strict=False) if part is BREADCRUMB]
    code = material.site_code or next(filter(None, (_site_code(line) for line in parts.footer)), None)
    return Evidence(
        title=title,
        body=body,
        signer=choose_value(clues, "signer"),
        publisher=table.get("发文机关") or table.get("发布机构"),
        source=choose_value(clues, "source"),
        site=choose_value(clues, "site"),
        footer=tuple(line.text for line in parts.footer[:_MAX_FOOTER_LINES]),
        trail=(*trail, *filter(None, (choose_value(clues, "column"),))),
        site_code=code,
        url=url,
    )


def _site_code(line: Line) -> str | None:
    """The 网站标识码 in a footer line."""
    if "标识码" not in line.text:
        return None
    rest = line.text.partition("标识码")[2]
    digits = rest.lstrip(" :")[:_SITE_CODE_LENGTH]
    return digits if len(digits) == _SITE_CODE_LENGTH and digits.isdigit() else None
