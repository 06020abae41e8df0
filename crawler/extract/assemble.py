"""Trimmed lines and weighed evidence into a Report. The same for pages and for plain-text documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from crawler import __version__
from crawler.extract import clues, kind, sections
from crawler.extract.lines import Line
from crawler.extract.trim import is_attachment
from crawler.fingerprint import text_sha256
from crawler.model import Attachment, Clue, Report
from crawler.regions import region_of

EXTRACTOR = f"fazhi/{__version__}"


def assemble(
    *,
    title: str,
    body: Sequence[str],
    index: Mapping[str, str],
    evidence: Sequence[Clue],
    attachments: tuple[Attachment, ...] = (),
    url: str | None = None,
    undecodable: int = 0,
) -> Report:
    """The Report of a title, its body's paragraphs, its index table and the clues for all else."""
    text = "\n".join(body)
    signed, signer = clues.signature(body)
    issuer = kind.issuer(title, signer)
    region = clues.settle(evidence, "region") or (region_of(issuer) if issuer else None)
    return Report(
        title=title,
        issuer=issuer,
        region=region,
        year=kind.year(title, text),
        kind=kind.kind(title, text, issuer),
        published=clues.settle(evidence, "published"),
        source=clues.settle(evidence, "source"),
        signed=signed,
        signer=signer,
        author=clues.settle(evidence, "author"),
        index=dict(index) or None,
        url=url,
        text_sha256=text_sha256(text),
        body=text,
        sections=sections.find(text),
        attachments=attachments,
        undecodable=undecodable,
        extractor=EXTRACTOR,
        clues=tuple(evidence),
    )


def attachments_of(lines: Iterable[Line], absolute: Callable[[str], str]) -> tuple[Attachment, ...]:
    """The files that lines link to, each once."""
    found = {
        absolute(href): Attachment(title=text, url=absolute(href))
        for line in lines
        if is_attachment(line)
        for text, href in line.links
        if not href.startswith(("javascript:", "#", "mailto:"))
    }
    return tuple(found.values())
