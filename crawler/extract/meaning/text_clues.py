"""Gather evidence in the text of a page: info line, index table, lines below the body, signature. Lines in, Clues out.

The head of a page is read by `documents/html/head_clues`, titles by `title_clues`; `choose_clue` picks among the clues.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from crawler.extract.page.lines import Line
from crawler.extract.roles import labels
from crawler.extract.roles.role import BREADCRUMB, FOOTER, INDEX, Role, squeeze, without_tail
from crawler.field.text import find_dates, iso_date
from crawler.model import Clue

_WEAK_LABELS = ("更新时间", "更新日期", "生成日期", "编辑时间", "创建时间")
_TODAYS_DATE = re.compile(
    r"今天是|今日是|今天:|今日:|现在是|现在时间|当前时间|系统时间|星期[一二三四五六日天]\s*$"
)
_COPYRIGHT = re.compile(r"©|版权|copyright", re.I)
_MIN_CERTAIN_LABEL_LENGTH = 4  # characters, as of 发布日期; a shorter one (日期) may be that of today's date
_SKIPPED_ROLES = frozenset((BREADCRUMB, FOOTER, INDEX))  # the index table is read by `index_clues`
_DATE_FIELDS = ("published", "made")
_DIGIT_OR_COLON = re.compile(r"[\d:]")
_MAX_HEADER_LINE_LENGTH, _MAX_DATE_LINE_LENGTH = 200, 100  # characters; the second for a date without a label
_MAX_END_LINE_LENGTH = 60  # characters of a signature and of an info line at the end of a body
_MAX_FOOTER_LINE_LENGTH = 120  # characters
_INFO_LINES_AT_END, _LINES_BELOW_BODY = 2, 12  # lines read at the end of a body and below it
_SIGNATURE_LINES = 8  # from the end, in which a signature is looked for
_MAX_SIGNER_LENGTH = 30  # characters of a last line that is a signer without a date
_WEIGHT_NEAR_BODY = 0.02  # added for a line close to the body
_SIGNER = re.compile(
    r"[\u4e00-\u9fff()·、\s]{2,48}(?:政府|委员会|管委会|办公[厅室]|办事处|局|厅|委|办|院|署|部|中心|队|处|站|公司|组)"
)
_ORGAN_LABEL = re.compile(
    r"^[\u4e00-\u9fff]{0,6}(?:机关|单位|部门|机构|落款|署名)(?:名称)?(?:\s*+:|\s++)\s*+(?=\S)"
)
_NAME_AFTER_TIME = re.compile(r"\d{1,2}[:∶]\d\d\s+([\u4e00-\u9fff·]{2,16})$")  # 2019年11月25日 18:57 某报
_EVENT = re.compile(r"(?:开始|结束|活动|截止|起止|报名|举办)\s*(?:时间|日期)\s*:?$")
_DATE_LINE = re.compile(r"[\s()\[\]]*[0-9一二三四五六七八九十〇零○◯O年月日号./-]{6,14}[\s()\[\]]*")


def info_clues(
    header: Sequence[Line],
    roles: Sequence[Role],
    near: int,
    titles: Collection[str] = (),
    *,
    has_index: bool = False,
) -> Iterator[Clue]:
    """Yield the clues of the lines above the body. `near`: how many of the last ones are close to it and weigh more.

    `titles`: squeezed titles of the page; a date above its title, without a label, is seldom the article's.
    `has_index`: whether an index table was read; its lines are skipped here.
    """
    top = _own_head(header, roles, titles)
    skipped = _SKIPPED_ROLES if has_index else _SKIPPED_ROLES - {INDEX}
    for i, line in enumerate(header):
        text = line.text
        if (
            len(text) > _MAX_HEADER_LINE_LENGTH
            or roles[i] in skipped
            or not _DIGIT_OR_COLON.search(text)
            or _is_copyright(text)
        ):
            continue
        bonus = _WEIGHT_NEAR_BODY if i >= len(header) - near else 0.0
        found = labels.read(text)
        is_today = _TODAYS_DATE.search(text) is not None
        clues = list(_labelled(found, bonus, min_label_length=_MIN_CERTAIN_LABEL_LENGTH if is_today else 0))
        yield from clues
        is_dated = any(clue.field == "published" for clue in clues)
        if is_today or is_dated or len(text) >= _MAX_DATE_LINE_LENGTH or not (date := iso_date(text)):
            continue
        if not found and i >= top and (name := _NAME_AFTER_TIME.search(text)):
            yield Clue(field="source", value=name[1], weight=0.5, where="behind the date")
        if line.is_links and (i < top or "T" not in date):
            continue  # an entry of a list; but a date with a time below the title may be a link
        weight = 0.5 if i < top or _is_date_of_text(header, i) else 0.88 if _has_source(found) else 0.76
        yield Clue(field="published", value=date, weight=weight + bonus, where="date above the body")


def _labelled(found: Sequence[labels.Info], bonus: float, min_label_length: int) -> Iterator[Clue]:
    """Clues of a line's labelled values. `min_label_length`: characters that the label of a date must have."""
    for info in found:
        where = f"info line {info.label}"
        if info.field in _DATE_FIELDS:
            if len(info.label) >= min_label_length and (date := iso_date(info.value)):
                weak = 0.71 if info.field == "made" else 0.73 if info.label in _WEAK_LABELS else 0.9
                yield Clue(field="published", value=date, weight=weak + bonus, where=where)
        elif info.field != "other":
            yield Clue(field=info.field, value=info.value, weight=0.9 + bonus, where=where)


def _is_copyright(text: str) -> bool:
    """Whether a line is a copyright notice, whose dates are the site's: © 2001-2025."""
    return _COPYRIGHT.search(text) is not None


def _own_head(header: Sequence[Line], roles: Sequence[Role], titles: Collection[str]) -> int:
    """The line at which the article's own head begins: the last breadcrumb, heading or title."""
    for i in range(len(header) - 1, 0, -1):
        line = header[i]
        if line.tag == "h1" or roles[i] is BREADCRUMB or squeeze(without_tail(line.text)) in titles:
            return i
    return 0


def _is_date_of_text(header: Sequence[Line], i: int) -> bool:
    """Whether a date belongs to the text: in brackets, below a signer, or that of an event."""
    if header[i].text.startswith("("):
        return True
    above = header[i - 1].text if i else ""
    return _SIGNER.fullmatch(above) is not None or _EVENT.search(above) is not None


def _has_source(found: Sequence[labels.Info]) -> bool:
    return any(info.field == "source" for info in found)


def foot_clues(body: Sequence[Line], footer: Sequence[Line]) -> Iterator[Clue]:
    """Yield the clues of the body's end and the lines below it. They weigh less; some pages name their source only there."""
    for line in body[-_INFO_LINES_AT_END:]:
        if len(line.text) < _MAX_END_LINE_LENGTH:
            found = labels.read(line.text)
            yield from (
                Clue(field=info.field, value=info.value, weight=0.56, where=f"end of the body {info.label}")
                for info in found
                if info.field in ("source", "author", "editor")
            )
            if _has_source(found) and (date := iso_date(line.text)):  # 来源:区政府办 2023-04-13
                yield Clue(
                    field="published", value=date, weight=0.5, where="end of the body beside the source"
                )
    for line in footer[:_LINES_BELOW_BODY]:
        if len(line.text) > _MAX_FOOTER_LINE_LENGTH or _is_copyright(line.text):
            continue
        is_today = _TODAYS_DATE.search(line.text) is not None
        min_label_length = _MIN_CERTAIN_LABEL_LENGTH if is_today else 0
        if not is_today and (date := iso_date(line.text)) and not line.is_links:
            yield Clue(field="published", value=date, weight=0.4, where="date below the body")
        for info in labels.read(line.text):
            if info.field in _DATE_FIELDS:
                if (date := iso_date(info.value)) and len(info.label) >= min_label_length:
                    weight = 0.45 if info.field == "made" else 0.55
                    yield Clue(
                        field="published", value=date, weight=weight, where=f"below the body {info.label}"
                    )
            elif info.field != "other":
                yield Clue(
                    field=info.field, value=info.value, weight=0.55, where=f"below the body {info.label}"
                )


def index_clues(index: Mapping[str, str]) -> Iterator[Clue]:
    """Yield the dates of publication in the index table of 政府信息公开."""
    for key, weight in (("发布日期", 0.8), ("发文日期", 0.74), ("成文日期", 0.71)):
        if date := iso_date(index.get(key, "")):
            yield Clue(field="published", value=date, weight=weight, where=f"index table {key}")


def signature(body: Sequence[str]) -> Iterator[Clue]:
    """Yield signer and date at the end of a text: `某市人民政府` and `2023年2月20日`, on two lines or one."""
    for i in range(len(body) - 1, max(len(body) - 1 - _SIGNATURE_LINES, 0), -1):
        text = body[i]
        if len(text) > _MAX_END_LINE_LENGTH:
            continue
        text = labels.without_closing_label(text)
        date = next(find_dates(text), None)
        if date is None or date[2] < len(text.rstrip(" )]")):
            continue
        above = text[: date[1]].strip(" ([")
        if not above and _DATE_LINE.fullmatch(text.replace(" ", "")):  # 2023 年 2 月 20 日
            above = body[i - 1]
        elif not _SIGNER.fullmatch(_signer(above)):
            continue
        yield Clue(field="signed", value=date[0][:10], weight=0.9, where="end of the body")
        if _SIGNER.fullmatch(above := _signer(above)):
            yield Clue(field="signer", value=above, weight=0.9, where="end of the body")
        return
    if len(body) > 1 and len(body[-1]) < _MAX_SIGNER_LENGTH and _SIGNER.fullmatch(last := _signer(body[-1])):
        yield Clue(field="signer", value=last, weight=0.6, where="end of the body")


def _signer(text: str) -> str:
    """A signer's line without the label before the name. The label may be a cell of its own: `备案机关⇥某局`."""
    return _ORGAN_LABEL.sub("", text.rpartition("\t")[2].strip())
