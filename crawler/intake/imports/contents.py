"""What WARC and ARC files hold besides reports: what a crawl consists of, counted for one line of a summary."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from crawler.field.counting import counted
from crawler.model import Capture

PAGE = "page or document"
KNOWN = "answer that the archive has already"
REDIRECT = "answer that redirects"
NOT_A_PAGE = "image, style or script"
EMPTY = "empty answer"
NO_ORIGINAL = "repeat of an answer that is in none of the files"
TOO_LARGE = "answer too large for a page"

KINDS = {
    PAGE: "pages or documents",
    KNOWN: "answers that the archive has already",
    REDIRECT: "answers that redirect",
    NOT_A_PAGE: "images, styles or scripts",
    EMPTY: "empty answers",
    NO_ORIGINAL: "repeats of answers that are in none of the files",
    TOO_LARGE: "answers too large for a page",
}
"""Kinds of answers, in the order of a summary, each with its plural."""

_NO_PAGE = re.compile(
    r"(?:image|font|audio|video)/.*|(?:text|application)/(?:css|(?:x-)?javascript|ecmascript|wasm|x-font.*|font.*)",
    re.I,
)
_START_BYTES = 1024
_BEGINS_AS_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,100}(?:<\?xml[^>]{0,200}>\s{0,100})?<(?:!doctype\s{1,20}html|html|head|body)\b",
    re.I,
)
_MAX_KINDS = 20  # kinds of records that are named


@dataclass(slots=True)
class Contents:
    """Counts for one file. `usable`: answers that were recorded, or are in the archive already."""

    answers: Counter[str] = field(default_factory=Counter)
    records: Counter[str] = field(default_factory=Counter)
    usable: int = 0
    faults: int = 0  # records that cannot be read or used
    waiting: int = 0  # revisits whose original may be in a later file

    def record(self, kind: str) -> None:
        """Count a record that is no answer of a web server."""
        self.records[kind if kind in self.records or len(self.records) < _MAX_KINDS else "other"] += 1

    def summary(self) -> str:
        """Return what was in the file, in one line."""
        answers = counted(
            self.answers.total() + self.waiting, "answer of a web server", "answers of web servers"
        )
        kinds = ", ".join(
            counted(self.answers[kind], kind, plural) for kind, plural in KINDS.items() if self.answers[kind]
        )
        parts = [f"{answers}: {kinds}" if kinds else answers]
        if self.records:
            others = counted(self.records.total(), "record of another kind", "records of other kinds")
            parts.append(f"{others}: {self.kinds()}")
        return "; ".join(parts)

    def kinds(self) -> str:
        """Return the kinds of records that are no answers, each with its number."""
        return ", ".join(f"{number} {kind!r}" for kind, number in self.records.most_common())


def passed_over(capture: Capture) -> str:
    """Return what an answer is that holds no report, as `Contents` counts it; empty for one that may hold one.

    What its head calls an image or a script counts as that, unless it begins as a web page does. Fonts and scripts can have
    anything that looks like markup further on.
    """
    if 300 <= capture.status < 400 and capture.status != 304:
        return REDIRECT
    if is_no_page(capture) and not _BEGINS_AS_PAGE.match(capture.body[:_START_BYTES]):
        return NOT_A_PAGE
    if 200 <= capture.status < 300 and not capture.payload and not capture.truncated:
        return EMPTY
    return ""


def is_no_page(capture: Capture) -> bool:
    """Whether the head of an answer says that it is an image, a style sheet or the like."""
    kind = (capture.header("content-type") or "").partition(";")[0].strip()
    return _NO_PAGE.fullmatch(kind) is not None
