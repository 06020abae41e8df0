"""Lists whose next page is asked for by a form: a script sets its field for the number of the page, or ASP.NET posts it back.

The form's other fields are sent as they stand, as a browser sends them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from selectolax.lexbor import LexborNode

from crawler.cms.base_url import is_same_site
from crawler.cms.lists.paging import called_number, next_links, script_of
from crawler.cms.lists.query import PAGE_NUMBER_KEYS, is_number, query_pairs
from crawler.cms.lists.stated import stated
from crawler.cms.preset import ListPage
from crawler.model import ListRequest

_MAX_FIELDS = 200
_MAX_FORM_CHARS = 1_000_000  # of all values: ASP.NET keeps the state of a page in one
_NOT_SENT = frozenset({"submit", "button", "image", "reset", "file", "password"})
_POST_BACK = re.compile(
    r"""(?:__doPostBack|WebForm_PostBackOptions)\(\s{0,5}['"]([^'"]{1,200})['"]\s{0,5},\s{0,5}['"]([^'"]{0,100})['"]"""
)
_MAX_LABEL_CHARS = 12


@dataclass(frozen=True, slots=True)
class PagerForm:
    """A form has a field for the number of the page (`<input name="pageNo" value="1">`), which a script sets and submits."""

    def next(self, page: ListPage) -> ListRequest | None:
        """Return the form's request for the next page; None at the total, and if neither a total nor 下一页 names its number."""
        total, called = stated(page).pages, called_number(page)
        if total is None and called is None:
            return None
        for form in page.tree.css("form"):
            fields = _fields(form)
            at = next((i for i, field in enumerate(fields) if _is_number_field(*field)), None)
            if at is None:
                continue
            name, value = fields[at]
            here = _asked(page.request, name) or (int(value) if is_number(value, 6) else 1)
            number = here + 1 if called is None else called
            if number != here + 1 or (total is not None and number > max(total, called or 0)):
                return None
            fields[at] = (name, str(number))
            return _request(page, form, fields)
        return None


@dataclass(frozen=True, slots=True)
class PostBack:
    """ASP.NET: 下一页 calls `__doPostBack('AspNetPager1', '2')`, which sends the page's form with these two texts."""

    def next(self, page: ListPage) -> ListRequest | None:
        """Return the request that 下一页 makes, or the label with the number above this page's; None without one."""
        if "PostBack" not in page.html:
            return None
        node = next((each for each in next_links(page) if _POST_BACK.search(script_of(each))), None)
        node = node or _following_label(page)
        form = page.tree.css_first("form:has(input[name='__VIEWSTATE'])") or page.tree.css_first("form")
        if node is None or form is None:
            return None
        found = _POST_BACK.search(script_of(node))
        assert found is not None
        sent = {"__EVENTTARGET": found[1], "__EVENTARGUMENT": found[2]}
        fields = [(name, value) for name, value in _fields(form) if name not in sent]
        return _request(page, form, [*sent.items(), *fields])


def _following_label(page: ListPage) -> LexborNode | None:
    """Return the link labelled with the number above this page's, which is the one without a link."""
    labelled: dict[int, LexborNode] = {}
    for node in page.tree.css("a[href*=PostBack], [onclick*=PostBack]"):
        label = node.text(strip=True)[:_MAX_LABEL_CHARS].strip("[]")
        if is_number(label, 4) and _POST_BACK.search(script_of(node)):
            labelled.setdefault(int(label), node)
    if not labelled:
        return None
    here = next((n for n in range(max(min(labelled) - 1, 1), max(labelled)) if n not in labelled), None)
    return labelled.get(here + 1) if here else None


def _fields(form: LexborNode) -> list[tuple[str, str]]:
    """Return the names and values that a browser sends of a form, in page order, without those of buttons."""
    return list(_values(form.css("input[name], select[name], textarea[name]")[:_MAX_FIELDS]))


def _values(nodes: list[LexborNode]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        attributes = node.attributes
        name, kind = attributes["name"] or "", (attributes.get("type") or "text").lower()
        if not name or "disabled" in attributes or (node.tag == "input" and kind in _NOT_SENT):
            continue
        if node.tag == "select":
            chosen = node.css_first("option[selected]") or node.css_first("option")
            if chosen is not None:
                yield name, chosen.attributes.get("value") or chosen.text(strip=True)
        elif node.tag == "textarea":
            yield name, node.text()
        elif kind not in ("checkbox", "radio"):
            yield name, attributes.get("value") or ""
        elif "checked" in attributes:
            yield name, attributes.get("value") or "on"


def _is_number_field(name: str, value: str) -> bool:
    """Whether a field numbers the page. One that is called `p` and is empty may be for the words of a search."""
    return name.lower() in PAGE_NUMBER_KEYS and (is_number(value, 6) or "page" in name.lower())


def _asked(request: ListRequest, name: str) -> int | None:
    """Return the number of the page that a request asked for in a field of this name."""
    asked = dict(request.form) or dict(query_pairs(request.url))
    value = asked.get(name, "")
    return int(value) if is_number(value, 6) else None


def _request(page: ListPage, form: LexborNode, fields: list[tuple[str, str]]) -> ListRequest | None:
    """Return the request that a browser makes of a form, to the same site; None if it leads elsewhere or is over-long."""
    url = page.base.join(form.attributes.get("action") or page.url)
    if not url or not is_same_site(url, page.url) or sum(len(v) for _, v in fields) > _MAX_FORM_CHARS:
        return None
    if (form.attributes.get("method") or "get").strip().lower() == "post":
        return ListRequest(url=url, method="POST", form=tuple(fields))
    query = urlencode(fields, encoding=page.base.encoding, errors="xmlcharrefreplace")
    return ListRequest(url=urlunsplit(urlsplit(url)._replace(query=query, fragment="")))
