"""The made-up past: as much as was asked for, and true to itself."""

from collections import defaultdict
from datetime import UTC, datetime

import pytest

from oms_site.seeding.lines import Steps, obligation_lines, order_line, trade_line
from oms_site.seeding.plan import Impossible, Past, Size
from oms_site.seeding.records import PastOrder, PastTrade

START = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
END = START + 200 * 86_400 * 1_000_000
SIZE = Size(orders=1_000, executions=3_000, accounts=20, start_us=START, end_us=END)


def past(seed: int = 1) -> tuple[list[PastOrder], list[PastTrade]]:
    orders: list[PastOrder] = []
    trades: list[PastTrade] = []
    for some, met in Past(SIZE, seed).groups():
        orders += some
        trades += met
    return orders, trades


def test_there_is_as_much_as_was_asked_for_and_ids_are_once() -> None:
    orders, trades = past()
    steps = Steps()
    lines = [line.split("\t") for order in orders for line in steps.of(order)]
    assert (len(orders), len(lines), len(trades)) == (1_000, 3_000, SIZE.trades)
    for ids in ([order.id for order in orders], [trade.id for trade in trades], [line[0] for line in lines]):
        assert len(set(ids)) == len(ids)
    assert [order.id for order in orders] == sorted(order.id for order in orders)


def test_every_order_is_what_its_steps_say() -> None:
    orders, _ = past()
    steps = Steps()
    for order in orders:
        mine = [line.split("\t") for line in steps.of(order)]
        told = order_line(order).split("\t")
        assert [line[4] for line in mine] == [str(number) for number in range(1, len(mine) + 1)]
        assert (mine[-1][9], mine[-1][12], mine[-1][13]) == (told[12], told[14], told[15])
        assert order.filled == (order.quantity if order.status == "filled" else 0)
        assert told[18] == str(len(mine)), "events are counted"


def test_both_sides_of_a_trade_are_of_different_accounts_and_owe_each_other() -> None:
    _, trades = past()
    numbers = defaultdict(list)
    for trade in trades:
        assert trade.buy.account != trade.sell.account
        assert (trade.buy.side, trade.sell.side) == ("buy", "sell")
        numbers[trade.symbol].append(trade.seq)
        buy, sell = (line.split("\t") for line in obligation_lines(trade, datetime(2030, 1, 1, tzinfo=UTC).date()))
        assert (buy[4], sell[4], buy[5], buy[6]) == ("buy", "sell", sell[5], sell[6])
        assert trade_line(trade).count("\t") == 10
    assert all(seqs == list(range(1, len(seqs) + 1)) for seqs in numbers.values()), "a symbol's trades are counted without a gap"


def test_the_same_seed_tells_the_same_past_and_another_another() -> None:
    assert past()[0] == past()[0]
    assert past()[0] != past(2)[0]


@pytest.mark.parametrize("executions", [2_000, 3_001, 10_000_000])
def test_what_cannot_be_made_is_refused(executions: int) -> None:
    with pytest.raises(Impossible, match="executions"):
        _ = Size(1_000, executions, 20, START, END).trades
