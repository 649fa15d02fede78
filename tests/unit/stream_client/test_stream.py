"""The client's stream over a server that dies, refuses, loses and doubles: its program sees every frame once, in order."""

from collections.abc import Iterator

import pytest

from oms_client import Backoff, ConnectionLost, Forbidden, NotAuthenticated, ProtocolError, Stream, Token
from tests.unit.stream_client.server import Server


@pytest.fixture
def server() -> Server:
    return Server()


def stream_of(server: Server, credentials: object = None, **options) -> Stream:
    backoff = Backoff(first=0.001, chance=lambda: 0.0)
    who = credentials or Token("good")
    return Stream("ws://x", who, backoff=backoff, opener=server.connect, clock=lambda: server.now, **options)  # type: ignore[arg-type]


@pytest.fixture
def stream(server: Server) -> Iterator[Stream]:
    with stream_of(server) as made:
        yield made


def taken(stream: Stream) -> list[tuple[int | None, str]]:
    return [(event.seq, event.type) for event in stream.events(timeout=0)]


def test_a_follower_gets_a_snapshot_and_then_each_frame(server: Server, stream: Stream) -> None:
    server.head = 5
    stream.follow("orders", "A")
    assert taken(stream) == [(5, "snapshot")]
    server.step(2)
    assert taken(stream) == [(6, "update"), (7, "update")]


def test_a_long_list_is_asked_for_in_steps_that_the_server_takes(server: Server, stream: Stream) -> None:
    stream.follow("quotes", "S0")
    stream.settle()
    for number in range(1, 200):
        stream.follow("quotes", f"S{number}")
    assert len(server.asked) == 80
    assert len(stream.settle(timeout=3)) == 199
    assert server.now == 2
    assert [frame["key"] for frame in server.asked] == [f"S{number}" for number in range(200)]
    server.line.end(1012)
    assert len(taken(stream)) == 80, "as often again on the next connection"


def test_a_program_that_starts_again_goes_on_from_its_own_sequence(server: Server, stream: Stream) -> None:
    server.head = 5
    stream.follow("orders", "A", from_seq=4)
    assert taken(stream) == [(4, "update"), (5, "update")]


@pytest.mark.parametrize("code", [None, 1000, 1001, 1006, 1011, 1012, 1013, 4408])
def test_after_a_loss_it_comes_back_and_misses_nothing(server: Server, stream: Stream, code: int | None) -> None:
    stream.follow("orders", "A")
    assert taken(stream) == [(0, "snapshot")]
    server.step(2)
    server.line.end(code)
    server.head = 6
    assert taken(stream) == [(seq, "update") for seq in range(1, 7)]
    assert stream.counts.connected == 2


def test_nothing_missed_is_told_by_a_snapshot_and_followed_on(server: Server, stream: Stream) -> None:
    server.head = 3
    stream.follow("orders", "A")
    taken(stream)
    server.line.end(None)
    assert taken(stream) == [(3, "snapshot")]
    server.step()
    assert taken(stream) == [(4, "update")]


def test_a_market_channel_comes_back_with_a_snapshot(server: Server, stream: Stream) -> None:
    stream.follow("quotes", "IBM")
    taken(stream)
    server.line.end(None)
    server.head = 9
    assert taken(stream) == [(9, "snapshot")]
    assert "from_seq" not in server.asked[-1]


def test_frames_seen_before_are_left_out_and_counted(server: Server, stream: Stream) -> None:
    server.head = 3
    stream.follow("orders", "A")
    taken(stream)
    for seq in (2, 3):
        server.line.put("orders", "A", seq, "update", {})
    assert taken(stream) == []
    assert stream.counts.repeated == 2


def test_a_jump_is_noticed_and_the_missing_frames_are_fetched_once(server: Server, stream: Stream) -> None:
    stream.follow("orders", "A")
    taken(stream)
    server.line.lose = lambda seq: seq == 2
    server.step(5)
    assert taken(stream) == [(seq, "update") for seq in range(1, 6)]
    assert stream.counts.missed == 1
    assert [ask.get("from_seq") for ask in server.asked] == [None, 2]


def test_a_gap_is_told_and_its_snapshot_starts_the_count_again(server: Server, stream: Stream) -> None:
    stream.follow("orders", "A")
    taken(stream)
    server.head = 90
    server.line.put("orders", "A", 80, "gap", {"from": 1, "to": 80})
    server.line.put("orders", "A", 81, "update", {})
    server.line.put("orders", "A", 90, "snapshot", {})
    server.line.put("orders", "A", 91, "update", {})
    assert taken(stream) == [(80, "gap"), (90, "snapshot"), (91, "update")]


def test_a_server_that_knows_less_than_we_saw_is_followed_from_its_snapshot(server: Server, stream: Stream) -> None:
    server.head = 4
    stream.follow("orders", "A", from_seq=40)
    assert taken(stream) == [(4, "snapshot")]


def test_a_server_that_cannot_answer_now_is_asked_again_later(server: Server, stream: Stream) -> None:
    server.unavailable = 2
    stream.follow("orders", "A")
    assert stream.take(timeout=30).type == "snapshot"
    assert len(server.asked) == 3


def test_an_ended_subscription_is_told_and_not_made_again(server: Server, stream: Stream) -> None:
    stream.follow("orders", "A")
    taken(stream)
    server.line.put("orders", "A", None, "error", {"code": "forbidden", "message": "no longer"})
    assert taken(stream) == [(None, "error")]
    server.line.end(None)
    assert taken(stream) == []
    assert len(server.asked) == 1


def test_what_was_left_is_silent(server: Server, stream: Stream) -> None:
    stream.follow("orders", "A")
    taken(stream)
    stream.leave("orders", "A")
    server.step()
    assert taken(stream) == []


def test_a_long_list_is_left_in_steps_too(server: Server, stream: Stream) -> None:
    keys = [f"S{number}" for number in range(100)]
    for key in keys:
        stream.follow("quotes", key)
    stream.settle(timeout=3)
    server.now += 1
    server.asked.clear()
    for key in keys:
        stream.leave("quotes", key)
    assert len(server.asked) == 80
    with pytest.raises(TimeoutError):
        stream.take(timeout=1.5)
    assert [(frame["op"], frame["key"]) for frame in server.asked] == [("unsubscribe", key) for key in keys]


def test_what_is_followed_again_before_it_could_be_left_is_asked_for_once(server: Server, stream: Stream) -> None:
    for number in range(80):
        stream.follow("quotes", f"S{number}")
    stream.settle(timeout=0)
    stream.leave("quotes", "S0")
    stream.follow("quotes", "S0")
    assert [event.key for event in stream.settle(timeout=3)] == ["S0"]
    assert [frame["op"] for frame in server.asked[80:]] == ["subscribe"]


class Renewing:
    """A log-in whose first token has run out."""

    def __init__(self, *tokens: str) -> None:
        self.left = list(tokens)

    def token(self) -> str:
        return self.left[0]

    def renew(self, refused: str) -> bool:
        self.left.pop(0)
        return bool(self.left)


def test_a_refused_token_is_renewed_once(server: Server) -> None:
    stream = stream_of(server, Renewing("old", "good"))
    stream.follow("orders", "A")
    assert taken(stream) == [(0, "snapshot")]
    assert server.tokens == ["old", "good"]


def test_a_session_that_runs_out_in_the_middle_is_renewed_and_resumed(server: Server) -> None:
    server.good = {"first", "second"}
    stream = stream_of(server, Renewing("first", "second"))
    stream.follow("orders", "A")
    taken(stream)
    server.step()
    server.line.end(4401)
    server.head = 3
    assert taken(stream) == [(1, "update"), (2, "update"), (3, "update")]


@pytest.mark.parametrize("credentials", [Token("bad"), Renewing("bad", "worse", "never")])
def test_credentials_that_stay_refused_end_the_stream(server: Server, credentials: object) -> None:
    with pytest.raises(NotAuthenticated):
        stream_of(server, credentials).take(timeout=5)


@pytest.mark.parametrize(("code", "error"), [(4403, Forbidden), (1009, ProtocolError)])
def test_what_a_reconnect_cannot_mend_is_raised(server: Server, stream: Stream, code: int, error: type[Exception]) -> None:
    stream.follow("orders", "A")
    taken(stream)
    server.line.end(code)
    with pytest.raises(error):
        stream.take(timeout=5)


def test_patience_ends(server: Server) -> None:
    server.down = True
    stream = stream_of(server, patience=0)
    with pytest.raises(ConnectionLost):
        stream.take(timeout=5)


def test_a_server_that_is_down_is_tried_again_until_it_is_back(server: Server, stream: Stream) -> None:
    server.down = True
    stream.follow("orders", "A")
    for _ in range(3):
        stream._connect(None)  # one attempt each, so that the test does not wait for the clock
    server.down, server.head = False, 2
    assert taken(stream) == [(2, "snapshot")]
    assert len(server.tokens) == 4


def test_a_time_out_loses_nothing(server: Server, stream: Stream) -> None:
    stream.follow("orders", "A")
    taken(stream)
    with pytest.raises(TimeoutError):
        stream.take(timeout=1)
    server.step()
    assert taken(stream) == [(1, "update")]


def test_settle_returns_when_every_subscribe_has_its_answer(server: Server, stream: Stream) -> None:
    stream.follow("orders", "A")
    stream.follow("quotes", "IBM")
    assert {event.channel for event in stream.settle()} == {"orders", "quotes"}
    assert stream.settle() == []


def test_a_closed_stream_says_so(stream: Stream) -> None:
    stream.close()
    with pytest.raises(ConnectionLost):
        stream.take()
    assert list(stream) == []
