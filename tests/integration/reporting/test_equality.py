"""What risk and matching write under random flow, projected in batches cut anywhere and partly twice, equals the fold of the log."""

import random
from collections import defaultdict
from decimal import Decimal

import pytest

from marketdata.models import Instrument
from oms_site.infra.bus.processor import Delivery, Position
from orders import handlers as order_handlers
from orders import selectors as order_selectors
from orders.domain.lifecycle import apply, opened
from orders.domain.objects import order_object
from orders.domain.state import OrderState
from orders.models import Execution, Order
from orders.services.rows import orders_load
from reporting import handlers
from reporting.domain.positions import Holding, filled
from reporting.models import Position as PositionRow
from reporting.selectors import holding_of
from schemas.messages import Execution as Record
from tests.unit.risk.test_with_matching import Floor

pytestmark = pytest.mark.usefixtures("market")


def project(records: list[Record]) -> None:
    deliveries = [Delivery(Position("executions", 0, offset), record, 0) for offset, record in enumerate(records)]
    for handler in (*order_handlers.HANDLERS["executions"], *handlers.HANDLERS["executions"]):
        list(handler(deliveries, records[-1].time))


@pytest.mark.parametrize("seed", range(4))
def test_rows_equal_the_fold_of_the_log(seed: int) -> None:
    Instrument.objects.create(symbol="BAC", name="BAC", reference_price=Decimal(100))
    floor = Floor(seed)
    for _ in range(400):
        floor.step()
    floor.settle()
    log, cuts, start = floor.desk.log, random.Random(seed), 0
    while start < len(log):
        end = start + cuts.randint(1, 60)
        project(log[max(0, start - cuts.randint(0, 20)) : end])
        start = end
    states: dict[str, OrderState] = {}
    holdings: dict[tuple[str, str], Holding] = defaultdict(Holding)
    told: dict[str, list[dict]] = defaultdict(list)
    for record in log:
        before = states.get(record.order_id)
        states[record.order_id] = opened(record) if before is None else apply(before, record)
        told[record.account].append(order_object(states[record.order_id]))
        if record.type == "trade":
            key = (record.account, record.symbol)
            holdings[key] = filled(holdings[key], record.side, record.last_quantity or 0, record.last_price or 0)
    assert {order_id: state for order_id, (state, _) in orders_load(states, lock=False).items()} == states
    assert Order.objects.count() == len(states)
    assert Execution.objects.count() == len(log)
    assert {(row.account_id, row.symbol_id): holding_of(row) for row in PositionRow.objects.all()} == holdings
    for account, objects in told.items():
        assert [data for _, data in order_selectors.orders_since(account, 1)] == objects
        fills = order_selectors.executions_since(account, 1)
        assert [seq for seq, _ in fills] == list(range(1, len(fills) + 1))
