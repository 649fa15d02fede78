"""Candles over a real socket: each state the stream tells is one REST tells, and what REST tells as newest was told."""

from collections.abc import Iterator

import pytest

from oms_client import Candle, Client, Event, Stream, Token
from tests.eventually import eventually
from tests.live import Live

KEYS = {"1s": "BAC:1s", "1m": "BAC:1m", "1d": "BAC:1d"}


@pytest.fixture
def oms(live_stack: Live) -> Iterator[Client]:
    with Client(live_stack.web, Token(live_stack.users["trader1"]["token"]), patience=60) as made:
        yield made


def newest(oms: Client, interval: str) -> Candle | None:
    return next(oms.candles("BAC", interval), None)


def test_what_the_stream_tells_of_candles_is_what_rest_tells(oms: Client) -> None:
    eventually(lambda: newest(oms, "1s"), within=30, what="the synthetic market prints")
    with oms.stream() as stream:
        for key in KEYS.values():
            stream.follow("candles", key)
        events: list[Event] = stream.settle()
        events += take(stream, 30)
        for interval, key in KEYS.items():
            want = newest(oms, interval)
            assert want is not None
            events += follow_until(stream, want, events)
            told = [event for event in events if event.key == key]
            assert [event.seq for event in told] == list(range(told[0].seq or 0, (told[0].seq or 0) + len(told))), "none left out"
            shown = {(row.start, row.version): row for row in oms.candles("BAC", interval, **{"from": told[0].data["start"]})}
            both = [event.value for event in told if (event.value.start, event.value.version) in shown]
            assert both, "a bar that REST shows was told as it is"
            assert all(shown[row.start, row.version] == row for row in both)
        assert stream.counts.missed == stream.counts.repeated == 0


def take(stream: Stream, number: int) -> list[Event]:
    return [stream.take(timeout=30) for _ in range(number)]


def follow_until(stream: Stream, want: Candle, events: list[Event]) -> list[Event]:
    """Further events, until the one that tells this candle."""
    more: list[Event] = []

    def told() -> bool:
        if want in [event.value for event in events + more]:
            return True
        more.extend(take(stream, 1))
        return False

    eventually(told, within=60, every=0, what=f"{want} is told")
    return more
