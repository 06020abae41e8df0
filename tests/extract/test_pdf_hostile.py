"""PDFs that are damaged, locked or made to do harm: each ends as a Material or as an UnreadDocument with its fault."""

from __future__ import annotations

import random
import time

import pytest

from crawler.errors import Unread, UnreadDocument
from crawler.extract.documents import FORMATS
from crawler.extract.documents.pdf.reader import MAX_PAGES
from crawler.reading.alone import read_within
from crawler.reading.process import ReadingLimits
from tests.made_documents.pdf import pdf, stream, written
from tests.made_documents.platypus import platypus

CATALOGUE = b"<</Type/Catalog/Pages 2 0 R>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>"
WITH_FONT = PAGE.replace(
    b"/Contents", b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>/Contents"
)
SENTENCE = "全面推进法治政府建设，取得明显成效。"
GOOD = pdf(["某市的报告"], [SENTENCE * 20] * 12)
FAULTS = {"damaged", "too_large", "encrypted", "empty", "needs_ocr"}
MAX_SECONDS = 5.0  # the slowest takes a fifth of it


def outcome(body: bytes) -> str:
    """`read`, or the fault of a document. Any other error fails the test."""
    try:
        FORMATS["pdf"].read(body, (), None, None)
    except UnreadDocument as error:
        return error.fault if error.format == "pdf" else f"of {error.format}"
    return "read"


def pages(tree: bytes, *objects: bytes) -> bytes:
    return written([CATALOGUE, tree, *objects])


HOSTILE = {
    "no object": (b"%PDF-1.4\n%%EOF", "damaged"),
    "no page": (pages(b"<</Type/Pages/Count 0/Kids[]>>"), "empty"),
    "a tree that is its own branch": (pages(b"<</Type/Pages/Count 5/Kids[2 0 R 2 0 R]>>"), "damaged"),
    "a branch that leads back": (
        pages(
            b"<</Type/Pages/Count 3/Kids[3 0 R]>>",
            b"<</Type/Pages/Count 3/Parent 2 0 R/Kids[2 0 R 4 0 R]>>",
            PAGE,
        ),
        "damaged",
    ),
    "10,000 pages": (
        pages(b"<</Type/Pages/Count 10000/Kids[%s]>>" % (b"3 0 R " * 10000), PAGE, stream(b"")),
        "too_large",
    ),
    "pages that are not there": (
        pages(b"<</Type/Pages/Count 100000/Kids[3 0 R]>>", PAGE, stream(b"")),
        "too_large",
    ),
    "arrays in arrays": (
        pages(
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            PAGE.replace(b"/Contents", b"/X " + b"[" * 50_000 + b"]" * 50_000 + b"/Contents"),
            stream(b""),
        ),
        "empty",
    ),
    "a form in itself": (
        pages(
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            PAGE.replace(b"/Contents", b"/Resources<</XObject<</X 5 0 R>>>>/Contents"),
            stream(b"/X Do"),
            b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>/Length 5>>stream\n/X Do\nendstream",
        ),
        "empty",
    ),
    "a million characters at one place": (
        pages(
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            WITH_FONT,
            stream(b"BT /F1 10 Tf 10 10 Td " + b"(aaaaaaaaaaaaaaaaaaaa) Tj 3 4 Td " * 20_000 + b"ET"),
        ),
        "read",
    ),
    "a hundred thousand rules": (
        pages(
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            WITH_FONT,
            stream(
                b"BT /F1 10 Tf 10 10 Td (a text of some words, long enough) Tj ET "
                + b"".join(
                    b"%d %d m %d %d l S " % (i % 500, i // 500, i % 500 + 30, i // 500) for i in range(50_000)
                )
            ),
        ),
        "read",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_with_its_fault_in_time(name: str) -> None:
    body, fault = HOSTILE[name]
    began = time.process_time()
    assert outcome(body) == fault
    assert time.process_time() - began < MAX_SECONDS


def test_as_many_pages_as_the_limit_are_named_in_the_fault() -> None:
    with pytest.raises(UnreadDocument, match=f"the limit is {MAX_PAGES}") as raised:
        FORMATS["pdf"].read(HOSTILE["10,000 pages"][0], (), None, None)
    assert raised.value.pages == 10_000


@pytest.mark.parametrize("share", [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999])
def test_a_file_that_is_cut_is_never_taken_for_the_whole(share: float) -> None:
    assert outcome(GOOD[: int(len(GOOD) * share)]) == "damaged"


def test_a_file_that_is_cut_in_its_update_is_damaged() -> None:
    """An update follows the first end mark, so that a file that is cut in it has one."""
    update = b"3 0 obj\n<</Type/Font>>\nendobj\nxref\n0 1\n0000000000 65535 f \n"
    assert outcome(GOOD + update) == "damaged"


def test_a_linearized_file_that_is_shorter_than_it_states_is_damaged() -> None:
    head = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    comment = b"%% /Linearized 1 /L %d \n"
    assert outcome(GOOD.replace(head, head + comment % (len(GOOD) + 999))) == "damaged"
    assert outcome(GOOD.replace(head, head + comment % len(GOOD))) == "read"


@pytest.mark.parametrize(
    "around", [(b"\r\n\r\n", b""), (b"", b"\n<!-- served by x -->\n"), (b"\xef\xbb\xbf", b"\0" * 99)]
)
def test_other_bytes_before_and_after_a_file_do_no_harm(around: tuple[bytes, bytes]) -> None:
    before, after = around
    assert outcome(before + GOOD + after) == "read"


def test_a_file_with_an_empty_password_is_read_and_one_with_a_password_is_encrypted() -> None:
    texts = [SENTENCE * 9] * 3
    assert outcome(platypus("某市的报告", texts, password="")) == "read"
    assert outcome(platypus("某市的报告", texts, password="secret")) == "encrypted"


@pytest.mark.parametrize("box", [b"[0 0 000 000]", b"[0 0 1e38 84]", b"[9 9 -99 -99]", b"[0 0 nan inf]"])
def test_any_size_of_a_page_is_taken(box: bytes) -> None:
    assert outcome(GOOD.replace(b"[0 0 595 842]", box)) in {"read", "needs_ocr", "empty", "damaged"}


def test_mutants_end_as_text_or_as_a_fault() -> None:
    picked = random.Random(1)
    for _ in range(60):
        mutant = bytearray(GOOD)
        for _ in range(picked.randint(1, 30)):
            mutant[picked.randrange(len(mutant))] = picked.randrange(256)
        assert outcome(bytes(mutant)) in {"read", *FAULTS}


def test_a_file_that_takes_all_memory_ends_its_child_alone() -> None:
    """What pdfium unpacks cannot be bounded from outside, so that a child process with a limit reads it."""
    bomb = pages(b"<</Type/Pages/Count 1/Kids[3 0 R]>>", PAGE, stream(b"q " * 30_000_000))
    with pytest.raises((Unread, UnreadDocument)):
        read_within(ReadingLimits(memory_bytes=200 << 20), FORMATS["pdf"].read, bomb, (), None, None)
