"""`/`: what is new, the coverage at a glance, and search."""

from __future__ import annotations

from crawler.questions.changes.tables import change_json
from crawler.questions.coverage.tables import total_json
from crawler.web.answer import Answer
from crawler.web.drawing import tile_map
from crawler.web.page import Page
from crawler.web.pages import statuses
from crawler.web.pages.changes import changes_since, page_of
from crawler.web.pages.coverage import latest_due, map_tiles
from crawler.web.pages.statuses import Scope
from crawler.web.question import Question

CHANGES = 12


def home(question: Question) -> Answer:
    """Return the first page."""
    question.only()
    scope = Scope(asof=question.today)
    totals = statuses.year_totals(question, scope)
    year = latest_due(totals, question.today)
    tiles = map_tiles(statuses.rows(question, scope), None, year, question.language)
    found = sorted(changes_since(question, None).changes, key=lambda each: each.at, reverse=True)[:CHANGES]
    return Answer(
        title="法治政府建设情况报告" if question.language == "zh" else "Rule-of-law government reports",
        template="home.html",
        context=lambda: {
            "tiles": tiles,
            "map_size": tile_map.extent([tile.place for tile in tiles]),
            "map_year": year,
            "totals": totals,
            "glance": totals.get(year),
            "changes": found,
            "page_of": page_of,
        },
        data=lambda: {
            "head": question.reader.head(),
            "totals": {str(each): total_json(total) for each, total in totals.items()},
            "rows": [change_json(each) | {"page": question.address(page_of(each))} for each in found],
        },
    )


PAGE = Page(path="/", answer=home)
