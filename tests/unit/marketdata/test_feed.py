"""A feed sends every row once, in order, never before its time."""

from fractions import Fraction

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


def test_it_stops_between_rows_and_says_so():
    whole, _sent, feed = fed([0, 1_000_000, 2_000_000], Fraction(1), FakeClock(stop_after=1_500_000))
    assert not whole
    assert feed.sent == 2
