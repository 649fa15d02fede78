"""Limit rules, and which limit binds: the tightest of the firm's and the account's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

FIRM = "firm"
ACCOUNT = "account"


class Rule(StrEnum):
    """The closed set of limits. Every value is an integer of 1e-8 of the rule's unit; the smaller, the tighter."""

    MAX_QUANTITY = "max_quantity"
    MAX_NOTIONAL = "max_notional"
    PRICE_BAND = "price_band"
    MAX_QUOTE_AGE = "max_quote_age"
    MAX_POSITION = "max_position"


UNITS: dict[Rule, str] = {
    Rule.MAX_QUANTITY: "quantity of one order",
    Rule.MAX_NOTIONAL: "currency: open quantity of one order at its worst price",
    Rule.PRICE_BAND: "percent a price may be away from the middle of the newest good quote, a stop-limit's limit from its stop price",
    Rule.MAX_QUOTE_AGE: "seconds since the newest good quote arrived",
    Rule.MAX_POSITION: "quantity long or short, were every open order of that side filled",
}


@dataclass(frozen=True, slots=True)
class Binding:
    """The limit that applies and whose it is (firm or account)."""

    value: int
    scope: str


class LimitTable:
    """All limits one worker knows. Reading an account's is one lookup: the answer is kept until a limit changes."""

    __slots__ = ("_resolved", "_values")

    def __init__(self) -> None:
        self._values: dict[tuple[str, str, str], int] = {}
        self._resolved: dict[str, dict[str, int]] = {}

    def set(self, scope: str, key: str, rule: str, value: int | None) -> None:
        """Put a limit in force for the firm (empty key) or an account; None takes it away."""
        if value is None:
            self._values.pop((scope, key, rule), None)
        else:
            self._values[scope, key, rule] = value
        self._resolved.clear()

    def binding(self, account: str, rule: str) -> Binding | None:
        """The tightest limit for an account and whose it is, None where there is none. On a tie it is the account's."""
        return binding(self._values, account, rule)

    def for_account(self, account: str) -> Mapping[str, int]:
        """Rule to tightest value; a rule without any limit is absent, and its check then rejects."""
        resolved = self._resolved.get(account)
        if resolved is None:
            found = {rule: self.binding(account, rule) for rule in Rule}
            resolved = {rule.value: bound.value for rule, bound in found.items() if bound is not None}
            self._resolved[account] = resolved
        return resolved

    def dump(self) -> list[list[str | int]]:
        """Every limit as [scope, key, rule, value], sorted."""
        return [[*names, value] for names, value in sorted(self._values.items())]

    def restore(self, rows: list[list[str | int]]) -> None:
        """Replace all limits by dumped ones."""
        self._values = {(str(scope), str(key), str(rule)): int(value) for scope, key, rule, value in rows}
        self._resolved.clear()


def binding(values: Mapping[tuple[str, str, str], int], account: str, rule: str) -> Binding | None:
    """The tightest of an account's own limit and the firm's out of `(scope, key, rule): value`."""
    own = values.get((ACCOUNT, account, rule))
    firm = values.get((FIRM, "", rule))
    if own is not None and (firm is None or own <= firm):
        return Binding(own, ACCOUNT)
    return None if firm is None else Binding(firm, FIRM)
