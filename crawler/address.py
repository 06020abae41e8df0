"""Web addresses: resolve and normalize them as browsers do (WHATWG URL), and give the canonical form used as identity.

`join` and `normal` give addresses to fetch. `canonical` and `family` give keys that are only compared, never fetched:
two addresses with one canonical form are one page. Whether a host may be connected to is decided in fetch.connections.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, quote_from_bytes, urlencode, urlsplit, urlunsplit

import ada_url
from publicsuffixlist import PublicSuffixList

MAX_LENGTH = 32_768
"""Maximum characters of a link. A longer one is data, such as a `data:` image, and no server accepts it."""

_IP_ADDRESS = re.compile(r"[\d.]+|.*:.*", re.S)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_STRIPPED = "".join(map(chr, range(0x21)))  # C0 controls and space, which the standard removes at both ends
_CREDENTIALS = re.compile(r"https?://[^/?#]*@")
_QUERY_SAFE = "".join(char for char in map(chr, range(0x21, 0x7F)) if char not in "\"#<>'")
"""Characters that the standard does not percent-encode in the query of an http address."""


def join(base: str, href: str, *, encoding: str = "utf-8") -> str | None:
    """Return the absolute http(s) address of a link as browsers resolve it, without its fragment.

    `encoding`: the Python codec of the page, in which the query is percent-encoded (URL standard, 4.4, "query state").
    None for links to no page (`javascript:`, `mailto:`, `#top`, invalid ones) and for an address with credentials, which
    is never fetched.
    """
    if len(href) > MAX_LENGTH or href.lstrip(_STRIPPED)[:1] in ("", "#"):
        return None
    try:
        return _fetchable(ada_url.join_url(base, href if href.isascii() else _encoded(href, encoding)))
    except ValueError:
        return None


def normal(url: str) -> str | None:
    """Return the form in which an http(s) address is fetched, without its fragment; None for what `join` refuses.

    Every address is normalized before it is fetched: if two parsers read different hosts in one address, it could pass
    the guard.
    """
    if len(url) > MAX_LENGTH:
        return None
    try:
        return _fetchable(ada_url.normalize_url(url if url.isascii() else _encoded(url, "utf-8")))
    except ValueError:
        return None


def _fetchable(url: str) -> str | None:
    if not url.startswith(("http://", "https://")) or _CREDENTIALS.match(url):
        return None
    return url.partition("#")[0]


def has_credentials(href: str, base: str = "http://base.invalid/") -> bool:
    """Return whether an address or a link has a user name or a password in it."""
    try:
        return bool(_CREDENTIALS.match(ada_url.join_url(base, href)))
    except ValueError:
        return False


def host_port(url: str) -> str:
    """Return `host:port` of an address, always with the port: www.wuhan.gov.cn:443."""
    parts = urlsplit(normal(url) or url)
    return f"{parts.hostname or ''}:{parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)}"


@lru_cache(maxsize=4096)
def host_of(url: str) -> str:
    """Return the host of an address in lower case, without its port and a leading `www.`; empty if it has none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".").removeprefix("www.")
    except ValueError:  # http://[
        return ""


@lru_cache(maxsize=4096)
def registrable_domain(host: str) -> str:
    """Return the name that somebody registered, by the public suffix list: wuhan.gov.cn for zwgk.wuhan.gov.cn.

    A host without one (an IP address, a public suffix such as gov.cn, a single label) is returned as it is.
    """
    if _IP_ADDRESS.fullmatch(host):
        return host
    return _public_suffixes().privatesuffix(host) or host


@lru_cache(maxsize=1)
def _public_suffixes() -> PublicSuffixList:
    return PublicSuffixList()  # not on import: loading the list takes 30 ms


def _encoded(href: str, encoding: str) -> str:
    """Return a link that UTF-8 can encode: lone surrogates replaced, the query percent-encoded in the page's encoding."""
    href = href.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if encoding.startswith("utf"):  # the query of a page in UTF-16 is in UTF-8, too
        return href
    rest, hash_mark, fragment = href.partition("#")
    path, mark, query = rest.partition("?")
    written = "".join(char if char.isascii() else _percent_encoded(char, encoding) for char in query)
    return path + mark + written + hash_mark + fragment


def _percent_encoded(char: str, encoding: str) -> str:
    """Return a percent-encoded character; `&#1234;`, as browsers write it, for one that the encoding lacks."""
    try:
        return quote_from_bytes(char.encode(encoding), safe=_QUERY_SAFE)
    except (UnicodeEncodeError, LookupError):
        return f"%26%23{ord(char)}%3B"


_SESSION_PATH = re.compile(  # /info.jsp;jsessionid=8A3F…, /(S(lit3py55t21z5v55vlm25s55))/list.aspx
    r";(?:jsessionid|jsession|phpsessid|sid)=[^/?#]*|/\((?:[A-Za-z]\([\w-]{16,}\))+\)(?=/)", re.I
)
_SESSION_KEYS = frozenset(("jsessionid", "phpsessid", "aspsessionid", "sessionid", "session_id", "sessid"))
_MAYBE_SESSION = frozenset(("sid", "session", "token", "s"))
_SESSION_VALUE = re.compile(r"(?=.*\d)[0-9A-Za-z_-]{16,}")  # not gkmlpt's sid=200025, which is a site id
_TRACKING = re.compile(  # from=timeline is a referrer; from=20 is a position in a list
    r"(?:utm_\w+|spm|scm|wxfrom|isappinstalled|nsukey|share_?token|share_?from|bd_vid|gclid|fbclid)=.*|from=\D.*",
    re.I | re.S,
)
_UNQUOTED = "%/:=&?~#+!$,;'@()*[]"

_TIME_NAMES = (
    r"_?(?:t|tt|tm|ts|v|ver|version|time|times|timer|t?stamp|timestamp|time_?str|now|tick|ticks|dt|date_?time"
    r"|(?:now|cur|current|sys|system|server|refresh)_?(?:time|date))_?"
)
_RANDOM_NAMES = (
    r"_+|_?(?:r|ra|rd|rn|rm|rnd|rdm|ran|rand|random|rand_?num|random_?num|sjs|suiji|dc|cb|cache|cache_?bust(?:er)?|no_?cache"
    r"|refresh|reload|nonce|seed|salt|sjc)_?"
)
_TIME_NAME = re.compile(_TIME_NAMES, re.I)
_RANDOM_NAME = re.compile(_RANDOM_NAMES, re.I)
_TIME = re.compile(
    r"1\d{9}(?:\d{3}|\d{6})?(?:\.\d+)?"  # seconds, milli- or microseconds since 1970: 2001 to 2033
    r"|6\d{17}"  # .NET's ticks
    r"|20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d[0-5]\d(?:\d{3})?"  # 20230315102233
    r"|20\d\d[-/]\d\d?[-/]\d\d?\D.*\d:\d\d.*"  # 2023-03-15 10:22:33, 2023/3/15 上午10:22:33
    r"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b.*\d:\d\d.*",  # Date(): Wed Mar 15 2023 10:22:33 GMT+0800
    re.S,
)
_RANDOM = re.compile(r"[01]?\.\d{3,}(?:e-?\d+)?|\d(?:\.\d+)?e-\d+", re.I)  # Math.random()
# digits of Math.random(), the same in base 36, a UUID
_RANDOM_DIGITS = re.compile(r"\d{8,}|(?=.*\d)(?=.*[a-z])[0-9a-z-]{8,}", re.I)
_LONG_NUMBER = re.compile(r"\d{15,}")

_VARYING_MARK = "#varying"


_SCRIPT = re.compile(r"\.(?:aspx?|jspx?|php\d?|do|action|cgi)$", re.I)
"""A script that serves many pages at one path: its only parameter, as in `show.aspx?r=20230315`, names the page."""


@lru_cache(maxsize=4096)  # one address is compared many times while its page is processed
def canonical(url: str) -> str:
    """Return the canonical form: addresses with the same form are one page (RFC 3986, section 6.2, and more).

    Normalizes scheme and host case, default port, dot segments, percent case. Removes fragment, session ids, tracking
    parameters, and cache-busters whose value is a time or a random number. https becomes `http`. Keeps `www.`: without
    it a host may be another site; if it is the same, the archive finds the same text. The catalogue stores this form:
    changing it needs a migration that calls `crawler.archive.catalogue.url_keys.rekey`.
    """
    return _identity(url, _is_buster)


@lru_cache(maxsize=4096)
def family(url: str) -> str:
    """Return the canonical form without all parameters that have a cache-buster's name, whatever their values.

    It also leaves out any parameter whose value is a time or a random number, unless its name contains `id`. Addresses
    of one family may be different pages: `v=1` may identify one.
    """
    if "?" not in url:  # nothing to leave out
        return canonical(url)
    return _identity(url, _may_be_buster)


def varying(url: str) -> str:
    """Return the key of a page whose address changes from visit to visit while its text stays: its family, marked.

    `canonical` never returns a marked key, so it is the key of no other address.
    """
    return family(url) + _VARYING_MARK


def is_varying(key: str) -> bool:
    """Return whether a key was made by `varying`."""
    return key.endswith(_VARYING_MARK)


def _identity(url: str, leaves_out: Callable[[str, str], bool]) -> str:
    known = normal(url)
    if known is None:
        return url
    parts = urlsplit(known)
    bare = quote(_SESSION_PATH.sub("", parts.path), safe=_UNQUOTED)
    path = re.sub(r"%[0-9a-fA-F]{2}", lambda found: found[0].upper(), bare) if "%" in bare else bare
    query = _kept_query(parts, leaves_out) if parts.query else ""
    return urlunsplit(("http", parts.netloc, path or "/", query, ""))


def _kept_query(parts: SplitResult, leaves_out: Callable[[str, str], bool]) -> str:
    pairs = parse_qsl(parts.query, keep_blank_values=True, encoding="latin-1")  # byte by byte: it may be GBK
    named = [pair for pair in pairs if _identifies(*pair)]
    kept = [pair for pair in named if not leaves_out(*pair)]
    if not kept and leaves_out is _is_buster and _SCRIPT.search(parts.path):
        kept = named
    return quote(urlencode(kept, encoding="latin-1"), safe=_UNQUOTED)


def _identifies(name: str, value: str) -> bool:
    """Return whether a query parameter identifies the page, not the visitor's session or where the visitor came from."""
    low = name.lower()
    if low in _SESSION_KEYS or (low in _MAYBE_SESSION and _SESSION_VALUE.fullmatch(value)):
        return False
    return not _TRACKING.fullmatch(f"{name}={value}")


def _is_buster(name: str, value: str) -> bool:
    """Return whether a parameter is a cache-buster: it has such a name, and its value is a time or a random number.

    It may lack a name: `a.html?0.8372615`, `a.html?1700000000000`.
    """
    if not value or not name:
        return _is_time_or_random(name or value)
    if _RANDOM_NAME.fullmatch(name):
        return _is_time_or_random(value) or bool(_RANDOM_DIGITS.fullmatch(value))
    if _TIME_NAME.fullmatch(name):
        return _is_time_or_random(value) or bool(_LONG_NUMBER.fullmatch(value))
    return False


def _may_be_buster(name: str, value: str) -> bool:
    if not name or (not value and name.isdecimal()):
        return (name or value).isdecimal() or _is_buster(name, value)
    if _RANDOM_NAME.fullmatch(name) or _TIME_NAME.fullmatch(name):
        return True
    return "id" not in name.lower() and _is_time_or_random(value)


def _is_time_or_random(value: str) -> bool:
    return bool(_TIME.fullmatch(value) or _RANDOM.fullmatch(value))
