"""The lock files need no resolver: each names, with version and hashes, all that is installed. An old pip takes them: `make test-lock`."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCKS = sorted(ROOT.glob("requirements*.lock"))


def pinned(lock: Path) -> list[tuple[Requirement, int]]:
    """The requirements of a lock file, each with the number of its hashes."""
    blocks = re.split(r"\n(?=[^ \n#])", lock.read_text("utf-8"))
    return [
        (
            Requirement(block.partition("--hash")[0].replace("\\\n", " ").strip()),
            block.count("--hash=sha256:"),
        )
        for block in blocks
    ]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_everything_is_pinned_to_one_version_with_its_hashes(lock: Path) -> None:
    found = pinned(lock)
    assert len(found) > 5
    for requirement, hashes in found:
        assert re.fullmatch(r"==[^*,]+", str(requirement.specifier)), requirement
        assert hashes > 0, requirement
        assert requirement.url is None, requirement
    names = [(canonicalize_name(requirement.name), str(requirement.marker)) for requirement, _ in found]
    assert len(set(names)) == len(names)


def test_the_lock_holds_all_that_its_packages_want_here_with_their_extras() -> None:
    """Else an install without a resolver would lack something, and one with a resolver would look for it elsewhere."""
    locked = {canonicalize_name(r.name): r for r, _ in pinned(ROOT / "requirements.lock")}
    here = {name: r for name, r in locked.items() if r.marker is None or r.marker.evaluate()}
    faults = []
    for name, requirement in here.items():
        try:
            wants = [*map(Requirement, distribution(name).requires or ())]
        except PackageNotFoundError:
            faults.append(f"{name} is not installed: make setup")
            continue
        for want in wants:
            extras = ("", *sorted(requirement.extras))
            if want.marker and not any(want.marker.evaluate({"extra": extra}) for extra in extras):
                continue
            found = here.get(canonicalize_name(want.name))
            version = str(found.specifier).removeprefix("==") if found else None
            if found is None or version not in want.specifier or not want.extras <= found.extras:
                faults.append(f"{name} wants {want}, the lock has {found}")
    assert not faults


def test_every_install_from_a_lock_does_without_a_resolver() -> None:
    """pip 23.2.1 looks for coverage[toml] beside a pinned coverage, finds a newer release, and refuses it."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    installs = [line for line in makefile.splitlines() if "--require-hashes" in line]
    assert len(installs) >= len(LOCKS)
    assert all("$(INSTALL)" in line or "$$pip" in line for line in installs)
    assert re.search(r"^INSTALL = .* --no-deps$", makefile, re.M)
    assert 'pip="$$folder/bin/python $(INSTALL)"' in makefile
