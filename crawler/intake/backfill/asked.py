"""What the archives are asked for a site: the folders of its lists, and the addresses of its reports. Also what of it is wanted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit, urlunsplit

from crawler.intake.backfill.index import IndexRow, Question
from crawler.model import Link, Site
from crawler.warc.cdxj import surt

_INDEX_NAME = re.compile(r"(?:index|default|list)?(?:[_-]?\d{1,5})?(?:\.[a-z]{2,5})?")
"""Name of a page of a list, below the folder of the list: index_2.shtml, list.html, 3.html."""
_FRONT_PAGE = re.compile(r"(?:(?:index|default)\.s?html?)?")
_OF_THE_FIELD = re.compile(r"fzzf|fzjs|fzgz|fazhi|fzzfjs|yfxz|yifaxingzheng|fzgk|fzdt|ndbg|niandubaogao")
"""Parts of addresses of columns on 法治政府, 依法行政 and 年度报告, in pinyin."""
_PAGES = ("text/html", "application/xhtml+xml", "warc/revisit", "unk", "")
_NO_PAGE = re.compile(
    r"\.(?:css|js|json|xml|txt|ico|gif|jpe?g|png|bmp|svg|webp|woff2?|ttf|eot|swf|mp[34]|wmv|flv|avi|zip|rar|7z|exe|docx?|xlsx?|pptx?|pdf|wps|ofd|et)$"
)
"""Endings of addresses without the query that are no pages. Documents are asked for with the pages that offer them."""


def prefixes(site: Site, *, deep: bool) -> list[Question]:
    """Return a question for the folder of each list; `deep`: for the whole host of each."""
    found = [_prefix(url, deep=deep) for url in site.lists]
    narrow: list[Question] = []
    for each in sorted(dict.fromkeys(found), key=lambda question: len(question.key)):
        if not any(wider.covers(each.key) for wider in narrow):
            narrow.append(each)
    return narrow


def _prefix(url: str, *, deep: bool) -> Question:
    parts = urlsplit(url)
    folder, _, name = parts.path.rpartition("/")
    path = f"{folder}/"
    if deep:
        path = "/"
    elif not folder and not _FRONT_PAGE.fullmatch(name.lower()):
        path = f"/{name}"  # a script at the top of a portal: its folder is the whole portal
    return Question(url=urlunsplit((parts.scheme, parts.netloc, path, "", "")), prefix=True)


def pages(site: Site, archived: Iterable[str], covered: Iterable[Question]) -> list[Question]:
    """Return a question for each address of a list, a report or an archived page that no question covers already."""
    asked = list(covered)
    exact: dict[str, Question] = {}
    for url in (*site.lists, *site.pages, *archived):
        question = Question(url=url)
        if not any(each.covers(question.key) for each in asked):
            exact.setdefault(question.key, question)
    return list(exact.values())


class Wanted:
    """Which addresses of a site are lists, reports, or may be reports, by their sort keys."""

    def __init__(
        self,
        site: Site,
        archived: Iterable[str],
        *,
        lists: Mapping[str, Link],
        reports: Mapping[str, Link],
        others: Iterable[str],
        deep: bool,
    ) -> None:
        """`lists`, `reports`, `others`: links of old lists, by sort key."""
        self._lists = {*map(surt, site.lists), *lists}
        self._reports = {surt(url) for url in (*site.pages, *archived)} | set(reports)
        self._others = set(others) - self._reports
        self._folders = tuple(question.key.rstrip("/") for question in prefixes(site, deep=False))
        self._urls = re.compile(site.urls) if site.urls else None
        self._deep = deep

    def is_list(self, key: str) -> bool:
        """Whether an address is a page of one of the site's lists, today or once."""
        if key in self._lists:
            return True
        if key in self._reports:
            return False
        folder, _, name = key.partition("?")[0].rpartition("/")
        return folder in self._folders and bool(_INDEX_NAME.fullmatch(name))

    def is_report(self, key: str) -> bool:
        """Whether an address is known as that of a report: by the site's entry, the archive, or the title in a list."""
        return key in self._reports and not self.is_list(key)

    def may_be_report(self, row: IndexRow) -> bool:
        """Whether a page that no list names may be a report: it lies below a list; deep: or is named like such a column."""
        key = row.key
        if key in self._others or self.is_list(key) or key in self._reports:
            return False
        if row.mime.partition(";")[0].lower() not in _PAGES or _NO_PAGE.search(key.partition("?")[0]):
            return False
        if any(key.startswith((f"{folder}/", f"{folder}?")) or key == folder for folder in self._folders):
            return True
        if not self._deep:
            return False
        return bool(_OF_THE_FIELD.search(key) or (self._urls and self._urls.search(row.url)))
