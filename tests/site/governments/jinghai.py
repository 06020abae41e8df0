"""静海区: a hand-made site in GB18030; 2023 has characters that GBK does not have, 2021 a table."""

from __future__ import annotations

from tests.site.governments.making import entries, reports_of, trs_names
from tests.site.model import Column, Government
from tests.site.news import news


def jinghai() -> Government:
    """The government and its site."""
    base = "http://www.tjjh.gov.cn"
    above = f"{base}/jhqzf/zwgk_28985/"
    reports, other_content = f"{above}gzbg/", f"{above}zfxxgk_qzf1/qzf1/fdzdgknr2/qtfdgkxx2/"
    make = reports_of("静海区", "120118")
    documents = (
        make(
            f"{other_content}202403/t20240328_6583952.html",
            "静海区2023年度法治政府建设情况报告",
            2023,
            "2024-03-28T09:18",
            source="静海区人民政府办公室",
            aside="双䶮社区、㟃头村等12个村（社区）建成“法治驿站”，就近化解纠纷310件，开展“以案释法”宣讲46场。",
        ),
        make(
            f"{other_content}202203/t20220328_5841130.html",
            "2021年天津市静海区法治政府建设情况报告",
            2021,
            "2022-03-28T11:15",
            source="区司法局",
            issuer="天津市静海区人民政府",  # as its title says
            table=True,
        ),
        make(
            f"{reports}202103/t20210329_5396867.html",
            "2020年静海区法治政府建设情况报告",
            2020,
            "2021-03-29T11:30",
            source="司法局",
            signed="2021-03-26",
        ),
    )
    in_other = news("jinghai qtfdgkxx2", "静海区", trs_names(other_content, 6915480, "html"), 42)
    in_reports = news("jinghai gzbg", "静海区", trs_names(reports, 6902155, "html"), 46)
    columns = (
        Column(
            url=other_content,
            trail=("政务公开", "其他法定公开信息"),
            entries=entries(*documents[:2], *in_other),
        ),
        Column(url=reports, trail=("政务公开", "工作报告"), entries=entries(documents[2], *in_reports)),
    )
    return Government(
        id="jinghai",
        name="天津市静海区人民政府",
        place="静海区",
        region="120118",
        base=base,
        template="tables",
        code="1201180001",
        record="津ICP备05003012号",
        columns=columns,
        documents=documents,
        news=(*in_other, *in_reports),
        encoding="gb18030",
        content_type="text/html",
    )
