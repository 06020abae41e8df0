"""Benchmarks of extraction: quality, speed and memory beside other extractors, what each rule is worth, mutated pages."""
