"""What people have set: limits, kills, instruments. Commands of the log change it, each once and never backwards."""

from typing import Any

from risk.domain.checks import InstrumentTerms
from risk.domain.days import is_day
from risk.domain.limit_table import LimitTable
from risk.domain.limits import ACCOUNT, FIRM, limit_fault
from schemas.enums import MARKET_CONTROLS, AuctionKind, CommandType, Phase
from schemas.messages import OrderCommand


class ControlInvalid(ValueError):
    """A control that says nothing that can be applied: unknown scope, rule, phase or auction, missing or impossible numbers."""


class Controls:
    """The controls one worker has applied, and by which command each was last set.

    A market's phase is matching's business: here only its command is checked and counted.
    """

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
        elif command.command == CommandType.INSTRUMENT:
            self._instrument(command)
        else:
            _require_market(command)
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
        scope, key, rule = command.scope or "", command.key or "", command.rule or ""
        fault = limit_fault(scope, key, rule, command.value)
        if fault is not None:
            raise ControlInvalid(f"limit {rule}: {': '.join(fault)}")
        start, end = command.effective_from, command.effective_until
        if start is not None and end is not None and start >= end:
            raise ControlInvalid(f"limit {rule}: it ends before it begins")
        self.limits.set(scope, key, rule, command.value, start=start, end=end, now=command.time)

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
        if not command.symbol or min(terms.tick, terms.lot, terms.max_quantity) <= 0 or numbers.get("band", 0) < 0:
            raise ControlInvalid(f"instrument {command.symbol!r}: needs a symbol and positive tick, lot and max_quantity, no negative band")
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
    if command.command in MARKET_CONTROLS:
        return f"{command.command} {command.symbol}"
    rule = f" {command.rule}" if command.command == CommandType.LIMIT else ""
    return f"{command.command} {command.scope} {command.key or ''}{rule}"


def _scope(command: OrderCommand) -> tuple[str, str]:
    key = command.key or ""
    if (command.scope == FIRM and not key) or (command.scope == ACCOUNT and key):
        return command.scope, key
    raise ControlInvalid(f"{command.command}: scope must be firm without a key or account with one, not {command.scope} {key!r}")


def _require_market(command: OrderCommand) -> None:
    """A phase names symbol and phase, and an auction and a day where it has them; an uncross names its symbol."""
    if not command.symbol:
        raise ControlInvalid(f"{command.command}: names no symbol")
    if command.command == CommandType.UNCROSS:
        return
    if command.phase not in tuple(Phase) or command.auction not in (None, *AuctionKind):
        raise ControlInvalid(f"phase {command.symbol}: unknown phase {command.phase} or auction {command.auction}")
    if command.trade_date is not None and not is_day(command.trade_date):
        raise ControlInvalid(f"phase {command.symbol}: trade_date {command.trade_date} is not written YYYY-MM-DD")
