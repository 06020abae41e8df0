"""bench.urls counts the cases of the browsers' suite: those that agree, those that do not, those refused on purpose."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import urls

CASES = [
    "a comment of the suite",
    {"input": "b", "base": "http://a.cn/", "href": "http://a.cn/b#", "protocol": "http:"},
    {"input": "http://B.cn", "base": None, "href": "http://b.cn/", "protocol": "http:"},
    {"input": "c", "base": "http://a.cn/", "href": "http://a.cn/other", "protocol": "http:"},
    {"input": "mailto:x", "base": None, "href": "mailto:x", "protocol": "mailto:"},
    {"input": "http://[", "base": None, "failure": True},
    {"input": " #x", "base": "http://a.cn/", "href": "http://a.cn/#x", "protocol": "http:"},
    {"input": "http://u@a.cn", "base": None, "href": "http://u@a.cn/", "protocol": "http:", "username": "u"},
]


def test_what_agrees_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "urls.json"
    file.write_text(json.dumps(CASES), "utf-8")
    monkeypatch.setattr("sys.argv", ["urls", str(file)])
    urls.main()
    wrong, summary = capsys.readouterr().out.splitlines()
    assert "'http://a.cn/c', browsers say 'http://a.cn/other'" in wrong
    assert summary == "4 of 5 agree; refused on purpose: {'the page itself': 1, 'credentials': 1}"
