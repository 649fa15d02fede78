"""A right that is taken away is gone within five seconds at every door: REST, admin, blotter, and sockets that are open already.

Each row takes something away by the page an administrator uses, and names the doors that close; the others stay open, so that no row
passes because everything broke.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.eventually import eventually
from tests.integration.stream.clients import Client, cookies, csrf, log_in
from tests.live import Live

WITHIN = 5.0
MAKE = """
import json, secrets
from django.contrib.auth.models import Group, User
from django.utils import timezone
from risk import services
from risk.models import DeskMember
from tests.entitled import entitle
made = {}
for name in NAMES:
    user = User.objects.create_user(name, password=name + "-secret-1", is_staff=True)
    user.groups.add(Group.objects.get(name="sales" if name.startswith("sales") else "trader"))
    right = None
    if name.startswith("sales"):
        DeskMember.objects.create(user=user, desk_id="AGENCY")
    else:
        right = entitle(user, "ACME-1").pk
    token = secrets.token_urlsafe(32)
    services.token_issue(user=user, secret=token, now=timezone.now())
    made[name] = {"username": name, "pk": user.pk, "password": name + "-secret-1", "token": token, "right": right}
print("MADE" + json.dumps(made))
"""
DOORS = ("rest by token", "rest by session", "admin", "blotter", "socket by token", "socket by session")
BY_SESSION = frozenset({"rest by session", "admin", "blotter", "socket by session"})
BY_TOKEN = frozenset({"rest by token", "socket by token"})
EVERY = BY_SESSION | BY_TOKEN


@dataclass
class Somebody:
    """A person with a session, a token, and a socket of each that follows the orders of ACME-1."""

    live: Live
    told: dict[str, Any]
    session: httpx.Client
    sockets: dict[str, Client]

    def passes(self, door: str) -> bool:
        """Whether the door lets the person in now. A socket does as long as it is open and its subscription stands."""
        match door:
            case "rest by token":
                headers = {"Authorization": f"Token {self.told['token']}"}
                return self._sees(httpx.get(f"{self.live.web}/api/accounts", headers=headers, timeout=10))
            case "rest by session":
                return self._sees(self.session.get("/api/accounts"))
            case "admin":
                return self.session.get("/admin/orders/order/").status_code == 200
            case "blotter":
                return self.session.get("/").status_code == 200
            case _:
                return self._follows(self.sockets[door])

    @staticmethod
    def _sees(accounts: httpx.Response) -> bool:
        return accounts.status_code == 200 and "ACME-1" in accounts.text

    @staticmethod
    def _follows(socket: Client) -> bool:
        """Whether the subscription stands, after everything that has come so far was read. To be cut off without a word is no answer."""
        try:
            socket.ping()
        except ConnectionClosed as closed:
            return closed.rcvd is None or closed.rcvd.code not in {4401, 4403}
        return not any(frame["type"] == "error" for frame in socket.frames)


@dataclass
class Desk:
    """The administrator's browser."""

    browser: httpx.Client

    def press(self, path: str, **form: Any) -> None:
        """Open a form and send it; it must be taken."""
        page = self.browser.get(path)
        assert page.status_code == 200, path
        data = {"csrfmiddlewaretoken": csrf(page.text), **form}
        answer = self.browser.post(path, data=data, headers={"Referer": f"{self.browser.base_url}{path}"})
        assert answer.status_code == 302, answer.text

    def person(self, somebody: Somebody, **form: Any) -> None:
        """Save the person's page with these values."""
        self.press(f"/admin/auth/user/{somebody.told['pk']}/change/", **{"reason": "a test", **form})


def key_of(somebody: Somebody) -> str:
    return hashlib.sha256(somebody.session.cookies["oms_session"].encode()).hexdigest()


def token_of(somebody: Somebody) -> str:
    return hashlib.sha256(somebody.told["token"].encode()).hexdigest()


Cause = Callable[[Desk, Somebody], None]
CAUSES: dict[str, tuple[str, Cause, frozenset[str]]] = {
    "session ended": ("trader", lambda desk, one: desk.press(f"/admin/risk/websession/{key_of(one)}/revoke/"), BY_SESSION),
    "token revoked": ("trader", lambda desk, one: desk.press(f"/admin/risk/apitoken/{token_of(one)}/revoke/"), BY_TOKEN),
    "logged out everywhere": (
        "trader",
        lambda desk, one: desk.press(f"/admin/auth/user/{one.told['pk']}/out/", reason="left the firm"),
        EVERY,
    ),
    "deactivated": ("trader", lambda desk, one: desk.person(one, role="trader"), EVERY),
    "role taken away": ("trader", lambda desk, one: desk.person(one, role="viewer", is_active="on"), EVERY),
    "entitlement taken away": (
        "trader",
        lambda desk, one: desk.press(f"/admin/risk/entitlement/{one.told['right']}/delete/", post="yes"),
        EVERY - {"blotter", "admin"},
    ),
    "desk taken away": ("sales", lambda desk, one: desk.person(one, role="sales", is_active="on"), EVERY - {"blotter", "admin"}),
}
"""Cause: of whom, what the administrator does, and the doors that close. The blotter's page is the same for everybody: it shows what REST
and the stream give; the admin stays open for who has a role."""
NAMES = {cause: f"{role}-{number}" for number, (cause, (role, _, _)) in enumerate(CAUSES.items())}


@pytest.fixture(scope="module")
def people(live_stack: Live) -> dict[str, dict[str, Any]]:
    """Somebody for each cause."""
    done = live_stack.manage("shell", "--verbosity=0", "-c", MAKE.replace("NAMES", repr(list(NAMES.values()))))
    made: dict[str, dict[str, Any]] = json.loads(done.stdout.split("MADE", 1)[1])
    return made


@pytest.fixture
def desk(live_stack: Live) -> Iterator[Desk]:
    with log_in(live_stack, "admin") as browser:
        yield Desk(browser)


@pytest.fixture
def somebody(live_stack: Live, people: dict[str, dict[str, Any]]) -> Iterator[Callable[[str], Somebody]]:
    with ExitStack() as stack:

        def enter(name: str) -> Somebody:
            live_stack.users[name] = people[name]
            stack.callback(live_stack.users.pop, name)
            session = stack.enter_context(log_in(live_stack, name))
            by_token = Client(stack.enter_context(live_stack.socket(name)))
            address = live_stack.stack.addresses()["ws"]
            by_session = Client(stack.enter_context(connect(address, origin=live_stack.web, additional_headers=cookies(session))))
            one = Somebody(live_stack, people[name], session, {"socket by token": by_token, "socket by session": by_session})
            for socket in one.sockets.values():
                assert socket.answer("orders", "ACME-1")["type"] == "snapshot"
            assert all(one.passes(door) for door in DOORS)
            return one

        yield enter


@pytest.mark.parametrize("cause", sorted(CAUSES))
def test_every_door_closes_within_five_seconds(
    somebody: Callable[[str], Somebody], desk: Desk, cause: str, record_property: Callable[[str, object], None]
) -> None:
    _, take_away, closes = CAUSES[cause]
    one = somebody(NAMES[cause])
    take_away(desk, one)
    began = time.monotonic()
    waiting = set(closes)

    def all_closed() -> bool:
        for door in sorted(waiting):
            if not one.passes(door):
                waiting.discard(door)
                record_property(f"{cause}: {door}", f"{time.monotonic() - began:.2f} s")
        return not waiting

    eventually(all_closed, within=WITHIN, what=f"{cause}: every door of {sorted(closes)} is closed")
    assert {door for door in DOORS if one.passes(door)} == set(DOORS) - closes


def test_a_channel_that_was_taken_away_delivers_nothing_more(
    somebody: Callable[[str], Somebody], live_stack: Live, desk: Desk, people: dict[str, dict[str, Any]]
) -> None:
    """The socket stays open, orders go on, and not one frame of them comes."""
    name = NAMES["session ended"]
    one = somebody(name)
    socket = one.sockets["socket by token"]
    with live_stack.user("trader1") as rest:
        CAUSES["entitlement taken away"][1](desk, one)
        assert socket.take_of("orders", timeout=WITHIN)["data"]["code"] == "forbidden"
        seen = len(socket.frames)
        quote = eventually(lambda: (found := rest.get("/api/quotes/IBM").json()).get("quality") == "good" and found, within=20)
        order = {"account": "ACME-1", "symbol": "IBM", "side": "buy", "type": "limit", "quantity": "1", "price": quote["bid"]}
        made = rest.post("/api/orders", json=order).json()["id"]
        rest.delete(f"/api/orders/{made}")
        eventually(lambda: rest.get(f"/api/orders/{made}").json()["status"] in {"canceled", "filled"}, what="the order has ended")
    socket.ping()
    assert {frame["type"] for frame in socket.frames[seen:]} == {"pong"}
    assert socket.answer("orders", "ACME-1")["data"]["code"] == "key_unknown"
