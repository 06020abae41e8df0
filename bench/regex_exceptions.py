"""Expressions that `bench.ambiguity` finds ambiguous, and why each is harmless: a limit on its text, or it never fails.

`limit` names the constant that bounds the text, in characters; `make bench-regex` measures such an expression on a text of
that length. Where there is none, the analysis knows too little, and the measurement must show linear time.
tests/bench/test_regexes.py fails for an expression that is ambiguous and not here, and for one that is here and is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """Why an ambiguous expression is harmless."""

    why: str
    limit: str = ""  # a constant of the package: the longest text that the expression is given

    @property
    def max_chars(self) -> int | None:
        """Value of `limit`."""
        module, _, name = self.limit.rpartition(".")
        return int(getattr(import_module(module), name)) if module else None


_NEVER_FAILS = "never fails: what has no end goes on to the end of the text, and is read once"
_TITLE = "crawler.field.title_text.MAX_TITLE_CHARS"
_SCRIPT = "crawler.fetch.answers.redirects._MAX_SCRIPT_CHARS"
_REDIRECT_PAGE = "crawler.fetch.answers.redirects.MAX_REDIRECT_PAGE_BYTES"

EXEMPTIONS = {
    "crawler.cms.base_url._LITERAL": Exemption(
        why="a script in an attribute", limit="crawler.cms.base_url._MAX_SCRIPT_CHARS"
    ),
    "crawler.cms.lists.paging._CALLED_QUERY": Exemption(
        why="a script in an attribute", limit="crawler.cms.lists.paging._MAX_CALL_CHARS"
    ),
    "crawler.cms.lists.calls._WORD": Exemption(
        why="an object in a script", limit="crawler.cms.lists.calls._MAX_OBJECT_CHARS"
    ),
    "crawler.cms.lists.near_json._TOKEN": Exemption(why=_NEVER_FAILS),
    "crawler.cms.lists.near_json._TRAILING_COMMA": Exemption(why=_NEVER_FAILS),
    "crawler.extract.documents.html.head_clues._MARKUP": Exemption(why="each < reads at most 400 characters"),
    "crawler.extract.documents.pager_links._ANCHOR": Exemption(
        why="a link ends at the next <a, so no text is read twice"
    ),
    "crawler.extract.meaning.kind._QUOTED": Exemption(
        why="the opening of a report", limit="crawler.extract.meaning.kind._YEAR_OPENING"
    ),
    "crawler.extract.meaning.subject._SITE_WORDS": Exemption(
        why="the name of a site", limit="crawler.extract.meaning.subject._CONTEXT_LENGTH"
    ),
    "crawler.extract.page.long_tags._TAG": Exemption(
        why="a tag never fails once it has a name, and no text is read twice"
    ),
    "crawler.extract.page.flow._COMMENT": Exemption(why=_NEVER_FAILS),
    "crawler.extract.page.hidden_markup._SCRIPT_TEMPLATE": Exemption(
        why="a script ends at the next <script, so no text is read twice"
    ),
    "crawler.extract.page.lines._BREAK_IN_TEXT": Exemption(why="begins only behind a Chinese character"),
    "crawler.extract.roles.boilerplate._COUNTED": Exemption(
        why="a line", limit="crawler.extract.roles.boilerplate._MAX_PAGER_LENGTH"
    ),
    "crawler.extract.roles.boilerplate._EDITOR": Exemption(
        why="a line", limit="crawler.extract.roles.boilerplate._MAX_EDITOR_LENGTH"
    ),
    "crawler.extract.roles.labels._BUTTONS_BEHIND": Exemption(
        why="a value", limit="crawler.extract.roles.labels._MAX_INFO_LENGTH"
    ),
    "crawler.fetch.answers.redirects._DECIDES": Exemption(why="a page's scripts", limit=_SCRIPT),
    "crawler.fetch.answers.redirects._META": Exemption(why="a page that redirects", limit=_REDIRECT_PAGE),
    "crawler.fetch.answers.redirects._NAVIGATION": Exemption(why="a page's scripts", limit=_SCRIPT),
    "crawler.fetch.answers.redirects._NOSCRIPT": Exemption(why=_NEVER_FAILS),
    "crawler.fetch.answers.redirects._ONLOAD": Exemption(why="a page that redirects", limit=_REDIRECT_PAGE),
    "crawler.fetch.answers.visible_text._COMMENT": Exemption(why=_NEVER_FAILS),
    "crawler.fetch.answers.visible_text._HEADING": Exemption(
        why="a heading ends at the next one, so no text is read twice"
    ),
    "crawler.fetch.answers.visible_text._HIDDEN": Exemption(why=_NEVER_FAILS),
    "crawler.fetch.answers.visible_text._LINKED": Exemption(why=_NEVER_FAILS),
    "crawler.fetch.answers.visible_text._SCRIPT": Exemption(why=_NEVER_FAILS),
    "crawler.field.titles._COLUMN_ADDITIONS": Exemption(why="a title", limit=_TITLE),
    "crawler.field.titles._COVERING_LETTER": Exemption(why="a title", limit=_TITLE),
    "crawler.field.titles._NOT_A_REPORT[8]": Exemption(why="a title", limit=_TITLE),
    "crawler.sources.lines.LINE": Exemption(why="the last line is read twice at most"),
    "crawler.questions.search.grammar._PART": Exemption(
        why="a query that a person types", limit="crawler.questions.search.grammar.MAX_QUERY_CHARS"
    ),
}

COMPOSED = {
    (
        "crawler.intake.backfill.asked",
        "site.urls",
    ): "of sources.yaml, which its user writes; addresses of an index, at most a few hundred characters each",
    (
        "crawler.archive.evidence.act_checks",
        "pattern",
    ): "literals of act_schema, each one class of characters and its length",
    ("crawler.cms.lists.paging", "re.escape(stem) + '/(\\\\d{1,9})(\\\\.html?)$'"): "literal text and digits",
    (
        "crawler.crawl.lists",
        "visit.site.urls",
    ): "the owner's, in sources.yaml; on an address of at most MAX_URL_CHARS",
    ("crawler.discover.sitemaps", "f'</{re.escape(root[1])}\\\\s*>'"): "literal text and spaces",
    ("crawler.discover.sitemaps", "f'</(?:\\\\w{{1,30}}:)?{here[1]}\\\\s*>'"): "literal text and spaces",
    (
        "crawler.discover.titles",
        "match",
    ): "the owner's, in sources.yaml; on a title of at most MAX_MATCHED_CHARS",
    (
        "crawler.extract.documents.pager_links",
        "f'{re.escape(first.name)}[_-](\\\\d{{1,3}}){re.escape(first.ext)}(?![\\\\w.])'",
    ): "literal text and three digits",
    ("crawler.extract.page.hidden_markup", "f'</{name}\\\\b[^<>]*>'"): "a tag ends at the next <",
    (
        "crawler.questions.indicators.rules",
        "words",
    ): "topics of rules.yaml: alternatives of literal words; on at most MAX_BEFORE characters",
    (
        "crawler.questions.indicators.rules",
        "words.replace('…', _GAP)",
    ): "rules of rules.yaml; on at most MAX_BEFORE or MAX_AFTER characters",
    (
        "crawler.field.search_tokens",
        "before + ''.join(parts) + after",
    ): "literal text, with spaces between its pieces",
    (
        "crawler.sources.entry",
        "value if isinstance(value, str) else '('",
    ): "only compiled: the owner's, in sources.yaml",
}
"""Calls whose expression is made at run time, with the reason why it is harmless."""
