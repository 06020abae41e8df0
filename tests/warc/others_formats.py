"""Build ARC files, zstd-compressed WARC files and WACZ files as other crawlers write them, valid or faulty."""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from tests.warc.written import URL

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ARC_DATE = "20230316010203"
VERSION_1 = b"1 0 InternetArchive\nURL IP-address Archive-date Content-type Archive-length\n"
VERSION_2 = (
    b"2 0 InternetArchive\n"
    b"URL IP-address Archive-date Content-type Result-code Checksum Location Offset Filename Archive-length\n"
)
SKIPPABLE = b"\x50\x2a\x4d\x18"
DICTIONARY = b"\x5d\x2a\x4d\x18"


def arc_head(version: bytes = VERSION_1, *, length: int | str | None = None) -> bytes:
    """Return the version block that begins an ARC file. `length`: what its line says, if not its length."""
    size = len(version) if length is None else length
    more = " - - 0 x.arc" if version.startswith(b"2") else ""
    return f"filedesc://x.arc 0.0.0.0 {ARC_DATE} text/plain{more} {size}\n".encode() + version + b"\n"


def arc_record(
    block: bytes,
    *,
    url: str = URL,
    ip: str = "192.0.2.1",
    date: str = ARC_DATE,
    kind: str = "text/html",
    more: str = "",
    length: int | str | None = None,
    end: bytes = b"\n",
) -> bytes:
    """Return a record of an ARC file. `more`: the fields of version 2 before the length."""
    size = len(block) if length is None else length
    return f"{url} {ip} {date} {kind}{more} {size}\n".encode() + block + end


def frame(data: bytes, dictionary: zstd.ZstdDict | None = None) -> bytes:
    """Return a zstd frame with its length and a checksum."""
    options = {int(zstd.CompressionParameter.checksum_flag): 1}
    return zstd.compress(data, options=options, zstd_dict=dictionary)


def skippable(data: bytes, magic: bytes = SKIPPABLE) -> bytes:
    """Return a skippable frame."""
    return magic + len(data).to_bytes(4, "little") + data


def trained(*samples: bytes) -> zstd.ZstdDict:
    """Return a dictionary made of samples."""
    return zstd.train_dict([sample[at:] for sample in samples for at in range(40)], 4096)


def wacz(
    files: Mapping[str, bytes],
    *,
    compression: int = zipfile.ZIP_STORED,
    package: Mapping[str, Any] | None = None,
    digest: str | None = None,
    wrong: str = "",
) -> bytes:
    """Return a WACZ with these files. `wrong`: the file that gets a wrong digest; `digest`: of the package, as stated."""
    resources = [
        {
            "name": name.rpartition("/")[2],
            "path": name,
            "hash": "sha256:" + hashlib.sha256(b"x" if name == wrong else data).hexdigest(),
            "bytes": len(data),
        }
        for name, data in files.items()
    ]
    described = json.dumps({"profile": "data-package", "resources": resources, **(package or {})}).encode()
    stated = digest or "sha256:" + hashlib.sha256(described).hexdigest()
    more = {
        "datapackage.json": described,
        "datapackage-digest.json": json.dumps({"path": "datapackage.json", "hash": stated}).encode(),
    }
    return zip_of({**files, **more}, compression=compression)


def zip_of(files: Mapping[str, bytes], *, compression: int = zipfile.ZIP_STORED) -> bytes:
    """Return a ZIP file."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, compression)
    return out.getvalue()
