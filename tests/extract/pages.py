"""Make small pages for tests: an article of some paragraphs and the markup that a test is about."""

from __future__ import annotations

from crawler.extract import extract
from crawler.model import Report

TITLE = "甲市人民政府2022年度法治政府建设情况报告"
PARAGRAPHS = (
    "2022年,甲市坚持依法行政,持续推进法治政府建设,各项工作取得新的成效。现将有关情况报告如下:",
    "一、主要举措和成效",
    "(一)健全工作机制。召开专题会议六次,研究解决重点难点问题,压实各级各部门的责任,推动任务落实。",
    "(二)优化营商环境。精简办事材料,压缩办理时限,企业和群众的满意度不断提高,投诉数量明显下降。",
    "二、存在的问题和不足",
    "基层执法力量仍然薄弱,个别单位对规范性文件的审查不够严格,工作进展还不平衡。",
    "三、2023年工作安排",
    "继续健全制度,加强培训和监督,推动各项任务落到实处,以法治保障高质量发展。",
)
BODY = "\n".join(PARAGRAPHS)


def paragraphs(*more: str) -> str:
    """Return the article as `<p>` elements."""
    return "".join(f"<p>\u3000\u3000{text}</p>\n" for text in (*PARAGRAPHS, *more))


def page(
    article: str, *, head: str = f"<title>{TITLE}_甲市人民政府</title>", above: str = "", below: str = ""
) -> str:
    """Return a whole page with navigation above and a footer below."""
    navigation = "".join(
        f'<li><a href="/{name}/">{name}</a></li>' for name in ("首页", "要闻动态", "政务公开", "互动交流")
    )
    return (
        f"<!DOCTYPE html><html><head><meta charset=utf-8>{head}</head><body><ul>{navigation}</ul>{above}"
        f"<div class=content>{article}</div>{below}"
        "<div class=footer><p>主办单位:甲市人民政府办公室 版权所有</p><p>网站标识码:4201000001 某ICP备12345678号</p></div></body></html>"
    )


def read(html: str, url: str | None = None, **more: str) -> Report:
    """Return the report on a page given as text."""
    return extract(html.encode(), (), url, **more)
