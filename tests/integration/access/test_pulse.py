"""The charts of the first page: what they count, of whom, and for whom."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from redis import RedisError

from marketdata.models import Instrument
from oms_site.infra import redis
from oms_site.people import roles_sync
from oms_site.pulse import day, lag
from orders.models import Execution, Order
from risk.domain.roles import Role
from risk.models import Account, AccountKind
from tests.entitled import entitle

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

NOW = datetime(2026, 11, 24, 15, 2, tzinfo=UTC)
SLOT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
ACCOUNTS = ["ACME-1", "HOUSE-LP", "ZEN-1"]


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    def forget() -> None:
        for key in redis.client().scan_iter("oms:day:*"):
            redis.client().delete(key)

    forget()
    yield
    forget()


def _step(account: str, at: datetime, kind: str, seq: int, **fill: Decimal | str) -> None:
    """One step of an order of its own."""
    number = Execution.objects.count() + 1
    words = {"side": "buy", "status": "new", "symbol": "IBM"}
    counts = {"quantity": 10, "cum_quantity": 0, "leaves_quantity": 10, "cum_notional": 0}
    order = {"type": "limit", "tif": "day", "working": "new", "entered_quantity": 10, "leaves_quantity": 10, "quantity": 10}
    Order.objects.create(
        id=f"O{number}", account_id=account, symbol_id="IBM", side="buy", status="new", created_at=at, updated_at=at, **order
    )
    Execution.objects.create(
        id=f"E{number}",
        account=account,
        account_seq=number,
        order_id=f"O{number}",
        order_seq=seq,
        **(words | counts),
        type=kind,
        time=at,
        **fill,
    )


@pytest.fixture
def flow(db: None) -> None:
    Instrument.objects.create(symbol="IBM", name="IBM", currency="USD", reference_price=Decimal(100))
    for code, kind in zip(ACCOUNTS, (AccountKind.CUSTOMER, AccountKind.HOUSE, AccountKind.CUSTOMER), strict=True):
        Account.objects.create(code=code, name=code, kind=kind)
    traded = {"last_quantity": Decimal(10), "last_price": Decimal("100.5")}
    _step("ACME-1", SLOT - timedelta(hours=2), "pending_new", 1)
    _step("ACME-1", SLOT, "pending_new", 1)
    _step("ACME-1", SLOT, "trade", 3, **traded)
    _step("ZEN-1", SLOT, "rejected", 1)
    _step("HOUSE-LP", SLOT, "pending_new", 1)
    _step("HOUSE-LP", SLOT, "trade", 3, **traded)
    _step("ACME-1", SLOT - timedelta(days=1), "pending_new", 1)


def test_a_day_is_what_customers_entered_traded_and_were_refused_since_midnight(flow: None) -> None:
    told = day.day_of(ACCOUNTS, NOW)
    assert (told.times[-1], len(told.times)) == (int(SLOT.timestamp()), 15 * 12 + 1)
    assert (told.orders[-1], sum(told.orders)) == (2, 3)
    assert told.rejects[-1] == sum(told.rejects) == 1
    assert {code: sum(values) for code, values in told.value.items()} == {"USD": Decimal(1005)}


def test_a_day_is_of_the_accounts_asked_for(flow: None) -> None:
    told = day.day_of(["ZEN-1"], NOW)
    assert (sum(told.orders), sum(told.rejects), told.value) == (1, 1, {})


def test_slots_that_are_past_are_not_counted_again(flow: None, django_assert_num_queries) -> None:
    first = day.day_of(ACCOUNTS, NOW)
    kept = list(redis.client().scan_iter("oms:day:*"))
    assert len(kept) == len(first.times) - 1, "the slot that goes on is not kept"
    with django_assert_num_queries(2):
        assert day.day_of(ACCOUNTS, NOW) == first
    late = redis.client().ttl(f"oms:day:{int(SLOT.timestamp()) - 600}")
    assert 0 < late <= 420, "what is past for seven minutes is kept for seven"


def test_without_redis_the_whole_day_is_counted(flow: None, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = day.day_of(ACCOUNTS, NOW)

    def gone(*_: object) -> None:
        raise RedisError("nobody there")

    monkeypatch.setattr(redis.client(), "mget", gone)
    assert day.day_of(ACCOUNTS, NOW) == whole


def test_each_role_is_told_what_it_may_see(flow: None) -> None:
    roles_sync()
    lag.remember(lag.Sample(int(NOW.timestamp()), 7, 2))
    told = {}
    for role in (Role.TRADER, Role.OPERATIONS):
        user = User.objects.create_user(role.value, is_staff=True)
        user.groups.add(Group.objects.get(name=role.value))
        entitle(user, "ACME-1")
        client = Client()
        client.force_login(user)
        told[role] = client.get("/admin/pulse").json()
    assert set(told[Role.TRADER]) == {"step", "orders", "rejects", "value"}
    assert set(told[Role.OPERATIONS]) == {"step", "orders", "rejects", "value", "lag"}
    assert told[Role.OPERATIONS]["lag"]["series"]["bus"][-1] == 7
    assert Client().get("/admin/pulse").status_code == 302
