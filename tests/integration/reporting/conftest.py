"""The market of the tests of orders, with quotes."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from marketdata.models import LatestQuote
from risk.domain.roles import Role
from schemas.messages import Execution, Trade
from schemas.units import to_units
from tests.integration.orders import conftest as orders

NOW = datetime(2026, 11, 24, 15, 4, 5, tzinfo=UTC)
log = orders.log
submit = orders.submit


@pytest.fixture
def market(db: None) -> None:
    orders.fill_market()


@pytest.fixture
def trader(market: None) -> User:
    return orders.person("trader1", Role.TRADER, "ACME-1")


def quote(symbol: str, bid: str, ask: str) -> None:
    """A good quote."""
    LatestQuote.objects.create(
        symbol=symbol,
        seq=1,
        bid=Decimal(bid),
        ask=Decimal(ask),
        event="Q",
        quality="good",
        time=NOW,
        received_at=NOW,
        good_bid=Decimal(bid),
        good_ask=Decimal(ask),
        good_received_at=NOW,
        good_source="synthetic",
    )


def trade(index: int, *, buyer: str = "ACME-1", seller: str = "ZEN-1", price: str = "181.25", **changes: Any) -> Trade:
    """100 IBM on a Tuesday."""
    values: dict[str, Any] = {
        "id": f"T{index:04}",
        "seq": index,
        "symbol": "IBM",
        "quantity": to_units(100),
        "price": to_units(Decimal(price)),
        "buy_order": f"O-B{index}",
        "sell_order": f"O-S{index}",
        "buy_account": buyer,
        "sell_account": seller,
        "maker_side": "sell",
        "time": int(NOW.timestamp()) * 1_000_000 + index,
    }
    return Trade(**values | changes)


__all__ = ["Execution", "log", "submit"]
