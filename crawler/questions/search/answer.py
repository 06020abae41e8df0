"""`fazhi search`: which archived texts have what was asked for, and where in them.

The index finds and ranks; the catalogue gives the texts. Every match names report, version, time of capture and address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from crawler.archive.fulltext import Expression, Filters, Hit
from crawler.errors import ConfigError
from crawler.field.counting import counted
from crawler.field.region_names import the_region
from crawler.field.regions import code_prefix
from crawler.field.search_tokens import lower
from crawler.field.times import iso
from crawler.questions.search.grammar import parse
from crawler.questions.search.limits import DEFAULT_LIMIT, MAX_LIMIT
from crawler.questions.search.snippets import Snippet, places, snippets_of

if TYPE_CHECKING:
    from crawler.archive import Reader
    from crawler.archive.reader_queries.search import HeldText
    from crawler.model import Years

SECTIONS = {
    "achievements": ("成效", "举措", "主要举措和成效"),
    "problems": ("问题", "不足", "存在的不足和原因"),
    "responsibility": ("履职", "责任", "第一责任人"),
    "plans": ("计划", "安排", "打算", "下一年度"),
    "other": ("其他", "其它"),
}
"""Kinds of sections, each with the words that mean it."""

TELL_FROM_TEXTS = 2000
"""After so many texts read the progress is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A text that was found. Offsets in `title_marks` are characters into the title, those in `snippets` into the body."""

    report_id: str
    version: int
    title: str
    region: str | None
    year: int | None
    kind: str | None
    published: str | None
    captured_at: datetime | None
    url: str
    text_sha256: str
    rank: float  # bm25; the lower the better
    title_marks: tuple[tuple[int, int], ...]
    snippets: tuple[Snippet, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """What a search found. `behind`: why the index may lack newer texts; None if it is up to date."""

    total: int
    offset: int
    matches: tuple[Match, ...]
    years: Mapping[int | None, int]  # with `facets`
    provinces: Mapping[str | None, int]  # with `facets`, by code
    behind: str | None
    last: int | None = (
        None  # number of the last text, if there may be more: what `newest_before` goes on with
    )


LAST = 1 << 40
"""Above the number of every text."""


def search(
    archive: Reader,
    query: str,
    *,
    region: str | None = None,
    years: Years | None = None,
    kind: str | None = None,
    section: str | None = None,
    versions: Literal["latest", "all"] = "latest",
    limit: int = DEFAULT_LIMIT,
    offset: int = 0,
    newest_before: int | None = None,
    facets: bool = False,
    notify: Callable[[str], None] = lambda _: None,
) -> SearchResult:
    """Find texts, ranked by bm25 with titles weighing more. `query`: see docs/questions.md.

    `region`: a code of GB/T 2260 or a name, with the divisions within it. `section`: only what stands in sections of this
    kind (achievements, problems, responsibility, plans, other, or a Chinese word for one), or with these words in their
    titles. `versions`: the latest text of each report, or all. `facets`: also count by year and province.
    `newest_before`: a number of a text, as in `SearchResult.last`: not the best first, but the latest that were added, below this
    one; LAST for the first page. `notify`: gets the progress where many texts must be read. Raises
    ConfigError for a query that cannot be answered and for wrong filters, ArchiveDamaged without a usable index.
    """
    if not 1 <= limit <= MAX_LIMIT or offset < 0:
        raise ConfigError(f"limit {limit}, offset {offset}: must be 1 to {MAX_LIMIT}, and 0 or more")
    if versions not in ("latest", "all"):
        raise ConfigError(f"versions {versions!r}: must be latest or all")
    wanted = _Wanted(parse(query), section, notify)
    found = archive.find_texts(
        wanted.expression,
        Filters(
            region=code_prefix(the_region(region).code) if region else None,
            first_year=years.first if years else None,
            last_year=years.last if years else None,
            kind=kind,
            section=wanted.section_kind,
            all_versions=versions == "all",
        ),
        limit=limit,
        offset=offset,
        newest_before=newest_before,
        facets=facets,
        passes=wanted.passes if wanted.section_title else None,
    )
    held = {text.version_id: text for text in archive.searched_texts([hit.version for hit in found.hits])}
    behind = archive.index_behind()
    if behind is None and any(_differs(hit, held.get(hit.version)) for hit in found.hits):
        behind = "the search index does not agree with the catalogue"
    matches = [
        _match(wanted, hit, held[hit.version])
        for hit in found.hits
        if not _differs(hit, held.get(hit.version))
    ]
    return SearchResult(
        total=found.total,
        offset=offset,
        matches=tuple(matches),
        years=found.years,
        provinces=found.provinces,
        behind=behind,
        last=found.hits[-1].version if len(found.hits) == limit else None,
    )


class _Wanted:
    """The query, and in which sections."""

    def __init__(self, expression: Expression, section: str | None, notify: Callable[[str], None]) -> None:
        self.read, self._notify = 0, notify
        self.expression = expression
        self.phrases = tuple(expression.phrases())
        words = {word: kind for kind, names in SECTIONS.items() for word in (kind, *names)}
        self.section_kind = words.get(section.strip()) if section else None
        self.section_title = lower(section.strip()) if section and not self.section_kind else None
        if section is not None and not section.strip():
            raise ConfigError("--section: give a kind of section, such as 问题, or words of its title")

    def spans(self, text: HeldText) -> list[tuple[int, int]] | None:
        """Return the sections of a text that are searched, as offsets; None for the whole text."""
        if self.section_kind is None and self.section_title is None:
            return None
        return [(start, end) for kind, title, start, end in text.sections() if self._is_wanted(kind, title)]

    def _is_wanted(self, kind: str, title: str) -> bool:
        if self.section_kind:
            return kind == self.section_kind
        return self.section_title is not None and self.section_title in lower(title)

    def passes(self, text: HeldText) -> bool:
        """Whether the sections of a text that are searched have what is searched for."""
        self.read += 1
        if self.read % TELL_FROM_TEXTS == 0:
            self._notify(f"{counted(self.read, 'text')} read for their sections; it goes on")
        parts = [text.body[start:end] for start, end in self.spans(text) or ()]
        return bool(parts) and self.expression.matches(lower("\n".join(parts)))


def _differs(hit: Hit, text: HeldText | None) -> bool:
    return text is None or text.text_sha256 != hit.text_sha256


def _match(wanted: _Wanted, hit: Hit, text: HeldText) -> Match:
    spans = wanted.spans(text)
    return Match(
        report_id=text.report_id,
        version=text.number,
        title=text.title,
        region=hit.region,
        year=hit.year,
        kind=text.kind,
        published=text.published,
        captured_at=text.captured_at,
        url=text.url,
        text_sha256=text.text_sha256,
        rank=hit.rank,
        title_marks=tuple(places(text.title, wanted.phrases)) if spans is None else (),
        snippets=snippets_of(text.body, wanted.phrases, spans),
    )


def found_json(match: Match) -> Iterator[tuple[str, object]]:
    """Yield the documented keys of a match, and their values."""
    yield "report_id", match.report_id
    for name in ("version", "title", "region", "year", "kind", "published"):
        yield name, getattr(match, name)
    yield "captured_at", iso(match.captured_at)
    yield "url", match.url
    yield "text_sha256", match.text_sha256
    yield "rank", match.rank
    yield "title_marks", [list(each) for each in match.title_marks]
    yield (
        "snippets",
        [
            {
                "start": each.start,
                "end": each.end,
                "text": each.text,
                "marks": [list(mark) for mark in each.marks],
            }
            for each in match.snippets
        ],
    )


def search_json(result: SearchResult, *, facets: bool) -> dict[str, object]:
    """Return a result as one JSON value with the documented keys."""
    value: dict[str, object] = {
        "total": result.total,
        "offset": result.offset,
        "next_offset": next_offset(result),
        "index_behind": result.behind,
        "matches": [dict(found_json(match)) for match in result.matches],
    }
    if facets:
        value["years"] = [{"year": year, "texts": number} for year, number in sorted_facet(result.years)]
        value["provinces"] = [
            {"region": region, "texts": number} for region, number in sorted_facet(result.provinces)
        ]
    return value


def next_offset(result: SearchResult) -> int | None:
    """Return the offset at which the next page begins; None if this was the last."""
    end = result.offset + len(result.matches)
    return end if result.matches and end < result.total else None


def sorted_facet(
    facet: Mapping[int | None, int] | Mapping[str | None, int],
) -> list[tuple[int | str | None, int]]:
    """Return counts in the order of their values; those without a value last."""
    return sorted(facet.items(), key=lambda each: (each[0] is None, str(each[0])))
