"""Portals of governments on loopback: home pages, hubs and lists in the manner of many systems, for finding lists.

In the order of the data: `model` (nouns), `words` (names of columns), `plan` (what each portal is), `tree` (its columns),
`contents` (its entries), `menus` and `pages` (HTML), `searches`, `site` (one host), `builder` (its pages), `truth`, `making`
(all together), `web` (HTTP). `list_key` compares the address of a list that was found with the true one.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from tests.site.portals.model import Portal, Step
from tests.site.portals.plan import BLOCK
from tests.site.portals.web import PortalWeb

__all__ = ["BLOCK", "Portal", "PortalWeb", "Step", "list_key"]


def list_key(url: str) -> tuple[str, str, str]:
    """Return what makes an address a list's: host, path without index.html, fragment; scheme and query do not count."""
    parts = urlsplit(url)
    folder, _, name = parts.path.rpartition("/")
    path = (
        folder if name.partition(".")[0] in ("", "index") and not folder.endswith("/gkmlpt") else parts.path
    )
    return (parts.hostname or "").removeprefix("www."), path.rstrip("/"), parts.fragment
