"""Find the messages of the code, and enter those that are new in crawler/language/zh_CN.po.

A message is a text for people in a literal: at least two words, or one beside a value. What only looks like one (SQL,
patterns, HTML, lines of the log) is told apart here, by the call it stands in, by its form, or by name in `NO_MESSAGES`.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from crawler.archive.catalogue.selection import REPORT_STATES
from crawler.cli.program.help import documentation
from crawler.cli.program.table import SECTIONS, Command, Group
from crawler.language.table import Entry, read_entries
from crawler.language.template import Template
from crawler.model import ChangeKind, Ending, News
from crawler.onboarding.find.model import Result
from crawler.questions.coverage.cells import CoverageReason, CoverageStatus
from crawler.questions.status.sources import SourceResult

ROOT = Path(__file__).parent.parent
CODE = ROOT / "crawler"
TABLE = CODE / "language" / "zh_CN.po"

EARLIER = "# Messages of earlier versions, which their archives hold."
"""Line of the table below which an entry needs no message in the code."""

_ACTS = ("visit begun", "visit ended", "clock set back", "run ended")

NO_MESSAGES: dict[str, tuple[str, ...]] = {
    "web/application.py": ("Accept-", "{vary}"),
    "web/formats": ("<?xml",),
    "web/headers.py": ("",),
    "web/memento": ("<", "from=", "sandbox;"),
    "web/pages/coverage.py": ("Coverage {",),  # titles: in both languages there
    "web/pages/home.py": ("Rule-of-law",),
    "web/serving/guard.py": ("Accept-",),
    "web/serving/problems.py": ("Accept-",),
    "web/static_site/links.py": ("{page}: static",),  # faults of a template
    "web/static_site/making.py": ("{page}: a link",),
    "web/words.py": ("",),  # words of the pages, in both languages
    "archive/anchors/keys.py": ("fazhi anchor key",),  # a line of the file of a key
    "archive/anchors/statement.py": ("fazhi anchor",),
    "archive/catalogue/models.py": ("record_type",),
    "archive/catalogue/read_only.py": ("unable to open",),  # as SQLite says it
    "archive/comparison/tolerance.py": ("",),
    "archive/damage.py": ("not a database", "no such table", "no such column"),
    "archive/evidence": _ACTS,
    "archive/fulltext": ("live AND", "no such"),
    "archive/loading/warc_loader.py": _ACTS,
    "archive/catalogue/databases/sqlite.py": ("database is locked",),
    "archive/catalogue/databases/functions.py": ("",),  # SQL
    "archive/catalogue/databases/connections.py": ("fazhi {",),  # name of a lock
    "archive/run.py": ("WARC File Format",),
    "cli/program/root.py": ("fazhi {",),
    "cli/adding.py": ("Seen", "{seen}:", "{before} The list", "{before} The code"),  # notes of entries
    "cli/output.py": ("fold",),
    "cli/questions/coverage.py": ("bold", "on time, claimed"),
    "cli/questions/show.py": ("sha256 {",),
    "cli/sources.py": ("fazhi source",),
    "cli/questions/search.py": ("bold",),
    "lazy.py": ("module",),
    "cms/lists": ("h1, h2",),
    "discover/portal": ("h1, h2",),
    "export": ("",),
    "archive/fulltext/database": ("",),  # SQL
    "archive/fulltext/lookup.py": ("{{section}}", "rowid &"),
    "extract/documents": ("fazhi", "pypdfium2", "Table of Contents"),
    "extract/page/nesting.py": ("",),
    "fetch/browser/chromium.py": ("--host",),
    "fetch/connections/failures.py": (  # as httpcore and h11 say it
        "no address for",
        "peer closed",
        "Server disconnected",
        "Receive buffer",
        "illegal",
        "Only Transfer-Encoding",
    ),
    "fetch/connections/pools.py": ("without sending",),
    "fetch/connections/proxies.py": ("proxy ",),
    "fetch/connections/network.py": ("the proxy %s",),  # for the log
    "fetch/pacing/robots.py": ("User-agent",),
    "fetch/session.py": ("fazhi/",),
    "field/regions.py": ("beijing:",),
    "language": ("",),
    "ocr/engine.py": ("rapidocr",),
    "onboarding/find/entries.py": ("Found ", "by ", "{number", "{before} No report"),  # notes of entries
    "onboarding/find/state.py": ("fazhi source find",),
    "questions/changes/weights.py": (  # reasons of the weights, for those who change them
        "Nobody",
        "A ",
        "May ",
        "Ends ",
        "The ",
        "Known ",
        "不足和原因",
        "Whether",
        "Data that",
        "One char",
        "Who speaks",
        "Completes",
        "More ",
        "Usually",
        "Less ",
        "No reader",
    ),
    "questions/cite.py": ("@online", "fazhi-", "{name} ="),
    "questions/diff/side_by_side.py": ("table {",),
    "questions/export/formats": (
        "Digests of",
        "Pages as",
        "List of the",
        "All Pages",
        "yyyy",
        "All tables",
        "WARC/1.1",
        "software:",
        "!meta",
    ),
    "questions/export/delivery.py": ("fazhi {",),
    "questions/export/package.py": ("",),  # the documentation of tables is part of an export
    "questions/export/tables": ("",),
    "questions/html_page.py": ("",),
    "questions/changes/tables.py": ("fazhi diff",),
    "questions/status/metrics.py": (  # a file for programs
        "Time at",
        "Start of",
        "End of",
        "State of",
        "Sources that",
        "Reports held",
        "Size of",
        "Bytes free",
        "Lines of",
        "SHA-256 of",
        "Whether",
        "Begin of",
        "The latest",
        "# TYPE",
        "{name}{",
    ),
    "notification/message.py": ("",),  # in the language of a rule, which is not that of the command
    "notification/state.py": ("fazhi notify 1",),
    "questions/verify/__init__.py": ("fazhi rebuild",),
    "sources/__init__.py": ("sources.yaml of fazhi",),
    "sources/add.py": ("# yaml",),
    "sources/shipped.py": ("# yaml",),
    "warc/write.py": ("application/",),
}
"""Texts that only look like messages, by the file or folder: a beginning of each; "" for all of them."""

GRAMMAR = frozenset({"s", "s2", "s3", "are", "verb", "them"})
"""Names of places that a translation may leave out: ends of plurals, and words that agree with a number."""

HEADINGS = ("Usage", "Arguments", "Options", "Output", "General", "Commands", "Examples", "Exit codes")
"""Headings of the help of a command."""

ENUMERATIONS: tuple[tuple[Iterable[str], str], ...] = (
    (Ending, "model/outcome.py"),
    (ChangeKind, "model/notification.py"),
    (CoverageStatus, "questions/coverage/cells.py"),
    (CoverageReason, "questions/coverage/cells.py"),
    (Result, "onboarding/find/model.py"),
    (News, "model/outcome.py"),
    (SourceResult, "questions/status/sources.py"),
    (REPORT_STATES, "archive/catalogue/selection.py"),
)
"""Enumerations whose words are shown, and where each is."""

OTHER_WORDS = {
    "cli/program/wrong_use.py": (  # as typer has them
        "Error: {message}",
        "Aborted!",
        "Show this message and exit.",
        "Try '{command}' for help.",
        "No such command '{name}'.",
        "No such command '{name}'. Did you mean '{other}'?",
        "No such option: {name}",
        "No such option: {name} (Possible options: {names})",
        "Missing argument '{name}'.",
        "Missing option '{name}'.",
        "Missing command.",
        "Got unexpected extra argument(s) ({words})",
        "Option '{name}' requires an argument.",
        "Option '{name}' does not take a value.",
        "Invalid value for {name}: {message}",
        "Invalid value: {message}",
        "{value} is not one of {values}.",
        "Value error, {message}",
    ),
    "regular_files.py": (  # as the C library has them
        "No such file or directory",
        "Permission denied",
        "No space left on device",
        "Read-only file system",
        "Input/output error",
        "File exists",
        "Is a directory",
        "Not a directory",
        "Too many open files",
        "Broken pipe",
        "File name too long",
        "Connection refused",
        "Connection reset by peer",
        "Network is unreachable",
        "No route to host",
        "Name or service not known",
        "Temporary failure in name resolution",
    ),
    "questions/diff/texts.py": (
        "title",
        "issuer",
        "published",
        "source",
        "signed",
        "year",
        "kind",
        "region",
        "index",
    ),
    "field/titles.py": ("news",),
    "questions/diff/unified.py": ("none",),
    "questions/diff/side_by_side.py": ("changed", "added", "removed"),
    "questions/coverage/words.py": (
        "due",
        "known",
        "late",
        "unknown",
        "late {days:d}",
        "overdue {days:d}",
        "late {days}",
        "overdue {days}",
    ),
    "questions/changes/tables.py": (
        "quiet",
        "overdue",
        "published",
        "shorter",
        "weight",
        "change",
        "seen",
        "id",
        "what",
    ),
    "questions/status/tables.py": ("id", "region", "name", "last visit", "result", "reports", "newest"),
    "questions/status/answer.py": ("running", "finished", "stopped", "failed", "killed"),
    "cli/questions/status.py": (
        "archive",
        "catalogue",
        "other",
        "text",
        "disk",
        "last run",
        "before it",
        "sources",
        "due",
        "reports",
        "newest",
        "head",
        "alerts",
    ),
    "cli/questions/reports.py": ("id", "year", "division", "published", "title", "remarks"),
    "cli/questions/coverage.py": ("code", "organ", "status"),
    "cli/summary.py": ("site", "troubles", "requests", "seconds", "host", "retries"),
    "cli/finding/output.py": ("code", "division", "result", "reports", "years"),
    "cli/finding/portal_table.py": ("code", "division", "portal", "access", "source", "day", "years"),
    "cli/contributing/checking.py": (
        "id",
        "ok",
        "fails",
        "system",
        "links",
        "reports",
        "years",
        "first date",
        "last date",
    ),
    "cli/reading.py": ("field", "weight", "value", "where"),
    "cli/questions/indicators.py": ("indicator", "label", "unit", "definition", "report", "value", "words"),
    "questions/coverage/cells.py": ("claimed", "witnessed"),
    "archive/catalogue/models.py": ("own", "imported", "merged", "memento"),
}
"""Further words that are shown, by the file that they come from."""

_NO_MESSAGE_CALLS = frozenset(
    [
        "compile",
        "finditer",
        "fullmatch",
        "match",
        "search",
        "sub",
        "split",
        "text",
        "css",
        "css_first",
        "select",
        "prepare",
        "exec_driver_sql",
        "execute",
        "executescript",
        "debug",
        "info",
        "warning",
        "error",
        "exception",
        "critical",
        "cast",
        "TypeVar",
        "ContextVar",
        "getLogger",
        "add_style",
        "startswith",
        "endswith",
        "removeprefix",
        "removesuffix",
    ]
)
"""Functions and methods whose arguments are no messages: patterns, selectors, SQL, lines of the log, parts to compare."""

_INTERNAL_ERRORS = frozenset({"AssertionError", "TypeError", "NotImplementedError", "KeyError", "EOFError"})
"""Errors that say that the program is wrong, for those who change it."""

_NO_MESSAGE_ARGUMENTS = frozenset({"style", "header_style", "metavar", "encoding", "justify", "prefix"})
_SHOWN_CALLS = frozenset({"translate", "columns_of", "_show", "print_table", "add_column", "_table", "words"})
"""Calls whose arguments are shown, also where they are single words: headings, states."""

_NO_MESSAGE_FORMS = re.compile(
    r"^\W*(?:SELECT|INSERT|UPDATE|DELETE|PRAGMA|CREATE|DROP|ALTER|WITH|AND|ORDER BY|NOT|VACUUM|ANALYZE|ATTACH|BEGIN)\b"  # SQL
    r"|</?[a-z]+[ >]|\\[sdbw]|\(\?[:P<=!]|[a-z]+\[[a-z]+[\^*$]?[]=]|;\s*charset=|^[a-z-]+-src | \| None|\{ [a-z-]+: "
)
_WORD = re.compile(r"\ba\b|[A-Za-z]*[a-z]{2}[A-Za-z']*")
_SEPARATORS = " \n,;:"


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message in the code. `text` is a template as in the table, `key` what is compared with the entries of the table."""

    path: Path
    line: int
    text: str
    plural: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """Its literals."""
        return Template.parse(self.text).literals

    @property
    def where(self) -> str:
        """File and line, for people."""
        return f"{self.path.relative_to(ROOT)}:{self.line}"


def messages() -> Iterator[Message]:
    """Yield every message of the code: those in literals, in the help of commands, and the words of enumerations."""
    for path in sorted(CODE.rglob("*.py")):
        if "migrations" not in path.parts:
            yield from messages_of(path, path.read_text("utf-8"))
    yield from _helps()
    yield from _words()


def _helps() -> Iterator[Message]:
    """Yield what the docstrings of commands say: paragraphs, and the meanings of exit codes."""
    places = [
        "crawler.cli.program.root:fazhi",
        *_functions(command for section in SECTIONS for command in section.commands),
    ]
    for place in places:
        module, _, name = place.partition(":")
        path = ROOT / module.replace(".", "/")
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        tree = ast.parse(path.read_text("utf-8"))
        (function,) = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
        found = documentation(ast.get_docstring(function) or "")
        for text in (*found.description, *(meaning for _, meaning in found.exit_codes)):
            yield Message(path=path, line=function.lineno, text=_doubled(text))
    for text in (*HEADINGS, *(section.heading for section in SECTIONS)):
        yield Message(path=CODE / "cli/program/help.py", line=1, text=text)


def _functions(commands: Iterable[Command | Group]) -> Iterator[str]:
    for command in commands:
        if command.function:
            yield command.function
        if isinstance(command, Group):
            yield from _functions(command.commands)


def _words() -> Iterator[Message]:
    """Yield the words of enumerations, which are shown as they are, or with spaces in the place of underscores."""
    for enumeration, path in ENUMERATIONS:
        for word in sorted(enumeration):
            for text in dict.fromkeys((str(word), str(word).replace("_", " "))):
                yield Message(path=CODE / path, line=1, text=text)
    for path, words in OTHER_WORDS.items():
        for text in words:
            yield Message(path=CODE / path, line=1, text=text)


def messages_of(path: Path, source: str) -> Iterator[Message]:
    """Yield the messages of one file."""
    place = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
    left_out = [
        begin
        for name, begins in NO_MESSAGES.items()
        if place == f"crawler/{name}" or place.startswith(f"crawler/{name}/")
        for begin in begins
    ]
    formatted = set(re.findall(r"\b(\w+)\.format\(", source))
    for node, around in _literals(ast.parse(source), ()):
        if isinstance(node, ast.Call):
            yield from _counted(path, node)
            continue
        text = _template(node, formatted=_is_formatted(around[-1], formatted))
        if not any(_without_joints(text).startswith(begin) for begin in left_out) and _is_message(
            node, text, around
        ):
            yield Message(path=path, line=node.lineno, text=_without_joints(text))


def _literals(node: ast.AST, around: tuple[ast.AST, ...]) -> Iterator[tuple[ast.expr, tuple[ast.AST, ...]]]:
    """Yield the literals of text and the calls of `counted` below a node, each with the nodes around it."""
    if isinstance(node, ast.JoinedStr):
        yield node, around
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                yield from _literals(value.value, (*around, node))
        return
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node, around
        return
    if isinstance(node, ast.Call) and _name(node.func) == "counted":
        yield node, around
        yield from _literals(node.args[0], (*around, node))
        return
    for child in ast.iter_child_nodes(node):
        yield from _literals(child, (*around, node))


def _counted(path: Path, call: ast.Call) -> Iterator[Message]:
    noun = call.args[1]
    plural = call.args[2].value if len(call.args) > 2 and isinstance(call.args[2], ast.Constant) else ""
    for each in (noun.body, noun.orelse) if isinstance(noun, ast.IfExp) else (noun,):
        if isinstance(each, ast.Constant):
            many = plural or f"{each.value}s"
            text = f"{{number:d}} {each.value}"
            yield Message(path=path, line=call.lineno, text=text, plural=f"{{number:d}} {many}")


def _template(node: ast.expr, *, formatted: bool) -> str:
    """Return the text of a literal, with a named place for each of its values. `formatted`: `format` is called on it."""
    if isinstance(node, ast.Constant):
        return str(node.value) if formatted else _doubled(str(node.value))
    assert isinstance(node, ast.JoinedStr)
    text, taken = "", set[str]()
    for value in node.values:
        if isinstance(value, ast.Constant):
            text += _doubled(str(value.value))
        elif isinstance(value, ast.FormattedValue) and not text.endswith("}"):
            name = _value_name(value.value) if not _is_grammar(value.value) else "s"
            while name in taken:
                name = _next(name)
            taken.add(name)
            text += f"{{{name}{_kind(value)}}}"
    return text


def _is_formatted(outer: ast.AST, formatted: set[str]) -> bool:
    """Tell whether `format` is called on a literal, or on the name that it is assigned to."""
    if isinstance(outer, ast.Assign):
        return any(_name(target) in formatted for target in outer.targets)
    return isinstance(outer, ast.Attribute) and outer.attr == "format"


def _doubled(text: str) -> str:
    return re.sub(r"\{([a-z_][a-z0-9_]*(?::[dw])?)\}", r"{{\1}}", text)


def _next(name: str) -> str:
    stem, number = re.fullmatch(r"(.*?)(\d*)", name).groups()  # type: ignore[union-attr]
    return f"{stem}{int(number or 1) + 1}"


def _is_grammar(value: ast.expr) -> bool:
    """Tell whether a value is the end of a plural, such as `"s" if number != 1 else ""`."""
    return any(isinstance(node, ast.Constant) and node.value in ("s", "es") for node in ast.walk(value))


def _value_name(value: ast.expr) -> str:
    """A name for a place, from the expression that gives its value."""
    for node in ast.walk(value):
        if isinstance(node, ast.Call) and _name(node.func) == "len" and node.args:
            return "number_of_" + _value_name(node.args[0])
        if isinstance(node, ast.Attribute | ast.Name):
            name = _name(node).strip("_").lower()
            if name not in ("self", "join", "iso", "int", "str", "repr", "visible_line", "counted", "format"):
                return re.sub(r"\W", "_", name) or "value"
    return "value"


def _kind(value: ast.FormattedValue) -> str:
    spec = "".join(
        part.value for part in getattr(value.format_spec, "values", ()) if isinstance(part, ast.Constant)
    )
    is_length = isinstance(value.value, ast.Call) and _name(value.value.func) in ("len", "sum")
    return ":d" if is_length or re.search(r"[,df%]$", spec) else ""


def _is_message(node: ast.expr, text: str, around: Sequence[ast.AST]) -> bool:
    if isinstance(around[-1], ast.Expr) or _NO_MESSAGE_FORMS.search(text):
        return False
    shown = False
    for outer in reversed(around):
        if isinstance(outer, ast.Call):
            name = _name(outer.func)
            if name in _NO_MESSAGE_CALLS or name in _INTERNAL_ERRORS:
                return False
            shown |= name in _SHOWN_CALLS
        if isinstance(outer, ast.keyword) and outer.arg in _NO_MESSAGE_ARGUMENTS:
            return False
        if isinstance(outer, ast.Assert | ast.AnnAssign) and not getattr(outer, "value", None):
            return False
        if isinstance(outer, ast.stmt):
            break
    literals = " ".join(Template.parse(text).literals)
    words = _WORD.findall(literals)
    if shown and words:
        return True
    if isinstance(node, ast.Constant):
        return len(words) >= 2 and " " in text.strip()
    return bool(words) and any(" " in literal for literal in Template.parse(text).literals)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _without_joints(text: str) -> str:
    """Leave out what only joins a message to others, and mark where a part goes on from a text before or after it."""
    if re.match(r" [^ ]", text):
        text = "{before}" + text
    if re.search(r"[^ :;,] $", text):
        text += "{after}"
    return text.strip(_SEPARATORS)


def entries() -> list[Entry]:
    """The entries of the table."""
    return list(read_entries(TABLE.read_text("utf-8"))) if TABLE.exists() else []


def first_line_of_earlier_versions() -> int:
    """Number of the line from which on the table has messages that only archives of earlier versions hold."""
    lines = TABLE.read_text("utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if line == EARLIER), len(lines) + 1)


def known_keys() -> set[tuple[str, ...]]:
    """The literals of every message of the table."""
    return {Template.parse(english).literals for entry in entries() for english in entry.english}


def main() -> None:
    """Add an entry without translation to the table for every message that it lacks."""
    known = known_keys()
    added = []
    for message in messages():
        if message.key in known:
            continue
        known.add(message.key)
        entry = f"#: {message.path.relative_to(ROOT)}\nmsgid {quoted(message.text)}\n"
        entry += f'msgid_plural {quoted(message.plural)}\nmsgstr[0] ""\n' if message.plural else 'msgstr ""\n'
        added.append(entry)
    now, earlier, former = TABLE.read_text("utf-8").partition(EARLIER)
    TABLE.write_text(
        "\n".join([now.rstrip("\n") + "\n", *added, *([earlier + former] if earlier else [])]), "utf-8"
    )
    print(f"{TABLE.relative_to(ROOT)}: {len(added)} messages added, to be translated", file=sys.stderr)


def quoted(text: str) -> str:
    """Return a text as it stands in a PO file."""
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    main()
