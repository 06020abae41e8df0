"""Precision and recall of `fazhi indicators` on texts labelled by hand: `python -m bench.indicators`."""
