"""The queries of a Reader come from several classes: none may hide another's."""

from __future__ import annotations

from collections import Counter

from crawler.archive import Reader
from crawler.archive.reader_queries.base import ReaderQueries


def test_no_two_questions_have_a_query_of_one_name() -> None:
    questions = [
        each
        for each in Reader.__mro__
        if issubclass(each, ReaderQueries) and each not in (Reader, ReaderQueries)
    ]
    assert len(questions) > 3
    names = Counter(name for each in questions for name in vars(each) if not name.startswith("__"))
    assert [name for name, number in names.items() if number > 1] == []
