"""From material to Report: roles of lines, evidence, what it means."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from crawler import __version__
from crawler.cms.base_url import Base
from crawler.errors import NoBody
from crawler.extract.documents.material import Material
from crawler.extract.meaning import attachments, sections
from crawler.extract.meaning.address_clues import url_date
from crawler.extract.meaning.choose_clue import settle, without_future
from crawler.extract.meaning.subject import Evidence, read
from crawler.extract.meaning.text_clues import foot_clues, index_clues, info_clues, signature
from crawler.extract.meaning.title_clues import title_clues
from crawler.extract.page.lines import Line
from crawler.extract.roles import index_table
from crawler.extract.roles.pager_lines import is_pager_remnant, stated_pages
from crawler.extract.roles.role import BREADCRUMB, INDEX, NUMBER, PROSE, role, squeeze
from crawler.extract.roles.split import Parts, split
from crawler.field.fingerprint import text_sha256
from crawler.model import Clue, Report

EXTRACTOR = f"fazhi/{__version__}"
_NEAR = 6  # header lines that count as close to the body
_TITLE_LINES = 4  # of a title that is set in several
_FOOTER = 40  # lines below the body in which a site says whose it is


def assemble(material: Material, url: str | None, seen: datetime | None = None) -> Report:
    """The report that the material makes, seen at a time. Raises NoBody when no line is left for the body."""
    known = frozenset(map(squeeze, material.titles))
    parts = split(material.lines, known, material.first, material.last)
    table: dict[str, str] = {}
    if INDEX in parts.roles:
        table = index_table.read("" if squeeze(line.text) in known else line.text for line in parts.header)
    if NUMBER in parts.roles:  # 某政发〔2022〕1号, on a line of its own under the title
        table.setdefault("发文字号", parts.header[parts.roles.index(NUMBER)].text)
    clues = [
        *info_clues(parts.header, parts.roles, _NEAR, known, indexed=bool(table)),
        *index_clues(table),
        *material.clues,
        *url_date(url),
        *foot_clues(parts.body, parts.footer),
        *title_clues(parts, material.titles),
    ]
    title = settle(clues, "title")
    if title is None:
        title, parts = _untitled(parts)
        clues.append(Clue(field="title", value=title, weight=0.3, where="first line"))
    parts = _without_title(parts, squeeze(title))
    pages = _pages(material)
    if max(pages) > 1:
        parts = _without_pager(parts)
    paragraphs = [line.text for line in parts.body]
    if not paragraphs:
        raise NoBody(url, "no line of the page is left when navigation and footer are gone")
    clues += signature(paragraphs)
    return _report(material, parts, table, tuple(without_future(clues, seen)), title, url, pages)


def _without_title(parts: Parts, title: str) -> Parts:
    """The body without repetitions of a title that is shown above it. A document's only heading is part of its text."""
    first = 0
    if any(squeeze(line.text) == title for line in parts.header):
        first = _title_lines(parts.body, title)
        while first < len(parts.body) - 1 and _repeats(squeeze(parts.body[first].text), title):
            first += 1
    return replace(parts, body=parts.body[first:]) if first else parts


def _title_lines(body: list[Line], title: str) -> int:
    """How many of the first lines are the title, which a document may set in several."""
    joined = ""
    for number, line in enumerate(body[:_TITLE_LINES], start=1):
        joined += squeeze(line.text)
        if joined == title:
            return number if number < len(body) else 0
        if not title.startswith(joined):
            break
    return 0


def _repeats(line: str, title: str) -> bool:
    return line in title and len(line) >= 0.6 * len(title)


def _untitled(parts: Parts) -> tuple[str, Parts]:
    """A document that names no title: its first line, unless that is a whole paragraph."""
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
    signer = settle(clues, "signer")
    meaning = read(_evidence(material, parts, table, clues, title, body, url))
    base = material.base or (Base(url) if url else None)
    outer: list[Line] = [*parts.body, *parts.footer]
    return Report(
        title=title,
        issuer=meaning.issuer,
        region=meaning.region,
        year=meaning.year,
        kind=meaning.kind,
        published=settle(clues, "published"),
        source=settle(clues, "source"),
        signed=settle(clues, "signed"),
        signer=signer,
        author=settle(clues, "author"),
        index=table or None,
        url=url,
        text_sha256=text_sha256(body),
        body=body,
        sections=sections.find(body),
        attachments=attachments.attachments(outer, base),
        continues=material.pager.following,
        number=pages[0],
        total=max(pages),
        undecodable=material.undecodable,
        extractor=EXTRACTOR,
        clues=(*clues, *meaning.clues),
    )


def _pages(material: Material) -> tuple[int, int]:
    """Which page of its article this is, and of how many at least, by its links and by its lines."""
    lines = material.lines[material.first :]
    last = (len(material.lines) if material.last is None else material.last) - material.first
    number, total = stated_pages(lines, last)
    return max(number, material.pager.number), max(total, material.pager.total)


def _without_pager(parts: Parts) -> Parts:
    """The body of a page that is one of several without the numbers at its end."""
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
    """What tells who reports, gathered."""
    trail = [line.text for line, known in zip(parts.header, parts.roles, strict=False) if known is BREADCRUMB]
    code = material.site_code or next(filter(None, (site_code_of(line) for line in parts.footer)), None)
    return Evidence(
        title=title,
        body=body,
        signer=settle(clues, "signer"),
        publisher=table.get("发文机关") or table.get("发布机构"),
        source=settle(clues, "source"),
        site=settle(clues, "site"),
        footer=tuple(line.text for line in parts.footer[:_FOOTER]),
        trail=(*trail, *filter(None, (settle(clues, "column"),))),
        site_code=code,
        url=url,
    )


def site_code_of(line: Line) -> str | None:
    """The 网站标识码 in a footer line."""
    if "标识码" not in line.text:
        return None
    rest = line.text.partition("标识码")[2]
    digits = rest.lstrip(" :")[:10]
    return digits if len(digits) == 10 and digits.isdigit() else None
