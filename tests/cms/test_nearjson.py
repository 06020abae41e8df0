"""JSON as servers write it for scripts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.cms.lists.near_json import is_json, parsed
from crawler.discover import discover

VALUE = '{"a": [1, {"b": "x"}]}'


@pytest.mark.parametrize(
    "text",
    [
        VALUE,
        "\ufeff \n" + VALUE,
        f"cb({VALUE})",
        f"/**/cb({VALUE});",
        f"/**/ jQuery123_45({VALUE});\n",
        f"// answer\nwindow.cb( {VALUE} ) ;",
        f"cb && cb({VALUE});",
        f"typeof cb === 'function' && cb({VALUE});",
        f"try{{cb({VALUE});}}catch(e){{}}",
        f"var x = {VALUE};",
        f"window.data={VALUE}",
        f"let x = /* all */ {VALUE} // end",
        f")]}}',\n{VALUE}",
        f"while(1);{VALUE}",
        f"for (;;);{VALUE}",
        '{"a": [1, {"b": "x",},],}',
        '{"a": [1, {"b": "x"} ,\n ]\n, }',
        '{"a": [1, /* one */ {"b": "x"}]} // two',
        "{a: [1, {'b': 'x'}]}",
        "cb({a:[1,{b:'x',},],});",
        '{"a": [1, {"b": "\\x78"}]}',
        "var x = {'a': [1, {\"b\": 'x'}]};",
    ],
)
def test_nearly_json_is_parsed(text: str) -> None:
    assert parsed(text) == {"a": [1, {"b": "x"}]}
    assert is_json(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a":"line\n\ttab\x01"}', {"a": "line\n\ttab\x01"}),
        ("{'a':'it\\'s \"x\" http://a.cn/,] /*c*/ //d'}", {"a": 'it\'s "x" http://a.cn/,] /*c*/ //d'}),
        ('{"a":"\\.\\/\\\ny", b: undefined}', {"a": "./y", "b": None}),
        ("var total = 5; var list = [1,];", {"total": 5, "list": [1]}),
        ('cb("{\\"a\\": 1}")', '{"a": 1}'),
        ("{标题: 1, 2: 3}", {"标题": 1, "2": 3}),
    ],
)
def test_strings_stay_as_they_are_and_names_are_kept(text: str, value: Any) -> None:
    assert parsed(text) == value
    assert is_json(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[",
        "{",
        "cb(",
        '{"a": 1',
        '{"a": "x',
        '{"a":1}{"b":2}',
        "[1] and more",
        "{a: b}",
        "<html>",
        "[" * 5000,
        "x = y",
    ],
)
def test_a_text_that_is_cut_off_or_no_value_gives_none(text: str) -> None:
    assert parsed(text) is None


def test_a_page_is_no_json() -> None:
    for page in (
        "<!DOCTYPE html><html>",
        "\n<html><script>var x = {};</script>",
        "hello (world)",
        "某市 [2022]",
    ):
        assert not is_json(page)


@given(
    st.lists(st.sampled_from([*list("[]{}(),:;'\"/*\\ \nab1="), "var ", "cb(", "/*", "*/", "try{"])).map(
        "".join
    )
)
def test_no_text_makes_the_parser_raise(text: str) -> None:
    is_json(text)
    parsed(text)


@pytest.mark.parametrize(
    "answer",
    [
        '/**/cb({{"list":[{{"title":"{t}","url":"/a.html","date":"2023-03-15",}},]}});',
        "var list = [{{title: '{t}', url: '/a.html', date: '2023-03-15'}}];",
        '{{"list":[{{"title":"{t}\n","url":"/a.html\t","date":"2023-03-15"}}]}}',
    ],
)
def test_a_list_that_is_nearly_json_has_its_entries(answer: str) -> None:
    title = "某市人民政府关于2022年度法治政府建设情况的报告"
    found = discover(answer.format(t=title).encode(), (), "http://a.gov.cn/api?page=1")
    assert [(link.url, link.title, link.date) for link in found.links] == [
        ("http://a.gov.cn/a.html", title, "2023-03-15")
    ]
    assert (found.cms, found.fault) == ("json", "")


def test_a_json_list_that_is_cut_off_is_no_empty_list() -> None:
    found = discover(b'cb({"list":[{"title":"x","url":"/a.ht', (), "http://a.gov.cn/api")
    assert "may be cut off" in found.fault
    assert discover(b'{"list":[]}', (), "http://a.gov.cn/api").fault == ""
