"""Addresses: joining what pages write to what is asked for, and one canonical form for identity."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SESSION_PATH = re.compile(r";jsessionid=[^/?#]*", re.I)  # /info.jsp;jsessionid=8A3F…
_NOT_IDENTITY = frozenset(
    [
        "jsessionid",
        "phpsessid",
        "sessionid",
        "sid",
        "utm_source",
        "utm_medium",
        "utm_campaign",
        "utm_term",
        "utm_content",
        "spm",
        "from",
    ]
)
_SAFE = "%/:=&?~#+!$,;'@()*[]"


_SEGMENTS = (
    r"[A-Za-z0-9_%~-][A-Za-z0-9_.%~-]*(?:/[A-Za-z0-9_%~-][A-Za-z0-9_.%~-]*)*/?"  # a/b.html, no dot segments
)
_PLAIN = re.compile(
    rf"(?:(?P<absolute>https?://[a-z0-9.-]+/)|(?P<rooted>/)|(?:\./)?)(?P<rest>(?:{_SEGMENTS}(?:\?[A-Za-z0-9_.%=&~-]+)?)?)"
)


def join(base: str, href: str) -> str | None:
    """Absolute http(s) address of a link as browsers resolve it, or None for `javascript:`, `mailto:` and the broken."""
    if not href or href.startswith("javascript:"):
        return None
    plain = _PLAIN.fullmatch(href)
    if (
        plain is None
    ):  # few links are not plain; for the hundreds of a list page the long way takes far longer
        return _resolved(base, href)
    if plain["absolute"]:
        return href
    origin, folder = _place(base)
    start = origin if plain["rooted"] else folder
    return start + plain["rest"] if start else None


@lru_cache(maxsize=256)
def _place(base: str) -> tuple[str | None, str | None]:
    """The root of an address's site, and the folder that it stands in."""
    return _resolved(base, "/"), _resolved(base, "./")


def _resolved(base: str, href: str) -> str | None:
    href = re.sub(r"[\t\r\n]", "", href.strip())
    if not href or href.startswith("#") or re.fullmatch(r"https?:/*", href, re.I):
        return None
    try:
        parts = urlsplit(urljoin(base, href.replace("\\", "/")))
        parts.port  # noqa: B018 - a port that is no number raises here, not later
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return None
    try:
        return _unsplit(parts, path=_dotless(parts.path) or "/", query=parts.query)
    except UnicodeError:  # a host name that IDNA has no form for: http://b.cn..字/
        return None


@lru_cache(maxsize=4096)  # an address is compared again and again while its page is dealt with
def canonical(url: str) -> str:
    """The form that decides whether two addresses are one page (RFC 3986, section 6.2, and a little more).

    Scheme and host case, default port, dot segments, percent case, fragment, session ids and tracking keys
    are settled; http and https are twins, and so the scheme becomes `http`. Never fetched, only compared.
    """
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS:
        return url
    query = urlencode(
        [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k.lower() not in _NOT_IDENTITY]
    )
    path = re.sub(
        r"%[0-9a-fA-F]{2}", lambda m: m[0].upper(), quote(_SESSION_PATH.sub("", parts.path), safe=_SAFE)
    )
    return _unsplit(
        parts._replace(scheme="http"), path=_dotless(path) or "/", query=query, default=parts.scheme
    )


def host_port(url: str) -> str:
    """`host:port` of an address, the port always there: www.wuhan.gov.cn:443."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}:{parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)}"


def _unsplit(parts: SplitResult, *, path: str, query: str, default: str | None = None) -> str:
    host = (
        (parts.hostname or "").encode("idna").decode()
        if not (parts.hostname or "").isascii()
        else parts.hostname
    )
    port = parts.port if parts.port != _DEFAULT_PORTS.get(default or parts.scheme) else None
    netloc = (f"[{host}]" if host and ":" in host else host or "") + (f":{port}" if port else "")
    return urlunsplit((parts.scheme, netloc, quote(path, safe=_SAFE), quote(query, safe=_SAFE), ""))


def _dotless(path: str) -> str:
    """Path without `.` and `..` segments (RFC 3986, section 5.2.4); urljoin leaves those above the root."""
    out: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(out) > 1:
                out.pop()
        elif segment != ".":
            out.append(segment)
    if segments[-1] in (".", ".."):
        out.append("")
    return "/".join(out)
