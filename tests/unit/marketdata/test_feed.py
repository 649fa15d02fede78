"""A feed sends every row once, in order, never before its time."""

from fractions import Fraction
from itertools import pairwise

import pytest

from marketdata.replay.feed import BATCH, QuoteFeed
from schemas.messages import Quote


class FakeClock:
    def __init__(self, stop_after=None):
        self.time = 1_000
        self.stop_after = stop_after

    def now(self):
        return self.time

    def wait(self, microseconds):
        self.time += microseconds

    def stopping(self):
        return self.stop_after is not None and self.time >= self.stop_after


def quote(time):
    return Quote("IBM", 1, 2, None, None, None, None, "Q", time)


def fed(times, speed, clock=None):
    clock = clock or FakeClock()
    sent = []
    feed = QuoteFeed(send=lambda batch: sent.append((clock.now(), list(batch))), alive=lambda rows: None, clock=clock, speed=speed)
    whole = feed.run(quote(time) for time in times)
    return whole, sent, feed


def test_at_most_speed_it_sends_full_batches_in_order():
    times = list(range(2 * BATCH + 5))
    whole, sent, feed = fed(times, None)
    assert whole
    assert [len(batch) for _, batch in sent] == [BATCH, BATCH, 5]
    assert [row.time for _, batch in sent for row in batch] == times
    assert feed.sent == len(times)


@pytest.mark.parametrize("speed", [Fraction(1), Fraction(10), Fraction(1, 2), Fraction("0.3")])
def test_no_row_is_sent_before_its_time_nor_waits_for_the_next(speed):
    times = [0, 0, 500_000, 500_001, 3_000_000]
    _, sent, _ = fed(times, speed)
    for at, batch in sent:
        for row in batch:
            due = 1_000 + int(row.time / speed)
            assert due <= at <= due + 2


def test_it_tells_and_hears_where_there_is_room_before_the_next_row():
    clock, told, sent = FakeClock(), [], []

    def telling(rows):
        told.append((clock.now(), rows))
        clock.time += 40_000  # as long as PostgreSQL may take

    feed = QuoteFeed(send=lambda batch: sent.append(clock.now()), alive=telling, clock=clock, speed=Fraction(1))
    times = [at for second in range(5) for at in range(second * 1_000_000, second * 1_000_000 + 400_000, 10_000)]
    feed.run(quote(time) for time in times)
    assert all(at - 1_000 - time <= 2 for at, time in zip(sent, times, strict=True)), "no row waits for what is told"
    moments = [at for at, _ in told]
    assert max(later - at for at, later in pairwise(moments)) <= 600_000, "and it is told all the same"


def test_where_rows_are_dense_it_hears_within_a_second_all_the_same():
    clock, told = FakeClock(), []
    feed = QuoteFeed(send=lambda batch: None, alive=lambda rows: told.append(clock.now()), clock=clock, speed=Fraction(1))
    feed.run(quote(time) for time in range(0, 5_000_000, 5_000))
    assert max(later - at for at, later in pairwise([1_000, *told])) <= 510_000


def test_it_stops_between_rows_and_says_so():
    whole, _sent, feed = fed([0, 1_000_000, 2_000_000], Fraction(1), FakeClock(stop_after=1_500_000))
    assert not whole
    assert feed.sent == 2
