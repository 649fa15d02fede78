"""How the audit log speaks of this room's rows: read by the pages of their histories."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse

from oms_site.infra.tracking.moments import CHAINS, Change, Moment, Subject, register
from orders.models import Execution, Order, TradeCorrection

MOST = 500
"""Steps shown of one order, or of one chain."""
_TOLD = ("status", "quantity", "price", "cum_quantity", "leaves_quantity", "last_quantity", "last_price", "trade_id", "reason", "message")


def register_all() -> None:
    """When the app is ready. Whoever may see an order may read what happened to it."""
    register(Order, Subject(names=lambda row: [("order", row.pk)], more=lambda row: steps(Q(order=row.pk)), own=True), object_type="order")
    of_order = Subject(names=lambda row: [("order", row.order_id)], more=lambda row: steps(Q(order=row.order_id)), own=True)
    register(Execution, of_order)
    register(TradeCorrection, Subject(names=_sides, more=lambda row: steps(Q(trade_id=row.trade_id))))
    CHAINS.append(chain)


def chain(key: str) -> Iterator[Moment]:
    """What became of the orders that a request entered, or of the order with this id: by whichever service."""
    orders = list(Order.objects.filter(request_id=key).values_list("pk", flat=True)[:MOST])
    yield from steps(Q(order__in=orders) if orders else Q(order=key))


def steps(which: Q) -> Iterator[Moment]:
    """Executions as lines: the newest so many."""
    for step in Execution.objects.filter(which).order_by("-time", "-id")[:MOST]:
        yield Moment(
            at=step.time,
            source="executions",
            what=step.type.replace("_", " "),
            who=service_of(step),
            about=f"order {step.order_id}",
            link=reverse("admin:orders_order_change", args=[step.order_id]),
            correlation_id=step.order_id,
            changes=tuple(_changes(step)),
        )


def _changes(step: Execution) -> Iterable[Change]:
    return (Change(name.replace("_", " "), None, _said(value)) for name in _TOLD if (value := getattr(step, name)) not in (None, ""))


def _said(value: Any) -> str:
    return str(value) if isinstance(value, str) else f"{value.normalize():f}"


def service_of(step: Execution) -> str:
    """Who wrote the step: risk answers for what it refuses and takes on, matching for the rest."""
    return "risk" if step.type.startswith("pending") or step.type == "rejected" else "matching"


def _sides(row: TradeCorrection) -> list[tuple[str, str]]:
    sides = Execution.objects.filter(trade_id=row.trade_id).values_list("order_id", flat=True)
    return [("order", order) for order in sorted(set(sides))]
