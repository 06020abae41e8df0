"""Optical character recognition of archived scans: `engine` runs in a child process, `recognition` asks it, `job` reads an archive."""
