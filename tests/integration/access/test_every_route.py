"""Every REST route x every role: enumerated from the URL resolver, so that a route nobody listed here fails."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from marketdata.models import Instrument
from orders.models import Order
from risk.domain.roles import Role
from risk.models import Account
from tests.entitled import entitle

EVERYONE = frozenset(Role)
TRADING = frozenset({Role.TRADER, Role.SALES})
CANCELING = TRADING | {Role.RISK, Role.OPERATIONS}
CONTROL = frozenset({Role.RISK, Role.ADMIN})
DESK = CONTROL | {Role.OPERATIONS, Role.COMPLIANCE}

ORDER_ID = "O00000000-000000"
ORDER = {"account": "ACME-1", "symbol": "IBM", "side": "buy", "type": "limit", "quantity": "1", "price": "100"}
KILL = {"scope": "account", "key": "ACME-1", "reason": "a test"}

ALLOWED: dict[tuple[str, str], tuple[frozenset[Role], object]] = {
    ("accounts", "get"): (EVERYONE, None),
    ("alerts", "get"): (DESK, None),
    ("auth/token", "delete"): (EVERYONE, None),
    ("auth/tokens", "delete"): (EVERYONE, None),
    ("book/<str:symbol>", "get"): (EVERYONE, None),
    ("candles/<str:symbol>", "get"): (EVERYONE, None),
    ("executions", "get"): (EVERYONE, None),
    ("instruments", "get"): (EVERYONE, None),
    ("ledger/entries", "get"): (EVERYONE, None),
    ("orders", "get"): (EVERYONE, None),
    ("orders", "post"): (TRADING, ORDER),
    ("orders/bulk", "post"): (TRADING, {"orders": [ORDER]}),
    ("orders/cancel", "post"): (CANCELING, {"account": "ACME-1"}),
    ("orders/preview", "post"): (TRADING, ORDER),
    ("orders/<str:order_id>", "get"): (EVERYONE, None),
    ("orders/<str:order_id>", "patch"): (TRADING, {"quantity": "1"}),
    ("orders/<str:order_id>", "delete"): (CANCELING, None),
    ("orders/<str:order_id>/events", "get"): (EVERYONE, None),
    ("pnl", "get"): (EVERYONE, None),
    ("positions", "get"): (EVERYONE, None),
    ("quotes", "get"): (EVERYONE, None),
    ("quotes/<str:symbol>", "get"): (EVERYONE, None),
    ("reports/audit", "get"): (DESK, None),
    ("reports/blotter", "get"): (EVERYONE, None),
    ("reports/cash", "get"): (EVERYONE, None),
    ("reports/confirmation", "get"): (EVERYONE, None),
    ("reports/executions", "get"): (EVERYONE, None),
    ("reports/fails", "get"): (EVERYONE, None),
    ("reports/fees", "get"): (EVERYONE, None),
    ("reports/ledger", "get"): (EVERYONE, None),
    ("reports/limits", "get"): (EVERYONE, None),
    ("reports/pnl", "get"): (EVERYONE, None),
    ("reports/positions", "get"): (EVERYONE, None),
    ("reports/rejects", "get"): (EVERYONE, None),
    ("reports/settlement", "get"): (EVERYONE, None),
    ("reports/statement", "get"): (EVERYONE, None),
    ("reports/trades", "get"): (EVERYONE, None),
    ("risk/kill", "get"): (EVERYONE, None),
    ("risk/kill", "post"): (CONTROL | {Role.OPERATIONS, Role.COMPLIANCE}, KILL),
    ("risk/kills", "get"): (EVERYONE, None),
    ("risk/kill/<int:kill_id>/release", "post"): (CONTROL, {}),
    ("risk/limits", "get"): (EVERYONE, None),
    ("risk/utilisation", "get"): (EVERYONE, None),
    ("settlement/instructions", "get"): (EVERYONE, None),
    ("trades", "get"): (EVERYONE, None),
}
PUBLIC = {("auth/token", "post"), ("schema", "get"), ("docs", "get")}


def _routes() -> set[tuple[str, str]]:
    """(path under /api/, method) of every view that answers it."""

    def walk(patterns: list, prefix: str):
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, path)
            elif isinstance(pattern, URLPattern) and path.startswith("api/"):
                view = getattr(pattern.callback, "view_class", None) or getattr(pattern.callback, "cls", None)
                assert view is not None, f"{path}: no class-based view"
                for method in ("get", "post", "put", "patch", "delete"):
                    if hasattr(view, method):
                        yield path.removeprefix("api/"), method

    return set(walk(get_resolver().url_patterns, ""))


ROUTES = sorted(ALLOWED)


def _filled(path: str) -> str:
    samples = {"<str:symbol>": "IBM", "<str:order_id>": ORDER_ID, "<int:kill_id>": "1"}
    for placeholder, value in samples.items():
        path = path.replace(placeholder, value)
    return f"/api/{path}"


def _call(client: Client, route: tuple[str, str]):
    path, method = route
    body = ALLOWED[route][1]
    options = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    return getattr(client, method)(_filled(path), **options)


@pytest.fixture
def house(db: None) -> None:
    Instrument.objects.create(symbol="IBM", name="IBM", reference_price=Decimal(100))
    Account.objects.create(code="ACME-1", name="Acme")
    now = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    hundred = {"quantity": 100, "entered_quantity": 100, "leaves_quantity": 100, "price": 100, "entered_price": 100}
    kinds = {"side": "buy", "type": "limit", "tif": "day", "status": "new", "working": "new"}
    Order.objects.create(id=ORDER_ID, account_id="ACME-1", symbol_id="IBM", created_at=now, updated_at=now, **hundred, **kinds)


@pytest.fixture
def client_of(house: None):
    def make(role: Role | None) -> Client:
        client = Client()
        if role is not None:
            user = User.objects.create_user(f"{role}-person", is_superuser=role is Role.ADMIN)
            user.groups.add(Group.objects.get_or_create(name=role.value)[0])
            if role in TRADING:
                entitle(user, "ACME-1")
            client.force_login(user)
        return client

    return make


def test_every_route_is_listed_here_and_every_listed_route_exists() -> None:
    assert _routes() == set(ALLOWED) | PUBLIC


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route[1]} {route[0]}")
def test_nobody_without_a_login_gets_in(client_of, route: tuple[str, str]) -> None:
    assert _call(client_of(None), route).status_code == 401


@pytest.mark.parametrize("role", sorted(Role))
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route[1]} {route[0]}")
def test_a_role_is_let_in_exactly_where_the_table_says(client_of, route: tuple[str, str], role: Role) -> None:
    answer = _call(client_of(role), route)
    assert answer.status_code < 500, answer.content
    if role in ALLOWED[route][0]:
        assert answer.status_code not in {401, 403}, answer.content
    else:
        assert answer.status_code == 403, answer.content
        assert answer.json()["code"] == "forbidden"
