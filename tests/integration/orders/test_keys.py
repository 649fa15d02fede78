"""Idempotency over HTTP: a hundred at once, in another process, and after the key was forgotten."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from oms_site.infra.bus.models import OutboxMessage
from oms_site.stack import Stack
from orders import services, tasks
from orders.models import IdempotencyKey, Order
from orders.services.keys import KEPT
from risk.domain.roles import Role
from tests.integration.orders.conftest import NOW, fill_market, new_order, person
from tests.integration.orders.test_rest import BODY, client_of, post

_AGAIN = """
import json, sys, django
django.setup()
from django.contrib.auth.models import User
from rest_framework.test import APIClient
client = APIClient(SERVER_NAME="127.0.0.1")
client.force_authenticate(User.objects.get(username="trader1"))
headers = {"Idempotency-Key": "k"} if sys.argv[2] == "key" else {}
answer = client.post("/api/orders", sys.argv[1], content_type="application/json", headers=headers)
print(json.dumps([answer.status_code, answer.content.decode(), answer.get("Idempotent-Replayed")]))
"""


def in_another_process(stack: Stack, body: dict[str, Any], how: str, database: str) -> list[Any]:
    """The answer of a process that knows nothing but the database, as after a restart."""
    environment = stack.child_environment() | {"DATABASE_URL": stack.postgres_url(database), "DJANGO_SETTINGS_MODULE": "oms_site.settings"}
    command = [sys.executable, "-c", _AGAIN, json.dumps(body), how]
    done = subprocess.run(command, cwd=stack.layout.checkout, env=environment, capture_output=True, text=True, timeout=60, check=True)
    told: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["key", "client_order_id"])
def test_100_requests_at_once_make_one_order_and_after_a_restart_the_first_answer_is_given_again(servers: Stack, how: str) -> None:
    fill_market()
    person("trader1", Role.TRADER, "ACME-1")
    body = BODY | {"client_order_id": "mine"}
    headers = {"Idempotency-Key": "k"} if how == "key" else {}

    def one(_: int) -> tuple[int, bytes, str | None]:
        try:
            answer = post(client_of(User.objects.get(username="trader1")), body, **headers)
            return answer.status_code, answer.content, answer.get("Idempotent-Replayed")
        finally:
            connection.close()

    with ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(one, range(100)))
    assert Order.objects.count() == OutboxMessage.objects.count() == 1
    assert {(status, content) for status, content, _ in answers} == {answers[0][:2]}
    assert answers[0][0] == 201
    assert sum(replayed == "true" for *_, replayed in answers) == 99
    again = in_another_process(servers, body, how, connection.settings_dict["NAME"])
    assert again == [201, answers[0][1].decode(), "true"]
    assert in_another_process(servers, body | {"quantity": "5"}, how, connection.settings_dict["NAME"])[0] == (422 if how == "key" else 409)
    assert Order.objects.count() == 1


@pytest.mark.usefixtures("market")
def test_keys_older_than_promised_are_forgotten_in_steps(trader: User) -> None:
    for index in range(7):
        services.order_submit(
            actor=trader,
            order=new_order(client_order_id=f"c{index}"),
            now=NOW - KEPT + timedelta(days=index - 3),
            request_id="r",
            unique=index,
            key=services.intake.KeyGiven(f"k{index}", "d"),
        )
    assert services.idempotency_keys_forget(now=NOW, most=2) == 2
    assert services.idempotency_keys_forget(now=NOW) == 1
    assert services.idempotency_keys_forget(now=NOW) == 0
    assert set(IdempotencyKey.objects.values_list("key", flat=True)) == {"k3", "k4", "k5", "k6"}, "what is as old as promised stays"
    assert Order.objects.count() == 7, "orders stay, and so do their own names"


@pytest.mark.usefixtures("market")
def test_the_task_forgets_all_that_is_too_old(trader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for index in range(5):
        IdempotencyKey.objects.create(
            user=trader, key=f"k{index}", body_digest="d", order_ids=[], response="[]", created_at=NOW - timedelta(days=4000)
        )
    monkeypatch.setattr(services.keys, "BATCH", 2)
    assert tasks.keys_forget() == 5
    assert not IdempotencyKey.objects.exists()
