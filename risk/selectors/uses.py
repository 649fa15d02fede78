"""How much of its limits each account uses, as the risk workers last told."""

from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from risk.domain.limits import Rule, binding
from risk.domain.rule_use import Held, RuleUse
from risk.domain.rule_use import uses as rule_uses
from risk.domain.settings import SettingScope
from risk.domain.utilisation import Use
from risk.models import AccountExposure, Setting
from risk.selectors.limits import Name, limit_values
from schemas.units import ONE


def exposures_of(accounts: list[str]) -> QuerySet[AccountExposure]:
    """What the risk worker last told of the given accounts."""
    return AccountExposure.objects.filter(pk__in=accounts)


class Utilisation:
    """Uses of limits, for many accounts with two queries."""

    def __init__(self, now: datetime) -> None:
        self._values = limit_values(now)
        self._desks = desks_of_accounts()

    def of(self, exposure: AccountExposure) -> list[Use]:
        """One account's uses of its position limits, by symbol."""
        held = self._held(exposure)
        desk = self._desks.get(exposure.account, "")
        return [
            Use(
                symbol,
                row.position,
                row.open_buy,
                row.open_sell,
                binding(self._values, exposure.account, Rule.MAX_POSITION, desk=desk, symbol=symbol),
            )
            for symbol, row in sorted(held.items())
        ]

    def rules_of(self, exposure: AccountExposure) -> list[RuleUse]:
        """One account's uses, rule by rule."""
        totals = {name: _units(value) for name, value in exposure.totals.items()} | {"open_orders": exposure.open_orders * ONE}
        desk = self._desks.get(exposure.account, "")
        return list(rule_uses(exposure.account, self._held(exposure), totals, self._values, desk=desk))

    @staticmethod
    def _held(exposure: AccountExposure) -> dict[str, Held]:
        return {
            symbol: Held(_units(row["position"]), _units(row["open_buy"]), _units(row["open_sell"]))
            for symbol, row in exposure.symbols.items()
        }


def most_used(now: datetime) -> dict[Name, tuple[str, RuleUse]]:
    """For each limit that binds somebody: the account nearest to it, and its use."""
    found: dict[Name, tuple[str, RuleUse]] = {}
    utilisation = Utilisation(now)
    for exposure in AccountExposure.objects.order_by("account"):
        for use in utilisation.rules_of(exposure):
            if use.limit is None:
                continue
            name = (use.limit.scope, use.limit.key, str(use.rule))
            if name not in found or (use.percent or 0) > (found[name][1].percent or 0):
                found[name] = (exposure.account, use)
    return found


def desks_of_accounts() -> dict[str, str]:
    """Account to desk, of those that have one, as they were told to risk."""
    rows = Setting.objects.filter(scope=SettingScope.ACCOUNT, current=True).exclude(details__desk="")
    return {row.key: row.details["desk"] for row in rows}


def _units(text: str) -> int:
    return int(Decimal(text).scaleb(8))
