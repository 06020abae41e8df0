"""The seven governments: their addresses, their columns, their reports, and how each site is served."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

from tests.site.compose import Order, report
from tests.site.documents import seed
from tests.site.model import Column, Document, Government
from tests.site.news import news
from tests.site.pick import Picker


def _entries(documents: Iterable[Document]) -> tuple[str, ...]:
    return tuple(d.url for d in sorted(documents, key=lambda d: (d.published, d.url), reverse=True))


def _dated(folder: str, first: int, ext: str) -> Callable[[date, int], str]:
    """TRS's names: 202303/t20230315_2170174.shtml."""
    return lambda day, number: f"{folder}{day:%Y%m}/t{day:%Y%m%d}_{first - 1931 * number}.{ext}"


def _wuhan() -> Government:
    base = "https://www.wuhan.gov.cn"
    folder = f"{base}/zwgk/fzzfj/"
    who = {"place": "武汉市", "issuer": "武汉市人民政府", "region": "420100"}
    documents = (
        report(
            Order(
                url=f"{folder}202503/t20250310_2549212.shtml",
                title="武汉市人民政府关于2024年度推进法治政府建设情况的报告",
                year=2024,
                published="2025-03-10T17:12",
                signed="2025-02-26",
                **who,
            )
        ),
        report(
            Order(
                url=f"{folder}202403/t20240319_2374752.shtml",
                title="武汉市人民政府关于2023年度推进法治政府建设情况的报告",
                year=2023,
                published="2024-03-19T09:30",
                source="武汉市人民政府办公厅",
                signed="2024-03-05",
                **who,
            )
        ),
        seed(0, f"{folder}202303/t20230315_2170174.shtml"),
        report(
            Order(
                url=f"{folder}202203/t20220328_1946210.shtml",
                title="武汉市人民政府2021年度法治政府建设情况报告",
                year=2021,
                published="2022-03-28T16:05",
                source="武汉市司法局",
                **who,
            )
        ),
    )
    other = news("wuhan", "武汉市", _dated(folder, 2583007, "shtml"))
    return Government(
        id="wuhan",
        name="武汉市人民政府",
        region="420100",
        base=base,
        template="trs",
        code="4201000042",
        record="鄂ICP备05003388号",
        columns=(Column(url=folder, trail=("政务公开", "法治政府建设"), entries=_entries((*documents, *other))),),
        documents=documents,
        news=other,
        content_type="text/html",
        https="only",
    )


GOVERNMENTS = (_wuhan(),)
