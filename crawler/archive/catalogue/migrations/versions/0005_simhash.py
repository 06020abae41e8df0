"""Compute all simhashes again: they use tables instead of BLAKE2, which is six times as fast."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from crawler.field.fingerprint import bands, simhash

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_READ = sa.text("SELECT id, body FROM versions WHERE NOT tombstone AND id > :after ORDER BY id LIMIT 500")
_WRITE = sa.text(
    "UPDATE versions SET simhash = :simhash, band_0 = :b0, band_1 = :b1, band_2 = :b2, band_3 = :b3 WHERE id = :id"
)


def upgrade() -> None:
    """Compute today's simhash. A later definition of it needs a later migration that does the same."""
    _compute(simhash)


def downgrade() -> None:
    """Compute the simhash of before."""
    _compute(_former)


def _compute(mark: Callable[[str], str]) -> None:
    connection, after = op.get_bind(), 0
    while rows := connection.execute(_READ, {"after": after}).all():
        connection.execute(_WRITE, [_values(number, mark(body)) for number, body in rows])
        after = rows[-1][0]


def _values(number: int, mark: str) -> dict[str, object]:
    b0, b1, b2, b3 = bands(mark)
    return {"id": number, "simhash": mark, "b0": b0, "b1": b1, "b2": b2, "b3": b3}


def _former(body: str) -> str:
    text = "".join(body.split())
    shingles = [text[start : start + 3] for start in range(max(len(text) - 2, 1))]
    hashes = [
        int.from_bytes(hashlib.blake2b(shingle.encode("utf-8", "surrogatepass"), digest_size=8).digest())
        for shingle in shingles
    ]
    ones = (sum(number >> bit & 1 for number in hashes) for bit in range(64))
    return f"{sum(1 << bit for bit, count in enumerate(ones) if count > len(hashes) / 2):016x}"
