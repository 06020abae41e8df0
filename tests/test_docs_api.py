"""docs/api.md is what the code says, and has every public name."""

from __future__ import annotations

import inspect

import pytest

from crawler import api
from docs.api import GROUPS, METHODS, PAGE, page


def test_the_reference_is_that_of_the_code() -> None:
    assert PAGE.read_text("utf-8") == page(), "run: make api"


def test_every_public_name_has_its_place_once() -> None:
    assert sorted(name for names in GROUPS.values() for name in names) == sorted(api.__all__)


@pytest.mark.parametrize(("owner", "name"), [(owner, name) for owner in METHODS for name in METHODS[owner]])
def test_every_stable_method_says_what_it_does(owner: str, name: str) -> None:
    assert inspect.getdoc(getattr(getattr(api, owner), name))
