"""A hundred frames a second pass, more do not."""

from oms_site.stream.rate import Bucket


def test_a_burst_passes_and_its_successor_does_not() -> None:
    bucket = Bucket(100, 100, now=0.0)
    assert all(bucket.take(0.0) for _ in range(100))
    assert not bucket.take(0.0)


def test_the_steady_rate_passes_for_ever() -> None:
    bucket = Bucket(100, 100, now=0.0)
    assert all(bucket.take(tick / 99) for tick in range(10_000))


def test_tokens_do_not_pile_up_beyond_the_burst() -> None:
    bucket = Bucket(100, 100, now=0.0)
    assert sum(bucket.take(1_000.0) for _ in range(500)) == 100
