"""A document's own head and signature inside the text: the organ above its title, a cell with the label of an organ."""

from __future__ import annotations

import pytest

from tests.extract.pages import BODY, page, paragraphs, read

TITLE = "关于做好某项工作的通知"
HEAD = f"<h1>{TITLE}</h1><p>发布日期:2023-03-15</p>"
NAMED = f"<title>{TITLE}</title>"


def lines(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("organs", [("甲市某某局",), ("甲市某某局", "甲市司法局"), ("甲市人民政府办公室",)])
def test_the_organ_above_a_title_that_the_text_repeats_is_text(organs: tuple[str, ...], inside: bool) -> None:
    text = lines(*organs, TITLE) + paragraphs()
    html = page(HEAD + text if inside else text, above="" if inside else HEAD, head=NAMED)
    report = read(html)
    assert (report.title, report.body) == (TITLE, "\n".join((*organs, BODY)))


def test_the_organ_above_the_pages_only_title_is_not_text() -> None:
    html = page(lines("甲市某某局") + HEAD + paragraphs(), head=NAMED)
    assert read(html).body == BODY


@pytest.mark.parametrize("parts", [("甲市某某局", TITLE), ("甲市某某局", "关于做好", "某项工作的通知")])
def test_a_title_that_the_text_repeats_in_several_lines_is_removed(parts: tuple[str, ...]) -> None:
    title = f"甲市某某局{TITLE}"
    html = page(
        lines(*parts) + paragraphs(), above=HEAD.replace(TITLE, title), head=f"<title>{title}</title>"
    )
    report = read(html)
    assert (report.title, report.body) == (title, BODY)


def row(*cells: str) -> str:
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


@pytest.mark.parametrize("label", ["备案机关", "发布单位", "责任部门", "制定机关名称"])
@pytest.mark.parametrize("below", ["", "<p>2023年3月1日</p>"])
def test_the_label_in_the_cell_before_it_is_no_part_of_an_issuer(label: str, below: str) -> None:
    report = read(page(f"{HEAD}{paragraphs()}<table>{row(label, '甲市某某局')}</table>{below}", head=NAMED))
    assert (report.signer, report.issuer) == ("甲市某某局", "甲市某某局")
    assert f"{label}\t甲市某某局" in report.body
    assert report.signed == ("2023-03-01" if below else None)


def test_the_rows_of_a_table_are_no_signature() -> None:
    table = f"<table>{row('备案机关', '甲市某某局')}{row('备案日期', '2023年3月1日')}</table>"
    report = read(page(f"{HEAD}{paragraphs()}{table}", head=NAMED))
    assert (report.signer, report.signed) == (None, None)
