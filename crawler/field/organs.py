"""Recognise names of organs in titles, signatures and names of sites: find them, write them in full, tell their kind.

Takes short texts. Divisions and their codes are in `regions`; which organ reports is decided in `extract/meaning/subject`.
"""

from __future__ import annotations

import re

from crawler.field.regions import begins_with_division, ends_with_division, outward
from crawler.field.text import fold
from crawler.field.title_text import plain_title
from crawler.field.titles import GROUP, SUBJECT, report_title

GOVERNMENT, PARTY_GOVERNMENT, DEPARTMENT = "government", "party_government", "department"

_MAX_NAME_LENGTH = 80  # characters of a name, or of the names of two organs that write together

_BEFORE_NAME = re.compile(
    r"^(?:【[^】]*】|[\u4e00-\u9fff]{1,8}[〔\[(]20\d\d[〕\])]\d{1,4}号|《|\[[^\]]*\]|〔[^〕]*〕|附件\d?(?=:)|关于|印发|公布|发布|公示|公开|报送|呈报|上报|呈送|转发|(?:20\d\d年?度?|二[^年,]{3}年度?)(?![-—–~至\d])|[·:、,—-])+"
)
"""Texts before the name in a title: 某政发〔2022〕1号《, [某政发〔2022〕1号], 【公告】, 关于, 2022年度."""

_NAME_IN_TITLE = re.compile(
    rf"(?P<name>.+?)(?:关于|20\d\d|二[〇○◯零OО][^年,]{{2}}(?:年|法|度)|年度|(?:全面|深入|扎实)?(?:推进|落实|贯彻|加强|深化|开展|加快|履行)|{SUBJECT}|(?<!依)法治)"
)
"""The name ends before the title's year, its 关于 or its subject."""

_OUR = re.compile(r"^(?:我|本|全)(?=[省市区县旗州盟乡镇])")  # 我市, 全县
_ZONE = (
    r"开发区|高新区|经开区|管理区|园区|保税港?区|综保区|试验区|示范区|合作区|度假区|风景(?:名胜)?区|新区|新城"
)

_IN_FULL: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), full)
    for pattern, full in (
        (r"(?<=.)(?:人民)?政府$", "人民政府"),
        (r"(?<=[区园城港岛带)])(?:管理委员|管委)会$", "管理委员会"),
        (r"(?<=.)街道?(?:办事处)?$", "街道办事处"),
        (r"(?<=.)(?:行政)?公署$", "行政公署"),
        (r"(?<=地区)$|(?<=.盟)$", "行政公署"),
        (r"(?<=建设兵团)$", ""),
        (r"(?<=[省市区县旗州乡镇])$|(?<=苏木)$", "人民政府"),
    )
)
"""Endings of a local government's name, and each in full. The bare name of a place (甲县) means its government."""

_DEPARTMENT = re.compile(
    r".(?:[局厅部委办署院队所处科组会社馆台厂校室]|中心|公司|集团|银行|学院|大学|中学|小学|医院|海关|办事处)(?:\([^()]{2,20}\))?$"  # 甲县应急管理局(地震局)
)
_PARTY = re.compile(
    r"^(?P<sign>中国共产党|中共)?(?P<place>[^、]*?)(?P<committee>党委|党工委|(?<!管理)(?:工作)?委员会|工委|(?<!管)委)(?P<joined>[、和]?)"
    r"(?P<rest>[^委]*?(?:政府|(?:管理委员|管委)会|办事处))$"
)
_BARE_ORGAN = re.compile(r"^[省市区县旗州盟乡镇]?(?:(?:人民)?政府|(?:管理委员|管委)会|(?:街道?)?办事处)$")
_COMMITTEE = re.compile(r"^(?:中国共产党|中共)[^委]+(?:委|委员会)$")
_LEVEL = re.compile(r"^(自治[区州县旗]|[省市区县旗州盟])(?=.)")


def organ_in(title: str) -> tuple[str, str] | None:
    """Return (name in full, kind) of the organ that a title names as its author; None if it names none.

    For 中共甲市委 甲市人民政府 the organ is the government and the kind party_government. A name without its place
    (省人民政府, 我市, 区教育局) is returned without it and without 我: see `complete`. Of a covering letter it is the organ
    in the report's title, or else the one that publishes it; an office that only sends it on is none.
    """
    inner = report_title(title)
    if (named := _named_in(inner)) or (named := _named_behind(inner)):
        return named
    outer = plain_title(title)
    sender = _named_in(outer) if outer != inner else None
    return sender if sender and (sender[1] != DEPARTMENT or _PUBLISHES.search(outer)) else None


_PUBLISHES = re.compile(r"公布|发布|公开")
# 2022年度法治政府建设情况报告(甲县公安局), 法治政府建设情况报告(2022年度)甲县公安局
_ORGAN_BEHIND = re.compile(r"[()—-]([^()—-]{2,40}?)\)?$")


def _named_in(text: str) -> tuple[str, str] | None:
    """The organ that a plain title begins with."""
    text = _BEFORE_NAME.sub("", text)
    found = _NAME_IN_TITLE.match(text)
    if found and "《" in found["name"]:  # 甲部公布《甲部2021年度…》
        text = _BEFORE_NAME.sub("", text.partition("《")[2])
        found = _NAME_IN_TITLE.match(text)
    return organ(found["name"]) if found and not _BEFORE_NAME.match(text) else None


def _named_behind(text: str) -> tuple[str, str] | None:
    """The organ in brackets at the end of a plain title."""
    found = _ORGAN_BEHIND.search(text[-_MAX_NAME_LENGTH:])
    return organ(found[1]) if found else None


def organ(name: str) -> tuple[str, str] | None:
    """Return (name in full, kind) of an organ's name; None for any other text."""
    name = name.rpartition("\t")[2]  # the last cell of a table's row; the cells before it are labels
    name = "".join(fold(name[: _MAX_NAME_LENGTH + 1]).split()).strip('、,:|丨—-的"“”')
    if name[:1] == "(" and name.find(")") == len(name) - 1:
        name = name[1:-1]  # (甲市水务局)2022年度…
    is_placed = begins_with_division(name)
    name = name if is_placed else _OUR.sub("", name)  # 全州县 is a place, 全县 is none
    if len(name) > _MAX_NAME_LENGTH or GROUP.fullmatch(name):
        return None
    if joint := _joint_government(name):
        return joint, PARTY_GOVERNMENT
    if _COMMITTEE.match(name):
        return name, PARTY_GOVERNMENT
    if government := _government(name):
        return government, GOVERNMENT
    is_ours = not is_placed and name.startswith(("我", "本"))
    return (name, DEPARTMENT) if _DEPARTMENT.search(name) and not is_ours else None


def _joint_government(name: str) -> str | None:
    """The government in the names of a party committee and a government that write together."""
    found = _PARTY.match(name)
    if not found or not (found["sign"] or found["committee"].startswith("党") or _is_place(found["place"])):
        return None
    rest = found["rest"]
    if found["joined"] == "和" and not _BARE_ORGAN.match(rest) and begins_with_division("和" + rest):
        rest = "和" + rest  # 和平县委和平县人民政府: the character is the place's, not an "and"
    if _BARE_ORGAN.match(rest):
        rest = _without_repeat(found["place"], rest.lstrip("省市区县旗州盟乡镇"))
    return _government(rest)


def _without_repeat(place: str, rest: str) -> str:
    """Return the name of a place and what is bare behind it: 甲街道 and 街道办事处 are 甲街道办事处."""
    return place + (rest.removeprefix("街道") if place.endswith("街道") else rest)


def _is_place(name: str) -> bool:
    return name.endswith((*"省市区县旗州盟乡镇", "街道"))


def _government(name: str) -> str | None:
    """The full name of a local government or an administrative committee; None for any other name."""
    if re.search(rf"(?:{_ZONE})$", name) and not ends_with_division(name):
        return name + "管理委员会"
    for pattern, full in _IN_FULL:
        if found := pattern.search(name):
            return name[: found.start()] + full
    return None


def complete(name: str, code: str) -> str:
    """Return a name with the place that it leaves out: 省人民政府 is 湖北省人民政府 if `code` is in 湖北省.

    Returns the name unchanged if it has a place, or if `code` has no division of that level around it (区教育局 with 420100).
    """
    level = _LEVEL.match(name)
    if not level or begins_with_division(name):
        return name
    for row in outward(code):
        if row.name.endswith(level[1]) and (level[1] == "自治区" or not row.name.endswith("自治区")):
            return row.name + name[level.end() :]
    return name


def is_bare(name: str) -> bool:
    """Whether a name has no place: 市人民政府, 区教育局."""
    return _LEVEL.match(name) is not None and not begins_with_division(name)
