"""Names of the files in sources.d: one for each province, by its name in pinyin."""

from __future__ import annotations

from pathlib import Path

from crawler.sources.further_files import folder_of

_NAMES = {
    "11": "beijing", "12": "tianjin", "13": "hebei", "14": "shanxi", "15": "neimenggu", "21": "liaoning",
    "22": "jilin", "23": "heilongjiang", "31": "shanghai", "32": "jiangsu", "33": "zhejiang", "34": "anhui",
    "35": "fujian", "36": "jiangxi", "37": "shandong", "41": "henan", "42": "hubei", "43": "hunan",
    "44": "guangdong", "45": "guangxi", "46": "hainan", "50": "chongqing", "51": "sichuan", "52": "guizhou",
    "53": "yunnan", "54": "xizang", "61": "shaanxi", "62": "gansu", "63": "qinghai", "64": "ningxia",
    "65": "xinjiang", "71": "taiwan", "81": "xianggang", "82": "aomen",
}  # fmt: skip
"""By the first two digits of the code. 陕西 is spelt shaanxi, so that it differs from 山西."""


def province_file(path: Path, code: str) -> Path:
    """Return the file of a division's province beside a sources.yaml: sources.d/hubei.yaml for 420100."""
    return folder_of(path) / f"{_NAMES.get(code[:2], code[:2])}.yaml"
