"""Metadata that pages showed over an unchanged text: their table (`model`) and queries on it (`queries`)."""
