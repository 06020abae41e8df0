"""Acts and their schema: what has not the form of its field is named with field and value, and is never applied."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from crawler.archive.evidence.act_schema import ACTS, check, unknown_keys
from crawler.archive.evidence.acts import Act, ActFault, read_acts
from crawler.archive.loading.warc_loader import _HANDLERS
from crawler.warc import Place, Record
from tests.archive.foreign import AT, EVIL_URL, article, stored

ID = "<urn:uuid:01a224d8-6c56-7d2c-93f6-d2a730e0e863>"
DIGEST = "ab" * 32
LINK = {
    "url": "http://a.gov.cn/1.html",
    "title": "甲市",
    "date": "2023-02-21",
    "found_on": "http://a.gov.cn/",
}
REQUEST = {"url": "http://a.gov.cn/", "method": "POST", "form": [["page", "2"]]}
JSON_REQUEST = {
    "url": "http://a.gov.cn/",
    "method": "POST",
    "form": [],
    "json_body": '{"pageIndex":1}',
    "referer": "http://a.gov.cn/l",
}
VISIT = {
    "site_id": "wuhan",
    "began_at": "2026-11-25T03:00:00+00:00",
    "state": "left",
    "entries": ["http://a.gov.cn/"],
    "frontier": [
        LINK,
        {"request": REQUEST, "first": REQUEST, "number": 2, "kind": "search"},
        {"request": JSON_REQUEST, "first": REQUEST, "number": 2},
    ],
    "years": [2022],
    "found": 1,
    "troubled": False,
    "requests": 2,
    "bytes": 3,
    "seconds": 0.5,
}
ENTRY = {"name": "武汉市人民政府", "region": "420100", "lists": 1, "first_year": 2015, "last_year": 2024}
COMMON = {"at": AT, "url": EVIL_URL, "about": ID}
SITE = {"id": "wuhan", "name": "武汉市人民政府", "region": "420100", "hosts": ["a.gov.cn"], "body": "#zoom"}
DOCUMENT = {
    "url": "http://a.gov.cn/a.pdf",
    "title": "附件",
    "how": "link",
    "about": ID,
    "format": "pdf",
    "reader": "pypdfium2 5.0",
    "pages": 12,
    "fault": "needs_ocr",
}
TEXT = stored(
    EVIL_URL,
    article(),
    ID,
    source="本站",
    signed="2023-02-20",
    index={"索引号": "A-1"},
    sections=[{"kind": "plans", "title": "一、", "start": 0, "end": 9}],
    attachments=[{"title": "附件", "url": "http://a.gov.cn/a.pdf"}],
    text_from="pdf",
    text_url="http://a.gov.cn/a.pdf",
    reader="pypdfium2 5.0",
    pages=12,
    confidence=0.98,
    unread="needs_ocr",
    difference="the document has 3 paragraphs more",
) | {"documents": [DOCUMENT]}
SHOWN = {
    "title": "甲市",
    "issuer": "甲市",
    "source": "本站",
    "published": "2023-03-30",
    "signed": "2023-03-01",
}
METADATA = {"shown": SHOWN, "was": SHOWN, "before": ID}
VALID: dict[str, dict[str, Any]] = {
    "stored": TEXT
    | {
        "site": SITE,
        "further": [ID],
        "came_from": ["http://a.gov.cn/old"],
        "note": "rendered",
        "reextracted": True,
        "rests_here": True,
        "metadata": METADATA,
        "varies": ["http://a.gov.cn/a"],
    },
    "confirmed": COMMON | {"site": SITE},
    "attempted": COMMON | {"site": SITE, "kind": "unreachable", "reason": "no route"},
    "noted": COMMON | {"site": SITE, "ending": "gone", "detail": "HTTP 404"},
    "visit begun": COMMON | {"visit": VISIT, "entry": ENTRY},
    "visit ended": COMMON | {"visit": VISIT},
    "learnt": COMMON
    | {
        "site": SITE,
        "memory": {
            "walked_at": "2026-11-25T03:00:00+00:00",
            "rules": DIGEST,
            "lists": {"http://a.gov.cn/": {"entries": ["ab"], "common": ["cd"], "reports": {"ab": 2022, "cd": None}}},
            "owed": [LINK],
            "gone": ["ab"],
            "not_reports": {"ab": "2026-11-25"},
        },
    },
    "clock set back": COMMON,
    "run ended": COMMON | {"state": "finished", "detail": ""},
    "reextracted": {**TEXT, "was": DIGEST},
    "page edited": COMMON | {"report": {"id": "420100-2022-ab", "version": 1}, "metadata": METADATA},
    "entered": COMMON
    | {
        "file": f"warc/segments/20261129183805942000-00001-{DIGEST}.warc.gz",
        "sha256": DIGEST,
    },
    "merged": COMMON
    | {
        "files": [{"file": "warc/merged/ab-fazhi.warc.gz", "sha256": DIGEST, "origin": "warc/2026/fazhi.warc.gz"}],
        "held": ["warc/merged/cd-fazhi.warc.gz"],
    },
}  # fmt: skip
VALID = {name: {**act, "act": name} for name, act in VALID.items()}


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a value, but its root."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from paths(inner, (*path, key))


def changed(act: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """A copy of an act with another value at a place."""
    result: Any = copy.deepcopy(act)
    inner = result
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return dict(result)


def a_record(*lines: bytes) -> Record:
    fields = {"warc-date": AT, "content-type": "application/jsonl"}
    place = Place(record_id=ID, offset=0, length=0)
    return Record(kind="metadata", fields=fields, block=b"\n".join(lines), place=place)


def read(*lines: bytes) -> list[Act | ActFault]:
    return list(read_acts(a_record(*lines), strict=True))


def test_every_act_that_is_applied_has_a_table_and_an_example() -> None:
    assert set(_HANDLERS) <= set(ACTS) == set(VALID)


@pytest.mark.parametrize("name", ACTS)
def test_an_act_with_every_field_passes_and_has_no_unknown_key(name: str) -> None:
    assert set(ACTS[name]) == set(VALID[name])
    check(name, VALID[name])
    assert unknown_keys(name, VALID[name]) == []
    (found,) = read(json.dumps(VALID[name]).encode())
    assert isinstance(found, Act)


ALL_PATHS = [
    (name, path)
    for name, act in VALID.items()
    for path in paths(act)
    if path[-1] not in ("act", "cd") and not (path[-1] in ("reports", "index") and len(path) > 1)
]
WRONG_TYPES = ([], {}, 1.5, True, 7, "no", [["a"]], {"a": []})


@pytest.mark.parametrize(
    ("name", "path"), ALL_PATHS, ids=[f"{n} {'.'.join(map(str, p))}" for n, p in ALL_PATHS]
)
def test_a_value_of_another_type_is_a_fault_that_names_the_field(name: str, path: tuple[Any, ...]) -> None:
    inner: Any = VALID[name]
    for key in path:
        inner = inner[key]
    for value in WRONG_TYPES:
        like = (
            (int, float)
            if path[-1] in ("seconds", "confidence")
            else int
            if isinstance(inner, int)
            else type(inner)
        )
        if isinstance(value, like) and isinstance(value, bool) == isinstance(inner, bool):
            continue
        if value in ([], {}) and isinstance(inner, type(value)):
            continue
        with pytest.raises(ValueError, match=r"must be|is missing"):
            check(name, changed(VALID[name], path, value))


BAD = {
    "region": ["../../PWNED", "4201", "4201000", "42010a", "４２０１００", "420100\n", "/etc/x"],
    "year": [0, 1899, 2201, -1, 10**30, "2022", 2022.0, True],
    "published": ["../x", "2023-13-01", "2023-02-30", "2023/02/21", "2023-02-21T25", "-", "20230221", "２０２３"],
    "signed": ["tomorrow", "2023-00-01", "2023-02-21\n"],
    "text_sha256": ["", "AB" * 32, "ab" * 31, "ab" * 33, "../" + "ab" * 30, "gg" * 32, "ab" * 32 + "\n"],
    "id": ["../x", "", "a/b", "a" * 101, "a\n", "a\x00"],
    "version": [0, -1, 2**63, "1", 1.0],
    "parts": [0, -1, 10**9],
    "title": ["\ud800", "a" * 100_001],
    "sections": [[{}], ["a"], [{"kind": "x", "title": "x", "start": -1, "end": 2}]],
    "attachments": [[{"title": "x"}], [["a", "b"]]],
    "index": [{"a": 1}, {"\udfff": "a"}, [["a", "b"]]],
}  # fmt: skip
BAD_OF_AN_ACT = {
    "url": ["/etc/passwd", "file:///etc/passwd", "javascript:x", "http:", "http://a\n", "http://a\x00", ["a"], "http://" + "a" * 40_000],
    "about": ["x", "<>", "<a b>", "<" + "a" * 300 + ">", "<a\n>", 1],
    "at": ["yesterday", "2026-11-25", "2026-11-25T03:00:00", "2026-13-25T03:00:00Z", "9999-99-99T00:00:00Z", 1],
    "site": [{}, {"id": []}, {"id": "a\x1b"}, {"id": "a" * 201}, {"id": "a", "region": "x"}],
    "ending": ["nonsense", "", 1, ["new"]],
    "further": [["x"], "x", [ID] * 100_001],
    "came_from": [[1], ["\ud800"], ["a"] * 1001],
}  # fmt: skip
BAD_FIELDS = [
    *((("report", name), value) for name, values in BAD.items() for value in values),
    *(((name,), value) for name, values in BAD_OF_AN_ACT.items() for value in values),
]


@pytest.mark.parametrize(
    ("path", "value"), BAD_FIELDS, ids=[f"{'.'.join(p)} {ascii(v)[:30]}" for p, v in BAD_FIELDS]
)
def test_a_value_without_the_form_of_its_field_is_a_fault_that_names_it(
    path: tuple[str, ...], value: Any
) -> None:
    with pytest.raises(ValueError, match=path[-1]):
        check("stored", changed(VALID["stored"], path, value))


@pytest.mark.parametrize(
    "file", ["../x.warc.gz", "warc/merged/../x.warc.gz", "/etc/x.warc.gz", "warc/merged/a/b.warc.gz",
             "warc/merged/.x.warc.gz", "warc/2026/x.warc.gz", "warc/merged/x.txt", "warc/merged/\x1b.warc.gz"]
)  # fmt: skip
def test_a_merge_names_only_files_of_its_own_folder(file: str) -> None:
    with pytest.raises(ValueError, match="file"):
        check("merged", changed(VALID["merged"], ("files", 0, "file"), file))
    with pytest.raises(ValueError, match="held"):
        check("merged", changed(VALID["merged"], ("held", 0), file))


LINES = {
    "cut off": b'{"act": "noted"',
    "two objects": b'{"act": "noted"} {}',
    "not UTF-8": b'{"act": "not\xff"}',
    "not a number": b'{"act": "noted", "x": NaN}',
    "infinite": b'{"act": "noted", "x": -Infinity}',
    "many digits": b'{"act": "noted", "x": ' + b"9" * 5000 + b"}",
    "deep": b'{"act": "noted", "x": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    "a key twice": b'{"act": "noted", "act": "stored"}',
    "no object": b'["noted"]',
    "lone surrogate": rb'{"act": "noted", "site": {"id": "a"}, "ending": "gone", "detail": "\ud800"}',
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES.keys())
def test_a_line_that_is_no_act_is_named_by_its_number_and_the_others_are_read(line: bytes) -> None:
    good = json.dumps(VALID["noted"]).encode()
    first, fault, last = read(good, line, good)
    assert isinstance(first, Act)
    assert isinstance(fault, ActFault)
    assert str(fault).startswith("act 2: ")
    assert first == last


def test_an_act_and_a_key_of_a_later_format_are_no_faults_and_can_be_told_of() -> None:
    later, known = read(b'{"act": "retracted", "why": [1]}', json.dumps(VALID["noted"] | {"why": 1}).encode())
    assert isinstance(later, Act)
    assert (later.name, later.name in ACTS) == ("retracted", False)
    assert isinstance(known, Act)
    assert unknown_keys("noted", known.content) == ["why"]
