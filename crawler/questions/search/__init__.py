"""Search the texts of an archive: `grammar` reads the query, `answer` finds the texts, `snippets` shows the places."""

from __future__ import annotations

from crawler.questions.search.answer import Match, SearchResult, search, search_json
from crawler.questions.search.snippets import Snippet

__all__ = ["Match", "SearchResult", "Snippet", "search", "search_json"]
