"""The news of a crawl as an editor needs it: a word, the report's id, title and address, what changed, and what shows it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from crawler.archive import Reader
from crawler.field.counting import counted
from crawler.model import Ending, News, Outcome
from crawler.questions.changes.change import ChangedText
from crawler.questions.changes.texts import judge
from crawler.questions.changes.versions import compare_versions, text_before

DEFAULT_ARCHIVE = Path("archive")
"""The folder that commands use unless `--archive` names another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsItem:
    """One piece of news. A page of a list, and a page that was never held, have no `report_id`."""

    word: News
    report_id: str | None
    title: str
    url: str
    note: str  # what changed and the command that shows it, or the server's answer
    text: ChangedText | None = None  # of a text that is another one than before


def news_item(reader: Reader, outcome: Outcome) -> NewsItem:
    """Return the news of an outcome, which must have some. `reader`: the archive that it was entered in."""
    assert outcome.news is not None
    title = reader.show(outcome.report_id).title if outcome.report_id else outcome.title
    text, note = None, outcome.detail
    if outcome.ending is Ending.REVISED and outcome.report_id and outcome.version:
        text, told = _changed(reader, outcome.report_id, outcome.version)
        note = f"{told}; {note}" if outcome.news is News.BACK and note else told
    elif outcome.news is News.BACK:
        note = "the text is as before"
    return NewsItem(
        word=outcome.news,
        report_id=outcome.report_id,
        title=title or outcome.title,
        url=outcome.url,
        note=note,
        text=text,
    )


def _changed(reader: Reader, report_id: str, number: int) -> tuple[ChangedText | None, str]:
    """Return what differs between a version and the text before it, and how much that is in words."""
    history = reader.version_facts([report_id])[report_id]
    before = text_before(history, number)
    if before is None:
        return None, "the first text of it"
    difference = compare_versions(reader, before, history[number - 1])
    old, new = difference.old.report, difference.new.report
    if new.unread is not None:
        return None, f"without a text: {new.unread}"
    if old.text_sha256 == new.text_sha256:
        return None, "the text is as before"
    text, _ = judge(difference)
    how_much = (
        f"{counted(text.changed_chars, 'character')} changed"
        if text.changed_chars
        else "white space or the order of paragraphs changed"
    )
    return text, f"{how_much}: {diff_command(reader.path, report_id, before.number, number)}"


def diff_command(archive: Path, report_id: str, old: int, new: int) -> str:
    """Return the command that shows what differs between two versions, as it is typed in a shell."""
    words = ["fazhi", "diff", report_id, f"{old}..{new}"]
    return shlex.join(words if archive == DEFAULT_ARCHIVE else [*words, "--archive", str(archive)])
