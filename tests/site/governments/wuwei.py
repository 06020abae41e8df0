"""武威市: 大汉 jcms with an index table; 2021 is a seed."""

from __future__ import annotations

from datetime import date

from tests.site.documents import seed
from tests.site.governments.making import entries, reports_of
from tests.site.model import Column, Government
from tests.site.news import news


def wuwei() -> Government:
    """The government and its site."""
    base = "https://www.gswuwei.gov.cn"
    make = reports_of("武威市", "620600")

    def index(number: str, day: str) -> dict[str, str]:
        shown = {"索引号": f"11622300013931138G/{number}", "公开方式": "主动公开", "发布机构": "市司法局"}
        return shown | {"组配分类": "法治工作", "发文日期": day, "成文日期": day}

    def url(day: date, number: int) -> str:
        return f"{base}/art/{day.year}/{day.month}/{day.day}/art_910_{1405220 - 2377 * number}.html"

    common = {"source": "武威市司法局", "author": "市司法局"}
    documents = (
        make(
            f"{base}/art/2024/3/21/art_910_1292416.html",
            "武威市人民政府2023年度法治政府建设情况报告",
            2023,
            "2024-03-21T10:41",
            signed="2024-03-12",
            index=index("2024-03177", "2024-03-21"),
            **common,
        ),
        make(
            f"{base}/art/2023/3/17/art_910_1220358.html",
            "武威市人民政府2022年度法治政府建设情况报告",
            2022,
            "2023-03-17T17:02",
            signed="2023-03-08",
            index=index("2023-04412", "2023-03-17"),
            **common,
        ),
        seed(1, f"{base}/art/2022/3/4/art_910_1149073.html", author="市司法局"),
        make(
            f"{base}/art/2021/3/29/art_910_1024417.html",
            "武威市人民政府关于2020年度法治政府建设情况的报告",
            2020,
            "2021-03-29T09:15",
            index=index("2021-02208", "2021-03-29"),
            **common,
        ),
    )
    other = news("wuwei", "武威市", url)
    trail = ("政府信息公开", "法定主动公开内容", "其他法定信息", "法治工作")
    return Government(
        id="wuwei",
        name="武威市人民政府",
        place="武威市",
        region="620600",
        base=base,
        template="jcms",
        code="6206000006",
        record="陇ICP备05000407号",
        columns=(
            Column(url=f"{base}/col/col910/index.html", trail=trail, entries=entries(*documents, *other)),
        ),
        documents=documents,
        news=other,
        content_type="text/html;charset=UTF-8",
        https="also",
    )
