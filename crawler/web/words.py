"""The words of the pages, in English as the templates have them and in Chinese. A test finds a word without the other language."""

from __future__ import annotations

from collections.abc import Callable

LANGUAGES = ("zh", "en")

CHINESE = {
    "Rule-of-law government reports": "法治政府建设情况报告",
    "Archive": "档案库",
    "Skip to content": "跳到正文",
    "Coverage": "公布情况",
    "Overdue": "逾期未公布",
    "Changes": "变动",
    "Search": "检索",
    "Figures": "指标",
    "Sources": "来源",
    "About": "说明",
    "Other language": "English",
    "language tag": "zh-CN",
    "other language code": "en",
    "Pages": "页面",
    "This page as data": "本页数据",
    "Issuer": "发布机关",
    "Sections": "章节",
    "Error": "出错",
    "Data": "数据",
    "Next page": "下一页",
    "Reports": "报告",
    "Report": "报告",
    "Title": "标题",
    "Division": "行政区",
    "Year": "年度",
    "Published": "公布日期",
    "Version": "版本",
    "no date": "未注明日期",
    "none": "无",
}


ENGLISH = {"language tag": "en", "other language code": "zh", "Other language": "中文"}
"""What English pages have in the place of a template's word."""


def words(language: str) -> Callable[[str], str]:
    """Return the function that gives an English word of the pages in a language."""
    if language == "zh":
        return CHINESE.__getitem__
    return lambda text: ENGLISH.get(text, text)


def preferred(accept_language: str | None) -> str:
    """Return the language that a request's Accept-Language prefers (RFC 9110, section 12.5.4); Chinese if none of ours."""
    best, quality = "zh", 0.0
    for item in (accept_language or "")[:500].split(","):
        name, _, parameters = item.strip().partition(";")
        weight = 1.0
        if parameters.strip().startswith("q="):
            try:
                weight = float(parameters.strip()[2:])
            except ValueError:
                continue
        language = name.split("-")[0].strip().lower()
        if language in LANGUAGES and weight > quality:
            best, quality = language, weight
    return best
