"""Two hundred orders at once on the running product, each for 60 % of what a limit leaves: one is taken, whichever comes first.

Their quantities differ by a share each, so that none of them repeats another; no two of them fit together.
"""

import asyncio
import secrets
from collections import Counter
from decimal import Decimal

import httpx
import pytest

from tests.eventually import eventually
from tests.live import Live

ORDERS = 200
TRIES = 20
ACCOUNTS = {
    "RACE-POSITION": ("max_position", "10000"),
    "RACE-OPEN": ("max_open_notional", "200000"),
    "RACE-CREDIT": ("credit_line", "200000"),
}
REFUSED = {"RACE-POSITION": "position_too_large", "RACE-OPEN": "open_notional_too_large", "RACE-CREDIT": "credit_exceeded"}
SYMBOL = "BAC"


@pytest.fixture(scope="module")
def tokens(live_stack: Live) -> dict[str, str]:
    """A trader's token for each account, everything in place."""
    made = {code: secrets.token_hex(16) for code in ACCOUNTS}
    live_stack.manage("shell", "-c", f"from tests.integration.risk.racing import scene; scene({ACCOUNTS!r}, {made!r})")
    return made


def _of_the_room(account: str, price: Decimal) -> Decimal:
    """The quantity that takes 60 % of what the account's limit allows."""
    rule, limit = ACCOUNTS[account]
    room = Decimal(limit) * 6 // 10
    return room if rule == "max_position" else room // price


async def _at_once(web: str, token: str, bodies: list[dict[str, str]]) -> list[httpx.Response]:
    """All of them in one moment. Who finds the server too busy, or loses the connection, sends the same again under the same key."""
    limits = httpx.Limits(max_connections=len(bodies))
    async with httpx.AsyncClient(base_url=web, headers={"Authorization": f"Token {token}"}, timeout=60, limits=limits) as client:

        async def enter(number: int, body: dict[str, str]) -> httpx.Response:
            headers = {"Idempotency-Key": f"race-{token[:8]}-{number}"}
            for _ in range(TRIES):
                try:
                    answer = await client.post("/api/orders", json=body, headers=headers)
                except httpx.NetworkError:
                    await asyncio.sleep(0.2)
                    continue
                if answer.status_code not in {429, 503}:
                    return answer
                await asyncio.sleep(float(answer.headers.get("Retry-After", "0.2")))
            pytest.fail(f"order {number} was not answered in {TRIES} tries")

        return await asyncio.gather(*(enter(number, body) for number, body in enumerate(bodies)))


@pytest.mark.parametrize("account", ACCOUNTS)
def test_of_two_hundred_orders_at_once_one_is_taken(live_stack: Live, tokens: dict[str, str], account: str) -> None:
    with httpx.Client(base_url=live_stack.web, headers={"Authorization": f"Token {tokens[account]}"}, timeout=30) as client:
        quote = eventually(
            lambda: (found := client.get(f"/api/quotes/{SYMBOL}").json()).get("quality") == "good" and found, within=30, what="a good quote"
        )
        price = (Decimal(quote["bid"]) * Decimal("0.95")).quantize(Decimal("0.01"))
        quantity = _of_the_room(account, price)
        terms = {"account": account, "symbol": SYMBOL, "side": "buy", "type": "limit", "tif": "gtc", "price": str(price)}
        bodies = [terms | {"quantity": str(quantity - number)} for number in range(ORDERS)]
        answers = asyncio.run(_at_once(live_stack.web, tokens[account], bodies))
        assert Counter(answer.status_code for answer in answers) == {201: ORDERS}
        ids = {answer.json()["id"] for answer in answers}
        assert len(ids) == ORDERS
        told = eventually(lambda: _answered(client, account), within=60, every=0.2, what="every order is answered")
        assert Counter(told.values()) == {"new": 1, REFUSED[account]: ORDERS - 1}
        assert set(told) == ids
        (taken,) = (order for order, outcome in told.items() if outcome == "new")
        assert client.delete(f"/api/orders/{taken}").status_code == 202
        eventually(lambda: client.get(f"/api/orders/{taken}").json()["status"] == "canceled", within=15, what="the room is given back")
        again = client.post("/api/orders", json=terms | {"quantity": str(quantity)}, headers={"Prefer": "wait=10"})
        assert again.json()["status"] == "new", "the room is free again"
        assert client.delete(f"/api/orders/{again.json()['id']}").status_code == 202


def _answered(client: httpx.Client, account: str) -> dict[str, str] | None:
    """Order to status, or to the code that refused it, once all are answered."""
    found: dict[str, str] = {}
    path: str | None = f"/api/orders?account={account}&page_size=500"
    while path:
        page = client.get(path).json()
        for order in page["results"]:
            found[order["id"]] = order["reject"]["code"] if order["status"] == "rejected" else order["status"]
        path = page["next"]
    pending = [status for status in found.values() if status.startswith("pending")]
    return None if pending or len(found) < ORDERS else found
