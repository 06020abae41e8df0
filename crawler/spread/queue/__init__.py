"""The queue: jobs in PostgreSQL, by procrastinate, which only this package imports.

`jobs` names the tasks and defers them, `working` runs a worker or the enterer, `overview` says what waits, runs and has failed,
`absence` that the database is away.
A job is one visit of one server's sites, never a page; its lock is the server, so that no two workers visit it at once. No job is
retried: a visit that failed ends its job, and the planner queues what is due anew.
"""
