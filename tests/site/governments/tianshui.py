"""天水市: VSB; 2021 is a report of party and government, 2022 has a table, 2025 a salutation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.site.governments.making import entries, reports_of
from tests.site.model import Column, Government
from tests.site.news import news


def tianshui() -> Government:
    """The government and its site."""
    base = "http://www.tianshui.gov.cn"
    make = reports_of("天水市", "620500")

    def url(day: date, number: int) -> str:
        return f"{base}/info/1981/{482606 - 1733 * number}.htm"

    def index(number: str, day: str) -> dict[str, str]:
        shown = {
            "索引号": f"tssrmzfbgs/{number}",
            "组配分类": "法治政府建设",
            "发布机构": "天水市人民政府办公室",
        }
        return shown | {"发文日期": day}

    documents = (
        make(
            f"{base}/info/1621/1239192.htm",
            "天水市人民政府关于2025年法治政府建设情况的报告",
            2025,
            "2026-02-24",
            source="天水市人民政府办公室",
            signed="2026-02-13",
            salutation="市委：",
            index=index("2026-00095", "2026-02-24"),
        ),
        make(
            f"{base}/info/1981/411251.htm",
            "天水市人民政府关于2022年度法治政府建设情况的报告",
            2022,
            "2023-03-28",
            source="天水市司法局",
            index=index("2023-00417", "2023-03-28"),
            table=True,
        ),
        make(
            f"{base}/info/1981/368804.htm",
            "中共天水市委 天水市人民政府关于2021年度法治政府建设情况的报告",
            2021,
            "2022-03-25",
            source="天水日报",
            signed="2022-03-17",
            signers=("中共天水市委", "天水市人民政府"),
        ),
    )
    other = tuple(replace(piece, published=piece.day) for piece in news("tianshui", "天水市", url))
    column = Column(
        url=f"{base}/zfxxgk/fdzdgknr/fzzfjs.htm",
        trail=("政府信息公开", "法定主动公开内容", "法治政府建设"),
        entries=entries(*documents, *other),
    )
    return Government(
        id="tianshui",
        name="天水市人民政府",
        place="天水市",
        region="620500",
        base=base,
        template="vsb",
        code="6205000001",
        record="陇ICP备12000486号",
        columns=(column,),
        documents=documents,
        news=other,
        content_type="text/html",
        https="also",
    )
