"""A subscription knows its next sequence: nothing is sent twice, nothing is missed unnoticed."""

import pytest

from oms_site.stream.channel import Channel, Scope
from oms_site.stream.follower import Follower, Verdict

PRIVATE = Channel("orders", Scope.ACCOUNT, lambda keys: dict.fromkeys(keys, (0, [])), lambda keys: {}, lambda key, seq: [])
MARKET = Channel("quotes", Scope.SYMBOL, lambda keys: dict.fromkeys(keys, (0, None)), lambda keys: {})


def live(channel: Channel, at: int) -> Follower:
    follower = Follower(channel, "X")
    follower.sent(at)
    assert follower.settle()
    return follower


def test_frames_that_arrive_while_loading_are_left_to_the_load() -> None:
    follower = Follower(PRIVATE, "X")
    assert follower.arrived(7) is Verdict.DROP
    follower.sent(6)
    assert not follower.settle(), "frame 7 arrived, the load has only brought 6"
    follower.sent(7)
    assert follower.settle()


@pytest.mark.parametrize(("seq", "verdict"), [(4, Verdict.DROP), (5, Verdict.DROP), (6, Verdict.SEND), (7, Verdict.MISSED)])
def test_a_live_subscription_sends_exactly_the_next_frame(seq: int, verdict: Verdict) -> None:
    assert live(PRIVATE, 5).arrived(seq) is verdict


def test_a_private_reload_goes_on_from_the_frame_that_is_missing() -> None:
    follower = live(PRIVATE, 5)
    follower.reload(9)
    assert follower.loading
    assert follower.next == 6


def test_a_market_reload_takes_a_snapshot() -> None:
    follower = live(MARKET, 5)
    follower.reload(9)
    assert follower.next is None


def test_only_channels_that_keep_their_frames_resume() -> None:
    assert Follower(PRIVATE, "X", 3).resuming
    assert Follower(PRIVATE, "X", 3).next == 3
    assert not Follower(MARKET, "X", 3).resuming
    assert Follower(MARKET, "X", 3).next is None


def test_a_push_the_database_does_not_know_does_not_hold_the_load_up() -> None:
    follower = Follower(PRIVATE, "X")
    follower.arrived(1_000)
    follower.sent(5)
    assert not follower.settle()
    follower.trust_database()
    assert follower.settle()
