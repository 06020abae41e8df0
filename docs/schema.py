"""Write the catalogue's diagram in docs/archive.md from the models: `make diagram`. A test checks that it is current."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Table

from crawler.archive.catalogue.models import Base

PAGE = Path(__file__).with_name("archive.md")
BEGIN, END = "<!-- diagram: made by docs/schema.py -->\n", "<!-- end of diagram -->\n"


def diagram() -> str:
    """Return an entity-relationship diagram in Mermaid syntax."""
    tables = [table for _, table in sorted(Base.metadata.tables.items())]
    lines = ["```mermaid", "erDiagram"]
    for table in tables:
        lines += [f"  {table.name} {{", *(f"    {_column(table, column)}" for column in table.columns), "  }"]
    for table in tables:
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
            many = "o{" if key.parent.nullable else "|{"
            lines.append(f'  {key.column.table.name} ||--{many} {table.name} : "{key.parent.name}"')
    return "\n".join([*lines, "```", ""])


def _column(table: Table, column: Column[object]) -> str:
    kind = str(column.type).partition("(")[0].lower()
    marks = [mark for mark, there in (("PK", column.primary_key), ("FK", bool(column.foreign_keys))) if there]
    return " ".join(filter(None, (kind, column.name, ", ".join(marks))))


def with_diagram(page: str) -> str:
    """Return the page with a current diagram."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + diagram() + END + after


if __name__ == "__main__":
    PAGE.write_text(with_diagram(PAGE.read_text("utf-8")), "utf-8")
