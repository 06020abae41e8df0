"""What a report is about: whether it is a 法治政府建设情况报告, of whom, for which year."""

from __future__ import annotations

import re

from crawler.text import chinese_number

# …2022年度法治政府建设情况报告, …法治政府建设工作报告, 依法行政工作情况报告, 推进法治建设工作总结
_SUBJECT = re.compile(r"法治政府|依法行政|法治(?:建设|工作|机关)")
_REPORT = re.compile(r"报\s*告|总结|情况")
# Near misses that share the words: 工作要点, 述职报告, 评估报告, 五年法治政府建设情况, news of a meeting that heard the report.
_NOT = re.compile(
    r"通知|意见|方案|实施纲要|规划|解读|要点|细则|办法|规定|会议|召开|培训|答记者|图解|一图|述职|评估|发展报告|研究|报告制度|讲话|听取|审议"
    r"|白皮书|状况|指标|名单|公示|清单|安排|五年|示范"
)
_GOVERNMENT = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{1,20}?(?:省|市|区|县|旗|州|盟|乡|镇|街道|自治区|自治州|自治县|特别行政区|新区|开发区|管理区))"
    r"(?P<organ>人民政府|政府|管理委员会|管委会|人民政府办公[厅室]|街道办事处|办事处)?"
)
_ORGAN = re.compile(
    r"^(?P<organ>[\u4e00-\u9fff()]{2,40}?(?:人民政府办公[厅室]|人民政府|管理委员会|管委会|委员会|办事处|总局|局|厅|办公室|办|委|院|队|中心|站|署|部))"
    r"(?=关于|20\d\d|[二一][〇○零一二三四五六七八九]{3}年|年度|法治|依法|\s|推进|落实|贯彻|$)"
)
_PARTY = re.compile(
    r"^中共(?P<name>[\u4e00-\u9fff]{1,20}?)委(?:员会)?\s*(?P<rest>[\u4e00-\u9fff]*?(?:人民政府|管理委员会|管委会))"
)
_YEAR = re.compile(r"(?<!\d)(20[0-4]\d)\s*(?:年|-|—|法治)|([二][〇○零O][〇○零O一二三四五六七八九]{2})\s*年")
_LEADING = re.compile(r"^(?:关于|【[^】]*】|\[[^\]]*\]|印发|公布|发布)+")
_DIVISION = re.compile(
    r"^(?P<name>[\u4e00-\u9fff]{1,16}(?:特别行政区|自治区|自治州|自治县|自治旗|新区|开发区|高新区|管理区|林区|街道|省|市|区|县|旗|州|盟|乡|镇))(?=20\d\d|[二][〇○零]|年|法治|依法|关于|政府|推进|$)"
)
_SIGNED_ORGAN = re.compile(
    r"^[\u4e00-\u9fff()·\s]{2,40}(?:政府|委员会|管委会|办公[厅室]|办事处|局|厅|委|办|院|署|部|中心|队)$"
)


def year(title: str, body: str) -> int | None:
    """The year reported on: the title's; else the one that the opening of the body names most often."""
    for text in (title, body[:600]):
        years = [int(m[1]) if m[1] else chinese_number(m[2].replace("O", "〇")) for m in _YEAR.finditer(text)]
        if years:
            return max(years, key=years.count)
    return None


def issuer(title: str, signer: str | None) -> str | None:
    """Who reports, from the title or, where the title names nobody, from the signature."""
    bare = _LEADING.sub("", title.replace(" ", ""))
    if party := _PARTY.match(bare):
        return party["rest"] or party["name"] + "人民政府"
    if organ := _ORGAN.match(bare):
        return organ["organ"]
    if division := _DIVISION.match(bare):
        return _government(division["name"])
    inner = re.sub(r"^(?:20\d\d|二[〇○零]..)年(?:度)?", "", bare)
    if inner != bare and (found := issuer(inner, None)):
        return found
    if signer and _SIGNED_ORGAN.match(signer):
        return signer
    return None


def _government(name: str) -> str:
    if name.endswith(("街道",)):
        return name + "办事处"
    return name + ("管理委员会" if name.endswith(("开发区", "高新区", "管理区")) else "人民政府")


def kind(title: str, body: str, by: str | None) -> str | None:
    """government, party_government, department; None when title or text is not such a report."""
    if not is_report(title, body):
        return None
    head = title.replace(" ", "")
    if head.startswith("中共") and "政府" in head:
        return "party_government"
    if by and re.search(r"(?:人民政府|管理委员会|管委会|街道办事处|行政公署|^.*政府)$", by):
        return "government"
    if by:
        return "department"
    return (
        "government"
        if re.search(r"我[省市区县旗州镇乡]|(?:省|市|区|县|镇|乡)政府", body[:1500])
        else "department"
    )


def is_report(title: str, body: str) -> bool:
    """Whether title and text are those of a yearly report on rule-of-law government."""
    if not (_SUBJECT.search(title) and _REPORT.search(title)) or _NOT.search(
        re.sub("情况(?:的)?报告.*", "", title)
    ):
        return False
    return len(body) > 300 and bool(_SUBJECT.search(body))
