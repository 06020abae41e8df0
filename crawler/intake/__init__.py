"""Add what others collected to an archive. `imports` reads files, `backfill` asks public web archives."""
