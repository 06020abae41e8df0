"""`/diff/A..B`: two texts side by side. A and B are `ID:VERSION`, or `ID` for the latest; of one report also `ID:1..2`."""

from __future__ import annotations

from crawler.questions.diff.hunks import difference_json, hunks
from crawler.questions.diff.texts import diff_texts
from crawler.questions.diff.unified import lines
from crawler.web.answer import Answer
from crawler.web.format import Format
from crawler.web.page import Page
from crawler.web.question import NotFound, Question


def difference(question: Question) -> Answer:
    """Return what differs between two texts."""
    question.only()
    old = _text(question.path["old"])
    new = _text(question.path["new"])
    if new[1] is None and new[0].isascii() and new[0].isdigit() and len(new[0]) < 6:
        new = old[0], int(new[0])
    found = diff_texts(question.reader, old, new)
    return Answer(
        title=found.new.report.title,
        template="diff.html",
        context=lambda: {"found": found, "hunks": list(hunks(found))},
        data=lambda: difference_json(found),
        text=lambda: "".join(f"{''.join(piece.text for piece in line)}\n" for line in lines(found)),
    )


def _text(named: str) -> tuple[str, int | None]:
    """Return id and version of one side."""
    name, colon, number = named.rpartition(":")
    if not colon:
        return named, None
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NotFound(f"{named}: must be ID:VERSION, such as 420100-2022-4dd2cecb:1")
    return name, int(number)


PAGES = (Page(path="/diff/{old}..{new}", answer=difference, formats=(Format.HTML, Format.JSON, Format.TXT)),)
