"""The consumer tells which traders are connected and what they want to happen when they no longer are."""

import asyncio
import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth.models import User
from django.utils import timezone

from oms_site.stream.consumer import StreamConsumer
from oms_site.stream.presence import Presence
from oms_site.stream.protocol import ENCODED
from oms_site.stream.watch import watch
from orders.models import Disconnection, Heartbeat, TraderSocket
from risk import services as risk_services
from risk.domain.roles import Role
from tests.integration.orders.conftest import fill_market, person
from tests.unit.stream.wire import texts

pytestmark = pytest.mark.django_db(transaction=True)
SCOPE = {"type": "websocket", "path": "/ws/stream", "query_string": b"", "extensions": {ENCODED: {}}, "headers": [(b"host", b"localhost")]}
TOKENS = {"trader1": "t" * 43, "risk1": "r" * 43}


@pytest.fixture
def people(transactional_db: None) -> dict[str, User]:
    fill_market()
    found = {"trader1": person("trader1", Role.TRADER, "ACME-1"), "risk1": person("risk1", Role.RISK)}
    for name, secret in TOKENS.items():
        risk_services.token_issue(user=found[name], secret=secret, now=timezone.now())
    return found


class Client:
    """A socket at the consumer itself."""

    def __init__(self) -> None:
        self.wire = ApplicationCommunicator(StreamConsumer.as_asgi(), SCOPE)

    async def open(self, name: str, **auth: Any) -> "Client":
        await self.wire.send_input({"type": "websocket.connect"})
        assert (await self.wire.receive_output(5))["type"] == "websocket.accept"
        await self.send(op="auth", token=TOKENS[name], **auth)
        return self

    async def send(self, **frame: Any) -> None:
        await self.wire.send_input({"type": "websocket.receive", "text": json.dumps(frame)})

    async def take(self) -> list[dict[str, Any]]:
        """Everything up to the pong: what was sent before has been dealt with."""
        await self.send(op="ping")
        found: list[dict[str, Any]] = []
        while not found or found[-1]["type"] != "pong":
            found += [json.loads(text) for text in texts((await self.wire.receive_output(10))["frames"])]
        return found[:-1]

    async def close(self) -> None:
        await self.wire.send_input({"type": "websocket.disconnect", "code": 1006})
        await self.wire.wait(10)


def sockets() -> list[tuple[str, int | None]]:
    return list(TraderSocket.objects.order_by("id").values_list("user__username", "grace_seconds"))


def lost() -> list[tuple[str, str, bool, int, str]]:
    rows = Disconnection.objects.order_by("id")
    return list(rows.values_list("user__username", "account", "asked", "grace_seconds", "state"))


@pytest.mark.parametrize(("says", "grace"), [(True, 10), (7, 7), (False, 0)])
def test_what_auth_says_stands_before_the_next_frame_is_answered(people, says, grace) -> None:
    async def body() -> None:
        client = await Client().open("trader1", cancel_on_disconnect=says)
        assert await client.take() == []
        assert await sync_to_async(sockets)() == [("trader1", grace)]
        await client.close()

    asyncio.run(body())
    assert sockets() == []
    assert lost() == ([("trader1", "", True, grace, "waiting")] if grace else [])


def test_a_subscribe_says_it_for_a_session_that_has_no_auth_frame(people) -> None:
    async def body() -> None:
        client = await Client().open("trader1")
        await client.send(op="subscribe", channel="orders", key="ACME-1", cancel_on_disconnect=5)
        await client.take()
        await client.close()
        again = await Client().open("trader1", cancel_on_disconnect=5)
        await again.take()
        assert await sync_to_async(lost)() == [("trader1", "", True, 5, "returned")]
        await again.send(op="subscribe", channel="quotes", key="IBM", cancel_on_disconnect=False)
        await again.take()
        await again.close()

    asyncio.run(body())
    assert lost() == [("trader1", "", True, 5, "returned")]


@pytest.mark.parametrize("wrong", [0, -1, 3_601, 2.5, "5", None])
def test_a_wrong_grace_period_is_refused_and_nothing_stands(people, wrong) -> None:
    async def body() -> None:
        client = await Client().open("trader1")
        await client.send(op="subscribe", channel="orders", key="ACME-1", cancel_on_disconnect=wrong)
        (error,) = await client.take()
        assert (error["type"], error["data"]["code"], error["key"]) == ("error", "cancel_on_disconnect_invalid", "ACME-1")
        assert await sync_to_async(sockets)() == [("trader1", None)]
        await client.close()

    asyncio.run(body())


def test_who_enters_no_orders_cannot_ask_and_is_not_told_of(people) -> None:
    async def body() -> None:
        client = await Client().open("risk1", cancel_on_disconnect=True)
        (error,) = await client.take()
        assert error["data"]["code"] == "cancel_on_disconnect_invalid"
        await client.close()

    asyncio.run(body())
    assert (sockets(), lost()) == ([], [])


def test_what_could_not_be_told_is_made_up_for_by_the_next_round(people) -> None:
    """A close that the database did not hear of, and rows of sockets that are no more."""

    async def body() -> None:
        client = await Client().open("trader1", cancel_on_disconnect=5)
        await client.take()
        presence: Presence = watch().presence
        (socket,) = watch().hub.sockets
        watch().hub.sockets.discard(socket)
        await presence.tell_all()
        assert await sync_to_async(lost)() == [("trader1", "", True, 5, "waiting")]
        watch().hub.sockets.add(socket)
        await presence.tell_all()
        assert await sync_to_async(lost)() == [("trader1", "", True, 5, "returned")]
        await client.close()

    asyncio.run(body())
    assert Heartbeat.objects.count() == 1
