"""The records on `executions` tell every scenario as its file says."""

import pytest

from tests.scenarios.files import Play, plays
from tests.scenarios.message_level import MessageLevel
from tests.scenarios.playing import play_stepwise


@pytest.mark.parametrize("play", plays("messages"), ids=lambda play: play.key)
def test_the_messages_tell_what_the_file_says(play: Play) -> None:
    level = MessageLevel()
    play_stepwise(play, level)
    assert [record.seq for record in level.chain.log if record.account == "ACME-1"] == list(
        range(1, 1 + sum(record.account == "ACME-1" for record in level.chain.log))
    )
