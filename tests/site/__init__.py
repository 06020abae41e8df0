"""A government web on loopback: real servers with real host names, for tests and the demo. `with Web() as web: …`

In the order of the data: `model` (nouns), `governments/` (content), `compose`, `news`, `invented` (generated content),
`templates/` (CMS pages), `store` (pages by address), `server` (HTTP), `web` (all together). `troubles` are pages with faults,
`faults/` are servers with faults, `portals/` are home pages with a way to a list of reports. `record` writes
tests/fixtures/ from the governments and the troubles.
"""

from __future__ import annotations

from tests.site.model import Document, Government
from tests.site.server import Request
from tests.site.web import Web

__all__ = ["Document", "Government", "Request", "Web"]
