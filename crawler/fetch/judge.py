"""What an answer means: the page asked for, or a refusal, a challenge, a farewell. Pure; looks at one capture."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit

from crawler.coding import LIMIT, decode_content
from crawler.errors import Challenged, FetchError, Gone, Refused, TooLarge, Unreachable
from crawler.fetch.notices import notice_of
from crawler.model import Capture

_LOGIN_HOST = re.compile(r"(?:login|signin|sso|cas|passport|auth|uias)\.", re.I)  # sso.example.gov.cn
_LOGIN_PATH = re.compile(
    r"/(?:user_?|admin_?|member_?)?(?:login|signin|sign_in|sso|cas|passport|oauth2?|logon)(?:[/.;_-]|$)", re.I
)  # /cas/login, /admin/userLogin.jsp
_FAREWELL = re.compile(
    r"/(?:404|410|error|notfound|not_found|nopage|pagenotfound|errorpage|404error)(?:[./_-]|$)", re.I
)
_FRONT = re.compile(r"/(?:index\.\w+)?")


def uncompressed(capture: Capture, most: int = LIMIT) -> bytes:
    """A capture's body with its codings undone. Raises TooLarge where it grows over `most` bytes."""
    body = decode_content(capture.payload, capture.header("content-encoding"), limit=most + 1)
    if len(body) > most:
        raise TooLarge(capture.url, f"body over {most} bytes when uncompressed")
    return body


def judge(capture: Capture, body: bytes, *, conditional: bool = False) -> None:
    """Return for the page asked for (2xx), and for 304 where the request was `conditional`.

    Raises the FetchError that says what came instead. `body` is the capture's, uncompressed.
    """
    status, url = capture.status, capture.url
    if status == 304 and conditional:
        return
    found = notice_of(capture, body)
    if status in (404, 410):
        raise Gone(url, f"HTTP {status}")
    if found is Challenged or status == 412:
        raise Challenged(url, f"HTTP {status}: a script to solve or a check to pass instead of a page")
    if status == 429 or status >= 500:
        kind = "busy" if status in (429, 503) else "server"
        raise Unreachable(
            url, f"HTTP {status} {capture.reason}".strip(), kind=kind, retry_after=retry_after(capture)
        )
    if 400 <= status < 500:
        raise Refused(url, f"HTTP {status} {capture.reason}".strip())
    if not 200 <= status < 300:
        raise FetchError(url, f"HTTP {status} {capture.reason} is no answer to this".strip(), kind="status")
    if found is Gone:
        raise Gone(url, f"HTTP {status}, but the page says that it does not exist")
    if found is Refused:
        raise Refused(url, f"HTTP {status}, but the page is a refusal or asks to log in")


def judge_redirect(capture: Capture, target: str) -> None:
    """Return for a redirect to a page; raise the FetchError that a redirect to a login, a farewell or the front page means."""
    here, there = urlsplit(capture.url), urlsplit(target)
    if _asks_login(there) and not _asks_login(here):
        raise Refused(capture.url, f"redirects to a login: {target}")
    if _FAREWELL.search(there.path) and not _FAREWELL.search(here.path):
        raise Gone(capture.url, f"redirects to a page for what is not there: {target}")
    if (
        _FRONT.fullmatch(there.path)
        and not there.query
        and here.path.count("/") > 1
        and here.hostname == there.hostname
    ):
        raise Gone(capture.url, f"redirects to the front page: {target}")


def _asks_login(parts: SplitResult) -> bool:
    return bool(_LOGIN_HOST.match(parts.netloc) or _LOGIN_PATH.search(parts.path))


def retry_after(capture: Capture) -> float | None:
    """Seconds that Retry-After asks to wait, in either of its forms (RFC 9110, section 10.2.3)."""
    value = (capture.header("retry-after") or "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max((parsedate_to_datetime(value) - capture.fetched_at).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None
