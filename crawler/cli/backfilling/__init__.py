"""`fazhi backfill`: `command` reads the flags and runs it, `display` prints it."""
