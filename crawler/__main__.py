"""Lets `python -m crawler` do what the `fazhi` command does."""

from crawler.cli import main

main()
