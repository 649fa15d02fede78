"""What is counted over an account equals, after every step, what the whole list of its records adds up to by the plainest arithmetic.

The recount shares nothing with the fold: it goes through all records from the first one, again and again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.messages import Execution
from tests.unit.risk.desk import ACCOUNTS, SYMBOLS
from tests.unit.risk.full_floor import FullFloor

ENDS = {"rejected", "canceled", "expired"}
FILLS = {"trade", "trade_cancel", "trade_correct"}
ANSWERS = {"replaced", "replace_rejected"}


@dataclass
class Counted:
    """One order, as its records have left it. `asked` are the quantities of replaces that nobody has answered, oldest first."""

    last: Execution
    is_open: bool = False
    asked: list[tuple[int, int | None]] = field(default_factory=list)

    @property
    def reserved(self) -> int:
        """The most that may still trade."""
        return max([self.last.leaves_quantity, *(quantity - self.last.cum_quantity for quantity, _ in self.asked)])

    @property
    def value(self) -> int:
        """The most it may be worth, of an order with a limit."""
        now = self.last.leaves_quantity * self.last.price
        return max([now, *((quantity - self.last.cum_quantity) * price for quantity, price in self.asked)])


def orders_of(records: Iterable[Execution]) -> dict[str, Counted]:
    """Every order that was accepted, by its id."""
    found: dict[str, Counted] = {}
    for record in records:
        own = record.id.startswith("E")
        if record.type == "pending_new":
            found[record.order_id] = Counted(record, is_open=True)
        if record.order_id not in found:
            continue
        order = found[record.order_id]
        if not own:
            order.last = record
            if record.type in ENDS or record.leaves_quantity == 0:
                order.is_open = False
            elif record.type in {"trade_cancel", "trade_correct"}:
                order.is_open = True
            if record.type in ANSWERS and record.rule != "desk" and order.asked:
                order.asked.pop(0)
        elif record.type == "pending_replace":
            order.asked.append((record.requested_quantity, record.requested_price))
    return found


def fills_of(records: Iterable[Execution]) -> list[tuple[str, int, int]]:
    """Symbol, signed quantity and price of each fill, and of each fill taken back."""
    found = []
    for record in records:
        if record.type in FILLS:
            sign = 1 if record.side == "buy" else -1
            if record.original_quantity:
                found.append((record.symbol, -sign * record.original_quantity, record.original_price))
            if record.last_quantity:
                found.append((record.symbol, sign * record.last_quantity, record.last_price))
    return found


def compare(floor: FullFloor) -> None:
    """Everything that is counted, against the recount."""
    for code in ACCOUNTS:
        account = floor.desk.fold.accounts.get(code)
        if account is None:
            continue
        records = [record for record in floor.desk.log if record.account == code]
        held = {order_id: order for order_id, order in orders_of(records).items() if order.is_open}
        fills = fills_of(records)
        assert set(account.orders) == set(held)
        for symbol in SYMBOLS:
            for side in ("buy", "sell"):
                open_here = [order for order in held.values() if (order.last.symbol, order.last.side) == (symbol, side)]
                assert account.reserved(symbol, side) == sum(order.reserved for order in open_here)
            assert account.position(symbol) == sum(quantity for name, quantity, _ in fills if name == symbol)
            assert account.holding(symbol).paid == sum(quantity * price for name, quantity, price in fills if name == symbol)
        assert account.cash == -sum(quantity * price for _, quantity, price in fills)
        limited = {order_id: order for order_id, order in held.items() if order.last.price is not None}
        assert {order_id: account.orders[order_id].reserved_value for order_id in limited} == {
            order_id: order.value for order_id, order in limited.items()
        }
        assert account.open_value == sum(order.reserved_value for order in account.orders.values())
        assert account.buy_value == sum(order.reserved_value for order in account.orders.values() if order.side == "buy")
        if not held:
            assert (account.open_value, account.buy_value, account.working, account.client_order_ids) == (0, 0, {}, {})
            assert all((held.buy, held.sell, held.open_value) == (0, 0, 0) for held in account.holdings.values())


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**9))
def test_after_every_step_the_account_is_what_its_records_add_up_to(seed: int) -> None:
    floor = FullFloor(seed)
    for _ in range(150):
        floor.step()
        compare(floor)
    floor.drain()
    compare(floor)
    for account in floor.desk.fold.accounts.values():
        assert account.orders == {}


def test_there_are_busts_corrections_replaces_and_splits_among_what_is_counted() -> None:
    """What the test above rests on."""
    told = set()
    for seed in range(6):
        floor = FullFloor(seed)
        for _ in range(300):
            floor.step()
        floor.settle()
        told |= {record.type for record in floor.desk.log}
    assert {"trade", "trade_cancel", "trade_correct", "replaced", "replace_rejected", "restated", "canceled", "expired"} <= told
