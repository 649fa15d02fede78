"""All limits one worker knows, and which of them bind an order: one look-up, whatever the number of accounts, symbols and people."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from risk.domain.dated import FOREVER, Dated
from risk.domain.limits import ACCOUNT, DESK, FIRM, SYMBOL, TRADER, Binding, Rule, binding


class Limits(NamedTuple):
    """The value that binds, rule by rule in the order of `Rule`; None where there is none."""

    max_quantity: int | None = None
    max_notional: int | None = None
    max_quote_age: int | None = None
    static_band: int | None = None
    price_band: int | None = None
    fat_finger: int | None = None
    repeat_count: int | None = None
    repeat_window: int | None = None
    message_rate: int | None = None
    order_to_trade: int | None = None
    max_open_orders: int | None = None
    max_open_notional: int | None = None
    max_position: int | None = None
    max_concentration: int | None = None
    credit_line: int | None = None
    max_daily_loss: int | None = None
    max_daily_notional: int | None = None
    max_executions_rate: int | None = None
    auction_collar: int | None = None
    stop_distance: int | None = None
    disconnect_grace: int | None = None


class _At(Mapping[tuple[str, str, str], int]):
    """The limits that hold at a moment, looked up as they are asked for."""

    def __init__(self, dated: Mapping[tuple[str, str, str], Dated[int]], at: int) -> None:
        self._dated, self._at = dated, at

    def __getitem__(self, names: tuple[str, str, str]) -> int:
        value = self._dated[names].at(self._at)
        if value is None:
            raise KeyError(names)
        return value

    def __iter__(self) -> Iterator[tuple[str, str, str]]:
        return (names for names, dated in self._dated.items() if dated.at(self._at) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class LimitTable:
    """Limits by whose they are. What binds is worked out once for each combination of names that have limits of their own, and kept until
    a limit changes or begins or ends to hold.
    """

    __slots__ = ("_bounds", "_dated", "_owners", "_resolved", "_rules", "_since", "_until")

    def __init__(self) -> None:
        self._dated: dict[tuple[str, str, str], Dated[int]] = {}
        self._changed()

    def set(
        self, scope: str, key: str, rule: str, value: int | None, *, start: int | None = None, end: int | None = None, now: int = 0
    ) -> None:
        """Let a limit hold from `start` until `end` (microseconds, see `Dated`); None takes it away for that time."""
        names = (scope, key, rule)
        dated = self._dated.setdefault(names, Dated())
        dated.set(value, start, end, now)
        if not dated:
            del self._dated[names]
        self._changed()

    def of(self, account: str, *, desk: str = "", trader: str = "", symbol: str = "", at: int = 0) -> Limits:
        """What binds an order of these names written at a moment."""
        if not self._since <= at < self._until:
            self._begin(at)
        owners = self._owners
        names = (
            desk if desk in owners[DESK] else "",
            account if account in owners[ACCOUNT] else "",
            trader if trader in owners[TRADER] else "",
            symbol if symbol in owners[SYMBOL] else "",
        )
        found = self._resolved.get(names)
        if found is None:
            found = self._resolved[names] = self._resolve(*names, at)
        return found

    def binding(self, account: str, rule: str, *, desk: str = "", trader: str = "", symbol: str = "", at: int = 0) -> Binding | None:
        """The limit that binds and whose it is, None where there is none."""
        return binding(_At(self._dated, at), account, rule, desk=desk, trader=trader, symbol=symbol)

    def own(self, scope: str, key: str, rule: str, at: int) -> int | None:
        """One limit as it was set for one name, whatever else binds; None where there is none."""
        dated = self._dated.get((scope, key, rule))
        return None if dated is None else dated.at(at)

    def has(self, rule: str) -> bool:
        """Whether anybody has a limit of this rule."""
        return rule in self._rules

    def _resolve(self, desk: str, account: str, trader: str, symbol: str, at: int) -> Limits:
        values = _At(self._dated, at)
        found = (binding(values, account, rule, desk=desk, trader=trader, symbol=symbol) for rule in Rule)
        return Limits(*(None if bound is None else bound.value for bound in found))

    def _changed(self) -> None:
        self._owners: dict[str, set[str]] = {scope: set() for scope in (FIRM, DESK, ACCOUNT, TRADER, SYMBOL)}
        for scope, key, _ in self._dated:
            self._owners[scope].add(key)
        self._rules = {rule for *_, rule in self._dated}
        self._bounds = sorted({moment for dated in self._dated.values() for moment in dated.bounds()})
        self._resolved: dict[tuple[str, str, str, str], Limits] = {}
        self._since, self._until = 0, -1  # nothing is known to hold yet

    def _begin(self, at: int) -> None:
        """Another limit holds now: find out until when."""
        self._resolved.clear()
        self._since = max((moment for moment in self._bounds if moment <= at), default=0)
        self._until = min((moment for moment in self._bounds if moment > at), default=FOREVER)

    def dump(self) -> list[list[object]]:
        """Every limit as [scope, key, rule, spans], sorted."""
        return [[*names, dated.dump()] for names, dated in sorted(self._dated.items())]

    def restore(self, rows: list[list[object]]) -> None:
        """Replace all limits by dumped ones."""
        self._dated = {(str(scope), str(key), str(rule)): Dated.load(spans) for scope, key, rule, spans in rows}  # type: ignore[arg-type]
        self._changed()
