"""Find every regular expression of the package: by importing its modules, and in their syntax trees.

Patterns in constants, also inside tuples, dicts and dataclasses, are found in the modules. Those that a function compiles
or gives to `re.search` and its like are found in the syntax tree. Used by `bench.regexes` and by tests/test_regexes.py.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import crawler
from crawler.errors import CrawlerError

_RE_FUNCTIONS = ("compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer")
METHODS = (*_RE_FUNCTIONS[1:], "scanner")
_MAX_DEPTH = 6  # of containers in a constant
_IN_TABLES = {
    "crawler.cms.lists.near_json.OPENING": {"match"},  # and as Marks.opening in the presets
    "crawler.extract.meaning.sections._STYLES": {"match"},
    "crawler.extract.meaning.sections._STYLE_BY_FIRST": {"match"},
}
"""Constants that are passed on, or have their expressions in a table → how those are called."""
_OF_EXTRAS = {"obstore", "procrastinate", "psycopg"}
"""Libraries that a module imports at its top, and that a setup without extras does not have."""
_SKIPPED = ("crawler.__main__", "crawler.archive.catalogue.migrations")  # run something on import


@dataclass(frozen=True, slots=True)
class Found:
    """One regular expression. `methods` says how it is called; empty if that is not seen, as for one in a table."""

    place: str  # module and constant, or module and function
    pattern: re.Pattern[Any]
    methods: frozenset[str]

    @property
    def searches(self) -> bool:
        """Whether a match may begin anywhere."""
        return not self.methods or bool(self.methods - {"match", "fullmatch"})

    @property
    def only_whole(self) -> bool:
        """Whether the text must match as a whole."""
        return self.methods == {"fullmatch"}


@dataclass(frozen=True, slots=True)
class Composed:
    """A call whose regular expression is made at run time."""

    place: str
    source: str


def find() -> tuple[list[Found], list[Composed]]:
    """Return every regular expression of the package once, and the calls whose one is made at run time."""
    modules = list(_modules())
    trees = {module.__name__: ast.parse(Path(str(module.__file__)).read_text("utf-8")) for module in modules}
    found: dict[tuple[str, Any, int], Found] = {}
    composed: list[Composed] = []
    uses = _Uses(trees)
    for module in modules:
        for each in (*_constants(module, uses), *_calls(module, trees[module.__name__], composed)):
            found.setdefault((each.place, each.pattern.pattern, each.pattern.flags), each)
    # a constant of its own says more than a table, and that more than the table of tables or a call with its name
    named: dict[tuple[Any, int], Found] = {}
    for each in sorted(
        found.values(), key=lambda each: (":" in each.place, "[" in each.place, -len(each.place))
    ):
        named.setdefault((each.pattern.pattern, each.pattern.flags), each)
    return sorted(named.values(), key=lambda each: each.place), composed


def _modules() -> Iterator[ModuleType]:
    """Import each module, but for those whose extra is not installed: `make test-spread` has them too."""
    for info in pkgutil.walk_packages(crawler.__path__, "crawler."):
        if info.name.startswith(_SKIPPED):
            continue
        try:
            yield importlib.import_module(info.name)
        except (ModuleNotFoundError, CrawlerError) as error:
            missing = error if isinstance(error, ModuleNotFoundError) else error.__cause__
            if not isinstance(missing, ModuleNotFoundError) or missing.name not in _OF_EXTRAS:
                raise


def _constants(module: ModuleType, uses: _Uses) -> Iterator[Found]:
    """Yield the patterns in a module's own constants. Those it imports are found where they are made."""
    own = uses.assigned[module.__name__]
    for name, value in vars(module).items():
        if name in own:
            inside = not isinstance(value, re.Pattern)
            place = f"{module.__name__}.{name}"
            methods = frozenset(_IN_TABLES.get(place, () if inside else uses.of(module.__name__, name)))
            for number, pattern in enumerate(_inside(value, _MAX_DEPTH, set())):
                yield Found(f"{place}[{number}]" if inside else place, pattern, methods)


def _inside(value: Any, depth: int, seen: set[int]) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
        return
    if not depth or id(value) in seen or isinstance(value, str | bytes | int | ModuleType):
        return
    seen.add(id(value))
    if isinstance(value, dict):
        inner: list[Any] = [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple | set | frozenset):
        inner = list(value)
    elif is_dataclass(value) and not isinstance(value, type):
        inner = [getattr(value, each.name) for each in fields(value)]
    elif isinstance(value, FunctionType):
        inner = [*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()]
        inner += [cell.cell_contents for cell in value.__closure__ or ()]
    else:
        inner = list(vars(value).values()) if type(value).__module__.startswith("crawler") else []
    for each in inner:
        yield from _inside(each, depth - 1, seen)


def _calls(module: ModuleType, tree: ast.Module, composed: list[Composed]) -> Iterator[Found]:
    """Yield the patterns of calls such as `re.search(…)`, with the line; add to `composed` what is made at run time."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "re"):
            continue
        if node.func.attr not in _RE_FUNCTIONS:
            continue
        place = f"{module.__name__}:{ast.unparse(node.args[0])[:60]}"
        method = node.func.attr
        flags = [each.value for each in node.keywords if each.arg == "flags"]
        position = {"compile": 1, "sub": 4, "subn": 4, "split": 3}.get(method, 2)
        flags += node.args[position : position + 1]
        try:
            pattern = _evaluated(node.args[0], module)
            flag = int(_evaluated(flags[0], module)) if flags else 0
        except NameError:
            if _is_in_function(tree, node):
                composed.append(Composed(module.__name__, ast.unparse(node.args[0])))
            continue
        compiled = pattern if isinstance(pattern, re.Pattern) else re.compile(pattern, flag)
        yield Found(place, compiled, frozenset() if method == "compile" else frozenset({method}))


def _evaluated(node: ast.expr, module: ModuleType) -> Any:
    """Return the value of an expression that has constants of its module only. Raises NameError for any other name."""
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    bound = {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}
    bound |= {
        each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }
    for name in names - bound:
        if not hasattr(module, name) and not hasattr(builtins, name):
            raise NameError(name)
    return eval(compile(ast.Expression(node), str(module.__file__), "eval"), vars(module))


def _is_in_function(tree: ast.Module, wanted: ast.AST) -> bool:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    return any(
        any(each is wanted for each in ast.walk(node)) for node in ast.walk(tree) if isinstance(node, kinds)
    )


class _Uses:
    """Which constants a module assigns, and by which methods patterns are called in the modules that name them."""

    def __init__(self, trees: dict[str, ast.Module]) -> None:
        self.assigned = {name: set(_assigned(tree)) for name, tree in trees.items()}
        self._methods: dict[tuple[str, str], set[str]] = {}
        for name, tree in trees.items():
            origin = dict.fromkeys(self.assigned[name], name) | dict(_imported(tree))
            for constant, method in _uses(tree):
                if constant in origin:
                    self._methods.setdefault((origin[constant], constant), set()).add(method)

    def of(self, module: str, name: str) -> frozenset[str]:
        """Return the methods; empty where the pattern is also passed on, so that its calls are not seen."""
        methods = self._methods.get((module, name), set())
        return frozenset() if "" in methods else frozenset(methods)


def _assigned(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        for target in targets:
            yield from (each.id for each in ast.walk(target) if isinstance(each, ast.Name))


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for each in node.names:
                yield each.name, node.module


def _uses(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield (constant, method) for each `CONSTANT.method`, and (constant, "") where it is passed on."""
    bases: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            bases.add(id(node.value))
            if node.attr in METHODS or node.attr not in ("pattern", "flags"):
                yield node.value.id, node.attr
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in bases:
            yield node.id, ""
