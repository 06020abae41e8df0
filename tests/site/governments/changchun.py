"""长春市: another TRS, two columns; 2022 is a seed and is in both columns, 2023 has a table."""

from __future__ import annotations

from dataclasses import replace

from tests.site.documents import seed
from tests.site.governments.making import entries, reports_of, trs_names
from tests.site.model import Column, Government
from tests.site.news import news


def changchun() -> Government:
    """The government and its site."""
    base = "http://www.changchun.gov.cn"
    notices, doings = f"{base}/zw_33994/tzgg/", f"{base}/fzzfjszl/zhxx/gzdt_44899/"
    make = reports_of("长春市", "220100")
    documents = (
        make(
            f"{notices}202404/t20240402_3295001.html",
            "长春市人民政府2023年度法治政府建设情况报告",
            2023,
            "2024-04-02T15:20",
            source="市司法局",
            table=True,
        ),
        seed(4, f"{doings}202304/t20230427_3133890.html"),
        make(
            f"{doings}202203/t20220331_3001276.html",
            "长春市人民政府关于2021年度法治政府建设情况的报告",
            2021,
            "2022-03-31T09:08",
            signed="2022-03-22",
        ),
    )
    copies = (replace(documents[1], url=f"{notices}202304/t20230427_3133890.html"),)
    in_notices = news("changchun tzgg", "长春市", trs_names(notices, 3401775, "html"))
    in_doings = news("changchun gzdt", "长春市", trs_names(doings, 3402119, "html"), 42)
    columns = (
        Column(url=doings, trail=("综合信息", "工作动态"), entries=entries(*documents[1:], *in_doings)),
        Column(url=notices, trail=("政务", "通知公告"), entries=entries(documents[0], *copies, *in_notices)),
    )
    return Government(
        id="changchun",
        name="长春市人民政府",
        place="长春市",
        region="220100",
        base=base,
        template="trs_paper",
        code="2201000025",
        record="吉ICP备05001360号",
        columns=columns,
        documents=documents,
        copies=copies,
        news=(*in_notices, *in_doings),
        content_type="text/html",
    )
