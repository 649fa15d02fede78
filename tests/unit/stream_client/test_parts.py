"""The client's parts: waits, records, the book, and that it stands alone."""

import ast
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

import oms_client
from oms_client import Backoff, Book, Event, Level


@pytest.mark.parametrize(("attempt", "delay"), [(0, 0.25), (1, 0.5), (2, 1.0), (5, 8.0), (6, 10.0), (10_000, 10.0)])
def test_waits_double_up_to_a_bound(attempt: int, delay: float) -> None:
    assert Backoff(chance=lambda: 1.0).delay(attempt) == delay


def test_clients_do_not_come_back_in_one_moment() -> None:
    assert len({Backoff().delay(4) for _ in range(100)}) > 90


def test_a_pause_the_server_asks_for_is_kept() -> None:
    assert Backoff(chance=lambda: 0.0).delay(3, at_least=2.0) == 2.0


FILL = {
    "id": "E1",
    "order": "O1",
    "account": "A",
    "symbol": "IBM",
    "side": "buy",
    "type": "trade",
    "quantity": "0.10000000",
    "price": "181.25",
    "original_price": None,
    "trade_id": "T1",
    "seq": 7,
    "time": "2026-11-24T17:00:33.177708Z",
}


def test_quantities_are_decimals_and_times_know_their_zone() -> None:
    fill = Event("executions", "A", 7, "update", FILL).value
    assert (fill.quantity, fill.price, fill.seq) == (Decimal("0.1"), Decimal("181.25"), 7)
    assert fill.time == datetime(2026, 11, 24, 17, 0, 33, 177708, tzinfo=UTC)


CANDLE = {
    "symbol": "IBM", "interval": "1m", "start": "2026-11-24T17:00:00Z", "open": "181.2", "high": "181.3", "low": "181", "close": "181.25",
    "volume": "300", "vwap": "181.23333333", "trades": 3, "version": 2, "updated_at": "2026-11-24T17:00:33.1Z",
}  # fmt: skip


def test_a_candle_is_a_record_and_there_is_none_before_the_first_print() -> None:
    candle = Event("candles", "IBM:1m", 4, "update", CANDLE).value
    assert (candle.start, candle.high, candle.version) == (datetime(2026, 11, 24, 17, tzinfo=UTC), Decimal("181.3"), 2)
    assert Event("candles", "IBM:1m", 0, "snapshot", None).value is None


def test_a_snapshot_is_a_list_of_records() -> None:
    assert [fill.id for fill in Event("executions", "A", 7, "snapshot", [FILL, FILL]).value] == ["E1", "E1"]


@pytest.mark.parametrize("event", [Event("quotes", "IBM", 0, "snapshot", None), Event("orders", "A", 9, "gap", {"from": 1, "to": 9})])
def test_what_is_no_record_stays_as_it_is(event: Event) -> None:
    assert event.value == event.data


def told(seq: int, bids: list, asks: list) -> dict:
    return {"seq": seq, "phase": "continuous", "bids": bids, "asks": asks}


def test_a_book_is_its_snapshot_with_the_changed_levels_put_in() -> None:
    book = Book()
    book.snapshot(told(1, [["9.5", "10", 1]], [["10", "5", 1], ["11", "7", 2]]))
    book.update(told(2, [["9.6", "1", 1], ["9.5", "0", 0]], [["10.0", "4", 1]]))
    assert book.bids == [Level(Decimal("9.6"), Decimal(1), 1)]
    assert book.asks == [Level(Decimal(10), Decimal(4), 1), Level(Decimal(11), Decimal(7), 2)]
    book.snapshot(told(9, [], []))
    assert (book.seq, book.bids, book.asks) == (9, [], [])


def test_the_client_needs_httpx_and_websockets_and_nothing_of_the_server() -> None:
    needed = set()
    for path in Path(oms_client.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                needed |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                needed.add((node.module or "").partition(".")[0])
    assert needed - set(sys.stdlib_module_names) == {"httpx", "websockets", "oms_client"}
