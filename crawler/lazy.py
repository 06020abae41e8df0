"""Lazy exports: the names of a package are imported from its modules when they are first used (PEP 562).

A command that needs one name of a package does not wait for the import of all its modules. Type checkers read the same
imports in `if TYPE_CHECKING`; tests/test_lazy.py compares the two.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any


def exports(
    package: str, names: Mapping[str, Sequence[str]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` of a package that has these names.

    `names`: by module, relative to the package where it begins with a dot. A name that is another one there is written
    as `here=there`.
    """
    places: dict[str, tuple[str, str]] = {}
    for module, of_module in names.items():
        for name in of_module:
            here, _, there = name.partition("=")
            places[here] = (package + module if module.startswith(".") else module, there or here)

    def get(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, there = places[name]
        value = getattr(import_module(module), there)
        setattr(sys.modules[package], name, value)  # found without this function from now on
        return value

    return get, lambda: sorted({*vars(sys.modules[package]), *places})
