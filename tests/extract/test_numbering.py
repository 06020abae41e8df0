"""The numbers of automatic numbering, as word processors write them."""

from __future__ import annotations

import pytest

from crawler.extract.documents.numbering import binary_format, format_number


@pytest.mark.parametrize(
    ("style", "number", "text"),
    [
        ("chineseCounting", 1, "一"),
        ("chineseCounting", 10, "十"),
        ("chineseCounting", 12, "十二"),
        ("chineseCounting", 20, "二十"),
        ("chineseCounting", 99, "九十九"),
        ("chineseCounting", 103, "一〇三"),
        ("chineseCountingThousand", 103, "一百零三"),
        ("chineseCountingThousand", 1010, "一千零一十"),
        ("chineseCountingThousand", 10001, "一万零一"),
        ("chineseLegalSimplified", 10, "壹拾"),
        ("ideographDigital", 2024, "二〇二四"),
        ("decimalEnclosedCircle", 20, "⑳"),
        ("decimalEnclosedCircle", 21, "㉑"),
        ("decimalEnclosedCircle", 51, "51"),
        ("decimalEnclosedParen", 3, "⑶"),
        ("decimalFullWidth", 12, "１２"),
        ("ideographTraditional", 10, "癸"),
        ("ideographTraditional", 11, "11"),
        ("lowerRoman", 14, "xiv"),
        ("upperLetter", 28, "BB"),
        ("decimalZero", 7, "07"),
        ("bullet", 7, ""),
        ("no such format", 7, "7"),
        ("chineseCounting", -1, "-1"),
    ],
)
def test_a_number_is_written_in_its_format(style: str, number: int, text: str) -> None:
    assert format_number(number, style) == text


@pytest.mark.parametrize(
    "style", ["chineseCountingThousand", "lowerRoman", "upperLetter", "ideographDigital"]
)
def test_huge_numbers_stay_short(style: str) -> None:
    assert len(format_number(10**9, style)) <= 10


@pytest.mark.parametrize(
    ("code", "style"),
    [(0, "decimal"), (18, "decimalEnclosedCircle"), (37, "chineseCounting"), (200, "decimal")],
)
def test_the_numbers_of_formats_in_doc_and_rtf_have_the_names_of_ooxml(code: int, style: str) -> None:
    assert binary_format(code) == style
