"""What people and the desk ask for, as the commands that intake would write: for the levels that have no intake."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from oms_site.demo import FIRM_LIMITS
from schemas.enums import CommandType
from schemas.messages import Conditions, OrderCommand
from schemas.units import ONE, to_units
from tests.scenarios.notation import Ask, Terms

OWNER, OTHER, SYMBOL = "SCENE-1", "SCENE-2", "IBM"
TODAY = date(2026, 11, 24)
START = 1_790_000_000_000_000
INSTRUMENT = {"tick": ONE // 100, "lot": ONE, "max_quantity": 1_000_000 * ONE, "tradable": 1}
LIMITS = {rule.value: value for rule, value in FIRM_LIMITS.items()}
"""As wide as the demo's."""
QUOTE = ("109.99", "110.01")
"""Where the market stands: a band of 20 % about it holds every price of the files but those that are to be refused."""

_QUANTITIES = frozenset({"display_quantity"})
_PRICES = frozenset({"stop_price", "trail_offset"})
_FLAGS = frozenset({"post_only", "reduce_only"})


def units(text: str) -> int:
    """Decimal text in 1e-8."""
    return to_units(Decimal(text))


def trade_date(day: int) -> str:
    """The date of the play's day 1, 2, …"""
    return (TODAY + timedelta(days=day - 1)).isoformat()


class Commands:
    """Writes commands with rising numbers and times, one market (`SYMBOL`), the owner's orders and the others'."""

    def __init__(self, now: int = START) -> None:
        self.numbers = count(1)
        self.others = count(1)
        self.now = now
        self.day = 1

    def command(self, kind: CommandType, **more: Any) -> OrderCommand:
        """A command with the next number, a little later than the one before."""
        self.now += 10
        values = {"id": "", "account": OWNER, "symbol": SYMBOL, "command_id": next(self.numbers), "time": self.now}
        return OrderCommand(kind.value, **(values | more))

    def instrument(self) -> OrderCommand:
        """The market's tick and lot."""
        return self.command(CommandType.INSTRUMENT, account="*", attributes=INSTRUMENT)

    def limits(self) -> list[OrderCommand]:
        """Wide limits of the firm."""
        return [
            self.command(CommandType.LIMIT, account="*", symbol="", scope="firm", rule=rule, value=units(str(value)))
            for rule, value in LIMITS.items()
        ]

    def enter(self, order: str, terms: Terms, **more: Any) -> OrderCommand:
        """A new order of the owner."""
        return self.command(CommandType.NEW, **(self._terms(order, terms) | more))

    def other(self, side: str, quantity: str, price: str, tif: str) -> OrderCommand:
        """An order of somebody else."""
        terms = Terms(side, quantity, price, tif, {})
        return self.command(CommandType.NEW, **(self._terms(f"other-{next(self.others)}", terms) | {"account": OTHER}))

    def cancel(self, order: str, **more: Any) -> OrderCommand:
        """A cancel of the owner's order."""
        return self.command(CommandType.CANCEL, **({"id": order, "reason": "cancel_requested"} | more))

    def replace(self, order: str, ask: Ask, **more: Any) -> OrderCommand:
        """New terms, under the name that follows `as`."""
        name = ask.words[1] if ask.words[:1] == ("as",) else None
        return self.command(CommandType.REPLACE, **({"id": order, "client_order_id": name, **changes(ask.fields)} | more))

    def phase(self, phase: str, auction: str | None = None) -> OrderCommand:
        """The market's next phase, on the day it is."""
        return self.command(CommandType.PHASE, account="*", phase=phase, auction=auction, trade_date=trade_date(self.day), user="ops1")

    def _terms(self, order: str, terms: Terms) -> dict[str, Any]:
        price = None if terms.price == "market" else units(terms.price)
        values = {"id": order, "side": terms.side, "tif": terms.tif, "quantity": units(terms.quantity), "price": price}
        kind = terms.conditions.get("type", "market" if price is None else "limit")
        return values | {
            "type": kind,
            "conditions": conditions({name: value for name, value in terms.conditions.items() if name != "type"}),
            "client_order_id": order if order == "X" else None,
            "trade_date": trade_date(self.day),
        }


def changes(fields: Mapping[str, str]) -> dict[str, Any]:
    """The terms a replace names."""
    return {name: units(value) for name, value in fields.items()}


def conditions(fields: Mapping[str, str]) -> Conditions | None:
    """An order's conditions; None for a plain one."""
    if not fields:
        return None
    values: dict[str, Any] = dict(fields)
    for name in fields.keys() & (_QUANTITIES | _PRICES):
        values[name] = units(fields[name])
    for name in fields.keys() & _FLAGS:
        values[name] = fields[name] == "true"
    return Conditions(**values)


def fill_of(ask: Ask) -> tuple[int, int | None, int | None]:
    """`busts fill 1`, `corrects fill 2 to 9000 @ 100`: which of the order's fills, and what it is to be."""
    match ask.verb, ask.words:
        case "busts", ("fill", number):
            return int(number), None, None
        case "corrects", ("fill", number, "to", quantity, "@", price):
            return int(number), units(quantity), units(price)
    raise ValueError(f"not a change of a fill: {ask.verb} {ask.words}")
