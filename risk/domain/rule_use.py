"""How much of each limit an account uses, rule by rule: for people to see. Values are integers of 1e-8 of the rule's unit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from risk.domain.limits import Binding, Rule, binding

WARN_PERCENT = 70
ALARM_PERCENT = 90
FULL_PERCENT = 100


class Level(StrEnum):
    """How near to its limit something is: below 70 %, from 70 %, from 90 %, nothing left."""

    CALM = "calm"
    WARN = "warn"
    ALARM = "alarm"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class RuleUse:
    """What an account uses of one limit (None: there is none). `symbol` is empty for what is counted over all."""

    rule: Rule
    symbol: str
    used: int
    limit: Binding | None

    @property
    def headroom(self) -> int | None:
        """What is left, never below zero."""
        return None if self.limit is None else max(self.limit.value - self.used, 0)

    @property
    def percent(self) -> int | None:
        """Use in whole percent, rounded up: 100 means nothing more fits."""
        return None if self.limit is None else -(-100 * max(self.used, 0) // self.limit.value)

    @property
    def level(self) -> Level:
        """How near to the limit."""
        percent = self.percent or 0
        if percent >= FULL_PERCENT:
            return Level.FULL
        if percent >= ALARM_PERCENT:
            return Level.ALARM
        return Level.WARN if percent >= WARN_PERCENT else Level.CALM


@dataclass(frozen=True, slots=True)
class Held:
    """What an account holds of a symbol, and what is open to buy and to sell."""

    position: int
    open_buy: int
    open_sell: int

    @property
    def worst(self) -> int:
        """The larger of the long and the short position that open orders could lead to."""
        return max(self.position + self.open_buy, self.open_sell - self.position, 0)


TOTALS: Mapping[Rule, str] = {
    Rule.MAX_OPEN_ORDERS: "open_orders",
    Rule.MAX_OPEN_NOTIONAL: "open_notional",
    Rule.MAX_DAILY_NOTIONAL: "daily_notional",
    Rule.MAX_DAILY_LOSS: "daily_loss",
    Rule.CREDIT_LINE: "credit_used",
}
"""Rules that are counted over all of an account, and the name their count is told under."""


def uses(
    account: str,
    held: Mapping[str, Held],
    totals: Mapping[str, int],
    values: Mapping[tuple[str, str, str], int],
    *,
    desk: str = "",
) -> Iterator[RuleUse]:
    """Every use of an account that can be told: of its position limits by symbol, and of what is counted over all."""
    for symbol, of in sorted(held.items()):
        yield RuleUse(Rule.MAX_POSITION, symbol, of.worst, binding(values, account, Rule.MAX_POSITION, desk=desk, symbol=symbol))
    for rule, name in TOTALS.items():
        if name in totals:
            yield RuleUse(rule, "", totals[name], binding(values, account, rule, desk=desk))
