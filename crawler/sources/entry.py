"""Keys of sources.yaml and the form of each value, as pydantic models. Every error says what was expected.

`load` makes `Site`s of the entries and gives errors their line; rules that concern several keys or entries are there.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from crawler.address import has_credentials, normal
from crawler.cms import BY_NAME
from crawler.cms.lists.links import is_selector
from crawler.sources.faults import SECRET, Strict, fault
from crawler.sources.notify_rules import NotifyEntry
from crawler.sources.proxies import NO_PROXY, proxy_of


def is_identifier(text: str) -> bool:
    """Whether a text has the form of a source's `id`."""
    return bool(re.fullmatch(r"[a-z0-9][a-z0-9-]*", text))


def _identifier(value: object) -> str:
    if not isinstance(value, str) or not is_identifier(value):
        raise fault("must be a short name of small letters, digits and hyphens, such as wuhan")
    return value


def _region(value: object) -> str:
    if isinstance(value, int | float):
        raise fault('must be a GB/T 2260 code in quotes, such as "420100"')
    if not isinstance(value, str) or not re.fullmatch(r"[1-9]\d{5}", value):
        raise fault('must be a GB/T 2260 code of six digits in quotes, such as "420100"')
    return value


_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z](?::\d{1,4})?(?:[/?#][!-\[\]-~]*)?")
"""Form of most addresses, in ASCII, accepted without the full URL parser, because there are thousands. A numeric host does not fit."""


def _address(value: object) -> str:
    if isinstance(value, str) and _PLAIN_ADDRESS.fullmatch(value):
        return value
    if isinstance(value, str) and has_credentials(value):
        raise fault("must be an address without a user name or password")
    if not isinstance(value, str) or not re.match(r"https?://", value) or normal(value) is None:
        raise fault("must be an address that starts with http:// or https://")
    if _LINE_CONTROLS.search(value):  # a browser drops tabs and line feeds: it opens another address
        raise fault("must be an address without control characters")
    return value


def _name(value: object) -> str:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text:
        raise fault("must be a name, such as 武汉市人民政府")
    if _CONTROLS.search(text):
        raise fault("must be a name without control characters")
    return text


_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Characters that control a terminal: C0, C1, and marks that change the direction of text."""
_LINE_CONTROLS = re.compile(rf"[\t\n]|{_CONTROLS.pattern}")


def _note(value: object) -> str:
    if not isinstance(value, str) or _CONTROLS.search(value):
        raise fault("must be text without control characters")
    return value


_MAX_DELAY_SECONDS = 86_400.0  # a day; longer intervals are what `every` is for


def _delay(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise fault("must be a number of seconds ≥ 0")
    if value > _MAX_DELAY_SECONDS:
        raise fault("must be a number of seconds, at most a day (86400)")
    return float(value)


def _proxy(value: object) -> str:
    if "@" in str(value):  # refused first, and never shown
        raise fault(
            "must be a proxy without a user name or password; set FAZHI_PROXY_USER and FAZHI_PROXY_PASSWORD instead",
            SECRET,
        )
    if not isinstance(value, str) or (value != NO_PROXY and proxy_of(value) is None):
        raise fault(
            f"must be a proxy with its port, such as http://127.0.0.1:3128 or socks5://127.0.0.1:1080, or {NO_PROXY}"
        )
    return value


def _agent(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[!-~](?:[ -~]*[!-~])?", value):
        raise fault("must be the text of a User-Agent header, in ASCII")
    return value


def _contact(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[!-?A-~]+@[!-~]+|https?://[!-~]+", value):
        raise fault("must be a mail or web address, such as crawler@example.org")
    return value


def _years(value: object) -> str:
    text = str(value)
    found = re.fullmatch(r"(20\d{2})(-(20\d{2})?)?", text)
    if isinstance(value, bool) or not found or (found[3] and found[3] < found[1]):
        raise fault('must be a year or a span of years in quotes, such as "2015-" or "2019-2023"')
    return text


def _every(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[1-9]\d{0,3}[hdw]", value):
        raise fault("must be a time such as 12h, 1d or 2w")
    return value


def _cms(value: object) -> str:
    if value not in BY_NAME:
        raise fault(f"must be one of {', '.join(BY_NAME)}")
    return str(value)


def _pattern(value: object) -> str:
    try:
        re.compile(value if isinstance(value, str) else "(")
    except re.error as error:
        raise fault(f"must be a regular expression ({error})") from error
    return str(value)


def _selector(value: object) -> str:
    if not isinstance(value, str) or not is_selector(value):
        raise fault("must be a CSS selector, such as .TRS_Editor")
    return value


def _day(value: object) -> str:
    text = str(value)
    try:
        if date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise fault("must be a day, such as 2026-11-24")


def _search(value: object) -> str:
    filled = re.sub(r"\{page0?\}", "1", value) if isinstance(value, str) else value
    _address(filled)
    if filled == value:
        raise fault("must contain {page} in place of the page number ({page0} if pages are counted from 0)")
    return str(value)


def _path(value: object) -> str:
    if not isinstance(value, str) or not value or _CONTROLS.search(value):
        raise fault("must be the path of a file, such as ~/.config/fazhi/anchor.key")
    return value


def _include(value: object) -> list[str]:
    patterns = [value] if isinstance(value, str) else value
    if not isinstance(patterns, list) or not all(isinstance(each, str) and each for each in patterns):
        raise fault("must be a pattern of file names, such as sources.d/*.yaml, or a list of such")
    return patterns


_WEB_ARCHIVE = re.compile(r"(?:wayback|commoncrawl)(?: \S+){0,2}|(?:cdx|memento)(?: \S+){1,2}")


def _web_archive(value: object) -> str:
    if not isinstance(value, str) or not _WEB_ARCHIVE.fullmatch(value):
        raise fault(
            "must be wayback, commoncrawl, or such as `cdx https://archive.example.org/cdx` or `memento https://…`"
        )
    for address in value.split()[1:]:
        _address(address)
    return value


Address = Annotated[str, BeforeValidator(_address)]
WebArchive = Annotated[str, BeforeValidator(_web_archive)]


class ExpectEntry(Strict):
    years: list[Annotated[int, Field(ge=2000, le=2099)]] = Field(default_factory=list)
    least: Annotated[int, Field(ge=0)] = 0


class DocumentsEntry(Strict):
    most: Annotated[int, Field(ge=0, le=100)] = 20
    megabytes: Annotated[int, Field(ge=1, le=60)] = 50


def _documents(value: object) -> object:
    if value is False:
        return {"most": 0}
    if not isinstance(value, dict):
        raise fault("must be false, or limits such as {most: 20, megabytes: 50}")
    return value


_FALSE_OR_LIMITS = {"anyOf": [{"const": False}, DocumentsEntry.model_json_schema()]}


class Defaults(Strict):
    delay: Annotated[float, BeforeValidator(_delay)] = 1.0
    at_once: Annotated[int, Field(ge=1, le=8)] = 1
    max_requests: Annotated[int, Field(ge=1, le=1_000_000)] = 3000
    max_megabytes: Annotated[int, Field(ge=1, le=1_000_000)] = 2000
    contact: Annotated[str, BeforeValidator(_contact)] | None = None
    proxy: Annotated[str, BeforeValidator(_proxy)] | None = None
    years: Annotated[str, BeforeValidator(_years)] = "2015-"
    every: Annotated[str, BeforeValidator(_every)] | None = None
    anchor: bool = False
    timestamps: Annotated[list[Address], Field(max_length=8)] = Field(default_factory=list)
    anchor_key: Annotated[str, BeforeValidator(_path)] | None = None
    tsa_roots: Annotated[str, BeforeValidator(_path)] | None = None
    backfill: Annotated[list[WebArchive], Field(max_length=16)] = Field(default_factory=list)


class Entry(Strict):
    id: Annotated[str, BeforeValidator(_identifier)]
    name: Annotated[str, BeforeValidator(_name)]
    region: Annotated[str, BeforeValidator(_region)]
    lists: list[Address] = Field(default_factory=list)
    pages: list[Address] = Field(default_factory=list)
    sitemaps: list[Address] = Field(default_factory=list)
    urls: Annotated[str, BeforeValidator(_pattern)] | None = None
    search: Annotated[str, BeforeValidator(_search)] | None = None
    cms: Annotated[str, BeforeValidator(_cms)] | None = None
    body: Annotated[str, BeforeValidator(_selector)] | None = None
    match: Annotated[str, BeforeValidator(_pattern)] | None = None
    years: Annotated[str, BeforeValidator(_years)] | None = None
    spans: bool = False
    delay: Annotated[float, BeforeValidator(_delay)] | None = None
    at_once: Annotated[int, Field(ge=1, le=8)] | None = None
    max_requests: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    max_megabytes: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    documents: Annotated[DocumentsEntry, BeforeValidator(_documents), WithJsonSchema(_FALSE_OR_LIMITS)] = (
        Field(default_factory=DocumentsEntry)
    )
    every: Annotated[str, BeforeValidator(_every)] | None = None
    tls: Literal["strict", "legacy", "unverified"] = "strict"
    headers: Literal["strict", "lenient"] = "strict"
    proxy: Annotated[str, BeforeValidator(_proxy)] | None = None
    agent: Annotated[str, BeforeValidator(_agent)] | None = None
    contact: Annotated[str, BeforeValidator(_contact)] | None = None
    render: bool = False
    expect: ExpectEntry | None = None
    enabled: bool = True
    seen: Annotated[str, BeforeValidator(_day)] | None = None
    note: Annotated[str, BeforeValidator(_note)] | None = None


_ONE_OR_MORE = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}


class File(Strict):
    defaults: Defaults | None = None
    include: Annotated[list[str], BeforeValidator(_include), WithJsonSchema(_ONE_OR_MORE)] = Field(
        default_factory=list
    )
    sources: list[Entry] = Field(default_factory=list)
    notify: list[NotifyEntry] = Field(default_factory=list)
