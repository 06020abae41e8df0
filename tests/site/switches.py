"""Changes of the web that a person makes while it is served: edit a page, remove it, bring it back. Lines in, lines out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.site.web import Web

HELP = """\
  edit [URL]      change a sentence of a report; the next crawl says: revised
  remove [URL]    answer 404 in its place; the next crawl says: missing, one a day later: gone
  restore [URL]   serve a removed report again; the next crawl says: back (of one that is gone: with --full, or a week later)
  list            the reports and their state
  quit            end, as Ctrl-C does"""


class Switches:
    """The web's reports, and what has been done to them. A command without an address is about the first report."""

    def __init__(self, web: Web) -> None:
        """Take a running web."""
        self._web = web
        self._reports = {d.url: d for government in web.governments for d in government.documents}
        self._edits: dict[str, int] = {}
        self._removed: set[str] = set()
        self._commands: Mapping[str, Callable[[str], str]] = {
            "edit": self._edit,
            "remove": self._remove,
            "restore": self._restore,
        }

    def answer(self, line: str) -> str:
        """Carry out a line such as `edit` or `remove http://…` and return what to print."""
        command, _, url = line.strip().partition(" ")
        url = url.strip() or next(iter(self._reports))
        if command == "list":
            return "\n".join(f"  {self._state(url):9}{url}" for url in self._reports)
        if command not in self._commands:
            return HELP
        if url not in self._reports:
            return f"{url}: no report of this web; `list` prints their addresses"
        return self._commands[command](url)

    def _state(self, url: str) -> str:
        if url in self._removed:
            return "removed"
        return "edited" if url in self._edits else "served"

    def _edit(self, url: str) -> str:
        first = self._reports[url].paragraphs[0]
        number = self._edits.get(url, 0)
        before = f"{first}第{number}次修改。" if number else first
        self._web.edit(url, before, f"{first}第{number + 1}次修改。")
        self._edits[url] = number + 1
        return f"edited: {url}"

    def _remove(self, url: str) -> str:
        self._web.take_down(url)
        self._removed.add(url)
        return f"removed: {url}"

    def _restore(self, url: str) -> str:
        self._web.restore(url)
        self._removed.discard(url)
        return f"restored: {url}"
