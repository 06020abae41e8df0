"""Cite an archived text: who published it, when it was captured, and where its evidence is. Four styles, one function each."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from crawler.errors import ConfigError, UnknownReport
from crawler.field.times import china_day, iso
from crawler.language import translate

if TYPE_CHECKING:
    from crawler.archive import Reader
    from crawler.model import RecordPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """What a citation of one version of a report needs. Field names are the keys of the JSON output."""

    id: str
    version: int
    versions: int  # of the report
    title: str
    organ: str | None  # the issuer that the text names, else the government that runs the site
    published: str | None  # ISO date or date-time, China time, as the page claims
    url: str
    state: str | None  # of the report's pages today: live, gone …
    first_seen: datetime  # of this text
    last_seen: datetime
    text_sha256: str
    text_from: str  # page, or the format of the document that was read
    unread: str | None  # why there is no text: needs_ocr, encrypted, …
    origin: str  # own, imported, memento, merged: who captured it
    captures: tuple[RecordPlace, ...]
    head: str  # of the archive's chain; empty in a citation that must not change with the archive

    @property
    def captured_at(self) -> datetime:
        """When the page was captured that the text was read from; without a capture, when the text was first seen."""
        return self.captures[0].captured_at if self.captures else self.first_seen


def cite(reader: Reader, report_id: str, version: int | None = None) -> Citation:
    """Return the citation of a report's latest text, or of the version with a number.

    Raises UnknownReport for an unknown id or number, and for a version that only records that the report is gone.
    """
    report = reader.show(report_id, version)
    if reader.history(report.id or "")[(report.version or 0) - 1].tombstone:
        raise UnknownReport(
            f"{report.id}: version {report.version} only records that the report is gone; cite a version before it"
        )
    assert report.id is not None
    assert report.version is not None
    (held,) = reader.holdings([report])
    return Citation(
        id=report.id,
        version=report.version,
        versions=held.versions,
        title=report.title,
        organ=report.issuer or held.published_by,
        published=report.published,
        url=report.url or "",
        state=held.state,
        first_seen=held.first_seen,
        last_seen=held.last_seen,
        text_sha256=report.text_sha256,
        text_from=report.text_from,
        unread=report.unread,
        origin=held.origin,
        captures=reader.places(report.id, report.version),
        head=reader.head(),
    )


def gbt7714(cited: Citation) -> str:
    """Return a reference by GB/T 7714-2015, 8.11 (electronic resource online, EB/OL), and a line with the evidence.

    The date of reference is the day of the capture, China time: on it the address showed this text.
    """
    organ = f"{cited.organ}. " if cited.organ else ""
    published = f"({cited.published[:10]})" if cited.published else ""
    seen = china_day(cited.captured_at).isoformat()
    return (
        f"{organ}{cited.title}[EB/OL]. {published}[{seen}]. {cited.url}.\n存档: {_evidence_chinese(cited)}."
    )


def bibtex(cited: Citation) -> str:
    """Return an entry `@online` for biblatex. Special characters of TeX are escaped."""
    fields = {
        "author": f"{{{_tex(cited.organ)}}}" if cited.organ else None,
        "title": f"{{{_tex(cited.title)}}}",
        "date": (cited.published or "")[:10] or None,
        "url": _bracketless(cited.url),
        "urldate": china_day(cited.captured_at).isoformat(),
        "version": str(cited.version),
        "note": _tex(_evidence(cited)),
        "langid": "chinese",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value is not None]
    return "\n".join((f"@online{{fazhi-{cited.id}-v{cited.version},", *lines, "}"))


def csl_json(cited: Citation) -> str:
    """Return one item of CSL-JSON (citeproc), as a JSON object."""
    item: dict[str, Any] = {
        "id": f"fazhi-{cited.id}-v{cited.version}",
        "type": "webpage",
        "genre": "法治政府建设情况报告",
        "title": cited.title,
        "author": [{"literal": cited.organ}] if cited.organ else None,
        "issued": _csl_date(day) if (day := _published_day(cited)) else None,
        "accessed": _csl_date(china_day(cited.captured_at)),
        "URL": cited.url,
        "version": str(cited.version),
        "archive_location": _location(cited) or None,
        "note": _evidence(cited),
        "language": "zh-CN",
    }
    known = {name: value for name, value in item.items() if value is not None}
    return json.dumps(known, ensure_ascii=False, indent=2)


def text(cited: Citation) -> str:
    """Return the citation as lines for people."""
    captures = [
        f"captured:   {iso(each.captured_at)} from {each.url}\n"
        f"            WARC record {each.record_id}\n"
        f"            {each.warc_file} at byte {each.warc_offset}"
        + ("" if each.record_id == each.payload_record_id else _payload(each))
        for each in cited.captures
    ]
    lines = [
        cited.title,
        f"organ:      {cited.organ or 'not named'}",
        f"published:  {cited.published or 'no date on the page'}",
        f"address:    {cited.url}",
        f"archived:   {cited.id}, version {cited.version} of {cited.versions}{_origin(cited)}",
        f"seen:       {iso(cited.first_seen)} to {iso(cited.last_seen)}; {_state(cited)}",
        f"text:       {_text(cited)}",
        *captures,
        *([f"chain head: {cited.head}"] if cited.head else []),
    ]
    return "\n".join(lines)


STYLES: Mapping[str, Callable[[Citation], str]] = {
    "gbt7714": gbt7714,
    "bibtex": bibtex,
    "csl-json": csl_json,
    "text": text,
}
"""The styles by name. A further one is a function and a line here."""


def format_citation(cited: Citation, style: str = "text") -> str:
    """Return a citation in a style: gbt7714, bibtex, csl-json (one object), text. Raises ConfigError for another name."""
    if style not in STYLES:
        raise ConfigError(f"{style!r} is no style of citations; use one of {', '.join(STYLES)}")
    return STYLES[style](cited)


def citation_json(cited: Citation) -> dict[str, Any]:
    """Return a citation as a value for JSON, times in UTC."""
    value = asdict(cited) | {"first_seen": iso(cited.first_seen), "last_seen": iso(cited.last_seen)}
    value["captures"] = [asdict(each) | {"captured_at": iso(each.captured_at)} for each in cited.captures]
    return value


def _evidence(cited: Citation) -> str:
    told = (
        f"Archived as {cited.id}, version {cited.version}{_origin(cited)}; captured {iso(cited.captured_at)}; "
        f"{_digest(cited)}; {_location(cited) or 'no WARC record'}; chain head {cited.head}"
    )
    return told if cited.head else told.removesuffix("; chain head ")


def _digest(cited: Citation) -> str:
    return f"no text ({cited.unread})" if cited.unread else f"SHA-256 of the text {cited.text_sha256}"


def _text(cited: Citation) -> str:
    if cited.unread:
        return f"none could be read ({cited.unread})"
    return f"SHA-256 {cited.text_sha256}, read from {_source(cited)}"


def _evidence_chinese(cited: Citation) -> str:
    other = _ORIGINS_CHINESE.get(cited.origin, "")
    location = f"; {_location(cited)}" if cited.captures else ""
    text = f"正文未能读取({cited.unread})" if cited.unread else f"正文SHA-256 {cited.text_sha256}"
    return f"{cited.id} 第{cited.version}版{other}; 采集时间 {iso(cited.captured_at)}; {text}{location}" + (
        f"; 链首 {cited.head}" if cited.head else ""
    )


def _location(cited: Citation) -> str:
    """Return WARC file, offset and record of each capture."""
    return "; ".join(
        f"WARC {each.warc_file}, byte {each.warc_offset}, record {each.record_id.strip('<>')}"
        for each in cited.captures
    )


def _payload(place: RecordPlace) -> str:
    return (
        f"\n            its bytes are those of {place.payload_record_id}"
        f"\n            {place.payload_warc_file} at byte {place.payload_warc_offset}"
    )


_ORIGINS_CHINESE = {
    "imported": ", 他人采集后导入",
    "merged": ", 由另一档案库并入",
    "memento": ", 取自网络存档的回放",
}


def _origin(cited: Citation) -> str:
    words = {
        "imported": " (imported: another crawler captured it)",
        "merged": " (merged: another archive captured it)",
        "memento": " (memento: a web archive captured it, as it plays it back)",
    }
    return words.get(cited.origin, "")


def _state(cited: Citation) -> str:
    return f"its page is {translate(cited.state)} now" if cited.state else "no page of it is visited"


def _source(cited: Citation) -> str:
    return "the page" if cited.text_from == "page" else f"a document ({cited.text_from})"


def _published_day(cited: Citation) -> date | None:
    """Return the day that the page claims; None if it gives none, or only a year or a month."""
    day = (cited.published or "")[:10]
    return date.fromisoformat(day) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) else None


def _csl_date(day: date) -> dict[str, list[list[int]]]:
    return {"date-parts": [[day.year, day.month, day.day]]}


_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "%": r"\%", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_",
}  # fmt: skip


def _tex(words: str) -> str:
    """Return a text for TeX: its special characters escaped, white space made single spaces."""
    return "".join(_TEX.get(char, char) for char in " ".join(words.split()))


def _bracketless(url: str) -> str:
    """Return an address for biblatex's verbatim field, in which only braces and backslashes would do harm."""
    return "".join(f"%{ord(char):02X}" if char in "{}\\ \n" else char for char in url)
