"""What people have set: limits, kills, instruments. Commands of the log change it, each once and never backwards."""

from typing import Any

from risk.domain.checks import InstrumentTerms
from risk.domain.limits import ACCOUNT, FIRM, LimitTable, Rule
from schemas.enums import CommandType
from schemas.messages import OrderCommand


class ControlInvalid(ValueError):
    """A control that says nothing that can be applied: unknown scope or rule, missing or impossible numbers."""


class Controls:
    """The controls one worker has applied, and by which command each was last set."""

    __slots__ = ("instruments", "kills", "limits", "versions")

    def __init__(self) -> None:
        self.limits = LimitTable()
        self.kills: dict[tuple[str, str], str] = {}
        self.instruments: dict[str, InstrumentTerms] = {}
        self.versions: dict[str, int] = {}

    def apply(self, command: OrderCommand) -> bool:
        """Take a control; False if it, or a newer one for the same thing, was applied before. Raises `ControlInvalid`, nothing changed."""
        name = control_name(command)
        if command.command_id <= self.versions.get(name, 0):
            return False
        if command.command == CommandType.LIMIT:
            self._limit(command)
        elif command.command == CommandType.KILL:
            self._kill(command)
        else:
            self._instrument(command)
        self.versions[name] = command.command_id
        return True

    def kill_for(self, account: str) -> str | None:
        """What is killed and why, for whoever is refused; None when nothing that covers the account is."""
        if not self.kills:
            return None
        reason = self.kills.get((FIRM, ""))
        if reason is not None:
            return f"the whole firm ({reason})"
        reason = self.kills.get((ACCOUNT, account))
        return None if reason is None else f"account {account} ({reason})"

    def _limit(self, command: OrderCommand) -> None:
        scope, key = _scope(command)
        if command.rule not in tuple(Rule) or (command.value is not None and command.value <= 0):
            raise ControlInvalid(f"limit {command.rule}: unknown rule, or a value that is not positive")
        self.limits.set(scope, key, Rule(command.rule), command.value)

    def _kill(self, command: OrderCommand) -> None:
        scope = _scope(command)
        if command.value not in (0, 1):
            raise ControlInvalid("kill: value must be 1 (set) or 0 (release)")
        if command.value:
            self.kills[scope] = command.reason or "no reason given"
        else:
            self.kills.pop(scope, None)

    def _instrument(self, command: OrderCommand) -> None:
        numbers = command.attributes or {}
        try:
            terms = InstrumentTerms(numbers["tick"], numbers["lot"], numbers["max_quantity"], numbers["tradable"] == 1)
        except KeyError as missing:
            raise ControlInvalid(f"instrument {command.symbol}: attribute {missing} is missing") from None
        if not command.symbol or min(terms.tick, terms.lot, terms.max_quantity) <= 0:
            raise ControlInvalid(f"instrument {command.symbol!r}: needs a symbol and positive tick, lot and max_quantity")
        self.instruments[command.symbol] = terms

    def dump(self) -> dict[str, Any]:
        """Everything as values JSON can hold, sorted."""
        return {
            "limits": self.limits.dump(),
            "kills": [[*scope, reason] for scope, reason in sorted(self.kills.items())],
            "instruments": {
                symbol: [terms.tick, terms.lot, terms.max_quantity, terms.tradable] for symbol, terms in sorted(self.instruments.items())
            },
            "versions": dict(sorted(self.versions.items())),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Replace everything by what was dumped."""
        self.limits.restore(state["limits"])
        self.kills = {(scope, key): reason for scope, key, reason in state["kills"]}
        self.instruments = {symbol: InstrumentTerms(*numbers) for symbol, numbers in state["instruments"].items()}
        self.versions = dict(state["versions"])


def control_name(command: OrderCommand) -> str:
    """What a control is about: two controls of one name replace each other."""
    if command.command == CommandType.INSTRUMENT:
        return f"instrument {command.symbol}"
    rule = f" {command.rule}" if command.command == CommandType.LIMIT else ""
    return f"{command.command} {command.scope} {command.key or ''}{rule}"


def _scope(command: OrderCommand) -> tuple[str, str]:
    key = command.key or ""
    if (command.scope == FIRM and not key) or (command.scope == ACCOUNT and key):
        return command.scope, key
    raise ControlInvalid(f"{command.command}: scope must be firm without a key or account with one, not {command.scope} {key!r}")
