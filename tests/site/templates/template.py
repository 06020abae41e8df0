"""The interface of a template, and the HTML helpers that templates share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape

from tests.site.model import Column, Document, Government, Render
from tests.site.punctuation import widen


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """The pages of one system, as two functions.

    `lists` gives the pages of a column, each with its absolute address; the first has the column's address.
    """

    name: str
    article: Callable[[Government, Document], str]
    lists: Callable[[Government, Column], Iterable[tuple[str, Render]]]


def text(line: str) -> str:
    """Return a line of a document as HTML: full-width punctuation, escaped."""
    return escape(widen(line), quote=False)


def meta(pairs: Iterable[tuple[str, str]], form: str = '<meta name="{name}" content="{content}"/>') -> str:
    """Return meta elements, one a line."""
    return "\n".join(form.format(name=name, content=escape(content)) for name, content in pairs)


def is_signature(document: Document, line: str) -> bool:
    """Whether a line is the signature or its date, at the end of a report."""
    if not document.signed or line not in document.paragraphs[-3:]:
        return False
    year, month, day = map(int, document.signed.split("-"))
    return line == f"{year}年{month}月{day}日" or line.endswith(("人民政府", "市委"))


def rows(document: Document) -> list[list[list[str]] | str]:
    """Yield the paragraphs of a document; the rows of a table together, as lists of cells."""
    blocks: list[list[list[str]] | str] = []
    for line in document.paragraphs:
        if "\t" not in line:
            blocks.append(line)
        elif blocks and isinstance(blocks[-1], list):
            blocks[-1].append(line.split("\t"))
        else:
            blocks.append([line.split("\t")])
    return blocks


def linked(document: Document, line: str) -> str:
    """Return a line as HTML, with the title of an attachment as a link to its file."""
    for name, title in document.attachments:
        if line.endswith(title):
            return f'{text(line.removesuffix(title))}<a href="{name}" target="_blank">{text(title)}</a>'
    return text(line)


def neighbours(government: Government, document: Document) -> tuple[Document | None, Document | None]:
    """Return 上一篇 and 下一篇: the articles before and after this one in the list."""
    for column in government.columns:
        if document.url in column.entries:
            at, articles = column.entries.index(document.url), government.articles
            before = articles[column.entries[at - 1]] if at else None
            after = articles[column.entries[at + 1]] if at + 1 < len(column.entries) else None
            return before, after
    return None, None


def related(government: Government, document: Document, number: int = 6) -> list[Document]:
    """Return 相关链接: other news of the site."""
    others = [news for news in government.news if news.url != document.url]
    start = len(document.title) % max(1, len(others) - number)
    return others[start : start + number]


def column_of(government: Government, document: Document) -> Column:
    """Return the column of an article."""
    return next((c for c in government.columns if document.url in c.entries), government.columns[0])


def shortened(title: str, length: int) -> str:
    """Return a title, shortened as lists do."""
    return title if len(title) <= length else title[: length - 1] + "…"


def relative(url: str, folder: str) -> str:
    """Return an address relative to a page in `folder`: ./202303/t1.shtml, or from the root if it is elsewhere."""
    if url.startswith(folder):
        return "./" + url.removeprefix(folder)
    return "/" + url.split("/", 3)[3]
