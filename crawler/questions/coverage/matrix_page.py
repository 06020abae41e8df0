"""The coverage as one HTML file: a matrix of organs and years, whose cells lead to the evidence and to the report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from crawler.field.deadline import RULES, Rule
from crawler.field.times import china_day
from crawler.language import translate
from crawler.questions.coverage.cells import CoverageCell, CoverageRow, CoverageStatus
from crawler.questions.coverage.words import (
    KNOWN_STATUSES,
    LEGEND,
    STATUS_WORDS,
    TOTAL_HEADINGS,
    mark,
    remarks,
    share,
    status_words,
    totals,
)
from crawler.questions.html_page import link, page, text, words

_STYLE = """
.matrix td { text-align: center; white-space: nowrap; } .matrix td a { display: block; text-decoration: none; color: inherit; }
.matrix td a:hover { text-decoration: underline; } .matrix tbody th { font-weight: normal; white-space: nowrap; }
.on_time { color: var(--good); } .late { color: var(--late); font-weight: 600; } .overdue { color: var(--bad); font-weight: 700; }
.withdrawn { color: var(--bad); } .unknown, .not_yet_due, .code { color: var(--faint); }
.controls { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; margin-block: 1rem; }
.controls[hidden] { display: none; } label { display: grid; font-size: .875rem; }
input, select, .sort { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--faint); border-radius: .25rem;
  padding: .25rem .5rem; min-height: 2rem; }
.sort { border: 0; padding: 0; font-weight: 600; cursor: pointer; min-width: 1.5rem; } th[aria-sort=ascending] .sort::after { content: " ↑"; }
th[aria-sort=descending] .sort::after { content: " ↓"; } dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; }
dd { margin: 0; } dt { text-align: center; } tr:target { background: var(--band); outline: 2px solid var(--link); }
.box { max-height: 85vh; overflow: auto; border-block: 1px solid var(--line); } .matrix thead th { z-index: 1; }
.matrix tbody th { position: sticky; left: 0; background: var(--paper); } .address { overflow-wrap: anywhere; max-width: 24rem; }
@media print { .box { max-height: none; overflow: visible; } .matrix tbody th { position: static; } .matrix a { color: inherit; } }
blockquote { margin: .5rem 0; padding-inline-start: 1rem; border-inline-start: 3px solid var(--line); }
"""

_SCRIPT = """
(() => {
  const table = document.querySelector(".matrix"), body = table.tBodies[0], rows = [...body.rows];
  const controls = document.querySelector(".controls"), count = document.querySelector("#count");
  const [words, year, status] = ["words", "year", "status"].map(id => document.getElementById(id));
  const place = new Map(rows.map((row, index) => [row, index]));
  const show = () => {
    let shown = 0;
    for (const row of rows) {
      const cells = [...row.cells].filter(cell => cell.dataset.status && (!year.value || cell.dataset.year === year.value));
      const fits = row.cells[0].textContent.includes(words.value.trim())
        && (!status.value || cells.some(cell => cell.dataset.status === status.value));
      row.hidden = !fits; shown += fits;
    }
    count.textContent = count.dataset.form.replace("{shown}", shown).replace("{all}", rows.length);
  };
  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button"; button.className = "sort"; button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending", column = head.cellIndex;
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = row => column ? Number(row.cells[column].dataset.order) : place.get(row);
      rows.sort((a, b) => (key(a) - key(b)) * (down ? -1 : 1) || place.get(a) - place.get(b));
      body.append(...rows);
    });
  }
  for (const control of [words, year, status]) control.addEventListener("input", show);
  controls.hidden = false; show();
})();
"""

_ORDER = (
    CoverageStatus.ON_TIME,
    CoverageStatus.LATE,
    CoverageStatus.WITHDRAWN,
    CoverageStatus.OVERDUE,
    CoverageStatus.UNKNOWN,
    CoverageStatus.NOT_YET_DUE,
)
MAX_DAYS = 100_000
"""Days by which cells of one status are sorted."""


_COUNT = "{shown} of {all} shown"
"""How many rows the controls leave; the script fills it in."""
_WHAT_IT_RESTS_ON = "What each cell rests on. A report's text and its captures are shown by"


def coverage_html(rows: Sequence[CoverageRow], asof: date, *, head: str = "", scope: str = "") -> str:
    """Return the page, in the language of messages. `head`: of the archive's chain; `scope`: which organs were asked for, in words.

    It holds everything itself, can be read and printed without script, and leads from each cell to the report's evidence below,
    with its id and its address.
    """
    years = [cell.year for cell in rows[0].cells] if rows else []
    title = translate(f"法治政府建设年度报告 · coverage as of {asof}")
    about = (f"{len(rows)} organs, reports on {_span(years)}.", scope, "Days are days in China.")
    body = "\n".join(
        (
            f'<main><h1>{text(title)}</h1><p class="note">{" ".join(map(words, filter(None, about)))}{_chain(head)}</p>',
            _totals(rows),
            _controls(years),
            _matrix(rows, years),
            _legend(),
            _rules(years),
            _evidence(rows),
            "</main>",
        )
    )
    return page(title, body, style=_STYLE, script=_SCRIPT if rows else "")


def _span(years: Sequence[int]) -> str:
    return (f"{years[0]} to {years[-1]}" if len(years) > 1 else str(years[0])) if years else "no year"


def _chain(head: str) -> str:
    return f" {words('From an archive whose chain ends with')} <code>{text(head)}</code>." if head else ""


def _totals(rows: Sequence[CoverageRow]) -> str:
    lines = []
    for year, total in sorted(totals(rows).items()):
        count, known = total.counts, total.known
        cells = [str(total.due), f"{known} {_small(share(known, total.due))}"]
        cells += [f"{count[status]} {_small(share(count[status], known))}" for status in KNOWN_STATUSES]
        cells.append(str(count[CoverageStatus.UNKNOWN]))
        lines.append(
            f'<tr><th scope="row">{year}</th>'
            + "".join(f'<td class="number">{cell}</td>' for cell in cells)
            + "</tr>"
        )
    caption = "Totals by the year reported on. Shares are of the organs whose status is known; known is of those due."
    return (
        f'<div class="scroll"><table><caption>{words(caption)}</caption><thead><tr><th scope="col">{words("year")}</th>'
        + "".join(f'<th scope="col">{words(word)}</th>' for word in TOTAL_HEADINGS)
        + f"</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _small(words: str) -> str:
    return f"<small>{words}</small>" if words else ""


def _controls(years: Sequence[int]) -> str:
    chosen = "".join(f"<option>{year}</option>" for year in years)
    statuses = "".join(
        f'<option value="{status.value}">{" ".join(names)}</option>' for status, names in STATUS_WORDS.items()
    )
    return (
        f'<h2>{words("Matrix")}</h2><div class="controls screen" hidden>'
        f'<label>{words("Name or code")}<input id="words" type="search"></label>'
        f'<label>{words("Year")}<select id="year"><option value="">{words("any")}</option>{chosen}</select></label>'
        f'<label>{words("Status")}<select id="status"><option value="">{words("any")}</option>{statuses}</select></label>'
        f'<p class="note" id="count" role="status" data-form="{words(_COUNT)}"></p></div>'
    )


def _matrix(rows: Sequence[CoverageRow], years: Sequence[int]) -> str:
    heads = "".join(f'<th scope="col">{year}</th>' for year in years)
    return (
        f'<div class="box" tabindex="0" role="region" aria-label="{words("Matrix")}"><table class="matrix">'
        f"<caption>{words('Organs and years reported on. The marks are explained below.')}</caption>"
        f'<thead><tr><th scope="col">{words("organ")}</th>{heads}</tr></thead><tbody>'
        + "\n".join(_line(row, number) for number, row in enumerate(rows))
        + "</tbody></table></div>"
    )


def _line(row: CoverageRow, number: int) -> str:
    name = row.organ or row.division
    cells = "".join(_cell(cell, number) for cell in row.cells)
    return f'<tr><th scope="row">{text(name)} <span class="code">{text(row.region)}</span></th>{cells}</tr>'


def _cell(cell: CoverageCell, number: int) -> str:
    order = _ORDER.index(cell.status) * MAX_DAYS + min(cell.days or 0, MAX_DAYS - 1)
    status = words(status_words(cell))
    shown = f'<span aria-hidden="true">{text(mark(cell))}</span><span class="hidden">{status}</span>'
    if _has_evidence(cell):
        shown = f'<a href="#e{number}-{cell.year}">{shown}</a>'
    return (
        f'<td class="{cell.status.value}" data-status="{cell.status.value}" data-year="{cell.year}" data-order="{order}"'
        f' title="{status}">{shown}</td>'
    )


def _has_evidence(cell: CoverageCell) -> bool:
    """Whether a cell rests on a report or on a visit."""
    return cell.report_id is not None or cell.site is not None


def _legend() -> str:
    marks = "".join(f"<dt>{text(each)}</dt><dd>{words(meaning)}</dd>" for each, meaning in LEGEND)
    return f"<h2>{words('Marks')}</h2><dl>{marks}</dl>"


def _rules(years: Iterable[int]) -> str:
    used = [
        rule for rule in RULES if any(rule.first_year <= year <= (rule.last_year or year) for year in years)
    ]
    return f"<h2>{words('Rules')}</h2>" + "".join(map(_rule, used))


def _rule(rule: Rule) -> str:
    read_at = ", ".join(link(url, url) for url in rule.read_at)
    years = f"{rule.first_year} to {rule.last_year}" if rule.last_year else f"{rule.first_year} on"
    what = (
        f"in force since {rule.in_force}: for reports on {years} the last day on time is"
        f" {rule.last_month}-{rule.last_day:02} of the next year."
    )
    return (
        f'<p><span lang="zh">{text(rule.document)}{text(rule.article)}</span>, {words(what)}</p>'
        f'<blockquote lang="zh">{text(rule.wording)}</blockquote>'
        f'<p class="note">{words(rule.remark)} {words("Read at")} {read_at}.</p>'
    )


def _evidence(rows: Sequence[CoverageRow]) -> str:
    heads = ("organ", "year", "status", "page's date", "first captured", "report", "address", "remarks")
    lines = "\n".join(line for number, row in enumerate(rows) for line in _evidence_lines(row, number))
    return (
        f'<h2>{words("Evidence")}</h2><div class="scroll"><table><caption>{words(_WHAT_IT_RESTS_ON)}'
        " <code>fazhi show ID</code></caption><thead><tr>"
        + "".join(f'<th scope="col">{words(word)}</th>' for word in heads)
        + f"</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _evidence_lines(row: CoverageRow, number: int) -> Iterator[str]:
    for cell in row.cells:
        if not _has_evidence(cell):
            continue
        by = "" if cell.witnessed_by in (None, "own") else f" ({cell.witnessed_by})"
        shown = (
            str(cell.year),
            words(status_words(cell)),
            text(cell.claimed),
            f"{china_day(cell.witnessed)}{text(by)}" if cell.witnessed else "",
            f"<code>{text(cell.report_id)}</code> v{cell.version}" if cell.report_id else "",
            link(cell.url or "", cell.url or ""),
            words(remarks(cell)),
        )
        yield (
            f'<tr id="e{number}-{cell.year}"><th scope="row">{text(row.organ or row.division)}</th>'
            + "".join(f"<td{_CLASS.get(place, '')}>{each}</td>" for place, each in enumerate(shown))
            + "</tr>"
        )


_CLASS = {5: ' class="address"'}
"""Classes of the columns of evidence behind the organ."""
