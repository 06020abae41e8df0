"""Generate reports from a bank of phrases; each text differs clearly from the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.site.banks import bank
from tests.site.model import Document
from tests.site.pick import Picker
from tests.site.punctuation import fold

_ORDINALS = "一二三四五六七八九十"
_POINTS = ("一是", "二是", "三是", "四是")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Specification of a generated report."""

    url: str
    title: str
    year: int
    published: str
    place: str  # 武汉市
    issuer: str
    region: str
    source: str | None = None
    signed: str | None = None
    signers: tuple[str, ...] = ()  # empty: the issuer signs
    index: Mapping[str, str] | None = None
    author: str | None = None
    salutation: str | None = None  # 市委：
    table: bool = False  # holds a table of figures
    attachments: bool = False  # ends in a numbered list of 附件
    aside: str | None = None  # a paragraph of its own, such as one with rare characters


def report(order: Order) -> Document:
    """Return the report for an order, with 15 to 30 paragraphs and its tables; the same order gives the same report."""
    picker = Picker("report", order.region, order.year)
    words = {
        "市": order.place,
        "我": "我区" if order.place.endswith("区") else "我市",
        "y": order.year,
        "y0": order.year - 1,
        "y1": order.year + 1,
    }
    lines = [order.salutation] if order.salutation else []
    lines += [picker.fill(line, **words) for line in _text(order, picker)]
    files = bank("report")["attachments"] if order.attachments else []
    titles = [picker.fill(title, **words) for title in files]
    if titles:
        lines += [f"附件：1.{titles[0]}", *(f"{i}.{title}" for i, title in enumerate(titles[1:], 2))]
    if order.signed:
        year, month, day = map(int, order.signed.split("-"))
        lines += [*(order.signers or [order.issuer]), f"{year}年{month}月{day}日"]
    return Document(
        url=order.url,
        title=order.title,
        body=fold("\n".join(lines)),
        published=order.published,
        issuer=order.issuer,
        region=order.region,
        year=order.year,
        source=order.source,
        signed=order.signed,
        index=order.index,
        author=order.author,
        attachments=tuple((f"P0{order.year}{i:07}.docx", title) for i, title in enumerate(titles, 1)),
    )


def _text(order: Order, picker: Picker) -> list[str]:
    phrases = bank("report")
    names = picker.one(phrases["sections"])
    lines = [picker.one(phrases["openings"])]
    topics = picker.some(phrases["achievements"], picker.between(7, 9))
    made = [_topic(topic, picker, pointed=bool(picker.between(0, 1))) for topic in topics]
    lines += [f"一、{names['achievements']}", *_numbered(made)]
    lines += [order.aside] if order.aside else []
    lines += _table(phrases["table"], picker) if order.table else []
    lines += [f"二、{names['problems']}", *_numbered(picker.some(phrases["problems"], picker.between(2, 4)))]
    if picker.between(0, 2):
        lines += [f"三、{names['responsibility']}", "".join(picker.some(phrases["responsibility"], 4))]
        lines += [f"四、{names['plans']}"]
    else:
        lines += [f"三、{names['plans']}"]
    lines += _numbered(picker.some(phrases["plans"], picker.between(4, 6)))
    return [*lines, picker.one(phrases["closings"])]


def _topic(topic: Mapping[str, list[str]], picker: Picker, *, pointed: bool) -> str:
    sentences = picker.some(topic["sentences"], picker.between(3, 4))
    if pointed:
        sentences = [point + sentence for point, sentence in zip(_POINTS, sentences, strict=False)]
    return f"{picker.one(topic['headings'])}。{''.join(sentences)}"


def _numbered(lines: list[str]) -> list[str]:
    return [f"（{_ORDINALS[i]}）{line}" for i, line in enumerate(lines)]


def _table(table: Mapping[str, list[list[str]]], picker: Picker) -> list[str]:
    rows = [
        [label, unit, *(str(picker.between(*map(int, span.split("-")))) for span in spans)]
        for label, unit, *spans in table["rows"]
    ]
    return [str(table["caption"]), "\t".join(map(str, table["head"])), *("\t".join(row) for row in rows)]
