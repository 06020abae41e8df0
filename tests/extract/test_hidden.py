"""Articles hidden by markup: which of them are read, and which are not and why."""

from __future__ import annotations

import pytest

from crawler.errors import NoBody
from tests.extract.pages import BODY, PARAGRAPHS, TITLE, paragraphs, read

HEAD = f"<h1>{TITLE}</h1><div class=info>发布日期:2023-03-15 来源:市司法局</div>"
ARTICLE = paragraphs()
FOOT = "<div>主办单位:甲市人民政府办公室 版权所有 网站标识码:4201000001</div>"


def whole(body: str, *, head: str = f"<title>{TITLE}</title>", foot: str = FOOT) -> str:
    return f"<!DOCTYPE html><html><head><meta charset=utf-8>{head}</head><body>{body}{foot}</body></html>"


@pytest.mark.parametrize(
    "opening",
    [
        '<div id="zoom" style="display:none">',
        '<div id="zoom" style="display: none;">',
        '<div style="VISIBILITY: hidden">',
        "<div hidden>",
        '<section class="content" hidden="hidden">',
    ],
)
@pytest.mark.parametrize("outside", [True, False], ids=["head outside", "head inside"])
def test_an_article_hidden_until_a_script_shows_it_is_read_under_its_title(
    opening: str, outside: bool
) -> None:
    closing = f"</{opening[1:].split(' ')[0].rstrip('>')}>"
    body = f"{HEAD}{opening}{ARTICLE}{closing}" if outside else f"{opening}{HEAD}{ARTICLE}{closing}"
    report = read(whole(body))
    assert (report.title, report.published, report.source, report.body) == (
        TITLE,
        "2023-03-15",
        "市司法局",
        BODY,
    )


NOTICES = (
    "您访问的链接即将离开本网站,是否继续?",
    "隐私声明:本网站尊重并保护所有用户的个人隐私权。",
    "请升级浏览器版本。",
)


@pytest.mark.parametrize("notice", NOTICES)
def test_a_hidden_notice_is_not_taken_for_the_article_of_a_short_page(notice: str) -> None:
    hidden = f"<div style='display:none'><p>{notice}{'我们会按有关规定办理。' * 60}</p></div>"
    assert read(whole(f"{HEAD}<div id=zoom><p>{PARAGRAPHS[0]}</p></div>{hidden}")).body == PARAGRAPHS[0]


def test_a_hidden_text_far_from_the_title_is_not_the_article() -> None:
    links = "".join(f"<li><a href='/{n}.html'>第{n}条消息</a></li>" for n in range(60))
    hidden = f"<div style='display:none'>{''.join(f'<p>{text[::-1]}。</p>' for text in PARAGRAPHS * 4)}</div>"
    report = read(whole(f"{HEAD}<div id=zoom><p>{PARAGRAPHS[0]}</p></div><ul>{links}</ul>{hidden}"))
    assert report.body == PARAGRAPHS[0]


def test_hidden_text_inside_a_displayed_article_is_left_out() -> None:
    hidden = "<div style='display:none'>语音播报用的另一份文字。</div>"
    assert read(whole(f"{HEAD}<div id=zoom>{ARTICLE}{hidden}</div>")).body == BODY


AS_BROWSERS_SHOW = {
    "comment closed with --!>": "<!-- 正文 --!>",
    "empty comments": "<!--><!--->",
    "conditional comment": "<!--[if lt IE 9]><p>升级。</p><![endif]-->",
    "a bogus comment": "<![CDATA[ x ]]><?php echo 1 ?>",
    "a never closed link": '<a href="#">',
    "a never closed button": "<button>",
    "a never closed svg": "<svg><path d=''>",
    "a never closed math": "<math><mi>",
    "a quote that the next one closes": '<img alt="图片 src=x.jpg><img src="y.jpg">',
    "a closed textarea": "<textarea style='display:none'>x</textarea>",
}


@pytest.mark.parametrize("before", AS_BROWSERS_SHOW.values(), ids=AS_BROWSERS_SHOW)
def test_broken_markup_is_read_as_browsers_read_it(before: str) -> None:
    assert read(whole(f"{HEAD}{before}<div id=zoom>{ARTICLE}</div>")).body == BODY


SWALLOWED = {
    "script": "<script>var a = 1;\n",
    "script closed in itself": '<script src="/a.js"/>',
    "SCRIPT": "<SCRIPT>",
    "style": "<style>p{}",
    "comment": "<!-- 正文开始 ",
    "textarea": "<textarea/>",
    "select": "<select><option>友情链接",
    "iframe": '<iframe src="x">',
    "iframe closed in itself": '<iframe src="x"/>',
    "xmp": "<xmp>",
    "plaintext": "<plaintext>",
    "template": "<template>",
    "noscript": "<noscript>",
    "title of an svg": "<svg><title>x",
    "frames": "<frameset><frame></frameset>",
}
"""Elements that are never closed. Browsers show the rest of the page as source or not at all, but the publisher meant it as
text."""


@pytest.mark.parametrize("opening", SWALLOWED.values(), ids=SWALLOWED)
def test_an_article_behind_an_element_that_is_never_closed_is_read(opening: str) -> None:
    report = read(whole(f"{HEAD}{opening}<div id=zoom>{ARTICLE}</div>"))
    assert (report.title, report.published, report.body) == (TITLE, "2023-03-15", BODY)


@pytest.mark.parametrize(
    "opening", ["<script src='/a.js'/>", "<!-- 图 ", "<textarea>", "<style>", "<iframe/>", "<button>"]
)
def test_an_article_with_such_an_element_in_its_middle_is_read_whole(opening: str) -> None:
    lines = [f"第{n}项工作取得成效,全年办结事项{n}件,群众满意度持续提升。" for n in range(60)]
    upper, lower = ("".join(f"<p>{line}</p>" for line in part) for part in (lines[:30], lines[30:]))
    assert read(whole(f"{HEAD}<div id=zoom>{upper}{opening}{lower}</div>")).body == "\n".join(lines)


def test_a_title_or_style_that_is_never_closed_does_not_hide_the_page() -> None:
    body = f"{HEAD}<div id=zoom>{ARTICLE}</div>"
    for head in (f"<title>{TITLE}", f"<title>{TITLE}</title><style>p{{}}", f"<title/><title>{TITLE}</title>"):
        report = read(whole(body, head=head))
        assert (report.title, report.body) == (TITLE, BODY)


HELD = {
    "noscript": "<noscript>{}</noscript>",
    "template": "<template>{}</template>",
    "textarea": "<textarea id=c style='display:none'>{}</textarea><script>zoom.innerHTML = c.value</script>",
    "xmp": "<xmp>{}</xmp>",
    "script of a template": "<script type='text/html' id=t>{}</script><script>show('t')</script>",
    "script of another": '<script id=t type="text/x-handlebars-template">{}</script>',
    "noframes": "<frameset><frame></frameset><noframes>{}</noframes>",
    "button": "<button>{}</button>",
}
"""Elements whose content is shown by a script, by a browser without scripts, or by all browsers as source."""


@pytest.mark.parametrize("around", HELD.values(), ids=HELD)
def test_an_article_in_an_element_that_a_script_shows_is_read(around: str) -> None:
    report = read(whole(HEAD + around.format(f"<div id=zoom>{ARTICLE}</div>")))
    assert (report.title, report.published, report.body) == (TITLE, "2023-03-15", BODY)


def test_markup_that_is_escaped_in_a_hidden_field_is_read() -> None:
    escaped = ARTICLE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert read(whole(f"{HEAD}<textarea hidden>{escaped}</textarea>")).body == BODY


UNREAD = {
    "a comment that is closed": "<!-- {} -->",  # a draft, or a withdrawn text: neither browsers nor scripts show it
    "a script that is closed": "<script>var text = '{}';</script>",  # its use of the text is not known
    "a style that is closed": "<style>{}</style>",  # no browser shows it
    "a cell of an iframe": "<iframe>{}</iframe>",  # an iframe shows another document
    "a fallback of an object": "<object data='a.swf'>{}</object>",  # shown only if the document is not
    "a drop-down list": "<select><option>{}</option></select>",  # the choices of a form
}


@pytest.mark.parametrize("around", UNREAD.values(), ids=UNREAD)
def test_text_that_the_publisher_hides_is_not_read(around: str) -> None:
    text = "".join(PARAGRAPHS * 3)
    with pytest.raises(NoBody):
        read(whole(HEAD + around.format(text)))


def test_text_behind_an_attribute_that_never_ends_is_not_read() -> None:
    """The intended end of its value is not known; a browser shows nothing of the rest."""
    with pytest.raises(NoBody):
        read(whole(f'{HEAD}<img alt="图片 src=x.jpg><div id=zoom>{ARTICLE}</div>'))


def test_a_page_that_is_cut_off_inside_a_script_has_no_article() -> None:
    cut = f'<html><head><title>{TITLE}</title></head><body>{HEAD}<script>var text = "<div id=zoom>{ARTICLE}'
    with pytest.raises(NoBody):
        read(cut)
