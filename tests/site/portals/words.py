"""Names of columns as portals have them: ways to the list, columns beside it, and the initials that addresses are made of."""

from __future__ import annotations

from collections.abc import Mapping

Names = tuple[str, ...]  # variants of one name
Chain = tuple[Names, ...]  # from the home page to the list

_OPEN: Names = ("政务公开", "政务公开", "信息公开", "政务")
_INFO: Names = ("政府信息公开", "政府信息公开", "政府信息公开专栏")
_LEGAL: Names = ("法定主动公开内容", "法定主动公开内容", "法定主动公开", "主动公开内容")
_FIELDS: Names = ("重点领域信息公开", "重点领域", "重点领域公开")
_RULE: Names = ("法治政府建设", "法治政府建设", "法治政府", "法治建设", "依法行政")
_LIST: Names = (
    "法治政府建设年度报告", "法治政府建设情况报告", "法治政府建设情况", "法治政府建设报告", "年度报告", "法治政府建设工作报告",
    "法治政府年度报告", "年度法治政府建设情况", "依法行政工作报告", "法治政府建设年报",
)  # fmt: skip
_FULL_LIST: Names = tuple(name for name in _LIST if name != "年度报告")
_TOPICS: Names = ("专题专栏", "专题", "热点专题")
_OFFICES: Names = ("部门信息公开目录", "部门信息公开", "政府部门信息公开")
_OTHER: Names = ("其他法定信息", "其他法定公开信息", "其他法定主动公开内容")

CHAINS: Mapping[int, tuple[Chain, ...]] = {
    3: (
        (_OPEN, _RULE, _LIST),
        (_TOPICS, ("法治政府建设专栏", "法治政府建设专题"), _LIST),
        (_OPEN, ("依法行政",), _FULL_LIST),
        (_INFO, _RULE, _LIST),
        (_OPEN, ("政府文件",), _FULL_LIST),
    ),
    4: (
        (_OPEN, _INFO, _LEGAL, _FULL_LIST),
        (_INFO, _LEGAL, _RULE, _LIST),
        (_OPEN, _FIELDS, _RULE, _LIST),
        (_OPEN, _LEGAL, ("依法行政", "法治工作"), _FULL_LIST),
        (_OPEN, _INFO, _LEGAL, ("法治政府建设", "法治政府建设情况")),
    ),
    5: (
        (_OPEN, _INFO, _LEGAL, _RULE, _LIST),
        (_OPEN, _INFO, _LEGAL, _FIELDS, ("法治政府建设",)),
        (_OPEN, _OFFICES, ("司法局",), _LEGAL, ("法治政府建设", "法治政府建设情况")),
    ),
    6: (
        (_OPEN, _INFO, _LEGAL, _OTHER, ("依法行政", "法治政府建设"), _LIST),
        (_OPEN, _INFO, _OFFICES, ("司法局",), _LEGAL, _FULL_LIST),
        (_OPEN, _INFO, _LEGAL, _FIELDS, _RULE, _LIST),
    ),
}
"""Chains by their number of clicks, if the home page shows its sections only."""

UNNAMED_CHAIN: Chain = (_OPEN, _INFO, _LEGAL, _OTHER)
"""A list among other matters, whose name does not say what is in it."""

_GENERAL: Names = (
    "机构职能", "政策文件", "规范性文件", "规划计划", "统计信息", "人事信息", "应急管理", "政府采购", "重大建设项目", "行政许可",
    "行政处罚", "公共资源配置", "建议提案办理", "权责清单", "双随机一公开",
)  # fmt: skip
_NEAR_OPEN: Names = (
    "政府信息公开年报", "政府工作报告", "财政预决算", "政府信息公开指南", "政府信息公开制度", "依申请公开", "重大行政决策",
    "政府公报", "政府网站工作年度报表", "行政执法公示",
)  # fmt: skip
_NEAR_RULE: Names = (
    "法治宣传", "普法", "普法责任清单", "行政复议", "行政执法公示", "学法用法", "公共法律服务", "人民调解", "重大行政决策", "规范性文件清理",
)  # fmt: skip
_RULE_OWN: Names = ("法治政府建设示范创建", "法治政府建设规划", "法治动态")

SIBLINGS: Mapping[str, Names] = {
    **dict.fromkeys(_OPEN, (*_NEAR_OPEN, *_GENERAL, "政策解读", "法治宣传")),
    **dict.fromkeys(_INFO, (*_NEAR_OPEN[:6], "政府信息公开目录", "监督保障")),
    **dict.fromkeys((*_LEGAL, *_FIELDS, *_OTHER), (*_GENERAL, *_NEAR_OPEN[:3], "行政复议", "普法", "审计公开", "乡村振兴")),
    **dict.fromkeys(_TOPICS, ("法治宣传", "普法依法治理", "优化营商环境", "乡村振兴", "安全生产", "扫黑除恶", "信用建设")),
    **dict.fromkeys(_OFFICES, ("教育局", "公安局", "民政局", "财政局", "水利局", "审计局", "交通运输局", "发展和改革局")),
    "司法局": ("机构职能", "政府信息公开年报", "财政预决算", "法治宣传", "行政复议"),
    "政府文件": ("政府令", "政府办文件", "规范性文件", "人事任免", "政府工作报告"),
}  # fmt: skip
"""Columns beside the next step, by the name of the hub."""


def siblings(hub: str, *, of_rule: bool) -> Names:
    """Return the names of the columns below a hub, beside the one on the way; `of_rule`: some may be of 法治政府 too."""
    if hub in SIBLINGS:
        return SIBLINGS[hub]
    return (*_NEAR_RULE, *(_RULE_OWN if of_rule else ()))


DEPARTMENTS: Names = ("部门法治政府建设年度报告", "部门法治政府建设情况", "镇(街道)法治政府建设年度报告")
"""Names of the columns with the departments' reports."""

NEAR_TITLES: Mapping[str, Names] = {
    "政府信息公开年报": ("{name}人民政府{y0}年政府信息公开工作年度报告", "{name}财政局{y0}年政府信息公开工作年度报告"),
    "政府工作报告": ("{y}年{name}人民政府工作报告", "政府工作报告——{y}年1月在{name}人民代表大会会议上"),
    "财政预决算": ("{name}{y0}年财政预算执行情况和{y}年财政预算草案的报告", "{name}人民政府办公室{y}年部门预算公开", "{name}{y0}年度财政决算公开"),
    "政府网站工作年度报表": ("政府网站工作年度报表（{y0}年度）",),
    "行政复议": ("{name}人民政府行政复议决定书（{y}）{n:1-99}号", "{name}{y0}年行政复议案件统计", "{name}行政复议便民服务点设立"),
    "法治宣传": ("{name}开展“宪法宣传周”活动", "{name}{y}年法治文化节启动", "{name}法治宣传进社区"),
    "普法": ("{name}{y}年普法依法治理工作要点", "{name}“八五”普法规划", "{name}{y}年普法工作总结"),
    "普法依法治理": ("{name}{y}年普法依法治理工作要点", "{name}“法律明白人”培训班开班"),
    "普法责任清单": ("{name}教育局{y}年度普法责任清单", "{name}民政局{y}年度普法责任清单"),
    "行政执法公示": ("{name}{y0}年度行政执法数据公示", "{name}水利局行政执法人员名单", "{name}{y0}年行政执法典型案例"),
    "重大行政决策": ("{name}人民政府{y}年度重大行政决策事项目录", "关于公开征求《{name}供水管理办法》意见的公告"),
    "法治政府建设示范创建": ("{name}召开法治政府建设示范创建推进会", "{name}法治政府建设示范创建工作方案"),
    "法治政府建设规划": ("{name}法治政府建设实施方案（2021—2025年）", "{name}法治政府建设规划（2021—2025年）"),
    "审计公开": ("{name}{y0}年度本级预算执行和其他财政收支的审计工作报告",),
}  # fmt: skip
"""Titles in the columns beside the list, by the column's name; others have the news of the bank."""

PLAN_TITLES: Names = (
    "{name}法治政府建设实施方案（2021—2025年）",
    "关于印发《{name}{y}年法治政府建设工作要点》的通知",
    "{name}法治政府建设规划（2021—2025年）",
    "关于开展{y0}年度法治政府建设督察工作的通知",
    "《{name}法治政府建设实施方案》政策解读",
)
"""What a column without reports has."""

REPORT_TITLES: Names = (
    "{name}人民政府关于{y0}年度推进法治政府建设情况的报告",
    "{name}{y0}年度法治政府建设情况报告",
    "{name}人民政府{y0}年法治政府建设年度报告",
    "关于{name}{y0}年法治政府建设情况的报告",
    "{y0}年{name}法治政府建设情况报告",
    "中共{name}委 {name}人民政府关于{y0}年度法治政府建设情况的报告",
)
"""Titles of reports; {y0} is the year reported on."""

ORGANS: Names = ("教育局", "公安局", "民政局", "司法局", "财政局", "水利局", "审计局", "统计局")

INITIALS: Mapping[str, str] = {
    "政务公开": "zwgk", "信息公开": "xxgk", "政务": "zw", "政府信息公开": "zfxxgk", "政府信息公开专栏": "zfxxgkzl",
    "法定主动公开内容": "fdzdgknr", "法定主动公开": "fdzdgk", "主动公开内容": "zdgknr", "重点领域信息公开": "zdlyxxgk", "重点领域": "zdly",
    "重点领域公开": "zdlygk", "法治政府建设": "fzzfjs", "法治政府": "fzzf", "法治建设": "fzjs", "依法行政": "yfxz", "法治工作": "fzgz",
    "法治政府建设年度报告": "fzzfjsndbg", "法治政府建设情况报告": "fzzfjsqkbg", "法治政府建设情况": "fzzfjsqk", "法治政府建设报告": "fzzfjsbg",
    "年度报告": "ndbg", "法治政府建设工作报告": "fzzfjsgzbg", "法治政府年度报告": "fzzfndbg", "年度法治政府建设情况": "ndfzzfjsqk",
    "依法行政工作报告": "yfxzgzbg", "法治政府建设年报": "fzzfjsnb", "专题专栏": "ztzl", "专题": "zt", "热点专题": "rdzt",
    "法治政府建设专栏": "fzzfjszl", "法治政府建设专题": "fzzfjszt", "部门信息公开目录": "bmxxgkml", "部门信息公开": "bmxxgk",
    "政府部门信息公开": "zfbmxxgk", "其他法定信息": "qtfdxx", "其他法定公开信息": "qtfdgkxx", "其他法定主动公开内容": "qtfdzdgknr",
    "司法局": "sfj", "政府文件": "zfwj", "机构职能": "jgzn", "政策文件": "zcwj", "规范性文件": "gfxwj", "规划计划": "ghjh", "统计信息": "tjxx",
    "人事信息": "rsxx", "应急管理": "yjgl", "政府采购": "zfcg", "重大建设项目": "zdjsxm", "行政许可": "xzxk", "行政处罚": "xzcf",
    "公共资源配置": "ggzypz", "建议提案办理": "jytabl", "权责清单": "qzqd", "双随机一公开": "ssjygk", "政府信息公开年报": "zfxxgknb",
    "政府工作报告": "zfgzbg", "财政预决算": "czyjs", "政府信息公开指南": "zfxxgkzn", "政府信息公开制度": "zfxxgkzd", "依申请公开": "ysqgk",
    "重大行政决策": "zdxzjc", "政府公报": "zfgb", "政府网站工作年度报表": "zfwzgzndbb", "行政执法公示": "xzzfgs", "法治宣传": "fzxc", "普法": "pf",
    "普法责任清单": "pfzrqd", "行政复议": "xzfy", "学法用法": "xfyf", "公共法律服务": "ggflfw", "人民调解": "rmtj", "规范性文件清理": "gfxwjql",
    "法治政府建设示范创建": "fzzfjssfcj", "法治政府建设规划": "fzzfjsgh", "法治动态": "fzdt", "政策解读": "zcjd", "监督保障": "jdbz",
    "政府信息公开目录": "zfxxgkml", "审计公开": "sjgk", "乡村振兴": "xczx", "普法依法治理": "pfyfzl", "优化营商环境": "yhyshj", "安全生产": "aqsc",
    "扫黑除恶": "shce", "信用建设": "xyjs", "教育局": "jyj", "公安局": "gaj", "民政局": "mzj", "财政局": "czj", "水利局": "slj", "审计局": "sjj",
    "交通运输局": "jtysj", "发展和改革局": "fgj", "政府令": "zfl", "政府办文件": "zfbwj", "人事任免": "rsrm", "统计局": "tjj",
    "部门法治政府建设年度报告": "bmfzzfjsndbg", "部门法治政府建设情况": "bmfzzfjsqk", "镇(街道)法治政府建设年度报告": "zjdfzzfjsndbg",
    "各区县法治政府建设年度报告": "gqxfzzfjsndbg", "要闻动态": "ywdt", "政务服务": "zwfw", "互动交流": "hdjl", "走进本地": "zjbd", "数据开放": "sjkf",
    "区县信息公开": "qxxxgk",
}  # fmt: skip
"""Initials of the names in pinyin, of which addresses are made."""
