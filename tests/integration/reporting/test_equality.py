"""What risk and matching write under random flow, projected in batches cut anywhere and partly twice, equals the fold of the log."""

import random
from collections import defaultdict
from decimal import Decimal
from typing import Any

import orjson
import pytest

from marketdata.models import Instrument
from oms_site.infra.bus.processor import Delivery, Position
from oms_site.infra.rest.rendering import dumps
from orders import handlers as order_handlers
from orders import selectors as order_selectors
from orders.domain.lifecycle import FILLS, apply, opened
from orders.domain.objects import fill_object, order_object
from orders.domain.state import OrderState
from orders.models import Execution, Order
from orders.services.rows import orders_load
from reporting import handlers
from reporting.domain.positions import Holding, filled
from reporting.models import Position as PositionRow
from reporting.selectors import holding_of
from schemas.messages import Execution as Record
from tests.unit.risk.full_floor import FullFloor

pytestmark = pytest.mark.usefixtures("market")
Fill = tuple[str, str]


def project(records: list[Record]) -> None:
    deliveries = [Delivery(Position("executions", 0, offset), record, 0) for offset, record in enumerate(records)]
    for handler in (*order_handlers.HANDLERS["executions"], *handlers.HANDLERS["executions"]):
        list(handler(deliveries, records[-1].time))


class Recount:
    """The log folded one record after the other, by the plainest means."""

    def __init__(self, log: list[Record]) -> None:
        self.states: dict[str, OrderState] = {}
        self.orders: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.fills: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._standing: dict[tuple[str, str], list[Record]] = defaultdict(list)
        self._traded: dict[Fill, int] = {}
        self._days: dict[str, int] = {}
        for record in log:
            self._take(record)

    def _take(self, record: Record) -> None:
        order_id, name = record.order_id, (record.order_id, record.trade_id or "")
        before = self.states.get(order_id)
        earlier = self._traded.get(name, 0) < self._days.get(order_id, 0)
        state = opened(record) if before is None else apply(before, record, earlier_day=earlier)
        self.states[order_id] = state
        self.orders[record.account].append(order_object(state))
        if record.type == "restated" and record.reason == "new_day":
            self._days[order_id] = record.seq
        if record.type == "trade":
            self._traded[name] = record.seq
        if record.type in FILLS:
            fills = self.fills[record.account]
            fills.append(fill_object(record, len(fills) + 1))
            self._standing[record.account, record.symbol].append(record)

    def holdings(self) -> dict[tuple[str, str], Holding]:
        """Every account's fills as they stand in the end, one after the other."""
        return {key: self._holding(records) for key, records in self._standing.items()}

    @staticmethod
    def _holding(records: list[Record]) -> Holding:
        standing: list[Record | None] = []
        places: dict[Fill, int] = {}
        for record in records:
            name = (record.order_id, record.trade_id or "")
            if record.type == "trade":
                places[name] = len(standing)
                standing.append(record)
            else:
                standing[places[name]] = record if record.last_quantity else None
        held = Holding()
        for one in standing:
            held = held if one is None else filled(held, one.side, one.last_quantity or 0, one.last_price or 0)
        return held


@pytest.mark.parametrize("seed", range(6))
def test_rows_equal_the_fold_of_the_log(seed: int) -> None:
    Instrument.objects.create(symbol="BAC", name="BAC", reference_price=Decimal(100))
    floor = FullFloor(seed)
    for _ in range(400):
        floor.step()
    floor.settle()
    log, cuts, start = floor.desk.log, random.Random(seed), 0
    while start < len(log):
        end = start + cuts.randint(1, 60)
        project(log[max(0, start - cuts.randint(0, 20)) : end])
        start = end
    counted = Recount(log)
    assert {order_id: state for order_id, (state, _) in orders_load(counted.states, lock=False).items()} == counted.states
    assert Order.objects.count() == len(counted.states)
    assert Execution.objects.count() == len(log)
    assert {(row.account_id, row.symbol_id): holding_of(row) for row in PositionRow.objects.all()} == counted.holdings()
    for account, objects in counted.orders.items():
        assert [orjson.loads(dumps(data)) for _, data in order_selectors.orders_since(account, 1)] == objects
        told = order_selectors.executions_since(account, 1)
        assert [orjson.loads(dumps(data)) for _, data in told] == counted.fills[account]
    rows = {row.pk: order_selectors.order_object(row) for row in Order.objects.all()}
    assert {order_id: orjson.loads(dumps(told)) for order_id, told in rows.items()} == {
        order_id: order_object(state) for order_id, state in counted.states.items()
    }
