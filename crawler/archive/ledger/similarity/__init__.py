"""Find the report whose text is nearly that of a new one, so that the new one's outcome names it."""
