"""WCAG 2.2 AA over all pages, as far as axe-core can tell; and what it cannot: reflow, keyboard, words beside colours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.viewer.conftest import Open, addresses
from tests.web.showcase import EDITED, Showcase

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def faults_of(page: Any, axe: Path, rules: list[str] = RULES) -> list[str]:
    """Return what axe finds on a page."""
    page.evaluate(axe.read_text())
    found = page.evaluate("rules => axe.run({runOnly: rules})", rules)
    assert found["passes"]
    return [
        f"{each['id']} ({each['impact']}): {node['html'][:160]} {node['failureSummary'][:200]}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_axe_finds_no_fault_on_any_page(visit: Open, shown: Showcase, axe: Path, language: str) -> None:
    page = visit("/about", locale=language)
    found = {}
    for address in addresses(shown.ids):
        page.emulate_media(color_scheme="light")
        _goto(page, address)
        faults = faults_of(page, axe)
        page.emulate_media(color_scheme="dark")
        faults += faults_of(page, axe, ["color-contrast"])
        if faults:
            found[address] = faults
    assert found == {}


def test_axe_finds_a_fault_where_there_is_one(visit: Open, axe: Path) -> None:
    page = visit("/about")
    page.evaluate("document.querySelector('label').remove()")
    assert any(each.startswith("label") for each in faults_of(page, axe))


def test_no_page_is_wider_than_its_window(visit: Open, shown: Showcase) -> None:
    page = visit("/about")
    wide = []
    for address in addresses(shown.ids):
        _goto(page, address)
        for width in (320, 768, 1280, 2560):
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wide.append((address, width))
    assert wide == []


def test_tables_fit_a_phone_and_stay_tables(visit: Open, shown: Showcase) -> None:
    """Below 40rem rows are shown as cards: nothing is to be scrolled sideways, and assistive technology meets the same table."""
    page = visit("/about", viewport={"width": 390, "height": 844})
    for address in ("/", "/region/420000", "/overdue", "/sources", f"/r/{shown.ids[EDITED]}"):
        _goto(page, address)
        assert page.locator("table.cards").count(), address
        tables = []
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            tables.append(_tables(page))
        assert tables[0] == tables[1], address
        assert "rowheader" in tables[0][0], address
        page.set_viewport_size({"width": 390, "height": 844})
        wide = (
            "[...document.querySelectorAll('.scroll:has(.cards)')].filter(e => e.scrollWidth > e.clientWidth)"
        )
        assert page.evaluate(f"{wide}.map(e => e.textContent)") == [], address


def _tables(page: Any) -> list[list[str]]:
    """Return the roles of rows and cells of each table, in order, as the browser hands them to assistive technology."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    by_id = {each["nodeId"]: each for each in nodes}

    def roles(node: dict[str, Any]) -> list[str]:
        inner = [role for child in node.get("childIds", ()) for role in roles(by_id[child])]
        role = node.get("role", {}).get("value", "")
        return [role, *inner] if role in ("row", "cell", "rowheader", "columnheader") else inner

    return [roles(each) for each in nodes if each.get("role", {}).get("value") == "table"]


def test_a_keyboard_reaches_everything(visit: Open) -> None:
    page = visit("/coverage")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    wanted = set(page.locator("main a, main input, main select, main button, main [tabindex]").all())
    seen = set()
    for _ in range(4 * len(wanted)):
        page.keyboard.press("Tab")
        name = page.evaluate(
            "e => (e = document.activeElement, document.querySelector('main').contains(e) && e.id !== 'content'"
            " ? [...document.querySelectorAll('main *')].indexOf(e) : null)"
        )
        if name is None:
            break
        seen.add(name)
        outline = page.evaluate(
            "(e => { const s = getComputedStyle(e), r = e.querySelector('rect');"
            " return s.outlineStyle !== 'none' || (r && getComputedStyle(r).strokeWidth !== '1px') })(document.activeElement)"
        )
        assert outline, page.evaluate("document.activeElement.outerHTML")
    reachable = page.evaluate(
        "[...document.querySelectorAll('main a, main input, main select, main button, main [tabindex]')]"
        ".filter(e => e.checkVisibility()).length"
    )
    assert len(seen) == reachable


def test_a_table_is_sorted_by_keyboard(visit: Open) -> None:
    page = visit("/overdue", locale="en")
    heading = page.locator("th", has=page.get_by_role("button", name="Days"))
    heading.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "ascending"
    days = [int(each) for each in page.locator("td.overdue").all_inner_texts()]
    assert days == sorted(days)
    assert len(set(days)) > 1
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"


def test_no_change_is_told_by_colour_alone(visit: Open, shown: Showcase) -> None:
    for address in (f"/diff/{shown.ids[EDITED]}:1..2", "/r/420300-2021", "/changes"):
        page = visit(address, locale="en")
        changed = page.locator("del, ins").all()
        assert changed
        for each in changed:
            lines = each.evaluate("e => getComputedStyle(e).textDecorationLine")
            assert lines in ("line-through", "underline")
    page = visit("/coverage", locale="en")
    marks = page.locator(".matrix td a")
    assert marks.count() > 100
    assert all(each.strip() for each in marks.locator("span:not(.hidden)").all_inner_texts())


def test_print_has_the_text_and_no_forms(visit: Open, shown: Showcase) -> None:
    page = visit(f"/r/{shown.ids[EDITED]}")
    page.emulate_media(media="print")
    assert page.locator("article.text").is_visible()
    assert not page.locator("header.site").is_visible()
    assert not page.locator("footer.site").is_visible()


def _goto(page: Any, address: str) -> None:
    """Open a page; that one is not found or wrong is no fault of it."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status in (200, 400, 404)
