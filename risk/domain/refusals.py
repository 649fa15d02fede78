"""Refusals of risk that are no broken limit: what was asked for does not fit the order as it stands."""

from risk.domain.checks import Breach
from schemas.enums import OrderType, Reason
from schemas.messages import OrderCommand


class CommandInvalid(ValueError):
    """A command that intake would never write: nothing is done, it belongs to the dead letters."""


def require_complete(command: OrderCommand) -> None:
    """Raise `CommandInvalid` for a new order or a replace with missing, zero or negative terms."""
    for name, value in (("quantity", command.quantity), ("price", command.price)):
        if value is not None and value <= 0:
            raise CommandInvalid(f"{command.command} {command.id}: {name} is not positive")
    if command.command != "new":
        return
    if not (command.id and command.symbol and command.side and command.type and command.tif and command.quantity):
        raise CommandInvalid(f"new {command.id!r}: id, symbol, side, type, tif and quantity are needed")
    if (command.price is None) != (command.type == OrderType.MARKET):
        raise CommandInvalid(f"new {command.id}: a limit order has a price, a market order none")


NOT_OPEN = Breach(Reason.ORDER_UNKNOWN, "order", None, None, "the order is not known to be open: it never was, or ended long ago")
ENDED = Breach(Reason.ORDER_CLOSED, "order", None, None, "the order has ended before this arrived: look at its executions")
CANCEL_UNDER_WAY = Breach(Reason.ORDER_CLOSED, "order", None, None, "a cancel of this order is under way: wait for its answer")
CANCELED_ALREADY = Breach(Reason.ORDER_DUPLICATE, "order", None, None, "a cancel of this order is under way already: one is enough")
