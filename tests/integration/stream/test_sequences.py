"""Sequences on the running product: nothing lost, nothing doubled. What happens when something dies: test_recovery."""

from collections.abc import Callable, Iterator
from decimal import Decimal

import httpx
import pytest

from tests.eventually import eventually
from tests.integration.stream.clients import Client
from tests.live import Live


@pytest.fixture
def trader1(live_stack: Live) -> Iterator[httpx.Client]:
    with live_stack.user("trader1") as rest:
        yield rest
        rest.post("/api/orders/cancel", json={"account": "ACME-1"})


def resting(rest: httpx.Client, symbol: str = "IBM") -> dict:
    """A buy 5 % under the market."""
    quote = eventually(lambda: (found := rest.get(f"/api/quotes/{symbol}").json()).get("quality") == "good" and found, within=20)
    price = (Decimal(quote["bid"]) * Decimal("0.95")).quantize(Decimal("0.01"))
    order = {"account": "ACME-1", "symbol": symbol, "side": "buy", "type": "limit", "tif": "day", "quantity": "5", "price": str(price)}
    answer = rest.post("/api/orders", json=order)
    assert answer.status_code == 201, answer.text
    return answer.json()


def follow(client: Client, order_ids: set[str], *, last: int) -> int:
    """Take order frames, each the next in sequence, until all of these orders are new; the last sequence."""
    waiting = set(order_ids)
    while waiting:
        frame = client.take_of("orders", timeout=15)
        if frame["type"] == "snapshot" and frame["seq"] == last:
            continue
        assert frame["type"] == "update"
        assert frame["seq"] == last + 1
        last = frame["seq"]
        if frame["data"]["status"] == "new":
            waiting.discard(frame["data"]["id"])
    return last


def test_updates_follow_the_snapshot_without_a_gap(client: Callable[[str], Client], trader1: httpx.Client) -> None:
    mine = client("trader1")
    head = mine.answer("orders", "ACME-1")["seq"]
    follow(mine, {resting(trader1)["id"] for _ in range(5)}, last=head)


def test_a_resume_brings_exactly_what_was_missed(client: Callable[[str], Client], trader1: httpx.Client) -> None:
    first = client("trader1")
    head = first.answer("orders", "ACME-1")["seq"]
    orders = {resting(trader1)["id"] for _ in range(5)}
    last = follow(first, orders, last=head)
    second = client("trader1")
    second.subscribe("orders", "ACME-1", from_seq=head + 1)
    assert follow(second, orders, last=head) <= last


def test_every_frame_from_the_first_can_be_had_again(client: Callable[[str], Client], trader1: httpx.Client) -> None:
    resting(trader1)
    mine = client("trader1")
    head = client("trader1").answer("orders", "ACME-1")["seq"]
    mine.subscribe("orders", "ACME-1", from_seq=1)
    assert [mine.take_of("orders")["seq"] for _ in range(head)] == list(range(1, head + 1))


def test_a_resume_from_the_next_frame_is_answered_and_one_from_beyond_is_refused(client: Callable[[str], Client]) -> None:
    mine = client("trader2")
    head = mine.answer("orders", "ZEN-1")["seq"]
    assert mine.answer("orders", "ZEN-1", from_seq=head + 1)["seq"] == head
    refused = mine.answer("orders", "ZEN-1", from_seq=head + 2)
    assert (refused["type"], refused["data"]["code"]) == ("error", "from_seq_ahead")


def test_a_second_subscribe_is_answered_and_doubles_nothing(client: Callable[[str], Client], trader1: httpx.Client) -> None:
    mine = client("trader1")
    mine.answer("orders", "ACME-1")
    head = mine.answer("orders", "ACME-1")["seq"]
    follow(mine, {resting(trader1)["id"]}, last=head)


def test_market_channels_answer_a_resume_with_a_snapshot_and_then_count_on(client: Callable[[str], Client]) -> None:
    mine = client("trader1")
    last = mine.answer("quotes", "IBM", from_seq=1)
    assert last["type"] == "snapshot"
    for _ in range(10):
        frame = mine.take_of("quotes")
        assert frame["type"] == "update"
        assert frame["seq"] == last["seq"] + 1
        last = frame


def test_a_fill_is_told_on_all_three_private_channels(client: Callable[[str], Client], trader1: httpx.Client) -> None:
    mine = client("trader1")
    heads = {channel: mine.answer(channel, "ACME-1")["seq"] for channel in ("orders", "executions", "positions")}
    order = {"account": "ACME-1", "symbol": "MSFT", "side": "buy", "type": "market", "tif": "day", "quantity": "3"}
    entered = eventually(lambda: (answer := trader1.post("/api/orders", json=order)).status_code == 201 and answer.json(), within=20)
    seen: dict[str, dict] = {}
    while not {"orders", "executions", "positions"} <= seen.keys() or seen["orders"]["status"] != "filled":
        frame = mine.take(timeout=15)
        if frame["channel"] in heads and frame["type"] == "update":
            heads[frame["channel"]] += 1
            assert frame["seq"] == heads[frame["channel"]]
            seen[frame["channel"]] = frame["data"]
    assert seen["executions"]["order"] == entered["id"]
    assert seen["positions"]["symbol"] == "MSFT"


def test_an_unsubscribed_channel_is_silent(client: Callable[[str], Client]) -> None:
    mine = client("trader1")
    mine.answer("quotes", "IBM")
    mine.send(op="unsubscribe", channel="quotes", key="IBM")
    mine.ping()
    mine.answer("quotes", "BAC")
    for _ in range(10):
        assert mine.take()["key"] == "BAC"


def test_what_redis_lost_comes_from_postgresql(live_stack: Live, client: Callable[[str], Client], trader1: httpx.Client) -> None:
    mine = client("trader1")
    head = mine.answer("orders", "ACME-1")["seq"]
    last = follow(mine, {resting(trader1)["id"]}, last=head)
    live_stack.stack.kill("valkey")
    follow(mine, {resting(trader1)["id"] for _ in range(3)}, last=last)
    assert mine.answer("quotes", "IBM")["type"] == "snapshot"
