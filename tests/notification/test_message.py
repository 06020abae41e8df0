"""Messages: what they say, in both languages, and how they are cut."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.model import ChangeKind, NotifyRule
from crawler.notification.message import MAX_LISTED, compose, fitted
from crawler.questions.changes import Change
from crawler.questions.changes.weights import finding

RULE = NotifyRule(id="all", to=("$HOOK",), language="en")
ZH = NotifyRule(id="all", to=("$HOOK",))


def a_change(number: int = 1, title: str = "武汉市2022年报告", kind: ChangeKind = ChangeKind.GONE) -> Change:
    told = finding("gone")
    return Change(
        kind=kind,
        weight=told.weight,
        findings=(told,),
        at=datetime(2026, 11, 25, 20, tzinfo=UTC),
        report_id=f"420100-{number}",
        version=2,
        made_version=True,
        region="420100",
        year=2022,
        title=title,
        url="https://www.wuhan.gov.cn/a.html",
        detail="HTTP 404",
    )


def test_a_message_in_english() -> None:
    message = compose(RULE, "$HOOK", "id", [a_change()])
    assert message.title == "Rule-of-law government reports: 1 change (gone)"
    assert message.text.split("\n") == [
        "[gone] 武汉市2022年报告",
        "  湖北省武汉市 · 2022 · 2026-11-26",
        "  report gone",
        "  HTTP 404",
        "  https://www.wuhan.gov.cn/a.html",
        "  fazhi show 420100-1",
        "",
        f"rule all · message {message.key}",
    ]
    assert message.keys == ("gone:420100-1:2",)


def test_a_message_in_chinese() -> None:
    message = compose(ZH, "$HOOK", "id", [a_change(), a_change(2, kind=ChangeKind.NEW)])
    assert message.title == "法治政府建设情况报告：2 项变动（撤下、新公布）"
    assert "报告已撤下" in message.text or "撤" in message.text.split("\n")[2]
    assert message.text.endswith(f"规则 all · 消息 {message.key}")


def test_the_key_is_of_what_is_told_and_to_whom() -> None:
    one, two = a_change(1), a_change(2)
    key = compose(RULE, "$HOOK", "id", [one, two]).key
    assert compose(RULE, "$HOOK", "id", [two, one]).key == key
    others = [
        compose(RULE, "$HOOK", "id", [one]),
        compose(RULE, "$OTHER", "id", [one, two]),
        compose(RULE, "$HOOK", "another archive", [one, two]),
    ]
    assert len({key, *(each.key for each in others)}) == 4


def test_words_of_a_page_cannot_forge_a_line() -> None:
    message = compose(RULE, "$HOOK", "id", [a_change(title="报告\n[gone] 北京市\x1b[31m\u202e")])
    assert message.text.split("\n")[0] == r"[gone] 报告\n[gone] 北京市\x1b[31m\u202e"


def test_a_long_message_gives_the_number_of_the_rest() -> None:
    message = compose(RULE, "$HOOK", "id", [a_change(n) for n in range(MAX_LISTED + 5)])
    assert "and 5 more" in message.text
    assert len(message.changes) == MAX_LISTED
    assert len(message.keys) == MAX_LISTED + 5


@pytest.mark.parametrize("most", [60, 100, 250, 10_000])
def test_a_message_is_cut_at_a_line_and_keeps_its_foot(most: int) -> None:
    message = compose(RULE, "$HOOK", "id", [a_change(n) for n in range(3)])
    cut = fitted(message.text, most)
    assert len(cut) <= most
    assert cut.split("\n")[-1] == message.text.split("\n")[-1]
    assert set(cut.split("\n")) - {"…"} <= set(message.text.split("\n"))
