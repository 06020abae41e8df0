"""Files that are read with a sources.yaml: those that its `include:` names, and those of the folder beside it."""

from __future__ import annotations

import glob
from pathlib import Path


def folder_of(path: Path) -> Path:
    """Return the folder of further files of a sources.yaml: sources.d beside it."""
    return path.with_suffix(".d")


def matches(pattern: str, path: Path) -> list[Path]:
    """Return the files other than `path` that a glob pattern matches. As in a shell, `*` skips names that begin with a dot."""
    if "\0" in pattern:
        return []
    names = glob.glob(pattern, root_dir=path.parent, recursive=True)
    found = sorted(path.parent / name for name in names)
    return [file for file in found if file.is_file() and file.resolve() != path.resolve()]
