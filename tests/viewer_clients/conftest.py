"""The viewer of `tests/web` on loopback, and programs that read it with others' clients, in an environment of their own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import base, client, ids, shared, site, told  # noqa: F401 - fixtures

CLIENTS = Path(os.environ["FAZHI_VIEWER_CLIENTS"])
"""The folder of the clients' Python, as `make test-viewer` has installed it."""

Read = Callable[..., Any]


@pytest.fixture
def read() -> Read:
    """Runs a program of the clients, which prints JSON, and returns that."""

    def run(program: str, *words: str) -> Any:
        done = subprocess.run(
            [CLIENTS / "python", "-c", program, *words],
            capture_output=True,
            text=True,
            timeout=120,
            env={name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run
