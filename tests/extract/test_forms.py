"""Usual forms of official texts: their own head and foot and the tables in them belong to the body."""

from __future__ import annotations

import pytest

from tests.extract.pages import TITLE, page, read

WORK = "为贯彻落实上级部署,扎实推进今年重点工作,经区政府同意,现将有关事项通知如下,请结合实际认真抓好落实。"
MORE = "坚持以人民为中心,加强组织领导,压实工作责任,强化督促检查,确保各项任务落到实处、取得实效。"
HEADING = f"<h1>{TITLE}</h1><p>来源:某报 发布时间:2023-05-08</p>"
SIGNED = ("某某区人民政府办公室", "2023年5月6日")


def table(rows: int, cell: str = "{}") -> tuple[str, str]:
    """A data table and its text."""
    cells = [
        ("序号", "姓名", "报考单位"),
        *((str(n), f"张{n}", f"某区第{n % 7 + 1}中心小学") for n in range(rows)),
    ]
    html = "".join(
        "<tr>" + "".join(f"<td>{cell.format(text)}</td>" for text in row) + "</tr>" for row in cells
    )
    return f"<table>{html}</table>", "\n".join("\t".join(row) for row in cells)


def article(*lines: str) -> str:
    return "".join(f"<p>\u3000\u3000{line.replace(',', '，')}</p>" for line in lines)


@pytest.mark.parametrize(
    "lines",
    [
        (WORK, MORE, "附件:", "1.重点任务清单", "2.责任分工表", *SIGNED),
        (WORK, MORE, *SIGNED, "附件:", "1.重点任务清单"),
        ("时间:5月6日上午9:00", "地点:区政府三楼会议室", WORK, MORE),
        ("——2023年1月5日在某某区第十八届人民代表大会第三次会议上", "某某区人民政府区长 张伟", "各位代表:", WORK, MORE),
        ("某某区司法局", "(2023年1月5日)", WORK, MORE, "某某区司法局", "2023年1月5日"),
        ("区政府决定:", "任命:", "张伟同志为区教育局局长;", "免去:", "赵军同志的区教育局局长职务。", *SIGNED),
        ("各镇人民政府,区政府各部门:", WORK, MORE, "(此件公开发布)", *SIGNED, "抄送:区委各部门,区人大常委会办公室。"),
        ("各有关单位:", WORK, MORE, "联系人:张伟", "联系电话:0431-81234567", "邮编:130000", *SIGNED),
        ("问:出台这一政策的背景是什么?", f"答:{WORK}", "问:何时施行?", "答:自2023年6月1日起施行,有效期五年。"),
        ("1月5日 区委召开常委会会议,传达学习上级精神。", "2月3日 区长张伟带队检查节后复工复产工作。"),
    ],
    ids=["attachments", "attachments below", "meeting", "speech", "dated", "posts", "copies", "contact", "answers", "diary"],
)  # fmt: skip
def test_an_official_text_is_extracted_whole(lines: tuple[str, ...]) -> None:
    assert read(page(HEADING + article(*lines))).body == "\n".join(lines)


@pytest.mark.parametrize("cell", ["{}", '<p style="text-align:center"><span>{}</span></p>'])
@pytest.mark.parametrize("rows", [3, 60])
def test_a_table_that_outweighs_the_sentences_does_not_replace_them(rows: int, cell: str) -> None:
    html, text = table(rows, cell)
    notice = f"<div>{article(WORK)}{html}{article(*SIGNED)}</div>"
    assert read(page(HEADING + notice)).body == "\n".join((WORK, text, *SIGNED))


def test_a_table_beside_the_sentences_is_extracted_too() -> None:
    html, text = table(20)
    assert read(page(f"{HEADING}<div>{article(WORK, MORE)}</div>{html}")).body == "\n".join(
        (WORK, MORE, text)
    )


def test_a_short_text_in_a_known_container_outweighs_a_long_footer() -> None:
    footer = (
        "<div>"
        + article("联系电话:020-12345,地址:某市某大道1号,邮编:510000,服务热线全天开通。" * 3)
        + "</div>"
    )
    short = "5月6日,区长张伟到城东街道调研安全生产工作,强调要压实责任、狠抓落实。"
    assert read(page("", above=f'{HEADING}<div id="zoom">{article(short)}</div>', below=footer)).body == short


def test_an_attachment_label_with_nothing_behind_it_is_no_text() -> None:
    assert read(page(HEADING + article(WORK, MORE, "附件:"))).body == f"{WORK}\n{MORE}"


def test_the_title_is_the_line_below_the_breadcrumb_if_the_head_names_the_site() -> None:
    above = f"<p>当前位置:首页 > 政务要闻</p><p>{TITLE}</p><p>发布时间:2023-05-08</p>"
    report = read(page(article(WORK, MORE), head="<title>欢迎访问甲市人民政府门户网站</title>", above=above))
    assert report.title == TITLE
