"""The records on `executions` tell every scenario as its file says."""

import pytest

from tests.scenarios.commands import OWNER, SYMBOL
from tests.scenarios.files import Play, plays
from tests.scenarios.message_level import MessageLevel
from tests.scenarios.playing import play_stepwise, standing


@pytest.mark.parametrize("play", plays("messages"), ids=lambda play: play.key)
def test_the_messages_tell_what_the_file_says(play: Play) -> None:
    level = MessageLevel()
    play_stepwise(play, level)
    chain = level.chain
    assert not chain.dead, "nothing was put aside"
    seqs = [record.seq for record in chain.log if record.account == OWNER]
    assert seqs == list(range(1, len(seqs) + 1)), "numbered without a gap"
    standing(chain.matching.engine, level.told)
    account = chain.risk.accounts[OWNER]
    resting = {order.id: order.leaves for order in chain.matching.engine.orders.values() if order.account == OWNER}
    assert {order.id: order.leaves for order in account.orders.values()} == resting, "risk and the market know the same orders to be open"
    assert account.reserved(SYMBOL, "buy") == sum(resting.values()), "what is reserved is what is open"
