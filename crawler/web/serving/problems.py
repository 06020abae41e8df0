"""Errors as answers: one shape for scripts (RFC 9457), a page for people."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from crawler.errors import (
    ArchiveError,
    ConfigError,
    CrawlerError,
    QueryTooLong,
    UnknownReport,
)
from crawler.field.text import visible_line
from crawler.web.asked import Asked
from crawler.web.format import Format
from crawler.web.formats.html import write_problem
from crawler.web.formats.json import PROBLEM, dump, problem_value
from crawler.web.headers import Freshness
from crawler.web.links import Links
from crawler.web.question import BadParameter, NotFound
from crawler.web.readers import TooBusy
from crawler.web.serving.static_files import StaticFiles

STATUSES: tuple[tuple[type[CrawlerError], HTTPStatus], ...] = (
    (NotFound, HTTPStatus.NOT_FOUND),
    (UnknownReport, HTTPStatus.NOT_FOUND),
    (BadParameter, HTTPStatus.BAD_REQUEST),
    (ConfigError, HTTPStatus.BAD_REQUEST),
    (QueryTooLong, HTTPStatus.SERVICE_UNAVAILABLE),
    (TooBusy, HTTPStatus.SERVICE_UNAVAILABLE),
    (ArchiveError, HTTPStatus.SERVICE_UNAVAILABLE),
)
"""The status of the answer to a question that ended in an error: that of the first class that fits."""
RETRY_AFTER_SECONDS = 10
UNEXPECTED = "a fault of this program; it is in the log of the server"


def status_of(error: CrawlerError) -> HTTPStatus:
    """Return the status for an error."""
    return next(
        (status for kind, status in STATUSES if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR
    )


def public_detail(error: CrawlerError) -> str:
    """Return what is said of an error in public: of the archive not where it is on this machine, and how it is damaged."""
    if isinstance(error, QueryTooLong):
        return "the question takes too long; choose a smaller division, or fewer years"
    if isinstance(error, TooBusy):
        return "too many questions at once; try again in a moment"
    if isinstance(error, ArchiveError) and status_of(error) is HTTPStatus.SERVICE_UNAVAILABLE:
        return "the archive cannot be read now; try again later"
    return str(error)


def wants_html(path: str, accept: str, *, by_name: bool = False) -> bool:
    """Whether a request is a browser's: of no other format by its path, and with text/html or anything in its Accept.

    `by_name`: with text/html alone. Programs accept anything.
    """
    last = path.rpartition("/")[2].rpartition(".")[2]
    if last in {kind.value for kind in Format if kind is not Format.HTML}:
        return False
    return "text/html" in accept or ("*/*" in accept and not by_name)


def problem(request: Request, asked: Asked, files: StaticFiles, status: HTTPStatus, detail: str) -> Response:
    """Return the answer to a request that ended in an error."""
    return error_response(
        status,
        detail,
        as_html=wants_html(request.url.path, request.headers.get("accept", "*/*")),
        language=asked.language,
        links=Links(asked.base_url),
        files=files,
    )


def error_response(
    status: HTTPStatus,
    detail: str,
    *,
    as_html: bool,
    language: str,
    links: Links,
    files: StaticFiles,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return an error: as a page to a browser, else as application/problem+json. `headers`: beside the usual ones."""
    sent = {
        "Cache-Control": Freshness.NEVER.value,
        "Vary": "Accept-Language, Cookie, Accept",
        **(headers or {}),
    }
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        sent["Retry-After"] = str(RETRY_AFTER_SECONDS)
    detail = visible_line(detail)
    if as_html:
        body = write_problem(status, detail, language=language, links=links, files=files.path)
        return Response(body, status, media_type=Format.HTML.media_type, headers=sent)
    return Response(dump(problem_value(status, detail)), status, media_type=PROBLEM, headers=sent)
