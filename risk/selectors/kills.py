"""Reads of kills, and what is still open of their scopes."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from risk.domain.settings import SettingScope
from risk.models import Entitlement, Kill, KillScope, Setting
from risk.selectors.uses import exposures_of


def kills_in_force(accounts: list[str]) -> QuerySet[Kill]:
    """Kills that block the firm, a desk, an instrument, or one of the given accounts or its traders now."""
    traders = Entitlement.objects.filter(account__in=accounts).values_list("user__username", flat=True)
    concerned = (
        Q(scope__in=[KillScope.FIRM, KillScope.DESK, KillScope.INSTRUMENT])
        | Q(scope=KillScope.ACCOUNT, key__in=accounts)
        | Q(scope=KillScope.TRADER, key__in=list(traders))
    )
    return Kill.objects.filter(concerned, released_at=None).select_related("set_by", "released_by")


def desk_accounts(desk: str) -> list[str]:
    """Codes of a desk's accounts, as they were told to risk."""
    rows = Setting.objects.filter(scope=SettingScope.ACCOUNT, current=True, details__desk=desk)
    return sorted(rows.values_list("key", flat=True))


class StillOpen(NamedTuple):
    """What of a kill's scope is open: orders that are to be canceled, and those that may stay as they can only reduce."""

    left: int
    spared: int


def still_open(kill: Kill) -> StillOpen:
    """Open orders in a kill's scope, in what has been told of orders and, where the worker tells more, of its exposure.

    Orders are an app's business above this room: `settings.OMS_OPEN_IN_SCOPE` tells (account, symbol, side, quantity) of each, once asked.
    """
    tell: Callable[[str, str], QuerySet[Any, tuple[str, str, str, Decimal]]] = import_string(settings.OMS_OPEN_IN_SCOPE)
    orders = tell(kill.scope, kill.key)
    if not kill.spare_reducing:
        return StillOpen(orders.count(), 0)
    rows = list(orders)
    spared = _spared(rows)
    return StillOpen(len(rows) - spared, spared)


def _spared(orders: Sequence[tuple[str, str, str, Decimal]]) -> int:
    """How many of these, in entry order, fit into what there is to reduce."""
    exposures = exposures_of(sorted({account for account, *_ in orders}))
    room: dict[tuple[str, str, str], Decimal] = {}
    for exposure in exposures:
        for symbol, held in exposure.symbols.items():
            position = Decimal(held["position"])
            room[(exposure.account, symbol, "sell" if position > 0 else "buy")] = abs(position)
    spared = 0
    for account, symbol, side, quantity in orders:
        left = room.get((account, symbol, side), Decimal(0)) - quantity
        if left >= 0:
            room[(account, symbol, side)] = left
            spared += 1
    return spared
