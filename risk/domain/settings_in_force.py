"""What all settings say at a moment, in the shape the checks ask for; and the settings over time it follows from."""

from dataclasses import astuple
from typing import Any

from risk.domain import settings as words
from risk.domain.dated import FOREVER, Dated
from risk.domain.entitlements import Grant, gap
from risk.domain.settings import EVERY, AccountTerms, Bypass, FxRate, ListKind, Mode, RuleMode, Said, Setting

_COVERED_MOST = 100_000
"""How many wishes are kept with their answers."""

Wish = tuple[str, str, str, str, str]
"""User, account, side, order type and instrument group of an order."""


class InForce:
    """The settings that hold in [since, until). Cash and positions are sums; `enabled` says when an account or a trader was enabled last.

    Positions taken over by hand are [quantity, cost] by account and symbol, cost in 1e-16.
    """

    def __init__(self) -> None:
        self.since, self.until = 0, FOREVER
        self.accounts: dict[str, AccountTerms] = {}
        self.currencies: set[str] = set()
        self.modes: dict[str, Mode] = {}
        self.restrictions: dict[tuple[str, str], ListKind] = {}
        self.entitlements: dict[str, tuple[Grant, ...] | None] = {}
        self.locates: dict[tuple[str, str], int] = {}
        self.fx: dict[tuple[str, str], FxRate] = {}
        self.volumes: dict[str, int] = {}
        self.bypasses: set[tuple[str, str]] = set()
        self._gaps: dict[Wish, str | None] = {}

    def put(self, setting: Setting) -> None:
        """Let a setting hold."""
        match setting:
            case words.AccountTerms():
                self.accounts[setting.code] = setting
                self.currencies.add(setting.currency)
            case words.RuleMode():
                self._mode(setting)
            case words.Restriction():
                self.restrictions[setting.symbol, setting.account] = setting.kind
            case words.Entitlement():
                self.entitlements[setting.user] = setting.grants if setting.active else None
                self._gaps.clear()
            case words.Locate():
                self.locates[setting.account, setting.symbol] = setting.quantity
            case words.FxRate():
                self.fx[setting.base, setting.quote] = setting
            case words.DailyVolume():
                self.volumes[setting.symbol] = setting.quantity
            case words.Bypass():
                self._bypass(setting)

    def _mode(self, setting: RuleMode) -> None:
        """`modes` has the rules alone that are not enforced."""
        if setting.mode == Mode.ENFORCE:
            self.modes.pop(setting.rule, None)
        else:
            self.modes[setting.rule] = setting.mode

    def _bypass(self, setting: Bypass) -> None:
        if setting.on:
            self.bypasses.add((setting.key, setting.rule))
        else:
            self.bypasses.discard((setting.key, setting.rule))

    def listed(self, symbol: str, account: str) -> ListKind:
        """The stricter of the lists a symbol is on for everybody and for this account."""
        found = self.restrictions
        if not found:
            return ListKind.NONE
        both = (found.get((symbol, "")), found.get((symbol, account)))
        return next((kind for kind in (ListKind.RESTRICTED, ListKind.WATCH) if kind in both), ListKind.NONE)

    def missing(self, wish: Wish) -> str | None:
        """What of an order a known user is not entitled to (account, side, type or symbol; user: nothing at all); None where it is."""
        gaps = self._gaps
        if wish in gaps:
            return gaps[wish]
        user, account, side, kind, group = wish
        grants = self.entitlements[user]
        if len(gaps) >= _COVERED_MOST:
            gaps.clear()
        gaps[wish] = "user" if grants is None else gap(grants, account, side, kind, group)
        return gaps[wish]

    def located(self, account: str, symbol: str) -> int:
        """How much may be sold short: by the narrowest locate there is, the account's before everybody's."""
        found = self.locates
        for key in ((account, symbol), (account, EVERY), (EVERY, symbol), (EVERY, EVERY)):
            if key in found:
                return found[key]
        return 0


class SettingTable:
    """All settings one worker knows, over time; `at` gives those in force. A setting without dates is put in place at once."""

    def __init__(self) -> None:
        self._dated: dict[str, Dated[tuple[Said, Setting]]] = {}
        self._now: InForce | None = InForce()
        self.cash: dict[str, dict[str, int]] = {}
        self.positions: dict[str, dict[str, list[int]]] = {}
        self.enabled: dict[str, int] = {}

    def set(self, said: Said, setting: Setting, now: int) -> None:
        """Take a setting that was said at `now`."""
        match setting:
            case words.CashChange():
                cash = self.cash.setdefault(setting.account, {})
                cash[setting.currency] = cash.get(setting.currency, 0) + setting.amount
            case words.PositionChange():
                held = self.positions.setdefault(setting.account, {}).setdefault(setting.symbol, [0, 0])
                held[0] += setting.quantity
                held[1] += setting.quantity * setting.price
            case words.Enable():
                self.enabled[setting.key] = max(self.enabled.get(setting.key, 0), now)
            case _:
                self._date(said, setting, now)

    def _date(self, said: Said, setting: Setting, now: int) -> None:
        dated = self._dated.setdefault(words.setting_name(said), Dated())
        dated.set((said, setting), said.effective_from, said.effective_until, now)
        if said.effective_from is None and said.effective_until is None and self._now is not None:
            self._now.put(setting)  # it holds at every moment until the next bound
        else:
            self._now = None

    def at(self, moment: int) -> InForce:
        """What holds at a moment."""
        found = self._now
        if found is None or not found.since <= moment < found.until:
            found = self._now = self._in_force(moment)
        return found

    def _in_force(self, moment: int) -> InForce:
        found = InForce()
        for dated in self._dated.values():
            held = dated.at(moment)
            if held is not None:
                found.put(held[1])
            for bound in dated.bounds():
                if bound <= moment:
                    found.since = max(found.since, bound)
                else:
                    found.until = min(found.until, bound)
        return found

    def dump(self) -> dict[str, Any]:
        """Everything as values JSON can hold, sorted."""
        return {
            "dated": {
                name: [[*span, list(astuple(said))] for *span, (said, _) in dated.dump()] for name, dated in sorted(self._dated.items())
            },
            "cash": {account: dict(sorted(cash.items())) for account, cash in sorted(self.cash.items())},
            "positions": {
                account: {symbol: [held[0], str(held[1])] for symbol, held in sorted(of.items())}
                for account, of in sorted(self.positions.items())
            },
            "enabled": dict(sorted(self.enabled.items())),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Replace everything by what was dumped."""
        self._dated = {name: Dated.load([[*span, _read(said)] for *span, said in rows]) for name, rows in state["dated"].items()}
        self._now = None
        self.cash = {account: dict(cash) for account, cash in state["cash"].items()}
        self.positions = {
            account: {symbol: [quantity, int(cost)] for symbol, (quantity, cost) in of.items()}
            for account, of in state["positions"].items()
        }
        self.enabled = dict(state["enabled"])


def _read(row: list[Any]) -> tuple[Said, Setting]:
    said = Said(*row)
    return said, words.setting_read(said)
