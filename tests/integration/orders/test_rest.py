"""The REST rules of orders and executions, and what bad input gets, over the whole stack of middleware and views."""

import json
import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, InternalError, OperationalError, connection, transaction
from rest_framework.test import APIClient

from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.redis import client as redis_client
from orders import services, wakeups
from orders.api import waiting
from orders.models import Execution, Order
from orders.selectors import order_object
from risk.domain.roles import Role
from tests.eventually import eventually
from tests.integration.orders.conftest import Log, fill_market, person
from tests.integration.orders.test_projection import deliver, life

pytestmark = pytest.mark.django_db
BODY = {"account": "ACME-1", "symbol": "IBM", "side": "buy", "type": "limit", "quantity": "100", "price": "181.25"}
ENVELOPE = {"code", "message", "field", "request_id", "details"}


def client_of(user: User) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(user)
    return client


@pytest.fixture
def client(trader: User) -> APIClient:
    return client_of(trader)


def post(client: APIClient, body: Any, path: str = "/api/orders", **headers: str) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(path, raw, content_type="application/json", headers=headers)


def refused(response: Any, status: int, field: str | None = None) -> dict[str, Any]:
    told = response.json()
    assert response.status_code == status, told
    assert set(told) == ENVELOPE
    assert told["field"] == field
    assert told["request_id"] == response["X-Request-ID"]
    assert not any(word in told["message"] for word in ("Traceback", "SELECT", "psycopg", ".py"))
    return told


def nothing_happened() -> bool:
    return not (Order.objects.exists() or OutboxMessage.objects.exists())


def test_an_order_is_answered_as_stored_and_found_again(client: APIClient) -> None:
    answer = post(client, BODY | {"client_order_id": "=cmd()"})
    assert answer.status_code == 201
    told = answer.json()
    assert answer["Location"] == f"/api/orders/{told['id']}"
    assert client.get(answer["Location"]).json() == told
    assert client.get("/api/orders").json() == {"results": [told], "next": None}
    assert told | {"id": "", "created_at": "", "updated_at": "", "trade_date": ""} == {
        **BODY,
        "id": "",
        "client_order_id": "=cmd()",
        "tif": "day",
        "stop_price": None,
        "display_quantity": None,
        "trail_offset": None,
        "expire_date": None,
        "post_only": False,
        "reduce_only": False,
        "self_trade_prevention": "none",
        "trade_date": "",
        "triggered": False,
        "day_quantity": "100",
        "day_cum_quantity": "0",
        "source": "blotter",
        "status": "pending_new",
        "cum_quantity": "0",
        "leaves_quantity": "100",
        "avg_price": None,
        "reject": None,
        "version": 1,
        "created_at": "",
        "updated_at": "",
    }


REFUSED: list[tuple[str, Any, str | None]] = [
    ("R1 negative", BODY | {"quantity": -1}, "quantity"),
    ("R1 zero", BODY | {"quantity": 0}, "quantity"),
    ("R1 minus zero", BODY | {"quantity": "-0"}, "quantity"),
    ("R2 NaN literal", json.dumps(BODY).replace('"100"', "NaN").encode(), None),
    ("R2 Infinity literal", json.dumps(BODY).replace('"100"', "Infinity").encode(), None),
    ("R3 NaN text", BODY | {"price": "NaN"}, "price"),
    ("R3 inf text", BODY | {"price": "inf"}, "price"),
    ("R5 exponent", BODY | {"quantity": "1E+999999"}, "quantity"),
    ("R5 2,000 digits", BODY | {"quantity": "9" * 2000}, "quantity"),
    ("R5 2,000 digits as a number", json.dumps(BODY).replace('"100"', "9" * 2000).encode(), "quantity"),
    ("R6 underscore", BODY | {"quantity": "1_000"}, "quantity"),
    ("R6 Arabic-Indic", BODY | {"quantity": "\u0661\u0660"}, "quantity"),
    ("R6 full width", BODY | {"quantity": "\uff11"}, "quantity"),
    ("R6 spaces", BODY | {"quantity": " 1 "}, "quantity"),
    ("R6 plus", BODY | {"quantity": "+1"}, "quantity"),
    ("R7 nine decimals", BODY | {"price": "1.123456789"}, "price"),
    ("R7 three decimals", BODY | {"price": "181.255"}, "price"),
    ("R8 off lot", BODY | {"quantity": "1.5"}, "quantity"),
    ("R9 max + 1", BODY | {"quantity": "10001"}, "quantity"),
    ("R12 unknown", BODY | {"colour": "red"}, "colour"),
    ("R12 status", BODY | {"status": "filled"}, "status"),
    ("R12 cum_qty", BODY | {"cum_qty": 1}, "cum_qty"),
    ("R12 owner", BODY | {"owner": 1}, "owner"),
    ("R12 is_admin", BODY | {"is_admin": True}, "is_admin"),
    ("R13 list", [BODY], None),
    ("R13 null", None, None),
    ("R13 string", "x", None),
    ("R13 empty", b"", "account"),
    ("R13 BOM", b"\xef\xbb\xbf" + json.dumps(BODY).encode(), None),
    ("R13 trailing junk", json.dumps(BODY).encode() + b"x", None),
    ("R13 two objects", json.dumps(BODY).encode() * 2, None),
    ("R18 long text", BODY | {"client_order_id": "x" * 4096}, "client_order_id"),
    ("R31 market with price", BODY | {"type": "market"}, "price"),
    ("R31 limit without price", {k: v for k, v in BODY.items() if k != "price"}, "price"),
    ("R31 fok and post-only", BODY | {"tif": "fok", "post_only": True}, "post_only"),
    ("R31 stop without trigger", BODY | {"type": "stop"}, "stop_price"),
    ("R31 stop with limit", BODY | {"type": "stop", "stop_price": "190"}, "price"),
    ("R31 gtd without date", BODY | {"tif": "gtd"}, "expire_date"),
    ("R31 date without gtd", BODY | {"expire_date": "2099-01-01"}, "expire_date"),
    ("R31 market until a date", {k: v for k, v in BODY.items() if k != "price"} | {"type": "market", "tif": "gtd"}, "tif"),
    ("R31 shown more than there is", BODY | {"display_quantity": "101"}, "display_quantity"),
    ("R8 stop off tick", BODY | {"type": "stop_limit", "stop_price": "190.001"}, "stop_price"),
    ("R8 shown part of a lot", BODY | {"display_quantity": "1.5"}, "display_quantity"),
    ("R12 triggered", BODY | {"triggered": True}, "triggered"),
    ("R32 past", BODY | {"tif": "gtd", "expire_date": "2020-01-01"}, "expire_date"),
    ("R32 a time", BODY | {"tif": "gtd", "expire_date": "2099-01-01T00:00:00Z"}, "expire_date"),
    ("R32 naive", BODY | {"tif": "gtd", "expire_date": "01/02/2099"}, "expire_date"),
    ("R32 a number", BODY | {"tif": "gtd", "expire_date": 20990101}, "expire_date"),
    ("R32 Feb 30", BODY | {"tif": "gtd", "expire_date": "2026-02-30"}, "expire_date"),
    ("unknown symbol", BODY | {"symbol": "NOPE"}, "symbol"),
    ("unknown account", BODY | {"account": "NOPE"}, "account"),
    ("foreign account", BODY | {"account": "ZEN-1"}, "account"),
    ("null", BODY | {"tif": None}, "tif"),
    ("NUL", BODY | {"account": "A\x00"}, "account"),
    ("doubled field", json.dumps(BODY).encode()[:-1] + b', "side": "sell"}', "side"),
    ("nesting", b"[" * 50_000, None),
]


@pytest.mark.parametrize(("row", "body", "field"), REFUSED, ids=[row for row, *_ in REFUSED])
def test_bad_input_is_refused_without_effect(client: APIClient, row: str, body: Any, field: str | None) -> None:
    refused(post(client, body), 400, field)
    assert nothing_happened(), row


def test_the_largest_quantity_is_accepted(client: APIClient) -> None:
    assert post(client, BODY | {"quantity": "10000"}).status_code == 201


@pytest.mark.parametrize("text", ["=cmd()", "<script>", "'; DROP TABLE orders_order; --", "\U0001f600"])
def test_free_text_is_stored_raw(client: APIClient, text: str) -> None:
    assert post(client, BODY | {"client_order_id": text}).json()["client_order_id"] == text


def test_bodies_have_their_limits(client: APIClient) -> None:
    refused(post(client, BODY | {"client_order_id": "x" * 65_536}), 413)
    refused(post(client, {"orders": [BODY], "x": "x" * 1_048_576}, "/api/orders/bulk"), 413)
    many = [BODY | {"client_order_id": f"{index:064}"} for index in range(500)]
    answer = post(client, {"orders": many}, "/api/orders/bulk")
    assert answer.status_code == 200, "500 orders fit into a bulk body"
    assert len(answer.json()["results"]) == 500


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml"])
def test_another_content_type_is_415(client: APIClient, kind: str) -> None:
    refused(client.post("/api/orders", b"a=1", content_type=kind), 415)
    assert nothing_happened()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("put", "/api/orders"),
        ("delete", "/api/orders"),
        ("get", "/api/orders/bulk"),
        ("get", "/api/orders/cancel"),
        ("post", "/api/orders/O1"),
        ("put", "/api/orders/O1"),
        ("post", "/api/orders/O1/events"),
        ("post", "/api/executions"),
    ],
)
def test_another_method_is_405(client: APIClient, method: str, path: str) -> None:
    refused(getattr(client, method)(path), 405)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/orders"),
        ("post", "/api/orders"),
        ("post", "/api/orders/bulk"),
        ("post", "/api/orders/cancel"),
        ("get", "/api/orders/O1"),
        ("patch", "/api/orders/O1"),
        ("delete", "/api/orders/O1"),
        ("get", "/api/orders/O1/events"),
        ("get", "/api/executions"),
    ],
)
def test_nobody_gets_in_without_logging_in(market: None, method: str, path: str) -> None:
    refused(getattr(APIClient(), method)(path), 401)


def test_a_role_that_only_looks_gets_403(market: None) -> None:
    viewer = client_of(person("viewer", Role.VIEWER))
    refused(post(viewer, BODY), 403)
    refused(post(viewer, {"orders": [BODY]}, "/api/orders/bulk"), 403)
    refused(post(viewer, {"all": True}, "/api/orders/cancel"), 403)
    assert nothing_happened()


def test_the_key_gives_the_first_answer_again(client: APIClient) -> None:
    first = post(client, BODY, **{"Idempotency-Key": "k1"})
    again = post(client, dict(reversed(BODY.items())) | {"quantity": 100}, **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Location"] == first["Location"]
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    refused(post(client, BODY | {"quantity": "5"}, **{"Idempotency-Key": "k1"}), 422, "Idempotency-Key")
    refused(post(client, BODY, **{"Idempotency-Key": "x" * 65}), 400, "Idempotency-Key")
    assert Order.objects.count() == 1


def test_the_client_order_id_gives_the_first_answer_again(client: APIClient) -> None:
    body = BODY | {"client_order_id": "mine"}
    first = post(client, body)
    assert post(client, body).content == first.content
    told = refused(post(client, body | {"quantity": "5"}), 409, "client_order_id")
    assert told["details"] == [{"order": first.json()["id"]}]
    refused(post(client, body, **{"Idempotency-Key": "new"}), 409, "client_order_id")
    assert Order.objects.count() == 1


def test_a_bulk_is_answered_in_its_order(client: APIClient) -> None:
    body = {"orders": [BODY, BODY | {"side": "up"}, BODY | {"account": "ZEN-1"}, BODY]}
    first = post(client, body, "/api/orders/bulk", **{"Idempotency-Key": "k"})
    results = first.json()["results"]
    assert [row["index"] for row in results] == [0, 1, 2, 3]
    assert [row.get("error", {}).get("field") for row in results] == [None, "side", "account", None]
    assert set(results[1]["error"]) == ENVELOPE
    again = post(client, body, "/api/orders/bulk", **{"Idempotency-Key": "k"})
    assert again.content == first.content
    assert again["Idempotent-Replayed"] == "true"
    refused(post(client, {"orders": [BODY]}, "/api/orders/bulk", **{"Idempotency-Key": "k"}), 422, "Idempotency-Key")
    assert Order.objects.count() == 2


@pytest.mark.parametrize("body", [{}, {"orders": []}, {"orders": [BODY] * 501}, [BODY]])
def test_a_bulk_of_none_or_too_many_is_refused(client: APIClient, body: Any) -> None:
    assert post(client, body, "/api/orders/bulk").status_code == 400
    assert nothing_happened()


def test_the_life_of_an_order_is_told_in_sequence(client: APIClient, log: Log) -> None:
    order = post(client, BODY).json()
    deliver(*life(log, order))
    path = f"/api/orders/{order['id']}"
    told = client.get(path).json()
    assert (told["status"], told["cum_quantity"], told["leaves_quantity"], told["avg_price"]) == ("filled", "100", "0", "181.244")
    events = client.get(f"{path}/events").json()["results"]
    assert [event["seq"] for event in events] == [1, 2, 3, 4]
    assert [event["type"] for event in events] == ["pending_new", "new", "trade", "trade"]
    assert [event["last_quantity"] for event in events] == [None, None, "40", "60"]
    assert {"seq", "type", "status", "cum_quantity", "leaves_quantity", "last_quantity", "last_price", "trade_id", "reason", "time"} <= set(
        events[0]
    )
    page = client.get(f"{path}/events?page_size=3").json()
    assert [event["seq"] for event in client.get(page["next"]).json()["results"]] == [4]
    fills = client.get("/api/executions").json()["results"]
    assert [(fill["order"], fill["quantity"], fill["seq"]) for fill in fills] == [(order["id"], "60", 2), (order["id"], "40", 1)]
    assert {"id", "order", "account", "symbol", "side", "type", "quantity", "price", "trade_id", "seq", "time"} <= set(fills[0])


def test_replace_and_cancel_are_accepted_once_and_refused_when_too_late(client: APIClient, log: Log) -> None:
    order = post(client, BODY).json()
    path = f"/api/orders/{order['id']}"
    refused(client.patch(path, b"{}", content_type="application/json"), 400)
    refused(client.patch(path, b'{"stop_price": "1"}', content_type="application/json"), 400, "stop_price")
    assert client.patch(path, b'{"quantity": 5}', content_type="application/json").status_code == 202
    assert client.delete(path).status_code == client.delete(path).status_code == 202
    refused(client.patch(path, b'{"quantity": 5}', content_type="application/json"), 409)
    deliver(log.step(order, "pending_new", prefix="E"), log.step(order, "new"), log.step(order, "canceled", leaves_quantity=0))
    assert refused(client.delete(path), 409)["code"] == "order_closed"
    assert refused(client.patch(path, b'{"quantity": 5}', content_type="application/json"), 409)["code"] == "order_closed"
    assert OutboxMessage.objects.count() == 3


@pytest.mark.parametrize("order_id", ["O-NONE", "x" * 500, "%00", "a%2Fb", "%E2%82%AC", "1;select"])
def test_an_order_there_is_not_is_404(client: APIClient, order_id: str) -> None:
    path = f"/api/orders/{order_id}"
    for answer in (client.get(path), client.delete(path), client.patch(path, b'{"quantity": 5}', content_type="application/json")):
        refused(answer, 404)


def test_anothers_order_is_as_good_as_none(client: APIClient) -> None:
    order = post(client, BODY).json()
    stranger = client_of(person("trader2", Role.TRADER, "ZEN-1"))
    path = f"/api/orders/{order['id']}"
    nothing = stranger.get("/api/orders/O-NONE").json()
    for answer in (
        *(stranger.get(path), stranger.get(f"{path}/events"), stranger.delete(path)),
        stranger.patch(path, b'{"quantity": 5}', content_type="application/json"),
    ):
        assert refused(answer, 404)["message"] == nothing["message"]
    for query in ("/api/orders", "/api/orders?account=ACME-1", "/api/orders?account=NOPE", "/api/executions?account=ACME-1"):
        assert stranger.get(query).json() == {"results": [], "next": None}


def test_mass_cancel_needs_a_scope(client: APIClient) -> None:
    post(client, BODY)
    refused(post(client, {}, "/api/orders/cancel"), 400)
    refused(post(client, {"symbol": "NOPE"}, "/api/orders/cancel"), 400, "symbol")
    refused(post(client, {"account": "ZEN-1"}, "/api/orders/cancel"), 400, "account")
    answer = post(client, {"all": True, "reason": "=cmd()"}, "/api/orders/cancel")
    assert answer.status_code == 202
    assert answer.json() == {"request_id": answer["X-Request-ID"], "requested": 1}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", "colour"),
        ("symbol=IBM&symbol=BAC", "symbol"),
        ("from=yesterday", "from"),
        ("from=2026-02-30", "from"),
        ("to=2026-11-24T10:00:00", "to"),
        ("status=open", "status"),
        ("side=up", "side"),
        ("page_size=0", "page_size"),
        ("page_size=501", "page_size"),
        ("page_size=1e2", "page_size"),
        ("cursor=x", "cursor"),
        ("cursor=", "cursor"),
        ("account=%00", "account"),
    ],
)
def test_a_bad_query_is_refused_and_named(client: APIClient, query: str, field: str) -> None:
    refused(client.get(f"/api/orders?{query}"), 400, field)


@pytest.mark.parametrize("path", ["/api/orders?x=1", "/api/orders/bulk?x=1", "/api/orders/cancel?x=1"])
def test_a_query_where_none_belongs_is_refused(client: APIClient, path: str) -> None:
    refused(post(client, BODY, path), 400, "x")
    assert nothing_happened()


def test_lists_are_filtered_and_paged(client: APIClient, log: Log) -> None:
    ids = [post(client, BODY | {"side": side}).json()["id"] for side in ("buy", "sell", "buy", "buy", "sell")]
    deliver(*life(log, Order.objects.filter(pk=ids[0]).values().get() | {"account": "ACME-1", "symbol": "IBM"}))

    def found(query: str) -> list[str]:
        return [row["id"] for row in client.get(f"/api/orders?{query}").json()["results"]]

    assert set(found("side=sell")) == {ids[1], ids[4]}
    assert found("status=filled") == [ids[0]]
    assert found("status=suspended") == []
    assert found("symbol=EURUSD") == []
    assert len(found("from=2020-01-01&to=2100-01-01T00:00:00Z")) == 5
    assert found("to=2020-01-01") == []
    seen: list[str] = []
    url: str | None = "/api/orders?page_size=2&symbol=IBM"
    while url:
        page = client.get(url).json()
        seen += [row["id"] for row in page["results"]]
        url = page["next"]
    assert seen == sorted(ids, reverse=True)


@pytest.mark.parametrize("error", [OperationalError, InternalError])
def test_a_database_that_takes_nothing_is_503(client: APIClient, monkeypatch: pytest.MonkeyPatch, error: type[DatabaseError]) -> None:
    def down(**_: Any) -> None:
        raise error("cannot execute INSERT in a read-only transaction")

    monkeypatch.setattr(services, "order_submit", down)
    refused(post(client, BODY), 503)


def test_a_database_that_is_read_only_is_503_without_effect(client: APIClient) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT before; SET TRANSACTION READ ONLY")
    try:
        refused(post(client, BODY), 503)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK TO SAVEPOINT before")
    assert nothing_happened()


@pytest.mark.django_db(transaction=True)
def test_who_prefers_to_wait_is_answered_when_the_order_has_left_pending_new() -> None:
    fill_market()
    client = client_of(person("trader1", Role.TRADER, "ACME-1"))
    answers: list[Any] = []

    def ask() -> None:
        try:
            answers.append(post(client, BODY, Prefer="wait=10"))
        finally:
            connection.close()

    asked = threading.Thread(target=ask)
    asked.start()
    order = _entered()
    deliver_committed(Log(), order)
    asked.join(5)
    (answer,) = answers
    assert answer.status_code == 201
    assert answer.json()["status"] == "new"
    assert answer["Preference-Applied"] == "wait=10"


@pytest.mark.django_db(transaction=True)
def test_who_waits_in_vain_is_told_the_order_as_it_is() -> None:
    fill_market()
    client = client_of(person("trader1", Role.TRADER, "ACME-1"))
    answer = post(client, BODY, Prefer="respond-async, wait=1")
    assert (answer.status_code, answer.json()["status"]) == (201, "pending_new")
    assert post(client, BODY, Prefer="wait=soon").status_code == 201


def _entered() -> dict[str, Any]:
    order = eventually(Order.objects.first, what="the order is stored")
    return order_object(order)


def deliver_committed(log: Log, order: dict[str, Any]) -> None:
    """As the projection does: in a transaction, after which waiters are woken."""
    with transaction.atomic():
        deliver(log.step(order, "pending_new", prefix="E"), log.step(order, "new"))


def test_a_wait_holds_no_connection(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    released: list[str] = []
    monkeypatch.setattr(waiting, "_release", lambda: released.append("released"))
    monkeypatch.setattr(wakeups, "wait", lambda account, order_id, left, seconds: released.append(f"waits {seconds}") or left())
    post(client, BODY, Prefer="wait=99")
    assert released == ["released", "waits 10", "released"]
    assert Execution.objects.count() == 0


def test_who_asks_too_much_waits_but_may_always_cancel(client: APIClient, settings: Any) -> None:
    settings.OMS_REQUESTS_PER_SECOND, settings.OMS_REQUEST_BURST = 0.001, 2
    bucket = f"throttle:{User.objects.get(username='trader1').pk}"
    redis_client().delete(bucket)
    order = post(client, BODY).json()
    path = f"/api/orders/{order['id']}"
    assert client.get(path).status_code == 200
    answer = client.get(path)
    refused(answer, 429)
    assert int(answer["Retry-After"]) > 0
    refused(post(client, BODY), 429)
    assert client.delete(path).status_code == 202
    assert post(client, {"all": True}, "/api/orders/cancel").status_code == 202
    redis_client().delete(bucket)
