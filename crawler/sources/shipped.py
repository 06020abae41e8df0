"""The sources.yaml that fazhi comes with, and a first one for a user's own folder."""

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

defaults: {{delay: 1.0, years: "2015-"}}

sources: []
"""

_PACKAGE = Path(__file__).parent


def shipped(name: str) -> str:
    """A file that fazhi comes with: beside this module in an installed wheel, at the top of a source tree."""
    places = (_PACKAGE / name, _PACKAGE.parent.parent / name)
    return next(place for place in places if place.is_file()).read_text("utf-8")


def begin(path: Path, *, empty: bool) -> None:
    """Write a first sources.yaml, and beside it the schema for editors: with the shipped governments, or with none.

    Raises ConfigError where there is a file already, or none can be written.
    """
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(EMPTY if empty else shipped("sources.yaml"))
        schema = path.with_name(SCHEMA)
        if not schema.exists():
            schema.write_text(shipped(SCHEMA), "utf-8")
    except FileExistsError:
        raise ConfigError(f"{path}: is there already; `fazhi source add URL` adds to it") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror or error}") from error
