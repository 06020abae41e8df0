"""One portal's host: its pages by path, made at the first request, and its search."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from urllib.parse import parse_qs, urlsplit

from tests.site import furniture
from tests.site.model import Document, Form, Government
from tests.site.pick import Picker
from tests.site.portals import contents
from tests.site.portals.menus import File
from tests.site.portals.model import Column
from tests.site.portals.searches import SEARCHES, Query, results, site_id
from tests.site.server import Answer, Request
from tests.site.templates import TEMPLATES
from tests.site.templates.gkmlpt import COLUMN as GKMLPT_NUMBER

SUFFIX = "test"
"""The reserved domain (RFC 2606) below which all hosts of the portals are invented."""

_ANCHOR = re.compile(r"(<a\b[^<>]*?\bhref=[\"']?)([^\"'\s<>]+)([^<>]*>)\s*([^<>]{2,30}?)\s*(</a>)", re.I)
_REAL = re.compile(r"\b((?:[a-z0-9-]+\.)*[a-z0-9]+)\.gov\.cn\b")  # hosts that templates and furniture name
_NEVER = "法治政府建设"  # a name that the templates' own menus have, and a portal may not have
_PROXY = "/module/web/jpage/dataproxy.jsp"

Render = Callable[[], str]


class Site:
    """The pages of one host. Paths are without a query."""

    def __init__(
        self,
        number: int,
        government: Government,
        *,
        search: str | None = None,
        kept: frozenset[str] = frozenset(),
    ) -> None:
        """Start without pages. `search`: the name of its search system. `kept`: real host names that are served here."""
        self._kept = kept
        self.number, self.government = number, government
        self._search = SEARCHES[search] if search else None
        self._pages: dict[str, tuple[Render, str]] = {}
        self._made: dict[str, bytes] = {}
        self._columns: list[Column] = []
        self._listed: dict[int, Government] = {}
        self._lists: set[str] = set()  # paths of pages that are a list's own
        self.menu: dict[str, str] = {}  # addresses by name, for the menus that templates have of their own
        self._districts: dict[int, tuple[str, tuple[str, ...]]] = {}
        self._complete = False  # all articles of lists with reports have been added
        self.robots: str | None = None

    @property
    def form(self) -> str:
        """The markup of its search."""
        if self._search is None:
            return '<form action="/s" method="get"><input name="q"><input type="submit" value="搜索"></form>'
        return self._search.form.format(id=site_id(self.number))

    def add(self, path: str, render: Render, content_type: str = "text/html") -> None:
        """Add a page; ValueError if the path is taken."""
        if path in self._pages:
            raise ValueError(f"{self.government.host} has two pages at {path}")
        self._pages[path] = (render, content_type)

    def add_files(self, files: Mapping[str, File]) -> None:
        """Add the files that a menu needs; ValueError if a path has another file."""
        for path, file in files.items():
            if path in self._pages and self._pages[path][0]() != file.body:
                raise ValueError(f"{self.government.host} has two files at {path}")
            self._pages[path] = (partial(_same, file.body), file.content_type)

    def add_list(self, column: Column, *, place: str | None = None, districts: tuple[str, ...] = ()) -> None:
        """Add a list. `place`: whose reports they are, if not the portal's own; `districts`: whose are among them."""
        self._columns.append(column)
        self._districts[id(column)] = (place or self.government.place, districts)
        path = urlsplit(column.url).path
        if path in self._pages and "#" in column.url:
            return  # its hub's page is its own page too
        for name in (
            path,
            *((path + f"index.{ext}" for ext in ("html", "shtml")) if path.endswith("/") else ()),
        ):
            self.add(name, partial(self._load, column, name))
            self._lists.add(name)

    def listed(self, column: Column) -> Government:
        """Return the government with only this column and its documents."""
        if id(column) not in self._listed:
            place, districts = self._districts[id(column)]
            template = _template(self.government.template, column)
            own = self.government
            government = Government(
                id=own.id, name=own.name, place=place, region=own.region, base="/".join(column.url.split("/", 3)[:3]),
                template=template, code=own.code, record=own.record, columns=(), documents=(), news=(),
                encoding=own.encoding, content_type=own.content_type,
            )  # fmt: skip
            picker = Picker("list", column.url)
            self._listed[id(column)] = contents.listing(column, government, picker, districts)
        return self._listed[id(column)]

    def _load(self, column: Column, path: str) -> str:
        """Add all pages of a list and its articles, and return the page asked for."""
        government = self.listed(column)
        template = TEMPLATES[government.template]
        renders: dict[str, Callable[[Form], str]] = {}
        for url, render in template.lists(government, government.columns[0]):
            renders[urlsplit(url).path] = render
        for url, document in government.articles.items():
            renders[urlsplit(url).path] = partial(_article, government, document)
        own = urlsplit(column.url).path
        for name, render in renders.items():
            is_hub = name == own and name not in self._lists  # the catalogue's page, which shows its tree
            if name != _PROXY and "/gkmlpt/api/" not in name and not is_hub:
                self._pages[name] = (partial(self._fixed, column, render), "text/html")
        return self._fixed(column, renders.get(path, renders[own]))

    def _fixed(self, column: Column, render: Callable[[Form], str]) -> str:
        """Make a template's menu lead to the portal's columns, and its breadcrumb to the hubs above the column."""
        links = self.menu | dict(column.trail)

        def led(found: re.Match[str]) -> str:
            name = found[4]
            if name in links:
                return found[1] + links[name] + found[3] + name + found[5]
            return found[0].replace(_NEVER, "机关效能建设") if name == _NEVER else found[0]

        return _ANCHOR.sub(led, render({}))

    def search(self, words: str) -> Sequence[Document]:
        """Return the first page of results of its search; empty without a search."""
        query = Query(words=words, page=1, known=True)
        return results(self.documents(), query) if self._search else ()

    def _load_reports(self) -> None:
        """Add the articles of all lists with reports, so that they can be asked for first."""
        self._complete = True
        for column in self._columns:
            if column.fill in ("reports", "mixed", "departments", "districts"):
                self._load(column, urlsplit(column.url).path)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Its lists."""
        return tuple(self._columns)

    def documents(self) -> list[Document]:
        """Return what the search knows: the portal's own reports, and the entries of columns about 法治."""
        own = [c for c in self._columns if self._districts[id(c)][0] == self.government.place]
        known = [c for c in own if c.fill != "near" or "法治" in c.name or "报告" in c.name]
        return [d for column in known for d in self.listed(column).articles.values()]

    def answer(self, request: Request) -> Answer:
        """Answer a request for this host."""
        path = urlsplit(request.path).path
        if path == "/robots.txt":
            return (
                Answer(status=200, body=self.robots.encode(), headers={"Content-Type": "text/plain"})
                if self.robots
                else _not_found()
            )
        if found := self._found(request, path):
            return found
        body = self._body(path)
        if body is None and not self._complete:
            self._load_reports()  # an article that is asked for before its list
            body = self._body(path)
        if body is not None:
            kind = self._pages[path][1]
            return Answer(status=200, body=body, headers={"Content-Type": kind})
        if path.startswith(tuple(item.path.rstrip("/") for item in furniture.menu(self.government))):
            return Answer(status=302, headers={"Location": "/"})  # a column of a template's own menu
        return _not_found()

    def _body(self, path: str) -> bytes | None:
        if path not in self._made:
            if path not in self._pages:
                return None
            render, kind = self._pages[path]
            html = _REAL.sub(self._invented, render())
            json_or_xml = kind.startswith(("application/json", "application/xml"))
            self._made[path] = html.encode("utf-8" if json_or_xml else self.government.encoding, "replace")
        return self._made[path]

    def _invented(self, found: re.Match[str]) -> str:
        return found[0] if found[0] in self._kept else f"{found[1]}.gov.{SUFFIX}"

    def _found(self, request: Request, path: str) -> Answer | None:
        """Answer a request to the search, or to an address from which a list's script loads its entries."""
        if path == _PROXY:
            return self._records(
                request, lambda column: f"/col/col{request.form.get('columnid')}/" in column.url, _PROXY
            )
        if path.startswith("/gkmlpt/api/all/"):
            number = path.rpartition("/")[2]  # 0: all columns together
            return self._records(
                request,
                lambda column: column.url.endswith("#" + number) or (number == "0" and "#" in column.url),
                "/gkmlpt/api/all/" + GKMLPT_NUMBER,
            )
        search = self._search
        if search is None:
            return None
        if path == "/jsearchfront/visit/link.do":
            return Answer(
                status=302, headers={"Location": parse_qs(urlsplit(request.path).query).get("url", ["/"])[0]}
            )
        if search.page and path == search.page[0]:
            page = search.page[1].format(id=site_id(self.number))
            return _html(
                f'<html><head><meta charset="utf-8"><title>搜索</title></head><body>{page}</body></html>'
            )
        if path != search.path:
            return None
        if request.method != search.method:
            return Answer(status=405, body=b"<h1>405</h1>", headers={"Content-Type": "text/html"})
        query = search.query(request, site_id(self.number))
        if not query.known:
            return Answer(status=500, body=b'{"success":false}', headers={"Content-Type": "application/json"})
        self._load_reports()
        documents = self.documents()
        answer = search.answer(results(documents, query), len(documents))
        return Answer(
            status=200, body=answer.encode(), headers={"Content-Type": "application/json; charset=utf-8"}
        )

    def _records(self, request: Request, is_column: Callable[[Column], bool], path: str) -> Answer:
        for column in filter(is_column, self._columns):
            government = self.listed(column)
            self._load(column, urlsplit(column.url).path)
            for url, render in TEMPLATES[government.template].lists(government, government.columns[0]):
                if urlsplit(url).path == path:
                    kind = "application/json" if path.startswith("/gkmlpt") else "text/xml"
                    return Answer(
                        status=200,
                        body=render(request.form).encode(),
                        headers={"Content-Type": kind + "; charset=utf-8"},
                    )
        return Answer(
            status=200, body=b'{"total":0,"articles":[]}', headers={"Content-Type": "application/json"}
        )


def _template(family: str, column: Column) -> str:
    """Return the template of a list: in the catalogue of gkmlpt is only what its address says."""
    return "trs_paper" if family == "gkmlpt" and "#" not in column.url else family


def _article(government: Government, document: Document, form: Form) -> str:
    return TEMPLATES[government.template].article(government, contents.with_body(document, government))


def _same(body: str) -> str:
    return body


def _html(body: str, status: int = 200) -> Answer:
    return Answer(status=status, body=body.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def _not_found() -> Answer:
    return _html(
        '<html><head><meta charset="utf-8"><title>404</title></head><body><h1>404 Not Found</h1><p>抱歉，您访问的页面不存在。</p></body></html>',
        404,
    )
