"""The sources of the DOC files in tests/fixtures/documents: `python -m tests.made_documents.doc_sources FOLDER` writes them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.sax.saxutils import escape

from tests.made_documents.open_document import (
    CHINESE,
    document,
    item,
    level,
    note,
    numbered,
    paragraph,
    table,
)

SEEDS = Path(__file__).parent.parent / "site" / "documents"
SEED_NAMES = ("000_3df3524417f8c2a8", "002_8be1d6262e04479f", "003_a30b4a726e835dea")


def seed(name: str) -> dict[str, str]:
    """Return title and body of a seed document."""
    found = json.loads((SEEDS / f"{name}.json").read_text("utf-8"))
    return {"title": found["title"], "body": found["body"]}


def of_seed(name: str) -> str:
    """The seed with its headings numbered automatically, under the head of a paper document."""
    found = seed(name)
    content = paragraph(escape(found["title"])) + numbered(found["body"].split("\n"))
    return document(found["title"], content, head="武汉市人民政府文件")


TITLE = "甲市人民政府关于2023年度法治政府建设情况的报告"
LONG = "市政府深入学习贯彻习近平法治思想,全面落实法治政府建设实施纲要,持续推进依法行政,各项工作取得新的成效。"


def tables() -> str:
    """Tables: of data, one in a cell of another, with notes and two paragraphs in cells."""
    data = table(
        (
            ("项目", "2022年", "2023年"),
            (f"<text:p>行政复议{note('含上年结转。')}</text:p>", "1,204件", "1,562件"),
            ("<text:p>行政</text:p><text:p>诉讼</text:p>", "", "310件"),
            ("", "合计", ""),
        )
    )
    inner = table((("类别", "数量"), ("规章", "3部")))
    layout = table((("<text:p>立法情况:</text:p>" + inner + paragraph("以上为立法情况。"), "附注"),))
    content = "".join(
        (
            paragraph(TITLE),
            paragraph(LONG),
            data,
            paragraph(f"以上数据来自市司法局{note('截至2023年12月31日。', 'endnote')},并经核对。"),
            layout,
            paragraph(LONG),
        )
    )
    return document(TITLE, content)


def numbers() -> str:
    """Numbering: three levels, restarts, another list with its own format, items without a number between."""
    levels = (
        level(1, "", "、", CHINESE) + level(2, "（", "）", CHINESE) + level(3, "", ".", "1")
        + level(4, "", "", "①, ②, ③, ...")
    )  # fmt: skip
    parts = [paragraph(TITLE), paragraph(LONG)]
    for chapter in ("主要工作", "存在问题", "下一步安排"):
        parts.append(item(chapter, 1))
        for section in ("依法全面履行政府职能", "健全依法行政制度体系"):
            parts.append(item(f"{section}。{LONG}", 2))
            parts.extend(item(f"{part}。{LONG}", 3) for part in ("深化改革", "优化服务"))
            parts.append(item("细项", 4))
        parts.append(paragraph(LONG))
    parts.extend(item(f"第{n}条措施", 1, "Numbers") for n in range(4, 13))
    return document(TITLE, "".join(parts), levels=levels)


CHANGES = """<text:tracked-changes>
<text:changed-region text:id="c1"><text:deletion><office:change-info><dc:creator>甲</dc:creator>
<dc:date>2024-01-02T03:04:05</dc:date></office:change-info><text:p>被删除的文字</text:p></text:deletion></text:changed-region>
<text:changed-region text:id="c2"><text:insertion><office:change-info><dc:creator>乙</dc:creator>
<dc:date>2024-01-02T03:04:05</dc:date></office:change-info></text:insertion></text:changed-region>
</text:tracked-changes>"""


def changed() -> str:
    """Text that is deleted, inserted, hidden, in fields, in a text box, after a line break and on the next page."""
    box = (
        '<draw:frame text:anchor-type="paragraph" svg:width="6cm" svg:height="2cm"><draw:text-box>'
        "<text:p>文本框里的文字。</text:p></draw:text-box></draw:frame>"
    )
    content = "".join((
        paragraph(TITLE),
        paragraph(f'原文<text:change text:change-id="c1"/>保留。{LONG}'),
        paragraph(f'前<text:change-start text:change-id="c2"/>插入的文字<text:change-end text:change-id="c2"/>后。{LONG}'),
        paragraph(f'可见<text:span text:style-name="hidden">隐藏文字</text:span>文字。{LONG}'),
        paragraph("窗体顶端", "Hidden_20_style"),
        paragraph(f'<text:a xmlns:xlink="http://www.w3.org/1999/xlink" xlink:type="simple" xlink:href="http://example.org/">网站链接</text:a>在此。{LONG}'),
        paragraph(f"上一行<text:line-break/>下一行。{LONG}"),
        paragraph(f"{box}方框所在的段落。{LONG}"),
        paragraph(f"新的一页。{LONG}", "next"),
        paragraph('不间断\u2011连字符、软\u00ad连字符、<text:span text:style-name="bold">加粗</text:span>和𠮷字。'),
    ))  # fmt: skip
    return document(TITLE, content, changes=CHANGES)


SOURCES = {
    "tables": tables,
    "numbers": numbers,
    "changed": changed,
    **{f"seed-{name[:3]}": (lambda name=name: of_seed(name)) for name in SEED_NAMES},
}

if __name__ == "__main__":
    for name, make in SOURCES.items():
        (Path(sys.argv[1]) / f"{name}.fodt").write_text(make(), "utf-8")
