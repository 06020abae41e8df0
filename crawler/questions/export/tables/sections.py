"""The table `sections`: one row a statutory section of a version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from crawler.questions.export.schema import Field, Row, Table

if TYPE_CHECKING:
    from crawler.archive.reader_queries.held_versions import HeldVersion


def rows(item: HeldVersion) -> Iterator[Row]:
    """Yield the rows of a version's sections, in the order of the text."""
    report = item.report
    for number, section in enumerate(() if item.tombstone else report.sections, 1):
        words = report.body[section.start : section.end]
        yield (
            report.id, report.version, number, section.kind, section.title,
            section.start, section.end, len(words), words or None,
        )  # fmt: skip


SECTIONS = Table(
    name="sections",
    english="Statutory sections of the texts",
    chinese="正文的法定章节",
    fields=(
        Field("report_id", "string", "Id of the report", "报告标识"),
        Field("version", "integer", "Number of the version", "版本号"),
        Field("number", "integer", "Place of the section in the text, from 1", "章节序号，从1起"),
        Field("kind", "string", "achievements, problems, responsibility, plans or other",
              "类别：成效、问题、党政主要负责人履职、安排、其他"),
        Field("title", "string", "Heading", "章节标题"),
        Field("start", "integer", "Character of the text at which it begins, from 0", "起始字符（从0起）"),
        Field("end", "integer", "Character of the text before which it ends", "结束字符（不含）"),
        Field("length", "integer", "Length in characters", "长度（字符）"),
        Field("text", "string", "The section", "章节正文", text=True),
    ),
    key=("report_id", "version", "number"),
    of_version=rows,
)  # fmt: skip
