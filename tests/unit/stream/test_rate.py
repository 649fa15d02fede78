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


def test_what_was_not_read_is_excused_once_and_beyond_the_burst() -> None:
    bucket = Bucket(100, 100, now=0.0)
    bucket.excuse(1.0, 5.0)
    assert sum(bucket.take(5.0) for _ in range(1_000)) == 500
    bucket.excuse(4.0, 5.0)
    assert not bucket.take(5.0)
