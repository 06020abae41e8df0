"""Compare two archived texts: two versions of a report, two reports, or the reports of one government on two years."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING

from crawler.errors import ConfigError, UnknownReport
from crawler.model import Report, Years
from crawler.questions.diff.align import Block, Kind, align

if TYPE_CHECKING:
    from crawler.archive import Reader

COMPARED_FIELDS = ("title", "issuer", "published", "source", "signed")
"""Fields beside the text whose changes are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two texts, and where it comes from."""

    report: Report  # with its body
    paragraphs: tuple[str, ...]
    starts: tuple[int, ...]  # offset of each paragraph in the body
    first_seen: datetime
    captured_at: datetime | None  # None: no capture
    gone: bool  # this version only records that the report is gone
    read_again: (
        str | None
    )  # digest of what an earlier extractor read from the same page; None: the text is as first read
    origin: str = "own"  # own, imported, merged, memento: who captured it

    @property
    def seen_at(self) -> datetime:
        """When the page was captured that the text was read from; without a capture, when the text was first seen."""
        return self.captured_at or self.first_seen

    @property
    def name(self) -> str:
        """Id and version: 420100-2022-4dd2cecb v1."""
        return f"{self.report.id} v{self.report.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field of two texts that differs."""

    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two texts and what differs."""

    old: Side
    new: Side
    fields: tuple[FieldChange, ...]
    blocks: tuple[Block, ...]

    @property
    def is_equal(self) -> bool:
        """Whether the texts are the same to the character. Fields may differ."""
        return all(block.kind is Kind.SAME for block in self.blocks)

    @property
    def changed_chars(self) -> int:
        """Characters that only one of the texts has. Moved paragraphs have none."""
        return sum(len(old) + len(new) for old, new in self.changes())

    def changes(self) -> Iterator[tuple[str, str]]:
        """Yield what was removed and what was added in its place, in the order of the texts."""
        for block in self.blocks:
            if block.kind is Kind.REMOVED and block.old is not None:
                yield self.old.paragraphs[block.old], ""
            elif block.kind is Kind.ADDED and block.new is not None:
                yield "", self.new.paragraphs[block.new]
            else:
                yield from ((span.old, span.new) for span in block.spans if not span.same)

    def count(self, *kinds: Kind) -> int:
        """Return the number of paragraphs of these kinds."""
        return sum(block.kind in kinds for block in self.blocks)

    @property
    def carried_share(self) -> float:
        """Share of the new text's characters in paragraphs that the old one has word for word, 0 to 1."""
        carried = (Kind.SAME, Kind.MOVED_TO)
        whole = sum(map(len, self.new.paragraphs))
        kept = sum(
            len(self.new.paragraphs[b.new]) for b in self.blocks if b.kind in carried and b.new is not None
        )
        return kept / whole if whole else 0.0

    @property
    def adapted_share(self) -> float:
        """Share of the new text's characters in paragraphs of the old one that were changed, for example in their figures."""
        return self._share(changed=True)

    def _share(self, *, changed: bool) -> float:
        kinds = (Kind.SAME, Kind.CHANGED, Kind.MOVED_TO)
        whole = sum(map(len, self.new.paragraphs))
        kept = sum(
            len(self.new.paragraphs[each.new])
            for each in self.blocks
            if each.kind in kinds and each.new is not None and bool(each.spans) is changed
        )
        return kept / whole if whole else 0.0


def compare(old: Side, new: Side) -> Difference:
    """Return what differs between two texts."""
    fields = tuple(
        FieldChange(field=name, old=getattr(old.report, name), new=getattr(new.report, name))
        for name in COMPARED_FIELDS
        if getattr(old.report, name) != getattr(new.report, name)
    )
    return Difference(old=old, new=new, fields=fields, blocks=align(old.paragraphs, new.paragraphs))


def diff_versions(reader: Reader, report_id: str, versions: str | None = None) -> Difference:
    """Compare two versions of a report. `versions`: `A..B`, `A..` (to the latest), or None for the last two texts.

    Raises UnknownReport for an unknown id or number, or if the report has only one text; ConfigError for another form.
    """
    name = reader.show(report_id).id or report_id
    history = reader.history(name)
    if versions is None:
        texts = [row.number for row in history if not row.tombstone]
        if len(texts) < 2:
            raise UnknownReport(
                f"{name}: has one text only; `--years A..B` or `--between` compares it with another report"
            )
        return compare(_side(reader, name, texts[-2]), _side(reader, name, texts[-1]))
    first, last = _numbers(versions, "versions, such as 1..2")
    return compare(_side(reader, name, first), _side(reader, name, last or history[-1].number))


def diff_reports(reader: Reader, old_id: str, new_id: str) -> Difference:
    """Compare the latest texts of two reports. Raises UnknownReport."""
    return compare(_side(reader, old_id), _side(reader, new_id))


def diff_texts(reader: Reader, old: tuple[str, int | None], new: tuple[str, int | None]) -> Difference:
    """Compare any two texts, each by report id and version, None for the latest. Raises UnknownReport."""
    return compare(_side(reader, *old), _side(reader, *new))


def diff_years(reader: Reader, report_id: str, years: str) -> Difference:
    """Compare the reports of one government on two years, `A..B`. `report_id`: any of its reports.

    Raises UnknownReport if it has no report on one of the years, or several of its kind; ConfigError for another form.
    """
    given = reader.show(report_id)
    first, last = _numbers(years, "years, such as 2021..2022")
    if last is None:
        raise ConfigError(f"{years}: name both years, such as 2021..2022")
    return compare(*(_side(reader, _report_on(reader, given, year)) for year in (first, last)))


def _report_on(reader: Reader, given: Report, year: int) -> str:
    """Return the id of the report on a year by the organ of another one."""
    found = [
        report.id or ""
        for report in reader.iter_reports(region=given.region, years=Years(first=year, last=year))
        if (report.region, report.kind, report.issuer) == (given.region, given.kind, given.issuer)
    ]
    if len(found) == 1:
        return found[0]
    what = (
        f"no report of {given.issuer} on {year} is held" if not found else f"several are: {', '.join(found)}"
    )
    raise UnknownReport(f"{given.id}: {what}; name two reports with --between")


def _numbers(text: str, form: str) -> tuple[int, int | None]:
    first, dots, last = text.partition("..")
    if not (
        dots and first.isascii() and first.isdigit() and (not last or (last.isascii() and last.isdigit()))
    ):
        raise ConfigError(f"{text}: must be {form}")
    return int(first), int(last) if last else None


def _side(reader: Reader, report_id: str, version: int | None = None) -> Side:
    report = reader.show(report_id, version)
    assert report.id is not None
    (held,) = reader.holdings([report])
    row = reader.history(report.id)[(report.version or 1) - 1]
    places = reader.places(report.id, report.version)
    return side(
        report,
        first_seen=held.first_seen,
        captured_at=places[0].captured_at if places else None,
        gone=row.tombstone,
        read_again=next((f["text_sha256"] for f in reversed(row.former) if not f.get("url")), None),
        origin=held.origin,
    )


def side(
    report: Report,
    *,
    first_seen: datetime,
    captured_at: datetime | None,
    gone: bool = False,
    read_again: str | None = None,
    origin: str = "own",
) -> Side:
    """Return a report with its body as one of two texts to compare."""
    paragraphs = tuple(report.body.split("\n")) if report.body else ()
    lengths = (len(each) + 1 for each in paragraphs[:-1])
    return Side(
        report=report,
        paragraphs=paragraphs,
        starts=tuple(accumulate(lengths, initial=0)) if paragraphs else (),
        first_seen=first_seen,
        captured_at=captured_at,
        gone=gone,
        read_again=read_again,
        origin=origin,
    )
