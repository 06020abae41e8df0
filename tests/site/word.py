"""Attachments: a minimal Word file."""

from __future__ import annotations

import io
import zipfile
from html import escape

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
"""The media type of a .docx file."""

_NAMES = "http://schemas.openxmlformats.org"
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_NAMES}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{WORD}.main+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_NAMES}/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{_NAMES}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
    ),
    "word/document.xml": (
        f'<w:document xmlns:w="{_NAMES}/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>$text</w:t></w:r></w:p>'
        "</w:body></w:document>"
    ),
}


def word_file(text: str) -> bytes:
    """Return a .docx file of one paragraph; the same text gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, xml in _PARTS.items():
            content = '<?xml version="1.0" encoding="UTF-8"?>' + xml.replace("$text", escape(text))
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()
