"""Orders canceled many at a time: the page says which accounts, how many, worth how much, before anything is sent."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from oms_site.infra.asking import REASON
from oms_site.infra.bulk import Bulk
from oms_site.infra.rest import decimal_text
from orders import services
from orders.admin.views import CODE
from orders.domain.desk import DeskAction
from orders.domain.state import OPEN
from orders.models import Order
from risk.admin.through_services import request_id


def cancel_of(request: HttpRequest) -> Bulk:
    """The cancel as this person does it: the desk for a reason, a trader by asking for it."""
    by_desk = services.desk_may(request.user, DeskAction.CANCEL)
    return Bulk(
        title="Cancel orders",
        question="Cancel what is open of these {count} orders?",
        button="Cancel them",
        done="Cancel sent, orders",
        act=_by_desk if by_desk else _asked_for,
        facts=_impact,
        columns=("id", "account_id", "symbol_id", "side", "leaves_quantity", "price", "status"),
        fits=_cancelable,
        inputs=(REASON, CODE) if by_desk else (),
    )


def _cancelable(rows: QuerySet[Order]) -> QuerySet[Order]:
    return rows.filter(working__in=OPEN, cancel_requested=False, cancel_pending=False)


def _impact(rows: Sequence[Order]) -> Mapping[str, Any]:
    """Accounts and symbols by number of orders, and what is open at their limits."""
    accounts, symbols = sorted({row.account_id for row in rows}), sorted({row.symbol_id for row in rows})
    worth: dict[str, Decimal] = {}
    for row in rows:
        if row.price is not None:
            worth[row.side] = worth.get(row.side, Decimal(0)) + row.leaves_quantity * row.price
    told = {"Accounts": _named(accounts), "Instruments": _named(symbols)}
    for side, value in sorted(worth.items()):
        told[f"Open to {side}"] = f"{decimal_text(value.quantize(Decimal(1)))} at their limits, in the instruments' currencies"
    return told


def _named(names: list[str]) -> str:
    shown = ", ".join(names[:10])
    return f"{len(names)}: {shown}{' and more' if len(names) > 10 else ''}"


def _by_desk(request: HttpRequest, row: Order, given: Mapping[str, str]) -> None:
    services.order_cancel_by_desk(
        actor=request.user,
        order_id=row.pk,
        reason=given["reason"],
        code=given["code"],
        now=timezone.now(),
        request_id=request_id(request),
    )


def _asked_for(request: HttpRequest, row: Order, given: Mapping[str, str]) -> None:
    services.order_cancel(
        actor=request.user, order_id=row.pk, now=timezone.now(), request_id=request_id(request), reason="asked for in the admin"
    )
