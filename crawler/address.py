"""Addresses: joining what pages write to what is asked for, and one canonical form for identity."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SESSION_PATH = re.compile(  # /info.jsp;jsessionid=8A3F…, /(S(lit3py55t21z5v55vlm25s55))/list.aspx
    r";(?:jsessionid|jsession|phpsessid|sid)=[^/?#]*|/\((?:[A-Za-z]\([\w-]{16,}\))+\)(?=/)", re.I
)
_SESSION_KEYS = frozenset(("jsessionid", "phpsessid", "aspsessionid", "sessionid", "session_id", "sessid"))
_MAYBE_SESSION = frozenset(("sid", "session", "token", "s"))
_SESSION_VALUE = re.compile(r"(?=.*\d)[0-9A-Za-z_-]{16,}")  # gkmlpt's sid=200025 names a site, no session
_TRACKING = re.compile(  # from=timeline is where a reader came from, from=20 a place in a list
    r"(?:utm_\w+|spm|scm|wxfrom|isappinstalled|nsukey|share_?token|share_?from|bd_vid|gclid|fbclid)=.*|from=\D.*",
    re.I | re.S,
)
_SAFE = "%/:=&?~#+!$,;'@()*[]"


_SEGMENTS = (
    r"[A-Za-z0-9_%~-][A-Za-z0-9_.%~-]*(?:/[A-Za-z0-9_%~-][A-Za-z0-9_.%~-]*)*/?"  # a/b.html, no dot segments
)
_PORT = r":(?!0|80/|443/)[1-5]?[0-9]{2,4}"  # none that goes without saying, none beyond 65535
_PLAIN = re.compile(
    rf"(?:(?P<absolute>https?://[a-z0-9.-]+(?:{_PORT})?/)|(?P<way>/|(?:\.\./)+|(?:\./)?))(?P<rest>(?:{_SEGMENTS}(?:\?[A-Za-z0-9_.%=&~-]+)?)?)"
)


def join(base: str, href: str) -> str | None:
    """Absolute http(s) address of a link as browsers resolve it, or None for `javascript:`, `mailto:` and the broken."""
    if not href or href.startswith("javascript:"):
        return None
    plain = _PLAIN.fullmatch(href)
    if plain is None:  # few links; for the hundreds of a list page the long way takes far longer
        return _resolved(base, href)
    absolute, way, rest = plain.groups()
    if absolute:
        return href
    start = _place(base, way or "./")
    return start + rest if start else None


@lru_cache(maxsize=256)
def _place(base: str, way: str) -> str | None:
    """The folder that `/`, `./` or `../../` leads to from an address."""
    return _resolved(base, way)


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

    Scheme and host case, default port, dot segments, percent case, fragment, session ids and tracking keys are
    settled; http and https are twins, and so the scheme becomes `http`. Never fetched, only compared. A host
    without its `www.` may be another site; where it is not, the same text tells.
    """
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS:
        return url
    query = urlencode([pair for pair in parse_qsl(parts.query, keep_blank_values=True) if _identifies(*pair)])
    path = re.sub(
        r"%[0-9a-fA-F]{2}", lambda m: m[0].upper(), quote(_SESSION_PATH.sub("", parts.path), safe=_SAFE)
    )
    return _unsplit(
        parts._replace(scheme="http"), path=_dotless(path) or "/", query=query, default=parts.scheme
    )


def _identifies(name: str, value: str) -> bool:
    """Whether a parameter of a query says which page is meant, not who asks for it or where they came from."""
    low = name.lower()
    if low in _SESSION_KEYS or (low in _MAYBE_SESSION and _SESSION_VALUE.fullmatch(value)):
        return False
    return not _TRACKING.fullmatch(f"{name}={value}")


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
