"""The state of an archive as a text file for Prometheus, for the textfile collector of its node_exporter.

Text format 0.0.4. Names end in their units, times are seconds since 1970. The file is replaced in one step, so that the
collector never reads half of it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from crawler.errors import CrawlerError
from crawler.questions.status.answer import Status
from crawler.questions.status.attention import ALERTS
from crawler.questions.status.sources import SourceStatus

RUN_STATES = ("running", "finished", "stopped", "failed", "killed")


class _Sample(NamedTuple):
    labels: dict[str, str]
    value: float


class _Metric(NamedTuple):
    name: str
    help: str
    samples: list[_Sample]


def metrics_text(found: Status) -> str:
    """Return the metrics as text. A metric without a value, such as the end of a first run, is left out."""
    return "".join(line + "\n" for metric in _metrics(found) if metric.samples for line in _lines(metric))


def write_metrics(path: Path, found: Status) -> None:
    """Write the metrics into a file, in one step. Raises CrawlerError if it cannot be written."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}.new")  # the collector reads names that end in .prom
    try:
        if path.exists() and not path.is_file():
            raise CrawlerError(f"{path}: is no regular file; name a file that the metrics may replace")
        with scratch.open("x", encoding="utf-8") as file:
            file.write(metrics_text(found))
        scratch.replace(path)
    except OSError as error:
        raise CrawlerError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        with contextlib.suppress(OSError):  # it is mostly not there any more
            scratch.unlink()


def _metrics(found: Status) -> Iterator[_Metric]:
    run, ended = found.last_run, found.last_ended_run
    yield _one(
        "status_timestamp_seconds", "Time at which these figures were read from the archive.", found.at
    )
    yield _one(
        "last_run_start_timestamp_seconds",
        "Start of the last run, also of one in progress.",
        run.started_at if run else None,
    )
    yield _one(
        "last_run_end_timestamp_seconds",
        "End of the last run that ended in order, complete or not.",
        ended.finished_at if ended else None,
    )
    yield _Metric(
        "last_run_state",
        "State of the last run: 1 for the state that it has.",
        [_Sample({"state": state}, state == run.state) for state in RUN_STATES] if run else [],
    )
    yield _Metric(
        "sources",
        "Sources that a crawl visits, by the result of the last visit.",
        [_Sample({"result": result.value}, number) for result, number in found.results().items()],
    )
    if found.sources_known:
        yield _one("sources_due", "Sources that the next crawl visits.", found.due)
    yield _one(
        "next_due_timestamp_seconds",
        "Time at which the next source that is not due yet will be.",
        found.next_due_at,
    )
    yield from _source_metrics(found.configured)
    yield _Metric(
        "reports",
        "Reports held, by the year reported on; none: on no single year.",
        [
            _Sample({"year": "none" if year is None else str(year)}, number)
            for year, number in found.reports_by_year.items()
        ],
    )
    yield _one(
        "newest_report_timestamp_seconds",
        "Time at which the report that came last was first seen.",
        found.newest.first_seen if found.newest else None,
    )
    yield _Metric(
        "archive_size_bytes",
        "Size of the archive's files, by part.",
        [_Sample({"part": part}, size) for part, size in found.sizes.items()],
    )
    yield _one("archive_free_bytes", "Bytes free on the archive's disk.", found.free)
    yield _one("chain_lines", "Lines of the archive's hash chain, manifest.jsonl.", found.lines)
    yield _Metric(
        "chain_head_info",
        "SHA-256 of the chain's last line, which covers the archive.",
        [_Sample({"sha256": found.head}, 1)],
    )
    active = {alert.name for alert in found.alerts}
    yield _Metric(
        "alert",
        "Whether something wants attention; `fazhi status` says what and what to do.",
        [_Sample({"name": name}, name in active) for name in ALERTS],
    )


def _source_metrics(sources: Iterable[SourceStatus]) -> Iterator[_Metric]:
    visited = [source for source in sources if source.last_visit]
    yield _of_sources(
        "source_last_visit_timestamp_seconds",
        "Begin of the last visit of a source.",
        ((source, source.last_visit) for source in visited),
    )
    yield _of_sources(
        "source_failing_since_timestamp_seconds",
        "Begin of the first of the failed visits of a source that fails.",
        ((source, source.failure.since) for source in visited if source.failure),
    )
    yield _of_sources(
        "source_reports", "Reports held of a source.", ((source, source.reports) for source in visited)
    )
    yield _of_sources(
        "source_newest_report_year",
        "The latest year that a report held of a source is on.",
        ((source, source.newest.year) for source in visited if source.newest and source.newest.year),
    )


def _one(name: str, about: str, value: float | datetime | None) -> _Metric:
    return _Metric(name, about, [] if value is None else [_Sample({}, _number(value))])


def _of_sources(
    name: str, about: str, values: Iterable[tuple[SourceStatus, float | datetime | None]]
) -> _Metric:
    return _Metric(
        name,
        about,
        [_Sample({"source": source.id}, _number(value)) for source, value in values if value is not None],
    )


def _number(value: float | datetime) -> float:
    return int(value.timestamp()) if isinstance(value, datetime) else value


def _lines(metric: _Metric) -> Iterator[str]:
    name = f"fazhi_{metric.name}"
    yield f"# HELP {name} {metric.help}"
    yield f"# TYPE {name} gauge"
    for labels, value in metric.samples:
        named = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"{name}{{{named}}} {int(value)}" if named else f"{name} {int(value)}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
