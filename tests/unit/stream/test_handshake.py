"""Who may open a socket: no foreign page, no token in an address, no cookie without an origin."""

import pytest

from oms_site.stream.handshake import refusal, session_key

HOST = (b"host", b"127.0.0.1:8000")
COOKIE = (b"cookie", b"other=1; oms_session=abc")
OWN = (b"origin", b"http://127.0.0.1:8000")


def scope(*headers: tuple[bytes, bytes], query: bytes = b"", scheme: str = "ws") -> dict:
    return {"headers": list(headers), "query_string": query, "scheme": scheme}


@pytest.mark.parametrize(
    "found",
    [
        scope(HOST, OWN),
        scope(HOST, OWN, COOKIE),
        scope(HOST),
        scope(HOST, (b"cookie", b"other=1")),
        scope((b"host", b"localhost:8000"), (b"origin", b"http://localhost:8000"), COOKIE),
    ],
)
def test_our_own_pages_and_programs_may(found: dict) -> None:
    assert refusal(found) is None


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (scope(HOST, (b"origin", b"https://evil.example")), "origin_foreign"),
        (scope(HOST, (b"origin", b"null"), COOKIE), "origin_foreign"),
        (scope(HOST, (b"origin", b"http://127.0.0.1:9000"), COOKIE), "origin_foreign"),
        (scope(HOST, (b"origin", b"http://127.0.0.1:8000.evil.example")), "origin_foreign"),
        (scope(HOST, (b"origin", b"http://127.0.0.1:8000/path")), "origin_foreign"),
        (scope(HOST, (b"origin", b"file://127.0.0.1:8000")), "origin_foreign"),
        (scope(HOST, OWN, (b"origin", b"https://evil.example")), "origin_foreign"),
        (scope((b"host", b"127.0.0.1:9999"), (b"origin", b"http://127.0.0.1:9999"), scheme="wss"), "origin_foreign"),
        (scope(HOST, COOKIE), "origin_missing"),
        (scope(HOST, OWN, query=b"token=abc"), "token_in_address"),
        (scope(HOST, query=b"a=1&token="), "token_in_address"),
        (scope((b"host", b"evil.example"), (b"origin", b"http://evil.example")), "host"),
        (scope(OWN), "host"),
    ],
)
def test_everyone_else_is_refused(found: dict, reason: str) -> None:
    assert refusal(found) == reason


def test_the_session_cookie_is_found_among_others() -> None:
    assert session_key(scope(COOKIE)) == "abc"
    assert session_key(scope((b"cookie", b"oms_session_other=1"))) is None
