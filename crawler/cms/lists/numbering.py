"""Read what a page's script states of its series of pages: total, number of this page, names of the files.

Three forms: a call (`createPageHTML(17, 0, "index", "html")`), an object (`Pager({size:25, current:0, prefix:'index',
suffix:'htm'})`), and variables from which the links are written (`"<a href=\\"index"+"_"+nextPage+"."+"html\\">下一页"`).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

_MAX_TOTAL = 9999  # pages; a larger number counts something else
_MAX_DIGITS = 9
_MAX_SCRIPT_CHARS = 400_000  # of all scripts of a page together


class Numbering(NamedTuple):
    """This page is `number` of `total`, both counted from 1. The next page is `<name>_<following>.<ext>`.

    `name` and `ext` are None where the script does not state them.
    """

    total: int
    number: int
    following: int
    name: str | None = None
    ext: str | None = None

    @property
    def next_file(self) -> str | None:
        """The address of the next page, relative to this one's; None at the end, or where no name is stated."""
        if self.number >= self.total or not self.name:
            return None
        return f"{self.name}_{self.following}.{self.ext}"


_WORDS = ("page", "record", "total")
_EXTENSION = re.compile(r"\.?(s?html?|jsp|aspx?|php|jhtml)", re.I)
_NAME = re.compile(r"(?:https?:)?[\w./~-]{1,200}", re.I)
_CALL = re.compile(
    r"(?<![\w$.])(?P<function>[A-Za-z_$][\w$]{0,40})\s{0,5}\((?P<arguments>[^()<>{};]{5,300})\)"
)
"""createPageHTML(17, 0, "index", "shtml"); createPageHTML('page_div', 3, 1, 'index', 'shtml', 36)."""
_DEFINITION = re.compile(r"function\s{1,5}$")
_OBJECT = re.compile(r"(?i:pag)\w{0,40}\s{0,5}\(\s{0,20}\{([^{}]{10,1000})[{}]")  # its functions stand last
_PAIR = re.compile(r"""['"]?\b(\w{1,30})['"]?\s{0,5}:\s{0,5}(?:['"]([^'"\n]{0,200})['"]|(\w{1,40}))""")
_TOTAL_KEYS = (
    "pagecount",
    "countpage",
    "totalpage",
    "totalpages",
    "pages",
    "pagetotal",
    "size",
    "total",
    "count",
)
_CURRENT_KEYS = (
    "current",
    "currentpage",
    "curpage",
    "cur",
    "currpage",
    "pageindex",
    "index",
    "page",
    "pageno",
)
_FROM_ONE_KEYS = ("pno",)  # kkpager counts from 1
_NAME_KEYS = ("prefix", "hrefformer", "filename", "pagename", "name", "base")
_EXTENSION_KEYS = ("suffix", "hreflatter", "ext", "extension", "pageext", "filetype")
_VARIABLE = re.compile(
    r"""(?<![\w$.])([A-Za-z_$][\w$]{0,40})\s{0,5}=\s{0,5}(?:['"](-?[\w./-]{0,100})['"]|(-?\d{1,9})(?![\w.]))"""
)
_SUM = re.compile(
    r"(?<![\w$.])([A-Za-z_$][\w$]{0,40})\s{0,5}=\s{0,5}([A-Za-z_$][\w$]{0,40})\s{0,5}([+-])\s{0,5}(\d{1,3})(?![\w.])"
)
_COUNT_NAME = re.compile(
    r"(?:count|total|all|sum|max)_?pages?|pages?_?(?:count|total|all|sum|max)|npages?", re.I
)
_CURRENT_NAME = re.compile(
    r"(?:cur|now|this)\w{0,10}page|cur\w{0,10}(?:index|idx)|page_?(?:index|now|cur\w{0,6})", re.I
)
_WRITTEN = re.compile(  # document.write("<a href=\"t20230315_217"+"_" + nextPage + "."+"html\">下一页</a>")
    r"""href\s*+=\s*+\\?["']*(?P<name>[\w./-]{1,200})\\?["']\s*+\+\s*+(?:["']_["']\s*+\+\s*+)?\(?\s*+(?P<variable>[A-Za-z_$][\w$]{0,40})"""
    r"""(?:\s*+\+\s*+(?P<more>\d))?\s*+\)?\s*+\+\s*+["']\.(?:["']\s*+\+\s*+["'])?(?P<ext>s?html?|jsp)(?P<rest>[^\n;]{0,80})"""
)
_NEXT = re.compile(r"下一?页|后一?页|next", re.I)
_ONE_BASED = re.compile(
    r"(?<![\w$])([A-Za-z_$][\w$]{0,40})\s{0,5}(?:!==?|<)\s{0,5}([A-Za-z_$][\w$]{0,40})(?!\s{0,5}-)\b"
)
"""currentPage != countPage, currentPage < countPage: so long a page follows, where the first page has number 1."""


@lru_cache(maxsize=4)  # a page is asked for it more than once
def numbering(source: str) -> Numbering | None:
    """Return the first such statement in a page's scripts; None if there is none."""
    script = counting_scripts(source)
    if "page" not in script.lower():
        return None
    variables = _variables(script)
    return _of_call(script, variables) or _of_object(script, variables) or _of_variables(script, variables)


@lru_cache(maxsize=4)
def counting_scripts(source: str) -> str:
    """Return those scripts of a page that say anything of pages or records, as one text: one sets, another calls."""
    found: list[str] = []
    lower = source.lower()
    start = lower.find("<script")
    while start >= 0:
        begin = lower.find(">", start) + 1
        end = lower.find("</script", begin) if begin else -1
        end = end if end >= 0 else len(source)
        if begin and any(word in lower[begin:end] for word in _WORDS):
            found.append(source[begin:end])
        start = lower.find("<script", end)
    return "\n".join(found)[:_MAX_SCRIPT_CHARS]


def _of_call(source: str, variables: Mapping[str, str]) -> Numbering | None:
    for call in _CALL.finditer(source):
        is_pager = "page" in call["function"].lower()
        if "," not in call["arguments"] or _DEFINITION.search(
            source, max(call.start() - 15, 0), call.start()
        ):
            continue
        numbers, texts, text_first = _arguments(call["arguments"], variables)
        if len(numbers) < 2 or (not texts and not is_pager):
            continue
        name, ext = _file(texts)
        if name is None and not (is_pager and not texts):
            continue
        # the first text of three is the id of an element: the call of UCAP, which counts from 1
        first = int(text_first and len(texts) > 2)
        if found := _checked(max(numbers[:2]), min(numbers[:2]), first, name, ext):
            return found
    return None


def _arguments(text: str, variables: Mapping[str, str]) -> tuple[list[int], list[str], bool]:
    """Return the numbers and the texts among a call's arguments, in order, and whether a text comes first."""
    numbers: list[int] = []
    texts: list[str] = []
    text_first = False
    for argument in text.split(","):
        value = argument.strip()
        quoted = len(value) > 1 and value[0] in "'\"" and value[-1] == value[0]
        value = value[1:-1] if quoted else variables.get(value, value)
        if _is_number(value):
            numbers.append(int(value))
        elif quoted or _EXTENSION.fullmatch(value) or _NAME.fullmatch(value):
            text_first = text_first or not numbers
            texts.append(value)
    return numbers, texts, text_first


def _file(texts: Sequence[str]) -> tuple[str | None, str | None]:
    """Return the name and the extension of the pages' files, among the texts of a call."""
    for name, ext in itertools.pairwise(texts):
        if (found := _EXTENSION.fullmatch(ext)) and _NAME.fullmatch(name):
            return name, found[1]
    return None, None


def _of_object(source: str, variables: Mapping[str, str]) -> Numbering | None:
    for call in _OBJECT.finditer(source):
        pairs = {
            key.lower(): quoted or variables.get(bare, bare) for key, quoted, bare in _PAIR.findall(call[1])
        }
        from_one = _first(pairs, _FROM_ONE_KEYS)
        total, current = _first(pairs, _TOTAL_KEYS), from_one or _first(pairs, _CURRENT_KEYS)
        name, ext = _file((_first(pairs, _NAME_KEYS), _first(pairs, _EXTENSION_KEYS)))
        if not (name and _is_number(total) and _is_number(current)):
            continue
        if found := _checked(int(total), int(current), int(bool(from_one)), name, ext):
            return found
    return None


def _of_variables(source: str, variables: Mapping[str, str]) -> Numbering | None:
    """Read `var countPage = 7` and `var currentPage = 0`, and the name from the link that the script writes."""
    count, current = _named(variables, _COUNT_NAME), _named(variables, _CURRENT_NAME)
    if count is None or current is None:
        return None
    all_written = list(_WRITTEN.finditer(source))
    written = next((link for link in all_written if _NEXT.search(link["rest"])), None)
    named = written or next(iter(all_written), None)
    if named is None and not {"countPage", "currentPage"} <= variables.keys():  # TRS calls them so
        return None  # of a list that a script loads, of comments
    first = int(any((m[1], m[2]) == (current, count) for m in _ONE_BASED.finditer(source)))
    name, ext = (named["name"].removesuffix("_"), named["ext"]) if named else (None, None)
    found = _checked(int(variables[count]), int(variables[current]), first, name, ext)
    number = variables.get(written["variable"], "") if written else ""
    if found and written and _is_number(number):
        found = found._replace(following=int(number) + int(written["more"] or 0))
    return found


def _named(variables: Mapping[str, str], name: re.Pattern[str]) -> str | None:
    """Return the first variable with such a name whose value is a number."""
    return next((key for key, value in variables.items() if name.fullmatch(key) and _is_number(value)), None)


def _variables(source: str) -> dict[str, str]:
    """Return the first literal that each variable is set to, and sums of a variable and a number."""
    found: dict[str, str] = {}
    for name, text, number in _VARIABLE.findall(source):
        found.setdefault(name, text or number)
    for name, other, sign, number in _SUM.findall(source):
        if _is_number(found.get(other, "")):
            found.setdefault(name, str(int(found[other]) + int(f"{sign}{number}")))
    return found


def _first(pairs: Mapping[str, str], keys: Sequence[str]) -> str:
    return next((pairs[key] for key in keys if pairs.get(key)), "")


def _is_number(text: str) -> bool:
    return 0 < len(text) <= _MAX_DIGITS and text.isascii() and text.isdigit()


def _checked(total: int, current: int, first: int, name: str | None, ext: str | None) -> Numbering | None:
    number = current - first + 1
    if not 0 < total <= _MAX_TOTAL or not 0 < number <= total:
        return None
    return Numbering(total, number, current + 1, name, ext)
