"""The parts of `benchmarks.bench_matching`: streams, the books that are compared on them, and what is measured of ours alone."""
