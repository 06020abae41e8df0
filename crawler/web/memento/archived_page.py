"""An archived page as a response: in an origin of its own, without scripts, forms and requests; or its bytes as served."""

from __future__ import annotations

from urllib.parse import urljoin

from starlette.responses import Response

from crawler.extract import decoded_page, is_markup
from crawler.model import Capture
from crawler.web.memento.addresses import memento_path, original
from crawler.web.question import NotFound

SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""Without `allow-same-origin` the page has an opaque origin: nothing of ours is its own. Without `allow-scripts` none runs."""


def archived_page(capture: Capture, *, raw: bool, prefix: str) -> Response:
    """Return a capture. A redirect leads to its target as of the same time. `prefix`: path of the site."""
    headers = {"Content-Security-Policy": SANDBOX}
    target = capture.header("Location")
    if 300 <= capture.status < 400 and target and not raw:
        try:
            url = original(urljoin(capture.url, target))
        except (NotFound, ValueError):
            url = ""
        if url:
            return Response(
                status_code=302,
                headers=headers | {"Location": f"{prefix}{memento_path(capture.fetched_at, url)}"},
            )
    status = capture.status if 200 <= capture.status <= 599 and not 300 <= capture.status < 400 else 200
    body = capture.body
    if raw:
        headers |= {
            "Content-Disposition": "attachment",
            "X-Archive-Orig-Content-Type": _header(capture, "Content-Type"),
        }
        return Response(capture.payload, status, media_type="application/octet-stream", headers=headers)
    if is_markup(body):
        return Response(
            decoded_page(body, capture.headers),
            status,
            media_type="text/html; charset=utf-8",
            headers=headers,
        )
    headers["Content-Disposition"] = "attachment"
    return Response(body, status, media_type=_safe_type(_header(capture, "Content-Type")), headers=headers)


def _header(capture: Capture, name: str) -> str:
    """Return a header of a foreign server as it may stand in one of ours: visible ASCII, no line end."""
    return "".join(each for each in capture.header(name) or "" if " " <= each <= "~")[:200]


def _safe_type(content_type: str) -> str:
    """Return the type of a file that browsers only save."""
    name = content_type.partition(";")[0].strip().lower()
    return (
        name
        if name.startswith("application/")
        and "html" not in name
        and "xml" not in name
        and "script" not in name
        else "application/octet-stream"
    )
