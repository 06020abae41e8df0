"""Measures tell a text from what a wrong table of characters makes of it."""

from __future__ import annotations

import random

import pytest

from crawler.extract.documents.measures import fault, measure
from tests.site.governments import GOVERNMENTS

TEXTS = [each.body for government in GOVERNMENTS for each in government.documents if each.year]
LONG = TEXTS[0]


def test_no_right_text_has_a_fault() -> None:
    assert {fault(text, 5) for text in TEXTS} == {None}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no text"),
        (" \n\t", "no text"),
        (LONG[:50], "50 characters on 9 pages"),
        (LONG.replace("法", "\ufffd"), "unknown"),
        (LONG.replace("法", "\ue123"), "private use"),
        (LONG.encode("gbk", "ignore").decode("latin-1"), "other scripts"),
        ("".join(chr(33 + ord(char) % 90) for char in LONG), "are Chinese"),
        ("".join(chr(0x3400 + ord(char) % 0x1900) for char in LONG), "no usual set"),
    ],
)
def test_a_wrong_text_has_a_reason(text: str, reason: str) -> None:
    found = fault(text, 9)
    assert found is not None
    assert reason in found


def test_characters_drawn_at_random_are_no_text() -> None:
    picked = random.Random(1)
    drawn = "".join(
        bytes((picked.randrange(0xB0, 0xD7), picked.randrange(0xA1, 0xFA))).decode("gb2312")
        for _ in range(900)
    )
    found = fault(drawn)
    assert found is not None
    assert "frequent" in found


def test_a_single_unknown_character_is_no_fault_and_shares_are_of_printed_characters() -> None:
    assert fault(LONG + "\ufffd", 3) is None
    assert measure("法 \n\ufffd").unknown == 0.5
    assert measure("法 \n\ufffd").characters == 2


def test_a_short_document_is_measured_by_its_length_alone() -> None:
    assert fault("附件:2023年度法治政府建设情况统计表") is None
