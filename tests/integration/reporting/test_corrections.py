"""Busts and corrections in positions and settlement: positions as if it had always been so, settlement made up for, never changed."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from orders import selectors as order_selectors
from reporting import services
from reporting.domain.positions import Fill, restated
from reporting.models import Position as PositionRow
from reporting.models import SettlementObligation
from reporting.selectors import holding_of, positions_snapshot
from schemas.messages import Execution
from schemas.units import to_units
from tests.integration.orders.conftest import NOW_US, Log
from tests.integration.reporting.conftest import trade
from tests.integration.reporting.test_folds import deliver, lives, record

pytestmark = pytest.mark.usefixtures("market")
Submit = Callable[..., dict[str, Any]]
DAY = 86_400_000_000


def correction(log: Log, fill: Execution, quantity: int, price: str = "181.25", *, days: int = 0, **more: Any) -> Execution:
    """What `fill` becomes, some days later; quantity 0 busts it. The order is canceled before, so only what it has filled changes."""
    order = {
        "id": fill.order_id,
        "account": fill.account,
        "symbol": fill.symbol,
        "side": fill.side,
        "type": fill.order_type,
        "tif": fill.tif,
    }
    order |= {"quantity": Decimal(fill.quantity).scaleb(-8), "price": Decimal(fill.price or 0).scaleb(-8), "client_order_id": None}
    values = {
        "last_quantity": to_units(quantity) or None,
        "last_price": to_units(Decimal(price)) if quantity else None,
        "trade_id": fill.trade_id,
        "original_quantity": fill.last_quantity,
        "original_price": fill.last_price,
        "time": NOW_US + days * DAY,
    }
    return log.step(order, "trade_correct" if quantity else "trade_cancel", **values | more)


def stored_equals_recomputed() -> None:
    """Each position's row is the fold of its account's fills as they stand."""
    for row in PositionRow.objects.all():
        fills = [Fill(*fill) for fill in order_selectors.fills_until(row.account_id, row.symbol_id, 10**9)]
        assert holding_of(row) == restated(fills)


def test_a_bust_leaves_the_position_the_other_fills_make(log: Log, submit: Submit) -> None:
    *before, first, second, pending, new, sale = lives(log, submit)
    deliver(*before, first, second, pending, new, sale)
    frames = deliver(correction(log, first, 0, cum_quantity=to_units(60), leaves_quantity=to_units(40)))
    row = PositionRow.objects.get()
    assert (row.quantity, row.cost, row.seq) == (-90, -90 * 190, 4)
    assert row.realised_pnl == 60 * (Decimal(190) - Decimal("181.24")), "as if the busted fill had never been"
    assert (row.bought_quantity, row.sold_quantity) == (60, 150)
    assert [(frame.key, frame.seq) for frame in frames] == [("ACME-1", 4)]
    assert positions_snapshot("ACME-1")[0] == 4
    stored_equals_recomputed()


def test_a_correction_in_the_batch_of_its_fill_and_a_repeat_of_it(log: Log, submit: Submit) -> None:
    records = lives(log, submit)
    fix = correction(log, records[2], 30, "180", cum_quantity=to_units(90), leaves_quantity=to_units(10))
    deliver(*records, fix)
    row = PositionRow.objects.values().get()
    assert (row["quantity"], row["bought_quantity"], row["seq"]) == (-60, 90, 4)
    assert deliver(fix) == []
    assert deliver(*records, fix) == []
    assert PositionRow.objects.values().get() == row
    stored_equals_recomputed()


def test_corrections_in_any_cut_give_the_same_position(log: Log, submit: Submit) -> None:
    records = lives(log, submit)
    fix = correction(log, records[2], 30, "180", cum_quantity=to_units(90), leaves_quantity=to_units(10))
    bust = correction(log, records[3], 0, cum_quantity=to_units(30), leaves_quantity=to_units(70))
    for one in (*records, fix, bust):
        deliver(one)
    row = PositionRow.objects.get()
    assert (row.quantity, row.bought_quantity, row.sold_quantity) == (-120, 30, 150)
    assert row.realised_pnl == 30 * (190 - 180)
    stored_equals_recomputed()


def sides(**wanted: Any) -> list[tuple[Any, ...]]:
    rows = SettlementObligation.objects.filter(**wanted).order_by("revision", "-reversal", "side")
    return list(rows.values_list("account", "side", "quantity", "amount", "status", "revision", "reversal"))


def corrected(quantity: int, price: str, *, days: int) -> None:
    """Both sides' answers to a correction of trade T0001 (100 at 181.25), on a later day."""
    corrections = [
        Execution(
            *(f"M9{name}", 1, "trade_correct" if quantity else "trade_cancel", f"O-{name}1", account, "IBM", side, "limit", "day"),
            *(to_units(100), to_units(200), to_units(quantity), 0, NOW_US + days * DAY),
            last_quantity=to_units(quantity) or None,
            last_price=to_units(Decimal(price)) if quantity else None,
            trade_id="T0001",
            original_quantity=to_units(100),
            original_price=to_units(Decimal("181.25")),
        )
        for name, account, side in (("B", "ACME-1", "buy"), ("S", "ZEN-1", "sell"))
    ]
    revisions = dict.fromkeys((one.id for one in corrections), 1)
    assert services.obligations_correct(corrections=corrections, revisions=revisions) == (4 if quantity else 2)
    assert services.obligations_correct(corrections=corrections, revisions=revisions) == 0, "a repeat changes nothing"


def test_a_bust_is_instructed_as_a_delivery_back_on_its_own_day(db: None) -> None:
    record(trade(1))
    corrected(0, "0", days=7)
    assert sides(revision=1) == [
        ("ZEN-1", "buy", 100, Decimal(18125), "instructed", 1, True),
        ("ACME-1", "sell", 100, Decimal(18125), "instructed", 1, True),
    ]
    assert set(SettlementObligation.objects.filter(revision=1).values_list("settlement_date", flat=True)) == {date(2026, 12, 2)}


def test_a_correction_is_instructed_as_the_difference_of_two_deliveries(db: None) -> None:
    record(trade(1))
    corrected(90, "180", days=0)
    assert sides(account="ACME-1") == [
        ("ACME-1", "buy", 100, Decimal(18125), "instructed", 0, False),
        ("ACME-1", "sell", 100, Decimal(18125), "instructed", 1, True),
        ("ACME-1", "buy", 90, Decimal(16200), "instructed", 1, False),
    ]


def test_the_log_of_executions_makes_them(log: Log, submit: Submit) -> None:
    *before, first, second, pending, new, sale = lives(log, submit)
    deliver(*before, first, second, pending, new, sale)
    assert not SettlementObligation.objects.exists(), "the market's own fills come by the topic of trades"
    deliver(correction(log, first, 30, cum_quantity=to_units(90), leaves_quantity=to_units(10)))
    again = correction(log, first, 0, cum_quantity=to_units(60), leaves_quantity=to_units(40), original_quantity=to_units(30))
    deliver(again)
    told = SettlementObligation.objects.order_by("revision", "-reversal").values_list("revision", "reversal", "side", "quantity")
    assert list(told) == [(1, True, "sell", 40), (1, False, "buy", 30), (2, True, "sell", 30)]
