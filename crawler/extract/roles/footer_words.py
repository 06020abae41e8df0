"""Words of a site's footer, once for all who ask: those that prove a line to be the footer, and those that make it likely.

Takes one line of text and answers yes or no. `boilerplate` judges lines by the words that prove; `candidates` gives no
weight to a text with a likely word. Single words also occur in articles, hence the two degrees.
"""

from __future__ import annotations

import re

_OWNER_WORDS = ("版权所有", "网站标识码")
"""Prove a footer at any place in a line."""

_OWNER_LABELS = ("技术支持", "copyright", "©")
"""Prove a footer at the start of a line; elsewhere they make it likely."""

_PROOF = (
    *_OWNER_WORDS,
    "ICP备",
    "ICP 备",
    "公网安备",
    "网安备案",
    "Copyright©",
    "Copyright ©",
    "最佳浏览",
    "最佳分辨",
    "建议使用IE",
)

_START = re.compile(
    rf"{'|'.join((*_OWNER_WORDS, *_OWNER_LABELS))}|政府网站标识码|[主开]办(?:单位)?\s*[: ]|承办(?:单位)?\s*[: ]|主管(?:单位)?\s*[: ]"
    r"|(?:(?:网站|站点)地图|网站声明|(?:联系|关于)(?:我们|本站))(?=\s*[| ]).*(?:地址|电话|邮编|邮箱)|produced\s+by|powered\s+by",
    re.I,
)
_START_CHARACTERS = frozenset("版主开承技政网关联站cCpP©")
_LIKELY = re.compile(
    rf"{'|'.join((*_OWNER_WORDS, *_OWNER_LABELS))}|邮编\s*[:：]|邮政编码|热线\s*+[:：]?\s*+12345|举报(?:电话|邮箱)|许可证|网站维护|客服"
    r"|主办单位|承办单位|备\s*案|ICP|Flash\s*Player|浏览器|分辨率|未经.{0,12}(授权|许可|同意)",
    re.I,
)


def opens_footer(text: str) -> bool:
    """Whether a line begins as a footer does: 主办:, 技术支持, ©."""
    return text[:1] in _START_CHARACTERS and _START.match(text) is not None


def has_footer_proof(text: str) -> bool:
    """Whether a line has words that no article has: licence numbers, 网站标识码."""
    may_have = (  # each of _PROOF has one of these; a chain of `in` is faster than a loop
        "备" in text or "版权" in text or "标识码" in text or "©" in text or "最佳" in text or "IE" in text
    )
    return may_have and any(map(text.__contains__, _PROOF))


def is_likely_footer(text: str) -> bool:
    """Whether a text has words of a footer that an article may have too: 邮编, 浏览器. Folded or not."""
    return _LIKELY.search(text) is not None
