"""Witnesses: each reads one place of a page and says what it saw as Clues; `settle` picks. No witness judges another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from selectolax.lexbor import LexborHTMLParser

from crawler.extract import index, labels
from crawler.extract.lines import Line, clean
from crawler.extract.trim import is_frame, squeeze
from crawler.model import Clue
from crawler.text import find_dates, iso_date

_MARKUP = re.compile(r"<[^>]*>|&nbsp;")  # ArticleTitle = "<div>…</div>"
_SUFFIX = re.compile(r"\s*(?:[-_|—–·>]{1,3}|\s{2,}|丨)\s*[^-_|—–>丨]{2,30}$")  # … - 某市人民政府门户网站
_CODE = re.compile(r"网站标识码\D{0,12}([1-9]\d{9})")
_URL_DATE = re.compile(
    r"/t(20\d{2})(\d{2})(\d{2})_|/art/(20\d{2})/(\d{1,2})/(\d{1,2})/|/(20\d{2})-?(\d{2})/?-?(\d{2})/"
)
_META_DATES = {
    "pubdate": 0.75,
    "publishdate": 0.7,
    "article:published_time": 0.7,
    "firstpublishedtime": 0.6,
    "createdate": 0.5,
}
_META_TITLES = {"articletitle": 0.7, "og:title": 0.5}
_META_SOURCES = {"contentsource": 0.6, "source": 0.4}
_DATED = re.compile(
    r"(?<=\S\S\S\S\S)\s+(?:20\d{2}[-/年.]\d|(?:来源|发布时间|发布日期|时间)\s*:).*$"
)  # a heading that goes on: 2023-08-19 来源:…
_SHORTEST_TITLE = 5


def metas(tree: LexborHTMLParser) -> dict[str, str]:
    """The page's <meta> contents by lower-case name; the first of each name that says anything."""
    found: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        name = (attributes.get("name") or attributes.get("property") or "").strip().lower()
        content = clean(_MARKUP.sub("", attributes.get("content") or ""))
        if name and content:
            found.setdefault(name, content)
    return found


def from_meta(meta: dict[str, str]) -> Iterator[Clue]:
    """What the tags that 《政府网站发展指引》 asks for say. Strong, not proof: PubDate is wrong on one page in eight."""
    for field, names in (("published", _META_DATES), ("title", _META_TITLES), ("source", _META_SOURCES)):
        for name, weight in names.items():
            if value := meta.get(name):
                said = iso_date(value) if field == "published" else value
                if said:
                    yield Clue(field=field, value=said, weight=weight, where=f"meta {name}")
    if re.match(r"[1-9]\d{9}$", code := meta.get("siteidcode", "")):
        yield Clue(field="region", value=code[:6], weight=0.8, where="meta SiteIDCode")


def from_info(lines: Sequence[Line]) -> Iterator[Clue]:
    """The info line: the one nearest to the body weighs most, since it is what a reader is shown."""
    for distance, line in enumerate(reversed(lines)):
        near = max(0.3, 0.95 - 0.02 * distance)
        if not labels.is_info(line.text):
            if distance < 8 and len(line.text) <= 80 and not is_frame(line) and (date := iso_date(line.text)):
                yield Clue(field="published", value=date, weight=near - 0.4, where="line with a date")
            continue
        for info in labels.read(line.text):
            value: str | None = info.value
            weight = near
            if info.field == "published":
                value = iso_date(info.value)
                weight = near if not info.label.startswith(("更新", "编辑")) else near - 0.3
            if value and info.field != "other":
                yield Clue(field=info.field, value=value, weight=weight, where=f"info line {info.label}")
        if labels.is_dateline(line.text):
            yield Clue(
                field="published", value=iso_date(line.text) or "", weight=near - 0.1, where="bare date"
            )


def shows_empty_source(lines: Iterable[Line]) -> bool:
    """Whether a label 来源 is shown with nothing behind it: then nobody is named, whatever the meta tags say."""
    return any("来源" in line.text and labels.is_info(line.text) for line in lines)


def from_index(table: dict[str, str]) -> Iterator[Clue]:
    """The index table's dates and publisher."""
    for key, field, weight in (
        ("发布日期", "published", 0.72),
        ("发文日期", "published", 0.5),
        ("成文日期", "published", 0.3),
    ):
        if date := iso_date(table.get(key, "")):
            yield Clue(field=field, value=date, weight=weight, where=f"index {key}")


def from_url(url: str | None) -> Iterator[Clue]:
    """A date in the address."""
    found = _URL_DATE.search(url or "")
    if found:
        year, month, day = (group for group in found.groups() if group)
        if date := iso_date(f"{year}-{month}-{day}"):
            yield Clue(field="published", value=date, weight=0.4, where="address")


def from_footer(html: str) -> Iterator[Clue]:
    """网站标识码, whose first six digits are the division's code."""
    if found := _CODE.search(html):
        yield Clue(field="region", value=found[1][:6], weight=0.7, where="网站标识码")


def from_titles(tree: LexborHTMLParser, header: Sequence[Line], meta: dict[str, str]) -> Iterator[Clue]:
    """Titles shown above the body, weighed by the <title> and meta tags that repeat them; then those by themselves."""
    page = clean(next((node.text() for node in tree.css("title")), ""))
    known = [squeeze(text) for text in (meta.get("articletitle", ""), meta.get("og:title", ""), page) if text]
    shown = [line for line in header if _could_be_title(line)]
    for place, line in enumerate(reversed(shown[-30:])):
        text = _DATED.sub("", _joined(line, shown, known))
        bare = squeeze(text)
        repeated = sum(bare in other or (len(other) > 8 and other in bare) for other in known)
        weight = 0.5 + 0.15 * min(repeated, 2) + (0.1 if line.tag in ("h1", "h2") else 0.0) - 0.012 * place
        if repeated or (line.tag and not known):
            yield Clue(field="title", value=text, weight=min(weight, 0.99), where="shown above the body")
        else:
            yield Clue(field="title", value=text, weight=0.35 - 0.012 * place, where="line above the body")
    if page:
        yield Clue(field="title", value=_SUFFIX.sub("", page), weight=0.45, where="<title>")


def _could_be_title(line: Line) -> bool:
    return (
        _SHORTEST_TITLE <= len(line.text) <= 120
        and not is_frame(line)
        and not labels.is_info(line.text)
        and not index.is_index(line.text)
        and "\t" not in line.text
    )


def _joined(line: Line, shown: Sequence[Line], known: Sequence[str]) -> str:
    """A title set in two lines, joined, when the page's own tags say that the two are one."""
    at = shown.index(line)
    for first, last in ((at - 1, at), (at, at + 1), (at - 2, at)):
        if first < 0 or last >= len(shown):
            continue
        text = "".join(part.text for part in shown[first : last + 1])
        if any(squeeze(text) and squeeze(text) == other for other in known):
            return text
        if any(other.startswith(squeeze(text)) for other in known) and len(squeeze(text)) > 12:
            return text
    return line.text


def signature(body: Sequence[str]) -> tuple[str | None, str | None]:
    """(date, signer) at the end of a body: a short line that is a date, and the line above it when that is a name."""
    for i in range(len(body) - 1, max(len(body) - 6, -1), -1):
        text = body[i]
        dates = list(find_dates(text))
        if len(text) > 40 or len(dates) != 1:
            continue
        iso, start, end = dates[0]
        if len(text) - (end - start) > 24 or any(mark in text for mark in "。;,"):
            continue
        before = text[:start].strip(" ()") or (body[i - 1] if i and len(body[i - 1]) <= 40 else "")
        return iso[:10], before if before and not before.endswith(("。", ";", ":")) else None
    return None, None


def settle(clues: Iterable[Clue], field: str) -> str | None:
    """The value of a field that weighs most; the first of equals."""
    best = max((clue for clue in clues if clue.field == field), key=lambda clue: clue.weight, default=None)
    return best.value if best else None
