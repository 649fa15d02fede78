"""Commands that make no sense, and refusals of risk that are no broken limit: what was asked for does not fit the order as it stands."""

from risk.domain.checks.proposal import Breach
from risk.domain.days import is_day
from schemas.enums import CommandType, OrderType, Reason, Side, TimeInForce
from schemas.messages import Conditions, OrderCommand


class CommandInvalid(ValueError):
    """A command that intake would never write: nothing is done, it belongs to the dead letters."""


_NEW = CommandType.NEW.value
_LIMIT = OrderType.LIMIT.value
_GTD = TimeInForce.GTD.value
_ACCOUNT_COMMANDS = frozenset(
    {CommandType.NEW, CommandType.CANCEL, CommandType.REPLACE, CommandType.MASS_CANCEL, CommandType.TRADE_CORRECT}
)
_HAS: dict[str, tuple[bool, bool, bool]] = {
    OrderType.MARKET: (False, False, False),
    OrderType.LIMIT: (True, False, False),
    OrderType.STOP: (False, True, False),
    OrderType.STOP_LIMIT: (True, True, False),
    OrderType.TRAILING_STOP: (False, False, True),
}
"""Which of price, stop price and trail offset an order of each type has; it has no other."""

_NONE = Conditions()


def require_complete(command: OrderCommand) -> None:
    """Raise `CommandInvalid` for a command with missing, stray, zero or negative terms, or one that nobody knows.

    Words that only the market's rules can refuse (a time in force a type does not take, a display quantity) pass: matching answers them.
    """
    quantity, price = command.quantity, command.price
    if (quantity is not None and quantity <= 0) or (price is not None and price <= 0):
        raise _invalid(command, "quantity and price are positive where they are given")
    if command.command == _NEW:
        _require_new(command)
    elif command.command not in _ACCOUNT_COMMANDS:
        raise _invalid(command, "no such command")
    elif command.command == CommandType.TRADE_CORRECT:
        _require_correction(command)
    elif command.command == CommandType.MASS_CANCEL:
        if command.side not in (None, Side.BUY, Side.SELL):
            raise _invalid(command, "side is buy or sell")
    elif not command.id:
        raise _invalid(command, "names no order")
    elif command.command == CommandType.REPLACE:
        _require_replace(command)


def _require_replace(command: OrderCommand) -> None:
    if command.conditions is not None:
        _require_positive(command, command.conditions)
    if command.attributes is not None:
        split = (command.attributes.get("numerator", 0), command.attributes.get("denominator", 0))
        if not command.unsolicited or min(split) <= 0:
            raise _invalid(command, "a split is the desk's and has a positive numerator and denominator")


def _require_new(command: OrderCommand) -> None:
    if not (command.id and command.symbol and command.side and command.type and command.tif and command.quantity):
        raise _invalid(command, "id, symbol, side, type, tif and quantity are needed")
    conditions = command.conditions
    if conditions is None and command.type == _LIMIT and command.price is not None and command.tif != _GTD:
        return  # nearly every order
    asks = _NONE if conditions is None else conditions
    has = _HAS.get(command.type)
    if has is None:
        raise _invalid(command, "no such type")
    if has != (command.price is not None, asks.stop_price is not None, asks.trail_offset is not None):
        raise _invalid(command, "its type takes another set of price, stop price and trail offset")
    if (asks.expire_date is not None) != (command.tif == _GTD):
        raise _invalid(command, "an expire date belongs to gtd, and gtd needs one")
    if asks.expire_date is not None and not is_day(asks.expire_date):
        raise _invalid(command, "an expire date is written YYYY-MM-DD")
    _require_positive(command, asks)


def _require_positive(command: OrderCommand, asks: Conditions) -> None:
    for number in (asks.stop_price, asks.trail_offset, asks.display_quantity):
        if number is not None and number <= 0:
            raise _invalid(command, "stop price, trail offset and display quantity are positive where they are given")


def _require_correction(command: OrderCommand) -> None:
    was = command.attributes or {}
    if not (command.id and command.symbol and command.trade_id):
        raise _invalid(command, "id, symbol and trade_id are needed")
    if was.get("quantity", -1) < 0 or was.get("price", -1) < 0:
        raise _invalid(command, "attributes need the quantity and price of the fill as it was")
    if (command.quantity is None) != (command.price is None):
        raise _invalid(command, "the corrected fill has a quantity and a price, a busted one neither")


def _invalid(command: OrderCommand, why: str) -> CommandInvalid:
    return CommandInvalid(f"{command.command} {command.id!r} of {command.account}: {why}")


NOT_OPEN = Breach(Reason.ORDER_UNKNOWN, "order", None, None, "the order is not known to be open: it never was, or ended long ago")
ENDED = Breach(Reason.ORDER_CLOSED, "order", None, None, "the order has ended before this arrived: look at its executions")
CANCEL_UNDER_WAY = Breach(Reason.ORDER_CLOSED, "order", None, None, "a cancel of this order is under way: wait for its answer")
CANCELED_ALREADY = Breach(Reason.ORDER_DUPLICATE, "order", None, None, "a cancel of this order is under way already: one is enough")
