from __future__ import annotations

import hashlib
import random

from hypothesis import given
from hypothesis import strategies as st

from crawler.field.fingerprint import bands, distance, simhash, text_sha256

SENTENCES = [
    f"{a}{b}工作取得第{n}项成效。"
    for n, (a, b) in enumerate((a, b) for a in "甲乙丙丁戊己庚辛" for b in "子丑寅卯辰巳午未申酉")
]
BODY = "\n".join("".join(random.Random(n).sample(SENTENCES, 12)) for n in range(12))


def test_the_digest_is_that_of_the_body_as_printed() -> None:
    assert text_sha256("一、\n二、") == hashlib.sha256("一、\n二、".encode()).hexdigest()


def test_a_small_correction_gives_a_near_simhash() -> None:
    assert distance(simhash(BODY), simhash(BODY.replace("第7项", "第8项", 1))) <= 3


def test_layout_does_not_change_the_simhash() -> None:
    assert simhash(BODY) == simhash(BODY.replace("\n", "\n\n  "))


def test_another_text_is_far() -> None:
    other = "".join(
        random.Random(99).choices("天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏", k=len(BODY))
    )
    assert distance(simhash(BODY), simhash(other)) > 10


@given(st.integers(0, 2**64 - 1), st.sets(st.integers(0, 63), max_size=3))
def test_hashes_that_differ_in_three_bits_share_a_band(value: int, flipped: set[int]) -> None:
    other = value
    for bit in flipped:
        other ^= 1 << bit
    one, two = f"{value:016x}", f"{other:016x}"
    assert distance(one, two) == len(flipped)
    assert any(a == b for a, b in zip(bands(one), bands(two), strict=True))


def test_each_bit_is_that_of_the_majority_of_shingles() -> None:
    """Compared with the definition, computed shingle by shingle."""
    random_bytes = hashlib.shake_128(b"fazhi simhash").digest(4096)
    low, high = random_bytes[:2048], random_bytes[2048:]

    def byte(character: str, place: int) -> int:
        table = place % 8 * 256
        return low[table + ord(character) % 256] ^ high[table + ord(character) // 256]

    def shingle(text: str) -> int:
        return int.from_bytes(
            byte(text[0], k) ^ byte(text[1], k - 3) ^ byte(text[2], k - 6) for k in range(8)
        )

    text = "法治政府建设情况报告，2023"
    hashes = [shingle(text[i : i + 3]) for i in range(len(text) - 2)]
    expected = sum(1 << bit for bit in range(64) if sum(h >> bit & 1 for h in hashes) > len(hashes) / 2)
    assert int(simhash(text), 16) == expected


def test_any_text_has_a_simhash() -> None:
    assert all(len(simhash(text)) == 16 for text in ("", " ", "甲", "甲乙", "𠮷野家", "\ud800甲乙"))
