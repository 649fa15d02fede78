"""The client's REST half: what may be asked again is asked again, under one key; what is refused is raised."""

import json
from collections.abc import Callable
from decimal import Decimal

import httpx
import pytest

from oms_client import Backoff, Client, ConnectionLost, NotAuthenticated, Refused, Token

ORDER = {
    "id": "O1",
    "client_order_id": None,
    "account": "A",
    "symbol": "IBM",
    "side": "buy",
    "type": "limit",
    "tif": "day",
    "quantity": "5",
    "price": "181.2",
    "stop_price": None,
    "status": "pending_new",
    "cum_quantity": "0",
    "leaves_quantity": "5",
    "avg_price": None,
    "reject": None,
    "version": 1,
    "created_at": "2026-11-24T17:00:33Z",
    "updated_at": "2026-11-24T17:00:33Z",
}


def refusal(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"code": "no", "message": "why", "field": "price", "request_id": "r"}, headers=headers)


class Site:
    """Answers in turn; an exception among them breaks the connection."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.waits: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self, credentials: object = None) -> Client:
        who = credentials or Token("t")
        backoff = Backoff(chance=lambda: 1.0)
        return Client("http://x", who, transport=httpx.MockTransport(self), sleep=self.waits.append, backoff=backoff)  # type: ignore[arg-type]


def submit(client: Client, **more: object) -> object:
    return client.submit(account="A", symbol="IBM", side="buy", type="limit", quantity=Decimal(5), price=Decimal("181.20"), **more)


def test_an_order_travels_as_text_and_comes_back_as_decimals() -> None:
    site = Site(httpx.Response(201, json=ORDER))
    order = submit(site.client(), wait=3)
    assert json.loads(site.requests[0].content)["price"] == "181.20"
    assert site.requests[0].headers["Prefer"] == "wait=3"
    assert order.price == Decimal("181.2")  # type: ignore[attr-defined]


@pytest.mark.parametrize("trouble", [lambda: httpx.ConnectError("gone"), lambda: httpx.ReadTimeout("late"), lambda: refusal(503)])
def test_an_order_is_asked_for_again_under_one_key(trouble: Callable) -> None:
    site = Site(trouble(), trouble(), httpx.Response(201, json=ORDER))
    submit(site.client())
    assert len({request.headers["Idempotency-Key"] for request in site.requests}) == 1
    assert site.waits == [0.25, 0.5]


def test_patience_ends() -> None:
    site = Site(*(refusal(503) for _ in range(9)))
    times = iter(range(0, 200, 20))
    client = Client("http://x", Token("t"), transport=httpx.MockTransport(site), sleep=site.waits.append, clock=lambda: next(times))
    with pytest.raises(Refused):
        submit(client)
    assert len(site.requests) == 3, "asked at 0, 20 and 40 s; the fourth would be after 60"


def test_two_orders_have_two_keys() -> None:
    site = Site(httpx.Response(201, json=ORDER), httpx.Response(201, json=ORDER))
    client = site.client()
    submit(client)
    submit(client)
    assert len({request.headers["Idempotency-Key"] for request in site.requests}) == 2


def test_a_pause_that_is_asked_for_is_kept() -> None:
    site = Site(refusal(429, **{"Retry-After": "2"}), httpx.Response(201, json=ORDER))
    submit(site.client())
    assert site.waits == [2.25]


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_a_refusal_is_raised_at_once(status: int) -> None:
    site = Site(refusal(status))
    with pytest.raises(Refused) as caught:
        submit(site.client())
    assert (caught.value.status, caught.value.code, caught.value.field) == (status, "no", "price")


def test_a_replace_is_not_asked_for_again() -> None:
    site = Site(httpx.ReadTimeout("late"))
    with pytest.raises(ConnectionLost):
        site.client().replace("O1", quantity=4)


def test_a_refused_token_is_renewed_once() -> None:
    class Login:
        raw = "old"

        def token(self) -> str:
            return self.raw

        def renew(self, refused: str) -> bool:
            self.raw = "new"
            return True

    site = Site(refusal(401), httpx.Response(200, json=ORDER))
    assert site.client(Login()).order("O1").id == "O1"
    assert [request.headers["Authorization"] for request in site.requests] == ["Token old", "Token new"]
    with pytest.raises(NotAuthenticated):
        Site(refusal(401), refusal(401)).client(Login()).order("O1")
    with pytest.raises(NotAuthenticated):
        Site(refusal(401)).client().order("O1")


def test_a_log_in_that_gets_no_answer_is_tried_again() -> None:
    class Login:
        left = 2

        def token(self) -> str:
            self.left -= 1
            if self.left:
                raise httpx.ReadTimeout("late")
            return "t"

    site = Site(httpx.Response(200, json=ORDER))
    assert site.client(Login()).order("O1").id == "O1"
    assert site.waits == [0.25]


def test_pages_follow_each_other() -> None:
    site = Site(
        httpx.Response(200, json={"results": [ORDER], "next": "http://x/api/orders?cursor=2"}),
        httpx.Response(200, json={"results": [ORDER | {"id": "O2"}], "next": None}),
    )
    assert [order.id for order in site.client().orders(account="A")] == ["O1", "O2"]


def test_a_float_is_no_quantity() -> None:
    with pytest.raises(TypeError, match="quantity"):
        Site().client().submit(quantity=0.1)
