"""Executions become rows, frames and wake-ups, each once."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import orjson
import pytest
from django.db import transaction

from oms_site.infra.bus.processor import Delivery, Frame, Halt, Position
from oms_site.infra.rest.rendering import dumps
from orders import handlers, selectors
from orders.domain.lifecycle import apply
from orders.domain.objects import order_object
from orders.models import AccountStream, Execution, Order
from orders.services.rows import orders_load
from schemas.messages import Execution as Record
from schemas.messages import Quote
from tests.integration.orders.conftest import NOW_US, Log

pytestmark = pytest.mark.usefixtures("market")
Submit = Callable[..., dict[str, Any]]


def deliver(*records: Record) -> list[Frame]:
    deliveries = [Delivery(Position("executions", 0, offset), record, 0) for offset, record in enumerate(records)]
    return [frame for handler in handlers.HANDLERS["executions"] for frame in handler(deliveries, NOW_US)]


def life(log: Log, order: dict[str, Any]) -> list[Record]:
    return [
        log.step(order, "pending_new", prefix="E"),
        log.step(order, "new"),
        log.fill(order, 40, 40),
        log.fill(order, 60, 100, price="181.24"),
    ]


def test_an_orders_life_becomes_its_row(submit: Submit, log: Log) -> None:
    order = submit(client_order_id="mine")
    deliver(*life(log, order))
    row = Order.objects.get(pk=order["id"])
    assert (row.status, row.working, row.cum_quantity, row.leaves_quantity) == ("filled", "filled", 100, 0)
    assert row.cum_notional == Decimal("181.25") * 40 + Decimal("181.24") * 60
    assert selectors.order_object(row)["avg_price"] == "181.244"
    assert row.entered_by is not None
    assert row.request_id == "request-1"
    assert [
        (step.order_seq, step.account_seq, step.fill_seq, step.type, step.status) for step in Execution.objects.order_by("order_seq")
    ] == [
        (1, 1, None, "pending_new", "pending_new"),
        (2, 2, None, "new", "new"),
        (3, 3, 1, "trade", "partially_filled"),
        (4, 4, 2, "trade", "filled"),
    ]
    assert AccountStream.objects.values_list("account", "account_seq", "fill_seq").get() == ("ACME-1", 4, 2)


def test_frames_snapshot_and_resume_tell_the_same(submit: Submit, log: Log) -> None:
    order = submit(client_order_id="mine")
    frames = deliver(*life(log, order))
    orders = [frame for frame in frames if frame.channel == "orders"]
    fills = [frame for frame in frames if frame.channel == "executions"]
    assert [frame.seq for frame in orders] == [1, 2, 3, 4]
    assert [frame.seq for frame in fills] == [1, 2]
    assert {frame.key for frame in frames} == {"ACME-1"}
    assert [(seq, orjson.loads(dumps(data))) for seq, data in selectors.orders_since("ACME-1", 1)] == [
        (frame.seq, orjson.loads(frame.data())) for frame in orders
    ]
    resumed = [(seq, orjson.loads(dumps(data))) for seq, data in selectors.executions_since("ACME-1", 2)]
    assert resumed == [(2, orjson.loads(fills[1].data()))]
    seq, rows = selectors.orders_snapshot("ACME-1")
    assert (seq, [orjson.loads(dumps(row)) for row in rows]) == (4, [orjson.loads(orders[-1].data())])
    seq, rows = selectors.executions_snapshot("ACME-1")
    assert (seq, [orjson.loads(dumps(row)) for row in rows]) == (2, [orjson.loads(frame.data()) for frame in reversed(fills)])


def test_the_state_read_back_is_the_state_folded(submit: Submit, log: Log) -> None:
    order = submit()
    state, _ = orders_load([order["id"]], lock=False)[order["id"]]
    for record in life(log, order):
        state = apply(state, record)
        deliver(record)
        assert orders_load([order["id"]], lock=False)[order["id"]][0] == state
        assert selectors.order_object(Order.objects.get(pk=order["id"])) == order_object(state)


def test_a_rejected_order_tells_code_rule_limit_and_actual_from_that_step_on(submit: Submit, log: Log) -> None:
    order = submit()
    refusal = {"reason": "price_outside_band", "rule": "price_band", "limit": "10", "actual": "31.5", "message": "too far off"}
    frames = deliver(
        log.step(order, "pending_new", prefix="E"),
        log.step(order, "rejected", leaves_quantity=0, **refusal),
        log.step(order, "cancel_rejected", leaves_quantity=0, reason="order_closed"),
    )
    reject = {"code": "price_outside_band", "rule": "price_band", "limit": "10", "actual": "31.5", "message": "too far off"}
    told = [orjson.loads(frame.data()) for frame in frames]
    assert [(one["status"], one["leaves_quantity"], one["reject"]) for one in told] == [
        ("pending_new", "100", None),
        ("rejected", "0", reject),
        ("rejected", "0", reject),
    ]
    assert [orjson.loads(dumps(data)) for _, data in selectors.orders_since("ACME-1", 1)] == told


def test_the_houses_orders_come_into_being_with_their_first_step(log: Log) -> None:
    order = {
        "id": "L0001-1",
        "account": "HOUSE-LP",
        "symbol": "IBM",
        "side": "sell",
        "type": "limit",
        "tif": "day",
        "quantity": "500",
        "price": "182",
        "client_order_id": None,
    }
    deliver(log.step(order, "pending_new", prefix="E"), log.step(order, "new"))
    row = Order.objects.get()
    assert (row.id, row.status, row.entered_by, row.quantity, row.entered_price) == ("L0001-1", "new", None, 500, 182)
    assert row.created_at == Execution.objects.get(order_seq=1).time
    deliver(log.step(order, "replaced", quantity=400 * 10**8, leaves_quantity=400 * 10**8, price=183 * 10**8))
    row.refresh_from_db()
    assert (row.quantity, row.price, row.entered_quantity, row.entered_price) == (400, 183, 500, 182)


def test_a_refused_request_for_an_order_nobody_knows_keeps_the_accounts_numbers_whole(log: Log) -> None:
    order = {"id": "O-GHOST", "account": "ACME-1", "symbol": "IBM", "side": "buy", "type": "limit", "tif": "day"}
    order |= {"quantity": "1", "price": "1", "client_order_id": "request"}
    deliver(log.step(order, "cancel_rejected", prefix="E", leaves_quantity=0, reason="order_unknown"))
    row = Order.objects.get()
    assert (row.status, row.leaves_quantity, row.client_order_id) == ("rejected", 0, None)
    deliver(log.step(order | {"id": "O-GHOST-2"}, "replace_rejected", prefix="E", quantity=0, leaves_quantity=0, reason="order_unknown"))
    assert [seq for seq, _ in selectors.orders_since("ACME-1", 1)] == [1, 2]


def test_a_fill_of_an_unknown_order_halts(log: Log, submit: Submit) -> None:
    order = submit()
    with pytest.raises(Halt, match="OrderUnseen"):
        deliver(log.fill(order | {"id": "O-NOBODYS"}, 1, 1))


def test_a_repeat_is_ignored_and_a_gap_halts(log: Log, submit: Submit) -> None:
    order = submit()
    first, second, third, fourth = life(log, order)
    assert len(deliver(first, first, second)) == 2
    assert deliver(first, second) == []
    with pytest.raises(Halt, match="StreamBroken"), transaction.atomic():
        deliver(fourth)
    deliver(first, second, third, fourth)
    assert Execution.objects.count() == 4
    assert Order.objects.get().cum_quantity == 100


def test_an_illegal_step_or_a_wrong_count_halts_and_changes_nothing(log: Log, submit: Submit) -> None:
    order = submit()
    pending, new, fill, _ = life(log, order)
    deliver(pending, new)
    with pytest.raises(Halt, match="StepIllegal"), transaction.atomic():
        deliver(replace(new, seq=3))
    with pytest.raises(Halt, match="FillMismatch"), transaction.atomic():
        deliver(replace(fill, cum_quantity=1))
    assert Order.objects.get().event_count == 2
    assert AccountStream.objects.get().account_seq == 2


def test_another_kind_of_record_is_told(log: Log) -> None:
    with pytest.raises(handlers.NotAnExecution):
        handlers.executions_project([Delivery(Position("executions", 0, 0), Quote("IBM", 1, 2, None, None, None, None, "Q", 1), 0)], 0)


def test_a_batch_costs_a_handful_of_statements_whatever_its_size(log: Log, submit: Submit, django_assert_max_num_queries) -> None:
    orders = [submit() for _ in range(20)]
    records = [record for order in orders for record in life(log, order)]
    with django_assert_max_num_queries(5):
        deliver(*records)
    assert Execution.objects.count() == 80


def test_long_words_from_the_log_do_not_stop_the_projection(log: Log, submit: Submit) -> None:
    order = submit()
    deliver(log.step(order, "pending_new", prefix="E", reason="r" * 200, message="m" * 900))
    step = Execution.objects.get()
    assert (len(step.reason or ""), len(step.message or "")) == (48, 300)
