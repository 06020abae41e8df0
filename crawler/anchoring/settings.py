"""Settings of anchoring: flags, the variable FAZHI_ANCHOR_KEY, `defaults:` in sources.yaml; and the files they name."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crawler.archive.anchors import folder as files
from crawler.archive.anchors.keys import key_id, public_of_pem, require_extra
from crawler.archive.anchors.stamps import Roots, read_roots
from crawler.errors import ConfigError
from crawler.fetch import ConnectTo
from crawler.model import AnchorDefaults

KEY_VARIABLE = "FAZHI_ANCHOR_KEY"
_MAX_PEM_BYTES = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorSettings:
    """How to anchor."""

    key: Path
    authorities: tuple[str, ...] = ()
    roots: Path | None = None
    connect_to: ConnectTo = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        defaults: AnchorDefaults,
        *,
        key: Path | None = None,
        authorities: Sequence[str] = (),
        roots: Path | None = None,
        connect_to: ConnectTo | None = None,
        offline: bool = False,
    ) -> AnchorSettings:
        """Return the settings by flags, then the variable FAZHI_ANCHOR_KEY, then `defaults:`, then what fazhi assumes.

        `offline`: no authority is asked, as after a replay.
        """
        variable = os.environ.get(KEY_VARIABLE)
        stated = Path(defaults.key).expanduser() if defaults.key else default_key_path()
        return cls(
            key=key or (Path(variable).expanduser() if variable else stated),
            authorities=() if offline else tuple(authorities) or defaults.timestamps,
            roots=roots or (Path(defaults.roots).expanduser() if defaults.roots else None),
            connect_to=connect_to or {},
        )


def default_key_path() -> Path:
    """Return where the private key is unless something else is said: in the user's folder of settings."""
    base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(base).expanduser() / "fazhi" / "anchor.key"


def load_roots(path: Path) -> Roots:
    """Load root certificates from a PEM file. Raises ConfigError."""
    require_extra()
    try:
        with path.open("rb") as file:
            return read_roots(file.read(_MAX_PEM_BYTES))
    except OSError as error:
        raise ConfigError(
            f"{path}: the root certificates cannot be read: {error.strerror or error}"
        ) from error
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from error


def known_key(value: str) -> str:
    """Return the fingerprint that `--anchor-key` names: itself, or that of a public key file. Raises ConfigError."""
    if re.fullmatch(r"[0-9a-fA-F]{64}", value.strip()):
        return value.strip().lower()
    require_extra()
    try:
        return key_id(public_of_pem(files.read_file(Path(value))))
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"--anchor-key {value}: must be a fingerprint of 64 hex characters, or the file of a public key ({error})"
        ) from error
