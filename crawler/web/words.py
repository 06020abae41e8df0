"""The words of the pages, in English as the templates have them and in Chinese. A test finds a word without the other language."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

LANGUAGES = ("zh", "en")
MARKS = {"zh": {"colon": "：", "stop": "。"}, "en": {"colon": ": ", "stop": ". "}}
"""Punctuation between a word of the pages and a value, with the space behind it."""

CHINESE = {
    "language tag": "zh-CN",
    "other language code": "en",
    "Other language": "English",
    "Rule-of-law government reports": "法治政府建设情况报告",
    "Skip to content": "跳到正文",
    "Pages": "页面",
    "This page as data": "本页数据",
    "Next page": "下一页",
    "Coverage": "公布情况",
    "Overdue": "逾期未公布",
    "Changes": "变动",
    "Search": "检索",
    "Figures": "指标",
    "Sources": "来源",
    "About": "说明",
    "Report": "报告",
    "Reports": "报告",
    "Title": "标题",
    "Division": "行政区",
    "Divisions in it": "所辖行政区",
    "Year": "年度",
    "Years": "年度",
    "Issuer": "发布机关",
    "Page's date": "页面所注日期",
    "no date": "未注明日期",
    "none": "无",
    "any": "不限",
    "Show": "查看",
    "As of": "截至",
    "Since": "自",
    "Number": "数目",
    "Organ": "机关",
    "Organs": "机关数",
    "Level": "层级",
    "level province": "省级",
    "level city": "地级",
    "level county": "县级",
    "Status": "状态",
    "Map": "示意图",
    "Map of divisions, reports on": "各行政区示意图，报告年度",
    ", published in it: ": "，其中已公布：",
    "Totals by year": "各年度汇总",
    "Totals by the year reported on. Known: due, and not unknown.": "按报告年度汇总。已知：已到期限且状态明确。",
    "Due": "已到期限",
    "Known": "已知",
    "On time": "按时",
    "Late": "迟延",
    "Withdrawn": "已撤下",
    "Unknown": "不明",
    "Matrix": "一览表",
    "Each cell leads to the division in that year.": "每格链接到该年度的报告或行政区。",
    "on time": "按时公开",
    "late by 27 days": "迟延 27 天",
    "overdue for 59 days": "逾期 59 天未见公开",
    "withdrawn": "公开后撤下",
    "not yet due": "未到期限",
    "unknown": "不明",
    "by the page's own date alone": "仅以页面所注日期为据",
    "All divisions and years": "全部行政区与年度",
    "Coverage of all of them": "所辖行政区公布情况",
    "What is new": "最新变动",
    "Nothing changed in the last 30 days.": "最近 30 天没有变动。",
    "All changes": "全部变动",
    "Overdue: a complete visit of the source after the last day found no report. Where a source fails or none is known, the status is unknown, and it is not listed here.": "逾期：期限之后完整访问该来源而未见报告。来源访问失败或没有已知来源的，状态为不明，不列于此。",
    "Those overdue for the longest time first.": "逾期最久的在前。",
    "Days": "天数",
    "Last day": "期限",
    "Source": "来源",
    "Nothing is overdue.": "没有逾期未公布的报告。",
    "Quiet edits (the text changed, the date did not) first, then what matters most.": "暗改（正文有改动而日期未改）在前，其余按轻重排列。",
    "Kind": "类别",
    "quiet": "暗改",
    "removed": "删去",
    "added": "增加",
    "Nothing has changed.": "没有变动。",
    "Older text": "较早文本",
    "Newer text": "较新文本",
    "Captured": "抓取于",
    "Captured first by": "最早抓取者",
    "this archive": "本库",
    "another archive": "其他存档",
    "Characters changed": "改动字数",
    "Taken over word for word": "逐字沿用",
    "The texts are the same to the character.": "两份文本逐字相同。",
    "Changed paragraphs": "有改动的段落",
    "Changed paragraphs, the older text on the left": "有改动的段落，左为较早文本",
    "Unchanged paragraphs": "未改动的段落",
    "paragraph changed": "改动",
    "paragraph added": "增加",
    "paragraph removed": "删去",
    "paragraph moved from": "从此处移走",
    "paragraph moved to": "移到此处",
    "field title": "标题",
    "field issuer": "发布机关",
    "field published": "页面所注日期",
    "field source": "来源",
    "field signed": "落款日期",
    "Reports of the division and of those in it": "本行政区及所辖行政区的报告",
    "No report is held.": "尚未收录报告。",
    "Words": "词句",
    "Within": "范围",
    "the whole text": "全文",
    "section achievements": "举措与成效",
    "section problems": "问题与不足",
    "section responsibility": "负责人履职",
    "section plans": "下一步安排",
    "section other": "其他章节",
    'Words are joined by AND; OR, NOT, parentheses and "quoted texts" are understood.': "多个词之间为“且”；可用 OR、NOT、括号和加引号的原文。",
    "Texts found": "命中文本",
    "Reports that may match": "可能命中的报告",
    "Nothing was found.": "没有找到。",
    "The index could not be loaded.": "索引未能载入。",
    "All words must be there. The browser searches by itself, in an index of pairs of characters.": "各词均须出现。检索由浏览器自行完成，依据双字索引。",
    "The search of this site needs a script: it has no server. Without one, go by division and year.": "本站没有服务器，检索须启用脚本。未启用时，可按行政区和年度查找。",
    "Show more": "更多",
    "Texts found by year and province": "按年度与省份的命中数",
    "By year": "按年度",
    "By province": "按省份",
    "Figures that reports state, found by rules; what is not certain is left out.": "报告中写明的数字，按规则提取；不能确定的不列。",
    "Figure": "指标",
    "Unit": "单位",
    "Definition": "定义",
    "Value": "数值",
    "Division, with those in it": "行政区（含所辖）",
    "or places to compare, with commas": "或以逗号分开的几个地方",
    "the table below has the values": "数值见下表",
    "Statements": "原文",
    "Every statement with the words that it stands in": "每个数字及其所在原文",
    "approximate": "约数",
    "No report there states this figure.": "当地报告没有写明这一数字。",
    "Choose a division, or places to compare.": "请选择行政区，或几个要比较的地方。",
    "Health": "状况",
    "health failing": "访问失败",
    "health well": "正常",
    "health unknown": "未曾访问",
    "Sources that fail first": "访问失败的来源在前",
    "Last visit": "最近访问",
    "Last complete visit": "最近完整访问",
    "Last failed visit": "最近失败访问",
    "Newest report": "最新报告年度",
    "No source was visited.": "尚未访问任何来源。",
    "about what": "依照规定，各级人民政府每年公布上一年度法治政府建设情况报告。本站展示一个档案库：其中的报告由程序从各政府网站抓取，原样存证，文本有改动即另存一个版本。",
    "about check": "每份文本都注明抓取时间、存证文件中的位置和 SHA-256 摘要。档案库的全部文件由一条散列链相连，链首如下；持有档案库副本者运行 fazhi verify 即可核对。",
    "By which rule a report is due": "公布期限的依据",
    "In force since": "施行日期",
    "for reports on": "适用报告年度",
    "last day on time": "次年期限",
    "How to check what is shown": "如何核对",
    "Head of the chain": "链首",
    "Archive": "档案库",
    "Software": "软件",
    "Version": "版本",
    "Versions": "版本",
    "with version": "与版本",
    "Compare": "比较",
    "Locations": "网址",
    ", a copy at another site": "，另一网站的转载",
    "all captures": "全部存档",
    "State": "网页状态",
    "state live": "可访问",
    "state unreachable": "无法访问",
    "state missing": "暂时不见",
    "state moved": "已移址",
    "state gone": "已撤下",
    "state none": "本库不访问",
    "First captured": "首次抓取",
    "Last seen": "最近见到",
    "the site says that there is no such page since": "网站称该页不存在，自",
    "What follows is the last text that was seen.": "以下为最后见到的文本。",
    "This page shows one version and never changes.": "本页为一个固定版本，内容不再改变。",
    "The report as it is now": "该报告现况",
    "This version has no text.": "该版本没有文本。",
    "Sections": "章节",
    "Evidence": "存证",
    "Read from": "原网页",
    "the page as archived": "存档网页",
    "byte": "字节",
    "Document": "文件",
    "Cite": "引用",
    "Figures in this text": "文中指标",
    "all years": "全部年度",
    "Plot": "曲线图",
    "Reports on": "报告年度",
    "published in it, of those due": "所辖已公布数/应公布数",
    "Shares": "构成",
    "Organs shown": "机关范围",
    "governments": "人民政府",
    "governments and departments": "人民政府与部门",
    "failed visits": "失败次数",
    "The search cannot be understood": "无法理解检索词",
    "Edits beside the text": "正文以外的改动",
    "pages": "页",
    "Text read from a scan by OCR.": "正文由扫描件识别（OCR）。",
    "Confidence, the mean of its characters": "平均置信度",
    "Single characters may be wrong.": "个别字可能有误。",
    "Text read from a document": "正文读自文件",
    "Page and document both have a text": "网页与文件均有正文",
    "Punctuation as on the page.": "标点与原网页一致。",
    "As the archive keeps it": "按存档标点显示",
    "With the punctuation of the page": "按原网页标点显示",
    "unread needs_ocr": "文件为扫描件，尚未识别",
    "unread encrypted": "文件已加密",
    "unread damaged": "文件已损坏",
    "unread too_large": "文件过大",
    "unread empty": "文件为空",
    "unread gone": "文件已不存在",
    "unread not_fetched": "文件未能取得",
    "unread no_document": "文件地址返回的是网页",
    "unread unknown_format": "文件格式不明",
    "unread archive_rar": "文件为 RAR 压缩包",
    "unread archive_7z": "文件为 7z 压缩包",
    "unread unsupported": "文件格式尚不支持",
    "unread not_read": "各文件均未读出正文",
}
"""Each word of the templates in Chinese."""

ENGLISH = {
    "language tag": "en",
    "other language code": "zh",
    "state none": "not visited by this archive",
    "Other language": "中文",
    "unread needs_ocr": "its document is a scan that was not recognised yet",
    "unread encrypted": "its document is encrypted",
    "unread damaged": "its document is damaged",
    "unread too_large": "its document is too large",
    "unread empty": "its document is empty",
    "unread gone": "its document is gone",
    "unread not_fetched": "its document could not be fetched",
    "unread no_document": "a web page came in the place of its document",
    "unread unknown_format": "its document has an unknown format",
    "unread archive_rar": "its document is a RAR archive",
    "unread archive_7z": "its document is a 7z archive",
    "unread unsupported": "its document has a format that is not read",
    "unread not_read": "none of its documents gives one",
    "about what": (
        "Every local government of China must publish a yearly report on building rule-of-law government. This site shows an archive of"
        " them: a program visits the governments' sites, keeps what they serve as evidence, and stores a new version whenever a text changes."
    ),
    "about check": (
        "Every text names its time of capture, its place in the WARC files and its SHA-256. A hash chain joins all files of the archive; its"
        " head stands below. Who has a copy of the archive checks it with fazhi verify."
    ),
}
"""What English pages have where a template's word is only a name. A word of two parts (state live) shows the second."""

NAMED = ("level", "health", "state", "section", "field", "paragraph", "unread")
"""First parts of words that are made of a name and a value of the archive."""


def words(language: str) -> Callable[[str], str]:
    """Return the function that gives an English word of the pages in a language."""
    return CHINESE.__getitem__ if language == "zh" else _english


def _english(word: str) -> str:
    name, _, value = word.partition(" ")
    return ENGLISH.get(word) or (value if name in NAMED and word in CHINESE else word)


def preferred(accept_language: str | None) -> str:
    """Return the language that a request's Accept-Language prefers (RFC 9110, section 12.5.4); Chinese if none of ours."""
    best, quality = "zh", 0.0
    for item in (accept_language or "")[:500].split(","):
        name, _, parameters = item.strip().partition(";")
        weight = 1.0
        if parameters.strip().startswith("q="):
            try:
                weight = float(parameters.strip()[2:])
            except ValueError:
                continue
        language = name.split("-")[0].strip().lower()
        if language in LANGUAGES and weight > quality:
            best, quality = language, weight
    return best


def problem_title(status: HTTPStatus, language: str) -> str:
    """Return the heading of the page of an error."""
    words = PROBLEM_WORDS.get(status) if language == "zh" else None
    return f"{words or status.phrase} ({int(status)})"


PROBLEM_WORDS = {
    HTTPStatus.BAD_REQUEST: "地址中的参数有误",
    HTTPStatus.NOT_FOUND: "没有这个页面",
    HTTPStatus.METHOD_NOT_ALLOWED: "只读网站",
    HTTPStatus.REQUEST_URI_TOO_LONG: "地址过长",
    HTTPStatus.MISDIRECTED_REQUEST: "本站没有此域名",
    HTTPStatus.INTERNAL_SERVER_ERROR: "程序出错",
    HTTPStatus.SERVICE_UNAVAILABLE: "暂时无法查询",
}
"""Headings of the pages of errors in Chinese."""
