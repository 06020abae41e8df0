"""Ways into an archive that is open for writing, beside `Archive.store`: each a class that `Archive` inherits."""
