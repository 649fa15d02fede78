"""Orders with conditions: from the request to the command, the row, the stream and back; plain orders stay as they were."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest
from django.contrib.auth.models import User

from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.errors import InvalidInput
from oms_site.infra.rest.rendering import dumps
from orders import selectors, services
from orders.domain.desk import Source
from orders.domain.objects import order_object
from orders.models import Execution, Order
from orders.services.rows import orders_load
from risk.domain.roles import Role
from risk.models import Account
from schemas.messages import Conditions
from schemas.units import ONE, to_units
from tests.integration.orders.conftest import NOW, Log, conditional, new_order, person
from tests.integration.orders.test_changes import commands
from tests.integration.orders.test_projection import deliver

pytestmark = pytest.mark.usefixtures("market")
Submit = Callable[..., dict[str, Any]]

STOP = conditional("stop", price=None, stop_price=190 * ONE)
ICEBERG = conditional("limit", "gtd", display_quantity=10 * ONE, expire_date="2026-11-30", post_only=True, reduce_only=True)


def test_conditions_travel_to_the_row_the_command_and_the_answer(submit: Submit) -> None:
    told = submit(**ICEBERG, client_order_id="mine")
    assert (told["display_quantity"], told["expire_date"], told["post_only"], told["reduce_only"]) == ("10", "2026-11-30", True, True)
    row = Order.objects.get()
    assert (row.display_quantity, row.expire_date, row.post_only, row.reduce_only) == (10, date(2026, 11, 30), True, True)
    assert (row.trade_date, row.source, row.self_trade_prevention) == (date(2026, 11, 24), "rest", "none")
    (command,) = commands("new")
    assert command.conditions == ICEBERG["conditions"]
    assert (command.trade_date, command.trader) == ("2026-11-24", "trader1")
    detail = AuditEntry.objects.get().detail
    assert (detail["display_quantity"], detail["expire_date"], detail["trade_date"]) == ("10", "2026-11-30", "2026-11-24")
    assert selectors.order_object(row) == order_object(orders_load([row.pk], lock=False)[row.pk][0]) == told


def test_a_plain_order_has_no_conditions_anywhere(submit: Submit) -> None:
    submit()
    (command,) = commands("new")
    assert command.conditions is None
    assert Order.objects.get().entered_conditions is None


def test_an_account_of_a_group_says_so_with_every_order(submit: Submit, trader: User) -> None:
    Account.objects.filter(pk="ACME-1").update(self_trade_group="ACME")
    told = submit()
    assert told["self_trade_prevention"] == "none"
    submit(**conditional(self_trade_prevention="decrement"))
    first, second = commands("new")
    assert first.conditions == Conditions(self_trade_group="ACME")
    assert second.conditions == Conditions(self_trade_prevention="decrement", self_trade_group="ACME")
    assert Order.objects.order_by("id").first().entered_conditions is None, "the group is the account's, not the order's"


def test_without_a_group_the_account_is_the_group(submit: Submit) -> None:
    submit(**conditional(self_trade_prevention="cancel_both"))
    (command,) = commands("new")
    assert command.conditions == Conditions(self_trade_prevention="cancel_both")


def test_a_date_that_has_passed_is_refused_by_the_business_date(submit: Submit, trader: User) -> None:
    assert submit(**conditional("limit", "gtd", expire_date="2026-11-24"))["expire_date"] == "2026-11-24", "today is not over"
    with pytest.raises(InvalidInput, match="2026-11-24") as refusal:
        submit(**conditional("limit", "gtd", expire_date="2026-11-23"))
    assert refusal.value.field == "expire_date"
    passed = new_order(**conditional("limit", "gtd", expire_date="2026-11-23"))
    done = services.orders_submit(actor=trader, items=[passed, new_order()], now=NOW, request_id="r", unique=7)
    assert [set(answer) for answer in done.answers] == [{"error"}, {"order"}]
    assert done.answers[0]["error"]["field"] == "expire_date"


def test_a_repeat_gets_its_first_answer_though_the_date_has_passed_since(submit: Submit, trader: User) -> None:
    order = conditional("limit", "gtd", expire_date="2026-11-24") | {"client_order_id": "mine"}
    first = submit(**order)
    again = services.order_submit(actor=trader, order=new_order(**order), now=NOW + timedelta(days=3), request_id="r", unique=9)
    assert (again.order, again.replayed) == (first, True)


def test_a_repeat_with_other_conditions_is_another_order(submit: Submit, log: Log) -> None:
    first = submit(**STOP, client_order_id="mine")
    deliver(log.step(first, "pending_new", prefix="E"), log.step(first, "new"))
    asked = log.step(first, "pending_replace", prefix="E", requested_stop_price=195 * ONE)
    deliver(asked, log.step(first, "replaced", conditions=Conditions(stop_price=195 * ONE)))
    assert submit(**STOP, client_order_id="mine") == first, "as it was entered"
    for other in (
        conditional("stop", price=None, stop_price=191 * ONE),
        conditional("stop", price=None, stop_price=190 * ONE, reduce_only=True),
    ):
        with pytest.raises(services.ClientOrderIdTaken):
            submit(**other, client_order_id="mine")


@pytest.mark.parametrize(
    ("role", "door", "source"),
    [
        (Role.TRADER, Source.REST, "rest"),
        (Role.TRADER, Source.BLOTTER, "blotter"),
        (Role.SALES, Source.REST, "desk"),
        (Role.SALES, Source.BLOTTER, "desk"),
    ],
)
def test_the_door_an_order_came_through_is_kept(role: Role, door: Source, source: str) -> None:
    actor = person("someone", role, "ACME-1")
    done = services.order_submit(actor=actor, order=new_order(), now=NOW, request_id="r", unique=1, door=door)
    assert done.order["source"] == source
    assert Order.objects.get().source == source
    assert AuditEntry.objects.get().detail["source"] == source


def life_of_a_stop(log: Log, order: dict[str, Any]) -> list[Any]:
    """Entered, moved, halted, resumed, over night, triggered, filled in part, canceled."""
    stands = Conditions(stop_price=190 * ONE)
    moved = Conditions(stop_price=191 * ONE)
    return [
        log.step(order, "pending_new", prefix="E", conditions=stands),
        log.step(order, "new", conditions=stands),
        log.step(order, "pending_replace", prefix="E", conditions=stands, requested_quantity=to_units(100), requested_stop_price=191 * ONE),
        log.step(order, "replaced", conditions=moved),
        log.step(order, "suspended", reason="market_halted", conditions=moved),
        log.step(order, "restated", reason="market_resumed", conditions=moved),
        log.step(order, "done_for_day", conditions=moved),
        log.step(order, "restated", reason="new_day", conditions=moved),
        log.step(order, "triggered", conditions=moved),
        log.fill(order, 40, 40, conditions=moved),
        log.step(order, "canceled", cum_quantity=to_units(40), leaves_quantity=0, conditions=moved),
    ]


def test_frames_rows_and_resume_tell_every_moment_of_a_stop_alike(submit: Submit, log: Log) -> None:
    order = submit(**STOP | {"tif": "gtc"})
    records = life_of_a_stop(log, order)
    frames = [frame for frame in deliver(*records) if frame.channel == "orders"]
    told = [orjson.loads(frame.data()) for frame in frames]
    assert [(one["status"], one["stop_price"], one["triggered"]) for one in told] == [
        ("pending_new", "190", False),
        ("new", "190", False),
        ("pending_replace", "190", False),
        ("new", "191", False),
        ("suspended", "191", False),
        ("new", "191", False),
        ("done_for_day", "191", False),
        ("new", "191", False),
        ("new", "191", True),
        ("partially_filled", "191", True),
        ("canceled", "191", True),
    ]
    assert [orjson.loads(dumps(data)) for _, data in selectors.orders_since("ACME-1", 1)] == told
    assert orjson.loads(dumps(selectors.order_object(Order.objects.get()))) == told[-1]
    events = [selectors.event_object(step) for step in Execution.objects.order_by("order_seq")]
    assert (events[2]["requested_quantity"], events[2]["requested_stop_price"], events[2]["stop_price"]) == ("100", "191", "190")
    assert [event["reason"] for event in events[4:8]] == ["market_halted", "market_resumed", None, "new_day"]


@pytest.mark.parametrize("size", [1, 2, 3, 11])
def test_a_life_projected_in_pieces_is_the_same_row(submit: Submit, log: Log, size: int) -> None:
    order = submit(**STOP | {"tif": "gtc"})
    records = life_of_a_stop(log, order)
    for start in range(0, len(records), size):
        deliver(*records[start : start + size])
    row = Order.objects.get()
    assert (row.status, row.stop_price, row.triggered, row.done_for_day, row.suspended) == ("canceled", 191, True, False, False)
    assert (row.cum_quantity, row.leaves_quantity, row.event_count) == (40, 0, 11)


def test_a_flag_is_written_and_taken_back_on_a_plain_order(submit: Submit, log: Log) -> None:
    order = submit()
    deliver(log.step(order, "pending_new", prefix="E"), log.step(order, "new"), log.step(order, "suspended", reason="market_halted"))
    assert Order.objects.get().suspended
    assert Order.objects.filter(status="suspended").count() == 1
    deliver(log.step(order, "restated", reason="market_resumed"))
    assert (Order.objects.get().suspended, Order.objects.get().status) == (False, "new")


def test_a_new_day_counts_anew(submit: Submit, log: Log) -> None:
    order = submit(tif="gtc")
    deliver(log.step(order, "pending_new", prefix="E"), log.step(order, "new"), log.fill(order, 20, 20))
    cum = {"cum_quantity": to_units(20), "leaves_quantity": to_units(80)}
    deliver(log.step(order, "done_for_day", **cum), log.step(order, "restated", reason="new_day", **cum))
    row = Order.objects.get()
    assert (row.prior_cum, row.day_quantity, row.day_cum_quantity) == (20, 80, 0)
    told = selectors.order_object(row)
    assert (told["day_quantity"], told["day_cum_quantity"], told["quantity"], told["cum_quantity"]) == ("80", "0", "100", "20")


def test_a_split_keeps_the_notional(submit: Submit, log: Log) -> None:
    order = submit(tif="gtc")
    deliver(log.step(order, "pending_new", prefix="E"), log.step(order, "new"), log.fill(order, 20, 20, price="181.25"))
    before = Order.objects.get()
    split = {"quantity": to_units(200), "cum_quantity": to_units(40), "leaves_quantity": to_units(160), "price": to_units(Decimal("90.62"))}
    deliver(log.step(order, "restated", reason="split", **split))
    row = Order.objects.get()
    assert (row.quantity, row.cum_quantity, row.leaves_quantity, row.price) == (200, 40, 160, Decimal("90.62"))
    assert row.cum_notional == before.cum_notional
    assert selectors.order_object(row)["avg_price"] == "90.625"
    assert row.entered_quantity == 100


def test_the_houses_orders_bring_their_conditions_and_date_along(log: Log) -> None:
    order = {"id": "L1", "account": "HOUSE-LP", "symbol": "IBM", "side": "sell", "type": "stop_limit", "tif": "gtc", "quantity": "500"}
    order |= {"price": "182", "client_order_id": None}
    stands = Conditions(stop_price=181 * ONE)
    deliver(
        log.step(order, "pending_new", prefix="E", conditions=stands, trade_date="2026-11-24"), log.step(order, "new", conditions=stands)
    )
    row = Order.objects.get()
    assert (row.stop_price, row.trade_date, row.source, row.triggered) == (181, date(2026, 11, 24), "system", False)
    assert orders_load(["L1"], lock=False)["L1"][0].extras.stop_price == 181 * ONE
