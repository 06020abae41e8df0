"""Troubles that last from visit to visit: their table (`model`), what makes them (`rules`), and those of earlier visits (`history`)."""
