"""Accounts, people and trades in the database."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from marketdata.models import Instrument
from risk.models import Account
from schemas.messages import Trade
from schemas.units import to_units
from tests.entitled import entitle


@pytest.fixture
def market(db: None) -> None:
    """Two instruments and three accounts."""
    for symbol in ("IBM", "BAC"):
        Instrument.objects.create(symbol=symbol, name=symbol, reference_price=Decimal(100))
    for code in ("ACME-1", "ZEN-1", "OTHER-1"):
        Account.objects.create(code=code, name=code)


def trader(username: str, *accounts: str) -> User:
    """Someone entitled to these accounts."""
    user = User.objects.create_user(username)
    for code in accounts:
        entitle(user, code)
    return user


def trade(seq: int, symbol: str = "IBM", *, buyer: str = "ACME-1", seller: str = "ZEN-1", price: str = "181.25") -> Trade:
    """A print of 100 shares; ids rise with `seq`."""
    return Trade(
        id=f"T{symbol}-{seq:04}",
        seq=seq,
        symbol=symbol,
        quantity=to_units(100),
        price=to_units(Decimal(price)),
        buy_order=f"O-B{seq}",
        sell_order=f"O-S{seq}",
        buy_account=buyer,
        sell_account=seller,
        maker_side="sell",
        time=1_760_000_000_000_000 + seq * 1_000_001,
    )
