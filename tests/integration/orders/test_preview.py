"""Looking ahead: what risk would say to an order, by the newest limits and what was last told; nothing is entered."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from marketdata.models import LatestQuote
from oms_site.demo import FIRM_LIMITS
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.bus.models import OutboxMessage
from orders.models import Order
from risk import services as risk_services
from risk.domain.exposure import AccountState
from risk.domain.roles import Role
from schemas.messages import Execution
from schemas.units import ONE
from tests.integration.orders.conftest import person

BODY = {"account": "ACME-1", "symbol": "IBM", "side": "buy", "type": "limit", "quantity": "100", "price": "181.25"}


@pytest.fixture
def risk1(market: None) -> User:
    return person("risk1", Role.RISK)


@pytest.fixture
def desk(risk1: User, trader: User) -> Client:
    now = timezone.now()
    for rule, value in FIRM_LIMITS.items():
        risk_services.limit_set(actor=risk1, scope="firm", key="", rule=rule.value, value=value, now=now)
    quote = {"bid": Decimal("181.20"), "ask": Decimal("181.30"), "good_bid": Decimal("181.20"), "good_ask": Decimal("181.30")}
    LatestQuote.objects.create(symbol="IBM", seq=1, event="Q", quality="good", time=now, received_at=now, good_received_at=now, **quote)
    client = Client()
    client.force_login(trader)
    return client


def look(desk: Client, **changes) -> dict:
    answer = desk.post("/api/orders/preview", BODY | changes, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_what_fits_would_pass_and_tells_what_is_left_the_most_used_first(desk, risk1) -> None:
    limit = {"scope": "account", "key": "ACME-1", "rule": "max_position", "value": Decimal(125)}
    risk_services.limit_set(actor=risk1, now=timezone.now(), **limit)
    before = OutboxMessage.objects.count(), AuditEntry.objects.count()
    told = look(desk)
    assert (told["outcome"], told["reject"], told["price"]) == ("accepted", None, "181.25")
    first = told["headroom"][0]
    assert (first["rule"], first["limit"], first["actual"], first["left"], first["used_percent"]) == (
        "max_position",
        "125",
        "100",
        "25",
        80,
    )
    assert (OutboxMessage.objects.count(), AuditEntry.objects.count()) == before
    assert not Order.objects.exists()


def test_what_does_not_fit_says_why(desk, risk1) -> None:
    limit = {"scope": "symbol", "key": "IBM", "rule": "max_quantity", "value": Decimal(99)}
    risk_services.limit_set(actor=risk1, now=timezone.now(), **limit)
    told = look(desk)
    assert told["outcome"] == "rejected"
    assert (told["reject"]["code"], told["reject"]["limit"], told["reject"]["actual"]) == ("quantity_too_large", "99", "100")


def test_what_the_worker_told_counts(desk, risk1) -> None:
    state = AccountState()
    fill = {"order_type": "limit", "tif": "day", "quantity": 60 * ONE, "price": 100 * ONE, "cum_quantity": 60 * ONE, "leaves_quantity": 0}
    state.apply(
        Execution(
            *("M1", 1, "trade", "O1", "ACME-1", "IBM", "buy"),
            **fill,
            time=1,
            last_quantity=60 * ONE,
            last_price=100 * ONE,
        )
    )
    risk_services.exposures_record(accounts={"ACME-1": state}, now=1)
    limit = {"scope": "account", "key": "ACME-1", "rule": "max_position", "value": Decimal(150)}
    risk_services.limit_set(actor=risk1, now=timezone.now(), **limit)
    told = look(desk)
    assert (told["outcome"], told["reject"]["code"], told["reject"]["actual"]) == ("rejected", "position_too_large", "160")
    assert look(desk, quantity="90")["outcome"] == "accepted"


def test_a_kill_and_a_stale_price_are_seen(desk, risk1) -> None:
    LatestQuote.objects.update(good_received_at=timezone.now() - timedelta(minutes=5))
    assert look(desk)["reject"]["code"] == "price_stale"
    risk_services.kill_set(actor=risk1, scope="trader", key="trader1", reason="drill", now=timezone.now())
    assert look(desk)["reject"]["code"] == "risk_killed"


@pytest.mark.parametrize(
    ("changes", "field"), [({"account": "ZEN-1"}, "account"), ({"quantity": "-1"}, "quantity"), ({"symbol": "NOPE"}, "symbol")]
)
def test_a_body_that_is_no_order_is_refused_as_order_entry_does(desk, changes, field) -> None:
    answer = desk.post("/api/orders/preview", BODY | changes, content_type="application/json")
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_no_limit_at_all_would_reject(trader) -> None:
    client = Client()
    client.force_login(trader)
    told = look(client)
    assert (told["outcome"], told["reject"]["code"]) == ("rejected", "limit_missing")
