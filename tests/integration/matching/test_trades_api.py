"""`GET /api/trades`: own trades, never the other side's."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate

from matching import services
from matching.api.trades import Trades
from tests.integration.matching.conftest import trade, trader

pytestmark = pytest.mark.usefixtures("market")


def get(user: User | None, **query: Any) -> Response:
    request = APIRequestFactory().get("/api/trades", query)
    if user is not None:
        force_authenticate(request, user)
    return Trades.as_view()(request)


@pytest.fixture(autouse=True)
def printed(market: None) -> None:
    services.trades_record(
        trades=[
            trade(1, buyer="ACME-1", seller="ZEN-1"),
            trade(2, buyer="ZEN-1", seller="OTHER-1"),
            trade(1, "BAC", buyer="OTHER-1", seller="ACME-1"),
            trade(3, buyer="ACME-1", seller="ACME-1"),
        ]
    )


def ids(response: Response) -> list[str]:
    assert response.status_code == 200, response.data
    return [row["id"] for row in response.data["results"]]


def test_a_trader_sees_the_trades_of_his_accounts_newest_first() -> None:
    assert ids(get(trader("t", "ACME-1"))) == ["TIBM-0003", "TIBM-0001", "TBAC-0001"]


def test_the_other_sides_order_is_null_and_no_account_is_told() -> None:
    rows = {row["id"]: row for row in get(trader("t", "ACME-1")).data["results"]}
    assert (rows["TIBM-0001"]["buy_order"], rows["TIBM-0001"]["sell_order"]) == ("O-B1", None)
    assert (rows["TBAC-0001"]["buy_order"], rows["TBAC-0001"]["sell_order"]) == (None, "O-S1")
    assert (rows["TIBM-0003"]["buy_order"], rows["TIBM-0003"]["sell_order"]) == ("O-B3", "O-S3")
    assert set(rows["TIBM-0001"]) == {"id", "symbol", "quantity", "price", "buy_order", "sell_order", "time"}
    rendered = get(trader("u", "ZEN-1")).render().content.decode()
    assert "ACME" not in rendered
    assert "O-B1" not in rendered


def test_the_json_has_plain_decimals_and_exact_times() -> None:
    text = get(trader("t", "ZEN-1"), symbol="IBM", page_size=1).render().content.decode()
    assert '"quantity":"100","price":"181.25"' in text
    assert '"time":"2025-10-09T08:53:22.000002Z"' in text


@pytest.mark.parametrize("account", ["ZEN-1", "NOBODY-9"])
def test_a_foreign_and_an_unknown_account_are_alike_empty(account: str) -> None:
    assert ids(get(trader("t", "ACME-1"), account=account)) == []


def test_someone_without_accounts_sees_nothing() -> None:
    assert ids(get(trader("t"))) == []


def test_no_one_unknown_gets_in() -> None:
    assert get(None).status_code == 401


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"symbol": "BAC"}, ["TBAC-0001"]),
        ({"symbol": "GONE"}, []),
        ({"account": "ACME-1", "symbol": "IBM"}, ["TIBM-0003", "TIBM-0001"]),
        ({"from": "2025-10-09T08:53:23Z"}, ["TIBM-0003"]),
        ({"to": "2025-10-09T08:53:22Z"}, ["TIBM-0001", "TBAC-0001"]),
        ({"from": "2025-10-10"}, []),
    ],
)
def test_filters(query: dict[str, str], expected: list[str]) -> None:
    assert ids(get(trader("t", "ACME-1"), **query)) == expected


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"buy_account": "ZEN-1"}, "buy_account"),
        ({"from": "yesterday"}, "from"),
        ({"to": "2025-02-30"}, "to"),
        ({"page_size": "0"}, "page_size"),
        ({"cursor": "!"}, "cursor"),
        ({"symbol": ["IBM", "BAC"]}, "symbol"),
    ],
)
def test_a_query_that_means_nothing_is_refused_and_named(query: dict[str, Any], field: str) -> None:
    response = get(trader("t", "ACME-1"), **query)
    assert (response.status_code, response.data["field"]) == (400, field)


def test_pages_follow_each_other_without_a_repeat() -> None:
    user = trader("t", "ACME-1")
    first = get(user, page_size=2)
    assert first.data["next"]
    cursor = first.data["next"].split("cursor=")[1].split("&")[0]
    assert ids(first) + ids(get(user, page_size=2, cursor=cursor)) == ["TIBM-0003", "TIBM-0001", "TBAC-0001"]
