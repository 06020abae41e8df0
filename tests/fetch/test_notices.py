"""Challenges, refusals and "not found" pages, modelled on real ones; and articles that resemble them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.errors import Challenged, FetchError, Gone, Refused
from crawler.fetch.answers.judge import judge, judge_redirect
from crawler.fetch.answers.notices import notice_of
from crawler.model import Capture
from tests.site.faults.answers import TEMPLATE, report

URL = "http://www.example.gov.cn/zwgk/2023/a.html"


def capture(body: str | bytes, *, status: int = 200, url: str = URL, **headers: str) -> Capture:
    return Capture(
        url=url,
        status=status,
        reason="OK",
        headers=tuple((name.replace("_", "-"), value) for name, value in headers.items()),
        payload=body if isinstance(body, bytes) else body.encode(),
        fetched_at=datetime(2026, 11, 25, tzinfo=UTC),
    )


def judged(page: Capture) -> None:
    judge(page, page.body)


def found(page: Capture) -> type[FetchError] | None:
    return notice_of(page, page.body)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<h1>您访问的页面不存在</h1>", Gone),
        ("<title>404</title><body>抱歉，没有找到您要访问的页面</body>", Gone),
        ("页面不存在", Gone),
        ("<h1>页面找不到了</h1>", Gone),
        ("<div>Sorry, Page Not Found</div>", Gone),
        ("<h2>该信息已被删除</h2><a href='/'>返回首页</a>", Gone),
        (TEMPLATE.replace("{body}", "<p>抱歉，您查看的文章已删除</p>"), Gone),
        ("<title>访问被拦截</title><p>事件编号 8A2</p>", Refused),
        ("<p>您的请求包含恶意攻击，已被管理员设置拦截</p><p>可能存在安全威胁</p>", Refused),
        ("<h1>Access Denied</h1>You don't have permission.", Refused),
        ("<p>您没有访问权限</p>", Refused),
        ("<form>用户名<input><input id=p type=password></form>", Refused),
        ("<p>访问过于频繁，请输入验证码后继续，抱歉给您带来不便</p>", Challenged),
        ("<p>请拖动下方滑块完成验证</p>", Challenged),
        ("<html><script>$_ts={};</script><body></body></html>", Challenged),
        ("<script>var arg1='A1';setCookie('acw_sc__v2',x);location.reload()</script>", Challenged),
    ],
)
def test_notices_are_recognised_with_status_200_in_utf8_and_gbk(body: str, kind: type[FetchError]) -> None:
    assert found(capture(body)) is kind
    assert found(capture(body.encode("gb18030"))) is kind
    with pytest.raises(kind):
        judged(capture(body))


@pytest.mark.parametrize(
    "body",
    [
        report("甲", more="网站整改：页面不存在、访问被拦截、抱歉您没有访问权限等问题已解决。"),
        report("乙", more="完成404个事项，登录验证码问题12个。"),
        TEMPLATE.replace("{body}", "<a href='/1'>关于页面不存在问题的通报</a><a href='/2'>网站访问被拦截的说明</a>"),
        TEMPLATE.replace("{body}", "".join(f"<li><a href='/{n}'>2022年法治政府建设情况报告</a>2023-03-{n}</li>" for n in range(10, 30))),
        "<script>var a=1</script><title>首页</title><body>" + "正文内容" * 40 + "</body>",
        "<p>您现在的位置：首页&gt;信息公开</p><h1>2022年法治政府建设情况报告</h1><a href='a.pdf'>附件下载</a>" + "政务服务" * 30
        + "<form>我要纠错 请输入验证码<input></form><p>无法找到的内容请用检索</p>",
        "<p>您当前的位置：首页</p><p>2023年3月15日 信息删除申请 访问量404次</p>" + "<p>政策文件目录</p>" * 20,
        report("丙") + "<form>用户登录<input type=password></form>",
        "%PDF-1.7 页面不存在",
        "",
    ],
)  # fmt: skip
def test_pages_that_mention_a_notice_are_none(body: str) -> None:
    assert found(capture(body)) is None
    judged(capture(body))


MENU = "".join(f"<a href='/{word}/'>{word}</a>" for word in ("首页", "政务公开", "办事服务", "互动交流"))
FOOT = "<div>主办：甲市人民政府办公室 承办：甲市大数据中心 ICP备案编号：鄂ICP备05006462号 网站标识码：4201000004 鄂公网安备 42010202000729号</div>"


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("抱歉，您访问的页面丢失了", Gone),
        ("该信息已下线", Gone),
        ("文章已删除", Gone),
        ("内容已过期或已删除", Gone),
        ("你所访问的页面已失效", Gone),
        ("该栏目已关闭", Gone),
        ("您查看的信息已被撤回", Gone),
        ("该文章不存在或未审核", Gone),
        ("对不起，没有找到您要的内容", Gone),
        ("啊哦，页面走丢了", Gone),
        ("The resource cannot be found.", Gone),
        ("Not Found", Gone),
        ("访问过于频繁，请稍后再试", Refused),
        ("您的请求过于频繁，已被网站管理员设置拦截", Refused),
        ("当前访问疑似黑客攻击，已被网站管理员设置为拦截", Refused),
        ("请求被Web应用防火墙拦截", Refused),
        ("您所在的地区无法访问本网站", Refused),
        ("您的IP地址不在允许访问范围内", Refused),
        ("仅限境内访问", Refused),
        ("The request is blocked.", Refused),
        ("请登录后查看", Refused),
        ("请点击按钮完成人机验证", Challenged),
        ("为了保障您的访问安全，请进行验证", Challenged),
        ("请开启JavaScript后继续访问", Challenged),
    ],
)
def test_a_notice_is_recognised_alone_and_between_menu_and_footer(
    message: str, kind: type[FetchError]
) -> None:
    assert found(capture(f"<title>提示</title><p>{message}</p>")) is kind
    within = f"<title>甲市人民政府</title><div>{MENU}</div><div>{message}</div>{FOOT}"
    assert found(capture(within)) is kind
    assert found(capture(within.encode("gb18030"))) is kind


@pytest.mark.parametrize(
    "body",
    [
        # a list, and a page whose report is a document, with a line that is shown only if there is nothing
        "<div>信息不存在</div>" + "".join(f"<li><a href='/{n}'>甲市2022年法治政府建设情况报告</a></li>" for n in range(40)) + FOOT,
        "<h1>甲市2022年法治政府建设情况报告</h1><p>信息不存在</p><a href='a.docx'>附件</a>" + FOOT,
        # the same words within a sentence
        "<p>全年拦截恶意攻击请求十二万次，请求被网站防火墙拦截后均已记录，未造成影响，网络安全有保障。</p>" + FOOT,
    ],
)  # fmt: skip
def test_a_line_that_reads_like_a_notice_is_none_beside_a_list_a_document_or_in_a_sentence(body: str) -> None:
    assert found(capture(f"<div>{MENU}</div>{body}")) is None


@pytest.mark.parametrize("status", [202, 403, 412, 503, 521])
def test_a_page_of_script_alone_is_a_challenge_with_any_odd_status(status: int) -> None:
    with pytest.raises(Challenged):
        judged(capture("<html><head><script>run()</script></head><body></body></html>", status=status))


@pytest.mark.parametrize("header", [{"WZWS_RAY": "1140-16"}, {"CF_Mitigated": "challenge"}])
def test_a_firewalls_header_makes_a_challenge_of_a_page_of_script_only(header: dict[str, str]) -> None:
    assert found(capture("<script>go()</script>", **header)) is Challenged
    assert found(capture("<script>go()</script>")) is None
    assert (
        found(capture("<script>go()</script><p>这一页只有很短的一段话，但的确是正文的内容。</p>", **header))
        is None
    )


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("http://www.example.gov.cn/cms/login.jsp", Refused),
        ("https://sso.example.gov.cn/a", Refused),
        ("http://www.example.gov.cn/cas/login?service=x", Refused),
        ("http://www.example.gov.cn/404.html", Gone),
        ("http://www.example.gov.cn/error/404", Gone),
        ("http://www.example.gov.cn/", Gone),
        ("http://www.example.gov.cn/index.html", Gone),
        ("https://www.example.gov.cn/zwgk/2023/a.html", None),
        ("http://www.example.gov.cn/zwgk/2023/b.html", None),
        ("http://www.cas.cn/a.html", None),
        ("http://www.example.gov.cn/blogin/a.html", None),
        ("http://other.gov.cn/", None),
    ],
)
def test_redirects_to_a_login_or_an_error_page_are_not_followed(
    target: str, kind: type[FetchError] | None
) -> None:
    if kind is None:
        judge_redirect(capture("", status=302), target)
        return
    with pytest.raises(kind):
        judge_redirect(capture("", status=302), target)


def test_a_front_page_may_redirect_to_the_front_page() -> None:
    judge_redirect(capture("", status=301, url="http://www.example.gov.cn/"), "https://www.example.gov.cn/")


@pytest.mark.parametrize(
    "unclosed", ["<script ", "<a ", "<!--", "<", "<title>", "<input ", "<meta ", "</script "]
)
def test_markup_made_to_be_slow_is_not(unclosed: str) -> None:
    page = capture("<script>页面不存在</script>" + unclosed * (200_000 // len(unclosed)))
    began = datetime.now(UTC)
    found(page)
    assert (datetime.now(UTC) - began).total_seconds() < 1.0
