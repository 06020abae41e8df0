"""What an answer means: the page asked for, or a refusal, a challenge, a farewell. Pure; looks at one capture."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit

from crawler.coding import LIMIT
from crawler.errors import Challenged, FetchError, Gone, Refused, TooLarge, Unreachable
from crawler.fetch.answers.notices import notice_of
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
    """A capture's body with its codings undone.

    Raises TooLarge where it grows over `most` bytes, and Unreachable of the kind `short` for a page (2xx) of which only a
    part can be read. What other answers say, their status says: half of an error page is enough.
    """
    decoded = capture.decoded(most + 1)
    if len(decoded.body) > most:
        raise TooLarge(capture.url, f"body over {most} bytes when uncompressed")
    if decoded.short and 200 <= capture.status < 300:
        raise _short(capture, decoded.short)
    return decoded.body


def lacking(capture: Capture) -> str | None:
    """Why a capture holds a part only, by its status, its head and its record; None where it seems whole.

    Its codings are not looked at here: see `uncompressed`.
    """
    if capture.status == 206:  # no request of ours asks for a range
        return f"HTTP 206, a part ({capture.header('content-range') or 'it does not say which'})"
    if capture.truncated:
        return f"its record is truncated ({capture.truncated})"
    length = _content_length(capture)
    if length is not None and len(capture.payload) < length:
        return f"{len(capture.payload)} bytes of {length}"
    return None


def _content_length(capture: Capture) -> int | None:
    """How long its head says that a payload is; None where it does not say, or says so of something else."""
    if capture.method == "HEAD" or capture.header("transfer-encoding"):  # RFC 9112, 6.3: that one counts
        return None
    values = (capture.all_values("content-length") or "").split(",")
    lengths = [
        int(v) for value in values if (v := value.strip(" \t")).isascii() and v.isdigit() and len(v) < 20
    ]
    return max(lengths, default=None)


def _short(capture: Capture, lack: str) -> Unreachable:
    return Unreachable(capture.url, f"short: {lack}", kind="short")


def judge(capture: Capture, body: bytes, *, conditional: bool = False) -> None:
    """Return for the page asked for (2xx), and for 304 where the request was `conditional`.

    Raises the FetchError that says what came instead; Unreachable of the kind `short` for a part of the page. `body` is
    the capture's, uncompressed.
    """
    status, url = capture.status, capture.url
    if status == 304 and conditional:
        return
    if 200 <= status < 300 and (lack := lacking(capture)):
        raise _short(capture, lack)
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
