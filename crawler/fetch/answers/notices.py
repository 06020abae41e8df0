"""Recognise notices: challenges, refusals, login forms and "not found" pages, which come with any status, even 200.

A notice is short, or its title is one; an article that mentions the same words is long. The words are those of the
firewalls and page templates in use on these sites. `judge` decides by status and calls this for the text.
"""

from __future__ import annotations

import re

from crawler.errors import Challenged, FetchError, Gone, Refused
from crawler.fetch.answers.visible_text import Visible, looks_like_text, non_ascii, visible
from crawler.model import Capture

MAX_BARE_NOTICE_CHARS = 60  # outside links, of a notice with hardly any other text
MAX_NOTICE_CHARS = 400  # outside links, of a notice within a site's template, with its footer
MAX_LINE_CHARS = 30  # of a notice on a line of its own, within a template
MAX_TEMPLATE_CHARS = 600  # of all visible text of a page with such a line: no list of entries
MAX_FORM_CHARS = 120  # of a page with only a form
MAX_SCRIPT_PAGE_CHARS = 20  # exclusive; visible on a page of script only
_MAX_NOTICE_TITLE_CHARS = 40  # a longer title is an article's

_CHALLENGE_MARKS = (
    b"$_ts",  # 瑞数
    b"wzws",
    b"__jsl",  # 加速乐
    b"acw_sc__v2",
    b"cdn_sec_tc",
    b"_cf_chl",
    b"challenge-platform",
    b"yunsuo_session",  # 云锁
    b"aliyun_waf",
)
_CHALLENGE_STATUSES = (202, 203, 403, 405, 412, 418, 503, 521)
_CHALLENGE_HEADERS = (("cf-mitigated", "challenge"), ("wzws-ray", ""))  # header, and a part of its value
_MAX_SCRIPT_PAGE_NON_ASCII_BYTES = 2000  # of the comments and messages in a page of script only

_CHECK = re.compile(
    "(?:安全|人机|滑动)验证|拖动(?:下方)?滑块|正在(?:进行)?(?:安全)?(?:检查|检测)(?:您的)?浏览器|请(?:先)?(?:进行|完成).{0,8}验证"
    "|(?:开启|启用|打开)JavaScript.{0,6}(?:继续|访问)|JavaScript.{0,14}tocontinue"
    "|Just\\s*a\\s*moment|Checking\\s*your\\s*browser|DDoS\\s*protection",
    re.I,
)
_CODE = re.compile(
    "验证码|身份验证"
)  # also in forms beside articles, so it counts only on a page with nothing else
_REFUSAL = re.compile(
    "(?:访问|请求|操作)(?:已经?)?被.{0,12}(?:拦截|阻断|阻止|拒绝|禁止)"
    "|已?被(?:防火墙|安全系统|(?:网站)?管理员)(?:设置)?为?(?:拦截|阻断|阻止|拒绝)"
    "|(?:禁止|拒绝|限制)(?:您的?)?访问|[您你].{0,6}(?:地区|地址|IP|网络).{0,6}(?:无法|不能|不在).{0,4}(?:访问|允许)|仅限(?:境内|国内|内网).{0,4}访问"
    "|登录后(?:才能)?(?:查看|访问|浏览)|(?:非法|恶意|攻击)(?:请求|访问)|可能(?:存在|包含|造成|有)?.{0,12}(?:安全威胁|攻击)"
    "|(?:没有|无)(?:访问)?权限|访问(?:过于|太)?频繁|请求(?:过于|太)频繁|(?:IP|地址).{0,12}(?:黑名单|封禁)|拦截提示|Access\\s*Denied|Request(?:is)?(?:Rejected|Blocked)"
    "|Web\\s*Application\\s*Firewall|Forbidden",
    re.I,
)
_NOT_FOUND = re.compile(
    "(?:页面|网页|文章|信息|内容|栏目|文件|资源|链接|地址)(?:可能)?(?:已经?|已过期或)?(?:不存在|找不到|无法找到|(?:已|被|已被|已经被)(?:删除|移除|下线|下架|撤销|撤回|撤下))"
    "|(?:页面|网页|链接|栏目|地址)已经?(?:失效|过期|关闭)|(?:内容|信息)已经?过期|(?:页面|网页|内容)(?:走丢|飞走|丢失|走失)了"
    "|(?:找不到|未找到|没有找到|无法找到)(?:该|您|此|指定)?.{0,8}(?:页面|网页|文章|文件|资源)|没有找到您要.{0,6}(?:内容|信息)"
    "|(?:Page|File|Resource|Document)(?:was|is|can|could)?not(?:be)?found|404\\W*Not\\s*Found|^Not\\s*Found\\W*$"
    "|(?:^|\\D)404(?:错误|页面|$)|(?:错误|error):?404",
    re.I,
)
_ADDRESSES_VISITOR = re.compile(
    "抱歉|对不起|[您你](?!现在|当前|所在|的(?:当前)?位置|好)|404|Sorry|Error", re.I
)
"""A notice addresses its visitor. The line 您现在的位置, which is on every page, is left out."""

_DOCUMENT = re.compile(r"\.(?:pdf|docx?|wps|ofd|rtf|zip|rar)\b", re.I)
_PASSWORD = re.compile(r"<input\b[^<>]*\btype\s*=\s*[\"']?password", re.I)

_WORDS = ("不存在", "删除", "移除", "找到", "找不到", "下线", "拦截", "阻断", "阻止", "拒绝", "禁止", "限制", "非法请求", "非法访问", "恶意", "攻击", "安全威胁",
          "权限", "频繁", "失效", "过期", "已关闭", "撤销", "撤回", "撤下", "丢", "飞走", "防火墙", "无法访问", "允许访问", "仅限", "登录后", "黑名单", "封禁", "验证", "滑块", "正在检", "正在进行", "正在安全", "开启", "启用")  # fmt: skip
_ANY_WORD = re.compile("|".join(_WORDS))
_ENCODED_WORDS = tuple(word.encode(name) for word in _WORDS for name in ("utf-8", "gb18030"))
_HINTS = (b"&#", b"not found", b"not be found", b"cannot be found", b"blocked", b"firewall", b"to continue", b"ddos", b"denied", b"rejected", b"forbidden", b"just a moment", b"checking your", b"password")  # fmt: skip
_404 = re.compile(rb"404(?<!\d404)(?!\d)")  # not within a longer number, such as a date or an id


def notice_of(capture: Capture, body: bytes) -> type[FetchError] | None:
    """Return Challenged, Refused or Gone for a page that is only a notice; None for any other page."""
    if not looks_like_text(body):
        return None
    small, chinese = body.lower(), non_ascii(body)
    may_be_challenge = _may_be_challenge(capture, small, chinese)
    if not (may_be_challenge or _may_be_notice(small, chinese)):
        return None
    page = visible(capture, body)
    if may_be_challenge and len(page.text) < MAX_SCRIPT_PAGE_CHARS:
        return Challenged
    return _form(page) or next((kind for kind, pattern in _NOTICES if _says(page, pattern)), None)


def _may_be_challenge(capture: Capture, small: bytes, chinese: bytes) -> bool:
    """Return whether a page may be a challenge: nothing visible, only script."""
    if len(chinese) > _MAX_SCRIPT_PAGE_NON_ASCII_BYTES or b"<script" not in small:
        return False
    return (
        capture.status in _CHALLENGE_STATUSES
        or any(mark in small for mark in _CHALLENGE_MARKS)
        or any(
            mark in (capture.header(name) or "").lower()
            for name, mark in _CHALLENGE_HEADERS
            if capture.header(name)
        )
    )


def _may_be_notice(small: bytes, chinese: bytes) -> bool:
    """Return whether a page has any word of a notice. Cheap: most pages need no closer look."""
    return any(hint in small for hint in _HINTS) or _404.search(small) is not None or _says_any_word(chinese)


def _says_any_word(chinese: bytes) -> bool:
    try:
        return _ANY_WORD.search(chinese.decode()) is not None
    except UnicodeDecodeError:
        return any(hint in chinese for hint in _ENCODED_WORDS)


_NOTICES: tuple[tuple[type[FetchError], re.Pattern[str]], ...] = (
    (Refused, _REFUSAL),
    (Challenged, _CHECK),
    (Gone, _NOT_FOUND),
)


def _says(page: Visible, pattern: re.Pattern[str]) -> bool:
    """Return whether a pattern is the page's message: on a short page, addressed to the visitor, or as its title."""
    if len(page.unlinked) > MAX_NOTICE_CHARS:
        return False
    is_alone = len(page.unlinked) <= MAX_BARE_NOTICE_CHARS
    if pattern.search(page.unlinked) and (is_alone or _ADDRESSES_VISITOR.search(page.unlinked)):
        return True
    if any(len(title) <= _MAX_NOTICE_TITLE_CHARS and pattern.search(title) for title in page.headings):
        return True
    return _may_have_line(page) and any(
        len(line) <= MAX_LINE_CHARS and pattern.search(line) for line in page.lines
    )


def _may_have_line(page: Visible) -> bool:
    """Return whether a page may be a notice on a line of its own within a template: no list, no document to download."""
    return len(page.text) <= MAX_TEMPLATE_CHARS and not _DOCUMENT.search(page.markup)


def _form(page: Visible) -> type[FetchError] | None:
    """Return Refused for a page with only a password form, Challenged for one with only a code to type; else None."""
    if len(page.unlinked) > MAX_FORM_CHARS or len(page.text) > MAX_FORM_CHARS:
        return None
    if _PASSWORD.search(page.markup):
        return Refused
    return Challenged if _CODE.search(page.text) else None
