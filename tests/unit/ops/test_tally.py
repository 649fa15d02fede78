"""What is gathered is written exactly, and once."""

from prometheus_client import CollectorRegistry, Counter, Histogram

from oms_site.infra.tally import CountTally, StageTally


def test_gathered_observations_equal_single_ones() -> None:
    registry = CollectorRegistry()
    one = Histogram("one", "one", ["stage"], buckets=(0.1, 1, 10), registry=registry).labels("x")
    many = Histogram("many", "many", ["stage"], buckets=(0.1, 1, 10), registry=registry).labels("x")
    tally = StageTally(many)
    for seconds in (0.0, 0.1, 0.10001, 1, 5, 10, 11, 0.05):
        one.observe(seconds)
        tally.observe(seconds)
    tally.flush()
    tally.flush()

    def samples(name: str) -> list[tuple[str, float]]:
        return [
            (str(sample.labels.get("le")), sample.value)
            for metric in registry.collect()
            for sample in metric.samples
            if sample.name in {f"{name}_bucket", f"{name}_sum", f"{name}_count"}
        ]

    assert samples("many") == samples("one")


def test_counts_are_written_once() -> None:
    registry = CollectorRegistry()
    tally = CountTally(Counter("things", "things", registry=registry))
    tally.inc()
    tally.inc()
    tally.flush()
    tally.flush()
    assert registry.get_sample_value("things_total") == 2
