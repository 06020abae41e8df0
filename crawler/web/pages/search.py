"""`/search`: texts by their words, the best first, with what was found marked; as a feed, and with order=newest, the latest added first."""

from __future__ import annotations

from crawler.errors import ConfigError
from crawler.field.times import iso
from crawler.questions.search import Match, Snippet, search_json
from crawler.questions.search import search as find
from crawler.questions.search.answer import LAST, SECTIONS, SearchResult, next_offset, sorted_facet
from crawler.web.answer import Answer, Entry, Table
from crawler.web.format import Format
from crawler.web.page import Page
from crawler.web.question import BadParameter, Question
from crawler.web.words import MARKS

ROWS = 20
MAX_ROWS = 200
MAX_OFFSET = 10_000
ORDERS = ("best", "newest")
KINDS = ("government", "party_government", "department")
COLUMNS = (
    "report_id", "version", "region", "year", "kind", "published", "title", "captured_at", "url", "start", "end", "snippet", "page",
)  # fmt: skip


def search(question: Question) -> Answer:
    """Return what a search finds; without words, the form."""
    question.only("q", "region", "year", "kind", "section", "versions", "order", "offset", "after", "limit")
    try:
        words = question.text("q")
        return _form(question) if words is None else _found(question, words)
    except (BadParameter, ConfigError) as error:
        if question.format is not Format.HTML:
            raise
        return _form(question, fault=str(error))


def _form(question: Question, *, fault: str | None = None) -> Answer:
    """Return the form alone; with a fault, the form as it was filled in, and what is wrong."""
    return Answer(
        title=_title(question, None),
        template="search.html",
        fault=fault,
        context=lambda: {"result": None, "fault": fault, "kinds": KINDS, "sections": tuple(SECTIONS)},
        data=lambda: {"total": 0, "rows": []},
        table=lambda: Table(columns=COLUMNS, rows=[]),
        feed=list,
    )


def _found(question: Question, words: str) -> Answer:
    newest = _is_newest_first(question)
    offset = 0 if newest else question.number("offset", 0, least=0, most=MAX_OFFSET)
    result = find(
        question.reader,
        words,
        region=question.region(),
        years=question.years(),
        kind=question.choice("kind", KINDS),
        section=question.text("section"),
        versions="all" if question.choice("versions", ("latest", "all")) == "all" else "latest",
        limit=question.number("limit", ROWS, least=1, most=MAX_ROWS),
        offset=offset,
        newest_before=question.number("after", LAST, least=0, most=LAST) if newest else None,
        facets=question.format in (Format.HTML, Format.JSON),
    )
    return Answer(
        title=_title(question, words),
        template="search.html",
        context=lambda: {
            "result": result,
            "fault": None,
            "years": sorted_facet(result.years),
            "provinces": sorted_facet(result.provinces),
            "pieces": pieces,
            "title_pieces": lambda match: _pieces(match.title, match.title_marks, 0),
            "place_of": place_of,
            "kinds": KINDS,
            "sections": tuple(SECTIONS),
        },
        data=lambda: _data(question, search_json(result, facets=True)),
        table=lambda: Table(
            columns=COLUMNS, rows=[line for match in result.matches for line in _lines(question, match)]
        ),
        feed=lambda: _entries(question, result.matches),
        next_url=_following(question, result, newest=newest),
    )


def _is_newest_first(question: Question) -> bool:
    """Whether the latest texts come first, in an order that stays, and not the best. Raises BadParameter for a paging of the other."""
    default = "newest" if question.format is Format.ATOM else "best"
    newest = (question.choice("order", ORDERS) or default) == "newest"
    wrong = "offset" if newest else "after"
    if question.text(wrong) is not None:
        raise BadParameter(f"{wrong}: not with order={'newest' if newest else 'best'}")
    return newest


def _following(question: Question, result: SearchResult, *, newest: bool) -> str | None:
    if newest:
        return None if result.last is None else question.following(after=result.last)
    following = next_offset(result)
    if following is None or following > MAX_OFFSET:
        return None
    return question.following(offset=following)


def _title(question: Question, words: str | None) -> str:
    name = "检索" if question.language == "zh" else "Search"
    return f"{name}{MARKS[question.language]['colon']}{words}" if words else name


def _data(question: Question, value: dict[str, object]) -> dict[str, object]:
    """Return a result with its matches under `rows`, as all lists of the site."""
    matches = value.pop("matches")
    assert isinstance(matches, list)
    del value["next_offset"]
    return value | {
        "rows": [
            each | {"page": question.address(f"/r/{each['report_id']}/v{each['version']}")}
            for each in matches
        ]
    }


def _lines(question: Question, match: Match) -> list[tuple[object, ...]]:
    facts: tuple[object, ...] = (
        match.report_id,
        match.version,
        match.region,
        match.year,
        match.kind,
        match.published,
    )
    facts += (match.title, iso(match.captured_at), match.url)
    page = question.address(f"/r/{match.report_id}/v{match.version}")
    if not match.snippets:
        return [(*facts, None, None, None, page)]
    return [(*facts, each.start, each.end, each.text, page) for each in match.snippets]


def pieces(snippet: Snippet) -> list[tuple[str, bool]]:
    """Return a snippet as pieces of text, each with whether it was found."""
    return _pieces(snippet.text, snippet.marks, snippet.start)


def _pieces(text: str, marks: tuple[tuple[int, int], ...], first: int) -> list[tuple[str, bool]]:
    out, done = [], 0
    for start, end in marks:
        out += [(text[done : start - first], False), (text[start - first : end - first], True)]
        done = end - first
    return [piece for piece in (*out, (text[done:], False)) if piece[0]]


def place_of(snippet: Snippet) -> str:
    """Return the parameter with which the page of a version marks what was found."""
    start, end = snippet.marks[0] if snippet.marks else (snippet.start, snippet.end)
    return f"{start}-{end}"


def _entries(question: Question, matches: tuple[Match, ...]) -> list[Entry]:
    return [
        Entry(
            key=f"text:{match.report_id}:{match.version}",
            title=match.title,
            page=f"/r/{match.report_id}/v{match.version}",
            updated=match.captured_at,
            summary=" … ".join(each.text for each in match.snippets),
        )
        for match in matches
        if match.captured_at
    ]


PAGES = (Page(path="/search", answer=search, formats=(Format.HTML, Format.JSON, Format.CSV, Format.ATOM)),)
