"""The sources.yaml that fazhi comes with, and `fazhi source init`: a new one in a user's folder."""

from __future__ import annotations

from pathlib import Path

from crawler.errors import ConfigError

SCHEMA = "sources.schema.json"

EMPTY = f"""# yaml-language-server: $schema={SCHEMA}
#
# An entry is one government site; `fazhi source add URL` writes it from the address of a list page or of one report:
#
#   - id: wuhan
#     name: 武汉市人民政府
#     region: "420100"
#     lists: [https://www.wuhan.gov.cn/zwgk/fzzfj/]

defaults: {{delay: 1.0, years: "2015-", every: 1d}}

sources: []
"""

_PACKAGE = Path(__file__).parent


def shipped(name: str) -> str:
    """Return the text of a file that fazhi comes with.

    In an installed wheel it lies beside this module, in a source tree at the top.
    """
    places = (_PACKAGE / name, _PACKAGE.parent.parent / name)
    return next(place for place in places if place.is_file()).read_text("utf-8")


def write_new(path: Path, *, empty: bool) -> None:
    """Write a new sources.yaml, with the shipped governments or without any, and beside it the schema for editors.

    Raises ConfigError if the file exists already or cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(EMPTY if empty else shipped("sources.yaml"))
        schema = path.with_name(SCHEMA)
        if not schema.exists():
            schema.write_text(shipped(SCHEMA), "utf-8")
    except FileExistsError:
        raise ConfigError(f"{path}: exists already; `fazhi source add URL` adds entries to it") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror or error}") from error
