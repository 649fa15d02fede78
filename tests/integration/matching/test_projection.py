"""Trades from the log become rows and frames."""

import json
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from matching import projection, selectors, services
from matching.models import Trade as TradeRow
from oms_site.infra.bus.processor import Delivery, Frame, Position
from oms_site.infra.rest.rendering import dumps
from schemas.messages import Quote, Trade
from tests.integration.matching.conftest import trade

pytestmark = pytest.mark.usefixtures("market")


def deliver(*trades: Trade) -> list[Frame]:
    deliveries = [Delivery(Position("trades", 0, offset), message, 0) for offset, message in enumerate(trades)]
    return [frame for handler in projection.HANDLERS["trades"] for frame in handler(deliveries, 0)]


def test_a_trade_is_stored_to_the_last_digit() -> None:
    deliver(Trade("T1", 1, "IBM", 123_456_789_012_345_678, 1, "b", "s", "ACME-1", "ZEN-1", "buy", 1_760_000_000_123_457))
    row = TradeRow.objects.get()
    assert (row.quantity, row.price) == (Decimal("1234567890.12345678"), Decimal("0.00000001"))
    assert row.time.isoformat() == "2025-10-09T08:53:20.123457+00:00"
    assert (row.seq, row.symbol_id, row.buy_account, row.sell_account, row.maker_side) == (1, "IBM", "ACME-1", "ZEN-1", "buy")


def test_every_trade_makes_a_frame_that_names_no_order_and_no_account() -> None:
    first, second = deliver(trade(1), trade(2))
    assert (first.channel, first.key, first.seq, second.seq, first.type) == ("trades", "IBM", 1, 2, "update")
    assert json.loads(first.data()) == {
        "id": "TIBM-0001",
        "symbol": "IBM",
        "quantity": "100",
        "price": "181.25",
        "buy_order": None,
        "sell_order": None,
        "time": "2025-10-09T08:53:21.000001Z",
    }


def test_frame_and_snapshot_tell_a_trade_alike() -> None:
    (frame,) = deliver(trade(1))
    seq, rows = selectors.trades_snapshots(["IBM"])["IBM"]
    assert seq == 1
    assert [json.loads(dumps(row)) for row in rows] == [json.loads(frame.data())]


def test_a_repeat_changes_nothing() -> None:
    deliver(trade(1), trade(2))
    assert services.trades_record(trades=[trade(2), trade(3)]) == 1
    deliver(trade(1), trade(2), trade(3))
    assert TradeRow.objects.count() == 3


def test_no_trades_is_no_query(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert services.trades_record(trades=[]) == 0


def test_a_batch_is_one_statement(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        deliver(*(trade(seq) for seq in range(1, 500)))


def test_two_trades_under_one_number_are_refused_and_neither_hides() -> None:
    deliver(trade(1))
    other = Trade("T-other", 1, "IBM", 1, 1, "b", "s", "ACME-1", "ZEN-1", "buy", 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        deliver(other)


def test_a_record_of_another_kind_is_told() -> None:
    with pytest.raises(projection.NotATrade):
        projection.trades_project([Delivery(Position("trades", 0, 0), Quote("IBM", 1, 2, None, None, None, None, "Q", 1), 0)], 0)


def test_snapshots_hold_the_newest_trades_of_each_symbol_alone() -> None:
    deliver(*(trade(seq) for seq in range(1, 6)), trade(1, "BAC"))
    found = selectors.trades_snapshots(["IBM", "BAC", "AIG"], limit=2)
    assert {symbol: (seq, [row["id"] for row in rows]) for symbol, (seq, rows) in found.items()} == {
        "IBM": (5, ["TIBM-0005", "TIBM-0004"]),
        "BAC": (1, ["TBAC-0001"]),
        "AIG": (0, []),
    }
