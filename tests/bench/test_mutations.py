from __future__ import annotations

from random import Random

import pytest

from bench.mutations import MUTATIONS, mutant
from tests.extract.pages import page, paragraphs

PAGES = (page(paragraphs()).encode(), page("<p>&nbsp;另一页,说明情况。</p>").encode("gb18030"))


def test_a_seed_gives_the_same_mutants_for_ever() -> None:
    assert [mutant(7, number, PAGES) for number in range(30)] == [
        mutant(7, number, PAGES) for number in range(30)
    ]


def test_another_seed_gives_others() -> None:
    assert [mutant(1, number, PAGES).html for number in range(9)] != [
        mutant(2, number, PAGES).html for number in range(9)
    ]


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_changes_the_page_by_its_generator_alone(name: str) -> None:
    made = [MUTATIONS[name](PAGES[0], Random(seed), PAGES) for seed in range(8)]
    assert made == [MUTATIONS[name](PAGES[0], Random(seed), PAGES) for seed in range(8)]
    assert any(html != PAGES[0] for html in made)


@pytest.mark.parametrize("name", MUTATIONS)
@pytest.mark.parametrize("html", [b"\n", b"<p>", b"\xff\xfe", b"&amp;"])
def test_a_mutation_takes_the_smallest_page(name: str, html: bytes) -> None:
    for seed in range(20):
        assert isinstance(MUTATIONS[name](html, Random(seed), (html,)), bytes)


def test_no_mutant_is_empty() -> None:
    assert all(mutant(3, number, (b"<",)).html for number in range(200))
