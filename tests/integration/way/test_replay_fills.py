"""A resting buy at a price the real IBM file reaches fills through the house's quotes, not before that row, at its own price."""

import csv
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from schemas.topics import EXECUTIONS, QUOTES
from schemas.units import to_units
from tests.eventually import eventually
from tests.live import Live
from tests.logs import read_records, read_topic

FILE = Path(__file__).resolve().parents[4] / "shared" / "data" / "us_equities_nbbo_20131007_open.csv"


def good_asks() -> list[Decimal]:
    """The asks of IBM's good quotes (bid above zero and below the ask), in file order."""
    assert FILE.is_file(), f"{FILE} is missing: the real quotes lie beside the checkout"
    with FILE.open(newline="") as file:
        rows = [(Decimal(row["bid"]), Decimal(row["ask"])) for row in csv.DictReader(file) if row["symbol"] == "IBM"]
    return [ask for bid, ask in rows if 0 < bid < ask]


def test_a_resting_buy_at_the_files_lowest_ask_fills_when_the_file_reaches_it(live_stack: Live) -> None:
    limit = min(good_asks())
    assert good_asks()[-1] > limit, "after a replay the market stands above the limit"
    with live_stack.user("trader1") as rest:
        live_stack.manage("replay_quotes", str(FILE), "--symbols", "IBM", "--speed", "max", "--again")

        def offered_above() -> bool:
            asks = rest.get("/api/book/IBM").json()["asks"]
            return bool(asks) and Decimal(asks[0][0]) > limit

        eventually(offered_above, within=30, what="the house offers IBM above the limit")
        body = {"account": "ACME-1", "symbol": "IBM", "side": "buy", "type": "limit", "tif": "gtc", "quantity": "7", "price": str(limit)}
        order = rest.post("/api/orders", json=body).json()
        path = f"/api/orders/{order['id']}"
        resting = eventually(lambda: (found := rest.get(path).json())["status"] != "pending_new" and found, what="the order is taken")
        assert resting["status"] == "new", resting
        live_stack.manage("replay_quotes", str(FILE), "--symbols", "IBM", "--speed", "max", "--again")
        filled = eventually(lambda: (found := rest.get(path).json())["status"] == "filled" and found, within=30, what="the order fills")
    assert Decimal(filled["avg_price"]) == limit, "a resting order trades at its own price"
    rested_at = datetime.fromisoformat(resting["updated_at"]).timestamp() * 1_000_000
    reached = [
        record.timestamp
        for record, quote in read_records(QUOTES)
        if quote.symbol == "IBM"
        and quote.source == "replay"
        and record.timestamp > rested_at
        and 0 < quote.bid < quote.ask <= to_units(limit)
    ]
    assert reached, "the file reached the price"
    trade = next(step for step in read_topic(EXECUTIONS) if step.order_id == order["id"] and step.type == "trade")
    assert trade.time >= min(reached), "not before the row that reaches it"
