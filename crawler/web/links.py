"""Links between the pages of the served site. A site of static files has its own: `static_site.links`."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

from crawler.web.format import Format


def path_of(page: str, query: Mapping[str, object] | None = None, kind: Format = Format.HTML) -> str:
    """Return the path of a page in a format, with parameters, all quoted; those that are None are left out."""
    path = quote(page, safe="/:@!$&'()*+,;=~-._")
    if kind is not Format.HTML:
        path = f"{'/index' if path == '/' else path}.{kind.value}"
    given = {name: value for name, value in (query or {}).items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def paragraph_anchor(body: str, offset: int) -> str:
    """Return the anchor of the paragraph of a text that an offset into its body is in."""
    return f"p{body.count(chr(10), 0, offset) + 1}"


class Links:
    """Links of a site that a server answers. `base_url`: its public address, such as https://example.org/fazhi."""

    is_static = False
    """Whether the pages are files: no server answers a form, a filter, a capture."""

    def __init__(self, base_url: str = "") -> None:
        self._base_url, self._prefix = base_url, urlsplit(base_url).path

    def path(self, page: str, query: Mapping[str, object] | None = None, kind: Format = Format.HTML) -> str:
        """Return the path of a page within the site, quoted."""
        return path_of(page, query, kind)

    def href(self, page: str, query: Mapping[str, object] | None = None, kind: Format = Format.HTML) -> str:
        """Return what an HTML page links to a page with; empty if the site has no such page."""
        return self._prefix + self.path(page, query, kind)

    def address(
        self, page: str, query: Mapping[str, object] | None = None, kind: Format = Format.HTML
    ) -> str:
        """Return what data name a page with: its absolute address."""
        return self._base_url + self.path(page, query, kind)

    def passage(self, report_id: str, version: int, body: str, start: int, end: int) -> str:
        """Return the link to a stretch of a version's text, given as offsets into its body."""
        return f"{self.href(f'/r/{report_id}/v{version}', {'mark': f'{start}-{end}'})}#mark"
