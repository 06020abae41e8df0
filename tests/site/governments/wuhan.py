"""武汉市: TRS, https only; the body of 2022 is a seed. The date in its address differs from the date on the page."""

from __future__ import annotations

from tests.site.documents import seed
from tests.site.governments.making import entries, reports_of, trs_names
from tests.site.model import Column, Government
from tests.site.news import news


def wuhan() -> Government:
    """The government and its site."""
    folder = "https://www.wuhan.gov.cn/zwgk/fzzfj/"
    make = reports_of("武汉市", "420100")
    documents = (
        make(
            f"{folder}202503/t20250310_2549212.shtml",
            "武汉市人民政府关于2024年度推进法治政府建设情况的报告",
            2024,
            "2025-03-10T17:12",
            signed="2025-02-26",
        ),
        make(
            f"{folder}202403/t20240319_2374752.shtml",
            "武汉市人民政府关于2023年度推进法治政府建设情况的报告",
            2023,
            "2024-03-19T09:30",
            source="武汉市人民政府办公厅",
            signed="2024-03-05",
        ),
        seed(0, f"{folder}202303/t20230315_2170174.shtml"),
        make(
            f"{folder}202203/t20220328_1946210.shtml",
            "武汉市人民政府2021年度法治政府建设情况报告",
            2021,
            "2022-03-28T16:05",
            source="武汉市司法局",
        ),
    )
    other = news("wuhan", "武汉市", trs_names(folder, 2583007, "shtml"))
    return Government(
        id="wuhan",
        name="武汉市人民政府",
        place="武汉市",
        region="420100",
        base="https://www.wuhan.gov.cn",
        template="trs",
        code="4201000042",
        record="鄂ICP备05003388号",
        columns=(
            Column(url=folder, trail=("政务公开", "法治政府建设"), entries=entries(*documents, *other)),
        ),
        documents=documents,
        news=other,
        content_type="text/html",
        https="only",
    )
