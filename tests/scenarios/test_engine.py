"""The engine answers every scenario as its file says, as far as the market has a say."""

import pytest

from tests.scenarios.engine_level import EngineLevel
from tests.scenarios.files import Play, plays


@pytest.mark.parametrize("play", plays("engine"), ids=lambda play: play.key)
def test_the_engine_tells_what_the_file_says(play: Play) -> None:
    EngineLevel().play(play)
