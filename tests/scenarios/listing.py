"""Run in a process of the running stack (`manage.py shell`): instruments for the scenarios, which nobody quotes but the test."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.utils import timezone

from marketdata import services
from marketdata.models import FeedClaim
from risk.models import Account, Entitlement

HELD = timedelta(minutes=10)
"""How long the synthetic market leaves them alone: longer than all scenarios take."""


def symbols_list(symbols: Sequence[str]) -> None:
    """Claim the symbols, so that no feed but the test's ever quotes them, then list them, without the house's quotes."""
    now = timezone.now()
    services.claims_take(holder="scenarios", symbols=symbols, now=now, lives=lambda holder: False)
    FeedClaim.objects.filter(symbol__in=symbols).update(until=now + HELD)
    people = {user.username: user for user in get_user_model().objects.filter(username__in=("ops1", "admin", "sales"))}
    client = Account.objects.get(code="ACME-1")
    Entitlement.objects.get_or_create(user=people["sales"], account=client)
    for symbol in symbols:
        values = {"name": f"scenario {symbol}", "reference_price": Decimal(110), "provide_liquidity": False}
        services.instrument_save(actor=people["ops1"], symbol=symbol, values=values, now=now)
