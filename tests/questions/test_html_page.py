"""Self-contained pages: what comes from an archive stays text, and nothing else is loaded."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from crawler.questions.html_page import link, page, text


def test_markup_from_an_archive_stays_text() -> None:
    assert text('<img src=x onerror="a()">') == "&lt;img src=x onerror=&quot;a()&quot;&gt;"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//host/x", "http://[", ""])
def test_only_web_addresses_become_links(url: str) -> None:
    assert link(url, "报告") == "报告"


def test_a_link_keeps_its_address_within_its_quotes() -> None:
    assert link('https://www.x.gov.cn/a?b="><i>', "a<b") == (
        '<a href="https://www.x.gov.cn/a?b=&quot;&gt;&lt;i&gt;" rel="noreferrer">a&lt;b</a>'
    )


def test_the_policy_names_the_digests_of_the_style_and_the_script_on_the_page() -> None:
    made = page("标题", "<p>正文</p>", style="p { color: red }", script="document.title")
    for tag, inline in re.findall(r"<(style|script)>(.*?)</", made, re.S):
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{tag}-src &#x27;sha256-{digest}&#x27;" in made


def test_a_page_without_a_script_allows_none() -> None:
    assert "script-src" not in page("t", "")
