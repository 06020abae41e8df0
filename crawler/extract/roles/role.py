"""Decide the role of a single line: boilerplate, info line, index table, or text of the article.

Takes a line without its neighbours and returns a `Role`, once for each line. `split` and `article_end` read the sequence.
"""

from __future__ import annotations

import re
from enum import StrEnum

from crawler.extract.page.lines import Line
from crawler.extract.roles.boilerplate import (
    is_breadcrumb,
    is_counted_pager,
    is_editor,
    is_end,
    is_footer,
    is_pager,
    is_widget,
)
from crawler.extract.roles.file_links import DOCUMENT_EXTENSIONS, is_document_link
from crawler.extract.roles.index_table import is_index
from crawler.extract.roles.labels import is_info


class Role(StrEnum):
    """The part a line plays."""

    PLAIN = "plain"  # text, a heading, a signature
    PROSE = "prose"  # text that can only be the article's own
    INFO = "info"  # 来源:… 发布时间:…
    INDEX = "index"  # 索引号:…
    NUMBER = "number"  # 教思政厅函〔2024〕10号
    BREADCRUMB = "breadcrumb"
    WIDGET = "widget"
    LINKS = "links"
    END = "end"  # 上一篇, 相关链接: what follows is not the article
    EDITOR = "editor"
    FOOTER = "footer"

    @property
    def is_boilerplate(self) -> bool:
        """Whether such a line belongs to the page and not to the article, at any place."""
        return self in _BOILERPLATE_ROLES


PLAIN, PROSE, INFO, INDEX, NUMBER, BREADCRUMB, WIDGET, LINKS, END, EDITOR, FOOTER = Role
_BOILERPLATE_ROLES = frozenset((BREADCRUMB, WIDGET, LINKS, END, EDITOR, FOOTER))
_PUNCTUATION = re.compile("[。;,、:!?]")
_FILE = re.compile(rf"\.(?:{DOCUMENT_EXTENSIONS}|jpe?g)(?:$|[?#&])", re.I)
_ATTACHMENT = re.compile(r"\s*(?:附\s*件|附\s*表|附\s*:)")
_BARE_ATTACHMENT = re.compile(
    r"[\[【(]?(?:相关附件(?:下载|列表)?|附件(?:下载|列表))\s*(?::|>+|»)?[\]】)]?$|[\[【(]附件[\]】)]$|附件\s*(?:>+|»)$"
)  # 附件下载: with nothing behind it; a bare 附件: belongs to the article and announces what follows
_NUMBER = re.compile(
    r"[\u4e00-\u9fff]{1,16}\s*+[〔\[(【]\s*+(?:19|20)\d\d\s*+[〕\])】]\s*+第?\s*+\d{1,5}\s*+号$"
)
_MAX_BOILERPLATE_LENGTH = 300  # characters; no boilerplate or info line is longer
_MIN_PROSE_LENGTH = 24  # characters
_CERTAIN_PROSE_LENGTH = 60  # characters; a sentence as long is no info line and no widget …
_COLON_WITHIN = 40  # … unless it has a colon in its first characters, as many as this


def role(line: Line) -> Role:
    """Return the role of a line, judged without its neighbours."""
    text = line.text
    if len(text) >= _MAX_BOILERPLATE_LENGTH:
        return LINKS if line.is_links else PROSE
    if (
        len(text) >= _CERTAIN_PROSE_LENGTH
        and "。" in text
        and not line.linked
        and text.find(":", 0, _COLON_WITHIN) < 0
    ):
        return END if is_end(text) else FOOTER if is_footer(text) else PROSE
    return _boilerplate_role(line, text) or _head_role(text) or _text_role(text)


def _boilerplate_role(line: Line, text: str) -> Role | None:
    if is_widget(text) or is_counted_pager(text) or _BARE_ATTACHMENT.match(text):
        return WIDGET
    if is_breadcrumb(text):
        return BREADCRUMB
    if is_end(text):
        return END
    if is_footer(text):
        return FOOTER
    if is_editor(text):
        return EDITOR
    if not line.is_links or is_attachment(line):
        return None
    return WIDGET if is_pager(text) else LINKS


def _head_role(text: str) -> Role | None:
    if is_index(text):
        return INDEX
    if is_info(text):
        return INFO
    return NUMBER if text.endswith("号") and _NUMBER.match(text) else None


def _text_role(text: str) -> Role:
    return PROSE if len(text) >= _MIN_PROSE_LENGTH and _PUNCTUATION.search(text) else PLAIN


def is_attachment(line: Line) -> bool:
    """Whether a line offers a file: 附件:1.…, or a link to a document."""
    return bool(_ATTACHMENT.match(line.text)) or any(
        _FILE.search(href) or is_document_link(words, href) for words, href in line.links
    )


_NOT_WORD = re.compile(r"[\W_]+")


def squeeze(text: str) -> str:
    """Return only the letters, digits and characters of a text, so that two forms of a title can be compared."""
    return text if text.isalnum() else _NOT_WORD.sub("", text)


_DATE = r"(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}(?!\d|\s*[-~至—–]\s*\d|\s*月)日?"  # 2022年1-9月 is no date
_AFTER_DATE = r"(?=$|[\s\d\])】,;:|/T]|[上下]午|星期|周[一二三四五六日]|来源|稿源|作者|编辑|责编|发布|浏览|点击|阅读|字[号体])"
_TAIL = re.compile(
    rf"(?<!\s)\s*+[\[(【]?\s*+(?:{_DATE}{_AFTER_DATE}|(?:发布|发文)?(?:时间|日期)\s*:|(?:信息|文章)?来\s*源\s*:)(?s:.*)"
)  # 2023-08-19 来源:解放日报; not 2022年1月1日至9月30日收支情况
_HAS_DATE = re.compile(_DATE)


def without_tail(text: str) -> str:
    """Return a title line without the date and source behind the title."""
    return _TAIL.sub("", text) if ":" in text or _HAS_DATE.search(text) else text
