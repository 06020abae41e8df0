"""Many machines: PostgreSQL, an S3 server and workers, on loopback. Needs the extra `spread`: make test-spread."""
