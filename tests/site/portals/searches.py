"""The searches of sites, one class of answers for each system. All give the same documents, in the system's own JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from tests.site.model import Document
from tests.site.pick import Picker
from tests.site.server import Request

_PER_PAGE = 10
_MIN_SHARE, _GOOD_SHARE = 0.5, 0.75  # of the pairs of characters of a query that a title has


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a search is asked for."""

    words: str
    page: int  # counted from 1
    known: bool  # the ids of the site that the request must have are right


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A system: its form on the home page, where its answers are, and what they look like.

    `{id}` in the form is the site's own id, without which the system does not answer.
    """

    form: str
    path: str
    method: str
    query: Callable[[Request, str], Query]
    answer: Callable[[Sequence[Document], int], str]
    page: tuple[str, str] | None = (
        None  # address and content of the page that the form leads to, filled by script
    )


def site_id(number: int) -> str:
    """Return the id of a portal in its search system."""
    return Picker("search id", number).hex(32)


def results(documents: Sequence[Document], query: Query) -> Sequence[Document]:
    """Return a page of documents whose titles have most of the words' pairs of characters; short titles rank higher."""
    pairs = {query.words[n : n + 2] for n in range(len(query.words) - 1)}

    def share(document: Document) -> float:
        return sum(pair in document.title for pair in pairs) / max(len(pairs), 1)

    found = sorted(
        (d for d in documents if share(d) >= _MIN_SHARE),
        key=lambda d: (share(d) < _GOOD_SHARE, len(d.title), d.day, d.url),
    )
    return found[(query.page - 1) * _PER_PAGE : query.page * _PER_PAGE]


def _igs_query(request: Request, id: str) -> Query:
    form = request.form
    return Query(
        words=form.get("searchWord", ""), page=_number(form.get("pageNumber")), known=form.get("code") == id
    )


def _igs(documents: Sequence[Document], total: int) -> str:
    content = [
        {"url": d.url, "title": _marked(d.title), "trs_time": d.published, "trs_site": "门户网站"}
        for d in documents
    ]
    return _json({"page": {"content": content, "total": str(total), "totalPages": -(-total // _PER_PAGE)}})


def _jsearch_query(request: Request, id: str) -> Query:
    form = request.form
    return Query(words=form.get("q", ""), page=_number(form.get("p")), known=form.get("websiteid") == id[:15])


def _jsearch(documents: Sequence[Document], total: int) -> str:
    boxes = [
        f'<div class="jcse-result-box news-result"><div class="jcse-news-title"><a href="/jsearchfront/visit/link.do?url={quote(d.url, safe="")}&q=1" '
        f'target="_blank">{_marked(d.title)}</a></div><div class="jcse-news-date">{d.day}</div></div>'
        for d in documents
    ]
    return _json({"total": total, "result": boxes, "success": True})


def _irs_query(request: Request, id: str) -> Query:
    form = _body(request)
    known = str(form.get("code")) == id[:11] and bool(form.get("orderBy")) and bool(form.get("searchBy"))
    return Query(words=str(form.get("searchWord", "")), page=_number(form.get("pageNo")), known=known)


def _irs(documents: Sequence[Document], total: int) -> str:
    found = [
        {
            "title": _marked(d.title),
            "title_no_tag": d.title,
            "url": d.url,
            "time": d.published.replace("T", " ") + ":00",
        }
        for d in documents
    ]
    pager = {"pageNo": 1, "pageSize": _PER_PAGE, "total": total, "pageCount": -(-total // _PER_PAGE)}
    return _json({"success": True, "data": {"middle": {"list": found}, "pager": pager}})


def _fulltext_query(request: Request, id: str) -> Query:
    form = _body(request)
    start, rows = _number(form.get("pn"), least=0), _number(form.get("rn") or _PER_PAGE)
    return Query(words=str(form.get("wd", "")), page=start // rows + 1, known=True)


def _fulltext(documents: Sequence[Document], total: int) -> str:
    records = [
        {
            "title": _marked(d.title),
            "linkurl": "/" + d.url.split("/", 3)[3],
            "infodate": d.published.replace("T", " ") + ":00",
        }
        for d in documents
    ]
    return _json({"result": {"totalcount": total, "records": records}})


def _ssp_query(request: Request, id: str) -> Query:
    form = request.form
    return Query(
        words=form.get("keyWord", ""), page=_number(form.get("page")), known=form.get("siteId") == id
    )


def _ssp(documents: Sequence[Document], total: int) -> str:
    found = [
        {
            "_doctitle": _marked(d.title),
            "docpuburl": d.url,
            "docreltime": d.day,
            "docsourcename": d.source or "",
        }
        for d in documents
    ]
    return _json({"datas": found, "page": {"pagecount": -(-total // _PER_PAGE), "total": total}})


def _body(request: Request) -> Mapping[str, object]:
    """Return a posted JSON object, of any content type, as these systems read it; or a form."""
    try:
        value = json.loads(request.body)
    except ValueError:
        return dict(request.form)
    return value if isinstance(value, dict) else {}


def _number(value: object, *, least: int = 1) -> int:
    try:
        return max(int(str(value)), least)
    except ValueError:
        return least


def _marked(title: str) -> str:
    return escape(title).replace("法治政府建设", "<em>法治政府建设</em>")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


SEARCHES: Mapping[str, Search] = {
    "igs": Search(
        form='<form action="/igs/front/search.jhtml" method="get" target="_blank"><input type="hidden" name="code" value="{id}">'
        '<input type="hidden" name="siteId" value="5"><input type="text" name="searchWord" placeholder="请输入关键字"><input type="submit" value="搜索"></form>',
        path="/igs/front/search.jhtml",
        method="GET",
        query=_igs_query,
        answer=_igs,
    ),
    "jsearch": Search(
        form='<form action="/jsearchfront/search.do" method="get"><input type="hidden" name="websiteid" value="{id:.15}">'
        '<input type="hidden" name="searchid" value="21"><input type="hidden" name="tpl" value="82"><input type="hidden" name="cateid" value="5">'
        '<input name="q" type="text"><button type="submit">搜索</button></form>',
        path="/jsearchfront/interfaces/cateSearch.do",
        method="POST",
        query=_jsearch_query,
        answer=_jsearch,
        page=(
            "/jsearchfront/search.do",
            "<script>var websiteid = '{id:.15}', tpl = '82', cateid = '5';\n$.post('/jsearchfront/interfaces/cateSearch.do', "
            "{{websiteid: websiteid, q: q, p: 1, pg: 20, cateid: cateid, tpl: tpl}}, show);</script>",
        ),
    ),
    "irs": Search(
        form='<div class="search"><input id="searchWord"><button onclick="toSearch()">搜索</button></div>'
        "<script>function toSearch() {{ window.open('/irs-c-web/search.shtml?code={id:.11}&dataTypeId=15&searchWord=' + encodeURIComponent($('#searchWord').val())); }}</script>",
        path="/irs/front/search",
        method="POST",
        query=_irs_query,
        answer=_irs,
        page=(
            "/irs-c-web/search.shtml",
            '<div id="app" data-code="{id:.11}"></div><script src="/irs-c-web/js/app.js"></script>',
        ),
    ),
    "fulltext": Search(
        form='<form onsubmit="return goSearch(this)"><input name="wd" class="ewb-search-input"><input type="submit" value="搜索"></form>'
        "<script>function goSearch(f) {{ window.open('/search/fullsearch.html?wd=' + encodeURIComponent(f.wd.value)); return false; }}</script>",
        path="/inteligentsearch/rest/esinteligentsearch/getFullTextDataNew",
        method="POST",
        query=_fulltext_query,
        answer=_fulltext,
        page=(
            "/search/fullsearch.html",
            "<script>$.ajax({{url: '/inteligentsearch/rest/esinteligentsearch/getFullTextDataNew', type: 'post', data: JSON.stringify(param)}});</script>",
        ),
    ),
    "ssp": Search(
        form='<form action="/ssp/search/index" method="get"><input type="hidden" name="siteId" value="{id}"><input type="hidden" name="mainSiteId" value="{id}">'
        '<input name="keyWord" type="text"><input type="submit" value="搜索"></form>',
        path="/ssp/search/api/search",
        method="POST",
        query=_ssp_query,
        answer=_ssp,
        page=(
            "/ssp/search/index",
            "<script>var siteId = '{id}', mainSiteId = '{id}';\n$.post('/ssp/search/api/search', param, show);</script>",
        ),
    ),
}
"""All systems by name: TRS igs, 大汉 jsearch, 开普云 irs, 国泰新点 fulltext, ssp."""
