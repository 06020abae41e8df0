"""How likely a link leads to the reports: by its words, and by the pinyin in its address."""

from __future__ import annotations

import pytest

from crawler.discover.portal.authors import Author, author_of
from crawler.discover.portal.columns import LEADING, NAMED, gate_score, names_departments, score

HOST = "http://www.example.gov.cn"

BETTER_FIRST = (
    [("法治政府建设年度报告", "/a/"), ("详情", "/zwgk/fzzfjsndbg/"), ("法治政府建设情况报告", "/b/")],
    [("法治政府建设", "/a/"), ("法治政府建设专栏", "/b/"), ("更多", "/zwgk/fzzfjs/index.html")],
    [("依法行政", "/a/"), ("点击", "/yfxz/")],
    [("法定主动公开内容", "/a/"), ("点击", "/zfxxgk/fdzdgknr/")],
    [("政务公开", "/a/"), ("政府信息公开", "/b/"), ("点击", "/zwgk/index.html")],
    [("重点领域信息公开", "/a/"), ("工作报告", "/b/"), ("点击", "/zdlyxxgk/")],
    [("通知公告", "/a/"), ("政策文件", "/c/")],
)
"""Links of about the same worth, the best first."""


@pytest.mark.parametrize("place", range(len(BETTER_FIRST) - 1))
def test_the_nearer_a_column_is_to_the_reports_the_higher_its_score(place: int) -> None:
    above, below = BETTER_FIRST[place], BETTER_FIRST[place + 1]
    lowest = min(score(title, HOST + path) for title, path in above)
    assert lowest > max(score(title, HOST + path) for title, path in below) >= LEADING


@pytest.mark.parametrize(
    ("title", "path"),
    [
        ("法治宣传", "/fzzf/fzxc/"),
        ("普法依法治理", "/yfzs/"),
        ("政府信息公开年报", "/zwgk/"),
        ("政府信息公开工作年度报告", "/zfxxgk/xxgknb/"),
        ("行政复议", "/fz/"),
        ("依申请公开", "/zwgk/ysqgk/"),
        ("政府工作报告", "/zwgk/"),
        ("年报", "/zwgk/xxgknb/index.html"),
        ("English", "/zwgk/"),
        ("政务公开", "/en/zwgk/"),
        ("无障碍浏览", "/zwgk/"),
        ("手机版", "/zwgk/"),
        ("政务公开", "/zwgk/fzzf.pdf"),
        ("我市扎实推进法治政府建设", "/ywdt/202401/t20240115_77.html"),
        ("法治政府建设取得新成效", "/art/2024/1/15/art_1_2.html"),
        ("法治政府建设取得新成效", "/info/1019/2222.htm"),
        ("市政府召开常务会议研究全市法治政府建设工作并部署下一阶段任务", "/fzzf/"),
        ("新闻中心", "/xwzx/"),
        ("下页", "/fzzf/1.htm"),
        ("尾页", "/fzzf/1.htm"),
        ("2", "/fzzf/index_1.html"),
        ("第3页", "/fzzf/index_2.html"),
        (">", "/fzzf/index_1.html"),
    ],
)
def test_what_leads_elsewhere_is_not_followed(title: str, path: str) -> None:
    assert score(title, HOST + path) < LEADING


def test_columns_of_departments_are_wanted_only_where_they_are_asked_for() -> None:
    for title in ("部门法治政府建设年度报告", "镇(街道)法治政府建设年度报告", "司法局法治政府建设"):
        assert score(title, HOST + "/a/") < LEADING
        assert score(title, HOST + "/a/", departments=True) >= NAMED
        assert names_departments(title)


@pytest.mark.parametrize("title", ["年度报告", "2023年", "工作总结", "市政府", "本级"])
def test_below_a_named_column_its_parts_count(title: str) -> None:
    assert score(title, HOST + "/x/", around=90) >= NAMED - 4 > score(title, HOST + "/x/")


@pytest.mark.parametrize(
    ("title", "leads"),
    [
        ("进入网站", True),
        ("点击进入", True),
        ("网站首页", True),
        ("常规版", True),
        ("English", False),
        ("进入长者版", False),
    ],
)
def test_a_link_into_the_site_is_known(title: str, leads: bool) -> None:
    assert bool(gate_score(title, HOST + "/main.html")) is leads


@pytest.mark.parametrize(
    ("title", "code", "author"),
    [
        ("武汉市人民政府关于2022年度推进法治政府建设情况的报告", "420100", Author.OWN),
        ("中共武汉市委 武汉市人民政府关于2021年度法治政府建设情况的报告", "420100", Author.OWN),
        ("武汉2021年法治政府建设情况报告", "420100", Author.OWN),
        ("我市2023年法治政府建设情况报告", "420100", Author.OWN),
        ("市人民政府2023年法治政府建设情况报告", "420100", Author.OWN),
        ("襄樊市2009年依法行政工作情况报告", "420600", Author.OWN),
        ("关于2023年法治政府建设情况的报告", "420100", Author.UNNAMED),
        ("2023年法治政府建设年度报告", "420100", Author.UNNAMED),
        ("武汉市司法局2022年法治政府建设情况报告", "420100", Author.DEPARTMENT),
        ("部门法治政府建设年度报告", "420100", Author.DEPARTMENT),
        ("江岸区2022年法治政府建设年度报告", "420100", Author.BELOW),
        ("区人民政府2021年法治政府建设情况报告", "420100", Author.BELOW),
        ("百步亭街道办事处2022年法治政府建设报告", "420100", Author.BELOW),
        ("武汉经济技术开发区2021年法治政府建设情况报告", "420100", Author.BELOW),
        ("湖北省人民政府2021年法治政府建设情况报告", "420100", Author.OTHER),
        ("长沙市2021年法治政府建设情况报告", "420100", Author.OTHER),
        ("江岸区2022年法治政府建设年度报告", "420102", Author.OWN),
        ("江汉区2022年法治政府建设年度报告", "420102", Author.OTHER),
        ("武汉市人民政府关于2022年度推进法治政府建设情况的报告", "420102", Author.OTHER),
        ("我市2023年法治政府建设情况报告", "420102", Author.OTHER),
        ("甲市人民政府2023年法治政府建设情况报告", None, Author.OWN),
    ],
)
def test_whose_a_report_is_is_seen_from_a_division(title: str, code: str | None, author: Author) -> None:
    assert author_of(title, code) is author
