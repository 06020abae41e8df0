"""Make ZIP archives of documents for tests, with names as Windows in China writes them."""

from __future__ import annotations

from collections.abc import Mapping

from tests.made_documents.docx import zipped


def archive(documents: Mapping[str, bytes], *, encoding: str = "utf-8") -> bytes:
    """An archive. With another encoding the names are in it, without the flag that says UTF-8."""
    if encoding == "utf-8":
        return zipped(documents)
    stand_ins = {name: f"{n:04}".rjust(len(name.encode(encoding)), "x") for n, name in enumerate(documents)}
    data = zipped({stand_ins[name]: document for name, document in documents.items()})
    for name, stand_in in stand_ins.items():
        data = data.replace(stand_in.encode(), name.encode(encoding))
    return data
