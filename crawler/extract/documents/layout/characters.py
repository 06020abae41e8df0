"""Mend characters that a font's table gives in the place of usual ones: radicals, compatibility forms, ligatures. Text in, text out.

PDF software writes the first code point that a glyph has, and for 人 and 民 that may be a radical (⼈, ⺠). NFKC would also
change characters that are meant, such as ① and ㎡.
"""

from __future__ import annotations

import re
import unicodedata

_ODD = re.compile(
    "[\u00a0\u2e80-\u2fd5\uf000-\uf0ff\uf900-\ufaff\ufb00-\ufb06\ufe10-\ufe19\ufe30-\ufe44\U0002f800-\U0002fa1f]"
)
_RADICALS = {  # CJK Radicals Supplement (U+2E80 to U+2EF3) that are characters by themselves; NFKC leaves all but two alone
    "⼾": "户", "⺁": "厂", "⺌": "小", "⺎": "兀", "⺏": "尣", "⺐": "尢", "⺒": "巳", "⺓": "幺", "⺔": "彑", "⺛": "旡", "⺜": "日",
    "⺝": "月", "⺞": "歺", "⺠": "民", "⺢": "氺", "⺥": "爫", "⺦": "丬", "⺧": "牛", "⺨": "犭", "⺩": "王", "⺪": "疋",
    "⺫": "目", "⺬": "示", "⺭": "礻", "⺮": "竹", "⺯": "糹", "⺰": "纟", "⺲": "罒", "⺳": "网", "⺵": "网", "⺶": "羊",
    "⺷": "羊", "⺸": "羊", "⺹": "耂", "⺺": "聿", "⺻": "聿", "⺼": "月", "⺽": "臼", "⺾": "艹", "⺿": "艹", "⻀": "艹",
    "⻁": "虎", "⻂": "衤", "⻃": "覀", "⻄": "西", "⻅": "见", "⻆": "角", "⻇": "角", "⻈": "讠", "⻉": "贝", "⻊": "足",
    "⻋": "车", "⻌": "辶", "⻍": "辶", "⻎": "辶", "⻏": "阝", "⻐": "钅", "⻑": "長", "⻒": "镸", "⻓": "长", "⻔": "门",
    "⻕": "阜", "⻖": "阝", "⻗": "雨", "⻘": "青", "⻙": "韦", "⻚": "页", "⻛": "风", "⻜": "飞", "⻝": "食", "⻞": "食",
    "⻟": "飠", "⻠": "饣", "⻡": "首", "⻢": "马", "⻣": "骨", "⻤": "鬼", "⻥": "鱼", "⻦": "鸟", "⻧": "卤", "⻨": "麦",
    "⻩": "黄", "⻪": "黾", "⻫": "斉", "⻬": "齐", "⻭": "歯", "⻮": "齿", "⻯": "竜", "⻰": "龙", "⻱": "龜", "⻲": "亀",
    "⺃": "乚", "⺄": "乙", "⺅": "亻", "⺇": "几", "⺉": "刂", "⺊": "卜", "⺖": "忄", "⺗": "㣺", "⺘": "扌", "⺙": "攵",
    "⺡": "氵", "⺣": "灬", "⺤": "爫",
}  # fmt: skip
_BULLETS = {
    "\uf06c": "●",
    "\uf06e": "■",
    "\uf075": "◆",
    "\uf0a7": "■",
    "\uf0b7": "•",
    "\uf0d8": "➢",
    "\uf0fc": "√",
}
"""Symbol and Wingdings as word processors write them, in the private use area."""


def mended(text: str) -> str:
    """Return text with the usual characters in the place of radicals, compatibility ideographs, ligatures and vertical forms."""
    return _ODD.sub(_usual, text) if _ODD.search(text) else text


def _usual(match: re.Match[str]) -> str:
    char = match[0]
    known = _RADICALS.get(char) or _BULLETS.get(char)
    if known:
        return known
    return char if "\uf000" <= char <= "\uf0ff" else unicodedata.normalize("NFKC", char)
