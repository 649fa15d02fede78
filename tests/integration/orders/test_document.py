"""The OpenAPI document says of orders what the endpoints do."""

import json
from typing import Any

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from rest_framework.test import APIClient

from orders.api import shapes
from orders.domain import entry, numbers
from tests.integration.orders.conftest import Log
from tests.integration.orders.test_projection import deliver, life
from tests.integration.orders.test_rest import BODY, client, post

__all__ = ["client"]
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    GENERATOR_STATS.reset()
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    validate_schema(made)
    return made


def test_it_is_made_without_a_warning(document: dict[str, Any]) -> None:
    assert not list(GENERATOR_STATS._warn_cache) + list(GENERATOR_STATS._error_cache)


def fields(document: dict[str, Any], name: str) -> set[str]:
    return set(document["components"]["schemas"][name]["properties"])


def test_answers_have_the_fields_it_names(document: dict[str, Any], client: APIClient, log: Log) -> None:
    order = post(client, BODY).json()
    deliver(*life(log, order))
    path = f"/api/orders/{order['id']}"
    assert set(order) == set(client.get(path).json()) == fields(document, "Order")
    assert set(client.get(f"{path}/events").json()["results"][0]) == fields(document, "OrderEvent")
    assert set(client.get("/api/executions").json()["results"][0]) == fields(document, "Execution")
    assert set(client.get("/api/orders").json()) == fields(document, "OrderPage")
    assert set(post(client, {"all": True}, "/api/orders/cancel").json()) == fields(document, "MassCancelAnswer")
    assert set(client.get("/api/orders/none").json()) == fields(document, "Refusal")
    bulk = post(client, {"orders": [BODY, {}]}, "/api/orders/bulk").json()["results"]
    assert set(bulk[0]) | set(bulk[1]) == fields(document, "BulkResult")
    assert set(bulk[0]["order"]) == fields(document, "BulkResultOrder")
    assert set(bulk[1]["error"]) == fields(document, "BulkResultError")


def test_requests_take_the_fields_it_names_and_no_others(document: dict[str, Any]) -> None:
    assert fields(document, "NewOrder") == entry.TAKEN
    assert set(document["components"]["schemas"]["NewOrder"]["required"]) == set(entry.REQUIRED)
    assert fields(document, "PatchedOrderReplace") == entry.REPLACE_FIELDS
    assert fields(document, "MassCancelScope") == entry.SCOPE_FIELDS
    assert f"^{numbers._PATTERN.pattern.replace('?:', '').replace('([0-9]{1,8})', '[0-9]{1,8}')}$" == shapes.NUMBER


def test_every_refusal_it_promises_is_the_envelope(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        if not path.startswith(("/api/orders", "/api/executions")):
            continue
        for method, operation in methods.items():
            codes = {code: answer for code, answer in operation["responses"].items() if code >= "400"}
            assert {"400", "401", "503"} <= codes.keys(), (method, path)
            assert all("Refusal" in json.dumps(answer) for answer in codes.values())


def test_cancels_are_never_throttled_and_the_document_says_so(document: dict[str, Any]) -> None:
    assert "429" not in document["paths"]["/api/orders/{order_id}"]["delete"]["responses"]
    assert "429" not in document["paths"]["/api/orders/cancel"]["post"]["responses"]
    assert "429" in document["paths"]["/api/orders"]["post"]["responses"]
