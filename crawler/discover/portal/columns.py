"""Score how likely a link leads to the 法治政府建设情况报告 of a portal: by its words, and by pinyin in its address.

Scores are of 0 to 100: a column of the reports about 100, a column on 法治政府 85, the ways there (政务公开, 法定主动公开内容) 20
to 50, everything else 0. Words and initials are those seen on portals.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from crawler.discover.titles import is_article
from crawler.field.text import fold

NAMED = 80
"""A column on 法治政府 by its name."""

LEADING = 15
"""Links with less are not followed."""

MAX_COLUMN_CHARS = 24
"""A longer text is an article's title, not a column's."""

_DEPARTMENTS = re.compile(
    r"部门|司法局|司法厅|各单位|直属|镇街|街镇|乡镇|镇\(街道\)|街道|镇乡|各区县|各县区|区县|县市区"
)
_DISTRICTS = re.compile(r"各?(?:区县|县区|县市区|区\(?县|市县|县\(市)|各区|各县|下级|辖区")
_DEPARTMENT_SCORE = 95  # with --departments
_DEPARTMENT_SCORE_ELSE = 12

_TEXT_SCORES: tuple[tuple[re.Pattern[str], int], ...] = tuple(
    (re.compile(pattern), score)
    for pattern, score in (
        # other columns with the same words come first
        (r"法治宣传|普法|法治文化|法治教育|行政复议|复议|信息公开(?:工作)?年(?:度报告|报)|公开年报|依申请|公开指南|公开制度|政府工作报告|预决算|财政", 4),
        (r"法治政府示范|示范创建|法治督察|执法公示|执法监督|行政执法|法律服务|法律援助", 14),
        (r"(?:法治政府|依法行政|法治建设).{0,20}(?:年度报告|年报|情况报告|工作报告|报告)", 100),
        (r"法治政府", 88),
        (r"依法行政", 72),
        (r"^依法治[市县区省州旗]$|法治建设", 64),
        (r"法治工作|^法治[\u4e00-\u9fff]{2}$|法制(?:建设|工作)", 54),
        (r"法定主动公开", 50),
        (r"^(?:政府)?(?:信息)?主动公开(?:内容|信息|事项)?$", 46),
        (r"^[\u4e00-\u9fff]{0,8}司法[局厅]$", 33),
        (r"重点领域|重点工作|重点信息", 30),
        (r"^(?:政府)?信息公开目录$|主动公开目录|公开目录", 42),
        (r"^(?:政府)?信息公开(?:专栏|平台|栏目)?$|^[\u4e00-\u9fff]{0,6}信息公开$", 40),
        (r"^[\u4e00-\u9fff]{0,6}政务公开(?:专?栏|平台|栏目)?$|政府公开", 40),
        (r"政务公开|阳光政务", 17),
        (r"^(?:信息|要闻)?公开$", 36),
        (r"其[他它](?:法定|应|主动|公开|信息|事项)", 34),
        (r"年度报告|工作报告|报告总结|工作总结|总结报告|计划总结|规划总结", 27),
        (r"通知公告|公示公告|专题专栏|^专题$|专栏", 20),
        (r"法规公文|^[\u4e00-\u9fff]{0,3}政府文件$|^(?:文件|公文)$", 26),
        (r"行政决策|政策文件|政府公报|规划计划", 16),
        (r"^(?:政务|政府|政府信息)$", 22),
    )
)  # fmt: skip
"""The first that fits counts."""

_SEGMENT_SCORES: tuple[tuple[re.Pattern[str], int], ...] = tuple(
    (re.compile(pattern, re.I), score)
    for pattern, score in (
        (r"(?:zf)?xxgk(?:gz)?n(?:d)?b(?:g)?|xxgkzn|xxgkzd|ysqgk|pf(?:xc|gz)?|fzxc|xzfy", 3),
        (r"[a-z]{0,4}fz(?:zf)(?:js)?(?:gz)?(?:qk)?(?:nd)?(?:gz)?bg", 97),
        (r"[a-z]{0,4}fzzf(?:js)?(?:nb|ndbg)", 97),
        (r"[a-z]{0,4}fzzf[a-z]{0,8}|fazhizhengfu\w{0,12}", 86),
        (r"yfxz[a-z]{0,8}|yifaxingzheng", 68),
        (r"fzjs[a-z]{0,4}|yfz[sxq]", 58),
        (r"fzgz[a-z]{0,4}|fzxx|fzjg", 48),
        (r"fdzdgk[a-z]{0,6}", 48),
        (r"xxgkml|zfxxgkml|gkml", 40),
        (r"(?:zf)?xxgk[a-z]{0,6}|xinxigongkai|gkmlpt", 38),
        (r"zwgk[a-z]{0,4}|zhengwugongkai|zwxx", 37),
        (r"zdly[a-z]{0,6}|zdgz", 28),
        (r"gzbg|ndbg|gzzj|bgzj|jhzj|ghjh", 24),
        (r"qt(?:fd)?(?:zd)?gk[a-z]{0,6}", 32),
    )
)  # fmt: skip
"""Of one folder or file of an address, whole, without a number at its end. The highest of all counts."""

_OTHER_SITE = re.compile(
    r"english|无障碍|长者|关怀|适老|繁[体體]|移动版|手机版|微信|微博|客户端|登录|注册|邮箱|信箱|搜索|打印|关闭|首页$|[上下]一?页|[末尾]页|收藏|^第?(?!20\d\d$)\d{1,4}页?$|^[<>«»‹›]+$",
    re.I,
)
_OTHER_SITE_PATH = re.compile(r"^/(?:en|eng|english|wza|wap|mobile|big5|login)(?:/|$)", re.I)
_OTHER_VERSION = re.compile(r"english|无障碍|长者|关怀|适老|繁[体體]|移动|手机|登录|注册|旧版", re.I)
_GATE = re.compile(r"^(?:点击)?进入|^进入|网站首页|^首页|^中文|简体|门户(?:首页|网站)|skip", re.I)
_ON_LAW = 64  # of a column on 依法行政 or 法治建设
_MORE = re.compile(r"^(?:查看)?更多|^more\b|^\+$|^>>", re.I)
_REPORTS_BELOW = re.compile(
    r"报告|总结|年报|年度|情况|^[省市区县州旗](?:人民)?政府$|^[省市区县州]?本级$|20\d\d"
)
_FILE_ENDING = re.compile(r"\.(?:s?html?|jsp|jhtml|aspx?|do|php|json)$", re.I)
_NUMBER_AT_END = re.compile(r"[_-]?(?<!\d)\d++$")
_INDEX_FILES = ("", "index", "list", "default", "main", "column", "more", "subpage")
_NOT_A_PAGE = re.compile(
    r"\.(?:pdf|docx?|xlsx?|zip|rar|jpe?g|png|gif|mp4|mp3|wps|ofd|css|ico|svg|apk|exe|pptx?|woff2?)$", re.I
)


def score(
    title: str, url: str, *, around: int = 0, departments: bool = False, districts: bool = False
) -> int:
    """Return how likely a link leads to the reports, 0 to 100.

    `around`: the score of the page that it is on. `departments`, `districts`: whether columns of departments, or of the
    districts of a city, are wanted too.
    """
    parts = urlsplit(url)
    if is_article(url) or _NOT_A_PAGE.search(parts.path) or _OTHER_SITE_PATH.search(parts.path):
        return 0
    text = "".join(fold(title).split())
    if len(text) > MAX_COLUMN_CHARS or _OTHER_SITE.search(text):
        return 0
    by_text, by_address = _text_score(text), address_score(url)
    if districts and by_text >= 54 and _DISTRICTS.search(text):
        return _DEPARTMENT_SCORE
    if _DEPARTMENTS.search(text) and by_text >= 54:
        return _DEPARTMENT_SCORE if departments else _DEPARTMENT_SCORE_ELSE
    if by_text is not None and 0 < by_text < LEADING:
        return by_text  # its words name another column, whatever its address
    best = max(by_text or 0, by_address)
    if around >= 50 and best < NAMED:
        if _MORE.search(text):
            best = max(best, min(around, 78) if by_address >= 48 else 0)
        elif around >= _ON_LAW and _REPORTS_BELOW.search(text):
            best = max(best, NAMED)
    return best


def gate_score(title: str, url: str) -> int:
    """Return how likely a link leads from a page in front of the site into it, 0 to 100: any that is no other version of it."""
    path = urlsplit(url).path
    if _OTHER_SITE_PATH.search(path) or _NOT_A_PAGE.search(path) or _OTHER_VERSION.search(title):
        return 0
    return 52 if _GATE.search(title.strip()) else 40


def _text_score(text: str) -> int:
    return next((score for pattern, score in _TEXT_SCORES if pattern.search(text)), 0)


@lru_cache(maxsize=8192)  # a site's menu is on all its pages
def address_score(url: str) -> int:
    """Return the score of an address by the pinyin of its folders and its file."""
    segments = [
        _NUMBER_AT_END.sub("", _FILE_ENDING.sub("", unquote(each)))
        for each in urlsplit(url).path.split("/")
        if each
    ]
    if segments and segments[-1].lower() in _INDEX_FILES:
        segments.pop()
    best = 0
    for place, segment in enumerate(reversed(segments[-6:])):
        found = next((each for pattern, each in _SEGMENT_SCORES if pattern.fullmatch(segment)), 0)
        if place == 0 and 0 < found < LEADING:
            return found  # the page itself is of another column
        # a folder further up says less of the page
        best = max(best, found - 30 * place if found >= 54 else 0 if place else found)
    return best


def names_departments(title: str) -> bool:
    """Whether a column's name says that it holds reports of departments, towns or districts, not of the government."""
    return bool(_DEPARTMENTS.search("".join(fold(title).split())))
