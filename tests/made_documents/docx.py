"""Make Word documents of XML for tests: the parts by hand, so that each way of writing a text can be had. Deterministic."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from xml.sax.saxutils import escape

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
NAMESPACES = (
    f'xmlns:w="{_W}" xmlns:r="{_OFFICE}/relationships" xmlns:m="{_OFFICE}/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
)
_DAY = (2023, 4, 13, 9, 0, 0)
_TEXT_PARTS = ("styles", "numbering", "footnotes", "endnotes")
_HEADINGS = (
    (re.compile("[一二三四五六七八九十]{1,3}、"), 0),
    (re.compile("[(（][一二三四五六七八九十]{1,3}[)）]"), 1),
)
REPORT_LEVELS = (("chineseCountingThousand", "%1、"), ("chineseCountingThousand", "(%2)"))


def run(text: str, properties: str = "") -> str:
    """A run of text."""
    inner = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{inner}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(
    content: str, *, numbers: tuple[int, int] | None = None, style: str = "", mark: str = ""
) -> str:
    """A paragraph of plain text or of runs. `numbers`: list and level. `mark`: properties of its end."""
    content = content if content.startswith("<") else run(content) if content else ""
    said = f'<w:pStyle w:val="{style}"/>' if style else ""
    if numbers:
        said += f'<w:numPr><w:ilvl w:val="{numbers[1]}"/><w:numId w:val="{numbers[0]}"/></w:numPr>'
    if mark:
        said += f"<w:rPr>{mark}</w:rPr>"
    return f"<w:p>{f'<w:pPr>{said}</w:pPr>' if said else ''}{content}</w:p>"


def table(rows: Sequence[Sequence[str]]) -> str:
    """A table of texts, or of blocks that begin with `<`."""
    cells = [
        "".join(f"<w:tc><w:tcPr/>{text if text.startswith('<') else paragraph(text)}</w:tc>" for text in row)
        for row in rows
    ]
    return "<w:tbl><w:tblPr/>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


def numbering(lists: Mapping[int, Sequence[tuple[str, str]]], extra: Mapping[int, str] | None = None) -> str:
    """The part with lists: for each the format and the text of its levels. `extra`: markup within its `w:num`."""
    abstract = "".join(
        f'<w:abstractNum w:abstractNumId="{key}">{"".join(map(_level, range(9), levels))}</w:abstractNum>'
        for key, levels in lists.items()
    )
    nums = "".join(
        f'<w:num w:numId="{key}"><w:abstractNumId w:val="{key}"/>{(extra or {}).get(key, "")}</w:num>'
        for key in lists
    )
    return abstract + nums


def _level(number: int, level: tuple[str, str]) -> str:
    name, text = level
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{name}"/>'
        f'<w:suff w:val="tab"/><w:lvlText w:val="{escape(text)}"/></w:lvl>'
    )


def docx(
    body: str, parts: Mapping[str, str | bytes] | None = None, *, pages: int = 3, title: str = ""
) -> bytes:
    """A document. `body`: its blocks. `parts`: content of `styles`, `numbering`, `footnotes`; others by file name."""
    parts = dict(parts or {})
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": _content_types(parts),
        "_rels/.rels": _relations({"rId1": ("officeDocument", "word/document.xml")}),
        "word/document.xml": f"<w:document {NAMESPACES}><w:body>{body}<w:sectPr/></w:body></w:document>",
        "docProps/app.xml": f'<Properties xmlns="{_OFFICE}/extended-properties"><Pages>{pages}</Pages></Properties>',
        "docProps/core.xml": '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(title)}</dc:title></cp:coreProperties>',
    }
    relations = {}
    for name, content in parts.items():
        if name in _TEXT_PARTS:
            members[f"word/{name}.xml"] = f"<w:{name} {NAMESPACES}>{content!s}</w:{name}>"
            relations[name] = (name, f"{name}.xml")
        else:
            members[f"word/{name}"] = content
            relations[name.partition(".")[0]] = ("aFChunk", name)
    members["word/_rels/document.xml.rels"] = _relations(relations)
    return zipped(members)


def _content_types(parts: Mapping[str, str | bytes]) -> str:
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    kinds = {"document": f"{word}.document.main+xml", **{each: f"{word}.{each}+xml" for each in _TEXT_PARTS}}
    defaults = {
        "rels": "application/vnd.openxmlformats-package.relationships+xml",
        "xml": "application/xml",
        "html": "text/html",
        "rtf": "application/rtf",
        "mht": "message/rfc822",
    }
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        + "".join(f'<Default Extension="{end}" ContentType="{kind}"/>' for end, kind in defaults.items())
        + "".join(
            f'<Override PartName="/word/{name}.xml" ContentType="{kind}"/>'
            for name, kind in kinds.items()
            if name == "document" or name in parts
        )
        + "</Types>"
    )


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/relationships/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    """A ZIP container with the members in order."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as container:
        for name, data in members.items():
            data = (
                f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{data}'
                if isinstance(data, str)
                else data
            )
            container.writestr(zipfile.ZipInfo(name, _DAY), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def report(title: str, info: str, paragraphs: Sequence[str], *, numbered: bool = True) -> bytes:
    """A report as a DOCX. Its headings 一、 and (一) are numbered by Word, rows with tabs are tables, lines of others text."""
    blocks = [paragraph(title, style="Title")]
    blocks += [paragraph(info)] if info else []
    rows: list[list[str]] = []
    counts = [0, 0]
    for text in paragraphs:
        if "\t" in text:
            rows.append(text.split("\t"))
            continue
        blocks += [table(rows)] if rows else []
        rows = []
        blocks.append(_numbered(text, counts) if numbered else paragraph(text))
    blocks += [table(rows)] if rows else []
    return docx("".join(blocks), {"numbering": numbering({1: REPORT_LEVELS})}, title=title)


def _numbered(text: str, counts: list[int]) -> str:
    """A paragraph without the number that it begins with, if it is the next one of its list."""
    from crawler.extract.documents.numbering import format_number

    for pattern, level in _HEADINGS:
        if not (found := pattern.match(text)):
            continue
        label = REPORT_LEVELS[level][1].replace(
            f"%{level + 1}", format_number(counts[level] + 1, REPORT_LEVELS[level][0])
        )
        if found[0] == label:
            counts[level] += 1
            counts[level + 1 :] = [0] * (1 - level)
            return paragraph(text.removeprefix(label), numbers=(1, level))
    return paragraph(text)
