"""Ways in which a page shows links to columns: in its markup, in its scripts, or in files that its scripts load."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape

from tests.site.pick import Picker
from tests.site.portals.model import Column

SCRIPTED = frozenset({"script_array", "document_write", "loaded_js", "loaded_json", "ztree"})
"""Menus whose links are in scripts and in no element."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that a page's script or frame loads."""

    body: str
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """Markup, and the files it needs by path."""

    html: str
    files: Mapping[str, File] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """How a system writes a link in a menu; `address` makes an absolute address what it writes into the page."""

    item: str  # {url} {name}
    group: str  # {items}
    address: Callable[[str], str]


def from_root(url: str) -> str:
    """Return an address without scheme and host."""
    return "/" + url.split("/", 3)[3]


_LI = '<li><a href="{url}" target="_blank">{name}</a></li>'
MARKUPS = {
    "trs": Markup(item='<li><a href="{url}" title="{name}">{name}</a></li>', group='<ul class="wh_n">{items}</ul>', address=from_root),
    "trs_paper": Markup(item=_LI, group="<ul>{items}</ul>", address=from_root),
    "tables": Markup(
        item="<TD noWrap><A class=menu href={url}>{name}</A></TD>",
        group="<TABLE width=980><TR>{items}</TR></TABLE>",
        address=from_root,
    ),
    "jcms": Markup(
        item="<td align='center'><a href='{url}' target='_blank' class='bt_link'>{name}</a></td>",
        group="<table><tr>{items}</tr></table>",
        address=from_root,
    ),
    "vsb": Markup(item='<li><a href="{url}">{name}</a></li>', group='<ul class="clearfix">{items}</ul>', address=from_root),
    "ucap": Markup(item='<dd><a href="{url}"><i></i><span>{name}</span></a></dd>', group="<dl>{items}</dl>", address=lambda url: url),
    "epoint": Markup(
        item='<li class="ewb-nav-item"><a href="{url}" target="_self">\n                {name}\n            </a></li>',
        group='<ul class="ewb-nav-items">{items}</ul>',
        address=from_root,
    ),
    "gkmlpt": Markup(item='<a href="{url}" class="nav-item" target="_blank">{name}</a>', group="<nav>{items}</nav>", address=lambda url: url),
}  # fmt: skip


def show(
    way: str, columns: Sequence[Column], family: str, base: str, picker: Picker, *, levels: int = 1
) -> Menu:
    """Return a menu of columns, with those below them if `levels` is 2; `base` is the page's scheme and host."""
    markup = MARKUPS[family]
    within = replace(markup, address=lambda url: markup.address(url) if url.startswith(base + "/") else url)
    return MENUS[way](list(columns), within, picker, levels)


def _static(columns: list[Column], markup: Markup, picker: Picker, levels: int) -> Menu:
    return Menu(html=_list(columns, markup, levels))


def _list(columns: list[Column], markup: Markup, levels: int) -> str:
    items = []
    for column in columns:
        items.append(markup.item.format(url=escape(markup.address(column.url)), name=escape(column.name)))
        if levels > 1 and column.below:
            items.append(f'<div class="sub">{_list(column.below, markup, levels - 1)}</div>')
    return markup.group.format(items="\n".join(items))


def _tabs(columns: list[Column], markup: Markup, picker: Picker, levels: int) -> Menu:
    """Heads without a link over panes; the link is 更多, in the pane or beside its heading."""
    heads = "".join(f'<li onmouseover="setTab({n})">{escape(c.name)}</li>' for n, c in enumerate(columns))
    panes = "".join(
        f'<div class="pane" id="pane{n}"><h3>{escape(column.name)}</h3>'
        f'<a class="more" href="{escape(markup.address(column.url))}" title="{escape(column.name)}">更多&gt;&gt;</a></div>'
        for n, column in enumerate(columns)
    )
    return Menu(html=f'<div class="tabs"><ul class="hd">{heads}</ul><div class="bd">{panes}</div></div>')


def _images(columns: list[Column], markup: Markup, picker: Picker, levels: int) -> Menu:
    return Menu(
        html="\n".join(
            f'<a href="{escape(markup.address(column.url))}"><img src="/images/nav{n}.png" alt="{escape(column.name)}"></a>'
            for n, column in enumerate(columns)
        )
    )


def _onclick(columns: list[Column], markup: Markup, picker: Picker, levels: int) -> Menu:
    form = picker.one(
        (
            "<li onclick=\"window.open('{url}')\">{name}</li>",
            '<li><a href="javascript:void(0)" onclick="location.href=\'{url}\'">{name}</a></li>',
            "<li><a href=\"javascript:window.open('{url}','_blank')\">{name}</a></li>",
        )
    )
    return Menu(html="\n".join(form.format(url=markup.address(c.url), name=escape(c.name)) for c in columns))


def _map(columns: list[Column], markup: Markup, picker: Picker, levels: int) -> Menu:
    areas = "".join(
        f'<area shape="rect" coords="{90 * n},0,{90 * n + 88},40" href="{escape(markup.address(c.url))}" alt="{escape(c.name)}">'
        for n, c in enumerate(columns)
    )
    return Menu(html=f'<img src="/images/nav.jpg" usemap="#nav"><map name="nav" id="nav">{areas}</map>')


def _select(columns: list[Column], markup: Markup, picker: Picker, levels: int) -> Menu:
    options = "".join(
        f'<option value="{escape(markup.address(c.url))}">{escape(c.name)}</option>' for c in columns
    )
    return Menu(
        html=f'<select onchange="window.open(this.value)"><option value="">请选择栏目</option>{options}</select>'
    )


_KEYS = (
    ("title", "url", "children"),
    ("name", "link", "sub"),
    ("channelName", "channelUrl", "list"),
    ("text", "href", "items"),
)


def _data(
    columns: list[Column], markup: Markup, keys: tuple[str, str, str], levels: int
) -> list[dict[str, object]]:
    name, url, below = keys
    return [
        {"id": 1000 + n, name: column.name, url: markup.address(column.url)}
        | ({below: _data(column.below, markup, keys, levels - 1)} if levels > 1 and column.below else {})
        for n, column in enumerate(columns)
    ]


def _literal(value: object, quote: str) -> str:
    """Return data as a script writes it: keys bare, texts in the given quotes."""
    if isinstance(value, list):
        return "[" + ",\n".join(_literal(item, quote) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_literal(item, quote)}" for key, item in value.items()) + "}"
    return f"{quote}{value}{quote}" if isinstance(value, str) else str(value)


def _array(columns: list[Column], markup: Markup, picker: Picker, levels: int) -> str:
    """Return a script with an array, and a loop that makes elements of it."""
    data = _data(columns, markup, keys := picker.one(_KEYS), levels)
    form = picker.between(0, 2)
    text = (
        json.dumps(data, ensure_ascii=bool(picker.between(0, 3) == 0))
        if form == 0
        else _literal(data, "'\""[form - 1])
    )
    if picker.between(0, 3) == 0:
        text = text.replace("/", "\\/") if form == 0 else text
    return (
        f"var navData = {text};\nvar h = '';\n"
        f"for (var i = 0; i < navData.length; i++) {{ h += '<li><a href=\"' + navData[i].{keys[1]} + '\">' + navData[i].{keys[0]} + '</a></li>'; }}\n"
        "document.getElementById('nav').innerHTML = h;"
    )


def _written(columns: list[Column], markup: Markup, picker: Picker, levels: int) -> str:
    """Return a script that writes elements one by one."""
    quote, inner = picker.one((("'", '"'), ('"', '\\"'), ('"', "'")))
    call = picker.one(("document.write({});", "document.writeln({});", "html += {};"))
    lines = []
    for column in columns:
        for shown in (column, *(column.below if levels > 1 else ())):
            link = f"<li><a href={inner}{markup.address(shown.url)}{inner} target={inner}_blank{inner}>{shown.name}</a></li>"
            lines.append(call.format(quote + link + quote))
    return "\n".join(lines)


def _script_array(columns: list[Column], markup: Markup, picker: Picker, levels: int) -> Menu:
    return Menu(html=f'<ul id="nav"></ul><script>\n{_array(columns, markup, picker, levels)}\n</script>')


def _document_write(columns: list[Column], markup: Markup, picker: Picker, levels: int) -> Menu:
    return Menu(
        html=f'<ul><script type="text/javascript">\n{_written(columns, markup, picker, levels)}\n</script></ul>'
    )


def _loaded_js(columns: list[Column], markup: Markup, picker: Picker, levels: int) -> Menu:
    path = picker.one(("/js/nav.js", "/script/menu.js", "/resources/js/daohang.js", "/include/header.js"))
    made = picker.one((_array, _written))(columns, markup, picker, levels)
    file = File(body=made, content_type="application/javascript")
    return Menu(html=f'<ul id="nav"></ul><script src="{path}?v=20230301"></script>', files={path: file})


def _loaded_json(columns: list[Column], markup: Markup, picker: Picker, levels: int) -> Menu:
    path = picker.one(
        ("/data/nav.json", "/json/menu.json", "/resources/channels.json", "/static/daohang.json")
    )
    path = path.replace(".", f"_{picker.between(1000, 9999)}.")
    call = picker.one(
        (
            "$.getJSON('{}', function(d) {{ show(d.data); }});",
            "$.ajax({{url: \"{}\", dataType: 'json', success: show}});",
            "fetch('{}').then(r => r.json()).then(show);",
        )
    )
    data = {"code": 200, "data": _data(columns, markup, picker.one(_KEYS), levels)}
    file = File(body=json.dumps(data, ensure_ascii=False), content_type="application/json")
    return Menu(html=f'<div id="nav"></div><script>{call.format(path)}</script>', files={path: file})


def _ztree(columns: list[Column], markup: Markup, picker: Picker, levels: int) -> Menu:
    """The nodes of a tree, as catalogues of 政府信息公开 have them."""
    nodes = [
        {"id": n + 2, "pId": 1, "name": c.name, "url": markup.address(c.url), "target": "_self"}
        for n, c in enumerate(columns)
    ]
    text = _literal([{"id": 1, "pId": 0, "name": "目录", "open": "true"}, *nodes], picker.one("'\""))
    return Menu(
        html=f'<ul id="tree" class="ztree"></ul><script>var zNodes = {text};\n$.fn.zTree.init($("#tree"), setting, zNodes);</script>'
    )


def _iframe(columns: list[Column], markup: Markup, picker: Picker, levels: int) -> Menu:
    path = f"/include/left_{picker.between(1000, 9999)}.html"
    page = f'<html><head><meta charset="utf-8"><base target="_parent"></head><body>{_list(columns, markup, levels)}</body></html>'
    file = File(body=page, content_type="text/html")
    return Menu(
        html=f'<iframe src="{path}" width="220" height="600" frameborder="0"></iframe>', files={path: file}
    )


MENUS: Mapping[str, Callable[[list[Column], Markup, Picker, int], Menu]] = {
    "static": _static, "mega": _static, "tabs": _tabs, "images": _images, "onclick": _onclick, "map": _map, "select": _select,
    "script_array": _script_array, "document_write": _document_write, "loaded_js": _loaded_js, "loaded_json": _loaded_json,
    "ztree": _ztree, "iframe": _iframe,
}  # fmt: skip
"""All menus by name."""
