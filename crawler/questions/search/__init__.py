"""Search the texts of an archive: `grammar` reads the query, `answer` finds the texts, `snippets` shows the places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.lazy import exports

if TYPE_CHECKING:
    from crawler.questions.search.answer import Match, SearchResult, search, search_json
    from crawler.questions.search.snippets import Snippet
else:
    __getattr__, __dir__ = exports(
        __name__,
        {
            ".answer": ("Match", "SearchResult", "search", "search_json"),
            ".snippets": ("Snippet",),
        },
    )

__all__ = ["Match", "SearchResult", "Snippet", "search", "search_json"]
