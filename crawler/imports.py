"""Text documents that somebody else gathered, such as seeds/, into the archive with the digests a crawl would give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from crawler.archive import Archive, import_url
from crawler.discover import judge_title
from crawler.errors import ConfigError, ExtractError
from crawler.extract import extract
from crawler.model import Ending, Outcome, Site
from crawler.regions import path as region_path
from crawler.regions import region_of


def documents(paths: Iterable[Path]) -> list[Path]:
    """The files named, and the .txt files of the folders named. Raises ConfigError for what is not there."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted(path.glob("**/*.txt"))
        elif path.is_file():
            files.append(path)
        else:
            raise ConfigError(f"{path}: no such file or folder")
    if not files:
        raise ConfigError(f"{' '.join(map(str, paths))}: no .txt files there")
    return files


def import_documents(files: Iterable[Path], archive: Archive) -> Iterator[Outcome]:
    """One Outcome a file. A document that is no report, or cannot be understood, is told and not stored."""
    for file in files:
        site = Site(id="import", name=file.name, region="000000")
        url = import_url(file.name)
        try:
            data = file.read_bytes()
            report = extract(data)
        except (OSError, ExtractError) as error:
            yield archive.note(Outcome(ending=Ending.FAILED, url=url, site_id=site.id, detail=str(error)))
            continue
        verdict = judge_title(report.title)
        if not verdict.report:
            detail = f"no report: its title is {report.title!r}: {verdict.why}"
            yield archive.note(Outcome(ending=Ending.SKIPPED, url=url, site_id=site.id, detail=detail))
            continue
        code = report.region or (region_of(report.issuer) if report.issuer else None)
        name = region_path(code) if code else report.issuer or file.name
        report = replace(report, region=code, year=verdict.year or report.year)
        yield archive.ingest(report, file.name, data, Site(id="import", name=name, region=code or "000000"))
