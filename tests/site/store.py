"""The pages of the web by address: rendered at the first request, edited, deleted and restored. `server` speaks HTTP."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from urllib.parse import urlsplit

from tests.site.model import Document, Form, Government, Render
from tests.site.templates import TEMPLATES
from tests.site.templates.home import home
from tests.site.word import WORD, word_file

_CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Page:
    """The content of an address."""

    body: bytes
    content_type: str
    modified: datetime  # aware, whole seconds
    fixed: bool  # the same for every request, so it has validators

    @property
    def etag(self) -> str:
        """Strong validator of the content."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'


@dataclass(slots=True)
class _Entry:
    government: Government
    render: Render
    modified: datetime
    document: Document | None = None
    fixed: bool = True
    down: bool = False
    file: bytes | None = None  # content of an attachment, which has no template
    page: Page | None = None
    edits: tuple[tuple[str, str], ...] = ()


class Store:
    """All pages of all governments, by host and path; the same for http and https."""

    def __init__(self, governments: tuple[Government, ...]) -> None:
        """Index the pages; nothing is rendered yet."""
        self._lock = threading.RLock()
        self._entries: dict[tuple[str, str], _Entry] = {}
        self._hosts = {alias: government.host for government in governments for alias in government.aliases}
        for government in governments:
            self._add(government)

    def _add(self, government: Government) -> None:
        template = TEMPLATES[government.template]
        for document in government.articles.values():
            modified = datetime.fromisoformat(document.published).replace(tzinfo=_CHINA).astimezone(UTC)
            entry = _Entry(government, partial(_article, government, document), modified, document)
            self._entries[self._key(document.url)] = entry
            for name, title in document.attachments:
                address = document.url.rpartition("/")[0] + "/" + name
                self._entries[self._key(address)] = _Entry(
                    government, _nothing, modified, file=word_file(title)
                )
        newest = max(entry.modified for entry in self._entries.values() if entry.government is government)
        for column in government.columns:
            for url, render in template.lists(government, column):
                fixed = not url.endswith(".jsp") and "/api/" not in url
                self._entries[self._key(url)] = _Entry(government, render, newest, fixed=fixed)
        front = _Entry(government, partial(home, government), newest)
        self._entries.setdefault(self._key(government.base + "/"), front)

    def page(self, url: str, form: Form) -> Page | None:
        """Return the page at an address; None if there is none or it was deleted."""
        with self._lock:
            entry = self._entries.get(self._key(url))
            if entry is None or entry.down:
                return None
            if entry.page is None or not entry.fixed:
                entry.page = self._rendered(entry, form)
            return entry.page

    @staticmethod
    def _rendered(entry: _Entry, form: Form) -> Page:
        if entry.file is not None:
            return Page(entry.file, WORD, entry.modified, fixed=True)
        html = entry.render(form)
        for old, new in entry.edits:
            html = html.replace(old, new)
        body = html.encode(entry.government.encoding)
        return Page(body, entry.government.content_type, entry.modified, entry.fixed)

    def edit(self, url: str, old: str, new: str) -> None:
        """Replace words: in the document if they occur there (folded, as gold is), else in the page's source."""
        with self._lock:
            entry = self._entries[self._key(url)]
            document = entry.document
            if document and (old in document.title or old in document.body):
                changed = replace(
                    document, title=document.title.replace(old, new), body=document.body.replace(old, new)
                )
                entry.document = changed
                entry.render = partial(_article, entry.government, changed)
            elif old in entry.render({}):
                entry.edits += ((old, new),)
            else:
                raise ValueError(f"{url} does not hold {old!r}")
            entry.page = None
            entry.modified = max(
                datetime.now(UTC).replace(microsecond=0), entry.modified + timedelta(seconds=1)
            )

    def show(self, url: str, *, down: bool) -> None:
        """Delete or restore a page."""
        with self._lock:
            self._entries[self._key(url)].down = down

    def _key(self, url: str) -> tuple[str, str]:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return self._hosts.get(host, host), parts.path or "/"

    def __contains__(self, url: str) -> bool:
        return self._key(url) in self._entries


def _article(government: Government, document: Document, form: Form) -> str:
    return TEMPLATES[government.template].article(government, document)


def _nothing(form: Form) -> str:
    return ""
