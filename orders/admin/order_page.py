"""What the page of an order shows above its fields: what it is, why it stands so, its life in every service, fills, decisions, ways on."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from oms_site.infra.rest import decimal_text
from oms_site.infra.tracking.admin.history import CONTROL
from oms_site.infra.tracking.selectors import history_of
from orders.histories import service_of
from orders.models import Execution, Order
from orders.selectors import decision_object, event_object, events_of, limits_near, order_explained

MOST = 500
"""Steps shown; the list of executions has all of them."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the life: when, how long after the one before, who did what, what came of it, and the id it goes by elsewhere."""

    at: datetime
    who: str
    what: str
    status: str = ""
    words: tuple[str, ...] = ()
    link: str = ""
    key: str = ""
    decision: dict[str, Any] | None = None
    after: str = ""


def order_page(request: HttpRequest, order: Order) -> dict[str, Any]:
    """The context of the page, of an order this person may see."""
    now = timezone.now()
    steps = list(events_of(order).order_by("order_seq")[:MOST])
    life = _life(request, order, steps)
    return {
        "headline": f"{order.side.capitalize()} {decimal_text(order.quantity)} {order.symbol_id}",
        "terms": _terms(order),
        "said": order_explained(order, steps, now),
        "life": life,
        "fills": [(step, event_object(step)) for step in steps if step.fill_seq is not None],
        "decisions": [line for line in life if line.decision],
        "limits": limits_near(order, now),
        "ways": _ways(request, order),
        "now": now,
    }


def _terms(order: Order) -> list[tuple[str, str]]:
    """What was asked for and how far it has come, without what it does not have."""
    told = {
        "type": order.type.replace("_", " "),
        "time in force": f"{order.tif}{f' until {order.expire_date}' if order.expire_date else ''}",
        "price": decimal_text(order.price),
        "stop price": decimal_text(order.stop_price),
        "trails by": decimal_text(order.trail_offset),
        "shown": decimal_text(order.display_quantity),
        "filled": decimal_text(order.cum_quantity),
        "left": decimal_text(order.leaves_quantity),
        "self-trade prevention": order.self_trade_prevention if order.self_trade_prevention != "none" else None,
        "conditions": ", ".join(name.replace("_", " ") for name in ("post_only", "reduce_only", "triggered") if getattr(order, name)),
        "client's id": order.client_order_id,
        "entered": f"{order.created_at:%Y-%m-%d %H:%M:%S} UTC by {order.entered_by or 'the system'}, {order.source}",
        "trade date": str(order.trade_date or ""),
    }
    return [(name, value) for name, value in told.items() if value]


def _life(request: HttpRequest, order: Order, steps: Iterable[Execution]) -> list[Step]:
    """Its executions, and what people and services did about it, in the order of time."""
    control = request.user.has_perm(CONTROL)
    asked = [
        Step(moment.at, moment.who, moment.what, key=moment.request_id, words=_changes(moment) if moment.source != "audit" else ())
        for moment in history_of(order, control=control)
        if moment.source != "executions"
    ]
    lines = sorted([*asked, *(_step(step) for step in steps)], key=lambda line: line.at)
    return [_timed(line, before) for line, before in zip(lines, [None, *lines], strict=False)]


def _changes(moment: Any) -> tuple[str, ...]:
    return tuple(f"{change.field}: {change.was or '-'} → {change.now or '-'}" for change in moment.changes)


def _timed(line: Step, before: Step | None) -> Step:
    if before is None:
        return line
    return replace(line, after=f"+{lasted(line.at - before.at)}")


def lasted(time: timedelta) -> str:
    """A length of time in the unit a person would take: 514 ms, 15 s, 12 min, 2 h 45 min."""
    milliseconds = time // timedelta(milliseconds=1)
    minutes = milliseconds // 60_000
    if milliseconds < 10_000:
        return f"{milliseconds} ms"
    if minutes < 10:
        return f"{milliseconds // 1000} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _step(step: Execution) -> Step:
    told = event_object(step)
    words = []
    if told["last_quantity"]:
        words.append(f"{told['last_quantity']} at {told['last_price']}, trade {told['trade_id']}, {step.liquidity or 'taken back'}")
    asked = {"quantity": told["requested_quantity"], "price": told["requested_price"], "stop price": told["requested_stop_price"]}
    if any(asked.values()):
        words.append("asked for " + ", ".join(f"{name} {value}" for name, value in asked.items() if value))
    words.append(f"filled {told['cum_quantity']}, left {told['leaves_quantity']}")
    if step.reason or step.message:
        words.append(": ".join(part for part in ((step.reason or "").replace("_", " "), step.message or "") if part))
    text = (step.detail or {}).get("decision")
    return Step(
        step.time,
        service_of(step),
        step.type.replace("_", " "),
        step.status.replace("_", " "),
        tuple(words),
        reverse("admin:orders_execution_change", args=[step.pk]),
        decision=_decision(text) if text else None,
    )


def _decision(text: str) -> dict[str, Any]:
    told = decision_object(text)
    quote = told["reference"]
    return told | {"quote_ms": None if quote is None else quote["age_us"] // 1000}


def _ways(request: HttpRequest, order: Order) -> list[tuple[str, str]]:
    """Pages that tell more, of those this person may open."""
    executions = reverse("admin:orders_execution_changelist") + "?" + urlencode({"order__id__exact": order.pk})
    audit = reverse("admin:audit_auditentry_changelist") + "?" + urlencode({"object_type": "order", "object_id": order.pk})
    ways = [("Executions", executions, "orders.view_execution"), ("Audit", audit, CONTROL)]
    for name, key in (("Everything under its request", order.request_id), ("Everything in its chain", order.pk)):
        if key:
            ways.append((name, reverse("admin:tracking_chain", args=[key]), CONTROL))
    ways += [
        ("Account", reverse("admin:risk_account_change", args=[order.account_id]), "risk.view_account"),
        ("Instrument", reverse("admin:marketdata_instrument_change", args=[order.symbol_id]), "marketdata.view_instrument"),
        ("On the blotter", reverse("blotter") + "?" + urlencode({"symbol": order.symbol_id}), "orders.view_order"),
    ]
    return [(name, url) for name, url, permission in ways if request.user.has_perm(permission)]
