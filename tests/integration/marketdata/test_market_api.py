"""REST of market data: exact objects, strict parameters, one envelope."""

import pytest
from rest_framework.test import APIClient

from marketdata.models import Instrument
from schemas.units import ONE
from tests.integration.marketdata.conftest import book, delivered, person, quote, quotes_projected
from tests.integration.marketdata.test_depth_projection import OPEN, project, projection

pytestmark = [pytest.mark.usefixtures("instruments"), pytest.mark.servers]


@pytest.fixture
def client(db):
    """A client of somebody without any role or account."""
    api = APIClient()
    api.force_authenticate(person("anyone"))
    return api


def refused(answer, status, field=None):
    body = answer.json()
    assert answer.status_code == status
    assert set(body) == {"code", "message", "field", "request_id", "details"}
    assert body["field"] == field


def test_quotes_are_listed_by_symbol_in_pages(client):
    quotes_projected(delivered("quotes", *(quote(symbol, "1", "2") for symbol in ("IBM", "BAC", "AIG"))))
    first = client.get("/api/quotes?page_size=2").json()
    assert [row["symbol"] for row in first["results"]] == ["AIG", "BAC"]
    second = client.get(first["next"]).json()
    assert [row["symbol"] for row in second["results"]] == ["IBM"]
    assert second["next"] is None


def test_one_quote_is_the_whole_object(client):
    quotes_projected(delivered("quotes", quote("IBM", "181.69", "181.90", last="181.9", event="T")))
    body = client.get("/api/quotes/IBM").json()
    assert list(body) == [
        "symbol", "bid", "ask", "bid_size", "ask_size", "last", "last_size", "event", "quality", "source", "seq", "time", "received_at",
        "age_ms", "stale", "last_trade", "session",
    ]  # fmt: skip
    assert (body["bid"], body["ask"], body["last"], body["last_size"], body["event"], body["seq"]) == (
        "181.69",
        "181.9",
        "181.9",
        "1",
        "T",
        1,
    )


@pytest.mark.parametrize("path", ["quotes/NOPE", "quotes/IBM", "quotes/%00", "book/NOPE", "book/%00", "book/..%2f"])
def test_what_is_not_there_is_404(client, path):
    refused(client.get(f"/api/{path}"), 404)


def test_a_book_has_ten_levels_unless_told(client):
    project(projection(), book("IBM", 1, bids=[(str(100 - n), "1", 1) for n in range(20)]))
    assert len(client.get("/api/book/IBM").json()["bids"]) == 10
    assert client.get("/api/book/IBM?depth=1").json()["bids"] == [["100", "1", 1]]
    assert client.get("/api/book/BAC").json() == {
        "symbol": "BAC",
        "seq": 0,
        "bids": [],
        "asks": [],
        "last": None,
        "time": None,
        "age_ms": None,
        **OPEN,
    }


@pytest.mark.parametrize("depth", ["0", "101", "-1", "1.0", "", "x", "1e1", "\u0661"])
def test_depth_is_a_whole_number_from_1_to_100(client, depth):
    refused(client.get("/api/book/IBM", {"depth": depth}), 400, "depth")


@pytest.mark.parametrize("path", ["quotes", "quotes/IBM", "book/IBM", "instruments"])
def test_unknown_parameters_are_refused_by_name(client, path):
    quotes_projected(delivered("quotes", quote("IBM", "1", "2")))
    refused(client.get(f"/api/{path}?colour=red"), 400, "colour")


def test_instruments_tell_their_terms(client):
    Instrument.objects.filter(symbol="BAC").update(tradable=False, lot=100)
    rows = {row["symbol"]: row for row in client.get("/api/instruments").json()["results"]}
    assert len(rows) == 20
    assert rows["EURUSD"] == {
        "symbol": "EURUSD", "name": "Euro / US dollar spot", "mic": "XOMS", "cfi": "IFXXXP", "currency": "USD", "group": "FX",
        "tick": "0.00001",
        "lot": "1", "max_quantity": "50000000", "price_decimals": 5, "quantity_decimals": 0, "tradable": True, "listing": "trading",
        "phase": "continuous",
    }  # fmt: skip
    assert (rows["BAC"]["lot"], rows["BAC"]["quantity_decimals"], rows["BAC"]["tradable"]) == ("100", 0, False)


def test_a_market_being_called_tells_its_phase_and_what_an_uncross_would_give(client):
    called = {"phase": "auction", "auction": "opening", "phase_reason": "calendar: XNYS", "trade_date": "2026-11-24"}
    project(projection(), book("IBM", 1, **called, indicative_price=181 * ONE, indicative_quantity=500 * ONE, imbalance=-20 * ONE))
    body = client.get("/api/book/IBM").json()
    assert {name: body[name] for name in OPEN} == {
        "phase": "auction", "auction": "opening", "phase_since": "2026-11-24T15:04:05.123456Z", "trade_date": "2026-11-24",
        "indicative_price": "181", "indicative_quantity": "500", "imbalance": "-20",
    }  # fmt: skip
    phases = {row["symbol"]: row["phase"] for row in client.get("/api/instruments").json()["results"]}
    assert (phases["IBM"], phases["BAC"]) == ("auction", "continuous")


@pytest.mark.parametrize("path", ["quotes", "quotes/IBM", "book/IBM", "instruments"])
def test_only_for_who_is_known_and_only_to_read(client, path):
    assert APIClient().get(f"/api/{path}").status_code == 401
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(f"/api/{path}").status_code == 405
