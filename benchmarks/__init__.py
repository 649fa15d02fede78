"""Measurements of the running system: `python -m benchmarks` prints a table and writes `benchmarks/results/*.json`."""
