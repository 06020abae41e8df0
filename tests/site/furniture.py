"""The parts of a page around the article: menus, departments, friendly links, style sheets.

Each template has its own markup. The content depends only on the government's id.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from tests.site.banks import bank
from tests.site.model import Government
from tests.site.pick import Picker


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a menu, with its submenu."""

    name: str
    path: str
    below: tuple[Item, ...] = ()


def menu(government: Government) -> list[Item]:
    """Return the main menu of a site: its sections and their columns."""
    picker = Picker("menu", government.id)
    items = []
    for part, columns in bank("furniture")["menu"].items():
        folder = f"/{_code(picker)}"
        below = tuple(Item(name, f"{folder}/{_code(picker)}/") for name in picker.some(columns, len(columns)))
        items.append(Item(part, f"{folder}/", below))
    return items


def departments(government: Government) -> list[Item]:
    """Return links to the sites of the government's departments."""
    picker = Picker("departments", government.id)
    return [
        Item(f"{government.place}{name}", f"{government.base.partition(':')[0]}://{_code(picker)}.{host}/")
        for host in [government.host.removeprefix("www.")]
        for name in bank("furniture")["departments"]
    ]


def links(government: Government) -> list[Item]:
    """Return friendly links to ministries, provinces and newspapers."""
    picker = Picker("links", government.id)
    return [Item(name, f"http://www.{_code(picker)}.gov.cn/") for name in bank("furniture")["links"]]


def hot_words(government: Government) -> list[str]:
    """Return popular search words."""
    return Picker("hot", government.id).some(bank("furniture")["hot"], 6)


def anchors(
    items: list[Item] | tuple[Item, ...], form: str = '<a href="{path}" title="{name}">{name}</a>'
) -> str:
    """Return items as links in the given form, one a line."""
    return "\n".join(form.format(name=escape(item.name), path=item.path) for item in items)


def css(government: Government, prefix: str, rules: int) -> str:
    """Return an inline style sheet with a number of rules."""
    picker = Picker("css", government.id, prefix)
    bag = bank("furniture")
    lines = []
    for _ in range(rules):
        selector = f".{prefix}{picker.one(bag['parts'])}"
        tail = picker.one(
            ("", " a", " li", " a:hover", " ul li a", " span", " .on", " dl dd", ":after", " img")
        )
        if picker.between(0, 3) == 0:
            selector = f"#{prefix}{picker.one(bag['parts'])}{picker.between(1, 9)} {selector}"
        lines.append(f"{selector}{tail}{{{';'.join(picker.some(bag['properties'], picker.between(2, 6)))};}}")
    return "\n".join(lines)


def _code(picker: Picker) -> str:
    return "".join(picker.one("bcdfghjklmnpqrstwxyz") for _ in range(picker.between(3, 5)))
