"""Build requests to a portal's own search for 法治政府建设情况报告, from its forms and links and by the systems known.

The systems: TRS igs, 大汉 jsearch, 开普云 irs, 国泰新点 (epoint) full text, `ssp/search`; and any form with one text field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.address import host_of, registrable_domain
from crawler.cms.base_url import Base
from crawler.model import ListRequest

QUERY = "法治政府建设情况报告"
MAX_SEARCHES = 8

_TEXT_FIELDS = re.compile(
    r"^(?:q|qt|k|key|keys?|keyword[s]?|searchword[s]?|search_?text|word[s]?|wd|kw|query|content|title|searchkey|showkeycode|searchcontent|fullsearch|wbtext|newskeycode|intext\d*|lucenenewssearchkey)$",
    re.I,
)
_HIDDEN_CHARS = 300  # of a hidden field's value
_MAX_FIELDS = 30
_SEARCH_WORDS = re.compile(
    r"search|/so(?:/|\.|\?|$)|sousuo|igs/|irs|jsearch|query|intelli?gentsearch|ssp/|/s\b|sphp|zhannei", re.I
)
_IGS = re.compile(r"/igs/front/search[^\s\"'<>]{0,300}", re.I)
_IRS = re.compile(r"/irs(?:-c-web)?/[^\s\"'<>]{0,300}", re.I)
_JSEARCH = re.compile(r"/jsearchfront/[^\s\"'<>]{0,300}", re.I)
_SSP = re.compile(r"/ssp/[^\s\"'<>]{0,300}", re.I)
_MAX_CHARS_BEFORE = 200  # of an address before the folder of its search system
_JSEARCH_ID = re.compile(r"""\bwebsite_?id["']?\s{0,4}[:=]\s{0,4}["']?(\w{6,40})""", re.I)
_EPOINT = re.compile(
    r"inteligentsearch|getFullTextData|/search/fullsearch\.html|fulltextsearch|EpointWebBuilder", re.I
)
_LINKED = re.compile(r"""["']((?:https?:)?/[^\s"'<>]{1,400})["']""")
_MAX_LINKED = 4000


def search_requests(html: str, tree: LexborHTMLParser, base: Base) -> tuple[ListRequest, ...]:
    """Return the requests that ask a portal's own search for the reports, the likeliest first."""
    forms = list(_forms(tree, base))
    html = html.replace("&amp;", "&").replace("\\/", "/")
    html += "".join(
        f' "{_as_get(form)}"' for form in forms
    )  # a form of a system known is asked as that system is
    found: list[ListRequest] = [
        *_igs(html, base),
        *_irs(html, base),
        *_jsearch(html, base),
        *_epoint(html, base),
        *_ssp(html, base),
        *forms,
        *_links(html, base),
    ]
    here = registrable_domain(host_of(base.url))
    same = [each for each in found if registrable_domain(host_of(each.url)) == here]
    return tuple(dict.fromkeys(same))[:MAX_SEARCHES]


def _as_get(request: ListRequest) -> str:
    """The address of a form as if it were sent by GET."""
    return _get(request.url, dict(request.form)) if request.form else request.url


def _with(url: str, **values: str) -> str:
    """Return an address with parameters of its query replaced or added."""
    parts = urlsplit(url)
    pairs = dict(parse_qsl(parts.query, keep_blank_values=True)) | values
    return urlunsplit(parts._replace(query=urlencode(pairs), fragment=""))


def _resolved(pattern: re.Pattern[str], html: str, base: Base) -> Iterator[str]:
    places = list(islice(pattern.finditer(html), 20))
    seen = dict.fromkeys(_start_of(html, found.start()) + found[0] for found in places)
    yield from filter(None, map(base.join, seen))


def _start_of(html: str, at: int) -> str:
    """The part of an address before a place in it."""
    before = html[max(0, at - _MAX_CHARS_BEFORE) : at]
    return before[max(before.rfind(each) for each in " \t\r\n\"'<>(=,;") + 1 :]


def _igs(html: str, base: Base) -> Iterator[ListRequest]:
    """TRS igs: `/igs/front/search.jhtml?code=…&siteId=…&searchWord=`; its JSON is at `search/list.html`, same parameters."""
    for url in _resolved(_IGS, html, base):
        query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        wanted = {
            key: query[key] for key in query if key.lower() in ("code", "siteid", "index", "type", "tenantid")
        }
        if wanted:
            api = url[: url.lower().index("/igs/")] + "/igs/front/search/list.html"
            more = {"searchWord": QUERY, "pageNumber": "1", "pageSize": "20", "orderBy": "related"}
            yield ListRequest(url=f"{api}?{urlencode(wanted | more)}")
            yield ListRequest(url=_with(url, searchWord=QUERY, pageNumber="1", pageSize="20"))


def _irs(html: str, base: Base) -> Iterator[ListRequest]:
    """开普云 irs: `/irs/front/list` answers a JSON body with code, tenantId and searchWord."""
    for url in _resolved(_IRS, html, base):
        query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        if code := query.get("code"):
            api = url[: re.search(r"/irs(?:-c-web)?/", url).start()] + "/irs/front/list"  # type: ignore[union-attr]
            body = {
                "code": code,
                "tenantId": query.get("tenantId", ""),
                "dataTypeId": query.get("dataTypeId", ""),
                "searchWord": QUERY,
                "searchBy": "title",
                "orderBy": "related",
                "pageNo": 1,
                "pageSize": 20,
            }
            yield json_request(api, body)
            yield json_request(api.replace("/front/list", "/front/search"), body)
        yield ListRequest(url=_with(url, searchWord=QUERY))


def _jsearch(html: str, base: Base) -> Iterator[ListRequest]:
    """大汉 jsearch: `/jsearchfront/search.do?websiteid=…&q=`; its JSON by a form to `interfaces/cateSearch.do`."""
    for url in _resolved(_JSEARCH, html, base):
        query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        if website := query.get("websiteid"):
            yield from _jsearch_of(url[: url.index("/jsearchfront/")], website, query)
    if "jsearch" in html and (found := _JSEARCH_ID.search(html)):
        yield from _jsearch_of(base.join("/") or base.url, found[1], {})


def _jsearch_of(root: str, website: str, query: dict[str, str]) -> Iterator[ListRequest]:
    root = root.rstrip("/")
    kept = {key: query[key] for key in ("searchid", "tpl", "cateid") if query.get(key)}
    fields = {"websiteid": website, "q": QUERY, "p": "1", "pg": "20", "pos": "title"} | kept
    yield ListRequest(
        url=f"{root}/jsearchfront/interfaces/cateSearch.do", method="POST", form=tuple(fields.items())
    )
    yield ListRequest(url=f"{root}/jsearchfront/search.do?{urlencode(fields)}")


def _epoint(html: str, base: Base) -> Iterator[ListRequest]:
    """国泰新点: a JSON body to the full text search, with the words in `wd`."""
    if _EPOINT.search(html) and (
        api := base.join("/inteligentsearch/rest/esinteligentsearch/getFullTextDataNew")
    ):
        body = {
            "token": "", "pn": 0, "rn": 20, "sdt": "", "edt": "", "wd": QUERY, "inc_wd": "", "exc_wd": "",
            "fields": "title", "cnum": "", "sort": "", "ssort": "title", "cl": 200, "terminal": "",
            "condition": None, "time": None, "highlights": "title", "statistics": None, "unionCondition": None,
            "accuracy": "", "noParticiple": "0", "searchRange": None,
        }  # fmt: skip
        yield json_request(api, body)


def _ssp(html: str, base: Base) -> Iterator[ListRequest]:
    """`ssp/search`, a search service of several provinces: a form by POST with the ids of its site and the words in `keyWord`."""
    for url in _resolved(_SSP, html, base):
        root = url[: url.index("/ssp/")]
        query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        kept = {key: value for key, value in query.items() if key.lower() in _SSP_FIELDS and value}
        if kept:
            fields = kept | {"keyWord": QUERY, "key": QUERY, "page": "1", "rows": "20", "isChange": "0"}
            yield ListRequest(url=f"{root}/ssp/search/api/search", method="POST", form=tuple(fields.items()))


_SSP_FIELDS = ("siteid", "mainsiteid", "sitetype", "siteids", "type", "dirid")


def _forms(tree: LexborHTMLParser, base: Base) -> Iterator[ListRequest]:
    """Any form with a field for words: its hidden fields as they are."""
    for form in tree.css("form"):
        fields = _fields(form)
        word = _word_field(form)
        action = base.join(form.attributes.get("action") or base.url)
        if word is None or not action:
            continue
        hint = " ".join((action, form.attributes.get("name") or "", form.attributes.get("id") or "", word))
        if not (_SEARCH_WORDS.search(hint) or _TEXT_FIELDS.match(word)):
            continue
        fields[word] = QUERY
        if (form.attributes.get("method") or "get").lower() == "post":
            yield ListRequest(url=action, method="POST", form=tuple(fields.items()))
        else:
            yield ListRequest(url=_with(action) if not fields else _get(action, fields))


def _get(action: str, fields: dict[str, str]) -> str:
    parts = urlsplit(action)
    return urlunsplit(parts._replace(query=urlencode(fields), fragment=""))  # HTML: a form replaces the query


def _fields(form: LexborNode) -> dict[str, str]:
    fields: dict[str, str] = {}
    for node in form.css("input[name], select[name]")[:_MAX_FIELDS]:
        attributes = node.attributes
        kind = (attributes.get("type") or "text").lower()
        if node.tag == "select":
            chosen = node.css_first("option[selected]") or node.css_first("option")
            fields[attributes["name"] or ""] = (chosen.attributes.get("value") or "") if chosen else ""
        elif kind in ("hidden", "text", "search") or (
            kind in ("radio", "checkbox") and "checked" in attributes
        ):
            fields[attributes["name"] or ""] = (attributes.get("value") or "")[:_HIDDEN_CHARS]
    fields.pop("", None)
    return fields


def _word_field(form: LexborNode) -> str | None:
    """The name of the field for words; None for a form with a password or with several text fields of unknown names."""
    if form.css_first("input[type=password], textarea"):
        return None
    names = [
        node.attributes.get("name") or ""
        for node in form.css("input[name]")
        if (node.attributes.get("type") or "text").lower() in ("text", "search")
    ]
    known = [name for name in names if _TEXT_FIELDS.match(name)]
    return known[0] if known else names[0] if len(names) == 1 and names[0] else None


def _links(html: str, base: Base) -> Iterator[ListRequest]:
    """Addresses of a search in scripts that end with an empty parameter for the words: `/so/s?siteCode=1&qt=`."""
    for found in islice(_LINKED.finditer(html), _MAX_LINKED):
        if not _SEARCH_WORDS.search(found[1]):
            continue
        parts = urlsplit(found[1])
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        empty = [key for key, value in pairs if not value and _TEXT_FIELDS.match(key)]
        url = base.join(found[1])
        if empty and url:
            yield ListRequest(url=_with(url, **{empty[-1]: QUERY}))


def following(request: ListRequest) -> ListRequest | None:
    """Return the same search for the next page of its results; None if it states no number of a page."""
    if request.json_body:
        body = json.loads(request.json_body)
        key = next((key for key in body if key.lower() in _PAGE_FIELDS), None)
        return json_request(request.url, body | {key: int(body[key]) + 1}) if key else None
    parts = urlsplit(request.url)
    pairs = list(request.form) or parse_qsl(parts.query, keep_blank_values=True)
    at = next(
        (i for i, (key, value) in enumerate(pairs) if key.lower() in _PAGE_FIELDS and value.isdigit()), None
    )
    if at is None:
        return None
    pairs[at] = (pairs[at][0], str(int(pairs[at][1][:6]) + 1))
    if request.form:
        return ListRequest(url=request.url, method=request.method, form=tuple(pairs))
    return ListRequest(url=urlunsplit(parts._replace(query=urlencode(pairs))))


_PAGE_FIELDS = ("p", "page", "pageno", "pagenumber", "pageindex", "currentpage")


def json_request(url: str, body: object) -> ListRequest:
    """Return a POST of a JSON body."""
    return ListRequest(url=url, method="POST", json_body=json.dumps(body, ensure_ascii=False))
