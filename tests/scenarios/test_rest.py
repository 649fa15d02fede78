"""The running product answers every scenario by REST as its file says: requests, races, and each order's events."""

import time

import pytest

from tests.live import Live
from tests.scenarios.files import Play, plays
from tests.scenarios.floor import Floor
from tests.scenarios.playing import shown
from tests.scenarios.side_by_side import Player, lanes, play_all

PLAYS = plays("rest")


@pytest.fixture(scope="module")
def played(live_stack: Live) -> dict[str, Player]:
    """Every play, played to its end."""
    run = f"{time.time_ns() // 1_000_000_000:X}"  # another run on the same servers finds no order of this one
    players = [Player(play, f"{run}-{index}") for index, play in enumerate(PLAYS)]
    markets = {f"ZZ-{index}-{run}": lane for index, lane in enumerate(lanes(players))}  # last in every list
    with Floor(live_stack, list(markets)) as floor:
        for symbol, lane in markets.items():
            for player in lane:
                player.enter(floor, symbol)
        play_all(floor, players)
    return {player.play.key: player for player in players}


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.key)
def test_the_product_tells_what_the_file_says(played: dict[str, Player], play: Play) -> None:
    player = played[play.key]
    level = player.level
    assert not player.error, f"{player.error}\n{shown(play, level.actual, level.expected)}"
    assert level.actual == level.expected
    assert player.finished, "the play before it in its market failed"
