"""许昌市: epoint, with and without www, http and https; 2023 is a seed, 2022 has attachments."""

from __future__ import annotations

from datetime import date

from tests.site.documents import seed
from tests.site.governments.making import entries, guid, reports_of
from tests.site.model import Column, Government
from tests.site.news import news


def xuchang() -> Government:
    """The government and its site."""
    base = "https://xuchang.gov.cn"
    folder = f"{base}/ywdt/001002/"
    make = reports_of("许昌市", "411000")

    def url(day: date, number: object) -> str:
        return f"{folder}{day:%Y%m%d}/{guid('xuchang', number)}.html"

    documents = (
        make(
            url(date(2025, 3, 21), "2024"),
            "许昌市人民政府关于2024年法治政府建设情况的报告",
            2024,
            "2025-03-21T16:47",
            signed="2025-03-18",
        ),
        seed(3, url(date(2024, 3, 19), "2023")),
        make(
            f"{folder}20230228/35b954ec-12d6-435f-8093-be86ded6b128.html",
            "许昌市人民政府关于2022年法治政府建设情况的报告",
            2022,
            "2023-02-28T10:26",
            source="许昌市司法局",
            signed="2023-02-24",
            attachments=True,
        ),
    )
    other = news("xuchang", "许昌市", url)
    column = Column(
        url=folder, trail=("要闻动态", "通知公告"), entries=entries(*documents, *other), per_page=12
    )
    return Government(
        id="xuchang",
        name="许昌市人民政府",
        place="许昌市",
        region="411000",
        base=base,
        aliases=("www.xuchang.gov.cn",),
        template="epoint",
        code="4110000001",
        record="豫ICP备05008279号",
        columns=(column,),
        documents=documents,
        news=other,
        https="also",
    )
