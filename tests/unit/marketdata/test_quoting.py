"""The liquidity provider's rules against the real matching engine: one bid, one ask, what was touched is shown, nothing without a price."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.domain.conflate import TwoSided, Window
from marketdata.domain.ladder import on_tick, quote_size
from marketdata.domain.slots import FIRST_BACK_OFF, Intent
from schemas.enums import CommandType, Side
from schemas.messages import OrderCommand
from tests.unit.marketdata.lp_market import LOT, TICK, LpMarket


def window(*rows):
    result = Window()
    for bid, ask in rows:
        result.add(bid * TICK, ask * TICK, 0)
    return result


def shown(market):
    return tuple(None if price is None else price // TICK for price in market.resting())


def order_of(side):
    return side.open()[0].order_id


def quoted(market, *rows):
    market.quoter.plan(window(*rows))
    market.settle()
    return market


def test_it_shows_the_close_with_one_bid_and_one_ask():
    market = quoted(LpMarket(), (100, 102))
    assert shown(market) == (100, 102)
    assert [i.command for i in market.sent] == [CommandType.NEW, CommandType.NEW]


def test_an_unchanged_market_needs_no_command():
    market = quoted(LpMarket(), (100, 102))
    before = len(market.sent)
    quoted(market, (100, 102), (100, 102))
    assert len(market.sent) == before


def test_it_moves_by_replace_and_only_the_side_that_moved():
    market = quoted(quoted(LpMarket(), (100, 102)), (100, 103))
    assert market.sent[2:] == [Intent(CommandType.REPLACE, order_of(market.quoter.ask), Side.SELL, market.size, 103 * TICK)]
    assert shown(market) == (100, 103)


def test_a_price_touched_inside_the_window_fills_who_rests_there_at_his_price():
    market = quoted(LpMarket(), (100, 102))
    market.user("U1", "buy", 98 * TICK)
    market.user("U2", "sell", 106 * TICK)
    quoted(market, (96, 98), (106, 107), (100, 102))
    [buy], [sell] = market.fills("U1"), market.fills("U2")
    assert (buy.last_price, sell.last_price) == (98 * TICK, 106 * TICK)
    assert shown(market) == (100, 102)


def test_a_big_move_never_lets_its_own_two_sides_meet():
    market = quoted(quoted(quoted(LpMarket(), (100, 102)), (200, 202)), (50, 52))
    assert shown(market) == (50, 52)
    assert not [r for r in market.executions if r.type == "trade"]


def test_a_bad_close_takes_both_orders_out_and_a_good_one_brings_them_back():
    market = quoted(quoted(LpMarket(), (100, 102)), (103, 102))
    assert shown(market) == (None, None)
    assert shown(quoted(market, (100, 102))) == (100, 102)


def test_a_good_price_touched_before_a_bad_close_is_still_shown():
    market = quoted(LpMarket(), (100, 102))
    market.user("U1", "buy", 99 * TICK)
    quoted(market, (97, 99), (103, 102))
    assert len(market.fills("U1")) == 1
    assert shown(market) == (None, None)


def test_withdraw_takes_out_whatever_was_planned():
    market = quoted(LpMarket(), (100, 102))
    market.quoter.plan(window((101, 103)))
    market.quoter.withdraw()
    market.settle()
    assert shown(market) == (None, None)


def test_size_used_up_is_refilled_at_the_next_window():
    market = quoted(LpMarket(), (100, 102))
    market.user("U1", "buy", 102 * TICK, 300 * LOT)
    quoted(market)
    assert market.quoter.ask.open()[0].leaves == market.size
    assert market.sent[-1].quantity == market.size + 300 * LOT


def test_a_side_filled_whole_is_new_at_the_next_window():
    market = quoted(LpMarket(), (100, 102))
    market.user("U1", "buy", 102 * TICK, market.size)
    assert shown(market) == (100, None)
    quoted(market)
    assert shown(market) == (100, 102)


def test_an_order_whose_total_would_grow_too_large_is_replaced_by_a_new_one():
    market = quoted(LpMarket(), (100, 102))
    first = order_of(market.quoter.ask)
    for number in (1, 2):
        market.user(f"U{number}", "buy", 102 * TICK, 600 * LOT)
        assert order_of(market.quoter.ask) == first
        quoted(market)
    assert order_of(market.quoter.ask) != first
    assert shown(market) == (100, 102)


def test_a_fill_that_crosses_a_replace_leaves_one_order_in_the_end():
    market = quoted(LpMarket(), (100, 102))
    market.quoter.plan(window((100, 103)))
    [replace] = market.quoter.commands(0)
    market.user("U1", "buy", 102 * TICK, market.size)
    market.house(replace)
    assert market.executions[-1].type == "replace_rejected"
    quoted(market, (100, 103))
    assert shown(market) == (100, 103)


def test_nothing_is_sent_while_an_answer_is_missing():
    market = LpMarket()
    market.quoter.plan(window((100, 102)))
    assert len(market.quoter.commands(0)) == 2
    assert market.quoter.commands(0) == []
    assert not market.quoter.settled
    assert market.quoter.waiting_since == 0


def _rejected(market, execution_type, intent, reason):
    execution = market.executions[-1]
    fields = {name: getattr(execution, name) for name in execution.__slots__}
    fields |= {"type": execution_type, "order_id": intent.order_id, "side": intent.side.value, "reason": reason, "leaves_quantity": 0}
    return type(execution)(**fields)


def test_after_a_refusal_a_side_rests_longer_each_time():
    market = quoted(LpMarket(), (100, 102))
    market.quoter.forget()
    waits = []
    for _ in range(3):
        market.quoter.plan(window((100, 102)))
        intents = market.quoter.commands(market.now)
        for intent in intents:
            market.quoter.apply(_rejected(market, "rejected", intent, "risk_killed"), market.now)
        assert market.quoter.commands(market.now) == []
        assert market.quoter.settled
        waits.append(market.quoter.bid.rest_until - market.now)
        market.now = market.quoter.bid.rest_until
    assert waits == [FIRST_BACK_OFF, 2 * FIRST_BACK_OFF, 4 * FIRST_BACK_OFF]


def test_a_refused_replace_takes_the_order_out_instead_of_leaving_a_wrong_price():
    market = quoted(LpMarket(), (100, 102))
    market.quoter.plan(window((100, 103)))
    [replace] = market.quoter.commands(0)
    [cancel] = market.quoter.apply(_rejected(market, "replace_rejected", replace, "price_outside_band"), 0)
    assert cancel == Intent(CommandType.CANCEL, replace.order_id, Side.SELL)


def test_an_order_left_by_another_run_is_canceled():
    market = LpMarket()
    market.house(Intent(CommandType.NEW, "L-old", Side.BUY, 10 * LOT, 90 * TICK))
    market.settle()
    assert [i.command for i in market.sent] == [CommandType.CANCEL]
    assert shown(market) == (None, None)


def test_orders_taken_out_from_outside_come_back():
    market = quoted(LpMarket(), (100, 102))
    market.house(Intent(CommandType.CANCEL, order_of(market.quoter.bid), Side.BUY))
    assert shown(market) == (None, 102)
    assert shown(quoted(market, (100, 102))) == (100, 102)


def bust(market, fill):
    """Take a fill of the house back."""
    names = (fill.order_id, fill.account, fill.symbol, market.now)
    was = {"quantity": fill.last_quantity, "price": fill.last_price}
    return market.command(OrderCommand("trade_correct", market.offset, *names, trade_id=fill.trade_id, unsolicited=True, attributes=was))


def test_a_busted_fill_of_a_quote_that_stands_is_counted_back():
    market = quoted(LpMarket(), (100, 102))
    market.user("U1", "buy", 102 * TICK)
    bust(market, next(fill for fill in market.executions if fill.type == "trade" and fill.account == "HOUSE-LP"))
    assert market.quoter.ask.open()[0].leaves == market.size
    assert shown(quoted(market, (100, 102))) == (100, 102)


def test_a_quote_that_a_bust_opens_again_is_taken_out():
    market = quoted(LpMarket(), (100, 102))
    market.user("U1", "buy", 102 * TICK, market.size)
    assert shown(quoted(market, (100, 102))) == (100, 102)
    bust(market, next(fill for fill in market.executions if fill.type == "trade" and fill.account == "HOUSE-LP"))
    market.settle()
    assert len([order for order in market.fold.engine.orders.values() if order.account == "HOUSE-LP"]) == 2
    assert shown(quoted(market, (100, 102))) == (100, 102)


def test_prices_off_tick_are_rounded_away_from_the_market():
    assert on_tick(TwoSided(1005, 1011), 10) == TwoSided(1000, 1020)
    assert on_tick(TwoSided(1000, 1010), 10) == TwoSided(1000, 1010)


@pytest.mark.parametrize(
    ("reference", "lots"), [(181_80000000, 2_700), (13_92000000, 35_900), (1_39485000, 358_400), (900_000_00000000, 1), (1, 500_000)]
)
def test_size_is_worth_half_a_million_in_whole_hundreds_of_lots(reference, lots):
    assert quote_size(reference, LOT, 1_000_000 * LOT) == lots * LOT


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("rows"), st.lists(st.tuples(st.integers(40, 60), st.integers(40, 60)), min_size=1, max_size=5)),
        st.tuples(st.just("user"), st.tuples(st.sampled_from(["buy", "sell"]), st.integers(40, 60), st.integers(1, 1_500))),
        st.tuples(st.just("withdraw"), st.none()),
    ),
    max_size=25,
)


@settings(max_examples=150, deadline=None)
@given(MOVES)
def test_whatever_happens_it_has_one_bid_one_ask_never_trades_with_itself_and_ends_at_the_close(moves):
    market = LpMarket()
    for number, (kind, what) in enumerate(moves):
        if kind == "rows":
            quoted(market, *what)
        elif kind == "withdraw":
            market.quoter.withdraw()
            market.settle()
        else:
            market.user(f"U{number}", what[0], what[1] * TICK, what[2] * LOT)
        market.resting()
    quoted(market, (49, 51))
    quoted(market, (49, 51))
    bid, ask = shown(market)
    assert bid in (49, None)
    assert ask in (51, None)
    by_trade = {}
    for report in market.executions:
        if report.type == "trade":
            by_trade.setdefault(report.trade_id, set()).add(report.account)
    assert all(len(accounts) == 2 or accounts == {"ACME"} for accounts in by_trade.values())


SEVERAL = st.builds(
    LpMarket,
    size=st.integers(1, 400).map(lambda lots: lots * LOT),
    bound=st.integers(1, 1_500).map(lambda lots: lots * LOT),
    levels=st.integers(1, 4),
    skew=st.integers(0, 5),
    min_spread=st.integers(1, 5),
)


@settings(max_examples=60, deadline=None)
@given(SEVERAL, MOVES)
def test_with_any_settings_it_never_passes_its_bound_nor_trades_with_itself(market, moves):
    """`LpMarket.check` looks at orders and bound after every single report."""
    for number, (kind, what) in enumerate(moves):
        if kind == "rows":
            quoted(market, *what)
        elif kind == "withdraw":
            market.quoter.withdraw()
            market.settle()
        else:
            market.user(f"U{number}", what[0], what[1] * TICK, what[2] * LOT)
    by_trade = {}
    for report in market.executions:
        if report.type == "trade":
            by_trade.setdefault(report.trade_id, set()).add(report.account)
    assert all(accounts != {"HOUSE-LP"} for accounts in by_trade.values())
    assert market.quoter.inventory == market.held()


def test_levels_follow_the_market_with_one_replace_a_side_and_tick():
    market = quoted(LpMarket(levels=3), (100, 102))
    assert [price // TICK for price, _ in market.levels_shown()[0]] == [100, 99, 98]
    before = len(market.sent)
    quoted(market, (101, 103))
    assert [[price // TICK for price, _ in side] for side in market.levels_shown()] == [[101, 100, 99], [103, 104, 105]]
    assert [intent.command for intent in market.sent[before:]] == [CommandType.REPLACE] * 2


def test_a_price_touched_is_shown_by_the_best_level_alone():
    market = quoted(LpMarket(levels=2), (100, 102))
    market.user("U1", "buy", 101 * TICK)
    before = len(market.sent)
    quoted(market, (99, 101), (100, 102))
    [fill] = market.fills("U1")
    assert fill.last_price == 101 * TICK
    assert [[price // TICK for price, _ in side] for side in market.levels_shown()] == [[100, 99], [102, 103]]
    assert len(market.sent) - before <= 3


def test_fewer_levels_take_the_outer_orders_out():
    market = quoted(LpMarket(levels=3), (100, 102))
    market.quoter.terms = market.quoter.terms._replace(levels=1)
    quoted(market)
    assert [len(side) for side in market.levels_shown()] == [1, 1]


def test_what_it_bought_moves_it_down_and_takes_it_off_the_bid_at_the_bound():
    market = quoted(LpMarket(size=100 * LOT, bound=200 * LOT, skew=4), (100, 110))
    market.user("U1", "sell", 100 * TICK, 100 * LOT)
    assert shown(quoted(market)) == (98, 108)
    market.user("U2", "sell", 98 * TICK, 100 * LOT)
    assert shown(quoted(market)) == (None, 106)
    assert market.held() == market.bound
