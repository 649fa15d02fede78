"""What people have set: limits, kills, settings, instruments, phases. Commands of the log change it, each once and never backwards."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from marketdata.domain.quality import DEFAULT_JUMP
from risk.domain.ahead import NOTHING, Ahead, AheadKill, Scope
from risk.domain.days import is_day
from risk.domain.instrument import InstrumentTerms
from risk.domain.limit_table import LimitTable
from risk.domain.limits import ACCOUNT, DESK, FIRM, INSTRUMENT, KILL_SCOPES, TRADER, limit_fault
from risk.domain.settings import SettingInvalid, setting_name, setting_read, setting_said
from risk.domain.settings_in_force import SettingTable
from schemas.enums import MARKET_CONTROLS, AuctionKind, CommandType, Phase
from schemas.messages import OrderCommand


class ControlInvalid(ValueError):
    """A control that says nothing that can be applied: unknown scope, rule, phase or auction, missing or impossible numbers."""


class Names(NamedTuple):
    """Who enters an order, for which account of which desk, in which symbol. Empty where there is none."""

    account: str
    symbol: str = ""
    desk: str = ""
    trader: str = ""
    user: str = ""


class Controls:
    """The controls one worker has applied, and by which command each was last set.

    A market's phase is matching's business: risk knows the phases people and calendars have set, not the pauses matching makes by itself.
    `foreign` says that accounts or instruments are not all of one currency.
    """

    __slots__ = ("_currencies", "instruments", "kills", "limits", "phases", "settings", "versions")

    def __init__(self) -> None:
        self.limits = LimitTable()
        self.settings = SettingTable()
        self.kills: dict[tuple[str, str], str] = {}
        self.instruments: dict[str, InstrumentTerms] = {}
        self.phases: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self._currencies: set[str] = set()

    def apply(self, command: OrderCommand) -> bool:
        """Take a control; False if it, or a newer one for the same thing, was applied before. Raises `ControlInvalid`, nothing changed."""
        name = control_name(command)
        if command.command_id <= self.versions.get(name, 0):
            return False
        match command.command:
            case CommandType.LIMIT:
                self._limit(command)
            case CommandType.KILL:
                self._kill(command)
            case CommandType.SETTING:
                self._setting(command)
            case CommandType.INSTRUMENT:
                self._instrument(command)
            case _:
                self._market(command)
        self.versions[name] = command.command_id
        return True

    def kill_for(self, names: Names, ahead: Ahead = NOTHING) -> str | None:
        """What is killed and why, in force or `ahead`, for whoever is refused; None when nothing that covers the order is."""
        if not self.kills and not ahead:
            return None
        covering = [
            ((FIRM, ""), "the whole firm"),
            ((DESK, names.desk), f"desk {names.desk}"),
            ((ACCOUNT, names.account), f"account {names.account}"),
            ((TRADER, names.trader), f"trader {names.trader}"),
            ((TRADER, names.user), f"trader {names.user}"),
            ((INSTRUMENT, names.symbol), f"instrument {names.symbol}"),
        ]
        for scope, words in covering:
            reason = self.kills.get(scope, ahead.get(scope))
            if reason is not None:
                return f"{words} ({reason})"
        return None

    def not_reached(self, kills: Mapping[Scope, AheadKill]) -> Ahead:
        """Those of these kills whose turn in the log has not come yet."""
        versions = self.versions
        return {
            (scope, key): kill.reason
            for (scope, key), kill in kills.items()
            if kill.command_id > versions.get(_scoped_name(CommandType.KILL, scope, key), 0)
        }

    def is_foreign(self, account_currencies: set[str]) -> bool:
        """Whether the accounts' and the instruments' currencies are not all the same one."""
        return len(self._currencies | account_currencies) > 1

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
        scope, key = command.scope or "", command.key or ""
        if scope not in KILL_SCOPES or (scope == FIRM) != (not key):
            raise ControlInvalid(f"kill: scope is firm without a key or one of {', '.join(KILL_SCOPES[1:])} with one, not {scope} {key!r}")
        if command.value not in (0, 1):
            raise ControlInvalid("kill: value must be 1 (set) or 0 (release)")
        if command.value:
            self.kills[scope, key] = command.reason or "no reason given"
        else:
            self.kills.pop((scope, key), None)

    def _setting(self, command: OrderCommand) -> None:
        said = setting_said(command)
        try:
            self.settings.set(said, setting_read(said), command.time)
        except SettingInvalid as error:
            raise ControlInvalid(f"setting {command.scope} {command.key}: {error}") from None

    def _instrument(self, command: OrderCommand) -> None:
        numbers, words = command.attributes or {}, command.details or {}
        try:
            terms = InstrumentTerms(
                numbers["tick"],
                numbers["lot"],
                numbers["max_quantity"],
                numbers["tradable"] == 1,
                words.get("currency", ""),
                words.get("group", ""),
                numbers.get("reference"),
                numbers.get("jump", DEFAULT_JUMP),
            )
        except KeyError as missing:
            raise ControlInvalid(f"instrument {command.symbol}: attribute {missing} is missing") from None
        if not command.symbol or min(terms.tick, terms.lot, terms.max_quantity) <= 0 or numbers.get("band", 0) < 0:
            raise ControlInvalid(f"instrument {command.symbol!r}: needs a symbol and positive tick, lot and max_quantity, no negative band")
        self._publish(command.symbol, terms)

    def _publish(self, symbol: str, terms: InstrumentTerms) -> None:
        self.instruments[symbol] = terms
        if terms.currency:
            self._currencies.add(terms.currency)

    def jump(self, symbol: str) -> int:
        """How far the quotes of a symbol may move at once, as a fraction in 1e-8."""
        terms = self.instruments.get(symbol)
        return DEFAULT_JUMP if terms is None else terms.jump

    def _market(self, command: OrderCommand) -> None:
        """A phase names symbol and phase, and an auction and a day where it has them; an uncross names its symbol."""
        if not command.symbol:
            raise ControlInvalid(f"{command.command}: names no symbol")
        if command.command == CommandType.UNCROSS:
            return
        if command.phase not in tuple(Phase) or command.auction not in (None, *AuctionKind):
            raise ControlInvalid(f"phase {command.symbol}: unknown phase {command.phase} or auction {command.auction}")
        if command.trade_date is not None and not is_day(command.trade_date):
            raise ControlInvalid(f"phase {command.symbol}: trade_date {command.trade_date} is not written YYYY-MM-DD")
        self.phases[command.symbol] = str(command.phase)

    def dump(self) -> dict[str, Any]:
        """Everything as values JSON can hold, sorted."""
        return {
            "limits": self.limits.dump(),
            "settings": self.settings.dump(),
            "kills": [[*scope, reason] for scope, reason in sorted(self.kills.items())],
            "instruments": {symbol: list(terms) for symbol, terms in sorted(self.instruments.items())},
            "phases": dict(sorted(self.phases.items())),
            "versions": dict(sorted(self.versions.items())),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Replace everything by what was dumped."""
        self.limits.restore(state["limits"])
        self.settings.restore(state["settings"])
        self.kills = {(scope, key): reason for scope, key, reason in state["kills"]}
        for symbol, numbers in state["instruments"].items():
            self._publish(symbol, InstrumentTerms(*numbers))
        self.phases = dict(state["phases"])
        self.versions = dict(state["versions"])


def control_name(command: OrderCommand) -> str:
    """What a control is about: two controls of one name replace each other. Raises `ControlInvalid`."""
    if command.command in MARKET_CONTROLS:
        return f"{command.command} {command.symbol}"
    if command.command == CommandType.SETTING:
        try:
            return setting_name(setting_said(command))
        except ValueError:
            raise ControlInvalid(f"setting: there is no scope {command.scope}") from None
    rule = f" {command.rule}" if command.command == CommandType.LIMIT else ""
    return _scoped_name(command.command, command.scope or "", command.key or "") + rule


def _scoped_name(kind: str, scope: str, key: str) -> str:
    return f"{kind} {scope} {key}"
