"""Measurements of the running system: `python -m benchmarks.run` prints a table and writes `benchmarks/results/*.json`."""
