"""Decide whether an answer is the requested page, and raise the FetchError for what it is instead.

Pure: looks at one capture. Pages that are only a message are recognised in `notices`.
"""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit

from crawler.coding import MAX_DECODED_BYTES
from crawler.errors import Challenged, FetchError, Gone, Refused, TooLarge, Unreachable
from crawler.fetch.answers.notices import notice_of
from crawler.model import Capture

_LOGIN_HOST = re.compile(r"(?:login|signin|sso|cas|passport|auth|uias)\.", re.I)  # sso.example.gov.cn
_LOGIN_PATH = re.compile(
    r"/(?:user_?|admin_?|member_?)?(?:login|signin|sign_in|sso|cas|passport|oauth2?|logon)(?:[/.;_-]|$)", re.I
)  # /cas/login, /admin/userLogin.jsp
_ERROR_PAGE_PATH = re.compile(
    r"/(?:404|410|error|notfound|not_found|nopage|pagenotfound|errorpage|404error)(?:[./_-]|$)", re.I
)
_FRONT_PAGE = re.compile(r"/(?:index\.\w+)?")
_MAX_LENGTH_DIGITS = 19
_FIREWALL_STATUSES = (412, 468, 521)
"""Statuses with which the firewalls of government sites ask for a browser, whatever the body. RFC 9110 has no 468 and 521."""


def uncompressed(capture: Capture, max_bytes: int = MAX_DECODED_BYTES) -> bytes:
    """Return a capture's body with its content codings undone.

    Raises TooLarge if it is over `max_bytes` bytes, and Unreachable of the kind `short` for a page (2xx) that decodes only in
    part. Other answers are judged by their status, for which a part of the body is enough.
    """
    decoded = capture.decoded(max_bytes + 1)
    if len(decoded.body) > max_bytes:
        raise TooLarge(capture.url, f"body over {max_bytes} bytes when uncompressed")
    if decoded.short and 200 <= capture.status < 300:
        raise _short(capture, decoded.short)
    return decoded.body


def missing_part(capture: Capture) -> str | None:
    """Return why a capture is only a part, by its status, head and record; None if it seems whole.

    Content codings are checked in `uncompressed`.
    """
    if capture.status == 206:  # no request of ours asks for a range
        return f"HTTP 206, a part ({capture.header('content-range') or 'without Content-Range'})"
    if capture.truncated:
        return f"its record is truncated ({capture.truncated})"
    length = _content_length(capture)
    if length is not None and len(capture.payload) < length:
        return f"{len(capture.payload)} bytes of {length}"
    return None


def _content_length(capture: Capture) -> int | None:
    """Return the payload's length by its head; None if Content-Length is absent or is not the payload's length."""
    if capture.method == "HEAD" or capture.header("transfer-encoding"):  # which overrides it: RFC 9112, 6.3
        return None
    values = (capture.all_values("content-length") or "").split(",")
    lengths = [
        int(digits)
        for value in values
        if (digits := value.strip(" \t")).isascii() and digits.isdigit() and len(digits) <= _MAX_LENGTH_DIGITS
    ]
    return max(lengths, default=None)


def _short(capture: Capture, missing: str) -> Unreachable:
    return Unreachable(capture.url, f"short: {missing}", kind="short")


def judge(capture: Capture, body: bytes, *, conditional: bool = False) -> None:
    """Return for the requested page (2xx), and for 304 if the request was `conditional`.

    Raises the FetchError for anything else; Unreachable of the kind `short` for a part of the page. `body` is the
    capture's, uncompressed.
    """
    status, url = capture.status, capture.url
    if status == 304 and conditional:
        return
    if 200 <= status < 300 and (missing := missing_part(capture)):
        raise _short(capture, missing)
    found = notice_of(capture, body)
    if status in (404, 410):
        raise Gone(url, f"HTTP {status}")
    if found is Challenged or status in _FIREWALL_STATUSES:
        raise Challenged(url, f"HTTP {status}: a script to solve or a check to pass instead of a page")
    if status == 429 or status >= 500:
        kind = "busy" if status in (429, 503) else "server"
        raise Unreachable(
            url, f"HTTP {status} {capture.reason}".strip(), kind=kind, retry_after=retry_after(capture)
        )
    if 400 <= status < 500:
        raise Refused(url, f"HTTP {status} {capture.reason}".strip())
    if not 200 <= status < 300:
        raise FetchError(url, f"HTTP {status} {capture.reason} is not expected here".strip(), kind="status")
    if found is Gone:
        raise Gone(url, f"HTTP {status}, but the page says that it does not exist")
    if found is Refused:
        raise Refused(url, f"HTTP {status}, but the page is a refusal or asks to log in")


def judge_redirect(capture: Capture, target: str) -> None:
    """Return for a redirect to a page. Raises Refused for one to a login, Gone for one to an error or the front page."""
    here, there = urlsplit(capture.url), urlsplit(target)
    if _asks_login(there) and not _asks_login(here):
        raise Refused(capture.url, f"redirects to a login: {target}")
    if _ERROR_PAGE_PATH.search(there.path) and not _ERROR_PAGE_PATH.search(here.path):
        raise Gone(capture.url, f"redirects to an error page: {target}")
    if (
        _FRONT_PAGE.fullmatch(there.path)
        and not there.query
        and here.path.count("/") > 1
        and here.hostname == there.hostname
    ):
        raise Gone(capture.url, f"redirects to the front page: {target}")


def _asks_login(parts: SplitResult) -> bool:
    return bool(_LOGIN_HOST.match(parts.netloc) or _LOGIN_PATH.search(parts.path))


def retry_after(capture: Capture) -> float | None:
    """Return the seconds that Retry-After asks to wait, in either of its forms (RFC 9110, section 10.2.3)."""
    value = (capture.header("retry-after") or "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max((parsedate_to_datetime(value) - capture.fetched_at).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return None
