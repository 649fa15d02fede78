"""The running product answers every scenario by REST as its file says: requests, races, and each order's events."""

import time
from collections.abc import Iterator

import pytest

from tests.eventually import eventually
from tests.live import Live
from tests.scenarios.files import Play, plays
from tests.scenarios.floor import Floor
from tests.scenarios.playing import shown
from tests.scenarios.rest_level import Player, play_all

PLAYS = plays("rest")


@pytest.fixture(scope="module")
def played(live_stack: Live) -> Iterator[dict[str, Player]]:
    """Every play, played to its end."""
    run = f"{time.time_ns() // 1_000_000_000:X}"  # another run on the same servers finds no order of this one
    symbols = [f"{play.scenario.upper()}-{index}-{run}" for index, play in enumerate(PLAYS)]
    with Floor(live_stack, symbols) as floor:
        players = [Player(floor, symbol, play) for symbol, play in zip(symbols, PLAYS, strict=True)]
        play_all(floor, players)
        yield {player.play.key: player for player in players}


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.key)
def test_the_product_tells_what_the_file_says(played: dict[str, Player], play: Play) -> None:
    player = played[play.key]
    level = player.level
    assert not player.error, f"{player.error}\n{shown(play, level.actual, level.expected)}"
    assert level.actual == level.expected
    assert len(level.events()) == level.read, "nothing was told after the last step"
    eventually(lambda: level.rests() == level.stands(), what="the book shows what is open of the order, and nothing else")
