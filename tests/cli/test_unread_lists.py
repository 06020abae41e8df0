"""A crawl prints which lists it could not read to their end."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace

import pytest

from crawler.archive import Archive
from crawler.cli.display import Display
from crawler.cli.output import outcome_json
from crawler.model import Ending, Outcome, Site

Opener = Callable[[], Archive]
SITE = Site(id="a", name="武汉市人民政府", region="420100", lists=("http://a.gov.cn/",))
LISTED = Outcome(ending=Ending.LISTED, url="http://a.gov.cn/", site_id="a", detail="3 links; page 1 of 3")


@pytest.mark.parametrize(("unread", "lines"), [(True, 1), (False, 0)])
def test_a_list_that_states_more_than_was_read_is_printed(unread: bool, lines: int, opened: Opener) -> None:
    shown = replace(LISTED, unread=unread)
    with (
        redirect_stdout(io.StringIO()),
        redirect_stderr(io.StringIO()) as err,
        opened() as archive,
        Display([SITE]) as display,
    ):
        display.show(shown, archive)
    assert err.getvalue().count("a: http://a.gov.cn/: 3 links; page 1 of 3") == lines


def test_the_stream_of_outcomes_says_it_in_the_detail() -> None:
    assert outcome_json(replace(LISTED, unread=True)) == outcome_json(LISTED)
