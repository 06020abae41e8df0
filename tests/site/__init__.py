"""A government web on loopback: real servers for real host names, for tests and the demo. `with Web() as web: …`"""

from __future__ import annotations

from tests.site.model import Document, Government
from tests.site.server import Request
from tests.site.web import Web

__all__ = ["Document", "Government", "Request", "Web"]
