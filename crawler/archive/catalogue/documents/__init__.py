"""Documents of versions: their table (`model`) and queries on it (`queries`)."""
