"""A resting buy at a price the real IBM file reaches fills through the house's quotes, not before that row, at its own price."""

import csv
from decimal import Decimal
from pathlib import Path

from schemas.topics import EXECUTIONS, QUOTES
from schemas.units import to_units
from tests.eventually import eventually
from tests.live import Live
from tests.logs import read_records, read_topic

FILE = Path(__file__).resolve().parents[4] / "shared" / "data" / "us_equities_nbbo_20131007_open.csv"


def lowest_good_ask() -> Decimal:
    """The lowest ask of a row that is a good quote: bid above zero and below the ask."""
    assert FILE.is_file(), f"{FILE} is missing: the real quotes lie beside the checkout"
    with FILE.open(newline="") as file:
        rows = [(Decimal(row["bid"]), Decimal(row["ask"])) for row in csv.DictReader(file) if row["symbol"] == "IBM"]
    return min(ask for bid, ask in rows if 0 < bid < ask)


def test_a_resting_buy_at_the_files_lowest_ask_fills_when_the_file_reaches_it(live_stack: Live) -> None:
    limit = lowest_good_ask()
    with live_stack.user("trader1") as rest:
        eventually(lambda: rest.get("/api/quotes/IBM").json().get("quality") == "good", within=30, what="a good quote of IBM")
        body = {"account": "ACME-1", "symbol": "IBM", "side": "buy", "type": "limit", "tif": "gtc", "quantity": "7", "price": str(limit)}
        order = rest.post("/api/orders", json=body).json()
        resting = eventually(
            lambda: (found := rest.get(f"/api/orders/{order['id']}").json())["status"] != "pending_new" and found, what="the order is taken"
        )
        assert resting["status"] == "new", resting
        live_stack.manage("replay_quotes", str(FILE), "--symbols", "IBM", "--speed", "max")
        eventually(
            lambda: (found := rest.get(f"/api/orders/{order['id']}").json())["status"] == "filled" and found, within=30, what="it fills"
        )
    trade = next(step for step in read_topic(EXECUTIONS) if step.order_id == order["id"] and step.type == "trade")
    reached = [
        record.timestamp
        for record, quote in read_records(QUOTES)
        if quote.symbol == "IBM" and quote.source == "replay" and 0 < quote.bid < quote.ask <= to_units(limit)
    ]
    assert reached, "the file reached the price"
    assert trade.time >= min(reached), "not before the row that reaches it"
