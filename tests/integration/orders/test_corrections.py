"""Busts and corrections of trades: asked for once on both sides, answered twice, and nothing else changes a fill."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import Client

from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.errors import Forbidden, InvalidInput, NotFound
from orders import selectors, services
from orders.domain.entry import BUST, Correction
from orders.models import Execution, Order, TradeCorrection
from risk.domain.roles import Role
from schemas.messages import OrderCommand
from schemas.units import ONE, to_units
from tests.integration.orders.conftest import NOW, NOW_US, Log, new_order, person
from tests.integration.orders.test_admin import staff
from tests.integration.orders.test_changes import commands
from tests.integration.orders.test_projection import deliver

pytestmark = pytest.mark.usefixtures("market")
Submit = Callable[..., dict[str, Any]]


class Traded:
    """A buy of ACME-1 and a sell of ZEN-1, 100 each, of which `quantity` has traded at 181.25."""

    def __init__(self, submit: Submit, log: Log, quantity: int = 40) -> None:
        self.log = log
        seller = person("seller", Role.TRADER, "ZEN-1")
        self.buy = submit()
        sell = new_order(account="ZEN-1", side="sell")
        self.sell = services.order_submit(actor=seller, order=sell, now=NOW, request_id="r", unique=99).order
        self.cum = {"buy": 0, "sell": 0}
        for order in (self.buy, self.sell):
            deliver(log.step(order, "pending_new", prefix="E"), log.step(order, "new"))
        self.trade("T1", quantity)

    def trade(self, name: str, quantity: int) -> None:
        for order in (self.buy, self.sell):
            self.cum[order["side"]] += quantity
            deliver(self.log.fill(order, quantity, self.cum[order["side"]]) if not name else self._fill(order, name, quantity))

    def _fill(self, order: dict[str, Any], name: str, quantity: int) -> Any:
        cum = self.cum[order["side"]]
        more = {"last_quantity": to_units(quantity), "last_price": 18_125_000_000, "trade_id": name, "liquidity": "taker"}
        return self.log.step(
            order, "trade", cum_quantity=to_units(cum), leaves_quantity=to_units(100 - cum), **more | {"time": NOW_US + len(name)}
        )

    def answer(self, command: OrderCommand, **more: Any) -> None:
        """What matching and risk make of a command of an open order."""
        order = self.buy if command.id == self.buy["id"] else self.sell
        was = command.attributes or {}
        cum = self.cum[order["side"]] = self.cum[order["side"]] + ((command.quantity or 0) - was["quantity"]) // ONE
        kind = "trade" if not was["quantity"] else "trade_correct" if command.quantity else "trade_cancel"
        values: dict[str, Any] = {
            "cum_quantity": to_units(cum),
            "leaves_quantity": to_units(100 - cum),
            "last_quantity": command.quantity,
            "last_price": command.price,
            "trade_id": command.trade_id,
            "original_quantity": was["quantity"] or None,
            "original_price": was["price"] if was["quantity"] else None,
        }
        deliver(self.log.step(order, kind, **values | more))


def ask(actor: User, wanted: Correction = BUST, trade: str = "T1", *, reason: str = "fat finger", side: str = "buy") -> ChangeRequest:
    """Ask for a correction, on the fill of a side."""
    fill = Execution.objects.filter(trade_id=trade, side=side).order_by("order_seq")[0]
    return services.trade_correction_request(actor=actor, execution_id=fill.pk, wanted=wanted, reason=reason, now=NOW, request_id="r")


def agree(request: ChangeRequest, actor: User | None = None) -> TradeCorrection:
    """A second person agrees: the desk's other one, unless another is named."""
    second = actor or User.objects.get(username="ops2")
    approvals.request_approve(actor=second, pk=request.pk, reason="looked at it", now=NOW, request_id="r2")
    return TradeCorrection.objects.get(approval=request)


def correct(actor: User, wanted: Correction = BUST, trade: str = "T1", *, side: str = "buy") -> TradeCorrection:
    """Asked for by one, agreed to by another."""
    return agree(ask(actor, wanted, trade, side=side))


@pytest.fixture
def ops(market: None) -> User:
    """Who asks; beside ops2, who agrees."""
    person("ops2", Role.OPERATIONS)
    return person("ops1", Role.OPERATIONS)


def test_a_bust_is_one_command_a_side_and_one_audit_entry_a_chain(submit: Submit, log: Log, ops: User) -> None:
    traded = Traded(submit, log)
    correction = correct(ops)
    buy, sell = sorted(commands("trade_correct"), key=lambda command: command.account)
    assert (buy.id, sell.id) == (traded.buy["id"], traded.sell["id"])
    assert {command.trade_id for command in (buy, sell)} == {"T1"}
    assert (buy.quantity, buy.price, buy.unsolicited) == (None, None, True)
    expected = {"quantity": to_units(40), "price": 18_125_000_000, "order_quantity": to_units(100), "order_cum_quantity": to_units(40)}
    assert buy.attributes == sell.attributes == expected
    entries = AuditEntry.objects.filter(action="trade_busted")
    assert sorted(entries.values_list("chain", flat=True)) == ["ACME-1", "ZEN-1"]
    assert entries[0].detail["reason"] == "fat finger"
    assert (correction.answers, correction.was_quantity, correction.quantity) == (0, 40, None)
    assert (correction.requested_by, correction.reason) == (ops, "fat finger")
    assert {entry.detail["approval"] for entry in entries} == {correction.approval_id}
    assert {entry.actor for entry in entries} == {ops}, "recorded under who asked; who agreed stands in the request"


def test_after_both_answers_nothing_is_filled_and_the_rest_is_open_again(submit: Submit, log: Log, ops: User) -> None:
    traded = Traded(submit, log)
    correct(ops)
    for command in commands("trade_correct"):
        traded.answer(command)
    for order in Order.objects.all():
        assert (order.status, order.cum_quantity, order.leaves_quantity, order.cum_notional) == ("new", 0, 100, 0)
        assert selectors.order_object(order)["avg_price"] is None
    assert TradeCorrection.objects.get().answers == 2
    told = [selectors.fill_object(step) for step in Execution.objects.filter(account="ACME-1", fill_seq__isnull=False).order_by("fill_seq")]
    assert [(one["seq"], one["type"], one["quantity"], one["price"], one["original_quantity"]) for one in told] == [
        (1, "trade", "40", "181.25", None),
        (2, "trade_cancel", "40", "181.25", "40"),
    ]
    event = selectors.event_object(Execution.objects.filter(type="trade_cancel")[0])
    assert (event["last_quantity"], event["original_quantity"], event["original_price"], event["trade_id"]) == (None, "40", "181.25", "T1")


def test_a_correction_restates_quantity_and_average(submit: Submit, log: Log, ops: User) -> None:
    traded = Traded(submit, log)
    correct(ops, Correction(to_units(30), to_units(Decimal("182.5"))))
    for command in commands("trade_correct"):
        traded.answer(command)
    order = Order.objects.get(pk=traded.buy["id"])
    assert (order.status, order.cum_quantity, order.leaves_quantity, order.cum_notional) == ("partially_filled", 30, 70, Decimal(5475))
    assert AuditEntry.objects.filter(action="trade_corrected").count() == 2


def test_one_correction_of_a_trade_at_a_time_and_each_starts_from_the_one_before(submit: Submit, log: Log, ops: User) -> None:
    traded = Traded(submit, log)
    correct(ops, Correction(to_units(30), 18_125_000_000))
    with pytest.raises(services.TradeNotCorrectable, match="under way"):
        correct(ops)
    first, second = commands("trade_correct")
    traded.answer(first)
    with pytest.raises(services.TradeNotCorrectable, match="under way"):
        correct(ops)
    traded.answer(second)
    correct(ops, side="sell")
    assert [(command.attributes or {})["quantity"] for command in commands("trade_correct")[2:]] == [to_units(30)] * 2


def test_a_busted_trade_may_be_booked_again_also_where_its_order_has_ended(submit: Submit, log: Log, ops: User) -> None:
    """J.1.b: canceled, then the bust, then a fill the desk books."""
    traded = Traded(submit, log)
    cum = {"cum_quantity": to_units(40), "leaves_quantity": 0}
    deliver(log.step(traded.buy, "canceled", **cum), log.step(traded.sell, "canceled", **cum))
    correct(ops)
    for command in commands("trade_correct"):
        traded.answer(command, leaves_quantity=0)
    assert set(Order.objects.values_list("status", "cum_quantity", "leaves_quantity")) == {("canceled", 0, 0)}
    correct(ops, Correction(to_units(25), 18_125_000_000))
    late = commands("trade_correct")[2:]
    assert {(command.attributes or {})["quantity"] for command in late} == {0}
    for command in late:
        traded.answer(command, leaves_quantity=0)
    assert set(Order.objects.values_list("status", "cum_quantity", "leaves_quantity")) == {("canceled", 25, 0)}
    assert list(TradeCorrection.objects.order_by("id").values_list("answers", flat=True)) == [2, 2]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Correction(to_units(101), 18_125_000_000), "quantity"),
        (Correction(to_units(40), 18_125_000_000), None),
    ],
)
def test_what_cannot_be_or_changes_nothing_is_refused(submit: Submit, log: Log, ops: User, wanted: Correction, field: str | None) -> None:
    Traded(submit, log)
    with pytest.raises(InvalidInput) as refusal:
        ask(ops, wanted)
    assert refusal.value.field == field
    assert not ChangeRequest.objects.exists()


@pytest.mark.parametrize("reason", ["", "x", "x" * 201, "a\x00"])
def test_a_reason_is_given(submit: Submit, log: Log, ops: User, reason: str) -> None:
    Traded(submit, log)
    with pytest.raises(InvalidInput) as refusal:
        ask(ops, reason=reason)
    assert refusal.value.field == "reason"


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OPERATIONS])
def test_only_operations_ask_for_corrections(submit: Submit, log: Log, role: Role) -> None:
    Traded(submit, log)
    with pytest.raises(Forbidden, match="operations"):
        ask(person("other", role, "ACME-1", "ZEN-1"))
    assert not ChangeRequest.objects.exists()


@pytest.mark.parametrize("role", list(Role))
def test_operations_and_risk_agree_to_corrections(submit: Submit, log: Log, ops: User, role: Role) -> None:
    Traded(submit, log)
    request, second = ask(ops), person("other", role, "ACME-1", "ZEN-1")
    if role in {Role.OPERATIONS, Role.RISK}:
        assert agree(request, second).trade_id == "T1"
        return
    with pytest.raises(Forbidden, match="needs the role operations or risk"):
        agree(request, second)
    assert commands("trade_correct") == []


def test_who_entered_one_of_the_orders_neither_asks_nor_agrees(submit: Submit, log: Log, ops: User) -> None:
    Traded(submit, log)
    request, second = ask(ops), User.objects.get(username="ops2")
    Order.objects.filter(side="sell").update(entered_by=second)
    with pytest.raises(Forbidden, match="a part in"):
        agree(request)
    with pytest.raises(Forbidden, match="a part in"):
        ask(second)
    assert agree(request, person("risk9", Role.RISK)).trade_id == "T1"


def test_no_correction_without_the_approval_of_exactly_this(submit: Submit, log: Log, ops: User) -> None:
    traded = Traded(submit, log)
    trade = {"order_id": traded.buy["id"], "trade_id": "T1", "now": NOW, "request_id": "r"}
    with pytest.raises(approvals.ApprovalNeeded):
        services.trade_correct(actor=ops, wanted=BUST, approval=None, **trade)
    request = ask(ops, Correction(to_units(30), 18_125_000_000))
    with pytest.raises(approvals.ApprovalNeeded, match="waits for a second person"):
        services.trade_correct(actor=ops, wanted=Correction(to_units(30), 18_125_000_000), approval=request, **trade)
    fields = {"trade_id": "T1", "was_quantity": 40, "was_price": 1, "reason": "by hand", "requested_by": ops, "requested_at": NOW}
    for approval in (None, request):
        with pytest.raises(IntegrityError, match="needs an approved request"), transaction.atomic():
            TradeCorrection.objects.create(approval=approval, **fields)
    assert commands("trade_correct") == []


def test_what_was_agreed_to_is_not_carried_out_on_a_trade_that_is_another_by_then(submit: Submit, log: Log, ops: User) -> None:
    traded = Traded(submit, log)
    stale = ask(ops, Correction(to_units(30), 18_125_000_000))
    correct(ops, Correction(to_units(35), 18_125_000_000))
    for command in commands("trade_correct"):
        traded.answer(command)
    with pytest.raises(approvals.ApprovalNeeded, match="may have changed since"):
        agree(stale)
    stale.refresh_from_db()
    assert (stale.state, len(commands("trade_correct"))) == ("requested", 2)


def test_a_step_that_is_no_fill_and_a_fill_without_its_other_side_are_refused(submit: Submit, log: Log, ops: User, trader: User) -> None:
    traded = Traded(submit, log)
    for pk in ("M-NONE", Execution.objects.filter(type="new")[0].pk):
        with pytest.raises(NotFound):
            services.trade_correction_request(actor=ops, execution_id=pk, wanted=BUST, reason="why not", now=NOW, request_id="r")
    deliver(
        log.step(
            traded.buy,
            "trade",
            cum_quantity=to_units(50),
            leaves_quantity=to_units(50),
            last_quantity=to_units(10),
            last_price=ONE,
            trade_id="T9",
            liquidity="maker",
        )
    )
    with pytest.raises(services.TradeNotCorrectable, match="other side"):
        correct(ops, trade="T9")


def test_a_fill_that_was_split_is_not_what_was_traded(submit: Submit, log: Log, ops: User) -> None:
    traded = Traded(submit, log)
    split = {"quantity": to_units(200), "cum_quantity": to_units(80), "leaves_quantity": to_units(120)}
    deliver(log.step(traded.buy, "restated", reason="split", **split))
    with pytest.raises(services.TradeNotCorrectable, match="split"):
        correct(ops)


def test_a_side_that_cannot_be_changed_is_shown_as_refused(submit: Submit, log: Log, ops: User) -> None:
    traded = Traded(submit, log)
    correct(ops)
    first, second = commands("trade_correct")
    traded.answer(first)
    other = traded.sell if second.id == traded.sell["id"] else traded.buy
    cum = {"cum_quantity": to_units(40), "leaves_quantity": to_units(60)}
    deliver(log.step(other, "cancel_rejected", reason="order_unknown", rule="desk", trade_id="T1", **cum))
    correction = TradeCorrection.objects.get()
    assert (correction.answers, correction.refused) == (2, True)


def test_a_fill_of_an_earlier_day_changes_that_days_part(submit: Submit, log: Log, ops: User) -> None:
    """J.1.c, in pieces and in one batch."""
    traded = Traded(submit, log, 20)
    cum = {"cum_quantity": to_units(20), "leaves_quantity": to_units(80)}
    for order in (traded.buy, traded.sell):
        deliver(log.step(order, "done_for_day", **cum), log.step(order, "restated", reason="new_day", **cum))
    traded.trade("T2", 10)
    days = []
    for trade, quantity in (("T1", 15), ("T2", 5)):
        correct(ops, Correction(to_units(quantity), 18_125_000_000), trade)
        for command in commands("trade_correct")[-2:]:
            traded.answer(command)
        order = Order.objects.get(pk=traded.buy["id"])
        days.append((order.cum_quantity, order.leaves_quantity, order.day_quantity, order.day_cum_quantity))
    assert days == [(25, 75, 85, 10), (20, 80, 85, 5)]


def test_the_day_is_told_apart_within_one_batch_too(submit: Submit, log: Log) -> None:
    order = submit(tif="gtc")

    def at(cum: int) -> dict[str, Any]:
        return {"cum_quantity": to_units(cum), "leaves_quantity": to_units(100 - cum)}

    def fix(name: str, was: int, now: int, cum: int) -> Any:
        corrected = {
            "last_quantity": to_units(now),
            "last_price": ONE,
            "original_quantity": to_units(was),
            "original_price": 18_125_000_000,
        }
        return log.step(order, "trade_correct", trade_id=name, **corrected, **at(cum))

    deliver(
        *(log.step(order, "pending_new", prefix="E"), log.step(order, "new")),
        log.fill(order, 20, 20),  # T3
        log.step(order, "restated", reason="new_day", **at(20)),
        log.fill(order, 10, 30),  # T5
        fix("T3", 20, 15, 25),
        fix("T5", 10, 5, 20),
    )
    row = Order.objects.get()
    assert (row.prior_cum, row.day_quantity, row.day_cum_quantity) == (15, 85, 5)


def test_the_desks_pages_ask_and_a_second_person_agrees_on_the_requests_page(submit: Submit, log: Log, ops: User) -> None:
    Traded(submit, log)
    fill = Execution.objects.filter(trade_id="T1", side="buy")[0]
    desk = staff(ops, "view_order", "view_execution", "change_order", "view_changerequest")
    page = desk.get(f"/admin/orders/execution/{fill.pk}/change/").content.decode()
    assert f"/admin/orders/execution/{fill.pk}/bust/" in page
    path = f"/admin/orders/execution/{fill.pk}/correct/"
    assert 'value="181.25"' in desk.get(path).content.decode()
    assert "multiple of the tick" in desk.post(path, {"quantity": "40", "price": "181.255", "reason": "why not"}).content.decode()
    asked = desk.post(path, {"quantity": "39", "price": "181.25", "reason": "why not"})
    request = ChangeRequest.objects.get()
    assert asked.url == f"/admin/approvals/changerequest/{request.pk}/change/"
    shown = desk.get(asked.url).content.decode()
    assert "Correct trade T1 in IBM" in shown
    assert "you asked for this yourself" in shown
    assert commands("trade_correct") == []
    second = staff(User.objects.get(username="ops2"), "view_changerequest")
    decision = f"/admin/approvals/changerequest/{request.pk}/approve/"
    assert "Approve" in second.get(asked.url).content.decode()
    assert second.post(decision, {"reason": "looked at it"}).status_code == 302
    assert second.post(decision, {"reason": "looked at it"}).status_code == 302, "a double click"
    assert [command.quantity for command in commands("trade_correct")] == [to_units(39)] * 2
    again = desk.post(f"/admin/orders/execution/{fill.pk}/bust/", {"reason": "why not"})
    assert "under way" in again.content.decode()


def test_others_see_no_button_and_are_refused(submit: Submit, log: Log, trader: User) -> None:
    Traded(submit, log)
    fill = Execution.objects.filter(trade_id="T1", side="buy")[0]
    own: Client = staff(trader, "view_order", "view_execution", "change_order")
    assert "Bust" not in own.get(f"/admin/orders/execution/{fill.pk}/change/").content.decode()
    assert "needs the role" in own.post(f"/admin/orders/execution/{fill.pk}/bust/", {"reason": "why not"}).content.decode()
    viewer = staff(person("viewer", Role.VIEWER), "view_execution")
    assert viewer.post(f"/admin/orders/execution/{fill.pk}/bust/", {"reason": "why not"}).status_code == 403
    assert not ChangeRequest.objects.exists()
