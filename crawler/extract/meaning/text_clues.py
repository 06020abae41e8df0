"""Evidence in the text itself: info line, index table, signature at the end. Lines in, Clues out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from crawler.extract.page.lines import Line
from crawler.extract.roles import labels
from crawler.extract.roles.role import BREADCRUMB, FOOTER, INDEX, Role, squeeze, without_tail
from crawler.field.text import find_dates, iso_date
from crawler.model import Clue

_WEAK_LABELS = ("更新时间", "更新日期", "生成日期", "编辑时间", "创建时间")
_TODAY = re.compile(r"今天是|今日是|今天:|今日:|现在是|现在时间|当前时间|系统时间|星期[一二三四五六日天]\s*$")
_SITES_OWN = re.compile(r"©|版权|copyright", re.I)
_SURE_LABEL = 4  # characters of a label that is not one of today's date: 发布日期
_ELSEWHERE = frozenset((BREADCRUMB, FOOTER, INDEX))  # the index table is read by itself
_DATED = ("published", "made")
_DIGIT_OR_COLON = re.compile(r"[\d:]")
_TAIL = 8  # lines from the end in which a signature is looked for
_SIGNER = re.compile(
    r"[\u4e00-\u9fff()·、\s]{2,48}(?:政府|委员会|管委会|办公[厅室]|办事处|局|厅|委|办|院|署|部|中心|队|处|站|公司|组)"
)
_ORGAN_LABEL = re.compile(
    r"^[\u4e00-\u9fff]{0,6}(?:机关|单位|部门|机构|落款|署名)(?:名称)?(?:\s*:|\s+)\s*(?=\S)"
)
_NAMED = re.compile(r"\d{1,2}[:∶]\d\d\s+([\u4e00-\u9fff·]{2,16})$")  # 2019年11月25日 18:57 某报
_EVENT = re.compile(r"(?:开始|结束|活动|截止|起止|报名|举办)\s*(?:时间|日期)\s*:?$")
_DATE_LINE = re.compile(r"[\s()\[\]]*[0-9一二三四五六七八九十〇零○◯O年月日号./-]{6,14}[\s()\[\]]*")


def info_clues(
    header: Sequence[Line],
    roles: Sequence[Role],
    near: int,
    titles: Collection[str] = (),
    *,
    indexed: bool = False,
) -> Iterator[Clue]:
    """Clues of the lines above the body. `near`: how many of the last ones stand closest to it and weigh more.

    `titles`: squeezed titles of the page; a date above its title, without a label, is seldom the article's.
    `indexed`: whether the lines of an index table were read as one, and so say nothing here.
    """
    top = _top(header, roles, titles)
    elsewhere = _ELSEWHERE if indexed else _ELSEWHERE - {INDEX}
    for i, line in enumerate(header):
        text = line.text
        if len(text) > 200 or roles[i] in elsewhere or not _DIGIT_OR_COLON.search(text) or _is_sites(text):
            continue
        bonus = 0.02 if i >= len(header) - near else 0.0
        found = labels.read(text)
        today = _TODAY.search(text) is not None
        said = list(_labelled(found, bonus, least=_SURE_LABEL if today else 0))
        yield from said
        dated = any(clue.field == "published" for clue in said)
        if today or dated or len(text) >= 100 or not (date := iso_date(text)):
            continue
        if not found and i >= top and (name := _NAMED.search(text)):
            yield Clue(field="source", value=name[1], weight=0.5, where="behind the date")
        if line.is_links and (i < top or "T" not in date):
            continue  # an entry of a list; a date and time below the title may be a link all the same
        weight = 0.5 if i < top or _is_of_text(header, i) else 0.88 if _sourced(found) else 0.76
        yield Clue(field="published", value=date, weight=weight + bonus, where="date above the body")


def _labelled(found: Sequence[labels.Info], bonus: float, least: int) -> Iterator[Clue]:
    """Clues of a line's labelled values. `least`: characters that the label of a date must have."""
    for info in found:
        where = f"info line {info.label}"
        if info.field in _DATED:
            if len(info.label) >= least and (date := iso_date(info.value)):
                weak = 0.71 if info.field == "made" else 0.73 if info.label in _WEAK_LABELS else 0.9
                yield Clue(field="published", value=date, weight=weak + bonus, where=where)
        elif info.field != "other":
            yield Clue(field=info.field, value=info.value, weight=0.9 + bonus, where=where)


def _is_sites(text: str) -> bool:
    """Whether a date in a line would be that of the site: © 2001-2025."""
    return _SITES_OWN.search(text) is not None


def _top(header: Sequence[Line], roles: Sequence[Role], titles: Collection[str]) -> int:
    """The last of the lines that open the article's own head: breadcrumb, heading, title."""
    for i in range(len(header) - 1, 0, -1):
        line = header[i]
        if line.tag == "h1" or roles[i] is BREADCRUMB or squeeze(without_tail(line.text)) in titles:
            return i
    return 0


def _is_of_text(header: Sequence[Line], i: int) -> bool:
    """Whether a date is the document's own, in brackets or below its signer, or that of an event."""
    if header[i].text.startswith("("):
        return True
    above = header[i - 1].text if i else ""
    return _SIGNER.fullmatch(above) is not None or _EVENT.search(above) is not None


def _sourced(found: Sequence[labels.Info]) -> bool:
    return any(info.field == "source" for info in found)


def foot_clues(body: Sequence[Line], footer: Sequence[Line]) -> Iterator[Clue]:
    """The same of the body's end and of the first lines below it, weighing less: a source may stand only there."""
    for line in body[-2:]:
        if len(line.text) < 60:
            yield from (
                Clue(field=info.field, value=info.value, weight=0.56, where=f"end of the body {info.label}")
                for info in labels.read(line.text)
                if info.field in ("source", "author", "editor")
            )
    for line in footer[:12]:
        if len(line.text) > 120 or _is_sites(line.text):
            continue
        today = _TODAY.search(line.text) is not None
        if not today and (date := iso_date(line.text)) and not line.is_links:
            yield Clue(field="published", value=date, weight=0.4, where="date below the body")
        for info in labels.read(line.text):
            if info.field in _DATED:
                if (date := iso_date(info.value)) and len(info.label) >= (_SURE_LABEL if today else 0):
                    weight = 0.45 if info.field == "made" else 0.55
                    yield Clue(
                        field="published", value=date, weight=weight, where=f"below the body {info.label}"
                    )
            elif info.field != "other":
                yield Clue(
                    field=info.field, value=info.value, weight=0.55, where=f"below the body {info.label}"
                )


def index_clues(index: Mapping[str, str]) -> Iterator[Clue]:
    """What the 政府信息公开 index table says of publication."""
    for key, weight in (("发布日期", 0.8), ("发文日期", 0.74), ("成文日期", 0.71)):
        if date := iso_date(index.get(key, "")):
            yield Clue(field="published", value=date, weight=weight, where=f"index table {key}")


def signature(body: Sequence[str]) -> Iterator[Clue]:
    """Signer and date at the end: `某市人民政府` and `2023年2月20日`, on two lines or one."""
    for i in range(len(body) - 1, max(len(body) - 1 - _TAIL, 0), -1):
        text = body[i]
        if len(text) > 60:
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
    if body and len(body) > 1 and len(body[-1]) < 30 and _SIGNER.fullmatch(above := _signer(body[-1])):
        yield Clue(field="signer", value=above, weight=0.6, where="end of the body")


def _signer(text: str) -> str:
    """A signer's line without the label before it, which may be a cell of its own: `备案机关⇥某局`."""
    return _ORGAN_LABEL.sub("", text.rpartition("\t")[2].strip())
