"""The table `coverage`: one row an organ and year, with the status of its report as of the day of the archive's last run.

Not as of today: the same archive gives the same table. The filters of region and year count, those of single versions do not.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from crawler.field.times import china_day
from crawler.questions.coverage import coverage
from crawler.questions.export.schema import Field, Row, Table

if TYPE_CHECKING:
    from crawler.archive import Reader
    from crawler.archive.catalogue.selection import Selection

GOVERNMENT = "government"
"""In the column `organ`; any other value is the name of a department."""


def rows(reader: Reader, selection: Selection) -> Iterator[Row]:
    """Yield the rows, governments by code, then departments."""
    asof = china_day(reader.last_run_at())
    found = (
        coverage(reader, asof=asof, years=selection.years, region=selection.region, departments=departments)
        for departments in (False, True)
    )
    for row in chain.from_iterable(found):
        for cell in row.cells:
            yield (
                row.region, row.organ or GOVERNMENT, cell.year, row.division, row.level,
                cell.status.value, cell.days, cell.rests_on, cell.claimed, cell.witnessed, cell.witnessed_by,
                cell.report_id, cell.version, cell.url, cell.last_day, cell.rule,
                cell.was.value if cell.was else None, cell.gone_since, cell.doubt,
                cell.reason.value if cell.reason else None, cell.site, cell.checked, " ".join(cell.report_ids), asof,
                cell.redated, cell.claimed_now, cell.claimed_version, cell.witnessed_version,
                " ".join(cell.several_years),
            )  # fmt: skip


COVERAGE = Table(
    name="coverage",
    english="Who has published for which year: on time, late, overdue",
    chinese="各单位各年度报告公开情况",
    fields=(
        Field("region", "string", "Division, code of GB/T 2260, six digits", "行政区划代码（GB/T 2260，六位）"),
        Field("organ", "string", "government, or the name of a department", "政府（government）或部门名称"),
        Field("year", "integer", "Year reported on", "报告年度"),
        Field("division", "string", "Name of the division", "区划名称"),
        Field("level", "string", "province, city or county", "区划级别：省级、地级、县级"),
        Field("status", "string", "on_time, late, overdue, not_yet_due, withdrawn or unknown",
              "状态：按时、迟公开、逾期未公开、未到期、已撤下、不明"),
        Field("days", "integer", "Late: days after the last day; overdue: days so far", "迟公开或已逾期天数"),
        Field("rests_on", "string", "claimed or witnessed: which of the two dates the status rests on", "状态依据：自称日期或采集时间"),
        Field("claimed", "string", "Date of publication that the page claimed when it was first seen", "页面首次采集时所载发布日期"),
        Field("witnessed", "datetime", "First capture, UTC", "首次采集时间（UTC）"),
        Field("witnessed_by", "string", "Who captured it: own, merged, imported or memento", "采集来源：本库、合并、导入、网络存档"),
        Field("report_id", "string", "Id of the report", "报告标识"),
        Field("version", "integer", "Number of the latest version, which url shows", "最新版本号（url 所示）"),
        Field("url", "string", "Address", "地址"),
        Field("last_day", "date", "Last day on time", "按时公开的最后一日"),
        Field("rule", "string", "Id of the rule that sets this day", "期限规则标识"),
        Field("was", "string", "Of a withdrawn report: on_time or late", "撤下前的状态"),
        Field("gone_since", "datetime", "Of a withdrawn report: since when, UTC", "撤下时间（UTC）"),
        Field("doubt", "datetime", "A complete visit after the claimed date that did not find it, UTC", "自称日期后未见报告的完整访问时间（UTC）"),
        Field("reason", "string", "Why the status is unknown", "状态不明的原因"),
        Field("site", "string", "Source at which the report or its absence was seen", "所据网站标识"),
        Field("checked", "datetime", "Begin of that source's last complete visit, UTC", "该网站最近一次完整访问的开始时间（UTC）"),
        Field("report_ids", "string", "Ids of all reports that count, the one chosen first", "所有相关报告标识"),
        Field("asof", "date", "The day as of whose end the status is, China time", "状态截止日（北京时间）"),
        Field("redated", "datetime", "When the page was first seen to give another day than at first, UTC",
              "页面所载日期被改动后首次采集时间（UTC）"),
        Field("claimed_now", "string", "The date that the page gives since", "改动后页面所载日期"),
        Field("claimed_version", "integer", "Number of the version whose page gave the claimed date", "载有该发布日期的版本号"),
        Field("witnessed_version", "integer", "Number of the version that was captured first", "首次采集的版本号"),
        Field("several_years", "string", "Ids of its reports on several years with this one among them, which count for none",
              "涵盖本年度的多年报告标识（不计入任何年度）"),
    ),
    key=("region", "organ", "year"),
    of_archive=rows,
)  # fmt: skip
