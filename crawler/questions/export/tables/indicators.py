"""The table `indicators`: one row a figure that a version states."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from crawler.questions.export.schema import Field, Row, Table
from crawler.questions.indicators.panel import plain_value, report_statements

if TYPE_CHECKING:
    from crawler.archive.reader_queries.held_versions import HeldVersion


def rows(item: HeldVersion) -> Iterator[Row]:
    """Yield the rows of a version's figures, in the order of the text."""
    report = item.report
    for number, each in enumerate(() if item.tombstone else report_statements(report), 1):
        yield (
            report.id, report.version, number, report.region, report.year,
            each.indicator.id, each.indicator.label, plain_value(each.value), each.indicator.unit,
            each.approximate, each.period.value, each.number, each.offset, each.words, each.words_offset, each.rule,
        )  # fmt: skip


INDICATORS = Table(
    name="indicators",
    english="Figures that the texts state",
    chinese="正文所载数据",
    fields=(
        Field("report_id", "string", "Id of the report", "报告标识"),
        Field("version", "integer", "Number of the version", "版本号"),
        Field("statement", "integer", "Place of the figure among those of the text, from 1", "该数据在正文中的序号，从1起"),
        Field("region", "string", "Division, code of GB/T 2260, six digits", "行政区划代码（GB/T 2260，六位）"),
        Field("year", "integer", "Year that the report is about", "报告年度"),
        Field("indicator", "string", "Id of the indicator", "指标标识"),
        Field("label", "string", "Name of the indicator, in Chinese", "指标名称"),
        Field("value", "number", "Value, in the unit of the indicator", "数值（按指标单位）"),
        Field("unit", "string", "Unit", "单位"),
        Field("approximate", "boolean", "The text says about, over, nearly", "是否为约数"),
        Field("period", "string", "What time it counts: year, part_of_year or several_years", "统计期间：全年、部分时段、多年"),
        Field("number", "string", "The number as it stands in the text, with its unit", "原文数字及单位"),
        Field("offset", "integer", "Character of the text at which the number begins, from 0", "数字起始字符（从0起）"),
        Field("words", "string", "Sentence that it stands in", "所在语句"),
        Field("words_offset", "integer", "Character of the text at which the sentence begins", "语句起始字符"),
        Field("rule", "string", "Id of the rule that found it", "提取规则标识"),
    ),
    key=("report_id", "version", "statement"),
    of_version=rows,
)  # fmt: skip
