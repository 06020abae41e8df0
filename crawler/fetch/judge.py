"""What an answer means: the page asked for, or a refusal, a challenge, a farewell. Pure; looks at one capture."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from urllib.parse import quote

from crawler.address import join
from crawler.errors import Challenged, FetchError, Gone, Refused, Unreachable
from crawler.extract.decode import decode
from crawler.model import Capture

_SCRIPT_ONLY = re.compile(rb"<(script|style|head|noscript)\b.*?</\1\s*>|<[^>]*>|&nbsp;|\s+", re.S | re.I)
_CHALLENGE_MARKS = re.compile(rb"\$_ts|WZWS|_wzws|__jsl_clearance|acw_sc__v2|cdn_sec_tc", re.I)
_SOFT_404 = re.compile(
    "(?:页面|网页|文章|信息|内容|栏目)(?:已经?)?(?:不存在|被删除|已删除|找不到|无法找到)|(?:找不到|未找到)(?:该|您|此).{0,8}(?:页面|网页)"
)
_SHORT = 300  # characters; a farewell is short, a page that merely mentions one is not


def judge(capture: Capture) -> None:
    """Return for the page asked for (2xx) and for 304; raise the FetchError that says what came instead."""
    status, url = capture.status, capture.url
    if status == 412 or (status in (200, 202, 203, 521) and _is_challenge(capture)):
        raise Challenged(url, f"HTTP {status}: a script to solve instead of a page")
    if status in (404, 410):
        raise Gone(url, f"HTTP {status}")
    if status == 429 or status >= 500:
        raise Unreachable(url, f"HTTP {status} {capture.reason}".strip(), retry_after=retry_after(capture))
    if 400 <= status < 500:
        raise Refused(url, f"HTTP {status} {capture.reason}".strip())
    if status != 304 and not 200 <= status < 300:
        raise FetchError(url, f"HTTP {status} {capture.reason} is no answer to this".strip())
    if status != 304 and _says_gone(capture):
        raise Gone(url, f"HTTP {status}, but the page says that it does not exist")


def redirect_target(capture: Capture) -> str | None:
    """Where a redirect leads, None for any other answer. Raises Refused when that is no http address.

    Servers put raw GBK bytes there; those are percent-encoded as they are.
    """
    value = capture.header("location")
    if capture.status not in (301, 302, 303, 307, 308) or not value:
        return None
    target = join(capture.url, quote(value.encode("latin-1"), safe="%/:=&?~#+!$,;'@()*[]"))
    if target is None:
        raise Refused(capture.url, f"redirects to {value!r}, which is no http address")
    return target


def retry_after(capture: Capture) -> float | None:
    """Seconds that Retry-After asks to wait, in either of its forms (RFC 9110, section 10.2.3)."""
    value = (capture.header("retry-after") or "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max((parsedate_to_datetime(value) - capture.fetched_at).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None


def _is_challenge(capture: Capture) -> bool:
    body = capture.body
    if b"<script" not in body[:65536].lower():
        return False
    visible = len(_SCRIPT_ONLY.sub(b"", body[:65536]))
    return visible < 20 and (capture.status != 200 or bool(_CHALLENGE_MARKS.search(body[:65536])))


def _says_gone(capture: Capture) -> bool:
    body = capture.body
    if len(body) > 65536:
        return False
    text = decode(body, capture.headers)[0]
    visible = re.sub(r"<(script|style)\b.*?</\1\s*>|<[^>]*>|\s+", "", text, flags=re.S | re.I)
    return len(visible) < _SHORT and bool(_SOFT_404.search(visible))
