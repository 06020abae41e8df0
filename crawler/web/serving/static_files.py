"""Our style sheet and script: served from memory under an address with their digest, so that browsers may keep them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.responses import Response

from crawler.web.headers import Freshness
from crawler.web.question import NotFound

FOLDER = Path(__file__).parents[1] / "static"
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class StaticFiles:
    """The files of `static/`."""

    def __init__(self) -> None:
        self.bodies = {
            path.name: path.read_bytes() for path in sorted(FOLDER.iterdir()) if path.suffix in _MEDIA_TYPES
        }
        self._digests = {name: hashlib.sha256(body).hexdigest()[:16] for name, body in self.bodies.items()}

    def path(self, name: str) -> str:
        """Return the path of a file within the site."""
        return f"/static/{self._digests[name]}/{name}"

    def response(self, digest: str, name: str) -> Response:
        """Return a file. Raises NotFound for an unknown name and for another digest, as of an earlier version."""
        if self._digests.get(name) != digest:
            raise NotFound(f"/static/{digest}/{name}: no such file")
        return Response(
            self.bodies[name],
            media_type=_MEDIA_TYPES[Path(name).suffix],
            headers={"Cache-Control": Freshness.IMMUTABLE.value},
        )
