"""PDFs laid out by reportlab, a second opinion beside the pages of `typeset`: frames, tables that repeat their head, encryption."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Table, TableStyle

FONT = "STSong-Light"
_WIDTH, _HEIGHT = 595, 842
_LEFT, _GUTTER = 74, 24


def platypus(
    title: str,
    paragraphs: Sequence[str],
    *,
    columns: int = 1,
    is_ruled: bool = True,
    password: str | None = None,
) -> bytes:
    """Return a PDF of a text. Paragraphs with tabs are rows of a table. `password`: of the user; empty: encrypted all the same."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    width = (_WIDTH - 2 * _LEFT - (columns - 1) * _GUTTER) / columns
    frames = [Frame(_LEFT + i * (width + _GUTTER), 80, width, 680, 0, 0, 0, 0) for i in range(columns)]
    buffer = io.BytesIO()
    encryption = None if password is None else StandardEncryption(password, ownerPassword="owner")
    document = BaseDocTemplate(buffer, pagesize=(_WIDTH, _HEIGHT), encrypt=encryption, invariant=1)
    document.addPageTemplates(PageTemplate("all", frames, onPage=_margins))
    document.build(_flow(title, paragraphs, width, is_ruled))
    return buffer.getvalue()


def _margins(canvas: Canvas, document: BaseDocTemplate) -> None:
    canvas.setFont(FONT, 9)
    canvas.drawString(_LEFT, 800, "法治政府建设年度报告")
    canvas.drawCentredString(_WIDTH / 2, 40, f"- {document.page} -")


def _flow(title: str, paragraphs: Sequence[str], width: float, is_ruled: bool) -> list[Flowable]:
    heading = ParagraphStyle("title", fontName=FONT, fontSize=20, leading=30, alignment=1, wordWrap="CJK")
    body = ParagraphStyle("body", fontName=FONT, fontSize=12, leading=20, firstLineIndent=24, wordWrap="CJK")
    flow: list[Flowable] = [Paragraph(title, heading)]
    rows: list[list[str]] = []
    for text in (*paragraphs, ""):
        if "\t" in text:
            rows.append(text.split("\t"))
            continue
        if rows:
            flow.append(_table(rows, width, is_ruled))
            rows = []
        if text:
            flow.append(Paragraph(text, body))
    return flow


def _table(rows: list[list[str]], width: float, is_ruled: bool) -> Table:
    cell = ParagraphStyle("cell", fontName=FONT, fontSize=9, leading=12, wordWrap="CJK")
    cells = [[Paragraph(text, cell) for text in row] for row in rows]
    table = Table(cells, colWidths=[width / len(rows[0])] * len(rows[0]), repeatRows=1)
    if is_ruled:
        table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black")]))
    return table
