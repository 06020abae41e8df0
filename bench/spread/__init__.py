"""Benchmarks of many machines: chaos, makespan, and what planner, queue and entering cost. `make bench-spread`.

`web` measures at the servers, `proxy` cuts a connection, `process` is a worker or an enterer with short leases.
"""
