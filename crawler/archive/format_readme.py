"""The archive's own description of its format: README.md, and README.zh-CN.md in Chinese, which each new archive gets.

The text is `archive/README.md` of the source tree; in an installed wheel it lies beside this module.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from crawler.archive.evidence.files import write_all

READMES = ("README.md", "README.zh-CN.md")
_HERE = Path(__file__).parent

_KNOWN = frozenset({
    "9e3a603f8768ff9e0521ca28996989f4caecf065f37cf51f632259ea4e2afd50",
    "c8c516914eb738444dac841df4200060e4448b7d89d9c0d981e70cacf3e5c768",
    "ec36f2ccafa164c05fd052afdbb25b093145e59886ed01451ae9936d288d039f",
    "b897d54137412284de18ecbe43a3a71ca72f46cfaae782431a5194e3cdbcad7a",
    "6e550f706be409e47d259222a81807a0a89b7baaa2581259fd3d1738f6a978e8",
    "b8fa207d988084ed869b2a56486433e4369cda77075e6ca39efacc9f80436d11",
    "56c1be0c7bc43ac32d7b3a6e2b49f3b98fc9b2cb4b552bbd253696fc4b3a7a76",
    "5990c80dcccdf5fd0fd6f2e22ed4f15ffc0b12837adf86aa8224420101a49fba",
    "53c2f374b5bd6e2cfe266572598c00fd75bf598269cb990f520d2e1a2d63c099",
    "590b3712f15381eabae3753de79a9d8a0c4f0376f6be4bf722a2cb6d78ac5408",
    "db3c30532c39b872ae70fda31583d0e3c9511beb99fe116e55d40cf5aa3bae77",
    "b05fa5f492c447dcf105381fe105108329b3e7e2e85d28fc3909ca48d4d236ac",
    "30facd19e412cf7774dd4f3d73abec28a4f0254aa5b12312a7fb841fd2cbb6ff",
    "11d8c86ff9c5d36c967022a87b9a0e1ba6bc4edb721f2cd8dd90f165b26f5a10",
    "b307cc4598b78a25675697481d7a50de95df26784892622bd0187426c934646e",
    "ed1c494d3c42f01c1e2f7007a4008facc8ec3903890a593a3d21abd68232897a",
    "fa31d788b45ac51c751289f6211fe9abd9be5aef102c5a5080b8ce866432b593",
    "24657f4ac913a512c14bb224de4c99502df01ef7e8f25638e14569709c5a3c06",
    "379246c1c36fc3a20b31e43d744498cb6a8d9c927e5e52da0c043c9af47d75a7",
    "ee563e150004cd8e287fd0e69a928ff4e8de2088f2a8a0d929701d2d6170d9be",
    "26987a78569b1821acffd7d80749c813668b45385385d1fa85209cd5cf714895",
    "2fe3822283de4e52221147078ed218094863c0ef092c94671331eae753cb2988",
    "acb1aa515ea6cb3243cfee7023a4c00f68c82f7445f8dabb8318845f9aa35add",
    "7488d19b60b76c16be4a6ed18eac2a32ebb0bd2a6447b3c68d90a22e9e157b4b",
    "9ca088541f6b65ee5f9ac60fa0675c40bbc21a0de728174f6b347da3666581ab",
    "88cc8a9abd757595d9b4dca670c85b0e53c4897ccfd10e4879c9d8fa43005bb9",
    "b99c5bc9867ee08fa43066f7f1045aea441ed44a4744244b1a734875ff41764a",
    "07788d5f5f10f0165dd6f714f4110a28454c499486abb4b912af1c10f4a42812",
    "40f71a965b4a5b7e1556e6c70b09b66b11a8ab0c253485c0b472205d2813a424",
    "e701422fc1e5bbddf51956e5dc107fb892a4a3dca4971e3e4a2bf0d19eea826a",
    "76ccac4536d925a819d6ff2a929936c19a663fb3563b1a96930858fbf1c925bb",
})  # fmt: skip
"""SHA-256 of every text that came with the project, the present ones last. The file explains; it is no evidence."""


def text_of(name: str) -> bytes:
    """Return the present text. `name`: one of READMES."""
    places = (_HERE / name, _HERE.parent.parent / "archive" / name)
    return next(place for place in places if place.is_file()).read_bytes()


def is_of_project(text: bytes) -> bool:
    """Whether a text came with the project, now or in an earlier version."""
    return hashlib.sha256(text).hexdigest() in _KNOWN


def write_readmes(archive: Path, *, new: bool, notify: Callable[[str], None]) -> None:
    """Write the present texts into a `new` archive, and in the place of those of an earlier version. Raises OSError.

    A text that somebody changed stays, and so does an older archive without one.
    """
    for name in READMES:
        path = archive / name
        if path.is_symlink() or (path.exists() and not path.is_file()):
            continue
        held, present = path.read_bytes() if path.exists() else None, text_of(name)
        if held == present or (held is None and not new) or (held is not None and not is_of_project(held)):
            continue
        write_all(archive, {name: present}, compare=True)
        if held is not None:
            notify(f"{path}: is the description of the format as it is now")
