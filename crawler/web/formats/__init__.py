"""An Answer as HTML, JSON, CSV, text or Atom. One grammar for all pages; docs/viewer.md describes it."""
