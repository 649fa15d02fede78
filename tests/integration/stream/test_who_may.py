"""Who may open a socket, what a socket may follow, and how long a right that was taken away still works."""

from collections.abc import Callable

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from oms_site.stream.channels import CHANNELS
from tests.integration.stream.clients import Client, close_code, cookies, csrf
from tests.live import Live


def handshake_status(live: Live, **options) -> int:
    query = options.pop("query", "")
    try:
        with connect(live.stack.addresses()["ws"] + query, **options):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_a_foreign_page_is_refused(live_stack: Live, origin: str) -> None:
    assert handshake_status(live_stack, origin=origin) == 403


def test_a_token_in_the_address_is_refused(live_stack: Live) -> None:
    assert handshake_status(live_stack, query=f"?token={live_stack.users['trader1']['token']}") == 403


def test_a_session_cookie_needs_our_own_origin(live_stack: Live, browser_session: Callable[[str], httpx.Client]) -> None:
    header = cookies(browser_session("trader1"))
    assert handshake_status(live_stack, additional_headers=header) == 403
    with connect(live_stack.stack.addresses()["ws"], origin=live_stack.web, additional_headers=header) as socket:
        assert Client(socket).answer("orders", "ACME-1")["type"] == "snapshot"


def test_a_session_that_is_none_is_told_at_once(live_stack: Live) -> None:
    with connect(live_stack.stack.addresses()["ws"], origin=live_stack.web, additional_headers={"Cookie": "oms_session=x"}) as socket:
        assert close_code(socket, within=2) == 4401


def test_who_says_nothing_is_closed_in_five_seconds(bare: Callable[[], ClientConnection]) -> None:
    assert close_code(bare(), within=6.5) == 4401


@pytest.mark.parametrize("frame", ['{"op":"auth","token":"no such token"}', '{"op":"ping"}', "{", '{"op":"auth"}'])
def test_the_first_frame_must_be_a_good_token(bare: Callable[[], ClientConnection], frame: str) -> None:
    socket = bare()
    socket.send(frame)
    assert close_code(socket, within=2) == 4401


@pytest.mark.parametrize("channel", ["orders", "executions", "positions"])
@pytest.mark.parametrize("key", ["ZEN-1", "HOUSE-LP", "NOBODY", "../", "a\x00b", "\x1b[2J", "x" * 300, ""])
def test_a_foreign_account_and_none_at_all_are_answered_alike(client: Callable[[str], Client], channel: str, key: str) -> None:
    mine = client("trader1")
    answer = mine.answer(channel, key)
    assert answer["type"] == "error"
    assert answer["data"]["code"] == "key_unknown"
    assert mine.answer(channel, "ACME-1")["type"] == "snapshot", "the socket stays"


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_key_that_cannot_be_is_an_error_on_every_channel_and_the_socket_stays(client: Callable[[str], Client], channel: str) -> None:
    mine = client("admin")
    for key in ("a\x00b", "\r\n", "../../etc/passwd", "x" * 300, "ACME-1'--", "\u202e", ""):
        answer = mine.answer(channel, key)
        assert (answer["type"], answer["data"]["code"]) == ("error", "key_unknown")
        mine.send(op="unsubscribe", channel=channel, key=key)
    mine.ping()


def test_an_unknown_symbol_or_channel_is_an_error_and_the_socket_stays(client: Callable[[str], Client]) -> None:
    mine = client("trader1")
    assert mine.answer("quotes", "NOSUCH")["type"] == "error"
    assert mine.answer("gossip", "IBM")["type"] == "error"
    mine.ping()


def test_a_revoked_token_ends_its_sockets_within_five_seconds(live_stack: Live, bare: Callable[[], ClientConnection]) -> None:
    person = live_stack.users["viewer"]
    made = httpx.post(f"{live_stack.web}/api/auth/token", json={"username": "viewer", "password": person["password"]})
    token = made.json()["token"]
    socket = bare()
    mine = Client(socket)
    mine.send(op="auth", token=token)
    mine.ping()
    httpx.delete(f"{live_stack.web}/api/auth/token", headers={"Authorization": f"Token {token}"})
    assert close_code(socket, within=5) == 4401


EXPIRE = {
    "token": "ApiToken.objects.filter(hint='{hint}', user__username='viewer').update(expires_at=timezone.now())",
    "session": "WebSession.objects.filter(user__username='viewer').update(expire_date=timezone.now())",
}


@pytest.mark.parametrize("what", EXPIRE)
def test_what_expires_ends_its_sockets_within_five_seconds(
    live_stack: Live, bare: Callable[[], ClientConnection], browser_session: Callable[[str], httpx.Client], what: str
) -> None:
    if what == "token":
        person = live_stack.users["viewer"]
        made = httpx.post(f"{live_stack.web}/api/auth/token", json={"username": "viewer", "password": person["password"]})
        hint, socket = made.json()["token"], bare()
        Client(socket).send(op="auth", token=hint)
    else:
        hint, header = "", cookies(browser_session("viewer"))
        socket = connect(live_stack.stack.addresses()["ws"], origin=live_stack.web, additional_headers=header)
    with socket:
        Client(socket).ping()
        change(live_stack, EXPIRE[what].format(hint=hint[-4:]))
        assert close_code(socket, within=5) == 4401


def test_a_log_out_ends_the_sessions_sockets_within_five_seconds(live_stack: Live, browser_session: Callable[[str], httpx.Client]) -> None:
    session = browser_session("trader2")
    with connect(live_stack.stack.addresses()["ws"], origin=live_stack.web, additional_headers=cookies(session)) as socket:
        Client(socket).ping()
        page = session.get("/")
        session.post("/logout", data={"csrfmiddlewaretoken": csrf(page.text)}, headers={"Referer": f"{live_stack.web}/"})
        assert close_code(socket, within=5) == 4401


def test_an_entitlement_taken_away_ends_the_subscription_and_not_the_socket(live_stack: Live, client: Callable[[str], Client]) -> None:
    mine = client("trader2")
    assert mine.answer("orders", "ZEN-1")["type"] == "snapshot"
    change(live_stack, "Entitlement.objects.filter(user__username='trader2').delete()")
    try:
        frame = mine.take_of("orders", timeout=6)
        assert (frame["type"], frame["data"]["code"]) == ("error", "forbidden")
        mine.ping()
        assert mine.answer("orders", "ZEN-1")["type"] == "error"
    finally:
        change(live_stack, "entitle(User.objects.get(username='trader2'), 'ZEN-1')")


def change(live: Live, statement: str) -> None:
    """Change rows of the running product behind its back."""
    users = "from django.contrib.auth.models import User; from django.utils import timezone; from tests.entitled import entitle"
    live.manage("shell", "--verbosity=0", "-c", f"{users}; from risk.models import ApiToken, Entitlement, WebSession; {statement}")
