"""Names of text files: the path of a version's text within the archive. `evidence.files` writes the files."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from pathlib import Path

from crawler.field.regions import region
from crawler.model import Report, Site

MAX_FOLDER_BYTES = 100
"""Greatest length of a folder's name. File systems allow 255 bytes, with encrypted names 143; a Chinese character takes 3."""

_UNSAFE = re.compile(r"[^\w\u4e00-\u9fff()-]+")
_CODE = re.compile(r"[0-9]{6}")
_DAY = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
_MAX_YEAR = 9999
_VERSION = re.compile(r"v[0-9]{3,18}")
"""The part of a file's name that tells versions apart, between the report's id and the day."""


def text_file(
    report: Report,
    site: Site,
    first_seen: datetime,
    filed_under: str | None = None,
    *,
    report_id: str,
    number: int,
) -> str:
    """Return the path of a version's text, relative to the archive.

    `text/420100-武汉市/2022/420100-2022-4dd2cecb_v001_2023-02-21_3df3524417f8c2a8.txt`: division code and name, the year
    reported on; the report's id, the version's number, the day published (else first seen), 16 digits of the digest. Sorted
    by name, the texts of a report are in the order of its versions, and a text that came back has a file for each time.

    `filed_under`: the code of the division, see `field.claims`. A part that does not have its form is left out: whatever a
    report says, the path has these parts and no other.
    """
    codes = (filed_under or "", report.region or "", site.region or "")
    code = next(filter(_CODE.fullmatch, codes), "000000")
    known = region(code)
    name = known.name if known else re.sub(r"(人民)?政府$", "", site.name)
    day = (report.published or "")[:10]
    day = day if _DAY.fullmatch(day) else f"{first_seen:%Y-%m-%d}"
    year = report.year if type(report.year) is int and 0 < report.year <= _MAX_YEAR else "unknown"
    folder = folder_name(f"{code}-{_UNSAFE.sub('_', name)}")
    return f"text/{folder}/{year}/{report_id}_v{number:03}_{day}_{report.text_sha256[:16]}.txt"


def with_digest(name: str, text_sha256: str) -> str:
    """Return the name of another text of the same version: only the digest in it changes."""
    return f"{name.rpartition('_')[0]}_{text_sha256[:16]}.txt"


def with_version(name: str, report_id: str, number: int) -> str:
    """Return the name that a version's text file has today, by the one that earlier versions of fazhi gave it."""
    folder, _, file = name.rpartition("/")
    mark = f"{report_id}_v{number:03}_"
    return name if file.startswith(mark) else f"{folder}/{mark}{file}"


def earlier_name(name: str) -> str:
    """Return the name that earlier versions of fazhi gave a text file: without the report's id and the version's number."""
    folder, _, file = name.rpartition("/")
    match file.rsplit("_", 3):
        case [_, version, day, digest] if _VERSION.fullmatch(version):
            return f"{folder}/{day}_{digest}"
    return name


def folder_name(name: str) -> str:
    """Return a name cut to MAX_FOLDER_BYTES between two characters. A cut name ends with a digest of the whole name."""
    data = name.encode("utf-8", "replace")
    if len(data) <= MAX_FOLDER_BYTES:
        return name
    mark = "-" + hashlib.sha256(data).hexdigest()[:8]
    return data[: MAX_FOLDER_BYTES - len(mark)].decode("utf-8", "ignore") + mark


def name_on_disk(archive: Path, name: str) -> str:
    """Return the name of a text file as it is now: of an archive that no run has upgraded yet, the earlier one."""
    earlier = earlier_name(name)
    return earlier if not (archive / name).exists() and (archive / earlier).exists() else name
