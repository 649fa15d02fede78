"""Fills become positions, trades become obligations of both sides, each once."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
import pytest
from django.db import IntegrityError, connection, transaction

from oms_site.infra.bus.processor import Delivery, Frame, Position
from oms_site.infra.rest.rendering import dumps
from orders import handlers as order_handlers
from reporting import handlers, selectors, services
from reporting.models import Position as PositionRow
from reporting.models import SettlementObligation
from schemas.messages import Execution, Quote, Trade
from tests.integration.orders.conftest import Log
from tests.integration.reporting.conftest import quote, trade

pytestmark = pytest.mark.usefixtures("market")
Submit = Callable[..., dict[str, Any]]


def deliver(*records: Execution) -> list[Frame]:
    """Through orders and reporting, as the core worker runs them: in one transaction."""
    deliveries = [Delivery(Position("executions", 0, offset), record, 0) for offset, record in enumerate(records)]
    chain = (*order_handlers.HANDLERS["executions"], *handlers.HANDLERS["executions"])
    with transaction.atomic():
        frames = [frame for handler in chain for frame in handler(deliveries, 0)]
    return [frame for frame in frames if frame.channel == "positions"]


def record(*trades: Trade) -> None:
    deliveries = [Delivery(Position("trades", 0, offset), message, 0) for offset, message in enumerate(trades)]
    assert [list(handler(deliveries, 0)) for handler in handlers.HANDLERS["trades"]] == [[]]


def lives(log: Log, submit: Submit) -> list[Execution]:
    """Buy 100 at 181.25 and 181.24, sell 150 at 190."""
    bought, sold = submit(), submit(side="sell", quantity=150 * 10**8, price=190 * 10**8)
    return [
        *(log.step(bought, "pending_new", prefix="E"), log.step(bought, "new")),
        *(log.fill(bought, 40, 40), log.fill(bought, 60, 100, price="181.24")),
        *(log.step(sold, "pending_new", prefix="E"), log.step(sold, "new"), log.fill(sold, 150, 150, price="190")),
    ]


def test_a_position_is_the_fold_of_its_fills(log: Log, submit: Submit) -> None:
    frames = deliver(*lives(log, submit))
    row = PositionRow.objects.get()
    cost = Decimal("181.25") * 40 + Decimal("181.24") * 60
    assert (row.account_id, row.symbol_id, row.quantity, row.cost, row.seq) == ("ACME-1", "IBM", -50, -50 * 190, 3)
    assert row.realised_pnl == 100 * 190 - cost
    assert (row.bought_quantity, row.sold_quantity) == (100, 150)
    assert [(frame.key, frame.seq) for frame in frames] == [("ACME-1", 1), ("ACME-1", 2), ("ACME-1", 3)]
    assert [orjson.loads(frame.data())["quantity"] for frame in frames] == ["40", "100", "-50"]


def test_the_last_frame_and_the_snapshot_tell_a_position_alike_at_the_newest_good_quote(log: Log, submit: Submit) -> None:
    quote("IBM", "189", "190")
    frames = deliver(*lives(log, submit))
    seq, rows = selectors.positions_snapshot("ACME-1")
    assert seq == 3
    assert [orjson.loads(dumps(row)) for row in rows] == [orjson.loads(frames[-1].data())]
    assert (rows[0]["mark_price"], rows[0]["unrealised_pnl"], rows[0]["avg_cost"]) == ("189.5", "25", "190")
    assert selectors.positions_snapshot("ZEN-1") == (0, [])


def test_a_repeat_of_fills_changes_nothing(log: Log, submit: Submit) -> None:
    records = lives(log, submit)
    deliver(*records)
    before = PositionRow.objects.values().get()
    assert deliver(*records) == []
    assert deliver(records[-1]) == []
    assert PositionRow.objects.values().get() == before


def test_batches_cut_anywhere_give_the_same_position(log: Log, submit: Submit) -> None:
    records = lives(log, submit)
    for one in records:
        deliver(one)
    assert PositionRow.objects.get().quantity == -50
    assert PositionRow.objects.get().realised_pnl == 100 * 190 - Decimal("181.25") * 40 - Decimal("181.24") * 60


def test_both_sides_of_a_trade_owe_each_other_on_the_next_business_day() -> None:
    record(trade(1), trade(2, buyer="ZEN-1", seller="HOUSE-LP", price="0.01"))
    sides = SettlementObligation.objects.order_by("id").values_list("id", "account", "side", "quantity", "amount", "currency", "status")
    assert list(sides) == [
        ("T0001-B", "ACME-1", "buy", 100, Decimal(18125), "USD", "instructed"),
        ("T0001-S", "ZEN-1", "sell", 100, Decimal(18125), "USD", "instructed"),
        ("T0002-B", "ZEN-1", "buy", 100, Decimal(1), "USD", "instructed"),
        ("T0002-S", "HOUSE-LP", "sell", 100, Decimal(1), "USD", "instructed"),
    ]
    assert set(SettlementObligation.objects.values_list("trade_date", "settlement_date")) == {(date(2026, 11, 24), date(2026, 11, 25))}


def test_a_repeat_of_a_trade_owes_nothing_more() -> None:
    record(trade(1))
    assert services.obligations_record(trades=[trade(1)]) == 0


def test_an_account_nobody_knows_is_told() -> None:
    point = transaction.savepoint()
    record(trade(1, buyer="NOBODY"))
    with pytest.raises(IntegrityError):
        connection.check_constraints()
    transaction.savepoint_rollback(point)


def test_another_kind_of_record_is_told() -> None:
    wrong = [Delivery(Position("x", 0, 0), Quote("IBM", 1, 2, None, None, None, None, "Q", 1), 0)]
    for handler in (handlers.positions_project, handlers.obligations_project, handlers.advices_project):
        with pytest.raises(handlers.NotExpected):
            handler(wrong, 0)
