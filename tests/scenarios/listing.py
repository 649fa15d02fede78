"""Run in a process of the running stack (`manage.py shell`): people, accounts and instruments that are the scenarios' alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone

from marketdata import services
from marketdata.models import FeedClaim
from risk import services as risk_services
from risk.domain.roles import Role
from risk.models import Entitlement
from tests.entitled import entitle
from tests.scenarios.by_rest import ACCOUNTS, KINDS, SALES_NAME

HELD = timedelta(minutes=10)
"""How long the synthetic market leaves the instruments alone: longer than all scenarios take."""


def scene(symbols: Sequence[str], tokens: Mapping[str, str]) -> None:
    """Put everything in place; `tokens` are the people's. What the demo's people see of their own accounts stays as it is."""
    now = timezone.now()
    people = get_user_model().objects.in_bulk(["admin", "ops1"], field_name="username")
    for code, kind in KINDS.items():
        risk_services.account_save(actor=people["admin"], code=code, name=f"scenarios {code}", kind=kind, now=now)
    for name, code in ACCOUNTS.items():
        user = _person(name)
        if not Entitlement.objects.filter(user=user, account_id=code).exists():
            entitle(user, code)
        risk_services.token_issue(user=user, secret=tokens[name], now=now, lifetime=HELD)
    _list(symbols, people["ops1"], now)


def _person(name: str) -> Any:
    user, _ = get_user_model().objects.get_or_create(username=name)
    user.groups.set(Group.objects.filter(name=Role.SALES if name == SALES_NAME else Role.TRADER))
    return user


def _list(symbols: Sequence[str], actor: Any, now: datetime) -> None:
    """Claim the symbols, so that no feed but the test's ever quotes them, then list them, without the house's quotes."""
    services.claims_take(holder="scenarios", symbols=symbols, now=now, lives=lambda holder: False)
    FeedClaim.objects.filter(symbol__in=symbols).update(until=now + HELD)
    for symbol in symbols:
        values = {"name": f"scenario {symbol}", "reference_price": Decimal(110), "jump": Decimal(60)}  # a split halves the price
        services.instrument_save(actor=actor, symbol=symbol, values=values, now=now, reason="scenarios move the price at once")
    services.house_switch(actor=actor, symbols=symbols, on=False, reason="scenarios bring their own orders", now=now)
