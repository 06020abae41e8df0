"""From material to Report: roles of lines, evidence, what it means."""

from __future__ import annotations

from dataclasses import replace

from crawler import __version__
from crawler.errors import NoBody
from crawler.extract import files, index, kind, sections
from crawler.extract.evidence import foot_clues, index_clues, info_clues, signature
from crawler.extract.lines import Line
from crawler.extract.material import Material
from crawler.extract.roles import Role, role, squeeze
from crawler.extract.settle import settle
from crawler.extract.titles import title_clues
from crawler.extract.trim import Parts, split
from crawler.extract.witnesses import url_date
from crawler.fingerprint import text_sha256
from crawler.model import Clue, Report
from crawler.regions import region, region_of

EXTRACTOR = f"fazhi/{__version__}"
_NEAR = 6  # header lines that count as close to the body


def assemble(material: Material, url: str | None) -> Report:
    """The report that the material makes. Raises NoBody when no line is left for the body."""
    known = frozenset(map(squeeze, material.titles))
    parts = split(material.lines, known, material.first, material.last)
    table: dict[str, str] = {}
    if Role.INDEX in parts.roles:
        table = index.read("" if squeeze(line.text) in known else line.text for line in parts.header)
    if Role.NUMBER in parts.roles:  # 某政发〔2022〕1号, on a line of its own under the title
        table.setdefault("发文字号", parts.header[parts.roles.index(Role.NUMBER)].text)
    clues = [
        *info_clues(parts.header, parts.roles, _NEAR, known),
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
    paragraphs = [line.text for line in parts.body]
    if not paragraphs:
        raise NoBody(url, "no line of the page is left when navigation and footer are gone")
    clues += signature(paragraphs)
    return _report(material, parts, table, tuple(clues), title, url)


def _without_title(parts: Parts, title: str) -> Parts:
    """The body without repetitions of a title that is shown above it. A document's only heading is part of its text."""
    first = 0
    if any(squeeze(line.text) == title for line in parts.header):
        while first < len(parts.body) - 1 and _repeats(squeeze(parts.body[first].text), title):
            first += 1
    return replace(parts, body=parts.body[first:]) if first else parts


def _repeats(line: str, title: str) -> bool:
    return line in title and len(line) >= 0.6 * len(title)


def _untitled(parts: Parts) -> tuple[str, Parts]:
    """A document that names no title: its first line, unless that is a whole paragraph."""
    if len(parts.body) > 1 and role(parts.body[0]) is not Role.PROSE:
        return parts.body[0].text, replace(parts, body=parts.body[1:])
    return "", parts


def _report(
    material: Material,
    parts: Parts,
    table: dict[str, str],
    clues: tuple[Clue, ...],
    title: str,
    url: str | None,
) -> Report:
    body = "\n".join(line.text for line in parts.body)
    signer = settle(clues, "signer")
    issuer = kind.issuer(title, signer)
    outer: list[Line] = [*parts.body, *parts.footer]
    return Report(
        title=title,
        issuer=issuer,
        region=_region(material, parts, issuer),
        year=kind.year(title, body),
        kind=kind.kind(title, body, issuer),
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
        attachments=files.attachments(outer, url),
        continues=files.continues(material.lines[material.first :], url),
        undecodable=material.undecodable,
        extractor=EXTRACTOR,
        clues=clues,
    )


def _region(material: Material, parts: Parts, issuer: str | None) -> str | None:
    """The division of the 网站标识码 (its first six digits, GB/T 2260); else the one the issuer's name belongs to."""
    code = material.site_code or next(filter(None, (site_code_of(line) for line in parts.footer)), None)
    if code and code[:6].isdigit() and region(code[:6]):
        return code[:6]
    return region_of(issuer) if issuer else None


def site_code_of(line: Line) -> str | None:
    """The 网站标识码 in a footer line."""
    _, found, rest = line.text.partition("标识码")
    digits = rest.lstrip(" :")[:10]
    return digits if found and len(digits) == 10 and digits.isdigit() else None
