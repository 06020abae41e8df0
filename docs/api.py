"""Write docs/api.md, the reference of `crawler.api`, from signatures, docstrings and comments: `make api`.

Existing tools read docstrings only; here the fields of a noun are described by the comments beside them.
"""

from __future__ import annotations

import ast
import dataclasses
import enum
import inspect
import io
import textwrap
import tokenize
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from crawler import api

PAGE = Path(__file__).with_name("api.md")
MAX_SIGNATURE_CHARACTERS = 100  # a longer signature gets a line for each parameter

GROUPS: dict[str, tuple[str, ...]] = {
    "Functions": (
        "crawl",
        "load_sources",
        "extract",
        "extract_text",
        "cite",
        "format_citation",
        "indicators",
        "coverage",
        "newly_overdue",
        "no_longer_overdue",
        "changes",
        "export",
        "search",
    ),
    "An archive": ("Reader", "Archive"),
    "Nouns": (
        *("Summary", "Outcome", "Ending"),
        *(
            "Report",
            "Section",
            "AsPublished",
            "Attachment",
            "Clue",
            "Version",
            "Capture",
            "RecordPlace",
            "Citation",
            "Indicator",
            "Statement",
            "ReportFigures",
            "Delivery",
            "SearchResult",
            "Match",
            "Snippet",
            "JSON_KEYS",
        ),
        *("CoverageRow", "CoverageCell", "CoverageStatus", "CoverageReason", "CoverageChange"),
        *("Changes", "Change", "ChangeKind", "ChangedText", "ChangePlace", "ChangeFinding"),
        *("Site", "Years", "Expect", "Proxy", "Link"),
    ),
    "Types": ("ReportState", "Headers", "Tls", "HeaderRule", "ProxyScheme", "ProxyUse"),
    "Errors": (
        *("CrawlerError", "ConfigError"),
        *("ExtractError", "UnknownFormat", "NoBody"),
        *("ArchiveError", "NoArchive", "ArchiveLocked", "ArchiveDamaged", "NoNetwork"),
    ),
}
"""Every public name, under its heading. A test compares it with `crawler.api.__all__`."""

METHODS = {
    "Reader": (
        *("read", "close", "iter_reports", "reports", "show", "versions"),
        *("locations", "capture", "captures", "places", "head"),
    ),
    "Archive": ("create",),
}
"""The public methods of classes that are not nouns. Other methods of these classes are not public."""


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")


def page() -> str:
    """Return the page."""
    parts = [
        "# Reference of `crawler.api`",
        "Made by `make api` from the code; [library.md](library.md) has examples, and says what stable means here.",
    ]
    for heading, names in GROUPS.items():
        entry = _type if heading == "Types" else _entry
        parts += [f"## {heading}", *(part for name in names for part in entry(name))]
    return "\n\n".join(parts) + "\n"


def _type(name: str) -> Iterator[str]:
    yield f"### `{name}`"
    yield f"`{str(getattr(api, name)).removeprefix('typing.')}`"


def _entry(name: str) -> Iterator[str]:
    value = getattr(api, name)
    yield f"### `{name}`"
    if not callable(value):
        yield f"`{value!r}`"
        yield _string_below(name, inspect.getmodule(api.Report))
    elif inspect.isfunction(value):
        yield _code(_signature(value, value.__name__))
        yield _doc(value)
    else:
        yield from _class(name, value)


def _class(name: str, value: type) -> Iterator[str]:
    if issubclass(value, Exception):
        base = value.__bases__[0]
        under = f"Subclass of `{base.__name__}`, exit" if base is not Exception else "Exit"
        yield _doc(value)
        yield f"{under} code {value.exit_code}."  # type: ignore[attr-defined]
        return
    yield _doc(value)
    if issubclass(value, enum.Enum):
        comments = _comments(value)
        rows = [(f"`{each.name}`", f"`{each.value!r}`", comments.get(each.name, "")) for each in value]
        yield _table(("member", "value", ""), rows)
    elif dataclasses.is_dataclass(value):
        yield _table(("field", "type", "default", ""), _fields(value))
    for method in METHODS.get(name, _own_methods(value)):
        yield from _method(name, method, inspect.getattr_static(value, method))


def _own_methods(value: type) -> list[str]:
    """Return the names of a noun's public methods and properties."""
    if not dataclasses.is_dataclass(value):
        return []
    fields = {field.name for field in dataclasses.fields(value)}
    kinds = (property, staticmethod, classmethod)
    return [
        name
        for name, member in vars(value).items()
        if not name.startswith("_")
        and name not in fields
        and (inspect.isfunction(member) or isinstance(member, kinds))
    ]


def _method(owner: str, name: str, member: Any) -> Iterator[str]:
    if isinstance(member, property):
        assert member.fget is not None
        yield f"**`.{name}`** → `{member.fget.__annotations__['return']}`: {_doc(member)}"
        return
    function = member.__func__ if isinstance(member, classmethod) else member
    called = f"{owner}.{name}" if isinstance(member, classmethod) else f"{owner.lower()}.{name}"
    yield _code(_signature(function, called, drop_first=True))
    yield _doc(function)


def _signature(function: Callable[..., Any], name: str, *, drop_first: bool = False) -> str:
    signature = inspect.signature(function)
    parameters = list(signature.parameters.values())[1 if drop_first else 0 :]
    # annotations are strings in this code; _Bare shows them without quotes
    bare = [each.replace(annotation=_Bare(each.annotation), default=_plain(each)) for each in parameters]
    returns = _Bare(signature.return_annotation)
    line = f"{name}{signature.replace(parameters=bare, return_annotation=returns)}"
    if len(line) <= MAX_SIGNATURE_CHARACTERS:
        return line
    lines, keyword = [], False
    for each in bare:
        if each.kind is each.KEYWORD_ONLY and not keyword:
            lines.append("    *,")
            keyword = True
        lines.append(f"    {each},")
    return "\n".join([f"{name}(", *lines, f") -> {returns!r}"])


def _plain(parameter: inspect.Parameter) -> Any:
    default = parameter.default
    return _Bare(default.__name__) if inspect.isroutine(default) else default


class _Bare:
    """An annotation whose repr is its source text."""

    def __init__(self, written: str) -> None:
        self._written = written

    def __repr__(self) -> str:
        return self._written


def _fields(value: type) -> Iterator[tuple[str, ...]]:
    comments = _comments(value)
    for field in dataclasses.fields(value):
        default = "" if field.default is dataclasses.MISSING else f"`{field.default!r}`"
        yield f"`{field.name}`", f"`{field.type}`", default, comments.get(field.name, "")


def _comments(value: type) -> dict[str, str]:
    """Return the comment beside each field or member of a class, by name."""
    source = textwrap.dedent(inspect.getsource(value))
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    beside = {
        each.start[0]: each.string.lstrip("# ").strip() for each in tokens if each.type == tokenize.COMMENT
    }
    (body,) = (each.body for each in ast.parse(source).body if isinstance(each, ast.ClassDef))
    found = {}
    for node in body:
        if isinstance(node, ast.AnnAssign | ast.Assign):
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            found[ast.unparse(target)] = " ".join(beside[line] for line in lines if line in beside)
    return found


def _string_below(name: str, module: Any) -> str:
    """Return the string literal below a constant, which describes it."""
    body = ast.parse(inspect.getsource(module)).body
    for node, below in pairwise(body):
        named = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
        if named and isinstance(below, ast.Expr):
            return str(ast.literal_eval(below.value))
    raise KeyError(name)


def _doc(value: object) -> str:
    return inspect.getdoc(value) or ""


def _code(text: str) -> str:
    return f"```python\n{text}\n```"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = tuple(heads)
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    main()
