"""Accounts, people, orders and what happens to them, in the database."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group, User

from marketdata.models import Instrument
from orders import services
from orders.domain.entry import NewOrder
from risk.domain.roles import Role
from risk.models import Account
from schemas.messages import Conditions, Execution
from schemas.units import to_units
from tests.entitled import entitle

NOW = datetime(2026, 11, 24, 15, 4, 5, 123456, tzinfo=UTC)
NOW_US = int(NOW.timestamp()) * 1_000_000 + 123456


def fill_market() -> None:
    """Two instruments, three accounts, the groups of all roles."""
    Instrument.objects.create(symbol="IBM", name="IBM", reference_price=Decimal(180), max_quantity=Decimal(10_000))
    Instrument.objects.create(symbol="EURUSD", name="euro", reference_price=Decimal(1), tick=Decimal("0.00001"), lot=Decimal("0.01"))
    for code in ("ACME-1", "ZEN-1", "HOUSE-LP"):
        Account.objects.create(code=code, name=code)
    for role in Role:
        Group.objects.get_or_create(name=role.value)


def person(username: str, role: Role, *accounts: str) -> User:
    """Someone of a role, entitled to trade these accounts."""
    user = User.objects.create_user(username)
    user.groups.add(Group.objects.get(name=role.value))
    for code in accounts:
        entitle(user, code)
    return user


@pytest.fixture
def market(db: None) -> None:
    fill_market()


@pytest.fixture
def trader(market: None) -> User:
    return person("trader1", Role.TRADER, "ACME-1")


def new_order(**changes: Any) -> NewOrder:
    """Buy 100 IBM at 181.25 for ACME-1, with changes."""
    order = NewOrder("ACME-1", "IBM", "buy", "limit", "day", to_units(100), to_units(Decimal("181.25")), None)
    return order._replace(**changes)


def conditional(
    kind: str = "limit", tif: str = "day", price: int | None = to_units(Decimal("181.25")), **conditions: Any
) -> dict[str, Any]:
    """Changes to `new_order` that make it an order with these conditions."""
    return {"type": kind, "tif": tif, "price": price, "conditions": Conditions(**conditions)}


_UNIQUE = itertools.count(1, 1000)


@pytest.fixture
def submit(trader: User) -> Callable[..., dict[str, Any]]:
    """Enter an order as the trader; the order told."""

    def enter(**changes: Any) -> dict[str, Any]:
        return services.order_submit(actor=trader, order=new_order(**changes), now=NOW, request_id="request-1", unique=next(_UNIQUE)).order

    return enter


class Log:
    """The records of accounts as risk would number them."""

    def __init__(self) -> None:
        self.seqs: dict[str, int] = {}
        self.index = 0

    def step(self, order: dict[str, Any], kind: str, *, prefix: str = "M", **more: Any) -> Execution:
        """The next record of an order as it was told; `more` overrides."""
        account = order["account"]
        self.seqs[account] = self.seqs.get(account, 0) + 1
        self.index += 1
        values: dict[str, Any] = {
            "id": f"{prefix}{self.index:06}",
            "seq": self.seqs[account],
            "type": kind,
            "order_id": order["id"],
            "account": account,
            "symbol": order["symbol"],
            "side": order["side"],
            "order_type": order["type"],
            "tif": order["tif"],
            "quantity": to_units(Decimal(order["quantity"])),
            "price": None if order["price"] is None else to_units(Decimal(order["price"])),
            "cum_quantity": 0,
            "leaves_quantity": to_units(Decimal(order["quantity"])),
            "time": NOW_US + self.index,
            "client_order_id": order["client_order_id"],
        }
        return Execution(**values | more)

    def fill(self, order: dict[str, Any], quantity: int, cum: int, price: str = "181.25", **more: Any) -> Execution:
        """A trade of `quantity`, after which `cum` (both whole) is filled."""
        total = to_units(Decimal(order["quantity"]))
        return self.step(
            order,
            "trade",
            cum_quantity=to_units(cum),
            leaves_quantity=total - to_units(cum),
            last_quantity=to_units(quantity),
            last_price=to_units(Decimal(price)),
            trade_id=f"T{self.index + 1}",
            liquidity="taker",
            **more,
        )


@pytest.fixture
def log() -> Log:
    return Log()
