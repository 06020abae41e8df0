"""`/about`: what this is, by which rule a report is due, and how anybody can check what is shown."""

from __future__ import annotations

from dataclasses import asdict

from crawler import __version__
from crawler.field.deadline import RULES
from crawler.web.answer import Answer
from crawler.web.page import Page
from crawler.web.question import Question


def about(question: Question) -> Answer:
    """Return what the site is."""
    question.only()
    head = question.reader.head()
    return Answer(
        title="说明" if question.language == "zh" else "About",
        template="about.html",
        context=lambda: {
            "head": head,
            "rules": RULES,
            "software": __version__,
            "identity": question.reader.identity(),
        },
        data=lambda: {
            "head": head,
            "identity": question.reader.identity(),
            "software": __version__,
            "rules": [asdict(rule) for rule in RULES],
        },
    )


PAGES = (Page(path="/about", answer=about),)
