"""Single orders paced at 20/s: from the intended moment of the POST to the fill on the WebSocket, in milliseconds.

Open model: each order has a moment at which it is due, whether or not the ones before it were answered; lateness of the sender
counts. The orders are marketable limits of 1 unit against the house's resting quotes.
"""

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

from websockets.sync.client import connect

from benchmarks import machine, target

RATE = 20
SECONDS = 30
SYMBOLS = ("BAC", "AIG", "IBM")


class Fills(threading.Thread):
    """Follows the channel `executions` of one account and notes when each order's first fill arrived."""

    def __init__(self, found: dict[str, Any], username: str) -> None:
        super().__init__(daemon=True)
        self.seen: dict[str, float] = {}
        self.ready = threading.Event()
        self._done = threading.Event()
        person = target.person(found, username)
        self._socket = connect(found["ws"], max_size=None)
        self._socket.send(json.dumps({"op": "auth", "token": person["token"]}))
        self._socket.send(json.dumps({"op": "subscribe", "channel": "executions", "key": person["accounts"][0]}))

    def run(self) -> None:
        """Read until stopped."""
        for text in self._socket:
            at = time.monotonic()
            frame = json.loads(text)
            if frame.get("channel") != "executions":
                continue
            if frame["type"] == "snapshot":
                self.ready.set()
            elif frame["type"] == "update":
                self.seen.setdefault(frame["data"]["order"], at)

    def stop(self) -> None:
        """Close the socket."""
        self._socket.close()


def measure(rate: int = RATE, seconds: int = SECONDS) -> dict[str, Any]:
    """Run once against the running stack."""
    found = target.stack()
    account = target.person(found, "trader1")["accounts"][0]
    due: dict[str, float] = {}
    answers: list[float] = []
    with target.client(found, "trader1") as rest, ThreadPoolExecutor(32) as pool:
        fills = Fills(found, "trader1")
        fills.start()
        if not fills.ready.wait(10):
            raise SystemExit("no snapshot on the channel executions within 10 s")

        def send(number: int, moment: float) -> None:
            symbol = SYMBOLS[number % len(SYMBOLS)]
            side = "buy" if number // len(SYMBOLS) % 2 == 0 else "sell"
            quote = quotes[symbol]
            price = quote[0] if side == "buy" else quote[1]
            body = {"account": account, "symbol": symbol, "side": side, "type": "limit", "tif": "ioc", "quantity": "1", "price": price}
            answer = rest.post("/api/orders", json=body)
            answer.raise_for_status()
            answers.append((time.monotonic() - moment) * 1000)
            due[answer.json()["id"]] = moment

        quotes = _marketable(rest)
        start = time.monotonic() + 0.5
        sent = []
        for number in range(rate * seconds):
            moment = start + number / rate
            time.sleep(max(0.0, moment - time.monotonic()))
            if number % rate == 0:
                quotes = _marketable(rest)
            sent.append(pool.submit(send, number, moment))
        for one in sent:
            one.result()
        deadline = time.monotonic() + 10
        while not due.keys() <= fills.seen.keys() and time.monotonic() < deadline:
            time.sleep(0.05)
        fills.stop()
    latencies = [(fills.seen[order] - moment) * 1000 for order, moment in due.items() if order in fills.seen]
    return {
        "rate": rate,
        "sent": len(due),
        "filled": len(latencies),
        "post_to_fill_ms": machine.spread(latencies),
        "post_to_answer_ms": machine.spread(answers),
    }


def _marketable(rest: Any) -> dict[str, tuple[str, str]]:
    """A buy and a sell price 1 % through the market, on the tick."""
    ticks = {row["symbol"]: Decimal(row["tick"]) for row in rest.get("/api/instruments").json()["results"]}
    prices = {}
    for symbol in SYMBOLS:
        quote = rest.get(f"/api/quotes/{symbol}").json()
        tick = ticks[symbol]
        buy, sell = Decimal(quote["ask"]) * Decimal("1.01"), Decimal(quote["bid"]) * Decimal("0.99")
        prices[symbol] = (str(buy // tick * tick), str(sell // tick * tick))
    return prices


if __name__ == "__main__":
    runs = [measure() for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 1)]
    print(json.dumps(machine.keep("single_orders", {"runs": runs}), indent=2))
