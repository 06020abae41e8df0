"""黄石港区: UCAP, dates without a time, a robots.txt; 2022 is a seed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.site.documents import seed
from tests.site.governments.making import entries, reports_of
from tests.site.model import Column, Government
from tests.site.news import news
from tests.site.pick import Picker


def huangshigang() -> Government:
    """The government and its site."""
    base = "http://www.huangshigang.gov.cn"
    make = reports_of("黄石港区", "420202")

    def url(day: date, number: object) -> str:
        return f"{base}/zwpd/c100045/{day:%Y%m}/{Picker('hsg', number).hex(32)}.shtml"

    documents = (
        make(
            url(date(2024, 3, 28), "2023"),
            "黄石港区人民政府关于2023年度法治政府建设情况的报告",
            2023,
            "2024-03-28",
            source="区司法局",
            attachments=True,
        ),
        seed(2, url(date(2023, 4, 13), "2022")),
        make(
            url(date(2022, 3, 30), "2021"),
            "黄石港区2021年度法治政府建设情况报告",
            2021,
            "2022-03-30",
            source="区政府办",
        ),
    )
    other = tuple(replace(piece, published=piece.day) for piece in news("huangshigang", "黄石港区", url))
    column = Column(
        url=f"{base}/zwpd/fdzdgknr/fzzfjs/",
        trail=("政务频道", "法定主动公开内容", "法治政府建设"),
        entries=entries(*documents, *other),
        per_page=14,
    )
    return Government(
        id="huangshigang",
        name="黄石港区人民政府",
        place="黄石港区",
        region="420202",
        base=base,
        template="ucap",
        code="4202020002",
        record="鄂ICP备16019304号",
        columns=(column,),
        documents=documents,
        news=other,
        robots="User-agent: *\nDisallow: /so/\nDisallow: /yhzx/\nDisallow: /*.doc$\n",
    )
