"""A dead letter is sent again by two people: asked for on its page, approved, and then sent once, as the bytes they saw."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone

from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.bus import replay
from oms_site.infra.bus.dead_letters import make
from oms_site.infra.bus.ports import Outgoing
from oms_site.infra.errors import Forbidden, InvalidInput, NotFound, Unavailable
from schemas.messages import OrderCommand, Quote
from schemas.topics import ORDERS, QUOTES
from tests.integration.bus.conftest import World, world

pytestmark = pytest.mark.servers
People = dict[str, User]
__all__ = ["world"]


def put_aside(world: World, topic, message, *, partition: int = 1) -> None:
    """A record that a worker put aside: it stands on its topic and in its dead letters."""
    world.send(topic, message, partition=partition)
    record = world.records(topic.name)[-1]
    world.bus.producer(client_id="worker").send([make(record, "handler_failed", "could not", worker="risk", now=1)])


def command(user: str = "trader1", order: str = "O1") -> OrderCommand:
    return OrderCommand("cancel", 7, order, "ACME-1", "IBM", 1, user=user)


@pytest.fixture
def letter(world: World) -> World:
    put_aside(world, ORDERS, command())
    return world


def ask(actor: User, *, topic: str = "orders", offset: int = 0, reason: str = "cause mended") -> ChangeRequest:
    return replay.letter_replay_request(actor=actor, topic=topic, partition=1, offset=offset, reason=reason, now=timezone.now())


def approved(people: People, request: ChangeRequest) -> ChangeRequest:
    return approvals.request_approve(actor=people["ops2"], pk=request.pk, reason="looked at it", now=timezone.now())


def test_asked_for_approved_and_sent_once(people: People, letter: World, capsys) -> None:
    request = ask(people["ops1"])
    assert request.title == "Send the dead letter of orders[1] at 0 again"
    with pytest.raises(CommandError, match="waits for a second person"):
        call_command("dead_letters", "replay", str(request.pk))
    approved(people, request)
    assert len(letter.records("orders")) == 1, "approval alone sends nothing"
    call_command("dead_letters", "replay", str(request.pk))
    assert "sent again: orders[1] at 1" in capsys.readouterr().out
    first, again = letter.records("orders")
    assert (again.key, again.value, again.partition) == (first.key, first.value, first.partition)
    assert dict(again.headers) == {"replay_of": b"orders[1]@0", "approval": str(request.pk).encode()}
    with pytest.raises(CommandError, match="carried out"):
        call_command("dead_letters", "replay", str(request.pk))
    assert len(letter.records("orders")) == 2


def test_who_gave_the_command_neither_asks_nor_approves(people: People, world: World) -> None:
    for number, name in enumerate(("ops1", "ops2")):
        put_aside(world, ORDERS, command(user=name))
        if name == "ops1":
            with pytest.raises(Forbidden, match="a part in"):
                ask(people["ops1"])
            continue
        request = ask(people["ops1"], offset=number)
        with pytest.raises(Forbidden, match="a part in"):
            approved(people, request)


def test_only_operations_ask(people: People, letter: World) -> None:
    for name in ("risk1", "trader1", "compliance"):
        with pytest.raises(Forbidden):
            ask(people[name])


def test_what_is_not_there_or_must_not_be_read_twice_is_not_asked_for(people: People, world: World) -> None:
    put_aside(world, QUOTES, Quote("IBM", 1, 2, None, None, None, None, "Q", 1, "test"))
    with pytest.raises(InvalidInput, match="cannot be sent again"):
        ask(people["ops1"], topic="quotes")
    for topic in ("orders", "nonsense"):
        with pytest.raises(NotFound):
            ask(people["ops1"], topic=topic)


def test_an_unreadable_letter_can_be_sent_again_too(people: People, world: World) -> None:
    world.send_raw(ORDERS, "ACME-1", b"garbage", partition=1)
    world.bus.producer(client_id="worker").send([make(world.records("orders")[0], "undecodable", "no", worker="risk", now=1)])
    request = approved(people, ask(people["ops1"]))
    assert request.scope["Record"].startswith("not readable")
    assert replay.replay_approved(request.pk, now=timezone.now()) == "sent again: orders[1] at 1"


def test_an_approval_is_for_one_letter(people: People, letter: World) -> None:
    put_aside(letter, ORDERS, command(order="O2"))
    request = approved(people, ask(people["ops1"]))
    with pytest.raises(approvals.ApprovalNeeded, match="for something else"):
        replay.letter_replay(approval=request, topic="orders", partition=1, offset=1, now=timezone.now())
    with pytest.raises(approvals.ApprovalNeeded):
        replay.letter_replay(approval=None, topic="orders", partition=1, offset=0, now=timezone.now())
    assert len(letter.records("orders")) == 2


def test_what_the_broker_does_not_take_uses_nothing_up(people: People, letter: World, monkeypatch: pytest.MonkeyPatch) -> None:
    request = approved(people, ask(people["ops1"]))

    class Silent:
        def send(self, records: list[Outgoing]) -> list[int]:
            raise replay.BusError("no broker")

        def close(self) -> None:
            """Nothing to stop."""

    with monkeypatch.context() as patched:
        patched.setattr(letter.bus, "producer", lambda **_: Silent())
        with pytest.raises(Unavailable, match="nothing was used up"):
            replay.replay_approved(request.pk, now=timezone.now())
    request.refresh_from_db()
    assert request.state == "approved"
    assert replay.replay_approved(request.pk, now=timezone.now()).startswith("sent again")


def test_an_approval_is_no_good_after_its_time(people: People, letter: World) -> None:
    request = approved(people, ask(people["ops1"]))
    with pytest.raises(approvals.ApprovalNeeded, match="expired"):
        replay.replay_approved(request.pk, now=request.expires_at + timedelta(microseconds=1))


def test_the_page_lists_letters_and_asks_for_one(people: People, letter: World) -> None:
    desk = Client()
    desk.force_login(people["ops1"])
    page = desk.get("/admin/bus/outboxmessage/dead-letters/").content.decode()
    button = "/admin/bus/outboxmessage/dead-letters/orders/1/0/"
    assert button in page
    assert "handler_failed" in desk.get(button).content.decode()
    assert not ChangeRequest.objects.exists(), "asking does nothing"
    sent = desk.post(button, {"reason": "cause mended"})
    assert sent.url == f"/admin/approvals/changerequest/{ChangeRequest.objects.get().pk}/change/"
    assert desk.get("/admin/bus/outboxmessage/dead-letters/orders/1/99/").status_code == 302
    trader = Client()
    trader.force_login(people["trader1"])
    for path in ("/admin/bus/outboxmessage/dead-letters/", button):
        assert trader.get(path).status_code == 403


@pytest.mark.parametrize("wrong", [["replay"], ["replay", "x"], ["replay", "1", "2"], ["resend", "1"]])
def test_the_command_says_how_it_is_used(wrong: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("dead_letters", *wrong)


@pytest.mark.django_db
def test_the_command_refuses_a_request_of_another_kind(people: People, gate: ChangeRequest) -> None:
    with pytest.raises(CommandError, match="for something else"):
        call_command("dead_letters", "replay", str(gate.pk))
    with pytest.raises(CommandError, match="no request"):
        call_command("dead_letters", "replay", "999999")
