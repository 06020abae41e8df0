"""Addresses: what a link leads to and what is fetched, as browsers say (WHATWG URL); and one canonical form for identity."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import parse_qsl, quote, quote_from_bytes, urlencode, urlsplit, urlunsplit

import ada_url

MAX_LENGTH = 32_768
"""Characters of a link. A longer one is data (`data:` images are), and no server takes it."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_EDGES = "".join(map(chr, range(0x21)))  # C0 controls and space, which the standard strips off both ends
_CREDENTIALS = re.compile(r"https?://[^/?#]*@")
_QUERY_SAFE = "".join(char for char in map(chr, range(0x21, 0x7F)) if char not in "\"#<>'")
"""What the standard's query of an http address keeps as it is."""


def join(base: str, href: str, *, encoding: str = "utf-8") -> str | None:
    """Absolute http(s) address of a link as browsers resolve it, without its fragment.

    `encoding`: the Python codec that the page was read with; the query of a link is written in it, as the URL standard
    says (4.4, "query state"). None for what leads nowhere (`javascript:`, `mailto:`, `#top`, the broken) and for an
    address with credentials, which is never fetched.
    """
    if len(href) > MAX_LENGTH or href.lstrip(_EDGES)[:1] in ("", "#"):
        return None
    try:
        return _fetchable(ada_url.join_url(base, href if href.isascii() else _encoded(href, encoding)))
    except ValueError:
        return None


def normal(url: str) -> str | None:
    """The one form in which an http(s) address is fetched, without its fragment; None for what `join` would refuse.

    Every address goes through it before it is asked for: where two parsers read one address as two hosts, a guard
    could be passed.
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
    """Whether an address, or a link, has a user name or a password in it."""
    try:
        return bool(_CREDENTIALS.match(ada_url.join_url(base, href)))
    except ValueError:
        return False


def host_port(url: str) -> str:
    """`host:port` of an address, the port always there: www.wuhan.gov.cn:443."""
    parts = urlsplit(normal(url) or url)
    return f"{parts.hostname or ''}:{parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)}"


def _encoded(href: str, encoding: str) -> str:
    """The link as UTF-8 can carry it: lone surrogates replaced, the query percent-encoded in the page's encoding."""
    href = href.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if encoding.startswith("utf"):  # of a page in UTF-16, too, the query is in UTF-8
        return href
    rest, hash_mark, fragment = href.partition("#")
    path, mark, query = rest.partition("?")
    written = "".join(char if char.isascii() else _in_query(char, encoding) for char in query)
    return path + mark + written + hash_mark + fragment


def _in_query(char: str, encoding: str) -> str:
    """A character, percent-encoded; `&#1234;` stands for one that the encoding lacks, as browsers write it."""
    try:
        return quote_from_bytes(char.encode(encoding), safe=_QUERY_SAFE)
    except (UnicodeEncodeError, LookupError):
        return f"%26%23{ord(char)}%3B"


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

_BUSTER_FOR_CLOCK = (
    r"_?(?:t|tt|tm|ts|v|ver|version|time|times|timer|timestamp|time_?str|stamp|now|tick|ticks|dt)_?"
)
_BUSTER_FOR_CHANCE = (
    r"_+|_?(?:r|ra|rd|rn|rm|rnd|rdm|ran|rand|random|rand_?num|random_?num|sjs|suiji|dc|cb|cache|cache_?bust(?:er)?|no_?cache"
    r"|refresh|reload|nonce|seed|salt|sjc)_?"
)
_CLOCK_NAME = re.compile(_BUSTER_FOR_CLOCK, re.I)
_CHANCE_NAME = re.compile(_BUSTER_FOR_CHANCE, re.I)
_CLOCK = re.compile(
    r"1\d{9}(?:\d{3}|\d{6})?(?:\.\d+)?"  # seconds, milli- or microseconds since 1970: 2001 to 2033
    r"|6\d{17}"  # .NET's ticks
    r"|20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d[0-5]\d(?:\d{3})?"  # 20230315102233
    r"|20\d\d[-/]\d\d?[-/]\d\d?\D.*\d:\d\d.*"  # 2023-03-15 10:22:33, 2023/3/15 上午10:22:33
    r"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b.*\d:\d\d.*",  # Date(): Wed Mar 15 2023 10:22:33 GMT+0800
    re.S,
)
_CHANCE = re.compile(r"[01]?\.\d{3,}(?:e-?\d+)?|\d(?:\.\d+)?e-\d+", re.I)  # Math.random()
_CHANCE_NUMBER = re.compile(
    r"\d{8,}|(?=.*\d)(?=.*[a-z])[0-9a-z-]{8,}", re.I
)  # its digits alone, in base 36, a UUID
_DIGITS = re.compile(r"\d{15,}")


_VARYING = "#varying"


@lru_cache(maxsize=4096)  # an address is compared again and again while its page is dealt with
def canonical(url: str) -> str:
    """The form that decides whether two addresses are one page (RFC 3986, section 6.2, and a little more).

    Scheme and host case, default port, dot segments, percent case, fragment, session ids, tracking keys and
    cache-busters that show a clock or a random number are settled; http and https are twins, and so the scheme becomes
    `http`. Never fetched, only compared. A host without its `www.` may be another site; where it is not, the same text
    tells. Catalogues hold it: whoever changes it adds a migration that calls `crawler.archive.rekeying.rekey`.
    """
    return _identity(url, _is_buster)


@lru_cache(maxsize=4096)
def family(url: str) -> str:
    """The canonical form without any parameter that has a cache-buster's name, whatever its value.

    Addresses of one family may still be different pages: `v=1` may name one.
    """
    return _identity(url, _may_be_buster)


def varying(url: str) -> str:
    """The identity of a page whose address was seen to change from visit to visit over the same text: its family's.

    It is none that `canonical` gives, so it stands for no other address.
    """
    return family(url) + _VARYING


def is_varying(key: str) -> bool:
    """Whether a key is one that `varying` gave."""
    return key.endswith(_VARYING)


def _identity(url: str, leaves_out: Callable[[str, str], bool]) -> str:
    known = normal(url)
    if known is None:
        return url
    parts = urlsplit(known)
    pairs = parse_qsl(parts.query, keep_blank_values=True, encoding="latin-1")  # byte by byte: it may be GBK
    kept = [pair for pair in pairs if _identifies(*pair) and not leaves_out(*pair)]
    query = quote(urlencode(kept, encoding="latin-1"), safe=_SAFE)
    bare = quote(_SESSION_PATH.sub("", parts.path), safe=_SAFE)
    path = re.sub(r"%[0-9a-fA-F]{2}", lambda found: found[0].upper(), bare)
    return urlunsplit(("http", parts.netloc, path or "/", query, ""))


def _identifies(name: str, value: str) -> bool:
    """Whether a parameter of a query says which page is meant, not who asks for it or where they came from."""
    low = name.lower()
    if low in _SESSION_KEYS or (low in _MAYBE_SESSION and _SESSION_VALUE.fullmatch(value)):
        return False
    return not _TRACKING.fullmatch(f"{name}={value}")


def _is_buster(name: str, value: str) -> bool:
    """Whether a parameter only keeps caches from answering: by its name, and a value that is a clock's or chance's.

    One without a name too: `a.html?0.8372615`, `a.html?1700000000000`.
    """
    if not value or not name:
        return _shows_clock_or_chance(name or value)
    if _CHANCE_NAME.fullmatch(name):
        return _shows_clock_or_chance(value) or bool(_CHANCE_NUMBER.fullmatch(value))
    if _CLOCK_NAME.fullmatch(name):
        return _shows_clock_or_chance(value) or bool(_DIGITS.fullmatch(value))
    return False


def _may_be_buster(name: str, value: str) -> bool:
    if not name or (not value and name.isdecimal()):
        return (name or value).isdecimal() or _is_buster(name, value)
    return _is_buster(name, value) or bool(_CHANCE_NAME.fullmatch(name) or _CLOCK_NAME.fullmatch(name))


def _shows_clock_or_chance(value: str) -> bool:
    return bool(_CLOCK.fullmatch(value) or _CHANCE.fullmatch(value))
