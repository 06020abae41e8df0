"""Recognise boilerplate lines around an article: widgets, breadcrumbs, footers, end marks, editors, pagers.

Takes the text of one whole line, because each word may also occur in prose. `role` asks these questions in order;
`footer_words` holds the words of footers, `labels` those of info lines.
"""

from __future__ import annotations

import re

from crawler.extract.roles.footer_words import has_footer_proof, opens_footer

_MAX_WIDGET_LENGTH, _MAX_BREADCRUMB_LENGTH, _MAX_FOOTER_LENGTH = 120, 160, 300  # characters of a line
_MAX_END_LENGTH, _MAX_EDITOR_LENGTH, _MAX_PAGER_LENGTH = 160, 80, 120

_WIDGET = re.compile(
    r"""
    (?:点击|我要|一键)?(?:打\s*印|复\s*制|收\s*藏|下\s*载|纠\s*错|评\s*论|举\s*报)(?:此|本|当前|该)?(?:页面?|文章?|稿|链接|地址|网址)?
  | (?:添加|加入|放入)(?:到)?(?:收藏夹?|书签)
  | (?:关\s*闭|返回)(?:此|本|当前)?(?:窗口|页面?|顶部|首页|列表|上一?页|上级)?
  | (?:文本|正文|网页)?(?:保存|另存)(?:为|本页)?
  | (?:选择)?(?:字\s*体|字\s*号|文字(?!版))(?:大小|缩放|显示)? | 大\s*+中?\s*+小(?![一-鿿]{2}) | [大中小](?=[\s\d|/\]】)、,]|$) | (?:默认|超大|特大|较大|增大|减小|放大|缩小)(?:字体|字号)?
  | 背景色? | 护眼(?:模式)? | 阅读模式 | 无障碍(?:浏览|阅读)? | 语音(?:播报|朗读)? | 朗\s*读 | 播\s*放 | 暂\s*停 | 停\s*止 | 听新闻 | 倍速
  | (?:我要|一键)?(?:分享|转发|推荐)(?:本页|本文|此文|文章)?(?:到|至|给(?:好友|朋友))?
  | 手机(?:看|阅读|浏览|版) | (?:用)?(?:手机)?扫(?:一扫|码|描(?:二维码)?)(?:看|在?手机(?:端)?上?(?:查看|打开|阅读|浏览)?(?:当前|本)?(?:页面?)?|分享本?页?)?
  | (?:打开|查看|浏览)当前页面?
  | (?:关注)?(?:官方)?(?:微\s*信|微\s*博|公众号|客户端|视频号|抖音|二维码|QQ空间|QQ好友|QQ|人人网|豆瓣|新浪|腾讯|百度|贴吧|朋友圈|网易|搜狐|邮件)+
  | (?:浏览|阅读|点击|访问|查看|点阅)(?:次数|量|数|率|人数)? | 人气 | 次数 | (?<![一-鿿])次 | 点赞 | 赞 | 正文 | 首\s*页 | 视力保护色? | 网友评论 | 发表评论 | 更多
  | (?:联系|关于)我们 | (?:网站|本站|站点)(?:地图|声明|导航|帮助|首页|简介|概况) | 使用帮助 | 隐私(?:声明|保护|政策|安全) | 法律声明 | 版权(?:声明|保护) | 免责声明 | 常见问题
  | 正常(?=\s*(?:缩小|[|/]|$)) | 播报 | 编\s*辑$ | Play\s*Video | 图集 | \+1$ | 设为首页 | 意见建议 | 建议意见 | 页面功能 | 我来说两句 | 热点排行 | 我要[“"]?揪[”"]?错 | 轮播图?(?:预览)? | 已收藏 | (?:全文|文件|附件)下载 | 长者(?:模式|版) | 适老(?:版|模式) | 听全文 | 放大镜 | 全真版 | 文字版 | 繁體 | [简繁](?=\s*(?:[|/]|$)) | 本文已被(?:浏览|阅读) | 字数 | \bT(?=[大小]) | 繁体版本? | 简体版本? | 放弃 | 取消 | 确定 | 继续访问 | 网站管理 | 友情链接 | 无障碍 | 简体 | 繁体 | English | RSS | print | close | share | more | top
    """,
    re.X | re.I,
)
_WIDGET_CHARACTERS = re.compile(
    rf"[\W\d_a-zA-Z{''.join(sorted(set(re.findall('[一-鿿]', _WIDGET.pattern))))}]*"
)
_RESIDUE = re.compile(r"[\W\d_]*")

BREADCRUMB = re.compile(
    r"^(?:您|你)?(?:当前|现在|目前)?(?:所在|的)?(?:的)?(?:位\s*置|页面|栏目)\s*[:是在]"  # 当前位置:首页 > 要闻
    r"|^(?:您|你)(?:当前|现在|目前)?(?:的|所在)*(?:位置|是在)"
    r"|^(?:当前|所在)(?:位置|栏目|页面)"
    r"|^首\s*页\s*(?:[>»›/\-—|·]|$)"  # 首页 > 政务公开
    r"|^[>»›]"  # >政府信息公开>法治工作
)
_PATH = re.compile(r"[>»›](?<!-[>»›])[^。,;]{1,40}[>»›][^。,;]{0,40}$")  # 首页>公开>报告


_END = re.compile(
    r"""^[\[【(<■◆●▪·>\s]*+(?:
        (?:上一[篇条页则个]|下一[篇条则个]|前一[篇条]|后一[篇条]|上篇|下篇)(?:文章|新闻|信息)?(?![一-鿿])
      | (?:相关|关联|推荐|延伸|热门|精彩|更多|最新|猜你喜欢|大家都在看|热点|图文|本类|同类|往期|编辑|频道)(?:的)?(?:链接|阅读|政策|新闻|文章|信息|稿件|文档|推荐|资讯|报道|内容|专题|文件|解读|回顾|精选|资料|排行|评论|主题|帖子)(?![一-鿿])
      | (?:用|打开)?(?:手机|微信)?[“"]?扫(?:一扫|码|描).{0,24}$ | (?:政策)?解读链接
      | (?:分享(?:到|至|按钮)?|网友评论|我要评论|发表评论|评论(?:列表|区)|最新评论|网友留言|查看评论|所有评论)\s*[::]?
      | (?:文章)?关键[词字]\s*[::] | (?:文章|问题)?标签\s*(?:[::]|$|\s) | Tags?\s*[::]
      | (?:写|全部|发|查看|条|最[新热])?评论(?:\s*[(\[]?\d|$|\s*[::]) | (?:已有|共)?\s*\d+\s*条?(?:评论|跟[帖贴]|留言|回复) | (?:网友|网易|新浪|搜狐)?跟[帖贴]\d*(?:$|\s)
      | 为[你您]推荐 | 你可能(?:会|还)?(?:喜欢|想看|感兴趣) | (?:作者|小编|TA)的?(?:其他|更多|最[新近])(?:文章|作品) | 大家(?:都|还)在(?:看|搜)
      | (?:我要)?(?:反馈|打赏|赞赏|点评)$ | 文章(?:价值)?打分 | 登录.{0,6}参与(?:讨论|评论) | (?:阅读|展开|查看)(?:剩余)?(?:全文|全部|原文)(?:\(\))?$ | 扫码阅读
      | (?:版权(?:与|及|和))?免责声明\s*[::]? | 版权声明\s*[::]? | (?:特别|郑重)声明\s*[::]
      | (?:浏览|阅读|点击|访问)(?:次数|量|数)\s*[::]
      | 本文(?:地址|链接|网址|来源)\s*[::]
      | (?:平台|本网|网站|本站)?声明\s*[::] | 郑\s*重\s*声\s*明 | 本[贴帖]由
      | 点击右上角 | (?:选择)?在浏览器中?打开 | 您(?:现在|即将)?(?:访问|点击|打开)的链接即将离开 | 轮播图预览
      | 本?[贴帖]的?(?:跟从|回复|评论|标题) | trackback | 引用通告 | (?:添加|正在读取)评论
    )""",
    re.X | re.I,
)

_EDITOR = re.compile(
    r"^[\[【(<\s]*+(?:(?:责任|网络|网页|执行|值班|本期|页面|网站|栏目|本网|新媒体|文字|微信|见习|初审|实习)?\s*(?:编\s*[辑校审]|责\s*编|校\s*对|审\s*[核校]|终\s*审|复\s*审|一\s*审|二\s*审|三\s*审|初\s*审|监\s*制|录入(?:员|人)?|发布人|供稿人?|排版|美编))"
    r"\s*[:/|丨]?\s*[^。,;:]{0,24}(?:[\s,;|/]+[^。,;]{1,30})?[\]】)>\s]*$"
)
_EDITOR_COLON = re.compile(r"[:/|丨]|^.{0,3}编\s+辑|[\]】)]$|^责\s*编|^责任编辑")


# A line cannot match a pattern that lacks the line's first character. Quick to ask first.
_END_CHARACTERS = frozenset(_END.pattern.lower() + _END.pattern.upper())
_EDITOR_CHARACTERS = frozenset(_EDITOR.pattern)
_BREADCRUMB_CHARACTERS = frozenset("您你当现目所的位页栏首>»›")

_PAGER = re.compile(
    r"(?=.*(?:页|全文)|\W*1\W*2)(?:[\W\d_]|[上下前后]一?页|首页|末页|尾页|全文|余下|阅读|显示|共|第|页|次|每|条|记录|当前|转|跳转|到|go|next|prev)+",
    re.I,
)  # 【1】【2】 下一页
_COUNTED = re.compile(r"共\s*+:?\s*+\d+\s*页|第\s*\d+\s*页.*[上下]一?页|\d\s*/\s*\d+\s*页|下一?页")


def is_pager(text: str) -> bool:
    """Whether a line has nothing but the words and numbers of a pager."""
    may_match = "页" in text or "1" in text or "全文" in text
    return may_match and len(text) < _MAX_PAGER_LENGTH and _PAGER.fullmatch(text) is not None


def is_counted_pager(text: str) -> bool:
    """Whether a line is a pager that counts the pages or leads to the next one: `第1页 共2页 下一页>>`."""
    return "页" in text and is_pager(text) and _COUNTED.search(text) is not None


def is_widget(text: str) -> bool:
    """Whether a line is nothing but the page's buttons and counters: `【 打印 】 【 扫一扫 】`, `【字体:大 中 小】`."""
    if len(text) > _MAX_WIDGET_LENGTH or not _WIDGET_CHARACTERS.fullmatch(text):
        return False
    left = _WIDGET.sub("", text)
    return _RESIDUE.fullmatch(left) is not None and (left != text or not any(map(str.isalnum, text)))


def is_breadcrumb(text: str) -> bool:
    """Whether a line shows the page's place in the site: `当前位置:首页 > 要闻`."""
    if len(text) >= _MAX_BREADCRUMB_LENGTH:
        return False
    begins = text[:1] in _BREADCRUMB_CHARACTERS and BREADCRUMB.match(text) is not None
    return begins or _PATH.search(text) is not None


def is_footer(text: str) -> bool:
    """Whether a line belongs to the site's footer: owner, licence numbers, 网站标识码."""
    return len(text) <= _MAX_FOOTER_LENGTH and (opens_footer(text) or has_footer_proof(text))


def is_end(text: str) -> bool:
    """Whether a line begins what follows an article: 上一篇, 相关链接, 扫一扫在手机打开当前页."""
    return text[0] in _END_CHARACTERS and len(text) < _MAX_END_LENGTH and _END.match(text) is not None


def is_editor(text: str) -> bool:
    """Whether a line names the page's editor and nothing else: `责任编辑:某某`, `编 辑:`."""
    return (
        len(text) < _MAX_EDITOR_LENGTH
        and text[0] in _EDITOR_CHARACTERS
        and _EDITOR.match(text) is not None
        and _EDITOR_COLON.search(text) is not None
    )
