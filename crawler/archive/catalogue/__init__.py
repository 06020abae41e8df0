"""The SQLite catalogue: tables, migrations, engines and queries. Derived from the WARC files; knows nothing of them.

In the order of the data:

- `engine`, `read_only`: open the file for writing, or for reading only.
- `models` (on `base`): the tables. A change of them needs a migration in `migrations/versions/`.
- `rows`: captures, outcomes and documents into rows; `text_names`: the path of a version's text file.
- `queries`, `selection`, `near_duplicates`, `holdings`: rows back into Reports and answers; `version_choice`: which version is meant.
- `earlier_responses`: the response that a revisit repeats, and validators for conditional requests.
- `prepared`: frequent statements, passed to the driver directly.
- `url_keys`: compute keys of URLs again, for migrations.

Which rows a text makes is decided in `archive.ledger`.
"""

from __future__ import annotations

CATALOGUE = "catalogue.db"
"""Name of the catalogue in an archive's folder."""
