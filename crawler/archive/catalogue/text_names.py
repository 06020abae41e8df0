"""Names of text files: the path of a version's text within the archive. `evidence.files` writes the files."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from crawler.field.regions import region
from crawler.model import Report, Site

MAX_FOLDER_BYTES = 100
"""Greatest length of a folder's name. File systems allow 255 bytes, with encrypted names 143; a Chinese character takes 3."""

_UNSAFE = re.compile(r"[^\w\u4e00-\u9fff()-]+")
_CODE = re.compile(r"[0-9]{6}")
_DAY = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
_MAX_YEAR = 9999


def text_file(report: Report, site: Site, first_seen: datetime, filed_under: str | None = None) -> str:
    """Return the path of a version's text, relative to the archive: `text/420100-武汉市/2022/2023-02-21_3df3524417f8c2a8.txt`.

    Its parts: division code and name, the year reported on, the day published (else first seen), 16 digits of the digest.
    `filed_under`: the code of the division, see `field.claims`. A part that does not have its form is left out: whatever a
    report says, the path has these four parts and no other.
    """
    codes = (filed_under or "", report.region or "", site.region or "")
    code = next(filter(_CODE.fullmatch, codes), "000000")
    known = region(code)
    name = known.name if known else re.sub(r"(人民)?政府$", "", site.name)
    day = (report.published or "")[:10]
    day = day if _DAY.fullmatch(day) else f"{first_seen:%Y-%m-%d}"
    year = report.year if type(report.year) is int and 0 < report.year <= _MAX_YEAR else "unknown"
    folder = folder_name(f"{code}-{_UNSAFE.sub('_', name)}")
    return f"text/{folder}/{year}/{day}_{report.text_sha256[:16]}.txt"


def folder_name(name: str) -> str:
    """Return a name cut to MAX_FOLDER_BYTES between two characters. A cut name ends with a digest of the whole name."""
    data = name.encode("utf-8", "replace")
    if len(data) <= MAX_FOLDER_BYTES:
        return name
    mark = "-" + hashlib.sha256(data).hexdigest()[:8]
    return data[: MAX_FOLDER_BYTES - len(mark)].decode("utf-8", "ignore") + mark
