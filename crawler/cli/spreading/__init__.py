"""The commands for many machines: queue visits, run a worker, enter what workers deliver, show the queue."""
