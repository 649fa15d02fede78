"""Commands about an order that exists: one way of making them, whatever is asked for."""

from datetime import datetime
from typing import Any

from oms_site.infra.audit import services as audit
from oms_site.infra.bus import outbox
from orders.domain.state import OrderState
from orders.services.access import microseconds
from schemas.enums import CommandType
from schemas.messages import OrderCommand


def order_command(kind: CommandType, order: OrderState, **asked: Any) -> OrderCommand:
    """The command about `order`; `asked` are fields of `OrderCommand`. `order_ask` numbers it.

    It carries the order's identity, so that whoever has forgotten the order can still say which one it was.
    """
    identity = order.identity
    fields: dict[str, Any] = {
        "command": kind.value,
        "command_id": 0,
        "id": identity.id,
        "account": identity.account,
        "symbol": identity.symbol,
        "time": 0,
        "side": identity.side,
        "type": identity.type,
        "tif": identity.tif,
    }
    return OrderCommand(**fields | asked)


def order_ask(
    order: OrderState, kind: CommandType, *, entry: audit.Entry, actor: Any, now: datetime, request_id: str, **asked: Any
) -> None:
    """Write a command and its audit entry, in the caller's transaction, which holds the account's lock."""
    audit.record_many(chain=order.identity.account, actor=actor, entries=[entry], request_id=request_id, now=now)
    command_id = outbox.allocate_ids(1)[0]
    user = actor.get_username()
    outbox.add([order_command(kind, order, command_id=command_id, time=microseconds(now), user=user, **asked)], now=now)
