"""The table `versions`: one row a version of a report, with what is known of it and where its evidence is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, time
from typing import TYPE_CHECKING

from crawler.field.regions import Region, outward, region
from crawler.questions.export.schema import Field, Row, Table, Value

if TYPE_CHECKING:
    from crawler.archive.reader_queries.held_versions import HeldVersion

_PUBLISHED = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}))?")

FIELDS = (
    Field("report_id", "string", "Id of the report; stays the same for ever", "报告标识，永久不变"),
    Field("version", "integer", "Number of the version, from 1", "版本号，从1起"),
    Field("versions", "integer", "Number of versions of the report, tombstones included", "报告的版本总数（含删除记录）"),
    Field("latest", "boolean", "It is the report's latest text", "是否为最新正文"),
    Field("tombstone", "boolean", "It has no text and says since when the report is gone", "是否为删除记录（无正文，记录报告何时消失）"),
    Field("older", "boolean", "It was added after a newer text, by an import or a merge", "是否为导入或合并时补入的旧文本"),
    Field("title", "string", "Title", "标题"),
    Field("issuer", "string", "Organ that the text names as its issuer", "正文所称发布机关"),
    Field("year", "integer", "Year that the report is about", "报告年度"),
    Field("kind", "string", "government, party_government or department", "类别：政府、党政、部门"),
    Field("region", "string", "Division, code of GB/T 2260, six digits", "行政区划代码（GB/T 2260，六位）"),
    Field("region_level", "string", "province, city or county", "区划级别：省级、地级、县级"),
    Field("province", "string", "Name of the province", "省级名称"),
    Field("city", "string", "Name of the city; empty for provinces and for divisions run by a province", "地级名称"),
    Field("county", "string", "Name of the county or district", "县级名称"),
    Field("published", "string", "Date of publication as the page gives it, China time, at its precision", "页面所载发布日期（原精度，北京时间）"),
    Field("published_date", "date", "Day of publication that the page claims; empty if it gives no day", "发布日期"),
    Field("published_time", "time", "Time of publication that the page claims, China time", "发布时刻（北京时间）"),
    Field("signed_date", "date", "Date under the text", "落款日期"),
    Field("source", "string", "Source that the page names", "页面所载来源"),
    Field("published_by", "string", "Name of the site that publishes the report", "发布网站名称"),
    Field("site", "string", "Id of that site in sources.yaml; `import` if no crawl has seen the report", "网站标识"),
    Field("claims", "string", "Division that the text names although its site may not speak for it", "正文自称而该网站无权代表的区划"),
    Field("url", "string", "Address of the page", "页面地址"),
    Field("state", "string", "State of the report's pages: live, unreachable, missing, moved or gone", "页面状态：在线、无法访问、缺失、移动、消失"),
    Field("origin", "string", "Who captured the version: own, imported, merged or memento", "采集来源：本库、导入、合并、网络存档"),
    Field("first_seen", "datetime", "When this text was first seen, UTC", "本版首次采集时间（UTC）"),
    Field("last_seen", "datetime", "When this text was last seen, UTC", "本版最后采集时间（UTC）"),
    Field("captured_at", "datetime", "When the page was captured that the text was read from, UTC", "正文所据页面的采集时间（UTC）"),
    Field("length", "integer", "Length of the text in characters, line ends included", "正文长度（字符，含换行）"),
    Field("paragraphs", "integer", "Number of paragraphs", "段落数"),
    Field("sections", "integer", "Number of statutory sections found", "识别出的法定章节数"),
    Field("attachments", "integer", "Number of attachments that the page offers", "附件数"),
    Field("text_sha256", "string", "SHA-256 of the text, 64 hex characters", "正文SHA-256"),
    Field("text_from", "string", "What the text was read from: page, or the format of a document", "正文出处：网页，或文档格式"),
    Field("text_url", "string", "Address of that document", "该文档地址"),
    Field("unread", "string", "Why the text of a document could not be read", "文档正文未能读取的原因"),
    Field("parts", "integer", "Pages of the article that were joined", "合并的文章页数"),
    Field("extractor", "string", "Name and version of the extractor", "提取程序及版本"),
    Field("warc_file", "string", "WARC file of the capture, relative to the archive", "采集所在WARC文件"),
    Field("warc_offset", "integer", "Byte at which its record begins", "记录起始字节"),
    Field("warc_record_id", "string", "WARC-Record-ID", "WARC记录标识"),
    Field("payload_sha256", "string", "SHA-256 of what was served, 64 hex characters", "原始响应内容SHA-256"),
    Field("payload_warc_file", "string", "WARC file that holds these bytes; another one if the page was unchanged", "内容所在WARC文件"),
    Field("payload_warc_offset", "integer", "Byte at which that record begins", "该记录起始字节"),
    Field("payload_record_id", "string", "WARC-Record-ID of that record", "该WARC记录标识"),
    Field("text", "string", "The text, paragraphs joined by a line end", "正文（段落以换行分隔）", text=True),
    Field("text_as_published", "string", "The text with the full-width punctuation of its page; empty if the page is read differently by now",
          "正文（保留网页原有全角标点；页面现读取结果不同则为空）", text=True, as_published=True),
)  # fmt: skip
"""The columns. They are public and stable: new ones come last, before the texts."""


def rows(item: HeldVersion) -> Iterator[Row]:
    """Yield the row of a version."""
    report, held = item.report, item.held
    day, clock = published(report.published)
    body = "" if item.tombstone else report.body
    level, names = division(report.region)
    yield (
        report.id, report.version, held.versions, item.latest, item.tombstone, item.older,
        report.title, report.issuer, report.year, report.kind,
        report.region, level, *names,
        report.published, day, clock, published(report.signed)[0], report.source,
        held.published_by, held.site, held.claims, report.url, held.state, held.origin,
        held.first_seen, held.last_seen, item.places[0].captured_at if item.places else None,
        len(body), body.count("\n") + 1 if body else 0, len(report.sections), len(report.attachments),
        report.text_sha256, report.text_from, report.text_url, report.unread, report.parts, report.extractor,
        *_evidence(item),
        body or None, report.as_published.body or None if report.as_published else None,
    )  # fmt: skip


def published(text: str | None) -> tuple[date | None, time | None]:
    """Return day and time of an ISO date or date-time; None for what it does not give or no calendar has."""
    found = _PUBLISHED.fullmatch(text or "")
    if found is None:
        return None, None
    try:
        return date.fromisoformat(found[1]), time.fromisoformat(found[2]) if found[2] else None
    except ValueError:
        return None, None


def division(code: str | None) -> tuple[str | None, tuple[str | None, str | None, str | None]]:
    """Return the level of a division, and the names of the province, city and county that it is or lies in."""
    if code is None or region(code) is None:
        return None, (None, None, None)
    around: list[Region] = list(outward(code))
    names = {each.level: each.name for each in around}
    return around[0].level, (names.get("province"), names.get("city"), names.get("county"))


def _evidence(item: HeldVersion) -> tuple[Value, ...]:
    if not item.places:
        return (None,) * 7
    place = item.places[0]
    return (
        place.warc_file, place.warc_offset, place.record_id, place.payload_sha256,
        place.payload_warc_file, place.payload_warc_offset, place.payload_record_id,
    )  # fmt: skip


VERSIONS = Table(
    name="versions",
    english="Versions of reports, one row each",
    chinese="报告版本，每版一行",
    fields=FIELDS,
    key=("report_id", "version"),
    of_version=rows,
)
