import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from bench.find import ENGINE, Found, Score, by_way, main, misses, report, run
from tests.site.portals import BLOCK, Portal, PortalWeb

LIST, DEPARTMENTS, NEAR = (
    "http://www.a.test/zwgk/fzzfjs/",
    "http://www.a.test/zwgk/bm/",
    "http://www.a.test/zwgk/pf/",
)
PORTAL = Portal(
    code="420202", name="黄石港区", home="http://www.a.test/", entry=None, access="direct", family="trs", style="static", kind="list",
    lists=(LIST,), also=(DEPARTMENTS,),
)  # fmt: skip
NONE = Portal(
    code="420203", name="西塞山区", home="http://www.b.test/", entry=None, access="direct", family="trs", style="static", kind="nothing"
)  # fmt: skip

Engine = Callable[..., AsyncIterator[Any]]


@pytest.fixture(scope="module")
def web() -> Iterator[PortalWeb]:
    with PortalWeb(BLOCK) as web:
        yield web


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[Engine], None]:
    """Puts an engine in the place of the real one."""

    def put(engine: Engine) -> None:
        module = ModuleType(ENGINE)
        module.find, module.Target, module.Options = engine, SimpleNamespace, SimpleNamespace  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, ENGINE, module)

    return put


def oracle(web: PortalWeb, *, wrong: Sequence[str] = ()) -> Engine:
    """An engine that knows the truth, but says a wrong list of the portals with these codes."""
    truth = {portal.code: portal for portal in web.portals}

    async def find(targets: Sequence[Any], **options: Any) -> AsyncIterator[Any]:
        for target in targets:
            true = truth[target.code]
            urls = (NEAR,) if target.code in wrong else true.lists
            lists = [SimpleNamespace(url=url) for url in urls]
            ending = "found" if lists else true.ending
            yield SimpleNamespace(target=target, result=ending, lists=lists, years=true.reports, requests=4)

    return find


@pytest.mark.parametrize(
    ("portal", "ending", "lists", "right", "wrong"),
    [
        (PORTAL, "found", (LIST,), True, False),
        (
            PORTAL,
            "found",
            ("https://a.test/zwgk/fzzfjs/index.html",),
            True,
            False,
        ),  # the same list, written otherwise
        (PORTAL, "found", (LIST, DEPARTMENTS), True, False),
        (PORTAL, "found", (DEPARTMENTS,), False, False),
        (PORTAL, "found", (NEAR,), False, True),
        (PORTAL, "found", (LIST, NEAR), True, True),
        (PORTAL, "column", (LIST,), False, False),
        (PORTAL, "nothing", (), False, False),
        (NONE, "nothing", (), True, False),
        (NONE, "column", (NEAR,), False, False),
        (NONE, "found", (NEAR,), False, True),
    ],
)
def test_an_outcome_is_right_or_wrong(
    portal: Portal, ending: str, lists: tuple[str, ...], right: bool, wrong: bool
) -> None:
    score = Score(portal=portal, found=Found(code=portal.code, ending=ending, lists=lists))
    assert (score.is_right, score.is_wrong) == (right, wrong)


def test_an_engine_that_knows_the_truth_meets_every_aim(
    web: PortalWeb, use: Callable[[Engine], None]
) -> None:
    use(oracle(web))
    scores, _ = run(web, web.portals, None)
    assert all(score.is_right and not score.is_wrong for score in scores)
    assert misses(scores) == []
    assert "found 100.0%   wrong 0.0%   requests: median 4, most 4" in report(scores, 1.0)


def test_wrong_lists_and_missing_outcomes_miss_the_aims(
    web: PortalWeb, use: Callable[[Engine], None]
) -> None:
    use(oracle(web, wrong=[portal.code for portal in web.portals[:3]]))
    scores, _ = run(web, web.portals, None)
    assert "a wrong list was found on 10.0% of all portals" in "\n".join(misses(scores))
    lost = [
        Score(portal=s.portal, found=Found(code=s.portal.code, ending="none", requests=16)) for s in scores
    ]
    assert [line.split(",")[0] for line in misses(lost)] == [
        "the list was found on 0.0% of the portals that have one",
        "the median of a portal's requests is 16",
        "30 portals have no outcome",
    ]


def test_each_way_alone_is_scored_on_the_portals_where_it_is_enough(
    web: PortalWeb, use: Callable[[Engine], None]
) -> None:
    use(oracle(web))
    lines = by_way(web).splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == [
        "links",
        "scripts",
        "sitemap",
        "search",
        "entry",
        "parent",
    ]
    assert all(line.split("|")[3].strip() == "100 %" for line in lines[2:])


def test_without_an_engine_the_benchmark_says_so(
    use: Callable[[Engine], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, ENGINE, ModuleType(ENGINE))
    monkeypatch.setattr(sys, "argv", ["bench.find", "30"])
    with pytest.raises(SystemExit, match="has no `find`"):
        main()
