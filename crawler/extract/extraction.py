"""The three functions that callers outside use: a page, its markup, or a plain text to what is wanted of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from crawler.extract.documents.text import material as text_material
from crawler.extract.meaning.assemble import assemble
from crawler.extract.offered import read
from crawler.extract.page.decode import decode
from crawler.model import Headers, Report


def extract(
    body: bytes,
    headers: Headers = (),
    url: str | None = None,
    *,
    hint: str | None = None,
    seen: datetime | None = None,
) -> Report:
    """Return the report on a page. The same arguments give the same Report.

    `body`: bytes as served, content codings undone. `headers`: pairs as received; only Content-Type is read.
    `url`: the page's address, to resolve links and for the date in it. `hint`: CSS selector of the body.
    `seen`: when it was served (aware); later dates do not count.
    Raises UnknownFormat for what is no format of FORMATS and for more than LIMIT bytes (of a document DOCUMENT_LIMIT), NoBody
    for a page without an article, UnreadDocument for a document without a text that can be read.
    """
    key, report = read(body, headers, url, hint, seen)
    return report if key in ("html", "text") else replace(report, text_from=key)


def is_markup(body: bytes) -> bool:
    """Whether bytes begin as markup does: what a browser may be given as a page."""
    return body.lstrip()[:4].startswith((b"<", b"\xef\xbb\xbf<"))


def decoded_page(body: bytes, headers: Headers = ()) -> str:
    """Return a page's markup as text, decoded as `extract` does. Bytes that are no text become U+FFFD."""
    return decode(body, headers)[0]


def extract_text(text: str) -> Report:
    """Return the report in a plain-text document such as those in seeds/, without boilerplate lines. Raises NoBody."""
    return assemble(text_material(text), None)
